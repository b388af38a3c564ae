//! Whose events are that are about to be published.

use projector::{Index, Record};
use serde_json::{Value, json};
use summit::{Event, OrganisationId, Position};
use wire::Document;

/// An event number `n` of a kind.
fn event(n: u64, kind: &str, data: &Value, corrects: Option<u64>) -> Event {
    let mut document = json!({
        "specversion": "1.0", "id": id(n), "source": "/desks/test", "type": format!("chronicle.{kind}.v1"),
        "data": {"occurred": "2024-07-04", "attribution": [{"name": "desk"}]},
    });
    for (name, value) in data.as_object().expect("fields") {
        document["data"][name] = value.clone();
    }
    if let Some(target) = corrects {
        document["corrects"] = json!(id(target));
    }
    Document::decode(document.to_string().as_bytes()).unwrap_or_else(|refused| panic!("{refused}")).event().clone()
}

fn id(n: u64) -> String {
    format!("00000000-0000-4000-8000-{n:012x}")
}

/// On record: a summit of one organisation, a session of it, and a name of another organisation.
fn index() -> Index {
    let mut index = Index::new();
    let events = [
        event(1, "meeting", &json!({"meeting": "summit", "organisation": "sco"}), None),
        event(2, "meeting", &json!({"meeting": "session", "part_of": "summit"}), None),
        event(3, "naming", &json!({"of": {"organisation": "csto"}, "name": "Collective Security"}), None),
        event(4, "arrival", &json!({"party": "KAZ"}), None),
    ];
    for (position, event) in (1..).zip(events) {
        let stored_at = "2024-07-05T00:00:00Z".parse().expect("an instant");
        index.record(Record { position: Position::new(position), stored_at, event });
    }
    index
}

/// Of each event its organisations, and the targets of which nothing is known.
fn told(index: &Index, events: &[Event]) -> Vec<(String, usize)> {
    let owners = index.owners(events);
    let names =
        |one: &projector::Owners| one.organisations.iter().map(OrganisationId::as_str).collect::<Vec<_>>().join(" ");
    owners.iter().map(|one| (names(one), one.unknown.len())).collect()
}

#[track_caller]
fn belongs(event: Event, organisations: &str, unknown: usize) {
    assert_eq!(told(&index(), &[event]), [(organisations.to_owned(), unknown)]);
}

#[test]
fn an_event_is_of_those_it_names_and_those_of_its_meeting() {
    belongs(event(9, "admission", &json!({"organisation": "cis", "party": "BLR"}), None), "cis", 0);
    belongs(event(9, "attendance", &json!({"meeting": "session", "party": "KAZ"}), None), "sco", 0);
    belongs(
        event(9, "attendance", &json!({"meeting": "session", "party": "KAZ", "organisation": "cis"}), None),
        "cis sco",
        0,
    );
    belongs(
        event(9, "meeting", &json!({"meeting": "talks", "sidelines_of": "summit", "organisation": "cis"}), None),
        "cis sco",
        0,
    );
    belongs(event(9, "naming", &json!({"of": {"meeting": "session"}, "name": "Plenary"}), None), "sco", 0);
    belongs(event(9, "naming", &json!({"of": {"organisation": "csto"}, "name": "CSTO"}), None), "csto", 0);
    belongs(event(9, "arrival", &json!({"party": "KAZ"}), None), "", 0);
    belongs(event(9, "attendance", &json!({"meeting": "elsewhere", "party": "KAZ"}), None), "", 0);
}

#[test]
fn a_correction_is_of_those_of_its_target_too_and_says_which_target_is_nobodys() {
    let admission = json!({"organisation": "cis", "party": "BLR"});
    belongs(event(9, "admission", &admission, Some(2)), "cis sco", 0);
    belongs(event(9, "retraction", &json!({"retracts": id(3)}), None), "csto", 0);
    belongs(event(9, "retraction", &json!({"retracts": id(3), "organisation": "sco"}), Some(1)), "csto sco", 0);
    belongs(event(9, "admission", &admission, Some(4)), "cis", 1);
    belongs(event(9, "admission", &admission, Some(77)), "cis", 1);
    belongs(event(9, "admission", &admission, Some(9)), "cis", 1);
}

#[test]
fn what_earlier_events_say_counts_for_later_ones() {
    let events = [
        event(11, "attendance", &json!({"meeting": "council", "party": "KAZ"}), None),
        event(12, "meeting", &json!({"meeting": "council", "organisation": "cis", "part_of": "summit"}), None),
        event(13, "attendance", &json!({"meeting": "council", "party": "KAZ"}), None),
        event(14, "retraction", &json!({"retracts": id(13)}), None),
        event(15, "retraction", &json!({"retracts": id(14)}), None),
        // It takes the id of what is on record: both count.
        event(1, "admission", &json!({"organisation": "eaeu", "party": "KAZ"}), None),
        event(16, "retraction", &json!({"retracts": id(1)}), None),
    ];
    let expected =
        [("", 0), ("cis sco", 0), ("cis sco", 0), ("cis sco", 0), ("cis sco", 0), ("eaeu", 0), ("eaeu sco", 0)];
    assert_eq!(told(&index(), &events), expected.map(|(names, unknown)| (names.to_owned(), unknown)));
}
