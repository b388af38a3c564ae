//! The report of the demo as an index, for tests.

use chronicle::Entry;
use jiff::Timestamp;
use jiff::civil::Date;
use projector::Index;
use summit::Position;
use wire::Document;

use crate::command::demo::REPORT;

/// Fixed, so that golden texts stay.
pub(crate) const TODAY: Date = jiff::civil::date(2026, 1, 5);

/// The line of the report whose id begins so.
pub(crate) fn line(prefix: &str) -> String {
    let begins = format!(r#""id": "{prefix}"#);
    REPORT.lines().find(|line| line.contains(&begins)).expect("the report has it").to_owned()
}

/// The report at positions 1, 2, 3 …
pub(crate) fn astana() -> Index {
    index(REPORT.lines())
}

/// Documents at positions 1, 2, 3 …
pub(crate) fn index<'l>(lines: impl Iterator<Item = &'l str>) -> Index {
    let mut index = Index::new();
    for (number, line) in (1..).zip(lines) {
        index.append(&Entry {
            position: Position::new(number),
            stored_at: Timestamp::UNIX_EPOCH,
            subject: subject(line),
            headers: vec![],
            bytes: line.to_owned().into(),
        });
    }
    index
}

/// Where a document is filed that a test has made.
pub(crate) fn subject(line: &str) -> String {
    let document = Document::decode(line.as_bytes()).expect("a good document");
    wire::subject(document.event(), None)
}
