//! Instruments and the acts on them; statements.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use summit::{
    Act, Answer, Attribution, Authority, Certainty, EventId, InstrumentForm, InstrumentId, MeetingId, OrganisationId,
    PartyId, Person, StatementMode,
};

use super::Token;

/// Instruments and what was done to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Signings {
    /// From where it was asked.
    pub token: Token,
    /// By instrument.
    pub instruments: Vec<InstrumentRow>,
}

/// One instrument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InstrumentRow {
    /// The instrument.
    pub instrument: InstrumentId,
    /// Its title, of the highest authority.
    pub title: Option<String>,
    /// Its form, of the highest authority.
    pub form: Option<InstrumentForm>,
    /// The acts, in sort order.
    pub acts: Vec<ActRow>,
}

/// One act on an instrument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActRow {
    /// What was done.
    pub act: Act,
    /// When, as its source wrote it.
    pub occurred: String,
    /// Whether it has happened by `as_of`.
    pub answer: Answer,
    /// The organisation.
    pub organisation: Option<OrganisationId>,
    /// The meeting.
    pub meeting: Option<MeetingId>,
    /// Who did it, as far as stated.
    pub signatories: Vec<SignatoryRow>,
    /// Whether those are all.
    pub signatories_complete: bool,
    /// How the claim is meant.
    pub certainty: Certainty,
    /// The rank of the claim.
    pub authority: Authority,
    /// Who says so.
    pub attribution: Vec<Attribution>,
    /// The event.
    pub event: EventId,
}

/// Who did an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Signatory")]
pub struct SignatoryRow {
    /// For whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
    /// Through whom, as the event names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    /// The name that is shown for them, where names are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_name: Option<Cow<'static, str>>,
}

/// Something said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatementRow {
    /// When, as its source wrote it.
    pub occurred: String,
    /// Whether it has happened by `as_of`.
    pub answer: Answer,
    /// Who said it, as the event names them; nothing: the source itself.
    pub speaker: Option<Person>,
    /// The name that is shown for them, where names are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker_name: Option<Cow<'static, str>>,
    /// For which party.
    pub party: Option<PartyId>,
    /// What was said.
    pub words: String,
    /// Word for word or not.
    pub mode: Option<StatementMode>,
    /// How the claim is meant.
    pub certainty: Certainty,
    /// The organisation.
    pub organisation: Option<OrganisationId>,
    /// The meeting.
    pub meeting: Option<MeetingId>,
    /// The rank of the claim.
    pub authority: Authority,
    /// Who says so.
    pub attribution: Vec<Attribution>,
    /// The event.
    pub event: EventId,
}
