//! Answers: what a question is answered with, as people's programs read it (`design.md` section 6).
//!
//! Shapes only. Field names are the JSON; they are an interface of other people's programs, so fields are added, never
//! renamed. Absent values are `null`, not left out; only names are, where none are shown.

mod attendance;
mod explain;
mod itinerary;
mod lists;
mod members;
mod names;
mod signings;
mod token;

pub use attendance::{Attendance, Delegation, Group, MeetingInfo, Member, PresenceAnswer};
pub use explain::{Diff, Difference, Explained, Explanation, Role, TakenBack, Weighed};
pub use itinerary::{PartyView, PersonView, Stop};
pub use lists::{MeetingRow, MeetingView, OrganisationRow, PartyRow, PersonRow, Statements};
pub use members::{
    Competing, Count, Dated, Members, Membership, PartyTimeline, Period, Remark, Remarks, Row, SpellRow, Stated,
    StepRow, Successor, Timeline,
};
pub use names::{Found, Hit, Matched, MatchedBy, Name, Names, OtherName, ShownName, What};
pub use signings::{ActRow, InstrumentRow, SignatoryRow, Signings, StatementRow};
pub use token::{BadToken, Token};
