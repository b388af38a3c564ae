//! What the long-lived projector keeps beside the log: the archive, entry by entry, and snapshots.
//!
//! Neither is needed to serve: where one cannot be kept, that is said, and serving goes on without it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chronicle::{Chronicle, Entry, ReadError};
use chronicle_nats::NatsChronicle;
use projector::archive::{Archive, ArchiveError, FLUSH_AFTER};
use projector::{CatchUpError, Halted, SNAPSHOT_ENTRIES, Shared, Snapshots};
use summit::Position;
use tokio::task::JoinHandle;

use crate::command::archive::bring_up;
use crate::connect::Connection;
use crate::error::Failure;
use crate::output::Output;

/// How often it is looked whether an archive that another program writes is free.
const TAKEN_NAP: Duration = Duration::from_secs(2);

/// The archive and the snapshots of one log.
pub(crate) struct Kept {
    /// Nothing where another program writes it, or it cannot be written.
    archive: Option<Archive>,
    /// Where it is, as long as another program writes it: that may end.
    taken: Option<PathBuf>,
    snapshots: Arc<Snapshots>,
    log: NatsChronicle,
    /// What is served, which is told where the log turns out to be damaged.
    index: Arc<Shared>,
    /// Up to where the log had come when a snapshot was last thought of.
    snapshot_at: Position,
    /// The snapshot under way.
    writing: Option<JoinHandle<()>>,
    output: Output,
}

impl Kept {
    /// Brings the archive up to the tail. Fails only where the log is damaged.
    pub(crate) async fn begin(
        connection: &Connection,
        snapshots: Snapshots,
        index: &Arc<Shared>,
        output: Output,
    ) -> Result<Self, Failure> {
        let mut kept = Self::snapshots_alone(connection, snapshots, index, output);
        let Ok(folder) = connection.anchors.archive() else {
            output.note("no archive is kept: name a data directory with --data");
            return Ok(kept);
        };
        kept.take_up(folder.to_owned()).await?;
        if kept.taken.is_some() {
            output.note("another program writes the archive; it is taken over where that ends");
        }
        Ok(kept)
    }

    /// Keeps no archive.
    pub(crate) fn snapshots_alone(
        connection: &Connection,
        snapshots: Snapshots,
        index: &Arc<Shared>,
        output: Output,
    ) -> Self {
        Self {
            archive: None,
            taken: None,
            snapshots: Arc::new(snapshots),
            log: connection.log.clone(),
            index: Arc::clone(index),
            snapshot_at: Position::START,
            writing: None,
            output,
        }
    }

    /// Brings the archive up to the tail, and keeps it from here on, unless another program does.
    async fn take_up(&mut self, folder: PathBuf) -> Result<(), Failure> {
        let state = self.log.state().await?;
        match bring_up(&self.log, &folder, &state, self.output).await {
            Ok((archive, _)) => self.archive = Some(archive),
            Err(Failure::Archive(ArchiveError::InUse { .. })) => self.taken = Some(folder),
            Err(Failure::Archive(error)) => self.without_archive(&error),
            Err(failure) => return Err(failure),
        }
        Ok(())
    }

    /// The snapshots.
    pub(crate) const fn snapshots(&self) -> &Arc<Snapshots> {
        &self.snapshots
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

    /// Has a snapshot written where the log has grown enough.
    ///
    /// It is not written from the index that is served: that would be kept from questions or from going on for as long as it
    /// takes, or be there twice. It is written as a question does, from the newest snapshot and the log behind it, in an index
    /// of its own beside all this. That costs one more reading of a sixteenth of the log, the processor for some seconds at a
    /// million entries, and the memory of what is read until it is written; and it makes nobody wait.
    pub(crate) fn snapshot(&mut self) {
        let tail = self.index.tail();
        if tail.get() - self.snapshot_at.get() < SNAPSHOT_ENTRIES {
            return;
        }
        if self.writing.as_ref().is_some_and(|writing| !writing.is_finished()) {
            return;
        }
        self.snapshot_at = tail;
        if self.snapshots.is_due(tail) {
            let (log, snapshots) = (self.log.clone(), Arc::clone(&self.snapshots));
            self.writing = Some(tokio::spawn(write(log, snapshots, Arc::clone(&self.index), self.output)));
        }
    }

    /// Waits until something is to be written that waits for more; for ever where nothing does.
    pub(crate) async fn is_due(&self) {
        let waits =
            self.archive.as_ref().is_some_and(|archive| archive.pending_tip().position > archive.tip().position);
        let nap = if self.taken.is_some() { TAKEN_NAP } else { Duration::MAX };
        tokio::time::sleep(if waits { FLUSH_AFTER } else { nap }).await;
    }

    /// Does what is due: writes what waits, and looks whether an archive that another program wrote is free by now. What comes
    /// meanwhile waits in the log, and is not archived twice. Fails only where the log is damaged.
    pub(crate) async fn attend(&mut self) -> Result<(), Failure> {
        self.flush();
        let Some(folder) = self.taken.take() else { return Ok(()) };
        match self.take_up(folder.clone()).await {
            Err(Failure::Read(ReadError::Unreachable(_))) => self.taken = Some(folder),
            done => done?,
        }
        if self.archive.is_some() {
            self.output.note("the archive is kept here from now on");
        }
        Ok(())
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

/// Writes a snapshot of the log as it is. What hinders it hinders nobody, but damage, which is told to all.
async fn write(log: NatsChronicle, snapshots: Arc<Snapshots>, index: Arc<Shared>, output: Output) {
    let begun = Instant::now();
    let opened = match snapshots.catch_up(&log, None, |aside| output.note(aside)).await {
        Ok(opened) => opened,
        Err(CatchUpError::Read(error)) if error.damaged_at().is_some() => {
            index.halt(Halted { position: error.damaged_at(), reason: error.to_string() });
            return;
        }
        Err(error) => return tracing::info!("no snapshot is written: {error}"),
    };
    let written = tokio::task::spawn_blocking(move || snapshots.write(&opened)).await;
    match written.unwrap_or_else(|ended| Err(ended.into())) {
        Ok(Some(path)) => tracing::info!("wrote the snapshot \"{}\" in {:?}", path.display(), begun.elapsed()),
        Ok(None) => {}
        Err(error) => output.note(format_args!("no snapshot is written: {error}")),
    }
}
