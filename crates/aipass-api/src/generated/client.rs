// @generated from openapi/aipass.yaml by `cargo xtask regen`; do not edit.

#[allow(unused_imports)]
pub use progenitor_client::{ByteStream, ClientInfo, Error, ResponseValue};
#[allow(unused_imports)]
use progenitor_client::{encode_path, ClientHooks, OperationInfo, RequestBuilderExt};
/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    ///Some of the request's tools, and whether one of them must be called.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct AllowedTools {
        pub mode: ::aipass_api::enums::AllowedToolsMode,
        ///The tools, each as an object with its type and its name.
        pub tools: ::std::vec::Vec<
            ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        >,
    }
    impl AllowedTools {
        pub fn builder() -> builder::AllowedTools {
            Default::default()
        }
    }
    ///A note on part of the answer.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct Annotation {
        ///The kind of note, `url_citation`.
        #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
        pub type_: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub url_citation: ::std::option::Option<UrlCitation>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A spoken answer, or a piece of it.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct AnswerAudio {
        ///The bytes in base64.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub data: ::std::option::Option<::std::string::String>,
        ///Until when later messages can refer to it, in seconds since 1970.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub expires_at: ::std::option::Option<i64>,
        ///The identifier with which later messages refer to it.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<::std::string::String>,
        ///What is said.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub transcript: ::std::option::Option<::std::string::String>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///An image that the model made (assumed).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct AnswerImage {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub image_url: ::std::option::Option<ImageUrl>,
        ///The number of this image, from 0.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub index: ::std::option::Option<i64>,
        ///The kind of image, `image_url`.
        #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
        pub type_: ::std::option::Option<::std::string::String>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A place, as precisely as the user wants to tell.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
    pub struct ApproximateLocation {
        ///The city, in words.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub city: ::std::option::Option<::std::string::String>,
        ///The country's two letters (ISO 3166-1).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub country: ::std::option::Option<::std::string::String>,
        ///The region, in words.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub region: ::std::option::Option<::std::string::String>,
        ///The time zone's IANA name.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub timezone: ::std::option::Option<::std::string::String>,
    }
    impl ApproximateLocation {
        pub fn builder() -> builder::ApproximateLocation {
            Default::default()
        }
    }
    ///The message that a model wrote. Content is null when it only calls tools, or when the token limit was used up by reasoning. The reasoning members, the images and the provider's own fields are assumed.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct AssistantReply {
        ///Where statements of the answer come from.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub annotations: ::std::vec::Vec<Annotation>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub audio: ::std::option::Option<AnswerAudio>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub content: ::std::option::Option<MessageContent>,
        ///Images that the model made.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub images: ::std::vec::Vec<AnswerImage>,
        ///Whatever else the provider sent.
        #[serde(
            default,
            skip_serializing_if = "::serde_json::Map::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub provider_specific_fields: ::serde_json::Map<
            ::std::string::String,
            ::serde_json::Value,
        >,
        ///What the model thought, as some providers call it.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub reasoning: ::std::option::Option<::std::string::String>,
        ///What the model thought.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub reasoning_content: ::std::option::Option<::std::string::String>,
        ///Why the model did not answer.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub refusal: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub role: ::std::option::Option<::aipass_api::enums::Role>,
        ///What the model thought, signed by the provider.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub thinking_blocks: ::std::vec::Vec<ThinkingBlock>,
        ///The tool calls that the model asks for.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub tool_calls: ::std::vec::Vec<ToolCall>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A spoken answer from earlier in the conversation.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct AudioReference {
        ///The identifier that the spoken answer came with.
        pub id: ::std::string::String,
    }
    impl AudioReference {
        pub fn builder() -> builder::AudioReference {
            Default::default()
        }
    }
    ///The voice and the format of a spoken answer. Needed when `modalities` holds `audio`.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct ChatAudioOptions {
        pub format: ::aipass_api::enums::ChatAudioFormat,
        pub voice: Voice,
    }
    impl ChatAudioOptions {
        pub fn builder() -> builder::ChatAudioOptions {
            Default::default()
        }
    }
    ///One answer.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct ChatChoice {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub finish_reason: ::std::option::Option<::aipass_api::enums::FinishReason>,
        ///The number of this answer, from 0.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub index: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub logprobs: ::std::option::Option<ChoiceLogprobs>,
        pub message: AssistantReply,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A model's answer to a conversation.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct ChatCompletion {
        ///The answers; one, unless `n` asked for more.
        #[serde(deserialize_with = "::aipass_api::lenient::null_or_default")]
        pub choices: ::std::vec::Vec<ChatChoice>,
        ///When the answer was made, in seconds since 1970.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub created: ::std::option::Option<i64>,
        ///The identifier of this answer.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<::std::string::String>,
        ///The labels of the request.
        #[serde(
            default,
            skip_serializing_if = "::serde_json::Map::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub metadata: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        ///The model that answered; normally the name that was asked for (assumed).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub model: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub moderation: ::std::option::Option<ChatModeration>,
        ///The kind of this object, `chat.completion`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub object: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub service_tier: ::std::option::Option<::aipass_api::enums::ServiceTier>,
        ///The state of the provider's system. Deprecated by OpenAI.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub system_fingerprint: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub usage: ::std::option::Option<Usage>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///One event of a streamed answer.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct ChatCompletionChunk {
        ///What is new. It may be empty, for instance in the event that carries the token counts.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub choices: ::std::vec::Vec<ChunkChoice>,
        ///When the answer was begun, in seconds since 1970.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub created: ::std::option::Option<i64>,
        ///The identifier of the whole answer.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<::std::string::String>,
        ///The model that answers.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub model: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub moderation: ::std::option::Option<ChatModeration>,
        ///Padding without a meaning.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub obfuscation: ::std::option::Option<::std::string::String>,
        ///The kind of this object, `chat.completion.chunk`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub object: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub service_tier: ::std::option::Option<::aipass_api::enums::ServiceTier>,
        ///The state of the provider's system. Deprecated by OpenAI.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub system_fingerprint: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub usage: ::std::option::Option<Usage>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A conversation to be continued by a model, and how.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
    pub struct ChatCompletionRequest {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub audio: ::std::option::Option<ChatAudioOptions>,
        ///From -2 to 2; above 0, words become less likely each time that they are used.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub frequency_penalty: ::std::option::Option<f64>,
        ///From token number to a weight between -100 (never) and 100 (always).
        #[serde(
            default,
            skip_serializing_if = ":: std :: collections :: BTreeMap::is_empty"
        )]
        pub logit_bias: ::std::collections::BTreeMap<::std::string::String, i32>,
        ///Whether to tell how likely each token of the answer was.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub logprobs: ::std::option::Option<bool>,
        ///At most this many tokens of answer, reasoning included.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub max_completion_tokens: ::std::option::Option<i64>,
        ///At most this many tokens of answer. Reasoning counts too: on a reasoning model a low limit can leave no content at all, and OpenAI's newer models want `max_completion_tokens` instead.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub max_tokens: ::std::option::Option<i64>,
        ///The conversation so far, oldest message first.
        pub messages: ::std::vec::Vec<ChatMessage>,
        ///Up to 16 labels to store with the answer.
        #[serde(
            default,
            skip_serializing_if = ":: std :: collections :: BTreeMap::is_empty"
        )]
        pub metadata: ::std::collections::BTreeMap<
            ::std::string::String,
            ::std::string::String,
        >,
        ///What the answer may consist of; text alone unless said otherwise.
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub modalities: ::std::vec::Vec<::aipass_api::enums::Modality>,
        ///The identifier of the model.
        pub model: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub moderation: ::std::option::Option<ModerationOptions>,
        ///How many answers to write. Each one is paid for.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub n: ::std::option::Option<i32>,
        ///Whether the model may ask for several tool calls at once.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub parallel_tool_calls: ::std::option::Option<bool>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub prediction: ::std::option::Option<Prediction>,
        ///From -2 to 2; above 0, words become less likely once they were used.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub presence_penalty: ::std::option::Option<f64>,
        ///Requests with the same key and the same beginning share the provider's prompt cache.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub prompt_cache_key: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub prompt_cache_options: ::std::option::Option<PromptCacheOptions>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub reasoning_effort: ::std::option::Option<
            ::aipass_api::enums::ReasoningEffort,
        >,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub response_format: ::std::option::Option<ResponseFormat>,
        ///An opaque name for the end user, so that the provider can trace abuse. At most 64 characters.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub safety_identifier: ::std::option::Option<::std::string::String>,
        ///A number that makes answers repeatable as far as the model allows. Deprecated by OpenAI.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub seed: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub service_tier: ::std::option::Option<::aipass_api::enums::ServiceTier>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub stop: ::std::option::Option<Stop>,
        ///Whether the provider may keep the answer for later use.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub store: ::std::option::Option<bool>,
        ///Whether to send the answer as server-sent events while it is written.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub stream: ::std::option::Option<bool>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub stream_options: ::std::option::Option<StreamOptions>,
        ///How freely to choose words, from 0 (the likeliest) to 2.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub temperature: ::std::option::Option<f64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub tool_choice: ::std::option::Option<ToolChoice>,
        ///What the model may ask the caller to run.
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub tools: ::std::vec::Vec<Tool>,
        ///How many of the likeliest tokens to list at each place, 0 to 20. Needs `logprobs`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub top_logprobs: ::std::option::Option<i32>,
        ///Choose among the likeliest words whose probabilities add up to this share, from 0 to 1. Change this or the temperature, not both.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub top_p: ::std::option::Option<f64>,
        ///Deprecated by OpenAI in favour of `safety_identifier` and `prompt_cache_key`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub user: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub verbosity: ::std::option::Option<::aipass_api::enums::Verbosity>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub web_search_options: ::std::option::Option<WebSearchOptions>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl ChatCompletionRequest {
        pub fn builder() -> builder::ChatCompletionRequest {
            Default::default()
        }
    }
    ///One message of a conversation.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(tag = "role")]
    pub enum ChatMessage {
        ///Instructions that stand above what the user says. Its parts are text.
        #[serde(rename = "system")]
        System {
            content: MessageContent,
            ///Tells participants of the same role apart.
            #[serde(skip_serializing_if = "::std::option::Option::is_none")]
            name: ::std::option::Option<::std::string::String>,
        },
        ///What newer OpenAI models call a system message. Its parts are text.
        #[serde(rename = "developer")]
        Developer {
            content: MessageContent,
            ///Tells participants of the same role apart.
            #[serde(skip_serializing_if = "::std::option::Option::is_none")]
            name: ::std::option::Option<::std::string::String>,
        },
        ///What the user says. Its parts are text, images, audio and files.
        #[serde(rename = "user")]
        User {
            content: MessageContent,
            ///Tells participants of the same role apart.
            #[serde(skip_serializing_if = "::std::option::Option::is_none")]
            name: ::std::option::Option<::std::string::String>,
        },
        ///What the model said earlier. Its parts are text and refusals. It needs content, unless it has tool calls. The reasoning members are assumed: some providers want them back while tools are in use.
        #[serde(rename = "assistant")]
        Assistant {
            #[serde(skip_serializing_if = "::std::option::Option::is_none")]
            audio: ::std::option::Option<AudioReference>,
            #[serde(skip_serializing_if = "::std::option::Option::is_none")]
            content: ::std::option::Option<MessageContent>,
            ///Tells participants of the same role apart.
            #[serde(skip_serializing_if = "::std::option::Option::is_none")]
            name: ::std::option::Option<::std::string::String>,
            ///What the model thought.
            #[serde(skip_serializing_if = "::std::option::Option::is_none")]
            reasoning_content: ::std::option::Option<::std::string::String>,
            ///Why the model did not answer.
            #[serde(skip_serializing_if = "::std::option::Option::is_none")]
            refusal: ::std::option::Option<::std::string::String>,
            ///What the model thought, signed by the provider.
            #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
            thinking_blocks: ::std::vec::Vec<ThinkingBlock>,
            ///The tool calls that the model asked for.
            #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
            tool_calls: ::std::vec::Vec<ToolCall>,
        },
        ///The result of a tool call. Its parts are text.
        #[serde(rename = "tool")]
        Tool {
            content: MessageContent,
            ///The identifier of the tool call that this answers.
            tool_call_id: ::std::string::String,
        },
        /// A kind that this version does not know, with everything that came.
        #[serde(untagged)]
        Unknown(::serde_json::Map<::std::string::String, ::serde_json::Value>),
    }
    ///What the moderation model found.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct ChatModeration {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub input: ::std::option::Option<ModerationOutcome>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub output: ::std::option::Option<ModerationOutcome>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A checkout page in the management envelope.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct CheckoutEnvelope {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub data: ::std::option::Option<CheckoutSession>,
        ///The outcome in words.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub message: ::std::option::Option<::std::string::String>,
        ///Whether the call worked; `data` is missing when it is false.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub success: ::std::option::Option<bool>,
        ///When the answer was made, as RFC 3339 text.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub timestamp: ::std::option::Option<Timestamp>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///How much to add.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct CheckoutRequest {
        ///The amount in US dollars, at least 0.50.
        pub amount: f64,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl CheckoutRequest {
        pub fn builder() -> builder::CheckoutRequest {
            Default::default()
        }
    }
    ///A page on which money is added.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct CheckoutSession {
        ///The address of the page, to be opened in the user's browser.
        #[serde(
            rename = "checkoutUrl",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub checkout_url: ::std::option::Option<::std::string::String>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///How likely each token of the answer was.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct ChoiceLogprobs {
        ///The tokens of the content.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub content: ::std::vec::Vec<TokenLogprob>,
        ///The tokens of the refusal.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub refusal: ::std::vec::Vec<TokenLogprob>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///What is new in one of the answers.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct ChunkChoice {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub delta: ::std::option::Option<ChunkDelta>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub finish_reason: ::std::option::Option<::aipass_api::enums::FinishReason>,
        ///The number of the answer, from 0.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub index: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub logprobs: ::std::option::Option<ChoiceLogprobs>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///New pieces of a message; texts are to be appended to what came before. The reasoning members, the images and the provider's own fields are assumed.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct ChunkDelta {
        ///Where statements of the answer come from.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub annotations: ::std::vec::Vec<Annotation>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub audio: ::std::option::Option<AnswerAudio>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub content: ::std::option::Option<MessageContent>,
        ///Images that the model made.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub images: ::std::vec::Vec<AnswerImage>,
        ///Whatever else the provider sent.
        #[serde(
            default,
            skip_serializing_if = "::serde_json::Map::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub provider_specific_fields: ::serde_json::Map<
            ::std::string::String,
            ::serde_json::Value,
        >,
        ///More of what the model thinks, as some providers call it.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub reasoning: ::std::option::Option<::std::string::String>,
        ///More of what the model thinks.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub reasoning_content: ::std::option::Option<::std::string::String>,
        ///More of why the model did not answer.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub refusal: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub role: ::std::option::Option<::aipass_api::enums::Role>,
        ///More of what the model thinks, signed by the provider.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub thinking_blocks: ::std::vec::Vec<ThinkingBlock>,
        ///More of the tool calls.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub tool_calls: ::std::vec::Vec<ToolCallDelta>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///What the tokens of the answer were.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct CompletionTokensDetails {
        ///Taken from the prediction.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub accepted_prediction_tokens: ::std::option::Option<i64>,
        ///Audio.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub audio_tokens: ::std::option::Option<i64>,
        ///Thoughts.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub reasoning_tokens: ::std::option::Option<i64>,
        ///In the prediction, and paid for, but not in the answer.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub rejected_prediction_tokens: ::std::option::Option<i64>,
        ///Text.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub text_tokens: ::std::option::Option<i64>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///One part of a message.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(tag = "type")]
    pub enum ContentPart {
        ///A text.
        #[serde(rename = "text")]
        Text {
            #[serde(skip_serializing_if = "::std::option::Option::is_none")]
            prompt_cache_breakpoint: ::std::option::Option<PromptCacheBreakpoint>,
            ///The text.
            text: ::std::string::String,
            /// Fields that this version does not know.
            #[serde(flatten)]
            extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        },
        ///An image to look at. JPEG, PNG, GIF and WebP are understood.
        #[serde(rename = "image_url")]
        ImageUrl {
            image_url: ImageUrl,
            #[serde(skip_serializing_if = "::std::option::Option::is_none")]
            prompt_cache_breakpoint: ::std::option::Option<PromptCacheBreakpoint>,
            /// Fields that this version does not know.
            #[serde(flatten)]
            extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        },
        ///A recording to listen to.
        #[serde(rename = "input_audio")]
        InputAudio {
            input_audio: InputAudio,
            #[serde(skip_serializing_if = "::std::option::Option::is_none")]
            prompt_cache_breakpoint: ::std::option::Option<PromptCacheBreakpoint>,
            /// Fields that this version does not know.
            #[serde(flatten)]
            extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        },
        ///A file to read, a PDF for instance. Which files are understood depends on the model.
        #[serde(rename = "file")]
        File {
            file: FileReference,
            #[serde(skip_serializing_if = "::std::option::Option::is_none")]
            prompt_cache_breakpoint: ::std::option::Option<PromptCacheBreakpoint>,
            /// Fields that this version does not know.
            #[serde(flatten)]
            extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        },
        ///A refusal by the model.
        #[serde(rename = "refusal")]
        Refusal {
            ///Why the model did not answer.
            refusal: ::std::string::String,
            /// Fields that this version does not know.
            #[serde(flatten)]
            extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        },
        /// A kind that this version does not know, with everything that came.
        #[serde(untagged)]
        Unknown(::serde_json::Map<::std::string::String, ::serde_json::Value>),
    }
    ///A custom tool and its input.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct CustomCall {
        ///The input, as free text.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub input: ::std::option::Option<::std::string::String>,
        ///The tool's name.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl CustomCall {
        pub fn builder() -> builder::CustomCall {
            Default::default()
        }
    }
    ///A tool that takes free text, as the model sees it.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct CustomToolDefinition {
        ///When and how to call the tool.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub description: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub format: ::std::option::Option<CustomToolFormat>,
        ///The tool's name.
        pub name: ::std::string::String,
    }
    impl CustomToolDefinition {
        pub fn builder() -> builder::CustomToolDefinition {
            Default::default()
        }
    }
    ///What the input of a custom tool looks like.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(tag = "type", content = "grammar")]
    pub enum CustomToolFormat {
        #[serde(rename = "text")]
        Text,
        ///A text that follows a grammar.
        #[serde(rename = "grammar")]
        Grammar(ToolGrammar),
        /// A kind that this version does not know, with everything that came.
        #[serde(untagged)]
        Unknown(::serde_json::Map<::std::string::String, ::serde_json::Value>),
    }
    impl ::std::convert::From<ToolGrammar> for CustomToolFormat {
        fn from(value: ToolGrammar) -> Self {
            Self::Grammar(value)
        }
    }
    ///A voice that the user has made.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct CustomVoice {
        ///The voice's identifier.
        pub id: ::std::string::String,
    }
    impl CustomVoice {
        pub fn builder() -> builder::CustomVoice {
            Default::default()
        }
    }
    ///The vector of one text.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct Embedding {
        pub embedding: EmbeddingVector,
        ///Which of the texts it belongs to, from 0.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub index: ::std::option::Option<i64>,
        ///The kind of this object, `embedding`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub object: ::std::option::Option<::std::string::String>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///One text, or several.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(untagged)]
    pub enum EmbeddingInput {
        Text(::std::string::String),
        Texts(::std::vec::Vec<::std::string::String>),
    }
    impl ::std::convert::From<::std::vec::Vec<::std::string::String>>
    for EmbeddingInput {
        fn from(value: ::std::vec::Vec<::std::string::String>) -> Self {
            Self::Texts(value)
        }
    }
    ///One vector per text.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct EmbeddingList {
        ///The vectors.
        #[serde(deserialize_with = "::aipass_api::lenient::null_or_default")]
        pub data: ::std::vec::Vec<Embedding>,
        ///The model that answered.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub model: ::std::option::Option<::std::string::String>,
        ///The kind of this object, `list`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub object: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub usage: ::std::option::Option<Usage>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Texts to turn into vectors.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct EmbeddingRequest {
        ///How many numbers a vector shall have, where the model can do with fewer (assumed).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub dimensions: ::std::option::Option<i32>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub encoding_format: ::std::option::Option<
            ::aipass_api::enums::EmbeddingEncoding,
        >,
        pub input: EmbeddingInput,
        ///The identifier of the model.
        pub model: ::std::string::String,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl EmbeddingRequest {
        pub fn builder() -> builder::EmbeddingRequest {
            Default::default()
        }
    }
    ///A vector, as numbers or as base64 of little-endian 32-bit floats.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(untagged)]
    pub enum EmbeddingVector {
        Numbers(::std::vec::Vec<f32>),
        Base64(::std::string::String),
        /// JSON of a kind that this version does not know.
        Unknown(::serde_json::Value),
    }
    impl ::std::convert::From<::std::vec::Vec<f32>> for EmbeddingVector {
        fn from(value: ::std::vec::Vec<f32>) -> Self {
            Self::Numbers(value)
        }
    }
    ///A code, as text or as a number; often the HTTP status.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(untagged)]
    pub enum ErrorCode {
        Text(::std::string::String),
        Number(#[serde(deserialize_with = "::aipass_api::lenient::integer")] i64),
        /// JSON of a kind that this version does not know.
        Unknown(::serde_json::Value),
    }
    impl ::std::fmt::Display for ErrorCode {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match self {
                Self::Text(x) => x.fmt(f),
                Self::Number(x) => x.fmt(f),
                Self::Unknown(x) => x.fmt(f),
            }
        }
    }
    impl ::std::convert::From<i64> for ErrorCode {
        fn from(value: i64) -> Self {
            Self::Number(value)
        }
    }
    ///A file, sent along or uploaded before.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct FileReference {
        ///The file as a data URL in base64.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub file_data: ::std::option::Option<::std::string::String>,
        ///The identifier of a file that the provider already has.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub file_id: ::std::option::Option<::std::string::String>,
        ///The file's name.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub filename: ::std::option::Option<::std::string::String>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl FileReference {
        pub fn builder() -> builder::FileReference {
            Default::default()
        }
    }
    ///A function and its arguments.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct FunctionCall {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub arguments: ::std::option::Option<ToolArguments>,
        ///The function's name.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl FunctionCall {
        pub fn builder() -> builder::FunctionCall {
            Default::default()
        }
    }
    ///A function, as the model sees it.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct FunctionDefinition {
        ///When and how to call the function.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub description: ::std::option::Option<::std::string::String>,
        ///The function's name, of at most 64 letters, digits, underscores and hyphens.
        pub name: ::std::string::String,
        ///A JSON Schema of the arguments. Without it, the function takes none.
        #[serde(default, skip_serializing_if = "::serde_json::Map::is_empty")]
        pub parameters: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        ///Whether arguments must match the schema exactly.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub strict: ::std::option::Option<bool>,
    }
    impl FunctionDefinition {
        pub fn builder() -> builder::FunctionDefinition {
            Default::default()
        }
    }
    ///An image, as a link or as base64 text.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct Image {
        ///The bytes in base64.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub b64_json: ::std::option::Option<::std::string::String>,
        ///The description that the model made of the one it was given.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub revised_prompt: ::std::option::Option<::std::string::String>,
        ///A link, which stops working after a while.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub url: ::std::option::Option<::std::string::String>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///One event of an image that is edited. `image_edit.partial_image` carries a stage, and `image_edit.completed` the image, which ends the stream.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct ImageEditEvent {
        ///The bytes of the stage or of the image, in base64.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub b64_json: ::std::option::Option<::std::string::String>,
        ///Whether the background is opaque or transparent.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub background: ::std::option::Option<::std::string::String>,
        ///When the event was made, in seconds since 1970.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub created_at: ::std::option::Option<i64>,
        ///The file format, `png` for instance.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub output_format: ::std::option::Option<::std::string::String>,
        ///The number of the stage, from 0.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub partial_image_index: ::std::option::Option<i64>,
        ///The effort that was spent.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub quality: ::std::option::Option<::std::string::String>,
        ///Width and height in pixels.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub size: ::std::option::Option<::std::string::String>,
        #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
        pub type_: ::std::option::Option<::aipass_api::enums::ImageEditEventType>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub usage: ::std::option::Option<ImageUsage>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Images and what shall change in them.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct ImageEditForm {
        ///The images to start from, one part named `image` for each.
        pub image: ::std::vec::Vec<::aipass_api::multipart::FilePart>,
        ///A PNG whose transparent areas may change in the first image.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub mask: ::std::option::Option<::aipass_api::multipart::FilePart>,
        ///The identifier of the model.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub model: ::std::option::Option<::std::string::String>,
        ///How many images to make. Each one is paid for.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub n: ::std::option::Option<i32>,
        ///How many stages to send before the image itself, from 0 to 3; there are fewer where the image is done sooner. Needs `stream`. Stages are paid for too.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub partial_images: ::std::option::Option<i32>,
        ///The description of the result.
        pub prompt: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub quality: ::std::option::Option<::aipass_api::enums::ImageQuality>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub response_format: ::std::option::Option<
            ::aipass_api::enums::ImageResponseFormat,
        >,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub size: ::std::option::Option<::aipass_api::enums::ImageSize>,
        ///Whether to send the images as server-sent events.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub stream: ::std::option::Option<bool>,
    }
    impl ImageEditForm {
        pub fn builder() -> builder::ImageEditForm {
            Default::default()
        }
    }
    ///One event of an image that is made. `image_generation.partial_image` carries a stage, and `image_generation.completed` the image, which ends the stream.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct ImageGenerationEvent {
        ///The bytes of the stage or of the image, in base64.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub b64_json: ::std::option::Option<::std::string::String>,
        ///Whether the background is opaque or transparent.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub background: ::std::option::Option<::std::string::String>,
        ///When the event was made, in seconds since 1970.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub created_at: ::std::option::Option<i64>,
        ///The file format, `png` for instance.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub output_format: ::std::option::Option<::std::string::String>,
        ///The number of the stage, from 0.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub partial_image_index: ::std::option::Option<i64>,
        ///The effort that was spent.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub quality: ::std::option::Option<::std::string::String>,
        ///Width and height in pixels.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub size: ::std::option::Option<::std::string::String>,
        #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
        pub type_: ::std::option::Option<::aipass_api::enums::ImageGenerationEventType>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub usage: ::std::option::Option<ImageUsage>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///What the images shall show.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct ImageGenerationRequest {
        ///The identifier of the model.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub model: ::std::option::Option<::std::string::String>,
        ///How many images to make. Each one is paid for.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub n: ::std::option::Option<i32>,
        ///How many stages to send before the image itself, from 0 to 3; there are fewer where the image is done sooner. Needs `stream`. Stages are paid for too.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub partial_images: ::std::option::Option<i32>,
        ///The description of the image.
        pub prompt: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub quality: ::std::option::Option<::aipass_api::enums::ImageQuality>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub response_format: ::std::option::Option<
            ::aipass_api::enums::ImageResponseFormat,
        >,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub size: ::std::option::Option<::aipass_api::enums::ImageSize>,
        ///Whether to send the images as server-sent events.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub stream: ::std::option::Option<bool>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl ImageGenerationRequest {
        pub fn builder() -> builder::ImageGenerationRequest {
            Default::default()
        }
    }
    ///What the tokens of the request were.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct ImageInputTokensDetails {
        ///Images.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub image_tokens: ::std::option::Option<i64>,
        ///Text.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub text_tokens: ::std::option::Option<i64>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///The images that were made.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct ImageList {
        ///Whether the background is opaque or transparent.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub background: ::std::option::Option<::std::string::String>,
        ///When they were made, in seconds since 1970.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub created: ::std::option::Option<i64>,
        ///The images.
        #[serde(deserialize_with = "::aipass_api::lenient::null_or_default")]
        pub data: ::std::vec::Vec<Image>,
        ///The file format, `png` for instance.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub output_format: ::std::option::Option<::std::string::String>,
        ///The effort that was spent.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub quality: ::std::option::Option<::std::string::String>,
        ///Width and height in pixels.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub size: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub usage: ::std::option::Option<ImageUsage>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Where an image is, and how closely to look at it.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct ImageUrl {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub detail: ::std::option::Option<::aipass_api::enums::ImageDetail>,
        ///An address, or a data URL with the image in base64; shrink it to about 800 kB before encoding.
        pub url: ::std::string::String,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl ImageUrl {
        pub fn builder() -> builder::ImageUrl {
            Default::default()
        }
    }
    ///What a call for images consumed (assumed).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct ImageUsage {
        ///Tokens of the request.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub input_tokens: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub input_tokens_details: ::std::option::Option<ImageInputTokensDetails>,
        ///Tokens of the images.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub output_tokens: ::std::option::Option<i64>,
        ///The sum of both.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub total_tokens: ::std::option::Option<i64>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///An image to vary.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct ImageVariationForm {
        ///The image to start from.
        pub image: ::aipass_api::multipart::FilePart,
        ///The identifier of the model.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub model: ::std::option::Option<::std::string::String>,
        ///How many images to make. Each one is paid for.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub n: ::std::option::Option<i32>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub response_format: ::std::option::Option<
            ::aipass_api::enums::ImageResponseFormat,
        >,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub size: ::std::option::Option<::aipass_api::enums::ImageSize>,
    }
    impl ImageVariationForm {
        pub fn builder() -> builder::ImageVariationForm {
            Default::default()
        }
    }
    ///A recording.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct InputAudio {
        ///The bytes in base64.
        pub data: ::std::string::String,
        pub format: ::aipass_api::enums::InputAudioFormat,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl InputAudio {
        pub fn builder() -> builder::InputAudio {
            Default::default()
        }
    }
    ///A named JSON Schema.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct JsonSchemaDefinition {
        ///What the answer is for.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub description: ::std::option::Option<::std::string::String>,
        ///A name of at most 64 letters, digits, underscores and hyphens.
        pub name: ::std::string::String,
        ///The JSON Schema.
        #[serde(default, skip_serializing_if = "::serde_json::Map::is_empty")]
        pub schema: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        ///Whether the answer must match the schema exactly.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub strict: ::std::option::Option<bool>,
    }
    impl JsonSchemaDefinition {
        pub fn builder() -> builder::JsonSchemaDefinition {
            Default::default()
        }
    }
    ///A management envelope that carries nothing.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct ManagementOutcome {
        ///The outcome in words.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub message: ::std::option::Option<::std::string::String>,
        ///Whether the call worked.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub success: ::std::option::Option<bool>,
        ///When the answer was made, as RFC 3339 text.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub timestamp: ::std::option::Option<Timestamp>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A plain text, or a list of parts. Which parts a message may hold depends on its role.
    #[derive(::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(untagged)]
    pub enum MessageContent {
        Text(::std::string::String),
        Parts(::std::vec::Vec<ContentPart>),
        /// JSON of a kind that this version does not know.
        Unknown(::serde_json::Value),
    }
    impl ::std::convert::From<::std::vec::Vec<ContentPart>> for MessageContent {
        fn from(value: ::std::vec::Vec<ContentPart>) -> Self {
            Self::Parts(value)
        }
    }
    ///One model of the catalogue. Everything beyond the four OpenAI members is assumed. Prices are not part of it.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct Model {
        ///What the model can read, write and do.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub capabilities: ::std::vec::Vec<::aipass_api::enums::ModelCapability>,
        ///How many tokens fit into one conversation.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub context_length: ::std::option::Option<i64>,
        ///When the model was published, in seconds since 1970; often a placeholder.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub created: ::std::option::Option<i64>,
        ///What the model is good for.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub description: ::std::option::Option<::std::string::String>,
        ///The name to put into the `model` member of a request.
        pub id: ::std::string::String,
        ///The kinds of calls that the model answers.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub methods: ::std::vec::Vec<::aipass_api::enums::ModelMethod>,
        ///A name for people.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
        ///The kind of this object, `model`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub object: ::std::option::Option<::std::string::String>,
        ///Who runs the model; often a placeholder.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub owned_by: ::std::option::Option<::std::string::String>,
        ///The day on which the model will be switched off, as in `2026-01-31`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub shutdown_date: ::std::option::Option<::std::string::String>,
        #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
        pub type_: ::std::option::Option<::aipass_api::enums::ModelType>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Models in the OpenAI list envelope.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct ModelList {
        ///The models.
        #[serde(deserialize_with = "::aipass_api::lenient::null_or_default")]
        pub data: ::std::vec::Vec<Model>,
        ///The kind of this object, `list`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub object: ::std::option::Option<::std::string::String>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///The list of models. The OpenAI envelope is the documented form; a bare list of identifiers and a bare list of entries are assumed, from other versions of the service.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(untagged)]
    pub enum ModelListResponse {
        ModelList(ModelList),
        Ids(::std::vec::Vec<::std::string::String>),
        Models(::std::vec::Vec<Model>),
    }
    impl ::std::convert::From<ModelList> for ModelListResponse {
        fn from(value: ModelList) -> Self {
            Self::ModelList(value)
        }
    }
    impl ::std::convert::From<::std::vec::Vec<::std::string::String>>
    for ModelListResponse {
        fn from(value: ::std::vec::Vec<::std::string::String>) -> Self {
            Self::Ids(value)
        }
    }
    impl ::std::convert::From<::std::vec::Vec<Model>> for ModelListResponse {
        fn from(value: ::std::vec::Vec<Model>) -> Self {
            Self::Models(value)
        }
    }
    ///Has the provider check the conversation, the answer, or both.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct ModerationOptions {
        ///The identifier of the moderation model.
        pub model: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub policy: ::std::option::Option<ModerationPolicy>,
    }
    impl ModerationOptions {
        pub fn builder() -> builder::ModerationOptions {
            Default::default()
        }
    }
    ///What was found in one side of the conversation, or why nothing could be checked.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(tag = "type")]
    pub enum ModerationOutcome {
        ///What was found.
        #[serde(rename = "moderation_results")]
        ModerationResults {
            ///The model that checked.
            #[serde(skip_serializing_if = "::std::option::Option::is_none")]
            model: ::std::option::Option<::std::string::String>,
            ///One entry per checked item.
            #[serde(
                default,
                skip_serializing_if = "::std::vec::Vec::is_empty",
                deserialize_with = "::aipass_api::lenient::null_or_default"
            )]
            results: ::std::vec::Vec<ModerationResult>,
            /// Fields that this version does not know.
            #[serde(flatten)]
            extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        },
        ///Why nothing could be checked.
        #[serde(rename = "error")]
        Error {
            #[serde(skip_serializing_if = "::std::option::Option::is_none")]
            code: ::std::option::Option<ErrorCode>,
            ///The reason in words.
            #[serde(skip_serializing_if = "::std::option::Option::is_none")]
            message: ::std::option::Option<::std::string::String>,
            /// Fields that this version does not know.
            #[serde(flatten)]
            extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        },
        /// A kind that this version does not know, with everything that came.
        #[serde(untagged)]
        Unknown(::serde_json::Map<::std::string::String, ::serde_json::Value>),
    }
    ///What to do with each side of the conversation.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
    pub struct ModerationPolicy {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub input: ::std::option::Option<ModerationRule>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub output: ::std::option::Option<ModerationRule>,
    }
    impl ModerationPolicy {
        pub fn builder() -> builder::ModerationPolicy {
            Default::default()
        }
    }
    ///What was found in one item.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct ModerationResult {
        ///From category to whether it was found.
        #[serde(
            default,
            skip_serializing_if = ":: std :: collections :: BTreeMap::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub categories: ::std::collections::BTreeMap<
            ::std::string::String,
            ::std::option::Option<bool>,
        >,
        ///From category to the kinds of input that it was found in, `text` or `image`.
        #[serde(
            default,
            skip_serializing_if = ":: std :: collections :: BTreeMap::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub category_applied_input_types: ::std::collections::BTreeMap<
            ::std::string::String,
            ::std::vec::Vec<::std::string::String>,
        >,
        ///From category to a score between 0 and 1.
        #[serde(
            default,
            skip_serializing_if = ":: std :: collections :: BTreeMap::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub category_scores: ::std::collections::BTreeMap<
            ::std::string::String,
            ::std::option::Option<f64>,
        >,
        ///Whether anything was found.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub flagged: ::std::option::Option<bool>,
        ///The model that checked.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub model: ::std::option::Option<::std::string::String>,
        ///The kind of this object, `moderation_result`.
        #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
        pub type_: ::std::option::Option<::std::string::String>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///What to do with one side of the conversation.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct ModerationRule {
        pub mode: ::aipass_api::enums::ModerationMode,
    }
    impl ModerationRule {
        pub fn builder() -> builder::ModerationRule {
            Default::default()
        }
    }
    ///A tool that the model must call, or the tools that it may choose from.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(tag = "type")]
    pub enum NamedToolChoice {
        ///A function that must be called.
        #[serde(rename = "function")]
        Function { function: ToolName },
        ///A custom tool that must be called.
        #[serde(rename = "custom")]
        Custom { custom: ToolName },
        ///The tools that the model may choose from.
        #[serde(rename = "allowed_tools")]
        AllowedTools { allowed_tools: AllowedTools },
        /// A kind that this version does not know, with everything that came.
        #[serde(untagged)]
        Unknown(::serde_json::Map<::std::string::String, ::serde_json::Value>),
    }
    ///A registered application. The playbook names the identifier and the secret only; the other members are assumed.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct OAuthClient {
        ///The lifetime of access tokens, in seconds.
        #[serde(
            rename = "accessTokenTtlSeconds",
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub access_token_ttl_seconds: ::std::option::Option<i64>,
        ///The application's identifier.
        #[serde(rename = "clientId")]
        pub client_id: ::std::string::String,
        ///The name that users see.
        #[serde(
            rename = "clientName",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub client_name: ::std::option::Option<::std::string::String>,
        ///The secret of a confidential application, shown only once. Public applications have none.
        #[serde(
            rename = "clientSecret",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub client_secret: ::std::option::Option<::std::string::String>,
        ///Whether the application can keep a secret; `PUBLIC` if not.
        #[serde(
            rename = "clientType",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub client_type: ::std::option::Option<::std::string::String>,
        ///When it was registered, as a date and time without a zone.
        #[serde(
            rename = "createdAt",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub created_at: ::std::option::Option<Timestamp>,
        ///The number of the registration.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub id: ::std::option::Option<i64>,
        ///Whether the registration is in use.
        #[serde(
            rename = "isActive",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub is_active: ::std::option::Option<bool>,
        ///The places that the browser may return to after login.
        #[serde(
            rename = "redirectUris",
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub redirect_uris: ::std::vec::Vec<::std::string::String>,
        ///The lifetime of refresh tokens, in seconds.
        #[serde(
            rename = "refreshTokenTtlSeconds",
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub refresh_token_ttl_seconds: ::std::option::Option<i64>,
        ///Whether users are asked before access is given.
        #[serde(
            rename = "requireConsent",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub require_consent: ::std::option::Option<bool>,
        ///Whether logins need PKCE.
        #[serde(
            rename = "requirePkce",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub require_pkce: ::std::option::Option<bool>,
        ///The scopes that the application may ask users for.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub scopes: ::std::vec::Vec<::std::string::String>,
        ///When it was last changed, as a date and time without a zone.
        #[serde(
            rename = "updatedAt",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub updated_at: ::std::option::Option<Timestamp>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A registered application in the management envelope.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct OAuthClientEnvelope {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub data: ::std::option::Option<OAuthClient>,
        ///The outcome in words.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub message: ::std::option::Option<::std::string::String>,
        ///Whether the call worked; `data` is missing when it is false.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub success: ::std::option::Option<bool>,
        ///When the answer was made, as RFC 3339 text.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub timestamp: ::std::option::Option<Timestamp>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Registered applications in the management envelope.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct OAuthClientList {
        ///The applications.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub data: ::std::vec::Vec<OAuthClient>,
        ///The outcome in words.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub message: ::std::option::Option<::std::string::String>,
        ///Whether the call worked; `data` is missing when it is false.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub success: ::std::option::Option<bool>,
        ///When the answer was made, as RFC 3339 text.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub timestamp: ::std::option::Option<Timestamp>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///An application to register. The playbook sends one redirect URI in `redirectUri`; a later publication sends a list in `redirectUris`, and has the members about consent and lifetimes (assumed).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct OAuthClientRequest {
        ///The lifetime of access tokens, in seconds.
        #[serde(
            rename = "accessTokenTtlSeconds",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub access_token_ttl_seconds: ::std::option::Option<i64>,
        ///The name that users see when they are asked for access, of 3 to 255 characters.
        #[serde(rename = "clientName")]
        pub client_name: ::std::string::String,
        ///Where the browser returns to after login.
        #[serde(
            rename = "redirectUri",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub redirect_uri: ::std::option::Option<::std::string::String>,
        ///The places that the browser may return to after login.
        #[serde(
            rename = "redirectUris",
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty"
        )]
        pub redirect_uris: ::std::vec::Vec<::std::string::String>,
        ///The lifetime of refresh tokens, in seconds.
        #[serde(
            rename = "refreshTokenTtlSeconds",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub refresh_token_ttl_seconds: ::std::option::Option<i64>,
        ///The scopes that the application may ask users for.
        #[serde(
            rename = "requestedScopes",
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty"
        )]
        pub requested_scopes: ::std::vec::Vec<::std::string::String>,
        ///Whether users are asked before access is given.
        #[serde(
            rename = "requireConsent",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub require_consent: ::std::option::Option<bool>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl OAuthClientRequest {
        pub fn builder() -> builder::OAuthClientRequest {
            Default::default()
        }
    }
    ///Text that the answer will mostly repeat, a file being edited for instance, which makes it faster.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct Prediction {
        pub content: MessageContent,
        ///The kind of prediction, `content`.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
    }
    impl Prediction {
        pub fn builder() -> builder::Prediction {
            Default::default()
        }
    }
    ///Marks a part up to which the conversation may be cached.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct PromptCacheBreakpoint {
        pub mode: ::aipass_api::enums::PromptCacheMode,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl PromptCacheBreakpoint {
        pub fn builder() -> builder::PromptCacheBreakpoint {
            Default::default()
        }
    }
    ///How the provider caches the beginning of the conversation.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
    pub struct PromptCacheOptions {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub mode: ::std::option::Option<::aipass_api::enums::PromptCacheMode>,
        ///How long a cached beginning is kept, as in `30m`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub ttl: ::std::option::Option<::std::string::String>,
    }
    impl PromptCacheOptions {
        pub fn builder() -> builder::PromptCacheOptions {
            Default::default()
        }
    }
    ///What the tokens of the request were.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct PromptTokensDetails {
        ///Audio.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub audio_tokens: ::std::option::Option<i64>,
        ///Written to the provider's cache.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub cache_write_tokens: ::std::option::Option<i64>,
        ///Read from the provider's cache.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub cached_tokens: ::std::option::Option<i64>,
        ///Images.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub image_tokens: ::std::option::Option<i64>,
        ///Text.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub text_tokens: ::std::option::Option<i64>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///What the answer looks like.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(tag = "type", content = "json_schema")]
    pub enum ResponseFormat {
        #[serde(rename = "text")]
        Text,
        #[serde(rename = "json_object")]
        JsonObject,
        ///JSON that matches a schema.
        #[serde(rename = "json_schema")]
        JsonSchema(JsonSchemaDefinition),
        /// A kind that this version does not know, with everything that came.
        #[serde(untagged)]
        Unknown(::serde_json::Map<::std::string::String, ::serde_json::Value>),
    }
    impl ::std::convert::From<JsonSchemaDefinition> for ResponseFormat {
        fn from(value: JsonSchemaDefinition) -> Self {
            Self::JsonSchema(value)
        }
    }
    ///One event of a streamed reading. `speech.audio.delta` carries more of the audio, and `speech.audio.done` ends the stream with the token counts.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct SpeechEvent {
        ///More of the audio, in base64.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub audio: ::std::option::Option<::std::string::String>,
        #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
        pub type_: ::std::option::Option<::aipass_api::enums::SpeechEventType>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub usage: ::std::option::Option<SpeechUsage>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A text to be read aloud.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct SpeechRequest {
        ///The text, of at most 4096 characters.
        pub input: ::std::string::String,
        ///The identifier of the model.
        pub model: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub response_format: ::std::option::Option<::aipass_api::enums::SpeechFormat>,
        ///From 0.25 to 4, where 1 is the normal speed.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub speed: ::std::option::Option<f64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub stream_format: ::std::option::Option<
            ::aipass_api::enums::SpeechStreamFormat,
        >,
        pub voice: Voice,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl SpeechRequest {
        pub fn builder() -> builder::SpeechRequest {
            Default::default()
        }
    }
    ///What a reading consumed (assumed).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct SpeechUsage {
        ///Tokens of the request.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub input_tokens: ::std::option::Option<i64>,
        ///Tokens of the audio.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub output_tokens: ::std::option::Option<i64>,
        ///The sum of both.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub total_tokens: ::std::option::Option<i64>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///One text, or up to four, at which the model stops writing.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(untagged)]
    pub enum Stop {
        One(::std::string::String),
        Many(::std::vec::Vec<::std::string::String>),
    }
    impl ::std::convert::From<::std::vec::Vec<::std::string::String>> for Stop {
        fn from(value: ::std::vec::Vec<::std::string::String>) -> Self {
            Self::Many(value)
        }
    }
    ///How to stream. Only for requests with `stream` set.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
    pub struct StreamOptions {
        ///Whether to pad events so that their sizes reveal less of the text.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub include_obfuscation: ::std::option::Option<bool>,
        ///Whether to send the token counts of the whole call before the stream ends.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub include_usage: ::std::option::Option<bool>,
    }
    impl StreamOptions {
        pub fn builder() -> builder::StreamOptions {
            Default::default()
        }
    }
    ///A piece of the model's thoughts, which the provider wants back unchanged (assumed).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct ThinkingBlock {
        ///Thoughts that only the provider can read.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub data: ::std::option::Option<::std::string::String>,
        ///The provider's signature.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub signature: ::std::option::Option<::std::string::String>,
        ///The thoughts.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub thinking: ::std::option::Option<::std::string::String>,
        ///The kind of block, `thinking` or `redacted_thinking`.
        #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
        pub type_: ::std::option::Option<::std::string::String>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl ThinkingBlock {
        pub fn builder() -> builder::ThinkingBlock {
            Default::default()
        }
    }
    ///A moment, as RFC 3339 text or in seconds since 1970. The text may lack a time zone.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(untagged)]
    pub enum Timestamp {
        Text(::std::string::String),
        Seconds(#[serde(deserialize_with = "::aipass_api::lenient::number")] f64),
        /// JSON of a kind that this version does not know.
        Unknown(::serde_json::Value),
    }
    impl ::std::fmt::Display for Timestamp {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match self {
                Self::Text(x) => x.fmt(f),
                Self::Seconds(x) => x.fmt(f),
                Self::Unknown(x) => x.fmt(f),
            }
        }
    }
    impl ::std::convert::From<f64> for Timestamp {
        fn from(value: f64) -> Self {
            Self::Seconds(value)
        }
    }
    ///How likely a token was, and which others might have come.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct TokenLogprob {
        ///The token in UTF-8. A character may be spread over several tokens.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub bytes: ::std::vec::Vec<i32>,
        ///The natural logarithm of its probability; -9999 stands for very unlikely.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_number"
        )]
        pub logprob: ::std::option::Option<f64>,
        ///The token's text.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub token: ::std::option::Option<::std::string::String>,
        ///The likeliest tokens at this place.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub top_logprobs: ::std::vec::Vec<TopLogprob>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Something that the model may ask the caller to run.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(tag = "type")]
    pub enum Tool {
        ///A function with typed arguments.
        #[serde(rename = "function")]
        Function { function: FunctionDefinition },
        ///A tool that takes free text.
        #[serde(rename = "custom")]
        Custom { custom: CustomToolDefinition },
        /// A kind that this version does not know, with everything that came.
        #[serde(untagged)]
        Unknown(::serde_json::Map<::std::string::String, ::serde_json::Value>),
    }
    ///The arguments as JSON text, which the model may have got wrong. Some providers send the object itself (assumed).
    #[derive(::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(untagged)]
    pub enum ToolArguments {
        Text(::std::string::String),
        Object(::serde_json::Map<::std::string::String, ::serde_json::Value>),
        /// JSON of a kind that this version does not know.
        Unknown(::serde_json::Value),
    }
    impl ::std::convert::From<
        ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    > for ToolArguments {
        fn from(
            value: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        ) -> Self {
            Self::Object(value)
        }
    }
    ///A tool call that the model asks for. It has `function` or `custom`, as its type says. A model that leaves the type out means a function (assumed).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct ToolCall {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub custom: ::std::option::Option<CustomCall>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub function: ::std::option::Option<FunctionCall>,
        ///The identifier to answer with.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<::std::string::String>,
        #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
        pub type_: ::std::option::Option<::aipass_api::enums::ToolCallType>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl ToolCall {
        pub fn builder() -> builder::ToolCall {
            Default::default()
        }
    }
    ///A piece of a tool call. Pieces with the same index belong together; the identifier, the type and the name come once, the arguments in pieces.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct ToolCallDelta {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub function: ::std::option::Option<FunctionCall>,
        ///The identifier to answer with.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<::std::string::String>,
        ///The number of the tool call, from 0. A piece without one continues the last call (assumed).
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub index: ::std::option::Option<i64>,
        #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
        pub type_: ::std::option::Option<::aipass_api::enums::ToolCallType>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Whether the model calls tools, or which one.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(untagged)]
    pub enum ToolChoice {
        ToolChoiceMode(::aipass_api::enums::ToolChoiceMode),
        NamedToolChoice(NamedToolChoice),
    }
    impl ::std::convert::From<::aipass_api::enums::ToolChoiceMode> for ToolChoice {
        fn from(value: ::aipass_api::enums::ToolChoiceMode) -> Self {
            Self::ToolChoiceMode(value)
        }
    }
    impl ::std::convert::From<NamedToolChoice> for ToolChoice {
        fn from(value: NamedToolChoice) -> Self {
            Self::NamedToolChoice(value)
        }
    }
    ///A grammar.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct ToolGrammar {
        ///The rules.
        pub definition: ::std::string::String,
        pub syntax: ::aipass_api::enums::GrammarSyntax,
    }
    impl ToolGrammar {
        pub fn builder() -> builder::ToolGrammar {
            Default::default()
        }
    }
    ///A tool, by its name.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct ToolName {
        ///The tool's name.
        pub name: ::std::string::String,
    }
    impl ToolName {
        pub fn builder() -> builder::ToolName {
            Default::default()
        }
    }
    ///A token that might have come.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct TopLogprob {
        ///The token in UTF-8. A character may be spread over several tokens.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub bytes: ::std::vec::Vec<i32>,
        ///The natural logarithm of its probability; -9999 stands for very unlikely.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_number"
        )]
        pub logprob: ::std::option::Option<f64>,
        ///The token's text.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub token: ::std::option::Option<::std::string::String>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///What was said. The members beside the text come with `verbose_json` and, speakers among them, with `diarized_json`.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct Transcription {
        ///The length of the recording, in seconds.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_number"
        )]
        pub duration: ::std::option::Option<f64>,
        ///The language that was recognised.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub language: ::std::option::Option<::std::string::String>,
        ///When each passage was said.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub segments: ::std::vec::Vec<TranscriptionSegment>,
        ///The text.
        pub text: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub usage: ::std::option::Option<TranscriptionUsage>,
        ///When each word was said.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub words: ::std::vec::Vec<TranscriptionWord>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///One event of a streamed transcription. `transcript.text.delta` carries more of the text, `transcript.text.segment` a whole passage and its speaker, and `transcript.text.done` ends the stream with the whole text.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct TranscriptionEvent {
        ///More of the text.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub delta: ::std::option::Option<::std::string::String>,
        ///The end of the passage, in seconds.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_number"
        )]
        pub end: ::std::option::Option<f64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<TranscriptionSegmentId>,
        ///The languages that were recognised.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub languages: ::std::vec::Vec<TranscriptionLanguage>,
        ///How likely each token was, if `include[]` asks for it.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub logprobs: ::std::vec::Vec<TranscriptionLogprob>,
        ///The passage that the piece belongs to.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub segment_id: ::std::option::Option<TranscriptionSegmentId>,
        ///Who said the passage.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub speaker: ::std::option::Option<::std::string::String>,
        ///The beginning of the passage, in seconds.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_number"
        )]
        pub start: ::std::option::Option<f64>,
        ///The text of the passage, or of the whole recording in the last event.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub text: ::std::option::Option<::std::string::String>,
        #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
        pub type_: ::std::option::Option<::aipass_api::enums::TranscriptionEventType>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub usage: ::std::option::Option<TranscriptionUsage>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A recording to be written down.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct TranscriptionForm {
        ///How to cut the recording: `auto`, or an object as JSON text. Models that tell speakers apart need it for recordings of more than 30 seconds.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub chunking_strategy: ::std::option::Option<::std::string::String>,
        ///The recording, as mp3, mp4, mpeg, mpga, m4a, wav, webm or ogg. The part must carry a file name.
        pub file: ::aipass_api::multipart::FilePart,
        ///What else to tell, one part named `include[]` for each. Not every format can hold it.
        #[serde(
            rename = "include[]",
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty"
        )]
        pub include: ::std::vec::Vec<::aipass_api::enums::TranscriptionInclude>,
        ///The language that is spoken (ISO 639-1); telling it helps.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub language: ::std::option::Option<::std::string::String>,
        ///The identifier of the model.
        pub model: ::std::string::String,
        ///Words to expect, or the text that came before.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub prompt: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub response_format: ::std::option::Option<
            ::aipass_api::enums::TranscriptionFormat,
        >,
        ///Whether to send the text as server-sent events while it is written. Some models ignore it.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub stream: ::std::option::Option<bool>,
        ///How freely to choose words, from 0 to 1.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub temperature: ::std::option::Option<f64>,
        ///What to give times for, one part named `timestamp_granularities[]` for each. Needs the format `verbose_json`.
        #[serde(
            rename = "timestamp_granularities[]",
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty"
        )]
        pub timestamp_granularities: ::std::vec::Vec<
            ::aipass_api::enums::TimestampGranularity,
        >,
    }
    impl TranscriptionForm {
        pub fn builder() -> builder::TranscriptionForm {
            Default::default()
        }
    }
    ///What the tokens of the request were.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct TranscriptionInputTokenDetails {
        ///Audio.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub audio_tokens: ::std::option::Option<i64>,
        ///Text.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub text_tokens: ::std::option::Option<i64>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A language that was recognised.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct TranscriptionLanguage {
        ///Its code, `en` for instance.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub code: ::std::option::Option<::std::string::String>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///How likely a token was.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct TranscriptionLogprob {
        ///The token in UTF-8.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub bytes: ::std::vec::Vec<i32>,
        ///The logarithm of its probability.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_number"
        )]
        pub logprob: ::std::option::Option<f64>,
        ///The token.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub token: ::std::option::Option<::std::string::String>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A passage and its time.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct TranscriptionSegment {
        ///The mean logarithm of the tokens' probabilities; low values mean a doubtful text.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_number"
        )]
        pub avg_logprob: ::std::option::Option<f64>,
        ///How well the text compresses; high values mean repetition.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_number"
        )]
        pub compression_ratio: ::std::option::Option<f64>,
        ///Its end, in seconds.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_number"
        )]
        pub end: ::std::option::Option<f64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<TranscriptionSegmentId>,
        ///How likely it is that nobody spoke.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_number"
        )]
        pub no_speech_prob: ::std::option::Option<f64>,
        ///Where the model started to listen, in hundredths of a second.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub seek: ::std::option::Option<i64>,
        ///Who said it, with `diarized_json`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub speaker: ::std::option::Option<::std::string::String>,
        ///Its beginning, in seconds.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_number"
        )]
        pub start: ::std::option::Option<f64>,
        ///How freely the model chose words.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_number"
        )]
        pub temperature: ::std::option::Option<f64>,
        ///What was said.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub text: ::std::option::Option<::std::string::String>,
        ///The text as token numbers.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub tokens: ::std::vec::Vec<i64>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Which passage it is, as a number with `verbose_json` and as text with `diarized_json`.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(untagged)]
    pub enum TranscriptionSegmentId {
        Text(::std::string::String),
        Number(#[serde(deserialize_with = "::aipass_api::lenient::integer")] i64),
        /// JSON of a kind that this version does not know.
        Unknown(::serde_json::Value),
    }
    impl ::std::fmt::Display for TranscriptionSegmentId {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match self {
                Self::Text(x) => x.fmt(f),
                Self::Number(x) => x.fmt(f),
                Self::Unknown(x) => x.fmt(f),
            }
        }
    }
    impl ::std::convert::From<i64> for TranscriptionSegmentId {
        fn from(value: i64) -> Self {
            Self::Number(value)
        }
    }
    ///What a transcription consumed (assumed).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(tag = "type")]
    pub enum TranscriptionUsage {
        ///Consumption of a model that is billed by tokens.
        #[serde(rename = "tokens")]
        Tokens {
            #[serde(skip_serializing_if = "::std::option::Option::is_none")]
            input_token_details: ::std::option::Option<TranscriptionInputTokenDetails>,
            ///Tokens of the request.
            #[serde(
                skip_serializing_if = "::std::option::Option::is_none",
                default,
                deserialize_with = "::aipass_api::lenient::option_integer"
            )]
            input_tokens: ::std::option::Option<i64>,
            ///Tokens of the answer.
            #[serde(
                skip_serializing_if = "::std::option::Option::is_none",
                default,
                deserialize_with = "::aipass_api::lenient::option_integer"
            )]
            output_tokens: ::std::option::Option<i64>,
            ///The sum of both.
            #[serde(
                skip_serializing_if = "::std::option::Option::is_none",
                default,
                deserialize_with = "::aipass_api::lenient::option_integer"
            )]
            total_tokens: ::std::option::Option<i64>,
            /// Fields that this version does not know.
            #[serde(flatten)]
            extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        },
        ///Consumption of a model that is billed by time.
        #[serde(rename = "duration")]
        Duration {
            ///The length of the recording, in seconds.
            #[serde(
                skip_serializing_if = "::std::option::Option::is_none",
                default,
                deserialize_with = "::aipass_api::lenient::option_number"
            )]
            seconds: ::std::option::Option<f64>,
            /// Fields that this version does not know.
            #[serde(flatten)]
            extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        },
        /// A kind that this version does not know, with everything that came.
        #[serde(untagged)]
        Unknown(::serde_json::Map<::std::string::String, ::serde_json::Value>),
    }
    ///A word and its time.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct TranscriptionWord {
        ///Its end, in seconds.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_number"
        )]
        pub end: ::std::option::Option<f64>,
        ///Its beginning, in seconds.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_number"
        )]
        pub start: ::std::option::Option<f64>,
        ///The word.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub word: ::std::option::Option<::std::string::String>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A web page that part of the answer rests on.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct UrlCitation {
        ///Where in the content the part ends, in characters.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub end_index: ::std::option::Option<i64>,
        ///Where in the content the part starts, in characters.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub start_index: ::std::option::Option<i64>,
        ///The page's title.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub title: ::std::option::Option<::std::string::String>,
        ///The page's address.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub url: ::std::option::Option<::std::string::String>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///What a call consumed. A stream carries it only when `stream_options` asks for it. The cost and the cache members are assumed; the balance itself comes from the usage summary.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct Usage {
        ///Tokens of the request that were written to the provider's cache.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub cache_creation_input_tokens: ::std::option::Option<i64>,
        ///Tokens of the request that were read from the provider's cache.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub cache_read_input_tokens: ::std::option::Option<i64>,
        ///Tokens of the answer, reasoning included.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub completion_tokens: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub completion_tokens_details: ::std::option::Option<CompletionTokensDetails>,
        ///The price of the call in US dollars.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_number"
        )]
        pub cost: ::std::option::Option<f64>,
        ///Tokens of the request.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub prompt_tokens: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub prompt_tokens_details: ::std::option::Option<PromptTokensDetails>,
        ///The sum of both.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub total_tokens: ::std::option::Option<i64>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Spending and balance in the management envelope. A newer service leaves out the message and the timestamp (assumed).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct UsageSummary {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub data: ::std::option::Option<UsageSummaryData>,
        ///The outcome in words.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub message: ::std::option::Option<::std::string::String>,
        ///Whether the call worked; `data` is missing when it is false.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub success: ::std::option::Option<bool>,
        ///When the answer was made, as RFC 3339 text.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub timestamp: ::std::option::Option<Timestamp>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Spending and balance in US dollars.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct UsageSummaryData {
        ///What the user may spend in total, in US dollars.
        #[serde(
            rename = "maxBudget",
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_number"
        )]
        pub max_budget: ::std::option::Option<f64>,
        ///What is left, in US dollars.
        #[serde(
            rename = "remainingBudget",
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_number"
        )]
        pub remaining_budget: ::std::option::Option<f64>,
        ///What the user has spent, in US dollars.
        #[serde(
            rename = "totalCost",
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_number"
        )]
        pub total_cost: ::std::option::Option<f64>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///The signed-in user. Only `sub` is certain; the other members depend on what the user has told the service (assumed).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct UserInfo {
        ///The e-mail address.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub email: ::std::option::Option<::std::string::String>,
        ///Whether the user has proved to own the e-mail address.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub email_verified: ::std::option::Option<bool>,
        ///The last name.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub family_name: ::std::option::Option<::std::string::String>,
        ///The first name.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub given_name: ::std::option::Option<::std::string::String>,
        ///The full name.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
        ///The address of a portrait.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub picture: ::std::option::Option<::std::string::String>,
        ///The name that the user wants to be called by.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub preferred_username: ::std::option::Option<::std::string::String>,
        ///What the token allows.
        #[serde(
            default,
            skip_serializing_if = "::std::vec::Vec::is_empty",
            deserialize_with = "::aipass_api::lenient::null_or_default"
        )]
        pub scopes: ::std::vec::Vec<::std::string::String>,
        ///The user's stable identifier. Recognise users by this, never by the e-mail address.
        pub sub: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub updated_at: ::std::option::Option<Timestamp>,
        ///The account's name.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub username: ::std::option::Option<::std::string::String>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Where the user is, so that the search finds what is near.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct UserLocation {
        pub approximate: ApproximateLocation,
        ///The kind of location, `approximate`.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
    }
    impl UserLocation {
        pub fn builder() -> builder::UserLocation {
            Default::default()
        }
    }
    ///A video job. Its identifier is in `id` or, in another publication of the service, in `videoId`; the same publication gives the finished video's address in `downloadUrl`.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct Video {
        ///When the job ended, in seconds since 1970.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub completed_at: ::std::option::Option<i64>,
        ///When the job was started, in seconds since 1970.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub created_at: ::std::option::Option<i64>,
        ///Where the finished video is.
        #[serde(
            rename = "downloadUrl",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub download_url: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub error: ::std::option::Option<VideoError>,
        ///Until when the video can be downloaded, in seconds since 1970.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_integer"
        )]
        pub expires_at: ::std::option::Option<i64>,
        ///The identifier of the job.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<::std::string::String>,
        ///The model that makes the video.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub model: ::std::option::Option<::std::string::String>,
        ///The kind of this object, `video`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub object: ::std::option::Option<::std::string::String>,
        ///How much is done, in percent.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_number"
        )]
        pub progress: ::std::option::Option<f64>,
        ///The description of the video.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub prompt: ::std::option::Option<::std::string::String>,
        ///The video that this one changes.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub remixed_from_video_id: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub seconds: ::std::option::Option<VideoSeconds>,
        ///Width and height in pixels.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub size: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub status: ::std::option::Option<::aipass_api::enums::VideoStatus>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub usage: ::std::option::Option<VideoUsage>,
        ///The identifier of the job, under its other name.
        #[serde(
            rename = "videoId",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub video_id: ::std::option::Option<::std::string::String>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Why a video job failed.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct VideoError {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub code: ::std::option::Option<ErrorCode>,
        ///The reason in words.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub message: ::std::option::Option<::std::string::String>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///What the video shall show, with a picture to start from.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct VideoForm {
        ///The picture to start from.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub input_reference: ::std::option::Option<::aipass_api::multipart::FilePart>,
        ///The identifier of the model.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub model: ::std::option::Option<::std::string::String>,
        ///The description of the video.
        pub prompt: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub seconds: ::std::option::Option<VideoSeconds>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub size: ::std::option::Option<::aipass_api::enums::VideoSize>,
    }
    impl VideoForm {
        pub fn builder() -> builder::VideoForm {
            Default::default()
        }
    }
    ///A picture to start from (assumed). Upload one with the form instead.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
    pub struct VideoReference {
        ///The identifier of a file that the provider already has.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub file_id: ::std::option::Option<::std::string::String>,
        ///An address, or a data URL.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub image_url: ::std::option::Option<::std::string::String>,
    }
    impl VideoReference {
        pub fn builder() -> builder::VideoReference {
            Default::default()
        }
    }
    ///What shall be different in the new video.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct VideoRemixRequest {
        ///The description of the change.
        pub prompt: ::std::string::String,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl VideoRemixRequest {
        pub fn builder() -> builder::VideoRemixRequest {
            Default::default()
        }
    }
    ///What the video shall show.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct VideoRequest {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub input_reference: ::std::option::Option<VideoReference>,
        ///The identifier of the model.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub model: ::std::option::Option<::std::string::String>,
        ///The description of the video.
        pub prompt: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub seconds: ::std::option::Option<VideoSeconds>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub size: ::std::option::Option<::aipass_api::enums::VideoSize>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl VideoRequest {
        pub fn builder() -> builder::VideoRequest {
            Default::default()
        }
    }
    ///The length in seconds. OpenAI's form is a text such as `8`; another publication of the service uses a number.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(untagged)]
    pub enum VideoSeconds {
        Text(::std::string::String),
        Number(#[serde(deserialize_with = "::aipass_api::lenient::number")] f64),
        /// JSON of a kind that this version does not know.
        Unknown(::serde_json::Value),
    }
    impl ::std::fmt::Display for VideoSeconds {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match self {
                Self::Text(x) => x.fmt(f),
                Self::Number(x) => x.fmt(f),
                Self::Unknown(x) => x.fmt(f),
            }
        }
    }
    impl ::std::convert::From<f64> for VideoSeconds {
        fn from(value: f64) -> Self {
            Self::Number(value)
        }
    }
    ///What a video job consumed (assumed).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq, Default)]
    pub struct VideoUsage {
        ///The length of the video, in seconds.
        #[serde(
            skip_serializing_if = "::std::option::Option::is_none",
            default,
            deserialize_with = "::aipass_api::lenient::option_number"
        )]
        pub duration_seconds: ::std::option::Option<f64>,
        /// Fields that this version does not know.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A voice by its name, or one of the user's own by its identifier.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(untagged)]
    pub enum Voice {
        VoiceName(::aipass_api::enums::VoiceName),
        CustomVoice(CustomVoice),
    }
    impl ::std::convert::From<::aipass_api::enums::VoiceName> for Voice {
        fn from(value: ::aipass_api::enums::VoiceName) -> Self {
            Self::VoiceName(value)
        }
    }
    impl ::std::convert::From<CustomVoice> for Voice {
        fn from(value: CustomVoice) -> Self {
            Self::CustomVoice(value)
        }
    }
    ///How a model with web search looks things up.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
    pub struct WebSearchOptions {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub search_context_size: ::std::option::Option<
            ::aipass_api::enums::SearchContextSize,
        >,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub user_location: ::std::option::Option<UserLocation>,
    }
    impl WebSearchOptions {
        pub fn builder() -> builder::WebSearchOptions {
            Default::default()
        }
    }
    /// Types for composing complex structures.
    pub mod builder {
        #[derive(Clone, Debug)]
        pub struct AllowedTools {
            mode: ::std::result::Result<
                ::aipass_api::enums::AllowedToolsMode,
                ::std::string::String,
            >,
            tools: ::std::result::Result<
                ::std::vec::Vec<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for AllowedTools {
            fn default() -> Self {
                Self {
                    mode: Err("no value supplied for mode".to_string()),
                    tools: Err("no value supplied for tools".to_string()),
                }
            }
        }
        impl AllowedTools {
            pub fn mode<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::aipass_api::enums::AllowedToolsMode>,
                T::Error: ::std::fmt::Display,
            {
                self.mode = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for mode: {e}")
                    });
                self
            }
            pub fn tools<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::vec::Vec<
                        ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                    >,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.tools = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for tools: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<AllowedTools> for super::AllowedTools {
            type Error = super::error::ConversionError;
            fn try_from(
                value: AllowedTools,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    mode: value.mode?,
                    tools: value.tools?,
                })
            }
        }
        impl ::std::convert::From<super::AllowedTools> for AllowedTools {
            fn from(value: super::AllowedTools) -> Self {
                Self {
                    mode: Ok(value.mode),
                    tools: Ok(value.tools),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ApproximateLocation {
            city: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            country: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            region: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            timezone: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ApproximateLocation {
            fn default() -> Self {
                Self {
                    city: Ok(Default::default()),
                    country: Ok(Default::default()),
                    region: Ok(Default::default()),
                    timezone: Ok(Default::default()),
                }
            }
        }
        impl ApproximateLocation {
            pub fn city<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.city = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for city: {e}")
                    });
                self
            }
            pub fn country<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.country = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for country: {e}")
                    });
                self
            }
            pub fn region<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.region = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for region: {e}")
                    });
                self
            }
            pub fn timezone<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.timezone = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for timezone: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ApproximateLocation>
        for super::ApproximateLocation {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ApproximateLocation,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    city: value.city?,
                    country: value.country?,
                    region: value.region?,
                    timezone: value.timezone?,
                })
            }
        }
        impl ::std::convert::From<super::ApproximateLocation> for ApproximateLocation {
            fn from(value: super::ApproximateLocation) -> Self {
                Self {
                    city: Ok(value.city),
                    country: Ok(value.country),
                    region: Ok(value.region),
                    timezone: Ok(value.timezone),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct AudioReference {
            id: ::std::result::Result<::std::string::String, ::std::string::String>,
        }
        impl ::std::default::Default for AudioReference {
            fn default() -> Self {
                Self {
                    id: Err("no value supplied for id".to_string()),
                }
            }
        }
        impl AudioReference {
            pub fn id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.id = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for id: {e}"));
                self
            }
        }
        impl ::std::convert::TryFrom<AudioReference> for super::AudioReference {
            type Error = super::error::ConversionError;
            fn try_from(
                value: AudioReference,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self { id: value.id? })
            }
        }
        impl ::std::convert::From<super::AudioReference> for AudioReference {
            fn from(value: super::AudioReference) -> Self {
                Self { id: Ok(value.id) }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ChatAudioOptions {
            format: ::std::result::Result<
                ::aipass_api::enums::ChatAudioFormat,
                ::std::string::String,
            >,
            voice: ::std::result::Result<super::Voice, ::std::string::String>,
        }
        impl ::std::default::Default for ChatAudioOptions {
            fn default() -> Self {
                Self {
                    format: Err("no value supplied for format".to_string()),
                    voice: Err("no value supplied for voice".to_string()),
                }
            }
        }
        impl ChatAudioOptions {
            pub fn format<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::aipass_api::enums::ChatAudioFormat>,
                T::Error: ::std::fmt::Display,
            {
                self.format = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for format: {e}")
                    });
                self
            }
            pub fn voice<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::Voice>,
                T::Error: ::std::fmt::Display,
            {
                self.voice = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for voice: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ChatAudioOptions> for super::ChatAudioOptions {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ChatAudioOptions,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    format: value.format?,
                    voice: value.voice?,
                })
            }
        }
        impl ::std::convert::From<super::ChatAudioOptions> for ChatAudioOptions {
            fn from(value: super::ChatAudioOptions) -> Self {
                Self {
                    format: Ok(value.format),
                    voice: Ok(value.voice),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ChatCompletionRequest {
            audio: ::std::result::Result<
                ::std::option::Option<super::ChatAudioOptions>,
                ::std::string::String,
            >,
            frequency_penalty: ::std::result::Result<
                ::std::option::Option<f64>,
                ::std::string::String,
            >,
            logit_bias: ::std::result::Result<
                ::std::collections::BTreeMap<::std::string::String, i32>,
                ::std::string::String,
            >,
            logprobs: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            max_completion_tokens: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            max_tokens: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            messages: ::std::result::Result<
                ::std::vec::Vec<super::ChatMessage>,
                ::std::string::String,
            >,
            metadata: ::std::result::Result<
                ::std::collections::BTreeMap<
                    ::std::string::String,
                    ::std::string::String,
                >,
                ::std::string::String,
            >,
            modalities: ::std::result::Result<
                ::std::vec::Vec<::aipass_api::enums::Modality>,
                ::std::string::String,
            >,
            model: ::std::result::Result<::std::string::String, ::std::string::String>,
            moderation: ::std::result::Result<
                ::std::option::Option<super::ModerationOptions>,
                ::std::string::String,
            >,
            n: ::std::result::Result<::std::option::Option<i32>, ::std::string::String>,
            parallel_tool_calls: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            prediction: ::std::result::Result<
                ::std::option::Option<super::Prediction>,
                ::std::string::String,
            >,
            presence_penalty: ::std::result::Result<
                ::std::option::Option<f64>,
                ::std::string::String,
            >,
            prompt_cache_key: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            prompt_cache_options: ::std::result::Result<
                ::std::option::Option<super::PromptCacheOptions>,
                ::std::string::String,
            >,
            reasoning_effort: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::ReasoningEffort>,
                ::std::string::String,
            >,
            response_format: ::std::result::Result<
                ::std::option::Option<super::ResponseFormat>,
                ::std::string::String,
            >,
            safety_identifier: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            seed: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            service_tier: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::ServiceTier>,
                ::std::string::String,
            >,
            stop: ::std::result::Result<
                ::std::option::Option<super::Stop>,
                ::std::string::String,
            >,
            store: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            stream: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            stream_options: ::std::result::Result<
                ::std::option::Option<super::StreamOptions>,
                ::std::string::String,
            >,
            temperature: ::std::result::Result<
                ::std::option::Option<f64>,
                ::std::string::String,
            >,
            tool_choice: ::std::result::Result<
                ::std::option::Option<super::ToolChoice>,
                ::std::string::String,
            >,
            tools: ::std::result::Result<
                ::std::vec::Vec<super::Tool>,
                ::std::string::String,
            >,
            top_logprobs: ::std::result::Result<
                ::std::option::Option<i32>,
                ::std::string::String,
            >,
            top_p: ::std::result::Result<
                ::std::option::Option<f64>,
                ::std::string::String,
            >,
            user: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            verbosity: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::Verbosity>,
                ::std::string::String,
            >,
            web_search_options: ::std::result::Result<
                ::std::option::Option<super::WebSearchOptions>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ChatCompletionRequest {
            fn default() -> Self {
                Self {
                    audio: Ok(Default::default()),
                    frequency_penalty: Ok(Default::default()),
                    logit_bias: Ok(Default::default()),
                    logprobs: Ok(Default::default()),
                    max_completion_tokens: Ok(Default::default()),
                    max_tokens: Ok(Default::default()),
                    messages: Err("no value supplied for messages".to_string()),
                    metadata: Ok(Default::default()),
                    modalities: Ok(Default::default()),
                    model: Err("no value supplied for model".to_string()),
                    moderation: Ok(Default::default()),
                    n: Ok(Default::default()),
                    parallel_tool_calls: Ok(Default::default()),
                    prediction: Ok(Default::default()),
                    presence_penalty: Ok(Default::default()),
                    prompt_cache_key: Ok(Default::default()),
                    prompt_cache_options: Ok(Default::default()),
                    reasoning_effort: Ok(Default::default()),
                    response_format: Ok(Default::default()),
                    safety_identifier: Ok(Default::default()),
                    seed: Ok(Default::default()),
                    service_tier: Ok(Default::default()),
                    stop: Ok(Default::default()),
                    store: Ok(Default::default()),
                    stream: Ok(Default::default()),
                    stream_options: Ok(Default::default()),
                    temperature: Ok(Default::default()),
                    tool_choice: Ok(Default::default()),
                    tools: Ok(Default::default()),
                    top_logprobs: Ok(Default::default()),
                    top_p: Ok(Default::default()),
                    user: Ok(Default::default()),
                    verbosity: Ok(Default::default()),
                    web_search_options: Ok(Default::default()),
                    extra: Ok(Default::default()),
                }
            }
        }
        impl ChatCompletionRequest {
            pub fn audio<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<super::ChatAudioOptions>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.audio = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for audio: {e}")
                    });
                self
            }
            pub fn frequency_penalty<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<f64>>,
                T::Error: ::std::fmt::Display,
            {
                self.frequency_penalty = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for frequency_penalty: {e}"
                        )
                    });
                self
            }
            pub fn logit_bias<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::collections::BTreeMap<::std::string::String, i32>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.logit_bias = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for logit_bias: {e}")
                    });
                self
            }
            pub fn logprobs<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.logprobs = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for logprobs: {e}")
                    });
                self
            }
            pub fn max_completion_tokens<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.max_completion_tokens = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for max_completion_tokens: {e}"
                        )
                    });
                self
            }
            pub fn max_tokens<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.max_tokens = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for max_tokens: {e}")
                    });
                self
            }
            pub fn messages<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::vec::Vec<super::ChatMessage>>,
                T::Error: ::std::fmt::Display,
            {
                self.messages = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for messages: {e}")
                    });
                self
            }
            pub fn metadata<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::collections::BTreeMap<
                        ::std::string::String,
                        ::std::string::String,
                    >,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.metadata = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for metadata: {e}")
                    });
                self
            }
            pub fn modalities<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::vec::Vec<::aipass_api::enums::Modality>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.modalities = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for modalities: {e}")
                    });
                self
            }
            pub fn model<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.model = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for model: {e}")
                    });
                self
            }
            pub fn moderation<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<super::ModerationOptions>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.moderation = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for moderation: {e}")
                    });
                self
            }
            pub fn n<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i32>>,
                T::Error: ::std::fmt::Display,
            {
                self.n = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for n: {e}"));
                self
            }
            pub fn parallel_tool_calls<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.parallel_tool_calls = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for parallel_tool_calls: {e}"
                        )
                    });
                self
            }
            pub fn prediction<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::Prediction>>,
                T::Error: ::std::fmt::Display,
            {
                self.prediction = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for prediction: {e}")
                    });
                self
            }
            pub fn presence_penalty<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<f64>>,
                T::Error: ::std::fmt::Display,
            {
                self.presence_penalty = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for presence_penalty: {e}"
                        )
                    });
                self
            }
            pub fn prompt_cache_key<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.prompt_cache_key = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for prompt_cache_key: {e}"
                        )
                    });
                self
            }
            pub fn prompt_cache_options<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<super::PromptCacheOptions>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.prompt_cache_options = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for prompt_cache_options: {e}"
                        )
                    });
                self
            }
            pub fn reasoning_effort<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::ReasoningEffort>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.reasoning_effort = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for reasoning_effort: {e}"
                        )
                    });
                self
            }
            pub fn response_format<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::ResponseFormat>>,
                T::Error: ::std::fmt::Display,
            {
                self.response_format = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for response_format: {e}"
                        )
                    });
                self
            }
            pub fn safety_identifier<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.safety_identifier = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for safety_identifier: {e}"
                        )
                    });
                self
            }
            pub fn seed<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.seed = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for seed: {e}")
                    });
                self
            }
            pub fn service_tier<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::ServiceTier>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.service_tier = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for service_tier: {e}")
                    });
                self
            }
            pub fn stop<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::Stop>>,
                T::Error: ::std::fmt::Display,
            {
                self.stop = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for stop: {e}")
                    });
                self
            }
            pub fn store<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.store = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for store: {e}")
                    });
                self
            }
            pub fn stream<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.stream = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for stream: {e}")
                    });
                self
            }
            pub fn stream_options<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::StreamOptions>>,
                T::Error: ::std::fmt::Display,
            {
                self.stream_options = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for stream_options: {e}"
                        )
                    });
                self
            }
            pub fn temperature<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<f64>>,
                T::Error: ::std::fmt::Display,
            {
                self.temperature = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for temperature: {e}")
                    });
                self
            }
            pub fn tool_choice<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::ToolChoice>>,
                T::Error: ::std::fmt::Display,
            {
                self.tool_choice = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for tool_choice: {e}")
                    });
                self
            }
            pub fn tools<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::vec::Vec<super::Tool>>,
                T::Error: ::std::fmt::Display,
            {
                self.tools = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for tools: {e}")
                    });
                self
            }
            pub fn top_logprobs<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i32>>,
                T::Error: ::std::fmt::Display,
            {
                self.top_logprobs = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for top_logprobs: {e}")
                    });
                self
            }
            pub fn top_p<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<f64>>,
                T::Error: ::std::fmt::Display,
            {
                self.top_p = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for top_p: {e}")
                    });
                self
            }
            pub fn user<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.user = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for user: {e}")
                    });
                self
            }
            pub fn verbosity<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::Verbosity>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.verbosity = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for verbosity: {e}")
                    });
                self
            }
            pub fn web_search_options<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<super::WebSearchOptions>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.web_search_options = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for web_search_options: {e}"
                        )
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ChatCompletionRequest>
        for super::ChatCompletionRequest {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ChatCompletionRequest,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    audio: value.audio?,
                    frequency_penalty: value.frequency_penalty?,
                    logit_bias: value.logit_bias?,
                    logprobs: value.logprobs?,
                    max_completion_tokens: value.max_completion_tokens?,
                    max_tokens: value.max_tokens?,
                    messages: value.messages?,
                    metadata: value.metadata?,
                    modalities: value.modalities?,
                    model: value.model?,
                    moderation: value.moderation?,
                    n: value.n?,
                    parallel_tool_calls: value.parallel_tool_calls?,
                    prediction: value.prediction?,
                    presence_penalty: value.presence_penalty?,
                    prompt_cache_key: value.prompt_cache_key?,
                    prompt_cache_options: value.prompt_cache_options?,
                    reasoning_effort: value.reasoning_effort?,
                    response_format: value.response_format?,
                    safety_identifier: value.safety_identifier?,
                    seed: value.seed?,
                    service_tier: value.service_tier?,
                    stop: value.stop?,
                    store: value.store?,
                    stream: value.stream?,
                    stream_options: value.stream_options?,
                    temperature: value.temperature?,
                    tool_choice: value.tool_choice?,
                    tools: value.tools?,
                    top_logprobs: value.top_logprobs?,
                    top_p: value.top_p?,
                    user: value.user?,
                    verbosity: value.verbosity?,
                    web_search_options: value.web_search_options?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::ChatCompletionRequest>
        for ChatCompletionRequest {
            fn from(value: super::ChatCompletionRequest) -> Self {
                Self {
                    audio: Ok(value.audio),
                    frequency_penalty: Ok(value.frequency_penalty),
                    logit_bias: Ok(value.logit_bias),
                    logprobs: Ok(value.logprobs),
                    max_completion_tokens: Ok(value.max_completion_tokens),
                    max_tokens: Ok(value.max_tokens),
                    messages: Ok(value.messages),
                    metadata: Ok(value.metadata),
                    modalities: Ok(value.modalities),
                    model: Ok(value.model),
                    moderation: Ok(value.moderation),
                    n: Ok(value.n),
                    parallel_tool_calls: Ok(value.parallel_tool_calls),
                    prediction: Ok(value.prediction),
                    presence_penalty: Ok(value.presence_penalty),
                    prompt_cache_key: Ok(value.prompt_cache_key),
                    prompt_cache_options: Ok(value.prompt_cache_options),
                    reasoning_effort: Ok(value.reasoning_effort),
                    response_format: Ok(value.response_format),
                    safety_identifier: Ok(value.safety_identifier),
                    seed: Ok(value.seed),
                    service_tier: Ok(value.service_tier),
                    stop: Ok(value.stop),
                    store: Ok(value.store),
                    stream: Ok(value.stream),
                    stream_options: Ok(value.stream_options),
                    temperature: Ok(value.temperature),
                    tool_choice: Ok(value.tool_choice),
                    tools: Ok(value.tools),
                    top_logprobs: Ok(value.top_logprobs),
                    top_p: Ok(value.top_p),
                    user: Ok(value.user),
                    verbosity: Ok(value.verbosity),
                    web_search_options: Ok(value.web_search_options),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct CheckoutRequest {
            amount: ::std::result::Result<f64, ::std::string::String>,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for CheckoutRequest {
            fn default() -> Self {
                Self {
                    amount: Err("no value supplied for amount".to_string()),
                    extra: Ok(Default::default()),
                }
            }
        }
        impl CheckoutRequest {
            pub fn amount<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<f64>,
                T::Error: ::std::fmt::Display,
            {
                self.amount = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for amount: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<CheckoutRequest> for super::CheckoutRequest {
            type Error = super::error::ConversionError;
            fn try_from(
                value: CheckoutRequest,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    amount: value.amount?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::CheckoutRequest> for CheckoutRequest {
            fn from(value: super::CheckoutRequest) -> Self {
                Self {
                    amount: Ok(value.amount),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct CustomCall {
            input: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            name: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for CustomCall {
            fn default() -> Self {
                Self {
                    input: Ok(Default::default()),
                    name: Ok(Default::default()),
                    extra: Ok(Default::default()),
                }
            }
        }
        impl CustomCall {
            pub fn input<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.input = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for input: {e}")
                    });
                self
            }
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<CustomCall> for super::CustomCall {
            type Error = super::error::ConversionError;
            fn try_from(
                value: CustomCall,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    input: value.input?,
                    name: value.name?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::CustomCall> for CustomCall {
            fn from(value: super::CustomCall) -> Self {
                Self {
                    input: Ok(value.input),
                    name: Ok(value.name),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct CustomToolDefinition {
            description: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            format: ::std::result::Result<
                ::std::option::Option<super::CustomToolFormat>,
                ::std::string::String,
            >,
            name: ::std::result::Result<::std::string::String, ::std::string::String>,
        }
        impl ::std::default::Default for CustomToolDefinition {
            fn default() -> Self {
                Self {
                    description: Ok(Default::default()),
                    format: Ok(Default::default()),
                    name: Err("no value supplied for name".to_string()),
                }
            }
        }
        impl CustomToolDefinition {
            pub fn description<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.description = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for description: {e}")
                    });
                self
            }
            pub fn format<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<super::CustomToolFormat>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.format = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for format: {e}")
                    });
                self
            }
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<CustomToolDefinition>
        for super::CustomToolDefinition {
            type Error = super::error::ConversionError;
            fn try_from(
                value: CustomToolDefinition,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    description: value.description?,
                    format: value.format?,
                    name: value.name?,
                })
            }
        }
        impl ::std::convert::From<super::CustomToolDefinition> for CustomToolDefinition {
            fn from(value: super::CustomToolDefinition) -> Self {
                Self {
                    description: Ok(value.description),
                    format: Ok(value.format),
                    name: Ok(value.name),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct CustomVoice {
            id: ::std::result::Result<::std::string::String, ::std::string::String>,
        }
        impl ::std::default::Default for CustomVoice {
            fn default() -> Self {
                Self {
                    id: Err("no value supplied for id".to_string()),
                }
            }
        }
        impl CustomVoice {
            pub fn id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.id = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for id: {e}"));
                self
            }
        }
        impl ::std::convert::TryFrom<CustomVoice> for super::CustomVoice {
            type Error = super::error::ConversionError;
            fn try_from(
                value: CustomVoice,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self { id: value.id? })
            }
        }
        impl ::std::convert::From<super::CustomVoice> for CustomVoice {
            fn from(value: super::CustomVoice) -> Self {
                Self { id: Ok(value.id) }
            }
        }
        #[derive(Clone, Debug)]
        pub struct EmbeddingRequest {
            dimensions: ::std::result::Result<
                ::std::option::Option<i32>,
                ::std::string::String,
            >,
            encoding_format: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::EmbeddingEncoding>,
                ::std::string::String,
            >,
            input: ::std::result::Result<super::EmbeddingInput, ::std::string::String>,
            model: ::std::result::Result<::std::string::String, ::std::string::String>,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for EmbeddingRequest {
            fn default() -> Self {
                Self {
                    dimensions: Ok(Default::default()),
                    encoding_format: Ok(Default::default()),
                    input: Err("no value supplied for input".to_string()),
                    model: Err("no value supplied for model".to_string()),
                    extra: Ok(Default::default()),
                }
            }
        }
        impl EmbeddingRequest {
            pub fn dimensions<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i32>>,
                T::Error: ::std::fmt::Display,
            {
                self.dimensions = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for dimensions: {e}")
                    });
                self
            }
            pub fn encoding_format<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::EmbeddingEncoding>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.encoding_format = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for encoding_format: {e}"
                        )
                    });
                self
            }
            pub fn input<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::EmbeddingInput>,
                T::Error: ::std::fmt::Display,
            {
                self.input = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for input: {e}")
                    });
                self
            }
            pub fn model<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.model = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for model: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<EmbeddingRequest> for super::EmbeddingRequest {
            type Error = super::error::ConversionError;
            fn try_from(
                value: EmbeddingRequest,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    dimensions: value.dimensions?,
                    encoding_format: value.encoding_format?,
                    input: value.input?,
                    model: value.model?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::EmbeddingRequest> for EmbeddingRequest {
            fn from(value: super::EmbeddingRequest) -> Self {
                Self {
                    dimensions: Ok(value.dimensions),
                    encoding_format: Ok(value.encoding_format),
                    input: Ok(value.input),
                    model: Ok(value.model),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct FileReference {
            file_data: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            file_id: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            filename: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for FileReference {
            fn default() -> Self {
                Self {
                    file_data: Ok(Default::default()),
                    file_id: Ok(Default::default()),
                    filename: Ok(Default::default()),
                    extra: Ok(Default::default()),
                }
            }
        }
        impl FileReference {
            pub fn file_data<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.file_data = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for file_data: {e}")
                    });
                self
            }
            pub fn file_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.file_id = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for file_id: {e}")
                    });
                self
            }
            pub fn filename<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.filename = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for filename: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<FileReference> for super::FileReference {
            type Error = super::error::ConversionError;
            fn try_from(
                value: FileReference,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    file_data: value.file_data?,
                    file_id: value.file_id?,
                    filename: value.filename?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::FileReference> for FileReference {
            fn from(value: super::FileReference) -> Self {
                Self {
                    file_data: Ok(value.file_data),
                    file_id: Ok(value.file_id),
                    filename: Ok(value.filename),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct FunctionCall {
            arguments: ::std::result::Result<
                ::std::option::Option<super::ToolArguments>,
                ::std::string::String,
            >,
            name: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for FunctionCall {
            fn default() -> Self {
                Self {
                    arguments: Ok(Default::default()),
                    name: Ok(Default::default()),
                    extra: Ok(Default::default()),
                }
            }
        }
        impl FunctionCall {
            pub fn arguments<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::ToolArguments>>,
                T::Error: ::std::fmt::Display,
            {
                self.arguments = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for arguments: {e}")
                    });
                self
            }
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<FunctionCall> for super::FunctionCall {
            type Error = super::error::ConversionError;
            fn try_from(
                value: FunctionCall,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    arguments: value.arguments?,
                    name: value.name?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::FunctionCall> for FunctionCall {
            fn from(value: super::FunctionCall) -> Self {
                Self {
                    arguments: Ok(value.arguments),
                    name: Ok(value.name),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct FunctionDefinition {
            description: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            name: ::std::result::Result<::std::string::String, ::std::string::String>,
            parameters: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
            strict: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for FunctionDefinition {
            fn default() -> Self {
                Self {
                    description: Ok(Default::default()),
                    name: Err("no value supplied for name".to_string()),
                    parameters: Ok(Default::default()),
                    strict: Ok(Default::default()),
                }
            }
        }
        impl FunctionDefinition {
            pub fn description<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.description = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for description: {e}")
                    });
                self
            }
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
            pub fn parameters<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.parameters = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for parameters: {e}")
                    });
                self
            }
            pub fn strict<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.strict = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for strict: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<FunctionDefinition> for super::FunctionDefinition {
            type Error = super::error::ConversionError;
            fn try_from(
                value: FunctionDefinition,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    description: value.description?,
                    name: value.name?,
                    parameters: value.parameters?,
                    strict: value.strict?,
                })
            }
        }
        impl ::std::convert::From<super::FunctionDefinition> for FunctionDefinition {
            fn from(value: super::FunctionDefinition) -> Self {
                Self {
                    description: Ok(value.description),
                    name: Ok(value.name),
                    parameters: Ok(value.parameters),
                    strict: Ok(value.strict),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ImageEditForm {
            image: ::std::result::Result<
                ::std::vec::Vec<::aipass_api::multipart::FilePart>,
                ::std::string::String,
            >,
            mask: ::std::result::Result<
                ::std::option::Option<::aipass_api::multipart::FilePart>,
                ::std::string::String,
            >,
            model: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            n: ::std::result::Result<::std::option::Option<i32>, ::std::string::String>,
            partial_images: ::std::result::Result<
                ::std::option::Option<i32>,
                ::std::string::String,
            >,
            prompt: ::std::result::Result<::std::string::String, ::std::string::String>,
            quality: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::ImageQuality>,
                ::std::string::String,
            >,
            response_format: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::ImageResponseFormat>,
                ::std::string::String,
            >,
            size: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::ImageSize>,
                ::std::string::String,
            >,
            stream: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ImageEditForm {
            fn default() -> Self {
                Self {
                    image: Err("no value supplied for image".to_string()),
                    mask: Ok(Default::default()),
                    model: Ok(Default::default()),
                    n: Ok(Default::default()),
                    partial_images: Ok(Default::default()),
                    prompt: Err("no value supplied for prompt".to_string()),
                    quality: Ok(Default::default()),
                    response_format: Ok(Default::default()),
                    size: Ok(Default::default()),
                    stream: Ok(Default::default()),
                }
            }
        }
        impl ImageEditForm {
            pub fn image<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::vec::Vec<::aipass_api::multipart::FilePart>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.image = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for image: {e}")
                    });
                self
            }
            pub fn mask<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::multipart::FilePart>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.mask = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for mask: {e}")
                    });
                self
            }
            pub fn model<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.model = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for model: {e}")
                    });
                self
            }
            pub fn n<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i32>>,
                T::Error: ::std::fmt::Display,
            {
                self.n = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for n: {e}"));
                self
            }
            pub fn partial_images<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i32>>,
                T::Error: ::std::fmt::Display,
            {
                self.partial_images = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for partial_images: {e}"
                        )
                    });
                self
            }
            pub fn prompt<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.prompt = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for prompt: {e}")
                    });
                self
            }
            pub fn quality<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::ImageQuality>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.quality = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for quality: {e}")
                    });
                self
            }
            pub fn response_format<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::ImageResponseFormat>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.response_format = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for response_format: {e}"
                        )
                    });
                self
            }
            pub fn size<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::ImageSize>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.size = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for size: {e}")
                    });
                self
            }
            pub fn stream<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.stream = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for stream: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ImageEditForm> for super::ImageEditForm {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ImageEditForm,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    image: value.image?,
                    mask: value.mask?,
                    model: value.model?,
                    n: value.n?,
                    partial_images: value.partial_images?,
                    prompt: value.prompt?,
                    quality: value.quality?,
                    response_format: value.response_format?,
                    size: value.size?,
                    stream: value.stream?,
                })
            }
        }
        impl ::std::convert::From<super::ImageEditForm> for ImageEditForm {
            fn from(value: super::ImageEditForm) -> Self {
                Self {
                    image: Ok(value.image),
                    mask: Ok(value.mask),
                    model: Ok(value.model),
                    n: Ok(value.n),
                    partial_images: Ok(value.partial_images),
                    prompt: Ok(value.prompt),
                    quality: Ok(value.quality),
                    response_format: Ok(value.response_format),
                    size: Ok(value.size),
                    stream: Ok(value.stream),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ImageGenerationRequest {
            model: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            n: ::std::result::Result<::std::option::Option<i32>, ::std::string::String>,
            partial_images: ::std::result::Result<
                ::std::option::Option<i32>,
                ::std::string::String,
            >,
            prompt: ::std::result::Result<::std::string::String, ::std::string::String>,
            quality: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::ImageQuality>,
                ::std::string::String,
            >,
            response_format: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::ImageResponseFormat>,
                ::std::string::String,
            >,
            size: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::ImageSize>,
                ::std::string::String,
            >,
            stream: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ImageGenerationRequest {
            fn default() -> Self {
                Self {
                    model: Ok(Default::default()),
                    n: Ok(Default::default()),
                    partial_images: Ok(Default::default()),
                    prompt: Err("no value supplied for prompt".to_string()),
                    quality: Ok(Default::default()),
                    response_format: Ok(Default::default()),
                    size: Ok(Default::default()),
                    stream: Ok(Default::default()),
                    extra: Ok(Default::default()),
                }
            }
        }
        impl ImageGenerationRequest {
            pub fn model<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.model = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for model: {e}")
                    });
                self
            }
            pub fn n<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i32>>,
                T::Error: ::std::fmt::Display,
            {
                self.n = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for n: {e}"));
                self
            }
            pub fn partial_images<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i32>>,
                T::Error: ::std::fmt::Display,
            {
                self.partial_images = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for partial_images: {e}"
                        )
                    });
                self
            }
            pub fn prompt<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.prompt = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for prompt: {e}")
                    });
                self
            }
            pub fn quality<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::ImageQuality>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.quality = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for quality: {e}")
                    });
                self
            }
            pub fn response_format<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::ImageResponseFormat>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.response_format = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for response_format: {e}"
                        )
                    });
                self
            }
            pub fn size<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::ImageSize>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.size = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for size: {e}")
                    });
                self
            }
            pub fn stream<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.stream = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for stream: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ImageGenerationRequest>
        for super::ImageGenerationRequest {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ImageGenerationRequest,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    model: value.model?,
                    n: value.n?,
                    partial_images: value.partial_images?,
                    prompt: value.prompt?,
                    quality: value.quality?,
                    response_format: value.response_format?,
                    size: value.size?,
                    stream: value.stream?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::ImageGenerationRequest>
        for ImageGenerationRequest {
            fn from(value: super::ImageGenerationRequest) -> Self {
                Self {
                    model: Ok(value.model),
                    n: Ok(value.n),
                    partial_images: Ok(value.partial_images),
                    prompt: Ok(value.prompt),
                    quality: Ok(value.quality),
                    response_format: Ok(value.response_format),
                    size: Ok(value.size),
                    stream: Ok(value.stream),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ImageUrl {
            detail: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::ImageDetail>,
                ::std::string::String,
            >,
            url: ::std::result::Result<::std::string::String, ::std::string::String>,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ImageUrl {
            fn default() -> Self {
                Self {
                    detail: Ok(Default::default()),
                    url: Err("no value supplied for url".to_string()),
                    extra: Ok(Default::default()),
                }
            }
        }
        impl ImageUrl {
            pub fn detail<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::ImageDetail>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.detail = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for detail: {e}")
                    });
                self
            }
            pub fn url<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.url = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for url: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ImageUrl> for super::ImageUrl {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ImageUrl,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    detail: value.detail?,
                    url: value.url?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::ImageUrl> for ImageUrl {
            fn from(value: super::ImageUrl) -> Self {
                Self {
                    detail: Ok(value.detail),
                    url: Ok(value.url),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ImageVariationForm {
            image: ::std::result::Result<
                ::aipass_api::multipart::FilePart,
                ::std::string::String,
            >,
            model: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            n: ::std::result::Result<::std::option::Option<i32>, ::std::string::String>,
            response_format: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::ImageResponseFormat>,
                ::std::string::String,
            >,
            size: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::ImageSize>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ImageVariationForm {
            fn default() -> Self {
                Self {
                    image: Err("no value supplied for image".to_string()),
                    model: Ok(Default::default()),
                    n: Ok(Default::default()),
                    response_format: Ok(Default::default()),
                    size: Ok(Default::default()),
                }
            }
        }
        impl ImageVariationForm {
            pub fn image<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::aipass_api::multipart::FilePart>,
                T::Error: ::std::fmt::Display,
            {
                self.image = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for image: {e}")
                    });
                self
            }
            pub fn model<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.model = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for model: {e}")
                    });
                self
            }
            pub fn n<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i32>>,
                T::Error: ::std::fmt::Display,
            {
                self.n = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for n: {e}"));
                self
            }
            pub fn response_format<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::ImageResponseFormat>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.response_format = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for response_format: {e}"
                        )
                    });
                self
            }
            pub fn size<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::ImageSize>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.size = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for size: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ImageVariationForm> for super::ImageVariationForm {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ImageVariationForm,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    image: value.image?,
                    model: value.model?,
                    n: value.n?,
                    response_format: value.response_format?,
                    size: value.size?,
                })
            }
        }
        impl ::std::convert::From<super::ImageVariationForm> for ImageVariationForm {
            fn from(value: super::ImageVariationForm) -> Self {
                Self {
                    image: Ok(value.image),
                    model: Ok(value.model),
                    n: Ok(value.n),
                    response_format: Ok(value.response_format),
                    size: Ok(value.size),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct InputAudio {
            data: ::std::result::Result<::std::string::String, ::std::string::String>,
            format: ::std::result::Result<
                ::aipass_api::enums::InputAudioFormat,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for InputAudio {
            fn default() -> Self {
                Self {
                    data: Err("no value supplied for data".to_string()),
                    format: Err("no value supplied for format".to_string()),
                    extra: Ok(Default::default()),
                }
            }
        }
        impl InputAudio {
            pub fn data<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.data = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for data: {e}")
                    });
                self
            }
            pub fn format<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::aipass_api::enums::InputAudioFormat>,
                T::Error: ::std::fmt::Display,
            {
                self.format = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for format: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<InputAudio> for super::InputAudio {
            type Error = super::error::ConversionError;
            fn try_from(
                value: InputAudio,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    data: value.data?,
                    format: value.format?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::InputAudio> for InputAudio {
            fn from(value: super::InputAudio) -> Self {
                Self {
                    data: Ok(value.data),
                    format: Ok(value.format),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct JsonSchemaDefinition {
            description: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            name: ::std::result::Result<::std::string::String, ::std::string::String>,
            schema: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
            strict: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for JsonSchemaDefinition {
            fn default() -> Self {
                Self {
                    description: Ok(Default::default()),
                    name: Err("no value supplied for name".to_string()),
                    schema: Ok(Default::default()),
                    strict: Ok(Default::default()),
                }
            }
        }
        impl JsonSchemaDefinition {
            pub fn description<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.description = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for description: {e}")
                    });
                self
            }
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
            pub fn schema<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.schema = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for schema: {e}")
                    });
                self
            }
            pub fn strict<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.strict = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for strict: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<JsonSchemaDefinition>
        for super::JsonSchemaDefinition {
            type Error = super::error::ConversionError;
            fn try_from(
                value: JsonSchemaDefinition,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    description: value.description?,
                    name: value.name?,
                    schema: value.schema?,
                    strict: value.strict?,
                })
            }
        }
        impl ::std::convert::From<super::JsonSchemaDefinition> for JsonSchemaDefinition {
            fn from(value: super::JsonSchemaDefinition) -> Self {
                Self {
                    description: Ok(value.description),
                    name: Ok(value.name),
                    schema: Ok(value.schema),
                    strict: Ok(value.strict),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ModerationOptions {
            model: ::std::result::Result<::std::string::String, ::std::string::String>,
            policy: ::std::result::Result<
                ::std::option::Option<super::ModerationPolicy>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ModerationOptions {
            fn default() -> Self {
                Self {
                    model: Err("no value supplied for model".to_string()),
                    policy: Ok(Default::default()),
                }
            }
        }
        impl ModerationOptions {
            pub fn model<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.model = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for model: {e}")
                    });
                self
            }
            pub fn policy<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<super::ModerationPolicy>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.policy = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for policy: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ModerationOptions> for super::ModerationOptions {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ModerationOptions,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    model: value.model?,
                    policy: value.policy?,
                })
            }
        }
        impl ::std::convert::From<super::ModerationOptions> for ModerationOptions {
            fn from(value: super::ModerationOptions) -> Self {
                Self {
                    model: Ok(value.model),
                    policy: Ok(value.policy),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ModerationPolicy {
            input: ::std::result::Result<
                ::std::option::Option<super::ModerationRule>,
                ::std::string::String,
            >,
            output: ::std::result::Result<
                ::std::option::Option<super::ModerationRule>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ModerationPolicy {
            fn default() -> Self {
                Self {
                    input: Ok(Default::default()),
                    output: Ok(Default::default()),
                }
            }
        }
        impl ModerationPolicy {
            pub fn input<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::ModerationRule>>,
                T::Error: ::std::fmt::Display,
            {
                self.input = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for input: {e}")
                    });
                self
            }
            pub fn output<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::ModerationRule>>,
                T::Error: ::std::fmt::Display,
            {
                self.output = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for output: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ModerationPolicy> for super::ModerationPolicy {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ModerationPolicy,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    input: value.input?,
                    output: value.output?,
                })
            }
        }
        impl ::std::convert::From<super::ModerationPolicy> for ModerationPolicy {
            fn from(value: super::ModerationPolicy) -> Self {
                Self {
                    input: Ok(value.input),
                    output: Ok(value.output),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ModerationRule {
            mode: ::std::result::Result<
                ::aipass_api::enums::ModerationMode,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ModerationRule {
            fn default() -> Self {
                Self {
                    mode: Err("no value supplied for mode".to_string()),
                }
            }
        }
        impl ModerationRule {
            pub fn mode<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::aipass_api::enums::ModerationMode>,
                T::Error: ::std::fmt::Display,
            {
                self.mode = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for mode: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ModerationRule> for super::ModerationRule {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ModerationRule,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self { mode: value.mode? })
            }
        }
        impl ::std::convert::From<super::ModerationRule> for ModerationRule {
            fn from(value: super::ModerationRule) -> Self {
                Self { mode: Ok(value.mode) }
            }
        }
        #[derive(Clone, Debug)]
        pub struct OAuthClientRequest {
            access_token_ttl_seconds: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            client_name: ::std::result::Result<
                ::std::string::String,
                ::std::string::String,
            >,
            redirect_uri: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            redirect_uris: ::std::result::Result<
                ::std::vec::Vec<::std::string::String>,
                ::std::string::String,
            >,
            refresh_token_ttl_seconds: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            requested_scopes: ::std::result::Result<
                ::std::vec::Vec<::std::string::String>,
                ::std::string::String,
            >,
            require_consent: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for OAuthClientRequest {
            fn default() -> Self {
                Self {
                    access_token_ttl_seconds: Ok(Default::default()),
                    client_name: Err("no value supplied for client_name".to_string()),
                    redirect_uri: Ok(Default::default()),
                    redirect_uris: Ok(Default::default()),
                    refresh_token_ttl_seconds: Ok(Default::default()),
                    requested_scopes: Ok(Default::default()),
                    require_consent: Ok(Default::default()),
                    extra: Ok(Default::default()),
                }
            }
        }
        impl OAuthClientRequest {
            pub fn access_token_ttl_seconds<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.access_token_ttl_seconds = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for access_token_ttl_seconds: {e}"
                        )
                    });
                self
            }
            pub fn client_name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.client_name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for client_name: {e}")
                    });
                self
            }
            pub fn redirect_uri<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.redirect_uri = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for redirect_uri: {e}")
                    });
                self
            }
            pub fn redirect_uris<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::vec::Vec<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.redirect_uris = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for redirect_uris: {e}")
                    });
                self
            }
            pub fn refresh_token_ttl_seconds<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.refresh_token_ttl_seconds = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for refresh_token_ttl_seconds: {e}"
                        )
                    });
                self
            }
            pub fn requested_scopes<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::vec::Vec<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.requested_scopes = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for requested_scopes: {e}"
                        )
                    });
                self
            }
            pub fn require_consent<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.require_consent = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for require_consent: {e}"
                        )
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<OAuthClientRequest> for super::OAuthClientRequest {
            type Error = super::error::ConversionError;
            fn try_from(
                value: OAuthClientRequest,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    access_token_ttl_seconds: value.access_token_ttl_seconds?,
                    client_name: value.client_name?,
                    redirect_uri: value.redirect_uri?,
                    redirect_uris: value.redirect_uris?,
                    refresh_token_ttl_seconds: value.refresh_token_ttl_seconds?,
                    requested_scopes: value.requested_scopes?,
                    require_consent: value.require_consent?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::OAuthClientRequest> for OAuthClientRequest {
            fn from(value: super::OAuthClientRequest) -> Self {
                Self {
                    access_token_ttl_seconds: Ok(value.access_token_ttl_seconds),
                    client_name: Ok(value.client_name),
                    redirect_uri: Ok(value.redirect_uri),
                    redirect_uris: Ok(value.redirect_uris),
                    refresh_token_ttl_seconds: Ok(value.refresh_token_ttl_seconds),
                    requested_scopes: Ok(value.requested_scopes),
                    require_consent: Ok(value.require_consent),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct Prediction {
            content: ::std::result::Result<super::MessageContent, ::std::string::String>,
            type_: ::std::result::Result<::std::string::String, ::std::string::String>,
        }
        impl ::std::default::Default for Prediction {
            fn default() -> Self {
                Self {
                    content: Err("no value supplied for content".to_string()),
                    type_: Err("no value supplied for type_".to_string()),
                }
            }
        }
        impl Prediction {
            pub fn content<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::MessageContent>,
                T::Error: ::std::fmt::Display,
            {
                self.content = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for content: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<Prediction> for super::Prediction {
            type Error = super::error::ConversionError;
            fn try_from(
                value: Prediction,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    content: value.content?,
                    type_: value.type_?,
                })
            }
        }
        impl ::std::convert::From<super::Prediction> for Prediction {
            fn from(value: super::Prediction) -> Self {
                Self {
                    content: Ok(value.content),
                    type_: Ok(value.type_),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct PromptCacheBreakpoint {
            mode: ::std::result::Result<
                ::aipass_api::enums::PromptCacheMode,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for PromptCacheBreakpoint {
            fn default() -> Self {
                Self {
                    mode: Err("no value supplied for mode".to_string()),
                    extra: Ok(Default::default()),
                }
            }
        }
        impl PromptCacheBreakpoint {
            pub fn mode<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::aipass_api::enums::PromptCacheMode>,
                T::Error: ::std::fmt::Display,
            {
                self.mode = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for mode: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<PromptCacheBreakpoint>
        for super::PromptCacheBreakpoint {
            type Error = super::error::ConversionError;
            fn try_from(
                value: PromptCacheBreakpoint,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    mode: value.mode?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::PromptCacheBreakpoint>
        for PromptCacheBreakpoint {
            fn from(value: super::PromptCacheBreakpoint) -> Self {
                Self {
                    mode: Ok(value.mode),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct PromptCacheOptions {
            mode: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::PromptCacheMode>,
                ::std::string::String,
            >,
            ttl: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for PromptCacheOptions {
            fn default() -> Self {
                Self {
                    mode: Ok(Default::default()),
                    ttl: Ok(Default::default()),
                }
            }
        }
        impl PromptCacheOptions {
            pub fn mode<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::PromptCacheMode>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.mode = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for mode: {e}")
                    });
                self
            }
            pub fn ttl<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.ttl = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for ttl: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<PromptCacheOptions> for super::PromptCacheOptions {
            type Error = super::error::ConversionError;
            fn try_from(
                value: PromptCacheOptions,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    mode: value.mode?,
                    ttl: value.ttl?,
                })
            }
        }
        impl ::std::convert::From<super::PromptCacheOptions> for PromptCacheOptions {
            fn from(value: super::PromptCacheOptions) -> Self {
                Self {
                    mode: Ok(value.mode),
                    ttl: Ok(value.ttl),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct SpeechRequest {
            input: ::std::result::Result<::std::string::String, ::std::string::String>,
            model: ::std::result::Result<::std::string::String, ::std::string::String>,
            response_format: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::SpeechFormat>,
                ::std::string::String,
            >,
            speed: ::std::result::Result<
                ::std::option::Option<f64>,
                ::std::string::String,
            >,
            stream_format: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::SpeechStreamFormat>,
                ::std::string::String,
            >,
            voice: ::std::result::Result<super::Voice, ::std::string::String>,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for SpeechRequest {
            fn default() -> Self {
                Self {
                    input: Err("no value supplied for input".to_string()),
                    model: Err("no value supplied for model".to_string()),
                    response_format: Ok(Default::default()),
                    speed: Ok(Default::default()),
                    stream_format: Ok(Default::default()),
                    voice: Err("no value supplied for voice".to_string()),
                    extra: Ok(Default::default()),
                }
            }
        }
        impl SpeechRequest {
            pub fn input<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.input = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for input: {e}")
                    });
                self
            }
            pub fn model<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.model = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for model: {e}")
                    });
                self
            }
            pub fn response_format<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::SpeechFormat>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.response_format = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for response_format: {e}"
                        )
                    });
                self
            }
            pub fn speed<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<f64>>,
                T::Error: ::std::fmt::Display,
            {
                self.speed = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for speed: {e}")
                    });
                self
            }
            pub fn stream_format<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::SpeechStreamFormat>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.stream_format = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for stream_format: {e}")
                    });
                self
            }
            pub fn voice<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::Voice>,
                T::Error: ::std::fmt::Display,
            {
                self.voice = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for voice: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<SpeechRequest> for super::SpeechRequest {
            type Error = super::error::ConversionError;
            fn try_from(
                value: SpeechRequest,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    input: value.input?,
                    model: value.model?,
                    response_format: value.response_format?,
                    speed: value.speed?,
                    stream_format: value.stream_format?,
                    voice: value.voice?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::SpeechRequest> for SpeechRequest {
            fn from(value: super::SpeechRequest) -> Self {
                Self {
                    input: Ok(value.input),
                    model: Ok(value.model),
                    response_format: Ok(value.response_format),
                    speed: Ok(value.speed),
                    stream_format: Ok(value.stream_format),
                    voice: Ok(value.voice),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct StreamOptions {
            include_obfuscation: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            include_usage: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for StreamOptions {
            fn default() -> Self {
                Self {
                    include_obfuscation: Ok(Default::default()),
                    include_usage: Ok(Default::default()),
                }
            }
        }
        impl StreamOptions {
            pub fn include_obfuscation<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.include_obfuscation = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for include_obfuscation: {e}"
                        )
                    });
                self
            }
            pub fn include_usage<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.include_usage = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for include_usage: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<StreamOptions> for super::StreamOptions {
            type Error = super::error::ConversionError;
            fn try_from(
                value: StreamOptions,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    include_obfuscation: value.include_obfuscation?,
                    include_usage: value.include_usage?,
                })
            }
        }
        impl ::std::convert::From<super::StreamOptions> for StreamOptions {
            fn from(value: super::StreamOptions) -> Self {
                Self {
                    include_obfuscation: Ok(value.include_obfuscation),
                    include_usage: Ok(value.include_usage),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ThinkingBlock {
            data: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            signature: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            thinking: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            type_: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ThinkingBlock {
            fn default() -> Self {
                Self {
                    data: Ok(Default::default()),
                    signature: Ok(Default::default()),
                    thinking: Ok(Default::default()),
                    type_: Ok(Default::default()),
                    extra: Ok(Default::default()),
                }
            }
        }
        impl ThinkingBlock {
            pub fn data<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.data = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for data: {e}")
                    });
                self
            }
            pub fn signature<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.signature = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for signature: {e}")
                    });
                self
            }
            pub fn thinking<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.thinking = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for thinking: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ThinkingBlock> for super::ThinkingBlock {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ThinkingBlock,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    data: value.data?,
                    signature: value.signature?,
                    thinking: value.thinking?,
                    type_: value.type_?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::ThinkingBlock> for ThinkingBlock {
            fn from(value: super::ThinkingBlock) -> Self {
                Self {
                    data: Ok(value.data),
                    signature: Ok(value.signature),
                    thinking: Ok(value.thinking),
                    type_: Ok(value.type_),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ToolCall {
            custom: ::std::result::Result<
                ::std::option::Option<super::CustomCall>,
                ::std::string::String,
            >,
            function: ::std::result::Result<
                ::std::option::Option<super::FunctionCall>,
                ::std::string::String,
            >,
            id: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            type_: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::ToolCallType>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ToolCall {
            fn default() -> Self {
                Self {
                    custom: Ok(Default::default()),
                    function: Ok(Default::default()),
                    id: Ok(Default::default()),
                    type_: Ok(Default::default()),
                    extra: Ok(Default::default()),
                }
            }
        }
        impl ToolCall {
            pub fn custom<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::CustomCall>>,
                T::Error: ::std::fmt::Display,
            {
                self.custom = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for custom: {e}")
                    });
                self
            }
            pub fn function<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::FunctionCall>>,
                T::Error: ::std::fmt::Display,
            {
                self.function = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for function: {e}")
                    });
                self
            }
            pub fn id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.id = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for id: {e}"));
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::ToolCallType>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ToolCall> for super::ToolCall {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ToolCall,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    custom: value.custom?,
                    function: value.function?,
                    id: value.id?,
                    type_: value.type_?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::ToolCall> for ToolCall {
            fn from(value: super::ToolCall) -> Self {
                Self {
                    custom: Ok(value.custom),
                    function: Ok(value.function),
                    id: Ok(value.id),
                    type_: Ok(value.type_),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ToolGrammar {
            definition: ::std::result::Result<
                ::std::string::String,
                ::std::string::String,
            >,
            syntax: ::std::result::Result<
                ::aipass_api::enums::GrammarSyntax,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ToolGrammar {
            fn default() -> Self {
                Self {
                    definition: Err("no value supplied for definition".to_string()),
                    syntax: Err("no value supplied for syntax".to_string()),
                }
            }
        }
        impl ToolGrammar {
            pub fn definition<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.definition = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for definition: {e}")
                    });
                self
            }
            pub fn syntax<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::aipass_api::enums::GrammarSyntax>,
                T::Error: ::std::fmt::Display,
            {
                self.syntax = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for syntax: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ToolGrammar> for super::ToolGrammar {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ToolGrammar,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    definition: value.definition?,
                    syntax: value.syntax?,
                })
            }
        }
        impl ::std::convert::From<super::ToolGrammar> for ToolGrammar {
            fn from(value: super::ToolGrammar) -> Self {
                Self {
                    definition: Ok(value.definition),
                    syntax: Ok(value.syntax),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ToolName {
            name: ::std::result::Result<::std::string::String, ::std::string::String>,
        }
        impl ::std::default::Default for ToolName {
            fn default() -> Self {
                Self {
                    name: Err("no value supplied for name".to_string()),
                }
            }
        }
        impl ToolName {
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ToolName> for super::ToolName {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ToolName,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self { name: value.name? })
            }
        }
        impl ::std::convert::From<super::ToolName> for ToolName {
            fn from(value: super::ToolName) -> Self {
                Self { name: Ok(value.name) }
            }
        }
        #[derive(Clone, Debug)]
        pub struct TranscriptionForm {
            chunking_strategy: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            file: ::std::result::Result<
                ::aipass_api::multipart::FilePart,
                ::std::string::String,
            >,
            include: ::std::result::Result<
                ::std::vec::Vec<::aipass_api::enums::TranscriptionInclude>,
                ::std::string::String,
            >,
            language: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            model: ::std::result::Result<::std::string::String, ::std::string::String>,
            prompt: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            response_format: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::TranscriptionFormat>,
                ::std::string::String,
            >,
            stream: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            temperature: ::std::result::Result<
                ::std::option::Option<f64>,
                ::std::string::String,
            >,
            timestamp_granularities: ::std::result::Result<
                ::std::vec::Vec<::aipass_api::enums::TimestampGranularity>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for TranscriptionForm {
            fn default() -> Self {
                Self {
                    chunking_strategy: Ok(Default::default()),
                    file: Err("no value supplied for file".to_string()),
                    include: Ok(Default::default()),
                    language: Ok(Default::default()),
                    model: Err("no value supplied for model".to_string()),
                    prompt: Ok(Default::default()),
                    response_format: Ok(Default::default()),
                    stream: Ok(Default::default()),
                    temperature: Ok(Default::default()),
                    timestamp_granularities: Ok(Default::default()),
                }
            }
        }
        impl TranscriptionForm {
            pub fn chunking_strategy<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.chunking_strategy = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for chunking_strategy: {e}"
                        )
                    });
                self
            }
            pub fn file<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::aipass_api::multipart::FilePart>,
                T::Error: ::std::fmt::Display,
            {
                self.file = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for file: {e}")
                    });
                self
            }
            pub fn include<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::vec::Vec<::aipass_api::enums::TranscriptionInclude>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.include = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for include: {e}")
                    });
                self
            }
            pub fn language<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.language = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for language: {e}")
                    });
                self
            }
            pub fn model<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.model = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for model: {e}")
                    });
                self
            }
            pub fn prompt<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.prompt = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for prompt: {e}")
                    });
                self
            }
            pub fn response_format<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::TranscriptionFormat>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.response_format = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for response_format: {e}"
                        )
                    });
                self
            }
            pub fn stream<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.stream = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for stream: {e}")
                    });
                self
            }
            pub fn temperature<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<f64>>,
                T::Error: ::std::fmt::Display,
            {
                self.temperature = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for temperature: {e}")
                    });
                self
            }
            pub fn timestamp_granularities<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::vec::Vec<::aipass_api::enums::TimestampGranularity>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.timestamp_granularities = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for timestamp_granularities: {e}"
                        )
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<TranscriptionForm> for super::TranscriptionForm {
            type Error = super::error::ConversionError;
            fn try_from(
                value: TranscriptionForm,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    chunking_strategy: value.chunking_strategy?,
                    file: value.file?,
                    include: value.include?,
                    language: value.language?,
                    model: value.model?,
                    prompt: value.prompt?,
                    response_format: value.response_format?,
                    stream: value.stream?,
                    temperature: value.temperature?,
                    timestamp_granularities: value.timestamp_granularities?,
                })
            }
        }
        impl ::std::convert::From<super::TranscriptionForm> for TranscriptionForm {
            fn from(value: super::TranscriptionForm) -> Self {
                Self {
                    chunking_strategy: Ok(value.chunking_strategy),
                    file: Ok(value.file),
                    include: Ok(value.include),
                    language: Ok(value.language),
                    model: Ok(value.model),
                    prompt: Ok(value.prompt),
                    response_format: Ok(value.response_format),
                    stream: Ok(value.stream),
                    temperature: Ok(value.temperature),
                    timestamp_granularities: Ok(value.timestamp_granularities),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct UserLocation {
            approximate: ::std::result::Result<
                super::ApproximateLocation,
                ::std::string::String,
            >,
            type_: ::std::result::Result<::std::string::String, ::std::string::String>,
        }
        impl ::std::default::Default for UserLocation {
            fn default() -> Self {
                Self {
                    approximate: Err("no value supplied for approximate".to_string()),
                    type_: Err("no value supplied for type_".to_string()),
                }
            }
        }
        impl UserLocation {
            pub fn approximate<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::ApproximateLocation>,
                T::Error: ::std::fmt::Display,
            {
                self.approximate = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for approximate: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<UserLocation> for super::UserLocation {
            type Error = super::error::ConversionError;
            fn try_from(
                value: UserLocation,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    approximate: value.approximate?,
                    type_: value.type_?,
                })
            }
        }
        impl ::std::convert::From<super::UserLocation> for UserLocation {
            fn from(value: super::UserLocation) -> Self {
                Self {
                    approximate: Ok(value.approximate),
                    type_: Ok(value.type_),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct VideoForm {
            input_reference: ::std::result::Result<
                ::std::option::Option<::aipass_api::multipart::FilePart>,
                ::std::string::String,
            >,
            model: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            prompt: ::std::result::Result<::std::string::String, ::std::string::String>,
            seconds: ::std::result::Result<
                ::std::option::Option<super::VideoSeconds>,
                ::std::string::String,
            >,
            size: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::VideoSize>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for VideoForm {
            fn default() -> Self {
                Self {
                    input_reference: Ok(Default::default()),
                    model: Ok(Default::default()),
                    prompt: Err("no value supplied for prompt".to_string()),
                    seconds: Ok(Default::default()),
                    size: Ok(Default::default()),
                }
            }
        }
        impl VideoForm {
            pub fn input_reference<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::multipart::FilePart>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.input_reference = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for input_reference: {e}"
                        )
                    });
                self
            }
            pub fn model<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.model = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for model: {e}")
                    });
                self
            }
            pub fn prompt<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.prompt = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for prompt: {e}")
                    });
                self
            }
            pub fn seconds<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::VideoSeconds>>,
                T::Error: ::std::fmt::Display,
            {
                self.seconds = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for seconds: {e}")
                    });
                self
            }
            pub fn size<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::VideoSize>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.size = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for size: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<VideoForm> for super::VideoForm {
            type Error = super::error::ConversionError;
            fn try_from(
                value: VideoForm,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    input_reference: value.input_reference?,
                    model: value.model?,
                    prompt: value.prompt?,
                    seconds: value.seconds?,
                    size: value.size?,
                })
            }
        }
        impl ::std::convert::From<super::VideoForm> for VideoForm {
            fn from(value: super::VideoForm) -> Self {
                Self {
                    input_reference: Ok(value.input_reference),
                    model: Ok(value.model),
                    prompt: Ok(value.prompt),
                    seconds: Ok(value.seconds),
                    size: Ok(value.size),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct VideoReference {
            file_id: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            image_url: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for VideoReference {
            fn default() -> Self {
                Self {
                    file_id: Ok(Default::default()),
                    image_url: Ok(Default::default()),
                }
            }
        }
        impl VideoReference {
            pub fn file_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.file_id = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for file_id: {e}")
                    });
                self
            }
            pub fn image_url<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.image_url = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for image_url: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<VideoReference> for super::VideoReference {
            type Error = super::error::ConversionError;
            fn try_from(
                value: VideoReference,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    file_id: value.file_id?,
                    image_url: value.image_url?,
                })
            }
        }
        impl ::std::convert::From<super::VideoReference> for VideoReference {
            fn from(value: super::VideoReference) -> Self {
                Self {
                    file_id: Ok(value.file_id),
                    image_url: Ok(value.image_url),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct VideoRemixRequest {
            prompt: ::std::result::Result<::std::string::String, ::std::string::String>,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for VideoRemixRequest {
            fn default() -> Self {
                Self {
                    prompt: Err("no value supplied for prompt".to_string()),
                    extra: Ok(Default::default()),
                }
            }
        }
        impl VideoRemixRequest {
            pub fn prompt<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.prompt = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for prompt: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<VideoRemixRequest> for super::VideoRemixRequest {
            type Error = super::error::ConversionError;
            fn try_from(
                value: VideoRemixRequest,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    prompt: value.prompt?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::VideoRemixRequest> for VideoRemixRequest {
            fn from(value: super::VideoRemixRequest) -> Self {
                Self {
                    prompt: Ok(value.prompt),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct VideoRequest {
            input_reference: ::std::result::Result<
                ::std::option::Option<super::VideoReference>,
                ::std::string::String,
            >,
            model: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            prompt: ::std::result::Result<::std::string::String, ::std::string::String>,
            seconds: ::std::result::Result<
                ::std::option::Option<super::VideoSeconds>,
                ::std::string::String,
            >,
            size: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::VideoSize>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for VideoRequest {
            fn default() -> Self {
                Self {
                    input_reference: Ok(Default::default()),
                    model: Ok(Default::default()),
                    prompt: Err("no value supplied for prompt".to_string()),
                    seconds: Ok(Default::default()),
                    size: Ok(Default::default()),
                    extra: Ok(Default::default()),
                }
            }
        }
        impl VideoRequest {
            pub fn input_reference<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::VideoReference>>,
                T::Error: ::std::fmt::Display,
            {
                self.input_reference = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for input_reference: {e}"
                        )
                    });
                self
            }
            pub fn model<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.model = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for model: {e}")
                    });
                self
            }
            pub fn prompt<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.prompt = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for prompt: {e}")
                    });
                self
            }
            pub fn seconds<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::VideoSeconds>>,
                T::Error: ::std::fmt::Display,
            {
                self.seconds = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for seconds: {e}")
                    });
                self
            }
            pub fn size<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::VideoSize>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.size = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for size: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<VideoRequest> for super::VideoRequest {
            type Error = super::error::ConversionError;
            fn try_from(
                value: VideoRequest,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    input_reference: value.input_reference?,
                    model: value.model?,
                    prompt: value.prompt?,
                    seconds: value.seconds?,
                    size: value.size?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::VideoRequest> for VideoRequest {
            fn from(value: super::VideoRequest) -> Self {
                Self {
                    input_reference: Ok(value.input_reference),
                    model: Ok(value.model),
                    prompt: Ok(value.prompt),
                    seconds: Ok(value.seconds),
                    size: Ok(value.size),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct WebSearchOptions {
            search_context_size: ::std::result::Result<
                ::std::option::Option<::aipass_api::enums::SearchContextSize>,
                ::std::string::String,
            >,
            user_location: ::std::result::Result<
                ::std::option::Option<super::UserLocation>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for WebSearchOptions {
            fn default() -> Self {
                Self {
                    search_context_size: Ok(Default::default()),
                    user_location: Ok(Default::default()),
                }
            }
        }
        impl WebSearchOptions {
            pub fn search_context_size<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::aipass_api::enums::SearchContextSize>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.search_context_size = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for search_context_size: {e}"
                        )
                    });
                self
            }
            pub fn user_location<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::UserLocation>>,
                T::Error: ::std::fmt::Display,
            {
                self.user_location = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for user_location: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<WebSearchOptions> for super::WebSearchOptions {
            type Error = super::error::ConversionError;
            fn try_from(
                value: WebSearchOptions,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    search_context_size: value.search_context_size?,
                    user_location: value.user_location?,
                })
            }
        }
        impl ::std::convert::From<super::WebSearchOptions> for WebSearchOptions {
            fn from(value: super::WebSearchOptions) -> Self {
                Self {
                    search_context_size: Ok(value.search_context_size),
                    user_location: Ok(value.user_location),
                }
            }
        }
    }
    /// Error types.
    pub mod error {
        /// Error from a `TryFrom` or `FromStr` implementation.
        pub struct ConversionError(::std::borrow::Cow<'static, str>);
        impl ::std::error::Error for ConversionError {}
        impl ::std::fmt::Display for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }
        impl ::std::fmt::Debug for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Debug::fmt(&self.0, f)
            }
        }
        impl From<&'static str> for ConversionError {
            fn from(value: &'static str) -> Self {
                Self(value.into())
            }
        }
        impl From<String> for ConversionError {
            fn from(value: String) -> Self {
                Self(value.into())
            }
        }
    }
    impl<'de> ::serde::Deserialize<'de> for MessageContent {
        fn deserialize<D: ::serde::Deserializer<'de>>(
            deserializer: D,
        ) -> ::std::result::Result<Self, D::Error> {
            ::aipass_api::lenient::text_or(
                deserializer,
                Self::Text,
                |value| {
                    if let Ok(known) = ::serde::Deserialize::deserialize(&value) {
                        return Self::Parts(known);
                    }
                    Self::Unknown(value)
                },
            )
        }
    }
    impl<'de> ::serde::Deserialize<'de> for ToolArguments {
        fn deserialize<D: ::serde::Deserializer<'de>>(
            deserializer: D,
        ) -> ::std::result::Result<Self, D::Error> {
            ::aipass_api::lenient::text_or(
                deserializer,
                Self::Text,
                |value| {
                    if let Ok(known) = ::serde::Deserialize::deserialize(&value) {
                        return Self::Object(known);
                    }
                    Self::Unknown(value)
                },
            )
        }
    }
}
#[derive(Clone, Debug)]
/**Client for AI Pass

Every endpoint of the AI Pass REST playbook: OAuth 2.0 with PKCE, the OpenAI-style model endpoints behind it, the user's profile and the user's balance.

This document describes the service as it is used on the wire. Where it rests on later publications, on the models' common OpenAI dialect or on behaviour seen in other clients instead of on the playbook, the description says "assumed". Money is in US dollars, durations in seconds, and lengths of text in model tokens, unless a member says otherwise. Members that are not described here may appear in any answer.

Two extensions stand on operations. `x-aipass-charge` is `free` for a safe read that costs nothing, `paid` for a model call that is billed to the user, and `once` for any other call that changes something and must not be repeated blindly. `x-aipass-playbook` is the section of the playbook that the operation comes from; an operation without one was published later.

Version: 1.0.0*/
pub struct Client {
    pub(crate) baseurl: String,
    pub(crate) client: reqwest::Client,
    pub(crate) inner: crate::Inner,
}
impl Client {
    /// Construct a new client with an existing `reqwest::Client`,
    /// allowing more control over its configuration.
    ///
    /// `baseurl` is the base URL provided to the internal
    /// `reqwest::Client`, and should include a scheme and hostname,
    /// as well as port and a path stem if applicable.
    pub fn new_with_client(
        baseurl: &str,
        client: reqwest::Client,
        inner: crate::Inner,
    ) -> Self {
        Self {
            baseurl: baseurl.to_string(),
            client,
            inner,
        }
    }
}
impl ClientInfo<crate::Inner> for Client {
    fn api_version() -> &'static str {
        "1.0.0"
    }
    fn baseurl(&self) -> &str {
        self.baseurl.as_str()
    }
    fn client(&self) -> &reqwest::Client {
        &self.client
    }
    fn inner(&self) -> &crate::Inner {
        &self.inner
    }
}
const _: () = {
    #[allow(dead_code)]
    fn assert_client_hooks()
    where
        Client: ClientHooks<crate::Inner>,
    {}
};
impl Client {
    /**Write down speech

Turns a recording into text. The answer is JSON for the formats `json`, `verbose_json` and `diarized_json`, and plain text for `text`, `srt` and `vtt`. When `stream` is true it is server-sent events (assumed: the models' own dialect): pieces of the text, or passages with their speakers for `diarized_json`, and a last event with the whole text. Whether the text `[DONE]` follows is not documented.

Sends a `POST` request to `/oauth2/v1/audio/transcriptions`*/
    pub fn create_transcription_stream(&self) -> builder::CreateTranscriptionStream<'_> {
        builder::CreateTranscriptionStream::new(self)
    }
    /**Speak a text

Reads a text aloud and returns the audio bytes as they are made, or server-sent events when `stream_format` is `sse` (assumed: the models' own dialect): pieces of audio as base64, and a last event with the token counts. Whether the text `[DONE]` follows is not documented. The declared content type may differ from the format that was asked for (assumed: most models answer `audio/mpeg` whatever the format).

Sends a `POST` request to `/oauth2/v1/audio/speech`*/
    pub fn create_speech_stream(&self) -> builder::CreateSpeechStream<'_> {
        builder::CreateSpeechStream::new(self)
    }
    /**Write down speech

Turns a recording into text. The answer is JSON for the formats `json`, `verbose_json` and `diarized_json`, and plain text for `text`, `srt` and `vtt`. When `stream` is true it is server-sent events (assumed: the models' own dialect): pieces of the text, or passages with their speakers for `diarized_json`, and a last event with the whole text. Whether the text `[DONE]` follows is not documented.

Sends a `POST` request to `/oauth2/v1/audio/transcriptions`*/
    pub fn create_transcription_raw(&self) -> builder::CreateTranscriptionRaw<'_> {
        builder::CreateTranscriptionRaw::new(self)
    }
    /**Answer a conversation

Sends a conversation to a model and returns its answer: whole as JSON, or as server-sent events when `stream` is true. An event stream carries one chunk per event and ends with the text `[DONE]`. A refusal before the first chunk, an exhausted budget for instance, arrives as an ordinary JSON error even when a stream was asked for.

Sends a `POST` request to `/oauth2/v1/chat/completions`*/
    pub fn create_chat_completion_stream(
        &self,
    ) -> builder::CreateChatCompletionStream<'_> {
        builder::CreateChatCompletionStream::new(self)
    }
    /**Edit images

Makes new images from given ones and a description of the change: whole as JSON, or as server-sent events when `stream` is true (assumed: the models' own dialect). The events are the stages of an image while it is made, if `partial_images` asks for them, and then the image. The event with the image is the last one; whether the text `[DONE]` follows is not documented. High quality can take several minutes.

Sends a `POST` request to `/oauth2/v1/images/edits`*/
    pub fn edit_image_stream(&self) -> builder::EditImageStream<'_> {
        builder::EditImageStream::new(self)
    }
    /**Make images

Makes images from a description in words: whole as JSON, or as server-sent events when `stream` is true (assumed: the models' own dialect). The events are the stages of an image while it is made, if `partial_images` asks for them, and then the image. The event with the image is the last one; whether the text `[DONE]` follows is not documented.

Sends a `POST` request to `/oauth2/v1/images/generations`*/
    pub fn create_image_stream(&self) -> builder::CreateImageStream<'_> {
        builder::CreateImageStream::new(self)
    }
    /**Start a video

Starts a job that makes a video, and answers at once with the job. Send JSON, or a form when a picture to start from is uploaded along.

Sends a `POST` request to `/oauth2/v1/videos`*/
    pub fn create_video_form(&self) -> builder::CreateVideoForm<'_> {
        builder::CreateVideoForm::new(self)
    }
    /**List the OAuth clients

Lists the applications that the signed-in developer has registered. The playbook does not have it: a later publication of the service does (assumed).

Sends a `GET` request to `/api/v1/oauth2/clients`*/
    pub fn list_clients(&self) -> builder::ListClients<'_> {
        builder::ListClients::new(self)
    }
    /**Get an OAuth client

Looks up an application of the signed-in developer. The playbook does not have it: a later publication of the service does (assumed).

Sends a `GET` request to `/api/v1/oauth2/clients/{id}`

Arguments:
- `id`: The number of the registration, which is not its `clientId`.*/
    pub fn get_client(&self) -> builder::GetClient<'_> {
        builder::GetClient::new(self)
    }
    /**Change an OAuth client

Replaces the settings of an application. The playbook does not have it: a later publication of the service does (assumed).

Sends a `PUT` request to `/api/v1/oauth2/clients/{id}`

Arguments:
- `id`: The number of the registration, which is not its `clientId`.
- `body`*/
    pub fn update_client(&self) -> builder::UpdateClient<'_> {
        builder::UpdateClient::new(self)
    }
    /**Delete an OAuth client

Deletes an application with everything that users have allowed it. The playbook does not have it: a later publication of the service does (assumed).

Sends a `DELETE` request to `/api/v1/oauth2/clients/{id}`

Arguments:
- `id`: The number of the registration, which is not its `clientId`.*/
    pub fn delete_client(&self) -> builder::DeleteClient<'_> {
        builder::DeleteClient::new(self)
    }
    /**Get a link to add money

Makes a page on which the user can add money to the wallet. Nothing is charged before the user pays there. The playbook does not have it: a later publication of the service does (assumed).

Sends a `POST` request to `/api/v1/payment/create-checkout-session`*/
    pub fn create_checkout_session(&self) -> builder::CreateCheckoutSession<'_> {
        builder::CreateCheckoutSession::new(self)
    }
    /**Get spending and balance

Tells what the user has spent and what is left. Keep the answer for 5 to 10 minutes instead of asking before every call. It is no reservation: money may be gone by the time of the next call.

Sends a `GET` request to `/api/v1/usage/me/summary`*/
    pub fn get_usage_summary(&self) -> builder::GetUsageSummary<'_> {
        builder::GetUsageSummary::new(self)
    }
    /**Get the user's profile

Tells who the signed-in user is. The answer has no envelope.

Sends a `GET` request to `/oauth2/userinfo`*/
    pub fn get_userinfo(&self) -> builder::GetUserinfo<'_> {
        builder::GetUserinfo::new(self)
    }
    /**Speak a text

Reads a text aloud and returns the audio bytes as they are made, or server-sent events when `stream_format` is `sse` (assumed: the models' own dialect): pieces of audio as base64, and a last event with the token counts. Whether the text `[DONE]` follows is not documented. The declared content type may differ from the format that was asked for (assumed: most models answer `audio/mpeg` whatever the format).

Sends a `POST` request to `/oauth2/v1/audio/speech`*/
    pub fn create_speech(&self) -> builder::CreateSpeech<'_> {
        builder::CreateSpeech::new(self)
    }
    /**Write down speech

Turns a recording into text. The answer is JSON for the formats `json`, `verbose_json` and `diarized_json`, and plain text for `text`, `srt` and `vtt`. When `stream` is true it is server-sent events (assumed: the models' own dialect): pieces of the text, or passages with their speakers for `diarized_json`, and a last event with the whole text. Whether the text `[DONE]` follows is not documented.

Sends a `POST` request to `/oauth2/v1/audio/transcriptions`*/
    pub fn create_transcription(&self) -> builder::CreateTranscription<'_> {
        builder::CreateTranscription::new(self)
    }
    /**Answer a conversation

Sends a conversation to a model and returns its answer: whole as JSON, or as server-sent events when `stream` is true. An event stream carries one chunk per event and ends with the text `[DONE]`. A refusal before the first chunk, an exhausted budget for instance, arrives as an ordinary JSON error even when a stream was asked for.

Sends a `POST` request to `/oauth2/v1/chat/completions`*/
    pub fn create_chat_completion(&self) -> builder::CreateChatCompletion<'_> {
        builder::CreateChatCompletion::new(self)
    }
    /**Embed texts

Turns one or several texts into vectors.

Sends a `POST` request to `/oauth2/v1/embeddings`*/
    pub fn create_embedding(&self) -> builder::CreateEmbedding<'_> {
        builder::CreateEmbedding::new(self)
    }
    /**Edit images

Makes new images from given ones and a description of the change: whole as JSON, or as server-sent events when `stream` is true (assumed: the models' own dialect). The events are the stages of an image while it is made, if `partial_images` asks for them, and then the image. The event with the image is the last one; whether the text `[DONE]` follows is not documented. High quality can take several minutes.

Sends a `POST` request to `/oauth2/v1/images/edits`*/
    pub fn edit_image(&self) -> builder::EditImage<'_> {
        builder::EditImage::new(self)
    }
    /**Make images

Makes images from a description in words: whole as JSON, or as server-sent events when `stream` is true (assumed: the models' own dialect). The events are the stages of an image while it is made, if `partial_images` asks for them, and then the image. The event with the image is the last one; whether the text `[DONE]` follows is not documented.

Sends a `POST` request to `/oauth2/v1/images/generations`*/
    pub fn create_image(&self) -> builder::CreateImage<'_> {
        builder::CreateImage::new(self)
    }
    /**Vary an image

Makes images that resemble a given one. The playbook lists the path; that a model answers it is assumed.

Sends a `POST` request to `/oauth2/v1/images/variations`*/
    pub fn create_image_variation(&self) -> builder::CreateImageVariation<'_> {
        builder::CreateImageVariation::new(self)
    }
    /**List the models

Lists the models that the user can call. The filters and the richer entries are assumed: they come from a later publication of the service, and an older server ignores them.

Sends a `GET` request to `/oauth2/v1/models`

Arguments:
- `capability`: Keep models with this ability only (assumed).
- `detailed`: Whether entries are objects; `false` asks for bare identifiers (assumed).
- `method`: Keep models that answer this kind of call only (assumed).
- `type_`: Keep models of this kind only (assumed).*/
    pub fn list_models(&self) -> builder::ListModels<'_> {
        builder::ListModels::new(self)
    }
    /**Get one model

Looks up one model by its identifier.

Sends a `GET` request to `/oauth2/v1/models/{id}`

Arguments:
- `id`: The model's identifier. Older identifiers hold slashes, as in `gemini/gemini-2.5-flash-lite`; whether the service takes them raw or percent-encoded is not documented.*/
    pub fn get_model(&self) -> builder::GetModel<'_> {
        builder::GetModel::new(self)
    }
    /**Start a video

Starts a job that makes a video, and answers at once with the job. Send JSON, or a form when a picture to start from is uploaded along.

Sends a `POST` request to `/oauth2/v1/videos`*/
    pub fn create_video(&self) -> builder::CreateVideo<'_> {
        builder::CreateVideo::new(self)
    }
    /**Get a video job

Tells how far a video job is.

Sends a `GET` request to `/oauth2/v1/videos/{id}`

Arguments:
- `id`: The video's identifier. It may hold the characters `/`, `+` and `=` (assumed), which must be percent-encoded.*/
    pub fn get_video(&self) -> builder::GetVideo<'_> {
        builder::GetVideo::new(self)
    }
    /**Download a video

Returns the bytes of a finished video.

Sends a `GET` request to `/oauth2/v1/videos/{id}/content`

Arguments:
- `id`: The video's identifier. It may hold the characters `/`, `+` and `=` (assumed), which must be percent-encoded.
- `variant`: What to download instead of the video itself (assumed).
- `if_range`: The entity tag or date that the first part of a download came with, so that a changed file is sent whole. That the service honours it is assumed.
- `range`: Which bytes to send, as in `bytes=1000-`. That the service honours it is assumed.*/
    pub fn download_video(&self) -> builder::DownloadVideo<'_> {
        builder::DownloadVideo::new(self)
    }
    /**Remix a video

Starts a new video job that changes a finished video.

Sends a `POST` request to `/oauth2/v1/videos/{id}/remix`

Arguments:
- `id`: The video's identifier. It may hold the characters `/`, `+` and `=` (assumed), which must be percent-encoded.
- `body`*/
    pub fn remix_video(&self) -> builder::RemixVideo<'_> {
        builder::RemixVideo::new(self)
    }
    /**Get a video job, at its other address

Tells how far a video job is. The playbook does not have it: another publication of the service does, whose jobs have `videoId` and `downloadUrl`. Ask here where the other address answers 404.

Sends a `GET` request to `/oauth2/v1/videos/{id}/status`

Arguments:
- `id`: The video's identifier. It may hold the characters `/`, `+` and `=` (assumed), which must be percent-encoded.*/
    pub fn get_video_status(&self) -> builder::GetVideoStatus<'_> {
        builder::GetVideoStatus::new(self)
    }
}
/// Types for composing operation parameters.
#[allow(clippy::all)]
pub mod builder {
    use super::types;
    #[allow(unused_imports)]
    use super::{
        encode_path, ByteStream, ClientInfo, ClientHooks, Error, OperationInfo,
        RequestBuilderExt, ResponseValue,
    };
    /**Builder for [`Client::create_transcription_stream`]

[`Client::create_transcription_stream`]: super::Client::create_transcription_stream*/
    #[derive(Debug)]
    pub struct CreateTranscriptionStream<'a> {
        client: &'a super::Client,
        accept: Result<Option<::std::string::String>, String>,
        content_type: Result<::std::string::String, String>,
        pub(crate) body: Result<reqwest::Body, String>,
    }
    impl<'a> CreateTranscriptionStream<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                accept: Ok(None),
                content_type: Err("content_type was not initialized".to_string()),
                body: Err("body was not initialized".to_string()),
            }
        }
        pub fn accept<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.accept = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for accept failed"
                        .to_string()
                });
            self
        }
        pub fn content_type<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.content_type = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for content_type failed"
                        .to_string()
                });
            self
        }
        pub fn body<B>(mut self, value: B) -> Self
        where
            B: std::convert::TryInto<reqwest::Body>,
        {
            self.body = value
                .try_into()
                .map_err(|_| {
                    "conversion to `reqwest::Body` for body failed".to_string()
                });
            self
        }
        ///Sends a `POST` request to `/oauth2/v1/audio/transcriptions`
        pub async fn send(self) -> Result<ResponseValue<ByteStream>, Error<()>> {
            let Self { client, accept, content_type, body } = self;
            let accept = accept.map_err(Error::InvalidRequest)?;
            let content_type = content_type.map_err(Error::InvalidRequest)?;
            let body = body.map_err(Error::InvalidRequest)?;
            let url = format!("{}/oauth2/v1/audio/transcriptions", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(3usize);
            if let Some(value) = accept {
                header_map.append("Accept", value.to_string().try_into()?);
            }
            header_map.append("Content-Type", content_type.to_string().try_into()?);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::CONTENT_TYPE,
                    ::reqwest::header::HeaderValue::from_static(
                        "application/octet-stream",
                    ),
                )
                .body(body)
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "create_transcription_stream",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => Ok(ResponseValue::stream(response)),
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::create_speech_stream`]

[`Client::create_speech_stream`]: super::Client::create_speech_stream*/
    #[derive(Debug, Clone)]
    pub struct CreateSpeechStream<'a> {
        client: &'a super::Client,
        accept: Result<Option<::std::string::String>, String>,
        body: Result<types::builder::SpeechRequest, String>,
    }
    impl<'a> CreateSpeechStream<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                accept: Ok(None),
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn accept<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.accept = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for accept failed"
                        .to_string()
                });
            self
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::SpeechRequest>,
            <V as std::convert::TryInto<types::SpeechRequest>>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!("conversion to `SpeechRequest` for body failed: {}", s)
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(
                types::builder::SpeechRequest,
            ) -> types::builder::SpeechRequest,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `POST` request to `/oauth2/v1/audio/speech`
        pub async fn send(self) -> Result<ResponseValue<ByteStream>, Error<()>> {
            let Self { client, accept, body } = self;
            let accept = accept.map_err(Error::InvalidRequest)?;
            let body = body
                .and_then(|v| {
                    types::SpeechRequest::try_from(v).map_err(|e| e.to_string())
                })
                .map_err(Error::InvalidRequest)?;
            let url = format!("{}/oauth2/v1/audio/speech", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
            if let Some(value) = accept {
                header_map.append("Accept", value.to_string().try_into()?);
            }
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .json(&body)
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "create_speech_stream",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => Ok(ResponseValue::stream(response)),
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::create_transcription_raw`]

[`Client::create_transcription_raw`]: super::Client::create_transcription_raw*/
    #[derive(Debug)]
    pub struct CreateTranscriptionRaw<'a> {
        client: &'a super::Client,
        content_type: Result<::std::string::String, String>,
        pub(crate) body: Result<reqwest::Body, String>,
    }
    impl<'a> CreateTranscriptionRaw<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                content_type: Err("content_type was not initialized".to_string()),
                body: Err("body was not initialized".to_string()),
            }
        }
        pub fn content_type<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.content_type = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for content_type failed"
                        .to_string()
                });
            self
        }
        pub fn body<B>(mut self, value: B) -> Self
        where
            B: std::convert::TryInto<reqwest::Body>,
        {
            self.body = value
                .try_into()
                .map_err(|_| {
                    "conversion to `reqwest::Body` for body failed".to_string()
                });
            self
        }
        ///Sends a `POST` request to `/oauth2/v1/audio/transcriptions`
        pub async fn send(self) -> Result<ResponseValue<ByteStream>, Error<()>> {
            let Self { client, content_type, body } = self;
            let content_type = content_type.map_err(Error::InvalidRequest)?;
            let body = body.map_err(Error::InvalidRequest)?;
            let url = format!("{}/oauth2/v1/audio/transcriptions", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
            header_map.append("Content-Type", content_type.to_string().try_into()?);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::CONTENT_TYPE,
                    ::reqwest::header::HeaderValue::from_static(
                        "application/octet-stream",
                    ),
                )
                .body(body)
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "create_transcription_raw",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => Ok(ResponseValue::stream(response)),
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::create_chat_completion_stream`]

[`Client::create_chat_completion_stream`]: super::Client::create_chat_completion_stream*/
    #[derive(Debug, Clone)]
    pub struct CreateChatCompletionStream<'a> {
        client: &'a super::Client,
        accept: Result<Option<::std::string::String>, String>,
        body: Result<types::builder::ChatCompletionRequest, String>,
    }
    impl<'a> CreateChatCompletionStream<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                accept: Ok(None),
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn accept<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.accept = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for accept failed"
                        .to_string()
                });
            self
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::ChatCompletionRequest>,
            <V as std::convert::TryInto<
                types::ChatCompletionRequest,
            >>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!(
                        "conversion to `ChatCompletionRequest` for body failed: {}", s
                    )
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(
                types::builder::ChatCompletionRequest,
            ) -> types::builder::ChatCompletionRequest,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `POST` request to `/oauth2/v1/chat/completions`
        pub async fn send(self) -> Result<ResponseValue<ByteStream>, Error<()>> {
            let Self { client, accept, body } = self;
            let accept = accept.map_err(Error::InvalidRequest)?;
            let body = body
                .and_then(|v| {
                    types::ChatCompletionRequest::try_from(v).map_err(|e| e.to_string())
                })
                .map_err(Error::InvalidRequest)?;
            let url = format!("{}/oauth2/v1/chat/completions", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
            if let Some(value) = accept {
                header_map.append("Accept", value.to_string().try_into()?);
            }
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .json(&body)
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "create_chat_completion_stream",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => Ok(ResponseValue::stream(response)),
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::edit_image_stream`]

[`Client::edit_image_stream`]: super::Client::edit_image_stream*/
    #[derive(Debug)]
    pub struct EditImageStream<'a> {
        client: &'a super::Client,
        accept: Result<Option<::std::string::String>, String>,
        content_type: Result<::std::string::String, String>,
        pub(crate) body: Result<reqwest::Body, String>,
    }
    impl<'a> EditImageStream<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                accept: Ok(None),
                content_type: Err("content_type was not initialized".to_string()),
                body: Err("body was not initialized".to_string()),
            }
        }
        pub fn accept<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.accept = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for accept failed"
                        .to_string()
                });
            self
        }
        pub fn content_type<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.content_type = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for content_type failed"
                        .to_string()
                });
            self
        }
        pub fn body<B>(mut self, value: B) -> Self
        where
            B: std::convert::TryInto<reqwest::Body>,
        {
            self.body = value
                .try_into()
                .map_err(|_| {
                    "conversion to `reqwest::Body` for body failed".to_string()
                });
            self
        }
        ///Sends a `POST` request to `/oauth2/v1/images/edits`
        pub async fn send(self) -> Result<ResponseValue<ByteStream>, Error<()>> {
            let Self { client, accept, content_type, body } = self;
            let accept = accept.map_err(Error::InvalidRequest)?;
            let content_type = content_type.map_err(Error::InvalidRequest)?;
            let body = body.map_err(Error::InvalidRequest)?;
            let url = format!("{}/oauth2/v1/images/edits", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(3usize);
            if let Some(value) = accept {
                header_map.append("Accept", value.to_string().try_into()?);
            }
            header_map.append("Content-Type", content_type.to_string().try_into()?);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::CONTENT_TYPE,
                    ::reqwest::header::HeaderValue::from_static(
                        "application/octet-stream",
                    ),
                )
                .body(body)
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "edit_image_stream",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => Ok(ResponseValue::stream(response)),
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::create_image_stream`]

[`Client::create_image_stream`]: super::Client::create_image_stream*/
    #[derive(Debug, Clone)]
    pub struct CreateImageStream<'a> {
        client: &'a super::Client,
        accept: Result<Option<::std::string::String>, String>,
        body: Result<types::builder::ImageGenerationRequest, String>,
    }
    impl<'a> CreateImageStream<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                accept: Ok(None),
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn accept<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.accept = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for accept failed"
                        .to_string()
                });
            self
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::ImageGenerationRequest>,
            <V as std::convert::TryInto<
                types::ImageGenerationRequest,
            >>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!(
                        "conversion to `ImageGenerationRequest` for body failed: {}", s
                    )
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(
                types::builder::ImageGenerationRequest,
            ) -> types::builder::ImageGenerationRequest,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `POST` request to `/oauth2/v1/images/generations`
        pub async fn send(self) -> Result<ResponseValue<ByteStream>, Error<()>> {
            let Self { client, accept, body } = self;
            let accept = accept.map_err(Error::InvalidRequest)?;
            let body = body
                .and_then(|v| {
                    types::ImageGenerationRequest::try_from(v).map_err(|e| e.to_string())
                })
                .map_err(Error::InvalidRequest)?;
            let url = format!("{}/oauth2/v1/images/generations", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
            if let Some(value) = accept {
                header_map.append("Accept", value.to_string().try_into()?);
            }
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .json(&body)
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "create_image_stream",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => Ok(ResponseValue::stream(response)),
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::create_video_form`]

[`Client::create_video_form`]: super::Client::create_video_form*/
    #[derive(Debug)]
    pub struct CreateVideoForm<'a> {
        client: &'a super::Client,
        content_type: Result<::std::string::String, String>,
        pub(crate) body: Result<reqwest::Body, String>,
    }
    impl<'a> CreateVideoForm<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                content_type: Err("content_type was not initialized".to_string()),
                body: Err("body was not initialized".to_string()),
            }
        }
        pub fn content_type<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.content_type = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for content_type failed"
                        .to_string()
                });
            self
        }
        pub fn body<B>(mut self, value: B) -> Self
        where
            B: std::convert::TryInto<reqwest::Body>,
        {
            self.body = value
                .try_into()
                .map_err(|_| {
                    "conversion to `reqwest::Body` for body failed".to_string()
                });
            self
        }
        ///Sends a `POST` request to `/oauth2/v1/videos`
        pub async fn send(self) -> Result<ResponseValue<types::Video>, Error<()>> {
            let Self { client, content_type, body } = self;
            let content_type = content_type.map_err(Error::InvalidRequest)?;
            let body = body.map_err(Error::InvalidRequest)?;
            let url = format!("{}/oauth2/v1/videos", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
            header_map.append("Content-Type", content_type.to_string().try_into()?);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .header(
                    ::reqwest::header::CONTENT_TYPE,
                    ::reqwest::header::HeaderValue::from_static(
                        "application/octet-stream",
                    ),
                )
                .body(body)
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "create_video_form",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::list_clients`]

[`Client::list_clients`]: super::Client::list_clients*/
    #[derive(Debug, Clone)]
    pub struct ListClients<'a> {
        client: &'a super::Client,
    }
    impl<'a> ListClients<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self { client: client }
        }
        ///Sends a `GET` request to `/api/v1/oauth2/clients`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::OAuthClientList>, Error<()>> {
            let Self { client } = self;
            let url = format!("{}/api/v1/oauth2/clients", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "list_clients",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::get_client`]

[`Client::get_client`]: super::Client::get_client*/
    #[derive(Debug, Clone)]
    pub struct GetClient<'a> {
        client: &'a super::Client,
        id: Result<i64, String>,
    }
    impl<'a> GetClient<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                id: Err("id was not initialized".to_string()),
            }
        }
        pub fn id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<i64>,
        {
            self.id = value
                .try_into()
                .map_err(|_| "conversion to `i64` for id failed".to_string());
            self
        }
        ///Sends a `GET` request to `/api/v1/oauth2/clients/{id}`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::OAuthClientEnvelope>, Error<()>> {
            let Self { client, id } = self;
            let id = id.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/api/v1/oauth2/clients/{}", client.baseurl, encode_path(& id
                .to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "get_client",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::update_client`]

[`Client::update_client`]: super::Client::update_client*/
    #[derive(Debug, Clone)]
    pub struct UpdateClient<'a> {
        client: &'a super::Client,
        id: Result<i64, String>,
        body: Result<types::builder::OAuthClientRequest, String>,
    }
    impl<'a> UpdateClient<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                id: Err("id was not initialized".to_string()),
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<i64>,
        {
            self.id = value
                .try_into()
                .map_err(|_| "conversion to `i64` for id failed".to_string());
            self
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::OAuthClientRequest>,
            <V as std::convert::TryInto<
                types::OAuthClientRequest,
            >>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!("conversion to `OAuthClientRequest` for body failed: {}", s)
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(
                types::builder::OAuthClientRequest,
            ) -> types::builder::OAuthClientRequest,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `PUT` request to `/api/v1/oauth2/clients/{id}`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::OAuthClientEnvelope>, Error<()>> {
            let Self { client, id, body } = self;
            let id = id.map_err(Error::InvalidRequest)?;
            let body = body
                .and_then(|v| {
                    types::OAuthClientRequest::try_from(v).map_err(|e| e.to_string())
                })
                .map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/api/v1/oauth2/clients/{}", client.baseurl, encode_path(& id
                .to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .put(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "update_client",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::delete_client`]

[`Client::delete_client`]: super::Client::delete_client*/
    #[derive(Debug, Clone)]
    pub struct DeleteClient<'a> {
        client: &'a super::Client,
        id: Result<i64, String>,
    }
    impl<'a> DeleteClient<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                id: Err("id was not initialized".to_string()),
            }
        }
        pub fn id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<i64>,
        {
            self.id = value
                .try_into()
                .map_err(|_| "conversion to `i64` for id failed".to_string());
            self
        }
        ///Sends a `DELETE` request to `/api/v1/oauth2/clients/{id}`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::ManagementOutcome>, Error<()>> {
            let Self { client, id } = self;
            let id = id.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/api/v1/oauth2/clients/{}", client.baseurl, encode_path(& id
                .to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .delete(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "delete_client",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::create_checkout_session`]

[`Client::create_checkout_session`]: super::Client::create_checkout_session*/
    #[derive(Debug, Clone)]
    pub struct CreateCheckoutSession<'a> {
        client: &'a super::Client,
        body: Result<types::builder::CheckoutRequest, String>,
    }
    impl<'a> CreateCheckoutSession<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::CheckoutRequest>,
            <V as std::convert::TryInto<
                types::CheckoutRequest,
            >>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!("conversion to `CheckoutRequest` for body failed: {}", s)
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(
                types::builder::CheckoutRequest,
            ) -> types::builder::CheckoutRequest,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `POST` request to `/api/v1/payment/create-checkout-session`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::CheckoutEnvelope>, Error<()>> {
            let Self { client, body } = self;
            let body = body
                .and_then(|v| {
                    types::CheckoutRequest::try_from(v).map_err(|e| e.to_string())
                })
                .map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/api/v1/payment/create-checkout-session", client.baseurl,
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "create_checkout_session",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::get_usage_summary`]

[`Client::get_usage_summary`]: super::Client::get_usage_summary*/
    #[derive(Debug, Clone)]
    pub struct GetUsageSummary<'a> {
        client: &'a super::Client,
    }
    impl<'a> GetUsageSummary<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self { client: client }
        }
        ///Sends a `GET` request to `/api/v1/usage/me/summary`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::UsageSummary>, Error<()>> {
            let Self { client } = self;
            let url = format!("{}/api/v1/usage/me/summary", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "get_usage_summary",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::get_userinfo`]

[`Client::get_userinfo`]: super::Client::get_userinfo*/
    #[derive(Debug, Clone)]
    pub struct GetUserinfo<'a> {
        client: &'a super::Client,
    }
    impl<'a> GetUserinfo<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self { client: client }
        }
        ///Sends a `GET` request to `/oauth2/userinfo`
        pub async fn send(self) -> Result<ResponseValue<types::UserInfo>, Error<()>> {
            let Self { client } = self;
            let url = format!("{}/oauth2/userinfo", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "get_userinfo",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::create_speech`]

[`Client::create_speech`]: super::Client::create_speech*/
    #[derive(Debug, Clone)]
    pub struct CreateSpeech<'a> {
        client: &'a super::Client,
        body: Result<types::builder::SpeechRequest, String>,
    }
    impl<'a> CreateSpeech<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::SpeechRequest>,
            <V as std::convert::TryInto<types::SpeechRequest>>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!("conversion to `SpeechRequest` for body failed: {}", s)
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(
                types::builder::SpeechRequest,
            ) -> types::builder::SpeechRequest,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `POST` request to `/oauth2/v1/audio/speech`
        pub async fn send(self) -> Result<ResponseValue<ByteStream>, Error<()>> {
            let Self { client, body } = self;
            let body = body
                .and_then(|v| {
                    types::SpeechRequest::try_from(v).map_err(|e| e.to_string())
                })
                .map_err(Error::InvalidRequest)?;
            let url = format!("{}/oauth2/v1/audio/speech", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .json(&body)
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "create_speech",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => Ok(ResponseValue::stream(response)),
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::create_transcription`]

[`Client::create_transcription`]: super::Client::create_transcription*/
    #[derive(Debug)]
    pub struct CreateTranscription<'a> {
        client: &'a super::Client,
        content_type: Result<::std::string::String, String>,
        pub(crate) body: Result<reqwest::Body, String>,
    }
    impl<'a> CreateTranscription<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                content_type: Err("content_type was not initialized".to_string()),
                body: Err("body was not initialized".to_string()),
            }
        }
        pub fn content_type<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.content_type = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for content_type failed"
                        .to_string()
                });
            self
        }
        pub fn body<B>(mut self, value: B) -> Self
        where
            B: std::convert::TryInto<reqwest::Body>,
        {
            self.body = value
                .try_into()
                .map_err(|_| {
                    "conversion to `reqwest::Body` for body failed".to_string()
                });
            self
        }
        ///Sends a `POST` request to `/oauth2/v1/audio/transcriptions`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::Transcription>, Error<()>> {
            let Self { client, content_type, body } = self;
            let content_type = content_type.map_err(Error::InvalidRequest)?;
            let body = body.map_err(Error::InvalidRequest)?;
            let url = format!("{}/oauth2/v1/audio/transcriptions", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
            header_map.append("Content-Type", content_type.to_string().try_into()?);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .header(
                    ::reqwest::header::CONTENT_TYPE,
                    ::reqwest::header::HeaderValue::from_static(
                        "application/octet-stream",
                    ),
                )
                .body(body)
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "create_transcription",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::create_chat_completion`]

[`Client::create_chat_completion`]: super::Client::create_chat_completion*/
    #[derive(Debug, Clone)]
    pub struct CreateChatCompletion<'a> {
        client: &'a super::Client,
        body: Result<types::builder::ChatCompletionRequest, String>,
    }
    impl<'a> CreateChatCompletion<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::ChatCompletionRequest>,
            <V as std::convert::TryInto<
                types::ChatCompletionRequest,
            >>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!(
                        "conversion to `ChatCompletionRequest` for body failed: {}", s
                    )
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(
                types::builder::ChatCompletionRequest,
            ) -> types::builder::ChatCompletionRequest,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `POST` request to `/oauth2/v1/chat/completions`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::ChatCompletion>, Error<()>> {
            let Self { client, body } = self;
            let body = body
                .and_then(|v| {
                    types::ChatCompletionRequest::try_from(v).map_err(|e| e.to_string())
                })
                .map_err(Error::InvalidRequest)?;
            let url = format!("{}/oauth2/v1/chat/completions", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "create_chat_completion",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::create_embedding`]

[`Client::create_embedding`]: super::Client::create_embedding*/
    #[derive(Debug, Clone)]
    pub struct CreateEmbedding<'a> {
        client: &'a super::Client,
        body: Result<types::builder::EmbeddingRequest, String>,
    }
    impl<'a> CreateEmbedding<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::EmbeddingRequest>,
            <V as std::convert::TryInto<
                types::EmbeddingRequest,
            >>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!("conversion to `EmbeddingRequest` for body failed: {}", s)
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(
                types::builder::EmbeddingRequest,
            ) -> types::builder::EmbeddingRequest,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `POST` request to `/oauth2/v1/embeddings`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::EmbeddingList>, Error<()>> {
            let Self { client, body } = self;
            let body = body
                .and_then(|v| {
                    types::EmbeddingRequest::try_from(v).map_err(|e| e.to_string())
                })
                .map_err(Error::InvalidRequest)?;
            let url = format!("{}/oauth2/v1/embeddings", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "create_embedding",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::edit_image`]

[`Client::edit_image`]: super::Client::edit_image*/
    #[derive(Debug)]
    pub struct EditImage<'a> {
        client: &'a super::Client,
        content_type: Result<::std::string::String, String>,
        pub(crate) body: Result<reqwest::Body, String>,
    }
    impl<'a> EditImage<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                content_type: Err("content_type was not initialized".to_string()),
                body: Err("body was not initialized".to_string()),
            }
        }
        pub fn content_type<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.content_type = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for content_type failed"
                        .to_string()
                });
            self
        }
        pub fn body<B>(mut self, value: B) -> Self
        where
            B: std::convert::TryInto<reqwest::Body>,
        {
            self.body = value
                .try_into()
                .map_err(|_| {
                    "conversion to `reqwest::Body` for body failed".to_string()
                });
            self
        }
        ///Sends a `POST` request to `/oauth2/v1/images/edits`
        pub async fn send(self) -> Result<ResponseValue<types::ImageList>, Error<()>> {
            let Self { client, content_type, body } = self;
            let content_type = content_type.map_err(Error::InvalidRequest)?;
            let body = body.map_err(Error::InvalidRequest)?;
            let url = format!("{}/oauth2/v1/images/edits", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
            header_map.append("Content-Type", content_type.to_string().try_into()?);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .header(
                    ::reqwest::header::CONTENT_TYPE,
                    ::reqwest::header::HeaderValue::from_static(
                        "application/octet-stream",
                    ),
                )
                .body(body)
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "edit_image",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::create_image`]

[`Client::create_image`]: super::Client::create_image*/
    #[derive(Debug, Clone)]
    pub struct CreateImage<'a> {
        client: &'a super::Client,
        body: Result<types::builder::ImageGenerationRequest, String>,
    }
    impl<'a> CreateImage<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::ImageGenerationRequest>,
            <V as std::convert::TryInto<
                types::ImageGenerationRequest,
            >>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!(
                        "conversion to `ImageGenerationRequest` for body failed: {}", s
                    )
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(
                types::builder::ImageGenerationRequest,
            ) -> types::builder::ImageGenerationRequest,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `POST` request to `/oauth2/v1/images/generations`
        pub async fn send(self) -> Result<ResponseValue<types::ImageList>, Error<()>> {
            let Self { client, body } = self;
            let body = body
                .and_then(|v| {
                    types::ImageGenerationRequest::try_from(v).map_err(|e| e.to_string())
                })
                .map_err(Error::InvalidRequest)?;
            let url = format!("{}/oauth2/v1/images/generations", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "create_image",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::create_image_variation`]

[`Client::create_image_variation`]: super::Client::create_image_variation*/
    #[derive(Debug)]
    pub struct CreateImageVariation<'a> {
        client: &'a super::Client,
        content_type: Result<::std::string::String, String>,
        pub(crate) body: Result<reqwest::Body, String>,
    }
    impl<'a> CreateImageVariation<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                content_type: Err("content_type was not initialized".to_string()),
                body: Err("body was not initialized".to_string()),
            }
        }
        pub fn content_type<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.content_type = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for content_type failed"
                        .to_string()
                });
            self
        }
        pub fn body<B>(mut self, value: B) -> Self
        where
            B: std::convert::TryInto<reqwest::Body>,
        {
            self.body = value
                .try_into()
                .map_err(|_| {
                    "conversion to `reqwest::Body` for body failed".to_string()
                });
            self
        }
        ///Sends a `POST` request to `/oauth2/v1/images/variations`
        pub async fn send(self) -> Result<ResponseValue<types::ImageList>, Error<()>> {
            let Self { client, content_type, body } = self;
            let content_type = content_type.map_err(Error::InvalidRequest)?;
            let body = body.map_err(Error::InvalidRequest)?;
            let url = format!("{}/oauth2/v1/images/variations", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
            header_map.append("Content-Type", content_type.to_string().try_into()?);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .header(
                    ::reqwest::header::CONTENT_TYPE,
                    ::reqwest::header::HeaderValue::from_static(
                        "application/octet-stream",
                    ),
                )
                .body(body)
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "create_image_variation",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::list_models`]

[`Client::list_models`]: super::Client::list_models*/
    #[derive(Debug, Clone)]
    pub struct ListModels<'a> {
        client: &'a super::Client,
        capability: Result<Option<::aipass_api::enums::ModelCapability>, String>,
        detailed: Result<Option<bool>, String>,
        method: Result<Option<::aipass_api::enums::ModelMethod>, String>,
        type_: Result<Option<::aipass_api::enums::ModelType>, String>,
    }
    impl<'a> ListModels<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                capability: Ok(None),
                detailed: Ok(None),
                method: Ok(None),
                type_: Ok(None),
            }
        }
        pub fn capability<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::aipass_api::enums::ModelCapability>,
        {
            self.capability = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: aipass_api :: enums :: ModelCapability` for capability failed"
                        .to_string()
                });
            self
        }
        pub fn detailed<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<bool>,
        {
            self.detailed = value
                .try_into()
                .map(Some)
                .map_err(|_| "conversion to `bool` for detailed failed".to_string());
            self
        }
        pub fn method<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::aipass_api::enums::ModelMethod>,
        {
            self.method = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: aipass_api :: enums :: ModelMethod` for method failed"
                        .to_string()
                });
            self
        }
        pub fn type_<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::aipass_api::enums::ModelType>,
        {
            self.type_ = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: aipass_api :: enums :: ModelType` for type_ failed"
                        .to_string()
                });
            self
        }
        ///Sends a `GET` request to `/oauth2/v1/models`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::ModelListResponse>, Error<()>> {
            let Self { client, capability, detailed, method, type_ } = self;
            let capability = capability.map_err(Error::InvalidRequest)?;
            let detailed = detailed.map_err(Error::InvalidRequest)?;
            let method = method.map_err(Error::InvalidRequest)?;
            let type_ = type_.map_err(Error::InvalidRequest)?;
            let url = format!("{}/oauth2/v1/models", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .query(&progenitor_client::QueryParam::new("capability", &capability))
                .query(&progenitor_client::QueryParam::new("detailed", &detailed))
                .query(&progenitor_client::QueryParam::new("method", &method))
                .query(&progenitor_client::QueryParam::new("type", &type_))
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "list_models",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::get_model`]

[`Client::get_model`]: super::Client::get_model*/
    #[derive(Debug, Clone)]
    pub struct GetModel<'a> {
        client: &'a super::Client,
        id: Result<::std::string::String, String>,
    }
    impl<'a> GetModel<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                id: Err("id was not initialized".to_string()),
            }
        }
        pub fn id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for id failed"
                        .to_string()
                });
            self
        }
        ///Sends a `GET` request to `/oauth2/v1/models/{id}`
        pub async fn send(self) -> Result<ResponseValue<types::Model>, Error<()>> {
            let Self { client, id } = self;
            let id = id.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/oauth2/v1/models/{}", client.baseurl, encode_path(& id.to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "get_model",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::create_video`]

[`Client::create_video`]: super::Client::create_video*/
    #[derive(Debug, Clone)]
    pub struct CreateVideo<'a> {
        client: &'a super::Client,
        body: Result<types::builder::VideoRequest, String>,
    }
    impl<'a> CreateVideo<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::VideoRequest>,
            <V as std::convert::TryInto<types::VideoRequest>>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!("conversion to `VideoRequest` for body failed: {}", s)
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(
                types::builder::VideoRequest,
            ) -> types::builder::VideoRequest,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `POST` request to `/oauth2/v1/videos`
        pub async fn send(self) -> Result<ResponseValue<types::Video>, Error<()>> {
            let Self { client, body } = self;
            let body = body
                .and_then(|v| {
                    types::VideoRequest::try_from(v).map_err(|e| e.to_string())
                })
                .map_err(Error::InvalidRequest)?;
            let url = format!("{}/oauth2/v1/videos", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "create_video",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::get_video`]

[`Client::get_video`]: super::Client::get_video*/
    #[derive(Debug, Clone)]
    pub struct GetVideo<'a> {
        client: &'a super::Client,
        id: Result<::std::string::String, String>,
    }
    impl<'a> GetVideo<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                id: Err("id was not initialized".to_string()),
            }
        }
        pub fn id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for id failed"
                        .to_string()
                });
            self
        }
        ///Sends a `GET` request to `/oauth2/v1/videos/{id}`
        pub async fn send(self) -> Result<ResponseValue<types::Video>, Error<()>> {
            let Self { client, id } = self;
            let id = id.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/oauth2/v1/videos/{}", client.baseurl, encode_path(& id.to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "get_video",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::download_video`]

[`Client::download_video`]: super::Client::download_video*/
    #[derive(Debug, Clone)]
    pub struct DownloadVideo<'a> {
        client: &'a super::Client,
        id: Result<::std::string::String, String>,
        variant: Result<Option<::aipass_api::enums::VideoVariant>, String>,
        if_range: Result<Option<::std::string::String>, String>,
        range: Result<Option<::std::string::String>, String>,
    }
    impl<'a> DownloadVideo<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                id: Err("id was not initialized".to_string()),
                variant: Ok(None),
                if_range: Ok(None),
                range: Ok(None),
            }
        }
        pub fn id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for id failed"
                        .to_string()
                });
            self
        }
        pub fn variant<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::aipass_api::enums::VideoVariant>,
        {
            self.variant = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: aipass_api :: enums :: VideoVariant` for variant failed"
                        .to_string()
                });
            self
        }
        pub fn if_range<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.if_range = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for if_range failed"
                        .to_string()
                });
            self
        }
        pub fn range<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.range = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for range failed"
                        .to_string()
                });
            self
        }
        ///Sends a `GET` request to `/oauth2/v1/videos/{id}/content`
        pub async fn send(self) -> Result<ResponseValue<ByteStream>, Error<()>> {
            let Self { client, id, variant, if_range, range } = self;
            let id = id.map_err(Error::InvalidRequest)?;
            let variant = variant.map_err(Error::InvalidRequest)?;
            let if_range = if_range.map_err(Error::InvalidRequest)?;
            let range = range.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/oauth2/v1/videos/{}/content", client.baseurl, encode_path(& id
                .to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(3usize);
            if let Some(value) = if_range {
                header_map.append("If-Range", value.to_string().try_into()?);
            }
            if let Some(value) = range {
                header_map.append("Range", value.to_string().try_into()?);
            }
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .query(&progenitor_client::QueryParam::new("variant", &variant))
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "download_video",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => Ok(ResponseValue::stream(response)),
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::remix_video`]

[`Client::remix_video`]: super::Client::remix_video*/
    #[derive(Debug, Clone)]
    pub struct RemixVideo<'a> {
        client: &'a super::Client,
        id: Result<::std::string::String, String>,
        body: Result<types::builder::VideoRemixRequest, String>,
    }
    impl<'a> RemixVideo<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                id: Err("id was not initialized".to_string()),
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for id failed"
                        .to_string()
                });
            self
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::VideoRemixRequest>,
            <V as std::convert::TryInto<
                types::VideoRemixRequest,
            >>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!("conversion to `VideoRemixRequest` for body failed: {}", s)
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(
                types::builder::VideoRemixRequest,
            ) -> types::builder::VideoRemixRequest,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `POST` request to `/oauth2/v1/videos/{id}/remix`
        pub async fn send(self) -> Result<ResponseValue<types::Video>, Error<()>> {
            let Self { client, id, body } = self;
            let id = id.map_err(Error::InvalidRequest)?;
            let body = body
                .and_then(|v| {
                    types::VideoRemixRequest::try_from(v).map_err(|e| e.to_string())
                })
                .map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/oauth2/v1/videos/{}/remix", client.baseurl, encode_path(& id
                .to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "remix_video",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::get_video_status`]

[`Client::get_video_status`]: super::Client::get_video_status*/
    #[derive(Debug, Clone)]
    pub struct GetVideoStatus<'a> {
        client: &'a super::Client,
        id: Result<::std::string::String, String>,
    }
    impl<'a> GetVideoStatus<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                id: Err("id was not initialized".to_string()),
            }
        }
        pub fn id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for id failed"
                        .to_string()
                });
            self
        }
        ///Sends a `GET` request to `/oauth2/v1/videos/{id}/status`
        pub async fn send(self) -> Result<ResponseValue<types::Video>, Error<()>> {
            let Self { client, id } = self;
            let id = id.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/oauth2/v1/videos/{}/status", client.baseurl, encode_path(& id
                .to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "get_video_status",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
}
/// Items consumers will typically use such as the Client.
pub mod prelude {
    pub use self::super::Client;
}
