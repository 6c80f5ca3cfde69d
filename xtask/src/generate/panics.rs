//! Runs the generator so that its panics are errors.
//!
//! progenitor and typify panic on what they do not support yet. The checks refuse what we know of; what they do not know
//! of must still end in a message.

use progenitor::{GenerationSettings, Generator};
use serde_json::Value;
use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// One run of the generator over a lowered document.
///
/// # Errors
///
/// What the generator said, or the first line of its panic.
pub(super) fn attempt(document: &Value, settings: &GenerationSettings) -> Result<syn::File, String> {
    let tokens = quietly(|| {
        let typed: openapiv3::OpenAPI =
            serde_json::from_value(document.clone()).map_err(|error| error.to_string())?;
        Generator::new(settings)
            .generate_tokens(&typed)
            .map_err(|error| error.to_string())
    })??;
    syn::parse2(tokens).map_err(|error| error.to_string())
}

/// Runs a closure; a panic in it is not printed and becomes an error.
fn quietly<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            // Other threads, and this one at other times, panic as loudly as ever.
            if !QUIET.get() {
                before(info);
            }
        }));
    });
    QUIET.set(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(run));
    QUIET.set(false);
    outcome.map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("it panicked");
        text.lines().next().unwrap_or_default().to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_of_one_line() {
        let outcome: Result<(), _> = quietly(|| panic!("not yet implemented: {}\nand more", "not"));
        assert_eq!(outcome, Err("not yet implemented: not".to_owned()));
        assert_eq!(quietly(|| 5), Ok(5));
    }
}
