//! `aipass api`: any request of one's own, with the user's token and the rules of every other call.

mod fields;
mod show;
mod watch;

use self::{
    fields::Fields,
    show::{Screen, head},
    watch::Watch,
};
use crate::{
    args::ConnectionArgs, context::Context, environment, exit::Exit, failure::Failure, input, output, target,
};
use aipass::{Error, RawAnswer, RawRequest};
use bytes::Bytes;
use clap::Args;
use http::Method;

/// How much of the body of a failed answer there is.
const KEPT: usize = 64 * 1024;

/// Send a request of your own, and print the answer as it comes
#[derive(Args, Debug)]
#[command(after_long_help = "\
aipass api GET /api/v1/usage/me/summary
aipass api GET /oauth2/v1/models -i
aipass api POST /oauth2/v1/chat/completions -f model=gpt-4o-mini -F stream=true \\
    -F 'messages=[{\"role\":\"user\",\"content\":\"Hi\"}]'

The body goes to stdout byte for byte, also that of an error, whose message is on stderr and whose exit code is that of \
every other command. So is that of an error inside a stream of events, which ends it. Of a refusal, the first 64 KiB are \
printed.

With -i the first line is the status, as in `HTTP 200 OK`, and an empty line ends the headers. The values of headers \
that may hold a secret, such as set-cookie, are not shown.

GET, HEAD and OPTIONS count as free and are sent again where that helps. Anything else may be a paid call.")]
pub(crate) struct ApiArgs {
    /// GET, HEAD, OPTIONS, POST, PUT, PATCH or DELETE
    #[arg(value_parser = method)]
    method: Method,
    /// The path on the service, such as /oauth2/v1/models; it may carry a query
    path: String,
    /// A text: in the query of GET, HEAD and OPTIONS, else in a JSON object as the body; can be given several times
    #[arg(short = 'f', long = "field", value_name = "K=V")]
    fields: Vec<String>,
    /// The same with a value that is JSON: true, 5, null, a list, an object
    #[arg(short = 'F', long = "json-field", value_name = "K=JSON")]
    json_fields: Vec<String>,
    /// Send this file as the body; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fields", "json_fields"])]
    input: Option<String>,
    /// The media type of the file
    #[arg(
        long,
        value_name = "TYPE",
        requires = "input",
        default_value = "application/json"
    )]
    content_type: String,
    /// Print the status and the headers first
    #[arg(short, long)]
    include: bool,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

impl ApiArgs {
    /// Whether the body comes from standard input.
    pub(crate) fn reads_input(&self) -> bool {
        self.input.as_deref() == Some("-")
    }

    /// Whether it may cost money, as the library counts.
    fn is_paid(&self) -> bool {
        !self.method.is_safe()
    }
}

fn method(text: &str) -> Result<Method, String> {
    match Method::from_bytes(text.to_ascii_uppercase().as_bytes()) {
        Ok(
            method @ (Method::GET
            | Method::HEAD
            | Method::OPTIONS
            | Method::POST
            | Method::PUT
            | Method::PATCH
            | Method::DELETE),
        ) => Ok(method),
        _ => Err("it is one of GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE".to_owned()),
    }
}

pub(crate) async fn run(context: &Context, args: &ApiArgs) -> Result<(), Failure> {
    let ended = context.interrupt.stops(send(context, args)).await;
    ended.map_err(|failure| match failure.exit {
        Exit::Interrupted if args.is_paid() => failure.with_help("the call may have been charged"),
        _ => failure,
    })
}

async fn send(context: &Context, args: &ApiArgs) -> Result<(), Failure> {
    let request = prepare(context, args).await?;
    let mut answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) => return Err(refused(args, error)),
    };
    let mut screen = Screen::new(answer.meta().headers());
    let mut watch = Watch::new(screen.kind());
    if args.include {
        head(answer.status(), answer.meta().headers())?;
    }
    loop {
        match answer.chunk().await {
            Ok(Some(piece)) if screen.takes(&piece) => {
                match screen.show(&piece) {
                    Err(failure) if failure.exit == Exit::Config && args.is_paid() => {
                        return Err(target::kept(failure, &with_rest(piece, answer).await));
                    }
                    shown => shown?,
                }
                if let Some(failure) = watch.look(&piece) {
                    screen.end()?;
                    return Err(if args.is_paid() {
                        failure
                    } else {
                        failure.of_a_free_call()
                    });
                }
            }
            Ok(Some(piece)) if args.is_paid() => {
                let failure = no_text(&screen);
                let kept = target::kept(failure, &with_rest(piece, answer).await);
                return Err(no_text(&screen).with_help_of(kept));
            }
            Ok(Some(_)) => return Err(no_text(&screen)),
            Ok(None) => return screen.end(),
            Err(error) => {
                screen.end()?;
                let failure = Failure::from(error);
                return Err(if screen.has_shown() {
                    failure.after_a_part()
                } else {
                    failure
                });
            }
        }
    }
}

async fn prepare(context: &Context, args: &ApiArgs) -> Result<RawRequest, Failure> {
    let fields = Fields::read(&args.fields, &args.json_fields)?;
    if args.input.is_some() && !args.is_paid() {
        return Err(Failure::usage(
            format!("{} has no body", args.method),
            "leave --input out, or use POST",
        ));
    }
    let client = context.client(&args.connection)?;
    input::before_typing(&client, args.reads_input()).await?;
    let path = if args.is_paid() {
        args.path.clone()
    } else {
        fields.in_query(&args.path)
    };
    // What is asked for at an address of one's own may be anything.
    let request = client
        .request(args.method.clone(), path)
        .accept("application/json, */*;q=0.5");
    Ok(match &args.input {
        Some(file) => request.body(args.content_type.as_str(), input::body(file).await?),
        None if args.is_paid() && !fields.is_empty() => request.json(&fields.into_json()),
        None => request,
    })
}

/// A piece of a body that cannot be shown, and what comes after it: it has been paid for.
async fn with_rest(piece: Bytes, mut answer: RawAnswer) -> Vec<u8> {
    let mut body = piece.to_vec();
    // What broke off is kept as far as it came.
    while let Ok(Some(piece)) = answer.chunk().await {
        body.extend_from_slice(&piece);
    }
    body
}

/// Bytes that a terminal would obey or garble.
fn no_text(screen: &Screen) -> Failure {
    let what = format!("the answer is {}, and not for a terminal", screen.kind());
    Failure::config(what, "send the output into a file, as in `aipass api … > FILE`")
}

/// Prints what the service sent with its refusal, and gives the failure.
fn refused(args: &ApiArgs, error: Error) -> Failure {
    let body = error.raw_body();
    let broke_off = error.is_incomplete() && !body.is_empty();
    // The login that is offered next, and the answer after it, are what counts.
    let asks = error.is_login_required() && !environment::ACCESS_TOKEN.is_set() && input::is_interactive();
    if !asks && let Err(failure) = print(args, &error) {
        // A closed pipe hides nothing from a script: the exit code is still that of the call.
        if failure.exit != Exit::Ok {
            output::failure(&failure);
        }
    }
    let failure = Failure::from(error);
    if broke_off {
        failure.after_a_part()
    } else {
        failure
    }
}

fn print(args: &ApiArgs, error: &Error) -> Result<(), Failure> {
    if args.include
        && let Some(status) = error.status()
    {
        head(status, error.headers())?;
    }
    let body = error.raw_body();
    let mut screen = Screen::new(error.headers());
    if !screen.takes(body) {
        return Ok(());
    }
    screen.show(body)?;
    screen.end()?;
    if body.len() >= KEPT {
        output::note("The body goes on; its first 64 KiB are printed.");
    }
    Ok(())
}
