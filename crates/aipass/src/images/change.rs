//! Images made from other images.

use super::{Images, check_prompt};
use crate::{call::operation, client::Client, error::Error, options::RequestOptions};
use aipass_api::{
    enums::{ImageQuality, ImageResponseFormat, ImageSize},
    multipart::{FilePart, Form},
    types::{ImageEditForm, ImageVariationForm},
};
use std::fmt;

impl Client {
    /// Starts a change of one or several images: `prompt` describes the result. Sending it is a paid call, and may take
    /// minutes in high quality. (Playbook section 8; scope `api:access`.)
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use aipass::FilePart;
    ///
    /// let images = ai
    ///     .edit_image("gpt-image-1", "Put the cat under the hat")
    ///     .image(FilePart::open("cat.png").await?)
    ///     .image(FilePart::open("hat.png").await?)
    ///     .quality("low")
    ///     .send()
    ///     .await?;
    /// images.into_first().save("cat-with-hat.png").await?;
    /// # Ok(()) }
    /// ```
    pub fn edit_image(&self, model: impl Into<String>, prompt: impl Into<String>) -> ImageEditBuilder {
        self.edit_image_form(ImageEditForm::new(model, prompt, []))
    }

    /// As [`edit_image`](Self::edit_image), from a form that is already there.
    pub fn edit_image_form(&self, form: ImageEditForm) -> ImageEditBuilder {
        ImageEditBuilder {
            client: self.clone(),
            form,
        }
    }

    /// Starts images that resemble this one. Sending it is a paid call. (Playbook section 8; scope `api:access`.) Whether a
    /// model answers it is not documented.
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use aipass::FilePart;
    ///
    /// for (number, image) in ai.vary_image("dall-e-2", FilePart::open("cat.png").await?).n(2).send().await?.iter().enumerate() {
    ///     image.save(format!("cat-{number}")).await?;
    /// }
    /// # Ok(()) }
    /// ```
    pub fn vary_image(&self, model: impl Into<String>, image: FilePart) -> ImageVariationBuilder {
        ImageVariationBuilder {
            client: self.clone(),
            form: ImageVariationForm::new(model, image),
        }
    }
}

/// A change of images that is being asked for. Nothing is sent, and nothing paid, before [`send`](Self::send) or
/// [`stream`](Self::stream).
#[derive(Clone)]
#[must_use = "nothing is changed before it is sent"]
pub struct ImageEditBuilder {
    pub(super) client: Client,
    pub(super) form: ImageEditForm,
}

impl ImageEditBuilder {
    /// Adds an image to start from.
    pub fn image(mut self, image: FilePart) -> Self {
        self.form.image.push(image);
        self
    }

    /// A PNG whose transparent areas may change in the first image.
    pub fn mask(mut self, mask: FilePart) -> Self {
        self.form.mask = Some(mask);
        self
    }

    /// Width and height in pixels, such as `1024x1024`. Which sizes exist depends on the model.
    pub fn size(mut self, size: impl Into<ImageSize>) -> Self {
        self.form.size = Some(size.into());
        self
    }

    /// How much effort to spend, such as `low`, which can be several minutes faster than `high`.
    pub fn quality(mut self, quality: impl Into<ImageQuality>) -> Self {
        self.form.quality = Some(quality.into());
        self
    }

    /// How many images to make. Each one is paid for.
    pub fn n(mut self, n: u32) -> Self {
        self.form.n = Some(i32::try_from(n).unwrap_or(i32::MAX));
        self
    }

    /// Asks for links (`url`) or for the bytes (`b64_json`). Models may ignore it.
    pub fn response_format(mut self, format: impl Into<ImageResponseFormat>) -> Self {
        self.form.response_format = Some(format.into());
        self
    }

    /// Changes any other field of the form.
    pub fn with(mut self, change: impl FnOnce(&mut ImageEditForm)) -> Self {
        change(&mut self.form);
        self
    }

    /// Settings for this call alone, over those of the client.
    pub fn options(mut self, options: RequestOptions) -> Self {
        self.client = self.client.with_options(options);
        self
    }

    /// Sends it and waits for the images. A paid call.
    ///
    /// # Errors
    /// See [`Error`]; [`charge_risk`](Error::charge_risk) says whether it may have been charged.
    pub async fn send(mut self) -> Result<Images, Error> {
        self.check()?;
        self.form.stream = None;
        let call = self
            .client
            .begin(operation!("edit_image"), self.form.model.as_deref())?;
        let answer = call.post_form_for_json(&self.client, Form::from(self.form)).await;
        Images::of(&self.client, call, answer)
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        if self.form.image.is_empty() {
            return Err(Error::request("there is no image to change"));
        }
        check_prompt(&self.form.prompt)
    }
}

// The prompt is the user's own.
impl fmt::Debug for ImageEditBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageEditBuilder")
            .field("model", &self.form.model)
            .field("image", &self.form.image)
            .field("mask", &self.form.mask)
            .finish_non_exhaustive()
    }
}

/// Images like another one, which are being asked for. Nothing is sent, and nothing paid, before [`send`](Self::send).
#[derive(Clone, Debug)]
#[must_use = "nothing is made before it is sent"]
pub struct ImageVariationBuilder {
    client: Client,
    form: ImageVariationForm,
}

impl ImageVariationBuilder {
    /// Width and height in pixels, such as `1024x1024`.
    pub fn size(mut self, size: impl Into<ImageSize>) -> Self {
        self.form.size = Some(size.into());
        self
    }

    /// How many images to make. Each one is paid for.
    pub fn n(mut self, n: u32) -> Self {
        self.form.n = Some(i32::try_from(n).unwrap_or(i32::MAX));
        self
    }

    /// Asks for links (`url`) or for the bytes (`b64_json`). Models may ignore it.
    pub fn response_format(mut self, format: impl Into<ImageResponseFormat>) -> Self {
        self.form.response_format = Some(format.into());
        self
    }

    /// Settings for this call alone, over those of the client.
    pub fn options(mut self, options: RequestOptions) -> Self {
        self.client = self.client.with_options(options);
        self
    }

    /// Sends it and waits for the images. A paid call.
    ///
    /// # Errors
    /// See [`Error`]; [`charge_risk`](Error::charge_risk) says whether it may have been charged.
    pub async fn send(self) -> Result<Images, Error> {
        let call = self
            .client
            .begin(operation!("create_image_variation"), self.form.model.as_deref())?;
        let answer = call.post_form_for_json(&self.client, Form::from(self.form)).await;
        Images::of(&self.client, call, answer)
    }
}
