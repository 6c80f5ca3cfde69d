//! What `-u` adds to a paid call: what it took, and what is left.

use crate::{cmd_balance, context::Context, exit::Exit, failure::Failure, output};
use aipass::{Balance, Client};

/// The balance after the call, or why it is not known.
pub(crate) type Left = Result<Balance, Failure>;

/// Asks for the balance anew. A failure is for [`tell`] alone: the answer is there, whatever becomes of this.
pub(crate) async fn left(context: &Context, client: &Client) -> Left {
    let fetch = async { Ok(client.fetch_balance().await?.into_inner()) };
    context.interrupt.stops(fetch).await
}

/// The same where it is asked for.
pub(crate) async fn left_if(wanted: bool, context: &Context, client: &Client) -> Option<Left> {
    if wanted {
        Some(left(context, client).await)
    } else {
        None
    }
}

/// Tells all of it on stderr.
pub(crate) fn tell(tokens: Option<String>, cost: Option<f64>, left: &Left) {
    if let Some(tokens) = tokens {
        output::note(&tokens);
    }
    if let Some(cost) = cost {
        output::note(&format!("cost: {} USD", output::usd(cost)));
    }
    match left {
        Ok(balance) => output::note(&format!("balance: {}", cmd_balance::in_words(balance))),
        Err(failure) => unknown(failure),
    }
}

/// Tells why there is no balance.
pub(crate) fn unknown(failure: &Failure) {
    if failure.exit != Exit::Interrupted
        && let Some(report) = &failure.report
    {
        output::note(&format!("balance: not known: {}", output::one_line(&report.what)));
    }
}

/// The end of a command whose result is there: 0, unless Ctrl-C came while the balance was asked for.
pub(crate) fn end(left: Option<Left>) -> Result<(), Failure> {
    match left {
        Some(Err(failure)) if failure.exit == Exit::Interrupted => Err(Failure::interrupted(
            "interrupted before the balance came; the rest is done",
        )),
        _ => Ok(()),
    }
}

/// Numbers of tokens in a line; `None` where the service told none.
pub(crate) fn tokens(taken: Option<i64>, given: Option<i64>, total: Option<i64>) -> Option<String> {
    let parts = [(taken, "in"), (given, "out"), (total, "in total")];
    let told: Vec<_> = parts
        .into_iter()
        .filter_map(|(count, what)| Some(format!("{} {what}", count?)))
        .collect();
    (!told.is_empty()).then(|| format!("tokens: {}", told.join(", ")))
}
