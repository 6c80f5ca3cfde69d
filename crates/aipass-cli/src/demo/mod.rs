//! The steps of the demo. Each one does something, checks what came of it, against the sandbox's own books where it
//! can, and only then says so.

mod files;
mod media;
mod money;
mod report;
mod session;

pub(crate) use files::Folder;
pub(crate) use media::{image, speech, video, vision};
pub(crate) use money::{balance, budget, spent, top_up};
pub(crate) use report::Report;
pub(crate) use session::{login, logout, refresh, refused, register, sandbox};

use crate::{
    demo::report::{Broken, OrBroken, Step, ensure, held},
    output,
};
use aipass::{ChatReply, Client, enums::FinishReason};
use aipass_sandbox::Sandbox;
use std::time::Instant;

const QUESTION: &str = "One tip?";
const STREAMED_QUESTION: &str = "And another?";
const MODEL: &str = "gpt-4o-mini";

pub(crate) async fn models(client: &Client) -> Step<&'static str> {
    let models = client.models().await.or_broken("a list of models")?;
    let known = models.iter().any(|model| model.id == MODEL);
    ensure(
        known,
        format_args!("{MODEL} among the models"),
        format_args!("{} others", models.len()),
    )?;
    held(format!("{} models, {MODEL} among them", models.len()), MODEL)
}

pub(crate) async fn chat(sandbox: &Sandbox, client: &Client, model: &str) -> Step<()> {
    let before = sandbox.counts().charged_calls;
    let reply = client
        .chat(model)
        .user(QUESTION)
        .send()
        .await
        .or_broken("an answer")?;
    check(&reply, QUESTION)?;
    charged(sandbox, before, 1)?;
    held(reply.text(), ())
}

pub(crate) async fn stream(sandbox: &Sandbox, client: &Client, model: &str) -> Step<()> {
    let before = sandbox.counts().charged_calls;
    let expected = "a stream that ends well";
    let mut stream = client
        .chat(model)
        .user(STREAMED_QUESTION)
        .stream()
        .await
        .or_broken(expected)?;
    let (mut text, mut pieces) = (String::new(), 0);
    let mut first = None;
    while let Some(event) = stream.next().await {
        let event = event.or_broken(expected)?;
        if !event.text().is_empty() {
            output::foreign(event.text())?;
            text.push_str(event.text());
            pieces += 1;
            first.get_or_insert_with(Instant::now);
        }
    }
    let reply = stream.finish().or_broken(expected)?;
    ensure(pieces > 1, "the answer in pieces", pieces)?;
    // The sandbox rests between words, so a client that kept the words back would print them all at once.
    let spread = first.map(|first| first.elapsed()).unwrap_or_default();
    ensure(
        spread >= session::WORD_PAUSE,
        "the words as they come",
        "all of them at once",
    )?;
    ensure(text == reply.text(), "the pieces to be the answer", reply.text())?;
    check(&reply, STREAMED_QUESTION)?;
    charged(sandbox, before, 1)?;
    held(
        format!("{pieces} pieces, printed as they came ({})", cost(&reply)?),
        (),
    )
}

/// Whether it is a whole answer to this question.
fn check(reply: &ChatReply, question: &str) -> Result<(), Broken> {
    ensure(
        reply.text().contains(question),
        "an answer that quotes the question",
        reply.text(),
    )?;
    let finish = reply.finish_reason();
    let got = finish.map_or("none", |reason| reason.as_str());
    ensure(
        finish == Some(&FinishReason::Stop),
        "the finish reason 'stop'",
        got,
    )
}

/// Whether there were that many paid calls since `before`.
fn charged(sandbox: &Sandbox, before: u64, calls: u64) -> Result<(), Broken> {
    let charges = sandbox.counts().charged_calls - before;
    ensure(
        charges == calls,
        format_args!("{calls} charged calls"),
        format_args!("{charges}"),
    )
}

fn cost(reply: &ChatReply) -> Result<String, Broken> {
    let tokens = reply.usage().and_then(|usage| usage.total_tokens).unwrap_or(0);
    ensure(tokens > 0, "the tokens used", "none")?;
    Ok(format!("{tokens} tokens"))
}
