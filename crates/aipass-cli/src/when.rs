//! Moments and spans in words, without a calendar of our own beyond UTC.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A moment as `2026-11-24T09:30:12Z` (RFC 3339).
pub(crate) fn utc(moment: SystemTime) -> String {
    let seconds = moment
        .duration_since(UNIX_EPOCH)
        .map(|since| since.as_secs())
        .unwrap_or(0);
    let (days, clock) = (seconds / 86_400, seconds % 86_400);
    // Years are counted from March, so that the leap day is the last one (Hinnant's `civil_from_days`).
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        clock / 3600,
        clock / 60 % 60,
        clock % 60
    )
}

/// Seconds from now until a moment; negative once it has passed.
pub(crate) fn seconds_until(moment: SystemTime) -> i64 {
    let now = SystemTime::now();
    let whole = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
    match moment.duration_since(now) {
        Ok(ahead) => whole(ahead),
        Err(past) => whole(past.duration()).saturating_neg(),
    }
}

/// A span in words: its largest unit, rounded down.
pub(crate) fn span(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// The longest span that is waited for.
const LONGEST: u64 = 30 * 86_400;

/// Reads `30s`, `5m`, `1h30m` or `2d`: a second at least, 30 days at most.
pub(crate) fn read_span(text: &str) -> Result<Duration, String> {
    let wrong = || "it is written as 30s, 5m, 1h or 1h30m".to_owned();
    let mut rest = text.trim();
    let mut seconds = 0_u64;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (count, behind) = rest.split_at(digits);
        let end = behind.find(|c: char| c.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, next) = behind.split_at(end);
        let factor = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return Err(wrong()),
        };
        let count: u64 = count.parse().map_err(|_| wrong())?;
        seconds = seconds.saturating_add(count.saturating_mul(factor));
        rest = next;
    }
    match seconds {
        0 => Err("it is a second at least".to_owned()),
        1..=LONGEST => Ok(Duration::from_secs(seconds)),
        _ => Err("it is 30 days at most".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_utc() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (784_111_777, "1994-11-06T08:49:37Z"),
            (951_868_799, "2000-02-29T23:59:59Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(utc(UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn spans_are_said_in_their_largest_unit() {
        for (seconds, text) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (119, "119 seconds"),
            (120, "2 minutes"),
            (3_599, "59 minutes"),
            (7_200, "2 hours"),
            (172_799, "47 hours"),
            (172_800, "2 days"),
        ] {
            assert_eq!(span(seconds), text);
        }
    }

    #[test]
    fn spans_are_read_and_nonsense_is_refused() {
        for (text, seconds) in [
            ("1s", 1),
            ("30s", 30),
            ("5m", 300),
            ("1h30m", 5_400),
            ("2d", 172_800),
            ("30d", LONGEST),
        ] {
            assert_eq!(read_span(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            " ",
            "5",
            "s",
            "0s",
            "0m",
            "500ms",
            "1.5s",
            "-5s",
            "5 s",
            "5sec",
            "1h30",
            "31d",
            "99999999999999999999s",
            "9999999999999999999d",
            "5µ",
        ] {
            assert!(read_span(text).is_err(), "{text}");
        }
    }
}
