//! Laws of attendance, on small chronicles made up at random and on those that are on record.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use jiff::civil::Date;
use proptest::prelude::*;
use proptest::sample::{Index as Pick, select};
use summit::{EventId, MeetingId, Position, Vantage};
use wire::Document;

use crate::answer::Attendance;
use crate::changes::{Change, changes};
use crate::index::{Index, Record};
use crate::membership::MembersFilter;

/// How many chronicles each law is tried on.
const CASES: u32 = 500;
/// Behind everything that the data tells.
const TODAY: Date = jiff::civil::date(2026, 1, 1);
const MEETINGS: [&str; 4] = ["m", "p", "q", "r"];
const ON_RECORD: [&str; 2] = [
    include_str!("../../../wire/tests/data/astana-2024.jsonl"),
    include_str!("../../../wire/tests/data/sco-history.jsonl"),
];

/// A field of JSON and its comma, or nothing.
fn field(name: &'static str, values: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::option::of(select(values))
        .prop_map(move |value| value.map_or_else(String::new, |value| format!("\"{name}\":{value},")))
}

fn entry() -> impl Strategy<Value = String> {
    let person = r#"{"name":"Ann"}"#;
    let people: &'static [&str] =
        Box::leak(Box::new([person, r#"{"name":"Ann","office":"President"}"#, r#"{"name":"Ben"}"#]));
    (
        select(&[r#""party":"KAZ""#, r#""party":"KAZ""#, r#""party":"un""#, r#""group":"guests""#][..]),
        field("presence", &[r#""present""#, r#""announced""#, r#""absent""#]),
        field("person", people),
        field("level", &[r#""HS""#, r#""leader""#, r#""FM""#, r#""unknown""#]),
        field("capacity", &[r#""member""#, r#""guest""#]),
        field("mode", &[r#""video""#, r#""in_person""#]),
        field("in_lieu_of", &[r#"{"name":"Cy"}"#]),
    )
        .prop_map(|(who, presence, person, level, capacity, mode, lieu)| {
            format!("{presence}{person}{level}{capacity}{mode}{lieu}{who}")
        })
}

/// The kind and the data of an event, without what every event says.
fn content() -> impl Strategy<Value = (&'static str, String)> {
    let at = || select(&MEETINGS[..]).prop_map(|meeting| format!("\"meeting\":\"{meeting}\","));
    let about = (
        at(),
        field("part_of", &[r#""m""#, r#""p""#, r#""q""#]),
        field("sidelines_of", &[r#""r""#]),
        field("organisation", &[r#""a""#, r#""b""#]),
        field("phase", &[r#""announced""#, r#""held""#, r#""cancelled""#]),
        field("form", &[r#""summit""#, r#""bilateral""#]),
        proptest::collection::vec(entry(), 0..3),
    );
    prop_oneof![
        4 => (at(), entry()).prop_map(|(at, entry)| ("attendance", format!("{at}{entry}"))),
        4 => about.prop_map(|(at, whole, sidelines, organisation, phase, form, entries)| {
            let entries: Vec<String> = entries.iter().map(|entry| format!("{{{entry}}}")).collect();
            let entries = entries.join(",");
            ("meeting", format!("{at}{whole}{sidelines}{organisation}{phase}{form}\"participants\":[{entries}]"))
        }),
        2 => (
            select(&["admission", "standing", "withdrawal"][..]),
            select(&["a", "b"][..]),
            select(&["KAZ", "un"][..]),
            select(&["member", "observer"][..]),
        )
            .prop_map(|(kind, organisation, party, status)| {
                let status = if kind == "withdrawal" { String::new() } else { format!(",\"status\":\"{status}\"") };
                (kind, format!("\"organisation\":\"{organisation}\",\"party\":\"{party}\"{status}"))
            }),
        1 => (at(), 0..4u8).prop_map(|(at, value)| ("tally", format!("{at}\"what\":\"delegations\",\"value\":{value}"))),
    ]
}

/// A document, and the earlier one that it corrects, if any.
fn event() -> impl Strategy<Value = (&'static str, String, Option<Pick>)> {
    let occurred: &[&str] = &[
        "2019",
        "2024-07-03",
        "2024-07-04",
        "2024-07-04T12:00:00Z",
        "2024-07-03/2024-07-04",
        "2024-07",
        "2024-07-04/..",
    ];
    let shared = (
        select(occurred).prop_map(|occurred| format!("\"occurred\":\"{occurred}\",")),
        field("authority", &[r#""press""#, r#""official""#]),
        field("order", &["1", "2"]),
    );
    (content(), shared, proptest::option::weighted(0.1, any::<Pick>())).prop_map(
        |((kind, rest), (occurred, authority, order), corrects)| {
            (kind, format!("{{{occurred}{authority}{order}\"attribution\":[{{\"name\":\"t\"}}],{rest}}}"), corrects)
        },
    )
}

/// A chronicle of up to fourteen events.
fn chronicle() -> impl Strategy<Value = Vec<Record>> {
    let recorded: &[Option<&str>] = &[None, Some("2024-08-01"), Some("2024-08-02")];
    proptest::collection::vec((event(), select(recorded)), 1..14).prop_map(|events| {
        let id = |number: usize| format!("00000000-0000-4000-8000-0000000000{number:02}");
        let document = |(number, ((kind, data, corrects), recorded)): (usize, (_, Option<&str>))| {
            let (kind, data, corrects): (&str, String, Option<Pick>) = (kind, data, corrects);
            let recorded = recorded.map(|day| format!(r#""recordedtime":"{day}T00:00:00Z","#)).unwrap_or_default();
            let corrects = corrects.filter(|_| number > 0).map(|pick| id(pick.index(number)));
            let corrects = corrects.map(|id| format!(r#""corrects":"{id}","#)).unwrap_or_default();
            format!(
                r#"{{"specversion":"1.0","id":"{}","source":"/t",{recorded}{corrects}"type":"chronicle.{kind}.v1","data":{data}}}"#,
                id(number)
            )
        };
        let documents: Vec<String> = events.into_iter().enumerate().map(document).collect();
        records(documents.iter().map(String::as_str))
    })
}

fn records<'a>(documents: impl Iterator<Item = &'a str>) -> Vec<Record> {
    let stored_at = "2026-01-01T00:00:00Z".parse().expect("an instant");
    let decode = |line: &str| Document::decode(line.as_bytes()).unwrap_or_else(|refused| panic!("{line}: {refused}"));
    let record = |(n, line)| Record { position: Position::new(n), stored_at, event: decode(line).event().clone() };
    (1..).zip(documents).map(record).collect()
}

fn index<'a>(records: impl IntoIterator<Item = &'a Record>) -> Index {
    let mut index = Index::new();
    for record in records {
        index.record(record.clone());
    }
    index
}

/// Who took part in every meeting, with a token that tells nothing of the log's length.
fn told<'a>(records: impl IntoIterator<Item = &'a Record>, vantage: &Vantage) -> Vec<Attendance> {
    let index = index(records);
    let view = index.view(vantage, TODAY).expect("a vantage");
    let anywhere = Vantage { at_position: Some(Position::START), ..Vantage::default() };
    let token = index.view(&anywhere, TODAY).expect("a vantage").token().clone();
    let answers = index.meetings().filter_map(|meeting| view.attendance(meeting).ok());
    answers.map(|answer| Attendance { token: token.clone(), ..answer }).collect()
}

/// Each row is told again by its evidence alone, and by asking for that party only.
fn check_rows(records: &[Record], vantage: &Vantage) {
    let index = index(records);
    let view = index.view(vantage, TODAY).expect("a vantage");
    let alone = |evidence: &[EventId], meeting: &MeetingId| {
        let kept = records.iter().filter(|record| evidence.contains(&record.event.id));
        told(kept, vantage).into_iter().find(|answer| answer.meeting == *meeting).expect("the meeting is still known")
    };
    for answer in told(records, vantage) {
        for row in &answer.delegations {
            let again = alone(&row.evidence, &answer.meeting);
            assert_eq!(
                again.delegations.iter().find(|other| other.party == row.party),
                Some(row),
                "{}",
                answer.meeting
            );
            assert_eq!(view.delegation(&answer.meeting, &row.party).as_ref(), Some(row), "{}", answer.meeting);
        }
        for row in &answer.groups {
            let again = alone(&row.evidence, &answer.meeting);
            assert_eq!(again.groups.iter().find(|other| other.group == row.group), Some(row), "{}", answer.meeting);
        }
        for party in index.parties().filter(|party| !answer.delegations.iter().any(|row| row.party == **party)) {
            assert_eq!(view.delegation(&answer.meeting, party), None);
        }
        assert_eq!(view.meeting_remarks(&answer.meeting), answer.remarks);
    }
}

/// Every cell of the current views at a position, as text by its name.
fn cells(index: &Index, position: Position) -> BTreeMap<String, String> {
    let at = Vantage { at_position: Some(position), ..Vantage::default() };
    let view = index.view(&at, TODAY).expect("a vantage");
    let mut cells: BTreeMap<String, String> = BTreeMap::new();
    for organisation in index.organisations() {
        let Ok(members) = view.members(organisation, &MembersFilter::default()) else { continue };
        for row in members.parties {
            let cell = cells.entry(format!("{organisation} {}", row.party)).or_default();
            write!(cell, "{row:?}").expect("a string takes what is written");
        }
    }
    for meeting in index.meetings() {
        let Ok(told) = view.attendance(meeting) else { continue };
        cells.extend(told.delegations.iter().map(|row| (format!("{meeting} {}", row.party), format!("{row:?}"))));
    }
    cells
}

/// What each position changes is what differs between the answers before it and behind it.
fn check_changes(records: &[Record]) {
    let index = index(records);
    let mut before = BTreeMap::new();
    for record in records {
        let after = cells(&index, record.position);
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let differing: Vec<&String> = names.into_iter().filter(|name| before.get(*name) != after.get(*name)).collect();
        let told = changes(&index, record.position, TODAY).changes;
        let told: BTreeSet<String> = told
            .iter()
            .map(|change| match change {
                Change::Membership { organisation, party, .. } => format!("{organisation} {party}"),
                Change::Attendance { meeting, party, .. } => format!("{meeting} {party}"),
            })
            .collect();
        assert_eq!(told.iter().collect::<Vec<_>>(), differing, "at {}: {:?}", record.position, record.event);
        before = after;
    }
}

fn as_of() -> impl Strategy<Value = Vantage> {
    select(&["2019", "2024-07-03", "2024-07-04", "2025"][..])
        .prop_map(|when| Vantage { as_of: Some(when.parse().expect("a time")), ..Vantage::default() })
}

#[test]
fn every_row_on_record_rests_on_its_evidence_and_is_told_alone() {
    check_rows(&records(ON_RECORD.into_iter().flat_map(str::lines)), &Vantage::default());
}

#[test]
fn what_each_position_of_the_record_changes_is_what_differs_before_and_behind_it() {
    check_changes(&records(ON_RECORD.into_iter().flat_map(str::lines)));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) })]

    #[test]
    fn every_row_rests_on_its_evidence_and_is_told_alone(records in chronicle(), vantage in as_of()) {
        check_rows(&records, &vantage);
    }

    #[test]
    fn what_a_position_changes_is_what_differs_before_and_behind_it(records in chronicle()) {
        check_changes(&records);
    }

    #[test]
    fn any_order_and_any_repetition_tells_the_same(
        (records, shuffled) in chronicle().prop_flat_map(|records| (Just(records.clone()), Just(records).prop_shuffle())),
        vantage in as_of(),
    ) {
        prop_assert_eq!(told(shuffled.iter().chain(&records), &vantage), told(&records, &vantage));
    }

    #[test]
    fn what_was_known_ignores_what_came_later(records in chronicle(), cut in any::<Pick>(), vantage in as_of()) {
        let position = records[cut.index(records.len())].position;
        let then = Vantage { at_position: Some(position), ..vantage.clone() };
        let kept = records.iter().filter(|record| record.position <= position);
        prop_assert_eq!(told(&records, &then), told(kept, &vantage));
    }
}
