//! The person's own browser: whether there is one that they could see, and pages opened in it.

use std::thread;

/// Whether this variable says anything.
pub(crate) fn has(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// Whether there is no browser here that the person could see.
pub(crate) fn is_headless() -> bool {
    if has("SSH_CONNECTION") {
        return true;
    }
    let needs_display = cfg!(all(unix, not(target_os = "macos")));
    // A text browser named by the person, and the browser of Windows behind WSL, need no display.
    needs_display
        && !["DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"]
            .into_iter()
            .any(has)
}

/// Opens a page, and says whether that worked. It is waited for on a thread of its own: a browser in a terminal keeps its
/// opener waiting until it is closed.
pub(crate) async fn open(url: &str) -> bool {
    // Only what a browser should get, whatever the service answered.
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return false;
    }
    let url = url.to_owned();
    let (tell, told) = tokio::sync::oneshot::channel();
    let opening = thread::Builder::new().spawn(move || {
        // Nobody may be waiting any more.
        let _ = tell.send(webbrowser::open(&url).is_ok());
    });
    opening.is_ok() && told.await.unwrap_or(false)
}
