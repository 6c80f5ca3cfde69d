//! The models that the sandbox plays, and their made-up prices in micro-dollars.

use super::Model;

const CHAT: &[&str] = &["chat_completions"];
const SEES: &[&str] = &["text", "vision", "streaming", "tools"];

/// The ids are ones that pages of the service name; the playbook's two come first.
pub(super) static CATALOGUE: &[Model] = &[
    Model {
        id: "gpt-4o-mini",
        name: "GPT-4o mini",
        kind: "multimodal",
        capabilities: SEES,
        methods: CHAT,
        reasons: false,
        per_call: 1_000,
        per_prompt_token: 10,
        per_completion_token: 40,
    },
    Model {
        id: "gemini/gemini-2.5-flash-lite",
        name: "Gemini 2.5 Flash Lite",
        kind: "multimodal",
        capabilities: SEES,
        methods: CHAT,
        reasons: false,
        per_call: 500,
        per_prompt_token: 5,
        per_completion_token: 20,
    },
    Model {
        id: "gpt-5-mini",
        name: "GPT-5 mini",
        kind: "multimodal",
        capabilities: SEES,
        methods: CHAT,
        reasons: true,
        per_call: 2_000,
        per_prompt_token: 20,
        per_completion_token: 100,
    },
    Model {
        id: "claude-sonnet-4-5",
        name: "Claude Sonnet 4.5",
        kind: "multimodal",
        capabilities: SEES,
        methods: CHAT,
        reasons: false,
        per_call: 3_000,
        per_prompt_token: 30,
        per_completion_token: 150,
    },
    embedding("text-embedding-3-small", "Text Embedding 3 Small", 100),
    embedding("text-embedding-3-large", "Text Embedding 3 Large", 300),
    embedding("gemini/gemini-embedding-001", "Gemini Embedding", 100),
    image("gpt-image-1", "GPT Image 1", PICTURES, 40_000),
    image("gpt-image-1-mini", "GPT Image 1 mini", PICTURES, 10_000),
    image("dall-e-3", "DALL-E 3", &["image_generation"], 40_000),
    // The catalogue has no method for variations; the only model of OpenAI that ever made them edits as well.
    image("dall-e-2", "DALL-E 2", PICTURES, 20_000),
    image("flux-pro/v1.1", "FLUX Pro 1.1", &["image_generation"], 50_000),
    audio("tts-1", "TTS 1", &["audio"], SPEAKS, 15_000),
    audio(
        "gpt-4o-mini-tts",
        "GPT-4o mini TTS",
        &["audio", "streaming"],
        SPEAKS,
        12_000,
    ),
    audio(
        "gemini/gemini-3.1-flash-tts",
        "Gemini 3.1 Flash TTS",
        &["audio"],
        SPEAKS,
        10_000,
    ),
    audio("whisper-1", "Whisper 1", &["audio"], LISTENS, 6_000),
    audio(
        "gpt-4o-mini-transcribe",
        "GPT-4o mini Transcribe",
        &["audio", "streaming"],
        LISTENS,
        3_000,
    ),
    audio(
        "gpt-4o-transcribe",
        "GPT-4o Transcribe",
        &["audio", "streaming"],
        LISTENS,
        6_000,
    ),
    audio(
        "gpt-4o-transcribe-diarize",
        "GPT-4o Transcribe Diarize",
        &["audio", "streaming"],
        LISTENS,
        6_000,
    ),
    video("sora-2", "Sora 2", 400_000),
    video("openai/sora-2", "Sora 2", 400_000),
    video("veo-3.1-fast-generate-preview", "Veo 3.1 Fast", 600_000),
];

const PICTURES: &[&str] = &["image_generation", "image_edit"];
const SPEAKS: &[&str] = &["audio_speech"];
const LISTENS: &[&str] = &["audio_transcription"];

/// A model whose texts cost a micro-dollar per token besides.
const fn embedding(id: &'static str, name: &'static str, per_call: i64) -> Model {
    Model {
        per_prompt_token: 1,
        ..other(id, name, "embedding", &["text"], &["embeddings"], per_call)
    }
}

const fn image(
    id: &'static str,
    name: &'static str,
    methods: &'static [&'static str],
    per_call: i64,
) -> Model {
    other(id, name, "image", &["image"], methods, per_call)
}

const fn audio(
    id: &'static str,
    name: &'static str,
    capabilities: &'static [&'static str],
    methods: &'static [&'static str],
    per_call: i64,
) -> Model {
    other(id, name, "audio", capabilities, methods, per_call)
}

const fn video(id: &'static str, name: &'static str, per_call: i64) -> Model {
    other(id, name, "video", &["video"], &["video_generation"], per_call)
}

/// A model with one price per call.
const fn other(
    id: &'static str,
    name: &'static str,
    kind: &'static str,
    capabilities: &'static [&'static str],
    methods: &'static [&'static str],
    per_call: i64,
) -> Model {
    Model {
        id,
        name,
        kind,
        capabilities,
        methods,
        reasons: false,
        per_call,
        per_prompt_token: 0,
        per_completion_token: 0,
    }
}
