//! Under which subject events are filed.

mod support;

use futures::stream::{self, StreamExt};
use jiff::Timestamp;
use producer::{NoDirectory, Producer};
use serde_json::{Value, json};
use support::{FaultyLog, Index, decoded, document, entries, id, producer};
use wire::Document;

/// An event of a kind, with more fields.
fn event(n: u64, kind: &str, more: &Value) -> Document {
    let mut data = json!({"occurred": "2024-07-04", "attribution": [{"name": "desk"}]});
    for (field, value) in more.as_object().expect("fields") {
        data[field] = value.clone();
    }
    decoded(&json!({
        "specversion": "1.0", "id": id(n).to_string(), "source": "/desks/astana",
        "type": format!("chronicle.{kind}.v1"), "data": data,
    }))
}

fn correcting(n: u64, target: u64) -> Document {
    let mut json: Value =
        serde_json::from_slice(&event(n, "statement", &json!({"words": "we were wrong"})).encode()).expect("JSON");
    json["corrects"] = id(target).to_string().into();
    decoded(&json)
}

async fn subjects(producer: Producer, log: &FaultyLog, documents: Vec<Document>) -> Vec<String> {
    let answers: Vec<_> = producer.publish_many(stream::iter(documents)).collect().await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let subjects = entries(log).await.into_iter().map(|entry| entry.subject);
    subjects.map(|subject| subject.trim_start_matches("chronicle.event.").to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn what_came_before_says_whose_event_it_is() {
    let log = FaultyLog::good();
    let documents = vec![
        event(1, "attendance", &json!({"meeting": "astana", "party": "KAZ"})),
        event(2, "meeting", &json!({"meeting": "astana", "organisation": "sco"})),
        event(3, "attendance", &json!({"meeting": "astana", "party": "CHN"})),
        event(4, "meeting", &json!({"meeting": "astana-photo", "part_of": "astana"})),
        event(5, "attendance", &json!({"meeting": "astana-photo", "party": "RUS"})),
        event(6, "meeting", &json!({"meeting": "aside", "sidelines_of": "astana-photo"})),
        event(7, "retraction", &json!({"retracts": id(5).to_string()})),
        correcting(8, 7),
        correcting(9, 1),
        event(10, "naming", &json!({"of": {"organisation": "sco"}, "name": "SCO"})),
        event(11, "naming", &json!({"of": {"meeting": "aside"}, "name": "Aside"})),
        event(12, "naming", &json!({"of": {"party": "KAZ"}, "name": "Kazakhstan"})),
        event(13, "attendance", &json!({"meeting": "astana", "organisation": "un", "party": "KGZ"})),
    ];
    let expected = [
        "-.astana.attendance",
        "sco.astana.meeting",
        "sco.astana.attendance",
        "sco.astana-photo.meeting",
        "sco.astana-photo.attendance",
        "sco.aside.meeting",
        "sco.-.retraction",
        "sco.-.statement",
        "-.-.statement",
        "sco.-.naming",
        "sco.-.naming",
        "-.-.naming",
        "un.astana.attendance",
    ];
    assert_eq!(subjects(producer(&log), &log, documents).await, expected);
}

#[tokio::test(start_paused = true)]
async fn the_directory_says_whose_older_events_are() {
    let log = FaultyLog::good();
    let first = Producer::new(log.clone(), NoDirectory, Timestamp::now);
    first.publish(document(1, 0)).await.expect("published");
    let mut index = Index::of(&log).await;
    index.meetings.insert("astana".parse().expect("a slug"), "sco".parse().expect("a slug"));
    let producer = Producer::new(log.clone(), index, Timestamp::now);
    let documents = vec![
        event(2, "attendance", &json!({"meeting": "astana", "party": "KAZ"})),
        event(3, "retraction", &json!({"retracts": id(1).to_string()})),
        event(4, "retraction", &json!({"retracts": id(99).to_string()})),
    ];
    let expected = ["sco.-.admission", "sco.astana.attendance", "sco.-.retraction", "-.-.retraction"];
    assert_eq!(subjects(producer, &log, documents).await, expected);
}
