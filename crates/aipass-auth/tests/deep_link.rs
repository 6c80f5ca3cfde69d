//! Login of an app that the system opens by a link: which links end it, and which are left alone.

use std::io;
use std::time::Duration;

use aipass_auth::{Auth, AuthError, DeepLink, DeepLinks, SessionInfo};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use url::Url;

use crate::support::{RawServer, Reply, client};

/// A login under way, and its state.
async fn start(
    auth: &Auth,
    redirect: &str,
    links: &DeepLinks,
) -> (JoinHandle<Result<SessionInfo, AuthError>>, String) {
    let (opened, mut pages) = mpsc::unbounded_channel::<Url>();
    let flow = DeepLink::new(redirect, links).opener(move |url| {
        opened.send(url.clone()).unwrap();
        Err(io::Error::other("the person opens it by hand"))
    });
    let auth = auth.clone();
    let login = tokio::spawn(async move { auth.login(flow).await });
    let page = pages.recv().await.unwrap();
    let state = page.query_pairs().find(|(name, _)| name == "state").unwrap().1;
    (login, state.into_owned())
}

#[tokio::test]
async fn the_link_that_belongs_to_the_login_ends_it_and_no_other() {
    for redirect in [
        "com.example.app:/callback",
        "myapp://auth/callback",
        "https://app.example/callback",
    ] {
        let server = RawServer::always(Reply::json(200, r#"{"access_token":"A1","expires_in":3600}"#)).await;
        let auth = client(&server.base).build().unwrap();
        let links = DeepLinks::new();
        assert!(
            !links.deliver(format!("{redirect}?code=C&state=S")),
            "nobody waits for it"
        );
        let (login, state) = start(&auth, redirect, &links).await;
        for link in [
            "",
            "not a link",
            "com.example.app:/settings",
            "com.example.app:/callback",
            "com.example.app:/callback?code=C",
            "myapp://evil/callback?code=C&state=STATE",
            "com.example.app:/other?code=C&state=STATE",
            "com.example.app:/callback#code=C&state=STATE",
            "https://app.example/callback?code=C&state=WRONG",
            "REDIRECT?code=C&state=WRONG",
            "REDIRECT?error=access_denied&state=WRONG",
            "REDIRECT?code=C&state=STATE&state=STATE",
            "REDIRECT?code=C&state=STATE&iss=https://evil.example",
            "REDIRECT#code=C&state=STATE",
        ] {
            let link = link.replace("REDIRECT", redirect).replace("STATE", &state);
            assert!(links.clone().deliver(link));
            tokio::task::yield_now().await;
        }
        assert!(!login.is_finished() && server.requests().is_empty());
        links.deliver(format!("{redirect}?code=C&state={state}"));
        login.await.unwrap().unwrap();
        let [request] = server.requests().try_into().unwrap();
        assert!(
            request.contains(&format!(r#""redirectUri":"{redirect}""#)),
            "{request}"
        );
        assert!(
            !links.deliver(format!("{redirect}?code=C&state={state}")),
            "it is over"
        );
    }
}

#[tokio::test]
async fn two_logins_each_take_their_own_link() {
    let server = RawServer::always(Reply::json(200, r#"{"access_token":"A1"}"#)).await;
    let one = client(&server.base).account("one").build().unwrap();
    let two = client(&server.base).account("two").build().unwrap();
    let links = DeepLinks::new();
    let redirect = "com.example.app:/callback";
    let (first, first_state) = start(&one, redirect, &links).await;
    let (second, second_state) = start(&two, redirect, &links).await;
    links.deliver(format!("{redirect}?code=TWO&state={second_state}"));
    second.await.unwrap().unwrap();
    assert!(!first.is_finished());
    links.deliver(format!("{redirect}?error=access_denied&state={first_state}"));
    assert!(first.await.unwrap().unwrap_err().is_denied());
    assert!(one.session().await.unwrap().is_none() && two.session().await.unwrap().is_some());
}

#[tokio::test]
async fn nobody_at_the_browser_ends_in_a_timeout() {
    let auth = client("http://127.0.0.1:1").build().unwrap();
    let links = DeepLinks::new();
    let flow = DeepLink::new("com.example.app:/callback", &links)
        .opener(|_| Ok(()))
        .timeout(Duration::from_millis(50));
    assert!(auth.login(flow).await.unwrap_err().is_timeout());
    let flow = DeepLink::new("http://app.example/callback", &links).opener(|_| panic!("nothing is opened"));
    assert!(auth.login(flow).await.unwrap_err().is_config());
    #[cfg(not(feature = "loopback"))]
    {
        let flow = DeepLink::new("com.example.app:/callback", &links);
        assert!(auth.login(flow).await.unwrap_err().is_config());
    }
    assert!(!format!("{links:?}").contains("code"));
}
