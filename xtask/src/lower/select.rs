//! Which operations the generated client gets.

use crate::{allowlist::Allowlist, document::METHODS};
use serde_json::Value;

/// Leaves out the operations that the allowlist marks with `generate = false`.
///
/// The document describes them because the service has them; another crate calls them, since the generator's errors
/// print URLs and bodies, and those of the token endpoint hold secrets.
pub(super) fn keep_generated(document: &mut Value, allowlist: &Allowlist) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return;
    };
    for (path, item) in paths.iter_mut() {
        if let Some(item) = item.as_object_mut() {
            item.retain(|key, _| {
                !METHODS.contains(&key.as_str()) || allowlist.find(path, key).is_none_or(|row| row.generate)
            });
        }
    }
    paths.retain(|_, item| METHODS.iter().any(|method| item.get(method).is_some()));
}

#[cfg(test)]
mod tests {
    use super::super::lower;
    use crate::{
        allowlist::Allowlist,
        document,
        testing::{self, schemas},
    };

    #[test]
    fn what_is_not_generated_goes_with_its_schemas_from_the_copy_only() {
        let document = schemas(
            "Answer: { type: object, properties: { shared: { $ref: '#/components/schemas/Shared' } } }
Question: { type: object, properties: { shared: { $ref: '#/components/schemas/Shared' }, own: { $ref: '#/components/schemas/Own' } } }
Shared: { type: object, properties: { a: { type: string } } }
Own: { type: object, properties: { a: { type: string } } }",
        );
        let table = "[[endpoint]]\nmethod = 'GET'\npath = '/answer'\n\
                     [[endpoint]]\nmethod = 'POST'\npath = '/question'\ngenerate = false\nreason = 'secret'\n";
        let lowered = lower(&document, &Allowlist::parse(table).unwrap()).unwrap();
        let names = |document| {
            document::schemas(document)
                .unwrap()
                .keys()
                .cloned()
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&lowered.document), ["Answer", "Shared"]);
        assert_eq!(
            lowered
                .operations
                .iter()
                .map(|operation| operation.id.as_str())
                .collect::<Vec<_>>(),
            ["answer"]
        );

        insta::assert_snapshot!(serde_json::to_string_pretty(&lowered.document).unwrap());

        let all = lower(&document, &testing::allowlist(&document)).unwrap();
        assert_eq!(names(&all.document), ["Answer", "Own", "Question", "Shared"]);
    }
}
