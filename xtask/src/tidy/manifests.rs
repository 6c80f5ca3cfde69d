//! Rules over manifests: the supported Rust, versions between our own crates, and where packages come from.

use super::{
    Violation,
    graph::{Graph, Package},
};

/// The one place that packages come from.
pub(super) const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// No dependency needs a newer Rust than our own crates promise.
pub(super) fn rust_version(graph: &Graph) -> Vec<Violation> {
    let ours = graph.packages.iter().filter(|package| package.is_ours());
    let Some(promised) = ours.filter_map(|package| package.rust_version.as_ref()).min() else {
        return vec![Violation::new(
            "Cargo.toml",
            "the workspace promises no rust-version",
        )];
    };
    let newer = graph.packages.iter().filter(|package| {
        !package.is_ours()
            && package
                .rust_version
                .as_ref()
                .is_some_and(|version| version > promised)
    });
    newer
        .map(|package| {
            let needs = package
                .rust_version
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            let message = format!("it needs Rust {needs}; the workspace promises {promised}");
            Violation::new(format!("{} {}", package.name, package.version), message)
        })
        .collect()
}

/// A published crate asks for the exact version of each sibling: they are tested together and released together.
pub(super) fn exact_siblings(graph: &Graph) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in graph.published() {
        for sibling in &package.siblings {
            let target = graph
                .packages
                .iter()
                .find(|other| other.is_ours() && other.name == sibling.name);
            let expected = target.map(|target| format!("={}", target.version));
            if expected.as_deref() != Some(sibling.requirement.as_str()) {
                let expected = expected.unwrap_or_else(|| "a published sibling".to_owned());
                let message = format!(
                    "it asks for {} {:?} by path; it must be {expected:?}",
                    sibling.name, sibling.requirement
                );
                violations.push(Violation::new(&package.name, message));
            }
        }
    }
    violations
}

/// Every package comes from crates.io: a build must not depend on a mirror or a branch.
pub(super) fn one_registry(graph: &Graph) -> Vec<Violation> {
    let elsewhere = |package: &&Package| package.source.as_deref().is_some_and(|source| source != REGISTRY);
    graph
        .packages
        .iter()
        .filter(elsewhere)
        .map(|package| {
            let source = package.source.as_deref().unwrap_or_default();
            Violation::new(
                &package.name,
                format!("it comes from {source} and not from crates.io"),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::graph::{Sibling, tests::package},
        *,
    };
    use cargo_metadata::semver::Version;

    fn with_rust(name: &str, version: &str) -> Package {
        Package {
            rust_version: Some(Version::parse(version).unwrap()),
            ..package(name, "1.0.0")
        }
    }

    #[test]
    fn a_dependency_with_a_newer_rust_is_refused() {
        let packages = vec![
            with_rust("aipass", "1.89.0"),
            with_rust("old", "1.60.0"),
            with_rust("same", "1.89.0"),
        ];
        assert_eq!(
            rust_version(&Graph {
                packages: packages.clone()
            }),
            []
        );
        let packages = [packages, vec![with_rust("new", "1.90.0")]].concat();
        let found = rust_version(&Graph { packages });
        assert_eq!(
            found,
            [Violation::new(
                "new 1.0.0",
                "it needs Rust 1.90.0; the workspace promises 1.89.0"
            )]
        );
        assert_eq!(
            rust_version(&Graph {
                packages: vec![package("aipass", "1.0.0")]
            })
            .len(),
            1
        );
    }

    #[test]
    fn siblings_are_asked_for_exactly() {
        let graph = |requirement: &str| {
            let sibling = Sibling {
                name: "aipass-api".to_owned(),
                requirement: requirement.to_owned(),
            };
            let facade = Package {
                siblings: vec![sibling],
                ..package("aipass", "1.0.0")
            };
            Graph {
                packages: vec![facade, package("aipass-api", "0.1.0")],
            }
        };
        assert_eq!(exact_siblings(&graph("=0.1.0")), []);
        for bad in ["*", "^0.1.0", "=0.2.0"] {
            assert_eq!(exact_siblings(&graph(bad)).len(), 1, "{bad}");
        }
    }

    #[test]
    fn packages_come_from_one_place() {
        let mut fork = package("fork", "1.0.0");
        assert_eq!(
            one_registry(&Graph {
                packages: vec![fork.clone(), package("aipass", "1.0.0")]
            }),
            []
        );
        fork.source = Some("git+https://example.com/fork".to_owned());
        assert_eq!(one_registry(&Graph { packages: vec![fork] }).len(), 1);
    }
}
