//! The exit codes: one table, for the code and for `aipass help exit-codes`.

use std::process::ExitCode;

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Ok,
    Other,
    Usage,
    Config,
    LoginRequired,
    Network,
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
        Exit::Network,
        7,
        "The service was not reached, and certainly nothing was charged.",
    ),
    row(Exit::CheckFailed, 14, "A check failed; the output says which."),
    row(
        Exit::Interrupted,
        130,
        "Interrupted by Ctrl-C. What came until then is printed.",
    ),
];

const fn row(exit: Exit, code: u8, meaning: &'static str) -> Row {
    Row { exit, code, meaning }
}

impl Exit {
    pub(crate) fn code(self) -> u8 {
        TABLE
            .iter()
            .find(|row| row.exit == self)
            .map_or(1, |row| row.code)
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
        use Exit::{CheckFailed, Config, Interrupted, LoginRequired, Network, Ok, Other, Usage};
        let codes = [
            Ok,
            Other,
            Usage,
            Config,
            LoginRequired,
            Network,
            CheckFailed,
            Interrupted,
        ]
        .map(Exit::code);
        assert_eq!(codes, [0, 1, 2, 3, 4, 7, 14, 130]);
        assert_eq!(codes.len(), TABLE.len());
    }
}
