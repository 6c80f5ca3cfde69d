//! `aipass chat`: one question, and the answer as it is written.

mod attach;
mod schema;

use crate::{
    args::ConnectionArgs, cmd_balance::Amounts, context::Context, exit::Exit, failure::Failure, input,
    model::ModelArgs, output, target, usage,
};
use aipass::{Balance, ChatBuilder, ChatReply, ChatStream, Client, types::ContentPart};
use clap::Args;
use serde::Serialize;

/// Ask a model, and print the answer as it is written
#[derive(Args, Debug)]
#[command(after_long_help = "\
JSON: {\"id\":\"chatcmpl-1\",\"model\":\"gpt-4o-mini\",\"text\":\"Hello.\",\"refusal\":null,
        \"finish_reason\":\"stop\",\"complete\":true,
        \"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2,\"total_tokens\":7},
        \"cost\":0.0001,\"balance\":{\"remaining\":7.55,\"spent\":2.45,\"max\":10.0}}
What the service leaves out is null, and \"balance\" is null without -u. \"cost\" and \"balance\" are US dollars. An \
answer that was cut, filtered or refused, or that ended for a reason unknown here, is printed with \"complete\":false, and \
the exit code says so too.

What -a attaches is told by its content: JPEG, PNG, GIF and WebP are pictures, which are made to fit, WAV and MP3 are \
sounds, and text in UTF-8 goes along under its name. Anything else is refused before anything is sent. An address, which \
begins with https://, is that of a picture.

With --schema the answer comes in one piece and is JSON of that form, or the exit code is 8 and stdout is empty. The schema \
holds to the letter where each of its objects has \"additionalProperties\":false and lists all of its members as required.

A chat is a paid call.")]
pub(crate) struct ChatArgs {
    /// The question; `-`, or none where standard input is no terminal, reads it from there
    prompt: Option<String>,
    #[command(flatten)]
    model: ModelArgs,
    /// Instructions that stand above the question
    #[arg(short, long, value_name = "TEXT")]
    system: Option<String>,
    /// A picture, a sound or a text, or the address of a picture; can be given several times
    #[arg(short, long, value_name = "FILE|URL")]
    attach: Vec<String>,
    /// Have the answer as JSON of the form that this JSON Schema describes
    #[arg(long, value_name = "FILE")]
    schema: Option<String>,
    /// Print one JSON object, once the answer is there
    #[arg(long)]
    json: bool,
    /// Ask for the answer in one piece
    #[arg(long)]
    no_stream: bool,
    /// Then tell the tokens, the cost and the balance: on stderr, or in the JSON
    #[arg(short, long)]
    usage: bool,
    /// At most this many tokens of answer
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_tokens: Option<u32>,
    /// How freely the model chooses its words, from 0 to 2
    #[arg(long, value_name = "T", value_parser = temperature, allow_negative_numbers = true)]
    temperature: Option<f64>,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

impl ChatArgs {
    /// Whether the question comes from standard input.
    pub(crate) fn reads_input(&self) -> bool {
        input::is_piped(self.prompt.as_deref())
    }
}

pub(crate) async fn run(context: &Context, args: &ChatArgs) -> Result<(), Failure> {
    let (client, chat) = context.interrupt.stops(prepare(context, args)).await?;
    let mut ended = if args.no_stream || args.schema.is_some() {
        whole(context, chat).await
    } else {
        streamed(context, chat, !args.json).await
    }?;
    let Some(reply) = &ended.reply else {
        return ended.failure.map_or(Ok(()), Err);
    };
    let is_form_kept = args.schema.is_none() || schema::json(reply.text()).is_some();
    if !args.json {
        show(args, reply.text())?;
    }
    let came = ended.failure.is_none();
    let shortcoming = shortcoming(reply);
    // Whoever has pressed Ctrl-C waits for nothing more.
    let asks = args.usage
        && ended
            .failure
            .as_ref()
            .is_none_or(|failure| failure.exit != Exit::Interrupted);
    let left = if asks {
        Some(usage::left(context, &client).await)
    } else {
        None
    };
    if args.json {
        let balance = left.as_ref().and_then(|left| left.as_ref().ok());
        target::print_json(&Json::of(reply, came && shortcoming.is_none(), balance))?;
    }
    match &left {
        Some(left) if !args.json => usage::tell(tokens(reply), reply.meta().cost(), left),
        Some(Err(failure)) => usage::unknown(failure),
        _ => {}
    }
    if came {
        let stopped = left
            .and_then(Result::err)
            .filter(|failure| failure.exit == Exit::Interrupted);
        ended.failure = shortcoming
            .or_else(|| {
                stopped
                    .map(|_| Failure::interrupted("interrupted before the balance came; the answer is whole"))
            })
            .or_else(|| (!is_form_kept).then(schema::no_json));
    }
    ended.failure.map_or(Ok(()), Err)
}

/// Prints an answer that came in one piece; one that is written as it comes is printed already.
fn show(args: &ChatArgs, text: &str) -> Result<(), Failure> {
    if args.schema.is_none() {
        return if args.no_stream {
            target::print(&line(text))
        } else {
            Ok(())
        };
    }
    match schema::json(text) {
        Some(json) => target::print(&line(json)),
        None => {
            schema::show_aside(text);
            Ok(())
        }
    }
}

/// The answer, and what was wrong with it. Part of an answer is kept: it has been paid for.
struct Ended {
    reply: Option<ChatReply>,
    failure: Option<Failure>,
}

async fn prepare(context: &Context, args: &ChatArgs) -> Result<(Client, ChatBuilder), Failure> {
    let model = args.model.resolve(context, &args.connection)?;
    let client = context.client(&args.connection)?;
    let mut attached = Vec::new();
    for file in &args.attach {
        attached.push(attach::part(file).await?);
    }
    let format = match &args.schema {
        Some(file) if file == "-" && args.reads_input() => {
            return Err(Failure::usage(
                "standard input cannot be the question and the schema",
                "put one of them into a file",
            ));
        }
        Some(file) => Some(schema::format(file).await?),
        None => None,
    };
    input::before_typing(&client, args.reads_input()).await?;
    let prompt = input::text(args.prompt.as_deref(), "question").await?;
    let mut chat = client.chat(model);
    if let Some(system) = &args.system {
        chat = chat.system(system.as_str());
    }
    chat = if attached.is_empty() {
        chat.user(prompt)
    } else {
        let parts: Vec<_> = [ContentPart::text(prompt)].into_iter().chain(attached).collect();
        chat.user(parts)
    };
    if format.is_some() {
        chat = chat.with(|request| request.response_format = format);
    }
    if let Some(tokens) = args.max_tokens {
        chat = chat.max_tokens(tokens);
    }
    if let Some(temperature) = args.temperature {
        chat = chat.temperature(temperature);
    }
    Ok((client, chat))
}

async fn whole(context: &Context, chat: ChatBuilder) -> Result<Ended, Failure> {
    tokio::select! {
        reply = chat.send() => Ok(Ended { reply: Some(reply?), failure: None }),
        () = context.interrupt.pressed() => Err(interrupted_early()),
    }
}

/// Reads the stream to its end, or to where it broke off, and shows the text as it comes if that is wanted.
async fn streamed(context: &Context, chat: ChatBuilder, show: bool) -> Result<Ended, Failure> {
    let mut stream = tokio::select! {
        stream = chat.stream() => stream?,
        () = context.interrupt.pressed() => return Err(interrupted_early()),
    };
    let mut live = Live {
        show,
        last: None,
        unwritten: None,
    };
    let broken = loop {
        tokio::select! {
            event = stream.next() => match event {
                Some(Ok(event)) => live.print(event.text())?,
                Some(Err(error)) => break Some(Failure::from(error)),
                None => break None,
            },
            () = context.interrupt.pressed() => break Some(Failure::interrupted("interrupted, the answer is partial")),
        }
    };
    live.end()?;
    let mut ended = end(stream, broken);
    if live.last.is_some() {
        ended.failure = ended.failure.map(Failure::after_a_part);
    }
    if let (Some(unwritten), Some(reply)) = (live.unwritten, &ended.reply) {
        let kept = target::kept(unwritten, line(reply.text()).as_bytes());
        // What broke it off goes first, and says where it is.
        ended.failure = Some(match ended.failure {
            Some(broken) => broken.with_help_of(kept),
            None => kept,
        });
    }
    Ok(ended)
}

fn end(stream: ChatStream, broken: Option<Failure>) -> Ended {
    match stream.finish() {
        Ok(reply) => Ended {
            reply: Some(reply),
            failure: broken,
        },
        Err(error) => {
            let reply = error.partial().cloned();
            Ended {
                reply,
                failure: Some(broken.unwrap_or_else(|| error.into())),
            }
        }
    }
}

fn interrupted_early() -> Failure {
    Failure::interrupted("interrupted before the answer began").with_help("the call may have been charged")
}

/// Text that is printed as it comes.
struct Live {
    show: bool,
    last: Option<char>,
    /// Why stdout takes no more. The answer is read to its end all the same: it is paid for.
    unwritten: Option<Failure>,
}

impl Live {
    fn print(&mut self, text: &str) -> Result<(), Failure> {
        if text.is_empty() {
            return Ok(());
        }
        if self.last.is_none() {
            tracing::debug!("the answer began");
        }
        self.last = text.chars().last();
        if !self.show {
            return Ok(());
        }
        match output::foreign(text) {
            Err(failure) if failure.exit == Exit::Config => {
                self.show = false;
                self.unwritten = Some(failure);
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// Ends the line, so that what comes next starts on one of its own.
    fn end(&self) -> Result<(), Failure> {
        if self.show && self.last.is_some_and(|last| last != '\n') {
            output::data("\n")
        } else {
            Ok(())
        }
    }
}

fn line(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') {
        text.to_owned()
    } else {
        format!("{text}\n")
    }
}

/// What `-u` tells of the tokens.
fn tokens(reply: &ChatReply) -> Option<String> {
    let told = reply
        .usage()
        .and_then(|usage| usage::tokens(usage.prompt_tokens, usage.completion_tokens, usage.total_tokens));
    told.or_else(|| Some("tokens: the service did not tell".to_owned()))
}

/// What is wrong with an answer that came to its end, as the library counts.
fn shortcoming(reply: &ChatReply) -> Option<Failure> {
    let error = reply.clone().into_whole().err()?;
    if error.is_refusal() {
        let failure = Failure::new(Exit::Filtered, "the model refused to answer");
        return Some(failure.with_words(reply.refusal()));
    }
    Some(if error.is_length() && reply.is_spent_unseen() {
        Failure::new(
            Exit::Incomplete,
            "the limit of tokens was used up before the first word",
        )
        .with_help("the model spent it on reasoning; raise --max-tokens or leave it out")
    } else if error.is_length() {
        Failure::new(Exit::Incomplete, "the answer ends at the limit of tokens").with_help(
            "raise --max-tokens or leave it out; models that reason spend tokens before the first word",
        )
    } else if error.is_content_filter() {
        Failure::new(Exit::Filtered, "a content filter ended the answer")
    } else {
        Failure::new(
            Exit::Incomplete,
            "the answer ended for a reason that is not known to be an end",
        )
        .with_help("it may be part of an answer; it has been paid for")
        .with_words(reply.finish_reason().map(|reason| reason.as_str()))
    })
}

/// The stable form of `--json`.
#[derive(Serialize)]
struct Json<'a> {
    id: Option<&'a str>,
    model: Option<&'a str>,
    text: &'a str,
    refusal: Option<&'a str>,
    finish_reason: Option<&'a str>,
    complete: bool,
    usage: Option<Usage>,
    cost: Option<f64>,
    balance: Option<Amounts>,
}

#[derive(Serialize)]
struct Usage {
    prompt_tokens: Option<i64>,
    completion_tokens: Option<i64>,
    total_tokens: Option<i64>,
}

impl<'a> Json<'a> {
    fn of(reply: &'a ChatReply, complete: bool, balance: Option<&Balance>) -> Self {
        Self {
            id: Some(reply.id()).filter(|id| !id.is_empty()),
            model: Some(reply.model()).filter(|model| !model.is_empty()),
            text: reply.text(),
            refusal: reply.refusal(),
            finish_reason: reply.finish_reason().map(|reason| reason.as_str()),
            complete,
            usage: reply.usage().map(|usage| Usage {
                prompt_tokens: usage.prompt_tokens,
                completion_tokens: usage.completion_tokens,
                total_tokens: usage.total_tokens,
            }),
            cost: reply.meta().cost(),
            balance: balance.copied().map(Amounts::from),
        }
    }
}

fn temperature(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=2.0).contains(&value) => Ok(value),
        _ => Err("it is a number from 0 to 2".to_owned()),
    }
}
