//! What happens when something goes wrong, as data: what is sent again, what it may have cost, how long anything may
//! take, and what an answer means.
//!
//! The client decides by these tables and by nothing else; the tests go through them row by row, and the text below is
//! printed from them.
//!
#![doc = include_str!("tables.md")]

mod backoff;
mod budget;
mod charge;
mod class;
mod retry;
mod situation;
mod tables;
mod timeouts;

pub use backoff::{Backoff, Sleeper};
pub use budget::{BUDGET_CODES, BUDGET_MESSAGES, BudgetMessage};
pub use charge::ChargeRisk;
pub use class::{ERROR_STATUSES, ERROR_WORDS, ErrorClass, ErrorStatus, ErrorWord};
pub use retry::{Again, RetryPolicy, RetryRow};
pub use situation::Situation;
pub use tables::tables;
pub use timeouts::{TimeLimit, Timeouts};

pub(crate) use backoff::TokioSleeper;
pub(crate) use class::{Class, class};
pub(crate) use retry::risk;
pub(crate) use situation::Facts;
