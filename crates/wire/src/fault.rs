//! What is wrong with a document, field by field.

use std::fmt;

/// The most faults that a refusal names.
pub const MAX_FAULTS: usize = 100;
/// The most that a fault shows of a name or text that stood in the document, in characters.
const MAX_SHOWN_CHARS: usize = 80;

/// One fault: where it stands, what was found there and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The path of the field, such as `data.attribution[0].name`; empty for the document as a whole. An attribute goes
    /// by its name in either mode: `type`, whether it stood in the document or in a header `ce-type`.
    pub field: String,
    /// What stood there.
    pub found: String,
    /// What may stand there.
    pub allowed: String,
}

impl Fault {
    pub(crate) fn new(field: impl Into<String>, found: impl Into<String>, allowed: impl Into<String>) -> Self {
        Self { field: field.into(), found: found.into(), allowed: allowed.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = if self.field.is_empty() { "document" } else { &self.field };
        write!(f, "{field}: found {}, allowed is {}", self.found, self.allowed)
    }
}

/// So much of a text as a fault shows.
pub(crate) fn cut(text: &str) -> String {
    let mut shown: String = text.chars().take(MAX_SHOWN_CHARS).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// A text of the document as a fault shows it: cut, in quotes, its control characters escaped.
pub(crate) fn quoted(text: &str) -> String {
    format!("{:?}", cut(text))
}

/// A refused document with all its faults, at least one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct Refused {
    /// Every fault, in the order of the vocabulary's fields; of more than [`MAX_FAULTS`] the first ones.
    pub faults: Vec<Fault>,
}

impl Refused {
    pub(crate) fn new(mut faults: Vec<Fault>) -> Self {
        faults.truncate(MAX_FAULTS);
        Self { faults }
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self { faults: vec![fault] }
    }
}
