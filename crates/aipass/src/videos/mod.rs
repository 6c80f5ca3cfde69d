//! Videos: jobs that are started, waited for and downloaded.

mod create;
mod download;
mod job;
mod partial;
mod wait;

pub use create::VideoBuilder;
pub use download::VideoDownload;
pub use job::VideoJob;
pub use wait::Wait;
