//! Lines of standard input for a login that waits for a paste, read on a thread that nothing waits for.

use std::fmt;
use std::io::{self, BufRead};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::Notify;
use zeroize::Zeroizing;

use crate::error::AuthError;
use crate::paste::{LONGEST_LINE, PasteSource};
use crate::store::BoxFuture;

/// How much of a line without an end is thrown away before the input counts as broken.
const MOST_DISCARDED: usize = 1024 * 1024;

type OnTrouble = Box<dyn FnMut(&AuthError) + Send>;

/// The lines of standard input, for [`Paste`](crate::Paste) and `Loopback::or_paste`.
///
/// Standard input can only be read by waiting for it, so that happens on a thread of its own, one for the whole
/// process, which reads only while a login asks for a line. Neither the end of the login nor that of the program
/// waits for it. What has to be known: if a login ends in another way while the thread waits, the next line that is
/// typed still goes to it, and it keeps that line for the next login. A program that goes on to read standard input
/// itself is better off with a [`PasteSource`] of its own.
///
/// A program that a shell runs in the background is stopped by the system when it reads from the terminal, so ask for a
/// paste only where standard input is a terminal and somebody sits at it.
///
/// Terminals on Linux pass on no more than 4095 bytes of one line; a callback of AI Pass is far shorter.
///
/// ```
/// use aipass_auth::StdinLines;
///
/// let source = StdinLines::new().on_trouble(|trouble| {
///     eprintln!("{trouble}. {}", trouble.help().unwrap_or_default());
/// });
/// ```
#[derive(Default)]
pub struct StdinLines {
    on_trouble: Option<OnTrouble>,
}

impl StdinLines {
    /// Standard input, with nothing said about a line that is refused.
    pub fn new() -> Self {
        Self::default()
    }

    /// Is called when a line was refused, before the next one is read, for example to print why.
    #[must_use]
    pub fn on_trouble(mut self, tell: impl FnMut(&AuthError) + Send + 'static) -> Self {
        self.on_trouble = Some(Box::new(tell));
        self
    }
}

impl fmt::Debug for StdinLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StdinLines")
    }
}

impl PasteSource for StdinLines {
    fn next_line(&mut self, trouble: Option<&AuthError>) -> BoxFuture<'_, io::Result<Option<String>>> {
        if let (Some(trouble), Some(tell)) = (trouble, &mut self.on_trouble) {
            tell(trouble);
        }
        static READER: OnceLock<Reader> = OnceLock::new();
        let reader = READER.get_or_init(|| Reader::start(|| read_line(&mut io::stdin().lock())));
        Box::pin(async { Ok(reader.next().await?.map(|line| line.to_string())) })
    }
}

type Line = io::Result<Option<Zeroizing<String>>>;

/// A thread that reads one line each time that somebody wants one.
struct Reader(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    wanted: Condvar,
    ready: Notify,
}

#[derive(Default)]
struct State {
    wanted: bool,
    /// A line that nobody has taken yet.
    line: Option<Line>,
}

impl Reader {
    fn start(mut read: impl FnMut() -> Line + Send + 'static) -> Self {
        let shared = Arc::<Shared>::default();
        let on_thread = shared.clone();
        // Nobody joins this thread, and the end of the program ends it.
        let started = std::thread::Builder::new()
            .name("aipass-stdin".to_owned())
            .spawn(move || {
                loop {
                    let mut state = on_thread.state();
                    while !state.wanted {
                        state = on_thread
                            .wanted
                            .wait(state)
                            .unwrap_or_else(PoisonError::into_inner);
                    }
                    drop(state);
                    let line = read();
                    on_thread.put(line);
                }
            });
        if let Err(error) = started {
            shared.put(Err(error));
        }
        Self(shared)
    }

    async fn next(&self) -> Line {
        loop {
            // Made before the look, so that a line which comes in between is not missed.
            let ready = self.0.ready.notified();
            {
                let mut state = self.0.state();
                if let Some(line) = state.line.take() {
                    return line;
                }
                state.wanted = true;
                self.0.wanted.notify_one();
            }
            ready.await;
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, line: Line) {
        let mut state = self.state();
        state.wanted = false;
        state.line = Some(line);
        drop(state);
        self.ready.notify_waiters();
    }
}

/// One line without its end, or `None` at the end of the input. What goes beyond the longest line is thrown away, but
/// for one byte that tells of it; a line that has no end at all is an error.
fn read_line(input: &mut impl BufRead) -> Line {
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST_LINE + 1));
    let (mut discarded, mut begun) = (0, false);
    loop {
        let chunk = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            chunk => chunk?,
        };
        if chunk.is_empty() {
            break;
        }
        begun = true;
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let text = &chunk[..end.unwrap_or(chunk.len())];
        let kept = text.len().min(LONGEST_LINE + 1 - line.len());
        line.extend_from_slice(&text[..kept]);
        discarded += text.len() - kept;
        let used = text.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_some() {
            break;
        }
        if discarded > MOST_DISCARDED {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a line has no end"));
        }
    }
    let text = String::from_utf8_lossy(&line).into_owned();
    Ok(begun.then(|| Zeroizing::new(text)))
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Cursor, Read};

    use super::*;

    fn lines(text: &str) -> Vec<String> {
        // A buffer that is smaller than a line.
        let mut input = BufReader::with_capacity(7, Cursor::new(text.to_owned()));
        std::iter::from_fn(|| read_line(&mut input).unwrap().map(|line| line.to_string())).collect()
    }

    #[test]
    fn lines_are_read_whole_and_the_last_one_needs_no_end() {
        assert_eq!(
            lines("one\ntwo is longer\r\n\nlast"),
            ["one", "two is longer\r", "", "last"]
        );
        assert_eq!(lines(""), [""; 0]);
        assert_eq!(lines("\n"), [""]);
        let mut broken = Cursor::new(b"a\xffb\n".to_vec());
        assert_eq!(read_line(&mut broken).unwrap().unwrap().as_str(), "a\u{fffd}b");
    }

    #[test]
    fn a_line_is_kept_up_to_its_limit() {
        let text = format!("{}\nnext\n", "a".repeat(3 * LONGEST_LINE));
        let lines = lines(&text);
        assert_eq!((lines[0].len(), lines[1].as_str()), (LONGEST_LINE + 1, "next"));
    }

    #[test]
    fn a_line_without_an_end_is_given_up() {
        let mut endless = BufReader::new(io::repeat(b'a'));
        let error = read_line(&mut endless).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        let mut rest = [0];
        endless.read_exact(&mut rest).unwrap();
    }

    #[tokio::test]
    async fn a_line_that_nobody_waited_for_goes_to_the_next_one_who_asks() {
        let (sender, typed) = std::sync::mpsc::channel::<&str>();
        let reader = Reader::start(move || Ok(typed.recv().ok().map(|line| Zeroizing::new(line.to_owned()))));
        // A login that ends while it waits.
        assert!(
            tokio::time::timeout(std::time::Duration::from_millis(20), reader.next())
                .await
                .is_err()
        );
        sender.send("first").unwrap();
        sender.send("second").unwrap();
        for expected in ["first", "second"] {
            assert_eq!(reader.next().await.unwrap().unwrap().as_str(), expected);
        }
        drop(sender);
        assert!(reader.next().await.unwrap().is_none());
    }
}
