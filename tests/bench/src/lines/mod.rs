//! The lines: each measures ours beside a reference.

mod fold;
mod publish;
mod rebuild;
mod replay;
mod sizes;
mod views;

use crate::measure::Measured;

pub(crate) use sizes::memory;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) events: u64,
    pub(crate) rounds: usize,
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
    Line { name: "sizes", run: sizes::sizes },
];
