//! The checker: whether a chronicle that went through faults kept its promises.
//!
//! A harness writes down, outside the system, what it is about to publish and what it was told ([`Journal`]). When the
//! faults are over, what can be known of the chronicle is gathered ([`Evidence`]): the log, what is published, what a
//! fold from nothing gives, what live watchers saw, what was answered about the past. [`check`] holds it against the
//! laws, and tells every [`Violation`] with what shows it.
//!
//! It shares the reading of the log and the folds with the system, and nothing of how events get there; documents are
//! compared as JSON values, and the past is folded once more in a dozen lines that know only admissions and
//! withdrawals of single days. L9 is read here as: positions that one reader of the published views sees never go
//! back. L11, about gaps in time, is not checked.

mod evidence;
mod journal;
mod laws;

pub use evidence::{Answer, Evidence, Stored, Transcript, Views, past};
pub use journal::{Intent, Journal, Line, Outcome, hash};
pub use laws::{Law, Violation, check};
