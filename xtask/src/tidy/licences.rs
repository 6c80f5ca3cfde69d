//! Licences: every dependency must be under terms that our users can accept.

use super::{
    Violation,
    graph::{Graph, Package},
};
use spdx::{Expression, ParseMode};

/// What we accept, with its exception where there is one.
const ALLOWED: [&str; 9] = [
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-3-Clause",
    "ISC",
    "Unicode-3.0",
    "MPL-2.0",
    "CDLA-Permissive-2.0",
    "Zlib",
];

/// Every package is under an allowed licence.
pub(super) fn allowed(graph: &Graph) -> Vec<Violation> {
    graph.packages.iter().filter_map(licence_of).collect()
}

fn licence_of(package: &Package) -> Option<Violation> {
    let place = format!("{} {}", package.name, package.version);
    let Some(licence) = &package.licence else {
        return Some(Violation::new(place, "it names no licence"));
    };
    // Older packages write `MIT/Apache-2.0`.
    let expression = match Expression::parse_mode(licence, ParseMode::LAX) {
        Ok(expression) => expression,
        Err(error) => {
            return Some(Violation::new(
                place,
                format!("its licence {licence:?} is unknown: {error}"),
            ));
        }
    };
    let fine = expression.evaluate(|requirement| ALLOWED.contains(&requirement.to_string().as_str()));
    (!fine).then(|| Violation::new(place, format!("its licence {licence} is not allowed")))
}

#[cfg(test)]
mod tests {
    use super::{super::graph::tests::package, *};

    fn check(licence: Option<&str>) -> Option<String> {
        let mut package = package("dependency", "1.2.3");
        package.licence = licence.map(str::to_owned);
        licence_of(&package).map(|violation| violation.to_string())
    }

    #[test]
    fn one_allowed_alternative_is_enough() {
        for licence in [
            "MIT",
            "MIT/Apache-2.0",
            "Apache-2.0 / MIT",
            "Unlicense OR MIT",
            "MIT OR Apache-2.0 OR LGPL-2.1-or-later",
            "Apache-2.0 AND ISC",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert_eq!(check(Some(licence)), None, "{licence}");
        }
    }

    #[test]
    fn other_terms_are_refused() {
        for licence in [
            "GPL-3.0-only",
            "MIT AND OpenSSL",
            "Unlicense",
            "LGPL-2.1-or-later",
        ] {
            let violation = check(Some(licence)).unwrap();
            assert_eq!(
                violation,
                format!("dependency 1.2.3: its licence {licence} is not allowed")
            );
        }
        assert_eq!(check(None).unwrap(), "dependency 1.2.3: it names no licence");
        assert!(check(Some("My Own Terms")).unwrap().contains("is unknown"));
    }
}
