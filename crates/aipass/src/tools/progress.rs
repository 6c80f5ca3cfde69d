//! Where a run stands: what was said, what is to be done next, and what it may still cost.

use super::{ToolReport, ToolResult, ToolStatus, run::ToolRun, work::Work};
use crate::{
    chat::{
        ChatBuilder, ChatReply, ToolCall, arguments_text, first_choice, is_sealed, repeated_arguments,
        tool_call,
    },
    error::Error,
};
use aipass_api::{
    enums::ToolChoiceMode,
    types::{self, ChatMessage, ToolChoice},
};
use std::collections::HashMap;

pub(super) struct Progress {
    run: ToolRun,
    pub(super) report: ToolReport,
}

impl Progress {
    /// Nothing is sent yet. There is work where the messages end with calls that have no result.
    pub(super) fn begin(mut run: ToolRun) -> (Self, Result<Option<Work>, Error>) {
        let request = run.chat.request_mut();
        let mut report = ToolReport {
            messages: std::mem::take(&mut request.messages),
            ..ToolReport::default()
        };
        request.tools.extend(run.tools.definitions());
        let checked = run.tools.check().and_then(|()| check(&run));
        let calls = unanswered(&mut report.messages);
        let this = Self { run, report };
        let work = checked.map(|()| (!calls.is_empty()).then(|| this.work(calls)));
        (this, work)
    }

    /// The next request.
    pub(super) fn ask(&self) -> ChatBuilder {
        self.run
            .chat
            .clone()
            .messages(self.report.messages.iter().cloned())
    }

    /// Takes an answer in, and gives the work that it asks for.
    pub(super) fn answered(&mut self, reply: ChatReply) -> Result<Option<Work>, Error> {
        let (message, calls) = said(&reply, self.report.replies.len() + 1);
        self.report.replies.push(reply.clone());
        if !calls.is_empty() {
            // Calls that are cut, or filtered in part, are not done. They stay out of the messages, which could not go on.
            reply.clone().into_whole()?;
        }
        self.report.messages.extend(message);
        if calls.is_empty() {
            return Ok(None);
        }
        if self.report.rounds() >= self.run.max_rounds {
            return Err(Error::round_limit(reply));
        }
        let request = self.run.chat.request_mut();
        if is_forced(request.tool_choice.as_ref()) {
            // It was obeyed; held on to, it would be obeyed in every round.
            request.tool_choice = None;
        }
        Ok(Some(self.work(calls)))
    }

    /// Takes the results of a round in. Whether the run goes on.
    pub(super) fn worked(&mut self, work: Work) -> bool {
        for result in work.into_results() {
            self.report.stopped |= result.status == ToolStatus::Stopped;
            let ToolResult { call, content, .. } = &result;
            self.report
                .messages
                .push(ChatMessage::tool(call.id.as_str(), content.as_str()));
            self.report.results.push(result);
        }
        !self.report.stopped
    }

    pub(super) fn failed(&mut self, error: Error) -> Error {
        error.in_run(std::mem::take(&mut self.report))
    }

    fn work(&self, calls: Vec<ToolCall>) -> Work {
        Work::new(self.run.tools.clone(), calls, self.run.at_once)
    }
}

fn check(run: &ToolRun) -> Result<(), Error> {
    if run.max_rounds == 0 {
        return Err(Error::request("a run of tools needs one round at least"));
    }
    if run.chat.request().n.is_some_and(|n| n > 1) {
        return Err(Error::request(
            "a run of tools follows one answer, and n asks for several",
        ));
    }
    if run.max_rounds > 1 {
        run.chat.check_several()?;
    }
    Ok(())
}

fn is_forced(choice: Option<&ToolChoice>) -> bool {
    match choice {
        Some(ToolChoice::ToolChoiceMode(mode)) => *mode == ToolChoiceMode::Required,
        Some(ToolChoice::NamedToolChoice(_)) => true,
        None => false,
    }
}

/// The answer as the message that the next request repeats, as it came, and the calls in it. A call without an id gets one, or
/// nothing could be its result.
fn said(reply: &ChatReply, round: usize) -> (Option<ChatMessage>, Vec<ToolCall>) {
    let mut message = match reply.raw().and_then(first_choice) {
        Some(choice) => Some(as_it_came(&choice.message)),
        None => reply.message().map(|message| thinking(message, reply)),
    };
    let mut calls = Vec::new();
    if let Some(ChatMessage::Assistant { tool_calls, .. }) = &mut message {
        let numbers = tool_calls.iter_mut().enumerate();
        calls.extend(numbers.map(|(at, call)| numbered(call, round, at)));
    }
    (message, calls)
}

/// A whole answer has more than its text and calls: what the provider signed, and wants to see again beside them.
fn as_it_came(reply: &types::AssistantReply) -> ChatMessage {
    let mut tool_calls = reply.tool_calls.clone();
    for call in &mut tool_calls {
        call.type_.get_or_insert_with(|| "function".to_owned().into());
        if let Some(function) = &mut call.function {
            let arguments = function.arguments.as_ref().map(arguments_text);
            function.arguments = Some(repeated_arguments(&arguments.unwrap_or_default()));
        }
    }
    // Beside calls, an empty content is none; some providers refuse it.
    let content = reply.content.clone();
    let content = content.filter(|content| tool_calls.is_empty() || !is_empty(content));
    ChatMessage::Assistant {
        audio: None,
        content,
        name: None,
        reasoning_content: reply.reasoning_content.clone(),
        refusal: reply.refusal.clone(),
        thinking_blocks: reply.thinking_blocks.clone(),
        tool_calls,
    }
}

fn is_empty(content: &types::MessageContent) -> bool {
    matches!(content, types::MessageContent::Text(text) if text.is_empty())
}

/// Of a stream, what the model thought is known beside the message.
fn thinking(mut message: ChatMessage, reply: &ChatReply) -> ChatMessage {
    if let ChatMessage::Assistant {
        reasoning_content,
        thinking_blocks,
        ..
    } = &mut message
        && let Some(choice) = reply.choices().first()
    {
        *reasoning_content = choice.reasoning.clone().filter(|thought| !thought.is_empty());
        // One without a signature is refused.
        let blocks = choice.thinking_blocks.iter().filter(|block| is_sealed(block));
        thinking_blocks.extend(blocks.cloned());
    }
    message
}

/// The calls at the end of a conversation that no tool message answers. Those without an id get one, or nothing could be their
/// result.
fn unanswered(messages: &mut [ChatMessage]) -> Vec<ToolCall> {
    // Some models give one id to several calls: as many of them are answered as there are answers.
    let mut answers = HashMap::<String, usize>::new();
    for message in messages.iter_mut().rev() {
        match message {
            ChatMessage::Tool { tool_call_id, .. } => {
                *answers.entry(tool_call_id.clone()).or_default() += 1;
            }
            ChatMessage::Assistant { tool_calls, .. } => {
                return tool_calls
                    .iter_mut()
                    .enumerate()
                    .filter_map(|(at, call)| {
                        let id = call.id.as_deref().unwrap_or_default();
                        match answers.get_mut(id) {
                            Some(left @ 1..) => {
                                *left -= 1;
                                None
                            }
                            _ => Some(numbered(call, 0, at)),
                        }
                    })
                    .collect();
            }
            _ => break,
        }
    }
    Vec::new()
}

/// The call, with an id by its round and place where it has none.
fn numbered(call: &mut types::ToolCall, round: usize, at: usize) -> ToolCall {
    if call.id.as_deref().is_none_or(str::is_empty) {
        call.id = Some(format!("call_{round}_{}", at + 1));
    }
    tool_call(call)
}
