//! One supervisor per data directory, one server per store: locks that the kernel takes back when their holder dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::libc;

/// Takes the supervisor's lock, if nobody has it. Held until the file is dropped; children do not inherit it.
pub(super) fn take(path: &Path) -> io::Result<Option<File>> {
    let file = open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Takes the store's lock for this process and for the program that it becomes, if nobody has it. It belongs to the
/// process, so that the kernel can tell whose it is; the process must have one thread only when it becomes another
/// program.
pub(super) fn take_for_good(path: &Path) -> io::Result<Option<File>> {
    let file = open(path)?;
    match fcntl(&file, FcntlArg::F_SETLK(&whole_file())) {
        Ok(_) => {}
        Err(Errno::EACCES | Errno::EAGAIN) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    fcntl(&file, FcntlArg::F_SETFD(FdFlag::empty()))?;
    Ok(Some(file))
}

/// The process that holds the store's lock, if any: what runs on the store.
pub(super) fn holder(path: &Path) -> io::Result<Option<i32>> {
    let mut lock = whole_file();
    fcntl(open(path)?, FcntlArg::F_GETLK(&mut lock))?;
    // Where nobody holds it, the kernel says "unlocked" in place of our kind of lock.
    Ok((lock.l_type == whole_file().l_type).then_some(lock.l_pid))
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

fn whole_file() -> libc::flock {
    let short = |constant| std::ffi::c_short::try_from(constant).expect("the system made it for this field");
    libc::flock { l_type: short(libc::F_WRLCK), l_whence: short(libc::SEEK_SET), l_start: 0, l_len: 0, l_pid: 0 }
}
