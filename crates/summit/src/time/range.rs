//! Ranges of moments, and answers with three values.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::moment::Moment;

/// An answer that may be open: nothing is guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Surely not.
    No,
    /// The record allows both.
    Possibly,
    /// Surely.
    Yes,
}

impl Answer {
    /// Both: the weaker of the two (Kleene's strong conjunction).
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// Either: the stronger of the two (Kleene's strong disjunction).
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// The word: `yes`, `possibly`, `no`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Possibly => "possibly",
            Self::Yes => "yes",
        }
    }
}

impl std::ops::Not for Answer {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Possibly => Self::Possibly,
            Self::Yes => Self::No,
        }
    }
}

impl From<bool> for Answer {
    fn from(sure: bool) -> Self {
        if sure { Self::Yes } else { Self::No }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// From the earliest to the latest moment at which something may have happened, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Range {
    /// The earliest moment; [`Moment::EVER`] where there is none.
    pub earliest: Moment,
    /// The latest moment; [`Moment::NEVER`] where there is none.
    pub latest: Moment,
}

impl Range {
    /// The whole timeline.
    pub const ANY: Self = Self { earliest: Moment::EVER, latest: Moment::NEVER };

    /// Exactly this moment.
    pub const fn at(moment: Moment) -> Self {
        Self { earliest: moment, latest: moment }
    }

    /// Whether this holds all of `other` and more: *contains* means strictly larger.
    pub fn contains(&self, other: &Self) -> bool {
        self != other && self.earliest <= other.earliest && other.latest <= self.latest
    }

    /// Whether some moment lies in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.earliest <= other.latest && other.earliest <= self.latest
    }

    /// Whether what happened in this range has happened by `moment`, that moment included.
    pub fn reached_by(&self, moment: Moment) -> Answer {
        if moment >= self.latest {
            Answer::Yes
        } else if moment >= self.earliest {
            Answer::Possibly
        } else {
            Answer::No
        }
    }
}

impl fmt::Display for Range {
    /// The shortest EDTF with these bounds: `2001`, `2017-06-09`, `2001/2024-07-04`, `../2024`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut opens, mut closes) = (self.earliest.opening(), self.latest.closing());
        if self.earliest.day().year == self.latest.day().year {
            // Within one year both sides say as much: `2001-06/2001` would seem to close with another year.
            opens = opens.max(closes);
            closes = opens;
        }
        let (opening, closing) = (self.earliest.text(opens), self.latest.text(closes));
        if opening == closing && self.earliest.is_bounded() {
            return f.write_str(&opening);
        }
        write!(f, "{opening}/{closing}")
    }
}
