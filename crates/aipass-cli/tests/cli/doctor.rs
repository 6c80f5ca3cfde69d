//! `aipass doctor`.

use super::support::{CLIENT_ID, Program, Stage, free_port};
use serde_json::Value;
use std::{io::Write, net::TcpListener, process::Command};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_in_order_is_0() {
    let stage = Stage::start().await;
    stage.login(stage.login_program()).await.exits(0);
    let charged = stage.sandbox.counts().charged_calls;
    let run = stage.bare(["doctor"]).run().exits(0);
    assert_eq!(run.stderr, "");
    let marks: Vec<_> = run
        .stdout
        .lines()
        .map(|line| line.chars().next().unwrap())
        .collect();
    assert!(marks.iter().all(|mark| *mark == '✓'), "{}", run.stdout);
    for name in [
        "profile", "client", "store", "ports", "service", "clock", "session",
    ] {
        assert!(
            run.stdout.contains(&format!("✓ {name:<8} ")),
            "{name}: {}",
            run.stdout
        );
    }
    assert_eq!(stage.sandbox.counts().charged_calls, charged);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_trouble_is_14_and_says_what_to_do() {
    let stage = Stage::start().await;
    stage.login(stage.login_program()).await.exits(0);

    let taken = TcpListener::bind(("127.0.0.1", stage.port())).unwrap();
    let run = stage.bare(["doctor"]).run().exits(14);
    assert!(
        run.stdout
            .contains(&format!("✗ ports    port {} is taken", stage.port())),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("→ close the program that has it"),
        "{}",
        run.stdout
    );
    drop(taken);

    let nowhere = format!("http://127.0.0.1:{}", free_port());
    let unreachable = stage
        .bare(["doctor"])
        .env("AIPASS_BASE_URL", &nowhere)
        .run()
        .exits(14);
    assert!(
        unreachable.stdout.contains(&format!("✗ service  {nowhere}: ")),
        "{}",
        unreachable.stdout
    );
    assert!(
        unreachable
            .stdout
            .contains("· variable AIPASS_BASE_URL goes before base_url"),
        "{}",
        unreachable.stdout
    );
    stage
        .bare(["doctor", "--offline"])
        .env("AIPASS_BASE_URL", &nowhere)
        .run()
        .exits(0);

    stage.sandbox.revoke_all();
    let run = stage.bare(["doctor"]).run().exits(14);
    assert!(run.stdout.contains("✗ session "), "{}", run.stdout);
    assert!(run.stdout.contains("→ run `aipass login`"), "{}", run.stdout);

    stage.write_profiles("[profiles.default]\nclientid = \"x\"\n");
    let run = stage.bare(["doctor"]).run().exits(14);
    assert!(run.stdout.contains("did you mean `client_id`?"), "{}", run.stdout);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_others_can_change_is_found() {
    let stage = Stage::start().await;
    stage.login(stage.login_program()).await.exits(0);
    super::support::private(&stage.session_file(), 0o644);
    let run = stage.bare(["doctor", "--offline"]).run().exits(14);
    assert!(
        run.stdout.contains("is not safe to use: others can use it"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("chmod 600"), "{}", run.stdout);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_has_every_check() {
    let stage = Stage::start().await;
    let run = stage
        .bare(["doctor", "--json"])
        .env("AIPASS_BASE_URL", stage.sandbox.base_url());
    let found: Value = serde_json::from_str(&run.run().exits(14).stdout).unwrap();
    assert_eq!(found["ok"], false);
    let client = found["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|check| check["name"] == "client")
        .unwrap();
    assert_eq!(
        (&client["state"], &client["what"]),
        (&"failed".into(), &"no client id is set".into())
    );
    assert!(
        client["help"]
            .as_str()
            .unwrap()
            .contains("aipass client register")
    );
    let found = stage.program(["doctor", "--json"]).run().exits(0);
    assert_eq!(serde_json::from_str::<Value>(&found.stdout).unwrap()["ok"], true);
}

/// With a token of its own, the program needs neither a client nor a session.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_of_the_environment_is_tried() {
    let stage = Stage::start().await;
    let run = stage.with_token(["doctor"]).run().exits(0);
    assert!(
        run.stdout.contains("· variable AIPASS_ACCESS_TOKEN is set"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("accepts the token of AIPASS_ACCESS_TOKEN"),
        "{}",
        run.stdout
    );
    stage
        .with_token(["doctor"])
        .env("AIPASS_ACCESS_TOKEN", "unknown")
        .run()
        .exits(14);
}

/// The variable goes before the session, so it is what has to work.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_token_that_the_commands_would_use_is_the_one_that_is_tried() {
    let stage = Stage::start().await;
    // Before any login, with a client id.
    let good = || stage.with_token(["doctor"]).env("AIPASS_CLIENT_ID", CLIENT_ID);
    let run = good().run().exits(0);
    assert!(
        run.stdout
            .contains("✓ session  AI Pass accepts the token of AIPASS_ACCESS_TOKEN"),
        "{}",
        run.stdout
    );
    stage.login(stage.login_program()).await.exits(0);
    good().run().exits(0);
    let run = good().env("AIPASS_ACCESS_TOKEN", "unknown").run().exits(14);
    assert!(
        run.stdout
            .contains("✗ session  the token of AIPASS_ACCESS_TOKEN: "),
        "{}",
        run.stdout
    );
}

/// The end of a token is told by this machine's clock.
#[test]
fn a_clock_that_is_wrong_is_found() {
    let server = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let base_url = format!("http://{}", server.local_addr().unwrap());
    let answer = std::thread::spawn(move || {
        let (mut socket, _) = server.accept().unwrap();
        let request = super::support::read_request(&mut socket);
        let head =
            "HTTP/1.1 204 No Content\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\nconnection: close\r\n\r\n";
        socket.write_all(head.as_bytes()).unwrap();
        request
    });
    let home = tempfile::tempdir().unwrap();
    let program = Program::new(["doctor"]).env("AIPASS_CONFIG_DIR", home.path().join("state"));
    let run = program
        .env("AIPASS_CLIENT_ID", "client")
        .env("AIPASS_BASE_URL", &base_url)
        .run()
        .exits(14);
    let years = run
        .stdout
        .lines()
        .find(|line| line.starts_with("✗ clock"))
        .unwrap();
    assert!(years.contains(" days ahead of the server's"), "{}", run.stdout);
    // It asked without a token, and for nothing that costs.
    let request = answer.join().unwrap().to_lowercase();
    assert!(
        request.starts_with("head / http/1.1\r\n") && !request.contains("authorization"),
        "{request}"
    );
}

#[test]
fn the_folders_of_the_platform_are_used() {
    let home = tempfile::tempdir().unwrap();
    let run = Program::new(["doctor", "--offline"])
        .env("HOME", home.path())
        .env("AIPASS_CLIENT_ID", "client")
        .run();
    assert!(
        run.stdout.contains(&home.path().display().to_string()),
        "{}",
        run.all()
    );
    // Nobody else can look into what was made.
    #[cfg(target_os = "linux")]
    {
        let modes = Command::new("stat")
            .args(["-c", "%a"])
            .arg(home.path().join(".local/state/aipass"))
            .output()
            .unwrap();
        assert_eq!(modes.stdout, b"700\n");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = Command::new;
}
