//! Memberships: who holds which status, since when, and how sure that is.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use summit::{Answer, Attribution, Authority, EventId, OrganisationId, PartyId, Range, Rung, Status, SuccessionManner};

use super::Token;

/// Who holds which status in an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Members {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The name that is shown for it, where names are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'static, str>>,
    /// From where it was asked.
    pub token: Token,
    /// Parties by status.
    pub counts: BTreeMap<Status, Count>,
    /// One row for each spell that is neither *no* nor `none`, by party, then start.
    pub parties: Vec<Row>,
    /// Organisations that took the place of this one or came out of it, and those after them: the nearest first, each step
    /// in sort order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub succeeded_by: Vec<Successor>,
    /// What is odd.
    pub remarks: Vec<Remark>,
}

/// How many parties: a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Count {
    /// Surely.
    pub yes: usize,
    /// The record allows both.
    pub possibly: usize,
}

/// An answer about one party, which may never have been spoken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stated {
    /// Surely.
    Yes,
    /// The record allows both.
    Possibly,
    /// Surely not.
    No,
    /// No event speaks of it.
    NotStated,
}

impl From<Answer> for Stated {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Yes => Self::Yes,
            Answer::Possibly => Self::Possibly,
            Answer::No => Self::No,
        }
    }
}

impl Stated {
    /// The word: `yes`, `possibly`, `no`, `not_stated`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Possibly => "possibly",
            Self::No => "no",
            Self::NotStated => "not_stated",
        }
    }
}

/// One party with one status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    /// The party.
    pub party: PartyId,
    /// The name that is shown for it, where names are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'static, str>>,
    /// The status; nothing where none is held or stated.
    pub status: Option<Status>,
    /// Whether it is held.
    pub answer: Stated,
    /// How it began.
    pub since: Option<Dated>,
    /// How it ended, or will.
    pub until: Option<Dated>,
    /// Whether its rights are suspended.
    pub suspended: Answer,
    /// Whether sources disagree.
    pub contested: bool,
    /// Claims that say otherwise.
    pub competing: Vec<Competing>,
    /// Events that suffice for this row, in sort order.
    pub evidence: Vec<EventId>,
}

/// A time, as EDTF and as its bounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dated {
    /// As its source wrote it, or the shortest EDTF with these bounds.
    pub edtf: String,
    /// The earliest moment; nothing where there is none.
    pub earliest: Option<String>,
    /// The latest moment; nothing where there is none.
    pub latest: Option<String>,
}

impl Dated {
    /// A range, as `text` where its source wrote one.
    pub fn new(text: Option<&str>, range: &Range) -> Self {
        let bound = |moment: summit::Moment| moment.is_bounded().then(|| moment.to_string());
        Self {
            edtf: text.map_or_else(|| range.to_string(), ToOwned::to_owned),
            earliest: bound(range.earliest),
            latest: bound(range.latest),
        }
    }
}

/// A claim that says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Competing {
    /// When it says the change was, or that it looked.
    pub date: String,
    /// Its rank.
    pub authority: Authority,
    /// Who says so.
    pub attribution: Vec<Attribution>,
    /// The event.
    pub event: EventId,
}

/// Something odd. Folding never fails: it remarks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Remark {
    /// Its kind, in words of the design, such as `contested`.
    pub kind: Cow<'static, str>,
    /// What is odd, in a sentence.
    pub text: String,
    /// The events that it rests on, in sort order.
    pub events: Vec<EventId>,
}

/// Everything odd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Remarks {
    /// The organisation asked for; nothing: all.
    pub organisation: Option<OrganisationId>,
    /// From where it was asked.
    pub token: Token,
    /// The remarks.
    pub remarks: Vec<Remark>,
}

/// All spells of the parties of an organisation, past, present and announced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Timeline {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The name that is shown for it, where names are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'static, str>>,
    /// From where it was asked.
    pub token: Token,
    /// When it came into being, where that is stated.
    pub founded: Option<Dated>,
    /// Organisations whose place this one took, and those before them: the nearest first, each step in sort order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub succeeds: Vec<Successor>,
    /// Organisations that took the place of this one or came out of it, and those after them: the nearest first, each step
    /// in sort order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub succeeded_by: Vec<Successor>,
    /// By party.
    pub parties: Vec<PartyTimeline>,
    /// What is odd.
    pub remarks: Vec<Remark>,
}

/// All spells of one party in one organisation, and its ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartyTimeline {
    /// The party.
    pub party: PartyId,
    /// The name that is shown for it, where names are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'static, str>>,
    /// In their order; `none` says that no status is held.
    pub spells: Vec<SpellRow>,
    /// Rungs of the ladder, in sort order.
    pub steps: Vec<StepRow>,
    /// Whose place it took there, and those before them: the nearest first, each step in sort order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub succeeds: Vec<Successor>,
    /// Who took its place there or came out of it, and those after them: the nearest first, each step in sort order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub succeeded_by: Vec<Successor>,
}

/// All spells of a party in one organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Membership {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The name that is shown for it, where names are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'static, str>>,
    /// In their order; `none` says that no status is held.
    pub spells: Vec<SpellRow>,
    /// Rungs of the ladder, in sort order.
    pub steps: Vec<StepRow>,
    /// Whose place it took there, and those before them: the nearest first, each step in sort order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub succeeds: Vec<Successor>,
    /// Who took its place there or came out of it, and those after them: the nearest first, each step in sort order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub succeeded_by: Vec<Successor>,
}

/// A time during which one status is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SpellRow {
    /// The status, or `none`.
    pub status: Status,
    /// Whether it is held at the vantage.
    pub answer: Answer,
    /// How it began.
    pub since: Dated,
    /// How it ended, or will.
    pub until: Option<Dated>,
    /// When rights were suspended.
    pub suspensions: Vec<Period>,
    /// Whether sources disagree.
    pub contested: bool,
    /// Claims that say otherwise.
    pub competing: Vec<Competing>,
    /// Events that suffice for this spell, in sort order.
    pub evidence: Vec<EventId>,
}

/// One that came before or after another: a party or an organisation; neither where what was before left no heir.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Successor {
    /// The party, where it is told of a party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
    /// The organisation, where it is told of an organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// Whom it came before or after, where that is not the one that is asked about but another link of the chain: a party, or
    /// an organisation by its slug.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<PartyId>,
    /// How one takes the place of the other.
    pub manner: SuccessionManner,
    /// When, as its source wrote it.
    pub occurred: String,
    /// Whether it has happened by `as_of`.
    pub answer: Answer,
    /// The one organisation in which it holds, where not in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_in: Option<OrganisationId>,
    /// The rank of the claim.
    pub authority: Authority,
    /// Who says so.
    pub attribution: Vec<Attribution>,
    /// The event.
    pub event: EventId,
}

/// A part of a spell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Period {
    /// How it began.
    pub since: Dated,
    /// How it ended; nothing while it lasts.
    pub until: Option<Dated>,
}

/// A rung of the ladder to a status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StepRow {
    /// The status at the top of the ladder.
    pub towards: Status,
    /// The rung.
    pub step: Rung,
    /// When.
    pub occurred: String,
    /// Who says so.
    pub attribution: Vec<Attribution>,
    /// The event.
    pub event: EventId,
}
