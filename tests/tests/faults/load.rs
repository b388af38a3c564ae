//! The events that are published meanwhile: few parties of which much is said, so that order shows.

use serde_json::{Value, json};
use tests::checker::{Intent, hash};

/// Parties of each producer's organisation.
const PARTIES: u64 = 40;
/// Meetings of each producer's organisation.
const MEETINGS: u64 = 6;
/// Every so manieth event is about a meeting.
const MEETING_EVERY: u64 = 10;

/// An event, and what is written down before it is published.
pub(crate) struct Event {
    pub(crate) line: String,
    pub(crate) intent: Intent,
}

/// The id of a producer's event.
pub(crate) fn id(producer: u64, number: u64) -> String {
    format!("00000000-0000-4000-8{producer:03}-{number:012}")
}

/// The organisation of which a producer tells.
pub(crate) fn organisation(producer: u64) -> String {
    format!("org-{producer}")
}

/// The last day on which the event may happen that bears this number.
pub(crate) fn day(number: u64) -> String {
    let round = number / PARTIES;
    let (year, month, day) = (1900 + round / 336 % 120, 1 + round / 28 % 12, 1 + round % 28);
    format!("{year}-{month:02}-{day:02}")
}

/// The event number `n` of a producer: each party is admitted and withdraws in turn, every time a day later.
pub(crate) fn event(producer: u64, number: u64) -> Event {
    let (party, round) = (format!("party-{}", number % PARTIES), number / PARTIES);
    let mut data = json!({
        "occurred": day(number), "attribution": [{"name": format!("desk {producer}")}],
        "organisation": organisation(producer), "party": party,
    });
    let kind = if number % MEETING_EVERY == MEETING_EVERY - 1 {
        let meeting = number / MEETING_EVERY % MEETINGS;
        data["meeting"] = format!("meeting-{producer}-{meeting}").into();
        data["presence"] = if round.is_multiple_of(2) { "present" } else { "absent" }.into();
        "attendance"
    } else if round.is_multiple_of(2) {
        "admission"
    } else {
        "withdrawal"
    };
    let document: Value = json!({
        "specversion": "1.0", "id": id(producer, number), "source": format!("/desks/{producer}"),
        "type": format!("chronicle.{kind}.v1"), "recordedtime": "2026-01-01T00:00:00Z", "data": data,
    });
    let line = document.to_string();
    let producer = format!("producer {producer}");
    let intent = Intent { producer, id: id_of(&document), hash: hash(line.as_bytes()) };
    Event { line, intent }
}

fn id_of(document: &Value) -> String {
    document["id"].as_str().expect("an id").to_owned()
}
