//! Folds events into views. Pure so far: it reads no log and no clock; a caller hands in records and a vantage.
//!
//! In reading order: [`active`] (which events count from a vantage), [`spells`] (how one party's status changed).
//!
//! **Invariants.** Folding never fails and never guesses. The order in which records are handed in is of no account,
//! nor is how often; only positions, times, authorities and ids decide.

mod membership;
mod selection;

pub use membership::{Change, Spell, spells};
pub use selection::{Record, active};
