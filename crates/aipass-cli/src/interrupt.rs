//! Ctrl-C: noticed by whoever waits, so that nothing is lost on the way out.

use crate::failure::Failure;
use tokio::sync::watch;

/// The presses of Ctrl-C so far. Clones see the same.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt(watch::Receiver<u32>);

impl Interrupt {
    /// Takes over Ctrl-C from the system, which would end the program at once.
    pub(crate) fn listen() -> Self {
        let (presses, seen) = watch::channel(0);
        // Taken over here and now, and not when the task first runs.
        #[cfg(unix)]
        let signals = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt());
        #[cfg(windows)]
        let signals = tokio::signal::windows::ctrl_c();
        tokio::spawn(async move {
            let Ok(mut signals) = signals else { return };
            while signals.recv().await.is_some() {
                presses.send_modify(|count| *count += 1);
            }
        });
        Self(seen)
    }

    /// Waits for the first press; ready at once when it has been.
    pub(crate) async fn pressed(&self) {
        self.pressed_times(1).await;
    }

    /// Waits for one more press from now on: somebody loses patience.
    pub(crate) async fn pressed_again(&self) {
        let more = *self.0.borrow() + 1;
        self.pressed_times(more).await;
    }

    async fn pressed_times(&self, times: u32) {
        let mut seen = self.0.clone();
        if seen.wait_for(|count| *count >= times).await.is_err() {
            // Ctrl-C cannot be heard here, so it never comes.
            std::future::pending::<()>().await;
        }
    }

    /// Runs the work until it is done or Ctrl-C drops it.
    pub(crate) async fn stops<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        tokio::select! {
            done = work => done,
            () = self.pressed() => Err(Failure::interrupted("interrupted")),
        }
    }
}
