//! What is meant by a name where an identifier is expected.

use crate::answer::{Found, Hit, MatchedBy};

/// What is meant by a text, of what it was found to fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant<'h> {
    /// One thing: the only one that bears the name, or else the only one that ever did.
    One(&'h Hit),
    /// Several bear it.
    Several(Vec<&'h Hit>),
    /// Nothing bears it.
    Nothing,
}

impl<'h> Meant<'h> {
    /// What is meant, of what was found. Only a whole name or identifier means something, however it is written; an
    /// identifier in other letters does not, where something bears the name at the vantage.
    pub fn of(found: &'h Found) -> Self {
        let called: Vec<&Hit> =
            found.hits.iter().filter(|hit| matches!(hit.by, MatchedBy::Identifier | MatchedBy::Name)).collect();
        let written = |hit: &&Hit| hit.by == MatchedBy::Identifier && hit.identifier() == found.text.trim();
        if let Some(one) = called.iter().copied().find(written) {
            return Self::One(one);
        }
        let mut borne: Vec<&Hit> = called.iter().copied().filter(|hit| hit.is_borne()).collect();
        if borne.iter().any(|hit| hit.matched.is_some()) {
            borne.retain(|hit| hit.matched.is_some());
        }
        let these = if borne.is_empty() { called } else { borne };
        match these.as_slice() {
            [] => Self::Nothing,
            [one] => Self::One(one),
            _ => Self::Several(these),
        }
    }
}
