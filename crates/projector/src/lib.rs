//! Folds events into views, and keeps them current.
//!
//! The folds are pure: they read no log and no clock; a caller hands in entries and a vantage. Only the runtime
//! ([`Live`], [`catch_up`]) waits for a log, and the [`Pacer`] for time to pass. It knows no server and no document: those are other crates'.
//!
//! ```
//! use projector::{Index, MembersFilter, Record};
//! use summit::{Position, Vantage};
//!
//! let document = wire::Document::decode(br#"{"specversion":"1.0","id":"3be78c39-77b0-5b38-a4d4-4d7e8dadf218",
//!     "source":"/desks/astana","type":"chronicle.admission.v1","data":{"occurred":"2017","organisation":"sco",
//!     "party":"IND","attribution":[{"name":"Asia news report, 4 July 2024"}]}}"#)?;
//! let mut index = Index::new();
//! let stored_at = "2024-07-04T19:00:00Z".parse()?;
//! index.record(Record { position: Position::new(1), stored_at, event: document.event().clone() });
//!
//! // Asked in the middle of the year, nobody knows.
//! let vantage = Vantage { as_of: Some("2017-03-01".parse()?), ..Vantage::default() };
//! let view = index.view(&vantage, jiff::civil::date(2024, 7, 5))?;
//! let members = view.members(&"sco".parse()?, &MembersFilter::default())?;
//! assert_eq!(members.parties[0].answer.as_str(), "possibly");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In reading order: the [`Index`] keeps every claim; a [`View`] looks at it from a vantage; membership (spells, rows,
//! tallies, why), attendance, itineraries, signings and names are folded on demand; [`changes`](changes()) is the difference of
//! two views; the runtime follows a log; a pace lets history come again; answers are shapes only; [`export`] writes them in
//! the formats of others. Beside all this, [`archive`] keeps the entries themselves once more.
//!
//! **Invariants.** Folding never fails and never guesses. The order in which events came is of no account to what is
//! true in the world, nor is how often; only positions, times, authorities and ids decide.

mod answer;
pub mod archive;
mod asked;
mod attendance;
mod calendar;
mod changes;
pub mod export;
mod filter;
mod heard;
mod index;
mod itinerary;
mod lists;
mod membership;
mod names;
mod nearest;
mod notes;
mod overview;
mod pace;
pub mod published;
mod remarks;
mod runtime;
mod shared;
mod signings;
mod snapshot;
mod told;
mod view;

pub use answer::*;
pub use asked::{Asked, Seen, VantageError, id_prefix, instant};
pub use attendance::{
    Attribute, DelegationExplained, Missing, Said, Scheduled, Weight, Without, is_leader, precedence, without_leader,
};
pub use calendar::{Calendar, day_changes};
pub use changes::{Change, Changes, calendar_changes, changes};
pub use filter::{EventFilter, Named};
pub use heard::Heard;
pub use index::{Index, Noted, Owners, Record, Undecodable};
pub use membership::{CountsFrom, Knowledge, MembersFilter, Turn, TurnedBy, diff};
pub use names::{BadLanguage, Language, MAX_HITS, Meant, WantedName};
pub use notes::{state_named, unknown_party, unknown_source};
pub use overview::{AtAGlance, Overview};
pub use pace::{BadSpeed, MAX_GAP, Pace, Pacer, Speed};
pub use remarks::remarks_by_parts;
pub use runtime::{CatchUpError, Live, MIN_POSITION_PATIENCE, TakenIn, Update, catch_up, date_of};
pub use shared::{Halted, Indexed, Shared};
pub use signings::{SigningsFilter, StatementsFilter};
pub use snapshot::{Damaged, KEPT_SNAPSHOTS, Opened, Reason, SNAPSHOT_ENTRIES, SNAPSHOT_SHARE, SetAside, Snapshots};
pub use told::EventTold;
pub use view::{AskError, Near, View};

/// The version of the rules of reading and folding, named in every token: answers of equal tokens are equal bytes.
pub const FOLD: u32 = 3;
