//! Pictures that have come: each into its file, and what they took.

use crate::{
    cmd_balance::Amounts,
    context::Context,
    exit::Exit,
    failure::Failure,
    output,
    target::{Target, Written},
    usage,
};
use aipass::{Client, GeneratedImage, Images, types::ImageUsage};
use serde::Serialize;

pub(super) const HELP: &str = "\
JSON: {\"model\":\"gpt-image-1\",
       \"files\":[{\"path\":\"cat.png\",\"media_type\":\"image/png\",\"bytes\":70123,\"revised_prompt\":null}],
       \"usage\":{\"input_tokens\":9,\"output_tokens\":1056,\"total_tokens\":1065},
       \"cost\":0.04,\"balance\":{\"remaining\":7.55,\"spent\":2.45,\"max\":10.0}}
What the service leaves out is null, and \"balance\" is null without -u. \"cost\" and \"balance\" are US dollars.

Where the result cannot go is told before anything is paid: a file that exists needs --force. The extension follows the \
content, so a PNG that was asked for as cat.jpg stands in cat.png; stderr says so, and the JSON has the path.

An image is a paid call.";

/// What is to become of the pictures.
pub(super) struct Wanted {
    pub(super) targets: Vec<Target>,
    pub(super) json: bool,
    pub(super) usage: bool,
}

/// The stable form of `--json`.
#[derive(Serialize)]
struct Json<'a> {
    model: Option<&'a str>,
    files: &'a [File],
    usage: Option<Usage>,
    cost: Option<f64>,
    balance: Option<Amounts>,
}

#[derive(Serialize)]
struct File {
    #[serde(flatten)]
    written: Written,
    revised_prompt: Option<String>,
}

#[derive(Serialize)]
struct Usage {
    input_tokens: Option<i64>,
    output_tokens: Option<i64>,
    total_tokens: Option<i64>,
}

impl From<&ImageUsage> for Usage {
    fn from(usage: &ImageUsage) -> Self {
        Self {
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            total_tokens: usage.total_tokens,
        }
    }
}

impl Wanted {
    /// Writes all of them that can be had, whatever becomes of the others.
    pub(super) async fn keep(
        &self,
        context: &Context,
        client: &Client,
        images: Images,
    ) -> Result<(), Failure> {
        let mut failed = None;
        let mut files = Vec::new();
        for (place, image) in images.iter().enumerate() {
            let Some(target) = self.target(place) else { break };
            match keep(context, image, &target).await {
                Ok(written) => files.extend(written.map(|written| File {
                    written,
                    revised_prompt: image.revised_prompt().map(str::to_owned),
                })),
                Err(failure) => failed = failed.or(Some(failure)),
            }
        }
        let asked = self.targets.len();
        if images.len() < asked {
            let what = format!("{} of {asked} pictures came", images.len());
            failed = failed.or(Some(Failure::new(Exit::Incomplete, what)));
        }
        let left = usage::left_if(self.usage && failed.is_none(), context, client).await;
        let (meta, took) = (images.meta(), images.usage.as_ref().map(Usage::from));
        if self.json {
            let balance = left.as_ref().and_then(|left| left.as_ref().ok());
            output::json(&Json {
                model: meta.model(),
                files: &files,
                usage: took,
                cost: meta.cost(),
                balance: balance.copied().map(Amounts::from),
            })?;
            if let Some(Err(failure)) = &left {
                usage::unknown(failure);
            }
        } else if let Some(left) = &left {
            let tokens =
                took.and_then(|took| usage::tokens(took.input_tokens, took.output_tokens, took.total_tokens));
            usage::tell(tokens, meta.cost(), left);
        }
        match failed {
            Some(failure) => Err(failure),
            None => usage::end(left),
        }
    }

    /// Where a picture goes; one that nobody asked for replaces nothing, and has no place on stdout.
    fn target(&self, place: usize) -> Option<Target> {
        match (self.targets.get(place), self.targets.last()) {
            (Some(target), _) => Some(target.clone()),
            (None, Some(Target::File(place))) => Some(Target::File(place.clone().careful())),
            (None, _) => None,
        }
    }
}

async fn keep(
    context: &Context,
    image: &GeneratedImage,
    target: &Target,
) -> Result<Option<Written>, Failure> {
    let fetch = async { Ok(image.bytes().await?) };
    let bytes = context
        .interrupt
        .stops(fetch)
        .await
        .map_err(|failure| unfetched(image, failure))?;
    target.write(&bytes)
}

/// The picture is paid for, and its link is all there is of it.
fn unfetched(image: &GeneratedImage, failure: Failure) -> Failure {
    let url = image.raw().url.as_deref().filter(|url| url.starts_with("http"));
    let exit = match failure.exit {
        Exit::Interrupted => Exit::Interrupted,
        // The codes of a free call would say that nothing was charged.
        _ => Exit::MayBeCharged,
    };
    let failure = Failure { exit, ..failure };
    match url {
        Some(url) => failure.with_help(format!(
            "the picture is paid for; get it while its link works:\n{url}"
        )),
        None => failure.with_help("the picture is paid for, and cannot be read"),
    }
}
