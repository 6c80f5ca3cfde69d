//! The ways to sign in against the sandbox: real sockets, a person who clicks, and exact redirect URIs.

use crate::session::free_port;
use crate::support::{Answer, Server};
use aipass::{
    Auth, AuthError, BoxFuture, Client, ClientRegistration, DeepLink, DeepLinks, HttpOptions, Loopback,
    Paste, PasteSource, RevokeShape, Secret, StoredTokens, discover, register_client,
};
use aipass_sandbox::{ClientSeed, Fault, Person, Route, Sandbox};
use std::{io, sync::Mutex, time::Duration};
use tokio::sync::mpsc;
use url::Url;

const LINK: &str = "com.example.app:/callback";

/// Opens the page as a person would and clicks "Allow"; the callback goes into the channel.
fn browser(person: Person, callbacks: mpsc::UnboundedSender<String>) -> impl Fn(&Url) + Send + Sync {
    let runtime = tokio::runtime::Handle::current();
    move |url| {
        let (person, url, callbacks) = (person.clone(), url.clone(), callbacks.clone());
        runtime.spawn(async move {
            let visit = person.approve(url.as_str()).await.unwrap();
            callbacks.send(visit.callback_url().to_owned()).unwrap();
        });
    }
}

async fn registered(sandbox: &Sandbox, redirect_uris: &[&str]) -> String {
    let wanted = ClientRegistration::new("Test App", "").with_redirect_uris(redirect_uris.iter().copied());
    let client = register_client(sandbox.base_url(), &wanted, None).await.unwrap();
    assert_eq!(client.redirect_uris, redirect_uris);
    client.client_id
}

#[tokio::test]
async fn a_session_over_discovered_endpoints() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = registered(&sandbox, &[LINK]).await;
    let found = discover(sandbox.base_url(), &HttpOptions::default())
        .await
        .unwrap();
    assert_eq!(found.issuer(), sandbox.base_url());
    assert_eq!(found.scopes_supported(), ["api:access", "profile:read"]);
    assert_eq!(found.code_challenge_methods_supported(), ["S256"]);
    let auth = Auth::builder(id).server(found).build().unwrap();
    let (url, pending) = auth.begin(LINK).unwrap();
    let visit = sandbox.approve(url.as_str()).await.unwrap();
    auth.complete(pending, visit.callback_url()).await.unwrap();
    let first = auth.token(None).await.unwrap();
    auth.refresh().await.unwrap();
    assert!(!auth.token(None).await.unwrap().same_as(&first));
    assert!(auth.logout().await.is_complete());
    let asked = |route| {
        let requests = sandbox.requests();
        requests
            .iter()
            .filter(|request| request.route == Some(route))
            .count()
    };
    assert_eq!(
        (asked(Route::Discovery), asked(Route::Token), asked(Route::Revoke)),
        (1, 2, 2)
    );
}

#[tokio::test]
async fn a_discovery_that_goes_wrong_is_typed() {
    let sandbox = Sandbox::start().await.unwrap();
    type Question = fn(&AuthError) -> bool;
    let faults: [(Fault, Question); 5] = [
        (Fault::Html200, AuthError::is_discovery),
        (Fault::status(404, "{}"), AuthError::is_discovery),
        (Fault::status(503, "{}"), AuthError::is_temporary),
        (Fault::Stall, AuthError::is_timeout),
        (Fault::Reset, AuthError::is_network),
    ];
    for (fault, holds) in faults {
        sandbox.fail_next(Route::Discovery, fault.clone());
        let mut http = HttpOptions::default();
        if fault == Fault::Stall {
            http = http.timeout(Duration::from_millis(200));
        }
        let error = discover(sandbox.base_url(), &http).await.unwrap_err();
        assert!(holds(&error), "{fault:?}: {error}");
    }
}

#[tokio::test]
async fn the_second_registered_address_is_used_where_the_first_is_taken() {
    let sandbox = Sandbox::start().await.unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let first = format!("http://{}/callback", taken.local_addr().unwrap());
    let second = format!("http://127.0.0.1:{}/callback", free_port());
    let id = registered(&sandbox, &[&first, &second]).await;
    let auth = Auth::builder(id).base_url(sandbox.base_url()).build().unwrap();
    let (callbacks, mut came) = mpsc::unbounded_channel();
    let flow = Loopback::new()
        .redirect_uris([&first, &second])
        .open_browser(false)
        .on_url(browser(sandbox.person(), callbacks));
    auth.login(flow).await.unwrap();
    assert!(came.recv().await.unwrap().starts_with(&second));
}

/// Pastes what the browser ends at.
struct FromBrowser(mpsc::UnboundedReceiver<String>, Vec<String>);

impl PasteSource for FromBrowser {
    fn next_line(&mut self, _: Option<&AuthError>) -> BoxFuture<'_, io::Result<Option<String>>> {
        let before = self.1.pop();
        Box::pin(async {
            Ok(match before {
                Some(line) => Some(line),
                None => self.0.recv().await,
            })
        })
    }
}

#[tokio::test]
async fn a_pasted_address_signs_in() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = registered(&sandbox, &[LINK]).await;
    let auth = Auth::builder(id).base_url(sandbox.base_url()).build().unwrap();
    let (callbacks, came) = mpsc::unbounded_channel();
    let flow = Paste::new(LINK)
        .source(FromBrowser(came, vec!["not this".to_owned()]))
        .on_url(browser(sandbox.person(), callbacks));
    let session = auth.login(flow).await.unwrap();
    assert_eq!(session.scopes, ["api:access", "profile:read"]);
}

/// PKCE is what is left of the checks there: a code that was made for another login is refused by the server.
#[tokio::test]
async fn a_bare_code_of_another_login_is_refused_by_the_server() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = registered(&sandbox, &[LINK]).await;
    let auth = Auth::builder(id).base_url(sandbox.base_url()).build().unwrap();
    let code_of = |callback: &str| {
        let url = Url::parse(callback).unwrap();
        let code = url.query_pairs().find(|(name, _)| name == "code").unwrap().1;
        code.into_owned()
    };
    let (strangers, _) = auth.begin(LINK).unwrap();
    let visit = sandbox.approve(strangers.as_str()).await.unwrap();
    let (_callbacks, came) = mpsc::unbounded_channel();
    let flow = Paste::new(LINK)
        .source(FromBrowser(came, vec![code_of(visit.callback_url())]))
        .allow_bare_code()
        .on_url(|_| {});
    let error = auth.login(flow).await.unwrap_err();
    assert_eq!(error.code(), Some("invalid_grant"));

    // The person's own code works.
    let (callbacks, mut came) = mpsc::unbounded_channel();
    let (codes, pasted) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let callback: String = came.recv().await.unwrap();
        codes.send(code_of(&callback)).unwrap();
    });
    let flow = Paste::new(LINK)
        .source(FromBrowser(pasted, Vec::new()))
        .allow_bare_code()
        .on_url(browser(sandbox.person(), callbacks));
    auth.login(flow).await.unwrap();
}

#[tokio::test]
async fn a_deep_link_signs_in() {
    let sandbox = Sandbox::start().await.unwrap();
    for redirect_uri in [LINK, "myapp://auth/callback"] {
        let id = registered(&sandbox, &[redirect_uri]).await;
        let auth = Auth::builder(id).base_url(sandbox.base_url()).build().unwrap();
        let (callbacks, mut came) = mpsc::unbounded_channel();
        let links = DeepLinks::new();
        let system = links.clone();
        tokio::spawn(async move {
            let callback: String = came.recv().await.unwrap();
            system.deliver(callback);
        });
        let open = browser(sandbox.person(), callbacks);
        let flow = DeepLink::new(redirect_uri, &links).opener(move |url| {
            open(url);
            Ok(())
        });
        auth.login(flow).await.unwrap();
    }
}

#[tokio::test]
async fn a_confidential_client_and_its_secret() {
    let client = ClientSeed::new("client_web")
        .redirect_uri("https://app.example/callback")
        .secret("the secret");
    let sandbox = Sandbox::builder().client(client).start().await.unwrap();
    let sign_in = async |secret: Option<&str>| {
        let mut builder = Auth::builder("client_web").base_url(sandbox.base_url());
        if let Some(secret) = secret {
            builder = builder.client_secret(Secret::new(secret));
        }
        let auth = builder.build().unwrap();
        let (url, pending) = auth.begin("https://app.example/callback").unwrap();
        let visit = sandbox.approve(url.as_str()).await.unwrap();
        auth.complete(pending, visit.callback_url()).await?;
        auth.refresh().await
    };
    sign_in(Some("the secret")).await.unwrap();
    for wrong in [Some("another"), None] {
        let error = sign_in(wrong).await.unwrap_err();
        assert!(
            error.is_config() && error.code() == Some("invalid_client"),
            "{error}"
        );
        assert!(!format!("{error} {error:?}").contains("another"));
    }
}

/// Behind a page that shows the end of the login stands a session that works, and a declined one is said to be so.
#[tokio::test]
async fn a_declined_login_is_shown_in_the_browser_too() {
    let sandbox = Sandbox::start().await.unwrap();
    let redirect_uri = format!("http://127.0.0.1:{}/callback", free_port());
    let id = registered(&sandbox, &[&redirect_uri]).await;
    let ai = Client::builder()
        .client_id(id)
        .base_url(sandbox.base_url())
        .app_name("Receipts")
        .build()
        .unwrap();
    let (shown, page) = tokio::sync::oneshot::channel();
    let (person, shown) = (sandbox.person(), Mutex::new(Some(shown)));
    let runtime = tokio::runtime::Handle::current();
    let flow = Loopback::new()
        .redirect_uri(&redirect_uri)
        .open_browser(false)
        .on_url(move |url| {
            let (person, url, shown) = (person.clone(), url.clone(), shown.lock().unwrap().take());
            runtime.spawn(async move {
                let visit = person.deny(url.as_str()).await.unwrap();
                shown.unwrap().send(visit).unwrap();
            });
        });
    let error = ai.login(flow).await.unwrap_err();
    assert!(error.auth_error().unwrap().is_denied());
    let visit = page.await.unwrap();
    assert_eq!(visit.status(), Some(400));
    let page = visit.page().unwrap();
    assert!(
        page.contains("You did not allow access") && page.contains("Go back to Receipts"),
        "{page}"
    );
}

#[tokio::test]
async fn the_client_passes_the_settings_of_its_login_on() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = registered(&sandbox, &[LINK]).await;
    let found = discover(sandbox.base_url(), &HttpOptions::default())
        .await
        .unwrap();
    let builder = || Client::builder().client_id(&id).base_url(sandbox.base_url());

    let ai = builder().server(found.clone()).build().unwrap();
    let (url, pending) = ai.auth().unwrap().begin(LINK).unwrap();
    let visit = sandbox.approve(url.as_str()).await.unwrap();
    ai.auth()
        .unwrap()
        .complete(pending, visit.callback_url())
        .await
        .unwrap();
    let elsewhere = builder().base_url("https://other.example").server(found).build();
    assert!(elsewhere.unwrap_err().to_string().contains("base URL"));

    // The sandbox does not name itself in a callback.
    let ai = builder().require_issuer(true).build().unwrap();
    let (url, pending) = ai.auth().unwrap().begin(LINK).unwrap();
    let visit = sandbox.approve(url.as_str()).await.unwrap();
    let completed = ai.auth().unwrap().complete(pending, visit.callback_url()).await;
    assert!(completed.unwrap_err().is_callback_invalid());

    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let server = Server::start([Answer::Bytes(answer.into())]).await;
    let ai = Client::builder()
        .client_id(&id)
        .base_url(&server.base_url)
        .revoke_shape(RevokeShape::Json)
        .build()
        .unwrap();
    let tokens = StoredTokens::new(ai.auth().unwrap().account_key(), "A1");
    ai.auth().unwrap().sign_in_with(tokens).await.unwrap();
    assert!(ai.logout().await.unwrap().is_complete());
    let requests = server.requests();
    assert!(
        requests[0].starts_with("POST /oauth2/revoke HTTP/1.1\r\n"),
        "{requests:?}"
    );
    assert!(requests[0].contains("\"A1\""), "{requests:?}");
}
