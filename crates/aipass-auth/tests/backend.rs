//! Login of a web server: the pending login waits in the person's session, and only there.

use std::collections::HashMap;

use aipass_auth::{Auth, LoginOptions, PendingLogin};

use crate::support::{RawServer, Reply, client};

const REDIRECT: &str = "https://app.example/callback";
const GOOD: &str = r#"{"access_token":"A1","refresh_token":"R1","expires_in":3600,"token_type":"Bearer"}"#;

/// A web application of a few lines: sessions by the value of a cookie.
struct Site {
    auth: Auth,
    sessions: HashMap<&'static str, String>,
}

impl Site {
    /// `GET /login`: where the browser is sent.
    fn login(&mut self, cookie: &'static str, wanted: &str) -> String {
        let (url, pending) = self
            .auth
            .begin_with(REDIRECT, LoginOptions::new().return_to(wanted))
            .unwrap();
        let pending = serde_json::to_string(&pending).unwrap();
        self.sessions.insert(cookie, pending);
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1;
        state.into_owned()
    }

    /// `GET /callback?…`: where the person goes on, or why not.
    async fn callback(&mut self, cookie: &str, target: &str) -> Result<String, String> {
        // Taken out, not copied: it works once, also when it fails.
        let pending = self.sessions.remove(cookie).ok_or("no login was begun here")?;
        let pending: PendingLogin = serde_json::from_str(&pending).map_err(|error| error.to_string())?;
        let wanted = pending.return_to().unwrap_or("/").to_owned();
        match self.auth.complete(pending, target).await {
            Ok(_) => Ok(wanted),
            Err(error) if error.is_callback_invalid() => Err("not this login".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

async fn site() -> (RawServer, Site) {
    let server = RawServer::always(Reply::json(200, GOOD)).await;
    let auth = client(&server.base).build().unwrap();
    let sessions = HashMap::new();
    (server, Site { auth, sessions })
}

#[tokio::test]
async fn a_login_ends_where_the_person_wanted_to_go_and_works_once() {
    let (server, mut site) = site().await;
    let state = site.login("ada", "/settings?tab=1");
    let target = format!("/callback?code=C&state={state}");
    assert_eq!(site.callback("ada", &target).await.unwrap(), "/settings?tab=1");
    assert_eq!(
        site.callback("ada", &target).await.unwrap_err(),
        "no login was begun here"
    );
    assert_eq!(server.requests().len(), 1);
}

/// Somebody sends a person the callback of a login of their own, so that the person works on a stranger's account.
#[tokio::test]
async fn a_callback_of_another_browser_completes_nothing() {
    let (server, mut site) = site().await;
    let strangers = site.login("stranger", "/");
    let target = format!("/callback?code=STRANGERS&state={strangers}");
    // A person without a login under way, and one with.
    site.callback("ada", &target).await.unwrap_err();
    let own = site.login("ada", "/");
    assert_ne!(own, strangers);
    assert_eq!(site.callback("ada", &target).await.unwrap_err(), "not this login");
    assert_eq!(server.requests().len(), 0, "the code was not even sent");
}

#[tokio::test]
async fn a_kept_login_that_was_changed_or_is_too_old_completes_nothing() {
    let (server, mut site) = site().await;
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let begun = |at: u64| format!(r#""begun_at":{at}"#);
    let mut changes: Vec<(String, String)> = [now - 601, now + 3600, 0, u64::MAX]
        .map(|at| ("BEGUN".to_owned(), begun(at)))
        .to_vec();
    for (from, to) in [
        (r#""version":1"#, r#""version":2"#),
        (r#""return_to":"/here""#, r#""return_to":"//evil.example""#),
        (r#""client_id":"YOUR_CLIENT_ID""#, r#""client_id":"another""#),
        (r#""account":"default""#, r#""account":"another""#),
        (REDIRECT, "https://evil.example/callback"),
        (r#""issuer":""#, r#""issuer":"https://evil.example"#),
    ] {
        changes.push((from.to_owned(), to.to_owned()));
    }
    for (from, to) in changes {
        let state = site.login("ada", "/here");
        let kept = &site.sessions["ada"];
        let own = serde_json::from_str::<serde_json::Value>(kept).unwrap()["begun_at"]
            .as_u64()
            .unwrap();
        let changed = kept.replace(&from.replace("BEGUN", &begun(own)), &to);
        assert_ne!(&changed, kept, "{from}");
        site.sessions.insert("ada", changed);
        // The whole address and an issuer, so that every changed field comes into play.
        let base = &server.base;
        let target = format!("{REDIRECT}?code=C&state={state}&iss={base}");
        site.callback("ada", &target).await.unwrap_err();
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_confidential_client_sends_its_secret_in_the_body_and_a_wrong_one_is_a_matter_of_settings() {
    let server = RawServer::start(|request| {
        if request.contains(r#""clientSecret":"S""#) {
            Reply::json(200, GOOD)
        } else {
            Reply::with_head(
                401,
                "Content-Type: application/json\r\nWWW-Authenticate: Basic realm=\"x\"\r\n",
                r#"{"error":"invalid_client","error_description":"wrong secret: WRONG-SECRET"}"#,
            )
        }
    })
    .await;
    for (secret, good) in [("S", true), ("WRONG-SECRET", false)] {
        let auth = client(&server.base).client_secret(secret).build().unwrap();
        let (url, pending) = auth.begin(REDIRECT).unwrap();
        assert!(!url.as_str().contains(secret) || secret == "S");
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1;
        let ended = auth
            .complete(pending, &format!("/callback?code=C&state={state}"))
            .await;
        let request = server.requests().pop().unwrap();
        assert!(
            request.contains(&format!(r#""clientSecret":"{secret}""#)),
            "{request}"
        );
        assert!(!request.to_lowercase().contains("authorization:"), "{request}");
        match ended {
            Ok(_) => assert!(good),
            Err(error) => {
                assert!(!good && error.is_config() && !error.is_temporary() && !error.is_login_required());
                assert_eq!(error.status().unwrap().as_u16(), 401);
                assert!(error.help().unwrap().contains("client secret"));
                let said = format!("{error} {error:?} {:?}", error.description());
                assert!(!said.contains("WRONG-SECRET"), "{said}");
            }
        }
    }
}
