//! Laws of snapshots: whatever stands in the directory, answers are those of the log folded from its beginning.

mod ask;
mod chronicles;
mod faults;
mod follow;
mod log;
mod salvage;

use proptest::prelude::*;
use proptest::sample::Index as Pick;
use summit::{OrganisationId, Position, Vantage};
use tempfile::TempDir;

use self::log::{CREATED_AT, Log};
use super::{Opened, SetAside, Snapshots};
use crate::{Index, Knowledge, catch_up};

/// How many chronicles each law is tried on.
const CASES: u32 = 64;

fn snapshots(folder: &TempDir) -> Snapshots {
    Snapshots::new(Some(folder.path().join("snapshots")), CREATED_AT)
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime without threads").block_on(work)
}

/// Catches up, and what was set aside on the way.
fn open(snapshots: &Snapshots, log: &Log) -> (Opened, Vec<SetAside>) {
    let mut aside = Vec::new();
    let opened = block_on(snapshots.catch_up(log, None, |one| aside.push(one))).expect("a log in memory is read");
    (opened, aside)
}

fn replay(log: &Log) -> Index {
    block_on(catch_up(log, None)).expect("a log in memory is read")
}

/// A snapshot of the log as far as a position.
fn snapshot(snapshots: &Snapshots, log: &Log, at: usize) {
    let (opened, aside) = open(snapshots, &log.until(at));
    assert_eq!(aside, []);
    snapshots.write(&opened).expect("it can be written").expect("somebody writes");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn a_snapshot_and_what_follows_equal_the_log_folded_from_its_beginning(
        documents in chronicles::documents(24),
        cuts in prop::collection::vec(any::<Pick>(), 1..4),
    ) {
        let log = Log::of(&documents);
        let whole = replay(&log);
        let folder = TempDir::new().expect("a folder");
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| 1 + cut.index(log.len())).collect();
        cuts.sort_unstable();
        cuts.dedup();
        // Each is made from the one before and what came since.
        for cut in &cuts {
            snapshot(&snapshots(&folder), &log, *cut);
        }
        let (opened, aside) = open(&snapshots(&folder), &log);
        prop_assert_eq!(aside, []);
        prop_assert_eq!(log.reads().last().copied(), cuts.last().map(|cut| *cut as u64));
        let expected = ask::everything(&whole);
        prop_assert_eq!(opened.ask(ask::everything), Ok(expected.clone()));
        prop_assert_eq!(ask::everything(&opened.whole().expect("it is good")), expected);
    }

    #[test]
    fn a_question_about_one_organisation_needs_no_other_asked_before(documents in chronicles::documents(24), cut: Pick) {
        let log = Log::of(&documents);
        let whole = replay(&log);
        let folder = TempDir::new().expect("a folder");
        snapshot(&snapshots(&folder), &log, 1 + cut.index(log.len()));
        let organisations: Vec<OrganisationId> = whole.organisations().cloned().collect();
        for organisation in organisations {
            let (opened, _) = open(&snapshots(&folder), &log);
            prop_assert_eq!(opened.ask(|index| ask::one(index, &organisation)), Ok(ask::one(&whole, &organisation)));
        }
    }

    #[test]
    fn odd_links_of_an_organisation_are_found_without_those_of_others(documents in chronicles::documents(24)) {
        let index = replay(&Log::of(&documents));
        let repeated = index.repeats().filter(|repeat| !repeat.same).map(|repeat| repeat.id);
        let odd: Vec<_> = index.linking().map(|slot| index.at(*slot).event.id).chain(repeated).collect();
        for id in odd {
            for organisation in index.organisations_of(id) {
                prop_assert!(index.links_of(&organisation).contains(&id), "{id} of {organisation}");
            }
        }
        for meeting in index.meetings() {
            for organisation in index.organisations_of_meeting(meeting) {
                prop_assert!(index.meetings_of(&organisation).contains(meeting), "{meeting} of {organisation}");
            }
        }
    }
}

#[test]
fn what_is_on_record_is_answered_alike_wherever_it_is_cut() {
    let log = Log::of(&chronicles::on_record());
    let expected = ask::everything(&replay(&log));
    for cut in [1, 57, 210, 211, 240, log.len()] {
        let folder = TempDir::new().expect("a folder");
        snapshot(&snapshots(&folder), &log, cut);
        let (opened, aside) = open(&snapshots(&folder), &log);
        assert_eq!(aside, []);
        assert_eq!(opened.ask(ask::everything).as_ref(), Ok(&expected), "cut at {cut}");
    }
}

#[test]
fn causes_are_told_in_the_order_of_their_positions_wherever_they_stand_in_the_snapshot() {
    let event = |number: u8, kind: &str, rest: &str| {
        let document = format!(
            r#"{{"specversion":"1.0","id":"00000000-0000-4000-8000-00000000000{number}","source":"/t",
            "type":"chronicle.{kind}.v1","data":{{"occurred":"200{number}","attribution":[{{"name":"t"}}],{rest}}}}}"#
        );
        document.into_bytes()
    };
    let standing = r#""organisation":"c","party":"KAZ","status":"observer""#;
    let log = Log::of(&[
        event(1, "meeting", r#""organisation":"a","meeting":"m""#),
        event(2, "standing", standing),
        // Said at a meeting of another organisation, with whose events it is kept.
        event(3, "standing", &format!(r#"{},"meeting":"m""#, standing.replace("observer", "member"))),
    ]);
    let folder = TempDir::new().expect("a folder");
    snapshot(&snapshots(&folder), &log, 3);
    let (opened, _) = open(&snapshots(&folder), &log);
    let causes = |index: &Index| {
        let sides = (Knowledge::Position(Position::new(1)), Knowledge::Position(Position::new(3)));
        let organisation = "c".parse().expect("a slug");
        let today = jiff::civil::date(2026, 1, 1);
        let diff = crate::diff(index, &organisation, sides, &Vantage::default(), today).expect("it is there");
        diff.changes[0].causes.iter().map(|id| id.to_string().pop()).collect::<Vec<_>>()
    };
    assert_eq!(opened.ask(causes), Ok(vec![Some('2'), Some('3')]));
}

#[test]
fn an_event_that_grows_beyond_a_document_when_it_is_written_out_is_kept() {
    // Its people have no ids of their own: written out, they have.
    let people: Vec<String> = (0..1400).map(|n| format!(r#"{{"party":"un","person":{{"name":"N{n}"}}}}"#)).collect();
    let document = format!(
        r#"{{"specversion":"1.0","id":"00000000-0000-4000-8000-000000000001","source":"/t","type":"chronicle.meeting.v1",
        "data":{{"occurred":"2024","meeting":"m","attribution":[{{"name":"t"}}],"participants":[{}]}}}}"#,
        people.join(",")
    );
    let log = Log::of(&[document.into_bytes()]);
    let index = replay(&log);
    assert_eq!((index.len(), index.undecodable()), (1, &[][..]));
    let written =
        wire::Document::from_event(index.record_at(Position::new(1)).expect("an event").event.clone()).encode();
    assert!(written.len() > summit::MAX_DOCUMENT_BYTES, "{} bytes", written.len());
    let folder = TempDir::new().expect("a folder");
    snapshot(&snapshots(&folder), &log, 1);
    let (opened, _) = open(&snapshots(&folder), &log);
    assert_eq!(opened.ask(ask::everything), Ok(ask::everything(&index)));
}
