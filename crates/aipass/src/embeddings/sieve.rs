//! Vectors are taken out of an answer while it comes. Its text is larger than they are, and memory that is touched for the first
//! time costs more than the decoding does.

use super::wire;
use aipass_api::Sieve;
use bytes::BytesMut;
use memchr::{memchr, memchr2};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What stands in the place of a vector is this and its number. It is base64 of nothing.
pub(super) const MARK: char = '#';

/// A shorter text is smaller than what would stand for it.
const LEAST: usize = 64;

/// The vectors that were taken out, by their numbers.
#[derive(Default)]
pub(super) struct Taken(Arc<Mutex<Vec<Vec<f32>>>>);

impl Taken {
    /// What takes them out.
    pub(super) fn sieve(&self) -> impl Sieve + use<> {
        OfVectors {
            taken: self.0.clone(),
            shown: 0,
            at: At::Outside,
        }
    }

    pub(super) fn vectors(&self) -> MutexGuard<'_, Vec<Vec<f32>>> {
        lock(&self.0)
    }
}

fn lock(vectors: &Mutex<Vec<Vec<f32>>>) -> MutexGuard<'_, Vec<Vec<f32>>> {
    vectors.lock().unwrap_or_else(PoisonError::into_inner)
}

struct OfVectors {
    taken: Arc<Mutex<Vec<Vec<f32>>>>,
    shown: usize,
    at: At,
}

/// Where in the JSON the last piece ended.
#[derive(Clone, Copy)]
enum At {
    Outside,
    /// In a text, which begins at that place of what is kept.
    Text(usize),
    /// Behind a backslash in it.
    Escape(usize),
}

impl Sieve for OfVectors {
    fn begin(&mut self, shown: usize) {
        lock(&self.taken).clear();
        self.shown = shown;
        self.at = At::Outside;
    }

    fn sift(&mut self, kept: &mut BytesMut, mut piece: &[u8]) {
        while !piece.is_empty() {
            let found = match self.at {
                At::Outside => memchr(b'"', piece),
                At::Text(_) => memchr2(b'"', b'\\', piece),
                At::Escape(_) => Some(0),
            };
            let (part, rest) = piece.split_at(found.map_or(piece.len(), |found| found + 1));
            kept.extend_from_slice(part);
            piece = rest;
            if found.is_none() {
                return;
            }
            self.at = match self.at {
                At::Outside => At::Text(kept.len()),
                At::Text(start) if part.ends_with(b"\\") => At::Escape(start),
                At::Text(start) => {
                    self.take(kept, start);
                    At::Outside
                }
                At::Escape(start) => At::Text(start),
            };
        }
    }
}

impl OfVectors {
    /// Takes the text out that has just ended, if it is a vector. What is none stays, and is judged with the rest.
    fn take(&self, kept: &mut BytesMut, start: usize) {
        let text = &kept[start..kept.len() - 1];
        if text.len() < LEAST || start < self.shown || !is_embedding(&kept[..start - 1]) {
            return;
        }
        let Some(vector) = wire::floats(text) else {
            return;
        };
        let mut taken = lock(&self.taken);
        kept.truncate(start);
        kept.extend_from_slice(format!("{MARK}{}\"", taken.len()).as_bytes());
        taken.push(vector);
    }
}

/// Whether what follows is the value of a member of that name.
fn is_embedding(json: &[u8]) -> bool {
    let name = json
        .trim_ascii_end()
        .strip_suffix(b":")
        .map(<[u8]>::trim_ascii_end);
    name.is_some_and(|name| name.ends_with(b"\"embedding\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The floats 1, -2.5 and 2, so often that they are just long enough, and the same without the last of them.
    const ONE: &str = "AACAPwAAIMAAAABAAACAPwAAIMAAAABAAACAPwAAIMAAAABAAACAPwAAIMAAAABA";
    const OTHER: &str = "AACAPwAAIMAAAABAAACAPwAAIMAAAABAAACAPwAAIMAAAABAAACAPwAAIMAAAABAAACAPwAAIMA=";

    fn one() -> Vec<f32> {
        [1.0, -2.5, 2.0].repeat(4)
    }

    fn other() -> Vec<f32> {
        [one(), vec![1.0, -2.5]].concat()
    }

    /// What stays of that JSON, and what is taken out, where it comes in pieces of that length.
    fn sifted(json: &str, shown: usize, length: usize) -> (String, Vec<Vec<f32>>) {
        let taken = Taken::default();
        let mut sieve = taken.sieve();
        let mut kept = BytesMut::new();
        sieve.begin(shown);
        for piece in json.as_bytes().chunks(length) {
            sieve.sift(&mut kept, piece);
        }
        let vectors = taken.vectors().clone();
        (String::from_utf8(kept.to_vec()).unwrap(), vectors)
    }

    #[test]
    fn vectors_are_taken_out_wherever_a_piece_ends() {
        let json = format!(
            r#"{{"a\\":"\"","data":[{{"embedding":"{ONE}"}},{{"embedding" : "{OTHER}"}},{{"embedding":[1]}}],"model":"{ONE}"}}"#
        );
        let left = format!(
            r##"{{"a\\":"\"","data":[{{"embedding":"#0"}},{{"embedding" : "#1"}},{{"embedding":[1]}}],"model":"{ONE}"}}"##
        );
        for length in 1..=json.len() {
            let (kept, vectors) = sifted(&json, 0, length);
            assert_eq!(kept, left, "{length}");
            assert_eq!(vectors, [one(), other()], "{length}");
        }
    }

    #[test]
    fn what_is_no_vector_stays() {
        for json in [
            format!(
                r#"{{"data":[{{"embedding":"{ONE}AAAA"}},{{"embedding":"%{ONE}"}},{{"embedding":null}}]}}"#
            ),
            // Text about vectors, another member, and one that has not come to its end.
            format!(r#"{{"error":"{{\"embedding\":\"{ONE}\"}}","embeddings":"{ONE}"}}"#),
            format!(r#"{{"data":[{{"embedding":"{ONE}"#),
            // A letter may be escaped, and a vector may be small; whoever reads the JSON understands it.
            format!(r#"{{"data":[{{"embedding":"{ONE}\u0041AAA"}}]}}"#),
            r#"{"data":[{"embedding":"AACAPw=="},{"embedding":""}]}"#.to_owned(),
            format!(r#"<p class="x">it's "late: {ONE}"#),
        ] {
            for length in [1, 7, json.len()] {
                assert_eq!(sifted(&json, 0, length), (json.clone(), Vec::new()));
            }
        }
    }

    #[test]
    fn what_an_error_shows_stays() {
        let item = format!(r#"{{"embedding":"{ONE}"}},"#);
        let json = item.repeat(3);
        let text = r#"{"embedding":""#.len();
        for (shown, left) in [
            (0, 0),
            (text, 0),
            (text + 1, 1),
            (item.len() + text, 1),
            (item.len() + text + 1, 2),
            (999, 3),
        ] {
            let (kept, vectors) = sifted(&json, shown, 10);
            assert_eq!(vectors.len(), 3 - left, "{shown}");
            let shown = shown.min(json.len());
            assert_eq!(kept[..shown], json[..shown]);
        }
    }

    #[test]
    fn each_attempt_begins_anew() {
        let taken = Taken::default();
        let mut sieve = taken.sieve();
        // The first breaks off within a text.
        for json in [
            format!(r#"{{"embedding":"{ONE}","embedding":"AAC"#),
            format!(r#"{{"embedding":"{OTHER}"}}"#),
        ] {
            let mut kept = BytesMut::new();
            sieve.begin(0);
            sieve.sift(&mut kept, json.as_bytes());
            assert!(kept.starts_with(br##"{"embedding":"#0""##), "{kept:?}");
        }
        assert_eq!(*taken.vectors(), [other()]);
    }
}
