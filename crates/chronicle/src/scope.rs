//! Partitions of a view: keys that are moved on apart from the others of the same view, each with a checkpoint of its own.

use std::collections::BTreeMap;

use bytes::Bytes;
use summit::Position;

use crate::views::{ApplyError, CHECKPOINT_KEY, Change, Checkpoint, MAX_CHANGES, Revision};

/// The most partitions that a view has. The checkpoints of all of them fit into one batch of the substrate, with room for
/// many changes.
pub const MAX_PARTITIONS: u16 = 64;

/// What a checkpoint speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Every key: the view holds the log at least up to there.
    Whole,
    /// The keys of one partition, counted from 0. Which those are is a matter of whoever writes the view.
    Partition(u16),
}

impl Scope {
    /// The key of its checkpoint, for those who read the store without us: `_checkpoint`, or `_checkpoint.3`.
    pub fn key(self) -> String {
        match self {
            Self::Whole => CHECKPOINT_KEY.to_owned(),
            Self::Partition(number) => format!("{CHECKPOINT_KEY}.{number}"),
        }
    }

    /// What the checkpoint under a key speaks of; nothing where the key is of no checkpoint.
    pub fn of_key(key: &str) -> Option<Self> {
        let rest = key.strip_prefix(CHECKPOINT_KEY)?;
        if rest.is_empty() {
            return Some(Self::Whole);
        }
        rest.strip_prefix('.')?.parse().ok().map(Self::Partition)
    }
}

/// A checkpoint that is to be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub scope: Scope,
    /// What the writer has built on; [`Revision::NONE`] where nobody has moved it yet.
    pub expected: Revision,
    /// Where it is moved to.
    pub position: Position,
}

/// What stands in a view.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// Every checkpoint that was ever moved.
    pub checkpoints: BTreeMap<Scope, Checkpoint>,
    /// Every key and value.
    pub values: BTreeMap<String, Bytes>,
}

/// Whether a store may move these checkpoints with so many changes. Every implementation asks this first.
pub fn check_steps(steps: &[Step], changes: &[Change]) -> Result<(), ApplyError> {
    let refuse = |why: String| Err(ApplyError::Refused(why));
    let mut scopes: Vec<Scope> = steps.iter().map(|step| step.scope).collect();
    scopes.sort_unstable();
    scopes.dedup();
    if steps.is_empty() || scopes.len() < steps.len() {
        return refuse("every move moves a checkpoint, each once".to_owned());
    }
    if let Some(Scope::Partition(number)) = scopes.last().filter(|scope| **scope >= Scope::Partition(MAX_PARTITIONS)) {
        return refuse(format!("there is no partition {number}, allowed are {MAX_PARTITIONS}"));
    }
    if steps.len() + changes.len() > MAX_CHANGES + 1 {
        let (steps, changes) = (steps.len(), changes.len());
        return refuse(format!("{changes} changes with {steps} checkpoints, allowed are {} together", MAX_CHANGES + 1));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Scope;

    #[test]
    fn the_key_of_a_checkpoint_says_what_it_speaks_of() {
        for scope in [Scope::Whole, Scope::Partition(0), Scope::Partition(63)] {
            assert_eq!(Scope::of_key(&scope.key()), Some(scope));
        }
        for key in ["sco.BLR", "_checkpoints", "_checkpoint.", "_checkpoint.x", "_checkpoint.-1"] {
            assert_eq!(Scope::of_key(key), None, "{key}");
        }
    }
}
