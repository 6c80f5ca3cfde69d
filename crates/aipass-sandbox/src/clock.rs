//! Times as text, as the two halves of the service write them.

use std::time::{SystemTime, UNIX_EPOCH};

/// The creation time of everything that models make, 2026-01-01: an answer depends on its request alone.
pub(crate) const CREATED: u64 = 1_767_225_600;

/// `2024-01-15T10:00:00`: the local date-times without a zone that client records carry.
pub(crate) fn local_date_time(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (year, month, day) = civil_date(seconds / 86_400);
    let of_day = seconds % 86_400;
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}",
        of_day / 3600,
        of_day / 60 % 60,
        of_day % 60
    )
}

/// `2024-01-15T14:30:00Z`: the RFC 3339 timestamp of envelopes and of userinfo.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    local_date_time(time) + "Z"
}

/// Year, month and day of a count of days since 1970-01-01, by the algorithm that Howard Hinnant describes in
/// "chrono-Compatible Low-Level Date Algorithms": years start in March, so that the leap day comes last.
fn civil_date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn known_moments() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_705_329_000, "2024-01-15T14:30:00Z"),
            (4_102_444_799, "2099-12-31T23:59:59Z"),
        ] {
            assert_eq!(rfc3339(UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
    }
}
