//! Laws of reading and writing, for anything that may arrive.

mod arbitrary;
mod golden;
mod places;
mod transport;

use std::sync::LazyLock;

use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use summit::Kind;
use wire::Document;

use crate::golden::{golden, validator};
use crate::places::places;
use crate::transport::{Headers, binary};

static VALIDATORS: LazyLock<Vec<Validator>> = LazyLock::new(|| Kind::ALL.iter().copied().map(validator).collect());
/// Every document at hand: real ones, and the golden one of every kind.
static DOCUMENTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let real = [include_str!("data/astana-2024.jsonl"), include_str!("data/sco-history.jsonl")];
    let golden = Kind::ALL.iter().map(|kind| golden(*kind).to_string());
    real.iter().flat_map(|file| file.lines()).map(str::to_owned).chain(golden).collect()
});

fn json(document: &Document) -> Value {
    serde_json::from_slice(&document.encode()).expect("we write JSON")
}

/// SHA-256 of what a document says, made the long way.
fn digest(mut said: Value) -> [u8; 32] {
    said.as_object_mut().expect("a document is an object").remove("recordedtime");
    said.sort_all_objects();
    Sha256::digest(said.to_string()).into()
}

/// What holds of every document that was read, from whatever it was read.
fn lawful(document: &Document) -> Result<(), TestCaseError> {
    let again = Document::decode(&document.encode());
    prop_assert_eq!(again.as_ref().map(Document::event), Ok(document.event()));
    prop_assert_eq!(again.map(|again| again.fingerprint()), Ok(document.fingerprint()));
    let read = Document::read_event::<&str, &str>(&[], &document.encode());
    prop_assert_eq!(read, Ok((document.event().clone(), document.fingerprint())));
    prop_assert_eq!(document.fingerprint().to_bytes(), digest(json(document)));
    let at = Kind::ALL.iter().position(|kind| *kind == document.event().kind()).expect("every kind is listed");
    let valid = VALIDATORS[at].validate(&json(document)).map_err(|error| error.to_string());
    prop_assert_eq!(valid, Ok(()));
    let made = Document::decode(&Document::from_event(document.event().clone()).encode());
    prop_assert_eq!(made.as_ref().map(Document::event), Ok(document.event()));
    Ok(())
}

fn any_json() -> impl Strategy<Value = Value> {
    let number = any::<f64>().prop_filter_map("a finite number", serde_json::Number::from_f64);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        number.prop_map(Value::Number),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// Values that stand somewhere in documents, and some that should not.
fn any_part() -> impl Strategy<Value = Value> {
    prop_oneof![
        any_json(),
        prop::sample::select(vec!["none", "KAZ", "XXX", "sco", "2024-02-30", "", "a b", "mem\u{7}ber", "Asia/Almaty"])
            .prop_map(Value::from),
        "[-0-9XYTZSE:./,~?%+\\[\\]{}]{0,20}".prop_map(Value::from),
        "[0-9]{4}-[01][0-9]-[0-3][0-9][Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,11})?[Zz+]?(0[0-9]:00)?"
            .prop_map(Value::from),
    ]
}

/// A document with the value at one of its places replaced.
fn damaged() -> impl Strategy<Value = Value> {
    (0..DOCUMENTS.len(), any::<prop::sample::Index>(), any_part()).prop_map(|(which, place, part)| {
        let mut document: Value = serde_json::from_str(&DOCUMENTS[which]).expect("a good document");
        let places = places(&document);
        *document.pointer_mut(&places[place.index(places.len())]).expect("the place was found") = part;
        document
    })
}

fn any_headers() -> impl Strategy<Value = Headers> {
    let name = prop_oneof![
        prop::sample::select(vec![
            "ce-specversion",
            "CE-SpecVersion",
            "ce-id",
            "ce-type",
            "ce-source",
            "ce-",
            "ce-data",
            "ce-time",
            "Content-Type",
            "content-type",
            "ce-datacontenttype",
            "Nats-Msg-Id",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    let value = prop_oneof![
        prop::sample::select(vec!["1.0", "application/json", "application/cloudevents+json", "%C0%A0", "\"\\", "%"])
            .prop_map(str::to_owned),
        any::<String>(),
    ];
    prop::collection::vec((name, value), 0..8)
}

fn unknown(names: &'static str) -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((names, any_json()), 0..4).prop_map(|entries| entries.into_iter().collect())
}

proptest! {
    #[test]
    fn arbitrary_bytes_under_arbitrary_headers_never_panic(
        headers in any_headers(), bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let _ = Document::decode(&bytes);
        let _ = Document::read(&headers, &bytes);
    }

    #[test]
    fn arbitrary_json_never_panics(value in any_json(), headers in any_headers()) {
        let _ = Document::decode(value.to_string().as_bytes());
        let _ = Document::read(&headers, value.to_string().as_bytes());
    }

    #[test]
    fn a_document_with_one_wrong_byte_is_refused_or_means_what_it_says(
        which in 0..DOCUMENTS.len(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut bytes = DOCUMENTS[which].clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(document) = Document::decode(&bytes) {
            lawful(&document)?;
        }
    }

    #[test]
    fn a_document_with_one_wrong_part_is_refused_or_means_what_it_says(damaged in damaged()) {
        match Document::decode(damaged.to_string().as_bytes()) {
            Ok(document) => {
                lawful(&document)?;
                prop_assert_eq!(json(&document), damaged);
            }
            Err(refused) => prop_assert!(!refused.faults.is_empty()),
        }
    }

    #[test]
    fn an_event_of_any_kind_comes_back_from_its_document(event in arbitrary::event()) {
        let document = Document::from_event(event.clone());
        let read = Document::decode(&document.encode());
        prop_assert_eq!(read.as_ref(), Ok(&document));
        prop_assert_eq!(read.as_ref().map(Document::event), Ok(&event));
        lawful(&document)?;
    }

    #[test]
    fn an_event_of_any_kind_is_the_same_in_binary_mode(event in arbitrary::event()) {
        let document = Document::from_event(event);
        let (headers, body) = binary(&json(&document));
        let read = Document::read(&headers, &body);
        prop_assert_eq!(read.as_ref(), Ok(&document));
        prop_assert_eq!(read.map(|read| read.fingerprint()), Ok(document.fingerprint()));
    }

    #[test]
    fn a_damaged_document_is_judged_alike_in_both_modes(mut damaged in damaged()) {
        for (name, value) in damaged.as_object_mut().expect("a document is an object") {
            if name != "data" && !value.is_string() {
                *value = json!(value.to_string());
            }
        }
        let (headers, body) = binary(&damaged);
        let (structured, binary) = (Document::decode(damaged.to_string().as_bytes()), Document::read(&headers, &body));
        prop_assert_eq!(binary.map(|read| json(&read)), structured.map(|read| json(&read)));
    }

    #[test]
    fn what_the_vocabulary_does_not_know_is_kept_in_both_modes(
        event in arbitrary::event(),
        extensions in prop::collection::vec(("x[a-z0-9]{0,30}", "\\PC{0,20}"), 0..4),
        fields in unknown("x_\\PC{0,8}"),
        deep in unknown("x_\\PC{0,8}"),
    ) {
        let mut document = json(&Document::from_event(event));
        for (name, value) in extensions {
            document[name] = json!(value);
        }
        document["data"].as_object_mut().expect("data is an object").extend(fields);
        document["data"]["attribution"][0].as_object_mut().expect("one at least").extend(deep);
        let read = Document::decode(document.to_string().as_bytes());
        prop_assert_eq!(read.map(|read| json(&read)), Ok(document.clone()));
        let (headers, body) = binary(&document);
        let read = Document::read(&headers, &body).expect("good in binary mode");
        prop_assert_eq!(json(&read), document);
        lawful(&read)?;
    }
}
