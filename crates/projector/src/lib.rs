//! Folds events into views. Pure so far: it reads no log and no clock; a caller hands in records and a vantage.
//!
//! In reading order: [`active`] (which events count from a vantage), [`spells`] (how one party's status changed).
//!
//! **Invariants.** Folding never fails and never guesses. The order in which records are handed in is of no account,
//! nor is how often; only positions, times, authorities and ids decide.

mod answer;
mod membership;
mod selection;

/// The version of the rules of folding, named in every token: answers of equal tokens are equal bytes.
pub const FOLD: u32 = 1;

pub use answer::*;
pub use membership::{Change, Spell, spells};
pub use selection::{Record, active};
