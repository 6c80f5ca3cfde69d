// @generated from openapi/aipass.yaml by `cargo xtask regen`; do not edit.

crate::open_enum! {
    /// Whether the model decides itself or must call a tool.
    pub enum AllowedToolsMode {
        Auto = "auto",
        Required = "required",
    }
}

crate::open_enum! {
    /// The encoding of a spoken answer.
    pub enum ChatAudioFormat {
        Wav = "wav",
        Aac = "aac",
        Mp3 = "mp3",
        Flac = "flac",
        Opus = "opus",
        Pcm16 = "pcm16",
    }
}

crate::open_enum! {
    /// Whether vectors come as numbers, or as base64 of little-endian 32-bit floats.
    pub enum EmbeddingEncoding {
        Float = "float",
        Base64 = "base64",
    }
}

crate::open_enum! {
    /// Why the model stopped: it was done, it ran into a token limit, it wants tool calls, or its provider filtered the rest.
    pub enum FinishReason {
        Stop = "stop",
        Length = "length",
        ToolCalls = "tool_calls",
        ContentFilter = "content_filter",
        FunctionCall = "function_call",
    }
}

crate::open_enum! {
    /// The language that a grammar is written in.
    pub enum GrammarSyntax {
        Lark = "lark",
        Regex = "regex",
    }
}

crate::open_enum! {
    /// How closely to look at an image. A closer look costs more tokens.
    pub enum ImageDetail {
        Auto = "auto",
        Low = "low",
        High = "high",
    }
}

crate::open_enum! {
    /// What an event of an image that is edited carries.
    pub enum ImageEditEventType {
        ImageEditPartialImage = "image_edit.partial_image",
        ImageEditCompleted = "image_edit.completed",
    }
}

crate::open_enum! {
    /// What an event of an image that is made carries.
    pub enum ImageGenerationEventType {
        ImageGenerationPartialImage = "image_generation.partial_image",
        ImageGenerationCompleted = "image_generation.completed",
    }
}

crate::open_enum! {
    /// How much effort to spend; more is slower and dearer. Which levels exist depends on the model.
    pub enum ImageQuality {
        Auto = "auto",
        Low = "low",
        Medium = "medium",
        High = "high",
        Standard = "standard",
        Hd = "hd",
    }
}

crate::open_enum! {
    /// Whether images come as links or as base64 text. Models may ignore it.
    pub enum ImageResponseFormat {
        Url = "url",
        B64Json = "b64_json",
    }
}

crate::open_enum! {
    /// Width and height in pixels. Which sizes exist depends on the model.
    pub enum ImageSize {
        Auto = "auto",
        X256x256 = "256x256",
        X512x512 = "512x512",
        X1024x1024 = "1024x1024",
        X1024x1536 = "1024x1536",
        X1536x1024 = "1536x1024",
        X1024x1792 = "1024x1792",
        X1792x1024 = "1792x1024",
    }
}

crate::open_enum! {
    /// The encoding of a recording.
    pub enum InputAudioFormat {
        Wav = "wav",
        Mp3 = "mp3",
    }
}

crate::open_enum! {
    /// What an answer can consist of.
    pub enum Modality {
        Text = "text",
        Audio = "audio",
    }
}

crate::open_enum! {
    /// Something that a model can read, write or do (assumed).
    pub enum ModelCapability {
        Text = "text",
        Image = "image",
        Vision = "vision",
        Audio = "audio",
        Streaming = "streaming",
        Tools = "tools",
        Decision = "decision",
    }
}

crate::open_enum! {
    /// A kind of call that a model answers (assumed).
    pub enum ModelMethod {
        ChatCompletions = "chat_completions",
        Responses = "responses",
        ImageGeneration = "image_generation",
        ImageEdit = "image_edit",
        AudioSpeech = "audio_speech",
        AudioTranscription = "audio_transcription",
        Embeddings = "embeddings",
        VideoGeneration = "video_generation",
        Decisions = "decisions",
    }
}

crate::open_enum! {
    /// What kind of model it is (assumed).
    pub enum ModelType {
        Text = "text",
        Multimodal = "multimodal",
        Image = "image",
        Audio = "audio",
        Video = "video",
        Embedding = "embedding",
        Decision = "decision",
    }
}

crate::open_enum! {
    /// Whether to report scores only, or to refuse what is flagged.
    pub enum ModerationMode {
        Score = "score",
        Block = "block",
    }
}

crate::open_enum! {
    /// Whether the provider or the request decides where a cached beginning ends.
    pub enum PromptCacheMode {
        Implicit = "implicit",
        Explicit = "explicit",
    }
}

crate::open_enum! {
    /// How long the model thinks before it answers. Which levels exist depends on the model.
    pub enum ReasoningEffort {
        None = "none",
        Minimal = "minimal",
        Low = "low",
        Medium = "medium",
        High = "high",
        Xhigh = "xhigh",
        Max = "max",
    }
}

crate::open_enum! {
    /// Who speaks.
    pub enum Role {
        System = "system",
        Developer = "developer",
        User = "user",
        Assistant = "assistant",
        Tool = "tool",
    }
}

crate::open_enum! {
    /// How much of what was found the model gets to read.
    pub enum SearchContextSize {
        Low = "low",
        Medium = "medium",
        High = "high",
    }
}

crate::open_enum! {
    /// How the provider schedules and prices the call.
    pub enum ServiceTier {
        Auto = "auto",
        Default = "default",
        Flex = "flex",
        Scale = "scale",
        Priority = "priority",
        Fast = "fast",
    }
}

crate::open_enum! {
    /// What an event of a streamed reading carries.
    pub enum SpeechEventType {
        SpeechAudioDelta = "speech.audio.delta",
        SpeechAudioDone = "speech.audio.done",
    }
}

crate::open_enum! {
    /// The encoding of the audio; MP3 unless said otherwise.
    pub enum SpeechFormat {
        Mp3 = "mp3",
        Opus = "opus",
        Aac = "aac",
        Flac = "flac",
        Wav = "wav",
        Pcm = "pcm",
    }
}

crate::open_enum! {
    /// Whether audio comes as bytes, or as server-sent events. Not every model can send events.
    pub enum SpeechStreamFormat {
        Audio = "audio",
        Sse = "sse",
    }
}

crate::open_enum! {
    /// What a transcription gives times for.
    pub enum TimestampGranularity {
        Word = "word",
        Segment = "segment",
    }
}

crate::open_enum! {
    /// Which kind of tool is called.
    pub enum ToolCallType {
        Function = "function",
        Custom = "custom",
    }
}

crate::open_enum! {
    /// Whether the model calls no tool, decides itself, or must call one.
    pub enum ToolChoiceMode {
        None = "none",
        Auto = "auto",
        Required = "required",
    }
}

crate::open_enum! {
    /// What an event of a streamed transcription carries.
    pub enum TranscriptionEventType {
        TranscriptTextDelta = "transcript.text.delta",
        TranscriptTextSegment = "transcript.text.segment",
        TranscriptTextDone = "transcript.text.done",
    }
}

crate::open_enum! {
    /// What the answer looks like. Which formats exist depends on the model.
    pub enum TranscriptionFormat {
        Json = "json",
        Text = "text",
        Srt = "srt",
        Vtt = "vtt",
        VerboseJson = "verbose_json",
        DiarizedJson = "diarized_json",
    }
}

crate::open_enum! {
    /// What a transcription can tell besides the text.
    pub enum TranscriptionInclude {
        Logprobs = "logprobs",
    }
}

crate::open_enum! {
    /// How long the answer should be.
    pub enum Verbosity {
        Low = "low",
        Medium = "medium",
        High = "high",
    }
}

crate::open_enum! {
    /// Width and height in pixels. Which sizes exist depends on the model.
    pub enum VideoSize {
        X720x1280 = "720x1280",
        X1280x720 = "1280x720",
        X1024x1792 = "1024x1792",
        X1792x1024 = "1792x1024",
    }
}

crate::open_enum! {
    /// How far a video job is. `processing` is what Gemini's models say (assumed).
    pub enum VideoStatus {
        Queued = "queued",
        InProgress = "in_progress",
        Processing = "processing",
        Completed = "completed",
        Failed = "failed",
    }
}

crate::open_enum! {
    /// Which file of a video job (assumed).
    pub enum VideoVariant {
        Video = "video",
        Thumbnail = "thumbnail",
        Spritesheet = "spritesheet",
    }
}

crate::open_enum! {
    /// A voice by its name. Gemini's voices, such as Charon, have names of their own.
    pub enum VoiceName {
        Alloy = "alloy",
        Ash = "ash",
        Ballad = "ballad",
        Cedar = "cedar",
        Coral = "coral",
        Echo = "echo",
        Fable = "fable",
        Marin = "marin",
        Nova = "nova",
        Onyx = "onyx",
        Sage = "sage",
        Shimmer = "shimmer",
        Verse = "verse",
    }
}
