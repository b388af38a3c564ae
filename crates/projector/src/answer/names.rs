//! Names: what something is called, since when, and who says so.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use summit::{Answer, Attribution, Authority, EventId, NameForm, Named};

use super::{Dated, Token};

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
