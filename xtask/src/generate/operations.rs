//! Writes the table of operations: what each one costs, takes and answers.

use crate::lower::{Answer, Body, LoweredOperation};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

pub(super) fn file(operations: &[LoweredOperation]) -> syn::Result<syn::File> {
    let rows = operations.iter().map(row);
    syn::parse2(quote! {
        use crate::operation::{Charge, Operation, RequestKind, ResponseKind};

        /// Every operation of the generated client, sorted by id.
        pub static OPERATIONS: &[Operation] = &[#(#rows),*];
    })
}

fn row(operation: &LoweredOperation) -> TokenStream {
    let LoweredOperation {
        id,
        method,
        path,
        charge,
        scopes,
        body,
        answer,
        ..
    } = operation;
    let charge = format_ident!("{}", crate::naming::pascal(charge));
    let request = match body {
        Body::None => quote! { None },
        Body::Json => quote! { Json },
        Body::Form { .. } => quote! { Multipart },
    };
    let response = match answer {
        Answer::Json => quote! { Json },
        Answer::EventStream { .. } => quote! { EventStream },
        Answer::Bytes => quote! { Bytes },
        Answer::Text => quote! { Text },
        Answer::Empty => quote! { Empty },
    };
    // JSON and forms alike are encoded to bytes in memory before they are sent.
    let replayable = true;
    quote! {
        Operation {
            id: #id,
            method: #method,
            path: #path,
            charge: Charge::#charge,
            request: RequestKind::#request,
            response: ResponseKind::#response,
            replayable: #replayable,
            scopes: &[#(#scopes),*],
        }
    }
}
