//! The token that every answer carries: ask with it again.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use summit::{AccordingTo, BadId, Position, Vantage};

/// From where an answer was given, and by which rules.
///
/// With `at_position` and `as_of` fixed, asking again gives the same bytes for ever; without `at_position` it gives
/// what is known by then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// The last position that was looked at.
    pub position: Position,
    /// When in the world: EDTF, or `before:` or `after:` and the id of an event.
    pub as_of: String,
    /// Only what was on record by this instant counts.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub known_at: Option<Timestamp>,
    /// Only entries up to this position exist.
    pub at_position: Option<Position>,
    /// Only claims of this source count.
    pub according_to: Option<String>,
    /// The version of the rules that folded it, see [`crate::FOLD`].
    pub fold: u32,
}

/// Why a token is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// One of its parts cannot be read.
    #[error("the token's as_of cannot be read: {0}")]
    AsOf(#[from] BadId),
    /// It was given under other rules, whose answers this program no longer gives.
    #[error("the token was given under fold {found}, this program folds by {allowed}")]
    Fold {
        /// The token's.
        found: u32,
        /// Ours.
        allowed: u32,
    },
}

impl Token {
    /// The vantage to ask from again.
    pub fn vantage(&self) -> Result<Vantage, BadToken> {
        if self.fold != crate::FOLD {
            return Err(BadToken::Fold { found: self.fold, allowed: crate::FOLD });
        }
        Ok(Vantage {
            as_of: Some(self.as_of.parse()?),
            known_at: self.known_at,
            at_position: self.at_position,
            according_to: self.according_to.as_deref().map(AccordingTo::from),
        })
    }
}
