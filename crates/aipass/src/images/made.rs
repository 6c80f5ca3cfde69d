//! Images that were made: by a link or in base64, used alike.

use crate::{
    call::{Call, Told},
    client::Client,
    error::Error,
    meta::Meta,
    saved,
};
use aipass_api::types::{Image, ImageList, ImageUsage};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::HeaderMap;
use std::{
    fmt,
    ops::Deref,
    path::{Path, PathBuf},
};

/// The images of one call: one or more. It can be used like the list of them.
#[derive(Clone)]
#[non_exhaustive]
pub struct Images {
    images: Vec<GeneratedImage>,
    /// What the call consumed, where the server counted it.
    pub usage: Option<ImageUsage>,
    meta: Meta,
}

impl Images {
    pub(super) fn of(client: &Client, call: Call, answer: Result<ImageList, Error>) -> Result<Self, Error> {
        let list = match answer {
            Ok(list) if !list.data.is_empty() => list,
            Ok(_) => {
                let error = Error::empty(call.operation, &call.context);
                return Err(call.failed(error));
            }
            Err(error) => return Err(call.failed(error)),
        };
        let operation = call.operation.id;
        let meta = call.answered(Told::default());
        let image = |wire| GeneratedImage {
            client: client.clone(),
            operation,
            wire,
        };
        Ok(Self {
            images: list.data.into_iter().map(image).collect(),
            usage: list.usage,
            meta,
        })
    }

    /// The first image, which is the only one unless `n` asked for more.
    #[must_use]
    pub fn into_first(mut self) -> GeneratedImage {
        self.images.swap_remove(0)
    }

    /// What is known about the call.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.meta
    }
}

impl Deref for Images {
    type Target = [GeneratedImage];

    fn deref(&self) -> &[GeneratedImage] {
        &self.images
    }
}

impl IntoIterator for Images {
    type Item = GeneratedImage;
    type IntoIter = std::vec::IntoIter<GeneratedImage>;

    fn into_iter(self) -> Self::IntoIter {
        self.images.into_iter()
    }
}

impl fmt::Debug for Images {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Images")
            .field("images", &self.images)
            .field("usage", &self.usage)
            .finish_non_exhaustive()
    }
}

/// An image that was made, and is paid for.
#[derive(Clone)]
pub struct GeneratedImage {
    client: Client,
    operation: &'static str,
    wire: Image,
}

impl GeneratedImage {
    /// The bytes of the image: out of the answer, or from its link. Costs nothing. Links stop working after a while.
    ///
    /// A link is followed by rules, since it comes from a provider: only `https`, no token to a foreign server, no private
    /// network.
    ///
    /// # Errors
    /// The link could not be followed, see [`Error`]; [`Error::is_decode`] where there is neither bytes nor a link, or the
    /// base64 is none.
    pub async fn bytes(&self) -> Result<Bytes, Error> {
        if let Some(text) = self.wire.b64_json.as_deref().filter(|text| !text.is_empty()) {
            return self.decode(text);
        }
        match self.wire.url.as_deref().filter(|url| !url.is_empty()) {
            Some(url) if url.starts_with("data:") => self.decode(url),
            Some(url) => {
                let fetched = self.client.fetch(url, &HeaderMap::new()).await?;
                fetched.into_stream().bytes().await
            }
            None => Err(Error::unreadable(
                self.operation,
                "there is neither a link nor bytes",
            )),
        }
    }

    /// Writes the image to a file, and gives back its path. It appears as a whole or not at all; a file of that name is
    /// replaced. The extension is that of the content: a name without one, or with that of another kind of image, gets it, and
    /// takes no other file's place then.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes); [`Error::is_file`] where the file cannot be written. The image can be saved again.
    pub async fn save(&self, path: impl AsRef<Path>) -> Result<PathBuf, Error> {
        let bytes = self.bytes().await?;
        saved::save(path.as_ref(), bytes).await
    }

    /// The description that the model made of the one it was given.
    #[must_use]
    pub fn revised_prompt(&self) -> Option<&str> {
        self.wire.revised_prompt.as_deref()
    }

    /// The answer as it came.
    #[must_use]
    pub fn raw(&self) -> &Image {
        &self.wire
    }

    fn decode(&self, text: &str) -> Result<Bytes, Error> {
        // Some send a data URL in the place of base64, and some wrap its lines.
        let text = match text.strip_prefix("data:") {
            Some(data) => data.split_once(',').map_or("", |(_, base64)| base64),
            None => text,
        };
        let decoded = if text.contains(|c: char| c.is_ascii_whitespace()) {
            let text: String = text.split_ascii_whitespace().collect();
            STANDARD.decode(text)
        } else {
            STANDARD.decode(text)
        };
        match decoded {
            Ok(bytes) if !bytes.is_empty() => Ok(bytes.into()),
            _ => Err(Error::unreadable(self.operation, "the image is no base64")),
        }
    }
}

// The image itself, and a link that may be signed, stay out.
impl fmt::Debug for GeneratedImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GeneratedImage")
            .field("has_url", &self.wire.url.is_some())
            .field("base64_letters", &self.wire.b64_json.as_ref().map(String::len))
            .finish_non_exhaustive()
    }
}
