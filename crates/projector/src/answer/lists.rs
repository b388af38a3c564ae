//! What the chronicle names, a row each: for who looks for something to ask about.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use summit::{MeetingForm, MeetingId, OrganisationId, PartyId, PersonId, Phase, Status};

use super::{Count, Dated, InstrumentRow, MeetingInfo, StatementRow, Successor, Token};

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrganisationRow {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The name that is shown for it, where names are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'static, str>>,
    /// Parties by status.
    pub counts: BTreeMap<Status, Count>,
    /// How many meetings belong to it.
    pub meetings: usize,
    /// Organisations that took its place or came out of it, in sort order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub succeeded_by: Vec<Successor>,
}

/// A meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MeetingRow {
    /// The meeting.
    pub meeting: MeetingId,
    /// Its title.
    pub title: Option<String>,
    /// Its form.
    pub form: Option<MeetingForm>,
    /// Its phase.
    pub phase: Option<Phase>,
    /// From its first to its last day, as far as stated.
    pub held: Option<Dated>,
    /// Where.
    pub place: Option<String>,
    /// The organisations it belongs to.
    pub organisations: Vec<OrganisationId>,
}

/// A party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartyRow {
    /// The party.
    pub party: PartyId,
    /// The name that is shown for it; where no names are asked for, that in ISO 3166.
    pub name: Option<Cow<'static, str>>,
    /// Where it holds a status, surely or possibly.
    pub organisations: Vec<OrganisationId>,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PersonRow {
    /// The person.
    pub person: PersonId,
    /// The name that is shown for them, where names are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'static, str>>,
    /// Every name that an event gives them, in the order of the alphabet.
    pub names: Vec<String>,
    /// Every office that an event gives them, in the order of the alphabet.
    pub offices: Vec<String>,
}

/// One meeting, with what was signed and said there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MeetingView {
    /// The meeting.
    pub meeting: MeetingId,
    /// From where it was asked.
    pub token: Token,
    /// What is said of it.
    pub meeting_info: MeetingInfo,
    /// Meetings that are parts of this one, however deep.
    pub parts: Vec<MeetingId>,
    /// Meetings that some event calls held on its sidelines.
    pub sidelines: Vec<MeetingId>,
    /// Acts at this meeting, by instrument.
    pub instruments: Vec<InstrumentRow>,
    /// What was said there, in sort order.
    pub statements: Vec<StatementRow>,
}

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Statements {
    /// From where it was asked.
    pub token: Token,
    /// In sort order.
    pub statements: Vec<StatementRow>,
}
