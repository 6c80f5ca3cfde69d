//! Which model a command asks: flag before variable before profile.

use crate::{args::ConnectionArgs, context::Context, environment, failure::Failure};
use clap::Args;

/// What every command that asks a model takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct ModelArgs {
    /// The model to ask [env: AIPASS_MODEL]
    #[arg(short, long)]
    model: Option<String>,
}

impl ModelArgs {
    pub(crate) fn resolve(&self, context: &Context, connection: &ConnectionArgs) -> Result<String, Failure> {
        let model = match &self.model {
            Some(model) => Some(model.clone()),
            None => match environment::MODEL.read()? {
                Some(model) => Some(model),
                None => context.settings(connection)?.profile.model,
            },
        };
        model.filter(|model| !model.trim().is_empty()).ok_or_else(|| {
            Failure::usage(
                "no model is named",
                format!(
                    "use -m MODEL, set {}, or set model in the profile; `aipass models` lists them",
                    environment::MODEL.name
                ),
            )
        })
    }
}
