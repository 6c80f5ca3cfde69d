//! `multipart/form-data` bodies (RFC 7578) that can be sent again, after a 401 for instance.
//!
//! reqwest's own forms are streams, which can be sent once only. The generated `form()` methods encode through
//! [`Form`] instead.

mod body;
mod media;
mod part;

pub use body::FormBody;
pub use media::MediaType;
pub use part::{FilePart, Progress};

use body::Segment;
use std::hash::{BuildHasher, Hasher, RandomState};

/// A form that is being written.
#[derive(Debug)]
pub struct Form {
    boundary: String,
    segments: Vec<Segment>,
    /// What stands between the files, until the next one.
    text: Vec<u8>,
}

impl Default for Form {
    fn default() -> Self {
        Self::new()
    }
}

impl Form {
    /// An empty form with a boundary of its own.
    #[must_use]
    pub fn new() -> Self {
        // The boundary must not occur in a file. It is no secret, so the hasher's random keys are random enough.
        let random = || RandomState::new().build_hasher().finish();
        Self {
            boundary: format!("aipass-{:016x}{:016x}", random(), random()),
            segments: Vec::new(),
            text: Vec::new(),
        }
    }

    /// Adds a text field.
    pub fn text(&mut self, name: &str, value: &str) {
        self.open(name, "");
        self.text.extend_from_slice(value.as_bytes());
        self.text.extend_from_slice(b"\r\n");
    }

    /// Adds a file.
    pub fn file(&mut self, name: &str, file: &FilePart) {
        let file_name = escape(&file.file_name);
        // A line break in the media type would start a header of its own.
        let content_type = file.content_type.replace(['\r', '\n'], "");
        self.open(
            name,
            &format!("; filename=\"{file_name}\"\r\nContent-Type: {content_type}"),
        );
        self.end_text();
        self.segments.push(Segment::File(file.clone()));
        self.text.extend_from_slice(b"\r\n");
    }

    /// The value of the `Content-Type` header, and the body.
    ///
    /// Files that are in memory are copied into it, so that it can be sent again by whoever sends it. With a file of another
    /// kind it is a stream, which can be sent once.
    #[must_use]
    pub fn into_parts(self) -> (String, reqwest::Body) {
        let (content_type, body) = self.into_streamed();
        (content_type, body.into_one())
    }

    /// As [`into_parts`](Self::into_parts), with a body that is read while it is sent, and again each time.
    #[must_use]
    pub fn into_streamed(mut self) -> (String, FormBody) {
        self.text
            .extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        self.end_text();
        (
            format!("multipart/form-data; boundary={}", self.boundary),
            FormBody::new(self.segments),
        )
    }

    fn open(&mut self, name: &str, rest: &str) {
        let (boundary, name) = (&self.boundary, escape(name));
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{rest}\r\n\r\n");
        self.text.extend_from_slice(head.as_bytes());
    }

    fn end_text(&mut self) {
        self.segments
            .push(Segment::Text(std::mem::take(&mut self.text).into()));
    }
}

/// The escapes that browsers use in a `name` or `filename` (HTML standard, multipart/form-data encoding).
fn escape(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// A value that can stand in a form. `None` adds nothing; a list adds one field for each item.
pub trait Field {
    /// Adds the value under `name`.
    fn put(self, name: &str, form: &mut Form);
}

impl Field for FilePart {
    fn put(self, name: &str, form: &mut Form) {
        form.file(name, &self);
    }
}

impl Field for String {
    fn put(self, name: &str, form: &mut Form) {
        form.text(name, &self);
    }
}

impl<T: Field> Field for Option<T> {
    fn put(self, name: &str, form: &mut Form) {
        if let Some(value) = self {
            value.put(name, form);
        }
    }
}

impl<T: Field> Field for Vec<T> {
    fn put(self, name: &str, form: &mut Form) {
        for value in self {
            value.put(name, form);
        }
    }
}

macro_rules! display_fields {
    ($($type:ty)*) => {
        $(impl Field for $type {
            fn put(self, name: &str, form: &mut Form) {
                form.text(name, &self.to_string());
            }
        })*
    };
}
display_fields!(bool i32 i64 u32 u64 f32 f64);

/// Fields beyond the document: text as it is, anything else as JSON.
impl Field for serde_json::Map<String, serde_json::Value> {
    fn put(self, _name: &str, form: &mut Form) {
        for (name, value) in self {
            match value {
                serde_json::Value::String(text) => form.text(&name, &text),
                other => form.text(&name, &other.to_string()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(form: Form) -> String {
        let boundary = form.boundary.clone();
        let (content_type, body) = form.into_parts();
        assert_eq!(content_type, format!("multipart/form-data; boundary={boundary}"));
        let body = body.as_bytes().expect("it is in memory");
        String::from_utf8(body.to_vec()).unwrap().replace(&boundary, "B")
    }

    #[test]
    fn fields_and_files_are_encoded_as_rfc_7578_says() {
        let mut form = Form::new();
        vec![
            FilePart::new("a.png", "image/png", "one"),
            FilePart::new("b.png", "image/png", "two"),
        ]
        .put("image", &mut form);
        String::from("a cat").put("prompt", &mut form);
        Some(2_i64).put("n", &mut form);
        Option::<String>::None.put("size", &mut form);
        assert_eq!(
            encode(form),
            "--B\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\
             Content-Type: image/png\r\n\r\none\r\n\
             --B\r\nContent-Disposition: form-data; name=\"image\"; filename=\"b.png\"\r\n\
             Content-Type: image/png\r\n\r\ntwo\r\n\
             --B\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\na cat\r\n\
             --B\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n2\r\n\
             --B--\r\n"
        );
    }

    #[test]
    fn a_hostile_name_cannot_add_a_header() {
        let mut form = Form::new();
        FilePart::new("x\"\r\nX-Evil: 1", "image/png\r\nX-Evil: 2", "data").put("file", &mut form);
        let body = encode(form);
        assert!(body.contains("filename=\"x%22%0D%0AX-Evil: 1\""), "{body}");
        assert!(!body.contains("\r\nX-Evil"), "{body}");
    }

    #[test]
    fn two_forms_have_two_boundaries() {
        assert_ne!(Form::new().boundary, Form::new().boundary);
    }
}
