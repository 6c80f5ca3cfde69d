//! `aipass chat -u`: what the answer took, and what is left.

use crate::{cmd_balance, context::Context, exit::Exit, failure::Failure, output};
use aipass::{Balance, ChatReply, Client};

/// The balance after the call, or why it is not known.
pub(super) type Left = Result<Balance, Failure>;

/// Asks for the balance anew. A failure is for [`tell`] alone: the answer is there, whatever becomes of this.
pub(super) async fn left(context: &Context, client: &Client) -> Left {
    let fetch = async { Ok(client.fetch_balance().await?.into_inner()) };
    context.interrupt.stops(fetch).await
}

/// Tells all of it on stderr.
pub(super) fn tell(reply: &ChatReply, left: &Left) {
    output::note(&tokens(reply));
    if let Some(cost) = reply.meta().cost() {
        output::note(&format!("cost: {} USD", output::usd(cost)));
    }
    match left {
        Ok(balance) => output::note(&format!("balance: {}", cmd_balance::in_words(balance))),
        Err(failure) => unknown(failure),
    }
}

/// Tells why there is no balance.
pub(super) fn unknown(failure: &Failure) {
    if failure.exit != Exit::Interrupted
        && let Some(report) = &failure.report
    {
        output::note(&format!("balance: not known: {}", output::one_line(&report.what)));
    }
}

fn tokens(reply: &ChatReply) -> String {
    let usage = reply.usage();
    let parts = [
        (usage.and_then(|usage| usage.prompt_tokens), "in"),
        (usage.and_then(|usage| usage.completion_tokens), "out"),
        (usage.and_then(|usage| usage.total_tokens), "in total"),
    ];
    let told: Vec<_> = parts
        .into_iter()
        .filter_map(|(count, what)| Some(format!("{} {what}", count?)))
        .collect();
    if told.is_empty() {
        "tokens: the service did not tell".to_owned()
    } else {
        format!("tokens: {}", told.join(", "))
    }
}
