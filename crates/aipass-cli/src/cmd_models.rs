//! `aipass models`: the models that the account can use.

use crate::{args::ConnectionArgs, context::Context, failure::Failure, output};
use aipass::types::Model;
use clap::Args;
use serde::Serialize;

/// List the models that you can use, one id on each line
#[derive(Args, Debug)]
#[command(after_long_help = "\
JSON: [{\"id\":\"gpt-4o-mini\",\"name\":null,\"type\":null,\"owned_by\":\"openai\",\"context_length\":null,
        \"capabilities\":[],\"methods\":[]}]
What the service leaves out is null or an empty list.")]
pub(crate) struct ModelsArgs {
    /// Only models whose id or name has this word; given several times, all of them
    #[arg(short, long, value_name = "WORD")]
    query: Vec<String>,
    /// Print one JSON array
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// The stable form of `--json`.
#[derive(Serialize)]
struct Json<'a> {
    id: &'a str,
    name: Option<&'a str>,
    r#type: Option<&'a str>,
    owned_by: Option<&'a str>,
    context_length: Option<i64>,
    capabilities: Vec<&'a str>,
    methods: Vec<&'a str>,
}

pub(crate) async fn run(context: &Context, args: &ModelsArgs) -> Result<(), Failure> {
    let mut models = context.client(&args.connection)?.models().await?.into_inner();
    let words: Vec<_> = args.query.iter().map(|word| word.to_lowercase()).collect();
    models.retain(|model| matches(model, &words));
    if args.json {
        return output::json(&models.iter().map(json).collect::<Vec<_>>());
    }
    if models.is_empty() {
        output::note(if words.is_empty() {
            "the service lists no models"
        } else {
            "no model matches"
        });
    }
    for model in &models {
        output::foreign(&format!("{}\n", model.id))?;
    }
    Ok(())
}

fn matches(model: &Model, words: &[String]) -> bool {
    let text = format!("{} {}", model.id, model.name.as_deref().unwrap_or_default()).to_lowercase();
    words.iter().all(|word| text.contains(word))
}

fn json(model: &Model) -> Json<'_> {
    Json {
        id: &model.id,
        name: model.name.as_deref(),
        r#type: model.type_.as_ref().map(|kind| kind.as_str()),
        owned_by: model.owned_by.as_deref(),
        context_length: model.context_length,
        capabilities: model
            .capabilities
            .iter()
            .map(|capability| capability.as_str())
            .collect(),
        methods: model.methods.iter().map(|method| method.as_str()).collect(),
    }
}
