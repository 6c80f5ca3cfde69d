//! The beginning of a stream behind another one: whether it takes the same connection, and how soon its first text comes.

use super::{
    Medians,
    reader::{Client, First, Reader, Told},
    wire::{LATE, Wanted, Writes},
};
use crate::{
    Failure, paired,
    report::{Report, Row},
    server,
};
use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};
use tokio::{runtime::Runtime, task::yield_now, time::sleep};

/// The streams in sequence, and the chunks of each.
const STREAMS: usize = 200;
const CHUNKS: usize = 8;

/// The first text is measured by processes of their own, so many of each reader in turns: how the code of one lies in memory
/// decides a few per cent. Each reads so many streams.
const ROUNDS: usize = 31;
const FIRSTS: usize = 400;

/// The same with a pause before each stream. The CPU falls asleep in it.
pub(super) const APART: Duration = Duration::from_millis(1);
const ROUNDS_APART: usize = 11;
const FIRSTS_APART: usize = 100;

pub(super) fn measured(report: &mut Report, url: &str) -> Result<(), Failure> {
    let runtime = crate::runtime()?;
    let opened = Reader::ALL
        .into_iter()
        .map(|reader| opened(&runtime, reader, url))
        .collect::<Result<Vec<_>, _>>()?;
    report.rows.push(Row {
        work: format!(
            "{STREAMS} streams in sequence, end {} ms late, connections",
            LATE.as_millis()
        ),
        unit: "connections",
        raw: opened[0],
        facade: opened[1],
        most: Some(2.0),
        peers: opened[2..].iter().copied().map(Some).collect(),
        ..Row::default()
    });

    let firsts = |rounds: usize, shape: &str, streams: usize, work: String| {
        let sides: Vec<usize> = (0..Reader::ALL.len()).collect();
        let runs = paired::rounds(rounds, &sides, |side| {
            super::figure(Reader::ALL[side], shape, streams, url)
        })?;
        Ok::<_, Failure>(Medians::of(&runs).row(work, "µs"))
    };
    let work = "streams in sequence, time to the first text, p50".to_owned();
    report.rows.push(Row {
        goal: Some(1.05),
        ..firsts(ROUNDS, "first", FIRSTS, work)?
    });
    let work = format!("the same, each {} ms after the one before it", APART.as_millis());
    report
        .rows
        .push(firsts(ROUNDS_APART, "apart", FIRSTS_APART, work)?);
    report.notes.push(format!(
        "In sequence: each has {CHUNKS} chunks, one event a write, and comes as soon as the one before it is read, all on one \
         connection. Connections: the server counts them. The first text: from before the request is made, medians of \
         {ROUNDS} processes with {FIRSTS} streams each, and of {ROUNDS_APART} with {FIRSTS_APART} where there is a pause: it puts \
         the CPU to sleep, and much of the figure is its waking."
    ));
    Ok(())
}

/// The connections that the server saw.
fn opened(runtime: &Runtime, reader: Reader, url: &str) -> Result<f64, Failure> {
    let client = Client::new(reader, url)?;
    let wanted = Wanted {
        writes: Writes::Late,
        count: CHUNKS,
    };
    let before = server::connections(url)?;
    runtime.block_on(async {
        for _ in 0..STREAMS {
            client.clone().read(wanted, Told::default()).await?;
        }
        Ok::<(), Failure>(())
    })?;
    Ok(super::float(server::connections(url)? - before))
}

/// The first text of so many streams in sequence, after that pause each: the median in microseconds.
pub(super) fn firsts(
    runtime: &Runtime,
    reader: Reader,
    pause: Option<Duration>,
    streams: usize,
    url: &str,
) -> Result<f64, Failure> {
    let client = Client::new(reader, url)?;
    let runs: Result<Vec<_>, _> = (0..streams)
        .map(|_| first(runtime, client.clone(), pause))
        .collect();
    Ok(paired::median(runs?))
}

/// The microseconds from before the request until the first piece.
fn first(runtime: &Runtime, client: Client, pause: Option<Duration>) -> Result<f64, Failure> {
    let wanted = Wanted {
        writes: Writes::Events,
        count: CHUNKS,
    };
    runtime.block_on(async {
        let came = Arc::new(OnceLock::new());
        let start = Instant::now();
        client
            .read(wanted, Told::first(First::Comes(came.clone())))
            .await?;
        match pause {
            Some(pause) => sleep(pause).await,
            // The task that hands the connection back has its turn.
            None => yield_now().await,
        }
        let came = came.get().ok_or("no piece came")?;
        Ok(came.duration_since(start).as_secs_f64() * 1e6)
    })
}
