//! The authorize page, the decision, and the person who makes it.

use aipass_sandbox::{ClientSeed, PersonError, Sandbox};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::{FORM, REDIRECT, Reply, authorize_url, builder, query, send, start};

async fn open(sandbox: &Sandbox, query: &str) -> Reply {
    send(sandbox, "GET", &format!("/oauth2/authorize?{query}"), &[], "").await
}

/// The one-time id in the page's form.
fn request_id(page: &Reply) -> String {
    let (_, after) = page.body.split_once(r#"name="request" value=""#).unwrap();
    after.split_once('"').unwrap().0.to_owned()
}

async fn decide(sandbox: &Sandbox, id: &str, decision: &str) -> Reply {
    let body = format!("request={id}&decision={decision}");
    send(sandbox, "POST", "/oauth2/authorize/decision", &[FORM], &body).await
}

#[tokio::test]
async fn the_page_says_who_asks_for_what_and_can_be_used_without_script() {
    let sandbox = start().await;
    let page = open(&sandbox, &query()).await;
    assert_eq!(page.status, 200);
    for text in [
        "<bdi>Test App</bdi> wants to use your AI Pass",
        "<bdi>Robin Sandbox</bdi>",
        "<bdi>robin<wbr>@sandbox.test</bdi>",
        "$10.00",
        "Use AI models for you",
        "See who you are",
        r#"<form method="post" action="/oauth2/authorize/decision">"#,
        r#"<button type="submit" name="decision" value="allow" class="primary">Allow</button>"#,
        r#"<button type="submit" name="decision" value="deny">Deny</button>"#,
        "the app behind myapp:",
    ] {
        assert!(page.body.contains(text), "{text}");
    }
    assert!(!page.body.contains("<script"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(
        policy.ends_with("form-action 'self' myapp:; base-uri 'none'; frame-ancestors 'none'"),
        "{policy}"
    );
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(page.header("x-frame-options"), Some("DENY"));
}

#[tokio::test]
async fn the_page_shows_only_the_scopes_that_are_asked_for() {
    let sandbox = start().await;
    let page = open(&sandbox, &query().replace("+profile%3Aread", "")).await;
    assert!(page.body.contains("Use AI models for you") && !page.body.contains("See who you are"));
    let signup = open(&sandbox, &(query() + "&mode=signup")).await;
    assert!(signup.body.contains("Your new account is ready."));
}

#[tokio::test]
async fn a_hostile_name_is_shown_and_not_run() {
    let evil = ClientSeed::new("client_evil")
        .name(r#""><script>alert(1)</script><b title='x'>&amp;"#)
        .redirect_uri(REDIRECT);
    let sandbox = Sandbox::builder()
        .client(evil)
        .user("<i>Mallory</i>", "m@<b>.test")
        .start()
        .await
        .unwrap();
    let page = open(&sandbox, &query().replace("client_a", "client_evil")).await;
    assert_eq!(page.status, 200);
    for raw in ["<script", "<b title", "<i>", "@<b>"] {
        assert!(!page.body.contains(raw), "{raw}");
    }
    let shown = "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;b title=&#39;x&#39;&gt;&amp;amp;";
    assert_eq!(
        page.body.matches(shown).count(),
        2,
        "once in the title, once in the heading"
    );
    let visit = sandbox
        .approve(&authorize_url(&sandbox).replace("client_a", "client_evil"))
        .await
        .unwrap();
    assert!(visit.callback_url().contains("code="));
}

#[tokio::test]
async fn allow_leads_back_with_a_code_once() {
    let sandbox = start().await;
    let id = request_id(&open(&sandbox, &query()).await);
    let reply = decide(&sandbox, &id, "allow").await;
    assert_eq!(reply.status, 303);
    let location = reply.header("location").unwrap();
    let code = location.strip_prefix("myapp://auth/callback?code=").unwrap();
    let code = code.strip_suffix("&state=st-1").unwrap();
    assert!(code.starts_with("sbx_ac_") && code.len() == 50, "{}", code.len());
    assert_eq!(reply.header("cache-control"), Some("no-store"));

    for id in [id.as_str(), "unknown", ""] {
        let again = decide(&sandbox, id, "allow").await;
        assert_eq!(again.status, 400);
        assert_eq!(again.header("location"), None);
        assert!(again.body.contains("This page has been used or is too old"));
        assert!(
            again.body.contains("<footer>Nothing more was shared. "),
            "{}",
            again.body
        );
    }
    assert_eq!((sandbox.counts().approvals, sandbox.counts().denials), (1, 0));
}

#[tokio::test]
async fn deny_leads_back_with_access_denied() {
    let sandbox = start().await;
    let visit = sandbox.deny(&authorize_url(&sandbox)).await.unwrap();
    assert_eq!(
        visit.callback_url(),
        "myapp://auth/callback?error=access_denied&error_description=The+person+refused+access.&state=st-1"
    );
    assert_eq!((visit.status(), visit.page()), (None, None));
    assert_eq!((sandbox.counts().approvals, sandbox.counts().denials), (0, 1));
    assert!(sandbox.issued_secrets().is_empty());
}

#[tokio::test]
async fn an_unknown_client_or_redirect_uri_gets_a_page_and_never_a_redirect() {
    let sandbox = start().await;
    let good = query();
    let redirect = "redirect_uri=myapp%3A%2F%2Fauth%2Fcallback";
    for bad in [
        String::new(),
        good.replace("client_a", "client_b"),
        good.replace("client_id=client_a&", ""),
        good.clone() + "&client_id=client_a",
        good.replace(&format!("{redirect}&"), ""),
        good.clone() + "&" + redirect,
        good.replace("callback", "callback%2F"),
        good.replace("callback", "callbac"),
        good.replace("callback", "Callback"),
        good.replace("callback", "callback%3Fa%3D1"),
        good.replace("myapp%3A", "https%3A"),
    ] {
        let page = open(&sandbox, &bad).await;
        assert_eq!(page.status, 400, "{bad}");
        assert_eq!(page.header("location"), None, "{bad}");
        assert!(page.body.contains("This sign-in link does not work"), "{bad}");
    }
}

#[tokio::test]
async fn every_other_mistake_goes_back_to_the_app() {
    let sandbox = start().await;
    let good = query();
    let challenge = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    for (bad, error) in [
        (
            good.replace("response_type=code", "response_type=token"),
            "unsupported_response_type",
        ),
        (good.replace("response_type=code&", ""), "invalid_request"),
        (good.replace("=S256", "=plain"), "invalid_request"),
        (good.replace("&code_challenge_method=S256", ""), "invalid_request"),
        (good.replace(&format!("&{challenge}"), ""), "invalid_request"),
        (
            good.replace(challenge, &format!("code_challenge={}", "a".repeat(42))),
            "invalid_request",
        ),
        (
            good.replace(challenge, &format!("code_challenge={}", "a".repeat(129))),
            "invalid_request",
        ),
        (good.replace("E9Melhoa2O", "E9Melhoa%2FO"), "invalid_request"),
        (good.replace("profile%3Aread", "admin"), "invalid_scope"),
        (good.clone() + "&scope=api%3Aaccess", "invalid_request"),
    ] {
        let reply = open(&sandbox, &bad).await;
        assert_eq!(reply.status, 303, "{bad}");
        let location = reply.header("location").unwrap();
        let expected = format!("myapp://auth/callback?error={error}&error_description=");
        assert!(
            location.starts_with(&expected) && location.ends_with("&state=st-1"),
            "{bad}: {location}"
        );
    }
    assert_eq!(sandbox.counts().consent_pages, 0);
}

#[tokio::test]
async fn state_is_echoed_exactly_and_may_be_absent() {
    let sandbox = start().await;
    let odd = authorize_url(&sandbox).replace("state=st-1", "state=a%20b%26c%3D%22%C3%A9%25%0D%0A");
    let visit = sandbox.approve(&odd).await.unwrap();
    let (_, state) = visit.callback_url().split_once("&state=").unwrap();
    assert_eq!(state, "a+b%26c%3D%22%C3%A9%25%0D%0A");
    let none = authorize_url(&sandbox).replace("&state=st-1", "");
    assert!(
        !sandbox
            .approve(&none)
            .await
            .unwrap()
            .callback_url()
            .contains("state")
    );
}

#[tokio::test]
async fn a_client_without_consent_is_sent_back_at_once() {
    let quiet = ClientSeed::new("client_quiet")
        .redirect_uri(REDIRECT)
        .without_consent();
    let sandbox = builder().client(quiet).start().await.unwrap();
    let visit = sandbox
        .approve(&authorize_url(&sandbox).replace("client_a", "client_quiet"))
        .await
        .unwrap();
    assert!(
        visit
            .callback_url()
            .starts_with("myapp://auth/callback?code=sbx_ac_")
    );
    assert_eq!(sandbox.counts().consent_pages, 0);
}

/// An app's listener that answers each request by its path, and reports the targets that were asked for.
async fn app_listener() -> (u16, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = tokio::spawn(async move {
        let mut targets = Vec::new();
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let length = stream.read(&mut request).await.unwrap();
            let text = String::from_utf8_lossy(&request[..length]).into_owned();
            let target = text.split(' ').nth(1).unwrap().to_owned();
            let done = target == "/done";
            targets.push(target);
            let answer = if done {
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nSigned in"
            } else {
                "HTTP/1.1 302 Found\r\nLocation: /done\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            };
            stream.write_all(answer.as_bytes()).await.unwrap();
            if done {
                return targets;
            }
        }
    });
    (port, serving)
}

fn loopback_query(redirect_uri: &str) -> String {
    query().replace(
        "myapp%3A%2F%2Fauth%2Fcallback",
        &redirect_uri.replace(':', "%3A").replace('/', "%2F"),
    )
}

#[tokio::test]
async fn a_callback_to_this_machine_is_fetched_to_its_last_page() {
    let (port, serving) = app_listener().await;
    let redirect_uri = format!("http://127.0.0.1:{port}/callback");
    let client = ClientSeed::new("client_a").redirect_uri(&redirect_uri);
    let sandbox = Sandbox::builder().client(client).start().await.unwrap();
    let url = format!(
        "{}/oauth2/authorize?{}",
        sandbox.base_url(),
        loopback_query(&redirect_uri)
    );
    let visit = sandbox.person().approve(&url).await.unwrap();
    assert_eq!((visit.status(), visit.page()), (Some(200), Some("Signed in")));
    assert!(
        visit
            .callback_url()
            .starts_with(&format!("{redirect_uri}?code=sbx_ac_"))
    );
    let targets = serving.await.unwrap();
    assert_eq!(targets.len(), 2);
    assert_eq!(
        format!("http://127.0.0.1:{port}{}", targets[0]),
        visit.callback_url()
    );

    let shown = format!("{visit:?}");
    assert!(
        shown.contains("/callback") && !shown.contains("sbx_") && !shown.contains("st-1"),
        "{shown}"
    );
}

#[tokio::test]
async fn the_person_says_what_stopped_them() {
    // Bound and dropped: a port where nobody listens.
    let free = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let redirect_uri = format!("http://{free}/callback");
    let sandbox = builder()
        .client(ClientSeed::new("client_deaf").redirect_uri(&redirect_uri))
        .start()
        .await
        .unwrap();
    let base = sandbox.base_url();

    let deaf = loopback_query(&redirect_uri).replace("client_a", "client_deaf");
    let error = sandbox
        .approve(&format!("{base}/oauth2/authorize?{deaf}"))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), format!("no page came from http://{free}"));
    assert!(matches!(error, PersonError::Unreachable { .. }));

    let elsewhere = format!("{base}1/oauth2/authorize?{}", query());
    assert!(matches!(
        sandbox.approve(&elsewhere).await,
        Err(PersonError::Elsewhere)
    ));
    assert!(matches!(
        sandbox.approve("https://aipass.one/oauth2/authorize").await,
        Err(PersonError::Elsewhere)
    ));

    let unknown = authorize_url(&sandbox).replace("client_a", "client_b");
    let error = sandbox.deny(&unknown).await.unwrap_err();
    assert!(
        matches!(&error, PersonError::Refused { status: 400, page } if page.contains("client_id is unknown"))
    );

    let no_form = format!("{base}/.well-known/oauth-authorization-server");
    assert!(matches!(
        sandbox.approve(&no_form).await,
        Err(PersonError::NoForm)
    ));
}
