//! Any bytes as the body of an error: it is read without a panic, and what is shown of it is short and harmless.

#![no_main]

use aipass_api::{
    ErrorBody,
    sse::{Decoder, error_in},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let error = ErrorBody::read(bytes);
    check(&error);

    let Ok(value) = serde_json::from_slice(bytes) else {
        return;
    };
    let Some(inside) = ErrorBody::inside(&value) else {
        return;
    };
    assert_eq!(inside, error, "an error is the same error whatever the status");

    // The same inside a stream. An escaped word may be an error that is not seen: no server writes so.
    let line = value.to_string();
    let mut decoder = Decoder::new();
    decoder.push(format!("data: {line}\n\n").as_bytes());
    let event = decoder.next_event().ok().flatten();
    assert_eq!(event.and_then(error_in), Some(error), "{line}");
});

fn check(error: &ErrorBody) {
    if let Some(message) = &error.message {
        assert!(!message.trim().is_empty());
        assert!(message.chars().count() <= 500, "it is cut");
        assert!(!message.chars().any(char::is_control), "it steers no terminal");
        let hash = |run: &&str| run.len() >= 40 && run.bytes().all(|byte| byte.is_ascii_hexdigit());
        let runs = message.split(|c: char| !c.is_ascii_alphanumeric());
        let runs: Vec<&str> = runs.filter(hash).collect();
        // Where a long message is cut, a longer word may look like a hash.
        let cut = message.chars().count() == 500;
        assert!(
            runs.is_empty() || (cut && runs.len() == 1 && message.ends_with(runs[0])),
            "{message}"
        );
    }
    for word in [&error.kind, &error.param, &error.code].into_iter().flatten() {
        assert!(!word.is_empty() && word.len() <= 40, "{word}");
        assert!(
            word.chars()
                .all(|c| c.is_ascii_alphanumeric() || "_-.[]".contains(c)),
            "{word}"
        );
    }
    let _ = format!("{error:?}");
}
