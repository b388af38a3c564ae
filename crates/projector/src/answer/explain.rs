//! Why the view says so, and what changed in what is known.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use summit::{Answer, Attribution, Authority, EventId, Kind, OrganisationId, PartyId, Position, Status};

use super::{Dated, SpellRow, StepRow, Token};

/// Why the view says what it says of one party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Explanation {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The party.
    pub party: PartyId,
    /// From where it was asked.
    pub token: Token,
    /// Spell by spell.
    pub spells: Vec<Explained>,
    /// Rungs of the ladder, which change no status.
    pub steps: Vec<StepRow>,
    /// Claims that do not count, and what took them out of effect.
    pub taken_back: Vec<TakenBack>,
}

/// Why one spell is as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Explained {
    /// The status, or `none`.
    pub status: Status,
    /// Whether it is held at the vantage.
    pub answer: Answer,
    /// How it began.
    pub since: Dated,
    /// How it ended, or will.
    pub until: Option<Dated>,
    /// Whether sources disagree.
    pub contested: bool,
    /// The rule that dates its start, in a sentence.
    pub rule: String,
    /// Every claim of it, in sort order.
    pub claims: Vec<Weighed>,
}

/// A claim and what it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Weighed {
    /// The event.
    pub event: EventId,
    /// Its kind.
    pub kind: Kind,
    /// What it did.
    pub role: Role,
    /// The status that it claims, or `none`.
    pub status: Status,
    /// When, as its source wrote it.
    pub occurred: String,
    /// The rank of the claim.
    pub authority: Authority,
    /// Who says so.
    pub attribution: Vec<Attribution>,
    /// When it was put on record.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub recorded_at: Timestamp,
    /// Where it stands in the chronicle.
    pub position: Position,
}

/// What a claim did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It dates the start.
    Dates,
    /// It agrees with the claim that dates the start.
    Supports,
    /// It says the same status and dates nothing.
    Agrees,
    /// It dates the start otherwise, and lost.
    Competes,
    /// A weaker standing that says another status.
    Contradicts,
}

impl Role {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dates => "dates",
            Self::Supports => "supports",
            Self::Agrees => "agrees",
            Self::Competes => "competes",
            Self::Contradicts => "contradicts",
        }
    }
}

/// A claim that does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TakenBack {
    /// The claim.
    pub event: EventId,
    /// Its kind.
    pub kind: Kind,
    /// When, as its source wrote it.
    pub occurred: String,
    /// The events that took it out of effect.
    pub by: Vec<EventId>,
}

/// What changed in what is known of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Diff {
    /// The organisation.
    pub organisation: OrganisationId,
    /// From where the former answer was given.
    pub from: Token,
    /// From where the later answer was given.
    pub to: Token,
    /// By party.
    pub changes: Vec<Difference>,
}

/// What changed for one party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// The party.
    pub party: PartyId,
    /// All its spells as they were known.
    pub before: Vec<SpellRow>,
    /// All its spells as they became known.
    pub after: Vec<SpellRow>,
    /// The events that came on record in between and bear on this party, in order of position.
    pub causes: Vec<EventId>,
}
