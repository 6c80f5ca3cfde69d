//! The memory of this process, as Linux tells it in `/proc/self/status`.

use crate::Failure;
use std::fs;

/// What it has now, in bytes.
pub(crate) fn now() -> Result<u64, Failure> {
    told("VmRSS:")
}

/// The most that it ever had, in bytes.
pub(crate) fn peak() -> Result<u64, Failure> {
    told("VmHWM:")
}

fn told(name: &str) -> Result<u64, Failure> {
    let status = fs::read_to_string("/proc/self/status")
        .map_err(|error| format!("the memory of a process is read as Linux tells it: {error}"))?;
    find(&status, name).ok_or_else(|| format!("there is no {name} in /proc/self/status").into())
}

fn find(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_line_is_found_by_its_name() {
        let status = "Name:\tx\nVmHWM:\t    3076 kB\nVmRSS:\t    2048 kB\n";
        assert_eq!(super::find(status, "VmRSS:"), Some(2048 * 1024));
        assert_eq!(super::find(status, "VmSwap:"), None);
    }
}
