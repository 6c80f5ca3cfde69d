//! The ways to sign in: the free port, the pasted address, the token on standard input.

use super::support::{CLIENT_ID, Stage, address_in, decide, free_port};
use aipass_sandbox::{ClientSeed, Fault, Route, Sandbox};
use std::net::TcpListener;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_taken_port_is_a_setting_to_change() {
    let stage = Stage::start().await;
    let _taken = TcpListener::bind(("127.0.0.1", stage.port())).unwrap();
    let run = stage.login_program().run().exits(3).prints("");
    run.says(&format!(
        "nothing can listen for the browser: the port {} is taken\n",
        stage.port()
    ))
    .says("help: close the program that has it, or use --paste;");
}

/// AI Pass compares redirect URIs byte for byte, so only those of the profile are tried.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_free_port_of_the_profile_is_used() {
    let ports = [free_port(), free_port()];
    let uris = ports.map(|port| format!("http://127.0.0.1:{port}/callback"));
    let client = ClientSeed::new(CLIENT_ID)
        .redirect_uri(&uris[0])
        .redirect_uri(&uris[1]);
    let mut stage = Stage::start().await;
    stage.sandbox = Sandbox::builder().client(client).start().await.unwrap();
    stage.write_profiles(&format!(
        "[profiles.default]\nbase_url = \"{{base_url}}\"\nclient_id = \"{CLIENT_ID}\"\nredirect_uris = {uris:?}\n"
    ));
    let first = TcpListener::bind(("127.0.0.1", ports[0])).unwrap();
    let run = stage.login(stage.bare(["login", "--no-browser"])).await.exits(0);
    assert!(
        run.stderr
            .contains(&format!("127.0.0.1%3A{}%2Fcallback", ports[1])),
        "{}",
        run.stderr
    );

    let asked = stage
        .bare(["login", "--no-browser", "--port", &ports[0].to_string()])
        .run();
    asked.exits(3).says(&format!("the port {} is taken", ports[0]));
    let second = TcpListener::bind(("127.0.0.1", ports[1])).unwrap();
    let all = stage.bare(["login", "--no-browser"]).run().exits(3);
    all.says(&format!(
        "the ports {} and {} are all taken\n",
        ports[0], ports[1]
    ));
    let other = free_port().to_string();
    let run = stage
        .bare(["login", "--no-browser", "--port", &other])
        .run()
        .exits(3);
    run.says(&format!(
        "the profile `default` has no redirect URI with the port {other}\nhelp: it has: "
    ));
    drop((first, second));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_pasted_over_a_pipe() {
    let stage = Stage::start().await;
    let port = stage.port().to_string();
    let mut running = stage
        .program(["login", "--paste", "--port", &port])
        .start_with_input();
    let before = running.stderr_until("/oauth2/authorize?");
    let callback = decide(address_in(&before), "allow");
    running.type_line("nonsense");
    running.stderr_until("✗ what was pasted does not complete this login");
    running.type_line(&callback);
    running
        .wait()
        .exits(0)
        .prints("")
        .says("✓ Signed in as Robin Sandbox");
    stage.bare(["balance"]).run().exits(0);
    assert!(stage.profiles().contains(&stage.redirect_uri()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paste_that_never_comes_ends_the_login() {
    let stage = Stage::start().await;
    let run = stage.program(["login", "--paste"]).run();
    assert!(run.code.is_some_and(|code| code != 0 && code != 101), "{run:?}");
    run.says("error: ").says("help: ");
    stage.program(["balance"]).run().exits(4);
}

/// Without a terminal nothing is read, however the machine is reached.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_ssh_the_way_back_is_shown() {
    let stage = Stage::start().await;
    let program = stage.program(["login", "--port", &stage.port().to_string()]);
    let run = stage
        .login(program.env("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22"))
        .await
        .exits(0);
    let port = stage.port();
    run.says("Open this page in the browser of your own machine:\n")
        .says(&format!("  ssh -L {port}:127.0.0.1:{port} HOST\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_on_standard_input_is_tried_and_then_stored() {
    let stage = Stage::start().await;
    let token = stage
        .sandbox
        .issue_tokens(CLIENT_ID, &["api:access", "profile:read"])
        .unwrap()
        .access_token;
    let login = || stage.program(["login", "--with-token"]);
    let run = login()
        .run_with(format!("{token}\n").as_bytes())
        .exits(0)
        .prints("");
    assert!(!run.all().contains(&token));
    run.says("✓ Signed in as Robin Sandbox <robin@sandbox.test>\n")
        .says("The session ends with this token");
    stage.bare(["token"]).run().exits(0).prints(&format!("{token}\n"));
    let status = stage.bare(["status"]).run().exits(0).stdout;
    assert!(
        status.contains("scopes     not known\n") && status.contains("no end is known\n"),
        "{status}"
    );

    // One that the service refuses takes nothing's place.
    for (input, code, says) in [
        (&b"unknown"[..], 4, "AI Pass does not accept this token"),
        (b"", 2, "the access token on standard input is empty"),
        (b"two words", 2, "is not one word"),
        (b"\xff", 2, "no text"),
    ] {
        login().run_with(input).exits(code).prints("").says(says);
    }
    // A free call is sent three times before it counts as failed.
    for _ in 0..3 {
        stage.sandbox.fail_next(Route::Userinfo, Fault::Reset);
    }
    login().run_with(token.as_bytes()).exits(7);
    stage.bare(["token"]).run().exits(0).prints(&format!("{token}\n"));
    login().arg("--paste").run().exits(2);
}

/// The list of processes shows arguments to everybody on the machine.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_stands_among_the_arguments() {
    let stage = Stage::start().await;
    let token = stage
        .sandbox
        .issue_tokens(CLIENT_ID, &["api:access", "profile:read"])
        .unwrap()
        .access_token;
    stage.sandbox.fail_next(Route::Userinfo, Fault::Stall);
    let mut running = stage.program(["login", "--with-token"]).start_with_input();
    running.type_line(&token);
    running.close_stdin();
    while stage.sandbox.counts().requests_to(Route::Userinfo) == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let shown = |file: &str| std::fs::read(format!("/proc/{}/{file}", running.id())).unwrap();
    let all = [shown("cmdline"), shown("environ")].concat();
    let all = String::from_utf8_lossy(&all);
    assert!(all.contains("--with-token") && !all.contains(&token), "{all}");
    running.interrupt();
    running.wait().exits(130);
}
