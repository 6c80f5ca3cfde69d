//! `aipass-auth` against oidc-provider: installs the server with npm below the target folder, starts it on node, and
//! lets `tests/examples/conformance` do the rest.

use super::{Outside, OutsideError, programs, running};
use serde_json::Value;
use std::{
    fs::{self, File},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

/// Where the server's script and its list of packages are.
const SOURCES: &str = "xtask/conformance";
const SCRIPT: &str = "idp.mjs";
const LOCK_FILE: &str = "package-lock.json";
const FILES: [&str; 3] = [SCRIPT, "package.json", LOCK_FILE];

/// A copy of the lock file of what is installed: while it is the same, npm has nothing to do.
const INSTALLED: &str = "installed.json";

/// The oldest node that oidc-provider runs on.
const OLDEST_NODE: u32 = 20;

const INSTALL_LIMIT: Duration = Duration::from_secs(60);
const START_LIMIT: Duration = Duration::from_secs(30);
/// The program has a limit of its own below this.
const CHECK_LIMIT: Duration = Duration::from_secs(150);

/// What npm says when the registry, or the way to it, is not there. Anything else is a fault of ours.
const UNREACHABLE: [&str; 17] = [
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "ERR_SOCKET_TIMEOUT",
    "ENETUNREACH",
    "EHOSTUNREACH",
    "ENOTCACHED",
    "E401",
    "E403",
    "E407",
    "E429",
    "E500",
    "E502",
    "E503",
    "E504",
];

pub(super) fn run(root: &Path) -> Result<(), OutsideError> {
    let node = programs::find(&["node"])?;
    let npm = programs::find(&["npm"])?;
    new_enough(&node)?;
    let folder = Outside::Conformance.folder(root)?;
    install(&npm, &root.join(SOURCES), &folder)?;
    Outside::Conformance.build(root)?;

    let log = folder.join("server.log");
    let outcome = with_server(&node, &folder, &log, root);
    if outcome.is_err()
        && let Ok(text) = fs::read_to_string(&log)
    {
        super::say(&format!("--- what the server said\n{text}---"));
    }
    outcome
}

fn with_server(node: &Path, folder: &Path, log: &Path, root: &Path) -> Result<(), OutsideError> {
    let log = File::create(log).map_err(OutsideError::io("the server's log"))?;
    let mut server = running::Running::start(Command::new(node).arg(SCRIPT).current_dir(folder).stderr(log))
        .map_err(OutsideError::io("node"))?;
    let issuer = server
        .wait_for(START_LIMIT, issuer_of)
        .map_err(|why| OutsideError::Failed(format!("the authorization server did not start: {why}")))?;
    Outside::Conformance.make_checks(root, &[issuer.as_ref()], CHECK_LIMIT)
}

fn new_enough(node: &Path) -> Result<(), OutsideError> {
    let output = Command::new(node)
        .arg("--version")
        .output()
        .map_err(OutsideError::io("node"))?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    match major(&version) {
        Some(major) if major >= OLDEST_NODE => Ok(()),
        _ => Err(OutsideError::Missing(format!(
            "node {version} is too old; it takes {OLDEST_NODE} or newer"
        ))),
    }
}

/// The 20 of `v20.11.1`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// The issuer in the server's first line.
fn issuer_of(line: &str) -> Option<String> {
    let line: Value = serde_json::from_str(line).ok()?;
    Some(line.get("issuer")?.as_str()?.to_owned())
}

/// Copies the server beside its packages, and lets npm fetch exactly those of the lock file.
fn install(npm: &Path, sources: &Path, folder: &Path) -> Result<(), OutsideError> {
    for file in FILES {
        fs::copy(sources.join(file), folder.join(file)).map_err(OutsideError::io(file))?;
    }
    let wanted = fs::read(sources.join(LOCK_FILE)).map_err(OutsideError::io(LOCK_FILE))?;
    let installed = folder.join(INSTALLED);
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let log = folder.join("npm.log");
    let output = File::create(&log).map_err(OutsideError::io("npm's log"))?;
    let status = running::within(
        INSTALL_LIMIT,
        Command::new(npm)
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .args([
                "--fetch-retries=1",
                "--fetch-retry-mintimeout=1000",
                "--fetch-timeout=20000",
            ])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(output),
    )
    .map_err(OutsideError::io("npm"))?;
    match status {
        Some(status) if status.success() => fs::write(installed, wanted).map_err(OutsideError::io(INSTALLED)),
        Some(_) => {
            let text = fs::read_to_string(&log).unwrap_or_default();
            Err(trouble_of(&text))
        }
        None => Err(OutsideError::Missing(
            "the npm registry is too slow: the packages were not there in time".to_owned(),
        )),
    }
}

/// What kept npm from installing, by the code that it gives.
fn trouble_of(log: &str) -> OutsideError {
    let code = log.lines().find_map(|line| {
        let rest = line
            .strip_prefix("npm error ")
            .or(line.strip_prefix("npm ERR! "))?;
        rest.strip_prefix("code ").map(str::trim)
    });
    match code {
        Some(code) if UNREACHABLE.contains(&code) => {
            OutsideError::Missing(format!("the npm registry cannot be reached ({code})"))
        }
        _ => OutsideError::Failed(format!(
            "npm could not install the packages of {SOURCES}/{LOCK_FILE}:\n{}",
            log.trim_end()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_out_of_reach_is_told_from_a_broken_lock_file() {
        let missing = |log: &str| matches!(trouble_of(log), OutsideError::Missing(_));
        for log in [
            "npm error code ECONNREFUSED\nnpm error errno ECONNREFUSED\n",
            "npm warn deprecated x\nnpm error code ENOTFOUND\nnpm error syscall getaddrinfo\n",
            "npm ERR! code ETIMEDOUT\n",
            "npm error code E503\nnpm error 503 Service Unavailable - GET https://registry/vary\n",
        ] {
            assert!(missing(log), "{log}");
        }
        for log in [
            "npm error code EUSAGE\nnpm error `npm ci` can only install packages when both are in sync\n",
            "npm error code EINTEGRITY\nnpm error sha512 integrity checksum failed\n",
            "npm error code E404\nnpm error 404 Not Found - GET https://registry/oidc-provide\n",
            "npm error Invalid Version: ECONNREFUSED\n",
            "",
        ] {
            assert!(!missing(log), "{log}");
        }
        assert_eq!(
            trouble_of("npm error code EAI_AGAIN\n").to_string(),
            "the npm registry cannot be reached (EAI_AGAIN)"
        );
    }

    #[test]
    fn the_issuer_stands_in_a_line_of_its_own() {
        assert_eq!(
            issuer_of(r#"{"issuer":"http://127.0.0.1:4711"}"#).as_deref(),
            Some("http://127.0.0.1:4711")
        );
        for line in [
            "",
            "oidc-provider NOTICE: issuer",
            r#"{"issuer":1}"#,
            r#"{"port":1}"#,
        ] {
            assert_eq!(issuer_of(line), None, "{line}");
        }
    }

    #[test]
    fn the_version_of_node_is_read() {
        for (version, expected) in [
            ("v20.20.2\n", Some(20)),
            ("v8.1", Some(8)),
            ("20.1", None),
            ("", None),
        ] {
            assert_eq!(major(version), expected, "{version}");
        }
    }

    #[test]
    fn the_packages_are_pinned_and_name_no_registry() {
        let read = |file: &str| -> Value {
            let path = crate::root().join(SOURCES).join(file);
            serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
        };
        let manifest = read("package.json");
        let asked = manifest["dependencies"].as_object().unwrap();
        assert!(!asked.is_empty());
        for (name, version) in asked {
            let exact = version.as_str().unwrap();
            assert!(
                exact.split('.').count() == 3
                    && exact.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'),
                "{name} {exact}"
            );
        }
        let lock = read(LOCK_FILE);
        for (name, package) in lock["packages"].as_object().unwrap() {
            if !name.is_empty() {
                assert!(package["integrity"].is_string(), "{name} has no checksum");
                assert!(package["resolved"].is_null(), "{name} names a registry");
            }
        }
    }
}
