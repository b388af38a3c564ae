//! How fast it is, beside what it stands on.
//!
//! Every line runs a reference and ours alternately, several times in the same minutes on the same machine, and says the
//! median of each, its spread, and the ratio. Absolute figures wander with the machine; ratios in one run do not. What is
//! found, and where the time goes, is kept in `README.md` beside this.
//!
//! In reading order: events to measure with, a server that holds them, a client that does nothing but read and write (the
//! limit of the substrate), a service that does nothing but answer, both services as processes, who asks and listens, what
//! is measured of a run, lines, and how they are told.

mod events;

mod store;

mod plain;

mod axum_alone;

mod service;

mod listener;

mod measure;

mod lines;

mod report;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::lines::{LINES, Size};
use crate::report::Report;

/// How fast the chronicle is, beside what it stands on, in one run
#[derive(Debug, Parser)]
struct Bench {
    /// How many events a log holds
    #[arg(long, default_value_t = 1_000_000)]
    events: u64,
    /// How often the reference and ours are run, alternately
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Only lines whose name begins so; may be given again
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Writes what was measured as JSON, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Every line once, on few events: whether they still run
    #[arg(long)]
    smoke: bool,
    /// Only indexes the log at this address, and prints how many bytes of memory that took
    #[arg(long, value_name = "URL", hide = true)]
    index: Option<String>,
    /// Only indexes so many events in memory, and prints how many bytes of memory that took
    #[arg(long, value_name = "COUNT", hide = true)]
    indexed: Option<u64>,
    /// Only answers over HTTP, with plain axum, and prints where
    #[arg(long, hide = true)]
    axum: bool,
}

/// Events of a run that only shows that everything runs.
const SMOKE_EVENTS: u64 = 3_000;
/// How many read a stream at once.
const READERS: u64 = 1_000;
/// The same in a run that only shows that everything runs.
const SMOKE_READERS: u64 = 20;

fn main() -> ExitCode {
    let bench = Bench::parse();
    if let Some(url) = &bench.index {
        println!("{}", lines::memory(url));
        return ExitCode::SUCCESS;
    }
    if let Some(count) = bench.indexed {
        println!("{}", lines::indexed(count));
        return ExitCode::SUCCESS;
    }
    if bench.axum {
        axum_alone::serve();
        return ExitCode::SUCCESS;
    }
    let size = if bench.smoke {
        Size { events: SMOKE_EVENTS, rounds: 1, readers: SMOKE_READERS }
    } else {
        Size { events: bench.events, rounds: bench.rounds, readers: READERS }
    };
    let wanted = |name: &str| bench.only.is_empty() || bench.only.iter().any(|only| name.starts_with(only.as_str()));
    let mut report = Report::new(size);
    for line in LINES.iter().filter(|line| wanted(line.name)) {
        eprintln!("{} …", line.name);
        for measured in (line.run)(size) {
            eprintln!("{measured}");
            report.add(line.name, measured);
        }
    }
    println!("{report}");
    if let Some(path) = &bench.json
        && let Err(error) = std::fs::write(path, report.json())
    {
        eprintln!("error: {}: {error}", path.display());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
