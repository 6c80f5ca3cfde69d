//! A streamed chat, read to its end.

mod chunk;
mod facade;
mod held;
mod opening;
mod peers;
mod raw;
mod reader;
mod whole;
pub(crate) mod wire;

use crate::{
    Failure, USAGE, paired,
    report::{Report, Row},
    server::Server,
};
use reader::{Client, First, Reader, Told};
use std::{env, process::Command, sync::Arc};
use tokio::{sync::Barrier, task::JoinSet};
use wire::{Wanted, Writes};

/// The fixed access token of all sides, as long as one of AI Pass.
const TOKEN: &str = "at_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd";

/// The streams that are open at once.
const STREAMS: usize = 1000;

/// `run stream READER SHAPE COUNT URL`. Where the shape is about memory or time, its figure is printed.
pub(crate) fn run(reader: &str, shape: &str, count: &str, url: &str) -> Result<(), Failure> {
    let reader = Reader::ALL.into_iter().find(|known| known.name() == reader);
    let (reader, count) = (reader.ok_or(USAGE)?, count.parse()?);
    let runtime = crate::runtime()?;
    let one = |writes, told| {
        let client = Client::new(reader, url)?;
        runtime.block_on(client.read(Wanted { writes, count }, told))
    };
    match (shape, Writes::named(shape)) {
        ("many", _) => {
            more_connections();
            println!("{}", runtime.block_on(held::at_once(reader, count, url))?);
            Ok(())
        }
        ("idle", _) => {
            more_connections();
            println!("{}", runtime.block_on(held::idle(reader, count, url))?);
            Ok(())
        }
        ("first", _) => {
            println!("{}", opening::firsts(&runtime, reader, None, count, url)?);
            Ok(())
        }
        ("apart", _) => {
            let pause = Some(opening::APART);
            println!("{}", opening::firsts(&runtime, reader, pause, count, url)?);
            Ok(())
        }
        ("stalled", _) => one(Writes::Large, Told::first(First::Stalls)),
        (_, Some(writes)) => one(writes, Told::default()),
        _ => Err(USAGE.into()),
    }
}

/// The figure that a process of its own prints for [`run`].
fn figure(reader: Reader, shape: &str, count: usize, url: &str) -> Result<f64, Failure> {
    let output = Command::new(env::current_exe()?)
        .args(["run", "stream", reader.name(), shape, &count.to_string(), url])
        .output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} of {}: {said}", shape, reader.name()).into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

/// Reads [`STREAMS`] at once; none is read further than its head before all are open.
async fn many(client: &Client, writes: Writes, count: usize) -> Result<(), Failure> {
    let wanted = Wanted { writes, count };
    let told = Told {
        open: Some(Arc::new(Barrier::new(STREAMS))),
        first: None,
    };
    let mut tasks = JoinSet::new();
    for _ in 0..STREAMS {
        tasks.spawn(client.clone().read(wanted, told.clone()));
    }
    while let Some(task) = tasks.join_next().await {
        task??;
    }
    Ok(())
}

/// Raises the number of connections that this process, and the server that it starts, may have to what is allowed.
#[cfg(unix)]
fn more_connections() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    let all = Rlimit {
        current: maximum,
        maximum,
    };
    // Where that is refused, the streams say so themselves when there are too many.
    setrlimit(Resource::Nofile, all).ok();
}

#[cfg(not(unix))]
fn more_connections() {}

/// Measures everything about streams.
pub(crate) fn measure() -> Result<Report, Failure> {
    more_connections();
    let mut server = Server::start()?;
    let mut report = Report {
        peers: Reader::PEERS.iter().map(|reader| reader.name()).collect(),
        ..Report::default()
    };
    let url = server.url.clone();
    chunk::counted(&mut report, &url)
        .and_then(|()| chunk::timed(&mut report, &url))
        .and_then(|()| whole::measured(&mut report, &url))
        .and_then(|()| opening::measured(&mut report, &url))
        .and_then(|()| held::measured(&mut report, &url))
        .map_err(|failure| server.explain(failure))?;
    report.notes.push(
        "The client runs on one thread. Peers are shown as ratios to raw, or in the unit of a row without a ratio; one \
         that cannot read what was sent fails."
            .to_owned(),
    );
    Ok(report)
}

/// Of each reader: the median of its runs, and the median of the ratios to raw in the same round.
struct Medians {
    figures: Vec<f64>,
    ratios: Vec<f64>,
}

impl Medians {
    /// Of runs in rounds, in the order of [`Reader::ALL`].
    fn of(runs: &[Vec<f64>]) -> Self {
        let ratio = |run: &Vec<f64>| {
            let ratios = run.iter().zip(&runs[0]).map(|(figure, raw)| figure / raw);
            paired::median(ratios.collect())
        };
        Self {
            ratios: runs.iter().map(ratio).collect(),
            figures: runs.iter().cloned().map(paired::median).collect(),
        }
    }

    fn row(self, work: String, unit: &'static str) -> Row {
        Row {
            ratio: Some(self.ratios[1]),
            peers: self.ratios[2..].iter().copied().map(Some).collect(),
            ..row(work, unit, &self.figures)
        }
    }
}

/// A row of figures in the order of [`Reader::ALL`].
fn row(work: String, unit: &'static str, figures: &[f64]) -> Row {
    let raw = figures[0];
    Row {
        work,
        unit,
        raw,
        facade: figures[1],
        ratio: Some(figures[1] / raw),
        peers: figures[2..].iter().map(|figure| Some(figure / raw)).collect(),
        ..Row::default()
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the counts are far below 2^52 and shown with four digits"
)]
fn float(count: u64) -> f64 {
    count as f64
}
