//! Attendance: who took part in a meeting, at what level, in whose place.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use summit::{Answer, Capacity, EventId, Level, MeetingForm, MeetingId, Mode, OrganisationId, PartyId, Person, Phase};

use super::{Dated, Remark, Token};

/// Who took part in a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attendance {
    /// The meeting.
    pub meeting: MeetingId,
    /// From where it was asked.
    pub token: Token,
    /// The meeting itself.
    pub meeting_info: MeetingInfo,
    /// By party.
    pub delegations: Vec<Delegation>,
    /// Unnamed ones, by their words.
    pub groups: Vec<Group>,
    /// Parties that surely were members then and of whom nothing is said.
    pub not_stated: Vec<PartyId>,
    /// Meetings that are parts of this one, however deep.
    pub parts: Vec<MeetingId>,
    /// What is odd.
    pub remarks: Vec<Remark>,
}

/// What is said of a meeting, attribute by attribute.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct MeetingInfo {
    /// Its title.
    pub title: Option<String>,
    /// Its theme.
    pub theme: Option<String>,
    /// Its form.
    pub form: Option<MeetingForm>,
    /// Its phase.
    pub phase: Option<Phase>,
    /// From its first to its last day, as far as stated.
    pub held: Option<Dated>,
    /// IANA time zone of the place.
    pub zone: Option<String>,
    /// The organisations it belongs to.
    pub organisations: Vec<OrganisationId>,
    /// Who hosts it.
    pub host: Option<PartyId>,
    /// Where.
    pub place: Option<String>,
    /// The building or room.
    pub venue: Option<String>,
    /// How it is held.
    pub mode: Option<Mode>,
    /// The meetings that it is a part of.
    pub part_of: Vec<MeetingId>,
    /// The meetings on whose sidelines it is held.
    pub sidelines_of: Vec<MeetingId>,
    /// Events that suffice for this, in sort order.
    pub evidence: Vec<EventId>,
}

/// Whether a delegation took part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PresenceAnswer {
    /// It took part.
    Present,
    /// It was announced, and nothing more is said.
    Announced,
    /// It did not take part.
    Absent,
    /// Something is said of it, but not whether it took part.
    NotStated,
}

impl PresenceAnswer {
    /// The word: `present`, `announced`, `absent`, `not_stated`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Announced => "announced",
            Self::Absent => "absent",
            Self::NotStated => "not_stated",
        }
    }
}

/// One party's part in a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Delegation {
    /// The party.
    pub party: PartyId,
    /// The name that is shown for it, where names are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'static, str>>,
    /// Whether what is said of it has happened by `as_of`: *yes* or *possibly*.
    pub answer: Answer,
    /// Whether it took part.
    pub presence: PresenceAnswer,
    /// The head's level.
    pub level: Option<Level>,
    /// The head, as an event names them.
    pub person: Option<Person>,
    /// The name that is shown for the head, where names are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_name: Option<Cow<'static, str>>,
    /// The capacity.
    pub capacity: Option<Capacity>,
    /// Whether the capacity is not stated but follows from the membership at the end of the last day.
    pub capacity_derived: bool,
    /// How the head took part.
    pub mode: Option<Mode>,
    /// In whose place the head came, as an event names them.
    pub in_lieu_of: Option<Person>,
    /// The name that is shown for whose place that is, where names are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_lieu_of_name: Option<Cow<'static, str>>,
    /// Levels at which the party is said to have been absent, in order of precedence.
    pub absent_levels: Vec<Level>,
    /// The others, by precedence.
    pub members: Vec<Member>,
    /// Parts of the meeting in which it took part.
    pub parts: Vec<MeetingId>,
    /// Whether sources disagree.
    pub contested: bool,
    /// Events that suffice for this row, in sort order.
    pub evidence: Vec<EventId>,
}

/// A member of a delegation who does not head it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Member {
    /// The person, as an event names them.
    pub person: Person,
    /// The name that is shown for them, where names are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_name: Option<Cow<'static, str>>,
    /// The level.
    pub level: Option<Level>,
    /// How they took part.
    pub mode: Option<Mode>,
    /// In whose place, as an event names them.
    pub in_lieu_of: Option<Person>,
    /// The name that is shown for whose place that is, where names are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_lieu_of_name: Option<Cow<'static, str>>,
}

/// Unnamed ones who took part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Group {
    /// Words for them.
    pub group: String,
    /// Whether what is said of them has happened by `as_of`.
    pub answer: Answer,
    /// Whether they took part.
    pub presence: PresenceAnswer,
    /// The level.
    pub level: Option<Level>,
    /// The capacity.
    pub capacity: Option<Capacity>,
    /// Events that suffice for this, in sort order.
    pub evidence: Vec<EventId>,
}
