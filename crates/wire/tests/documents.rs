//! Real documents in and out.

use serde_json::{Value, json};
use wire::Document;

const ASTANA: &str = include_str!("data/astana-2024.jsonl");
const HISTORY: &str = include_str!("data/sco-history.jsonl");

fn good() -> Value {
    json!({
        "specversion": "1.0", "id": "d0653777-6d69-536b-a4fd-52d10a1fb517", "source": "/desks/astana",
        "type": "chronicle.admission.v1", "recordedtime": "2024-07-04T23:59:59+05:00",
        "data": {"occurred": "2024-07-04", "attribution": [{"name": "desk"}], "organisation": "sco", "party": "BLR"},
    })
}

#[test]
fn every_real_document_decodes_and_comes_back_whole() {
    let lines: Vec<&str> = ASTANA.lines().chain(HISTORY.lines()).collect();
    assert_eq!(lines.len(), 283);
    for line in lines {
        let document = Document::decode(line.as_bytes()).unwrap_or_else(|error| panic!("{line}\n{error}"));
        let (read, written): (Value, Value) =
            (serde_json::from_str(line).expect("JSON"), serde_json::from_slice(&document.encode()).expect("JSON"));
        assert_eq!(read, written);
    }
}

#[test]
fn an_event_made_here_reads_back_as_itself() {
    for line in ASTANA.lines().chain(HISTORY.lines()) {
        let event = Document::decode(line.as_bytes()).expect("a good document").event().clone();
        let made = Document::from_event(event.clone());
        assert_eq!(Document::decode(&made.encode()).expect("our own document").event(), &event);
    }
}

#[test]
fn what_the_vocabulary_does_not_know_is_kept() {
    let mut document = good();
    document["traceparent"] = json!("00-ab-cd-01");
    document["data"]["mood"] = json!({"deep": [1, 2.5, null]});
    document["data"]["attribution"][0]["rank"] = json!(7);
    let read = Document::decode(document.to_string().as_bytes()).expect("unknown fields are kept");
    assert_eq!(serde_json::from_slice::<Value>(&read.encode()).expect("JSON"), document);
}

#[test]
fn what_the_producer_fills_in_does_not_change_what_is_said() {
    let mut later = good();
    later["recordedtime"] = json!("2025-01-01T00:00:00Z");
    let mut other = good();
    other["data"]["party"] = json!("MNG");
    let print = |value: &Value| Document::decode(value.to_string().as_bytes()).expect("good").fingerprint();
    assert_eq!(print(&good()), print(&later));
    assert_ne!(print(&good()), print(&other));
}

#[test]
fn an_event_is_filed_under_the_organisation_it_belongs_to() {
    let document = Document::decode(ASTANA.lines().nth(43).expect("44 lines").as_bytes()).expect("good");
    assert_eq!(wire::subject(document.event(), None), "chronicle.event.-.sco-plus-astana-2024.attendance");
    let sco = "sco".parse().expect("a slug");
    assert_eq!(wire::subject(document.event(), Some(&sco)), "chronicle.event.sco.sco-plus-astana-2024.attendance");
}
