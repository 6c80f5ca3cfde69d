//! Whether something answers at the base URL, for a program that looks for the cause of a trouble.

use crate::error::Error;
use aipass_auth::{BaseUrl, HttpOptions};
use http::{StatusCode, header};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long to wait for an answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// What answered at the base URL.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Reached {
    /// The status of the answer. Any status shows that something answers; a 3xx is a base URL that has moved.
    pub status: StatusCode,
    /// The clock of the server, in whole seconds, if the answer has a `Date` (RFC 9110 section 6.6.1).
    pub server_time: Option<SystemTime>,
}

/// Asks whether anything answers at this base URL, with a `HEAD` request that carries no token and costs nothing. No
/// redirect is followed, and nothing is waited for longer than 15 seconds.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let there = aipass::reach("https://aipass.one", &aipass::HttpOptions::default()).await?;
/// println!("HTTP {}", there.status.as_u16());
/// # Ok(()) }
/// ```
///
/// # Errors
/// Nothing answers there ([`Error::is_network`], [`Error::is_timeout`]), or the base URL or an option is unusable
/// ([`Error::is_bad_request`]).
pub async fn reach(base_url: &str, http: &HttpOptions) -> Result<Reached, Error> {
    let unusable = |_| Error::request("the base URL or an option of the connection is unusable");
    let base: BaseUrl = base_url.parse().map_err(unusable)?;
    let http = http.clone().timeout(Some(PATIENCE));
    let client = aipass_auth::__http::client(&http, &base).map_err(unusable)?;
    let request = client.head(base.as_url().clone());
    let answer = request.send().await.map_err(Error::unreachable)?;
    let date = answer.headers().get(header::DATE);
    Ok(Reached {
        status: answer.status(),
        server_time: date.and_then(|date| http_date(date.to_str().ok()?)),
    })
}

/// A moment as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7). The two obsolete forms count as no date.
fn http_date(text: &str) -> Option<SystemTime> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (_, rest) = text.split_once(", ")?;
    let [day, month, year, clock, "GMT"] = rest.split(' ').collect::<Vec<_>>()[..] else {
        return None;
    };
    let number = |text: &str| text.parse::<u64>().ok();
    let [hour, minute, second] = clock.split(':').collect::<Vec<_>>()[..] else {
        return None;
    };
    let (day, year) = (number(day)?, number(year)?);
    let month = MONTHS.iter().position(|name| *name == month)? as u64;
    let (hour, minute, second) = (number(hour)?, number(minute)?, number(second)?);
    if !(1..=31).contains(&day) || !(1970..=9999).contains(&year) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Years are counted from March, so that the leap day is the last one (Hinnant's `days_from_civil`).
    let (y, m) = if month < 2 {
        (year - 1, month + 10)
    } else {
        (year, month - 2)
    };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
    // From the first of March of the year 0 to 1970.
    let days = days.checked_sub(719_468)?;
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second;
    Some(UNIX_EPOCH + Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_the_wire_are_read() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799),
            ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
        ] {
            assert_eq!(
                http_date(text),
                Some(UNIX_EPOCH + Duration::from_secs(seconds)),
                "{text}"
            );
        }
        for text in [
            "",
            "now",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:99 GMT",
        ] {
            assert_eq!(http_date(text), None, "{text}");
        }
    }
}
