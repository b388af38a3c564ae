//! Where a rehearsal takes place: a data directory of its own, which a marker tells from every other.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chronicle_nats::embedded;
use tokio::time::{Instant, sleep};

use crate::error::Failure;

/// Stands in the directory of every rehearsal, and of nothing else.
const MARKER: &str = ".chronicle-rehearsal";
/// What it says.
const MARKED: &str = "This chronicle is a rehearsal. `chronicle rehearse` throws it away each time it begins.\n";
/// How long the server of a rehearsal that has just ended may take to stop.
const STOP_PATIENCE: Duration = Duration::from_secs(5);
/// How often it is looked at meanwhile.
const STOP_PAUSE: Duration = Duration::from_millis(50);

/// The directory of a rehearsal.
#[derive(Debug)]
pub(crate) struct Stage {
    /// Absolute, without links.
    pub(crate) directory: PathBuf,
    /// The marker, locked as long as it is rehearsed.
    _marker: File,
}

impl Stage {
    /// Makes the directory, or empties that of an earlier rehearsal: its log is thrown away. `real` is the data directory
    /// that is rehearsed from, if it is one.
    pub(crate) async fn set(directory: &Path, real: Option<&Path>) -> Result<Self, Failure> {
        let unusable = |source| Failure::Directory { directory: directory.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(unusable)?;
        let directory = directory.canonicalize().map_err(unusable)?;
        let real = real.and_then(|real| real.canonicalize().ok());
        if real.is_some_and(|real| real.starts_with(&directory)) || !is_free(&directory).map_err(unusable)? {
            return Err(Failure::NotARehearsal(directory));
        }
        let marker = mark(&directory).map_err(unusable)?;
        let Some(marker) = marker else { return Err(Failure::RehearsalOpen(directory)) };
        let end = Instant::now() + STOP_PATIENCE;
        while !embedded::discard(&directory)? {
            if Instant::now() >= end {
                return Err(Failure::RehearsalOpen(directory));
            }
            sleep(STOP_PAUSE).await;
        }
        Ok(Self { directory, _marker: marker })
    }
}

/// Whether a directory is empty, or that of a rehearsal.
fn is_free(directory: &Path) -> io::Result<bool> {
    Ok(directory.join(MARKER).try_exists()? || fs::read_dir(directory)?.next().is_none())
}

/// Sets the marker and locks it; nothing where somebody else has it locked.
fn mark(directory: &Path) -> io::Result<Option<File>> {
    let path = directory.join(MARKER);
    let mut marker = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
    match marker.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    if marker.metadata()?.len() == 0 {
        marker.write_all(MARKED.as_bytes())?;
    }
    Ok(Some(marker))
}
