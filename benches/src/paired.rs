//! Runs that take turns, so that whatever else the machine does falls on both sides, and medians of them.

use crate::{Failure, Side};
use std::time::Duration;

/// What one run of some calls took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// CPU time of this process, in the program and in the kernel.
    pub(crate) cpu: Duration,
}

/// The medians over the pairs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paired {
    pub(crate) raw: f64,
    pub(crate) facade: f64,
    pub(crate) ratio: f64,
}

impl Cost {
    /// What that work costs.
    pub(crate) fn of(work: impl FnOnce() -> Result<(), Failure>) -> Result<Self, Failure> {
        let before = cpu_time()?;
        work()?;
        Ok(Self {
            cpu: cpu_time()?.saturating_sub(before),
        })
    }
}

/// Runs both sides so many times in turns; each goes first in every second pair. The first pair warms up and does not
/// count.
pub(crate) fn runs(
    pairs: usize,
    mut run: impl FnMut(Side) -> Result<Cost, Failure>,
) -> Result<Vec<(Cost, Cost)>, Failure> {
    let mut costs = Vec::with_capacity(pairs);
    for pair in 0..=pairs {
        let cost = if pair % 2 == 0 {
            let raw = run(Side::Raw)?;
            (raw, run(Side::Facade)?)
        } else {
            let facade = run(Side::Facade)?;
            (run(Side::Raw)?, facade)
        };
        if pair > 0 {
            costs.push(cost);
        }
    }
    Ok(costs)
}

/// Runs each of these so many times in turns; each goes first in its turn. The first round warms up and does not count.
pub(crate) fn rounds<S: Copy>(
    rounds: usize,
    sides: &[S],
    mut run: impl FnMut(S) -> Result<f64, Failure>,
) -> Result<Vec<Vec<f64>>, Failure> {
    let mut figures = vec![Vec::with_capacity(rounds); sides.len()];
    for round in 0..=rounds {
        for turn in 0..sides.len() {
            let at = (round + turn) % sides.len();
            let figure = run(sides[at])?;
            if round > 0 {
                figures[at].push(figure);
            }
        }
    }
    Ok(figures)
}

/// The medians of one figure of these pairs.
pub(crate) fn medians(costs: &[(Cost, Cost)], figure: impl Fn(&Cost) -> f64) -> Paired {
    let of = |value: &dyn Fn(&(Cost, Cost)) -> f64| median(costs.iter().map(value).collect());
    Paired {
        raw: of(&|(raw, _)| figure(raw)),
        facade: of(&|(_, facade)| figure(facade)),
        ratio: of(&|(raw, facade)| figure(facade) / figure(raw)),
    }
}

/// The middle one; the mean of the middle two of an even number.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.as_slice() {
        [] => f64::NAN,
        values if values.len() % 2 == 1 => values[middle],
        values => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(unix)]
fn cpu_time() -> Result<Duration, Failure> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Ok(Duration::try_from(time)?)
}

#[cfg(not(unix))]
fn cpu_time() -> Result<Duration, Failure> {
    Err("the benches read the CPU time of a process as Unix tells it".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Side::{Facade, Raw};

    #[test]
    fn one_slow_run_moves_no_median() {
        assert_eq!(median(vec![3.0, 1.0, 900.0]), 3.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 900.0]), 3.0);
        assert!(median(Vec::new()).is_nan());
    }

    #[test]
    fn the_sides_take_turns_and_the_first_pair_does_not_count() {
        let mut order = Vec::new();
        let costs = runs(2, |side| {
            order.push(side);
            let cost = Duration::from_secs(if side == Raw { 2 } else { 3 });
            Ok(Cost { cpu: cost })
        })
        .unwrap();
        assert_eq!(order, [Raw, Facade, Facade, Raw, Raw, Facade]);
        assert_eq!(costs.len(), 2);
        assert_eq!(medians(&costs, |cost| cost.cpu.as_secs_f64()).ratio, 1.5);
    }
}
