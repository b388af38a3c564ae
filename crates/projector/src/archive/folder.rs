//! The folder of an archive: which files are its segments, and how a file becomes visible.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use summit::Position;

use super::error::ArchiveError;

const SEGMENT: &str = "segment";
/// Files that are being made end so.
const NEW: &str = "new";

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
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&new, path));
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
