//! `aipass embed`: texts as vectors.

use crate::{
    args::ConnectionArgs, cmd_balance::Amounts, context::Context, failure::Failure, input, model::ModelArgs,
    output, target, usage,
};
use aipass::{Client, Embeddings, EmbeddingsBuilder, types::Usage};
use clap::Args;
use serde::Serialize;

/// As many texts as every provider takes in one call.
const AT_MOST: usize = 100;
/// As many calls at the same time.
const AT_ONCE: usize = 4;

/// Turn texts into vectors
#[derive(Args, Debug)]
#[command(after_long_help = "\
Without an option it prints one JSON array of numbers.

JSON: {\"model\":\"text-embedding-3-small\",\"embedding\":[0.1,-0.2],
       \"usage\":{\"prompt_tokens\":5,\"total_tokens\":5},
       \"cost\":0.0001,\"balance\":{\"remaining\":7.55,\"spent\":2.45,\"max\":10.0}}
What the service leaves out is null, and \"balance\" is null without -u. \"cost\" and \"balance\" are US dollars.

With --jsonl each line of the text is a text of its own, and there is one JSON line for each:
      {\"index\":0,\"embedding\":[0.1,-0.2]}
An empty line is not sent; its \"embedding\" is null, and so is that of a line whose call failed. Many lines go out in \
several calls, of 100 lines each; what has come is printed at once, in the order of the lines.

An embedding is a paid call.")]
pub(crate) struct EmbedArgs {
    /// The text; `-`, or none where standard input is no terminal, reads it from there
    text: Option<String>,
    #[command(flatten)]
    model: ModelArgs,
    /// Each line is a text; print one JSON line for each
    #[arg(long)]
    jsonl: bool,
    /// Ask for vectors of so many numbers
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    dimensions: Option<u32>,
    /// Print one JSON object
    #[arg(long, conflicts_with = "jsonl")]
    json: bool,
    /// Then tell the tokens, the cost and the balance: on stderr, or in the JSON
    #[arg(short, long)]
    usage: bool,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

impl EmbedArgs {
    /// Whether the text comes from standard input.
    pub(crate) fn reads_input(&self) -> bool {
        input::is_piped(self.text.as_deref())
    }
}

/// The stable form of `--json`.
#[derive(Serialize)]
struct Json<'a> {
    model: Option<&'a str>,
    embedding: &'a [f32],
    usage: Option<Tokens>,
    cost: Option<f64>,
    balance: Option<Amounts>,
}

#[derive(Serialize)]
struct Tokens {
    prompt_tokens: Option<i64>,
    total_tokens: Option<i64>,
}

/// The stable form of a line of `--jsonl`.
#[derive(Serialize)]
struct Line<'a> {
    index: usize,
    embedding: Option<&'a [f32]>,
}

pub(crate) async fn run(context: &Context, args: &EmbedArgs) -> Result<(), Failure> {
    let model = args.model.resolve(context, &args.connection)?;
    let client = context.client(&args.connection)?;
    let read = async {
        input::before_typing(&client, args.reads_input()).await?;
        input::text(args.text.as_deref(), "text").await
    };
    let text = context.interrupt.stops(read).await?;
    let mut request = client.embeddings(model);
    if let Some(dimensions) = args.dimensions {
        request = request.dimensions(dimensions);
    }
    if args.jsonl {
        return lines(context, &client, args, &request, &text).await;
    }
    let sent = async { Ok(request.input(text).send().await?) };
    let answer = context
        .interrupt
        .stops(sent)
        .await
        .map_err(Failure::perhaps_charged)?;
    let vector = answer.first().map(Vec::as_slice).unwrap_or_default();
    if !args.json {
        target::print_json(&vector)?;
    }
    let left = usage::left_if(args.usage, context, &client).await;
    if args.json {
        let balance = left.as_ref().and_then(|left| left.as_ref().ok());
        target::print_json(&Json {
            model: answer.meta().model(),
            embedding: vector,
            usage: answer.usage.as_ref().map(|usage| Tokens {
                prompt_tokens: usage.prompt_tokens,
                total_tokens: usage.total_tokens,
            }),
            cost: answer.meta().cost(),
            balance: balance.copied().map(Amounts::from),
        })?;
        if let Some(Err(failure)) = &left {
            usage::unknown(failure);
        }
    } else if let Some(left) = &left {
        usage::tell(tokens(answer.usage.as_ref()), answer.meta().cost(), left);
    }
    usage::end(left)
}

/// Each line by itself, some calls at a time, so that what has come is printed and not lost.
async fn lines(
    context: &Context,
    client: &Client,
    args: &EmbedArgs,
    request: &EmbeddingsBuilder,
    text: &str,
) -> Result<(), Failure> {
    let all: Vec<_> = text.lines().collect();
    let mut sum = Sum::default();
    let mut index = 0;
    for group in all.chunks(AT_MOST * AT_ONCE) {
        let filled = group.iter().copied().filter(|line| !line.trim().is_empty());
        let request = request.clone().inputs(filled);
        let (vectors, failed) = context
            .interrupt
            .stops(embed(request, group, &mut sum))
            .await
            .map_err(|failure| later(failure.perhaps_charged(), index))?;
        let mut vectors = vectors.into_iter();
        // A group of which nothing came has no lines.
        let group = if failed.is_some() && vectors.len() == 0 {
            &[]
        } else {
            group
        };
        let mut text = String::new();
        for line in group {
            let vector = if line.trim().is_empty() {
                None
            } else {
                vectors.next().flatten()
            };
            text += &output::json_line(&Line {
                index,
                embedding: vector.as_deref(),
            })?;
            index += 1;
        }
        target::print(&text)?;
        if let Some(failure) = failed {
            return Err(later(failure, index));
        }
    }
    let left = usage::left_if(args.usage, context, client).await;
    if let Some(left) = &left {
        usage::tell(tokens(sum.usage.as_ref()), sum.cost(), left);
    }
    usage::end(left)
}

/// What failed after lines were printed: they are paid for.
fn later(failure: Failure, printed: usize) -> Failure {
    if printed == 0 {
        failure
    } else {
        failure.after_a_part()
    }
}

/// A vector for each filled line, or what came before a call failed.
async fn embed(
    request: EmbeddingsBuilder,
    group: &[&str],
    sum: &mut Sum,
) -> Result<(Vec<Option<Vec<f32>>>, Option<Failure>), Failure> {
    if group.iter().all(|line| line.trim().is_empty()) {
        return Ok((Vec::new(), None));
    }
    match request.send_in_batches(AT_MOST, AT_ONCE).await {
        Ok(answer) => {
            sum.add(&answer);
            Ok((answer.into_iter().map(Some).collect(), None))
        }
        Err(error) => {
            let came = error.vectors.iter().any(Option::is_some);
            let vectors = if came { error.vectors } else { Vec::new() };
            Ok((vectors, Some(error.error.into())))
        }
    }
}

/// What several calls took together.
#[derive(Default)]
struct Sum {
    usage: Option<Usage>,
    /// The cost of the one call, where it is the only one.
    cost: Option<f64>,
    groups: usize,
}

impl Sum {
    fn add(&mut self, answer: &Embeddings) {
        self.groups += 1;
        if answer.len() <= AT_MOST {
            self.cost = answer.meta().cost();
        }
        let Some(more) = &answer.usage else { return };
        let Some(sum) = &mut self.usage else {
            self.usage = Some(more.clone());
            return;
        };
        let add =
            |one: &mut Option<i64>, other: Option<i64>| *one = one.zip(other).map(|(one, other)| one + other);
        add(&mut sum.prompt_tokens, more.prompt_tokens);
        add(&mut sum.total_tokens, more.total_tokens);
        sum.cost = sum.cost.zip(more.cost).map(|(one, other)| one + other);
    }

    /// Of several calls the headers tell the last one's cost alone.
    fn cost(&self) -> Option<f64> {
        let told = self.usage.as_ref().and_then(|usage| usage.cost);
        told.or(if self.groups == 1 { self.cost } else { None })
    }
}

fn tokens(usage: Option<&Usage>) -> Option<String> {
    let usage = usage?;
    usage::tokens(usage.prompt_tokens, None, usage.total_tokens)
}
