//! Real documents in and out, and bad ones refused.

use proptest::prelude::*;
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

fn faults(bytes: &[u8]) -> Vec<(String, String)> {
    let refused = Document::decode(bytes).expect_err("it should be refused");
    refused.faults.into_iter().map(|fault| (fault.field, fault.found)).collect()
}

/// The good document with the value at a pointer replaced, and the field that the refusal must name.
#[track_caller]
fn refused_at(pointer: &str, value: &Value, field: &str) {
    let mut document = good();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer has a slash");
    document.pointer_mut(parent).expect("the parent exists")[name] = value.clone();
    let faults = faults(document.to_string().as_bytes());
    assert_eq!(faults.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), [field], "{faults:?}");
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
fn each_bad_field_is_named() {
    refused_at("/id", &json!("7"), "id");
    refused_at("/type", &json!("chronicle.coronation.v1"), "type");
    refused_at("/type", &json!("chronicle.admission.v2"), "type");
    refused_at("/specversion", &json!("0.3"), "specversion");
    refused_at("/recordedtime", &json!("yesterday"), "recordedtime");
    refused_at("/source", &json!("a desk"), "source");
    refused_at("/corrects", &json!("x"), "corrects");
    refused_at("/Trace", &json!("x"), "Trace");
    refused_at("/data/occurred", &json!("2024-02-30"), "data.occurred");
    refused_at("/data/organisation", &json!("SCO!"), "data.organisation");
    refused_at("/data/party", &json!("XXX"), "data.party");
    refused_at("/data/status", &json!("none"), "data.status");
    refused_at("/data/status", &json!("mem\u{7}ber"), "data.status");
    refused_at("/data/authority", &json!("gossip"), "data.authority");
    refused_at("/data/order", &json!(1.5), "data.order");
    refused_at("/data/zone", &json!("Asia/Atlantis"), "data.zone");
    refused_at("/data/attribution", &json!([]), "data.attribution");
}

#[test]
fn all_faults_of_a_document_are_told_at_once() {
    let faults = faults(br#"{"specversion":"1.0","source":"/d","type":"chronicle.tally.v1","data":{"value":"ten"}}"#);
    let fields: Vec<&str> = faults.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["id", "data.occurred", "data.attribution", "data.organisation", "data.what", "data.value"]);
}

#[test]
fn documents_that_only_look_like_json_are_refused() {
    let text = good().to_string();
    let twice = text.replacen("{\"spec", "{\"id\":\"x\",\"spec", 1);
    assert!(faults(twice.as_bytes())[0].1.contains("twice"));
    let nested = text.replacen("\"party\"", &format!("\"deep\":{}{},\"party\"", "[".repeat(31), "]".repeat(31)), 1);
    assert!(faults(nested.as_bytes())[0].1.contains("deeper than 32"));
    let fits = text.replacen("\"party\"", &format!("\"deep\":{}{},\"party\"", "[".repeat(30), "]".repeat(30)), 1);
    assert!(Document::decode(fits.as_bytes()).is_ok());
    assert!(faults(b"{\"id\":\"\xff\"}")[0].1.contains("UTF-8"));
    assert_eq!(faults(&vec![b' '; 65_537])[0].1, "65537 bytes");
    assert_eq!(faults(b"[]")[0].0, "");
    assert!(!faults(format!("{text} {text}").as_bytes()).is_empty());
}

#[test]
fn an_event_is_filed_under_the_organisation_it_belongs_to() {
    let document = Document::decode(ASTANA.lines().nth(43).expect("44 lines").as_bytes()).expect("good");
    assert_eq!(wire::subject(document.event(), None), "chronicle.event.-.sco-plus-astana-2024.attendance");
    let sco = "sco".parse().expect("a slug");
    assert_eq!(wire::subject(document.event(), Some(&sco)), "chronicle.event.sco.sco-plus-astana-2024.attendance");
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Document::decode(&bytes);
    }

    #[test]
    fn a_damaged_document_is_refused_or_means_what_it_says(line in 0usize..283, at in 0usize..600, byte in any::<u8>()) {
        let mut bytes = ASTANA.lines().chain(HISTORY.lines()).nth(line).expect("283 lines").as_bytes().to_vec();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(document) = Document::decode(&bytes) {
            let again = Document::decode(&document.encode()).expect("what was read can be read again");
            prop_assert_eq!(again.event(), document.event());
        }
    }
}
