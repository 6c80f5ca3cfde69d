//! Writes what the generator cannot: forms and event streams, as methods of the generated builders.

use super::GenerateError;
use crate::{
    document::{self, Place},
    lower::{self, Answer, Body, Lowered, LoweredOperation, StreamSwitch},
    naming,
};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use std::collections::BTreeSet;

/// # Errors
///
/// If a form has a field that cannot be a part of it.
pub(super) fn file(lowered: &Lowered, client: &syn::File) -> Result<syn::File, GenerateError> {
    let methods = lowered
        .operations
        .iter()
        .flat_map(|operation| [form(operation), events(operation)])
        .flatten();
    let schemas: BTreeSet<&str> = lowered.operations.iter().filter_map(form_schema).collect();
    let parts = parts(&schemas, lowered, client)?;
    let conversions = schemas.iter().map(|schema| conversion(schema, lowered));
    Ok(syn::parse2(quote! {
        use super::client::{Error, builder, types};

        #(#methods)*
        #(#conversions)*
        #(#parts)*
    })?)
}

fn form_schema(operation: &LoweredOperation) -> Option<&str> {
    match &operation.body {
        Body::Form { schema } => Some(schema),
        Body::None | Body::Json => None,
    }
}

/// `form()`: the body and its content type from a typed form.
fn form(operation: &LoweredOperation) -> Option<TokenStream> {
    let builder = format_ident!("{}", naming::pascal(&operation.id));
    let form = format_ident!("{}", naming::pascal(form_schema(operation)?));
    let switch = switch(operation).map(|(member, value)| quote! { form.#member = Some(#value); });
    let mutable = switch.as_ref().map(|_| quote! { mut });
    Some(quote! {
        impl builder::#builder<'_> {
            /// Sets the body: the form is encoded in memory, so that it can be sent a second time.
            pub fn form<F>(mut self, form: F) -> Self
            where
                F: TryInto<types::#form>,
                F::Error: std::fmt::Display,
            {
                match form.try_into() {
                    Ok(#mutable form) => {
                        #switch
                        let (content_type, body) = crate::multipart::Form::from(form).into_parts();
                        self.content_type(content_type).body(body)
                    }
                    Err(error) => {
                        self.body = Err(format!("the form is incomplete: {error}"));
                        self
                    }
                }
            }
        }
    })
}

/// The member of the body that asks for events, and its value, where the operation is answered by events.
fn switch(operation: &LoweredOperation) -> Option<(syn::Ident, TokenStream)> {
    let Answer::EventStream { .. } = operation.answer else {
        return None;
    };
    Some(match operation.switch.as_ref()? {
        StreamSwitch::Stream => (format_ident!("stream"), quote! { true }),
        StreamSwitch::Format { schema } => {
            let format = format_ident!("{}", naming::pascal(schema));
            (
                format_ident!("stream_format"),
                quote! { crate::enums::#format::Sse },
            )
        }
    })
}

/// `events()`: sends the request and decodes the stream.
fn events(operation: &LoweredOperation) -> Option<TokenStream> {
    let Answer::EventStream { item } = &operation.answer else {
        return None;
    };
    let builder = format_ident!("{}", naming::pascal(&operation.id));
    let item = format_ident!("{}", naming::pascal(item));
    // `form()` has set that of a form, whose body is bytes by now.
    let switch = switch(operation)
        .filter(|_| operation.body == Body::Json)
        .map(|(member, value)| quote! { .body_map(|body| body.#member(#value)) });
    Some(quote! {
        impl builder::#builder<'_> {
            /// Sends the request and decodes the answer as server-sent events.
            pub async fn events(
                self,
            ) -> Result<crate::sse::Events<types::#item>, Error<()>> {
                let response = self #switch .accept("text/event-stream").send().await?;
                Ok(crate::sse::Events::new(response))
            }
        }
    })
}

/// The encoding of a form's type. Files go last, so that a server that reads as it goes knows the parameters first.
fn conversion(schema: &str, lowered: &Lowered) -> TokenStream {
    let form = format_ident!("{}", naming::pascal(schema));
    let component = document::schemas(&lowered.document).and_then(|schemas| schemas.get(schema));
    let mut properties: Vec<_> =
        document::members(component.and_then(|schema| schema.get("properties"))).collect();
    properties.sort_by_key(|(_, property)| is_file(property));
    let names: Vec<&str> = properties.into_iter().map(|(name, _)| name).collect();
    let fields: Vec<_> = names
        .iter()
        .map(|name| format_ident!("{}", naming::snake(name)))
        .collect();
    quote! {
        impl From<types::#form> for crate::multipart::Form {
            fn from(value: types::#form) -> Self {
                let types::#form { #(#fields),* } = value;
                let mut form = Self::new();
                #( crate::multipart::Field::put(#fields, #names, &mut form); )*
                form
            }
        }
    }
}

/// `Field` for the types of our own that the forms hold: unions of parts, and names for other types.
fn parts(
    forms: &BTreeSet<&str>,
    lowered: &Lowered,
    client: &syn::File,
) -> Result<Vec<TokenStream>, GenerateError> {
    let schemas = document::schemas(&lowered.document);
    let mut done = BTreeSet::new();
    let mut written = Vec::new();
    for form in forms {
        let component = schemas.and_then(|schemas| schemas.get(*form));
        let properties = component
            .and_then(|schema| schema.get("properties"))
            .unwrap_or(&Value::Null);
        for name in lower::closure(&lowered.document, properties) {
            if lowered.enums.iter().any(|open| open.name == name) || !done.insert(name.clone()) {
                continue;
            }
            let part = part(&naming::pascal(&name), client);
            written.push(part.ok_or_else(|| GenerateError::FormField {
                place: Place::schema(form),
                name,
            })?);
        }
    }
    Ok(written)
}

fn part(name: &str, client: &syn::File) -> Option<TokenStream> {
    let ident = format_ident!("{name}");
    let body = match super::type_named(client, name)? {
        syn::Item::Enum(item) => {
            let one = |variant: &syn::Variant| matches!(&variant.fields, syn::Fields::Unnamed(fields) if fields.unnamed.len() == 1);
            if !item.variants.iter().all(one) {
                return None;
            }
            let arms = item.variants.iter().map(|variant| {
                let ident = &variant.ident;
                if ident == "Unknown" {
                    // JSON that an answer brought and that is sent back.
                    quote! { Self::#ident(value) => form.text(name, &value.to_string()), }
                } else {
                    quote! { Self::#ident(value) => value.put(name, form), }
                }
            });
            quote! { match self { #(#arms)* } }
        }
        syn::Item::Struct(item) if matches!(item.fields, syn::Fields::Unnamed(_)) => {
            quote! { self.0.put(name, form) }
        }
        _ => return None,
    };
    Some(quote! {
        impl crate::multipart::Field for types::#ident {
            fn put(self, name: &str, form: &mut crate::multipart::Form) {
                #body
            }
        }
    })
}

fn is_file(property: &Value) -> bool {
    property["format"] == "binary" || property["items"]["format"] == "binary"
}
