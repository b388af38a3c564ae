//! Closed lists of words, in the order of the published vocabulary.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::BadId;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// Every word of the list, in its order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word as it is written.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(BadId::new(text, concat!("one of", $(" ", $word,)+))),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::written(deserializer)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "enum": [$($word),+] })
            }
        }
    };
}

words! {
    /// The kinds of events.
    Kind {
        /// An organisation comes into being.
        Founding = "founding",
        /// A party holds a status from then on.
        Admission = "admission",
        /// A party holds a status at that time; since when is not said.
        Standing = "standing",
        /// One rung of the ladder to a status.
        Step = "step",
        /// A status is held, its rights are suspended.
        Suspension = "suspension",
        /// Suspended rights are restored.
        Reinstatement = "reinstatement",
        /// A status ends.
        Withdrawal = "withdrawal",
        /// An organisation replaces statuses for all who hold them.
        Reclassification = "reclassification",
        /// A meeting, ceremony, photo or briefing.
        Meeting = "meeting",
        /// A delegation or person reaches a place.
        Arrival = "arrival",
        /// A delegation or person leaves a place.
        Departure = "departure",
        /// Who took part in a meeting, and how.
        Attendance = "attendance",
        /// An act on an instrument.
        Signing = "signing",
        /// Someone says something.
        Statement = "statement",
        /// A source states a number.
        Tally = "tally",
        /// Something bears a name.
        Naming = "naming",
        /// One takes the place of another.
        Succession = "succession",
        /// An earlier event is taken back.
        Retraction = "retraction",
    }
}

words! {
    /// The rank of a claim, from the weakest to the strongest.
    Authority {
        /// Nobody has checked it; the default.
        Unverified = "unverified",
        /// Reported by the press.
        Press = "press",
        /// A compiled and verified reference.
        Record = "record",
        /// The organisation or state itself.
        Official = "official",
    }
}

words! {
    /// How a claim is meant.
    Certainty {
        /// Said outright; the default.
        Asserted = "asserted",
        /// To be inferred from what is said.
        Implied = "implied",
        /// The source's own judgement.
        Editorial = "editorial",
    }
}

words! {
    /// The level of representation, in order of precedence; `leader` and `unknown` are imprecise.
    Level {
        /// Head of state.
        HeadOfState = "HS",
        /// Head of government.
        HeadOfGovernment = "HG",
        /// Acting head of state.
        ActingHeadOfState = "AHS",
        /// Acting head of government.
        ActingHeadOfGovernment = "AHG",
        /// Crown prince.
        CrownPrince = "CP",
        /// Vice-president.
        VicePresident = "VP",
        /// Deputy head of government.
        DeputyHeadOfGovernment = "DHG",
        /// Foreign minister.
        ForeignMinister = "FM",
        /// Another minister.
        Minister = "M",
        /// A dignitary who is neither head of state nor of government.
        HighRepresentative = "HIGHREP",
        /// Adviser with minister's rank.
        Adviser = "ADV",
        /// Deputy minister.
        DeputyMinister = "DM",
        /// Ambassador.
        Ambassador = "AMB",
        /// Head of an international organisation.
        OrganisationHead = "IOH",
        /// Deputy head of an international organisation.
        OrganisationDeputy = "IOD",
        /// Representative of an international organisation.
        OrganisationRepresentative = "IOREP",
        /// HS, HG, AHS, AHG or HIGHREP: the source does not say which.
        Leader = "leader",
        /// Not known.
        Unknown = "unknown",
    }
}

words! {
    /// Whether a delegation took part.
    Presence {
        /// It took part; the default.
        Present = "present",
        /// It was announced.
        Announced = "announced",
        /// It did not take part; with a level, not at that level.
        Absent = "absent",
    }
}

words! {
    /// How a delegation takes part, or a meeting is held.
    Mode {
        /// In the room.
        InPerson = "in_person",
        /// By video.
        Video = "video",
        /// Both; of meetings only.
        Hybrid = "hybrid",
    }
}

words! {
    /// How a status was gained.
    AdmissionManner {
        /// As a founder.
        Founding = "founding",
        /// By decision of the organisation.
        Granted = "granted",
        /// By accession.
        Accession = "accession",
        /// By succession.
        Succession = "succession",
    }
}

words! {
    /// How a status ended.
    WithdrawalManner {
        /// The party left.
        Withdrawn = "withdrawn",
        /// The organisation expelled it.
        Expelled = "expelled",
        /// It lapsed.
        Lapsed = "lapsed",
        /// The organisation was dissolved.
        Dissolved = "dissolved",
        /// The state ceased to exist.
        StateCeased = "state_ceased",
    }
}

words! {
    /// A rung of the ladder to a status.
    Rung {
        /// Applied for.
        Applied = "applied",
        /// Invited.
        Invited = "invited",
        /// The procedure was opened.
        ProcedureOpened = "procedure_opened",
        /// The obligations were signed.
        ObligationsSigned = "obligations_signed",
        /// Ratified.
        Ratified = "ratified",
        /// Decided.
        Decided = "decided",
        /// In effect.
        Effective = "effective",
    }
}

words! {
    /// The form of a meeting.
    MeetingForm {
        /// A summit.
        Summit = "summit",
        /// A plenary session.
        Plenary = "plenary",
        /// A session in restricted format.
        Restricted = "restricted",
        /// A session in expanded format.
        Expanded = "expanded",
        /// A meeting of two.
        Bilateral = "bilateral",
        /// A meeting of several.
        Multilateral = "multilateral",
        /// A ceremony.
        Ceremony = "ceremony",
        /// A photograph.
        Photo = "photo",
        /// A briefing.
        Briefing = "briefing",
        /// Another form.
        Other = "other",
    }
}

words! {
    /// The phase of a meeting.
    Phase {
        /// Announced.
        Announced = "announced",
        /// Opened.
        Opened = "opened",
        /// Held; the default.
        Held = "held",
        /// Closed.
        Closed = "closed",
        /// Postponed.
        Postponed = "postponed",
        /// Cancelled.
        Cancelled = "cancelled",
    }
}

words! {
    /// What is reached or left.
    TravelScope {
        /// The country.
        Country = "country",
        /// The city.
        City = "city",
        /// The venue.
        Venue = "venue",
    }
}

words! {
    /// The form of an instrument.
    InstrumentForm {
        /// A declaration.
        Declaration = "declaration",
        /// A treaty.
        Treaty = "treaty",
        /// A charter.
        Charter = "charter",
        /// An agreement.
        Agreement = "agreement",
        /// A memorandum.
        Memorandum = "memorandum",
        /// A decision.
        Decision = "decision",
        /// A protocol.
        Protocol = "protocol",
        /// A statement.
        Statement = "statement",
        /// Another form.
        Other = "other",
    }
}

words! {
    /// What is done to an instrument.
    Act {
        /// Signed; the default.
        Signature = "signature",
        /// Adopted.
        Adoption = "adoption",
        /// Ratified.
        Ratification = "ratification",
        /// Accepted.
        Acceptance = "acceptance",
        /// Approved.
        Approval = "approval",
        /// Acceded to.
        Accession = "accession",
        /// Succeeded to.
        Succession = "succession",
        /// Deposited.
        Deposit = "deposit",
        /// Entered into force.
        EntryIntoForce = "entry_into_force",
        /// Denounced.
        Denunciation = "denunciation",
        /// Terminated.
        Termination = "termination",
    }
}

words! {
    /// How words are given.
    StatementMode {
        /// Word for word.
        Quoted = "quoted",
        /// In the source's own words.
        Paraphrased = "paraphrased",
    }
}

words! {
    /// How a number is meant.
    Qualifier {
        /// Exactly.
        Exactly = "exactly",
        /// About.
        About = "about",
        /// More than.
        Over = "over",
        /// Not quite.
        Nearly = "nearly",
    }
}

words! {
    /// The form of a name.
    NameForm {
        /// Official.
        Official = "official",
        /// Short.
        Short = "short",
        /// An abbreviation.
        Abbreviation = "abbreviation",
        /// A former name.
        Former = "former",
        /// Another name.
        Alias = "alias",
    }
}

words! {
    /// How one takes the place of another.
    SuccessionManner {
        /// Continuation.
        Continuation = "continuation",
        /// Succession.
        Succession = "succession",
        /// Separation.
        Separation = "separation",
        /// Dissolution.
        Dissolution = "dissolution",
        /// Unification.
        Unification = "unification",
        /// Merger.
        Merger = "merger",
        /// Renaming.
        Renaming = "renaming",
    }
}
