//! Ids in paths: an id must not leave its place in the path, nor be empty.
//!
//! The generated code encodes an id, but an id of `..` still climbs up when the URL is put together, and an empty one
//! makes another operation of it.

use crate::operation::Operation;
use std::{error::Error as StdError, fmt};
use url::Url;

/// An id in the path is empty, `.` or `..`, or holds control characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidId;

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id is empty, `.` or `..`, or holds control characters")
    }
}

impl StdError for InvalidId {}

/// Compares the end of the path with the operation's own, segment by segment.
pub(crate) fn check(operation: &Operation, url: &Url) -> Result<(), InvalidId> {
    if !operation.path.contains('{') {
        return Ok(());
    }
    let mut segments = url.path().rsplit('/');
    for expected in operation.path.trim_start_matches('/').rsplit('/') {
        let segment = segments.next().unwrap_or_default();
        let fits = if expected.starts_with('{') {
            !segment.is_empty() && !holds_control(segment)
        } else {
            segment == expected
        };
        if !fits {
            return Err(InvalidId);
        }
    }
    Ok(())
}

/// Whether `%00` to `%1F`, or `%7F`, stands in the segment.
fn holds_control(segment: &str) -> bool {
    segment.match_indices('%').any(|(at, _)| {
        let code = segment.get(at + 1..at + 3).unwrap_or_default();
        code.starts_with(['0', '1']) || code.eq_ignore_ascii_case("7f")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_keeps_its_place() {
        let operation = |id| Operation::find(id).unwrap();
        for (id, path, fits) in [
            ("get_model", "/oauth2/v1/models/gpt-4o", true),
            ("get_model", "/base/oauth2/v1/models/gemini%2Fpro", true),
            ("get_model", "/oauth2/v1/models/100%25", true),
            ("get_model", "/oauth2/v1/models/", false),
            ("get_model", "/oauth2/v1/models", false),
            ("get_model", "/oauth2/v1/", false),
            ("get_model", "/oauth2/v1/models/a%0Ab", false),
            ("get_model", "/oauth2/v1/models/a%7fb", false),
            ("download_video", "/oauth2/v1/videos/v1/content", true),
            ("download_video", "/oauth2/v1/videos//content", false),
            ("download_video", "/oauth2/v1/content", false),
            ("list_models", "/anything", true),
        ] {
            let url = Url::parse("https://aipass.one").unwrap().join(path).unwrap();
            assert_eq!(check(operation(id), &url).is_ok(), fits, "{path}");
        }
    }
}
