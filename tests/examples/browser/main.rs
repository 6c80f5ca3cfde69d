//! Checks the login in a real browser: our consent page, the way back to the listener, and the listener's page.
//! `cargo xtask browser` starts chromedriver and then this program.
//!
//! The HTTP clients of our tests do not look at a Content-Security-Policy, follow `form-action`, draw anything, or have
//! a dark side. Chromium does. The pictures that it takes are left in the target folder for people to look at.

#[path = "../checks.rs"]
mod checks;
mod looks;
mod webdriver;

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use aipass_auth::{Auth, AuthError, Loopback, SessionInfo};
use aipass_sandbox::{ClientSeed, Route, Sandbox};
use tokio::task::JoinHandle;
use url::Url;

use checks::{Checked, Report, ensure};
use looks::{Shot, look, quiet_console};
use webdriver::Browser;

type Failure = Box<dyn Error + Send + Sync>;

/// Everything takes a few seconds; this is for a browser that hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// How long a click may take to come back to the listener.
const PATIENCE: Duration = Duration::from_secs(15);

const ALLOW: &str = "button[value=allow]";
const DENY: &str = "button[value=deny]";

/// A name that leaves no place to break a line, and letters that mean something in HTML.
const LONG_NAME: &str =
    "Donau<b>dampfschifffahrts&elektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft";

#[tokio::main]
async fn main() -> Result<ExitCode, Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let (driver, chromium, folder, no_sandbox) = match args.as_slice() {
        [driver, chromium, folder] => (*driver, *chromium, *folder, false),
        [driver, chromium, folder, "--no-sandbox"] => (*driver, *chromium, *folder, true),
        _ => {
            return Err("usage: browser CHROMEDRIVER-URL CHROMIUM FOLDER (see `cargo xtask browser`)".into());
        }
    };
    let browser = Browser::open(driver, chromium, no_sandbox).await?;
    let mut desk = Desk::open(browser, folder.into()).await?;
    // The browser is closed also when the checks take too long.
    let outcome = tokio::time::timeout(LIMIT, check_all(&mut desk)).await;
    desk.browser.close().await?;
    Ok(outcome?)
}

async fn check_all(desk: &mut Desk) -> ExitCode {
    let mut report = Report::default();
    report.check("allow", allow(desk)).await;
    report.check("deny", deny(desk)).await;
    report
        .check("somebody else's callback", foreign_callback(desk))
        .await;
    report.check("without JavaScript", without_scripts(desk)).await;
    report.check("a long name", long_name(desk)).await;
    report.check("pictures", pictures(desk)).await;
    report.end()
}

/// A sandbox, and a browser in front of it.
struct Desk {
    browser: Browser,
    sandbox: Sandbox,
    redirect_uri: String,
    folder: PathBuf,
    shots: Vec<Shot>,
}

const CLIENT: &str = "client_browser";
const LONG_CLIENT: &str = "client_long";

impl Desk {
    async fn open(browser: Browser, folder: PathBuf) -> Result<Self, Failure> {
        let redirect_uri = format!("http://127.0.0.1:{}/callback", free_port()?);
        let client = |id: &str, name: &str| ClientSeed::new(id).name(name).redirect_uri(&redirect_uri);
        let sandbox = Sandbox::builder()
            .client(client(CLIENT, "Focus Timer"))
            .client(client(LONG_CLIENT, LONG_NAME))
            .start()
            .await?;
        Ok(Self {
            browser,
            sandbox,
            redirect_uri,
            folder,
            shots: Vec::new(),
        })
    }

    /// Begins a login, whose opener is this browser, and goes to the consent page.
    async fn begin(&self, client_id: &str, app_name: &str) -> Result<Login, Failure> {
        let auth = Auth::builder(client_id)
            .base_url(self.sandbox.base_url())
            .app_name(app_name)
            .build()?;
        let (sender, mut urls) = tokio::sync::mpsc::unbounded_channel();
        let flow = Loopback::new()
            .redirect_uri(&self.redirect_uri)
            .timeout(PATIENCE)
            .opener(move |url: &Url| sender.send(url.clone()).map_err(io::Error::other));
        let task = tokio::spawn(async move { auth.login(flow).await });
        let url = urls.recv().await.ok_or("the login never opened a browser")?;
        // What a check that failed has left in the console is not this one's.
        self.browser.console().await?;
        self.browser.go(url.as_str()).await?;
        Ok(Login { task, url })
    }

    async fn look(&mut self, name: &str) -> Result<f64, Failure> {
        look(&self.browser, name, &self.folder, &mut self.shots).await
    }

    async fn heading(&self) -> Result<String, Failure> {
        let script = "return document.querySelector('h1').textContent";
        let heading = self.browser.script(script, serde_json::json!([])).await?;
        Ok(heading.as_str().unwrap_or_default().to_owned())
    }

    async fn must_say(&self, words: &str) -> Result<(), Failure> {
        let found = self.heading().await?;
        ensure(found.contains(words), format!("the page says {found:?}"))
    }
}

/// A login under way.
struct Login {
    task: JoinHandle<Result<SessionInfo, AuthError>>,
    url: Url,
}

impl Login {
    async fn end(mut self) -> Result<Result<SessionInfo, AuthError>, Failure> {
        Ok((&mut self.task).await?)
    }
}

impl Drop for Login {
    fn drop(&mut self) {
        // A check that failed half-way leaves the port to the next one.
        self.task.abort();
    }
}

async fn allow(desk: &mut Desk) -> Checked {
    let login = desk.begin(CLIENT, "Focus Timer").await?;
    desk.must_say("Focus Timer wants to use your AI Pass").await?;
    let consent = desk.look("consent").await?;
    quiet_console(&desk.browser, None).await?;
    desk.browser.click(ALLOW).await?;
    let session = login.end().await??;
    desk.must_say("You are signed in to Focus Timer").await?;
    let result = desk.look("signed-in").await?;
    quiet_console(&desk.browser, None).await?;
    Ok(format!(
        "signed in with {:?}; lowest contrast {consent:.1} at the consent, {result:.1} at the end",
        session.scopes
    ))
}

async fn deny(desk: &mut Desk) -> Checked {
    let before = desk.sandbox.counts().requests_to(Route::Token);
    let login = desk.begin(CLIENT, "Focus Timer").await?;
    desk.browser.click(DENY).await?;
    let error = login.end().await?.err().ok_or("the login succeeded")?;
    ensure(error.is_denied(), format!("the error is another one: {error}"))?;
    desk.must_say("You did not allow access").await?;
    let contrast = desk.look("denied").await?;
    quiet_console(&desk.browser, Some("status of 400")).await?;
    let after = desk.sandbox.counts().requests_to(Route::Token);
    ensure(before == after, "the token endpoint was asked")?;
    Ok(format!(
        "a typed error and a page that says so; lowest contrast {contrast:.1}"
    ))
}

async fn foreign_callback(desk: &mut Desk) -> Checked {
    let login = desk.begin(CLIENT, "Focus Timer").await?;
    let foreign = format!("{}?code=c&state=another", desk.redirect_uri);
    desk.browser.go(&foreign).await?;
    desk.must_say("This is not the current sign-in").await?;
    let contrast = desk.look("refused").await?;
    quiet_console(&desk.browser, Some("status of 400")).await?;
    desk.browser.go(login.url.as_str()).await?;
    desk.browser.click(ALLOW).await?;
    login.end().await??;
    Ok(format!(
        "refused, and the login goes on to its end; lowest contrast {contrast:.1}"
    ))
}

async fn without_scripts(desk: &mut Desk) -> Checked {
    looks::scripts(&desk.browser, false).await?;
    let outcome = async {
        let login = desk.begin(CLIENT, "Focus Timer").await?;
        desk.browser.click(ALLOW).await?;
        login.end().await??;
        let title = desk.browser.title().await?;
        ensure(
            title == "You are signed in to Focus Timer",
            format!("the page's title is {title:?}"),
        )?;
        quiet_console(&desk.browser, None).await
    }
    .await;
    looks::scripts(&desk.browser, true).await?;
    outcome?;
    Ok("consent, way back and page work".to_owned())
}

async fn long_name(desk: &mut Desk) -> Checked {
    let login = desk.begin(LONG_CLIENT, LONG_NAME).await?;
    desk.must_say(&format!("{LONG_NAME} wants to use your AI Pass"))
        .await?;
    desk.look("consent-long").await?;
    desk.browser.click(ALLOW).await?;
    login.end().await??;
    let heading = desk.heading().await?;
    ensure(
        heading.contains("<b>") && heading.contains('&'),
        format!("the page says {heading:?}"),
    )?;
    desk.look("signed-in-long").await?;
    quiet_console(&desk.browser, None).await?;
    Ok("it is shown letter by letter and fits".to_owned())
}

async fn pictures(desk: &mut Desk) -> Checked {
    looks::compare(&desk.browser, &desk.shots).await?;
    Ok(format!(
        "{} of pages in light and dark, narrow and wide, none blank; look at them in {}",
        desk.shots.len(),
        desk.folder.display()
    ))
}

/// A port for the redirect URI, which AI Pass compares with its port. It lies below the range from which the system
/// hands ports out, since a connection of the browser could draw it there before the listener takes it.
fn free_port() -> Result<u16, Failure> {
    let free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let mut ports = 20_000..30_000;
    Ok(ports.find(free).ok_or("every port is taken")?)
}
