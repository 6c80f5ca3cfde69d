//! Images as they are drawn.

use super::{ImageEditBuilder, ImageGenerationBuilder};
use crate::{
    call::{Call, operation},
    error::Error,
    streams::{EventStream, Part, Rules},
};
use aipass_api::{
    multipart::Form,
    types::{ImageEditEvent, ImageGenerationEvent},
};
use reqwest::Response;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

impl ImageGenerationBuilder {
    /// Sends it, and gives sketches on the way, as many as `partial_images` asks for; then each image, in base64 (or with a
    /// `url` in `extra`, where a server does not stream). A paid call.
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// let image = ai.image("gpt-image-1", "A lighthouse at dusk").with(|request| request.partial_images = Some(2));
    /// let mut events = image.stream().await?;
    /// while let Some(event) = events.next().await {
    ///     let event = event?;
    ///     println!("{:?}: {} letters", event.type_, event.b64_json.unwrap_or_default().len());
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// See [`Error`]: what fails before the first event. What fails later comes out of the stream.
    pub async fn stream(mut self) -> Result<EventStream<ImageGenerationEvent>, Error> {
        self.check()?;
        self.request.stream = Some(true);
        let call = self
            .client
            .begin(operation!("create_image_stream"), self.request.model.as_deref())?;
        let sent = call.post(&self.client, "text/event-stream", &self.request).await;
        events(sent, call, self.request.n)
    }
}

impl ImageEditBuilder {
    /// Sends it, and gives sketches on the way, as [`ImageGenerationBuilder::stream`]. A paid call.
    ///
    /// # Errors
    /// See [`Error`]: what fails before the first event. What fails later comes out of the stream.
    pub async fn stream(mut self) -> Result<EventStream<ImageEditEvent>, Error> {
        self.check()?;
        self.form.stream = Some(true);
        let n = self.form.n;
        let call = self
            .client
            .begin(operation!("edit_image_stream"), self.form.model.as_deref())?;
        let form = Form::from(self.form);
        let sent = call.post_form(&self.client, "text/event-stream", form).await;
        events(sent, call, n)
    }
}

/// The two kinds of events differ in their names alone.
trait ImageEvent: DeserializeOwned {
    /// The name of the event that holds an image.
    const COMPLETED: &'static str;

    fn name(&self) -> Option<&str>;
}

impl ImageEvent for ImageGenerationEvent {
    const COMPLETED: &'static str = "image_generation.completed";

    fn name(&self) -> Option<&str> {
        self.type_.as_ref().map(|name| name.as_str())
    }
}

impl ImageEvent for ImageEditEvent {
    const COMPLETED: &'static str = "image_edit.completed";

    fn name(&self) -> Option<&str> {
        self.type_.as_ref().map(|name| name.as_str())
    }
}

fn events<T: ImageEvent>(
    sent: Result<Response, Error>,
    call: Call,
    n: Option<i32>,
) -> Result<EventStream<T>, Error> {
    let response = match sent {
        Ok(response) => response,
        Err(error) => return Err(call.failed(error)),
    };
    let rules = Rules {
        part: |event: &T| {
            if event.name() == Some(T::COMPLETED) {
                Part::Last
            } else {
                Part::Aside
            }
        },
        whole,
        text: None,
        lasts: n.and_then(|n| usize::try_from(n).ok()).unwrap_or(1),
    };
    Ok(EventStream::new(response, call, rules))
}

/// Images that are not streamed: each as the event that it would come with.
fn whole<T: ImageEvent>(json: &str) -> Option<Vec<T>> {
    let Value::Object(mut list) = serde_json::from_str(json).ok()? else {
        return None;
    };
    let Some(Value::Array(images)) = list.remove("data") else {
        return None;
    };
    let usage = list.remove("usage").unwrap_or(Value::Null);
    let events = images.into_iter().map(|image| {
        let Value::Object(image) = image else { return None };
        let mut event = Map::new();
        event.insert("type".to_owned(), T::COMPLETED.into());
        event.insert("usage".to_owned(), usage.clone());
        event.extend(image);
        serde_json::from_value(Value::Object(event)).ok()
    });
    let events: Vec<T> = events.collect::<Option<_>>()?;
    (!events.is_empty()).then_some(events)
}
