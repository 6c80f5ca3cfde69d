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
use tokio::{runtime::Runtime, time::sleep};

/// The streams in sequence, and the chunks of each.
const STREAMS: usize = 200;
const CHUNKS: usize = 8;

/// The rounds in which the readers take turns, and the streams of a turn: what another reader left in the caches and in the
/// sleep of the CPU is gone after the first of them.
const ROUNDS: usize = 21;
const FIRSTS: usize = 50;

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

    let clients = Client::all(url)?;
    let sides: Vec<usize> = (0..clients.len()).collect();
    let runs = paired::rounds(ROUNDS, &sides, |side| median(&runtime, &clients[side], FIRSTS))?;
    report.rows.push(Row {
        goal: Some(1.05),
        ..Medians::of(&runs).row(
            "streams in sequence, time to the first text, p50".to_owned(),
            "µs",
        )
    });
    report.notes.push(format!(
        "In sequence: each has {CHUNKS} chunks, one event a write. Connections: the server counts them. The first text: \
         from before the request is made, medians of {ROUNDS} turns of {FIRSTS} streams."
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

/// The first text of so many streams in sequence: the median in microseconds.
pub(super) fn firsts(runtime: &Runtime, reader: Reader, streams: usize, url: &str) -> Result<f64, Failure> {
    median(runtime, &Client::new(reader, url)?, streams)
}

fn median(runtime: &Runtime, client: &Client, streams: usize) -> Result<f64, Failure> {
    let runs: Result<Vec<_>, _> = (0..streams).map(|_| first(runtime, client.clone())).collect();
    Ok(paired::median(runs?))
}

/// The microseconds from before the request until the first piece.
fn first(runtime: &Runtime, client: Client) -> Result<f64, Failure> {
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
        // The connection goes back meanwhile, as it would where streams are a person's time apart.
        sleep(Duration::from_millis(1)).await;
        let came = came.get().ok_or("no piece came")?;
        Ok(came.duration_since(start).as_secs_f64() * 1e6)
    })
}
