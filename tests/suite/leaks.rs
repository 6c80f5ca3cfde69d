//! No secret in a log, a `Debug` output or an error, on any path of the facade.

use crate::session::signed_in;
use aipass_sandbox::{Fault, Route, Sandbox};
use std::{
    error::Error as _,
    fmt::{self, Debug},
    io::Write,
    sync::{Arc, Mutex},
};

#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn show(&self, value: &dyn Debug) {
        writeln!(self.clone(), "{value:?} {value:#?}").unwrap();
    }

    pub(crate) fn error(&self, error: &aipass::Error) {
        self.show(error);
        writeln!(self.clone(), "{error} {}", error.help()).unwrap();
        let mut source = error.source();
        while let Some(error) = source {
            writeln!(self.clone(), "{error} {error:?}").unwrap();
            source = error.source();
        }
    }
}

// Not what it holds: that would stand in it twice.
impl Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn no_secret_leaves_the_facade() {
    let (text, secrets) = listen(async |log| every_path(&log).await);
    assert!(
        secrets.len() >= 6,
        "the paths must have made secrets: {}",
        secrets.len()
    );
    assert!(
        text.contains("the token was refused"),
        "the log must have heard the facade"
    );
    assert!(
        text.contains("hyper_util"),
        "the log must have heard the layers below"
    );
    hold_no(&text, secrets);
}

/// Runs the paths on this thread alone, and gives back all that was logged and shown, down to the sockets.
pub(crate) fn listen<T>(paths: impl AsyncFnOnce(Log) -> T) -> (String, T) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    // While there is only one subscriber, an event that another thread meets first is switched off for everybody.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let outcome = tracing::subscriber::with_default(subscriber, || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(paths(log.clone()))
    });
    let text = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    (text, outcome)
}

pub(crate) fn hold_no(text: &str, secrets: impl IntoIterator<Item = String>) {
    for secret in secrets {
        assert!(
            !text.contains(&secret),
            "a secret stands in:\n{}",
            around(text, &secret)
        );
    }
}

async fn every_path(log: &Log) -> Vec<String> {
    let sandbox = Sandbox::start().await.unwrap();
    let ai = signed_in(&sandbox).await;
    log.show(&ai);
    log.show(&ai.session().await.unwrap());
    log.show(&ai.chat("gpt-4o-mini").user("hi"));
    log.show(&ai.chat("gpt-4o-mini").user("hi").send().await.unwrap());
    let stream = ai.chat("gpt-4o-mini").user("hi").stream().await.unwrap();
    log.show(&stream);
    log.show(&stream.collect_message().await.unwrap());
    sandbox.expire_access_tokens();
    log.show(&ai.balance().await.unwrap());

    // A service that quotes the token in its error.
    let first = secrets_of(&sandbox)
        .into_iter()
        .find(|secret| secret.starts_with("sbx_at_"))
        .unwrap();
    for fault in [
        Fault::status(500, "{}"),
        Fault::status(403, r#"{"error":"insufficient_scope"}"#),
        Fault::status(
            403,
            format!(r#"{{"error":"token {0} is not valid","type":"{0}"}}"#, first),
        ),
        Fault::Reset,
        Fault::CutAfterBytes(10),
        Fault::Html200,
    ] {
        sandbox.fail_next(Route::ChatCompletions, fault);
        log.error(&ai.chat("gpt-4o-mini").user("hi").send().await.unwrap_err());
    }
    let mut secrets = secrets_of(&sandbox);
    // A failed renewal is followed by a pause, so each failure gets a service of its own.
    for fault in [
        Fault::status(502, "oops"),
        Fault::status(400, r#"{"error":"invalid_grant"}"#),
        Fault::Reset,
        Fault::Html200,
    ] {
        let sandbox = Sandbox::start().await.unwrap();
        let ai = signed_in(&sandbox).await;
        sandbox.expire_access_tokens();
        sandbox.fail_next(Route::Token, fault);
        log.error(&ai.models().await.unwrap_err());
        sandbox.fail_next(Route::Revoke, Fault::Reset);
        log.show(&ai.logout().await.unwrap());
        log.error(&ai.models().await.unwrap_err());
        secrets.extend(secrets_of(&sandbox));
    }
    secrets
}

pub(crate) fn secrets_of(sandbox: &Sandbox) -> Vec<String> {
    let secrets = sandbox.issued_secrets().into_iter().chain(sandbox.seen_secrets());
    secrets.map(|secret| secret.expose_secret().to_owned()).collect()
}

fn around(text: &str, needle: &str) -> String {
    let line = text
        .lines()
        .find(|line| line.contains(needle))
        .unwrap_or_default();
    line.chars()
        .take(400)
        .collect::<String>()
        .replace(needle, "<SECRET>")
}
