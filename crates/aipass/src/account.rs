//! The signed-in user: who it is, and what is left in the wallet.

use crate::{
    call::{Told, operation},
    client::Client,
    error::Error,
    foreign,
    meta::Answer,
};
use aipass_api::types::{CheckoutEnvelope, CheckoutRequest, UsageSummary, UsageSummaryData, UserInfo};
use serde_json::{Map, Value};
use std::time::Duration;
use tokio::time::Instant;

/// What the user's wallet holds, in US dollars. A part that the server leaves out is `None`.
///
/// It is a snapshot and no reservation: other apps spend from the same wallet.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Balance {
    /// Spent so far.
    pub spent: Option<f64>,
    /// What may be spent in total.
    pub max: Option<f64>,
    /// What is left.
    pub remaining: Option<f64>,
}

/// A wallet of which less than this is left is low, in percent.
const LOW_PERCENT: f64 = 10.0;

impl Balance {
    /// How much of the wallet is used up, from 0 to 100; `None` where the server does not say enough. An overdrawn wallet is
    /// used up.
    ///
    /// ```
    /// # fn show(balance: aipass::Balance) {
    /// if let Some(percent) = balance.percent_used() {
    ///     println!("{percent:.0} % used");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn percent_used(&self) -> Option<f64> {
        let max = self.max.or_else(|| Some(self.spent? + self.remaining?))?;
        let spent = self.spent.or_else(|| Some(max - self.remaining?))?;
        let percent = if max > 0.0 { spent / max * 100.0 } else { 100.0 };
        percent.is_finite().then_some(percent.clamp(0.0, 100.0))
    }

    /// Whether a tenth of the wallet or less is left, so that it is time to say so. `false` where the server does not say
    /// enough.
    #[must_use]
    pub fn is_low(&self) -> bool {
        self.percent_used()
            .is_some_and(|used| used >= 100.0 - LOW_PERCENT)
    }

    /// Whether less than that is left, in US dollars. `false` where the server does not say it.
    #[must_use]
    pub fn is_below(&self, usd: f64) -> bool {
        self.remaining.is_some_and(|remaining| remaining < usd)
    }
}

/// As good as never, and a time that still can be added to a moment.
const LONGEST_INTERVAL: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The least that can be added, in US dollars.
const LEAST_CHECKOUT: f64 = 0.5;

impl Client {
    /// A link to a page on which the user adds that much money to the wallet, in US dollars, at least 0.50. Open it in the
    /// user's browser. Nothing is charged before the user pays there, and the user does not come back to the app by itself.
    ///
    /// This endpoint is documented later than the playbook (assumed).
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// println!("Top up here: {}", ai.checkout_link(5.0).await?.as_str());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::is_bad_request`], before anything is sent, for less than 0.50. [`Error::is_decode`] where the answer holds no
    /// safe link. Else see [`Error`].
    pub async fn checkout_link(&self, usd: f64) -> Result<Answer<String>, Error> {
        if !usd.is_finite() || usd < LEAST_CHECKOUT {
            return Err(Error::request("at least 0.50 USD can be added"));
        }
        // The user is about to pay.
        self.parts().0.books().forget_balance();
        let (api, call) = self.call(operation!("create_checkout_session"), None)?;
        let base = &self.parts().0.wiring.base;
        let read = |envelope: CheckoutEnvelope| {
            let link = match envelope.data {
                Some(data) => data.checkout_url,
                // Some versions answer without the envelope.
                None => envelope
                    .extra
                    .get("checkoutUrl")
                    .and_then(|url| url.as_str().map(str::to_owned)),
            }?;
            url::Url::parse(&link).ok()?;
            // It is opened in a browser, by a person who trusts the app.
            let safe = foreign::read(base, &link).ok()?.url;
            Some((safe.into(), Told::default()))
        };
        let sending = api
            .create_checkout_session()
            .body(CheckoutRequest::new(usd))
            .send();
        call.answer(sending, read).await
    }

    /// The user's balance. Costs nothing. (Playbook section 7.)
    ///
    /// A balance is kept for five minutes, and no longer than until the next paid call of this session; see
    /// [`fetch_balance`](Self::fetch_balance).
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// if let Some(left) = ai.balance().await?.remaining {
    ///     println!("{left:.2} USD left");
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The call failed; see [`Error`].
    pub async fn balance(&self) -> Result<Answer<Balance>, Error> {
        match self.parts().0.books().fresh_balance() {
            Some(balance) => Ok(balance),
            None => self.fetch_balance().await,
        }
    }

    /// As [`balance`](Self::balance), asked anew: other apps spend from the same wallet.
    ///
    /// # Errors
    /// The call failed; see [`Error`].
    pub async fn fetch_balance(&self) -> Result<Answer<Balance>, Error> {
        let ledger = self.parts().0.books();
        let epoch = ledger.epoch();
        let (api, call) = self.call(operation!("get_usage_summary"), None)?;
        let read = |summary| Some((balance(summary)?, Told::default()));
        let balance = call.answer(api.get_usage_summary().send(), read).await?;
        ledger.keep(&balance, epoch);
        Ok(balance)
    }

    /// Asks for the balance now and after each interval, for as long as somebody wants the next one. Costs nothing. An
    /// interval under a second counts as one.
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) {
    /// let mut watch = ai.balance_watch(std::time::Duration::from_secs(60));
    /// loop {
    ///     match watch.next().await {
    ///         Ok(balance) => println!("{:?}", balance.remaining),
    ///         Err(error) => eprintln!("{error}"),
    ///     }
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn balance_watch(&self, interval: Duration) -> BalanceWatch {
        BalanceWatch {
            client: self.clone(),
            interval: interval.clamp(Duration::from_secs(1), LONGEST_INTERVAL),
            last: None,
        }
    }

    /// Who is signed in. Costs nothing. (Playbook section 8; scope `profile:read`.)
    ///
    /// Recognise a user by `sub`: names and addresses change. Versions of the service that name it `id`, or put the user into
    /// a member `user`, are understood too (assumed).
    ///
    /// # Errors
    /// The call failed; [`Error::is_permission`] where the scope is missing.
    pub async fn userinfo(&self) -> Result<Answer<UserInfo>, Error> {
        let call = self.begin(operation!("get_userinfo"), None)?;
        let url = self.parts().0.address(call.operation);
        let read = call.get_for_body(self, url).await.and_then(|body| {
            let user =
                person(&body).map_err(|error| Error::decode(call.operation, &call.context, &body, &error));
            user?.ok_or_else(|| Error::empty(call.operation, &call.context))
        });
        match read {
            Ok(user) => Ok(Answer::new(user, call.answered(Told::default()))),
            Err(error) => Err(call.failed(error)),
        }
    }
}

/// The balance, again and again: see [`Client::balance_watch`]. Nothing runs while nobody waits.
#[derive(Debug)]
pub struct BalanceWatch {
    client: Client,
    interval: Duration,
    /// When the last one was asked for.
    last: Option<Instant>,
}

impl BalanceWatch {
    /// Waits until the next balance is due, and asks for it. Dropping the future asks for nothing.
    ///
    /// # Errors
    /// The call failed; the watch goes on.
    pub async fn next(&mut self) -> Result<Answer<Balance>, Error> {
        if let Some(due) = self.last.and_then(|last| last.checked_add(self.interval)) {
            tokio::time::sleep_until(due).await;
        }
        self.last = Some(Instant::now());
        self.client.fetch_balance().await
    }
}

/// The user, whatever the members are called; `None` where there is nothing to recognise anybody by.
fn person(json: &[u8]) -> Result<Option<UserInfo>, serde_json::Error> {
    let mut members: Map<String, Value> = serde_json::from_slice(json)?;
    if let Some(Value::Object(inner)) = members.remove("user") {
        for (name, value) in inner {
            members.entry(name).or_insert(value);
        }
    }
    for (name, others) in [("sub", &["id"][..]), ("name", &["display_name", "full_name"])] {
        let found = [name].iter().chain(others).find_map(|other| {
            let found = match members.get(*other)? {
                Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            };
            found.map(Value::from)
        });
        match found {
            Some(found) => drop(members.insert(name.to_owned(), found)),
            None => drop(members.remove(name)),
        }
    }
    if !members.contains_key("sub") {
        return Ok(None);
    }
    if let Some(Value::String(scopes)) = members.get("scopes") {
        let scopes: Vec<_> = scopes.split_whitespace().map(Value::from).collect();
        members.insert("scopes".to_owned(), scopes.into());
    }
    serde_json::from_value(members.into()).map(Some)
}

/// `None` where the answer holds none of the three amounts.
fn balance(summary: UsageSummary) -> Option<Balance> {
    let data = match summary.data {
        Some(data) => data,
        // Some versions answer without the envelope: then the amounts are fields that the envelope does not know.
        None => serde_json::from_value::<UsageSummaryData>(summary.extra.into()).ok()?,
    };
    let balance = Balance {
        spent: data.total_cost,
        max: data.max_budget,
        remaining: data.remaining_budget,
    };
    (balance != Balance::default()).then_some(balance)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<Balance> {
        balance(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn how_much_of_a_wallet_is_used() {
        let percent = |spent, max, remaining| {
            let balance = Balance {
                spent,
                max,
                remaining,
            };
            (balance.percent_used(), balance.is_low())
        };
        assert_eq!(percent(Some(2.5), Some(10.0), None), (Some(25.0), false));
        assert_eq!(percent(None, Some(10.0), Some(1.0)), (Some(90.0), true));
        assert_eq!(percent(Some(9.5), None, Some(0.5)), (Some(95.0), true));
        assert_eq!(percent(Some(12.0), Some(10.0), Some(-2.0)), (Some(100.0), true));
        assert_eq!(percent(Some(0.0), Some(0.0), Some(0.0)), (Some(100.0), true));
        assert_eq!(percent(Some(1.0), None, None), (None, false));
        let balance = Balance {
            remaining: Some(0.4),
            ..Balance::default()
        };
        assert!(balance.is_below(0.5) && !balance.is_below(0.4));
    }

    #[test]
    fn the_balance_is_read_with_and_without_the_envelope() {
        let expected = Balance {
            spent: Some(2.45),
            max: Some(10.0),
            remaining: Some(7.55),
        };
        let bare = r#"{"totalCost":2.45,"maxBudget":10.00,"remainingBudget":"7.55"}"#;
        assert_eq!(
            read(&format!(r#"{{"success":true,"data":{bare}}}"#)),
            Some(expected)
        );
        assert_eq!(read(bare), Some(expected));
        assert_eq!(read(r#"{"success":true,"data":null}"#), None);
        assert_eq!(read(r#"{"success":true,"data":{}}"#), None);
        let unlimited = read(r#"{"data":{"totalCost":1,"maxBudget":null}}"#);
        assert_eq!(
            unlimited,
            Some(Balance {
                spent: Some(1.0),
                max: None,
                remaining: None
            })
        );
    }
}
