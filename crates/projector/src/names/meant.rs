//! What is meant by a name where an identifier is expected.

use crate::answer::{Hit, MatchedBy};

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
    /// What is meant, of what was found. Only a whole name or identifier means something, however it is written.
    pub fn of(hits: &'h [Hit]) -> Self {
        let called: Vec<&Hit> =
            hits.iter().filter(|hit| matches!(hit.by, MatchedBy::Identifier | MatchedBy::Name)).collect();
        let borne: Vec<&Hit> = called.iter().copied().filter(|hit| hit.is_borne()).collect();
        let these = if borne.is_empty() { called } else { borne };
        match these.as_slice() {
            [] => Self::Nothing,
            [one] => Self::One(one),
            _ => Self::Several(these),
        }
    }
}
