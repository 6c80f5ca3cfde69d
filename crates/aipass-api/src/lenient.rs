//! Tolerant decoding for answers: one odd value must never lose an answer that was paid for.
//!
//! The generated types name these functions in `deserialize_with`; nobody else needs them.

use serde::{
    Deserialize, Deserializer,
    de::{
        self, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use serde_json::Value;
use std::{fmt, marker::PhantomData};

/// Takes null for the default: servers send `"tool_calls": null` where they mean an empty list.
pub fn null_or_default<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de> + Default,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// An integer, also where it comes as `1.7e9`, `1700000000.0` or `"17"`.
pub fn integer<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: TryFrom<i128>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(Integer(PhantomData))
}

/// As [`integer`]; null is `None`.
pub fn option_integer<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: TryFrom<i128>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_option(Nullable(Integer(PhantomData)))
}

/// A number, also where it comes as text.
pub fn number<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromF64,
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(Number).map(T::from_f64)
}

/// As [`number`]; null is `None`.
pub fn option_number<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: FromF64,
    D: Deserializer<'de>,
{
    Ok(deserializer
        .deserialize_option(Nullable(Number))?
        .map(T::from_f64))
}

/// A text as it is, and any other JSON by way of a value.
pub fn text_or<'de, T, D>(
    deserializer: D,
    text: impl FnOnce(String) -> T,
    other: impl FnOnce(Value) -> T,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(TextOr { text, other })
}

struct TextOr<A, B> {
    text: A,
    other: B,
}

impl<'de, T, A, B> Visitor<'de> for TextOr<A, B>
where
    A: FnOnce(String) -> T,
    B: FnOnce(Value) -> T,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<T, E> {
        Ok((self.text)(value.to_owned()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<T, E> {
        Ok((self.text)(value))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<T, E> {
        Ok((self.other)(value.into()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<T, E> {
        Ok((self.other)(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<T, E> {
        Ok((self.other)(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<T, E> {
        Ok((self.other)(value.into()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<T, E> {
        Ok((self.other)(Value::Null))
    }

    fn visit_seq<S: de::SeqAccess<'de>>(self, seq: S) -> Result<T, S::Error> {
        Value::deserialize(SeqAccessDeserializer::new(seq)).map(self.other)
    }

    fn visit_map<M: de::MapAccess<'de>>(self, map: M) -> Result<T, M::Error> {
        Value::deserialize(MapAccessDeserializer::new(map)).map(self.other)
    }
}

/// The two float types of the generated code.
pub trait FromF64 {
    /// The nearest value.
    fn from_f64(value: f64) -> Self;
}

impl FromF64 for f64 {
    fn from_f64(value: f64) -> Self {
        value
    }
}

impl FromF64 for f32 {
    fn from_f64(value: f64) -> Self {
        value as Self
    }
}

struct Integer<T>(PhantomData<T>);

impl<T: TryFrom<i128>> Integer<T> {
    fn fit<E: de::Error>(value: i128) -> Result<T, E> {
        T::try_from(value).map_err(|_| E::custom("integer out of range"))
    }

    fn from_float<E: de::Error>(value: f64) -> Result<T, E> {
        if value.is_finite() && value.abs() < 1e30 {
            Self::fit(value.trunc() as i128)
        } else {
            Err(E::custom("integer out of range"))
        }
    }
}

impl<T: TryFrom<i128>> Visitor<'_> for Integer<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<T, E> {
        Self::fit(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<T, E> {
        Self::fit(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<T, E> {
        Self::from_float(value)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<T, E> {
        let value = value.trim();
        match value.parse::<i128>() {
            Ok(whole) => Self::fit(whole),
            // The text itself is left out of the error: it may be anything that the server sent.
            Err(_) => match value.parse::<f64>() {
                Ok(float) => Self::from_float(float),
                Err(_) => Err(E::custom("text where an integer was due")),
            },
        }
    }
}

struct Number;

impl Visitor<'_> for Number {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_i64<E>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_u64<E>(self, value: u64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_f64<E>(self, value: f64) -> Result<f64, E> {
        Ok(value)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<f64, E> {
        value
            .trim()
            .parse()
            .map_err(|_| E::custom("text where a number was due"))
    }
}

struct Nullable<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Nullable<V> {
    type Value = Option<V::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self.0).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Debug, PartialEq)]
    struct Odd {
        #[serde(default, deserialize_with = "null_or_default")]
        list: Vec<u8>,
        #[serde(default, deserialize_with = "option_integer")]
        created: Option<i64>,
        #[serde(default, deserialize_with = "option_number")]
        cost: Option<f64>,
    }

    fn odd(json: &str) -> Odd {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn odd_values_decode() {
        let empty = Odd {
            list: vec![],
            created: None,
            cost: None,
        };
        assert_eq!(odd("{}"), empty);
        assert_eq!(odd(r#"{"list":null,"created":null,"cost":null}"#), empty);
        for created in [
            "1700000000",
            "1.7e9",
            "1700000000.0",
            "\"1700000000\"",
            "\" 1.7e9 \"",
        ] {
            assert_eq!(
                odd(&format!(r#"{{"created":{created}}}"#)).created,
                Some(1_700_000_000),
                "{created}"
            );
        }
        for cost in ["2.5", "\"2.5\""] {
            assert_eq!(odd(&format!(r#"{{"cost":{cost}}}"#)).cost, Some(2.5), "{cost}");
        }
        assert_eq!(odd(r#"{"cost":2}"#).cost, Some(2.0));
    }

    #[test]
    fn what_is_no_number_is_refused_without_quoting_it() {
        #[derive(Deserialize, Debug)]
        struct Small {
            #[serde(deserialize_with = "integer")]
            #[expect(dead_code, reason = "only decoding is tested")]
            n: i32,
        }
        for bad in ["\"s3cr3t\"", "1e300", "3000000000", "\"NaN\""] {
            let error = serde_json::from_str::<Small>(&format!(r#"{{"n":{bad}}}"#))
                .unwrap_err()
                .to_string();
            assert!(!error.contains("s3cr3t"), "{error}");
        }
    }

    #[test]
    fn a_text_is_read_at_once_and_anything_else_by_its_kind() {
        use crate::types::{ContentPart, MessageContent};
        let read = |json: &str| serde_json::from_str::<MessageContent>(json).unwrap();
        assert_eq!(read(r#""a\nb""#), MessageContent::Text("a\nb".to_owned()));
        let MessageContent::Parts(parts) = read(r#"[{"type":"text","text":"hi"},{"type":"later"}]"#) else {
            panic!("a list of parts");
        };
        assert!(matches!(parts[0], ContentPart::Text { .. }));
        for odd in ["7", "-7", "0.5", "true", r#"{"a":[1]}"#, r#"[1]"#] {
            let value = serde_json::from_str(odd).unwrap();
            assert_eq!(read(odd), MessageContent::Unknown(value), "{odd}");
        }
    }
}
