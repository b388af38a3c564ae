//! Waiting for history to come again: a log that is followed, on a clock that the test owns.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use chronicle::{Chronicle, Draft, MemoryChronicle};
use futures::TryStreamExt;
use jiff::{SignedDuration, Timestamp};
use projector::{MAX_GAP, Pacer, Speed};
use summit::Position;
use tokio::time::Instant;
use wire::Document;

const ASTANA: &str = include_str!("../../wire/tests/data/astana-2024.jsonl");

/// The report in a log, each event stored so long after the one before.
async fn log(gap: impl Fn(usize) -> SignedDuration) -> MemoryChronicle {
    let now = Arc::new(Mutex::new("2024-07-04T08:00:00Z".parse::<Timestamp>().expect("an instant")));
    let clock = Arc::clone(&now);
    let log = MemoryChronicle::with_clock(move || *clock.lock().expect("nobody panics"));
    for (number, line) in ASTANA.lines().enumerate() {
        let document = Document::decode(line.as_bytes()).expect("a good document");
        let subject = wire::subject(document.event(), None);
        let bytes = Bytes::from(document.encode());
        log.append(Draft { id: document.event().id, subject, headers: vec![], bytes }).await.expect("stored");
        *now.lock().expect("nobody panics") += gap(number);
    }
    log
}

/// When each entry of the log came, and when it was stored, both since the first.
async fn played(log: &MemoryChronicle, speed: Speed, mut look: impl AsyncFnMut(usize)) -> Vec<(Duration, Duration)> {
    let (mut pacer, begun) = (Pacer::new(speed), Instant::now());
    let mut entries = log.follow(Position::START);
    let (mut played, mut first) = (Vec::new(), None);
    for number in 0..ASTANA.lines().count() {
        let entry = entries.try_next().await.expect("it can be read").expect("following does not end");
        pacer.wait(entry.stored_at).await;
        let stored = entry.stored_at.duration_since(*first.get_or_insert(entry.stored_at));
        played.push((begun.elapsed(), Duration::try_from(stored).expect("forwards")));
        look(number).await;
    }
    played
}

fn sixty() -> Speed {
    "60x".parse().expect("a speed")
}

/// From seconds to minutes, each a whole number of milliseconds when it is sixty times shorter.
fn gap(number: usize) -> SignedDuration {
    SignedDuration::from_millis(60 * i64::try_from(number * number).expect("a small number"))
}

#[tokio::test(start_paused = true)]
async fn at_sixty_times_every_entry_comes_at_a_sixtieth_of_its_stored_time() {
    let played = played(&log(gap).await, sixty(), async |_| ()).await;
    for (came, stored) in &played {
        assert_eq!(*came, *stored / 60);
    }
    assert!(played.last().is_some_and(|(came, _)| *came > Duration::from_secs(100)), "{played:?}");
}

#[tokio::test(start_paused = true)]
async fn in_the_original_time_the_gaps_are_those_of_the_stored_times_however_long() {
    let hours = |_| SignedDuration::from_hours(30);
    let played = played(&log(hours).await, Speed::Original, async |_| ()).await;
    assert!(played.iter().all(|(came, stored)| came == stored));
    assert_eq!(played.last().map(|(came, _)| *came), Some(Duration::from_secs(72 * 30 * 3600)));
}

#[tokio::test(start_paused = true)]
async fn a_long_gap_is_cut_short() {
    let hours = |_| SignedDuration::from_hours(30);
    let played = played(&log(hours).await, sixty(), async |_| ()).await;
    assert_eq!(played.last().map(|(came, _)| *came), Some(MAX_GAP * 72));
}

#[tokio::test(start_paused = true)]
async fn who_is_slow_with_one_entry_does_not_put_off_those_behind_it() {
    let seconds = |_| SignedDuration::from_secs(60);
    let slow = async |number| {
        if number == 10 {
            tokio::time::sleep(Duration::from_millis(2500)).await;
        }
    };
    let played = played(&log(seconds).await, sixty(), slow).await;
    let came: Vec<u128> = played[10..15].iter().map(|(came, _)| came.as_millis()).collect();
    assert_eq!(came, [10_000, 12_500, 12_500, 13_000, 14_000]);
}
