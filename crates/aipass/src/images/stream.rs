//! Images as they are drawn.

use crate::{
    client::Client,
    error::Error,
    streams::{EventStream, Part, Rules},
};
use aipass_api::{
    enums::{ImageEditEventType, ImageGenerationEventType},
    multipart::Form,
    types::{ImageEditEvent, ImageEditForm, ImageGenerationEvent, ImageGenerationRequest},
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

impl Client {
    /// Has images drawn, and gives sketches on the way, as many as `partial_images` asks for; then each image, in base64 (or
    /// with a `url` in `extra`, where a server does not stream). A
    /// paid call. (Playbook section 8; scope `api:access`.)
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use aipass::types::ImageGenerationRequest;
    ///
    /// let request = ImageGenerationRequest::builder()
    ///     .model("gpt-image-1".to_owned())
    ///     .prompt("A lighthouse at dusk")
    ///     .partial_images(2);
    /// let mut events = ai.image_stream(&request.try_into()?).await?;
    /// while let Some(event) = events.next().await {
    ///     let event = event?;
    ///     println!("{:?}: {} letters", event.type_, event.b64_json.unwrap_or_default().len());
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// See [`Error`]: what fails before the first event. What fails later comes out of the stream.
    pub async fn image_stream(
        &self,
        request: &ImageGenerationRequest,
    ) -> Result<EventStream<ImageGenerationEvent>, Error> {
        let mut request = request.clone();
        request.stream = Some(true);
        let call = self.begin("create_image_stream", request.model.as_deref())?;
        match call.post(self, "text/event-stream", &request).await {
            Ok(response) => {
                let rules = Rules {
                    part: |event: &ImageGenerationEvent| match event.type_ {
                        Some(ImageGenerationEventType::ImageGenerationCompleted) => Part::Last,
                        _ => Part::Aside,
                    },
                    whole: |json| whole(json, ImageGenerationEventType::ImageGenerationCompleted.as_str()),
                    lasts: count(request.n),
                };
                Ok(EventStream::new(response, call, rules))
            }
            Err(error) => Err(call.failed(error)),
        }
    }

    /// Has images changed; otherwise as [`image_stream`](Self::image_stream).
    ///
    /// # Errors
    /// As [`image_stream`](Self::image_stream).
    pub async fn image_edit_stream(
        &self,
        mut form: ImageEditForm,
    ) -> Result<EventStream<ImageEditEvent>, Error> {
        form.stream = Some(true);
        let lasts = count(form.n);
        let call = self.begin("edit_image_stream", form.model.as_deref())?;
        match call.post_form(self, "text/event-stream", Form::from(form)).await {
            Ok(response) => {
                let rules = Rules {
                    part: |event: &ImageEditEvent| match event.type_ {
                        Some(ImageEditEventType::ImageEditCompleted) => Part::Last,
                        _ => Part::Aside,
                    },
                    whole: |json| whole(json, ImageEditEventType::ImageEditCompleted.as_str()),
                    lasts,
                };
                Ok(EventStream::new(response, call, rules))
            }
            Err(error) => Err(call.failed(error)),
        }
    }
}

fn count(n: Option<i32>) -> usize {
    n.and_then(|n| usize::try_from(n).ok()).unwrap_or(1)
}

/// Images that are not streamed: each as the event that it would come with.
fn whole<T: DeserializeOwned>(json: &str, completed: &str) -> Option<Vec<T>> {
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
        event.insert("type".to_owned(), completed.into());
        event.insert("usage".to_owned(), usage.clone());
        event.extend(image);
        serde_json::from_value(Value::Object(event)).ok()
    });
    let events: Vec<T> = events.collect::<Option<_>>()?;
    (!events.is_empty()).then_some(events)
}
