//! Operations: one generated operation for each kind of body and each kind of answer.

use super::{
    LowerError,
    switch::{self, StreamSwitch},
};
use crate::document::{self, METHODS, Place};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// One operation of the generated client.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoweredOperation {
    /// Its id, with the suffixes of the split.
    pub id: String,
    /// The method, in capitals.
    pub method: String,
    /// The path template, as in the truthful document.
    pub path: String,
    /// The charge class, as in the document.
    pub charge: String,
    /// The body that it sends.
    pub body: Body,
    /// The body that it gets.
    pub answer: Answer,
    /// The member of the body that asks for events, if it has one.
    pub switch: Option<StreamSwitch>,
    /// The OAuth scopes that the document asks for.
    pub scopes: Vec<String>,
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the generator handles each of them")]
pub enum Body {
    /// No body.
    None,
    /// JSON.
    Json,
    /// A multipart form, encoded from the component `schema`.
    Form {
        /// The form's component.
        schema: String,
    },
}

/// The body of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the generator handles each of them")]
pub enum Answer {
    /// One JSON value.
    Json,
    /// Server-sent events, each of them a component `item`.
    EventStream {
        /// The events' component.
        item: String,
    },
    /// Media bytes.
    Bytes,
    /// Plain text.
    Text,
    /// No body.
    Empty,
}

/// Splits each operation by media types: `create_video` and `create_video_form`, `create_chat_completion` and
/// `create_chat_completion_stream`, `create_transcription` and `create_transcription_raw`.
///
/// The generator panics on two request types, and of several answer types it sees the JSON only. One path can hold
/// several POSTs because the generator folds repeated slashes in a path: `//oauth2/v1/videos` is sent, documented and
/// mocked as `/oauth2/v1/videos`.
pub(super) fn split(document: &mut Value) -> Result<Vec<LoweredOperation>, LowerError> {
    let whole = document.clone();
    let mut paths = Map::new();
    let mut lowered: Vec<LoweredOperation> = Vec::new();
    for (path, item) in document::members(whole.get("paths")) {
        for (method, operation) in document::members(Some(item)).filter(|(key, _)| METHODS.contains(key)) {
            let place = Place::operation(path, method);
            for (copy, (meta, value)) in split_operation(path, method, operation, &whole)?
                .into_iter()
                .enumerate()
            {
                if lowered.iter().any(|other| other.id == meta.id) {
                    return Err(LowerError::IdTaken { place, id: meta.id });
                }
                lowered.push(meta);
                let path = format!("{}{path}", "/".repeat(copy));
                paths.entry(path).or_insert_with(|| json!({}))[method] = value;
            }
        }
    }
    document["paths"] = Value::Object(paths);
    lowered.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(lowered)
}

fn split_operation(
    path: &str,
    method: &str,
    operation: &Value,
    whole: &Value,
) -> Result<Vec<(LoweredOperation, Value)>, LowerError> {
    let place = Place::operation(path, method);
    let mut copies = Vec::new();
    for (body_suffix, body, with_body) in split_bodies(operation, &place)? {
        for (answer_suffix, answer, mut value) in split_answers(&with_body, &place)? {
            let id = format!(
                "{}{body_suffix}{answer_suffix}",
                operation["operationId"].as_str().unwrap_or_default()
            );
            value["operationId"] = json!(id);
            copies.push((
                LoweredOperation {
                    id,
                    method: method.to_uppercase(),
                    path: path.to_owned(),
                    charge: operation["x-aipass-charge"]
                        .as_str()
                        .unwrap_or_default()
                        .to_owned(),
                    switch: switch::of(operation, &body, whole),
                    body: body.clone(),
                    answer,
                    scopes: scopes(operation, whole),
                },
                value,
            ));
        }
    }
    Ok(copies)
}

/// Each kind of body that an operation takes: the suffix of its id, the kind, and the operation with that body alone.
fn split_bodies(operation: &Value, place: &Place) -> Result<Vec<(&'static str, Body, Value)>, LowerError> {
    let content = operation.pointer("/requestBody/content");
    let mut copies = Vec::new();
    if let Some(json) = content.and_then(|content| content.get("application/json")) {
        copies.push(("", Body::Json, with_body(operation, "application/json", json)));
    }
    if let Some(form) = content.and_then(|content| content.get("multipart/form-data")) {
        let schema = object_name(form, "multipart/form-data", &place.at("requestBody"))?;
        let suffix = if copies.is_empty() { "" } else { "_form" };
        copies.push((suffix, Body::Form { schema }, form_as_bytes(operation)));
    }
    if copies.is_empty() {
        copies.push(("", Body::None, operation.clone()));
    }
    Ok(copies)
}

fn with_body(operation: &Value, media_type: &str, media: &Value) -> Value {
    let mut copy = operation.clone();
    let mut media = media.clone();
    if let Some(members) = media.as_object_mut() {
        members.remove("encoding");
    }
    copy["requestBody"]["content"] = json!({ media_type: media });
    copy
}

/// Declares a form as bytes with a `Content-Type` of the caller's choice.
///
/// The generator cannot write multipart. It can send bytes, and the header that the caller sets replaces the one that
/// it writes, so that `form()`, which we write, encodes the form and sets both. The bytes stay in memory, and can be
/// sent again after a 401; reqwest's own forms cannot.
fn form_as_bytes(operation: &Value) -> Value {
    let bytes = json!({ "schema": { "type": "string", "format": "binary" } });
    let mut copy = with_body(operation, "application/octet-stream", &bytes);
    add_header(&mut copy, "Content-Type", true);
    copy
}

fn add_header(operation: &mut Value, name: &str, required: bool) {
    let header =
        json!({ "name": name, "in": "header", "required": required, "schema": { "type": "string" } });
    if let Some(members) = operation.as_object_mut() {
        let parameters = members.entry("parameters").or_insert_with(|| json!([]));
        if let Some(parameters) = parameters.as_array_mut() {
            parameters.push(header);
        }
    }
}

/// Each kind of answer that an operation may give: the suffix of its id, the kind, and the operation with that answer
/// alone.
fn split_answers(operation: &Value, place: &Place) -> Result<Vec<(&'static str, Answer, Value)>, LowerError> {
    let content = operation.pointer("/responses/2XX/content");
    let types: BTreeSet<&str> = document::members(content)
        .map(|(media_type, _)| media_type)
        .collect();
    if types.is_empty() {
        return Ok(vec![("", Answer::Empty, operation.clone())]);
    }
    let mut copies = Vec::new();
    if types.contains("application/json") {
        copies.push(("", Answer::Json, with_answers(operation, is_json)));
    }
    let raw: Vec<&str> = types
        .iter()
        .copied()
        .filter(|kind| !is_json(kind) && !is_events(kind))
        .collect();
    if !raw.is_empty() {
        let text = raw.iter().all(|kind| kind.starts_with("text/"));
        let suffix = if copies.is_empty() { "" } else { "_raw" };
        let answer = if text { Answer::Text } else { Answer::Bytes };
        copies.push((
            suffix,
            answer,
            with_answers(operation, |kind| !is_json(kind) && !is_events(kind)),
        ));
    }
    if let Some(events) = content.and_then(|content| content.get("text/event-stream")) {
        let item = object_name(events, "text/event-stream", &place.at("responses"))?;
        let suffix = if copies.is_empty() { "" } else { "_stream" };
        copies.push((suffix, Answer::EventStream { item }, events_as_bytes(operation)));
    }
    Ok(copies)
}

fn is_json(media_type: &str) -> bool {
    media_type == "application/json"
}

fn is_events(media_type: &str) -> bool {
    media_type == "text/event-stream"
}

fn with_answers(operation: &Value, keep: impl Fn(&str) -> bool) -> Value {
    let mut copy = operation.clone();
    if let Some(content) = copy
        .pointer_mut("/responses/2XX/content")
        .and_then(Value::as_object_mut)
    {
        content.retain(|media_type, _| keep(media_type));
    }
    copy
}

/// Declares an event stream as bytes, with an `Accept` header that the generator does not send by itself.
///
/// `events()`, which we write, sets the header, switches the stream on in the body, and decodes the bytes.
fn events_as_bytes(operation: &Value) -> Value {
    let mut copy = with_answers(operation, is_events);
    add_header(&mut copy, "Accept", false);
    copy
}

fn object_name(media: &Value, media_type: &str, place: &Place) -> Result<String, LowerError> {
    let name = media.get("schema").and_then(document::ref_name);
    name.map(str::to_owned).ok_or_else(|| LowerError::NoObject {
        place: place.clone(),
        media_type: media_type.to_owned(),
    })
}

/// The scopes of the first way to authorise, that of the operation before that of the document.
fn scopes(operation: &Value, whole: &Value) -> Vec<String> {
    let security = operation.get("security").or_else(|| whole.get("security"));
    let first = document::elements(security).next();
    document::members(first)
        .flat_map(|(_, scopes)| document::elements(Some(scopes)))
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{LowerError, lower},
        *,
    };
    use crate::testing::{allowlist, document, generated};

    const OBJECTS: &str = "Answer: { type: object, properties: { id: { type: string } } }
Chunk: { type: object, properties: { delta: { type: string } } }
Request: { type: object, required: [prompt], properties: { prompt: { type: string }, stream: { type: boolean } } }
Form: { type: object, required: [prompt, image], properties: { image: { type: array, items: { type: string, format: binary } }, prompt: { type: string }, seconds: { $ref: '#/components/schemas/Seconds' } } }
Seconds: { oneOf: [{ title: Text, type: string }, { title: Number, type: integer }] }";

    fn post(bodies: &str, answers: &str) -> Value {
        document(
            &format!(
                "/run:
  post:
    operationId: run
    x-aipass-charge: paid
    security: [{{ oauth2: ['api:access'] }}]
    requestBody: {{ content: {{ {bodies} }} }}
    responses: {{ '200': {{ description: OK, content: {{ {answers} }} }} }}"
            ),
            OBJECTS,
        )
    }

    fn media(media_type: &str, schema: &str) -> String {
        format!("{media_type}: {{ schema: {{ $ref: '#/components/schemas/{schema}' }} }}")
    }

    fn bytes(media_type: &str) -> String {
        format!("{media_type}: {{ schema: {{ type: string, format: binary }} }}")
    }

    fn ids(document: &Value) -> Vec<(String, Answer)> {
        let lowered = lower(document, &allowlist(document)).unwrap();
        lowered
            .operations
            .into_iter()
            .map(|operation| (operation.id, operation.answer))
            .collect()
    }

    #[test]
    fn a_form_is_bytes_with_a_typed_front() {
        let document = post(
            &media("multipart/form-data", "Form"),
            &media("application/json", "Answer"),
        );
        insta::assert_snapshot!(prettyplease::unparse(&generated(&document).companion));
    }

    #[test]
    fn a_stream_is_bytes_with_typed_events() {
        let document = post(
            &media("application/json", "Request"),
            &media("text/event-stream", "Chunk"),
        );
        insta::assert_snapshot!(prettyplease::unparse(&generated(&document).companion));
    }

    #[test]
    fn each_kind_of_body_and_of_answer_is_an_operation() {
        let both = [
            media("application/json", "Request"),
            media("multipart/form-data", "Form"),
        ]
        .join(", ");
        let all = [
            media("application/json", "Answer"),
            media("text/event-stream", "Chunk"),
            bytes("audio/mpeg"),
        ];
        let generated = generated(&post(&both, &all.join(", ")));
        insta::assert_snapshot!(prettyplease::unparse(&generated.operations));
    }

    #[test]
    fn a_repeated_slash_is_not_sent() {
        let both = [
            media("application/json", "Request"),
            media("multipart/form-data", "Form"),
        ]
        .join(", ");
        let client =
            prettyplease::unparse(&generated(&post(&both, &media("application/json", "Answer"))).client);
        assert_eq!(
            client.matches("format!(\"{}/run\", client.baseurl,)").count(),
            2,
            "{client}"
        );
        assert!(!client.contains("//run"), "{client}");
    }

    #[test]
    fn suffixes_tell_kinds_apart() {
        let json = media("application/json", "Request");
        let chunk = || Answer::EventStream {
            item: "Chunk".to_owned(),
        };
        let events = media("text/event-stream", "Chunk");
        for (answers, expected) in [
            (vec![bytes("audio/mpeg")], vec![("run", Answer::Bytes)]),
            (
                vec![bytes("text/plain"), bytes("text/vtt")],
                vec![("run", Answer::Text)],
            ),
            (vec![events.clone()], vec![("run", chunk())]),
            (
                vec![bytes("audio/mpeg"), events.clone()],
                vec![("run", Answer::Bytes), ("run_stream", chunk())],
            ),
            (
                vec![media("application/json", "Answer"), bytes("text/plain")],
                vec![("run", Answer::Json), ("run_raw", Answer::Text)],
            ),
        ] {
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(id, answer)| (id.to_owned(), answer))
                .collect();
            assert_eq!(ids(&post(&json, &answers.join(", "))), expected);
        }
    }

    #[test]
    fn events_without_a_type_are_refused() {
        let document = post(
            &media("application/json", "Request"),
            "text/event-stream: { schema: { type: string } }",
        );
        let error = lower(&document, &allowlist(&document)).unwrap_err();
        assert!(matches!(&error, LowerError::NoObject { .. }), "{error:?}");
        assert!(
            error.to_string().starts_with("paths./run.post.responses:"),
            "{error}"
        );
    }

    #[test]
    fn an_id_that_a_suffix_makes_is_not_given_twice() {
        let mut document = post(
            &media("application/json", "Request"),
            &[
                media("application/json", "Answer"),
                media("text/event-stream", "Chunk"),
            ]
            .join(", "),
        );
        document["paths"]["/stream"] = document["paths"]["/run"].clone();
        document["paths"]["/stream"]["post"]["operationId"] = json!("run_stream");
        let error = lower(&document, &allowlist(&document)).unwrap_err();
        assert!(
            matches!(&error, LowerError::IdTaken { id, .. } if id == "run_stream"),
            "{error:?}"
        );
    }
}
