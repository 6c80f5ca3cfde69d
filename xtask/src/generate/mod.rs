//! Runs the generator on a lowered document, mends its output and adds what it cannot write.

mod companion;
mod enums;
mod lint;
mod operations;
mod panics;
mod visit;

use crate::{
    allowlist::Allowlist,
    document::{self, Place},
    lower::{self, LowerError, Lowered},
    naming,
};
use progenitor::{GenerationSettings, HooksMode, InterfaceStyle, TagStyle, TypeImpl, TypePatch};
use quote::quote;
use schemars08::schema::{InstanceType, SchemaObject};
use serde_json::{Value, json};
use std::fmt;

/// The generated files, as trees.
#[non_exhaustive]
pub struct Generated {
    /// The client, its types and their builders.
    pub client: syn::File,
    /// Forms and event streams.
    pub companion: syn::File,
    /// The open enums, as text.
    pub enums: String,
    /// The table of operations.
    pub operations: syn::File,
}

impl fmt::Debug for Generated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generated")
            .field("items", &self.client.items.len())
            .finish_non_exhaustive()
    }
}

/// Nothing was generated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// A rule of the lowering met something that it cannot handle.
    #[error(transparent)]
    Lower(#[from] LowerError),
    /// The generator refused the document, or panicked over it.
    #[error("{place}: the generator cannot take it: {message}")]
    Generator {
        /// The operation or the schema, where it could be found out.
        place: Place,
        /// What the generator said.
        message: String,
    },
    /// The output is no Rust.
    #[error("the generated code does not parse: {0}")]
    Syntax(#[from] syn::Error),
    /// A field of a form has a type that cannot be a part.
    #[error(
        "{place}: a form cannot hold the type {name}; use text, numbers, files, or unions and lists of these"
    )]
    FormField {
        /// The form's component.
        place: Place,
        /// The type.
        name: String,
    },
    /// The output has something that must never get through.
    #[error("generated {item}: {problem}")]
    Lint {
        /// The type.
        item: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

/// Lowers a document that has passed the [checks](crate::check) and generates the client from it.
///
/// # Errors
///
/// If the document has something that neither the lowering nor the generator can take, or the output fails the lint.
pub fn generate(document: &Value, allowlist: &Allowlist) -> Result<Generated, GenerateError> {
    let lowered = lower::lower(document, allowlist)?;
    let mut client = run(&lowered)?;
    visit::mend(&mut client, &lowered);
    lint::lint(&client)?;
    Ok(Generated {
        companion: companion::file(&lowered, &client)?,
        enums: enums::text(&lowered.enums),
        operations: operations::file(&lowered.operations)?,
        client,
    })
}

fn run(lowered: &Lowered) -> Result<syn::File, GenerateError> {
    let settings = settings(lowered);
    panics::attempt(&lowered.document, &settings).map_err(|message| {
        let (place, message) = culprit(lowered, &settings).unwrap_or((Place::default(), message));
        GenerateError::Generator { place, message }
    })
}

/// The generator's errors seldom say where. Each schema and each operation alone shows which one it is; of the schemas
/// that fail, the one that needs the fewest others.
fn culprit(lowered: &Lowered, settings: &GenerationSettings) -> Option<(Place, String)> {
    let alone = |paths: Value, from: &Value| {
        let mut document = lowered.document.clone();
        document["paths"] = paths;
        let needed = lower::closure(&document, from);
        if let Some(schemas) = document
            .pointer_mut("/components/schemas")
            .and_then(Value::as_object_mut)
        {
            schemas.retain(|name, _| needed.contains(name));
        }
        panics::attempt(&document, settings)
            .err()
            .map(|message| (needed.len(), message))
    };
    let schemas = document::schemas(&lowered.document)
        .into_iter()
        .flatten()
        .filter_map(|(name, _)| {
            let reference = json!({ "$ref": format!("{}{name}", document::SCHEMAS) });
            alone(json!({}), &reference).map(|(needed, message)| (needed, Place::schema(name), message))
        });
    let schema = schemas
        .min_by_key(|(needed, ..)| *needed)
        .map(|(_, place, message)| (place, message));
    schema.or_else(|| {
        document::operations(&lowered.document).find_map(|operation| {
            let path = format!("/{}", operation.path.trim_start_matches('/'));
            let paths = json!({ operation.path: { operation.method: operation.value } });
            let (_, message) = alone(paths.clone(), &paths)?;
            Some((Place::operation(&path, operation.method), message))
        })
    })
}

fn settings(lowered: &Lowered) -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_inner_type(quote! { crate::Inner })
        .with_hooks(HooksMode::Expected)
        .with_map_type("::std::collections::BTreeMap")
        .with_derive("PartialEq")
        // It is made for every chat, and its builder costs as much as a short answer of JSON.
        .with_patch(
            "ChatCompletionRequest",
            TypePatch::default().with_derive("Default"),
        );
    for open in &lowered.enums {
        // The generator looks replacements up by the name that it would give the type, not by the document's.
        let name = naming::pascal(&open.name);
        let path = format!("::aipass_api::enums::{name}");
        let impls = [
            TypeImpl::Display,
            TypeImpl::FromStr,
            TypeImpl::FromStringIrrefutable,
        ];
        settings.with_replacement(name, path, impls.into_iter());
    }
    let binary = SchemaObject {
        instance_type: Some(InstanceType::String.into()),
        format: Some("binary".into()),
        ..SchemaObject::default()
    };
    settings.with_conversion(binary, "::aipass_api::multipart::FilePart", std::iter::empty());
    settings
}

/// The generated type of that name.
fn type_named<'a>(client: &'a syn::File, name: &str) -> Option<&'a syn::Item> {
    types(client).find(|item| match item {
        syn::Item::Enum(item) => item.ident == name,
        syn::Item::Struct(item) => item.ident == name,
        _ => false,
    })
}

/// What stands in the module `types` of a generated client.
pub(crate) fn types(client: &syn::File) -> impl Iterator<Item = &syn::Item> {
    client.items.iter().flat_map(|item| match item {
        syn::Item::Mod(module) if module.ident == "types" => module
            .content
            .as_ref()
            .map(|(_, items)| items.as_slice())
            .unwrap_or_default(),
        _ => &[],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{allowlist, schemas};

    #[test]
    fn what_the_generator_panics_on_is_an_error_with_its_place() {
        // The checks refuse this keyword, and are left out here: they cannot know of every panic.
        let document = schemas(
            "Answer: { type: object, properties: { fine: { type: string }, odd: { $ref: '#/components/schemas/Odd' } } }
Odd: { not: { type: string } }",
        );
        let error = generate(&document, &allowlist(&document)).unwrap_err();
        let GenerateError::Generator { place, message } = &error else {
            panic!("{error:?}")
        };
        assert_eq!(*place, Place::schema("Odd"), "{message}");
    }

    #[test]
    fn a_form_that_holds_an_object_is_refused() {
        let document = crate::testing::document(
            "/form:
  post:
    operationId: send_form
    x-aipass-charge: paid
    requestBody: { content: { multipart/form-data: { schema: { $ref: '#/components/schemas/Form' } } } }
    responses: { '204': { description: Done } }",
            "Form: { type: object, properties: { inner: { $ref: '#/components/schemas/Inner' } } }
Inner: { type: object, properties: { a: { type: string } } }",
        );
        let error = generate(&document, &allowlist(&document)).unwrap_err();
        assert!(
            matches!(&error, GenerateError::FormField { name, .. } if name == "Inner"),
            "{error:?}"
        );
        assert!(
            error.to_string().starts_with("components.schemas.Form:"),
            "{error}"
        );
    }

    #[test]
    fn no_client_without_a_tls_provider_and_no_header_of_the_generators_own() {
        let document = schemas("Answer: { type: object, properties: { a: { type: string } } }");
        let client = prettyplease::unparse(&crate::testing::generated(&document).client);
        assert!(client.contains("pub fn new_with_client("), "{client}");
        for absent in [
            "pub fn new(baseurl",
            "ClientBuilder",
            "\"api-version\"",
            "```ignore",
        ] {
            assert!(!client.contains(absent), "{absent}: {client}");
        }
    }

    #[test]
    fn only_what_requests_hold_has_a_builder() {
        let document = schemas(
            "Answer: { type: object, properties: { a: { type: string } } }
Question: { type: object, properties: { q: { type: string } } }",
        );
        let client = prettyplease::unparse(&crate::testing::generated(&document).client);
        assert!(
            client.contains("pub fn builder() -> builder::Question"),
            "{client}"
        );
        assert!(
            client.contains("impl ::std::convert::From<super::Question> for Question"),
            "{client}"
        );
        assert!(!client.contains("builder::Answer {"), "{client}");
        assert!(!client.contains("From<super::Answer>"), "{client}");
        assert!(
            client.contains("extra: Ok(Default::default())"),
            "the unknown fields of a body are optional: {client}"
        );
    }
}
