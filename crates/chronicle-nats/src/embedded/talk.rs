//! What supervisor and leases say to each other, and where.
//!
//! A lease is a connection to the socket in the folder. The supervisor writes one line of JSON when the server is ready,
//! and one when there will be no server. The lease writes nothing; its end is the end of the connection.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::embedded::{EmbeddedError, Server};

const SOCKET: &str = "socket";
/// Addresses of sockets are short: 108 bytes on Linux, 104 elsewhere, less the closing zero.
const LONGEST_ADDRESS: usize = 103;

/// What the supervisor tells a lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Answer {
    /// The server is there.
    Ready(Ready),
    /// There is none, and will be none.
    Failed(EmbeddedError),
}

/// Where the server is, and what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ready {
    pub(super) url: String,
    pub(super) server: Server,
    /// How many bytes the server may store, as it counts; older supervisors do not say.
    #[serde(default)]
    pub(super) quota: Option<u64>,
}

/// What a supervisor says first, on its standard output, to whoever started it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Word {
    /// Its socket is there.
    Listening,
    /// Another supervisor has the lock.
    Busy,
    /// It cannot begin.
    Failed(EmbeddedError),
}

/// One line of JSON.
pub(super) fn line(said: &impl Serialize) -> Vec<u8> {
    let said = serde_json::to_vec(said).or_else(|error| {
        // A path that is no text.
        serde_json::to_vec(&Answer::Failed(EmbeddedError::supervisor(error)))
    });
    let mut line = said.expect("a reason is text");
    line.push(b'\n');
    line
}

/// Binds the socket, in place of one left behind. Only the holder of the supervisor's lock does this.
pub(super) fn listen(folder: &Path) -> io::Result<UnixListener> {
    remove(folder)?;
    let listener = addressed(folder, |address| UnixListener::bind(address))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Connects to the supervisor, if there is one.
pub(super) fn connect(folder: &Path) -> io::Result<Option<UnixStream>> {
    match addressed(folder, |address| UnixStream::connect(address)) {
        Ok(stream) => stream.set_nonblocking(true).map(|()| Some(stream)),
        Err(error) if [io::ErrorKind::NotFound, io::ErrorKind::ConnectionRefused].contains(&error.kind()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Removes the socket. Only the holder of the supervisor's lock does this.
pub(super) fn remove(folder: &Path) -> io::Result<()> {
    match std::fs::remove_file(folder.join(SOCKET)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Uses the socket's path, or in a deep folder a short name for it: by the open folder, as Linux offers it. Elsewhere
/// the folder must not be that deep, and the system says so.
fn addressed<T>(folder: &Path, act: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    let path = folder.join(SOCKET);
    if path.as_os_str().len() <= LONGEST_ADDRESS || !cfg!(target_os = "linux") {
        return act(&path);
    }
    let open = File::open(folder)?;
    act(&PathBuf::from(format!("/proc/self/fd/{}/{SOCKET}", open.as_raw_fd())))
}
