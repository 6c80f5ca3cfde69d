//! Micro documents: the smallest documents that show one rule, and the code that comes out of them.

use crate::{
    allowlist::Allowlist,
    check, document,
    generate::{self, Generated},
};
use serde_json::Value;

/// A document with these paths and schemas, both as YAML.
pub(crate) fn document(paths: &str, schemas: &str) -> Value {
    let indent = |text: &str, by: &str| {
        text.lines()
            .map(|line| format!("{by}{line}\n"))
            .collect::<String>()
    };
    let text = format!(
        "openapi: 3.0.3\ninfo: {{ title: Micro, version: '1' }}\npaths:\n{}components:\n  schemas:\n{}",
        indent(paths, "  "),
        indent(schemas, "    "),
    );
    let mut document = document::parse(&text).unwrap();
    for part in ["/paths", "/components/schemas"] {
        let part = document.pointer_mut(part).unwrap();
        if part.is_null() {
            *part = serde_json::json!({});
        }
    }
    document
}

/// A document with a question (the schema `Question`, sent as JSON) or an answer (`Answer`), whichever is given.
pub(crate) fn schemas(schemas: &str) -> Value {
    let mut paths = String::new();
    if schemas.contains("Question:") {
        paths += "/question:\n  post:\n    operationId: ask\n    x-aipass-charge: paid\n    \
                  requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Question' } } } }\n    \
                  responses: { '204': { description: Done } }\n";
    }
    if schemas.contains("Answer:") {
        paths += "/answer:\n  get:\n    operationId: answer\n    x-aipass-charge: free\n    \
                  responses: { '200': { description: OK, content: { application/json: { schema: { $ref: '#/components/schemas/Answer' } } } } }\n";
    }
    document(&paths, schemas)
}

/// A table with every operation of a document.
pub(crate) fn allowlist(document: &Value) -> Allowlist {
    let rows = document::operations(document).map(|operation| {
        format!(
            "[[endpoint]]\nmethod = '{}'\npath = '{}'\n",
            operation.method.to_uppercase(),
            operation.path
        )
    });
    Allowlist::parse(&rows.collect::<String>()).unwrap()
}

/// Checks and generates.
pub(crate) fn generated(document: &Value) -> Generated {
    let allowlist = allowlist(document);
    check::document(document, &allowlist).unwrap();
    generate::generate(document, &allowlist).unwrap()
}

/// The generated types and open enums, without their builders.
pub(crate) fn types(document: &Value) -> String {
    let generated = generated(document);
    let items = generate::types(&generated.client)
        .filter(|item| {
            matches!(
                item,
                syn::Item::Struct(_) | syn::Item::Enum(_) | syn::Item::Type(_)
            )
        })
        .cloned()
        .collect();
    format!("{}{}", render(items), generated.enums)
}

/// The public surface of the generated client.
pub(crate) fn operations(generated: &Generated) -> String {
    crate::surface::surface(&generated.client)
}

fn render(items: Vec<syn::Item>) -> String {
    let file = syn::File {
        shebang: None,
        frontmatter: None,
        attrs: Vec::new(),
        items,
    };
    prettyplease::unparse(&file)
}
