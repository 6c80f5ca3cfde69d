//! What must never get through into the generated code, whatever the document says.

use super::GenerateError;
use quote::ToTokens;
use syn::visit::{self, Visit};

/// # Errors
///
/// For the first type that breaks a rule.
pub(super) fn lint(file: &syn::File) -> Result<(), GenerateError> {
    let mut visitor = Lint::default();
    visitor.visit_file(file);
    match visitor.found {
        Some((item, problem)) => Err(GenerateError::Lint { item, problem }),
        None => Ok(()),
    }
}

#[derive(Default)]
struct Lint {
    found: Option<(String, &'static str)>,
}

impl Lint {
    fn report(&mut self, item: &syn::Ident, problem: &'static str) {
        self.found.get_or_insert_with(|| (item.to_string(), problem));
    }
}

impl<'ast> Visit<'ast> for Lint {
    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        if item.variants.len() > 1 && item.variants.iter().all(|variant| variant.fields.is_empty()) {
            self.report(
                &item.ident,
                "a closed enum: an unknown value would fail a whole answer",
            );
        }
        self.report_attributes(&item.ident, &item.attrs);
        visit::visit_item_enum(self, item);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        if item
            .fields
            .iter()
            .any(|field| field.ident.as_ref().is_some_and(|name| name == "subtype_0"))
        {
            self.report(&item.ident, "a union became a struct of flattened options");
        }
        self.report_attributes(&item.ident, &item.attrs);
        for field in &item.fields {
            self.report_type(&item.ident, &field.ty);
        }
        visit::visit_item_struct(self, item);
    }
}

impl Lint {
    fn report_attributes(&mut self, item: &syn::Ident, attributes: &[syn::Attribute]) {
        let closed = |attribute: &syn::Attribute| {
            attribute.path().is_ident("serde")
                && attribute
                    .meta
                    .to_token_stream()
                    .to_string()
                    .contains("deny_unknown_fields")
        };
        if attributes.iter().any(closed) {
            self.report(item, "it denies unknown fields");
        }
    }

    fn report_type(&mut self, item: &syn::Ident, ty: &syn::Type) {
        let text = ty.to_token_stream().to_string();
        if ["chrono", "uuid", "regress"]
            .iter()
            .any(|foreign| text.contains(&format!("{foreign} ::")))
        {
            self.report(item, "a field has a type of a crate that must not be in the tree");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(file: &syn::File) -> Option<String> {
        lint(file).err().map(|error| error.to_string())
    }

    #[test]
    fn what_must_not_get_through_does_not() {
        for (file, expected) in [
            (
                syn::parse_quote! { enum Reason { Stop, Length } },
                "generated Reason: a closed enum",
            ),
            (
                syn::parse_quote! { struct U { subtype_0: Option<u8> } },
                "generated U: a union became",
            ),
            (
                syn::parse_quote! { mod types { #[serde(deny_unknown_fields)] struct Closed { a: u8 } } },
                "generated Closed: it denies unknown fields",
            ),
            (
                syn::parse_quote! { struct At { a: ::std::option::Option<::chrono::DateTime<::chrono::offset::Utc>> } },
                "generated At: a field has a type of a crate",
            ),
        ] {
            let problem = problem(&file).unwrap();
            assert!(problem.starts_with(expected), "{problem}");
        }
    }

    #[test]
    fn what_is_open_gets_through() {
        let file = syn::parse_quote! {
            enum One { Only }
            enum Part { Text { text: String }, Unknown(Map) }
            struct Model { chrono: String }
        };
        assert_eq!(problem(&file), None);
    }
}
