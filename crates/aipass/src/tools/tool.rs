//! A tool: what the model is told of it, and what is done when it is called.

use crate::{
    BoxError, BoxFuture,
    error::Error,
    extract::{Form, Misfit, NAME_LENGTH, exactly},
};
use aipass_api::types;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt, sync::Arc};

/// A function of your app that a model may call.
///
/// ```
/// use aipass::{Tool, schemars::JsonSchema};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize, JsonSchema)]
/// #[schemars(crate = "aipass::schemars")]
/// struct Place {
///     /// The name of a town.
///     town: String,
/// }
///
/// #[derive(Serialize)]
/// struct Weather {
///     celsius: f64,
/// }
///
/// let weather = Tool::new("get_weather", "The weather of today.", |place: Place| async move {
///     if place.town.is_empty() {
///         return Err("which town?".into());
///     }
///     Ok(Weather { celsius: 21.5 })
/// });
/// assert_eq!(weather.name(), "get_weather");
/// ```
#[derive(Clone)]
pub struct Tool {
    definition: types::FunctionDefinition,
    handler: Arc<dyn Fn(&str) -> Called + Send + Sync>,
}

/// A call of a tool under way, or why there is none: the arguments do not fit.
pub(super) type Called = Result<BoxFuture<'static, Result<Said, BoxError>>, Misfit>;

/// What a tool said, as the text that the model reads.
pub(super) struct Said {
    pub(super) text: String,
    pub(super) stop: bool,
}

/// What a tool says, and whether the run goes on.
///
/// ```
/// use aipass::{Tool, ToolFlow};
///
/// let finish = Tool::new("finish", "Call it when all is done.", |summary: String| async move {
///     if summary.is_empty() {
///         return Ok(ToolFlow::Continue("Say what was done."));
///     }
///     Ok(ToolFlow::Stop("Noted."))
/// });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a run goes on or it does not")]
pub enum ToolFlow<R> {
    /// The model is told, and goes on. What a handler returns that knows nothing of this type.
    Continue(R),
    /// The run ends when the other calls of the round are done, without another request.
    Stop(R),
}

/// What a handler may return: anything that can be serialised, or a [`ToolFlow`] of it.
pub trait IntoToolFlow {
    /// What is serialised.
    type Value: Serialize;

    /// The value, and whether the run goes on.
    fn into_tool_flow(self) -> ToolFlow<Self::Value>;
}

impl<R: Serialize> IntoToolFlow for R {
    type Value = R;

    fn into_tool_flow(self) -> ToolFlow<R> {
        ToolFlow::Continue(self)
    }
}

impl<R: Serialize> IntoToolFlow for ToolFlow<R> {
    type Value = R;

    fn into_tool_flow(self) -> Self {
        self
    }
}

impl Tool {
    /// A tool of that name, which the model calls with arguments of the type `A`. The model chooses by the description and
    /// by the doc comments of the type, so say when to call it and what it gives.
    ///
    /// The parameters are the schema of `A`: strict where the type allows it, as
    /// [`ExtractBuilder`](crate::ExtractBuilder) has it. A type that is no plain object, such as a list, an enum or a struct
    /// that holds a flattened enum, travels as the member `value` of one, and `()` is a tool without arguments.
    ///
    /// What the handler returns is sent to the model: a text as it is, anything else as JSON. **So is the `Display` of its
    /// error**, cut to 1000 characters, so that the model can do better: let it hold nothing that the model, its provider and
    /// the user must not see. A handler that panics has failed; the model learns nothing else of it.
    ///
    /// A handler has no limit of time of its own. It is dropped where it stands when the run is.
    pub fn new<A, F, Fut, R>(name: impl Into<String>, description: impl Into<String>, handler: F) -> Self
    where
        A: DeserializeOwned + JsonSchema + Send + 'static,
        F: Fn(A) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R, BoxError>> + Send,
        R: IntoToolFlow,
    {
        let (mut form, handler) = (Form::of::<A>(), Arc::new(handler));
        let nothing = form.is_nothing();
        if nothing {
            form = form.empty();
        }
        let description = Some(description.into()).filter(|text| !text.is_empty());
        let definition = types::FunctionDefinition {
            description,
            name: name.into(),
            parameters: form.schema.clone(),
            strict: Some(form.strict),
        };
        let handler = move |arguments: &str| -> Called {
            let arguments = match arguments.trim() {
                // Whatever the model says to it.
                _ if nothing => "null",
                // Some models say nothing where there is nothing to say.
                "" => "{}",
                arguments => arguments,
            };
            let arguments: A = exactly(arguments, &form)?;
            let handler = handler.clone();
            // The handler itself is called in there too: it may panic before its future is made.
            Ok(Box::pin(async move {
                let (value, stop) = match handler(arguments).await?.into_tool_flow() {
                    ToolFlow::Continue(value) => (value, false),
                    ToolFlow::Stop(value) => (value, true),
                };
                let text = match serde_json::to_value(value)? {
                    serde_json::Value::String(text) => text,
                    value => value.to_string(),
                };
                Ok(Said { text, stop })
            }))
        };
        Self {
            definition,
            handler: Arc::new(handler),
        }
    }

    /// The name that the model calls it by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.definition.name
    }

    /// What the model is told.
    #[must_use]
    pub fn definition(&self) -> types::Tool {
        types::Tool::Function {
            function: self.definition.clone(),
        }
    }

    pub(super) fn call(&self, arguments: &str) -> Called {
        (self.handler)(arguments)
    }
}

/// The tools of a run. Clones share the handlers.
///
/// Lists, and single tools, become one by themselves: [`run_tools`](crate::ChatBuilder::run_tools) takes any of these.
///
/// ```
/// use aipass::{Tool, Tools};
///
/// let tools = Tools::new()
///     .tool(Tool::new("get_time", "The time of day.", |(): ()| async { Ok("12:30") }))
///     .tool(Tool::new("double", "Twice a number.", |number: i64| async move { Ok(2 * number) }));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tools(Vec<Tool>);

impl Tools {
    /// No tools yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    #[must_use]
    pub fn tool(mut self, tool: Tool) -> Self {
        self.0.push(tool);
        self
    }

    pub(super) fn find(&self, name: &str) -> Option<&Tool> {
        self.0.iter().find(|tool| tool.name() == name)
    }

    pub(super) fn definitions(&self) -> impl Iterator<Item = types::Tool> {
        self.0.iter().map(Tool::definition)
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        for (at, tool) in self.0.iter().enumerate() {
            let name = tool.name();
            if !(1..=NAME_LENGTH).contains(&name.len()) || !name.chars().all(fits) {
                return Err(Error::request(
                    "the name of a tool is not 1 to 64 ASCII letters, digits, `_` and `-`",
                ));
            }
            if self.0[..at].iter().any(|other| other.name() == name) {
                return Err(Error::request("two tools have one name"));
            }
        }
        Ok(())
    }
}

impl From<Tool> for Tools {
    fn from(tool: Tool) -> Self {
        Self(vec![tool])
    }
}

impl<const N: usize> From<[Tool; N]> for Tools {
    fn from(tools: [Tool; N]) -> Self {
        Self(tools.into())
    }
}

impl From<Vec<Tool>> for Tools {
    fn from(tools: Vec<Tool>) -> Self {
        Self(tools)
    }
}

impl FromIterator<Tool> for Tools {
    fn from_iter<I: IntoIterator<Item = Tool>>(tools: I) -> Self {
        Self(tools.into_iter().collect())
    }
}

impl fmt::Debug for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tool")
            .field("name", &self.definition.name)
            .finish_non_exhaustive()
    }
}
