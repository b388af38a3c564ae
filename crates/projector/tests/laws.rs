//! The laws of the folds, as properties of small logs in which everything collides, and of the real data.

mod arbitrary;
mod oracle;

use std::collections::BTreeMap;

use arbitrary::agree::{
    asking, evidence_of_names_suffices, evidence_of_rows_suffices, evidence_of_seats_suffices,
    evidence_of_spells_suffices, names_agree, names_in_seats_agree, seats_agree, statuses_agree, view,
};
use arbitrary::folded::{TODAY, everything, index};
use arbitrary::{
    Log, MEETINGS, ORGANISATIONS, PARTIES, Say, asked, asked_of_a_period, bearers, known_at, logs, matters_of_links,
    matters_of_one, matters_of_one_change, matters_of_one_delegation, matters_of_succession, meeting_matters,
    naming_matters, namings_of_one, placed, reusing, seen, shuffled, status_matters,
};
use jiff::ToSpan;
use oracle::Line;
use projector::export::{Format, Held, States, Subject, Tabular, Terms, Years};
use projector::{
    Calendar, Change, MembersFilter, Overview, PresenceAnswer, Record, SpellRow, Stated, TurnedBy, Weight,
    calendar_changes, changes, day_changes,
};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use summit::{AccordingTo, Event, EventId, MeetingId, OrganisationId, PartyId, Position, Vantage};
use wire::Document;

const ASTANA: &str = include_str!("../../wire/tests/data/astana-2024.jsonl");
const HISTORY: &str = include_str!("../../wire/tests/data/sco-history.jsonl");
/// Logs of so many events at most.
const EVENTS: usize = 10;
/// On how many small logs a law is tried.
const CASES: u32 = 400;
/// On how many orders of the real data.
const ORDERS: u32 = 4;
/// Moments around which the real data changes.
const MOMENTS: [&str; 7] = [
    "2000",
    "2008-08-28",
    "2017-03-01",
    "2017-06-09",
    "before:b5364d9f-d187-5fb4-b66f-f9f065db5ba6",
    "2024-07-04",
    "2025",
];

/// Days around which the logs change.
const SPANS: [[&str; 2]; 7] = [
    ["2022-12-30", "2023-01-02"],
    ["2023-12-29", "2024-01-02"],
    ["2024-02-27", "2024-03-02"],
    ["2024-06-28", "2024-07-07"],
    ["2024-07-30", "2024-08-02"],
    ["2024-12-30", "2025-01-02"],
    ["2029-12-30", "2030-01-02"],
];

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 500, ..ProptestConfig::default() }
}

/// Both data sets as one log.
fn real() -> Log {
    let decode = |line: &str| Document::decode(line.as_bytes()).expect("a good document").event().clone();
    placed(ASTANA.lines().chain(HISTORY.lines()).map(decode))
}

fn at(as_of: &str) -> Vantage {
    Vantage { as_of: Some(as_of.parse().expect("a time")), ..Vantage::default() }
}

fn organisations() -> Vec<OrganisationId> {
    ORGANISATIONS.iter().map(|slug| slug.parse().expect("a slug")).collect()
}

fn parties() -> Vec<PartyId> {
    PARTIES.iter().map(|code| code.parse().expect("a party")).collect()
}

fn meetings() -> Vec<MeetingId> {
    MEETINGS.iter().map(|slug| slug.parse().expect("a slug")).collect()
}

/// Logs of statuses, of several parties or of one.
fn status_logs() -> impl Strategy<Value = Log> {
    prop_oneof![
        2 => logs(status_matters(), EVENTS),
        2 => logs(matters_of_one(), EVENTS),
        1 => logs(matters_of_one_change(), EVENTS),
        1 => logs(matters_of_links(), EVENTS),
        3 => logs(matters_of_succession(), EVENTS),
    ]
}

/// Logs of meetings, with several delegations or one.
fn meeting_logs() -> impl Strategy<Value = Log> {
    prop_oneof![logs(meeting_matters(), EVENTS), logs(matters_of_one_delegation(), EVENTS)]
}

/// Statuses and meetings together.
fn all_matters() -> impl Strategy<Value = Say> {
    prop_oneof![
        2 => status_matters(),
        2 => meeting_matters(),
        1 => matters_of_one_delegation(),
        1 => naming_matters(),
        1 => matters_of_succession(),
    ]
}

/// Logs of names, of several things or of one.
fn name_logs() -> impl Strategy<Value = Log> {
    prop_oneof![logs(naming_matters(), EVENTS), logs(namings_of_one(), EVENTS)]
}

/// One log behind the other.
fn behind(log: &Log, other: &Log) -> Log {
    placed(log.0.iter().chain(&other.0).map(|line| line.event.clone()))
}

proptest! {
    #![proptest_config(config(CASES))]

    #[test]
    fn statuses_are_those_of_the_oracle((log, vantage) in asked(status_logs())) {
        for organisation in organisations() {
            statuses_agree(&log, &vantage, &organisation, &parties())?;
        }
    }

    #[test]
    fn states_by_year_are_what_is_answered_at_the_end_of_each_year((log, vantage) in asked(status_logs())) {
        let index = index(&log.0);
        let organisations: Vec<OrganisationId> =
            organisations().into_iter().filter(|one| view(&index, &vantage).names_organisation(one)).collect();
        let years = Years { from: Some(2022), to: Some(2031) };
        let asked = States { organisations: organisations.clone(), years, every_party: true, ..States::default() };
        let table = view(&index, &vantage).states_table(&asked).expect("a table").csv;
        for row in table.lines().skip(1) {
            let row: Vec<&str> = row.rsplitn(organisations.len() + 2, ',').collect();
            let party: PartyId = row[organisations.len() + 1].split(',').next().unwrap_or_default().parse().expect("a party");
            let end = Vantage { as_of: at(row[organisations.len()]).as_of, ..vantage.clone() };
            for (organisation, code) in organisations.iter().zip(row.iter().take(organisations.len()).rev()) {
                let members = view(&index, &end).members(organisation, &asking(&party, None)).expect("it is known");
                let counted = |status: &str| {
                    let count = members.counts.iter().find(|(one, _)| one.as_str() == status);
                    count.map_or((0, 0), |(_, count)| (count.yes, count.possibly))
                };
                let coded = [("member", "1"), ("associate", "2"), ("observer", "3")];
                let sure = coded.iter().find(|(status, _)| counted(status).0 > 0).map(|(_, code)| *code);
                let unclear = coded.iter().any(|(status, _)| counted(status).1 > 0);
                let unsaid = members.parties.iter().all(|row| row.answer == Stated::NotStated);
                let expected = sure.unwrap_or(if unclear || unsaid { "-9" } else { "0" });
                prop_assert_eq!(*code, expected, "{} in {} at {:?}: {}", party, organisation, end, table);
            }
        }
    }

    #[test]
    fn every_format_takes_whatever_is_told((log, vantage) in asked(logs(all_matters(), EVENTS))) {
        let index = index(&log.0);
        let view = view(&index, &vantage);
        for organisation in organisations().into_iter().filter(|one| view.names_organisation(one)) {
            let subject = Subject::Organisations { organisations: vec![organisation], party: None, held: Held::Ever };
            for format in Format::ALL.into_iter().filter(|format| *format != Format::Json) {
                let once = view.export(&subject, format, &Terms::default()).expect("it is known");
                let again = view.export(&subject, format, &Terms::default()).expect("it is known");
                prop_assert_eq!(once, again);
            }
        }
        for meeting in meetings().into_iter().filter(|one| view.names_meeting(one)) {
            let subject = Subject::Meetings { meetings: vec![meeting], party: None };
            for format in [Format::Table(Tabular::Csv), Format::Popolo, Format::Ics, Format::Atom] {
                view.export(&subject, format, &Terms::default()).expect("it is known");
            }
        }
    }

    #[test]
    fn delegations_are_those_of_the_oracle((log, vantage) in asked(meeting_logs())) {
        for meeting in meetings() {
            seats_agree(&log, &vantage, &meeting)?;
        }
    }

    #[test]
    fn whoever_took_part_is_shown_under_the_name_of_the_oracle((log, vantage) in asked(logs(all_matters(), EVENTS))) {
        for meeting in meetings() {
            names_in_seats_agree(&log, &vantage, &meeting)?;
        }
    }

    #[test]
    fn names_are_those_of_the_oracle((log, vantage) in asked(name_logs())) {
        for of in bearers() {
            names_agree(&log, &vantage, &of)?;
        }
    }

    #[test]
    fn evidence_suffices_for_names((log, vantage) in asked_of_a_period(name_logs())) {
        for of in bearers() {
            evidence_of_names_suffices(&log, &vantage, &of)?;
        }
    }

    #[test]
    fn of_several_events_with_one_id_only_the_first_counts(
        (log, vantage) in asked(reusing(logs(all_matters(), EVENTS))),
    ) {
        statuses_agree(&log, &vantage, &organisations()[0], &parties())?;
        seats_agree(&log, &vantage, &meetings()[0])?;
    }

    #[test]
    fn a_calendar_names_for_each_day_what_that_day_changes(
        (log, position) in (logs(all_matters(), EVENTS), 0..=EVENTS as u64),
    ) {
        // Stored before all of it happened.
        let stored_at = "2020-01-01T00:00:00Z".parse().expect("an instant");
        let log = Log(log.0.into_iter().map(|line| Line { stored_at, ..line }).collect());
        let known = index(log.0.iter().filter(|line| line.position <= position));
        let (index, position) = (index(&log.0), Position::new(position));
        let calendar = Calendar::of(&index);
        for span in SPANS {
            let [from, to] = span.map(|day| day.parse::<jiff::civil::Date>().expect("a date"));
            let named: BTreeMap<_, _> = calendar.days(from, to).collect();
            for day in from.series(1.day()).skip(1).take_while(|day| *day <= to) {
                let told = day_changes(&index, position, day, named.get(&day).copied().unwrap_or_default());
                prop_assert_eq!(told.changes, calendar_changes(&known, day.yesterday().expect("a day before"), day).changes, "{}", day);
            }
        }
    }

    #[test]
    fn what_an_entry_changes_is_the_difference_of_two_views(log in logs(all_matters(), EVENTS)) {
        let index = index(&log.0);
        for position in 1..=log.0.len() as u64 {
            let told = changes(&index, Position::new(position), TODAY).changes;
            let mut expected = Vec::new();
            for organisation in index.organisations() {
                for party in index.parties() {
                    let rows = |position| {
                        let vantage = Vantage { at_position: Some(Position::new(position)), ..Vantage::default() };
                        let all = view(&index, &vantage).members(organisation, &MembersFilter::default());
                        let mut rows = all.map(|all| all.parties).unwrap_or_default();
                        rows.retain(|row| row.party == *party);
                        rows
                    };
                    let (before, after) = (rows(position - 1), rows(position));
                    if before != after {
                        let (organisation, party) = (organisation.clone(), party.clone());
                        expected.push(Change::Membership { organisation, party, before, after });
                    }
                }
            }
            let memberships = told.into_iter().filter(|change| matches!(change, Change::Membership { .. }));
            prop_assert_eq!(memberships.collect::<Vec<_>>(), expected, "{}", position);
        }
    }

    #[test]
    fn evidence_suffices_for_statuses((log, vantage) in asked_of_a_period(status_logs())) {
        for organisation in organisations() {
            evidence_of_rows_suffices(&log, &vantage, &organisation, &MembersFilter::default())?;
            evidence_of_spells_suffices(&log, &vantage, &organisation)?;
            for party in parties() {
                evidence_of_rows_suffices(&log, &vantage, &organisation, &asking(&party, None))?;
            }
        }
    }

    #[test]
    fn evidence_suffices_for_delegations((log, vantage) in asked_of_a_period(meeting_logs())) {
        for meeting in meetings() {
            evidence_of_seats_suffices(&log, &vantage, &meeting)?;
        }
    }

    #[test]
    fn any_order_of_recording_gives_the_same_views(
        (log, other, vantage) in shuffled(logs(all_matters(), EVENTS)).prop_flat_map(|(log, other)| {
            seen(Just(log)).prop_map(move |(log, vantage)| (log, other.clone(), vantage))
        }),
    ) {
        let (one, other) = (index(&log.0), index(&other.0));
        prop_assert_eq!(everything(&one, &one, &vantage), everything(&other, &one, &vantage));
    }

    #[test]
    fn delivered_twice_changes_nothing(
        (log, other) in shuffled(logs(all_matters(), EVENTS)),
        known_at in prop::option::of(known_at()),
    ) {
        let vantage = Vantage { known_at, ..Vantage::default() };
        let (once, twice) = (index(&log.0), index(&behind(&log, &other).0));
        prop_assert_eq!(everything(&once, &once, &vantage), everything(&twice, &once, &vantage));
    }

    #[test]
    fn knowledge_at_a_position_ignores_everything_after_it(
        (log, vantage) in asked_of_a_period(logs(all_matters(), EVENTS)),
        last in 0..EVENTS as u64,
    ) {
        let before = index(log.0.iter().filter(|line| line.position <= last));
        let (all, tail) = (index(&log.0), Vantage { at_position: None, ..vantage.clone() });
        let frozen = Vantage { at_position: Some(Position::new(last)), ..vantage };
        prop_assert_eq!(everything(&all, &before, &frozen), everything(&before, &before, &tail));
    }

    #[test]
    fn knowledge_at_an_instant_ignores_what_was_put_on_record_later(
        (log, vantage) in asked_of_a_period(logs(all_matters(), EVENTS)),
        at in known_at(),
    ) {
        let by_then = |line: &&Line| line.event.recorded_at.unwrap_or(line.stored_at) <= at;
        let known = index(log.0.iter().filter(by_then));
        let (all, now) = (index(&log.0), Vantage { known_at: None, at_position: None, ..vantage });
        let then = Vantage { known_at: Some(at), ..now.clone() };
        prop_assert_eq!(everything(&all, &known, &then), everything(&known, &known, &now));
    }

    #[test]
    fn asked_today_is_asked_as_of_today(log in logs(all_matters(), EVENTS)) {
        let index = index(&log.0);
        let today = at(&TODAY.to_string());
        prop_assert_eq!(everything(&index, &index, &Vantage::default()), everything(&index, &index, &today));
        let (now, then) = (view(&index, &Vantage::default()), view(&index, &today));
        for organisation in organisations() {
            let members = |view: &projector::View<'_>| view.members(&organisation, &MembersFilter::default());
            prop_assert_eq!(members(&now), members(&then));
        }
    }
}

/// A retraction that counts from a vantage.
fn retraction(target: EventId, vantage: &Vantage) -> Event {
    let (name, authority) = match &vantage.according_to {
        Some(AccordingTo::Name(name)) => (name.clone(), None),
        Some(AccordingTo::Authority(authority)) => ("a desk".to_owned(), Some(*authority)),
        None => ("a desk".to_owned(), None),
    };
    let name = serde_json::Value::from(name);
    let document = format!(
        r#"{{"specversion":"1.0","id":"0000cafe-0000-4000-8000-000000000000","source":"/desks/any",
        "type":"chronicle.retraction.v1","data":{{"occurred":"2024-07-04","attribution":[{{"name":{name}}}],
        "retracts":"{target}"}}}}"#
    );
    let mut event = Document::decode(document.as_bytes()).expect("a good document").event().clone();
    event.recorded_at = vantage.known_at;
    event.shared.authority = authority;
    event
}

/// Spells without what they rest on, and without what competes: a claim that was only tried is not on record.
fn bare(rows: &[SpellRow]) -> Vec<SpellRow> {
    rows.iter().cloned().map(|row| SpellRow { evidence: Vec::new(), competing: Vec::new(), ..row }).collect()
}

/// Whatever is said to change an answer does so, once it is published, and as is said.
fn turns_turn(log: &Log, vantage: &Vantage) -> TestCaseResult {
    let vantage = Vantage { at_position: None, ..vantage.clone() };
    let before = index(&log.0);
    let now = view(&before, &vantage);
    for organisation in organisations() {
        for party in PARTIES.map(|party| party.parse::<PartyId>().expect("a party")) {
            let Ok(turns) = now.turns(&organisation, &party) else { continue };
            let rows = |view: &projector::View<'_>| {
                let timeline = view.timeline(&organisation, Some(&party)).expect("still known");
                timeline.parties.into_iter().flat_map(|row| row.spells).collect::<Vec<_>>()
            };
            let was = rows(&now);
            prop_assert!(!turns.is_empty(), "nothing would change {party} in {organisation}: {was:?}");
            for turn in turns {
                let event = match &turn.by {
                    TurnedBy::Claim(event) => event.as_ref().clone(),
                    TurnedBy::TakingBack(id) => retraction(*id, &vantage),
                };
                let events = log.0.iter().map(|line| line.event.clone()).chain([event]);
                let after = index(&placed(events).0);
                let is = rows(&view(&after, &vantage));
                prop_assert_eq!(bare(&is), bare(&turn.then), "{:?}", turn);
                let changed = |rows: &[SpellRow]| {
                    rows.iter().cloned().map(|row| SpellRow { evidence: Vec::new(), ..row }).collect::<Vec<_>>()
                };
                prop_assert_ne!(changed(&is), changed(&was), "{:?}", turn);
            }
        }
    }
    Ok(())
}

/// What explains a row gives its values, names its evidence only, and contests it where it is contested.
fn explained_as_told(log: &Log, vantage: &Vantage, meeting: &MeetingId) -> TestCaseResult {
    let index = index(&log.0);
    let Ok(view) = index.view(vantage, TODAY) else { return Ok(()) };
    let Ok(attendance) = view.attendance(meeting) else { return Ok(()) };
    for party in PARTIES.map(|party| party.parse::<PartyId>().expect("a party")) {
        let why = view.explain_delegation(meeting, &party).expect("the meeting is known");
        let row = attendance.delegations.iter().find(|row| row.party == party);
        prop_assert_eq!(why.row.as_ref(), row);
        let Some(row) = row else {
            prop_assert_eq!(why.attributes, []);
            continue;
        };
        let own = |one: &&projector::Attribute| one.of.is_none() || one.of == row.person;
        let own = || why.attributes.iter().filter(own);
        let first = |what: &str| own().find(|one| one.what == what).map(|one| one.value.clone());
        prop_assert_eq!(first("level"), row.level.map(|level| level.to_string()), "{:?}", why);
        prop_assert_eq!(first("mode"), row.mode.map(|mode| mode.as_str().replace('_', " ")), "{:?}", why);
        let presence = first("presence").map(|said| said.split(',').next().unwrap_or_default().to_owned());
        let known = row.presence != PresenceAnswer::NotStated;
        prop_assert_eq!(presence, known.then(|| row.presence.as_str().to_owned()), "{:?}", why);
        let claims = || why.attributes.iter().flat_map(|one| &one.claims);
        prop_assert!(claims().all(|claim| row.evidence.contains(&claim.event)), "{why:?}");
        prop_assert!(row.contested || claims().all(|claim| claim.weight != Weight::Contests), "{why:?}");
        let decided = |one: &projector::Attribute| one.claims[0].weight == Weight::Decides;
        prop_assert!(why.attributes.iter().all(decided), "{why:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(CASES / 4))]

    #[test]
    fn what_explains_a_delegation_is_its_row((log, vantage) in asked(logs(matters_of_one_delegation(), EVENTS))) {
        for meeting in MEETINGS {
            explained_as_told(&log, &vantage, &meeting.parse().expect("a slug"))?;
        }
    }

    #[test]
    fn an_overview_that_is_kept_is_the_one_that_is_folded_whole(log in reusing(logs(all_matters(), EVENTS))) {
        let (mut index, mut kept) = (projector::Index::new(), Overview::default());
        for line in &log.0 {
            let record = Record {
                position: Position::new(line.position),
                stored_at: line.stored_at,
                event: line.event.clone(),
            };
            index.record(record);
            kept.refresh(&index, TODAY);
            let view = index.view(&Vantage::default(), TODAY).expect("a vantage");
            let whole = Overview::of(&view).expect("all of it is named");
            prop_assert_eq!(kept.organisations().collect::<Vec<_>>(), whole.organisations().collect::<Vec<_>>());
            prop_assert_eq!(kept.meetings().collect::<Vec<_>>(), whole.meetings().collect::<Vec<_>>());
            let told = view.remarks(None).expect("remarks").remarks;
            prop_assert_eq!(kept.remarks(), told.iter().collect());
            for (organisation, glance) in kept.organisations() {
                let members = view.members(organisation, &MembersFilter::default()).expect("known");
                prop_assert_eq!(&glance.counts, &members.counts);
            }
        }
    }

    #[test]
    fn what_is_said_to_change_an_answer_does((log, vantage) in asked(status_logs())) {
        turns_turn(&log, &vantage)?;
    }

    #[test]
    fn what_is_said_to_change_a_date_does((log, vantage) in asked(logs(matters_of_one_change(), EVENTS))) {
        turns_turn(&log, &vantage)?;
    }

    #[test]
    fn what_is_said_to_change_what_was_taken_back_does((log, vantage) in asked(logs(matters_of_links(), EVENTS))) {
        turns_turn(&log, &vantage)?;
    }
}

proptest! {
    #![proptest_config(config(ORDERS))]

    #[test]
    fn the_real_data_says_the_same_in_any_order_and_twice((log, other) in shuffled(Just(real()))) {
        let (one, other, twice) = (index(&log.0), index(&other.0), index(&behind(&other, &log).0));
        for moment in MOMENTS {
            let vantage = at(moment);
            let said = everything(&one, &one, &vantage);
            prop_assert_eq!(&said, &everything(&other, &one, &vantage));
            prop_assert_eq!(&said, &everything(&twice, &one, &vantage));
        }
    }
}

#[test]
fn the_real_data_says_what_the_oracle_says() -> TestCaseResult {
    let log = real();
    let index = index(&log.0);
    let parties: Vec<PartyId> = index.parties().cloned().collect();
    for moment in MOMENTS {
        let vantage = at(moment);
        for organisation in index.organisations() {
            statuses_agree(&log, &vantage, organisation, &parties)?;
        }
    }
    let vantage = at("2024-07-04");
    for meeting in index.meetings() {
        seats_agree(&log, &vantage, meeting)?;
        evidence_of_seats_suffices(&log, &vantage, meeting)?;
    }
    for organisation in index.organisations() {
        evidence_of_rows_suffices(&log, &vantage, organisation, &MembersFilter::default())?;
        evidence_of_spells_suffices(&log, &vantage, organisation)?;
    }
    Ok(())
}
