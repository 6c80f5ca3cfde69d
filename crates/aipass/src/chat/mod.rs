//! Chat completions: build a conversation, send it, or stream the answer.

mod accumulate;
mod accumulator;
mod builder;
mod chunk;
mod event;
mod loose;
mod pattern;
mod reply;
mod serve;
mod stream;
mod whole;

pub(crate) use accumulate::is_sealed;
pub use accumulator::ChatAccumulator;
pub use builder::ChatBuilder;
pub use event::{ChatEvent, RawChunk};
pub(crate) use reply::repeated_arguments;
pub use reply::{ChatChoice, ChatReply, ToolCall};
pub use serve::SseBody;
pub use stream::{ChatStream, TextStream};
pub(crate) use whole::{arguments_text, first_choice, tool_call};
