//! What can be known of a data directory without a server, and without making anything there.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::embedded::EmbeddedError;
use crate::embedded::home::{Home, RESERVE, free};
use crate::embedded::probe::SHORT;

/// What `st_blocks` counts in, in bytes, whatever the file system.
const BLOCK: u64 = 512;

/// The disk of a data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disk {
    /// How many bytes are free there, for those who are not root.
    pub free: u64,
    /// With fewer bytes free, nothing more is stored until there is room again.
    pub least: u64,
    /// How many bytes the server's store takes.
    pub store: u64,
}

impl Disk {
    /// Looks at the disk of a data directory; of the folder in which it would be made where it is not there.
    pub fn of(data: &Path) -> Result<Self, EmbeddedError> {
        let data = std::path::absolute(data).map_err(EmbeddedError::of(data))?;
        let there = data.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
        Ok(Self { free: free(there)?, least: SHORT, store: taken(&Home::within(&data).store()) })
    }

    /// Whether so little is free that others should not take more: the server's quota never leaves less.
    pub fn is_short(&self) -> bool {
        self.free < RESERVE.1
    }

    /// Whether nothing more is stored.
    pub fn is_full(&self) -> bool {
        self.free < self.least
    }
}

/// Whether an embedded server ever kept a log in a data directory.
pub fn holds_a_log(data: &Path) -> bool {
    Home::within(data).store().exists()
}

/// How many bytes a folder takes. What cannot be looked at, or goes meanwhile, is not counted.
fn taken(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let taken_by = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => taken(&entry.path()),
        Ok(metadata) => metadata.blocks() * BLOCK,
        Err(_) => 0,
    };
    entries.map(taken_by).sum()
}
