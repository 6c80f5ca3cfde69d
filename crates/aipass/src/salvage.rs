//! Answers that were paid for and have an odd member: what matters in them is read all the same.

use aipass_api::types::{ChatCompletion, ImageList, Transcription, Video};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// An answer of which some members are more than the others.
pub(crate) trait Salvage: DeserializeOwned {
    /// The members without which it is worth nothing.
    const CORE: &'static [&'static str];

    /// Gives members that are known to come in another dress the usual one.
    fn straighten(_members: &mut Map<String, Value>) {}
}

/// Reads an answer. Where a member is not as documented, it is left out, unless it is one of the core.
pub(crate) fn read<T: Salvage>(json: &[u8]) -> Result<T, serde_json::Error> {
    // As text it is checked once, and not string by string.
    let whole = match std::str::from_utf8(json) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(json),
    };
    match whole {
        Err(error) if error.is_data() => salvaged(json).ok_or(error),
        outcome => outcome,
    }
}

fn salvaged<T: Salvage>(json: &[u8]) -> Option<T> {
    let Ok(Value::Object(mut members)) = serde_json::from_slice(json) else {
        return None;
    };
    T::straighten(&mut members);
    let (core, others): (Map<_, _>, Map<_, _>) = members
        .into_iter()
        .partition(|(name, _)| T::CORE.contains(&name.as_str()));
    let mut kept = Value::Object(core);
    let mut salvaged = T::deserialize(&kept).ok()?;
    for (name, value) in others {
        kept[name.as_str()] = value;
        match T::deserialize(&kept) {
            Ok(more) => salvaged = more,
            Err(_) => drop(kept.as_object_mut()?.remove(&name)),
        }
    }
    Some(salvaged)
}

impl Salvage for ChatCompletion {
    const CORE: &'static [&'static str] = &["choices"];
}

impl Salvage for Transcription {
    const CORE: &'static [&'static str] = &["text"];
}

impl Salvage for ImageList {
    const CORE: &'static [&'static str] = &["data"];

    fn straighten(members: &mut Map<String, Value>) {
        let images = members.get_mut("data").and_then(Value::as_array_mut);
        for image in images.into_iter().flatten().filter_map(Value::as_object_mut) {
            image.retain(|name, value| {
                let is_text = ["url", "b64_json", "revised_prompt"].contains(&name.as_str());
                !is_text || value.is_string()
            });
        }
    }
}

impl Salvage for Video {
    const CORE: &'static [&'static str] = &["id", "videoId", "status", "downloadUrl"];

    fn straighten(members: &mut Map<String, Value>) {
        for name in ["id", "videoId"] {
            if let Some(id @ Value::Number(_)) = members.get_mut(name) {
                *id = Value::String(id.to_string());
            }
        }
        if let Some(Value::String(reason)) = members.get_mut("error") {
            let reason = std::mem::take(reason);
            members.insert("error".to_owned(), serde_json::json!({ "message": reason }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_odd_is_left_out() {
        let video: Video = read(
            br#"{"id":"v1","size":{"w":1},"usage":"none","model":"m","error":"Boom","created_at":"today","later":[1]}"#,
        )
        .unwrap();
        assert_eq!(
            (video.id.as_deref(), video.model.as_deref()),
            (Some("v1"), Some("m"))
        );
        assert_eq!((video.size, video.created_at), (None, None));
        assert_eq!(video.error.unwrap().message.as_deref(), Some("Boom"));
        assert_eq!(video.extra["later"][0], 1);
    }

    #[test]
    fn what_is_no_answer_is_none() {
        for json in [r#"{"id":[7],"status":"queued"}"#, "[]", "7", r#"{"id":"v1""#] {
            assert!(read::<Video>(json.as_bytes()).is_err(), "{json}");
        }
        assert!(read::<Transcription>(br#"{"text":5}"#).is_err());
        assert!(read::<ImageList>(br#"{"usage":1}"#).is_err());
    }
}
