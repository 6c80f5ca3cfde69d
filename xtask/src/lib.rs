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
//! | [`outside`] | checks against other people's software: an authorization server, a browser |
//! | [`mod@bench`] | builds and runs the benches, and shows their figures beside the goals |
//! | [`mod@fuzz`] | builds and runs the fuzz targets, and tells how often they ran |
//! | [`ci`] | everything that must hold before a change lands, as one command |
//! | [`surface`] | the public surface of the generated crate, one line for each item |

pub mod allowlist;
pub mod bench;
pub mod check;
pub mod ci;
pub mod document;
pub mod fuzz;
pub mod generate;
pub mod lower;
pub mod naming;
pub mod outside;
pub mod regen;
pub mod surface;
pub mod tables;
pub mod tidy;

#[cfg(test)]
mod testing;

use std::{
    env,
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// The workspace's root folder.
///
/// It is found at run time: two checkouts may share a target folder, and then run the same binary.
#[must_use]
pub fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        // Cargo tells the package's folder to what it runs.
        let here = env::var_os("CARGO_MANIFEST_DIR")
            .map(PathBuf::from)
            .or_else(|| env::current_dir().ok());
        let above = here.iter().flat_map(|here| here.ancestors());
        let found = above
            .into_iter()
            .find(|folder| folder.join(regen::DOCUMENT).is_file());
        found.unwrap_or(Path::new(".")).to_owned()
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_root_holds_the_document_and_the_manifest() {
        for file in [
            crate::regen::DOCUMENT,
            crate::regen::ALLOWLIST,
            "Cargo.toml",
            "xtask/Cargo.toml",
        ] {
            assert!(super::root().join(file).is_file(), "{file}");
        }
    }
}
