//! Unique secrets through every success and every failure, with everything logged that anybody can log.

use std::error::Error;
use std::fmt::Debug;
use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use aipass_auth::{
    AccessToken, AccountKey, Auth, AuthBuilder, BoxFuture, ClientRegistration, HttpOptions, MemoryStore,
    RefreshMode, RevokeShape, Secret, SessionEvent, StaticToken, StoreError, StoredTokens, TokenSource as _,
    TokenStore, register_client, register_client_with,
};

use crate::support::{RawServer, Reply, client, impatient, key};

const ACCESS: &str = "CANARYaccess7Qx";
const REFRESH: &str = "CANARYrefresh7Qx";
const CODE: &str = "CANARYcode7Qx";
const CLIENT_SECRET: &str = "CANARYclientsecret7Qx";
const ID_TOKEN: &str = "CANARYidtoken7Qx";
const BEARER: &str = "CANARYbearer7Qx";
const PROXY: &str = "CANARYproxy7Qx";

/// Everything that was logged by this process, by `tracing` and by `log`.
#[derive(Clone, Default)]
struct Logged(Arc<Mutex<Vec<u8>>>);

impl Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl log::Log for Logged {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {}\n", record.target(), record.args());
        self.0.lock().unwrap().extend_from_slice(line.as_bytes());
    }

    fn flush(&self) {}
}

impl Logged {
    /// Starts to log, once for the process: spawned tasks and threads log here too.
    fn start() -> Self {
        static LOGGED: OnceLock<Logged> = OnceLock::new();
        LOGGED
            .get_or_init(|| {
                let logged = Self::default();
                let writer = logged.clone();
                let subscriber = tracing_subscriber::fmt()
                    .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
                    .with_writer(move || writer.clone())
                    .finish();
                tracing::subscriber::set_global_default(subscriber).unwrap();
                log::set_logger(Box::leak(Box::new(logged.clone()))).unwrap();
                log::set_max_level(log::LevelFilter::Trace);
                let (panics, usual) = (logged.clone(), std::panic::take_hook());
                std::panic::set_hook(Box::new(move |panic| {
                    panics.clone().write_all(format!("{panic}\n").as_bytes()).ok();
                    usual(panic);
                }));
                logged
            })
            .clone()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

/// What a program could have printed.
#[derive(Default)]
struct Seen(String);

impl Seen {
    fn debug(&mut self, value: &impl Debug) {
        self.0.push_str(&format!("{value:?}\n{value:#?}\n"));
    }

    fn error(&mut self, error: &(impl Error + 'static)) {
        self.debug(&error);
        let mut next: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = next {
            self.0.push_str(&format!("{error}\n{error:?}\n"));
            next = error.source();
        }
    }

    fn outcome<T: Debug, E: Error + 'static>(&mut self, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => {
                self.debug(&value);
                Some(value)
            }
            Err(error) => {
                self.error(&error);
                None
            }
        }
    }
}

/// Answers that carry, quote or hide secrets in every place that they have.
fn answers() -> Vec<Reply> {
    let good = format!(
        r#"{{"access_token":"{ACCESS}","refresh_token":"{REFRESH}","expires_in":1,"id_token":"{ID_TOKEN}"}}"#
    );
    let all = [ACCESS, REFRESH, CODE, CLIENT_SECRET, ID_TOKEN, BEARER].join(" ");
    vec![
        Reply::json(200, &good),
        Reply::json(
            400,
            &format!(r#"{{"error":"invalid_grant","error_description":"{all}"}}"#),
        ),
        Reply::json(
            401,
            &format!(r#"{{"error":{{"message":"{all}","code":"{ACCESS}"}}}}"#),
        ),
        Reply::json(400, &format!(r#"{{"error":"{REFRESH}"}}"#)),
        Reply::json(200, &format!(r#"{{"success":false,"message":"{all}"}}"#)),
        Reply::json(500, &good),
        Reply::html(502, &format!("<html>{all}</html>")),
        Reply::json(200, &format!(r#"{{"access_token":{{"{ACCESS}":1}}}}"#)),
        Reply::json(200, &format!(r#"{{"access_token":"{ACCESS} {REFRESH}"}}"#)),
        Reply::json(
            200,
            &format!(r#"{{"access_token":"{ACCESS}","token_type":"{REFRESH}"}}"#),
        ),
        Reply::json(
            200,
            &format!(r#"{{"access_token":"{ACCESS}","expires_in":"{REFRESH}","scope":["{ID_TOKEN}"#),
        ),
        Reply::json(
            200,
            &format!(r#"{{"access_token":"{ACCESS}","refresh_token":{{"{REFRESH}":[]}}}}"#),
        ),
        Reply::with_head(
            307,
            &format!("Location: https://evil.example/?token={ACCESS}\r\n"),
            &good,
        ),
        Reply::json(200, &format!(r#"{{"pad":"{}{ACCESS}"}}"#, " ".repeat(70_000))),
        Reply::with_head(200, &format!("X-Secret: {ACCESS}\r\n"), ACCESS),
        Reply::Raw(format!("HTTP/1.1 {ACCESS}\r\n\r\n")),
        Reply::Raw(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{{\"access_token\":\"{ACCESS}\""
        )),
        Reply::HangUp,
        Reply::Silence,
    ]
}

fn build(base: &str, shape: RevokeShape) -> AuthBuilder {
    let http = impatient().proxy(format!("http://user:{PROXY}@proxy.example:1"));
    client(base)
        .client_secret(CLIENT_SECRET)
        .revoke_shape(shape)
        .http(http)
}

async fn with_session(auth: AuthBuilder, base: &str) -> Auth {
    let store = MemoryStore::new();
    let tokens = StoredTokens::new(&key(base), ACCESS)
        .with_refresh_token(REFRESH)
        .with_times(std::time::UNIX_EPOCH, Some(std::time::UNIX_EPOCH));
    store.save(&key(base), &tokens).await.unwrap();
    auth.token_store(store).build().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_ever_shown() {
    let logged = Logged::start();
    let mut seen = Seen::default();
    let mut generated = Vec::new();

    for (number, reply) in answers().into_iter().enumerate() {
        let server = RawServer::always(reply).await;
        let base = &server.base;

        let builder = build(base, RevokeShape::default());
        seen.debug(&builder);
        let auth = builder.build().unwrap();
        let (url, pending) = auth.begin("myapp://auth/callback").unwrap();
        seen.debug(&pending);
        let kept: serde_json::Value = serde_json::to_value(&pending).unwrap();
        let state = url
            .query_pairs()
            .find(|(name, _)| name == "state")
            .unwrap()
            .1
            .into_owned();
        generated.extend([state.clone(), kept["verifier"].as_str().unwrap().to_owned()]);
        let callback = format!("myapp://auth/callback?code={CODE}&state={state}");
        seen.outcome(auth.complete(pending, &callback).await);
        let session = seen.outcome(auth.session().await).flatten();
        assert_eq!(session.is_some(), number == 0, "only the first answer is a login");
        seen.debug(&auth);

        // A callback that belongs to no login.
        let (_, pending) = auth.begin("myapp://auth/callback").unwrap();
        seen.outcome(
            auth.complete(
                pending,
                &format!("myapp://auth/callback?code={CODE}&state={ACCESS}"),
            )
            .await,
        );

        let builder = build(base, RevokeShape::default()).refresh_mode(RefreshMode::Background);
        let auth = with_session(builder, base).await;
        let mut events = auth.events();
        let token = seen.outcome(auth.token(None).await);
        seen.outcome(auth.token(Some(&AccessToken::new(ACCESS).unwrap())).await);
        seen.outcome(auth.refresh().await);
        assert_eq!(token.is_some(), number == 0, "only the first answer is a renewal");
        auth.close().await;
        drop(auth);
        seen.debug(&events);
        while let Some(event) = events.next().await {
            if let SessionEvent::LoginRequired { error, .. } = &event {
                seen.error(error);
            }
            seen.debug(&event);
        }

        for shape in [RevokeShape::Query, RevokeShape::Json, RevokeShape::Form] {
            let report = with_session(build(base, shape), base).await.logout().await;
            seen.debug(&report);
            for outcome in [report.refresh_token, report.access_token] {
                if let aipass_auth::RevokeOutcome::Failed(error) = outcome {
                    seen.error(&error);
                }
            }
        }
        let wanted = ClientRegistration::new("App", "myapp://auth/callback");
        seen.outcome(register_client_with(&impatient(), base, &wanted, Some(&Secret::new(BEARER))).await);

        let sent = server.requests().concat();
        for secret in [ACCESS, REFRESH, CODE, CLIENT_SECRET, BEARER] {
            assert!(
                sent.contains(secret),
                "{secret} was not under way, so its absence would prove nothing"
            );
        }
    }

    // A server that is not there, with the token in the query of its URL.
    let nowhere = "http://127.0.0.1:1";
    let auth = with_session(build(nowhere, RevokeShape::Query), nowhere).await;
    seen.outcome(auth.token(None).await);
    seen.debug(&auth.logout().await);

    let registered = RawServer::always(Reply::json(
        201,
        &format!(r#"{{"clientId":"c","clientSecret":"{CLIENT_SECRET}"}}"#),
    ))
    .await;
    let wanted = ClientRegistration::new("App", "myapp://auth/callback");
    assert!(
        seen.outcome(register_client(&registered.base, &wanted, None).await)
            .unwrap()
            .client_secret
            .is_some()
    );

    seen.debug(&Secret::new(ACCESS));
    seen.debug(&HttpOptions::default().proxy(PROXY));
    let fixed = StaticToken::new(ACCESS);
    seen.debug(&fixed);
    let token = seen.outcome(fixed.token(None).await).unwrap();
    seen.outcome(fixed.token(Some(&token)).await);
    seen.outcome(StaticToken::new(format!("{ACCESS}\n")).token(None).await);
    seen.outcome(
        build("https://aipass.one", RevokeShape::Query)
            .http(HttpOptions::default().proxy(format!("{PROXY} {PROXY}")))
            .build(),
    );
    seen.outcome(
        Auth::builder("c")
            .base_url(format!("https://user:{PROXY}@aipass.one"))
            .build(),
    );
    through_a_store_that_panics(&mut seen).await;
    #[cfg(feature = "loopback")]
    through_the_listener(&mut seen, &mut generated).await;
    through_pastes_and_links(&mut seen, &mut generated).await;
    through_discovery(&mut seen).await;
    #[cfg(feature = "file-store")]
    through_a_damaged_file(&mut seen).await;

    let (logs, seen) = (logged.text(), seen.0);
    assert!(logs.contains("a store panics over"), "panics are looked at too");
    assert!(
        logs.len() > 10_000 && seen.len() > 10_000,
        "{} {}",
        logs.len(),
        seen.len()
    );
    let fixed = [ACCESS, REFRESH, CODE, CLIENT_SECRET, ID_TOKEN, BEARER, PROXY].map(str::to_owned);
    for secret in generated.iter().chain(&fixed) {
        for (place, text) in [("a log line", &logs), ("a printed value", &seen)] {
            let line = text.lines().find(|line| line.contains(secret.as_str()));
            assert_eq!(line, None, "{secret} is in {place}");
        }
    }
}

/// A store of somebody else's making, which panics with the tokens in its hands.
#[derive(Debug)]
struct Panics(MemoryStore);

impl TokenStore for Panics {
    fn load<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<Option<StoredTokens>, StoreError>> {
        self.0.load(key)
    }

    fn save<'a>(
        &'a self,
        _: &'a AccountKey,
        tokens: &'a StoredTokens,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        panic!("a store panics over {tokens:?}")
    }

    fn remove<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<(), StoreError>> {
        self.0.remove(key)
    }
}

async fn through_a_store_that_panics(seen: &mut Seen) {
    let good = format!(r#"{{"access_token":"{ACCESS}2","refresh_token":"{REFRESH}2"}}"#);
    let server = RawServer::always(Reply::json(200, &good)).await;
    let memory = MemoryStore::new();
    let expired = StoredTokens::new(&key(&server.base), ACCESS)
        .with_refresh_token(REFRESH)
        .with_times(std::time::UNIX_EPOCH, Some(std::time::UNIX_EPOCH));
    memory.save(&key(&server.base), &expired).await.unwrap();
    let auth = build(&server.base, RevokeShape::Json)
        .token_store(Panics(memory))
        .build()
        .unwrap();
    assert!(seen.outcome(auth.token(None).await).is_none());
}

#[cfg(feature = "loopback")]
async fn through_the_listener(seen: &mut Seen, generated: &mut Vec<String>) {
    use aipass_auth::Loopback;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let good = format!(r#"{{"access_token":"{ACCESS}","refresh_token":"{REFRESH}"}}"#);
    for reply in [Reply::json(200, &good), Reply::json(400, &good), Reply::HangUp] {
        let server = RawServer::always(reply).await;
        let auth = build(&server.base, RevokeShape::default()).build().unwrap();
        let (sender, urls) = std::sync::mpsc::channel();
        let flow = Loopback::new()
            .open_browser(false)
            .on_url(move |url| sender.send(url.clone()).unwrap());
        seen.debug(&flow);
        let login = tokio::spawn(async move { auth.login(flow).await });
        let url = tokio::task::spawn_blocking(move || urls.recv().unwrap())
            .await
            .unwrap();
        let query = |wanted: &str| {
            url.query_pairs()
                .find(|(name, _)| name == wanted)
                .unwrap()
                .1
                .into_owned()
        };
        let redirect: url::Url = query("redirect_uri").parse().unwrap();
        let state = query("state");
        let host = format!("127.0.0.1:{}", redirect.port().unwrap());
        for target in [
            format!("/callback?code={CODE}&state={ACCESS}"),
            format!("/{CODE}?code={CODE}&state={state}"),
            format!("/callback?code={CODE}&state={state}"),
        ] {
            let mut stream = tokio::net::TcpStream::connect(&host).await.unwrap();
            stream
                .write_all(format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes())
                .await
                .unwrap();
            let mut page = String::new();
            stream.read_to_string(&mut page).await.unwrap();
            assert!(page.starts_with("HTTP/1.1 "), "{page}");
            seen.0.push_str(&page);
        }
        generated.push(state);
        seen.outcome(login.await.unwrap());
    }
}

/// Pastes and links that belong to the login, and such that do not.
async fn through_pastes_and_links(seen: &mut Seen, generated: &mut Vec<String>) {
    use aipass_auth::{AuthError, BoxFuture, DeepLink, DeepLinks, Paste, PasteSource, StdinLines};
    use std::sync::mpsc;

    /// What the person was told goes back through the sender.
    struct Person(mpsc::Receiver<url::Url>, Vec<String>, mpsc::Sender<AuthError>);

    impl PasteSource for Person {
        fn next_line(
            &mut self,
            trouble: Option<&AuthError>,
        ) -> BoxFuture<'_, std::io::Result<Option<String>>> {
            if let Some(trouble) = trouble {
                self.2.send(trouble.clone()).unwrap();
            }
            let line = match self.0.try_recv() {
                Ok(url) => {
                    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1;
                    self.1.push(format!("?code={CODE}&state={state}"));
                    CODE.to_owned()
                }
                Err(_) if self.1.len() == 1 => {
                    self.1.push(format!("{ACCESS}://{CODE}?state={CODE}"));
                    self.1[1].clone()
                }
                Err(_) => self.1[0].clone(),
            };
            Box::pin(async { Ok(Some(line)) })
        }
    }

    let good = format!(r#"{{"access_token":"{ACCESS}","refresh_token":"{REFRESH}"}}"#);
    for reply in [Reply::json(200, &good), Reply::json(400, &good), Reply::HangUp] {
        let server = RawServer::always(reply).await;
        let auth = build(&server.base, RevokeShape::default()).build().unwrap();
        let (show, page) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        let (keep, states) = mpsc::channel::<String>();
        let flow = Paste::new("myapp://auth/callback")
            .source(Person(page, Vec::new(), tell))
            .on_url(move |url| {
                let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1;
                keep.send(state.into_owned()).unwrap();
                show.send(url.clone()).unwrap();
            });
        seen.debug(&flow);
        seen.outcome(auth.login(flow).await);
        let troubles: Vec<_> = told.iter().collect();
        assert_eq!(troubles.len(), 2);
        for trouble in &troubles {
            seen.error(trouble);
        }
        assert!(server.requests().concat().contains(CODE));
        generated.extend(states.iter());

        let links = DeepLinks::new();
        let (show, pages) = mpsc::channel::<url::Url>();
        let flow = DeepLink::new("myapp://auth/callback", &links).opener(move |url| {
            show.send(url.clone()).unwrap();
            Err(std::io::Error::other("no browser here"))
        });
        seen.debug(&flow);
        let login = tokio::spawn(async move { auth.login(flow).await });
        let page = tokio::task::spawn_blocking(move || pages.recv().unwrap())
            .await
            .unwrap();
        let state = page.query_pairs().find(|(name, _)| name == "state").unwrap().1;
        links.deliver(format!("myapp://auth/{CODE}?code={CODE}&state={state}"));
        links.deliver(format!("myapp://auth/callback?code={CODE}&state={CODE}"));
        seen.debug(&links);
        links.deliver(format!("myapp://auth/callback?code={CODE}&state={state}"));
        generated.push(state.into_owned());
        seen.outcome(login.await.unwrap());
    }
    seen.debug(&StdinLines::new());
}

async fn through_discovery(seen: &mut Seen) {
    use aipass_auth::Discovery;

    for reply in answers() {
        let server = RawServer::always(reply).await;
        let question = Discovery::new(&server.base).http(impatient());
        seen.debug(&question);
        seen.outcome(question.fetch().await);
        let question = question.allow_origin(format!("https://user:{PROXY}@app.example"));
        seen.debug(&question);
        seen.outcome(question.fetch().await);
    }
    let question = Discovery::new(format!("https://user:{PROXY}@aipass.one"));
    seen.debug(&question);
    seen.outcome(question.fetch().await);
}

#[cfg(feature = "file-store")]
async fn through_a_damaged_file(seen: &mut Seen) {
    let base = "https://aipass.one";
    let dir = tempfile::tempdir().unwrap();
    let store = aipass_auth::FileStore::in_dir(dir.path());
    let good = StoredTokens::new(&key(base), ACCESS).with_refresh_token(REFRESH);
    store.save(&key(base), &good).await.unwrap();
    seen.debug(&store);
    seen.outcome(store.load(&key(base)).await);
    let json = good.to_json();
    seen.debug(&json);
    for damaged in [
        json.expose_secret().replace("\"version\":1", "\"version\":2"),
        json.expose_secret()
            .replace(&format!("\"{ACCESS}\""), &format!("[\"{ACCESS}\"]")),
        json.expose_secret().replace("YOUR_CLIENT_ID", "another"),
        json.expose_secret()[..json.expose_secret().len() - 20].to_owned(),
    ] {
        assert_ne!(damaged, json.expose_secret());
        std::fs::write(store.path(&key(base)), damaged).unwrap();
        assert!(seen.outcome(store.load(&key(base)).await).is_none());
        let auth = client(base).token_store(store.clone()).build().unwrap();
        seen.outcome(auth.token(None).await);
        seen.outcome(auth.session().await);
    }
}
