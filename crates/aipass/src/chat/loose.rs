//! A member of a chunk that should be text and may be anything: text is borrowed from the chunk, which most of it is
//! thrown away with.

use serde::{
    Deserialize, Deserializer,
    de::{
        Error, MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use serde_json::Value;
use std::{borrow::Cow, fmt};

#[derive(Debug, Default, PartialEq)]
pub(super) enum Loose<'a> {
    /// Null, or not there.
    #[default]
    Nothing,
    Text(Cow<'a, str>),
    /// Seldom there, and large: it would make every chunk so.
    Other(Box<Value>),
}

impl<'a> Loose<'a> {
    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    /// Text that stands in the JSON as it is, without an escape.
    pub(super) fn borrowed(&self) -> Option<&'a str> {
        match self {
            Self::Text(Cow::Borrowed(text)) => Some(text),
            _ => None,
        }
    }

    /// Text, or the text parts of a list; nothing where that is empty.
    pub(super) fn text(self) -> Option<String> {
        let text = match self {
            Self::Text(text) => text.into_owned(),
            Self::Other(value) => value
                .as_array()?
                .iter()
                .filter_map(|part| part.as_str().or_else(|| part.get("text").and_then(Value::as_str)))
                .collect(),
            Self::Nothing => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// Text, or any other JSON as text; empty where there is nothing.
    pub(super) fn text_or_json(self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Text(text) => text.into_owned(),
            Self::Other(value) => value.to_string(),
        }
    }

    /// A word, also where it comes as a number; an empty one is none.
    pub(super) fn word(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(word) => Some(word).filter(|word| !word.is_empty()),
            Self::Other(value) if value.is_number() => Some(Cow::Owned(value.to_string())),
            _ => None,
        }
    }

    /// An object with members.
    pub(super) fn object(self) -> Option<Value> {
        match self {
            Self::Other(value) if value.as_object().is_some_and(|object| !object.is_empty()) => Some(*value),
            _ => None,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Loose<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Anything)
    }
}

fn other<'a>(value: Value) -> Loose<'a> {
    Loose::Other(Box::new(value))
}

struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Loose<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Loose<'de>, E> {
        Ok(Loose::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Loose<'de>, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Loose<'de>, E> {
        Ok(Loose::Text(Cow::Owned(text)))
    }

    fn visit_unit<E: Error>(self) -> Result<Loose<'de>, E> {
        Ok(Loose::Nothing)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Loose<'de>, E> {
        Ok(other(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Loose<'de>, E> {
        Ok(other(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Loose<'de>, E> {
        Ok(other(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Loose<'de>, E> {
        Ok(other(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Loose<'de>, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(items)).map(other)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Loose<'de>, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(members)).map(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Loose<'_> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn text_is_borrowed_unless_it_is_escaped() {
        assert!(matches!(read(r#""a""#), Loose::Text(Cow::Borrowed("a"))));
        assert_eq!(read(r#""\u00e4\n""#).text().unwrap(), "ä\n");
        assert_eq!(read(r#""\ud83d\ude00""#).text().unwrap(), "\u{1f600}");
    }

    #[test]
    fn anything_else_is_read_as_json_has_it() {
        assert!(read("null").is_nothing());
        for json in [
            "true",
            "-7",
            "18446744073709551615",
            "0.5",
            "[]",
            "{}",
            r#"[1,{"a":[null,"x"]}]"#,
            r#"{"a":{"b":-1.5},"c":["\n"]}"#,
        ] {
            assert_eq!(read(json), other(serde_json::from_str(json).unwrap()), "{json}");
            assert_eq!(read(json).text_or_json(), json);
        }
        assert_eq!(read("7").word().unwrap(), "7");
        assert_eq!(read(r#""""#).word(), None);
        assert_eq!(read("{}").object(), None);
        assert_eq!(read(r#"["a",{"text":"b"},{"image":1}]"#).text().unwrap(), "ab");
    }
}
