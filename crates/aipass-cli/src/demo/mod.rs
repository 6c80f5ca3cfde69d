//! The steps of the demo. Each one does something, checks what came of it, against the sandbox's own books where it
//! can, and only then says so.

mod report;
mod session;

pub(crate) use report::Report;
pub(crate) use session::{login, logout, refresh, refused, register, sandbox};

use crate::{
    demo::report::{Broken, OrBroken, Step, ensure, held},
    output::{self, usd},
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

/// What is left, in US dollars.
pub(crate) async fn balance(sandbox: &Sandbox, client: &Client) -> Step<f64> {
    let left = left(sandbox, client).await?;
    ensure(left > 0.0, "money in the wallet", usd(left))?;
    held(format!("{} USD left", usd(left)), left)
}

pub(crate) async fn chat(sandbox: &Sandbox, client: &Client, model: &str) -> Step<()> {
    let charged = sandbox.counts().charged_calls;
    let reply = client
        .chat(model)
        .user(QUESTION)
        .send()
        .await
        .or_broken("an answer")?;
    check(&reply, QUESTION)?;
    one_more_charge(sandbox, charged)?;
    held(reply.text(), ())
}

pub(crate) async fn stream(sandbox: &Sandbox, client: &Client, model: &str) -> Step<()> {
    let charged = sandbox.counts().charged_calls;
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
    output::line("")?;
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
    one_more_charge(sandbox, charged)?;
    held(
        format!("{pieces} pieces, printed as they came ({})", cost(&reply)?),
        (),
    )
}

/// The balance after the paid calls.
pub(crate) async fn spent(sandbox: &Sandbox, client: &Client, before: f64) -> Step<()> {
    let left = left(sandbox, client).await?;
    ensure(
        left < before,
        format_args!("less than {} USD", usd(before)),
        usd(left),
    )?;
    let calls = sandbox.counts().charged_calls;
    held(
        format!(
            "{} USD left: {calls} paid calls cost {} USD",
            usd(left),
            usd(before - left)
        ),
        (),
    )
}

/// The balance, if the sandbox's own books say the same.
async fn left(sandbox: &Sandbox, client: &Client) -> Result<f64, Broken> {
    let balance = client.balance().await.or_broken("a balance")?;
    let books = sandbox.wallet().remaining;
    let left = balance.remaining.unwrap_or(f64::NAN);
    // Both come from whole millionths, so a smaller difference is the rounding of a float.
    ensure(
        (left - books).abs() < 5e-7,
        format_args!("{} USD, as in the sandbox's books", usd(books)),
        usd(left),
    )?;
    Ok(left)
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

fn one_more_charge(sandbox: &Sandbox, before: u64) -> Result<(), Broken> {
    let charges = sandbox.counts().charged_calls - before;
    ensure(charges == 1, "one charge", format_args!("{charges} charges"))
}

fn cost(reply: &ChatReply) -> Result<String, Broken> {
    let tokens = reply.usage().and_then(|usage| usage.total_tokens).unwrap_or(0);
    ensure(tokens > 0, "the tokens used", "none")?;
    Ok(format!("{tokens} tokens"))
}
