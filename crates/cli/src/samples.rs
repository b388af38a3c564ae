//! The report of the demo as a log and an index, for tests.

use chronicle::{Draft, Entry};
use jiff::Timestamp;
use projector::Index;
use summit::Position;
use wire::Document;

use crate::command::demo::REPORT;

/// Fixed, so that golden texts stay.
pub(crate) const TODAY: jiff::civil::Date = jiff::civil::date(2026, 1, 5);

pub(crate) fn astana_drafts() -> Vec<Draft> {
    let documents = REPORT.lines().map(|line| Document::decode(line.as_bytes()).expect("the report is well-formed"));
    let draft = |document: Document| {
        let event = document.event();
        let (id, subject) = (event.id, wire::subject(event, event.shared.organisation.as_ref()));
        Draft { id, subject, headers: vec![], bytes: document.encode().into() }
    };
    documents.map(draft).collect()
}

/// The report at positions 1, 2, 3 …
pub(crate) fn astana() -> Index {
    let mut index = Index::new();
    for (number, draft) in (1..).zip(astana_drafts()) {
        let Draft { subject, bytes, .. } = draft;
        let (position, stored_at) = (Position::new(number), Timestamp::UNIX_EPOCH);
        index.append(&Entry { position, stored_at, subject, headers: vec![], bytes });
    }
    index
}
