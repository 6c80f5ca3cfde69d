//! Images: drawn, changed, varied; whole, or with sketches on the way.

mod change;
mod drawn;
mod made;

pub use change::{ImageEditBuilder, ImageVariationBuilder};
pub use made::{GeneratedImage, Images};

use crate::{call::operation, client::Client, error::Error, options::RequestOptions};
use aipass_api::{
    enums::{ImageQuality, ImageResponseFormat, ImageSize},
    types::ImageGenerationRequest,
};
use std::fmt;

impl Client {
    /// Starts an image that shows this. Sending it is a paid call. (Playbook section 8; scope `api:access`.)
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// let images = ai.image("gpt-image-1", "A lighthouse at dusk").size("1024x1024").send().await?;
    /// let path = images.into_first().save("lighthouse").await?;
    /// println!("{}", path.display()); // lighthouse.png, or what the content is
    /// # Ok(()) }
    /// ```
    pub fn image(&self, model: impl Into<String>, prompt: impl Into<String>) -> ImageGenerationBuilder {
        self.image_request(ImageGenerationRequest::new(model, prompt))
    }

    /// As [`image`](Self::image), from a request that is already there.
    pub fn image_request(&self, request: ImageGenerationRequest) -> ImageGenerationBuilder {
        ImageGenerationBuilder {
            client: self.clone(),
            request,
        }
    }
}

/// An image that is being asked for. Nothing is sent, and nothing paid, before [`send`](Self::send) or
/// [`stream`](Self::stream).
#[derive(Clone)]
#[must_use = "nothing is drawn before it is sent"]
pub struct ImageGenerationBuilder {
    client: Client,
    request: ImageGenerationRequest,
}

impl ImageGenerationBuilder {
    /// Width and height in pixels, such as `1024x1024`. Which sizes exist depends on the model.
    pub fn size(mut self, size: impl Into<ImageSize>) -> Self {
        self.request.size = Some(size.into());
        self
    }

    /// How much effort to spend, such as `low`; more is slower and dearer.
    pub fn quality(mut self, quality: impl Into<ImageQuality>) -> Self {
        self.request.quality = Some(quality.into());
        self
    }

    /// How many images to make. Each one is paid for.
    pub fn n(mut self, n: u32) -> Self {
        self.request.n = Some(i32::try_from(n).unwrap_or(i32::MAX));
        self
    }

    /// Asks for links (`url`) or for the bytes (`b64_json`). Models may ignore it, and [`GeneratedImage`] takes both.
    pub fn response_format(mut self, format: impl Into<ImageResponseFormat>) -> Self {
        self.request.response_format = Some(format.into());
        self
    }

    /// Changes any other field of the request.
    pub fn with(mut self, change: impl FnOnce(&mut ImageGenerationRequest)) -> Self {
        change(&mut self.request);
        self
    }

    /// Settings for this call alone, over those of the client.
    pub fn options(mut self, options: RequestOptions) -> Self {
        self.client = self.client.with_options(options);
        self
    }

    /// Sends it and waits for the images. A paid call: it is sent again only where it is certain that it was not charged.
    ///
    /// # Errors
    /// See [`Error`]; [`charge_risk`](Error::charge_risk) says whether it may have been charged.
    pub async fn send(mut self) -> Result<Images, Error> {
        self.check()?;
        self.request.stream = None;
        let call = self
            .client
            .begin(operation!("create_image"), self.request.model.as_deref())?;
        let answer = call.post_for_json(&self.client, &self.request).await;
        Images::of(&self.client, call, answer)
    }

    fn check(&self) -> Result<(), Error> {
        check_prompt(&self.request.prompt)
    }
}

pub(super) fn check_prompt(prompt: &str) -> Result<(), Error> {
    if prompt.trim().is_empty() {
        return Err(Error::request("the image has no prompt"));
    }
    Ok(())
}

// The prompt is the user's own.
impl fmt::Debug for ImageGenerationBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageGenerationBuilder")
            .field("model", &self.request.model)
            .field("size", &self.request.size)
            .field("n", &self.request.n)
            .finish_non_exhaustive()
    }
}
