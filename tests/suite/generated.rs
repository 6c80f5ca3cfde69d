//! The document, the generated code and its public surface.

use std::{fs, path::Path};
use xtask::regen;

/// What a reviewer reads when the document or the generator changes.
#[test]
fn public_surface() {
    let surface = regen::public_surface(xtask::root()).unwrap();
    insta::assert_snapshot!(surface);
}

#[test]
fn the_checked_in_code_is_what_the_document_gives() {
    if let Err(error) = regen::check(xtask::root()) {
        panic!("{error}");
    }
}

#[test]
fn a_changed_enum_value_without_regen_is_red_and_names_the_command() {
    let error = check_changed(|document| {
        document.replace("enum: [low, medium, high]", "enum: [low, medium, higher]")
    });
    assert!(error.contains("cargo xtask regen"), "{error}");
    assert!(error.contains("higher"), "{error}");
}

#[test]
fn the_document_and_the_table_of_endpoints_agree_to_the_letter() {
    let renamed =
        check_changed(|document| document.replace("/oauth2/v1/embeddings:", "/oauth2/v1/embedding:"));
    assert!(renamed.contains("/oauth2/v1/embedding"), "{renamed}");
    let changed = check_changed(|document| document.replacen("    get:\n", "    put:\n", 1));
    assert!(changed.contains("PUT /oauth2/v1/models"), "{changed}");
}

/// The error that the check gives for a copy of the project whose document is changed.
fn check_changed(change: impl Fn(&str) -> String) -> String {
    let copy = tempfile::tempdir().unwrap();
    let (from, to) = (xtask::root(), copy.path());
    copy_file(from, to, regen::ALLOWLIST);
    for entry in fs::read_dir(from.join(regen::OUTPUT)).unwrap() {
        let name = entry.unwrap().file_name();
        copy_file(from, to, &format!("{}/{}", regen::OUTPUT, name.to_str().unwrap()));
    }
    let document = fs::read_to_string(from.join(regen::DOCUMENT)).unwrap();
    let changed = change(&document);
    assert_ne!(document, changed, "the change must find its place");
    fs::write(to.join(regen::DOCUMENT), changed).unwrap();
    regen::check(to).unwrap_err().to_string()
}

fn copy_file(from: &Path, to: &Path, name: &str) {
    let target = to.join(name);
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    fs::copy(from.join(name), target).unwrap();
}
