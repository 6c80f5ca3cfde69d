//! Chat completions: build a conversation, send it, or stream the answer.

mod accumulate;
mod builder;
mod loose;
mod reply;
mod stream;

pub use builder::ChatBuilder;
pub use reply::{ChatChoice, ChatReply, ToolCall};
pub use stream::{ChatEvent, ChatStream};
