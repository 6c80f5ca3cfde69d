//! `aipass doctor`: looks at everything that a login and a call need, and says what to do about what is wrong.

mod checks;

use crate::{
    args::ConnectionArgs,
    context::Context,
    exit::Exit,
    failure::Failure,
    output::{self, Paint},
};
use clap::Args;
use serde::Serialize;

/// Look for what is wrong with the settings, the store, the ports and the connection
#[derive(Args, Debug)]
#[command(after_long_help = "\
✓ is as it should be, ✗ has to be mended, · is good to know. It ends with 14 if there is a ✗. Nothing that \
costs is asked.

JSON: {\"ok\":false,\"checks\":[{\"name\":\"ports\",\"state\":\"failed\",
        \"what\":\"port 8417 is taken, …\",\"help\":\"close the program …\"}]}
\"state\" is \"ok\", \"failed\" or \"note\"; \"help\" is null where there is nothing to do.")]
pub(crate) struct DoctorArgs {
    /// Do not use the network
    #[arg(long)]
    offline: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// What one check found.
#[derive(Debug, Serialize)]
pub(crate) struct Finding {
    name: &'static str,
    state: State,
    what: String,
    help: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Failed,
    Note,
}

/// The stable form of `--json`.
#[derive(Serialize)]
struct Json {
    ok: bool,
    checks: Vec<Finding>,
}

pub(crate) async fn run(context: &Context, args: &DoctorArgs) -> Result<(), Failure> {
    let checks = checks::all(context, &args.connection, args.offline).await;
    let ok = checks.iter().all(|finding| finding.state != State::Failed);
    if args.json {
        output::json(&Json { ok, checks })?;
    } else {
        for finding in &checks {
            finding.print()?;
        }
    }
    if ok {
        Ok(())
    } else {
        // The lines have said it.
        Err(Failure::silent(Exit::CheckFailed))
    }
}

impl Finding {
    fn new(name: &'static str, state: State, what: impl Into<String>) -> Self {
        Self {
            name,
            state,
            what: what.into(),
            help: None,
        }
    }

    fn ok(name: &'static str, what: impl Into<String>) -> Self {
        Self::new(name, State::Ok, what)
    }

    fn note(name: &'static str, what: impl Into<String>) -> Self {
        Self::new(name, State::Note, what)
    }

    /// What a command would have said about it.
    fn failed(name: &'static str, failure: Failure) -> Self {
        let report = failure.report.unwrap_or_default();
        let what = match report.cause.or(report.server) {
            Some(cause) => format!("{} ({cause})", report.what),
            None => report.what,
        };
        Self {
            help: report.help,
            ..Self::new(name, State::Failed, what)
        }
    }

    /// Whether the service could not be reached, so that nothing more has to be asked of it.
    fn is_unreachable(&self) -> bool {
        self.name == "service" && self.state == State::Failed
    }

    fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn print(&self) -> Result<(), Failure> {
        let paint = Paint::stdout();
        let mark = match self.state {
            State::Ok => paint.good("✓"),
            State::Failed => paint.bad("✗"),
            State::Note => paint.dim("·"),
        };
        let name = paint.bold(format!("{:<8}", self.name));
        output::line(&format!("{mark} {name} {}", output::one_line(&self.what)))?;
        let help = self.help.iter().flat_map(|help| help.lines());
        for (index, line) in help.enumerate() {
            let arrow = if index == 0 { "→" } else { " " };
            output::line(&format!("           {arrow} {}", output::harmless(line)))?;
        }
        Ok(())
    }
}
