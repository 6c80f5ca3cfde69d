//! Rules over the graph of packages: directions, duplicates, and crates that must not be in it.

use super::Violation;
use cargo_metadata::{DependencyKind, Metadata, semver::Version};
use std::collections::{BTreeMap, BTreeSet};

/// Which of our crates each published crate may depend on, and which ones its tests may use besides.
///
/// `aipass-api` and `aipass-auth` know nothing of each other; `aipass` joins them. The program sees the facade alone, so
/// that everything it can do is open to every user. The sandbox has wire types of its own: a shared type would agree
/// with its own mistakes.
const MAY_DEPEND: [(&str, &[&str], &[&str]); 5] = [
    ("aipass-api", &[], &[]),
    ("aipass-auth", &[], &[]),
    ("aipass-sandbox", &[], &[]),
    ("aipass", &["aipass-api", "aipass-auth"], &["aipass-sandbox"]),
    ("aipass-cli", &["aipass", "aipass-sandbox"], &[]),
];

/// Two copies of these would mean two connection pools and two sets of types.
const SINGLE: [&str; 2] = ["reqwest", "hyper"];

/// These need a C library of the system, or take longer to build than everything else together.
const BANNED: [&str; 2] = ["openssl-sys", "aws-lc-sys"];

/// The packages of the workspace and everything that they depend on, on every platform and with every feature.
#[derive(Clone, Debug, Default)]
pub(super) struct Graph {
    pub(super) packages: Vec<Package>,
}

/// One package.
#[derive(Clone, Debug)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: Version,
    pub(super) licence: Option<String>,
    pub(super) rust_version: Option<Version>,
    /// Where it comes from; none for our own.
    pub(super) source: Option<String>,
    pub(super) published: bool,
    /// What its manifest asks of our own crates.
    pub(super) siblings: Vec<Sibling>,
    pub(super) edges: Vec<Edge>,
}

/// A dependency on one of our own crates, as a manifest has it.
#[derive(Clone, Debug)]
pub(super) struct Sibling {
    pub(super) name: String,
    pub(super) requirement: String,
}

/// A dependency as it was resolved: an index into the packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) to: usize,
    pub(super) for_tests: bool,
}

impl Package {
    pub(super) fn is_ours(&self) -> bool {
        self.source.is_none()
    }
}

impl Graph {
    pub(super) fn of(metadata: &Metadata) -> Self {
        let index: BTreeMap<_, _> = metadata
            .packages
            .iter()
            .enumerate()
            .map(|(at, package)| (&package.id, at))
            .collect();
        let edges = |package: &cargo_metadata::Package| {
            let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
            let node = nodes.into_iter().find(|node| node.id == package.id);
            let resolved = node.into_iter().flat_map(|node| &node.deps);
            resolved
                .filter_map(|dep| {
                    let for_tests = dep
                        .dep_kinds
                        .iter()
                        .all(|kind| kind.kind == DependencyKind::Development);
                    Some(Edge {
                        to: *index.get(&dep.pkg)?,
                        for_tests,
                    })
                })
                .collect()
        };
        let packages = metadata.packages.iter().map(|package| Package {
            name: package.name.to_string(),
            version: package.version.clone(),
            licence: package.license.clone(),
            rust_version: package.rust_version.clone(),
            source: package.source.as_ref().map(ToString::to_string),
            published: package
                .publish
                .as_ref()
                .is_none_or(|registries| !registries.is_empty()),
            siblings: package
                .dependencies
                .iter()
                .filter(|dep| dep.path.is_some())
                .map(|dep| Sibling {
                    name: dep.name.clone(),
                    requirement: dep.req.to_string(),
                })
                .collect(),
            edges: edges(package),
        });
        Self {
            packages: packages.collect(),
        }
    }

    /// Our crates that others will depend on.
    pub(super) fn published(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| package.is_ours() && package.published)
    }

    /// Everything that a user of a package builds.
    fn closure<'a>(&'a self, package: &'a Package) -> Vec<&'a Package> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<usize> = built(package).collect();
        while let Some(at) = open.pop() {
            if seen.insert(at) {
                open.extend(built(&self.packages[at]));
            }
        }
        seen.into_iter().map(|at| &self.packages[at]).collect()
    }
}

fn built(package: &Package) -> impl Iterator<Item = usize> {
    package
        .edges
        .iter()
        .filter(|edge| !edge.for_tests)
        .map(|edge| edge.to)
}

/// The crates depend on each other in the allowed directions only.
pub(super) fn direction(graph: &Graph) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in graph.published() {
        let Some((_, may, for_tests)) = MAY_DEPEND.iter().find(|(name, ..)| *name == package.name) else {
            violations.push(Violation::new(
                &package.name,
                "a published crate of which no direction is known",
            ));
            continue;
        };
        for edge in &package.edges {
            let other = &graph.packages[edge.to];
            let name = other.name.as_str();
            let allowed = may.contains(&name) || (edge.for_tests && for_tests.contains(&name));
            if other.is_ours() && !allowed {
                violations.push(Violation::new(
                    &package.name,
                    format!("must not depend on {name}"),
                ));
            }
        }
    }
    violations
}

/// There is exactly one version of what must be there once.
pub(super) fn single(graph: &Graph) -> Vec<Violation> {
    let versions = |name: &str| {
        let packages = graph.packages.iter().filter(|package| package.name == name);
        packages
            .map(|package| package.version.to_string())
            .collect::<Vec<_>>()
    };
    SINGLE
        .into_iter()
        .map(|name| (name, versions(name)))
        .filter(|(_, versions)| versions.len() != 1)
        .map(|(name, versions)| {
            let found = if versions.is_empty() {
                "none".to_owned()
            } else {
                versions.join(", ")
            };
            Violation::new(
                name,
                format!("there must be exactly one version in the tree; found {found}"),
            )
        })
        .collect()
}

/// What must not be in the tree is not in it, not even for tests.
pub(super) fn banned(graph: &Graph) -> Vec<Violation> {
    graph
        .packages
        .iter()
        .filter(|package| BANNED.contains(&package.name.as_str()))
        .map(|package| {
            Violation::new(
                &package.name,
                "must not be in the tree; `cargo tree -i` shows who brings it",
            )
        })
        .collect()
}

/// Nobody who uses our crates builds the generator or the tools.
pub(super) fn generator_stays_home(graph: &Graph) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in graph.published() {
        for other in graph.closure(package) {
            let tool = [
                "xtask",
                "progenitor",
                "progenitor-impl",
                "progenitor-macro",
                "aipass-tests",
            ]
            .contains(&other.name.as_str())
                || other.name.starts_with("typify")
                || (other.name == "schemars" && other.version.major == 0);
            if tool {
                let message = format!(
                    "a published crate must not depend on {} {}",
                    other.name, other.version
                );
                violations.push(Violation::new(&package.name, message));
            }
        }
    }
    violations
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A package of ours for a name that starts with `aipass` or is `xtask`; else one from the registry.
    pub(in super::super) fn package(name: &str, version: &str) -> Package {
        let ours = name.starts_with("aipass") || name == "xtask";
        Package {
            name: name.to_owned(),
            version: Version::parse(version).unwrap(),
            licence: Some("MIT".to_owned()),
            rust_version: None,
            source: (!ours).then(|| super::super::manifests::REGISTRY.to_owned()),
            published: name != "xtask",
            siblings: Vec::new(),
            edges: Vec::new(),
        }
    }

    /// A graph of packages, written as `name` or as `name -> dependency`; `name => dependency` is for tests only.
    fn graph(lines: &[&str]) -> Graph {
        let mut graph = Graph::default();
        for line in lines {
            let (from, to, for_tests) = match (line.split_once(" -> "), line.split_once(" => ")) {
                (Some((from, to)), _) => (from, Some(to), false),
                (_, Some((from, to))) => (from, Some(to), true),
                (None, None) => (*line, None, false),
            };
            let from = place(&mut graph, from);
            if let Some(to) = to {
                let to = place(&mut graph, to);
                graph.packages[from].edges.push(Edge { to, for_tests });
            }
        }
        graph
    }

    /// Where a package `name@version` is in the graph; it is added if it is not.
    fn place(graph: &mut Graph, package: &str) -> usize {
        let (name, version) = package.split_once('@').unwrap_or((package, "1.0.0"));
        let found = graph
            .packages
            .iter()
            .position(|p| p.name == name && p.version.to_string() == version);
        found.unwrap_or_else(|| {
            graph.packages.push(self::package(name, version));
            graph.packages.len() - 1
        })
    }

    fn lines(violations: &[Violation]) -> Vec<String> {
        violations.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_layers_point_one_way() {
        let good = [
            "aipass -> aipass-api",
            "aipass -> aipass-auth",
            "aipass => aipass-sandbox",
            "aipass-cli -> aipass",
            "xtask -> aipass-api",
        ];
        assert_eq!(direction(&graph(&good)), []);
        for bad in [
            "aipass-api -> aipass-auth",
            "aipass-auth => aipass-api",
            "aipass-cli -> aipass-api",
            "aipass-sandbox -> aipass-api",
            "aipass -> aipass-sandbox",
        ] {
            let (from, to) = bad.split_once(" -> ").or(bad.split_once(" => ")).unwrap();
            assert_eq!(
                lines(&direction(&graph(&[bad]))),
                [format!("{from}: must not depend on {to}")]
            );
        }
        assert_eq!(
            direction(&graph(&["aipass-new"])).len(),
            1,
            "a new crate needs a direction"
        );
    }

    #[test]
    fn one_reqwest_and_one_hyper() {
        assert_eq!(single(&graph(&["reqwest@0.13.5", "hyper"])), []);
        let two = single(&graph(&["reqwest@0.13.5", "reqwest@0.12.1"]));
        assert_eq!(
            lines(&two),
            [
                "reqwest: there must be exactly one version in the tree; found 0.13.5, 0.12.1",
                "hyper: there must be exactly one version in the tree; found none",
            ]
        );
    }

    #[test]
    fn no_foreign_tls() {
        assert_eq!(banned(&graph(&["ring", "openssl-probe"])), []);
        assert_eq!(
            banned(&graph(&["rustls -> aws-lc-sys", "native-tls -> openssl-sys"])).len(),
            2
        );
    }

    #[test]
    fn users_do_not_build_the_generator() {
        let good = [
            "aipass-api -> progenitor-client",
            "xtask -> progenitor",
            "aipass-api => schemars@0.8.22",
        ];
        assert_eq!(generator_stays_home(&graph(&good)), []);
        for bad in ["xtask", "progenitor", "typify-impl", "schemars@0.8.22"] {
            let found = generator_stays_home(&graph(&["aipass-api -> middle", &format!("middle -> {bad}")]));
            assert_eq!(found.len(), 1, "{bad}");
        }
        assert_eq!(generator_stays_home(&graph(&["aipass -> schemars@1.0.0"])), []);
    }
}
