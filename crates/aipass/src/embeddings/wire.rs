//! Vectors as they travel: numbers, or base64 of little-endian 32-bit floats. Read straight out of the answer, since thousands
//! of vectors are megabytes.

use super::sieve::MARK;
use aipass_api::types::Usage;
use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, SeqAccess, Visitor},
};
use serde_json::Value;
use std::fmt;

/// Some servers leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[derive(Deserialize)]
pub(super) struct List {
    pub(super) data: Vec<Item>,
    #[serde(default, deserialize_with = "if_readable")]
    pub(super) model: Option<String>,
    #[serde(default, deserialize_with = "if_readable")]
    pub(super) usage: Option<Usage>,
}

#[derive(Deserialize)]
pub(super) struct Item {
    #[serde(default, deserialize_with = "aipass_api::lenient::option_number")]
    index: Option<f64>,
    embedding: Vector,
}

/// What stands beside the vectors, which are paid for: it takes none of them away.
fn if_readable<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

enum Vector {
    Here(Vec<f32>),
    /// The number of the one that was taken out.
    Taken(usize),
}

pub(super) fn read(body: &[u8]) -> Result<List, serde_json::Error> {
    // As text it is checked once, and not string by string.
    match std::str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(body),
    }
}

/// The vectors in the order of the texts; `None` unless there is one for each.
pub(super) fn in_order(items: Vec<Item>, count: usize, taken: &mut [Vec<f32>]) -> Option<Vec<Vec<f32>>> {
    if items.len() != count {
        return None;
    }
    let mut vectors = vec![Vec::new(); count];
    for (place, item) in items.into_iter().enumerate() {
        let place = match item.index {
            // One that is no whole number is no place.
            Some(index) if index.fract() != 0.0 || index < 0.0 => return None,
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number from zero on; one beyond the list finds no vector"
            )]
            Some(index) => index as usize,
            None => place,
        };
        let vector = vectors.get_mut(place).filter(|vector| vector.is_empty())?;
        *vector = match item.embedding {
            Vector::Here(vector) => vector,
            Vector::Taken(number) => std::mem::take(taken.get_mut(number)?),
        };
    }
    vectors.iter().all(|vector| !vector.is_empty()).then_some(vectors)
}

impl<'de> Deserialize<'de> for Vector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Either)
    }
}

struct Either;

impl<'de> Visitor<'de> for Either {
    type Value = Vector;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a vector, as numbers or in base64")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<Vector, A::Error> {
        let mut vector = Vec::with_capacity(numbers.size_hint().unwrap_or(1536));
        while let Some(number) = numbers.next_element()? {
            vector.push(number);
        }
        vector.shrink_to_fit();
        Ok(Vector::Here(vector))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Vector, E> {
        let number = text.strip_prefix(MARK).and_then(|number| number.parse().ok());
        number
            .map(Vector::Taken)
            .or_else(|| floats(text.as_bytes()).map(Vector::Here))
            .ok_or_else(|| E::custom("no base64 of 32-bit floats"))
    }
}

/// The vector of that base64; `None` where it is none.
pub(super) fn floats(base64: &[u8]) -> Option<Vec<f32>> {
    let bytes = BASE64.decode(base64).ok()?;
    let (floats, rest) = bytes.as_chunks::<4>();
    let floats = floats.iter().map(|float| f32::from_le_bytes(*float));
    rest.is_empty().then(|| floats.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vectors(json: &str, count: usize) -> Option<Vec<Vec<f32>>> {
        in_order(read(json.as_bytes()).ok()?.data, count, &mut [])
    }

    #[test]
    fn both_forms_are_read() {
        let expected = Some(vec![vec![1.0, -2.5]]);
        assert_eq!(vectors(r#"{"data":[{"embedding":[1,-2.5]}]}"#, 1), expected);
        for base64 in ["AACAPwAAIMA=", "AACAPwAAIMA"] {
            let json = format!(r#"{{"data":[{{"index":0,"embedding":"{base64}"}}]}}"#);
            assert_eq!(vectors(&json, 1), expected);
        }
    }

    #[test]
    fn what_is_no_vector_is_refused() {
        for embedding in [
            r#""AACA""#,
            r#""%%%%""#,
            r##""#0""##,
            "null",
            "7",
            r#"["1"]"#,
            "[]",
            r#""""#,
        ] {
            let json = format!(r#"{{"data":[{{"embedding":{embedding}}}]}}"#);
            assert_eq!(vectors(&json, 1), None, "{embedding}");
        }
    }

    #[test]
    fn a_vector_that_was_taken_out_is_given_once() {
        let read = |json: &str| {
            let items = read(json.as_bytes()).unwrap().data;
            in_order(items, 2, &mut [vec![1.0], vec![2.0]])
        };
        assert_eq!(
            read(r##"{"data":[{"embedding":"#1"},{"embedding":[3]}]}"##),
            Some(vec![vec![2.0], vec![3.0]])
        );
        for json in [
            r##"{"data":[{"embedding":"#1"},{"embedding":"#1"}]}"##,
            r##"{"data":[{"embedding":"#1"},{"embedding":"#2"}]}"##,
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }

    #[test]
    fn each_text_gets_its_own_vector() {
        let swapped = r#"{"data":[{"index":1,"embedding":[2]},{"index":0,"embedding":[1]}]}"#;
        assert_eq!(vectors(swapped, 2), Some(vec![vec![1.0], vec![2.0]]));
        let unnumbered = r#"{"data":[{"embedding":[1]},{"embedding":[2]}]}"#;
        assert_eq!(vectors(unnumbered, 2), Some(vec![vec![1.0], vec![2.0]]));
        for (json, count) in [
            (swapped, 3),
            (swapped, 1),
            (
                r#"{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[2]}]}"#,
                2,
            ),
            (r#"{"data":[{"index":7,"embedding":[1]}]}"#, 1),
            (r#"{"data":[{"index":-1,"embedding":[1]}]}"#, 1),
            (r#"{"data":[{"index":0.5,"embedding":[1]}]}"#, 1),
            (r#"{"data":[]}"#, 1),
        ] {
            assert_eq!(vectors(json, count), None, "{json}");
        }
    }
}
