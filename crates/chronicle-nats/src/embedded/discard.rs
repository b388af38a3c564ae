//! The end of what a data directory keeps: for chronicles that are made to be thrown away.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::embedded::EmbeddedError;
use crate::embedded::home::Home;
use crate::embedded::locks;

/// Removes the log of a data directory, for good, with all that its server kept, unless a supervisor or a server is
/// there. Answers whether it was removed. The caller knows that nobody wants it any more.
pub fn discard(data: &Path) -> Result<bool, EmbeddedError> {
    let home = Home::open(data)?;
    let kept = home.supervisor_lock();
    // Held until all is gone, so nobody begins meanwhile; the file stays, or another lock could be taken beside it.
    let Some(_lock) = locks::take(&kept).map_err(EmbeddedError::of(&kept))? else { return Ok(false) };
    let store_lock = home.store_lock();
    if locks::holder(&store_lock).map_err(EmbeddedError::of(&store_lock))?.is_some() {
        return Ok(false);
    }
    for entry in fs::read_dir(&home.folder).map_err(EmbeddedError::of(&home.folder))? {
        let entry = entry.map_err(EmbeddedError::of(&home.folder))?;
        let path = entry.path();
        if path != kept {
            remove(&path, entry.file_type()).map_err(EmbeddedError::of(&path))?;
        }
    }
    Ok(true)
}

fn remove(path: &Path, kind: io::Result<fs::FileType>) -> io::Result<()> {
    let removed = if kind?.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
