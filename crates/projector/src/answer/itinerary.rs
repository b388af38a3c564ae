//! What one party or one person did, in the order of the world.

use schemars::JsonSchema;
use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use summit::{
    Answer, Attribution, Authority, EventId, InstrumentId, Kind, Level, MeetingId, OrganisationId, PartyId, Person,
    PersonId,
};

use super::{Membership, PresenceAnswer, Remark, Successor, Token};

/// One party: where it belongs, and what it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartyView {
    /// The party.
    pub party: PartyId,
    /// The name that is shown for it; where no names are asked for, that in ISO 3166.
    pub name: Option<Cow<'static, str>>,
    /// From where it was asked.
    pub token: Token,
    /// By organisation.
    pub memberships: Vec<Membership>,
    /// Whose place it took, and those before them: the nearest first, each step in sort order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub succeeds: Vec<Successor>,
    /// Who took its place or came out of it, and those after them: the nearest first, each step in sort order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub succeeded_by: Vec<Successor>,
    /// Meetings, arrivals, departures, signings, statements, in sort order.
    pub itinerary: Vec<Stop>,
    /// What is odd.
    pub remarks: Vec<Remark>,
}

/// One person: for whom, and what they did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PersonView {
    /// The person.
    pub person: PersonId,
    /// The name that is shown for them, where names are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'static, str>>,
    /// Every name that an event gives them, in the order of the alphabet.
    pub names: Vec<String>,
    /// Every office that an event gives them, in the order of the alphabet.
    pub offices: Vec<String>,
    /// Every party that they appear for.
    pub parties: Vec<PartyId>,
    /// From where it was asked.
    pub token: Token,
    /// In sort order.
    pub itinerary: Vec<Stop>,
}

/// One thing that a party or person did or was part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stop {
    /// When, as its source wrote it.
    pub occurred: String,
    /// Whether it has happened by `as_of`.
    pub answer: Answer,
    /// The kind of the event.
    pub kind: Kind,
    /// The part played: `participant`, `host`, `in_lieu_of`, `traveller`, `welcomed_by`, `signatory`, `speaker`.
    pub role: Cow<'static, str>,
    /// For whom.
    pub party: Option<PartyId>,
    /// Who, as the event names them.
    pub person: Option<Person>,
    /// The name that is shown for them, where names are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_name: Option<Cow<'static, str>>,
    /// At which level.
    pub level: Option<Level>,
    /// Whether they took part, for a meeting.
    pub presence: Option<PresenceAnswer>,
    /// The organisation.
    pub organisation: Option<OrganisationId>,
    /// The meeting.
    pub meeting: Option<MeetingId>,
    /// The instrument.
    pub instrument: Option<InstrumentId>,
    /// Where.
    pub place: Option<String>,
    /// What was said, for a statement.
    pub words: Option<String>,
    /// The rank of the claim.
    pub authority: Authority,
    /// Who says so.
    pub attribution: Vec<Attribution>,
    /// The event.
    pub event: EventId,
}
