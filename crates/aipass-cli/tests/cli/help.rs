//! What the program says about itself.

use super::support::{Program, golden};

const COMMANDS: [&str; 18] = [
    "demo",
    "login",
    "logout",
    "status",
    "token",
    "whoami",
    "balance",
    "topup",
    "models",
    "chat",
    "image",
    "speak",
    "transcribe",
    "embed",
    "video",
    "api",
    "client",
    "doctor",
];

/// Commands of commands.
const INNER: [[&str; 2]; 9] = [
    ["client", "register"],
    ["image", "create"],
    ["image", "edit"],
    ["image", "vary"],
    ["video", "create"],
    ["video", "get"],
    ["video", "wait"],
    ["video", "download"],
    ["video", "remix"],
];

#[test]
fn help_is_golden() {
    golden("help.txt", &Program::new(["--help"]).run().exits(0).stdout);
    for topic in COMMANDS.into_iter().chain(["exit-codes", "environment"]) {
        golden(
            &format!("help-{topic}.txt"),
            &Program::new(["help", topic]).run().exits(0).stdout,
        );
    }
    for [command, inner] in INNER {
        let help = Program::new([command, inner, "--help"]);
        golden(
            &format!("help-{command}-{inner}.txt"),
            &help.run().exits(0).stdout,
        );
    }
}

#[test]
fn both_ways_to_ask_for_help_agree() {
    let help = |args: &[&str]| Program::new(args).run().exits(0).stdout;
    assert_eq!(help(&["help"]).trim(), help(&["--help"]).trim());
    for command in COMMANDS {
        assert_eq!(
            help(&["help", command]).trim(),
            help(&[command, "--help"]).trim(),
            "{command}"
        );
    }
}

#[test]
fn an_unknown_topic_is_a_usage_error() {
    Program::new(["help", "nonsense"])
        .run()
        .exits(2)
        .prints("")
        .says("there is no help about 'nonsense'");
}

#[test]
fn the_version_is_printed() {
    Program::new(["--version"])
        .run()
        .exits(0)
        .prints(concat!("aipass ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn colours_obey_no_color() {
    for args in [
        &["help"][..],
        &["help", "chat"],
        &["demo"],
        &["chat", "Hi"],
        &["nonsense"],
    ] {
        let coloured = Program::new(args).env("CLICOLOR_FORCE", "1").run();
        assert!(coloured.all().contains('\x1b'), "{args:?}: {}", coloured.all());
        let plain = Program::new(args)
            .env("CLICOLOR_FORCE", "1")
            .env("NO_COLOR", "1")
            .run();
        assert!(!plain.all().contains('\x1b'), "{args:?}: {}", plain.all());
        let piped = Program::new(args).run();
        assert!(!piped.all().contains('\x1b'), "{args:?}: {}", piped.all());
    }
}
