//! What a process holds while it reads, of one that does nothing else.

use super::{
    Medians, STREAMS,
    chunk::OF_MANY,
    many,
    reader::{Client, First, Reader, STALL, Told},
    row,
    wire::{Wanted, Writes},
};
use crate::{
    Failure, memory, paired,
    report::{Report, Row},
    server,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{task::JoinSet, time::sleep};

/// The chunks that come while nobody reads.
const CHUNKS_STALLED: usize = 100_000;

/// Each process is run as often, but for those that stall: they are seconds long, and their goal is far.
const ROUNDS: usize = 5;

/// The chunks of a stream that falls idle behind the first.
const CHUNKS_IDLE: usize = 2;

pub(super) fn measured(report: &mut Report, url: &str) -> Result<(), Failure> {
    let of = |shape: &str, chunks: usize, rounds: usize| {
        let sides: Vec<usize> = (0..Reader::ALL.len()).collect();
        let runs = paired::rounds(rounds, &sides, |side| {
            super::figure(Reader::ALL[side], shape, chunks, url)
        })?;
        Ok::<_, Failure>(Medians::of(&runs).figures)
    };
    let kibibytes = |bytes: f64| bytes / 1024.0;
    let mebibytes = |bytes: f64| bytes / (1024.0 * 1024.0);
    let many: Vec<_> = of("many", OF_MANY, ROUNDS)?.into_iter().map(mebibytes).collect();
    let idle: Vec<_> = of("idle", CHUNKS_IDLE, ROUNDS)?
        .into_iter()
        .map(|bytes| kibibytes(bytes) / STREAMS as f64)
        .collect();
    let stalled: Vec<_> = of("stalled", CHUNKS_STALLED, 1)?
        .into_iter()
        .map(mebibytes)
        .collect();
    report.rows.push(Row {
        goal: Some(1.0),
        ..row(
            format!("{STREAMS} streams at once, memory above start"),
            "MiB",
            &many,
        )
    });
    report.rows.push(Row {
        goal: Some(1.05),
        ..row(
            format!("{STREAMS} streams open and idle, memory of a stream"),
            "KiB",
            &idle,
        )
    });
    report.rows.push(Row {
        most: Some(1.0),
        ratio: None,
        peers: stalled[2..].iter().copied().map(Some).collect(),
        ..row("reader stalled, growth meanwhile".to_owned(), "MiB", &stalled)
    });
    report.notes.push(format!(
        "Memory above start: the most that a process of its own has, medians of {ROUNDS}. Idle: each stream has sent one chunk and waits; what \
         the process has then above what it had after its first stream. Stalled: {CHUNKS_STALLED} chunks in writes of \
         16 KiB come while nobody reads for {} s, then all are read.",
        STALL.as_secs()
    ));
    Ok(())
}

/// Reads many streams at once; the most that the process has above its start, in bytes.
pub(super) async fn at_once(reader: Reader, chunks: usize, url: &str) -> Result<u64, Failure> {
    let before = memory::now()?;
    let client = Client::new(reader, url)?;
    many(&client, Writes::Events, chunks).await?;
    Ok(memory::peak()?.saturating_sub(before))
}

/// Opens many streams; the bytes that they take while all of them wait for their second chunk.
pub(super) async fn idle(reader: Reader, chunks: usize, url: &str) -> Result<u64, Failure> {
    let client = Client::new(reader, url)?;
    let first = Wanted {
        writes: Writes::Events,
        count: chunks,
    };
    client.clone().read(first, Told::default()).await?;
    let before = memory::now()?;

    let idle = Wanted {
        writes: Writes::Idle,
        count: chunks,
    };
    let begun = Arc::new(AtomicUsize::new(0));
    let mut streams = JoinSet::new();
    for _ in 0..STREAMS {
        let told = Told::first(First::Counts(begun.clone()));
        streams.spawn(client.clone().read(idle, told));
    }
    while begun.load(Relaxed) < STREAMS {
        // One that ends meanwhile has failed.
        if let Some(ended) = streams.try_join_next() {
            ended??;
            return Err("a stream ended before it fell idle".into());
        }
        sleep(Duration::from_millis(5)).await;
    }
    // So that the last of them waits too.
    sleep(Duration::from_millis(50)).await;
    let held = memory::now()?.saturating_sub(before);

    server::go_on(url)?;
    while let Some(stream) = streams.join_next().await {
        stream??;
    }
    Ok(held)
}
