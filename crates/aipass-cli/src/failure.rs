//! Why a command failed: what the person reads, and the exit code that a script reads.

use crate::{
    environment,
    exit::{self, Exit},
    output::usd,
};
use aipass::{AuthError, BudgetExceeded, ConfigError};
use std::{error::Error as StdError, io};

/// A command that did not do what it was asked for.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// `None` where there is nothing to say, as for a reader that closed the pipe.
    pub(crate) report: Option<Box<Report>>,
    /// A login would help, and the command could then be run again without paying for anything twice.
    pub(crate) login_helps: bool,
}

/// What to do where nobody is signed in.
const LOGIN: &str = "run `aipass login`";

/// What to do where the wallet is empty.
const TOP_UP: &str = "add money: `aipass topup` prints the link to a page for that";

/// What is printed about it, on stderr.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// What happened: a fragment without a full stop.
    pub(crate) what: String,
    /// What to do about it.
    pub(crate) help: Option<String>,
    /// What the wallet has spent and may spend, where that is the reason.
    pub(crate) wallet: Option<String>,
    /// The server's own words.
    pub(crate) server: Option<String>,
    /// The reason at the bottom, as the system words it.
    pub(crate) cause: Option<String>,
    /// Part of the answer stands on stdout.
    pub(crate) is_partial: bool,
}

impl Failure {
    pub(crate) fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self {
            exit,
            report: Some(Box::new(Report {
                what: what.into(),
                ..Report::default()
            })),
            login_helps: false,
        }
    }

    /// The command ends with this code and has nothing more to say.
    pub(crate) fn silent(exit: Exit) -> Self {
        Self {
            exit,
            report: None,
            login_helps: false,
        }
    }

    pub(crate) fn usage(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what).with_help(help)
    }

    pub(crate) fn config(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(Exit::Config, what).with_help(help)
    }

    /// Ctrl-C; `what` says what is lost and what is kept.
    pub(crate) fn interrupted(what: impl Into<String>) -> Self {
        Self::new(Exit::Interrupted, what)
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        if let Some(report) = &mut self.report {
            report.help = Some(help.into());
        }
        self
    }

    /// The same, with the help of another failure that came on top.
    pub(crate) fn with_help_of(self, other: Self) -> Self {
        match other.report.and_then(|report| report.help) {
            Some(help) => self.with_help(help),
            None => self,
        }
    }

    /// The same, for a program that was called with `--profile`: what helps has to have the same.
    pub(crate) fn for_profile(mut self, profile: Option<&str>) -> Self {
        if let (Some(profile), Some(report)) = (profile, &mut self.report)
            && let Some(help) = &mut report.help
        {
            *help = help
                .replace("`aipass login`", &format!("`aipass login --profile {profile}`"))
                .replace("`aipass topup`", &format!("`aipass --profile {profile} topup`"))
                .replace("`aipass video", &format!("`aipass --profile {profile} video"))
                .replace(
                    "`aipass login --scope",
                    &format!("`aipass login --profile {profile} --scope"),
                );
        }
        self
    }

    /// The same, where part of the answer has been printed: it has been paid for, so the call is not simply run again.
    pub(crate) fn after_a_part(mut self) -> Self {
        self.login_helps = false;
        if let Some(report) = &mut self.report {
            // Whoever presses Ctrl-C is told so already.
            report.is_partial = self.exit != Exit::Interrupted;
        }
        self
    }

    /// A fault of the output. Whoever reads the pipe may stop when it has enough: that is no failure.
    pub(crate) fn output(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::silent(Exit::Ok);
        }
        let mut failure = Self::new(Exit::Config, "the output cannot be written");
        failure.describe(None, Some(error.to_string()));
        failure
    }

    /// The same, with what the server or the model said about it.
    pub(crate) fn with_words(mut self, words: Option<&str>) -> Self {
        if let Some(report) = &mut self.report {
            report.server = words.map(str::to_owned);
        }
        self
    }

    /// The reason at the bottom, as the system words it.
    pub(crate) fn set_cause(&mut self, cause: impl Into<String>) {
        if let Some(report) = &mut self.report {
            report.cause = Some(cause.into());
        }
    }

    /// The same, for a paid call that Ctrl-C stopped on its way.
    pub(crate) fn perhaps_charged(self) -> Self {
        match self.exit {
            Exit::Interrupted => self.with_help("the call may have been charged"),
            _ => self,
        }
    }

    /// The same, where nothing can have been charged.
    pub(crate) fn of_a_free_call(mut self) -> Self {
        if self.exit == Exit::MayBeCharged {
            self.exit = Exit::Server;
            return self.with_help("try again later");
        }
        self
    }

    /// The same, after something was paid for: the command is not simply run again, with a login or without.
    pub(crate) fn after_paying(mut self) -> Self {
        self.login_helps = false;
        self
    }

    fn describe(&mut self, server: Option<String>, cause: Option<String>) {
        if let Some(report) = &mut self.report {
            report.server = server;
            report.cause = cause;
        }
    }
}

impl From<aipass::Error> for Failure {
    fn from(error: aipass::Error) -> Self {
        if let Some(auth) = error.auth_error() {
            let mut failure = Self::from(auth.clone());
            // What the service said about the call itself, if it said anything before the login side failed.
            if let (Some(report), Some(words)) = (&mut failure.report, error.server_message()) {
                report.server.get_or_insert_with(|| words.to_owned());
            }
            return failure;
        }
        let exit = Exit::of(exit::OF_CALLS, &error);
        let mut failure = Self::new(exit, error.to_string()).with_help(help_of(&error));
        failure.login_helps = error.is_login_required() && !environment::ACCESS_TOKEN.is_set();
        // Where the server answered, its status and words say it better than the layers below.
        let broke = error.is_network() || error.is_incomplete() || error.is_decode();
        let cause = if broke { root_cause(&error) } else { None };
        failure.describe(error.server_message().map(str::to_owned), cause);
        if let Some(report) = &mut failure.report {
            report.wallet = error.budget().and_then(spent);
        }
        failure
    }
}

/// What an empty wallet has spent, as far as the service says.
fn spent(budget: BudgetExceeded) -> Option<String> {
    match (budget.spent, budget.max) {
        (Some(spent), Some(max)) => Some(format!("{} of {} USD spent", usd(spent), usd(max))),
        (Some(spent), None) => Some(format!("{} USD spent", usd(spent))),
        (None, Some(max)) => Some(format!("{} USD at most", usd(max))),
        (None, None) => None,
    }
}

/// The library speaks to programs; where the program knows better what to type, it says so.
fn help_of(error: &aipass::Error) -> String {
    if error.is_login_required() {
        login_help()
    } else if let Some(scope) = error.missing_scope() {
        scope_help(scope)
    } else if error.is_budget_exceeded() {
        // The library names the dashboard of AI Pass itself, which may not be where this wallet is.
        let risk = error.charge_risk();
        if risk.may_have_been_charged() {
            format!("{TOP_UP}; {risk}")
        } else {
            TOP_UP.to_owned()
        }
    } else {
        error.help()
    }
}

/// How to get a scope beside those that every login asks for.
fn scope_help(scope: &str) -> String {
    if environment::ACCESS_TOKEN.is_set() {
        return format!(
            "set a token with the scope {scope} in {}",
            environment::ACCESS_TOKEN.name
        );
    }
    let mut scopes = vec!["api:access", "profile:read"];
    if !scopes.contains(&scope) {
        scopes.push(scope);
    }
    format!(
        "sign in with it: `aipass login --scope {}`",
        scopes.join(" --scope ")
    )
}

/// A login would not help while a variable brings the token.
pub(crate) fn login_help() -> String {
    if environment::ACCESS_TOKEN.is_set() {
        format!(
            "set another token in {0}, or unset {0} and run `aipass login`",
            environment::ACCESS_TOKEN.name
        )
    } else {
        LOGIN.to_owned()
    }
}

impl From<AuthError> for Failure {
    fn from(error: AuthError) -> Self {
        let exit = Exit::of(exit::OF_LOGINS, &error);
        let what = match error.store_error() {
            Some(store) => store.to_string(),
            None => error.to_string(),
        };
        let mut failure = Self::new(exit, what);
        failure.login_helps = error.is_login_required() && !environment::ACCESS_TOKEN.is_set();
        if error.is_login_required() {
            failure = failure.with_help(login_help());
        } else if let Some(help) = error.help() {
            failure = failure.with_help(help);
        }
        failure.describe(error.description().map(str::to_owned), root_cause(&error));
        failure
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let mut failure = Self::config(
            error.to_string(),
            "`aipass help environment` lists the settings and their defaults",
        );
        failure.describe(None, root_cause(&error));
        failure
    }
}

/// The innermost error, unless it only repeats what is said already.
fn root_cause(error: &(dyn StdError + 'static)) -> Option<String> {
    let mut said = vec![error.to_string()];
    let mut next = error.source();
    while let Some(source) = next {
        said.push(source.to_string());
        next = source.source();
    }
    let root = said.pop()?;
    (!said.is_empty() && !said.contains(&root)).then_some(root)
}
