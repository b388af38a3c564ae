//! The vocabulary of international organisations and their summits: events, identifiers, time and the vantage.
//!
//! Pure: it reads no clock, no file and no network, and it knows neither JSON documents nor the log; `wire` turns
//! documents into these types.
//!
//! ```
//! use summit::{AsOf, Cutoff, PartyId, When, Answer};
//!
//! let belarus: PartyId = "BLR".parse()?;
//! assert_eq!(belarus.iso_name(), Some("Belarus"));
//!
//! // A fact with a place in the order of its day, seen from just before another fact of that day.
//! let day: When = "2024-07-04".parse()?;
//! let signing = Cutoff::around(&day, Some(40), false);
//! assert_eq!(signing.reached(day.range(), Some(50)), Answer::No);
//! assert_eq!(signing.reached(day.range(), None), Answer::Possibly);
//! # Ok::<(), summit::BadId>(())
//! ```
//!
//! In reading order: [`id`](OrganisationId), words ([`Kind`], [`Level`] …), time ([`When`], [`Range`], [`Answer`]),
//! [`Event`], [`Vantage`].
//!
//! **Invariants.** Every identifier is parsed once and then trusted. A [`When`] always has an earliest moment that
//! is not behind its latest. Nothing here depends on the order of a hash map.

mod event;
mod id;
mod time;
mod vantage;
mod words;

pub use event::{
    Act, Admission, AdmissionManner, Attribution, Authority, Certainty, Content, Event, Founding, InstrumentForm, Kind,
    Level, MAX_DOCUMENT_BYTES, Meeting, MeetingForm, Mode, NameForm, Named, Naming, Participation, Person, Phase,
    Presence, Previous, Qualifier, Reclassification, Retraction, Rung, Shared, Signatory, Signing, Standing, Statement,
    StatementMode, Step, Succession, SuccessionManner, Suspension, Tally, Travel, TravelScope, Withdrawal,
    WithdrawalManner,
};
pub use id::{
    BadId, Capacity, EventId, InstrumentId, MAX_SLUG_BYTES, MAX_TOKEN_BYTES, MeetingId, OrganisationId, PartyId,
    PersonId, Position, Status, Tallied,
};
pub use time::{Answer, Day, Moment, Range, When};
pub use vantage::{AccordingTo, AsOf, Cutoff, Vantage};

/// A name or word from its text, in an answer that is read again.
fn written<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
    D: serde::Deserializer<'de>,
{
    let text = <String as serde::Deserialize>::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}
