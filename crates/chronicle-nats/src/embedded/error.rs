//! Why no server can be run here.

use crate::embedded::find::Skipped;
use crate::version::{HOW_TO_GET, NEEDED};

/// Why no server can be run here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
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
}

impl EmbeddedError {
    /// What the user may do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::NoServer | Self::NoneFits { .. } => HOW_TO_GET,
        }
    }
}

fn list(skipped: &[Skipped]) -> String {
    skipped.iter().map(|one| format!("{}: {}", one.program.display(), one.reason)).collect::<Vec<_>>().join("; ")
}
