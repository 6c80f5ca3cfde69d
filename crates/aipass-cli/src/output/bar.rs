//! How far something is, in a line on stderr that comes and goes. Only a terminal sees it.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// The line that is on the screen, so that what else is told stands above it.
static SHOWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// A line that is there for as long as this value is.
#[derive(Debug)]
pub(crate) struct Bar(Meter);

/// What moves the bar: it can be handed to whoever knows how far something is.
#[derive(Clone, Debug)]
pub(crate) struct Meter(ProgressBar);

impl Bar {
    /// Something whose end is not known: `what`, and for how long it has been going on.
    pub(crate) fn new(what: &str) -> Self {
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let target = if is_dumb {
            ProgressDrawTarget::hidden()
        } else {
            // It hides by itself where stderr is no terminal.
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        let meter = Meter(bar.clone());
        meter.waits(what);
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(120));
            *shown() = Some(bar);
        }
        Self(meter)
    }

    pub(crate) fn meter(&self) -> Meter {
        self.0.clone()
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        *shown() = None;
        self.0.0.finish_and_clear();
    }
}

impl Meter {
    /// From here on nobody knows how long it takes.
    pub(crate) fn waits(&self, what: &str) {
        self.0.unset_length();
        self.0.set_style(style("{spinner} {msg}  {elapsed}"));
        self.0.set_message(what.to_owned());
    }

    /// So many bytes of so many.
    pub(crate) fn bytes(&self, what: &str, done: u64, total: Option<u64>) {
        match total {
            Some(total) if self.0.length() != Some(total) => {
                self.0.set_length(total);
                self.0
                    .set_style(style("{msg}  {wide_bar}  {bytes} of {total_bytes}"));
                self.0.set_message(what.to_owned());
            }
            None if self.0.position() == 0 => {
                self.0.set_style(style("{spinner} {msg}  {bytes}"));
                self.0.set_message(what.to_owned());
            }
            _ => {}
        }
        self.0.set_position(done);
    }

    /// So many percent; `None` where nobody says it.
    pub(crate) fn percent(&self, what: &str, percent: Option<f64>) {
        let Some(percent) = percent else {
            return self.waits(what);
        };
        if self.0.length() != Some(100) {
            self.0.set_length(100);
            self.0
                .set_style(style("{msg}  {wide_bar}  {percent} %  {elapsed}"));
        }
        self.0.set_message(what.to_owned());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it lies between 0 and 100"
        )]
        self.0.set_position(percent.clamp(0.0, 100.0) as u64);
    }
}

/// Writes to the terminal while the line is away.
pub(super) fn aside(write: impl FnOnce()) {
    let bar = shown().clone();
    match bar {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}

fn shown() -> std::sync::MutexGuard<'static, Option<ProgressBar>> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━━ ")
}
