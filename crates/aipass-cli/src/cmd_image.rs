//! `aipass image`: pictures that are drawn, changed or varied, in files.

mod result;

use self::result::Wanted;
use crate::{
    args::ConnectionArgs,
    context::Context,
    failure::Failure,
    input,
    model::ModelArgs,
    output::{Bar, Meter},
    target::OutputArgs,
    upload,
};
use aipass::{Client, Images};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What the bar says once nothing is left to be sent.
const DRAWING: &str = "Drawing";

/// Make a picture, change some, or vary one
#[derive(Args, Debug)]
#[command(disable_help_subcommand = true)]
pub(crate) struct ImageArgs {
    #[command(subcommand)]
    command: ImageCommand,
}

#[derive(Debug, Subcommand)]
enum ImageCommand {
    Create(CreateArgs),
    Edit(EditArgs),
    Vary(VaryArgs),
}

/// Make a picture of what you describe
#[derive(Args, Debug)]
#[command(after_long_help = result::HELP)]
struct CreateArgs {
    /// What it shows; `-`, or none where standard input is no terminal, reads it from there
    prompt: Option<String>,
    /// How much effort to spend, such as low, medium or high
    #[arg(long)]
    quality: Option<String>,
    #[command(flatten)]
    common: CommonArgs,
}

/// Change pictures as you describe it
#[derive(Args, Debug)]
#[command(after_long_help = result::HELP)]
struct EditArgs {
    /// What the result shows; `-`, or none where standard input is no terminal, reads it from there
    prompt: Option<String>,
    /// A picture to start from; can be given several times
    #[arg(short, long, value_name = "FILE", required = true)]
    image: Vec<PathBuf>,
    /// A PNG whose transparent areas may change in the first picture
    #[arg(long, value_name = "FILE")]
    mask: Option<PathBuf>,
    /// How much effort to spend, such as low, medium or high
    #[arg(long)]
    quality: Option<String>,
    #[command(flatten)]
    common: CommonArgs,
}

/// Make pictures that resemble one
#[derive(Args, Debug)]
#[command(after_long_help = result::HELP)]
struct VaryArgs {
    /// The picture
    #[arg(value_name = "FILE")]
    image: PathBuf,
    #[command(flatten)]
    common: CommonArgs,
}

#[derive(Args, Debug)]
struct CommonArgs {
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    output: OutputArgs,
    /// How many pictures to make; each is paid for, and gets its number in its name
    #[arg(short, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    n: u32,
    /// Width and height in pixels, such as 1024x1024
    #[arg(long, value_name = "WxH")]
    size: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Then tell the tokens, the cost and the balance: on stderr, or in the JSON
    #[arg(short, long)]
    usage: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl ImageArgs {
    pub(crate) fn connection(&self) -> &ConnectionArgs {
        &self.common().connection
    }

    /// Whether the description comes from standard input.
    pub(crate) fn reads_input(&self) -> bool {
        match &self.command {
            ImageCommand::Create(args) => input::is_piped(args.prompt.as_deref()),
            ImageCommand::Edit(args) => input::is_piped(args.prompt.as_deref()),
            ImageCommand::Vary(_) => false,
        }
    }

    fn common(&self) -> &CommonArgs {
        match &self.command {
            ImageCommand::Create(args) => &args.common,
            ImageCommand::Edit(args) => &args.common,
            ImageCommand::Vary(args) => &args.common,
        }
    }
}

pub(crate) async fn run(context: &Context, args: &ImageArgs) -> Result<(), Failure> {
    let common = args.common();
    let target = common.output.target()?.beside_json(common.json)?;
    let wanted = Wanted {
        targets: target.several(common.n)?,
        json: common.json,
        usage: common.usage,
    };
    let model = common.model.resolve(context, &common.connection)?;
    let client = context.client(&common.connection)?;
    let order = context.interrupt.stops(order(args, &client)).await?;
    let bar = Bar::new(DRAWING);
    let meter = bar.meter();
    let sent = order.send(&client, model, common, &meter);
    let images = context
        .interrupt
        .stops(sent)
        .await
        .map_err(Failure::perhaps_charged)?;
    drop(bar);
    wanted
        .keep(context, &client, images)
        .await
        .map_err(Failure::after_paying)
}

/// What is sent, once everything is read that it needs.
enum Order<'a> {
    Create(&'a CreateArgs, String),
    Edit(&'a EditArgs, String, Vec<aipass::FilePart>),
    Vary(aipass::FilePart),
}

async fn order<'a>(args: &'a ImageArgs, client: &Client) -> Result<Order<'a>, Failure> {
    input::before_typing(client, args.reads_input()).await?;
    Ok(match &args.command {
        ImageCommand::Create(args) => Order::Create(args, description(args.prompt.as_deref()).await?),
        ImageCommand::Edit(args) => {
            let mut files = Vec::new();
            for path in args.image.iter().chain(&args.mask) {
                files.push(upload::open(path).await?);
            }
            Order::Edit(args, description(args.prompt.as_deref()).await?, files)
        }
        ImageCommand::Vary(args) => Order::Vary(upload::open(&args.image).await?),
    })
}

async fn description(given: Option<&str>) -> Result<String, Failure> {
    input::text(given, "description").await
}

impl Order<'_> {
    async fn send(
        self,
        client: &Client,
        model: String,
        common: &CommonArgs,
        meter: &Meter,
    ) -> Result<Images, Failure> {
        let n = (common.n > 1).then_some(common.n);
        let size = common.size.as_deref();
        let images = match self {
            Self::Create(args, prompt) => {
                let mut image = client.image(model, prompt);
                if let Some(n) = n {
                    image = image.n(n);
                }
                if let Some(size) = size {
                    image = image.size(size);
                }
                if let Some(quality) = args.quality.as_deref() {
                    image = image.quality(quality);
                }
                image.send().await
            }
            Self::Edit(args, prompt, files) => {
                let mut files = upload::watched(files, meter, DRAWING);
                let mut edit = client.edit_image(model, prompt);
                if args.mask.is_some()
                    && let Some(mask) = files.pop()
                {
                    edit = edit.mask(mask);
                }
                for file in files {
                    edit = edit.image(file);
                }
                if let Some(n) = n {
                    edit = edit.n(n);
                }
                if let Some(size) = size {
                    edit = edit.size(size);
                }
                if let Some(quality) = args.quality.as_deref() {
                    edit = edit.quality(quality);
                }
                edit.send().await
            }
            Self::Vary(file) => {
                let file = upload::watched(vec![file.clone()], meter, DRAWING)
                    .pop()
                    .unwrap_or(file);
                let mut variation = client.vary_image(model, file);
                if let Some(n) = n {
                    variation = variation.n(n);
                }
                if let Some(size) = size {
                    variation = variation.size(size);
                }
                variation.send().await
            }
        };
        Ok(images?)
    }
}
