//! A chat of 1 KB: a request and an answer of about 1 KB of JSON each.

mod facade;
mod raw;

use crate::{
    Failure, Shape, Side, TOGETHER, instructions,
    paired::{self, Cost},
    report::{Report, Row},
    server::Server,
};
use std::time::{Duration, Instant};
use tokio::{runtime::Runtime, task::JoinSet};

/// What the server answers.
pub(crate) const ANSWER: &str = include_str!("answer.json");

/// The fixed access token of both sides, as long as one of AI Pass.
const TOKEN: &str = "at_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd";

const MODEL: &str = "gpt-4o-mini";

/// What the user asks.
const QUESTION: &str = include_str!("question.txt");

/// Runs of each side, and the calls of each run: a run takes a good tenth of a second.
const PAIRS: usize = 31;
const CALLS: usize = 1024;

/// The calls of the two runs whose instructions are counted; both are multiples of [`TOGETHER`].
const FEW: usize = 256;
const MANY: usize = 1280;

/// One side's client with its connections.
pub(crate) enum Chat {
    Raw(raw::Raw),
    Facade(facade::Facade),
}

impl Chat {
    pub(crate) fn new(side: Side, url: &str) -> Result<Self, Failure> {
        Ok(match side {
            Side::Raw => Self::Raw(raw::Raw::new(url)?),
            Side::Facade => Self::Facade(facade::Facade::new(url)?),
        })
    }

    /// Makes so many calls.
    pub(crate) fn calls(&self, runtime: &Runtime, shape: Shape, calls: usize) -> Result<(), Failure> {
        match self {
            Self::Raw(raw) => runtime.block_on(drive(shape, calls, raw.clone(), raw::Raw::ask)),
            Self::Facade(facade) => {
                runtime.block_on(drive(shape, calls, facade.clone(), facade::Facade::ask))
            }
        }
    }
}

/// Makes the calls of either side: both go through the same code here, and each is compiled for itself.
async fn drive<C, F>(shape: Shape, calls: usize, client: C, ask: fn(C) -> F) -> Result<(), Failure>
where
    C: Clone + Send + 'static,
    F: Future<Output = Result<usize, Failure>> + Send + 'static,
{
    match shape {
        Shape::Sequential => repeat(calls, client, ask).await,
        Shape::Together => {
            let mut tasks = JoinSet::new();
            for _ in 0..TOGETHER {
                tasks.spawn(repeat(calls / TOGETHER, client.clone(), ask));
            }
            while let Some(task) = tasks.join_next().await {
                task??;
            }
            Ok(())
        }
    }
}

async fn repeat<C: Clone, F>(calls: usize, client: C, ask: fn(C) -> F) -> Result<(), Failure>
where
    F: Future<Output = Result<usize, Failure>>,
{
    for _ in 0..calls {
        // A figure of calls that did not do their work would be worse than none.
        if ask(client.clone()).await? == 0 {
            return Err("the answer has no text".into());
        }
    }
    Ok(())
}

/// Measures everything about chats.
pub(crate) fn measure() -> Result<Report, Failure> {
    let mut server = Server::start()?;
    let mut report = Report::default();
    let url = server.url.clone();
    counted(&mut report, &url)
        .and_then(|()| timed(&mut report, &url))
        .map_err(|failure| server.explain(failure))?;
    report.notes.push(format!(
        "Request and answer have about 1 KB of JSON each. CPU: {PAIRS} pairs of runs of {CALLS} calls in turns, medians; \
         time: the median call. Together: {TOGETHER} at once. The client runs on one thread."
    ));
    Ok(report)
}

fn counted(report: &mut Report, url: &str) -> Result<(), Failure> {
    for shape in [Shape::Sequential, Shape::Together] {
        let count = |side: Side| {
            instructions::each(["chat", &side.to_string(), &shape.to_string()], [FEW, MANY], url)
        };
        let (Some(raw), Some(facade)) = (count(Side::Raw)?, count(Side::Facade)?) else {
            report
                .notes
                .push("Instructions were not counted: valgrind is not installed.".to_owned());
            return Ok(());
        };
        report.rows.push(Row {
            work: format!("{}, instructions of a call", work(shape)),
            unit: "instructions",
            raw,
            facade,
            ratio: Some(facade / raw),
            goal: (shape == Shape::Sequential).then_some(1.0),
            ..Row::default()
        });
    }
    Ok(())
}

fn timed(report: &mut Report, url: &str) -> Result<(), Failure> {
    let runtime = crate::runtime()?;
    let raw = Chat::new(Side::Raw, url)?;
    let facade = Chat::new(Side::Facade, url)?;
    let of = |side| match side {
        Side::Raw => &raw,
        Side::Facade => &facade,
    };
    for shape in [Shape::Sequential, Shape::Together] {
        let costs = paired::runs(PAIRS, |side| Cost::of(|| of(side).calls(&runtime, shape, CALLS)))?;
        let paired = paired::medians(&costs, |cost| micros(cost.cpu) / CALLS_F);
        report.rows.push(Row {
            work: format!("{}, CPU of a call", work(shape)),
            unit: "µs",
            raw: paired.raw,
            facade: paired.facade,
            ratio: Some(paired.ratio),
            goal: (shape == Shape::Together).then_some(1.0),
            ..Row::default()
        });
    }
    let mut times = (Vec::new(), Vec::new());
    for _ in 0..CALLS {
        for (chat, times) in [(&raw, &mut times.0), (&facade, &mut times.1)] {
            let start = Instant::now();
            chat.calls(&runtime, Shape::Sequential, 1)?;
            times.push(micros(start.elapsed()));
        }
    }
    let (raw, facade) = (paired::median(times.0), paired::median(times.1));
    report.rows.push(Row {
        work: format!("{}, time of a call", work(Shape::Sequential)),
        unit: "µs",
        raw,
        facade,
        ratio: Some(facade / raw),
        ..Row::default()
    });
    Ok(())
}

/// [`CALLS`] to divide by.
const CALLS_F: f64 = CALLS as f64;

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn work(shape: Shape) -> String {
    match shape {
        Shape::Sequential => "chat of 1 KB, one after the other".to_owned(),
        Shape::Together => format!("chat of 1 KB, {TOGETHER} at once"),
    }
}
