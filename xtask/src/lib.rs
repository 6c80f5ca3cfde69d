//! The workspace's own tools, as a library: the program `cargo xtask` is a thin shell around it, and the tests call it.
//!
//! | module | story |
//! |---|---|
//! | [`document`] | reads `openapi/aipass.yaml` and names places in it |
//! | [`allowlist`] | the endpoints that the document must have, as data |
//! | [`check`] | what must hold of the document before anything is generated from it |
//! | [`lower`] | turns a copy of the truthful document into one that the generator can take |
//! | [`generate`] | runs the generator, mends its output and writes what it cannot |
//! | [`regen`] | writes the generated files, or tells that they are stale |
//! | [`tidy`] | rules that no compiler checks: directions, licences, how files look |
//! | [`ci`] | everything that must hold before a change lands, as one command |
//! | [`surface`] | the public surface of the generated crate, one line for each item |

pub mod allowlist;
pub mod check;
pub mod ci;
pub mod document;
pub mod generate;
pub mod lower;
pub mod naming;
pub mod regen;
pub mod surface;
pub mod tidy;

#[cfg(test)]
mod testing;

use std::path::Path;

/// The workspace's root folder.
#[must_use]
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}
