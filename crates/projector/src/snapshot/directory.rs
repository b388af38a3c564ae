//! The directory of snapshots: one file each, named by its position, the newest few kept.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use summit::Position;

use super::file::{self, Anchor};
use super::{Damaged, Opened, Reason, SetAside, damage};
use crate::index::Index;

/// How many snapshots are kept, the newest ones; and of those that were set aside as many.
pub const KEPT_SNAPSHOTS: usize = 3;
const ENDING: &str = "snapshot";
/// What a snapshot is called behind its name when it is set aside.
const BAD: &str = "bad";
/// What a snapshot is called while it is being written.
const UNFINISHED: &str = "unfinished";

/// The snapshots of one log in a directory.
pub struct Snapshots {
    /// Where they are; nothing where none are kept.
    directory: Option<PathBuf>,
    /// When the log was created.
    created_at: Timestamp,
    /// What was set aside, where it may still stand.
    passed_over: Mutex<BTreeSet<PathBuf>>,
}

impl Snapshots {
    /// The snapshots in a directory, which need not be there, of a log that was created at a time; nothing keeps none. What
    /// a writer that was killed has left behind is removed.
    pub fn new(directory: Option<PathBuf>, created_at: Timestamp) -> Self {
        let snapshots = Self { directory, created_at, passed_over: Mutex::default() };
        if !snapshots.named(UNFINISHED).is_empty()
            && let Some(directory) = &snapshots.directory
            && let Ok(Some(_writing)) = lock(directory)
        {
            snapshots.sweep();
        }
        snapshots
    }

    /// The newest snapshot that is not passed over.
    pub(super) fn newest(&self) -> Option<PathBuf> {
        self.all().into_iter().next()
    }

    /// The position of the newest snapshot that is not passed over; 0 where there is none.
    pub(super) fn newest_position(&self) -> Position {
        let newest = self.newest();
        let number = newest.as_ref().and_then(|path| path.file_stem()?.to_str()?.parse().ok());
        number.map_or(Position::START, Position::new)
    }

    /// Those that are not passed over, the newest first.
    pub(super) fn all(&self) -> Vec<PathBuf> {
        let passed_over = self.passed_over.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = self.named(ENDING);
        all.retain(|path| !passed_over.contains(path));
        all
    }

    /// When the newest snapshot was written; nothing where there is none.
    pub fn newest_at(&self) -> Option<Timestamp> {
        let written = self.newest()?.metadata().and_then(|about| about.modified()).ok()?;
        Timestamp::try_from(written).ok()
    }

    /// Opens a snapshot of this log.
    pub(super) fn open(&self, path: &Path) -> Result<(Anchor, Index), Reason> {
        let (anchor, index) = file::open(path)?;
        if anchor.created_at == self.created_at { Ok((anchor, index)) } else { Err(Reason::Foreign) }
    }

    /// Sets a snapshot aside that was found bad while a question was answered.
    pub fn set_aside(&self, damaged: &Damaged) -> SetAside {
        self.put_aside(&damaged.path, Reason::Damaged(damaged.what.clone()))
    }

    pub(super) fn put_aside(&self, path: &Path, reason: Reason) -> SetAside {
        self.passed_over.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        let aside = with_ending(path, BAD);
        let renamed = fs::rename(path, &aside).is_ok().then_some(aside);
        for old in self.named(BAD).into_iter().skip(KEPT_SNAPSHOTS) {
            // It may be gone already, or the directory may be read-only.
            let _ = fs::remove_file(old);
        }
        SetAside { path: path.to_owned(), renamed, reason }
    }

    /// Writes a snapshot of all that an index holds, and removes old ones. Nothing where somebody else writes one just
    /// now, or where nothing was read from the log since the index was made. Readers see the whole of it, or nothing.
    pub fn write(&self, opened: &Opened) -> io::Result<Option<PathBuf>> {
        damage::guarded(|| self.write_index(opened.index())).unwrap_or_else(|damaged| Err(io::Error::other(damaged)))
    }

    /// The same of an index that is in memory or was verified whole.
    pub fn write_index(&self, index: &Index) -> io::Result<Option<PathBuf>> {
        let Some((directory, last)) = self.directory.as_ref().zip(index.last()) else { return Ok(None) };
        fs::create_dir_all(directory)?;
        let Some(writing) = lock(directory)? else { return Ok(None) };
        self.sweep();
        let path = directory.join(name(index.tail()));
        let unfinished = with_ending(&path, UNFINISHED);
        let anchor = Anchor::of(last, self.created_at);
        // The name too is on disk then.
        let written = write_file(index, &anchor, &unfinished, &path).and_then(|()| writing.sync_all());
        if written.is_err() {
            // Whoever writes next removes it if this does not.
            let _ = fs::remove_file(&unfinished);
        }
        written?;
        for old in self.named(ENDING).into_iter().skip(KEPT_SNAPSHOTS) {
            // One too many does no harm.
            let _ = fs::remove_file(old);
        }
        Ok(Some(path))
    }

    /// Removes what writers left behind that were killed.
    fn sweep(&self) {
        for unfinished in self.named(UNFINISHED) {
            // It is in nobody's way.
            let _ = fs::remove_file(unfinished);
        }
    }

    /// The files with an ending, those of the latest positions first.
    fn named(&self, ending: &str) -> Vec<PathBuf> {
        let directory = self.directory.iter().filter_map(|directory| fs::read_dir(directory).ok());
        let files = directory
            .flatten()
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|path| path.extension() == Some(OsStr::new(ending)));
        let mut files: Vec<PathBuf> = files.collect();
        // Names are of one length.
        files.sort_unstable_by(|left, right| right.cmp(left));
        files
    }
}

/// Writes a file whole before it has its name.
fn write_file(index: &Index, anchor: &Anchor, unfinished: &Path, path: &Path) -> io::Result<()> {
    let file = File::create(unfinished)?;
    file::write(index, anchor, &file)?;
    file.sync_all()?;
    fs::rename(unfinished, path)
}

/// The right to write in a directory, until it is dropped; nothing while another process has it.
fn lock(directory: &Path) -> io::Result<Option<File>> {
    let directory = File::open(directory)?;
    match directory.try_lock() {
        Ok(()) => Ok(Some(directory)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// A snapshot's name: its position in twenty digits, so that names sort as positions do.
fn name(position: Position) -> String {
    format!("{:020}.{ENDING}", position.get())
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}
