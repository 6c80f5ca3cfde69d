//! What a chunk costs, by how the server cuts the stream into writes.

use super::{
    Medians, STREAMS, many,
    reader::{Client, Reader, Told},
    row,
    wire::{Wanted, Writes},
};
use crate::{
    Failure, allocations, instructions,
    paired::{self, Cost},
    report::{Report, Row},
};
use tokio::runtime::Runtime;

/// Rounds of runs in turns, and the chunks of a run of one stream.
const ROUNDS: usize = 11;
const CHUNKS: usize = 20_000;

/// The chunks of the two runs of which the difference is counted.
const COUNTED: [usize; 2] = [1_000, 6_000];

/// The chunks of each of the streams that are read at once.
pub(super) const OF_MANY: usize = 200;

/// What is cut how, and the goal for the instructions of a chunk.
const WORKS: [(Writes, &str, f64); 3] = [
    (Writes::Large, "stream in writes of 16 KiB", 0.85),
    (Writes::Events, ONE_A_WRITE, 0.90),
    (Writes::Tiny, "stream in writes of 97 bytes", 0.92),
];

const ONE_A_WRITE: &str = "stream, one event a write";

pub(super) fn counted(report: &mut Report, url: &str) -> Result<(), Failure> {
    for (writes, work, goal) in WORKS {
        let mut figures = Vec::new();
        for reader in Reader::ALL {
            let words = ["stream", reader.name(), writes.name()];
            let Some(figure) = instructions::each(words, COUNTED, url)? else {
                let told = "Instructions were not counted: valgrind is not installed.";
                report.notes.push(told.to_owned());
                return Ok(());
            };
            figures.push(figure);
        }
        report.rows.push(Row {
            goal: Some(goal),
            ..row(
                format!("{work}, instructions of a chunk"),
                "instructions",
                &figures,
            )
        });
    }
    Ok(())
}

pub(super) fn timed(report: &mut Report, url: &str) -> Result<(), Failure> {
    let runtime = crate::runtime()?;
    let clients = Client::all(url)?;
    for (writes, work, _) in WORKS {
        let count = CHUNKS;
        let figures = cpu(&clients, CHUNKS, |client| {
            runtime.block_on(client.read(Wanted { writes, count }, Told::default()))
        })?;
        report
            .rows
            .push(figures.row(format!("{work}, CPU of a chunk"), "µs"));
    }
    let figures = cpu(&clients, STREAMS * OF_MANY, |client| {
        runtime.block_on(many(&client, Writes::Events, OF_MANY))
    })?;
    report.rows.push(Row {
        goal: Some(1.0),
        ..figures.row(format!("{STREAMS} streams at once, CPU of a chunk"), "µs")
    });

    let figures = clients
        .iter()
        .map(|client| allocated(&runtime, client))
        .collect::<Result<Vec<_>, _>>()?;
    report.rows.push(Row {
        most: Some(4.0),
        ..row(format!("{ONE_A_WRITE}, allocations of a chunk"), "", &figures)
    });
    report.notes.push(format!(
        "A chunk has one piece of text, each another than the one before it, and one in eight with an escape; the rest of its \
         JSON is always the same. CPU: {ROUNDS} rounds of {CHUNKS} chunks in turns, medians; of the {STREAMS} streams, \
         which have one event a write, {OF_MANY} chunks each."
    ));
    Ok(())
}

/// The CPU time of a chunk in microseconds.
fn cpu(
    clients: &[Client],
    chunks: usize,
    mut run: impl FnMut(Client) -> Result<(), Failure>,
) -> Result<Medians, Failure> {
    let sides: Vec<usize> = (0..clients.len()).collect();
    let runs = paired::rounds(ROUNDS, &sides, |side| {
        let cost = Cost::of(|| run(clients[side].clone()))?;
        Ok(cost.cpu.as_secs_f64() * 1e6 / chunks as f64)
    })?;
    Ok(Medians::of(&runs))
}

/// The allocations of a chunk.
fn allocated(runtime: &Runtime, client: &Client) -> Result<f64, Failure> {
    let writes = Writes::Events;
    let mut counts = [0.0; 2];
    for (count, allocated) in COUNTED.into_iter().zip(&mut counts) {
        let before = allocations::so_far();
        runtime.block_on(client.clone().read(Wanted { writes, count }, Told::default()))?;
        *allocated = super::float(allocations::so_far() - before);
    }
    Ok((counts[1] - counts[0]) / (COUNTED[1] - COUNTED[0]) as f64)
}
