//! Commands as whole processes, from their start.

use std::time::{Duration, Instant};

use tests::Chronicle;

use super::Size;
use crate::events::organisation;
use crate::measure::{Goal, Measured, Run};
use crate::store::Store;

/// How often each is started in a round.
const STARTED: u64 = 10;
/// A tenth of the events stand in the log that is asked.
const SHARE: u64 = 10;

pub(crate) fn commands(size: Size) -> Vec<Measured> {
    vec![members(size).reaching(Goal::AtMost(50.0)), demo(size).reaching(Goal::AtMost(1000.0))]
}

/// A question of a log on a server that runs; what was read of it before is kept.
fn members(size: Size) -> Measured {
    let store = Store::with((size.events / SHARE).max(1000));
    let chronicle = Chronicle::on(&store.server.url());
    let organisation = organisation(0);
    let asked = || chronicle.run(["members", &organisation]).good();
    assert!(asked().contains("member"), "it has members");
    let started = if size.rounds > 1 { STARTED } else { 1 };
    let runs: Vec<Run> = (0..started * size.rounds as u64)
        .map(|_| {
            Run::of(store.process(), || {
                asked();
                1
            })
        })
        .collect();
    each("chronicle members, from its start to its end", &runs)
}

/// The first line of the demo, with a server of its own that it starts.
fn demo(size: Size) -> Measured {
    // Built by now: only starting it is to be measured.
    let program = tests::program();
    assert!(program.exists(), "the command is built");
    let runs: Vec<Run> = (0..size.rounds.max(1))
        .map(|_| {
            let chronicle = Chronicle::embedded();
            let begun = Instant::now();
            let mut running = chronicle.spawn(["demo"]);
            assert!(running.line().is_some(), "it says something");
            let took = begun.elapsed();
            assert!(running.end().success(), "it ends well");
            Run { count: 1, took, own: 0.0, servers: 0.0 }
        })
        .collect();
    each("chronicle demo, from its start to its first line", &runs)
}

/// Milliseconds of each, and the processor time where it is known.
fn each(what: &str, runs: &[Run]) -> Measured {
    let took: Vec<f64> = runs.iter().map(|run| run.took.as_secs_f64() * 1e3).collect();
    let measured = Measured::alone(what, "ms", &took);
    if runs.iter().all(|run| run.own + run.servers <= f64::EPSILON) {
        return measured;
    }
    let none = Run { count: 1, took: Duration::ZERO, own: 0.0, servers: 0.0 };
    measured.using(&runs.iter().map(|run| (none, *run)).collect::<Vec<_>>())
}
