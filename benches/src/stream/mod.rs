//! A streamed chat, read to its end: what a chunk of it costs, by how the server cuts it into writes.

mod facade;
mod peers;
mod raw;
pub(crate) mod wire;

use crate::{
    Failure, USAGE, allocations, instructions, memory,
    paired::{self, Cost},
    report::{Report, Row},
    server::Server,
};
use std::{env, process::Command, sync::Arc, time::Duration};
use tokio::{runtime::Runtime, sync::Barrier, task::JoinSet};
use wire::Wanted;

/// The fixed access token of all sides, as long as one of AI Pass.
const TOKEN: &str = "at_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd";

/// Rounds of runs in turns, and the chunks of a run of one stream.
const ROUNDS: usize = 11;
const CHUNKS: usize = 20_000;

/// The chunks of the two runs of which the difference is counted.
const COUNTED: [usize; 2] = [1_000, 6_000];

/// The streams that are read at once, and the chunks of each.
const STREAMS: usize = 1000;
const CHUNKS_OF_MANY: usize = 200;

/// The chunks that come while nobody reads, and for how long that is so.
const CHUNKS_STALLED: usize = 100_000;
const STALL: Duration = Duration::from_secs(2);

/// How the server cuts the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writes {
    /// Into writes of 16 KiB, with many events each.
    Large,
    /// One event a write, as models send them.
    Events,
    /// Into writes of 97 bytes: each event comes in three or four.
    Tiny,
}

impl Writes {
    pub(crate) const ALL: [Self; 3] = [Self::Large, Self::Events, Self::Tiny];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Large => "large",
            Self::Events => "events",
            Self::Tiny => "tiny",
        }
    }

    /// The bytes of a write; none where it is an event, whatever its length.
    pub(crate) fn size(self) -> Option<usize> {
        match self {
            Self::Large => Some(16 * 1024),
            Self::Events => None,
            Self::Tiny => Some(97),
        }
    }

    fn work(self) -> &'static str {
        match self {
            Self::Large => "stream in writes of 16 KiB",
            Self::Events => "stream, one event a write",
            Self::Tiny => "stream in writes of 97 bytes",
        }
    }

    /// The goal for the instructions of a chunk.
    fn goal(self) -> f64 {
        match self {
            Self::Large => 0.85,
            Self::Events => 0.90,
            Self::Tiny => 0.92,
        }
    }
}

/// Who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    /// What a careful person would write over reqwest and serde_json.
    Raw,
    /// The crate `aipass` with all its policies.
    Facade,
    EventsourceStream,
    AsyncOpenAi,
}

impl Reader {
    const ALL: [Self; 4] = [
        Self::Raw,
        Self::Facade,
        Self::EventsourceStream,
        Self::AsyncOpenAi,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Facade => "facade",
            Self::EventsourceStream => "eventsource-stream",
            Self::AsyncOpenAi => "async-openai",
        }
    }
}

/// What a reader tells of its way through a stream.
#[derive(Clone)]
pub(crate) struct Told {
    /// Where all streams wait until the last of them is open.
    open: Option<Arc<Barrier>>,
    /// Whether the reader stalls after the first piece.
    stalls: bool,
}

impl Told {
    fn nothing() -> Self {
        Self {
            open: None,
            stalls: false,
        }
    }

    /// The answer has begun.
    async fn open(&mut self) {
        if let Some(others) = self.open.take() {
            others.wait().await;
        }
    }

    /// A chunk was read.
    async fn piece(&mut self) -> Result<(), Failure> {
        if std::mem::take(&mut self.stalls) {
            println!("{}", stall().await?);
        }
        Ok(())
    }
}

/// The bytes by which the process grows while nobody reads.
async fn stall() -> Result<u64, Failure> {
    let before = memory::now()?;
    let mut most = before;
    for _ in 0..100 {
        tokio::time::sleep(STALL / 100).await;
        most = most.max(memory::now()?);
    }
    Ok(most - before)
}

/// One reader's client with its connections.
#[derive(Clone)]
enum Client {
    Raw(raw::Raw),
    Facade(facade::Facade),
    EventsourceStream(peers::EventsourceStream),
    AsyncOpenAi(peers::AsyncOpenAi),
}

impl Client {
    fn new(reader: Reader, url: &str) -> Result<Self, Failure> {
        Ok(match reader {
            Reader::Raw => Self::Raw(raw::Raw::new(url)?),
            Reader::Facade => Self::Facade(facade::Facade::new(url)?),
            Reader::EventsourceStream => Self::EventsourceStream(peers::EventsourceStream::new(url)?),
            Reader::AsyncOpenAi => Self::AsyncOpenAi(peers::AsyncOpenAi::new(url)?),
        })
    }

    /// Reads one stream.
    async fn read(self, wanted: Wanted, told: Told) -> Result<(), Failure> {
        let model = wanted.model();
        let text = match self {
            Self::Raw(client) => Box::pin(client.read(&model, told)).await,
            Self::Facade(client) => Box::pin(client.read(&model, told)).await,
            Self::EventsourceStream(client) => Box::pin(client.read(&model, told)).await,
            Self::AsyncOpenAi(client) => Box::pin(client.read(&model, told)).await,
        }?;
        // A figure of streams that were not read whole would be worse than none.
        let sent = wanted.chunks * wire::TEXT;
        if text == sent {
            Ok(())
        } else {
            Err(format!("{text} bytes of text were read, and {sent} were sent").into())
        }
    }

    /// Reads [`STREAMS`] at once.
    async fn many(&self, chunks: usize) -> Result<(), Failure> {
        let wanted = Wanted {
            writes: Writes::Events,
            chunks,
        };
        let told = Told {
            open: Some(Arc::new(Barrier::new(STREAMS))),
            stalls: false,
        };
        let mut tasks = JoinSet::new();
        for _ in 0..STREAMS {
            tasks.spawn(self.clone().read(wanted, told.clone()));
        }
        while let Some(task) = tasks.join_next().await {
            task??;
        }
        Ok(())
    }
}

/// `run stream READER SHAPE CHUNKS URL`. Where the shape is about memory, its bytes are printed.
pub(crate) fn run(reader: &str, shape: &str, chunks: &str, url: &str) -> Result<(), Failure> {
    let reader = Reader::ALL.into_iter().find(|known| known.name() == reader);
    let (reader, chunks) = (reader.ok_or(USAGE)?, chunks.parse()?);
    let runtime = crate::runtime()?;
    let before = memory::now();
    let client = Client::new(reader, url)?;
    let writes = Writes::ALL.into_iter().find(|known| known.name() == shape);
    match (shape, writes) {
        (_, Some(writes)) => runtime.block_on(client.read(Wanted { writes, chunks }, Told::nothing())),
        ("many", _) => {
            more_connections();
            runtime.block_on(client.many(chunks))?;
            println!("{}", memory::peak()?.saturating_sub(before?));
            Ok(())
        }
        ("stalled", _) => {
            let told = Told {
                open: None,
                stalls: true,
            };
            let writes = Writes::Large;
            runtime.block_on(client.read(Wanted { writes, chunks }, told))
        }
        _ => Err(USAGE.into()),
    }
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
        peers: Reader::ALL[2..].iter().map(|reader| reader.name()).collect(),
        ..Report::default()
    };
    let url = server.url.clone();
    counted(&mut report, &url)
        .and_then(|()| timed(&mut report, &url))
        .and_then(|()| remembered(&mut report, &url))
        .map_err(|failure| server.explain(failure))?;
    report.notes.push(format!(
        "A chunk has one piece of text. CPU: {ROUNDS} rounds of {CHUNKS} chunks in turns, medians; of the {STREAMS} streams, \
         which have one event a write, {CHUNKS_OF_MANY} chunks each. Memory: the most that a process of its own has above \
         its start. Stalled: {CHUNKS_STALLED} chunks in writes of 16 KiB come while nobody reads for {} s, then all are \
         read. The client runs on one thread. Peers are shown as ratios to raw, or in the unit of a row without a ratio.",
        STALL.as_secs()
    ));
    Ok(report)
}

fn counted(report: &mut Report, url: &str) -> Result<(), Failure> {
    for writes in Writes::ALL {
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
            goal: Some(writes.goal()),
            ..row(
                format!("{}, instructions of a chunk", writes.work()),
                "instructions",
                &figures,
            )
        });
    }
    Ok(())
}

fn timed(report: &mut Report, url: &str) -> Result<(), Failure> {
    let runtime = crate::runtime()?;
    let clients = Reader::ALL
        .map(|reader| Client::new(reader, url))
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    for writes in Writes::ALL {
        let chunks = CHUNKS;
        let figures = cpu(&clients, chunks, |client| {
            runtime.block_on(client.read(Wanted { writes, chunks }, Told::nothing()))
        })?;
        report
            .rows
            .push(figures.row(format!("{}, CPU of a chunk", writes.work())));
    }
    let chunks = STREAMS * CHUNKS_OF_MANY;
    let figures = cpu(&clients, chunks, |client| {
        runtime.block_on(client.many(CHUNKS_OF_MANY))
    })?;
    report.rows.push(Row {
        goal: Some(1.0),
        ..figures.row(format!("{STREAMS} streams at once, CPU of a chunk"))
    });

    let figures = clients
        .iter()
        .map(|client| allocated(&runtime, client))
        .collect::<Result<Vec<_>, _>>()?;
    report.rows.push(Row {
        most: Some(4.0),
        ..row(
            format!("{}, allocations of a chunk", Writes::Events.work()),
            "",
            &figures,
        )
    });
    Ok(())
}

/// The allocations of a chunk.
fn allocated(runtime: &Runtime, client: &Client) -> Result<f64, Failure> {
    let writes = Writes::Events;
    let mut counts = [0.0; 2];
    for (chunks, count) in COUNTED.into_iter().zip(&mut counts) {
        let before = allocations::so_far();
        runtime.block_on(client.clone().read(Wanted { writes, chunks }, Told::nothing()))?;
        *count = float(allocations::so_far() - before);
    }
    Ok((counts[1] - counts[0]) / (COUNTED[1] - COUNTED[0]) as f64)
}

/// Memory is that of a process which does nothing else.
fn remembered(report: &mut Report, url: &str) -> Result<(), Failure> {
    let of = |shape: &str, chunks: usize| {
        Reader::ALL
            .iter()
            .map(|reader| megabytes(*reader, shape, chunks, url))
            .collect::<Result<Vec<_>, _>>()
    };
    let many = of("many", CHUNKS_OF_MANY)?;
    let stalled = of("stalled", CHUNKS_STALLED)?;
    report.rows.push(Row {
        goal: Some(1.0),
        ..row(
            format!("{STREAMS} streams at once, memory above start"),
            "MiB",
            &many,
        )
    });
    report.rows.push(Row {
        most: Some(1.0),
        ratio: None,
        peers: stalled[2..].iter().copied().map(Some).collect(),
        ..row("reader stalled, growth meanwhile".to_owned(), "MiB", &stalled)
    });
    Ok(())
}

fn megabytes(reader: Reader, shape: &str, chunks: usize, url: &str) -> Result<f64, Failure> {
    let output = Command::new(env::current_exe()?)
        .args(["run", "stream", reader.name(), shape, &chunks.to_string(), url])
        .output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} of {}: {said}", shape, reader.name()).into());
    }
    let bytes: u64 = String::from_utf8(output.stdout)?.trim().parse()?;
    Ok(float(bytes) / (1024.0 * 1024.0))
}

/// Of each reader: the median of its runs, and the median of the ratios to raw in the same round.
struct Medians {
    figures: Vec<f64>,
    ratios: Vec<f64>,
}

impl Medians {
    fn row(self, work: String) -> Row {
        Row {
            ratio: Some(self.ratios[1]),
            peers: self.ratios[2..].iter().copied().map(Some).collect(),
            ..row(work, "µs", &self.figures)
        }
    }
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
    let ratio = |run: &Vec<f64>| {
        let ratios = run.iter().zip(&runs[0]).map(|(figure, raw)| figure / raw);
        paired::median(ratios.collect())
    };
    Ok(Medians {
        ratios: runs.iter().map(ratio).collect(),
        figures: runs.iter().cloned().map(paired::median).collect(),
    })
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
