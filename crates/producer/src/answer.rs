//! What a caller is told: where the event stands, or why it does not.

use chronicle::AppendError;
use schemars::JsonSchema;
use serde::Serialize;
use summit::{EventId, Position};

/// The answer to a published event: it is on disk, at this position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Acknowledged {
    /// Where it stands.
    pub position: Position,
    /// Its id.
    pub id: EventId,
    /// Whether it stood there before it was handed in, or was handed in twice. What turns up in the log after an
    /// unknown outcome is taken for what was sent.
    pub duplicate: bool,
}

/// Why an event was not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// The id stands in the log with another body. Nothing was stored; the event needs an id of its own.
    #[error("the id {id} is taken: another event stands under it at position {position}")]
    IdTaken {
        /// The id.
        id: EventId,
        /// Where the other event stands.
        position: Position,
    },
    /// The log has moved past the position that the caller expected. Nothing was stored; look again, then decide.
    #[error("the chronicle is no longer at position {expected}")]
    Moved {
        /// The expected tail.
        expected: Position,
    },
    /// The document, or the number of events that are to stand together, is larger than allowed. Nothing was stored.
    #[error("too large: {found}, allowed is {allowed}")]
    TooLarge {
        /// What was handed in.
        found: String,
        /// The bound.
        allowed: String,
    },
    /// The log has no room left. Nothing was stored.
    #[error("the chronicle is full: {0}")]
    Full(String),
    /// The log's keeper does not let this producer write there, or read the log's tail. Nothing was stored.
    #[error("not permitted: {0}")]
    NotPermitted(String),
    /// The log refused for another reason. Nothing was stored.
    #[error("refused: {0}")]
    Refused(String),
    /// It may be stored or not, and could not be found out in time. Publish the same event again, with the same id.
    #[error("the outcome is unknown: {0}")]
    OutcomeUnknown(String),
    /// The log cannot be reached. Nothing was sent.
    #[error("the chronicle cannot be reached: {0}")]
    Unreachable(String),
}

impl PublishError {
    /// Whether one event among several may be the reason, so that the others may do without it.
    pub(crate) fn may_concern_one(&self) -> bool {
        match self {
            Self::TooLarge { .. } | Self::NotPermitted(_) | Self::Refused(_) => true,
            Self::IdTaken { .. }
            | Self::Moved { .. }
            | Self::Full(_)
            | Self::OutcomeUnknown(_)
            | Self::Unreachable(_) => false,
        }
    }
}

impl From<AppendError> for PublishError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::OutcomeUnknown(reason) => Self::OutcomeUnknown(reason),
            // Whoever asks about a repeat has looked for it first.
            AppendError::Repeated => Self::OutcomeUnknown(error.to_string()),
            AppendError::Moved { expected } => Self::Moved { expected },
            AppendError::TooLarge { found, allowed } => Self::TooLarge { found, allowed },
            AppendError::Full(reason) => Self::Full(reason),
            AppendError::NotPermitted(reason) => Self::NotPermitted(reason),
            AppendError::Refused(reason) => Self::Refused(reason),
        }
    }
}
