//! Where a request goes: the prefix of the model operations, and slashes in the ids of models.

use aipass_api::operation::Operation;
use reqwest::Request;

/// The prefix that the document gives the model operations.
pub(crate) const DOCUMENT_PREFIX: &str = "/oauth2/v1";

/// The one operation whose id is a model's.
const MODEL: &str = "get_model";

#[derive(Clone, Debug, Default)]
pub(crate) struct Address {
    /// Where the model operations live, if not under [`DOCUMENT_PREFIX`].
    pub(crate) api_prefix: Option<String>,
    /// Whether the slashes in the id of a model stay encoded.
    pub(crate) encode_slashes: bool,
}

impl Address {
    pub(crate) fn place(&self, request: &mut Request, operation: &Operation) {
        if self.api_prefix.is_some() {
            self.move_prefix(request, operation);
        }
        if operation.id == MODEL && !self.encode_slashes {
            let path = with_slashes(request.url().path());
            if let Some(path) = path {
                request.url_mut().set_path(&path);
            }
        }
    }

    fn move_prefix(&self, request: &mut Request, operation: &Operation) {
        let Some(prefix) = &self.api_prefix else { return };
        let Some(rest) = operation
            .path
            .strip_prefix(DOCUMENT_PREFIX)
            .filter(|rest| rest.starts_with('/'))
        else {
            return;
        };
        // The base URL may carry a path and an id may hold anything, so the prefix is found by what follows it: the
        // operation's own segments, counted from the end.
        let path = request.url().path().to_owned();
        let tail: Vec<&str> = path.rsplitn(rest.matches('/').count() + 1, '/').collect();
        let Some((head, tail)) = tail.split_last() else {
            return;
        };
        let Some(base) = head.strip_suffix(DOCUMENT_PREFIX) else {
            return;
        };
        let tail: Vec<&str> = tail.iter().rev().copied().collect();
        request
            .url_mut()
            .set_path(&format!("{base}{prefix}/{}", tail.join("/")));
    }
}

/// The path with the slashes of its last segment in the clear, where there are any and none stands beside an empty or
/// dotted piece, which would lead somewhere else.
fn with_slashes(path: &str) -> Option<String> {
    let (head, id) = path.rsplit_once('/')?;
    let pieces: Vec<&str> = id.split("%2F").collect();
    let safe = pieces
        .iter()
        .all(|piece| !piece.is_empty() && !matches!(*piece, "." | ".."));
    (pieces.len() > 1 && safe).then(|| format!("{head}/{}", pieces.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(address: &Address, id: &str, url: &str) -> String {
        let mut request = Request::new(http::Method::GET, url.parse().unwrap());
        address.place(&mut request, Operation::find(id).unwrap());
        request.url().to_string()
    }

    #[test]
    fn the_prefix_moves_for_model_operations_only() {
        let address = Address {
            api_prefix: Some("/v1".to_owned()),
            encode_slashes: false,
        };
        for (id, url, expected) in [
            (
                "list_models",
                "https://aipass.one/oauth2/v1/models",
                "https://aipass.one/v1/models",
            ),
            (
                "get_video",
                "https://aipass.one/base/oauth2/v1/videos/oauth2%2Fv1",
                "https://aipass.one/base/v1/videos/oauth2%2Fv1",
            ),
            (
                "get_userinfo",
                "https://aipass.one/oauth2/userinfo",
                "https://aipass.one/oauth2/userinfo",
            ),
            (
                "get_model",
                "https://aipass.one/oauth2/v1/models/gemini%2Fpro",
                "https://aipass.one/v1/models/gemini/pro",
            ),
        ] {
            assert_eq!(placed(&address, id, url), expected);
        }
    }

    #[test]
    fn slashes_of_a_model_stay_between_real_pieces_only() {
        let model = |id: &str, encode_slashes| {
            let address = Address {
                api_prefix: None,
                encode_slashes,
            };
            let url = format!("https://aipass.one/oauth2/v1/models/{id}");
            let placed = placed(&address, "get_model", &url);
            placed.rsplit_once("/models/").unwrap().1.to_owned()
        };
        for (id, expected) in [
            ("gpt-4o", "gpt-4o"),
            ("gemini%2Fpro", "gemini/pro"),
            ("a%2Fb%2Fc%3Fd", "a/b/c%3Fd"),
            ("a%2F%2Fb", "a%2F%2Fb"),
            ("%2Fa", "%2Fa"),
            ("a%2F..%2F..%2Fuserinfo", "a%2F..%2F..%2Fuserinfo"),
            ("a%2F.%2Fb", "a%2F.%2Fb"),
        ] {
            assert_eq!(model(id, false), expected);
            assert_eq!(model(id, true), id);
        }
        let video = placed(
            &Address::default(),
            "get_video",
            "https://aipass.one/oauth2/v1/videos/a%2Fb",
        );
        assert!(video.ends_with("/videos/a%2Fb"), "{video}");
    }
}
