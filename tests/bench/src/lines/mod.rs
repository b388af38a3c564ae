//! The lines: each measures ours beside a reference.

mod commands;
mod fold;
mod import;
mod many_readers;
mod publish;
mod rebuild;
mod replay;
mod seen;
mod sizes;
mod view_over_http;
mod views;
mod workers;

use crate::measure::Measured;

pub(crate) use fold::indexed;
pub(crate) use sizes::memory;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) events: u64,
    pub(crate) rounds: usize,
    /// How many read a stream at once.
    pub(crate) readers: u64,
}

/// A line of the table.
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) run: fn(Size) -> Vec<Measured>,
}

/// All of them.
pub(crate) const LINES: &[Line] = &[
    Line { name: "publish-many", run: publish::many },
    Line { name: "publish-one", run: publish::one },
    Line { name: "replay", run: replay::replay },
    Line { name: "fold", run: fold::fold },
    Line { name: "rebuild", run: rebuild::rebuild },
    Line { name: "views", run: views::views },
    Line { name: "workers", run: workers::workers },
    Line { name: "seen", run: seen::seen },
    Line { name: "many-readers", run: many_readers::many_readers },
    Line { name: "view-over-http", run: view_over_http::view },
    Line { name: "import", run: import::import },
    Line { name: "commands", run: commands::commands },
    Line { name: "sizes", run: sizes::sizes },
];
