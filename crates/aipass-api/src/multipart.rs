//! `multipart/form-data` bodies (RFC 7578) that stay in memory, so that they can be sent again after a 401.
//!
//! reqwest's own forms are streams, which can be sent once only. The generated `form()` methods encode through
//! [`Form`] instead.

use bytes::Bytes;
use std::{
    fmt,
    hash::{BuildHasher, Hasher, RandomState},
};

/// A file to send: its name, its media type and its bytes. Clones share the bytes.
///
/// ```
/// use aipass_api::multipart::FilePart;
///
/// let image = FilePart::new("cat.png", "image/png", &b"\x89PNG..."[..]);
/// assert_eq!(image.file_name, "cat.png");
/// ```
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct FilePart {
    /// The name that the server sees. Some endpoints refuse a file without an extension.
    pub file_name: String,
    /// The media type, such as `image/png`.
    pub content_type: String,
    /// The content.
    #[serde(skip)]
    pub data: Bytes,
}

impl FilePart {
    /// A file of that name, media type and content.
    pub fn new(
        file_name: impl Into<String>,
        content_type: impl Into<String>,
        data: impl Into<Bytes>,
    ) -> Self {
        Self {
            file_name: file_name.into(),
            content_type: content_type.into(),
            data: data.into(),
        }
    }
}

impl fmt::Debug for FilePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilePart")
            .field("file_name", &self.file_name)
            .field("content_type", &self.content_type)
            .field("bytes", &self.data.len())
            .finish()
    }
}

/// A form that is being written.
#[derive(Debug)]
pub struct Form {
    boundary: String,
    body: Vec<u8>,
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
            body: Vec::new(),
        }
    }

    /// Adds a text field.
    pub fn text(&mut self, name: &str, value: &str) {
        self.open(name, "");
        self.close(value.as_bytes());
    }

    /// Adds a file.
    pub fn file(&mut self, name: &str, file: &FilePart) {
        self.body.reserve(file.data.len() + 256);
        let file_name = escape(&file.file_name);
        // A line break in the media type would start a header of its own.
        let content_type = file.content_type.replace(['\r', '\n'], "");
        self.open(
            name,
            &format!("; filename=\"{file_name}\"\r\nContent-Type: {content_type}"),
        );
        self.close(&file.data);
    }

    /// The value of the `Content-Type` header, and the body.
    #[must_use]
    pub fn into_parts(self) -> (String, reqwest::Body) {
        let (content_type, body) = self.into_bytes();
        (content_type, body.into())
    }

    /// As [`into_parts`](Self::into_parts), with the body as bytes.
    #[must_use]
    pub fn into_bytes(mut self) -> (String, Bytes) {
        self.body
            .extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        (
            format!("multipart/form-data; boundary={}", self.boundary),
            self.body.into(),
        )
    }

    fn open(&mut self, name: &str, rest: &str) {
        let (boundary, name) = (&self.boundary, escape(name));
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{rest}\r\n\r\n");
        self.body.extend_from_slice(head.as_bytes());
    }

    fn close(&mut self, content: &[u8]) {
        self.body.extend_from_slice(content);
        self.body.extend_from_slice(b"\r\n");
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
        let (content_type, body) = form.into_bytes();
        assert_eq!(content_type, format!("multipart/form-data; boundary={boundary}"));
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
