//! `profiles.toml`: what is read from it, what is written to it, and what goes before it.

use super::support::{CLIENT_ID, Program, Stage, address_in, private};
use aipass_sandbox::{Fault, Route};
use std::fs;

const PROFILE: &str = "\
# The settings of this machine.
default_profile = \"work\" # until the summer

# At work.
[profiles.work]
base_url = \"{base_url}\"
client_id = \"client_cli\" # from Ada
redirect_uris = [\"{redirect_uri}\"]
model = \"gpt-4o-mini\" # cheap

[profiles.other]
client_id = \"client_other\"
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_is_all_that_a_command_needs() {
    let stage = Stage::start().await;
    stage.write_profiles(PROFILE);
    let before = stage.profiles();
    let run = stage.login(stage.bare(["login", "--no-browser"])).await.exits(0);
    assert!(
        !run.stderr.contains("Settings kept"),
        "nothing was new: {}",
        run.stderr
    );
    assert_eq!(stage.profiles(), before);
    stage.bare(["balance"]).run().exits(0);
    stage.bare(["chat", "Hi"]).run().exits(0);
    stage.bare(["chat", "--profile", "work", "Hi"]).run().exits(0);
    stage.bare(["--profile", "work", "chat", "Hi"]).run().exits(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_keeps_what_it_used_and_every_comment_around_it() {
    let stage = Stage::start().await;
    stage.write_profiles(&PROFILE.replace(
        "client_id = \"client_cli\" # from Ada\n",
        "client_id = \"old\" # from Ada\n",
    ));
    let before = stage.profiles();
    let port = stage.port().to_string();
    let login = [
        "login",
        "--no-browser",
        "--port",
        &port,
        "--client-id",
        CLIENT_ID,
        "--scope",
        "api:access",
    ];
    let run = stage.login(stage.bare(login)).await.exits(0);
    run.says("✓ Settings kept in the profile `work` (");
    assert_eq!(
        stage.profiles(),
        before
            .replace("\"old\" # from Ada", "\"client_cli\" # from Ada")
            .replace(
                "model = \"gpt-4o-mini\" # cheap\n",
                "model = \"gpt-4o-mini\" # cheap\nscopes = [\"api:access\"]\n"
            )
    );
    assert!(
        stage
            .bare(["status"])
            .run()
            .exits(0)
            .stdout
            .contains("api:access\n")
    );
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_profile_is_private_and_holds_no_secret() {
    use std::os::unix::fs::MetadataExt;
    let stage = Stage::start().await;
    stage.login(stage.login_program()).await.exits(0);
    let metadata = fs::metadata(stage.state().join("profiles.toml")).unwrap();
    assert_eq!(metadata.mode() & 0o777, 0o600);
    assert_eq!(
        stage.profiles(),
        format!(
            "[profiles.default]\nbase_url = \"{}\"\nclient_id = \"client_cli\"\nredirect_uris = [\"{}\"]\n",
            stage.sandbox.base_url(),
            stage.redirect_uri()
        )
    );
    for secret in stage.sandbox.issued_secrets() {
        assert!(!stage.profiles().contains(secret.expose_secret()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_profiles_of_one_client_are_two_sessions() {
    let stage = Stage::start().await;
    let login = |profile: &str| stage.login_program().arg("--profile").arg(profile);
    stage.login(login("one")).await.exits(0);
    stage.login(login("two")).await.exits(0);
    stage.bare(["logout", "--profile", "one"]).run().exits(0);
    stage
        .bare(["balance", "--profile", "one"])
        .run()
        .exits(4)
        .says("help: run `aipass login --profile one`\n");
    stage.bare(["balance", "--profile", "two"]).run().exits(0);
}

/// A flag goes before a variable, a variable before the profile, and the named profile before the default one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_before_what() {
    let stage = Stage::start().await;
    stage.write_profiles(PROFILE);
    let json = |program: Program| -> serde_json::Value {
        serde_json::from_str(&program.run().exits(4).stdout).unwrap()
    };
    let status = |args: &[&str]| stage.bare(["status", "--json"].iter().chain(args).copied());
    let found = json(status(&[]));
    assert_eq!(
        (&found["profile"], &found["client_id"]),
        (&"work".into(), &"client_cli".into())
    );
    let found = json(status(&[]).env("AIPASS_PROFILE", "other"));
    assert_eq!(
        (&found["profile"], &found["client_id"]),
        (&"other".into(), &"client_other".into())
    );
    assert_eq!(found["base_url"], "https://aipass.one");
    let found = json(status(&["--profile", "work"]).env("AIPASS_PROFILE", "other"));
    assert_eq!(found["profile"], "work");
    let variable = status(&[]).env("AIPASS_CLIENT_ID", "client_variable");
    let found = json(variable.env("AIPASS_BASE_URL", "http://127.0.0.1:9"));
    assert_eq!(found["client_id"], "client_variable");
    assert_eq!(
        found["shadowed"].to_string(),
        r#"[{"shadows":"base_url","variable":"AIPASS_BASE_URL"},{"shadows":"client_id","variable":"AIPASS_CLIENT_ID"}]"#
    );
    let found = json(status(&["--client-id", "client_flag"]).env("AIPASS_CLIENT_ID", "client_variable"));
    assert_eq!(found["client_id"], "client_flag");
}

/// A client that only a variable names is used, and does not take the place of the profile's own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_variable_does_not_change_the_profile_of_another_client() {
    let stage = Stage::start().await;
    stage.write_profiles("[profiles.default]\nclient_id = \"mine\"\n");
    let before = stage.profiles();
    let run = stage.login(stage.login_program()).await.exits(0);
    run.says("The profile `default` keeps its own client");
    assert_eq!(stage.profiles(), before);
    stage.program(["balance"]).run().exits(0);
}

/// A variable holds for the call. Only a profile that does not say anything yet begins with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_variable_does_not_take_the_place_of_what_the_profile_says() {
    let stage = Stage::start().await;
    let login = || {
        let program = stage.bare(["login", "--no-browser", "--client-id", CLIENT_ID]);
        program.env("AIPASS_API_PREFIX", "/oauth2/v1")
    };
    let redirect_uris = "redirect_uris = [\"{redirect_uri}\"]\n";
    for own in [
        "client_id = \"client_cli\"\nbase_url = \"{base_url}\"\napi_prefix = \"/elsewhere\"\n",
        "client_id = \"client_cli\"\nbase_url = \"{base_url}\"\n",
    ] {
        stage.write_profiles(&format!("[profiles.default]\n{own}{redirect_uris}"));
        let before = stage.profiles();
        // The same service, in another spelling.
        let url = format!("{}/", stage.sandbox.base_url());
        stage.login(login().env("AIPASS_BASE_URL", url)).await.exits(0);
        assert_eq!(stage.profiles(), before);
    }
    // A flag names the client, and a variable another service than the profile's.
    stage.write_profiles("[profiles.default]\nbase_url = \"https://other.example\"\n");
    let before = stage.profiles();
    let program = login().env("AIPASS_BASE_URL", stage.sandbox.base_url());
    let program = program.arg("--port").arg(&stage.port().to_string());
    let run = stage.login(program).await.exits(0);
    run.says("The profile `default` keeps its own service");
    assert_eq!(stage.profiles(), before);

    stage.write_profiles("");
    let program = login().env("AIPASS_BASE_URL", stage.sandbox.base_url());
    let program = program.arg("--port").arg(&stage.port().to_string());
    stage.login(program).await.exits(0);
    assert!(
        stage.profiles().contains("api_prefix = \"/oauth2/v1\"\n"),
        "{}",
        stage.profiles()
    );
}

/// The new client may not be allowed the scopes of the old one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_client_does_not_get_the_scopes_of_the_one_before() {
    let stage = Stage::start().await;
    stage.write_profiles(
        "[profiles.default]\nbase_url = \"{base_url}\"\nclient_id = \"old\"\nscopes = [\"old:scope\"]\n",
    );
    let program = stage.bare(["login", "--no-browser", "--client-id", CLIENT_ID, "--port"]);
    let run = stage.login(program.arg(&stage.port().to_string())).await.exits(0);
    assert!(!run.stderr.contains("old%3Ascope"), "{}", run.stderr);
    assert!(!stage.profiles().contains("scopes"), "{}", stage.profiles());
    stage.bare(["balance"]).run().exits(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_that_is_not_there_is_3() {
    let stage = Stage::start().await;
    for program in [
        stage.bare(["balance", "--profile", "nowhere"]),
        stage.bare(["balance"]).env("AIPASS_PROFILE", "nowhere"),
    ] {
        let run = program.run().exits(3).prints("");
        run.says("error: there is no profile `nowhere` in ")
            .says("help: `aipass login --profile nowhere --client-id ID` makes it");
    }
    stage
        .bare(["balance", "--profile", "../x"])
        .run()
        .exits(3)
        .says("the name of a profile has letters");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mistake_in_the_file_is_3_and_is_told_without_its_value() {
    let stage = Stage::start().await;
    for (text, expected) in [
        (
            "[profiles.x]\nclient_id = canary\n",
            "profiles.toml, line 2, column 13: this is not valid TOML",
        ),
        (
            "[profiles.x]\nclientid = \"canary\"\n",
            "did you mean `client_id`?",
        ),
        (
            "[profiles.x]\naccess_token = \"canary\"\n",
            "no secret belongs here: set AIPASS_ACCESS_TOKEN, or pipe it into `aipass login --with-token`",
        ),
        (
            "[profiles.x]\nclient_secret = \"canary\"\n",
            "set AIPASS_CLIENT_SECRET",
        ),
        (
            "[profiles.x]\nstore = \"canary\"\n",
            "`store` is \"file\" or \"keyring\"",
        ),
    ] {
        stage.write_profiles(text);
        for args in [
            &["balance"][..],
            &["login", "--no-browser"],
            &["status"],
            &["chat", "-m", "m", "Hi"],
        ] {
            let run = stage.program(args).run().exits(3).says(expected);
            assert!(!run.all().contains("canary"), "{}", run.all());
        }
        assert!(stage.profiles().contains("canary"), "the file is left as it is");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_keyring_is_told_to_be_out_of_reach() {
    let stage = Stage::start().await;
    stage.write_profiles("[profiles.default]\nclient_id = \"client_cli\"\nstore = \"keyring\"\n");
    for command in ["balance", "login", "logout", "token"] {
        stage.bare([command]).run().exits(3).says(
            "keeps its session in the keyring, which this program cannot open\nhelp: set store = \"file\"",
        );
    }
    // A token of the environment needs no store.
    stage.with_token(["balance"]).run().exits(0);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_others_can_write_is_refused_and_a_link_is_followed() {
    let stage = Stage::start().await;
    stage.write_profiles(PROFILE);
    let path = stage.state().join("profiles.toml");
    private(&path, 0o666);
    stage
        .bare(["status"])
        .run()
        .exits(3)
        .says("is not safe to use: others can write to it");
    private(&path, 0o644);
    stage.bare(["status"]).run().exits(4);

    // Settings that are kept elsewhere stay there.
    let elsewhere = stage.state().join("elsewhere.toml");
    fs::rename(&path, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
    let login = stage.bare(["login", "--no-browser", "--scope", "api:access"]);
    stage.login(login).await.exits(0).says("Settings kept");
    assert!(fs::symlink_metadata(&path).unwrap().file_type().is_symlink());
    assert!(
        fs::read_to_string(&elsewhere)
            .unwrap()
            .contains("scopes = [\"api:access\"]")
    );
}

/// A session that cannot be found again is said to be one, and is there all the same.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_that_cannot_be_written_does_not_lose_the_session() {
    let stage = Stage::start().await;
    fs::create_dir_all(stage.state().join("profiles.toml.lock")).unwrap();
    private(&stage.state(), 0o700);
    let run = stage.login(stage.login_program()).await.exits(0);
    run.says("✓ Signed in as Robin Sandbox")
        .says("✗ The session is there, but the profile that finds it again is not:")
        .says("error: the profile could not be written to ");
    stage.program(["balance"]).run().exits(0);
}

/// The session is stored by then, so the commands after it have to find it.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_that_is_interrupted_after_the_browser_has_left_its_profile() {
    let stage = Stage::start().await;
    stage.sandbox.fail_next(Route::Userinfo, Fault::Stall);
    let mut program = stage.login_program().start();
    let before = program.stderr_until("/oauth2/authorize?");
    stage.sandbox.approve(address_in(&before)).await.unwrap();
    while stage.sandbox.counts().requests_to(Route::Userinfo) == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    program.interrupt();
    program.wait().exits(130);
    stage.bare(["balance"]).run().exits(0);
}

/// Whoever holds the lock for good does not hold up the login, and the session is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_is_held_is_not_waited_for_without_an_end() {
    let stage = Stage::start().await;
    stage.write_profiles("");
    let held = fs::File::create(stage.state().join("profiles.toml.lock")).unwrap();
    held.lock().unwrap();
    let run = stage.login(stage.login_program()).await.exits(0);
    run.says("✗ The session is there, but the profile that finds it again is not:")
        .says("error: the profile could not be written to ")
        .says("cause: another process holds the lock ")
        .says("✓ Signed in as Robin Sandbox");
    assert_eq!(stage.profiles(), "");
    stage.program(["balance"]).run().exits(0);
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_the_file_is_3() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("profiles.toml");
    let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    for command in ["status", "balance", "login"] {
        let program = Program::new([command]).env("AIPASS_CONFIG_DIR", home.path());
        program.run().exits(3).says("it is not a regular file");
    }
}

/// An app that opens the profile is signed in with the program's session, and a renewal is made once for both.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_shares_the_session_of_the_program() {
    let stage = Stage::start().await;
    stage
        .login(stage.login_program().arg("--profile").arg("work"))
        .await
        .exits(0);
    let profile = aipass::Profile::load_from(stage.state(), "work").unwrap();
    let app = aipass::Client::builder().profile(&profile).build().unwrap();
    assert_eq!(
        app.userinfo().await.unwrap().name.as_deref(),
        Some("Robin Sandbox")
    );
    stage.expire_here();
    stage.sandbox.expire_access_tokens();
    stage.bare(["balance", "--profile", "work"]).run().exits(0);
    app.balance().await.unwrap();
    assert_eq!(stage.sandbox.counts().refresh_requests, 1);
    app.logout().await.unwrap();
    stage.bare(["balance", "--profile", "work"]).run().exits(4);
}

/// The app of the test below: this file once more, in a process of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn app() {
    let Ok(profile) = std::env::var("APP_OPENS") else {
        return;
    };
    match aipass::Client::from_profile(profile) {
        Ok(client) => println!("app: {:?}", client.userinfo().await.unwrap().name),
        Err(error) => println!("app: {error}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_opens_a_profile_by_its_name_and_the_environment_goes_before_it() {
    let stage = Stage::start().await;
    stage
        .login(stage.login_program().arg("--profile").arg("work"))
        .await
        .exits(0);
    let run = |profile: &str, environment: &[(&str, &str)]| {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "cli::profiles::app", "--nocapture"])
            .env_clear()
            .env("AIPASS_CONFIG_DIR", stage.state())
            .env("APP_OPENS", profile)
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let (_, said) = text.split_once("app: ").unwrap_or_else(|| panic!("{text}"));
        said.lines().next().unwrap().to_owned()
    };
    assert_eq!(run("work", &[]), "Some(\"Robin Sandbox\")");
    let nowhere = run("nowhere", &[]);
    assert!(nowhere.starts_with("there is no profile `nowhere` in ") && nowhere.ends_with("there are: work"));
    let elsewhere = run("work", &[("AIPASS_BASE_URL", "http://example.com")]);
    assert!(elsewhere.contains("the base URL is not usable"), "{elsewhere}");
    // With a token of the environment the session does not count.
    stage.bare(["logout", "--profile", "work"]).run().exits(0);
    let token = stage
        .sandbox
        .issue_tokens(CLIENT_ID, &["profile:read"])
        .unwrap()
        .access_token;
    assert_eq!(
        run("work", &[("AIPASS_ACCESS_TOKEN", &token)]),
        "Some(\"Robin Sandbox\")"
    );
}
