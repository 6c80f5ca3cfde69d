//! `aipass speak`: a text that is read aloud, in a file or through a pipe.

use crate::{
    args::ConnectionArgs,
    cmd_balance::Amounts,
    context::Context,
    exit::Exit,
    failure::Failure,
    input,
    model::ModelArgs,
    output::{self, Bar},
    target::{self, OutputArgs, Target, Written},
    usage,
};
use aipass::{ByteStream, Client, SpeechBuilder};
use clap::Args;
use http::header;
use serde::Serialize;

/// Read a text aloud
#[derive(Args, Debug)]
#[command(after_long_help = "\
JSON: {\"model\":\"tts-1\",\"file\":{\"path\":\"hello.mp3\",\"media_type\":\"audio/mpeg\",\"bytes\":12345},
       \"cost\":0.015,\"balance\":{\"remaining\":7.55,\"spent\":2.45,\"max\":10.0}}
What the service leaves out is null, and \"balance\" is null without -u. \"cost\" and \"balance\" are US dollars.

With `-o -` the sound goes to stdout while it is made. Else the extension follows the content; some models send another \
format than was asked for. A sound that breaks off is kept beside, with .part behind its name.

A reading is a paid call.")]
pub(crate) struct SpeakArgs {
    /// What to read; `-`, or none where standard input is no terminal, reads it from there
    text: Option<String>,
    #[command(flatten)]
    model: ModelArgs,
    /// Whose voice, as the model names them
    #[arg(long, value_name = "V", default_value = "alloy")]
    voice: String,
    #[command(flatten)]
    output: OutputArgs,
    /// mp3, opus, aac, flac, wav or pcm [default: what the file's name says, or mp3]
    #[arg(long, value_name = "F")]
    format: Option<String>,
    /// From 0.25 to 4, where 1 is the normal speed
    #[arg(long, value_name = "X", value_parser = speed)]
    speed: Option<f64>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Then tell the cost and the balance: on stderr, or in the JSON
    #[arg(short, long)]
    usage: bool,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

impl SpeakArgs {
    /// Whether the text comes from standard input.
    pub(crate) fn reads_input(&self) -> bool {
        input::is_piped(self.text.as_deref())
    }

    /// The format to ask for, where it is not the usual one.
    fn wanted_format(&self) -> Option<String> {
        if self.format.is_some() {
            return self.format.clone();
        }
        let extension = self.output.extension()?;
        let format = match extension.as_str() {
            "ogg" | "oga" | "opus" => "opus",
            "wav" | "flac" | "aac" | "pcm" => &extension,
            _ => return None,
        };
        Some(format.to_owned())
    }
}

/// The stable form of `--json`.
#[derive(Serialize)]
struct Json<'a> {
    model: Option<&'a str>,
    file: Option<Written>,
    cost: Option<f64>,
    balance: Option<Amounts>,
}

pub(crate) async fn run(context: &Context, args: &SpeakArgs) -> Result<(), Failure> {
    let target = args.output.target()?.beside_json(args.json)?;
    let model = args.model.resolve(context, &args.connection)?;
    let client = context.client(&args.connection)?;
    let speech = context.interrupt.stops(prepare(&client, model, args)).await?;
    let bar = Bar::new("Reading aloud");
    let begin = async { Ok(speech.stream().await?) };
    let mut sound = context
        .interrupt
        .stops(begin)
        .await
        .map_err(Failure::perhaps_charged)?;
    let file = match &target {
        Target::Stdout => {
            drop(bar);
            pipe(context, &mut sound).await.map(|()| None)
        }
        Target::File(_) => keep(context, &mut sound, &target, bar).await,
    };
    let file = file.map_err(Failure::after_paying)?;
    let left = usage::left_if(args.usage, context, &client).await;
    let (model, cost) = (sound.meta().model(), sound.meta().cost());
    if args.json {
        let balance = left.as_ref().and_then(|left| left.as_ref().ok());
        output::json(&Json {
            model,
            file,
            cost,
            balance: balance.copied().map(Amounts::from),
        })?;
        if let Some(Err(failure)) = &left {
            usage::unknown(failure);
        }
    } else if let Some(left) = &left {
        usage::tell(None, cost, left);
    }
    usage::end(left)
}

async fn prepare(client: &Client, model: String, args: &SpeakArgs) -> Result<SpeechBuilder, Failure> {
    input::before_typing(client, args.reads_input()).await?;
    let text = input::text(args.text.as_deref(), "text").await?;
    let mut speech = client.speech(model, text).voice(args.voice.as_str());
    if let Some(format) = args.wanted_format() {
        speech = speech.format(format);
    }
    if let Some(speed) = args.speed {
        speech = speech.speed(speed);
    }
    Ok(speech)
}

/// The next piece, or Ctrl-C.
async fn next(context: &Context, sound: &mut ByteStream) -> Result<Option<bytes::Bytes>, Failure> {
    let next = async { Ok(sound.next().await.transpose()?) };
    context.interrupt.stops(next).await
}

/// Hands the sound on while it is made.
async fn pipe(context: &Context, sound: &mut ByteStream) -> Result<(), Failure> {
    let mut whole = Vec::new();
    let mut unwritten = None;
    loop {
        match next(context, sound).await {
            Ok(Some(piece)) => {
                whole.extend_from_slice(&piece);
                if unwritten.is_some() {
                    continue;
                }
                match output::bytes(&piece) {
                    // It is read to its end all the same: it is paid for.
                    Err(failure) if failure.exit == Exit::Config => unwritten = Some(failure),
                    outcome => outcome?,
                }
            }
            Ok(None) => break,
            Err(failure) if whole.is_empty() => return Err(failure.perhaps_charged()),
            Err(failure) => {
                let failure = failure.after_a_part();
                return Err(match unwritten {
                    Some(unwritten) => failure.with_help_of(target::kept(unwritten, &whole)),
                    None => failure,
                });
            }
        }
    }
    unwritten.map_or(Ok(()), |unwritten| Err(target::kept(unwritten, &whole)))
}

/// Writes the whole sound, or keeps what came of it.
async fn keep(
    context: &Context,
    sound: &mut ByteStream,
    target: &Target,
    bar: Bar,
) -> Result<Option<Written>, Failure> {
    let length = sound.meta().headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse().ok());
    let meter = bar.meter();
    let mut whole = Vec::new();
    loop {
        match next(context, sound).await {
            Ok(Some(piece)) => whole.extend_from_slice(&piece),
            Ok(None) => break,
            Err(failure) => {
                drop(bar);
                return Err(target.keep_part(&whole, failure.perhaps_charged()));
            }
        }
        meter.bytes("Receiving", whole.len() as u64, length);
    }
    drop(bar);
    target.write(&whole)
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.25..=4.0).contains(&value) => Ok(value),
        _ => Err("it is a number from 0.25 to 4".to_owned()),
    }
}
