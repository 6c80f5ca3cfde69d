//! Rules over the text of files.

use super::{Violation, files::File};

/// Where a file gets so long that it tells more than one story.
const MAX_LINES: usize = 650;

/// The one line that may silence warnings, and its file: the generated code is nobody's to mend.
const GENERATED: (&str, &str) = (
    "crates/aipass-api/src/lib.rs",
    r#"#[allow(warnings, reason = "generated")]"#,
);

/// These rules and their tests spell out what they forbid.
const OURSELVES: &str = "xtask/src/tidy/";

/// What leaves a test or a piece of code undone, and what to do instead.
const HATCHES: [(&str, &str); 4] = [
    ("todo!(", "write it, or leave it out"),
    (
        "#[ignore",
        "a test that is not run proves nothing; give it a step of its own",
    ),
    ("#[should_panic", "return an error and assert on it"),
    ("unimplemented!(", "write it, or leave it out"),
];

/// Every Rust file opens with what it is about, or with the README that says it.
pub(super) fn opens_with_its_story(file: &File) -> Option<Violation> {
    let opens = file.text.starts_with("//!") || file.text.starts_with("#![doc = include_str!(");
    (file.is("rs") && !opens)
        .then(|| Violation::new(&file.path, "it must open with `//!` and what it is about"))
}

/// No line ends in blanks, and the file ends with a line.
pub(super) fn no_trailing_space(file: &File) -> Vec<Violation> {
    let mut violations = per_line(file, |line| {
        (line.trim_end() != line).then(|| "there are blanks at the end of the line".to_owned())
    });
    if !file.text.is_empty() && !file.text.ends_with('\n') {
        violations.push(Violation::new(&file.path, "the last line must end"));
    }
    violations
}

/// Nothing is left undone, skipped or silenced without a reason.
pub(super) fn no_escape_hatch(file: &File) -> Vec<Violation> {
    if !file.is("rs") || file.path.starts_with(OURSELVES) {
        return Vec::new();
    }
    per_line(file, |line| {
        let code = line.trim_start();
        if code.starts_with("//") {
            return None;
        }
        if let Some((hatch, instead)) = HATCHES.iter().find(|(hatch, _)| code.contains(hatch)) {
            return Some(format!("`{hatch}`: {instead}"));
        }
        let attribute = code.starts_with("#[") || code.starts_with("#![");
        if attribute && code.contains(", ignore") {
            return Some(
                "`ignore`: a test that is not run proves nothing; give it a step of its own".to_owned(),
            );
        }
        let silenced = attribute && code.contains("allow(");
        let generated = (file.path.as_str(), code) == GENERATED;
        (silenced && !generated).then(|| "`allow`: write `#[expect(..., reason = \"...\")]`".to_owned())
    })
}

/// A file is short enough to be one story. Tests at its end, and files of tests, may be long.
pub(super) fn not_too_long(file: &File) -> Option<Violation> {
    let is_test =
        file.path.starts_with("tests/") || file.path.contains("/tests/") || file.path.ends_with("tests.rs");
    if !file.is("rs") || is_test {
        return None;
    }
    let code = file
        .text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let lines = code.lines().count();
    (lines > MAX_LINES).then(|| {
        Violation::new(
            &file.path,
            format!("{lines} lines without its tests; split it at {MAX_LINES}"),
        )
    })
}

/// Docs and comments hold no path of the machine that they were written on.
pub(super) fn no_place_of_this_machine(file: &File) -> Vec<Violation> {
    if file.path.starts_with(OURSELVES) {
        return Vec::new();
    }
    let rust = file.is("rs");
    per_line(file, |line| {
        let shown = if rust {
            line.trim_start().starts_with("//")
        } else {
            true
        };
        let place = ["/work/", "/tmp/", "/root/", "/home/"]
            .into_iter()
            .find(|place| starts_path(line, place));
        place
            .filter(|_| shown)
            .map(|place| format!("`{place}...` is a place on one machine"))
    })
}

/// Whether an absolute path that begins so stands in a line; `https://host/work/` is none.
fn starts_path(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !(c.is_alphanumeric() || ".-_~}/".contains(c)))
    })
}

fn per_line(file: &File, rule: impl Fn(&str) -> Option<String>) -> Vec<Violation> {
    let lines = file.text.lines().enumerate();
    lines
        .filter_map(|(index, line)| {
            Some(Violation::new(
                format!("{}:{}", file.path, index + 1),
                rule(line)?,
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    fn places(violations: &[Violation]) -> Vec<&str> {
        violations
            .iter()
            .map(|violation| violation.place.as_str())
            .collect()
    }

    #[test]
    fn a_file_says_what_it_is_about() {
        assert_eq!(opens_with_its_story(&file("src/a.rs", "//! A.\n")), None);
        assert_eq!(
            opens_with_its_story(&file("src/a.rs", "#![doc = include_str!(\"../README.md\")]\n")),
            None
        );
        assert!(opens_with_its_story(&file("src/a.rs", "use std::fmt;\n")).is_some());
        assert_eq!(opens_with_its_story(&file("a.toml", "[package]\n")), None);
    }

    #[test]
    fn lines_end_where_their_text_ends() {
        assert_eq!(no_trailing_space(&file("a.md", "one\n\ntwo\n")), []);
        assert_eq!(
            places(&no_trailing_space(&file("a.md", "one \ntwo\t\nthree"))),
            ["a.md:1", "a.md:2", "a.md"]
        );
    }

    #[test]
    fn nothing_is_left_undone() {
        for bad in [
            "    todo!()",
            "#[ignore = \"slow\"]",
            "#[should_panic]",
            "#[allow(dead_code)]",
            "#![allow(dead_code)]",
            "#[inline] #[allow(dead_code)]",
            "#[cfg_attr(unix, allow(dead_code))]",
            "#[cfg_attr(unix, ignore)]",
            "    #[allow(warnings, reason = \"generated\")]",
        ] {
            assert_eq!(
                places(&no_escape_hatch(&file("src/a.rs", bad))),
                ["src/a.rs:1"],
                "{bad}"
            );
        }
        for good in [
            "// A todo!() in a comment.",
            "#[expect(dead_code, reason = \"why\")]",
            "let ignore = 1;",
        ] {
            assert_eq!(no_escape_hatch(&file("src/a.rs", good)), [], "{good}");
        }
        let (path, line) = GENERATED;
        assert_eq!(no_escape_hatch(&file(path, line)), []);
    }

    #[test]
    fn a_long_file_is_split_and_tests_do_not_count() {
        let long = "//! A.\n".repeat(MAX_LINES + 1);
        assert!(not_too_long(&file("src/a.rs", &long)).is_some());
        let tested = format!("//! A.\n#[cfg(test)]\nmod tests {{\n{long}}}\n");
        for (path, text) in [
            ("src/a.rs", &tested),
            ("tests/suite/a.rs", &long),
            ("src/a/tests.rs", &long),
        ] {
            assert_eq!(not_too_long(&file(path, text)), None, "{path}");
        }
    }

    #[test]
    fn docs_hold_no_path_of_a_machine() {
        for (path, line) in [
            ("a.md", "see /work/x"),
            ("src/a.rs", "/// See `/tmp/x`."),
            ("a.yaml", "# /home/me/x"),
        ] {
            assert_eq!(
                places(&no_place_of_this_machine(&file(path, line))),
                [format!("{path}:1")]
            );
        }
        for (path, line) in [
            ("a.md", "https://example.com/work/x"),
            ("src/a.rs", "let p = \"/tmp/x\";"),
        ] {
            assert_eq!(no_place_of_this_machine(&file(path, line)), [], "{line}");
        }
    }
}
