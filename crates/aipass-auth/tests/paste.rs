//! Login without a listener: what a person may paste, and what a terminal does meanwhile.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use aipass_auth::{Auth, AuthError, BoxFuture, LoginMode, Paste, PasteSource, StdinLines};
use url::Url;

use crate::support::{RawServer, Reply, client};

const REDIRECT: &str = "http://127.0.0.1:8417/callback";
const GOOD: &str = r#"{"access_token":"A1","refresh_token":"R1","expires_in":3600}"#;

/// A person who answers the page with these lines; `STATE` stands for the state of the login.
struct Person {
    page: mpsc::Receiver<Url>,
    state: Option<String>,
    lines: Vec<&'static str>,
    told: mpsc::Sender<String>,
}

impl PasteSource for Person {
    fn next_line(&mut self, trouble: Option<&AuthError>) -> BoxFuture<'_, io::Result<Option<String>>> {
        if let Some(trouble) = trouble {
            self.told.send(format!("{trouble} {trouble:?}")).unwrap();
        }
        let page = &self.page;
        let state = self
            .state
            .get_or_insert_with(|| query(&page.recv().unwrap(), "state"));
        let line = (!self.lines.is_empty()).then(|| self.lines.remove(0).replace("STATE", state));
        Box::pin(async move { Ok(line) })
    }
}

fn query(url: &Url, wanted: &str) -> String {
    url.query_pairs()
        .find(|(name, _)| name == wanted)
        .unwrap()
        .1
        .into_owned()
}

/// A flow with that person, and what they are told.
fn with_person(redirect: &str, lines: Vec<&'static str>) -> (Paste, mpsc::Receiver<String>) {
    let (show, page) = mpsc::channel();
    let (told, hears) = mpsc::channel();
    let flow = Paste::new(redirect)
        .source(Person {
            page,
            state: None,
            lines,
            told,
        })
        .on_url(move |url| show.send(url.clone()).unwrap());
    (flow, hears)
}

async fn server() -> (RawServer, Auth) {
    let server = RawServer::always(Reply::json(200, GOOD)).await;
    let auth = client(&server.base).build().unwrap();
    (server, auth)
}

#[tokio::test]
async fn a_wrong_paste_is_told_and_the_right_one_signs_in() {
    let (server, auth) = server().await;
    let (flow, told) = with_person(
        REDIRECT,
        vec![
            "canary",
            "http://127.0.0.1:8417/callback?code=canary&state=canary",
            "\u{1b}[200~<http://127.0.0.1:8417/callback?code=THE%2BCODE&state=STATE>\u{1b}[201~\r\n",
        ],
    );
    auth.login(flow.mode(LoginMode::Login).scopes(["api:access"]))
        .await
        .unwrap();
    assert_eq!(auth.token(None).await.unwrap().expose_secret(), "A1");
    let told: Vec<_> = told.iter().collect();
    assert_eq!(told.len(), 2);
    assert!(!told.concat().contains("canary"), "{told:?}");
    let [request] = server.requests().try_into().unwrap();
    assert!(
        request.contains(r#""code":"THE+CODE""#)
            && request.contains(&format!(r#""redirectUri":"{REDIRECT}""#)),
        "{request}"
    );
}

#[tokio::test]
async fn what_ends_a_login_by_pasting() {
    let wrong = vec!["http://127.0.0.1:8417/callback?code=canary&state=canary"; 9];
    for (lines, question, asked_again) in [
        (wrong, AuthError::is_callback_invalid as fn(&AuthError) -> bool, 4),
        (
            vec![
                "nonsense",
                "?error=access_denied&state=WRONG",
                "?error=access_denied&state=STATE",
            ],
            AuthError::is_denied,
            2,
        ),
        (vec!["nonsense"], AuthError::is_input_ended, 1),
        (vec![], AuthError::is_input_ended, 0),
    ] {
        let (server, auth) = server().await;
        let (flow, told) = with_person(REDIRECT, lines);
        let error = auth.login(flow).await.unwrap_err();
        assert!(question(&error), "{error}");
        assert!(error.help().is_some() && !format!("{error} {error:?}").contains("canary"));
        assert_eq!(told.iter().count(), asked_again, "{error}");
        assert_eq!(server.requests().len(), 0);
        assert!(auth.session().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_code_alone_completes_a_login_only_where_that_was_chosen() {
    let (server, auth) = server().await;
    let (flow, _told) = with_person("com.example.app:/callback", vec!["THE-CODE"]);
    assert!(auth.login(flow).await.unwrap_err().is_input_ended());
    assert_eq!(server.requests().len(), 0);

    let (flow, _told) = with_person("com.example.app:/callback", vec![" 'THE-CODE' "]);
    auth.login(flow.allow_bare_code()).await.unwrap();
    let [request] = server.requests().try_into().unwrap();
    assert!(
        request.contains(r#""code":"THE-CODE","codeVerifier":""#),
        "{request}"
    );

    // Where an address is pasted all the same, its state counts.
    let (flow, _told) = with_person(REDIRECT, vec!["?code=C&state=WRONG"]);
    auth.login(flow.allow_bare_code()).await.unwrap_err();
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn nobody_at_the_keyboard_ends_in_a_timeout() {
    struct Nobody;
    impl PasteSource for Nobody {
        fn next_line(&mut self, _: Option<&AuthError>) -> BoxFuture<'_, io::Result<Option<String>>> {
            Box::pin(std::future::pending())
        }
    }
    let auth = client("http://127.0.0.1:1").build().unwrap();
    let flow = Paste::new(REDIRECT)
        .source(Nobody)
        .on_url(|_| {})
        .timeout(Duration::from_millis(50));
    let error = auth.login(flow).await.unwrap_err();
    assert!(error.is_timeout() && !error.is_temporary());
}

#[tokio::test]
async fn what_cannot_work_is_refused_before_anybody_is_asked() {
    let auth = client("http://127.0.0.1:1").build().unwrap();
    let (silent, _told) = (Paste::new(REDIRECT), ());
    assert!(auth.login(silent).await.unwrap_err().is_config());
    for redirect in ["", "http://app.example/cb", "javascript:alert(1)"] {
        let flow = Paste::new(redirect).on_url(|_| panic!("no URL is shown"));
        assert!(auth.login(flow).await.unwrap_err().is_config(), "{redirect}");
    }
}

#[cfg(feature = "file-store")]
#[tokio::test]
async fn a_store_that_cannot_take_tokens_stops_a_login_before_anybody_is_asked() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("not-a-folder");
    std::fs::write(&file, "").unwrap();
    let store = aipass_auth::FileStore::in_dir(file.join("tokens"));
    let auth = client("http://127.0.0.1:1").token_store(store).build().unwrap();
    let flow = Paste::new(REDIRECT).on_url(|_| panic!("no URL is shown"));
    assert!(auth.login(flow).await.unwrap_err().is_store());
}

const SERVER: &str = "AIPASS_TEST_PASTE_SERVER";

/// Runs in a process of its own, by the tests below, with a standard input that they hold. Alone it does nothing.
#[test]
fn child_signs_in_by_standard_input() {
    let Ok(base) = std::env::var(SERVER) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let ended = runtime.block_on(async {
        let auth = client(&base).build().unwrap();
        let flow = Paste::new(REDIRECT)
            .source(StdinLines::new().on_trouble(|trouble| println!("TROUBLE {trouble}")))
            .on_url(|url| println!("\nPAGE {url}"))
            .timeout(Duration::from_millis(if base.ends_with(":1") {
                100
            } else {
                60_000
            }));
        auth.login(flow).await
    });
    // What a program does at its end: nothing may wait for the thread at standard input.
    drop(runtime);
    match ended {
        Ok(_) => println!("SIGNED IN"),
        Err(error) => println!("ENDED {}", error.is_timeout()),
    }
}

fn child(base: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "paste::child_signs_in_by_standard_input",
            "--exact",
            "--nocapture",
        ])
        .env(SERVER, base)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_ends_while_its_standard_input_stays_open() {
    let ended = tokio::task::spawn_blocking(|| {
        let mut child = child("http://127.0.0.1:1");
        let input = child.stdin.take().unwrap();
        let output = child.wait_with_output().unwrap();
        drop(input);
        output
    })
    .await
    .unwrap();
    let text = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success() && text.contains("ENDED true"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_of_standard_input_sign_in() {
    let (server, _) = server().await;
    let base = server.base.clone();
    let text = tokio::task::spawn_blocking(move || {
        let mut child = child(&base);
        let mut input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let page = output
            .by_ref()
            .map(Result::unwrap)
            .find_map(|line| Some(line.strip_prefix("PAGE ")?.parse::<Url>().unwrap()))
            .unwrap();
        // A line that is far too long, then a wrong one, then the right one.
        input.write_all(&vec![b'x'; 100_000]).unwrap();
        let state = query(&page, "state");
        write!(input, "\ncanary\n{REDIRECT}?code=C&state={state}\n").unwrap();
        let rest: Vec<String> = output.map(Result::unwrap).collect();
        assert!(child.wait().unwrap().success());
        rest.join("\n")
    })
    .await
    .unwrap();
    assert!(text.contains("SIGNED IN") && !text.contains("canary"), "{text}");
    assert_eq!(text.matches("TROUBLE").count(), 2, "{text}");
    assert!(text.contains("it is too long"), "{text}");
    assert_eq!(server.requests().len(), 1);
}
