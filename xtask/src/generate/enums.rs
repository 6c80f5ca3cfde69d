//! Writes the open enums, which stand in for the closed ones that the generator would make.

use crate::{lower::OpenEnum, naming};
use std::fmt::Write as _;

/// The file as text: a formatter leaves the inside of a macro alone, and this one is read in reviews.
pub(super) fn text(enums: &[OpenEnum]) -> String {
    let items: Vec<String> = enums.iter().map(item).collect();
    items.join("\n")
}

fn item(open: &OpenEnum) -> String {
    let doc = open
        .description
        .clone()
        .unwrap_or_else(|| format!("The values of `{}`.", open.name));
    let mut text = "crate::open_enum! {\n".to_owned();
    for line in doc.lines() {
        let _ = writeln!(text, "    /// {}", line.trim_end());
    }
    let _ = writeln!(text, "    pub enum {} {{", naming::pascal(&open.name));
    for (variant, value) in &open.variants {
        let _ = writeln!(text, "        {variant} = {value:?},");
    }
    text + "    }\n}\n"
}
