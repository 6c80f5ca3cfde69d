//! What a bench hands to `cargo xtask bench`, which knows how to show it: one JSON object.

use serde::Serialize;
use std::fmt;

/// The figures of one bench.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// In the order in which they are shown.
    pub(crate) rows: Vec<Row>,
    /// What else was measured besides the two sides.
    pub(crate) peers: Vec<&'static str>,
    /// What a reader has to know besides, in full sentences.
    pub(crate) notes: Vec<String>,
}

/// One figure of both sides.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Row {
    /// What is done and what is counted.
    pub(crate) work: String,
    /// What the figures count.
    pub(crate) unit: &'static str,
    pub(crate) raw: f64,
    pub(crate) facade: f64,
    /// Facade by raw. Of paired runs it is the median of the pairs' ratios, and not the ratio of the medians.
    /// None where there is nothing to divide by.
    pub(crate) ratio: Option<f64>,
    /// The most that the ratio should be, where there is a goal.
    pub(crate) goal: Option<f64>,
    /// The most that the facade's own figure should be, where the goal is no ratio.
    pub(crate) most: Option<f64>,
    /// The peers' figures, in their order: by raw where there is a ratio, and as they are where not. None of a peer that
    /// fails.
    pub(crate) peers: Vec<Option<f64>>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}
