//! The names that the generator makes from names in the document.
//!
//! Types, fields and operations that we write ourselves must meet the generator's names exactly, so these functions
//! follow typify's rule: other characters become dashes, then the case is changed, then keywords get an underscore.

use heck::{ToPascalCase, ToSnakeCase};

/// The name of a type or of an enum's variant.
#[must_use]
pub fn pascal(name: &str) -> String {
    sanitize(name, str::to_pascal_case)
}

/// The name of a field, of a parameter or of an operation's method.
#[must_use]
pub fn snake(name: &str) -> String {
    sanitize(name, str::to_snake_case)
}

fn sanitize(name: &str, recase: impl Fn(&str) -> String) -> String {
    let plain = name
        .replace('\'', "")
        .replace(|c: char| !(c.is_alphanumeric() || c == '_'), "-");
    let recased = recase(&plain);
    let prefixed = match recased.chars().next() {
        Some(first) if first.is_alphabetic() || first == '_' => recased,
        _ => format!("{}{recased}", recase("x")),
    };
    if syn::parse_str::<syn::Ident>(&prefixed).is_ok() && prefixed != "gen" {
        prefixed
    } else {
        format!("{prefixed}_")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_generator() {
        for (name, expected) in [
            ("SE", "Se"),
            ("1024x1024", "X1024x1024"),
            ("tool_calls", "ToolCalls"),
            ("self", "Self_"),
        ] {
            assert_eq!(pascal(name), expected);
        }
        for (name, expected) in [
            ("type", "type_"),
            ("fooBar", "foo_bar"),
            ("Content-Type", "content_type"),
        ] {
            assert_eq!(snake(name), expected);
        }
    }
}
