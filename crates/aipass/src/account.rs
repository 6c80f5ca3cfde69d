//! The signed-in user: who it is, and what is left in the wallet.

use crate::{client::Client, error::Error};
use aipass_api::types::{UsageSummary, UsageSummaryData, UserInfo};

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

impl Client {
    /// The user's balance. Costs nothing. (Playbook section 7.)
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
    pub async fn balance(&self) -> Result<Balance, Error> {
        let call = self.prepare("get_usage_summary");
        let summary = call
            .api
            .get_usage_summary()
            .send()
            .await
            .map_err(|error| call.error(&error))?;
        balance(summary.into_inner()).ok_or_else(|| Error::empty(call.operation, &call.call))
    }

    /// Who is signed in. Costs nothing. (Playbook section 8; scope `profile:read`.)
    ///
    /// Recognise a user by `sub`: names and addresses change.
    ///
    /// # Errors
    /// The call failed; [`Error::is_permission`] where the scope is missing.
    pub async fn userinfo(&self) -> Result<UserInfo, Error> {
        let call = self.prepare("get_userinfo");
        let user = call
            .api
            .get_userinfo()
            .send()
            .await
            .map_err(|error| call.error(&error))?;
        Ok(user.into_inner())
    }
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
