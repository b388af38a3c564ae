//! Entries to test with.

use std::ops::RangeInclusive;

use bytes::Bytes;
use chronicle::{Entry, ID_HEADER};
use jiff::Timestamp;
use proptest::prelude::*;
use summit::Position;

/// The entry that tests store at a position.
pub(super) fn entry(number: u64) -> Entry {
    let id = format!("00000000-0000-4000-8000-{number:012}");
    let headers = [("Content-Type", "application/cloudevents+json"), (ID_HEADER, &id)];
    Entry {
        position: Position::new(number),
        stored_at: Timestamp::from_nanosecond(1_720_119_600_000_000_007 + i128::from(number)).expect("a time"),
        subject: "chronicle.event.sco.-.admission".to_owned(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        bytes: format!("{{\"number\":{number}}}").into(),
    }
}

pub(super) fn entries(numbers: RangeInclusive<u64>) -> Vec<Entry> {
    numbers.map(entry).collect()
}

/// Any entries at consecutive positions.
pub(super) fn some_entries() -> impl Strategy<Value = Vec<Entry>> {
    let headers = prop::collection::vec((".{0,8}", ".{0,8}"), 0..3);
    let bytes = prop::collection::vec(any::<u8>(), 0..60);
    let one = (-9_000_000_000_i64..9_000_000_000, 0..1_000_000_000_i32, ".{0,12}", headers, bytes);
    (1..1000_u64, prop::collection::vec(one, 1..12)).prop_map(|(first, made)| {
        let made = (first..).zip(made);
        let entry = |(number, (seconds, nanoseconds, subject, headers, bytes))| Entry {
            position: Position::new(number),
            stored_at: Timestamp::new(seconds, nanoseconds).expect("within reach"),
            subject,
            headers,
            bytes: Bytes::from(bytes),
        };
        made.map(entry).collect()
    })
}
