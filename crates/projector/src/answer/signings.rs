//! Instruments and the acts on them; statements.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use summit::{
    Act, Answer, Attribution, Authority, Certainty, EventId, InstrumentForm, InstrumentId, MeetingId, OrganisationId,
    PartyId, Person, Signatory, StatementMode,
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
    pub signatories: Vec<Signatory>,
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

/// Something said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatementRow {
    /// When, as its source wrote it.
    pub occurred: String,
    /// Whether it has happened by `as_of`.
    pub answer: Answer,
    /// Who said it; nothing: the source itself.
    pub speaker: Option<Person>,
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
