//! How far something is, in a line on stderr that comes and goes. Only a terminal sees it.

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};
use std::{
    io::{self, IsTerminal as _},
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// The line that is on the screen, so that what else is told stands above it.
static SHOWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// How often a second it is drawn at most.
const REDRAWS: u8 = 15;

/// The terminal, without its last columns: the `^C` that is written there would be on the next line else, and that line
/// would be cleared in the place of ours.
#[derive(Debug)]
struct Narrow(Term);

/// As wide as `^C`, and one for the cursor.
const SPARED: u16 = 3;

impl TermLike for Narrow {
    fn width(&self) -> u16 {
        self.0.size().1.saturating_sub(SPARED)
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_up(lines)
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_down(lines)
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_right(columns)
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_left(columns)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.0.write_line(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A line that is there for as long as this value is.
#[derive(Debug)]
pub(crate) struct Bar(Meter);

/// What moves the bar: it can be handed to whoever knows how far something is.
#[derive(Clone, Debug)]
pub(crate) struct Meter(ProgressBar);

impl Bar {
    /// Something whose end is not known: `what`, and for how long it has been going on.
    pub(crate) fn new(what: &str) -> Self {
        // Without a name it is a terminal that nobody knows what to send to.
        let is_able = std::env::var_os("TERM").is_some_and(|term| term != "dumb");
        let target = if is_able && io::stderr().is_terminal() {
            ProgressDrawTarget::term_like_with_hz(Box::new(Narrow(Term::stderr())), REDRAWS)
        } else {
            ProgressDrawTarget::hidden()
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
                self.0.set_style(style(
                    "{msg}  {wide_bar}  {decimal_bytes} of {decimal_total_bytes}",
                ));
                self.0.set_message(what.to_owned());
            }
            None if self.0.position() == 0 => {
                self.0.set_style(style("{spinner} {msg}  {decimal_bytes}"));
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
