//! Mends the generator's output: what no schema can express.

use crate::{lower::Lowered, naming};
use quote::{ToTokens, quote};
use std::collections::BTreeSet;
use syn::visit_mut::{self, VisitMut};

/// Applies every mend to the generated client.
pub(super) fn mend(file: &mut syn::File, lowered: &Lowered) {
    let pascal = |names: &BTreeSet<String>| names.iter().map(|name| naming::pascal(name)).collect();
    let answers = pascal(&lowered.answers);
    NoPlainNew.visit_file_mut(file);
    NoVersionHeader.visit_file_mut(file);
    NoIgnoredExamples.visit_file_mut(file);
    ReachableBody.visit_file_mut(file);
    Lenient {
        answers: &answers,
        inside: false,
    }
    .visit_file_mut(file);
    OpenTagged { answers: &answers }.visit_file_mut(file);
    let inner = answers
        .difference(&pascal(&lowered.whole_answers))
        .cloned()
        .collect();
    OpenUntagged { answers: inner }.visit_file_mut(file);
    read_texts_at_once(file);
    OptionalExtra.visit_file_mut(file);
    trim_builders(file, &pascal(&lowered.requests));
}

/// Strips `Client::new`: it panics without a process-wide TLS provider and sets a total timeout that cuts streams.
struct NoPlainNew;

impl VisitMut for NoPlainNew {
    fn visit_item_impl_mut(&mut self, item: &mut syn::ItemImpl) {
        let client = matches!(&*item.self_ty, syn::Type::Path(path) if path.path.is_ident("Client"));
        if client && item.trait_.is_none() {
            item.items
                .retain(|item| !matches!(item, syn::ImplItem::Fn(method) if method.sig.ident == "new"));
        }
    }
}

/// Strips the header `api-version`, which the generator sends with each request and AI Pass does not know.
struct NoVersionHeader;

impl VisitMut for NoVersionHeader {
    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        block.stmts.retain(|statement| {
            let header = matches!(statement, syn::Stmt::Expr(syn::Expr::MethodCall(call), _) if call.method == "append");
            !(header && statement.to_token_stream().to_string().contains("\"api-version\""))
        });
        visit_mut::visit_block_mut(self, block);
    }
}

/// Strips the examples that the generator writes and marks as not to be compiled: nothing keeps them true.
struct NoIgnoredExamples;

impl VisitMut for NoIgnoredExamples {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<syn::Attribute>) {
        for attribute in attributes {
            if let syn::Meta::NameValue(meta) = &mut attribute.meta
                && meta.path.is_ident("doc")
                && let syn::Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(text),
                    ..
                }) = &mut meta.value
            {
                *text = syn::LitStr::new(&without_ignored(&text.value()), text.span());
            }
        }
    }
}

/// The text without its code blocks that are marked `ignore`.
fn without_ignored(doc: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut inside = false;
    for line in doc.lines() {
        let fence = line.trim_start().starts_with("```");
        if inside {
            inside = !fence;
        } else if fence && line.contains("ignore") {
            inside = true;
        } else {
            kept.push(line);
        }
    }
    while kept.last().is_some_and(|line| line.trim().is_empty()) {
        kept.pop();
    }
    kept.join("\n")
}

/// Lets `form()`, which stands in another module, put an error in the place of the body.
struct ReachableBody;

impl VisitMut for ReachableBody {
    fn visit_field_mut(&mut self, field: &mut syn::Field) {
        let raw = field.ty.to_token_stream().to_string().contains("reqwest :: Body");
        if raw && field.ident.as_ref().is_some_and(|name| name == "body") {
            field.vis = syn::parse_quote! { pub(crate) };
        }
    }
}

/// Gives each tagged union a variant for kinds that this version does not know, and the variants of answers a map for
/// unknown fields. Both keep what they hold, so that a message can be sent back as it came.
struct OpenTagged<'a> {
    answers: &'a BTreeSet<String>,
}

impl VisitMut for OpenTagged<'_> {
    fn visit_item_enum_mut(&mut self, item: &mut syn::ItemEnum) {
        let Some(tagging) = serde_list(&item.attrs).filter(|list| list.starts_with("tag")) else {
            return;
        };
        // Only beside the tag itself; under `content` a variant is a value of another type.
        if self.answers.contains(&item.ident.to_string()) && !tagging.contains("content") {
            item.variants.iter_mut().for_each(keep_unknown_fields);
        }
        item.variants.push(syn::parse_quote! {
            /// A kind that this version does not know, with everything that came.
            #[serde(untagged)]
            Unknown(::serde_json::Map<::std::string::String, ::serde_json::Value>)
        });
    }
}

fn keep_unknown_fields(variant: &mut syn::Variant) {
    let extra: syn::FieldsNamed = syn::parse_quote! {{
        /// Fields that this version does not know.
        #[serde(flatten)]
        extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>
    }};
    match &mut variant.fields {
        syn::Fields::Named(fields) => {
            if !fields
                .named
                .iter()
                .any(|field| field.ident.as_ref().is_some_and(|name| name == "extra"))
            {
                fields.named.extend(extra.named);
            }
        }
        syn::Fields::Unit => variant.fields = syn::Fields::Named(extra),
        syn::Fields::Unnamed(_) => {}
    }
}

/// Gives each untagged union inside an answer a variant for any other JSON.
///
/// A union that is a whole answer gets none: JSON of another kind is not the answer that was promised.
struct OpenUntagged {
    answers: BTreeSet<String>,
}

impl VisitMut for OpenUntagged {
    fn visit_item_enum_mut(&mut self, item: &mut syn::ItemEnum) {
        let untagged = serde_list(&item.attrs).is_some_and(|list| list == "untagged");
        if !untagged || !self.answers.contains(&item.ident.to_string()) {
            // Only the unions that are opened here need an arm in what is generated for them.
            self.answers.remove(&item.ident.to_string());
            return;
        }
        item.variants.push(syn::parse_quote! {
            /// JSON of a kind that this version does not know.
            Unknown(::serde_json::Value)
        });
    }

    fn visit_item_impl_mut(&mut self, item: &mut syn::ItemImpl) {
        if self.answers.contains(&item.self_ty.to_token_stream().to_string()) {
            visit_mut::visit_item_impl_mut(self, item);
        }
    }

    fn visit_expr_match_mut(&mut self, expr: &mut syn::ExprMatch) {
        expr.arms
            .push(syn::parse_quote! { Self::Unknown(x) => x.fmt(f), });
    }
}

/// Gives each union that begins with a text and takes any JSON in the end a decoder of its own: an untagged one would
/// write down every text, and read it from there a second time.
fn read_texts_at_once(file: &mut syn::File) {
    let Some(types) = module(&mut file.items, "types") else {
        return;
    };
    let mut decoders: Vec<syn::Item> = Vec::new();
    for item in types.iter_mut() {
        let syn::Item::Enum(item) = item else { continue };
        if serde_list(&item.attrs).is_some_and(|list| list == "untagged")
            && let Some(decoder) = text_decoder(item)
        {
            for attribute in &mut item.attrs {
                if let syn::Meta::List(list) = &mut attribute.meta
                    && list.path.is_ident("derive")
                {
                    let rest = list.tokens.to_string().replace(":: serde :: Deserialize ,", "");
                    list.tokens = rest.parse().unwrap_or_else(|_| list.tokens.clone());
                }
            }
            decoders.push(decoder);
        }
    }
    types.append(&mut decoders);
}

fn text_decoder(item: &syn::ItemEnum) -> Option<syn::Item> {
    let mut variants: Vec<(&syn::Ident, String)> = Vec::new();
    for variant in &item.variants {
        let syn::Fields::Unnamed(fields) = &variant.fields else {
            return None;
        };
        let field = fields.unnamed.first().filter(|field| field.attrs.is_empty())?;
        let ty = field.ty.to_token_stream().to_string().replace(' ', "");
        variants.push((&variant.ident, ty));
    }
    let [(text, first), others @ .., (unknown, last)] = variants.as_slice() else {
        return None;
    };
    if first != "::std::string::String" || last != "::serde_json::Value" {
        return None;
    }
    let name = &item.ident;
    let others = others.iter().map(|(variant, _)| variant);
    Some(syn::parse_quote! {
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                ::aipass_api::lenient::text_or(deserializer, Self::#text, |value| {
                    #(
                        if let Ok(known) = ::serde::Deserialize::deserialize(&value) {
                            return Self::#others(known);
                        }
                    )*
                    Self::#unknown(value)
                })
            }
        }
    })
}

/// Makes the map of unknown fields optional: in the builder, and for `Default` where everything else is.
struct OptionalExtra;

impl VisitMut for OptionalExtra {
    fn visit_field_value_mut(&mut self, field: &mut syn::FieldValue) {
        if field
            .expr
            .to_token_stream()
            .to_string()
            .contains("\"no value supplied for extra\"")
        {
            field.expr = syn::parse_quote! { Ok(Default::default()) };
        }
    }

    fn visit_item_struct_mut(&mut self, item: &mut syn::ItemStruct) {
        let Some(extra) = item.fields.iter_mut().find(|field| has(field, "flatten")) else {
            return;
        };
        extra.attrs.insert(
            0,
            syn::parse_quote! { #[doc = " Fields that this version does not know."] },
        );
        if item
            .fields
            .iter()
            .all(|field| has(field, "flatten") || has(field, "skip_serializing_if"))
        {
            let derive = item
                .attrs
                .iter_mut()
                .find_map(|attribute| match &mut attribute.meta {
                    syn::Meta::List(list) if list.path.is_ident("derive") => Some(list),
                    _ => None,
                });
            if let Some(list) = derive {
                let before = &list.tokens;
                list.tokens = quote! { #before, Default };
            }
        }
    }
}

/// Drops the builders of types that only the server makes: a third of the generated code, and nobody calls them.
fn trim_builders(file: &mut syn::File, requests: &BTreeSet<String>) {
    let Some(types) = module(&mut file.items, "types") else {
        return;
    };
    types.retain(|item| match item {
        syn::Item::Impl(item) if item.trait_.is_none() => {
            let [syn::ImplItem::Fn(method)] = item.items.as_slice() else {
                return true;
            };
            method.sig.ident != "builder" || requests.contains(&item.self_ty.to_token_stream().to_string())
        }
        _ => true,
    });
    let Some(builders) = module(types, "builder") else {
        return;
    };
    builders.retain(|item| match item {
        syn::Item::Struct(item) => requests.contains(&item.ident.to_string()),
        syn::Item::Impl(item) => {
            // Some of them are written for `super::X`, the type that is built.
            let name = item.self_ty.to_token_stream().to_string();
            requests.contains(name.trim_start_matches("super :: "))
        }
        _ => true,
    });
}

fn module<'a>(items: &'a mut [syn::Item], name: &str) -> Option<&'a mut Vec<syn::Item>> {
    items.iter_mut().find_map(|item| match item {
        syn::Item::Mod(module) if module.ident == name => module.content.as_mut().map(|(_, items)| items),
        _ => None,
    })
}

fn has(field: &syn::Field, word: &str) -> bool {
    serde_list(&field.attrs).is_some_and(|list| list.contains(word))
}

/// Tells serde to take what a server may send in place of a list, an integer or a number.
struct Lenient<'a> {
    answers: &'a BTreeSet<String>,
    inside: bool,
}

impl VisitMut for Lenient<'_> {
    fn visit_item_struct_mut(&mut self, item: &mut syn::ItemStruct) {
        self.inside = self.answers.contains(&item.ident.to_string());
        visit_mut::visit_item_struct_mut(self, item);
        self.inside = false;
    }

    fn visit_item_enum_mut(&mut self, item: &mut syn::ItemEnum) {
        self.inside = self.answers.contains(&item.ident.to_string());
        visit_mut::visit_item_enum_mut(self, item);
        self.inside = false;
    }

    fn visit_field_mut(&mut self, field: &mut syn::Field) {
        if !self.inside || has(field, "deserialize_with") || has(field, "flatten") {
            return;
        }
        // In a variant without names, null belongs to whoever holds the union, and not to a list in it.
        let Some(decoder) =
            decoder(&field.ty).filter(|decoder| field.ident.is_some() || *decoder != "null_or_default")
        else {
            return;
        };
        let path = format!("::aipass_api::lenient::{decoder}");
        let mut options = vec![quote! { deserialize_with = #path }];
        if decoder.starts_with("option") && !has(field, "default") {
            // With a decoder of its own, serde no longer takes an absent option for none.
            options.insert(0, quote! { default });
        }
        let existing = field
            .attrs
            .iter_mut()
            .find_map(|attribute| match &mut attribute.meta {
                syn::Meta::List(list) if list.path.is_ident("serde") => Some(list),
                _ => None,
            });
        match existing {
            Some(list) => {
                let before = &list.tokens;
                list.tokens = quote! { #before, #(#options),* };
            }
            None => field.attrs.push(syn::parse_quote! { #[serde(#(#options),*)] }),
        }
    }
}

/// The tolerant decoder for a type, if there is one.
fn decoder(ty: &syn::Type) -> Option<&'static str> {
    let text = ty.to_token_stream().to_string().replace(' ', "");
    let (option, inner) = match text
        .strip_prefix("::std::option::Option<")
        .and_then(|rest| rest.strip_suffix('>'))
    {
        Some(inner) => (true, inner),
        None => (false, text.as_str()),
    };
    match inner {
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => {
            Some(if option { "option_integer" } else { "integer" })
        }
        "f32" | "f64" => Some(if option { "option_number" } else { "number" }),
        _ if option => None,
        list if [
            "::std::vec::Vec<",
            "::std::collections::BTreeMap<",
            "::serde_json::Map<",
        ]
        .iter()
        .any(|start| list.starts_with(start)) =>
        {
            Some("null_or_default")
        }
        _ => None,
    }
}

fn serde_list(attributes: &[syn::Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("serde") => Some(list.tokens.to_string()),
        _ => None,
    })
}
