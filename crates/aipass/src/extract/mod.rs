//! Structured output: an answer that is a value of a Rust type.

mod find;
mod fit;
mod form;
mod request;
mod strict;

pub(crate) use fit::{Misfit, exactly};
pub(crate) use form::{Form, NAME_LENGTH};

use crate::{
    chat::{ChatBuilder, ChatReply},
    client::Client,
    error::Error,
    options::RequestOptions,
    vision::Image,
};
use aipass_api::types::{ChatCompletionRequest, ChatMessage, MessageContent};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use std::fmt;

impl Client {
    /// Starts a chat whose answer is a value of a type of yours. Sending it is a paid call. (Playbook section 6, the receipt
    /// example; scope `api:access`.)
    ///
    /// The schema comes from the type, by [`schemars`]: doc comments of the type and its members are told to the model.
    ///
    /// ```no_run
    /// use aipass::schemars::JsonSchema;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize, JsonSchema)]
    /// #[schemars(crate = "aipass::schemars")]
    /// struct Receipt {
    ///     amount: f64,
    ///     /// ISO 4217, such as EUR.
    ///     currency: String,
    ///     merchant: Option<String>,
    /// }
    ///
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// let receipt: Receipt = ai
    ///     .extract("gpt-4o-mini")
    ///     .system("Read the receipt.")
    ///     .user("Corner Shop, 31 January: bread 3.20, milk 1.80, total EUR 5.00")
    ///     .into_json()
    ///     .await?;
    /// println!("{} {}", receipt.amount, receipt.currency);
    /// # Ok(()) }
    /// ```
    ///
    /// A program that depends on `schemars` 1 itself needs no such attribute.
    pub fn extract(&self, model: impl Into<String>) -> ExtractBuilder {
        self.chat(model).into()
    }
}

/// A chat whose answer is a value, being put together. Nothing is sent, and nothing paid, before [`into_json`](Self::into_json)
/// or [`send`](Self::send).
///
/// **What is sent.** `response_format` with the schema of the type, under its name. Where the type allows it, the schema is
/// strict, and the model cannot answer anything else: every object is closed, every member is required, and an `Option` may
/// be null. Bounds and formats that providers refuse there are told in words.
///
/// A map, a tuple, a `serde_json::Value`, or an enum that is flattened beside other members has no strict form. Neither has a
/// member that may be missing and cannot be null, such as one with `#[serde(default)]` or those of a flattened `Option`:
/// strictness would make the model invent it. Then the schema goes out as it is, with `"strict": false`. An `Option` in place
/// of the default keeps it strict. Nor have variants whose first member is the same, other than the tag: OpenAI refuses to
/// enforce them. A tag that comes first by its name tells them apart, and so does the name around each that serde gives.
///
/// A type that is no plain object, such as a list, an enum or a struct that holds a flattened enum, travels as the member
/// `value` of one.
///
/// Members are in the order of their names, since JSON objects here are sorted; with the feature `preserve_order` of
/// `schemars` in your program they keep the order of the type, which matters to a model that is to reason before it decides.
///
/// **What it costs.** One paid call, however the answer turns out. A model without structured output refuses the request,
/// which costs nothing but time; [`allow_json_object`](Self::allow_json_object) and [`allow_text`](Self::allow_text) let the
/// question be asked again in another form.
#[derive(Clone)]
#[must_use = "nothing is extracted until it is sent"]
pub struct ExtractBuilder {
    chat: ChatBuilder,
    name: Option<String>,
    json_object: bool,
    text: bool,
}

/// A value, and the answer that it was read from.
#[derive(Clone)]
#[non_exhaustive]
pub struct Extracted<T> {
    /// The value.
    pub value: T,
    /// The answer; [`meta`](ChatReply::meta) and [`usage`](ChatReply::usage) have what it cost. Requests that were refused
    /// before it have no price.
    pub reply: ChatReply,
    /// How many requests were sent: 1, unless a fallback was allowed and needed.
    pub calls: u32,
    /// In which form the answer was asked for.
    pub mode: ExtractMode,
}

/// How an answer was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExtractMode {
    /// With the schema, as `response_format` has it.
    JsonSchema,
    /// As any JSON object, with the schema in the instructions.
    JsonObject,
    /// As text, with the schema in the instructions.
    Text,
}

/// A chat that was put together for itself may be answered by a value, too.
impl From<ChatBuilder> for ExtractBuilder {
    fn from(chat: ChatBuilder) -> Self {
        Self {
            chat,
            name: None,
            json_object: false,
            text: false,
        }
    }
}

impl ExtractBuilder {
    fn chat(mut self, change: impl FnOnce(ChatBuilder) -> ChatBuilder) -> Self {
        self.chat = change(self.chat);
        self
    }

    /// Adds instructions that stand above what the user says.
    pub fn system(self, content: impl Into<MessageContent>) -> Self {
        self.chat(|chat| chat.system(content))
    }

    /// Adds what to extract from: a text, or [parts](crate::types::ContentPart) with images and audio.
    pub fn user(self, content: impl Into<MessageContent>) -> Self {
        self.chat(|chat| chat.user(content))
    }

    /// Adds an image to what the user says: see [`ChatBuilder::image`].
    ///
    /// ```no_run
    /// # #[derive(serde::Deserialize, aipass::schemars::JsonSchema)]
    /// # #[schemars(crate = "aipass::schemars")]
    /// # struct Receipt { amount: f64 }
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// use aipass::Image;
    ///
    /// let photo = Image::open("receipt.jpg").await?;
    /// let receipt: Receipt = ai.extract("gpt-4o-mini").user("What was paid?").image(photo).into_json().await?;
    /// # Ok(()) }
    /// ```
    pub fn image(self, image: Image) -> Self {
        self.chat(|chat| chat.image(image))
    }

    /// Adds what the model said earlier, such as an example.
    pub fn assistant(self, content: impl Into<MessageContent>) -> Self {
        self.chat(|chat| chat.assistant(content))
    }

    /// Adds any message.
    pub fn message(self, message: impl Into<ChatMessage>) -> Self {
        self.chat(|chat| chat.message(message))
    }

    /// Adds several messages.
    pub fn messages(self, messages: impl IntoIterator<Item = ChatMessage>) -> Self {
        self.chat(|chat| chat.messages(messages))
    }

    /// At most this many tokens of answer. An answer that needs more is [`Error::is_length`], and paid for.
    pub fn max_tokens(self, tokens: u32) -> Self {
        self.chat(|chat| chat.max_tokens(tokens))
    }

    /// How freely the model chooses its words, from 0 to 2.
    pub fn temperature(self, temperature: f64) -> Self {
        self.chat(|chat| chat.temperature(temperature))
    }

    /// Changes any other field of the request, but for `response_format`, which is set when it is sent.
    pub fn with(self, change: impl FnOnce(&mut ChatCompletionRequest)) -> Self {
        self.chat(|chat| chat.with(change))
    }

    /// Settings for this extraction alone, over those of the client.
    pub fn options(self, options: RequestOptions) -> Self {
        self.chat(|chat| chat.options(options))
    }

    /// The name of the schema, which the model reads; the type's own name without it. Characters other than ASCII letters,
    /// digits, `_` and `-` become `_`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Where the server refuses the schema, the question is asked again for any JSON object, with the schema in the
    /// instructions. That is one more request, and the one that is paid for.
    ///
    /// The schema counts as refused at a 400 or 422 that names `response_format` or its forms, also as a provider calls them.
    /// Any other failure ends it.
    pub fn allow_json_object(mut self) -> Self {
        self.json_object = true;
        self
    }

    /// Where the server refuses the schema, and JSON objects if they are [allowed](Self::allow_json_object), the question is
    /// asked again for text, with the schema in the instructions. The answer is the first JSON in it that fits the type.
    pub fn allow_text(mut self) -> Self {
        self.text = true;
        self
    }

    /// Sends it and gives the value. A paid call.
    ///
    /// An answer in a code fence, or with words around it, is read all the same; that costs nothing more.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn into_json<T: DeserializeOwned + JsonSchema>(self) -> Result<T, Error> {
        Ok(self.send().await?.value)
    }

    /// As [`into_json`](Self::into_json), and gives the answer, the number of requests and how it was asked for, too.
    ///
    /// ```no_run
    /// use aipass::schemars::JsonSchema;
    ///
    /// #[derive(serde::Deserialize, JsonSchema)]
    /// #[schemars(crate = "aipass::schemars")]
    /// enum Mood {
    ///     Glad,
    ///     Sad,
    /// }
    ///
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// let found = ai.extract("some/model").user("What a day!").allow_json_object().allow_text().send::<Mood>().await?;
    /// println!("{} request(s), {:?} USD", found.calls, found.reply.meta().cost());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of a chat; with a fallback allowed, a request cannot have an
    /// [idempotency key](RequestOptions::idempotency_key). And where an answer came, was paid for and is kept in [`Error::partial`]: [`Error::is_refusal`],
    /// [`Error::is_length`] (its [help](Error::help) says whether reasoning used the limit up),
    /// [`Error::is_content_filter`], [`Error::is_incomplete`] where it ended for a reason that is not known, and
    /// [`Error::is_decode`] for one that does not fit the type.
    pub async fn send<T: DeserializeOwned + JsonSchema>(self) -> Result<Extracted<T>, Error> {
        // The future of a chat is large, and would be copied with each that wraps it.
        Box::pin(self.extract()).await
    }

    async fn extract<T: DeserializeOwned + JsonSchema>(self) -> Result<Extracted<T>, Error> {
        if self.json_object || self.text {
            self.chat.check_several()?;
        }
        let form = Form::of::<T>().named(self.name.as_deref());
        let (mut mode, mut calls) = (ExtractMode::JsonSchema, 0);
        loop {
            calls += 1;
            match request::ask(&self.chat, &form, mode).send().await {
                Ok(reply) => {
                    let (value, reply) = read(&form, reply)?;
                    return Ok(Extracted {
                        value,
                        reply,
                        calls,
                        mode,
                    });
                }
                Err(error) => match self.after(mode) {
                    Some(next) if request::is_form_refused(&error) => mode = next,
                    _ => return Err(error),
                },
            }
        }
    }

    fn after(&self, mode: ExtractMode) -> Option<ExtractMode> {
        match mode {
            ExtractMode::JsonSchema if self.json_object => Some(ExtractMode::JsonObject),
            ExtractMode::JsonSchema | ExtractMode::JsonObject if self.text => Some(ExtractMode::Text),
            _ => None,
        }
    }
}

fn read<T: DeserializeOwned>(form: &Form, reply: ChatReply) -> Result<(T, ChatReply), Error> {
    // An answer that ends exactly at the limit may be whole, where its end can be seen: `12` may be the beginning of `1234`.
    if reply.is_cut()
        && reply.refusal().is_none()
        && reply.text().trim_end().ends_with(['}', ']', '"'])
        && let Ok(value) = exactly(reply.text(), form)
    {
        return Ok((value, reply));
    }
    let reply = reply.into_whole()?;
    match fit::somewhere(reply.text(), form) {
        Ok(value) => Ok((value, reply)),
        Err(Misfit(place)) => Err(Error::unfit(reply, place)),
    }
}

// What was said and found is the user's own.
impl fmt::Debug for ExtractBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractBuilder")
            .field("chat", &self.chat)
            .field("allow_json_object", &self.json_object)
            .field("allow_text", &self.text)
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Extracted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extracted")
            .field("reply", &self.reply)
            .field("calls", &self.calls)
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}
