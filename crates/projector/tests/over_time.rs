//! Counts day after day are those that members count on any day; who speaks of an organisation, and since when.

use std::collections::BTreeSet;

use jiff::civil::Date;
use projector::{Index, MembersFilter, Record, View};
use summit::{AsOf, Authority, Day, OrganisationId, Position, Vantage};
use wire::Document;

const ASTANA: &str = include_str!("../../wire/tests/data/astana-2024.jsonl");
const HISTORY: &str = include_str!("../../wire/tests/data/sco-history.jsonl");
/// Belongs without a date, and may have left at any time of a year; a day that only counts where it is possibly.
const OTHERS: &str = r#"{"specversion":"1.0","id":"00000000-0000-4000-8000-00000000000a","source":"/t","type":"chronicle.standing.v1","data":{"occurred":"../1950","attribution":[{"name":"An old list"}],"organisation":"old","party":"FRA","status":"member"}}
{"specversion":"1.0","id":"00000000-0000-4000-8000-00000000000b","source":"/t","type":"chronicle.withdrawal.v1","data":{"occurred":"1960","attribution":[{"name":"A newer list"}],"organisation":"old","party":"FRA"}}"#;
const TODAY: Date = jiff::civil::date(2026, 1, 1);

fn index() -> Index {
    let mut index = Index::new();
    let stored_at = "2026-01-01T00:00:00Z".parse().expect("an instant");
    for (n, line) in (1..).zip(ASTANA.lines().chain(HISTORY.lines()).chain(OTHERS.lines())) {
        let event = Document::decode(line.as_bytes()).expect("a good document").event().clone();
        index.record(Record { position: Position::new(n), stored_at, event });
    }
    index
}

fn organisation(name: &str) -> OrganisationId {
    name.parse().expect("a name")
}

fn on<'a>(index: &'a Index, day: &str, according_to: Option<&str>) -> View<'a> {
    let as_of: AsOf = day.parse().expect("a day");
    let vantage = Vantage { as_of: Some(as_of), according_to: according_to.map(Into::into), ..Vantage::default() };
    index.view(&vantage, TODAY).expect("a vantage")
}

#[test]
fn on_the_days_that_are_told_and_before_them_counts_are_those_of_members() {
    let index = index();
    for (name, source) in [("sco", None), ("sco", Some("official")), ("sco", Some("press")), ("old", None)] {
        let name = organisation(name);
        let points = on(&index, "2024", source).counts_over_time(&name).expect("known");
        assert!(points.is_sorted_by_key(|point| point.from));
        assert!(points.len() > 1, "{points:?}");
        let counts = |day: Day| {
            let view = on(&index, &day.to_string(), source);
            view.members(&name, &MembersFilter::default()).expect("known").counts
        };
        for (before, point) in points.iter().zip(&points[1..]) {
            let day = point.from.expect("only the first has none");
            assert_eq!(point.counts, counts(day), "{name} on {day}");
            assert_eq!(before.counts, counts(day.previous()), "{name} before {day}");
        }
    }
}

#[test]
fn six_states_are_members_until_the_end_of_2016() {
    let index = index();
    let points = on(&index, "2024", None).counts_over_time(&organisation("sco")).expect("known");
    let last = Day::new(2016, 12, 31);
    let then =
        points.iter().rev().find(|point| point.from.is_none_or(|from| from <= last)).expect("the first at least");
    assert_eq!(
        then.counts.get(&"member".parse().expect("a status")).map(|count| (count.yes, count.possibly)),
        Some((6, 0))
    );
}

#[test]
fn who_began_nobody_knows_when_is_possibly_there_from_the_first() {
    let index = index();
    let points = on(&index, "2024", None).counts_over_time(&organisation("old")).expect("known");
    let told: Vec<(String, [usize; 2])> = points
        .iter()
        .map(|point| {
            let count = point.counts.values().next().copied().unwrap_or_default();
            (point.from.map_or("..".to_owned(), |day| day.to_string()), [count.yes, count.possibly])
        })
        .collect();
    let told: Vec<(&str, [usize; 2])> = told.iter().map(|(day, counts)| (day.as_str(), *counts)).collect();
    assert_eq!(told, [("..", [0, 1]), ("1950-12-31", [1, 0]), ("1960-01-01", [0, 1]), ("1960-12-31", [0, 0])]);
}

#[test]
fn whoever_speaks_of_an_organisation_is_named_whomever_one_listens_to() {
    let index = index();
    let heard = on(&index, "2024", None).heard_of(&organisation("old")).expect("known");
    assert_eq!(
        heard.sources.into_iter().collect::<Vec<_>>(),
        [("A newer list".to_owned(), 1), ("An old list".to_owned(), 1)]
    );
    assert_eq!(heard.authorities.into_iter().collect::<Vec<_>>(), [(Authority::Unverified, 2)]);
    assert_eq!(heard.recorded.len(), 1, "both are on record since they were stored");

    let of = |view: View<'_>| view.heard_of(&organisation("sco")).expect("known");
    let heard = of(on(&index, "2024", None));
    assert!(heard.sources.contains_key("SCO Secretariat"));
    assert_eq!(of(on(&index, "1990", Some("press"))), heard);
    let recorded: BTreeSet<String> = heard.recorded.iter().map(ToString::to_string).collect();
    assert!(recorded.contains("2025-12-01T00:00:00Z"), "{recorded:?}");

    let early = "2025-01-01T00:00:00Z".parse().expect("an instant");
    let vantage = Vantage { known_at: Some(early), ..Vantage::default() };
    let before = of(index.view(&vantage, TODAY).expect("a vantage"));
    assert_eq!(before.recorded, heard.recorded, "one can always look from later");
    assert!(!before.sources.contains_key("SCO Secretariat"), "{:?}", before.sources);
}
