//! Tables that others keep, as history: the views say what the tables say, whoever is killed while importing, and what a
//! source believed in one of its editions is a question about knowledge.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use producer::import::{Claim, Item, Mapping, Source, Spells};
use projector::{Index, MembersFilter, Record, Stated};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use summit::{AsOf, Authority, OrganisationId, Vantage};
use tempfile::TempDir;
use tests::{Chronicle, NatsServer};

/// How often each import is killed.
const KILLS: u32 = 4;
/// The rows of a large table.
const MANY: u32 = 100_000;
/// Of the most memory that the program may hold while it reads one, in KiB.
const ROOM: u64 = 512 * 1024;
const PARTIES: [&str; 3] = ["KAZ", "UZB", "un"];
const STATUSES: [&str; 3] = ["member", "observer", "guest"];

/// A spell as it really was: from one day on, up to the eve of another.
#[derive(Debug, Clone)]
struct Truth {
    party: &'static str,
    status: &'static str,
    from: Date,
    until: Option<Date>,
    /// How the table writes both days.
    precision: (Precision, Precision),
}

/// How much of a day a table knows.
#[derive(Debug, Clone, Copy)]
enum Precision {
    Day,
    Month,
    Year,
    /// Within so many days before and after.
    Around(i32),
    /// The dialect's range, to the end of its year.
    Dialect,
    /// Nothing; of a beginning only.
    Unknown,
}

fn written(day: Date, precision: Precision) -> String {
    match precision {
        Precision::Day => day.to_string(),
        Precision::Month => day.strftime("%Y-%m").to_string(),
        Precision::Year => day.strftime("%Y").to_string(),
        Precision::Around(days) => format!("{}/{}", day - days.days(), day + days.days()),
        Precision::Dialect => format!("{}..{}", day.strftime("%Y-%m"), day.strftime("%Y")),
        Precision::Unknown => String::new(),
    }
}

fn precision() -> impl Strategy<Value = Precision> {
    prop_oneof![
        4 => Just(Precision::Day),
        2 => Just(Precision::Month),
        2 => Just(Precision::Year),
        1 => (1..90_i32).prop_map(Precision::Around),
        1 => Just(Precision::Dialect),
        1 => Just(Precision::Unknown),
    ]
}

/// What really was, party by party.
fn truths() -> impl Strategy<Value = Vec<Truth>> {
    let spell = (select(&STATUSES[..]), 0..500_i32, 1..500_i32, precision(), precision());
    let spells = prop::collection::vec(spell, 0..4);
    let histories = prop::collection::vec((spells, any::<bool>()), PARTIES.len());
    histories.prop_map(|histories| {
        let mut truths = Vec::new();
        for ((spells, lasts), party) in histories.into_iter().zip(PARTIES) {
            let mut day = date(2001, 1, 1);
            let count = spells.len();
            for (place, (status, gap, length, first, last)) in spells.into_iter().enumerate() {
                // Mostly one replaces the other.
                let from = day + (gap - 250).max(0).days();
                day = from + length.days();
                let until = (place + 1 < count || !lasts).then_some(day);
                let first =
                    if until.is_none() && matches!(first, Precision::Unknown) { Precision::Year } else { first };
                let last = if matches!(last, Precision::Unknown) { Precision::Day } else { last };
                truths.push(Truth { party, status, from, until, precision: (first, last) });
            }
        }
        truths
    })
}

/// Where dates leave open which of a party's spells came first, a table tells by its order.
fn in_doubt_in_order(mut rows: Vec<Truth>, truths: &[Truth]) -> Vec<Truth> {
    if truths.iter().any(|truth| !matches!(truth.precision, (Precision::Day, Precision::Day))) {
        for party in PARTIES {
            let mut told = truths.iter().filter(|truth| truth.party == party);
            rows.iter_mut()
                .filter(|row| row.party == party)
                .for_each(|row| row.clone_from(told.next().expect("as many")));
        }
    }
    rows
}

fn table(truths: &[Truth]) -> String {
    let mut table = "organisation,party,status,from,until\n".to_owned();
    for Truth { party, status, from, until, precision: (first, last) } in truths {
        let until = until.map_or(String::new(), |until| written(until, *last));
        writeln!(table, "sco,{party},{status},{},{until}", written(*from, *first)).expect("a string");
    }
    table
}

/// What a table of spells says, folded.
fn folded(table: &str) -> Result<Index, String> {
    let source = Source::new("Table", Authority::Record).expect("a name");
    let recorded_at: Timestamp = "2020-01-01T00:00:00Z".parse().expect("an instant");
    let mut index = Index::new();
    for item in Spells::read(table.as_bytes(), Mapping::default()).map_err(|error| error.to_string())? {
        let claim: Box<Claim> = match item.map_err(|error| error.to_string())? {
            Item::Said(claim) => claim,
            Item::Rejected(reject) => return Err(format!("{}: {reject}", reject.line)),
        };
        let event = source.document(&*claim).recorded_at(recorded_at).event().clone();
        index.record(Record { position: index.tail().next(), stored_at: recorded_at, event });
    }
    Ok(index)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// However vaguely a table writes what was, and in whatever order: no row is rejected, no answer is wrong, and what it
    /// writes to the day is answered to the day.
    #[test]
    fn no_answer_contradicts_what_a_table_of_spells_was_made_of(
        (truths, rows) in truths().prop_flat_map(|truths| (Just(truths.clone()), Just(truths).prop_shuffle())),
        days in prop::collection::vec(0..2500_i32, 12),
    ) {
        let text = table(&in_doubt_in_order(rows, &truths));
        let index = folded(&text).map_err(TestCaseError::fail)?;
        prop_assume!(!truths.is_empty());
        let organisation: OrganisationId = "sco".parse().expect("a slug");
        let edges = truths.iter().flat_map(|truth| [Some(truth.from), truth.until]).flatten();
        let days: Vec<Date> = days.into_iter().map(|days| date(2000, 6, 1) + days.days()).chain(edges).collect();
        for day in days {
            let as_of = Some(AsOf::End(day.to_string().parse().expect("EDTF")));
            let view = index.view(&Vantage { as_of, ..Vantage::default() }, date(2026, 1, 1)).expect("a vantage");
            let members = view.members(&organisation, &MembersFilter::default()).expect("it is known");
            for party in PARTIES {
                let spells = || truths.iter().filter(|truth| truth.party == party);
                let held = spells().find(|truth| truth.from <= day && truth.until.is_none_or(|until| day < until));
                let rows = || members.parties.iter().filter(|row| row.party.as_str() == party);
                let answer = |status: &str| {
                    rows().filter(|row| row.status.as_ref().is_some_and(|held| held.as_str() == status)).map(|row| row.answer).min()
                };
                if let Some(truth) = held {
                    prop_assert!(answer(truth.status).is_some(), "{party} was {} on {day}: {text}", truth.status);
                }
                for row in rows().filter(|row| row.answer == Stated::Yes) {
                    let status = row.status.as_ref().expect("rows have one").as_str();
                    prop_assert_eq!(Some(status), held.map(|truth| truth.status), "{} on {}: {}", party, day, text);
                }
                for row in rows() {
                    prop_assert!(!row.contested, "{} on {}: {}", party, day, text);
                }
                if spells().all(|truth| matches!(truth.precision, (Precision::Day, Precision::Day))) {
                    let expected: Vec<_> = held.iter().map(|truth| (truth.status.to_owned(), Stated::Yes)).collect();
                    let found: Vec<_> =
                        rows().map(|row| (row.status.as_ref().expect("rows have one").to_string(), row.answer)).collect();
                    prop_assert_eq!(found, expected, "{} on {}: {}", party, day, text);
                }
            }
        }
    }
}
