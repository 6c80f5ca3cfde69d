//! `aipass transcribe`: what a recording says, as text, subtitles or JSON.

use crate::{
    args::ConnectionArgs, cmd_balance::Amounts, context::Context, failure::Failure, input, model::ModelArgs,
    output::Bar, target, upload, usage,
};
use aipass::{FilePart, Meta, TranscriptionBuilder};
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::path::PathBuf;

/// Write down what a recording says
#[derive(Args, Debug)]
#[command(after_long_help = "\
`json` and `verbose_json` print the answer as the service has it, `verbose_json` with the times of passages and words. \
Which formats there are depends on the model.

JSON: {\"text\":\"Hello.\",\"language\":null,\"duration\":null,\"model\":\"whisper-1\",
       \"cost\":0.006,\"balance\":{\"remaining\":7.55,\"spent\":2.45,\"max\":10.0}}
That is --json, the same for all models. What the service leaves out is null, and \"balance\" is null without -u. \
\"duration\" is in seconds, \"cost\" and \"balance\" are US dollars.

A transcription is a paid call.")]
pub(crate) struct TranscribeArgs {
    /// The recording: mp3, mp4, mpeg, mpga, m4a, wav, webm or ogg; `-` is standard input
    file: PathBuf,
    #[command(flatten)]
    model: ModelArgs,
    /// How it is written down
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The language that is spoken (ISO 639-1), such as en
    #[arg(long, value_name = "L")]
    language: Option<String>,
    /// Words to expect, or the text that came before
    #[arg(long, value_name = "TEXT")]
    prompt: Option<String>,
    /// Print one JSON object
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Then tell the cost and the balance: on stderr, or in the JSON
    #[arg(short, long)]
    usage: bool,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Srt,
    Vtt,
    #[value(name = "verbose_json")]
    VerboseJson,
}

impl TranscribeArgs {
    /// Whether the recording comes from standard input.
    pub(crate) fn reads_input(&self) -> bool {
        self.file.as_os_str() == "-"
    }
}

/// The stable form of `--json`.
#[derive(Serialize)]
struct Json<'a> {
    text: &'a str,
    language: Option<&'a str>,
    duration: Option<f64>,
    model: Option<&'a str>,
    cost: Option<f64>,
    balance: Option<Amounts>,
}

/// What was said.
enum Said {
    Text(String),
    Json(Box<aipass::types::Transcription>),
}

pub(crate) async fn run(context: &Context, args: &TranscribeArgs) -> Result<(), Failure> {
    let model = args.model.resolve(context, &args.connection)?;
    let client = context.client(&args.connection)?;
    let recording = context.interrupt.stops(recording(args)).await?;
    let bar = Bar::new("Listening");
    let sent = upload::watched(vec![recording.clone()], &bar.meter(), "Listening");
    let mut transcription = client.transcribe(model, sent.into_iter().next().unwrap_or(recording));
    if let Some(language) = &args.language {
        transcription = transcription.language(language);
    }
    if let Some(prompt) = &args.prompt {
        transcription = transcription.prompt(prompt);
    }
    let (said, meta) = context
        .interrupt
        .stops(listen(transcription, args))
        .await
        .map_err(Failure::perhaps_charged)?;
    drop(bar);
    if !args.json {
        show(&said)?;
    }
    let left = usage::left_if(args.usage, context, &client).await;
    match (&said, &left) {
        (Said::Json(said), _) if args.json => {
            let balance = left.as_ref().and_then(|left| left.as_ref().ok());
            target::print_json(&Json {
                text: &said.text,
                language: said.language.as_deref(),
                duration: said.duration,
                model: meta.model(),
                cost: meta.cost(),
                balance: balance.copied().map(Amounts::from),
            })?;
            if let Some(Err(failure)) = &left {
                usage::unknown(failure);
            }
        }
        (_, Some(left)) => usage::tell(None, meta.cost(), left),
        _ => {}
    }
    usage::end(left)
}

async fn recording(args: &TranscribeArgs) -> Result<FilePart, Failure> {
    if !args.reads_input() {
        return upload::open(&args.file).await;
    }
    let bytes = input::body("-").await?;
    if bytes.is_empty() {
        return Err(Failure::usage(
            "there is no recording on standard input",
            "pipe one in, or name a file",
        ));
    }
    Ok(FilePart::from_bytes(bytes))
}

async fn listen(transcription: TranscriptionBuilder, args: &TranscribeArgs) -> Result<(Said, Meta), Failure> {
    let text = match args.format {
        _ if args.json => None,
        Format::Text => Some(transcription.clone().text().await?),
        Format::Srt => Some(transcription.clone().srt().await?),
        Format::Vtt => Some(transcription.clone().vtt().await?),
        Format::Json | Format::VerboseJson => None,
    };
    if let Some(text) = text {
        let meta = text.meta().clone();
        return Ok((Said::Text(text.into_inner()), meta));
    }
    let answer = if args.format == Format::VerboseJson {
        transcription.verbose().await?
    } else {
        transcription.send().await?
    };
    let meta = answer.meta().clone();
    Ok((Said::Json(Box::new(answer.into_inner())), meta))
}

fn show(said: &Said) -> Result<(), Failure> {
    match said {
        Said::Text(text) if text.is_empty() || text.ends_with('\n') => target::print(text),
        Said::Text(text) => target::print(&format!("{text}\n")),
        Said::Json(said) => target::print_json(said),
    }
}
