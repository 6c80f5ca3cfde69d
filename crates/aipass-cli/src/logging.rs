//! What is logged, on stderr, if `AIPASS_LOG` asks for it.

use crate::{environment, failure::Failure, output};
use tracing_subscriber::{
    EnvFilter, Layer, filter::filter_fn, layer::SubscriberExt, util::SubscriberInitExt,
};

/// Starts logging.
///
/// Only the events of this SDK are shown: for them it is certain that they hold no token, no body and no query. What
/// the layers below log at their finest level is not ours to promise.
pub(crate) fn start() -> Result<(), Failure> {
    let Some(directives) = environment::LOG.read()? else {
        return Ok(());
    };
    let filter = EnvFilter::try_new(&directives).map_err(|_| {
        Failure::config(
            format!("{} is not a log filter", environment::LOG.name),
            "use error, warn, info, debug or trace, also for one part as in aipass_auth=debug",
        )
    })?;
    let ours = filter_fn(|event| event.target().starts_with("aipass"));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(output::Paint::stderr().is_on())
        .with_filter(filter)
        .with_filter(ours);
    tracing_subscriber::registry().with(lines).init();
    Ok(())
}
