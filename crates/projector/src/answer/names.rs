//! Names: what something is called, since when, and who says so.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use summit::{Answer, Attribution, Authority, BadId, EventId, NameForm, Named};

use super::{Dated, Token};
use crate::view::Near;

/// Every name of one party, organisation, meeting, instrument or person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Names {
    /// What bears them.
    pub of: Named,
    /// From where it was asked.
    pub token: Token,
    /// The language that was wanted (BCP 47).
    pub language: String,
    /// The name that is shown; nothing where it has none.
    pub shown: Option<ShownName>,
    /// Past, present and to come, in the order in which they begin.
    pub names: Vec<Name>,
}

/// The one name of something that is shown at a vantage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShownName {
    /// The name.
    pub name: Cow<'static, str>,
    /// Its language (BCP 47), where stated.
    pub language: Option<Cow<'static, str>>,
    /// Its form, where stated.
    pub form: Option<NameForm>,
    /// Whether it is borne at the vantage. *No*: none is, and this is the next one, or else the last.
    pub answer: Answer,
    /// Whether other names are as good.
    pub contested: bool,
    /// The names that are as good, in the order of the alphabet.
    pub others: Vec<String>,
}

/// A name, and when it is borne.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Name {
    /// The name.
    pub name: Cow<'static, str>,
    /// Its language (BCP 47), where stated.
    pub language: Option<Cow<'static, str>>,
    /// Its form, where stated.
    pub form: Option<NameForm>,
    /// Whether it is borne at the vantage.
    pub answer: Answer,
    /// How it began; `../..` where nothing is said of that.
    pub since: Dated,
    /// How it ended, or will.
    pub until: Option<Dated>,
    /// The highest rank of the claims; nothing for a name that a standard gives, and no event.
    pub authority: Option<Authority>,
    /// Who says so, of these.
    pub attribution: Vec<Attribution>,
    /// The event that says so, of these.
    pub event: Option<EventId>,
    /// Whether sources disagree.
    pub contested: bool,
    /// Claims that say otherwise.
    pub competing: Vec<OtherName>,
    /// Events that suffice for this, in sort order.
    pub evidence: Vec<EventId>,
}

/// A claim that says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OtherName {
    /// The name that it gives.
    pub name: String,
    /// Since when, or when it was called so.
    pub date: String,
    /// Its rank.
    pub authority: Authority,
    /// Who says so.
    pub attribution: Vec<Attribution>,
    /// The event.
    pub event: EventId,
}

/// What is called by a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Found {
    /// What was looked for.
    pub text: String,
    /// From where it was asked.
    pub token: Token,
    /// The language in which names are shown, where they have one (BCP 47).
    pub language: String,
    /// What fits, the best first.
    pub hits: Vec<Hit>,
    /// Whether more fits than is answered.
    pub more: bool,
}

/// What bears names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// A party.
    Party,
    /// An organisation.
    Organisation,
    /// A meeting.
    Meeting,
    /// An instrument.
    Instrument,
    /// A person.
    Person,
}

impl What {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Party, Self::Organisation, Self::Meeting, Self::Instrument, Self::Person];

    /// What something is.
    pub const fn of(named: &Named) -> Self {
        match named {
            Named::Party(_) => Self::Party,
            Named::Organisation(_) => Self::Organisation,
            Named::Meeting(_) => Self::Meeting,
            Named::Instrument(_) => Self::Instrument,
            Named::Person(_) => Self::Person,
        }
    }

    /// What has an identifier; nothing where the text is none.
    pub fn named(self, identifier: &str) -> Option<Named> {
        match self {
            Self::Party => identifier.parse().ok().map(Named::Party),
            Self::Organisation => identifier.parse().ok().map(Named::Organisation),
            Self::Meeting => identifier.parse().ok().map(Named::Meeting),
            Self::Instrument => identifier.parse().ok().map(Named::Instrument),
            Self::Person => identifier.parse().ok().map(Named::Person),
        }
    }

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Party => "party",
            Self::Organisation => "organisation",
            Self::Meeting => "meeting",
            Self::Instrument => "instrument",
            Self::Person => "person",
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for What {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let allowed = "party, organisation, meeting, instrument or person";
        Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or_else(|| BadId::new(text, allowed))
    }
}

/// Something that is called by a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hit {
    /// What it is, and its identifier.
    pub of: Named,
    /// The name that is shown for it; nothing where it has none.
    pub name: Option<Cow<'static, str>>,
    /// How the text fits.
    pub by: MatchedBy,
    /// The name that the text fits, also where it is the identifier in other letters; nothing where it fits no name.
    pub matched: Option<Matched>,
}

impl Hit {
    /// Its identifier.
    pub fn identifier(&self) -> &str {
        match &self.of {
            Named::Party(name) => name.as_str(),
            Named::Organisation(name) => name.as_str(),
            Named::Meeting(name) => name.as_str(),
            Named::Instrument(name) => name.as_str(),
            Named::Person(name) => name.as_str(),
        }
    }

    /// What it is called where it may be meant.
    pub fn near(&self) -> Near {
        Near { identifier: self.identifier().to_owned(), name: self.name.as_ref().map(ToString::to_string) }
    }

    /// Whether it bears what the text fits, surely or possibly.
    pub fn is_borne(&self) -> bool {
        self.matched.as_ref().is_none_or(|name| name.answer != Answer::No)
    }
}

/// How a text fits a name, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MatchedBy {
    /// It is the identifier.
    Identifier,
    /// It is the name, but for case, accents and signs.
    Name,
    /// The name begins so.
    Beginning,
    /// Words of the name, or of the identifier, are or begin so.
    Words,
    /// It is spelt like the name.
    Alike,
}

/// The name that a text fits, and when it is borne.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Matched {
    /// The name.
    pub name: String,
    /// Its language (BCP 47), where stated.
    pub language: Option<String>,
    /// Its form, where stated.
    pub form: Option<NameForm>,
    /// Whether it is borne at the vantage.
    pub answer: Answer,
    /// How it began.
    pub since: Dated,
    /// How it ended, or will.
    pub until: Option<Dated>,
}
