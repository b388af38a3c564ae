//! Published views: what stands there is what the log gives, whoever publishes.

use std::collections::BTreeMap;

use bytes::Bytes;
use chronicle::{Change, Chronicle, Draft, MAX_CHANGES, MemoryChronicle, MemoryViews, ViewStore};
use futures::TryStreamExt;
use jiff::Timestamp;
use projector::published::{Pointer, Publisher, pointer, rebuild, roll_back};
use projector::{Index, Live, catch_up, date_of};
use serde_json::Value;
use summit::Position;
use wire::Document;

const ASTANA: &str = include_str!("../../wire/tests/data/astana-2024.jsonl");
const HISTORY: &str = include_str!("../../wire/tests/data/sco-history.jsonl");

fn noon() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().expect("an instant")
}

fn draft(line: &str) -> Draft {
    let document = Document::decode(line.as_bytes()).expect("a good document");
    let subject = wire::subject(document.event(), None);
    Draft { id: document.event().id, subject, headers: vec![], bytes: Bytes::from(document.encode()) }
}

async fn append<'a>(log: &MemoryChronicle, lines: impl IntoIterator<Item = &'a str>) {
    for line in lines {
        log.append(draft(line)).await.expect("stored");
    }
}

/// Both views of a version.
async fn stands(store: &MemoryViews, version: u32) -> [BTreeMap<String, Bytes>; 2] {
    let load = async |view: &str| store.load(&format!("{view}-{version}")).await.expect("readable");
    [load("membership").await, load("attendance").await]
}

/// Both views, made at once from an index.
async fn made_at_once(index: &Index) -> [BTreeMap<String, Bytes>; 2] {
    let store = MemoryViews::new();
    Publisher::begin(store.clone(), index, date_of(noon())).await.expect("published");
    stands(&store, 1).await
}

/// Publishes everything behind a position as it is told.
async fn follow(log: &MemoryChronicle, store: &MemoryViews, since: u64) -> Publisher<MemoryViews> {
    let mut live = Live::begin(log, Some(Position::new(since)), noon).await.expect("following");
    let tail = log.tail().await.expect("a tail");
    let first = live.next().await.expect("an update").changes;
    let begun = Publisher::begin(store.clone(), live.index().as_ref(), date_of(noon())).await;
    let mut publisher = begun.expect("published");
    publisher.publish(live.index().as_ref(), &first).await.expect("published");
    while live.index().tail() < tail {
        let update = live.next().await.expect("an update");
        publisher.publish(live.index().as_ref(), &update.changes).await.expect("published");
    }
    publisher
}

#[tokio::test]
async fn what_is_published_step_by_step_is_what_is_made_at_once() {
    let log = MemoryChronicle::new();
    append(&log, ASTANA.lines().chain(HISTORY.lines())).await;
    let store = MemoryViews::new();
    let publisher = follow(&log, &store, 0).await;
    assert_eq!(publisher.position(), Position::new(283));
    let [membership, attendance] = stands(&store, 1).await;
    assert_eq!(
        [membership.clone(), attendance.clone()],
        made_at_once(&catch_up(&log, None).await.expect("read")).await
    );

    let india: Value = serde_json::from_slice(&membership["sco.IND"]).expect("JSON");
    assert_eq!((&india[0]["status"], &india[0]["since"]["edtf"]), (&"member".into(), &"2017-06-09".into()));
    let india: Value = serde_json::from_slice(&attendance["sco-plus-astana-2024.IND"]).expect("JSON");
    assert_eq!(india["level"], "FM");
    let first = Pointer { current: 1, previous: None, newest: 1 };
    assert_eq!(pointer(&store).await, Ok(Some(first)));
}

#[tokio::test]
async fn a_publisher_takes_up_where_another_left_and_one_that_wakes_up_late_changes_nothing() {
    let log = MemoryChronicle::new();
    append(&log, ASTANA.lines()).await;
    let store = MemoryViews::new();
    let mut late = follow(&log, &store, 0).await;
    let old = catch_up(&log, None).await.expect("read");

    append(&log, HISTORY.lines()).await;
    follow(&log, &store, 73).await;
    let should = made_at_once(&catch_up(&log, None).await.expect("read")).await;
    assert_eq!(stands(&store, 1).await, should);

    // The late one still believes that position 73 is the news.
    late.publish(&old, &projector::changes(&old, Position::new(73), date_of(noon()))).await.expect("nothing to do");
    assert_eq!(stands(&store, 1).await, should);
    // Nor does it when it takes the views up again with what it knows.
    let behind = Publisher::begin(store.clone(), &old, date_of(noon())).await.expect("taken up");
    assert_eq!((stands(&store, 1).await, behind.position()), (should, Position::new(283)));
}

#[tokio::test]
async fn many_positions_and_a_new_day_published_as_one_move_give_what_is_made_at_once() {
    let log = MemoryChronicle::new();
    append(&log, ASTANA.lines()).await;
    let (store, old) = (MemoryViews::new(), catch_up(&log, None).await.expect("read"));
    let yesterday = date_of(noon()).yesterday().expect("a day");
    let mut publisher = Publisher::begin(store.clone(), &old, yesterday).await.expect("published");
    let before = store.checkpoint("membership-1").await.expect("a checkpoint");

    append(&log, HISTORY.lines()).await;
    let index = catch_up(&log, None).await.expect("read");
    let mut all = vec![projector::calendar_changes(&old, yesterday, date_of(noon()))];
    all.extend((74..=283).map(|number| projector::changes(&index, Position::new(number), date_of(noon()))));
    publisher.publish_all(&index, &all).await.expect("published");
    assert_eq!(stands(&store, 1).await, made_at_once(&index).await);
    assert_eq!(publisher.position(), Position::new(283));
    let keys = stands(&store, 1).await[0].len() as u64;
    let after = store.checkpoint("membership-1").await.expect("a checkpoint");
    assert!(after.revision.get() - before.revision.get() <= 2 * (keys + 1), "one move, not one for each position");
}

#[tokio::test]
async fn a_new_day_of_one_who_is_behind_takes_nothing_back_and_is_made_up_for_later() {
    let admission = |number: u8, party: &str, day: &str| {
        format!(
            r#"{{"specversion":"1.0","id":"00000000-0000-4000-8000-00000000000{number}","source":"/t",
            "type":"chronicle.admission.v1","data":{{"organisation":"o","attribution":[{{"name":"t"}}],
            "occurred":"{day}","party":"{party}"}}}}"#
        )
    };
    let (today, tomorrow) = (date_of(noon()), date_of(noon()).tomorrow().expect("a day"));
    let (first, second) = (admission(1, "KAZ", &tomorrow.to_string()), admission(2, "BLR", "2024"));
    let (log, store) = (MemoryChronicle::new(), MemoryViews::new());
    append(&log, [first.as_str()]).await;
    let mut behind = catch_up(&log, None).await.expect("read");
    append(&log, [second.as_str()]).await;
    let index = catch_up(&log, None).await.expect("read");
    let ahead = Publisher::begin(store.clone(), &index, today).await.expect("published");
    let mut publisher = Publisher::begin(store.clone(), &behind, today).await.expect("taken up");

    let midnight = projector::calendar_changes(&behind, today, tomorrow);
    assert_eq!(midnight.changes.len(), 1);
    publisher.publish(&behind, &midnight).await.expect("nothing to do yet");
    let position = store.checkpoint("membership-1").await.expect("a checkpoint").position;
    assert_eq!((position, ahead.position()), (Position::new(2), Position::new(2)), "what is known is known");

    // The other one is gone. Where this one has come as far, the new day is told.
    let record = index.record_at(Position::new(2)).expect("it stands there");
    behind.record(record.clone());
    publisher.publish(&behind, &projector::changes(&behind, Position::new(2), tomorrow)).await.expect("published");
    let [membership, _] = stands(&store, 1).await;
    assert_eq!(membership.keys().collect::<Vec<_>>(), ["o.BLR", "o.KAZ"]);
}

#[tokio::test]
async fn two_publishers_at_once_do_no_harm() {
    let log = MemoryChronicle::new();
    append(&log, ASTANA.lines().chain(HISTORY.lines())).await;
    let store = MemoryViews::new();
    let (one, other) = futures::join!(follow(&log, &store, 0), follow(&log, &store, 0));
    assert_eq!((one.position(), other.position()), (Position::new(283), Position::new(283)));
    assert_eq!(stands(&store, 1).await, made_at_once(&catch_up(&log, None).await.expect("read")).await);
}

#[tokio::test]
async fn more_keys_than_fit_into_one_move_are_moved_in_parts_and_the_position_comes_last() {
    let log = MemoryChronicle::new();
    let parties = MAX_CHANGES + 500;
    let event = |number: usize, kind: &str, data: &str| {
        format!(
            r#"{{"specversion":"1.0","id":"00000000-0000-4000-8000-{number:012}","source":"/t",
            "type":"chronicle.{kind}.v1","data":{{"organisation":"o","attribution":[{{"name":"t"}}],{data}}}}}"#
        )
    };
    let admissions = (1..=parties).map(|number| {
        event(number, "admission", &format!(r#""occurred":"2010","party":"p-{number}","status":"observer""#))
    });
    let scheme = event(parties + 1, "reclassification", r#""occurred":"2020","from":["observer"],"to":"partner""#);
    let lines: Vec<String> = admissions.chain([scheme]).collect();
    append(&log, lines[..parties].iter().map(String::as_str)).await;
    let store = MemoryViews::new();
    let mut live = Live::begin(&log, None, noon).await.expect("following");
    append(&log, [lines[parties].as_str()]).await;
    let index = catch_up(&log, None).await.expect("read");
    let mut publisher = {
        // As of before the reclassification.
        let mut before = Index::new();
        for record in (1..=parties as u64).filter_map(|number| index.record_at(Position::new(number))) {
            before.record(record.clone());
        }
        Publisher::begin(store.clone(), &before, date_of(noon())).await.expect("published")
    };
    let update = live.next().await.expect("an update");
    assert_eq!(update.changes.changes.len(), parties);
    publisher.publish(live.index().as_ref(), &update.changes).await.expect("published");
    assert_eq!(stands(&store, 1).await, made_at_once(&index).await);
    assert_eq!(publisher.position(), Position::new(parties as u64 + 1));
}

#[tokio::test]
async fn a_rebuild_finds_every_key_that_is_not_what_the_log_gives_and_can_be_taken_back() {
    let log = MemoryChronicle::new();
    append(&log, ASTANA.lines()).await;
    let store = MemoryViews::new();
    follow(&log, &store, 0).await;
    let mut index = catch_up(&log, None).await.expect("read");
    let clean = rebuild(&store, &log, &mut index, date_of(noon()), None).await.expect("rebuilt");
    assert_eq!((clean.from, clean.to, clean.differences.len()), (1, 2, 0));
    assert!(clean.compared > 14, "{} keys", clean.compared);

    let checkpoint = store.checkpoint("membership-2").await.expect("a checkpoint");
    let wrong =
        vec![Change { key: "sco.BLR".into(), value: None }, Change { key: "sco.BRA".into(), value: Some("[]".into()) }];
    store.apply("membership-2", checkpoint.revision, wrong, checkpoint.position).await.expect("applied");
    let rebuilt = rebuild(&store, &log, &mut index, date_of(noon()), None).await.expect("rebuilt");
    let keys: Vec<&str> = rebuilt.differences.iter().map(|one| one.key.as_str()).collect();
    assert_eq!((rebuilt.from, rebuilt.to, keys), (2, 3, vec!["sco.BLR", "sco.BRA"]));
    assert_eq!((&rebuilt.differences[0].published, &rebuilt.differences[1].rebuilt), (&None, &None));
    assert_eq!(stands(&store, 3).await, made_at_once(&index).await);

    assert_eq!(pointer(&store).await.expect("readable").expect("there").current, 3);
    assert_eq!(roll_back(&store).await, Ok(2));
    assert_eq!(pointer(&store).await, Ok(Some(Pointer { current: 2, previous: Some(3), newest: 3 })));
}

#[tokio::test]
async fn what_an_older_program_passed_over_is_taken_up_by_a_rebuild() {
    let admission = r#"{"specversion":"1.0","id":"00000000-0000-4000-8000-000000000001","source":"/t",
        "type":"chronicle.admission.v1","data":{"organisation":"sco","attribution":[{"name":"t"}],
        "occurred":"2025","party":"BRA"}}"#;
    let log = MemoryChronicle::new();
    append(&log, ASTANA.lines().chain([admission])).await;
    // The older one could not read the last entry.
    let mut old = Index::new();
    let mut entries = log.read(Position::START);
    while let Some(mut entry) = entries.try_next().await.expect("readable") {
        if entry.position == Position::new(74) {
            entry.bytes = Bytes::from_static(b"what nobody reads yet");
        }
        old.append(&entry);
    }
    let store = MemoryViews::new();
    Publisher::begin(store.clone(), &old, date_of(noon())).await.expect("published");
    assert_eq!((old.undecodable().len(), stands(&store, 1).await[0].contains_key("sco.BRA")), (1, false));

    let mut new = catch_up(&log, None).await.expect("read");
    let rebuilt = rebuild(&store, &log, &mut new, date_of(noon()), None).await.expect("rebuilt");
    let keys: Vec<&str> = rebuilt.differences.iter().map(|one| one.key.as_str()).collect();
    assert_eq!((new.undecodable().len(), keys, rebuilt.to), (0, vec!["sco.BRA"], 2));
    assert_eq!(stands(&store, 2).await, made_at_once(&new).await);
}
