//! A run as it happens.

use super::{
    ToolReport, ToolResult, ToolRun,
    progress::Progress,
    work::{Step, Work},
};
use crate::{
    BoxFuture, ChargeRisk,
    chat::{ChatEvent, ChatStream, ToolCall},
    error::Error,
};
use futures_core::Stream;
use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// What happens in a run. Rounds are counted from 1; 0 is the work that an earlier run left.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ToolEvent {
    /// The model says something.
    #[non_exhaustive]
    Chat {
        /// The round.
        round: u32,
        /// What it says.
        event: ChatEvent,
    },
    /// A handler is about to be called.
    #[non_exhaustive]
    ToolStarted {
        /// The round that asked for it.
        round: u32,
        /// The call.
        call: ToolCall,
    },
    /// A call is done. Those of a round are done in any order, and told to the model in the order of the calls.
    #[non_exhaustive]
    ToolFinished {
        /// The round that asked for it.
        round: u32,
        /// The call, and what the model is told.
        result: ToolResult,
    },
}

impl ToolEvent {
    /// The piece of text; empty for every other event, so that a loop can simply print it.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Chat { event, .. } => event.text(),
            _ => "",
        }
    }
}

/// A run of tools as it happens: what [`ToolRun::stream`] gives.
///
/// The stream owns the connection and the handlers: dropping it ends both, and while it is not read, neither goes on.
/// Nothing runs in the background. It ends as a chat's stream does.
///
/// ```no_run
/// use aipass::ToolEvent;
///
/// # async fn run(ai: aipass::Client, tools: aipass::Tools) -> Result<(), aipass::Error> {
/// let mut run = ai.chat("gpt-4o-mini").user("Do I need an umbrella?").run_tools(tools, 4).stream();
/// while let Some(event) = run.next().await {
///     match event? {
///         ToolEvent::ToolStarted { call, .. } => println!("[{}]", call.name),
///         event => print!("{}", event.text()),
///     }
/// }
/// println!("\n{:?}", run.finish()?.usage());
/// # Ok(()) }
/// ```
pub struct ToolStream {
    progress: Progress,
    state: State,
}

enum State {
    Working(Box<Work>),
    Asking,
    Opening(BoxFuture<'static, Result<ChatStream, Error>>),
    Reading(ChatStream),
    Failing(Box<Error>),
    Failed(ChargeRisk, Box<ToolReport>),
    Whole,
}

impl ToolStream {
    pub(super) fn new(run: ToolRun) -> Self {
        let (progress, next) = Progress::begin(run);
        let state = match next {
            Ok(Some(work)) => State::Working(Box::new(work)),
            Ok(None) => State::Asking,
            Err(error) => State::Failing(Box::new(error)),
        };
        Self { progress, state }
    }

    /// The next event; `None` after the last one.
    ///
    /// # Errors
    /// As [`ToolRun::send`] and [`ChatStream::next`]. The error is the last item.
    pub async fn next(&mut self) -> Option<Result<ToolEvent, Error>> {
        std::future::poll_fn(|context| self.poll_event(context)).await
    }

    /// The whole run, once the stream has ended.
    ///
    /// A handler that is under way is dropped where it stands, and its call has no result: a run that goes on from
    /// [these messages](ToolReport::messages) calls it **again**, whatever it had done by then.
    ///
    /// # Errors
    /// [`Error::is_incomplete`] if it failed or was not read to its end; what was done is in [`Error::tool_report`], the
    /// results of a round that was under way included.
    pub fn finish(mut self) -> Result<ToolReport, Error> {
        let begun = !self.progress.report.replies.is_empty();
        let risk = match self.state {
            State::Whole => return Ok(self.progress.report),
            State::Failed(risk, report) => {
                return Err(Error::run_incomplete(risk).in_run(*report));
            }
            State::Working(work) => {
                self.progress.worked(*work);
                ChargeRisk::NotSent
            }
            // It may have ended before its last events are read.
            State::Reading(stream) => match stream.finish().and_then(|reply| self.progress.answered(reply)) {
                Ok(None) => return Ok(self.progress.report),
                Ok(Some(_)) => ChargeRisk::NotSent,
                Err(error) => return Err(self.progress.failed(error)),
            },
            State::Opening(_) if !begun => ChargeRisk::Unknown,
            _ => ChargeRisk::NotSent,
        };
        Err(self.progress.failed(Error::run_incomplete(risk)))
    }

    /// Runs to the end.
    ///
    /// # Errors
    /// As [`next`](Self::next) and [`finish`](Self::finish).
    pub async fn collect_report(mut self) -> Result<ToolReport, Error> {
        while let Some(event) = self.next().await {
            event?;
        }
        self.finish()
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<ToolEvent, Error>>> {
        loop {
            let round = self.progress.report.rounds();
            let failure = match &mut self.state {
                State::Working(work) => match ready!(work.poll_step(context)) {
                    Some(Step::Started(call)) => {
                        return Poll::Ready(Some(Ok(ToolEvent::ToolStarted { round, call })));
                    }
                    Some(Step::Finished(result)) => {
                        return Poll::Ready(Some(Ok(ToolEvent::ToolFinished { round, result })));
                    }
                    None => {
                        if let State::Working(work) = std::mem::replace(&mut self.state, State::Whole)
                            && self.progress.worked(*work)
                        {
                            self.state = State::Asking;
                        }
                        continue;
                    }
                },
                State::Asking => {
                    self.state = State::Opening(Box::pin(self.progress.ask().stream()));
                    continue;
                }
                State::Opening(opening) => match ready!(opening.as_mut().poll(context)) {
                    Ok(stream) => {
                        self.state = State::Reading(stream);
                        continue;
                    }
                    Err(error) => error,
                },
                State::Reading(stream) => match ready!(Pin::new(stream).poll_next(context)) {
                    Some(Ok(event)) => {
                        let round = round + 1;
                        return Poll::Ready(Some(Ok(ToolEvent::Chat { round, event })));
                    }
                    Some(Err(error)) => error,
                    None => match self.answered() {
                        Ok(()) => continue,
                        Err(error) => error,
                    },
                },
                State::Failing(_) => match std::mem::replace(&mut self.state, State::Whole) {
                    State::Failing(error) => *error,
                    _ => continue,
                },
                State::Failed(..) | State::Whole => return Poll::Ready(None),
            };
            let report = self.progress.report.clone();
            let error = self.progress.failed(failure);
            self.state = State::Failed(error.charge_risk(), Box::new(report));
            return Poll::Ready(Some(Err(error)));
        }
    }

    /// The answer of this round is whole.
    fn answered(&mut self) -> Result<(), Error> {
        let State::Reading(stream) = std::mem::replace(&mut self.state, State::Whole) else {
            return Ok(());
        };
        if let Some(work) = self.progress.answered(stream.finish()?)? {
            self.state = State::Working(Box::new(work));
        }
        Ok(())
    }
}

impl Stream for ToolStream {
    type Item = Result<ToolEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(context)
    }
}

impl fmt::Debug for ToolStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolStream")
            .field("report", &self.progress.report)
            .finish_non_exhaustive()
    }
}
