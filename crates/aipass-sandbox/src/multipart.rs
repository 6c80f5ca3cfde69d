//! Reading `multipart/form-data`: all parts in memory, files told from texts by their file name.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, Multipart, Request};

use crate::body::{self, BodyError};
use crate::errors::ApiError;

/// One part of a form.
pub(crate) struct Part {
    name: String,
    /// Empty texts count: a part with any `filename` is a file.
    pub(crate) file_name: Option<String>,
    pub(crate) bytes: Bytes,
}

/// A form as it was sent, in order.
pub(crate) struct Upload {
    parts: Vec<Part>,
}

impl Upload {
    /// Reads a whole form; every other content type is refused before a byte is read.
    pub(crate) async fn read(request: Request) -> Result<Self, ApiError> {
        Self::parse(request).await.map_err(|error| ApiError::body(&error))
    }

    async fn parse(request: Request) -> Result<Self, BodyError> {
        let (head, body) = request.into_parts();
        if body::media_type(&head.headers) != "multipart/form-data" {
            return Err(BodyError::ContentType {
                expected: "multipart/form-data",
            });
        }
        let malformed = |why: String| BodyError::Malformed(why);
        let bytes = body::read(body, body::LARGE).await?;
        let request = Request::from_parts(head, Body::from(bytes));
        let mut form = Multipart::from_request(request, &())
            .await
            .map_err(|error| malformed(error.body_text()))?;
        let mut parts = Vec::new();
        while let Some(field) = form
            .next_field()
            .await
            .map_err(|error| malformed(error.body_text()))?
        {
            let name = field.name().unwrap_or_default().to_owned();
            let file_name = field.file_name().map(str::to_owned);
            let bytes = field
                .bytes()
                .await
                .map_err(|error| malformed(error.body_text()))?;
            parts.push(Part {
                name,
                file_name,
                bytes,
            });
        }
        Ok(Self { parts })
    }

    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(move |part| part.name == name)
    }

    pub(crate) fn first(&self, name: &str) -> Option<&Part> {
        self.all(name).next()
    }

    /// The first part of that name as text; a part that is no text reads as empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.first(name)
            .map(|part| std::str::from_utf8(&part.bytes).unwrap_or_default())
    }

    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    pub(crate) fn number(&self, name: &'static str) -> Result<Option<u64>, ApiError> {
        let parse = |text: &str| {
            let number = text.trim().parse();
            number.map_err(|_| ApiError::bad_param(name, format!("{name} must be a whole number")))
        };
        self.text(name).map(parse).transpose()
    }

    /// A truth value as Python clients and others write it.
    pub(crate) fn flag(&self, name: &'static str) -> Result<bool, ApiError> {
        match self.text(name).map(str::to_ascii_lowercase).as_deref() {
            None | Some("false" | "0" | "") => Ok(false),
            Some("true" | "1") => Ok(true),
            Some(_) => Err(ApiError::bad_param(name, format!("{name} must be true or false"))),
        }
    }
}
