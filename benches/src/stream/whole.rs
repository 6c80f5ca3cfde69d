//! One large event, which comes in many reads: whoever looks through all of it again at each read takes four times as
//! long for twice as much.

use super::{
    reader::{Client, Reader, Told},
    wire::{READ, Wanted, Writes},
};
use crate::{
    Failure, paired,
    report::{Report, Row},
};
use std::time::{Duration, Instant};

const MIB: usize = 1024 * 1024;

/// The sizes of the two events.
const SIZES: [usize; 2] = [MIB, 4 * MIB];

/// The most runs of each, of which the median counts.
const ROUNDS: usize = 11;

/// What takes longer than that in one run has no more of them.
const LONG: Duration = Duration::from_secs(2);

/// The times of both sizes in milliseconds; nothing where the reader fails.
type Times = Option<[f64; 2]>;

pub(super) fn measured(report: &mut Report, url: &str) -> Result<(), Failure> {
    let mut times = Vec::new();
    for reader in Reader::ALL {
        match times_of(reader, url) {
            Ok(found) => times.push(Some(found)),
            Err(failure) if Reader::PEERS.contains(&reader) => {
                eprintln!("{} fails at one large event: {failure}", reader.name());
                times.push(None);
            }
            Err(failure) => return Err(failure),
        }
    }
    report.rows.extend(rows(&times));
    report.notes.push(format!(
        "One event comes in reads of {READ} bytes: medians of {ROUNDS} runs, or one run where it takes more than {} s.",
        LONG.as_secs()
    ));
    Ok(())
}

fn times_of(reader: Reader, url: &str) -> Result<[f64; 2], Failure> {
    let runtime = crate::runtime()?;
    let client = Client::new(reader, url)?;
    let mut times = [0.0; 2];
    for (count, time) in SIZES.into_iter().zip(&mut times) {
        let writes = Writes::Whole;
        let mut runs = Vec::new();
        while runs.len() < ROUNDS {
            let start = Instant::now();
            runtime.block_on(client.clone().read(Wanted { writes, count }, Told::default()))?;
            let run = start.elapsed();
            runs.push(run.as_secs_f64() * 1e3);
            if run > LONG {
                break;
            }
        }
        *time = paired::median(runs);
    }
    Ok(times)
}

/// Of the times in the order of [`Reader::ALL`]: the larger size, and how it compares with the smaller one.
fn rows(times: &[Times]) -> [Row; 2] {
    let large = |times: &Times| times.map(|[_, large]| large);
    let growth = |times: &Times| times.map(|[small, large]| large / small);
    let [raw, facade] = [0, 1].map(|side| large(&times[side]).unwrap_or(f64::NAN));
    let [raw_growth, facade_growth] = [0, 1].map(|side| growth(&times[side]).unwrap_or(f64::NAN));
    [
        Row {
            work: "one event of 4 MiB, time".to_owned(),
            unit: "ms",
            raw,
            facade,
            ratio: Some(facade / raw),
            goal: Some(1.2),
            peers: times[2..].iter().map(|peer| Some(large(peer)? / raw)).collect(),
            ..Row::default()
        },
        Row {
            work: "one event of 4 MiB, time by that of 1 MiB".to_owned(),
            raw: raw_growth,
            facade: facade_growth,
            most: Some(5.0),
            peers: times[2..].iter().map(growth).collect(),
            ..Row::default()
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_that_fails_has_no_figure() {
        let [time, growth] = rows(&[Some([2.0, 8.0]), Some([3.0, 12.0]), None, Some([10.0, 160.0])]);
        assert_eq!((time.raw, time.facade, time.ratio), (8.0, 12.0, Some(1.5)));
        assert_eq!(time.peers, [None, Some(20.0)]);
        assert_eq!((growth.raw, growth.facade, growth.ratio), (4.0, 4.0, None));
        assert_eq!(growth.peers, [None, Some(16.0)]);
    }
}
