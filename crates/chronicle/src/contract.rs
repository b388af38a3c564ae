//! The contract of [`Chronicle`] as a test suite: one function per rule, each to be run on an **empty** chronicle.
//!
//! A function returns when the rule holds and panics with what it saw when it does not.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use futures::future::join_all;
use futures::stream::{BoxStream, StreamExt};
use summit::{EventId, MAX_DOCUMENT_BYTES, Position};

use crate::log::{AppendError, Chronicle, Draft, Entry, ID_HEADER, LogState, MAX_BATCH, ReadError, Repair};

/// How long one answer, or the next entry of a stream, may take before the rule counts as broken.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// How long a follower is watched to see that it stays silent and open.
pub const SILENCE: Duration = Duration::from_millis(100);

/// Every rule in turn, each on an empty chronicle of its own.
pub async fn all<C: Chronicle>(make: impl AsyncFn() -> C) {
    positions_have_no_gap(&make().await).await;
    what_is_acknowledged_is_read_back_byte_for_byte(&make().await).await;
    a_repeated_id_is_answered_with_its_first_position(&make().await).await;
    a_batch_stands_together_or_not_at_all(&make().await).await;
    an_expected_tail_that_moved_refuses_the_batch(&make().await).await;
    reading_ends_at_the_tail(&make().await).await;
    following_sees_what_comes_later(&make().await).await;
    a_follower_ahead_of_the_log_is_told(&make().await).await;
    finding_by_id(&make().await).await;
    the_state_counts_every_entry(&make().await, &make().await).await;
    what_may_not_be_stored_is_refused(&make().await).await;
}

/// The rule of a log that can be rebuilt, on two empty ones.
pub async fn repair<C: Repair>(make: impl AsyncFn() -> C) {
    what_is_restored_is_read_back_as_it_was(&make().await).await;
}

/// Positions are 1, 2, 3 … in the order of acknowledgement, whether drafts come alone, as batches or at once.
pub async fn positions_have_no_gap(log: &impl Chronicle) {
    assert_eq!(tail(log).await, 0, "the chronicle under test is empty");
    for n in 1..=3 {
        assert_eq!(append(log, draft(n)).await, (n, false));
    }
    assert_eq!(append_all(log, 4..=6, None).await, Ok(Position::new(4)));
    assert_eq!(append(log, draft(5)).await, (5, true), "a repeat takes no position");
    let at_once = join_all((7..=30).map(|n| append(log, draft(n)))).await;
    let positions: BTreeSet<u64> = at_once.iter().map(|(position, _)| *position).collect();
    assert_eq!(positions, (7..=30).collect());
    assert_eq!(tail(log).await, 30);
    let read: Vec<u64> = drained(log.read(Position::START)).await.iter().map(|entry| entry.position.get()).collect();
    assert_eq!(read, (1..=30).collect::<Vec<_>>());
}

/// Documents of any bytes and size come back as they were, with their subject and headers, and again the same.
pub async fn what_is_acknowledged_is_read_back_byte_for_byte(log: &impl Chronicle) {
    let documents = [
        Bytes::from_static(br#"{ "b": 1,  "a": "\u0041" }"#),
        Bytes::new(),
        (0..=u8::MAX).collect(),
        vec![b'x'; MAX_DOCUMENT_BYTES].into(),
    ];
    let drafts: Vec<Draft> = (1..).zip(documents).map(|(n, bytes)| Draft { bytes, ..draft(n) }).collect();
    for (n, draft) in (1..).zip(&drafts) {
        assert_eq!(append(log, draft.clone()).await, (n, false));
        let seen = drained(log.read(Position::new(n))).await;
        assert_eq!(seen.len(), 1, "acknowledged, so read at once");
        assert_stands(&seen[0], n, draft);
    }
    let too_large = Draft { bytes: vec![b'x'; MAX_DOCUMENT_BYTES + 1].into(), ..draft(9) };
    let refused = within("append", log.append(too_large)).await;
    assert!(matches!(refused, Err(AppendError::TooLarge { .. })), "{refused:?}");
    let all = drained(log.read(Position::START)).await;
    assert_eq!(all.len(), drafts.len());
    for ((n, draft), entry) in (1..).zip(&drafts).zip(&all) {
        assert_stands(entry, n, draft);
    }
    assert_eq!(drained(log.read(Position::START)).await, all);
}

/// A repeat stores nothing, and is answered with the first position even if its document is another one.
pub async fn a_repeated_id_is_answered_with_its_first_position(log: &impl Chronicle) {
    for n in 1..=3 {
        append(log, draft(n)).await;
    }
    append_all(log, 4..=5, None).await.expect("fresh ids are stored");
    for n in [2, 5] {
        assert_eq!(append(log, draft(n)).await, (n, true));
        let other = Draft { bytes: Bytes::from_static(b"somebody else's"), ..draft(n) };
        assert_eq!(append(log, other).await, (n, true));
    }
    let all = drained(log.read(Position::START)).await;
    assert_eq!(all.len(), 5);
    for (n, entry) in (1..).zip(&all) {
        assert_stands(entry, n, &draft(n));
    }
}

/// A batch takes consecutive positions in its order, or leaves no trace: not even its ids count as seen.
pub async fn a_batch_stands_together_or_not_at_all(log: &impl Chronicle) {
    assert_eq!(append_all(log, 1..=3, None).await, Ok(Position::new(1)));
    assert_eq!(append_all(log, [4, 2], None).await, Err(AppendError::Repeated), "2 is in the log");
    assert_eq!(append_all(log, [4, 5, 4], None).await, Err(AppendError::Repeated), "4 is there twice");
    let empty = append_all(log, [], None).await;
    assert!(matches!(empty, Err(AppendError::Refused(_))), "{empty:?}");
    let too_many = append_all(log, (4..).take(MAX_BATCH + 1), None).await;
    assert!(matches!(too_many, Err(AppendError::TooLarge { .. })), "{too_many:?}");
    let too_large = Draft { bytes: vec![b'x'; MAX_DOCUMENT_BYTES + 1].into(), ..draft(5) };
    let too_large = within("append_all", log.append_all(vec![draft(4), too_large], None)).await;
    assert!(matches!(too_large, Err(AppendError::TooLarge { .. })), "{too_large:?}");
    assert_eq!(tail(log).await, 3, "refused batches store nothing");

    assert_eq!(append(log, draft(4)).await, (4, false), "an id of a refused batch is still fresh");
    assert_eq!(append_all(log, (5..).take(MAX_BATCH), None).await, Ok(Position::new(5)));
    let all = drained(log.read(Position::START)).await;
    assert_eq!(all.len(), 4 + MAX_BATCH);
    for (n, entry) in (1..).zip(&all) {
        assert_stands(entry, n, &draft(n));
    }
}

/// With an expected tail, only the batch that knows the tail is stored; of two that expect the same, one is.
pub async fn an_expected_tail_that_moved_refuses_the_batch(log: &impl Chronicle) {
    assert_eq!(append_all(log, 1..=2, Some(Position::START)).await, Ok(Position::new(1)));
    for expected in [0, 1, 3].map(Position::new) {
        assert_eq!(append_all(log, 3..=4, Some(expected)).await, Err(AppendError::Moved { expected }));
    }
    assert_eq!(tail(log).await, 2);
    assert_eq!(append_all(log, 3..=4, Some(Position::new(2))).await, Ok(Position::new(3)));

    let expected = Position::new(4);
    let (left, right) =
        futures::join!(append_all(log, 10..=11, Some(expected)), append_all(log, 20..=21, Some(expected)));
    let moved = Err(AppendError::Moved { expected });
    let one = (left.is_ok() && right == moved) || (right.is_ok() && left == moved);
    assert!(one, "one batch of two is stored: {left:?}, {right:?}");
    assert_eq!(tail(log).await, 6);
}

/// A read begins where it was told, and ends at the tail it found although more is stored meanwhile.
pub async fn reading_ends_at_the_tail(log: &impl Chronicle) {
    assert_eq!(drained(log.read(Position::START)).await, []);
    append_all(log, 1..=5, None).await.expect("fresh ids are stored");
    for (from, count) in [(0, 5), (1, 5), (4, 2), (5, 1), (6, 0), (99, 0)] {
        let seen = drained(log.read(Position::new(from))).await;
        let expected: Vec<u64> = (6 - count..6).collect();
        assert_eq!(seen.iter().map(|entry| entry.position.get()).collect::<Vec<_>>(), expected, "from {from}");
    }
    let mut reading = log.read(Position::START);
    assert_stands(&next(&mut reading).await, 1, &draft(1));
    append_all(log, 6..=9, None).await.expect("fresh ids are stored");
    let rest: Vec<u64> = drained(reading).await.iter().map(|entry| entry.position.get()).collect();
    assert_eq!(rest, [2, 3, 4, 5]);
}

/// A follower sees what stands and then what comes, skipping nothing, and stays open in between.
pub async fn following_sees_what_comes_later(log: &impl Chronicle) {
    let mut all = log.follow(Position::START);
    silent(&mut all).await;
    append(log, draft(1)).await;
    assert_stands(&next(&mut all).await, 1, &draft(1));
    append_all(log, 2..=4, None).await.expect("fresh ids are stored");

    let mut late = log.follow(Position::new(3));
    let mut new = log.follow(Position::new(5));
    silent(&mut new).await;
    append(log, draft(4)).await;
    append(log, draft(5)).await;
    for (stream, from) in [(&mut all, 2), (&mut late, 3), (&mut new, 5)] {
        for n in from..=5 {
            assert_stands(&next(stream).await, n, &draft(n));
        }
        silent(stream).await;
    }
}

/// Who has seen more than there is does not wait for ever: the log has lost something.
pub async fn a_follower_ahead_of_the_log_is_told(log: &impl Chronicle) {
    append_all(log, 1..=3, None).await.expect("fresh ids are stored");
    let mut ahead = log.follow(Position::new(6));
    let told = within("follow", ahead.next()).await;
    assert_eq!(told, Some(Err(ReadError::Gap { expected: Position::new(6), found: Position::new(4) })));
    assert_eq!(within("follow", ahead.next()).await, None);
}

/// An entry is found by its id as soon as it is acknowledged, and only behind the given position.
pub async fn finding_by_id(log: &impl Chronicle) {
    assert_eq!(find(log, 1, 0).await, None);
    for n in 1..=3 {
        append(log, draft(n)).await;
        assert_eq!(find(log, n, 0).await, Some(n), "acknowledged, so found at once");
    }
    append_all(log, 4..=6, None).await.expect("fresh ids are stored");
    for n in 1..=6 {
        assert_eq!(find(log, n, 0).await, Some(n));
        assert_eq!(find(log, n, n - 1).await, Some(n));
        assert_eq!(find(log, n, n).await, None);
    }
    assert_eq!(find(log, 7, 0).await, None);
    assert_eq!(find(log, 1, 99).await, None);
}

/// First, last and count go with the entries; the time of creation stays.
pub async fn the_state_counts_every_entry(log: &impl Chronicle, other: &impl Chronicle) {
    let empty = expect("state", log.state()).await;
    assert_eq!((empty.last, empty.entries, empty.missing), (Position::START, 0, None));
    append_all(log, 1..=3, None).await.expect("fresh ids are stored");
    append(log, draft(4)).await;
    let (first, last) = (Position::new(1), Position::new(4));
    let expected = LogState { first, last, entries: 4, ..empty };
    assert_eq!(expect("state", log.state()).await, expected);
    assert_ne!(expect("state", other.state()).await.created_at, empty.created_at, "it is another log");
}

/// Restored entries are what they were: position, stored-at, subject, headers with the id, bytes; some have no id, and
/// some repeat one. Others are stored behind them as ever.
pub async fn what_is_restored_is_read_back_as_it_was(log: &impl Repair) {
    let restored: Vec<Entry> = (1..=5).map(restored).collect();
    expect("restore", log.restore(restored[..2].to_vec())).await;
    for wrong in [&restored[..1], &restored[3..], &[]] {
        let refused = within("restore", log.restore(wrong.to_vec())).await;
        assert!(matches!(refused, Err(AppendError::Refused(_) | AppendError::Moved { .. })), "{refused:?}");
    }
    expect("restore", log.restore(restored[2..].to_vec())).await;
    append(log, draft(6)).await;
    for read in [log.read(Position::START), log.readable()] {
        let read = drained(read).await;
        assert_eq!(read[..5], restored);
        assert_stands(&read[5], 6, &draft(6));
    }
    assert_eq!((find(log, 2, 0).await, find(log, 2, 2).await), (Some(2), Some(4)));
}

/// An entry of another log: the fourth repeats the id of the second, the third has none.
fn restored(n: u64) -> Entry {
    let Draft { subject, mut headers, bytes, .. } = draft(n);
    if n != 3 {
        headers.push((ID_HEADER.to_owned(), id(if n == 4 { 2 } else { n }).to_string()));
    }
    headers.push(("A-Repeated".to_owned(), "1".to_owned()));
    headers.push(("A-Repeated".to_owned(), "2".to_owned()));
    headers.sort_by(|(left, _), (right, _)| left.cmp(right));
    let stored_at = jiff::Timestamp::from_nanosecond(1_720_119_600_000_000_001 + i128::from(n)).expect("a time");
    Entry { position: Position::new(n), stored_at, subject, headers, bytes }
}

/// A subject that no filter of events matches, or a header that would command the log: refused, alone or in a batch.
pub async fn what_may_not_be_stored_is_refused(log: &impl Chronicle) {
    let subjects = ["chronicle.event.*", "chronicle.event.a b", "chronicle.event..a", "chronicle.event.", "other", ""];
    let headers = [("Nats-Rollup", "all"), ("nats-msg-id", "1"), ("a:b", "1"), ("a", "1\r\nb: 2"), ("", "1")];
    let misfiled = subjects.map(|subject| Draft { subject: subject.into(), ..draft(1) });
    let commanding = headers.map(|(name, value)| Draft { headers: vec![(name.into(), value.into())], ..draft(1) });
    for bad in misfiled.into_iter().chain(commanding) {
        let alone = within("append", log.append(bad.clone())).await;
        assert!(matches!(alone, Err(AppendError::Refused(_))), "{bad:?}: {alone:?}");
        let batched = within("append_all", log.append_all(vec![draft(2), bad.clone()], None)).await;
        assert!(matches!(batched, Err(AppendError::Refused(_))), "{bad:?}: {batched:?}");
    }
    assert_eq!(tail(log).await, 0, "refused, so not stored");
}

fn id(n: u64) -> EventId {
    format!("00000000-0000-4000-8000-{n:012x}").parse().expect("twelve hexadecimal digits end a UUID")
}

/// The draft that the rules store at position `n`.
fn draft(n: u64) -> Draft {
    let headers = [("Content-Type", "application/cloudevents+json"), ("Chronicle-Note", "as it was")];
    Draft {
        id: id(n),
        subject: "chronicle.event.sco.-.admission".to_owned(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        bytes: format!("document {n}").into(),
    }
}

/// The log may add headers of its own, so the draft's are looked for by name.
fn assert_stands(entry: &Entry, position: u64, draft: &Draft) {
    assert_eq!(entry.position.get(), position);
    assert_eq!(entry.subject, draft.subject);
    assert!(entry.bytes == draft.bytes, "the document at position {position} is another one");
    for (name, value) in &draft.headers {
        assert_eq!(entry.header(name), Some(value.as_str()), "header {name} at position {position}");
    }
    assert_eq!(entry.header("Nats-Msg-Id"), Some(draft.id.to_string().as_str()));
    assert!(entry.headers.is_sorted_by_key(|(name, _)| name), "{:?}", entry.headers);
}

async fn within<T>(what: &str, answer: impl Future<Output = T>) -> T {
    let answered = tokio::time::timeout(PATIENCE, answer).await;
    answered.unwrap_or_else(|_| panic!("{what}: no answer within {PATIENCE:?}"))
}

async fn expect<T, E: Debug>(what: &str, answer: impl Future<Output = Result<T, E>>) -> T {
    within(what, answer).await.unwrap_or_else(|error| panic!("{what}: {error:?}"))
}

async fn append(log: &impl Chronicle, draft: Draft) -> (u64, bool) {
    let appended = expect("append", log.append(draft)).await;
    (appended.position.get(), appended.duplicate)
}

async fn append_all(
    log: &impl Chronicle,
    numbers: impl IntoIterator<Item = u64>,
    expected: Option<Position>,
) -> Result<Position, AppendError> {
    within("append_all", log.append_all(numbers.into_iter().map(draft).collect(), expected)).await
}

async fn tail(log: &impl Chronicle) -> u64 {
    expect("tail", log.tail()).await.get()
}

async fn find(log: &impl Chronicle, n: u64, after: u64) -> Option<u64> {
    expect("find", log.find(id(n), Position::new(after))).await.map(|entry| entry.position.get())
}

type Entries = BoxStream<'static, Result<Entry, ReadError>>;

async fn next(stream: &mut Entries) -> Entry {
    let next = within("next entry", stream.next()).await;
    next.expect("the rule has more entries to come").unwrap_or_else(|error| panic!("next entry: {error:?}"))
}

async fn drained(mut stream: Entries) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    loop {
        let last = entries.last().map_or(Position::START, |entry| entry.position);
        match within(&format!("reading on behind position {last}"), stream.next()).await {
            Some(Ok(entry)) => entries.push(entry),
            Some(Err(error)) => panic!("reading on behind position {last}: {error:?}"),
            None => return entries,
        }
    }
}

async fn silent(stream: &mut Entries) {
    if let Ok(seen) = tokio::time::timeout(SILENCE, stream.next()).await {
        panic!("nothing was stored, but the follower saw {seen:?}");
    }
}
