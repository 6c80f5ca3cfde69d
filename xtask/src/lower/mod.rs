//! Lowers a copy of the truthful document to one that the generator can take.
//!
//! The document says what the service does; progenitor takes less than that, and some of what it takes it takes
//! wrongly. So nothing is ever bent in the document: each rule below changes the copy, says why, and has a snapshot of
//! the code that comes out of it. The order of the rules is the order of the lines in [`lower`].

mod enums;
mod fields;
mod limits;
mod names;
mod operations;
mod reach;
mod responses;
mod schema;
mod select;
mod shared;
mod switch;
mod unions;

pub use enums::OpenEnum;
pub use operations::{Answer, Body, LoweredOperation};
pub(crate) use reach::closure;
pub use switch::StreamSwitch;

use crate::{allowlist::Allowlist, document::Place};
use serde_json::Value;
use std::collections::BTreeSet;

/// What the generator gets, and what it needs to be told besides.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Lowered {
    /// The lowered document.
    pub document: Value,
    /// One entry for each operation that the client gets, sorted by id.
    pub operations: Vec<LoweredOperation>,
    /// The string enums; the generator refers to them, and we write them.
    pub enums: Vec<OpenEnum>,
    /// The components that answers hold, so that they must decode whatever comes.
    pub answers: BTreeSet<String>,
    /// The components among these that are the whole of an answer.
    pub whole_answers: BTreeSet<String>,
    /// The components that requests hold, so that somebody builds them.
    pub requests: BTreeSet<String>,
}

/// The document has something that no rule handles.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LowerError {
    /// An inline schema would be named like another one.
    #[error("{place}: its type would be called {name}, as another one is; give the schema a `title`")]
    NameTaken {
        /// The inline schema.
        place: Place,
        /// The contested name.
        name: String,
    },
    /// Two success codes answer with two schemas of one media type.
    #[error("{place}: the success codes answer with different schemas of {media_type}")]
    TwoAnswers {
        /// The operation.
        place: Place,
        /// Their media type.
        media_type: String,
    },
    /// A variant of a tagged union has no single value of the tag.
    #[error(
        "{place}: variant {variant} has no single value of `{tag}`, and the discriminator maps none to it"
    )]
    NoTag {
        /// The union.
        place: Place,
        /// The variant, counted from 0.
        variant: usize,
        /// The tag's property.
        tag: String,
    },
    /// Two values of an enum would be one variant.
    #[error("{place}: the values {first:?} and {second:?} would both be the variant {variant}")]
    SameVariant {
        /// The enum.
        place: Place,
        /// One value.
        first: String,
        /// The other value.
        second: String,
        /// Their variant.
        variant: String,
    },
    /// A form or an event must be an object with a name.
    #[error("{place}: the schema of {media_type} must be a reference to an object or an inline object")]
    NoObject {
        /// The media type's place.
        place: Place,
        /// The media type.
        media_type: String,
    },
    /// The lowered operations of two operations would have one id.
    #[error("{place}: its operation id {id} is also what another operation is lowered to")]
    IdTaken {
        /// The operation.
        place: Place,
        /// The contested id.
        id: String,
    },
}

/// Lowers a document that has passed the [checks](crate::check).
///
/// # Errors
///
/// If a rule meets something that it cannot handle; the error names the place.
pub fn lower(document: &Value, allowlist: &Allowlist) -> Result<Lowered, LowerError> {
    let mut copy = document.clone();
    select::keep_generated(&mut copy, allowlist);
    shared::inline(&mut copy);
    responses::keep_success(&mut copy)?;

    schema::each_in(&mut copy, &mut limits::drop_limits);
    schema::each_in(&mut copy, &mut limits::drop_formats);
    schema::each_in(&mut copy, &mut limits::never_closed);
    schema::each_in(&mut copy, &mut unions::any_of_is_one_of);
    schema::each_in(&mut copy, &mut unions::text_before_numbers);
    schema::each_in(&mut copy, &mut fields::lists_are_never_null);

    names::name_bodies(&mut copy)?;
    names::name_types(&mut copy)?;
    let unions = unions::inline_variants(&mut copy)?;
    enums::name_constants(&mut copy, &unions)?;

    let operations = operations::split(&mut copy)?;
    reach::prune(&mut copy, &operations);
    let answers = reach::answers(&copy);
    let whole_answers = reach::whole_answers(&copy);
    let requests = reach::requests(&copy, &operations);
    fields::null_is_absent(&mut copy, &answers);
    fields::keep_unknown(&mut copy, &answers, &unions);
    let enums = enums::collect(&copy)?;
    Ok(Lowered {
        document: copy,
        operations,
        enums,
        answers,
        whole_answers,
        requests,
    })
}
