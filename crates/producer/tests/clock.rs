//! A producer whose clock jumps.

use std::sync::Mutex;

use chronicle::{Chronicle, MemoryChronicle};
use futures::TryStreamExt;
use jiff::Timestamp;
use producer::{NoDirectory, Producer};
use summit::Position;
use wire::Document;

fn document(number: u8) -> Document {
    let document = format!(
        r#"{{"specversion":"1.0","id":"00000000-0000-4000-8000-0000000000{number:02}","source":"/t",
        "type":"chronicle.admission.v1","data":{{"occurred":"2025","organisation":"sco","party":"BRA",
        "attribution":[{{"name":"t"}}]}}}}"#
    );
    Document::decode(document.as_bytes()).expect("a good document")
}

#[tokio::test]
async fn a_clock_that_jumps_says_when_it_was_recorded_and_position_says_in_which_order() {
    // A year ahead, an hour back, a leap day, the second before summer time and the one after.
    let said = [
        "2026-03-01T12:00:00Z",
        "2027-03-01T12:00:00Z",
        "2027-03-01T11:00:00Z",
        "2028-02-29T23:59:59Z",
        "2026-03-29T00:59:59Z",
        "2026-03-29T01:00:00Z",
    ];
    let times: Vec<Timestamp> = said.iter().map(|time| time.parse().expect("an instant")).collect();
    let left = Mutex::new(times.clone().into_iter());
    let log = MemoryChronicle::new();
    let producer = Producer::new(log.clone(), NoDirectory, move || {
        left.lock().expect("no panic").next().expect("asked once each")
    });
    for number in 1..=6 {
        let acknowledged = producer.publish(document(number)).await.expect("stored");
        assert_eq!((acknowledged.position, acknowledged.duplicate), (Position::new(number.into()), false));
    }
    let entries: Vec<_> = log.read(Position::START).try_collect().await.expect("readable");
    let recorded = entries.iter().map(|entry| {
        Document::read(&entry.headers, &entry.bytes).expect("a document").event().recorded_at.expect("it is said")
    });
    assert_eq!(recorded.collect::<Vec<_>>(), times);
}
