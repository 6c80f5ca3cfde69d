//! `aipass topup`: the link to pay at.

use super::support::Stage;
use aipass_sandbox::Route;
use serde_json::Value;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_link_is_printed_and_can_be_paid() {
    let stage = Stage::start().await;
    let before = stage.sandbox.wallet().remaining;
    for (args, usd) in [(&["topup"][..], 10.0), (&["topup", "12.50"], 12.5)] {
        let run = stage.with_token(args).run().exits(0);
        assert_eq!(run.stderr, "");
        let link = run.stdout.strip_suffix('\n').unwrap();
        assert!(link.starts_with(stage.sandbox.base_url()), "{link}");
        let before = stage.sandbox.wallet().remaining;
        stage.sandbox.pay(link).await.unwrap();
        assert!((stage.sandbox.wallet().remaining - before - usd).abs() < 1e-9);
    }
    assert!(stage.sandbox.wallet().remaining > before);
    let run = stage.with_token(["topup", "5", "--json"]).run().exits(0);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    let link = answer["url"].as_str().unwrap();
    assert_eq!(run.stdout, format!("{{\"url\":\"{link}\",\"usd\":5.0}}\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_little_is_refused_before_it_is_asked_for() {
    let stage = Stage::start().await;
    for amount in ["0.49", "-1", "NaN", "much"] {
        let run = stage
            .with_token(["topup", "--", amount])
            .run()
            .exits(2)
            .prints("");
        run.says("at least 0.50");
    }
    assert_eq!(stage.sandbox.counts().requests_to(Route::CreateCheckout), 0);
    stage.program(["topup"]).run().exits(4).prints("");
}

/// As for a login: a browser that can be seen is opened, and none over SSH or where the link goes into a pipe.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_gets_the_page_in_the_browser() {
    use super::{support::private, terminal::Terminal};
    let stage = Stage::start().await;
    let browser = stage.write("browser", b"#!/bin/sh\nprintf %s \"$1\" > \"$0.got\"\n");
    private(browser.as_ref(), 0o700);
    let program = |args: &[&str]| {
        let program = stage.with_token(args).env("PATH", "/usr/bin:/bin");
        program.env("BROWSER", &browser).env("NO_COLOR", "1")
    };
    for args in [&["topup", "--no-browser"][..], &["topup", "--json"]] {
        Terminal::start(program(args)).end(0);
    }
    Terminal::start(program(&["topup"]).env("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")).end(0);
    program(&["topup"]).run().exits(0);
    assert_eq!(stage.files(), ["browser"]);
    let screen = Terminal::start(program(&["topup"])).end(0);
    assert!(
        screen.contains("Your browser opens this page, to add 10.00 USD."),
        "{screen}"
    );
    let link = screen.lines().next().unwrap().trim();
    let opened = format!("{browser}.got");
    // The browser is started, and not waited for.
    while std::fs::read_to_string(&opened).is_ok_and(|text| text.is_empty())
        || !std::path::Path::new(&opened).exists()
    {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(std::fs::read_to_string(&opened).unwrap(), link);
}
