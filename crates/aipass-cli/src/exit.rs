//! The exit codes: one table, for the code and for `aipass help exit-codes`, and the order in which a failed call is
//! compared with it.

use aipass::{AuthError, ChargeRisk, Error};
use std::process::ExitCode;

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Ok,
    Other,
    Usage,
    Config,
    LoginRequired,
    Budget,
    RateLimited,
    Network,
    MayBeCharged,
    Server,
    Incomplete,
    Filtered,
    Permission,
    Rejected,
    CheckFailed,
    Interrupted,
}

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) exit: Exit,
    pub(crate) code: u8,
    pub(crate) meaning: &'static str,
}

pub(crate) const TABLE: &[Row] = &[
    row(
        Exit::Ok,
        0,
        "It worked. A reader that closes the pipe early counts as success.",
    ),
    row(Exit::Other, 1, "It failed in a way that has no code of its own."),
    row(Exit::Usage, 2, "The command line is wrong."),
    row(
        Exit::Config,
        3,
        "A setting is missing or unusable, or a file cannot be used.",
    ),
    row(
        Exit::LoginRequired,
        4,
        "A login is required: nobody is signed in, or the session is no longer accepted.",
    ),
    row(
        Exit::Budget,
        5,
        "The wallet is empty; stderr says what was spent, and `aipass topup` has the link to a page to add money.",
    ),
    row(
        Exit::RateLimited,
        6,
        "Too many calls; stderr says how long to wait.",
    ),
    row(
        Exit::Network,
        7,
        "The service was not reached or did not answer, and certainly nothing was charged.",
    ),
    row(
        Exit::MayBeCharged,
        8,
        "No usable answer came, and the call may have been charged.",
    ),
    row(
        Exit::Server,
        9,
        "The service, or a provider behind it, failed; the call was not charged.",
    ),
    row(
        Exit::Incomplete,
        10,
        "The answer is incomplete: cut, at the limit of tokens, or a video that is not done in time. What came is kept.",
    ),
    row(
        Exit::Filtered,
        11,
        "A content filter, or the model itself, refused to answer.",
    ),
    row(
        Exit::Permission,
        12,
        "The call is not allowed: a scope is missing, or the account has no access.",
    ),
    row(
        Exit::Rejected,
        13,
        "The service rejected the request, such as for an unknown model.",
    ),
    row(
        Exit::CheckFailed,
        14,
        "A check failed, or a video; the output says which.",
    ),
    row(
        Exit::Interrupted,
        130,
        "Interrupted by Ctrl-C. What came until then is printed.",
    ),
];

const fn row(exit: Exit, code: u8, meaning: &'static str) -> Row {
    Row { exit, code, meaning }
}

/// An exit, and whether it fits a call that failed.
pub(crate) type Rule<E> = (Exit, fn(&E) -> bool);

/// Top to bottom; the first rule that fits decides. A failure of the login side is told by [`OF_LOGINS`].
pub(crate) const OF_CALLS: &[Rule<Error>] = &[
    // The limit that an app sets itself is a budget too.
    (Exit::Budget, |error| {
        error.is_budget_exceeded() || error.is_over_guard()
    }),
    (Exit::RateLimited, Error::is_rate_limited),
    (Exit::LoginRequired, Error::is_login_required),
    // The job was carried out, and came to nothing.
    (Exit::CheckFailed, Error::is_job_failed),
    // It says more than the status that it comes with.
    (Exit::Filtered, Error::is_content_filter),
    (Exit::Permission, Error::is_permission),
    (Exit::Incomplete, |error| {
        error.is_incomplete()
            || error
                .partial()
                .is_some_and(|partial| !partial.choices().is_empty())
    }),
    (Exit::Config, Error::is_file),
    (Exit::MayBeCharged, |error| {
        error.charge_risk().may_have_been_charged()
    }),
    // Nobody but the service can do something about its quota at a provider.
    (Exit::Server, |error| {
        error.is_server() || error.is_provider_quota()
    }),
    (Exit::Network, |error| error.is_network() || error.is_timeout()),
    // It did not get as far as the service.
    (Exit::Usage, |error| {
        error.is_bad_request() && error.attempts() == 0
    }),
    (Exit::Rejected, Error::is_bad_request),
    // A page, a redirect, a status that nobody sends: something answered, and was of no use.
    (Exit::Server, |error| {
        error.is_decode() || (error.status().is_some() && error.charge_risk() != ChargeRisk::NotSent)
    }),
];

/// The same for a login, a renewal or a logout.
pub(crate) const OF_LOGINS: &[Rule<AuthError>] = &[
    (Exit::RateLimited, |error| {
        error.status().is_some_and(|status| status.as_u16() == 429)
    }),
    (Exit::LoginRequired, AuthError::is_login_required),
    (Exit::Network, AuthError::is_network),
    (Exit::Config, |error| {
        error.is_store() || error.is_config() || error.is_listen()
    }),
    (Exit::Server, AuthError::is_temporary),
];

impl Exit {
    pub(crate) fn code(self) -> u8 {
        TABLE
            .iter()
            .find(|row| row.exit == self)
            .map_or(1, |row| row.code)
    }

    /// The exit of what went wrong, by these rules.
    pub(crate) fn of<E>(rules: &[Rule<E>], error: &E) -> Self {
        rules
            .iter()
            .find(|(_, fits)| fits(error))
            .map_or(Self::Other, |(exit, _)| *exit)
    }

    /// Whether it may be over by itself after a while.
    pub(crate) fn may_pass(self) -> bool {
        matches!(
            self,
            Self::RateLimited | Self::Network | Self::MayBeCharged | Self::Server | Self::Incomplete
        )
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_has_its_row() {
        use Exit::*;
        let exits = [
            Ok,
            Other,
            Usage,
            Config,
            LoginRequired,
            Budget,
            RateLimited,
            Network,
            MayBeCharged,
            Server,
            Incomplete,
            Filtered,
            Permission,
            Rejected,
            CheckFailed,
            Interrupted,
        ];
        let codes = exits.map(Exit::code);
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 130]);
        assert_eq!(codes.len(), TABLE.len());
    }

    /// What scripts are told about the order, as numbers.
    #[test]
    fn where_several_fit_the_order_decides() {
        let mut order: Vec<_> = OF_CALLS.iter().map(|(exit, _)| exit.code()).collect();
        assert_eq!(order, [5, 6, 4, 14, 11, 12, 10, 3, 8, 9, 7, 2, 13, 9]);
        order.retain(|code| [5, 6, 4, 12, 10, 8].contains(code));
        assert_eq!(order, [5, 6, 4, 12, 10, 8]);
    }

    #[derive(Debug)]
    struct SaysNo;

    impl aipass::Middleware for SaysNo {
        fn before<'a>(
            &'a self,
            _: &'a mut aipass::Outgoing,
        ) -> aipass::BoxFuture<'a, Result<(), aipass::BoxError>> {
            Box::pin(std::future::ready(Err("no".into())))
        }
    }

    /// The program sets neither a limit nor a veto of its own; whoever adds one finds its code here.
    #[tokio::test]
    async fn a_limit_of_the_app_is_a_budget_and_a_veto_has_no_code() {
        let builder = || aipass::Client::builder().access_token(aipass::Secret::new("token"));
        let limited = builder().budget_guard(aipass::BudgetGuard::new(0.0, 0.0));
        let vetoed = builder().middleware(SaysNo);
        for (builder, exit) in [(limited, Exit::Budget), (vetoed, Exit::Other)] {
            let chat = builder.build().unwrap().chat("model").user("Hi");
            assert_eq!(Exit::of(OF_CALLS, &chat.send().await.unwrap_err()), exit);
        }
    }
}
