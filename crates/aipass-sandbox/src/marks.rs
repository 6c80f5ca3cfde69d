//! The text that a sound or a picture carries with it, so that the sandbox, which neither hears nor sees, knows what is on
//! it. Its marks let the text be found in any container.

const MARK: &str = "aipass-sandbox: \"";
const END: &str = "\" (spoken by the sandbox)";

/// How far from either end of a file the text is looked for: comments are at one of them.
const REACH: usize = 256 * 1024;

/// The comment that carries a text.
pub(crate) fn comment(text: &str) -> String {
    format!("{MARK}{text}{END}")
}

/// The text that a file carries.
pub(crate) fn carried(file: &[u8]) -> Option<String> {
    let head = &file[..file.len().min(REACH)];
    let tail = &file[file.len().saturating_sub(REACH)..];
    between(head).or_else(|| between(tail))
}

/// The text between the marks.
fn between(bytes: &[u8]) -> Option<String> {
    let find = |bytes: &[u8], mark: &str| {
        let mut places = bytes.windows(mark.len());
        places.position(|place| place == mark.as_bytes())
    };
    let rest = &bytes[find(bytes, MARK)? + MARK.len()..];
    let text = std::str::from_utf8(&rest[..find(rest, END)?]).ok()?;
    Some(text.to_owned())
}
