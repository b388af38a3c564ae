//! What is measured of a run, and two that are run alternately.

use std::fmt;
use std::fs;
use std::time::{Duration, Instant};

use serde::Serialize;

/// How many ticks of processor time a second has, as `/proc` counts it on Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// One run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// How much was done.
    pub(crate) count: u64,
    /// How long it took.
    pub(crate) took: Duration,
    /// Processor time of this process and of those that it has waited for, or of a service, in seconds.
    pub(crate) own: f64,
    /// Processor time of the server, in seconds.
    pub(crate) servers: f64,
}

impl Run {
    /// Runs something that does so much.
    pub(crate) fn of(server: i32, work: impl FnOnce() -> u64) -> Self {
        Self::used_by(|| processor(None), || processor(Some(server)), work)
    }

    /// The same with a service, whose processor time counts beside this process's.
    pub(crate) fn with_service(service: i32, server: i32, work: impl FnOnce() -> u64) -> Self {
        Self::used_by(|| processor(None) + processor(Some(service)), || processor(Some(server)), work)
    }

    /// Runs something that a service does: only its own processor time counts, and that of the server where there is one.
    pub(crate) fn of_service(service: i32, server: Option<i32>, work: impl FnOnce() -> u64) -> Self {
        let servers = || server.map_or(0.0, |server| processor(Some(server)));
        Self::used_by(|| processor(Some(service)), servers, work)
    }

    fn used_by(own: impl Fn() -> f64, servers: impl Fn() -> f64, work: impl FnOnce() -> u64) -> Self {
        let used = || (own(), servers());
        let (before, begun) = (used(), Instant::now());
        let count = work();
        let (took, after) = (begun.elapsed(), used());
        Self { count, took, own: after.0 - before.0, servers: after.1 - before.1 }
    }

    fn per_second(&self) -> f64 {
        precise(self.count) / self.took.as_secs_f64()
    }

    /// How much was done for each second of one core: what a loaded machine does not change. Of less than a tick: of a tick.
    fn per_core(&self) -> f64 {
        precise(self.count) / self.own.max(1.0 / TICKS_PER_SECOND)
    }
}

/// A count as a number to reckon with.
#[expect(clippy::cast_precision_loss, reason = "no count here comes near the 53 bits")]
pub(crate) fn precise(count: u64) -> f64 {
    count as f64
}

/// Processor time that a process has used, in seconds; this one's where none is named.
pub(crate) fn processor(process: Option<i32>) -> f64 {
    let path = process.map_or_else(|| "/proc/self/stat".to_owned(), |process| format!("/proc/{process}/stat"));
    let Ok(stat) = fs::read_to_string(path) else { return f64::NAN };
    // Behind the name of the program, which may hold anything but ends with the last bracket: utime and stime, and the same
    // of children that were waited for.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(4);
    fields.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / TICKS_PER_SECOND
}

/// The middle of some figures, and how far they reach.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Figures {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Figures {
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        let at = |place: usize| figures.get(place).copied().unwrap_or(f64::NAN);
        let half = figures.len() / 2;
        let median =
            if figures.len().is_multiple_of(2) { f64::midpoint(at(half.wrapping_sub(1)), at(half)) } else { at(half) };
        Self { median, least: at(0), most: at(figures.len().wrapping_sub(1)) }
    }
}

/// Ours beside a reference.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Measured {
    /// What was done.
    pub(crate) what: String,
    /// What it is measured against.
    pub(crate) reference: String,
    /// In what the figures are.
    pub(crate) unit: &'static str,
    pub(crate) ours: Figures,
    pub(crate) theirs: Option<Figures>,
    /// Ours to theirs: of rates, how near we come; of times and sizes, how many times theirs we take.
    pub(crate) ratio: Option<Figures>,
    /// Microseconds of processor time for each: this process and the server, for ours and for theirs.
    pub(crate) processor: Option<[f64; 4]>,
    /// What it has to reach: at least, of rates; at most, of times and sizes.
    pub(crate) goal: Option<Goal>,
}

/// What a figure has to reach.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) enum Goal {
    /// The ratio, at least.
    RatioAtLeast(f64),
    /// The ratio, at most.
    RatioAtMost(f64),
    /// Our own figure, at most.
    AtMost(f64),
}

impl Measured {
    /// Runs both [`alternately`], and compares what each does a second.
    pub(crate) fn rates(
        what: &str,
        reference: &str,
        rounds: usize,
        theirs: impl FnMut() -> Run,
        ours: impl FnMut() -> Run,
    ) -> Self {
        Self::by_second(what, reference, &alternately(rounds, theirs, ours))
    }

    /// What each of some pairs of runs, theirs and ours, did a second.
    pub(crate) fn by_second(what: &str, reference: &str, runs: &[(Run, Run)]) -> Self {
        Self::of_runs(what, reference, "a second", runs, Run::per_second)
    }

    /// What each of some pairs of runs did for a second of one core of its service.
    pub(crate) fn by_core(what: &str, reference: &str, runs: &[(Run, Run)]) -> Self {
        Self::of_runs(what, reference, "a core-second", runs, Run::per_core)
    }

    fn of_runs(
        what: &str,
        reference: &str,
        unit: &'static str,
        runs: &[(Run, Run)],
        rate: impl Fn(&Run) -> f64,
    ) -> Self {
        let pairs: Vec<(f64, f64)> = runs.iter().map(|(theirs, ours)| (rate(ours), rate(theirs))).collect();
        Self { processor: Some(used(runs)), ..Self::amounts(what, reference, unit, &pairs) }
    }

    /// The processor time that some pairs of runs took, theirs and ours.
    pub(crate) fn using(mut self, runs: &[(Run, Run)]) -> Self {
        self.processor = Some(used(runs));
        self
    }

    /// Pairs of times, sizes or rates, ours and theirs.
    pub(crate) fn amounts(what: &str, reference: &str, unit: &'static str, pairs: &[(f64, f64)]) -> Self {
        Self {
            what: what.to_owned(),
            reference: reference.to_owned(),
            unit,
            ours: Figures::of(pairs.iter().map(|(ours, _)| *ours)),
            theirs: Some(Figures::of(pairs.iter().map(|(_, theirs)| *theirs))),
            ratio: Some(Figures::of(pairs.iter().map(|(ours, theirs)| ours / theirs))),
            processor: None,
            goal: None,
        }
    }

    /// Times or sizes by themselves.
    pub(crate) fn alone(what: &str, unit: &'static str, figures: &[f64]) -> Self {
        Self {
            what: what.to_owned(),
            reference: String::new(),
            unit,
            ours: Figures::of(figures.iter().copied()),
            theirs: None,
            ratio: None,
            processor: None,
            goal: None,
        }
    }

    /// With what it has to reach.
    pub(crate) fn reaching(mut self, goal: Goal) -> Self {
        self.goal = Some(goal);
        self
    }

    /// Whether it is reached.
    pub(crate) fn is_reached(&self) -> Option<bool> {
        let ratio = self.ratio.map_or(f64::NAN, |ratio| ratio.median);
        self.goal.map(|goal| match goal {
            Goal::RatioAtLeast(goal) => ratio >= goal,
            Goal::RatioAtMost(goal) => ratio <= goal,
            Goal::AtMost(goal) => self.ours.median <= goal,
        })
    }
}

/// Runs both alternately, so often, and once before that so that everything is warm: theirs and ours.
pub(crate) fn alternately(
    rounds: usize,
    mut theirs: impl FnMut() -> Run,
    mut ours: impl FnMut() -> Run,
) -> Vec<(Run, Run)> {
    if rounds > 1 {
        let _ = (theirs(), ours());
    }
    (0..rounds.max(1)).map(|_| (theirs(), ours())).collect()
}

/// Microseconds of processor time for each: client and server of ours, client and server of theirs.
fn used(runs: &[(Run, Run)]) -> [f64; 4] {
    let used = |pick: fn(&(Run, Run)) -> (f64, u64)| {
        Figures::of(runs.iter().map(pick).map(|(seconds, count)| seconds * 1e6 / precise(count))).median
    };
    [
        used(|(_, ours)| (ours.own, ours.count)),
        used(|(_, ours)| (ours.servers, ours.count)),
        used(|(theirs, _)| (theirs.own, theirs.count)),
        used(|(theirs, _)| (theirs.servers, theirs.count)),
    ]
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {}: {:.1} {}", self.what, self.ours.median, self.unit)?;
        match self.ratio {
            Some(ratio) => write!(f, ", {:.2} of {}", ratio.median, self.reference),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Figures, Goal, Measured, Run};

    #[test]
    fn the_middle_of_figures_is_between_the_two_middle_ones_where_there_is_none() {
        let figures = Figures::of([3.0, 1.0, 2.0, 10.0]);
        assert!((figures.median - 2.5).abs() < 1e-9 && figures.least < 1.1 && figures.most > 9.9, "{figures:?}");
        assert!(Figures::of([]).median.is_nan());
    }

    #[test]
    fn rates_are_compared_run_by_run() {
        let run = |count, seconds| Run { count, took: Duration::from_secs(seconds), own: 0.0, servers: 0.0 };
        let measured = Measured::rates("x", "y", 3, || run(100, 1), || run(100, 2));
        assert!((measured.ratio.expect("both ran").median - 0.5).abs() < 1e-9);
        assert_eq!(measured.clone().reaching(Goal::RatioAtLeast(0.4)).is_reached(), Some(true));
        assert_eq!(measured.reaching(Goal::RatioAtLeast(0.6)).is_reached(), Some(false));
    }
}
