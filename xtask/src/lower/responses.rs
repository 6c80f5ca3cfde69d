//! Which answers of an operation the generated code decodes.

use super::LowerError;
use crate::document::{self, METHODS, Place};
use serde_json::{Map, Value, json};

/// Keeps the success answers only, as the one range `2XX`.
///
/// Errors are decoded once, by the hooks, where status, headers and bytes are still together: the generated code would
/// lose status and headers of an HTML 502 for which JSON is declared, and the generator panics on two error schemas.
/// A success code that the document does not list is as good as the one it lists.
pub(super) fn keep_success(document: &mut Value) -> Result<(), LowerError> {
    for (path, item) in document::members_mut(document.get_mut("paths")) {
        for (method, operation) in document::members_mut(Some(item)) {
            if METHODS.contains(&method) {
                let merged = merge_success(operation, &Place::operation(path, method))?;
                operation["responses"] = json!({ "2XX": merged });
            }
        }
    }
    Ok(())
}

fn merge_success(operation: &Value, place: &Place) -> Result<Value, LowerError> {
    let mut content = Map::new();
    let mut description = None;
    for (_, response) in
        document::members(operation.get("responses")).filter(|(code, _)| code.starts_with('2'))
    {
        description = description.or(response.get("description"));
        for (media_type, media) in document::members(response.get("content")) {
            let before = content.insert(media_type.to_owned(), media.clone());
            if before.is_some_and(|before| before.get("schema") != media.get("schema")) {
                return Err(LowerError::TwoAnswers {
                    place: place.clone(),
                    media_type: media_type.to_owned(),
                });
            }
        }
    }
    let mut merged = json!({ "description": description.cloned().unwrap_or_default() });
    if !content.is_empty() {
        merged["content"] = Value::Object(content);
    }
    Ok(merged)
}

#[cfg(test)]
mod tests {
    use super::super::{LowerError, lower};
    use crate::testing::{allowlist, document, generated, operations};

    const ERRORS: &str = "
      '401': { description: No, content: { application/json: { schema: { type: object, properties: { a: { type: string } } } } } }
      4XX: { description: No, content: { application/problem+json: { schema: { type: string } } } }
      '404': { description: No }
      default: { description: No, content: { application/json: { schema: { type: integer } } } }";

    fn download(success: &str) -> serde_json::Value {
        document(
            &format!(
                "/file:
  get:
    operationId: download
    x-aipass-charge: free
    responses:{ERRORS}\n{success}"
            ),
            "",
        )
    }

    #[test]
    fn every_success_is_one_range_and_errors_are_left_to_the_hooks() {
        let document = download(
            "      '200': { description: All, content: { video/mp4: { schema: { type: string, format: binary } } } }
      '206': { description: Part, content: { video/mp4: { schema: { type: string, format: binary } } } }",
        );
        let generated = generated(&document);
        let client = prettyplease::unparse(&generated.client);
        assert!(
            client.contains("200..=299 => Ok(ResponseValue::stream(response))"),
            "{client}"
        );
        insta::assert_snapshot!(operations(&generated));
    }

    #[test]
    fn two_answers_of_one_media_type_are_refused() {
        let document = download(
            "      '200': { description: A, content: { application/json: { schema: { type: string } } } }
      '201': { description: B, content: { application/json: { schema: { type: integer } } } }",
        );
        let error = lower(&document, &allowlist(&document)).unwrap_err();
        assert!(matches!(&error, LowerError::TwoAnswers { .. }), "{error:?}");
        assert!(error.to_string().starts_with("paths./file.get:"), "{error}");
    }
}
