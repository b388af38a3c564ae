//! The checker itself: good evidence breaks no law, and every law fails where it is broken.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::checker::{
    Answer, Evidence, Intent, Journal, Law, Line, Outcome, Stored, Transcript, Views, check, hash, past,
};

fn id(number: u64) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// The event number `n`: parties are admitted and withdraw in turn, a day apart.
fn document(number: u64) -> Value {
    let kind = if number.is_multiple_of(3) { "withdrawal" } else { "admission" };
    json!({
        "specversion": "1.0", "id": id(number), "source": "/t", "type": format!("chronicle.{kind}.v1"),
        "data": {"organisation": "o", "party": format!("p-{}", number % 2), "occurred": format!("2020-01-{number:02}")},
    })
}

fn intent(number: u64) -> Intent {
    let producer = format!("producer {}", number % 2);
    Intent { producer, id: id(number), hash: hash(document(number).to_string().as_bytes()) }
}

fn outcome(number: u64, outcome: Outcome) -> Line {
    Line::Outcome { id: id(number), outcome }
}

fn stored(position: u64, number: u64) -> Stored {
    let document = document(number);
    Stored { position, id: Some(id(number)), hash: hash(document.to_string().as_bytes()), document }
}

/// Six events: 1 to 4 acknowledged (2 twice), 5 unknown and stored, 6 unknown and not stored, 7 refused. Position 3 holds
/// what is no event.
fn good() -> Evidence {
    let mut journal: Vec<Line> = (1..=7).map(intent).map(Line::Intent).collect();
    let positions = [(1, 1), (2, 2), (3, 4), (4, 5)];
    journal.extend(
        positions.map(|(number, position)| outcome(number, Outcome::Acknowledged { position, duplicate: false })),
    );
    journal.push(outcome(2, Outcome::Unknown));
    journal.push(Line::Intent(intent(2)));
    journal.push(outcome(2, Outcome::Acknowledged { position: 2, duplicate: true }));
    journal.push(outcome(5, Outcome::Unknown));
    journal.push(outcome(7, Outcome::Refused));
    let nothing = Stored { position: 3, id: None, hash: hash(b"no JSON"), document: Value::Null };
    let log = vec![stored(1, 1), stored(2, 2), nothing, stored(4, 3), stored(5, 4), stored(6, 5)];
    let cells = BTreeMap::from([(("membership".to_owned(), "o.p-0".to_owned()), "[]".to_owned())]);
    let views = ["the projectors", "a rebuild", "a watcher"];
    let line = |position: u64, number: u64| json!({"position": position, "event": document(number)});
    let lines = vec![line(2, 2), line(4, 3), line(5, 4), line(6, 5)];
    let answer = |as_of: &str, at_position| Answer {
        organisation: "o".to_owned(),
        as_of: as_of.to_owned(),
        at_position,
        members: past(&log, "o", as_of, at_position),
    };
    Evidence {
        answers: vec![answer("2020-01-04", 6), answer("2020-01-02", 2), answer("2019", 6)],
        journal,
        state: (1, 6, 6),
        replicas: ["n1", "n2", "n3"].map(|node| (node.to_owned(), (1, 6, 6))).to_vec(),
        history: [1, 2, 3, 4, 5].map(id).to_vec(),
        views: views.map(|by| Views { by: by.to_owned(), position: 6, cells: cells.clone() }).to_vec(),
        transcripts: vec![Transcript { by: "a watcher".to_owned(), since: 1, lines }],
        sightings: vec![0, 2, 2, 6],
        log,
    }
}

/// Breaks good evidence; exactly this law must find it, and say what was found.
#[track_caller]
fn broken(law: Law, shows: &str, doctor: impl FnOnce(&mut Evidence)) {
    let mut evidence = good();
    doctor(&mut evidence);
    let violations = check(&evidence);
    assert!(!violations.is_empty(), "{law:?} finds nothing");
    for violation in &violations {
        assert_eq!(violation.law, law, "{violation}");
    }
    assert!(violations.iter().any(|one| one.evidence.contains(shows)), "{violations:?} shows \"{shows}\"");
}

/// Breaks good evidence; this law must find it, among others perhaps.
#[track_caller]
fn found(law: Law, shows: &str, doctor: impl FnOnce(&mut Evidence)) {
    let mut evidence = good();
    doctor(&mut evidence);
    let violations = check(&evidence);
    let one = violations.iter().any(|one| one.law == law && one.evidence.contains(shows));
    assert!(one, "{violations:?}: {law:?} shows \"{shows}\"");
}

#[test]
fn good_evidence_breaks_no_law() {
    assert_eq!(check(&good()), []);
}

#[test]
fn an_acknowledged_event_that_is_lost_moved_or_says_something_else_breaks_l1() {
    found(Law::L1, "where nothing stands", |evidence| drop(evidence.log.remove(1)));
    broken(Law::L1, "was acknowledged at 3, where None stands", |evidence| {
        evidence.journal.push(outcome(1, Outcome::Acknowledged { position: 3, duplicate: true }));
    });
    broken(Law::L1, "says something else at 1", |evidence| {
        evidence.journal[0] = Line::Intent(Intent { hash: hash(b"other"), ..intent(1) });
    });
}

#[test]
fn an_event_in_effect_twice_or_not_at_all_breaks_l2() {
    broken(Law::L2, "twice", |evidence| evidence.history.push(id(3)));
    broken(Law::L2, "history does not tell it", |evidence| drop(evidence.history.pop()));
    broken(Law::L2, "does not stand in the log", |evidence| evidence.history.push(id(99)));
    broken(Law::L2, "stands at [1, 7]", |evidence| {
        evidence.log.push(stored(7, 1));
        evidence.state = (1, 7, 7);
        evidence.replicas.clear();
    });
}

#[test]
fn a_producers_events_in_another_order_break_l3() {
    found(Law::L3, "producer 1 published", |evidence| {
        let (first, second) = (stored(1, 3), stored(4, 1));
        (evidence.log[0], evidence.log[3]) = (first, second);
    });
    broken(Law::L3, "and they stand at 6 and 1", |evidence| {
        evidence.journal.retain(|line| *line != Line::Intent(intent(5)));
        evidence.journal.insert(0, Line::Intent(intent(5)));
    });
}

#[test]
fn an_unknown_outcome_that_stands_twice_or_says_something_else_breaks_l4() {
    found(Law::L4, "stands 2 times", |evidence| evidence.log.push(stored(7, 5)));
    broken(Law::L4, "says something else at 6", |evidence| {
        evidence.journal[4] = Line::Intent(Intent { hash: hash(b"other"), ..intent(5) });
    });
}

#[test]
fn a_refused_event_that_stands_breaks_l5() {
    broken(Law::L5, "was refused, and stands at 6", |evidence| {
        evidence.journal.retain(|line| *line != outcome(5, Outcome::Unknown));
        evidence.journal.push(outcome(5, Outcome::Refused));
    });
}

#[test]
fn a_gap_or_another_count_breaks_l6() {
    found(Law::L6, "position 3 was to come, and 4 came", |evidence| drop(evidence.log.remove(2)));
    broken(Law::L6, "6 entries were read, and the server tells (1, 6, 5)", |evidence| evidence.state = (1, 6, 5));
    broken(Law::L6, "the server tells (2, 6, 6)", |evidence| evidence.state.0 = 2);
    broken(Law::L6, "n2 holds (1, 6, 5)", |evidence| evidence.replicas[1].1.2 = 5);
}

#[test]
fn views_that_differ_break_l7() {
    broken(Law::L7, "a rebuild at 5", |evidence| evidence.views[1].position = 5);
    broken(Law::L7, "a watcher has nothing", |evidence| evidence.views[2].cells.clear());
    broken(Law::L7, "the projectors has wrong", |evidence| {
        evidence.views[0].cells.values_mut().for_each(|value| "wrong".clone_into(value));
    });
    broken(Law::L7, "nobody", |evidence| evidence.views.clear());
}

#[test]
fn a_transcript_with_a_gap_a_repeat_an_end_too_early_or_another_event_breaks_l8() {
    let lines = |evidence: &mut Evidence, doctor: fn(&mut Vec<Value>)| doctor(&mut evidence.transcripts[0].lines);
    broken(Law::L8, "was to be told position 4", |evidence| lines(evidence, |lines| drop(lines.remove(1))));
    broken(Law::L8, "was to be told position 4", |evidence| lines(evidence, |lines| lines.insert(1, lines[0].clone())));
    broken(Law::L8, "was not told position 6", |evidence| lines(evidence, |lines| drop(lines.pop())));
    broken(Law::L8, "was to be told position 2", |evidence| {
        lines(evidence, |lines| lines[0]["event"]["source"] = "/other".into());
    });
    broken(Law::L8, "behind the last event", |evidence| lines(evidence, |lines| lines.push(lines[3].clone())));
}

#[test]
fn a_reader_that_is_sent_back_breaks_l9() {
    broken(Law::L9, "were at 6, and then at 2", |evidence| evidence.sightings.push(2));
}

#[test]
fn a_wrong_answer_about_the_past_breaks_l10() {
    assert_eq!(past(&good().log, "o", "2020-01-04", 6), ["p-0".to_owned()].into(), "3 was the withdrawal of p-1");
    assert_eq!(past(&good().log, "o", "2020-01-04", 2).len(), 2, "it was not known yet");
    broken(Law::L10, "is wrong about [\"p-1\"]", |evidence| {
        evidence.answers[0].members.insert("p-1".to_owned());
    });
    broken(Law::L10, "is wrong about [\"p-0\"]", |evidence| evidence.answers[0].members.clear());
}

#[test]
fn a_journal_is_read_back_as_it_was_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = Journal::create(&folder.path().join("journal.jsonl"));
    let lines = good().journal;
    journal.write(&lines[..3]);
    journal.write(&[]);
    journal.write(&lines[3..]);
    assert_eq!(journal.read(), lines);
}
