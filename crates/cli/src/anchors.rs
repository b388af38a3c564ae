//! What is kept of a log beside its server's store, so that damage is noticed at every start.
//!
//! An anchor is a small file in the data directory: when the log was created, a position, the digest of the entry there.
//! Every command reads it, asks the log for the same, and takes the anchor further. The archive has one of its own. Damage
//! that was found is kept beside it: a command that begins from a snapshot would not meet it again.

use std::path::{Path, PathBuf};

use chronicle::{Chronicle, Damage, LogState, ReadError};
use futures::TryStreamExt;
use jiff::Timestamp;
use projector::archive::{ANCHOR, Anchor, ArchiveEntries, Digest, check};
use serde::{Deserialize, Serialize};
use summit::Position;

use crate::args::Global;
use crate::connect::Place;
use crate::error::Failure;

/// The folder of the archive in a data directory.
const ARCHIVE: &str = "archive";

/// What is called as an anchor is, and behind its name so, tells of damage.
const DAMAGED: &str = "damaged";

/// Damage that was found, until the log is restored, or verified and found to be whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Found {
    /// When the log was created: it is that of no other log.
    created_at: Timestamp,
    /// The first damaged position.
    pub(crate) position: Position,
    /// The words of the error.
    pub(crate) reason: String,
    /// Whether everything before it is as it was written.
    pub(crate) begins_well: bool,
}

/// Where the anchors of a log are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Anchors {
    /// That of the commands; nothing where no data directory belongs to the server.
    own: Option<PathBuf>,
    /// The archive.
    archive: Option<PathBuf>,
}

impl Anchors {
    /// Those of a place. A server that others run has one where a data directory is named beside it.
    pub(crate) fn of(place: &Place, global: &Global) -> Self {
        match place {
            Place::Data(data) => Self { own: Some(data.join(ANCHOR)), archive: Some(data.join(ARCHIVE)) },
            Place::Url(url, _) => {
                let data = global.data.as_ref().filter(|data| !data.as_os_str().is_empty());
                // One for each server, whatever lets one in there.
                let shown = crate::connect::shown(url);
                // Those of a cluster in any order.
                let mut servers: Vec<&str> = shown.split(',').collect();
                servers.sort_unstable();
                let server = Digest::of_bytes(&[servers.join(",").as_bytes()]).short();
                let own = data.map(|data| data.join(format!("anchor-{server}.json")));
                let archive = data.map(|data| data.join(format!("{ARCHIVE}-{server}")));
                Self { own, archive }
            }
        }
    }

    /// Whether something is known of a log in a data directory, be it there or not.
    pub(crate) fn is_in(data: &Path) -> bool {
        data.join(ANCHOR).exists() || data.join(ARCHIVE).exists()
    }

    /// The same with the archive in this folder, where one is named.
    pub(crate) fn with_archive(self, archive: Option<&PathBuf>) -> Self {
        Self { archive: archive.cloned().or(self.archive), ..self }
    }

    /// The archive's folder.
    pub(crate) fn archive(&self) -> Result<&Path, Failure> {
        let archive = self.archive.as_deref();
        archive.ok_or_else(|| Failure::usage("nothing says where the archive is", "name its folder with --archive"))
    }

    /// The archive, where something is in it, or where it cannot be told.
    pub(crate) fn archive_in_use(&self) -> Option<&Path> {
        let archive = self.archive.as_deref();
        archive.filter(|folder| !ArchiveEntries::open(folder).is_ok_and(|entries| entries.is_empty()))
    }

    /// The archive, where it is one of the log that was created at a time, as far as its anchor says.
    pub(crate) fn archive_of(&self, created_at: Timestamp) -> Option<&Path> {
        let of_it = |folder: &&Path| {
            let anchor = Anchor::load(&folder.join(ANCHOR)).ok().flatten();
            anchor.is_none_or(|anchor| anchor.created_at == created_at)
        };
        self.archive.as_deref().filter(of_it)
    }

    /// The first anchor that is there, and what says so.
    pub(crate) fn first(&self) -> Result<Option<(Anchor, PathBuf)>, Failure> {
        Ok(self.load()?.into_iter().next().map(|(anchor, path)| (anchor, path.to_owned())))
    }

    /// What is known of the log, by the anchors that are there.
    pub(crate) fn known(&self) -> Result<Vec<Anchor>, Failure> {
        Ok(self.load()?.into_iter().map(|(anchor, _)| anchor).collect())
    }

    fn load(&self) -> Result<Vec<(Anchor, &Path)>, Failure> {
        let mut known = Vec::new();
        let kept = self.archive.as_ref().map(|archive| archive.join(ANCHOR));
        if let Some(path) = &self.own {
            known.extend(load(path)?.map(|anchor| (anchor, path.as_path())));
        }
        if let (Some(path), Some(archive)) = (kept, &self.archive) {
            // Where both say the same, once is enough.
            let told = |anchor: &Anchor| known.iter().any(|(own, _)| same(own, anchor));
            known.extend(load(&path)?.filter(|anchor| !told(anchor)).map(|anchor| (anchor, archive.as_path())));
        }
        Ok(known)
    }

    /// Whether the log is what the anchors say, and whole by its keeper's account; and takes the own one to its tail.
    pub(crate) async fn check(&self, log: &impl Chronicle) -> Result<LogState, Failure> {
        let known = self.load()?;
        let damaged = |anchor: Option<&Path>| {
            let anchor = anchor.map(Path::to_owned);
            move |error: ReadError| Failure::damaged(error, anchor)
        };
        let mut state = None;
        for (anchor, path) in &known {
            state = Some(check(log, Some(anchor)).await.map_err(damaged(Some(path)))?);
        }
        let state = match state {
            Some(state) => state,
            None => check(log, None).await.map_err(damaged(None))?,
        };
        let own = known.iter().find(|(_, path)| Some(*path) == self.own.as_deref()).map(|(anchor, _)| anchor);
        if let Some(found) = self.found().filter(|found| found.created_at == state.created_at) {
            return Err(Failure::Found(Box::new(found)));
        }
        self.advance(log, &state, own).await?;
        Ok(state)
    }

    /// Keeps what a failure tells of the log that was created at a time, if it is damage: until then nobody writes there.
    /// That another log stands in its place, its anchor tells.
    pub(crate) fn note(&self, created_at: Timestamp, failure: &Failure) {
        if matches!(failure.damage(), Some(ReadError::Damaged(Damage::Recreated { .. }))) {
            return;
        }
        let Some((path, position)) = self.damaged().zip(failure.damaged_at()) else { return };
        let (reason, begins_well) = (failure.to_string(), failure.begins_well());
        let found = Found { created_at, position, reason, begins_well };
        let kept =
            serde_json::to_vec(&found).map_err(std::io::Error::other).and_then(|text| std::fs::write(&path, text));
        if let Err(error) = kept {
            tracing::warn!("that the log is damaged cannot be kept in \"{}\": {error}", path.display());
        }
    }

    /// Forgets damage that was found: the log is whole.
    pub(crate) fn forgive(&self) {
        if let Some(path) = self.damaged() {
            // Mostly there is none.
            let _ = std::fs::remove_file(path);
        }
    }

    fn found(&self) -> Option<Found> {
        serde_json::from_slice(&std::fs::read(self.damaged()?).ok()?).ok()
    }

    fn damaged(&self) -> Option<PathBuf> {
        self.own.as_ref().map(|own| own.with_extension(DAMAGED))
    }

    /// Takes the own anchor to the tail, if that is further.
    async fn advance(&self, log: &impl Chronicle, state: &LogState, own: Option<&Anchor>) -> Result<(), Failure> {
        let Some(path) = &self.own else { return Ok(()) };
        if own.is_some_and(|own| own.position >= state.last) {
            return Ok(());
        }
        let entry = match state.last {
            Position::START => None,
            last => log.read(last).try_next().await.map_err(|error| Failure::damaged(error, None))?,
        };
        keep(&Anchor::at(state.created_at, entry.as_ref()), path);
        Ok(())
    }

    /// Begins anew, with a log that was rebuilt.
    pub(crate) async fn renew(&self, log: &impl Chronicle) -> Result<(), Failure> {
        let state = log.state().await?;
        self.forgive();
        self.advance(log, &state, None).await
    }

    /// Forgets what was known of the log in a data directory, which is thrown away.
    pub(crate) fn forget(data: &Path) -> std::io::Result<()> {
        for path in [data.join(ANCHOR), data.join(ANCHOR).with_extension(DAMAGED)] {
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }
}

fn same(one: &Anchor, other: &Anchor) -> bool {
    one.created_at == other.created_at && one.position == other.position && one.entry == other.entry
}

fn load(path: &Path) -> Result<Option<Anchor>, Failure> {
    Anchor::load(path).map_err(|source| Failure::Unreadable { name: path.display().to_string(), source })
}

/// What was asked or stored stays so where this fails; only the next start knows less.
fn keep(anchor: &Anchor, path: &Path) {
    let kept = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| anchor.keep(path));
    if let Err(error) = kept {
        tracing::warn!("what is known of the log cannot be kept in \"{}\": {error}", path.display());
    }
}
