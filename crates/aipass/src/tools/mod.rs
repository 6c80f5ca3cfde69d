//! Tools: functions of an app that a model may call, and the conversation in which it does.

mod progress;
mod report;
mod run;
mod stream;
mod tool;
pub(crate) mod usage;
mod work;

pub use report::{ToolReport, ToolResult, ToolStatus};
pub use run::ToolRun;
pub use stream::{ToolEvent, ToolStream};
pub use tool::{IntoToolFlow, Tool, ToolFlow, Tools};
