//! What a program's own `tracing` hears of a call: one span with the names of OpenTelemetry, and the outcome.

use crate::{
    facade::{CHAT, MODELS, STREAM, builder, headed, json},
    support::{Answer, Server, answer, events},
};
use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{Arc, Mutex},
};
use tracing::{
    Event, Id, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Record},
};
use tracing_subscriber::{Layer, layer::Context, prelude::*, registry::LookupSpan};

type Fields = BTreeMap<&'static str, String>;

/// The spans and events of the library itself.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Heard>>);

#[derive(Default)]
struct Heard {
    spans: Vec<(u64, Fields)>,
    /// Events with the span that they happened in.
    events: Vec<(Option<u64>, Fields)>,
}

fn ours(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("aipass") && !metadata.target().starts_with("aipass_sandbox")
}

struct Into<'a>(&'a mut Fields);

impl Visit for Into<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        if ours(attributes.metadata()) {
            let mut fields = Fields::new();
            fields.insert("span", attributes.metadata().name().to_owned());
            attributes.record(&mut Into(&mut fields));
            self.0.lock().unwrap().spans.push((id.into_u64(), fields));
        }
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, _: Context<'_, S>) {
        // Ids are used again: the latest span of that id is meant.
        let mut heard = self.0.lock().unwrap();
        if let Some((_, fields)) = heard
            .spans
            .iter_mut()
            .rev()
            .find(|(span, _)| *span == id.into_u64())
        {
            record.record(&mut Into(fields));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if ours(event.metadata()) {
            let mut fields = Fields::new();
            event.record(&mut Into(&mut fields));
            let span = context.event_span(event).map(|span| span.id().into_u64());
            self.0.lock().unwrap().events.push((span, fields));
        }
    }
}

/// Runs the calls on this thread alone, and gives back what was heard.
fn heard<F: Future<Output = ()>>(calls: impl FnOnce() -> F) -> Heard {
    let spans = Spans::default();
    let subscriber = tracing_subscriber::registry().with(spans.clone());
    tracing::subscriber::with_default(subscriber, || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(calls());
    });
    std::mem::take(&mut *spans.0.lock().unwrap())
}

/// The only span of these calls.
fn span<F: Future<Output = ()>>(calls: impl FnOnce() -> F) -> Fields {
    let heard = heard(calls);
    assert_eq!(heard.spans.len(), 1, "{:?}", heard.spans);
    let (id, fields) = heard.spans.into_iter().next().unwrap();
    assert!(!heard.events.is_empty());
    for (span, event) in heard.events {
        assert_eq!(span, Some(id), "it happened outside of its call: {event:?}");
    }
    assert!(fields["aipass.elapsed_ms"].parse::<u64>().is_ok(), "{fields:?}");
    assert_eq!(
        (&*fields["span"], &*fields["gen_ai.provider.name"]),
        ("aipass", "aipass")
    );
    fields
}

fn check(fields: &Fields, expected: &[(&str, Option<&str>)]) {
    for (name, value) in expected {
        assert_eq!(
            fields.get(name).map(String::as_str),
            *value,
            "{name} in {fields:?}"
        );
    }
}

#[test]
fn a_chat_has_one_span() {
    let fields = span(async || {
        let limited = headed("429 Too Many Requests", &[], "{}");
        let server = Server::start([limited, json(CHAT)]).await;
        let ai = builder(&server.base_url).build().unwrap();
        ai.chat("m").user("the prompt").send().await.unwrap();
    });
    check(
        &fields,
        &[
            ("operation", Some("create_chat_completion")),
            ("gen_ai.operation.name", Some("chat")),
            ("gen_ai.request.model", Some("m")),
            ("gen_ai.response.model", Some("m-2026")),
            ("gen_ai.usage.input_tokens", Some("3")),
            ("gen_ai.usage.output_tokens", Some("2")),
            ("http.response.status_code", Some("200")),
            ("http.request.resend_count", Some("1")),
            ("aipass.charge_risk", None),
            ("error.type", None),
        ],
    );
    assert!(!format!("{fields:?}").contains("the prompt"));
}

#[test]
fn a_stream_has_one_span_until_its_end() {
    let fields = span(async || {
        let server = Server::start([headed("200 OK", &[], STREAM)]).await;
        let ai = builder(&server.base_url).build().unwrap();
        ai.chat("m")
            .user("hi")
            .stream()
            .await
            .unwrap()
            .collect_message()
            .await
            .unwrap();
    });
    check(
        &fields,
        &[
            ("operation", Some("create_chat_completion_stream")),
            ("gen_ai.operation.name", Some("chat")),
            ("gen_ai.response.model", Some("m-2026")),
            ("gen_ai.usage.output_tokens", Some("2")),
            ("http.response.status_code", Some("200")),
            ("http.request.resend_count", Some("0")),
        ],
    );
    let fields = span(async || {
        let cut = Answer::Bytes(events(
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"the answer\"}}]}\n\n",
        ));
        let server = Server::start([cut]).await;
        let ai = builder(&server.base_url).build().unwrap();
        ai.chat("m")
            .user("hi")
            .stream()
            .await
            .unwrap()
            .collect_message()
            .await
            .unwrap_err();
    });
    check(
        &fields,
        &[
            ("http.response.status_code", Some("200")),
            ("aipass.charge_risk", Some("Completed")),
            ("error.type", Some("incomplete")),
        ],
    );
    assert!(!format!("{fields:?}").contains("the answer"));
}

#[test]
fn a_failure_names_its_charge_risk_and_its_kind() {
    for (answer, status, risk, kind) in [
        (Answer::Bytes(Vec::new()), None, "Unknown", "network"),
        (
            answer("400 Bad Request", "application/json", "{}"),
            Some("400"),
            "Refused",
            "bad_request",
        ),
        (
            answer("402 Payment Required", "application/json", "{}"),
            Some("402"),
            "Refused",
            "budget_exceeded",
        ),
        (
            answer("500 Oops", "application/json", "{}"),
            Some("500"),
            "Unknown",
            "server",
        ),
        (
            answer("200 OK", "text/html", "<p>"),
            Some("200"),
            "Unknown",
            "decode",
        ),
    ] {
        let fields = span(async || {
            let server = Server::start([answer.clone()]).await;
            let ai = builder(&server.base_url).build().unwrap();
            ai.chat("m").user("hi").send().await.unwrap_err();
        });
        check(
            &fields,
            &[
                ("http.response.status_code", status),
                ("http.request.resend_count", Some("0")),
                ("aipass.charge_risk", Some(risk)),
                ("error.type", Some(kind)),
                ("gen_ai.response.model", None),
            ],
        );
    }
}

#[test]
fn other_calls_have_a_span_each() {
    let fields = span(async || {
        let server = Server::start([json(MODELS)]).await;
        builder(&server.base_url).build().unwrap().models().await.unwrap();
    });
    check(
        &fields,
        &[
            ("operation", Some("list_models")),
            ("gen_ai.operation.name", None),
            ("gen_ai.request.model", None),
        ],
    );

    // What happens on the way belongs to the call, of a raw request too.
    let fields = span(async || {
        let limited = headed("429 Too Many Requests", &[], "{}");
        let server = Server::start([limited, json("{}")]).await;
        let ai = builder(&server.base_url).build().unwrap();
        let answer = ai
            .request(http::Method::POST, "/a-path?secret=1")
            .send()
            .await
            .unwrap();
        answer.bytes().await.unwrap();
    });
    check(
        &fields,
        &[
            ("operation", Some("call")),
            ("http.request.resend_count", Some("1")),
            ("http.response.status_code", Some("200")),
        ],
    );
    assert!(!format!("{fields:?}").contains("secret"));

    let heard = heard(async || {
        let missing = answer("404 Not Found", "application/json", "{}");
        let server = Server::start([missing, json(MODELS)]).await;
        builder(&server.base_url)
            .build()
            .unwrap()
            .model("gemini/pro")
            .await
            .unwrap();
    });
    let operations: Vec<_> = heard
        .spans
        .iter()
        .map(|(_, fields)| fields["operation"].as_str())
        .collect();
    assert_eq!(operations, ["get_model", "list_models"]);
}
