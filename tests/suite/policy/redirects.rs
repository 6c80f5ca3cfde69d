//! Redirects: a paid call goes where it was sent to, and nowhere else.

use super::server::{Act, Script, answer, content};
use aipass::ChargeRisk;
use http::Method;

#[tokio::test]
async fn neither_body_nor_token_travels() {
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let elsewhere = Script::always(Act::Keep(content())).await;
        for location in [
            format!("{}/oauth2/v1/chat/completions", elsewhere.base_url),
            format!(
                "{}/oauth2/v1/chat/completions",
                elsewhere.base_url.replace("127.0.0.1", "localhost")
            ),
            "/oauth2/v1/elsewhere".to_owned(),
            "//127.0.0.1:1/".to_owned(),
            "http://[broken".to_owned(),
        ] {
            let moved = answer(status, &format!("location: {location}\r\n"), "");
            let server = Script::acts([Act::Keep(moved), Act::Keep(content())]).await;
            let ai = server.probe().await.ai;
            let error = ai.chat("m").user("private").send().await.unwrap_err();
            assert!(
                !error.is_server() && !error.is_bad_request() && !error.is_network(),
                "{error:?}"
            );
            assert_eq!(error.status().unwrap().as_str(), &status[..3]);
            assert_eq!(
                (error.charge_risk(), error.attempts()),
                (
                    // The others may follow work that was done.
                    if status.starts_with("307") || status.starts_with("308") {
                        ChargeRisk::Refused
                    } else {
                        ChargeRisk::Unknown
                    },
                    1
                ),
                "{status} {location}"
            );
            assert_eq!(server.calls().len(), 1, "{status} {location}");
            assert!(
                !format!("{error} {error:?} {}", error.help()).contains(&location),
                "{error:?}"
            );
        }
        assert_eq!(
            (elsewhere.calls().len(), elsewhere.renewals()),
            (0, 0),
            "{status}"
        );
    }
}

/// Reads and streams keep to the same rule; a redirect without a place to go is an answer like any other.
#[tokio::test]
async fn no_call_follows() {
    let elsewhere = Script::always(Act::Keep(content())).await;
    for headers in [String::new(), format!("location: {}/\r\n", elsewhere.base_url)] {
        let server = Script::always(Act::Keep(answer("307 Temporary Redirect", &headers, "gone"))).await;
        let ai = server.probe().await.ai;
        let errors = [
            ai.models().await.unwrap_err(),
            ai.chat("m").user("hi").stream().await.unwrap_err(),
            ai.request(Method::POST, "/oauth2/v1/x").send().await.unwrap_err(),
            ai.request(Method::GET, "/oauth2/v1/x").send().await.unwrap_err(),
        ];
        for error in &errors {
            assert_eq!(error.status().unwrap().as_u16(), 307, "{error:?}");
            assert_eq!(&error.raw_body()[..], b"gone");
        }
        assert_eq!(server.calls().len(), errors.len());
    }
    assert!(elsewhere.calls().is_empty());
}
