//! Errors of files, of addresses that answers name, and of jobs that go on by themselves.

use super::{Error, Kind};
use crate::policy::{ChargeRisk, ErrorClass};
use aipass_api::{
    ErrorBody,
    operation::{Charge, Operation},
};
use std::io;

/// A file of this machine could not be read, such as one that [`FilePart::open`](crate::FilePart::open) was to open.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::file("the file cannot be read", error)
    }
}

impl Error {
    /// A file of this machine could not be read or written; what the system says is the
    /// [source](std::error::Error::source).
    ///
    /// Remedy: another path, more space or other rights. What was paid for is not lost where it can still be asked for.
    #[must_use]
    pub fn is_file(&self) -> bool {
        matches!(self.0.kind, Kind::File(_))
    }

    /// The job that was started ended without a result; [`server_message`](Self::server_message) has the reason.
    ///
    /// Cause: the model gave up, or refused what was asked for. Remedy: change the prompt, or try again and pay again.
    #[must_use]
    pub fn is_job_failed(&self) -> bool {
        self.0.kind == Kind::JobFailed
    }

    /// The id of the video job that the failed call was about. The job itself may go on:
    /// [`video_job`](crate::Client::video_job) takes the id.
    #[must_use]
    pub fn video_id(&self) -> Option<&str> {
        self.0.job.as_deref()
    }

    /// An id that cannot stand in a path.
    pub(crate) fn invalid_id() -> Self {
        Self::request(super::make::INVALID_ID)
    }

    /// A file of this machine. Nothing is asked of the service.
    pub(crate) fn file(what: &'static str, source: io::Error) -> Self {
        let mut this = Self::bare(Kind::File(what), ChargeRisk::Free);
        this.0.source = Some(Box::new(source));
        this
    }

    /// An address that an answer names, and that is not asked for this reason.
    pub(crate) fn address(why: &'static str) -> Self {
        Self::bare(Kind::Address(why), ChargeRisk::Free)
    }

    /// The same error of a call that may have cost something.
    pub(crate) fn of_risk(mut self, risk: ChargeRisk) -> Self {
        self.0.risk = risk;
        self
    }

    /// From somebody else than the service: what they say about logins and wallets is not about ours.
    pub(crate) fn of_stranger(mut self) -> Self {
        if let Kind::Class(class) = self.0.kind
            && class.class != ErrorClass::Server
        {
            self.0.kind = Kind::Stranger;
        }
        self
    }

    /// A part of an answer that cannot be read: the answer itself was whole, and is paid for where that operation is.
    pub(crate) fn unreadable(operation: &'static str, why: &'static str) -> Self {
        let is_free = Operation::find(operation).is_some_and(|operation| operation.charge == Charge::Free);
        let risk = if is_free {
            ChargeRisk::Free
        } else {
            ChargeRisk::Completed
        };
        let mut this = Self::bare(Kind::Decode, risk);
        this.0.operation = Some(operation);
        this.0.source = Some(why.into());
        this
    }

    /// A file that ended before the length that was told.
    pub(crate) fn cut_download() -> Self {
        Self::bare(Kind::Incomplete, ChargeRisk::Free)
    }

    /// A job that ended without a result, for this reason.
    pub(crate) fn job_failed(operation: &'static str, reason: ErrorBody) -> Self {
        let mut this = Self::bare(Kind::JobFailed, ChargeRisk::Unknown);
        this.0.operation = Some(operation);
        this.0.body = reason;
        this
    }

    /// The time for waiting is over; why the last look failed, if it did.
    pub(crate) fn still_running(operation: &'static str, last: Option<Self>) -> Self {
        let mut this = Self::bare(Kind::StillRunning, ChargeRisk::Free);
        this.0.operation = Some(operation);
        this.0.source = last.map(Into::into);
        this
    }

    pub(crate) fn of_job(mut self, id: &str) -> Self {
        self.0.job.get_or_insert_with(|| id.to_owned());
        self
    }
}
