//! What the standard says an event stream means (WHATWG HTML, section 9.2.6), as literally and as slowly as it can be
//! written: over the whole text at once. The decoder's tests and `fuzz/` hold the decoder against it.

/// The events of a whole stream: name and data.
pub(crate) fn events(bytes: &[u8]) -> Vec<(String, String)> {
    // "Streams must be decoded using the UTF-8 decode algorithm", which drops one byte order mark.
    let text = String::from_utf8_lossy(bytes).into_owned();
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<&str> = text.split('\n').collect();
    // What follows the last line end is no line.
    lines.pop();

    let (mut name, mut data) = (String::new(), String::new());
    let mut events = Vec::new();
    for line in lines {
        if line.is_empty() {
            if let Some(data) = data.strip_suffix('\n') {
                let name = if name.is_empty() { "message" } else { &name };
                events.push((name.to_owned(), data.to_owned()));
            }
            name.clear();
            data.clear();
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut name),
            "data" => {
                data.push_str(value);
                data.push('\n');
            }
            // A comment has an empty field name. `id` and `retry` change what a reconnection does, and no event.
            _ => {}
        }
    }
    // "Once the end of the file is reached, any pending data must be discarded."
    events
}
