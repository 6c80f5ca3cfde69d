//! What a body says to be answered by events instead of the whole.

use super::{operations::Body, schema};
use crate::document;
use serde_json::Value;

/// The member of a body that asks for events.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the generator handles each of them")]
pub enum StreamSwitch {
    /// `stream`, which is true.
    Stream,
    /// `stream_format`, which is the value `sse` of the enum `schema`.
    Format {
        /// The enum's component.
        schema: String,
    },
}

/// Finds the switch, so that an operation that is answered by events can set it by itself.
///
/// A caller who picked the operation has said so already, and an answer of the other kind would be paid for and lost.
pub(super) fn of(operation: &Value, body: &Body, whole: &Value) -> Option<StreamSwitch> {
    let name = match body {
        Body::None => return None,
        Body::Json => {
            document::ref_name(operation.pointer("/requestBody/content/application~1json/schema")?)?
        }
        Body::Form { schema } => schema.as_str(),
    };
    let component = |name: &str| document::schemas(whole)?.get(name);
    let properties = component(name)
        .filter(|body| schema::has_properties(body))?
        .get("properties")?;
    if properties.get("stream").is_some() {
        return Some(StreamSwitch::Stream);
    }
    let format = properties.get("stream_format")?;
    // A reference that may be null is wrapped.
    let name = document::ref_name(format).or_else(|| document::ref_name(format.pointer("/allOf/0")?))?;
    let mut values = document::elements(component(name)?.get("enum"));
    values.any(|value| value == "sse").then(|| StreamSwitch::Format {
        schema: name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lower::lower,
        testing::{allowlist, document, generated},
    };

    /// An operation that is answered by events, with a body of these properties.
    fn post(media_type: &str, properties: &str) -> Value {
        document(
            &format!(
                "/run:
  post:
    operationId: run
    x-aipass-charge: paid
    requestBody: {{ content: {{ {media_type}: {{ schema: {{ $ref: '#/components/schemas/Request' }} }} }} }}
    responses: {{ '200': {{ description: OK, content: {{ text/event-stream: {{ schema: {{ $ref: '#/components/schemas/Chunk' }} }} }} }} }}"
            ),
            &format!(
                "Request: {{ type: object, required: [prompt], properties: {{ prompt: {{ type: string }}, {properties} }} }}
Chunk: {{ type: object, properties: {{ delta: {{ type: string }} }} }}"
            ),
        )
    }

    fn switch(properties: &str) -> Option<StreamSwitch> {
        let document = post("application/json", properties);
        let lowered = lower(&document, &allowlist(&document)).unwrap();
        lowered.operations[0].switch.clone()
    }

    #[test]
    fn a_form_asks_for_events_by_itself() {
        let document = post("multipart/form-data", "stream: { type: boolean }");
        insta::assert_snapshot!(prettyplease::unparse(&generated(&document).companion));
    }

    #[test]
    fn a_format_that_streams_is_a_switch_in_json() {
        let document = post(
            "application/json",
            "stream_format: { type: string, enum: [audio, sse] }",
        );
        insta::assert_snapshot!(prettyplease::unparse(&generated(&document).companion));
    }

    #[test]
    fn a_format_that_streams_is_a_switch_in_a_form() {
        let document = post(
            "multipart/form-data",
            "stream_format: { type: string, enum: [audio, sse] }",
        );
        insta::assert_snapshot!(prettyplease::unparse(&generated(&document).companion));
    }

    #[test]
    fn only_what_asks_for_events_is_a_switch() {
        let format = Some(StreamSwitch::Format {
            schema: "RequestStreamFormat".to_owned(),
        });
        for (properties, expected) in [
            ("stream: { type: boolean }", Some(StreamSwitch::Stream)),
            (
                "stream_format: { type: string, enum: [audio, sse] }",
                format.clone(),
            ),
            (
                "stream_format: { type: string, nullable: true, enum: [audio, sse] }",
                format,
            ),
            ("stream_format: { type: string, enum: [audio, chunks] }", None),
            ("stream_format: { type: string }", None),
            ("streams: { type: boolean }", None),
        ] {
            assert_eq!(switch(properties), expected, "{properties}");
        }
    }
}
