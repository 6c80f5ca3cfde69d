//! A chat in which the model may call tools: round after round, until it answers.

use super::{ToolReport, ToolStream, Tools, progress::Progress};
use crate::{chat::ChatBuilder, error::Error};
use std::{fmt, future::poll_fn};

/// How many handlers of a round run at once, unless the app says otherwise.
const AT_ONCE: usize = 8;

impl ChatBuilder {
    /// Lets the model call these tools, and answers it with what they say, until it answers without a call. **Every round is
    /// a paid call**, and there are at most `max_rounds` of them: the first question counts, and so does the last answer.
    ///
    /// ```no_run
    /// use aipass::{Tool, schemars::JsonSchema};
    ///
    /// #[derive(serde::Deserialize, JsonSchema)]
    /// #[schemars(crate = "aipass::schemars")]
    /// struct Place {
    ///     town: String,
    /// }
    ///
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// let weather = Tool::new("get_weather", "The weather of today.", |place: Place| async move {
    ///     Ok(format!("Sunny in {}.", place.town))
    /// });
    /// let report = ai.chat("gpt-4o-mini").user("Do I need an umbrella in Bergen?").run_tools(weather, 4).send().await?;
    /// println!("{} ({} rounds, {:?} USD)", report.text(), report.rounds(), report.cost());
    /// # Ok(()) }
    /// ```
    ///
    /// Calls of one round run at once, at most eight of them ([`parallel`](ToolRun::parallel)), and their results go back in the
    /// order of the calls. A tool that does not exist, arguments that do not fit and a handler that fails end nothing: the
    /// model is told, and may do better. A `tool_choice` that forces a call holds for the first round alone.
    ///
    /// Where the messages end with calls that have no result, as those of a [report](ToolReport::messages) may, the run begins
    /// with these calls.
    pub fn run_tools(self, tools: impl Into<Tools>, max_rounds: u32) -> ToolRun {
        ToolRun {
            chat: self,
            tools: tools.into(),
            max_rounds,
            at_once: AT_ONCE,
        }
    }
}

/// A chat with tools that is being put together. Nothing is sent, and nothing paid, before [`send`](Self::send) or before
/// the [`stream`](Self::stream) is read.
#[derive(Clone)]
#[must_use = "a run does nothing until it is sent or streamed"]
pub struct ToolRun {
    pub(super) chat: ChatBuilder,
    pub(super) tools: Tools,
    pub(super) max_rounds: u32,
    pub(super) at_once: usize,
}

impl ToolRun {
    /// At most this many handlers of a round run at once; 1 has one after the other, in the order of the calls.
    pub fn parallel(mut self, handlers: usize) -> Self {
        self.at_once = handlers;
        self
    }

    /// Runs to the end. A paid call for each round; dropping the future ends the request or the handlers under way.
    ///
    /// The last answer is as a chat gives it: [`ChatReply::into_whole`](crate::ChatReply::into_whole) says whether it is cut
    /// or refused.
    ///
    /// # Errors
    /// [`Error::is_round_limit`] where the model asks for more; the calls that it asked for last are not done.
    /// [`Error::is_length`], [`Error::is_content_filter`] and [`Error::is_incomplete`] where a call is cut, and
    /// [`Error::is_refusal`] where the model refuses beside its calls: they are not done. Nothing is sent where
    /// several rounds would have one [idempotency key](crate::RequestOptions::idempotency_key). Else those of a chat. In each case
    /// [`Error::tool_report`] has what was done, and [`Error::charge_risk`] speaks of all rounds together.
    pub async fn send(self) -> Result<ToolReport, Error> {
        // The future of a chat is large, and would be copied with each that wraps it.
        Box::pin(self.run()).await
    }

    async fn run(self) -> Result<ToolReport, Error> {
        let (mut progress, mut next) = Progress::begin(self);
        loop {
            match next {
                Err(error) => return Err(progress.failed(error)),
                Ok(Some(mut work)) => {
                    while poll_fn(|context| work.poll_step(context)).await.is_some() {}
                    if !progress.worked(work) {
                        return Ok(progress.report);
                    }
                }
                Ok(None) if progress.report.replies.is_empty() => {}
                Ok(None) => return Ok(progress.report),
            }
            next = match progress.ask().send().await {
                Ok(reply) => progress.answered(reply),
                Err(error) => Err(error),
            };
        }
    }

    /// As [`send`](Self::send), and tells what happens meanwhile: each event of each answer, and each call as it begins and
    /// ends. Nothing happens before it is read.
    pub fn stream(self) -> ToolStream {
        ToolStream::new(self)
    }
}

impl fmt::Debug for ToolRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolRun")
            .field("chat", &self.chat)
            .field("tools", &self.tools)
            .field("max_rounds", &self.max_rounds)
            .field("parallel", &self.at_once)
            .finish()
    }
}
