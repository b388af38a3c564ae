//! What the long-lived projector keeps beside the log: the archive, entry by entry, and snapshots.
//!
//! Neither is needed to serve: where one cannot be kept, that is said, and serving goes on without it.

use std::time::Duration;

use chronicle::{Chronicle, Entry};
use projector::archive::{Archive, FLUSH_AFTER};
use projector::{Index, SNAPSHOT_ENTRIES, Snapshots};
use summit::Position;

use crate::ask::Shell;
use crate::command::archive::bring_up;
use crate::connect::Connection;
use crate::error::Failure;
use crate::output::Output;

/// The archive and the snapshots of one log.
pub(crate) struct Kept {
    /// Nothing where another program writes it, or it cannot be written.
    archive: Option<Archive>,
    snapshots: Snapshots,
    /// Up to where the log had come when a snapshot was last thought of.
    snapshot_at: Position,
    output: Output,
}

impl Kept {
    /// Brings the archive up to the tail. Fails only where the log is damaged.
    pub(crate) async fn begin(connection: &Connection, shell: &Shell, at: Position) -> Result<Self, Failure> {
        let output = shell.output();
        let mut kept = Self { archive: None, snapshots: connection.snapshots(&shell.global), snapshot_at: at, output };
        let Ok(folder) = connection.anchors.archive() else {
            output.note("no archive is kept: name a data directory with --data");
            return Ok(kept);
        };
        let state = connection.log.state().await?;
        match bring_up(&connection.log, folder, &state, output).await {
            Ok((archive, _)) => kept.archive = Some(archive),
            Err(Failure::Archive(error)) => kept.without_archive(&error),
            Err(failure) => return Err(failure),
        }
        Ok(kept)
    }

    /// Archives an entry, on disk after [`FLUSH_AFTER`] at the latest.
    pub(crate) fn entry(&mut self, entry: &Entry) {
        let known = |archive: &Archive| archive.pending_tip().position >= entry.position;
        if let Some(archive) = self.archive.as_mut().filter(|archive| !known(archive))
            && let Err(error) = archive.append(entry)
        {
            self.without_archive(&error);
        }
    }

    /// Keeps a snapshot where the log has grown enough. Serving waits for it: seconds, where there are millions.
    pub(crate) fn snapshot(&mut self, index: &Index) {
        if index.tail().get() - self.snapshot_at.get() < SNAPSHOT_ENTRIES {
            return;
        }
        self.snapshot_at = index.tail();
        match tokio::task::block_in_place(|| self.snapshots.write_index(index)) {
            Ok(Some(path)) => tracing::info!("wrote the snapshot \"{}\"", path.display()),
            Ok(None) => {}
            Err(error) => self.output.note(format_args!("no snapshot is written: {error}")),
        }
    }

    /// Waits until something is to be written that waits for more; for ever where nothing does.
    pub(crate) async fn is_due(&self) {
        let waits =
            self.archive.as_ref().is_some_and(|archive| archive.pending_tip().position > archive.tip().position);
        tokio::time::sleep(if waits { FLUSH_AFTER } else { Duration::MAX }).await;
    }

    /// Writes what waits.
    pub(crate) fn flush(&mut self) {
        if let Some(Err(error)) = self.archive.as_mut().map(Archive::flush) {
            self.without_archive(&error);
        }
    }

    fn without_archive(&mut self, error: &dyn std::error::Error) {
        self.archive = None;
        let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
        self.output.note(format_args!("no archive is kept from here on: {error}{cause}"));
    }
}
