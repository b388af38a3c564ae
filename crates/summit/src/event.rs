//! Events: what a source claims to have happened.

use std::borrow::Cow;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::id::{Capacity, EventId, InstrumentId, MeetingId, OrganisationId, PartyId, PersonId, Status, Tallied};
use crate::time::When;
pub use crate::words::{
    Act, AdmissionManner, Authority, Certainty, InstrumentForm, Kind, Level, MeetingForm, Mode, NameForm, Phase,
    Presence, Qualifier, Rung, StatementMode, SuccessionManner, TravelScope, WithdrawalManner,
};

/// The largest document that may say an event, in bytes. Headers of its transport come on top.
pub const MAX_DOCUMENT_BYTES: usize = 65_536;

/// A claimed happening, with who claims it and when it was put on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The same id is the same event.
    pub id: EventId,
    /// The desk that publishes: a URI reference such as `/desks/astana`.
    pub source: String,
    /// The instant of the occurrence, only where it is really known. Shown, never folded.
    pub time: Option<Timestamp>,
    /// When the source put the claim on record.
    pub recorded_at: Option<Timestamp>,
    /// The event that this one replaces.
    pub corrects: Option<EventId>,
    /// What every kind may say.
    pub shared: Shared,
    /// What its kind says.
    pub content: Content,
}

impl Event {
    /// The kind of the event.
    pub const fn kind(&self) -> Kind {
        self.content.kind()
    }

    /// The events that this one takes out of effect.
    pub fn targets(&self) -> impl Iterator<Item = EventId> {
        let retracted = match &self.content {
            Content::Retraction(retraction) => Some(retraction.retracts),
            Content::Founding(_)
            | Content::Admission(_)
            | Content::Standing(_)
            | Content::Step(_)
            | Content::Suspension(_)
            | Content::Reinstatement(_)
            | Content::Withdrawal(_)
            | Content::Reclassification(_)
            | Content::Meeting(_)
            | Content::Arrival(_)
            | Content::Departure(_)
            | Content::Attendance(_)
            | Content::Signing(_)
            | Content::Statement(_)
            | Content::Tally(_)
            | Content::Naming(_)
            | Content::Succession(_) => None,
        };
        self.corrects.into_iter().chain(retracted)
    }
}

/// The fields that every kind shares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Shared {
    /// When it occurred.
    pub occurred: When,
    /// IANA time zone of the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Place in the order of one day; absent sorts as 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<i64>,
    /// Who says so, nearest first; never empty.
    #[schemars(length(min = 1))]
    pub attribution: Vec<Attribution>,
    /// The rank of the claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<Authority>,
    /// How it is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certainty: Option<Certainty>,
    /// The organisation it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// The meeting it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meeting: Option<MeetingId>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Shared {
    /// The rank of the claim, `unverified` where none is stated.
    pub fn authority(&self) -> Authority {
        self.authority.unwrap_or(Authority::Unverified)
    }
}

/// One link of the chain of who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attribution {
    /// The source's name.
    pub name: String,
    /// Where it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A person as a source names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The slug; where the source gives none, that of the name.
    #[schemars(with = "Option<PersonId>")]
    pub id: PersonId,
    /// The office held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office: Option<String>,
}

macro_rules! contents {
    ($($(#[$doc:meta])* $kind:ident { $($(#[$field_doc:meta])* $([$serde:meta])? $field:ident : $type:ty,)* })+) => {
        $(
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
            $(#[$doc])*
            pub struct $kind {
                $($(#[$field_doc])* $(#[$serde])? pub $field: $type,)*
            }
        )+
    };
}

contents! {
    /// An organisation comes into being.
    Founding {
        /// Its name.
        [serde(skip_serializing_if = "Option::is_none")] name: Option<String>,
    }
    /// A party holds a status from then on.
    Admission {
        /// The party.
        party: PartyId,
        /// The status; `member` where none is stated, never `none`.
        #[schemars(default = "Status::member", extend("not" = { "const": "none" }))]
        status: Status,
        /// How it was gained.
        [serde(skip_serializing_if = "Option::is_none")] manner: Option<AdmissionManner>,
        /// The instrument that says so.
        [serde(skip_serializing_if = "Option::is_none")] instrument: Option<InstrumentId>,
    }
    /// The last time a source looked, and what it said then.
    Previous {
        /// When it looked.
        occurred: When,
        /// What it said.
        status: Status,
    }
    /// A party holds a status at that time.
    Standing {
        /// The party.
        party: PartyId,
        /// The status, or `none`.
        status: Status,
        /// The last time this source looked.
        [serde(skip_serializing_if = "Option::is_none")] previous: Option<Previous>,
    }
    /// One rung of the ladder to a status.
    Step {
        /// The party.
        party: PartyId,
        /// The status at the top of the ladder.
        towards: Status,
        /// The rung.
        step: Rung,
    }
    /// Rights are suspended, or restored.
    Suspension {
        /// The party.
        party: PartyId,
        /// Which rights, in words.
        [serde(skip_serializing_if = "Option::is_none")] scope: Option<String>,
    }
    /// A status ends.
    Withdrawal {
        /// The party.
        party: PartyId,
        /// How.
        [serde(skip_serializing_if = "Option::is_none")] manner: Option<WithdrawalManner>,
    }
    /// An organisation replaces statuses for all who hold them.
    Reclassification {
        /// The statuses replaced.
        #[schemars(length(min = 1))]
        from: Vec<Status>,
        /// The status that replaces them.
        to: Status,
    }
    /// A meeting, ceremony, photo or briefing; which one is among the shared fields.
    Meeting {
        /// Its form.
        [serde(skip_serializing_if = "Option::is_none")] form: Option<MeetingForm>,
        /// Its phase.
        [serde(skip_serializing_if = "Option::is_none")] phase: Option<Phase>,
        /// Its title.
        [serde(skip_serializing_if = "Option::is_none")] title: Option<String>,
        /// Its theme.
        [serde(skip_serializing_if = "Option::is_none")] theme: Option<String>,
        /// Who hosts it.
        [serde(skip_serializing_if = "Option::is_none")] host: Option<PartyId>,
        /// The building or room.
        [serde(skip_serializing_if = "Option::is_none")] venue: Option<String>,
        /// How it is held.
        [serde(skip_serializing_if = "Option::is_none")] mode: Option<Mode>,
        /// The meeting that it is a part of.
        [serde(skip_serializing_if = "Option::is_none")] part_of: Option<MeetingId>,
        /// The meeting on whose sidelines it is held.
        [serde(skip_serializing_if = "Option::is_none")] sidelines_of: Option<MeetingId>,
        /// Who took part.
        [serde(skip_serializing_if = "Vec::is_empty", default)] participants: Vec<Participation>,
    }
    /// A delegation or person reaches or leaves a place.
    Travel {
        /// The party.
        [serde(skip_serializing_if = "Option::is_none")] party: Option<PartyId>,
        /// Words for unnamed ones.
        [serde(skip_serializing_if = "Option::is_none")] group: Option<String>,
        /// The person.
        [serde(skip_serializing_if = "Option::is_none")] person: Option<Person>,
        /// The level.
        [serde(skip_serializing_if = "Option::is_none")] level: Option<Level>,
        /// What is reached or left.
        [serde(skip_serializing_if = "Option::is_none")] scope: Option<TravelScope>,
        /// Who welcomed them.
        [serde(skip_serializing_if = "Option::is_none")] welcomed_by: Option<Person>,
    }
    /// Who took part, and how; an entry of a meeting's participants too.
    #[schemars(extend("anyOf" = [{ "required": ["party"] }, { "required": ["group"] }]))]
    Participation {
        /// The party.
        [serde(skip_serializing_if = "Option::is_none")] party: Option<PartyId>,
        /// Words for unnamed ones.
        [serde(skip_serializing_if = "Option::is_none")] group: Option<String>,
        /// Whether they took part; `present` where not stated.
        [serde(skip_serializing_if = "Option::is_none")] presence: Option<Presence>,
        /// The person.
        [serde(skip_serializing_if = "Option::is_none")] person: Option<Person>,
        /// The level.
        [serde(skip_serializing_if = "Option::is_none")] level: Option<Level>,
        /// The capacity.
        [serde(skip_serializing_if = "Option::is_none")] capacity: Option<Capacity>,
        /// In the room or by video.
        [serde(skip_serializing_if = "Option::is_none")] mode: Option<Mode>,
        /// Whose place the person takes.
        [serde(skip_serializing_if = "Option::is_none")] in_lieu_of: Option<Person>,
        /// Whether the list that this belongs to is complete.
        [serde(skip_serializing_if = "Option::is_none")] complete: Option<bool>,
    }
    /// Who signs, for whom.
    #[derive(Deserialize)]
    Signatory {
        /// The party.
        [serde(skip_serializing_if = "Option::is_none")] party: Option<PartyId>,
        /// The person.
        [serde(skip_serializing_if = "Option::is_none")] person: Option<Person>,
    }
    /// An act on an instrument.
    Signing {
        /// The instrument.
        instrument: InstrumentId,
        /// Its title.
        [serde(skip_serializing_if = "Option::is_none")] title: Option<String>,
        /// Its form.
        [serde(skip_serializing_if = "Option::is_none")] form: Option<InstrumentForm>,
        /// What was done; `signature` where not stated.
        [serde(skip_serializing_if = "Option::is_none")] act: Option<Act>,
        /// Who did it.
        [serde(skip_serializing_if = "Vec::is_empty", default)] signatories: Vec<Signatory>,
        /// Whether those are all; no where not stated.
        [serde(skip_serializing_if = "Option::is_none")] signatories_complete: Option<bool>,
    }
    /// Someone says something.
    Statement {
        /// Who; absent: the source itself.
        [serde(skip_serializing_if = "Option::is_none")] speaker: Option<Person>,
        /// For which party.
        [serde(skip_serializing_if = "Option::is_none")] party: Option<PartyId>,
        /// What was said.
        words: String,
        /// Word for word or not.
        [serde(skip_serializing_if = "Option::is_none")] mode: Option<StatementMode>,
    }
    /// A source states a number.
    Tally {
        /// What is counted.
        what: Tallied,
        /// The number.
        value: i64,
        /// How it is meant; `exactly` where not stated.
        [serde(skip_serializing_if = "Option::is_none")] qualifier: Option<Qualifier>,
        /// Whether the source lists them all.
        [serde(skip_serializing_if = "Option::is_none")] list_complete: Option<bool>,
    }
    /// Something bears a name.
    Naming {
        /// What bears it.
        of: Named,
        /// The name.
        name: String,
        /// Its language (BCP 47).
        [serde(skip_serializing_if = "Option::is_none")] language: Option<String>,
        /// Its form.
        [serde(skip_serializing_if = "Option::is_none")] form: Option<NameForm>,
    }
    /// One takes the place of another.
    Succession {
        /// Who was there before: parties or organisations.
        #[schemars(length(min = 1))]
        from: Vec<PartyId>,
        /// Who comes after; nobody only where a dissolution leaves no heir.
        to: Vec<PartyId>,
        /// How.
        [serde(skip_serializing_if = "Option::is_none")] manner: Option<SuccessionManner>,
    }
    /// An earlier event is taken back.
    Retraction {
        /// The event taken back.
        retracts: EventId,
        /// Why.
        [serde(skip_serializing_if = "Option::is_none")] reason: Option<String>,
    }
}

/// What bears a name: exactly one of these.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Named {
    /// A party.
    Party(PartyId),
    /// An organisation.
    Organisation(OrganisationId),
    /// A meeting.
    Meeting(MeetingId),
    /// An instrument.
    Instrument(InstrumentId),
    /// A person.
    Person(PersonId),
}

impl JsonSchema for Named {
    fn schema_name() -> Cow<'static, str> {
        "Named".into()
    }

    /// The derived one would forbid every further field.
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What bears a name: exactly one of these.",
            "type": "object",
            "properties": {
                "party": generator.subschema_for::<PartyId>(),
                "organisation": generator.subschema_for::<OrganisationId>(),
                "meeting": generator.subschema_for::<MeetingId>(),
                "instrument": generator.subschema_for::<InstrumentId>(),
                "person": generator.subschema_for::<PersonId>(),
            },
            "oneOf": [
                { "required": ["party"] },
                { "required": ["organisation"] },
                { "required": ["meeting"] },
                { "required": ["instrument"] },
                { "required": ["person"] },
            ],
        })
    }
}

macro_rules! kinds {
    ($($kind:ident($type:ty),)+) => {
        /// What an event says, by its kind.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(untagged)]
        #[expect(missing_docs, reason = "each variant bears the name of the kind, which `Kind` documents")]
        pub enum Content {
            $($kind($type),)+
        }

        impl Content {
            /// The kind.
            pub const fn kind(&self) -> Kind {
                match self {
                    $(Self::$kind(_) => Kind::$kind,)+
                }
            }
        }
    };
}

kinds! {
    Founding(Founding),
    Admission(Admission),
    Standing(Standing),
    Step(Step),
    Suspension(Suspension),
    Reinstatement(Suspension),
    Withdrawal(Withdrawal),
    Reclassification(Reclassification),
    Meeting(Meeting),
    Arrival(Travel),
    Departure(Travel),
    Attendance(Participation),
    Signing(Signing),
    Statement(Statement),
    Tally(Tally),
    Naming(Naming),
    Succession(Succession),
    Retraction(Retraction),
}
