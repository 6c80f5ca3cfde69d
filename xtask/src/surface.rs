//! The public surface of the generated crate, one line for each item.
//!
//! The generated files are long; what a change of the document or of the generator means to a caller is short. A
//! snapshot of these lines shows it in a review.

use quote::ToTokens;
use std::fmt::Write as _;

/// One line for each public type, field, variant and method of a file.
///
/// Private items, trait implementations, and the types behind the builders of types are left out: the methods of the
/// latter are the fields of the former.
#[must_use]
pub fn surface(file: &syn::File) -> String {
    let mut lines = String::new();
    items(&file.items, "", &mut lines);
    lines
}

fn items(items: &[syn::Item], path: &str, lines: &mut String) {
    for item in items {
        match item {
            syn::Item::Mod(module) if is_public(&module.vis) => {
                let inner = format!("{path}{}::", module.ident);
                if inner != "types::builder::"
                    && let Some((_, content)) = &module.content
                {
                    self::items(content, &inner, lines);
                }
            }
            syn::Item::Struct(item) if is_public(&item.vis) => structure(item, path, lines),
            syn::Item::Enum(item) if is_public(&item.vis) => enumeration(item, path, lines),
            syn::Item::Type(item) if is_public(&item.vis) => {
                let _ = writeln!(lines, "type {path}{} = {}", item.ident, short(&item.ty));
            }
            syn::Item::Impl(item) if item.trait_.is_none() => methods(item, path, lines),
            syn::Item::Macro(item) if is_open_enum(&item.mac.path) => open_enum(&item.mac, lines),
            _ => {}
        }
    }
}

fn is_open_enum(path: &syn::Path) -> bool {
    path.segments
        .last()
        .is_some_and(|segment| segment.ident == "open_enum")
}

fn is_public(visibility: &syn::Visibility) -> bool {
    matches!(visibility, syn::Visibility::Public(_))
}

fn structure(item: &syn::ItemStruct, path: &str, lines: &mut String) {
    let _ = writeln!(lines, "struct {path}{}", item.ident);
    for (index, field) in item
        .fields
        .iter()
        .enumerate()
        .filter(|(_, field)| is_public(&field.vis))
    {
        let name = field
            .ident
            .as_ref()
            .map_or_else(|| index.to_string(), ToString::to_string);
        let _ = writeln!(lines, "  {name}: {}", short(&field.ty));
    }
}

fn enumeration(item: &syn::ItemEnum, path: &str, lines: &mut String) {
    let _ = writeln!(lines, "enum {path}{}", item.ident);
    for variant in &item.variants {
        let mut variant = variant.clone();
        variant.attrs.clear();
        variant.fields.iter_mut().for_each(|field| field.attrs.clear());
        let _ = writeln!(lines, "  {}", short(&variant));
    }
}

/// The values on the wire are part of the surface: they are what a changed document changes.
fn open_enum(invocation: &syn::Macro, lines: &mut String) {
    if let Ok(item) = syn::parse2::<syn::ItemEnum>(invocation.tokens.clone()) {
        let _ = writeln!(lines, "open enum enums::{}", item.ident);
        for variant in &item.variants {
            let _ = writeln!(lines, "  {}", short(variant));
        }
    }
}

fn methods(item: &syn::ItemImpl, path: &str, lines: &mut String) {
    let owner = short(&item.self_ty);
    // In the companion file the path is spelled out; in the client it follows from the module.
    let owner = if owner.contains("::") {
        owner
    } else {
        format!("{path}{owner}")
    };
    let owner = owner.replace("<'a>", "").replace("<'_>", "");
    for item in &item.items {
        if let syn::ImplItem::Fn(method) = item
            && is_public(&method.vis)
        {
            let mut signature = method.sig.clone();
            signature.generics.where_clause = None;
            let signature = short(&signature);
            let _ = writeln!(lines, "{owner}: {signature}");
        }
    }
}

/// Tokens as one line, with the long paths that the generator writes out shortened.
fn short(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (long, brief) in [
        (":: std :: string :: ", ""),
        (":: std :: option :: ", ""),
        (":: std :: vec :: ", ""),
        (":: std :: collections :: ", ""),
        ("std :: result :: ", ""),
        (":: serde_json :: ", "serde_json::"),
        (":: aipass_api :: ", ""),
        (" :: ", "::"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        (" :", ":"),
        ("& ", "&"),
        ("( ", "("),
        (" )", ")"),
        (" (", "("),
        (",)", ")"),
        (",>", ">"),
    ] {
        text = text.replace(long, brief);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_public_has_a_line() {
        let file = syn::parse_quote! {
            pub mod types {
                pub struct Model { pub id: ::std::string::String, secret: u8 }
                pub enum Part { Text { text: ::std::string::String }, Unknown(::serde_json::Value) }
                struct Hidden;
                pub mod builder { pub struct Model { id: u8 } }
            }
            impl Client {
                pub fn get_model(&self) -> builder::GetModel<'_> { loop {} }
                fn private(&self) {}
            }
            impl builder::GetModel<'_> {
                pub async fn send(self) -> ::std::option::Option<types::Model> { None }
            }
            crate::open_enum! {
                /// Doc.
                pub enum Size { Big = "big" }
            }
        };
        insta::assert_snapshot!(surface(&file));
    }
}
