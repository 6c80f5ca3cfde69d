//! The calls of one round: several at once, each told when it begins and ends, in order in the end.

use super::{
    report::{ToolResult, ToolStatus},
    tool::Tools,
};
use crate::{BoxFuture, chat::ToolCall};
use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};
use std::{
    collections::VecDeque,
    panic::AssertUnwindSafe,
    task::{Context, Poll},
};

/// At most so much of an error is told to the model.
const LONGEST_ERROR: usize = 1000;

pub(super) struct Work {
    tools: Tools,
    waiting: VecDeque<(usize, ToolCall)>,
    /// Nothing is spawned: they run while the round is polled.
    running: FuturesUnordered<BoxFuture<'static, (usize, ToolResult)>>,
    results: Vec<Option<ToolResult>>,
    at_once: usize,
}

pub(super) enum Step {
    Started(ToolCall),
    Finished(ToolResult),
}

impl Work {
    pub(super) fn new(tools: Tools, calls: Vec<ToolCall>, at_once: usize) -> Self {
        Self {
            tools,
            results: vec![None; calls.len()],
            waiting: calls.into_iter().enumerate().collect(),
            running: FuturesUnordered::new(),
            at_once: at_once.max(1),
        }
    }

    /// The next thing that happens; `None` when all calls are done.
    pub(super) fn poll_step(&mut self, context: &mut Context<'_>) -> Poll<Option<Step>> {
        if self.running.len() < self.at_once
            && let Some((at, call)) = self.waiting.pop_front()
        {
            let running = run(&self.tools, call.clone()).map(move |result| (at, result));
            self.running.push(Box::pin(running));
            return Poll::Ready(Some(Step::Started(call)));
        }
        self.running.poll_next_unpin(context).map(|done| {
            let (at, result) = done?;
            self.results[at] = Some(result.clone());
            Some(Step::Finished(result))
        })
    }

    /// What is done so far, in the order of the calls.
    pub(super) fn into_results(self) -> Vec<ToolResult> {
        self.results.into_iter().flatten().collect()
    }
}

fn run(tools: &Tools, call: ToolCall) -> BoxFuture<'static, ToolResult> {
    let tool = tools.find(&call.name).filter(|_| call.kind != "custom").cloned();
    Box::pin(async move {
        let (status, content) = match tool {
            // The arguments are read in here, too: a type of the app's may panic over them.
            Some(tool) => AssertUnwindSafe(async { ask(&tool, &call.arguments).await })
                .catch_unwind()
                .await
                .unwrap_or_else(|_| (ToolStatus::Panicked, "the tool failed".to_owned())),
            None => (ToolStatus::Unknown, "there is no such tool".to_owned()),
        };
        ToolResult {
            call,
            status,
            content,
        }
    })
}

async fn ask(tool: &super::Tool, arguments: &str) -> (ToolStatus, String) {
    let running = match tool.call(arguments) {
        Ok(running) => running,
        Err(misfit) => {
            let problem = format!("the arguments do not fit the parameters: {}", misfit.0);
            return (ToolStatus::BadArguments, problem);
        }
    };
    match running.await {
        Ok(said) if said.stop => (ToolStatus::Stopped, said.text),
        Ok(said) => (ToolStatus::Done, said.text),
        Err(error) => {
            let words: String = error.to_string().chars().take(LONGEST_ERROR).collect();
            (ToolStatus::Failed, format!("the tool failed: {words}"))
        }
    }
}
