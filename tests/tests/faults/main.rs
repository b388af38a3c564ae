//! Faults: processes killed and stopped under load, poison, bursts. Afterwards the checker finds nothing.
//!
//! Short by default; with `CHRONICLE_FAULTS=1`, as `./tests/run --faults` sets it, as long as the promises demand.
//! `CHRONICLE_FAULTS_SEED` repeats a run.

mod actors;
mod apart;
mod backlog;
mod chance;
mod cluster;
mod load;
mod poison;
mod room;
mod rounds;
mod stage;
mod stages;
mod vanished;

/// Whether the long versions run.
pub(crate) fn long() -> bool {
    std::env::var_os("CHRONICLE_FAULTS").is_some_and(|value| !value.is_empty())
}
