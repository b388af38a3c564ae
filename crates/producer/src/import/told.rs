//! What comes of reading a table: what it says, which rows are no good, and why all of it may be.

use std::fmt;
use std::io;

use serde::Serialize;
use wire::Fault;

use super::source::Said;

/// What comes of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item<S> {
    /// It says something.
    Said(Box<S>),
    /// A row is not imported.
    Rejected(Reject),
}

/// A table as it is read: what it says, and its rejected rows. Ends after an error.
pub trait Reading: Iterator<Item = Result<Item<Self::Said>, ImportError>> {
    /// What it says, piece by piece.
    type Said: Said;
    /// How much was read, and what came of it.
    type Summary;

    /// How much was read so far, and what came of it.
    fn summary(&self) -> Self::Summary;
}

/// How much of a table was read, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Rows {
    /// Rows, rejected ones too.
    pub rows: u64,
    /// What they say, each an event.
    pub events: u64,
    /// Rows that are not imported.
    pub rejected: u64,
}

impl Rows {
    /// Counts what is told, if anything is.
    pub(super) const fn count<S>(&mut self, item: Option<&Item<S>>) {
        match item {
            Some(Item::Said(_)) => self.events += 1,
            Some(Item::Rejected(_)) => self.rejected += 1,
            None => {}
        }
    }
}

/// A row that is not imported, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The line of the table on which it begins, from 1; in what is no table, its place among others of its kind.
    pub line: u64,
    /// Every fault of it, at least one. A fault's field is the name of its column, empty for the row as a whole.
    pub faults: Vec<Fault>,
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, Fault { field, found, allowed }) in self.faults.iter().enumerate() {
            let field = if field.is_empty() { "row" } else { field };
            write!(f, "{}{field}: found {found}, allowed is {allowed}", if place == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

/// Why a table cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It could not be read, or not be decompressed.
    #[error("the table cannot be read")]
    Unreadable(#[from] io::Error),
    /// One of its columns is not there.
    #[error("the table has no column \"{wanted}\", {}", having(.found))]
    NoColumn {
        /// The name that was looked for.
        wanted: String,
        /// The names of the columns that are there; none in an empty file.
        found: Vec<String>,
    },
    /// A picture or an edition does not lie behind the one before.
    #[error(
        "line {line}: found the {what} \"{found}\" behind \"{before}\", which begins on line {began}, allowed is {} \
         {what} after it", if *.what == "edition" { "an" } else { "a" }
    )]
    Unordered {
        /// `date` or `edition`.
        what: &'static str,
        /// The line.
        line: u64,
        /// What stands there.
        found: String,
        /// That of the picture or edition before.
        before: String,
        /// The line on which that one begins.
        began: u64,
    },
    /// It has more rows than are held at once.
    #[error("found more than {allowed} rows, allowed are {allowed} in one table")]
    TooLong {
        /// How many may be held.
        allowed: usize,
    },
    /// It is larger than what is held at once.
    #[error("found more than {allowed} bytes, allowed are {allowed}")]
    TooLarge {
        /// How many bytes may be held.
        allowed: u64,
    },
    /// It is no document of its format.
    #[error("found no Popolo document, allowed is a JSON object with \"memberships\"")]
    NoPopolo(#[source] serde_json::Error),
}

fn having(found: &[String]) -> String {
    if found.is_empty() { "it is empty".to_owned() } else { format!("it has \"{}\"", found.join("\", \"")) }
}

impl From<csv::Error> for ImportError {
    fn from(error: csv::Error) -> Self {
        Self::Unreadable(error.into())
    }
}
