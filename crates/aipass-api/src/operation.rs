//! What each operation costs, takes and answers: the table that `cargo xtask regen` fills from the document.

pub use crate::generated::operations::OPERATIONS;

/// Whether a call may cost money, declared in the document as `x-aipass-charge`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the three classes are complete; policy matches on them"
)]
pub enum Charge {
    /// A safe read: nothing is spent, and a repetition harms nobody.
    Free,
    /// A model call: a repetition may be billed again.
    Paid,
    /// Not billed, but not to be repeated blindly either: registration, revocation, management.
    Once,
}

/// The body that an operation sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestKind {
    /// No body.
    None,
    /// `application/json`.
    Json,
    /// `multipart/form-data`.
    Multipart,
}

/// The body that an operation promises to answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseKind {
    /// One JSON value.
    Json,
    /// Server-sent events.
    EventStream,
    /// Media bytes.
    Bytes,
    /// Plain text.
    Text,
    /// No body.
    Empty,
    /// Whatever comes; JSON is read and judged. No generated operation has it.
    Any,
}

/// One operation of the generated client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The operation's id in the generated client, for example `create_chat_completion_stream`.
    pub id: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path template in the document.
    pub path: &'static str,
    /// Whether the call may cost money.
    pub charge: Charge,
    /// What it sends.
    pub request: RequestKind,
    /// What it answers.
    pub response: ResponseKind,
    /// Whether the body is kept in memory and can be sent a second time.
    pub replayable: bool,
    /// The OAuth scopes that the document asks for.
    pub scopes: &'static [&'static str],
}

impl Operation {
    /// A safe read at an address of the caller's choice: free, and any answer will do.
    pub const READ: &'static Self = &Self {
        id: "read",
        method: "GET",
        path: "",
        charge: Charge::Free,
        request: RequestKind::None,
        response: ResponseKind::Any,
        replayable: true,
        scopes: &[],
    };

    /// The download of a file at an address that an answer named.
    pub const FILE: &'static Self = &Self {
        id: "download_file",
        response: ResponseKind::Bytes,
        ..*Self::READ
    };

    /// Any other request at an address of the caller's choice. It counts as paid, since nobody knows better.
    pub const CALL: &'static Self = &Self {
        id: "call",
        method: "POST",
        path: "",
        charge: Charge::Paid,
        request: RequestKind::Json,
        response: ResponseKind::Any,
        replayable: true,
        scopes: &[],
    };

    /// The operation of that id.
    ///
    /// ```
    /// use aipass_api::operation::{Charge, Operation};
    ///
    /// assert_eq!(Operation::find("create_chat_completion").unwrap().charge, Charge::Paid);
    /// assert_eq!(Operation::find("list_models").unwrap().charge, Charge::Free);
    /// ```
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        let at = OPERATIONS
            .binary_search_by(|operation| operation.id.cmp(id))
            .ok()?;
        OPERATIONS.get(at)
    }

    /// The operation of that id, where it is written down: in a constant, an id that is unknown does not compile.
    ///
    /// ```
    /// use aipass_api::operation::Operation;
    ///
    /// const CHAT: &Operation = Operation::named("create_chat_completion");
    /// assert_eq!(CHAT.method, "POST");
    /// ```
    ///
    /// ```compile_fail
    /// use aipass_api::operation::Operation;
    ///
    /// const CHAT: &Operation = Operation::named("create_chat");
    /// ```
    ///
    /// # Panics
    /// If there is no such operation.
    #[must_use]
    pub const fn named(id: &str) -> &'static Self {
        let mut at = 0;
        while at < OPERATIONS.len() {
            if is_same(OPERATIONS[at].id.as_bytes(), id.as_bytes()) {
                return &OPERATIONS[at];
            }
            at += 1;
        }
        panic!("no operation has that id")
    }
}

/// Two texts cannot be compared by `==` in a constant.
const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_by_its_id() {
        assert!(!OPERATIONS.is_empty());
        for operation in OPERATIONS {
            assert_eq!(
                Operation::find(operation.id),
                Some(operation),
                "the table must be sorted by id"
            );
        }
        assert_eq!(Operation::find("no_such_operation"), None);
    }

    #[test]
    fn only_reads_are_free() {
        for operation in OPERATIONS {
            assert_eq!(
                operation.charge == Charge::Free,
                operation.method == "GET",
                "{}",
                operation.id
            );
        }
    }
}
