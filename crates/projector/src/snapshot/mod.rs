//! Snapshots: what an index held at a position, kept in a file, so that the next question reads the log from there.
//!
//! A snapshot is a cache. Losing all of them loses nothing, and no answer depends on whether there is one. It is bound to
//! its log by an anchor (when the log was created, and the entry at the snapshot's position) that is compared before
//! anything is read from it, and to the rules of folding by their version. It is verified part by part, each when it is
//! first read; what is bad, of another log or of other rules is set aside with the reason, and the next older one, or the
//! whole log, is read instead.
//!
//! In reading order: values as bytes, sorted tables in pages, what is kept, the file, the directory of snapshots
//! ([`Snapshots`]), an index from one of them ([`Opened`]), what is surely good where the log is damaged.

mod code;
mod damage;
mod directory;
mod file;
mod kept;
#[cfg(test)]
mod laws;
mod opened;
mod salvage;
mod table;

use std::fmt;
use std::path::PathBuf;

use summit::Position;

pub(crate) use code::{Coded, take};
pub use damage::Damaged;
pub(crate) use damage::guarded;
pub use directory::{KEPT_SNAPSHOTS, Snapshots};
pub(crate) use kept::{Kept, KeptRecord};
pub use opened::{Opened, SNAPSHOT_ENTRIES, SNAPSHOT_SHARE};
pub(crate) use table::{Table, merged};

/// Why a snapshot is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// It is not what was written once.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// It is written in another way, by a newer or older program.
    #[error("it is of format {found}, this program reads format {known}")]
    Format {
        /// Its format.
        found: u32,
        /// What can be read.
        known: u32,
    },
    /// It was made under other rules of folding.
    #[error("it is of version {found} of the rules of folding, this program has version {}", crate::FOLD)]
    Fold {
        /// Its version.
        found: u32,
    },
    /// It is of a log that was created at another time.
    #[error("it is of another chronicle")]
    Foreign,
    /// Its log was created at the same time, and holds something else at its position, or does not reach it.
    #[error("the log does not hold what it held at position {0}")]
    Differs(Position),
}

/// A snapshot that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The snapshot.
    pub path: PathBuf,
    /// Its name now; nothing where it could not be renamed. It is passed over in either case.
    pub renamed: Option<PathBuf>,
    /// Why.
    pub reason: Reason,
}

impl fmt::Display for SetAside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the snapshot \"{}\" is set aside: {}", self.path.display(), self.reason)
    }
}
