//! Who reads a stream, and what they tell on the way.

use super::{facade, peers, raw, wire::Wanted};
use crate::{Failure, memory};
use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::sync::Barrier;

/// How long nobody reads where a reader stalls.
pub(crate) const STALL: Duration = Duration::from_secs(2);

/// Who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// What a careful person would write over reqwest and serde_json.
    Raw,
    /// The crate `aipass` with all its policies.
    Facade,
    EventsourceStream,
    AsyncOpenAi,
}

impl Reader {
    pub(crate) const ALL: [Self; 4] = [
        Self::Raw,
        Self::Facade,
        Self::EventsourceStream,
        Self::AsyncOpenAi,
    ];

    /// Those of [`Self::ALL`] whose failure is a figure too.
    pub(crate) const PEERS: &[Self] = Self::ALL.split_at(2).1;

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Facade => "facade",
            Self::EventsourceStream => "eventsource-stream",
            Self::AsyncOpenAi => "async-openai",
        }
    }
}

/// What a reader tells of its way through a stream.
#[derive(Clone, Default)]
pub(crate) struct Told {
    /// Where all streams wait until the last of them is open.
    pub(crate) open: Option<Arc<Barrier>>,
    pub(crate) first: Option<First>,
}

/// What happens at the first piece.
#[derive(Clone)]
pub(crate) enum First {
    /// The reader stalls.
    Stalls,
    /// It is counted.
    Counts(Arc<AtomicUsize>),
    /// Its time is kept.
    Comes(Arc<OnceLock<Instant>>),
}

impl Told {
    pub(crate) fn first(first: First) -> Self {
        Self {
            open: None,
            first: Some(first),
        }
    }

    /// The answer has begun.
    pub(crate) async fn open(&mut self) {
        if let Some(others) = self.open.take() {
            others.wait().await;
        }
    }

    /// A chunk was read.
    pub(crate) async fn piece(&mut self) -> Result<(), Failure> {
        match self.first.take() {
            None => {}
            Some(First::Stalls) => println!("{}", stall().await?),
            Some(First::Counts(count)) => drop(count.fetch_add(1, Relaxed)),
            Some(First::Comes(when)) => drop(when.set(Instant::now())),
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
pub(crate) enum Client {
    Raw(raw::Raw),
    Facade(facade::Facade),
    EventsourceStream(peers::EventsourceStream),
    AsyncOpenAi(peers::AsyncOpenAi),
}

impl Client {
    pub(crate) fn new(reader: Reader, url: &str) -> Result<Self, Failure> {
        Ok(match reader {
            Reader::Raw => Self::Raw(raw::Raw::new(url)?),
            Reader::Facade => Self::Facade(facade::Facade::new(url)?),
            Reader::EventsourceStream => Self::EventsourceStream(peers::EventsourceStream::new(url)?),
            Reader::AsyncOpenAi => Self::AsyncOpenAi(peers::AsyncOpenAi::new(url)?),
        })
    }

    /// One of each, in the order of [`Reader::ALL`].
    pub(crate) fn all(url: &str) -> Result<Vec<Self>, Failure> {
        Reader::ALL
            .into_iter()
            .map(|reader| Self::new(reader, url))
            .collect()
    }

    /// Reads one stream.
    pub(crate) async fn read(self, wanted: Wanted, told: Told) -> Result<(), Failure> {
        let model = wanted.model();
        let text = match self {
            Self::Raw(client) => Box::pin(client.read(&model, told)).await,
            Self::Facade(client) => Box::pin(client.read(&model, told)).await,
            Self::EventsourceStream(client) => Box::pin(client.read(&model, told)).await,
            Self::AsyncOpenAi(client) => Box::pin(client.read(&model, told)).await,
        }?;
        // A figure of streams that were not read whole would be worse than none.
        let sent = wanted.text();
        if text == sent {
            Ok(())
        } else {
            Err(format!("{text} bytes of text were read, and {sent} were sent").into())
        }
    }
}
