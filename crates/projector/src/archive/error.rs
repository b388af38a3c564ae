//! Why an archive cannot be read or written.

use std::io;
use std::path::{Path, PathBuf};

use summit::Position;

use super::segment::Fault;

/// Why an archive cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A file or folder cannot be used.
    #[error("cannot use \"{}\"", path.display())]
    Unusable {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Somebody else writes it.
    #[error("the archive in \"{}\" is being written by another program", folder.display())]
    InUse {
        /// Where it is.
        folder: PathBuf,
    },
    /// A segment is not what it was. The log is none the worse for it.
    #[error("the archive is damaged from position {position} on: \"{}\": {fault}", segment.display())]
    Damaged {
        /// The segment.
        segment: PathBuf,
        /// The first position that cannot be read.
        position: Position,
        /// Why.
        fault: Fault,
    },
    /// An entry does not come next, or is larger than entries are. Nothing was written.
    #[error("position {found} cannot be archived: {why}")]
    Refused {
        /// The entry's position.
        found: Position,
        /// Why.
        why: String,
    },
}

impl ArchiveError {
    pub(super) fn of(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Unusable { path: path.to_owned(), source }
    }
}
