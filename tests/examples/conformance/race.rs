//! Eight processes that find one session expired at the same moment; and the same without a lock, as the control.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, SystemTime};

use aipass_auth::{AccountKey, BoxFuture, FileStore, StoreError, StoreLock, StoredTokens, TokenStore};

use super::checks::{Checked, ensure};
use super::login::signed_in;
use super::server::{Dialect, INSTALLED, Server};
use super::session::stored;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const PROCESSES: usize = 8;

/// The first argument of a child.
pub(crate) const CHILD: &str = "child";

/// Long enough for all eight to ask before the first is answered.
const TOKEN_DELAY_MS: u64 = 1000;

/// Whether the children exclude each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guard {
    Locked,
    Unlocked,
}

impl Guard {
    fn name(self) -> &'static str {
        match self {
            Self::Locked => "locked",
            Self::Unlocked => "unlocked",
        }
    }
}

/// A store whose lock keeps nobody out, as a client without one behaves.
#[derive(Debug)]
struct Unlocked(FileStore);

impl TokenStore for Unlocked {
    fn load<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<Option<StoredTokens>, StoreError>> {
        self.0.load(key)
    }

    fn save<'a>(
        &'a self,
        key: &'a AccountKey,
        tokens: &'a StoredTokens,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.0.save(key, tokens)
    }

    fn save_if<'a>(
        &'a self,
        key: &'a AccountKey,
        _expected: Option<u64>,
        tokens: &'a StoredTokens,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.0.save(key, tokens)
    }

    fn remove<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<(), StoreError>> {
        self.0.remove(key)
    }

    fn lock<'a>(&'a self, _key: &'a AccountKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        Box::pin(async { Ok(StoreLock::new(())) })
    }
}

/// With the lock: everybody gets a token that works, the server is asked once, and it goes on like that.
pub(crate) async fn locked(server: &Server) -> Checked {
    let dir = tempfile::tempdir()?;
    let store = FileStore::in_dir(dir.path().join("tokens"));
    let auth = signed_in(server, INSTALLED, Dialect::AiPass, store.clone()).await?;
    for round in ["the first run", "the next run"] {
        expire(auth.account_key(), &store).await?;
        let before = server.stats().await?;
        let answers = race(server, store.dir(), Guard::Locked).await?;
        let after = server.stats().await?;
        ensure(
            answers.iter().all(|answer| answer == "200"),
            format!("{round}: not everybody got a token that works: {answers:?}"),
        )?;
        ensure(
            after.refreshes == before.refreshes + 1 && after.errors.len() == before.errors.len(),
            format!(
                "{round}: {} renewals, refusals: {}",
                after.refreshes - before.refreshes,
                after.errors_since(&before)
            ),
        )?;
    }
    Ok(format!(
        "{PROCESSES} of {PROCESSES} got a token that works and the server saw 1 renewal; so it was in the next run"
    ))
}

/// The control: without the lock the session does not survive, or the check above would prove nothing.
pub(crate) async fn unlocked(server: &Server) -> Checked {
    let dir = tempfile::tempdir()?;
    let store = FileStore::in_dir(dir.path().join("tokens"));
    let auth = signed_in(server, INSTALLED, Dialect::AiPass, store.clone()).await?;
    expire(auth.account_key(), &store).await?;
    let before = server.stats().await?;
    let answers = race(server, store.dir(), Guard::Unlocked).await?;
    let after = server.stats().await?;
    let newest = stored(&auth, &store).await?;
    let status = server.call(newest.access_token().expose_secret()).await?;
    ensure(status == 401, "the session survived: the control shows nothing")?;
    let error = auth
        .refresh()
        .await
        .err()
        .ok_or("the session can be renewed: the control shows nothing")?;
    ensure(
        error.is_login_required(),
        format!("the error is another one: {error}"),
    )?;
    let working = answers.iter().filter(|answer| *answer == "200").count();
    Ok(format!(
        "the session is dead, as it should be: {working} of {PROCESSES} got a token that works, {} refused by the server",
        after.errors.len() - before.errors.len(),
    ))
}

/// Lets the stored access token have ended a minute ago, by this machine's clock.
async fn expire(key: &AccountKey, store: &FileStore) -> Result<(), Failure> {
    let tokens = store.load(key).await?.ok_or("the store is empty")?;
    let now = SystemTime::now();
    let minute = Duration::from_secs(60);
    let tokens = tokens.with_times(now - 10 * minute, Some(now - minute));
    store.save(key, &tokens).await?;
    Ok(())
}

/// Starts the children, lets all of them go at one moment, and returns what each of them got.
async fn race(server: &Server, dir: &Path, guard: Guard) -> Result<Vec<String>, Failure> {
    server.delay_tokens(TOKEN_DELAY_MS).await?;
    let (issuer, dir) = (server.issuer.clone(), dir.to_owned());
    let answers = tokio::task::spawn_blocking(move || {
        let mut runners = (0..PROCESSES)
            .map(|_| Runner::start(&issuer, &dir, guard))
            .collect::<Result<Vec<_>, _>>()?;
        for runner in &mut runners {
            let line = runner.line()?;
            ensure(line == "ready", format!("a process did not start: {line}"))?;
        }
        for runner in &mut runners {
            runner.go()?;
        }
        runners
            .iter_mut()
            .map(Runner::line)
            .collect::<Result<Vec<_>, _>>()
    })
    .await?;
    server.delay_tokens(0).await?;
    answers
}

/// One child. It ends with its input, so none outlives this program.
struct Runner {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Runner {
    fn start(issuer: &str, dir: &Path, guard: Guard) -> Result<Self, Failure> {
        let mut process = Command::new(std::env::current_exe()?)
            .args([CHILD, guard.name(), issuer])
            .arg(dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = process.stdin.take().ok_or("a process has no input")?;
        let output = process.stdout.take().ok_or("a process has no output")?;
        Ok(Self {
            process,
            input,
            output: BufReader::new(output),
        })
    }

    fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    fn go(&mut self) -> Result<(), Failure> {
        writeln!(self.input, "go")?;
        Ok(self.input.flush()?)
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        // Usually it has ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The child: gets ready, waits for the word, and says what a call with its token was answered.
#[expect(clippy::print_stdout, reason = "this is how a child answers its parent")]
pub(crate) async fn child(guard: &str, issuer: &str, dir: &str) -> Result<(), Failure> {
    let server = Server::new(issuer)?;
    let store = FileStore::in_dir(dir);
    let builder = if guard == Guard::Locked.name() {
        server.client(INSTALLED, Dialect::AiPass, store)
    } else {
        server.client(INSTALLED, Dialect::AiPass, Unlocked(store))
    };
    let auth = builder.build()?;
    println!("ready");
    let mut word = String::new();
    if std::io::stdin().read_line(&mut word)? == 0 {
        return Ok(());
    }
    match auth.token(None).await {
        Ok(token) => println!("{}", server.call(token.expose_secret()).await?),
        Err(error) if error.is_login_required() => println!("login required"),
        Err(error) => println!("{error}"),
    }
    auth.close().await;
    Ok(())
}
