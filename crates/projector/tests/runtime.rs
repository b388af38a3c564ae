//! Following a log: what is told, when, and that nothing is told twice or left out.

use bytes::Bytes;
use chronicle::{Chronicle, Draft, MemoryChronicle, ReadError};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use projector::{CatchUpError, Change, Live, Stated, catch_up};
use summit::Position;
use wire::Document;

const ASTANA: &str = include_str!("../../wire/tests/data/astana-2024.jsonl");

fn draft(line: &str) -> Draft {
    let document = Document::decode(line.as_bytes()).expect("a good document");
    let subject = wire::subject(document.event(), None);
    Draft { id: document.event().id, subject, headers: vec![], bytes: Bytes::from(document.encode()) }
}

async fn log() -> MemoryChronicle {
    let log = MemoryChronicle::new();
    for line in ASTANA.lines() {
        log.append(draft(line)).await.expect("stored");
    }
    log
}

/// An admission of Brazil that takes effect at midnight of a day.
fn admission(day: &str) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"00000000-0000-4000-8000-000000000001","source":"/t",
        "type":"chronicle.admission.v1","recordedtime":"2026-01-01T00:00:00Z","data":{{"occurred":"{day}",
        "organisation":"sco","party":"BRA","attribution":[{{"name":"t"}}]}}}}"#
    )
}

fn noon() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().expect("an instant")
}

#[tokio::test]
async fn every_position_behind_the_start_is_told_once_with_all_its_changes() {
    let log = log().await;
    let mut live = Live::begin(&log, Some(Position::new(40)), noon).await.expect("following");
    for expected in 41..=73 {
        let update = live.next().await.expect("an update");
        assert_eq!(update.changes.position, Position::new(expected));
        assert_eq!(update.entry.map(|entry| entry.position), Some(Position::new(expected)));
    }
    assert!(live.next().now_or_never().is_none(), "nothing more is there");

    log.append(draft(&admission("2026-02-01"))).await.expect("stored");
    let update = live.next().await.expect("an update");
    let [Change::Membership { party, before, after, .. }] = update.changes.changes.as_slice() else {
        panic!("one change of a membership: {update:?}")
    };
    assert_eq!((party.as_str(), before.len(), after[0].answer), ("BRA", 0, Stated::Yes));
    assert_eq!(update.changes.cause.map(|id| id.to_string()).as_deref(), Some("00000000-0000-4000-8000-000000000001"));
}

#[tokio::test(start_paused = true)]
async fn what_is_announced_takes_effect_when_its_day_comes_without_a_new_event() {
    let log = log().await;
    log.append(draft(&admission("2026-03-03"))).await.expect("stored");
    let begun = tokio::time::Instant::now();
    let clock = move || noon() + SignedDuration::try_from(begun.elapsed()).expect("a short time");
    let mut live = Live::begin(&log, None, clock).await.expect("following");

    // The second of March brings nothing, and is told too: the views are of another day now.
    let update = live.next().await.expect("an update");
    assert_eq!((update.entry, update.changes.date), (None, Some(jiff::civil::date(2026, 3, 2))));
    assert_eq!(update.changes.changes, []);
    let update = live.next().await.expect("an update");
    assert_eq!(update.changes.date, Some(jiff::civil::date(2026, 3, 3)));
    let [Change::Membership { party, after, .. }] = update.changes.changes.as_slice() else {
        panic!("one change of a membership: {update:?}")
    };
    assert_eq!((party.as_str(), after[0].answer), ("BRA", Stated::Yes));
}

#[tokio::test(start_paused = true)]
async fn whoever_slept_through_midnight_tells_the_new_day_before_what_came_meanwhile() {
    let log = log().await;
    let begun = tokio::time::Instant::now();
    let clock = move || noon() + SignedDuration::try_from(begun.elapsed()).expect("a short time");
    let mut live = Live::begin(&log, None, clock).await.expect("following");
    live.catch_up().await.expect("caught up");
    tokio::time::advance(std::time::Duration::from_secs(24 * 3600)).await;
    log.append(draft(&admission("2026-03-02"))).await.expect("stored");
    assert_eq!(live.next().await.expect("an update").changes.date, Some(jiff::civil::date(2026, 3, 2)));
    let update = live.next().await.expect("an update").changes;
    assert_eq!((update.position, update.changes.len()), (Position::new(74), 1), "it is in effect today");
}

#[tokio::test]
async fn a_start_beyond_the_tail_is_told_so() {
    let log = log().await;
    let error = Live::begin(&log, Some(Position::new(74)), noon).await.err();
    assert_eq!(error, Some(ReadError::Gap { expected: Position::new(75), found: Position::new(74) }));
}

#[tokio::test(start_paused = true)]
async fn a_reader_waits_for_its_own_write_but_not_for_ever() {
    let log = log().await;
    let wanted = Position::new(74);
    let late = catch_up(&log, Some(wanted)).await.err();
    assert_eq!(late, Some(CatchUpError::NotReached { wanted, found: Position::new(73) }));

    let waiting = catch_up(&log, Some(wanted));
    let appended = async { log.append(draft(&admission("2026-02-01"))).await.expect("stored") };
    let (index, _) = futures::join!(waiting, appended);
    assert_eq!(index.expect("caught up").tail(), wanted);
}

#[tokio::test]
async fn bytes_that_are_no_event_are_counted_and_passed_over() {
    let log = log().await;
    let garbage = Draft { bytes: Bytes::from_static(b"\xff{"), ..draft(&admission("2026-02-01")) };
    log.append(garbage).await.expect("stored");
    let index = catch_up(&log, None).await.expect("caught up");
    assert_eq!((index.len(), index.undecodable().len(), index.tail()), (73, 1, Position::new(74)));
}

#[tokio::test]
async fn a_meeting_that_gets_its_organisation_late_changes_the_capacities_at_its_parts_and_sidelines() {
    let event = |number: u8, kind: &str, data: &str| {
        draft(&format!(
            r#"{{"specversion":"1.0","id":"00000000-0000-4000-8000-00000000000{number}","source":"/t",
            "type":"chronicle.{kind}.v1","data":{{"occurred":"2024-07-04","attribution":[{{"name":"t"}}],{data}}}}}"#
        ))
    };
    let log = MemoryChronicle::new();
    let whole = |more: &str| format!(r#""meeting":"whole"{more}"#);
    for draft in [
        event(1, "admission", r#""organisation":"sco","party":"KAZ""#),
        event(2, "meeting", &whole("")),
        event(3, "meeting", r#""meeting":"aside","sidelines_of":"whole","participants":[{"party":"KAZ"}]"#),
        event(4, "meeting", r#""meeting":"part","part_of":"aside","participants":[{"party":"KAZ"}]"#),
        event(5, "meeting", &whole(r#","organisation":"sco""#)),
    ] {
        log.append(draft).await.expect("stored");
    }
    let mut live = Live::begin(&log, Some(Position::new(4)), noon).await.expect("following");
    let changes = live.next().await.expect("an update").changes.changes;
    let told = changes.iter().filter_map(|change| match change {
        Change::Attendance { meeting, after, .. } => Some((meeting.as_str(), after.as_ref()?.capacity_derived)),
        Change::Membership { .. } => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), [("aside", true), ("part", true)]);
}
