//! `aipass video`: jobs that make videos: started, looked at, waited for, downloaded.

mod follow;
mod report;

use self::{follow::Follow, report::Report};
use crate::{
    args::ConnectionArgs, context::Context, exit::Exit, failure::Failure, input, model::ModelArgs,
    output::Bar, upload, usage, when,
};
use aipass::{Client, VideoJob};
use clap::{Args, Subcommand};
use std::{path::PathBuf, time::Duration};

/// Make a video, and wait for it, download it, or change it
#[derive(Args, Debug)]
#[command(disable_help_subcommand = true)]
pub(crate) struct VideoArgs {
    #[command(subcommand)]
    command: VideoCommand,
}

#[derive(Debug, Subcommand)]
enum VideoCommand {
    Create(CreateArgs),
    Get(GetArgs),
    Wait(WaitArgs),
    Download(DownloadArgs),
    Remix(RemixArgs),
}

/// Start a video of what you describe, and print its id
#[derive(Args, Debug)]
#[command(after_long_help = report::HELP_START)]
struct CreateArgs {
    /// What it shows; `-`, or none where standard input is no terminal, reads it from there
    prompt: Option<String>,
    #[command(flatten)]
    model: ModelArgs,
    /// How long it is, in seconds; which lengths there are depends on the model
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    seconds: Option<u32>,
    /// Width and height in pixels, such as 1280x720
    #[arg(long, value_name = "WxH")]
    size: Option<String>,
    /// A picture to start from
    #[arg(short, long, value_name = "FILE")]
    image: Option<PathBuf>,
    #[command(flatten)]
    start: StartArgs,
}

/// Start a video that changes a finished one, and print its id
#[derive(Args, Debug)]
#[command(after_long_help = report::HELP_START)]
struct RemixArgs {
    /// The id of the finished video
    id: String,
    /// What shall be different; `-`, or none where standard input is no terminal, reads it from there
    prompt: Option<String>,
    #[command(flatten)]
    start: StartArgs,
}

/// What both that start a video take.
#[derive(Args, Debug)]
struct StartArgs {
    /// Wait until it is done
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    follow: FollowArgs,
    /// Then tell the cost and the balance: on stderr, or in the JSON
    #[arg(short, long)]
    usage: bool,
}

/// What all that may wait take.
#[derive(Args, Debug)]
struct FollowArgs {
    /// Wait, and download it to this file; `-` is stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
    /// Wait no longer than this, such as 90s, 20m or 1h; the video goes on
    #[arg(long, value_name = "DUR", default_value = "20m", value_parser = when::read_span)]
    timeout: Duration,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Show how far a video is
#[derive(Args, Debug)]
#[command(after_long_help = report::HELP_GET)]
struct GetArgs {
    /// The id of the video
    id: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Wait until a video is done
#[derive(Args, Debug)]
#[command(after_long_help = report::HELP_GET)]
struct WaitArgs {
    /// The id of the video
    id: String,
    #[command(flatten)]
    follow: FollowArgs,
}

/// Download a finished video
#[derive(Args, Debug)]
#[command(after_long_help = report::HELP_DOWNLOAD)]
struct DownloadArgs {
    /// The id of the video
    id: String,
    /// Where it goes, with the extension that it turns out to need; `-` is stdout
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl VideoArgs {
    pub(crate) fn connection(&self) -> &ConnectionArgs {
        match &self.command {
            VideoCommand::Create(args) => &args.start.follow.connection,
            VideoCommand::Remix(args) => &args.start.follow.connection,
            VideoCommand::Get(args) => &args.connection,
            VideoCommand::Wait(args) => &args.follow.connection,
            VideoCommand::Download(args) => &args.connection,
        }
    }

    /// Whether the description comes from standard input.
    pub(crate) fn reads_input(&self) -> bool {
        match &self.command {
            VideoCommand::Create(args) => input::is_piped(args.prompt.as_deref()),
            VideoCommand::Remix(args) => input::is_piped(args.prompt.as_deref()),
            _ => false,
        }
    }
}

pub(crate) async fn run(context: &Context, args: &VideoArgs) -> Result<(), Failure> {
    match &args.command {
        VideoCommand::Create(create) => {
            let follow = Follow::of(&create.start.follow, create.start.wait)?;
            let model = create.model.resolve(context, args.connection())?;
            let client = context.client(args.connection())?;
            let job = context.interrupt.stops(start(&client, model, create)).await;
            begun(context, &client, &create.start, follow, job).await
        }
        VideoCommand::Remix(remix) => {
            let follow = Follow::of(&remix.start.follow, remix.start.wait)?;
            let client = context.client(args.connection())?;
            let job = async {
                input::before_typing(&client, args.reads_input()).await?;
                let prompt = input::text(remix.prompt.as_deref(), "description").await?;
                Ok(client.video_job(&remix.id).remix(prompt).await?)
            };
            let job = context.interrupt.stops(job).await;
            begun(context, &client, &remix.start, follow, job).await
        }
        VideoCommand::Get(get) => {
            let client = context.client(&get.connection)?;
            let job = look(context, &client, &get.id).await?;
            let report = Report::of(&job);
            if get.json {
                report.json()?
            } else {
                report.line()?
            }
            job.failure().map_or(Ok(()), |error| Err(error.into()))
        }
        VideoCommand::Wait(wait) => {
            let follow = Follow::of(&wait.follow, true)?;
            let job = context.client(&wait.follow.connection)?.video_job(&wait.id);
            let outcome = follow.to_the_end(context, job).await;
            follow.tell(&outcome, None, None)?;
            outcome.failure.map_or(Ok(()), Err)
        }
        VideoCommand::Download(download) => {
            let follow = Follow::download(&download.output, download.force, download.json)?;
            let client = context.client(&download.connection)?;
            let job = look(context, &client, &download.id).await?;
            if let Some(error) = job.failure() {
                return Err(error.into());
            }
            if !job.is_completed() {
                return Err(Failure::new(Exit::Incomplete, "the video is not done yet")
                    .with_help(format!("wait for it: {}", follow.resume(job.id()))));
            }
            let outcome = follow.fetch(context, job).await;
            follow.tell(&outcome, None, None)?;
            outcome.failure.map_or(Ok(()), Err)
        }
    }
}

async fn start(client: &Client, model: String, args: &CreateArgs) -> Result<VideoJob, Failure> {
    let picture = match &args.image {
        Some(path) => Some(upload::open(path).await?),
        None => None,
    };
    input::before_typing(client, input::is_piped(args.prompt.as_deref())).await?;
    let prompt = input::text(args.prompt.as_deref(), "description").await?;
    let bar = Bar::new("Starting");
    let mut video = client.video(model, prompt);
    if let Some(seconds) = args.seconds {
        video = video.seconds(seconds);
    }
    if let Some(size) = &args.size {
        video = video.size(size.as_str());
    }
    if let Some(picture) = picture
        && let Some(picture) = upload::watched(vec![picture], &bar.meter(), "Starting").pop()
    {
        video = video.reference(picture);
    }
    Ok(video.create().await?)
}

/// A job that has been started: from here on it is paid for, and its id is what must not be lost.
async fn begun(
    context: &Context,
    client: &Client,
    args: &StartArgs,
    follow: Follow,
    job: Result<VideoJob, Failure>,
) -> Result<(), Failure> {
    let job = job.map_err(Failure::perhaps_charged)?;
    let cost = job.meta().cost();
    let shown = follow.show_id(&job);
    let outcome = match shown {
        Ok(()) if follow.waits => follow.to_the_end(context, job).await,
        Ok(()) => follow::Outcome::begun(job),
        // Where the pipe is closed, whoever reads it has the id, or does not want it.
        Err(failure) => return Err(follow.with_resume(failure, job.id()).after_paying()),
    };
    let asks = args.usage && outcome.failure.is_none();
    let left = usage::left_if(asks, context, client).await;
    follow
        .tell(&outcome, cost, left.as_ref())
        .map_err(|failure| follow.with_resume(failure, outcome.id()).after_paying())?;
    match outcome.failure {
        Some(failure) => Err(failure.after_paying()),
        None => usage::end(left),
    }
}

async fn look(context: &Context, client: &Client, id: &str) -> Result<VideoJob, Failure> {
    let mut job = client.video_job(id);
    context
        .interrupt
        .stops(async {
            job.refresh().await?;
            Ok(job)
        })
        .await
}
