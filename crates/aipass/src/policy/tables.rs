//! The tables in words, for the documentation.

use super::{
    Again, BUDGET_CODES, BUDGET_MESSAGES, BudgetMessage, ERROR_STATUSES, ERROR_WORDS, RetryPolicy, Timeouts,
    retry::LONGEST_WAIT,
};
use std::{fmt::Write, time::Duration};

/// Every table as Markdown, as the documentation of [`policy`](crate::policy) shows them.
#[doc(hidden)]
#[must_use]
pub fn tables() -> String {
    let mut out = String::new();
    // Writing to a text cannot fail.
    let _ = write_all(&mut out);
    out
}

fn write_all(out: &mut String) -> std::fmt::Result {
    writeln!(out, "# Retries\n")?;
    let policy = RetryPolicy::charge_safe();
    writeln!(
        out,
        "The first row that fits decides. At most {} retries, under one deadline; no delay above {} s is waited for. The last \
         column holds for calls that are not free: those cost nothing whatever happens.\n",
        policy.retries(),
        LONGEST_WAIT.as_secs()
    )?;
    writeln!(
        out,
        "| what happened | free | paid | once | what it may have cost |"
    )?;
    writeln!(out, "|---|---|---|---|---|")?;
    for row in policy.rows() {
        let risk = row
            .risk
            .map_or_else(|| "as below".to_owned(), |risk| format!("`{risk:?}`"));
        let [free, paid, once] = [row.free, row.paid, row.once].map(again);
        writeln!(out, "| {} | {free} | {paid} | {once} | {risk} |", row.situation)?;
    }
    writeln!(
        out,
        "\n`RetryPolicy::openai_compatible()` differs in these rows, and may pay twice:\n"
    )?;
    writeln!(out, "| what happened | free | paid | once |")?;
    writeln!(out, "|---|---|---|---|")?;
    let safe = policy.rows().iter();
    for (row, safe) in RetryPolicy::openai_compatible().rows().iter().zip(safe) {
        if row != safe {
            let [free, paid, once] = [row.free, row.paid, row.once].map(again);
            writeln!(out, "| {} | {free} | {paid} | {once} |", row.situation)?;
        }
    }

    writeln!(out, "\n# Time\n")?;
    writeln!(out, "| limit | free | paid | stream | download |")?;
    writeln!(out, "|---|---|---|---|---|")?;
    for row in Timeouts::default().rows() {
        let [free, paid, stream, download] = [row.free, row.paid, row.stream, row.download].map(limit);
        writeln!(out, "| {} | {free} | {paid} | {stream} | {download} |", row.what)?;
    }

    writeln!(out, "\n# An empty wallet\n")?;
    let codes: Vec<_> = BUDGET_CODES.iter().map(|code| format!("`{code}`")).collect();
    writeln!(
        out,
        "Seen first, at any status, inside a 200 and inside a stream: status 402; or a type, code or error equal to {}; or a \
         message of one of these forms, perhaps after `{}` or `{}`:\n",
        codes.join(", "),
        BudgetMessage::PREFIXES[0],
        BudgetMessage::PREFIXES[1]
    )?;
    for form in BUDGET_MESSAGES {
        writeln!(out, "- `{}…{}`", form.start, form.holds)?;
    }

    writeln!(out, "\n# What an error means\n")?;
    writeln!(out, "| status | meaning |")?;
    writeln!(out, "|---|---|")?;
    for row in ERROR_STATUSES {
        let statuses = if row.first == row.last {
            row.first.to_string()
        } else {
            format!("{} to {}", row.first, row.last)
        };
        writeln!(out, "| {statuses} | `{:?}` |", row.class)?;
    }
    writeln!(
        out,
        "\nAn error inside a 2xx is told by a status in its code, or by one of these words:\n"
    )?;
    writeln!(out, "| type, code or error | meaning |")?;
    writeln!(out, "|---|---|")?;
    for row in ERROR_WORDS {
        writeln!(out, "| `{}` | `{:?}` |", row.word, row.class)?;
    }
    Ok(())
}

fn again(again: Again) -> &'static str {
    match again {
        Again::No => "no",
        Again::Retry => "retry",
        Again::OptIn => "opt-in",
        Again::Renew => "renew the token, once",
    }
}

fn limit(limit: Option<Duration>) -> String {
    match limit.map(|limit| limit.as_secs()) {
        None => "none".to_owned(),
        Some(seconds) if seconds >= 120 && seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        Some(seconds) => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_shows_the_tables_of_the_code() {
        assert_eq!(
            include_str!("tables.md"),
            tables(),
            "the tables are stale; run `cargo xtask regen`"
        );
    }
}
