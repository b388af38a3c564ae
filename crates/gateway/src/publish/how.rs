//! How events are to be stored.

use summit::Position;

use super::sent::Mode;
use crate::parameters::Parameters;
use crate::problem::Problem;

/// How events are to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// Not at all: they are only found good, or not.
    Check,
    /// Each by itself, after all of them were found good.
    Each,
    /// Each by itself, the bad ones left out.
    KeepGoing,
    /// All of them or none, perhaps only at a tail.
    Together(Option<Position>),
}

impl How {
    /// Takes the parameters that say it.
    pub(super) fn take(parameters: &mut Parameters, mode: Mode) -> Result<Self, Problem> {
        let check: Option<bool> = parameters.parse("check", "true or false")?;
        let atomic: Option<bool> = parameters.parse("atomic", "true or false")?;
        let keep_going: Option<bool> = parameters.parse("keep_going", "true or false")?;
        let expected: Option<Position> = parameters.parse("expected_tail", "a position: a whole number")?;
        let (atomic, keep_going) = (atomic.unwrap_or_default(), keep_going.unwrap_or_default());
        if keep_going && (atomic || mode != Mode::Batch) {
            return Err(Problem::parameter("keep_going", "true", "keep_going with a batch that is not atomic"));
        }
        if check.unwrap_or_default() {
            if keep_going || atomic || expected.is_some() {
                return Err(Problem::parameter("check", "true", "check by itself: nothing is stored"));
            }
            return Ok(Self::Check);
        }
        match expected {
            Some(expected) if mode == Mode::Batch && !atomic => {
                let allowed = "expected_tail with one event, or with atomic=true";
                Err(Problem::parameter("expected_tail", &expected.to_string(), allowed))
            }
            None if keep_going => Ok(Self::KeepGoing),
            None if !atomic => Ok(Self::Each),
            expected => Ok(Self::Together(expected)),
        }
    }
}
