//! Why no server can be run here.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::embedded::find::Skipped;
use crate::version::{HOW_TO_GET, NEEDED};

/// Why no server can be run here. The supervisor hands it to those who wait, as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum EmbeddedError {
    /// There is no such program.
    #[error("no nats-server program was found")]
    NoServer,
    /// There are programs, but none will do.
    #[error("no nats-server program will do, version {NEEDED} or newer is needed: {}", list(skipped))]
    NoneFits {
        /// Each with its reason.
        skipped: Vec<Skipped>,
    },
    /// A file or folder cannot be made, read or written.
    #[error("cannot use \"{}\": {reason}", path.display())]
    Unusable {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// There is no room left where the data directory is.
    #[error("no space is left for \"{}\"", path.display())]
    NoSpace {
        /// What was to be written.
        path: PathBuf,
    },
    /// A variable says something that it cannot.
    #[error("{name} is \"{value}\", must be a number of bytes")]
    Variable {
        /// The variable.
        name: String,
        /// What it says.
        value: String,
    },
    /// Somebody else listens on the port that belongs to this data directory.
    #[error("port {port} on 127.0.0.1, kept in \"{}\", is taken by another program", kept.display())]
    PortTaken {
        /// The port.
        port: u16,
        /// The file that keeps it.
        kept: PathBuf,
    },
    /// Another nats-server runs on the store and cannot be ended from here.
    #[error("another nats-server (process {process}) runs on \"{}\" and does not end", store.display())]
    StoreHeld {
        /// The process, or -1 where it is out of this one's sight, as in another container.
        process: i32,
        /// The store.
        store: PathBuf,
    },
    /// The server ended before it was ready.
    #[error("nats-server ended at its start ({status}); the last lines of \"{}\":\n  {}", log.display(), lines.join("\n  "))]
    Ended {
        /// How it ended.
        status: String,
        /// Its log.
        log: PathBuf,
        /// The last lines there.
        lines: Vec<String>,
    },
    /// The server runs but did not become ready in time.
    #[error("nats-server was not ready within {seconds} s ({reason}); the last lines of \"{}\":\n  {}", log.display(), lines.join("\n  "))]
    NotReady {
        /// How long it had.
        seconds: u64,
        /// What it answered last.
        reason: String,
        /// Its log.
        log: PathBuf,
        /// The last lines there.
        lines: Vec<String>,
    },
    /// The server runs, but a write to the disk failed, and it writes no more.
    #[error("nats-server cannot write any more: {reason}")]
    WriteFailed {
        /// What it says.
        reason: String,
    },
    /// The server runs, but does not serve the log whose messages are in its store.
    #[error("the log in \"{}\" is damaged: nats-server passes over it, {} says why:\n  {}", stream.display(), log.display(), lines.join("\n  "))]
    Damaged {
        /// The folder with the messages.
        stream: PathBuf,
        /// The server's log.
        log: PathBuf,
        /// The last lines there.
        lines: Vec<String>,
    },
    /// The server ended again and again, and is not started any more.
    #[error("nats-server ended {times} times within {seconds} s, last with: {last}")]
    KeepsEnding {
        /// How often.
        times: usize,
        /// Within how long.
        seconds: u64,
        /// The last end.
        last: Box<Self>,
    },
    /// Somebody else uses the server, whose store is to be set aside.
    #[error("the store in \"{}\" is in use by another command", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The supervisor could not be started, or ended without a word.
    #[error("the supervisor of the embedded nats-server failed: {reason}")]
    Supervisor {
        /// What happened.
        reason: String,
    },
    /// The supervisor neither served nor failed in time.
    #[error("the embedded nats-server of \"{}\" was not ready within {seconds} s", folder.display())]
    NoAnswer {
        /// Its folder.
        folder: PathBuf,
        /// How long it had.
        seconds: u64,
    },
}

impl EmbeddedError {
    /// What the user may do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::NoServer | Self::NoneFits { .. } => HOW_TO_GET,
            Self::Unusable { .. } => "name a folder that you may write to with --data or CHRONICLE_DATA",
            Self::NoSpace { .. } => "free some space there, or name a folder on another disk with --data",
            Self::Variable { .. } => "correct the variable, or unset it",
            Self::PortTaken { .. } => {
                "end the program that listens there, or delete that file to have another port chosen"
            }
            Self::StoreHeld { .. } => "end that process, or use another data directory with --data",
            Self::Ended { .. } | Self::NotReady { .. } | Self::WriteFailed { .. } | Self::KeepsEnding { .. } => {
                "nats/server.log in the data directory tells the whole story"
            }
            Self::Damaged { .. } => "keep a copy of that folder, then rebuild the log with `chronicle restore`",
            Self::InUse { .. } => {
                "end every other command on this data directory, such as `chronicle watch` or `serve`"
            }
            Self::Supervisor { .. } | Self::NoAnswer { .. } => {
                "nats/supervisor.log in the data directory tells the whole story"
            }
        }
    }

    /// The error for what the supervisor did not get done.
    pub(crate) fn supervisor(reason: impl Into<Box<dyn Error>>) -> Self {
        Self::Supervisor { reason: reason.into().to_string() }
    }

    /// The error for a file or folder that the system refuses.
    pub(crate) fn of(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |error| {
            let path = path.to_owned();
            if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
                return Self::NoSpace { path };
            }
            Self::Unusable { path, reason: error.to_string() }
        }
    }
}

fn list(skipped: &[Skipped]) -> String {
    skipped.iter().map(|one| format!("{}: {}", one.program.display(), one.reason)).collect::<Vec<_>>().join("; ")
}
