//! Clocks that jump: what is told keeps its order, nothing is told twice, and the views are those of the day that the
//! clock says.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use chronicle::{Chronicle, Draft, MemoryChronicle};
use futures::FutureExt;
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use projector::{Change, Live, Stated, date_of};
use summit::Position;
use wire::Document;

/// A clock that goes on with the runtime's time, and is set.
#[derive(Clone)]
struct Clock(Arc<Mutex<(Timestamp, tokio::time::Instant)>>);

impl Clock {
    fn at(instant: &str) -> Self {
        let instant = instant.parse().expect("an instant");
        Self(Arc::new(Mutex::new((instant, tokio::time::Instant::now()))))
    }

    fn set(&self, instant: &str) {
        *self.0.lock().expect("no panic") = (instant.parse().expect("an instant"), tokio::time::Instant::now());
    }

    fn now(&self) -> Timestamp {
        let (set_to, set_at) = *self.0.lock().expect("no panic");
        set_to + SignedDuration::try_from(set_at.elapsed()).expect("a short time")
    }
}

fn admission(number: u8, party: &str, day: &str) -> Draft {
    let document = format!(
        r#"{{"specversion":"1.0","id":"00000000-0000-4000-8000-0000000000{number:02}","source":"/t",
        "type":"chronicle.admission.v1","recordedtime":"2026-01-01T00:00:00Z","data":{{"occurred":"{day}",
        "organisation":"sco","party":"{party}","attribution":[{{"name":"t"}}]}}}}"#
    );
    let document = Document::decode(document.as_bytes()).expect("a good document");
    let subject = wire::subject(document.event(), None);
    Draft { id: document.event().id, subject, headers: vec![], bytes: Bytes::from(document.encode()) }
}

/// A log of Brazil's admission on a day, and who follows it by a clock.
async fn following(clock: &Clock, day: &str) -> (MemoryChronicle, Live) {
    let log = MemoryChronicle::new();
    log.append(admission(1, "BRA", day)).await.expect("stored");
    let clock = clock.clone();
    let live = Live::begin(&log, None, move || clock.now()).await.expect("following");
    (log, live)
}

/// The next day that is told, and what Brazil is then.
async fn day(live: &mut Live) -> (Option<Date>, Vec<Option<Stated>>) {
    let update = live.next().await.expect("an update");
    assert!(update.entry.is_none(), "{update:?}");
    let brazil = update.changes.changes.iter().filter_map(|change| match change {
        Change::Membership { after, .. } => Some(after.first().map(|row| row.answer)),
        Change::Attendance { .. } => None,
    });
    (update.changes.date, brazil.collect())
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_a_year_ahead_brings_the_year_at_once() {
    let clock = Clock::at("2026-03-01T12:00:00Z");
    let (log, mut live) = following(&clock, "2026-10-03").await;
    live.catch_up().await.expect("caught up");
    assert!(live.next().now_or_never().is_none(), "nothing happens");
    clock.set("2027-03-01T12:00:00Z");
    assert_eq!(day(&mut live).await, (Some(date(2027, 3, 1)), vec![Some(Stated::Yes)]));
    log.append(admission(2, "ARG", "2027-01-01")).await.expect("stored");
    let update = live.next().await.expect("an update");
    assert_eq!((update.changes.position, update.changes.changes.len()), (Position::new(2), 1));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_an_hour_over_midnight_takes_the_day_back_and_nothing_else() {
    let clock = Clock::at("2026-03-01T23:59:59Z");
    let (log, mut live) = following(&clock, "2026-03-02").await;
    assert_eq!(day(&mut live).await, (Some(date(2026, 3, 2)), vec![Some(Stated::Yes)]));
    clock.set("2026-03-01T23:00:00Z");
    let (back, brazil) = day(&mut live).await;
    assert_eq!(back, Some(date(2026, 3, 1)));
    assert_eq!(brazil.len(), 1, "it is not in effect yet");
    assert_ne!(brazil[0], Some(Stated::Yes));
    // Positions go on in their order whatever the clock says.
    log.append(admission(2, "ARG", "2026-01-01")).await.expect("stored");
    assert_eq!(live.next().await.expect("an update").changes.position, Position::new(2));
    assert!(live.next().now_or_never().is_none(), "nothing is told twice");
    // An hour later, by itself.
    assert_eq!(day(&mut live).await, (Some(date(2026, 3, 2)), vec![Some(Stated::Yes)]));
}

#[tokio::test(start_paused = true)]
async fn a_leap_day_comes_and_goes() {
    let clock = Clock::at("2028-02-28T12:00:00Z");
    let (_log, mut live) = following(&clock, "2028-02-29").await;
    assert_eq!(day(&mut live).await, (Some(date(2028, 2, 29)), vec![Some(Stated::Yes)]));
    assert_eq!(day(&mut live).await, (Some(date(2028, 3, 1)), vec![]));
}

#[tokio::test(start_paused = true)]
async fn the_day_is_that_of_utc_whenever_summer_time_begins_or_ends() {
    // Europe's clocks go from 2 to 3 and from 3 to 2, and America's at other days; UTC's do not.
    for (before, after) in [
        ("2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z"),
        ("2026-10-25T00:59:59Z", "2026-10-25T01:00:00Z"),
        ("2026-03-08T06:59:59Z", "2026-03-08T07:00:00Z"),
    ] {
        let clock = Clock::at(before);
        let (_log, mut live) = following(&clock, "2020").await;
        clock.set(after);
        assert!(live.next().now_or_never().is_none(), "{after}");
        assert_eq!(live.today(), date_of(before.parse().expect("an instant")));
    }
}
