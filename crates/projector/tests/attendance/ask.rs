//! Asking who took part, each time with the laws that hold of every answer: the order of records is of no account, and
//! each row's evidence suffices for it.

use std::collections::BTreeSet;

use jiff::civil::Date;
use projector::{Attendance, Delegation, Index, Record};
use summit::{EventId, MeetingId, Position, Vantage};
use wire::Document;

pub(crate) const ASTANA: &str = include_str!("../../../wire/tests/data/astana-2024.jsonl");
pub(crate) const HISTORY: &str = include_str!("../../../wire/tests/data/sco-history.jsonl");
/// Behind everything that the data tells.
const TODAY: Date = jiff::civil::date(2026, 1, 1);

pub(crate) fn lines(data: &str) -> Vec<String> {
    data.lines().map(ToOwned::to_owned).collect()
}

fn records(lines: &[String]) -> Vec<Record> {
    let decode = |line: &String| Document::decode(line.as_bytes()).expect("a good document").event().clone();
    let stored_at = "2026-01-01T00:00:00Z".parse().expect("an instant");
    (1..).zip(lines).map(|(n, line)| Record { position: Position::new(n), stored_at, event: decode(line) }).collect()
}

fn attendance<'a>(records: impl IntoIterator<Item = &'a Record>, meeting: &MeetingId, as_of: &str) -> Attendance {
    let mut index = Index::new();
    for record in records {
        index.record(record.clone());
    }
    let vantage = Vantage { as_of: Some(as_of.parse().expect("a time")), ..Vantage::default() };
    index.view(&vantage, TODAY).expect("a vantage").attendance(meeting).expect("a known meeting")
}

/// The programme of a meeting, asked at the end of a period: a name a line, deeper ones behind a `-` a step, those on the
/// sidelines in brackets. The order of records is of no account.
pub(crate) fn programme(lines: &[String], meeting: &str, as_of: &str) -> Vec<String> {
    let records = records(lines);
    let told = scheduled(&records, meeting, as_of);
    assert_eq!(scheduled(records.iter().rev(), meeting, as_of), told, "told backwards");
    told
}

fn scheduled<'a>(records: impl IntoIterator<Item = &'a Record>, meeting: &str, as_of: &str) -> Vec<String> {
    let mut index = Index::new();
    for record in records {
        index.record(record.clone());
    }
    let vantage = Vantage { as_of: Some(as_of.parse().expect("a time")), ..Vantage::default() };
    let view = index.view(&vantage, TODAY).expect("a vantage");
    let programme = view.programme(&meeting.parse().expect("a slug")).expect("a known meeting");
    let row = |one: projector::Scheduled| {
        let name = if one.on_sidelines { format!("({})", one.meeting) } else { one.meeting.to_string() };
        "-".repeat(one.depth) + &name
    };
    programme.into_iter().map(row).collect()
}

/// Every meeting that some records name.
pub(crate) fn meetings(lines: &[String]) -> BTreeSet<String> {
    records(lines).iter().filter_map(|record| record.event.shared.meeting.as_ref()).map(ToString::to_string).collect()
}

/// Who took part in a meeting, asked at the end of a period.
pub(crate) fn ask(lines: &[String], meeting: &str, as_of: &str) -> Attendance {
    let records = records(lines);
    let meeting: MeetingId = meeting.parse().expect("a slug");
    let told = attendance(&records, &meeting, as_of);
    let backwards = attendance(records.iter().rev(), &meeting, as_of);
    assert_eq!(Attendance { token: told.token.clone(), ..backwards }, told, "told backwards");
    let only = |evidence: &[EventId]| {
        attendance(records.iter().filter(|record| evidence.contains(&record.event.id)), &meeting, as_of)
    };
    for row in &told.delegations {
        let alone = only(&row.evidence);
        assert_eq!(alone.delegations.iter().find(|other| other.party == row.party), Some(row), "{told:#?}");
    }
    for row in &told.groups {
        assert_eq!(only(&row.evidence).groups.iter().find(|other| other.group == row.group), Some(row));
    }
    told
}

/// An event of the given day, numbered, with the rest of its data as JSON.
pub(crate) fn on(number: u8, kind: &str, occurred: &str, rest: &str) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"00000000-0000-4000-8000-0000000000{number:02}","source":"/t",
        "type":"chronicle.{kind}.v1","recordedtime":"2024-08-01T00:00:00Z","data":{{"occurred":"{occurred}",
        "attribution":[{{"name":"t"}}],{rest}}}}}"#
    )
}

/// An event of the day of the meetings made up here.
pub(crate) fn doc(number: u8, kind: &str, rest: &str) -> String {
    on(number, kind, "2024-07-04", rest)
}

/// The summit `m`.
pub(crate) fn meeting(number: u8, rest: &str) -> String {
    doc(number, "meeting", &with(r#""meeting":"m","form":"summit""#, rest))
}

/// A claim about a party at `m`.
pub(crate) fn attended(number: u8, party: &str, rest: &str) -> String {
    doc(number, "attendance", &with(&format!(r#""meeting":"m","party":"{party}""#), rest))
}

/// An admission to the organisation `o`.
pub(crate) fn admission(number: u8, party: &str, rest: &str) -> String {
    on(number, "admission", "2020", &with(&format!(r#""organisation":"o","party":"{party}""#), rest))
}

pub(crate) fn with(first: &str, rest: &str) -> String {
    if rest.is_empty() { first.to_owned() } else { format!("{first},{rest}") }
}

/// A delegation as one text, what is absent left out. A capacity that is derived bears a `*`.
fn text(row: &Delegation) -> String {
    let mut words = vec![row.party.to_string()];
    if row.answer != summit::Answer::Yes {
        words.push(row.answer.to_string());
    }
    words.push(row.presence.as_str().to_owned());
    let person = |person: &summit::Person| match &person.office {
        Some(office) => format!("{} ({office})", person.name),
        None => person.name.clone(),
    };
    words.extend(row.level.map(|level| level.to_string()));
    words.extend(row.person.as_ref().map(person));
    words.extend(row.mode.map(|mode| format!("by {mode}")));
    words.extend(row.in_lieu_of.as_ref().map(|lieu| format!("for {}", lieu.name)));
    let derived = if row.capacity_derived { "*" } else { "" };
    words.extend(row.capacity.as_ref().map(|capacity| format!("as {capacity}{derived}")));
    for member in &row.members {
        words.push(format!("with {}", person(&member.person)));
        words.extend(member.level.map(|level| level.to_string()));
        words.extend(member.mode.map(|mode| format!("by {mode}")));
        words.extend(member.in_lieu_of.as_ref().map(|lieu| format!("for {}", lieu.name)));
    }
    if !row.absent_levels.is_empty() {
        let levels: Vec<&str> = row.absent_levels.iter().map(|level| level.as_str()).collect();
        words.push(format!("absent {}", levels.join("+")));
    }
    if !row.parts.is_empty() {
        let parts: Vec<&str> = row.parts.iter().map(MeetingId::as_str).collect();
        words.push(format!("at {}", parts.join("+")));
    }
    if row.contested {
        words.push("contested".to_owned());
    }
    words.join(" ")
}

pub(crate) fn rows(told: &Attendance) -> Vec<String> {
    told.delegations.iter().map(text).collect()
}

pub(crate) fn row(told: &Attendance, party: &str) -> String {
    told.delegations.iter().find(|row| row.party.as_str() == party).map(text).expect("a row")
}

pub(crate) fn kinds(told: &Attendance) -> Vec<&str> {
    told.remarks.iter().map(|remark| remark.kind.as_ref()).collect()
}

/// What the remarks of a kind say.
pub(crate) fn texts(told: &Attendance, kind: &str) -> Vec<String> {
    told.remarks.iter().filter(|remark| remark.kind == kind).map(|remark| remark.text.clone()).collect()
}

/// The parties of which nothing is said, as one text.
pub(crate) fn missing(told: &Attendance) -> String {
    told.not_stated.iter().map(summit::PartyId::as_str).collect::<Vec<_>>().join(" ")
}

/// The rows of the summit `m`.
pub(crate) fn told(events: &[String]) -> Vec<String> {
    rows(&ask(events, "m", "2025"))
}

/// A party's head, as data.
pub(crate) const HOST: &str = r#""level":"HS","person":{"name":"Ann","office":"President"}"#;
/// A meeting of the organisation `o`, as data.
pub(crate) const HELD: &str = r#""organisation":"o""#;

/// The part `p` of `m`.
pub(crate) fn part(number: u8, rest: &str) -> String {
    doc(number, "meeting", &with(r#""meeting":"p","part_of":"m""#, rest))
}

/// A claim about Kazakhstan at the meeting `at`.
pub(crate) fn there(number: u8, at: &str, rest: &str) -> String {
    doc(number, "attendance", &with(&format!(r#""meeting":"{at}","party":"KAZ""#), rest))
}
