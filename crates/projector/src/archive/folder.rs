//! The folder of an archive: which files are its segments, and how a file becomes visible.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use summit::Position;

use super::error::ArchiveError;

const LOCK: &str = "archive.lock";
const SEGMENT: &str = "segment";
/// Files that are being made end so.
const NEW: &str = "new";

/// Makes the folder, where it is not there, and takes the lock of whoever writes there; held until it is dropped.
pub(super) fn lock(folder: &Path) -> Result<File, ArchiveError> {
    fs::create_dir_all(folder).map_err(ArchiveError::of(folder))?;
    let path = folder.join(LOCK);
    let opened = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    let lock = opened.map_err(ArchiveError::of(&path))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(ArchiveError::InUse { folder: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(ArchiveError::Unusable { path, source }),
    }
}

/// The name of the segment that begins with a position.
pub(super) fn segment_at(folder: &Path, first: Position) -> PathBuf {
    folder.join(format!("{:012}.{SEGMENT}", first.get()))
}

/// The segments by their first positions; none where there is no such folder.
pub(super) fn segments(folder: &Path) -> Result<Vec<(Position, PathBuf)>, ArchiveError> {
    let files = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        files => files.map_err(ArchiveError::of(folder))?,
    };
    let mut found = Vec::new();
    for file in files {
        let path = file.map_err(ArchiveError::of(folder))?.path();
        let is_segment = path.extension().is_some_and(|extension| extension == SEGMENT);
        let number = path.file_stem().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
        found.extend(number.filter(|_| is_segment).map(|number| (Position::new(number), path)));
    }
    found.sort_unstable();
    Ok(found)
}

/// Writes a file that becomes visible whole or not at all, in place of the one that has its name.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<File> {
    // A name of its own: another program may be making the same.
    let new = path.with_extension(format!("{}.{NEW}", std::process::id()));
    let mut file = File::create(&new)?;
    // Held while it is made, so that nobody takes it for left behind.
    let written = file.lock().and_then(|()| file.write_all(bytes)).and_then(|()| file.sync_all());
    let written = written.and_then(|()| fs::rename(&new, path));
    clear_dead(path);
    if let Err(error) = written {
        // It was never visible.
        let _ = fs::remove_file(&new);
        return Err(error);
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    Ok(file)
}

/// Removes what others left behind who were killed while they made the same file.
fn clear_dead(path: &Path) {
    let (Some(folder), Some(name)) = (path.parent(), path.file_stem()) else { return };
    for file in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = file.path();
        // The name, a process, and the ending.
        let is_new = path.extension().is_some_and(|extension| extension == NEW);
        let same = path.file_stem().is_some_and(|rest| Path::new(rest).file_stem() == Some(name));
        if is_new && same && File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            // Somebody else may have removed it.
            let _ = fs::remove_file(&path);
        }
    }
}

/// Removes files that were never made to the end. Only who holds the archive's lock does this.
pub(super) fn clear(folder: &Path) -> io::Result<()> {
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == NEW) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Renames the first segment that cannot be read and those behind it, and the anchor, so that they can be written anew.
/// Nothing is deleted. Gives their new names; nothing where the archive is as it was written.
pub fn set_aside(folder: &Path) -> Result<Vec<PathBuf>, ArchiveError> {
    let _lock = lock(folder)?;
    let mut fault = None;
    for entry in super::ArchiveEntries::open(folder)? {
        if let Err(error) = entry {
            fault = Some(error);
        }
    }
    let Some(fault) = fault else { return Ok(Vec::new()) };
    let ArchiveError::Damaged { segment, .. } = &fault else { return Err(fault) };
    let mut aside = Vec::new();
    let paths = segments(folder)?.into_iter().map(|(_, path)| path);
    // The chain is broken where the damage is: nothing behind it can be continued.
    for path in paths.skip_while(|path| path != segment).chain([folder.join(super::ANCHOR)]) {
        let names = (0..).map(|number| PathBuf::from(format!("{}.aside-{number}", path.display())));
        let name = names.into_iter().find(|name| !name.exists()).expect("numbers have no end");
        match fs::rename(&path, &name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            renamed => {
                renamed.map_err(ArchiveError::of(&path))?;
                aside.push(name);
            }
        }
    }
    Ok(aside)
}
