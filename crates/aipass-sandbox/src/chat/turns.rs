//! Calls of tools and what answers them: OpenAI refuses a talk in which one is missing.

use super::request::{Message, Role};
use crate::errors::ApiError;

/// Refuses an answer to a call that the assistant did not just make, and a call that nothing answers before the next turn.
pub(super) fn check(messages: &[Message]) -> Result<(), ApiError> {
    let mut made: Option<Calls<'_>> = None;
    for (index, message) in messages.iter().enumerate() {
        if message.role == Role::Tool {
            answer(made.as_mut(), message, index)?;
            continue;
        }
        made.take().map_or(Ok(()), Calls::end)?;
        let calls = message.tool_calls.as_deref().unwrap_or_default();
        if message.role == Role::Assistant && !calls.is_empty() {
            let ids: Vec<_> = calls.iter().map(|call| call.id.as_str()).collect();
            made = Some(Calls {
                open: ids.clone(),
                ids,
            });
        }
    }
    made.map_or(Ok(()), Calls::end)
}

/// The calls of one turn, and those that are still without an answer.
struct Calls<'a> {
    ids: Vec<&'a str>,
    open: Vec<&'a str>,
}

impl Calls<'_> {
    fn end(self) -> Result<(), ApiError> {
        if self.open.is_empty() {
            return Ok(());
        }
        let message = format!(
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each \
             'tool_call_id'. The following tool_call_ids did not have response messages: {}",
            self.open.join(", ")
        );
        Err(ApiError::bad_param("messages", message))
    }
}

fn answer(made: Option<&mut Calls<'_>>, message: &Message, index: usize) -> Result<(), ApiError> {
    let Some(id) = message.tool_call_id.as_deref() else {
        return Err(ApiError::bad_param(
            "messages",
            "a message of role tool needs a tool_call_id",
        ));
    };
    let Some(calls) = made else {
        return Err(ApiError::bad_param(
            format!("messages.[{index}].role"),
            "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with \
             'tool_calls'.",
        ));
    };
    if !calls.ids.contains(&id) {
        return Err(ApiError::bad_param(
            format!("messages.[{index}].tool_call_id"),
            format!(
                "Invalid parameter: 'tool_call_id' of '{id}' not found in 'tool_calls' of previous message."
            ),
        ));
    }
    calls.open.retain(|open| *open != id);
    Ok(())
}
