//! `aipass chat -a`: what goes along with a question.

use super::support::{Answers, Stage};
use aipass_sandbox::Route;
use serde_json::Value;

/// A picture of one pixel.
const PIXEL: &[u8] = b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\x0b\x49\x44\x41\x54\x78\x9c\x63\x60\x00\x02\x00\x00\x05\x00\x01\x7a\x5e\xab\x3f\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";
const WAV: &[u8] =
    b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\0\0\0\0";
const CHAT: [&str; 4] = ["chat", "-m", "gpt-4o-mini", "What is it?"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_sounds_and_texts_come_along() {
    let stage = Stage::start().await;
    // The names say nothing.
    let picture = stage.write("notes.txt", PIXEL);
    let sound = stage.write("picture.png", WAV);
    let text = stage.write("sound.wav", b"Buy milk.");
    let url = "https://example.com/a.jpg";
    let args = ["-a", &picture, "-a", url, "--attach", &sound, "-a", &text];
    let run = stage.with_token(CHAT).args(args).run().exits(0);
    assert_eq!(run.stderr, "");
    let says = format!("I see 2 pictures (image/png, {} bytes; https link).", PIXEL.len());
    assert!(run.stdout.contains(&says), "{}", run.stdout);
    let says = format!("I hear 1 clip (wav, {} bytes).", WAV.len());
    assert!(run.stdout.contains(&says), "{}", run.stdout);
    assert!(
        run.stdout.contains("What is it? File sound.wav:") && run.stdout.contains("Buy milk."),
        "{}",
        run.stdout
    );
    let piped = ["chat", "-m", "gpt-4o-mini", "-a", &picture, "-"];
    let run = stage.with_token(piped).run_with(b"What is it?").exits(0);
    assert!(run.stdout.contains("I see 1 picture"), "{}", run.stdout);
}

#[test]
fn the_parts_stand_behind_the_question_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let body = r#"{"choices":[{"index":0,"message":{"content":"one"},"finish_reason":"stop"}]}"#;
    let server = Answers::one("200 OK", "content-type: application/json\r\n", body);
    let (text, sound) = (file("a.md", b"# Hi"), file("b.wav", WAV));
    let args = [
        "-a",
        &text,
        "-a",
        &sound,
        "-a",
        "https://example.com/a.jpg",
        "--no-stream",
    ];
    server.program(CHAT).args(args).run().exits(0).prints("one\n");
    let (_, request) = server.request();
    let request: Value = serde_json::from_str(&request).unwrap();
    let parts = request["messages"][0]["content"].as_array().unwrap();
    let kinds: Vec<_> = parts.iter().map(|part| part["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["text", "text", "input_audio", "image_url"]);
    assert_eq!(parts[0]["text"], "What is it?");
    // The name goes along, and not the folder.
    assert_eq!(parts[1]["text"], "File a.md:\n\n# Hi");
    assert_eq!(parts[2]["input_audio"]["format"], "wav");
    assert_eq!(parts[3]["image_url"]["url"], "https://example.com/a.jpg");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_model_takes_is_refused_before_anything_is_sent() {
    let stage = Stage::start().await;
    let empty = stage.write("empty.txt", b"");
    let film = stage.write("film.mp4", b"\0\0\0\x20ftypisom");
    let music = stage.write("music.flac", b"fLaC\0\0\0\0");
    let photo = stage.write("photo.heic", b"\0\0\0\x20ftypheicheic");
    let cut = stage.write("cut.png", b"\x89PNG\r\n\x1a\n");
    let bytes = stage.write("bytes.bin", b"\0\x01\x02\x03");
    let pdf = stage.write("paper.pdf", b"%PDF-1.7\n");
    for (file, says) in [
        ("/nonexistent", "/nonexistent cannot be read"),
        ("/", "/ cannot be read"),
        (&empty, "is empty"),
        (&film, "is video/mp4, which no chat takes"),
        (&music, "`aipass transcribe`"),
        (&photo, "HEIC"),
        (&cut, "cannot be sent"),
        (&bytes, "is neither a picture, nor a sound, nor a text"),
        (&pdf, "PDF"),
        (
            "http://example.com/a.png",
            "the address of a picture cannot be sent",
        ),
        (
            "data:text/plain;base64,AA==",
            "the address of a picture cannot be sent",
        ),
    ] {
        let run = stage
            .with_token(CHAT)
            .args(["-a", file])
            .run()
            .exits(3)
            .prints("");
        let run = run.says(says);
        // What the person can do, and not what a programmer could.
        assert!(run.stderr.contains("\nhelp: "), "{file}");
        assert!(!run.stderr.contains("::"), "{}", run.stderr);
    }
    assert_eq!(stage.sandbox.counts().requests_to(Route::ChatCompletions), 0);
}
