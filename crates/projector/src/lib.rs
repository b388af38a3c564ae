//! Folds events into views. Pure: it reads no log and no clock; a caller hands in entries and a vantage.
//!
//! In reading order: the [`Index`] keeps every claim; a [`View`] looks at it from a vantage; membership (spells, rows,
//! tallies, why) and attendance are folded on demand; answers are shapes only.
//!
//! **Invariants.** Folding never fails and never guesses. The order in which events came is of no account to what is
//! true in the world, nor is how often; only positions, times, authorities and ids decide.

mod answer;
mod attendance;
mod changes;
mod filter;
mod index;
mod itinerary;
mod membership;
mod nearest;
mod remarks;
mod signings;
mod view;

pub use answer::*;
pub use changes::{Change, Changes, calendar_changes, changes};
pub use filter::EventFilter;
pub use index::{Index, Noted, Record, Undecodable};
pub use membership::{Knowledge, MembersFilter, diff};
pub use signings::{SigningsFilter, StatementsFilter};
pub use view::{AskError, View};

/// The version of the rules of folding, named in every token: answers of equal tokens are equal bytes.
pub const FOLD: u32 = 1;
