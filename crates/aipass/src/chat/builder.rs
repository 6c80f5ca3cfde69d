//! How a chat is asked for.

use super::{ChatReply, ChatStream, whole};
use crate::{
    call::{Call, operation},
    client::Client,
    error::Error,
    options::RequestOptions,
    vision::Image,
};
use aipass_api::types::{ChatCompletionRequest, ChatMessage, ContentPart, MessageContent, StreamOptions};
use std::{fmt, mem};

impl Client {
    /// Starts a chat with that model. Sending it is a paid call. (Playbook sections 5 and 6; scope `api:access`.)
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// let reply = ai
    ///     .chat("gpt-4o-mini")
    ///     .system("You answer briefly.")
    ///     .user("One tip for better focus?")
    ///     .max_tokens(200)
    ///     .send()
    ///     .await?;
    /// println!("{}", reply.text());
    /// # Ok(()) }
    /// ```
    pub fn chat(&self, model: impl Into<String>) -> ChatBuilder {
        self.chat_request(ChatCompletionRequest::new(model, []))
    }

    /// As [`chat`](Self::chat), from a request that is already there.
    pub fn chat_request(&self, request: ChatCompletionRequest) -> ChatBuilder {
        ChatBuilder {
            client: self.clone(),
            request: Box::new(request),
        }
    }
}

/// A chat that is being put together. Nothing is sent, and nothing paid, before [`send`](Self::send) or
/// [`stream`](Self::stream).
#[derive(Clone)]
#[must_use = "a chat does nothing until it is sent or streamed"]
pub struct ChatBuilder {
    client: Client,
    /// It has dozens of members, and a chain of methods would copy them each time.
    request: Box<ChatCompletionRequest>,
}

impl ChatBuilder {
    /// Adds instructions that stand above what the user says.
    pub fn system(self, content: impl Into<MessageContent>) -> Self {
        self.message(ChatMessage::system(content))
    }

    /// Adds what the user says: a text, or [parts](crate::types::ContentPart) with images and audio. An image may also follow
    /// by [`image`](Self::image).
    pub fn user(self, content: impl Into<MessageContent>) -> Self {
        self.message(ChatMessage::user(content))
    }

    /// Adds an image to what the user said last, behind its text; without such a message before it, as a message of its own.
    /// (Playbook section 6.) Several are seen in their order.
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// use aipass::Image;
    ///
    /// let reply = ai
    ///     .chat("gpt-4o-mini")
    ///     .user("What has changed?")
    ///     .image(Image::open("before.png").await?)
    ///     .image(Image::open("after.png").await?)
    ///     .send()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn image(self, image: Image) -> Self {
        self.images([image])
    }

    /// Adds several images, as [`image`](Self::image) does.
    pub fn images(mut self, images: impl IntoIterator<Item = Image>) -> Self {
        let parts = images.into_iter().map(ContentPart::from);
        match self.request.messages.last_mut() {
            Some(ChatMessage::User { content, .. }) if !matches!(content, MessageContent::Unknown(_)) => {
                add_parts(content, parts);
                self
            }
            _ => {
                let parts: Vec<_> = parts.collect();
                if parts.is_empty() { self } else { self.user(parts) }
            }
        }
    }

    /// Adds what the model said earlier.
    pub fn assistant(self, content: impl Into<MessageContent>) -> Self {
        self.message(ChatMessage::assistant(content))
    }

    /// Adds any message; a text is one of the user's.
    pub fn message(mut self, message: impl Into<ChatMessage>) -> Self {
        self.request.messages.push(message.into());
        self
    }

    /// Adds several messages.
    pub fn messages(mut self, messages: impl IntoIterator<Item = ChatMessage>) -> Self {
        self.request.messages.extend(messages);
        self
    }

    /// At most this many tokens of answer. There is no default: on a reasoning model a low limit can be used up before
    /// the first word.
    pub fn max_tokens(mut self, tokens: u32) -> Self {
        self.request.max_tokens = Some(tokens.into());
        self
    }

    /// How freely the model chooses its words, from 0 to 2.
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.request.temperature = Some(temperature);
        self
    }

    /// Changes any other field of the request.
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// let reply = ai.chat("gpt-4o-mini").user("Hi").with(|request| request.seed = Some(7)).send().await?;
    /// # Ok(()) }
    /// ```
    pub fn with(mut self, change: impl FnOnce(&mut ChatCompletionRequest)) -> Self {
        change(&mut self.request);
        self
    }

    /// Settings for this call alone, over those of the client.
    pub fn options(mut self, options: RequestOptions) -> Self {
        self.client = self.client.with_options(options);
        self
    }

    /// Whether it may be sent more than once, as it is or with changes.
    pub(crate) fn check_several(&self) -> Result<(), Error> {
        self.client.parts().1.check_several()
    }

    /// Sends the chat and waits for the whole answer. A paid call: it is sent again only where it is certain that it was not
    /// charged, as [`policy`](crate::policy) says.
    ///
    /// # Errors
    /// See [`Error`]; [`charge_risk`](Error::charge_risk) says whether it may have been charged.
    pub async fn send(mut self) -> Result<ChatReply, Error> {
        self.check()?;
        // An explicit `"stream": false`, as in the playbook's example, goes out as it was set.
        self.request.stream = self.request.stream.filter(|stream| !stream);
        self.request.stream_options = None;
        let call = self
            .client
            .begin(operation!("create_chat_completion"), Some(&self.request.model))?;
        let mut reply = match answer(&call, &self.client, self.request).await {
            Ok(reply) => reply,
            Err(error) => return Err(call.failed(error)),
        };
        let model = Some(reply.model.clone()).filter(|model| !model.is_empty());
        reply.meta = call.answered_by(model, reply.usage());
        Ok(reply)
    }

    /// Sends the chat and gives the answer as it is written. A paid call, as [`send`](Self::send).
    ///
    /// The token counts are asked for unless the request says otherwise.
    ///
    /// # Errors
    /// See [`Error`]: what fails before the first event. What fails later comes out of the stream.
    pub async fn stream(self) -> Result<ChatStream, Error> {
        // Beside a thousand open streams, a thousand futures would keep the place that opening them took.
        Box::pin(self.open()).await
    }

    async fn open(mut self) -> Result<ChatStream, Error> {
        self.check()?;
        let options = self.request.stream_options.get_or_insert(StreamOptions {
            include_usage: None,
            include_obfuscation: None,
        });
        options.include_usage.get_or_insert(true);
        self.request.stream = Some(true);
        let expected = self.request.n.and_then(|n| usize::try_from(n).ok());
        let call = self.client.begin(
            operation!("create_chat_completion_stream"),
            Some(&self.request.model),
        )?;
        let sent = call.post(&self.client, "text/event-stream", self.request).await;
        match sent {
            Ok(response) => Ok(ChatStream::new(response, call, expected)),
            Err(error) => Err(call.failed(error)),
        }
    }

    pub(crate) fn request(&self) -> &ChatCompletionRequest {
        &self.request
    }

    pub(crate) fn request_mut(&mut self) -> &mut ChatCompletionRequest {
        &mut self.request
    }

    fn check(&self) -> Result<(), Error> {
        if self.request.model.trim().is_empty() {
            return Err(Error::request("the chat names no model"));
        }
        if self.request.messages.is_empty() {
            return Err(Error::request("the chat has no message"));
        }
        Ok(())
    }
}

async fn answer(
    call: &Call,
    client: &Client,
    request: Box<ChatCompletionRequest>,
) -> Result<ChatReply, Error> {
    let body = call.post_for_body(client, request).await?;
    match whole::read(&body) {
        Ok(reply) if reply.choices.is_empty() => Err(Error::empty(call.operation, &call.context)),
        Ok(reply) => Ok(reply),
        Err(error) => Err(Error::decode(call.operation, &call.context, &body, &error)),
    }
}

// The messages are the user's own: only their number is shown.
impl fmt::Debug for ChatBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatBuilder")
            .field("model", &self.request.model)
            .field("messages", &self.request.messages.len())
            .finish_non_exhaustive()
    }
}

/// A text becomes the first part; alone it stays what it is.
fn add_parts(content: &mut MessageContent, parts: impl Iterator<Item = ContentPart>) {
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return;
    }
    if let MessageContent::Text(text) = content {
        *content = MessageContent::Parts(vec![ContentPart::text(mem::take(text))]);
    }
    if let MessageContent::Parts(all) = content {
        all.extend(parts);
    }
}
