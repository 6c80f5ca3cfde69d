//! What a run has done.

use super::usage;
use crate::chat::{ChatReply, ToolCall};
use aipass_api::types::{ChatMessage, Usage};
use std::fmt;

/// What a [run of tools](crate::ToolRun) has done: all of it, or up to where it [failed](crate::Error::tool_report).
#[derive(Clone, Default, PartialEq)]
pub struct ToolReport {
    pub(super) messages: Vec<ChatMessage>,
    pub(super) replies: Vec<ChatReply>,
    pub(super) results: Vec<ToolResult>,
    pub(super) stopped: bool,
}

/// One call of a tool, and what the model was told of it.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ToolResult {
    /// The call.
    pub call: ToolCall,
    /// How it went.
    pub status: ToolStatus,
    /// What the model was told.
    pub content: String,
}

/// How the call of a tool went. Whatever it was, the other calls of the round went on, and the model is told in the next
/// round; there is none after [`Stopped`](Self::Stopped).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ToolStatus {
    /// The handler gave its result.
    Done,
    /// The handler gave its result, and stopped the run.
    Stopped,
    /// The handler gave an error.
    Failed,
    /// The handler panicked.
    Panicked,
    /// The arguments do not fit the type; the handler was not called.
    BadArguments,
    /// There is no such tool.
    Unknown,
}

impl ToolReport {
    /// The text of the last answer; empty where there is none.
    #[must_use]
    pub fn text(&self) -> &str {
        self.reply().map_or("", ChatReply::text)
    }

    /// The last answer. `None` only where a run that began with calls of an earlier one was over before it asked anything.
    #[must_use]
    pub fn reply(&self) -> Option<&ChatReply> {
        self.replies.last()
    }

    /// Every answer, one for each round that was paid for.
    #[must_use]
    pub fn replies(&self) -> &[ChatReply] {
        &self.replies
    }

    /// How many requests were answered. Each was a paid call.
    #[must_use]
    pub fn rounds(&self) -> u32 {
        u32::try_from(self.replies.len()).unwrap_or(u32::MAX)
    }

    /// Every call of a tool, in the order in which the model asked for them.
    #[must_use]
    pub fn results(&self) -> &[ToolResult] {
        &self.results
    }

    /// Whether a handler [stopped](crate::ToolFlow::Stop) the run. Then the last answer asks for tools, and the messages end
    /// with their results.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// The whole conversation: what was asked, what the model answered and what the tools said. A chat with these messages
    /// goes on from here; a [run](crate::ChatBuilder::run_tools) begins with the calls that have no result yet.
    /// A handler that was dropped while it was under way has given none, so it may be called again.
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client, tools: aipass::Tools) -> Result<(), aipass::Error> {
    /// let chat = ai.chat("gpt-4o-mini").user("Plan a walk for tomorrow.");
    /// let report = match chat.run_tools(tools.clone(), 3).send().await {
    ///     Ok(report) => report,
    ///     Err(error) if error.is_round_limit() => {
    ///         // Nothing that was paid for is lost.
    ///         let so_far = error.tool_report().map(|report| report.messages().to_vec()).unwrap_or_default();
    ///         ai.chat("gpt-4o-mini").messages(so_far).run_tools(tools, 3).send().await?
    ///     }
    ///     Err(error) => return Err(error),
    /// };
    /// println!("{}", report.text());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn messages(&self) -> &[ChatMessage] {
        &self.messages
    }

    /// The tokens of all rounds together: each number that the server told in every round. `None` where it told nothing in
    /// one of them.
    #[must_use]
    pub fn usage(&self) -> Option<Usage> {
        usage::sum(self.replies.iter().map(ChatReply::usage))
    }

    /// The price of all rounds together in USD. `None` where that of a round is not known.
    #[must_use]
    pub fn cost(&self) -> Option<f64> {
        self.replies.iter().map(|reply| reply.meta().cost()).sum()
    }
}

// What was said is the user's own.
impl fmt::Debug for ToolReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolReport")
            .field("messages", &self.messages.len())
            .field("rounds", &self.rounds())
            .field("results", &self.results)
            .field("stopped", &self.stopped)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ToolResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolResult")
            .field("call", &self.call)
            .field("status", &self.status)
            .field("content_bytes", &self.content.len())
            .finish()
    }
}
