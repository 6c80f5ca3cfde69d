//! Real processes on one session: they share a renewal, and survive each other's death.
//!
//! A process is this test program once more, told by its environment what to do; see [`child`].

use crate::support::eventually;
use aipass::{
    AccountKey, BaseUrl, Client, FileStore, KeyringOrFile, StoreBackend, StoreError, StoredTokens, TokenStore,
};
use aipass_sandbox::Sandbox;
use keyring_core::{CredentialStore, api::CredentialStoreApi};
use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{ChildStdin, ChildStdout, Command, Stdio},
    sync::Arc,
    time::{Duration, SystemTime},
};

const ROLE: &str = "AIPASS_TEST_ROLE";
const PLACE: &str = "AIPASS_TEST_PLACE";
const KIND: &str = "AIPASS_TEST_STORE";
const BASE_URL: &str = "AIPASS_TEST_BASE_URL";
const CLIENT_ID: &str = "AIPASS_TEST_CLIENT_ID";

/// Not a test of its own: it is what the processes of the tests below do, and returns at once without a role.
#[tokio::test]
async fn child() {
    let variable = |name| std::env::var(name).unwrap();
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let place = variable(PLACE);
    let store: Arc<dyn TokenStore> = match variable(KIND).as_str() {
        "file" => Arc::new(FileStore::in_dir(place)),
        // A keyring that works, in a process where the choice was made long ago.
        "either" => Arc::new(KeyringOrFile::new(
            keyring_core::mock::Store::new().unwrap(),
            place,
        )),
        other => panic!("{other}"),
    };
    let key = AccountKey::new(
        &BaseUrl::parse(&variable(BASE_URL)).unwrap(),
        variable(CLIENT_ID),
        "default",
    );
    match role.as_str() {
        "call" => {
            say("ready");
            hear();
            let ai = Client::builder()
                .base_url(variable(BASE_URL))
                .client_id(variable(CLIENT_ID))
                .token_store_arc(store)
                .build()
                .unwrap();
            let models = ai.models().await;
            ai.close().await;
            match models {
                Ok(_) => say("outcome: works"),
                Err(error) => say(&format!("outcome: {error:?}")),
            }
        }
        "hold" => {
            let _lock = store.lock(&key).await.unwrap();
            say("holding");
            // Until its end; a parent that is gone counts as one.
            hear();
        }
        "rewrite" => {
            let tokens = store.load(&key).await.unwrap().unwrap();
            for round in 0.. {
                let _lock = store.lock(&key).await.unwrap();
                store.save(&key, &tokens).await.unwrap();
                if round == 3 {
                    say("rewriting");
                }
            }
        }
        other => panic!("{other}"),
    }
}

fn say(text: &str) {
    // The line before it may belong to the test harness.
    let mut out = std::io::stdout();
    writeln!(out, "\n{text}").unwrap();
    out.flush().unwrap();
}

fn hear() {
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

/// A process; it is killed when it is dropped.
struct Process {
    child: std::process::Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Process {
    /// Sends a line, which lets it go on.
    fn go(&mut self) {
        let mut input = self.input.take().unwrap();
        writeln!(input, "go").unwrap();
    }

    /// The first line that begins so, without its beginning.
    fn line(&mut self, beginning: &str) -> String {
        tokio::task::block_in_place(|| {
            let mut line = String::new();
            while self.output.read_line(&mut line).unwrap() > 0 {
                if let Some(rest) = line.trim_end().strip_prefix(beginning) {
                    return rest.to_owned();
                }
                line.clear();
            }
            panic!("the process ended before it said `{beginning}`")
        })
    }

    fn outcome(&mut self) -> String {
        self.line("outcome: ")
    }

    /// As the kernel does it when memory runs out: nothing is cleaned up.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -{name} {}", self.child.id())])
            .status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A sandbox, a folder, and a session in it.
struct Rig {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
    client_id: String,
    kind: &'static str,
}

impl Rig {
    async fn new(kind: &'static str) -> Self {
        let sandbox = Sandbox::start().await.unwrap();
        let request =
            aipass_auth::ClientRegistration::new("Test App", "myapp://cb").with_scopes(["api:access"]);
        let client = aipass_auth::register_client(sandbox.base_url(), &request, None).await;
        Self {
            client_id: client.unwrap().client_id,
            sandbox,
            folder: tempfile::tempdir().unwrap(),
            kind,
        }
    }

    fn key(&self) -> AccountKey {
        let base_url = BaseUrl::parse(self.sandbox.base_url()).unwrap();
        AccountKey::new(&base_url, &self.client_id, "default")
    }

    fn store(&self) -> Arc<dyn TokenStore> {
        match self.kind {
            "either" => Arc::new(KeyringOrFile::new(Arc::new(NoKeyring), self.folder.path())),
            _ => Arc::new(FileStore::in_dir(self.folder.path())),
        }
    }

    /// Stores a session whose access token has this many seconds left, 0 for none.
    async fn session(&self, left: u64) {
        let issued = self
            .sandbox
            .issue_tokens(&self.client_id, &["api:access"])
            .unwrap();
        if left == 0 {
            self.sandbox.expire_access_tokens();
        }
        let now = SystemTime::now();
        let tokens = StoredTokens::new(&self.key(), issued.access_token)
            .with_refresh_token(issued.refresh_token)
            .with_times(
                now - Duration::from_secs(3600),
                Some(now + Duration::from_secs(left)),
            );
        self.store().save(&self.key(), &tokens).await.unwrap();
    }

    fn client(&self, store: impl TokenStore) -> Client {
        Client::builder()
            .base_url(self.sandbox.base_url())
            .client_id(&self.client_id)
            .token_store(store)
            .build()
            .unwrap()
    }

    fn spawn(&self, role: &str) -> Process {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "processes::child", "--nocapture"])
            .env(ROLE, role)
            .env(KIND, self.kind)
            .env(PLACE, self.folder.path())
            .env(BASE_URL, self.sandbox.base_url())
            .env(CLIENT_ID, &self.client_id)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Process {
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    fn file(&self, extension: &str) -> std::path::PathBuf {
        FileStore::in_dir(self.folder.path())
            .path(&self.key())
            .with_extension(extension)
    }
}

/// A machine without a keyring.
#[derive(Debug)]
struct NoKeyring;

impl CredentialStoreApi for NoKeyring {
    fn vendor(&self) -> String {
        "none".to_owned()
    }

    fn id(&self) -> String {
        String::new()
    }

    fn build(
        &self,
        _: &str,
        _: &str,
        _: Option<&HashMap<&str, &str>>,
    ) -> keyring_core::Result<keyring_core::Entry> {
        Err(keyring_core::Error::PlatformFailure("no keyring here".into()))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

fn file_store(folder: &Path, patience: Duration) -> FileStore {
    FileStore::in_dir(folder).lock_timeout(patience)
}

const SHORT: Duration = Duration::from_millis(200);

async fn eight_processes_share_one_renewal(rig: &Rig) {
    rig.session(0).await;
    // Long enough for all of them to meet.
    rig.sandbox.token_delay(Duration::from_millis(500));
    let mut processes: Vec<_> = (0..8).map(|_| rig.spawn("call")).collect();
    for process in &mut processes {
        process.line("ready");
    }
    for process in &mut processes {
        process.go();
    }
    for process in &mut processes {
        assert_eq!(process.outcome(), "works");
    }
    let counts = rig.sandbox.counts();
    assert_eq!((counts.refresh_requests, counts.token_refusals), (1, 0));

    // The session goes on: the next run needs no renewal, and the one after it can still renew.
    let call = || {
        let mut next = rig.spawn("call");
        next.go();
        next.outcome()
    };
    assert_eq!(call(), "works");
    assert_eq!(rig.sandbox.counts().refresh_requests, 1);
    rig.sandbox.expire_access_tokens();
    assert_eq!(call(), "works");
    assert_eq!(rig.sandbox.counts().refresh_requests, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_processes_on_one_expired_session_cause_one_renewal() {
    eight_processes_share_one_renewal(&Rig::new("file").await).await;
}

/// The first process found no keyring; the later ones have one, and must not look for the session there.
#[tokio::test(flavor = "multi_thread")]
async fn eight_processes_stay_with_the_file_that_was_chosen_for_them() {
    let rig = Rig::new("either").await;
    eight_processes_share_one_renewal(&rig).await;
    let store = KeyringOrFile::new(
        keyring_core::mock::Store::new().unwrap() as Arc<CredentialStore>,
        rig.folder.path(),
    );
    assert_eq!(store.backend(&rig.key()).await.unwrap(), Some(StoreBackend::File));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_that_is_killed_holds_nothing() {
    let rig = Rig::new("file").await;
    let mut holder = rig.spawn("hold");
    holder.line("holding");
    let impatient = file_store(rig.folder.path(), SHORT);
    assert!(
        matches!(impatient.lock(&rig.key()).await, Err(StoreError::Busy)),
        "it is held"
    );
    holder.kill();
    // The lock file is still there; the lock is not.
    assert!(rig.file("lock").exists());
    let patient = file_store(rig.folder.path(), Duration::from_secs(60));
    drop(patient.lock(&rig.key()).await.unwrap());
}

/// The one loss that no client can prevent: the new pair was on its way to a process that died.
#[tokio::test(flavor = "multi_thread")]
async fn killed_between_rotation_and_save_the_session_asks_for_a_login() {
    let rig = Rig::new("file").await;
    rig.session(0).await;
    rig.sandbox.token_delay(Duration::from_secs(600));
    let mut victim = rig.spawn("call");
    victim.go();
    eventually("the server rotates", || {
        rig.sandbox.counts().refresh_requests == 1
    })
    .await;
    victim.kill();
    rig.sandbox.token_delay(Duration::ZERO);

    let next = rig.client(file_store(rig.folder.path(), Duration::from_secs(60)));
    for _ in 0..2 {
        let error = next.models().await.unwrap_err();
        assert!(error.is_login_required(), "{error:?}");
    }
    assert_eq!(
        rig.sandbox.counts().refresh_requests,
        2,
        "the old token is tried once and no more"
    );
    // A login is what helps, and it does.
    rig.session(3600).await;
    assert!(!next.models().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_while_it_writes_tears_nothing() {
    let rig = Rig::new("file").await;
    rig.session(3600).await;
    let store = file_store(rig.folder.path(), Duration::from_secs(60));
    let before = store.load(&rig.key()).await.unwrap().unwrap().to_json();
    for _ in 0..6 {
        let mut writer = rig.spawn("rewrite");
        writer.line("rewriting");
        writer.kill();
        let _lock = store.lock(&rig.key()).await.unwrap();
        let after = store.load(&rig.key()).await.unwrap().unwrap().to_json();
        assert_eq!(after.expose_secret(), before.expose_secret());
    }
    // Nothing of what they left half-written outlives the session.
    store.remove(&rig.key()).await.unwrap();
    let left: Vec<_> = std::fs::read_dir(rig.folder.path())
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    assert_eq!(left, [rig.file("lock")]);
}

fn is_busy(error: &aipass::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if matches!(error.downcast_ref(), Some(StoreError::Busy)) {
            return true;
        }
        source = error.source();
    }
    false
}

/// A laptop's lid, a debugger, a full pipe: the holder is alive and does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_holder_that_stands_still_costs_the_others_no_token_that_works() {
    let rig = Rig::new("file").await;
    // Due for renewal, and good for a while.
    rig.session(58).await;
    let mut holder = rig.spawn("hold");
    holder.line("holding");
    holder.signal("STOP");
    let other = rig.client(file_store(rig.folder.path(), SHORT));
    for _ in 0..2 {
        assert!(!other.models().await.unwrap().is_empty());
    }
    assert_eq!(
        rig.sandbox.counts().refresh_requests,
        0,
        "nobody renews without the lock"
    );

    // When nothing works any more it is an error for the moment, and not the end of the session.
    rig.sandbox.expire_access_tokens();
    let cold = rig.client(file_store(rig.folder.path(), SHORT));
    for client in [&other, &cold] {
        let error = client.models().await.unwrap_err();
        assert!(!error.is_login_required(), "{error:?}");
        assert!(is_busy(&error), "{error:?}");
    }
    assert_eq!(rig.sandbox.counts().refresh_requests, 0);

    holder.signal("CONT");
    holder.go();
    let patient = rig.client(file_store(rig.folder.path(), Duration::from_secs(60)));
    assert!(!patient.models().await.unwrap().is_empty());
    assert_eq!(rig.sandbox.counts().refresh_requests, 1);
}
