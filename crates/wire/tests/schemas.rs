//! The published schemas and one event of every kind, as files that other people may hold us to.

mod golden;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use jsonschema::Validator;
use serde_json::Value;
use summit::Kind;
use wire::Document;

use crate::golden::{golden, validator};

/// Set to write the schemas anew instead of comparing them.
const BLESS: &str = "CHRONICLE_BLESS";

fn published(kind: Kind) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/schemas").join(format!("{kind}.v1.json"))
}

/// What a schema says, wherever a reference points.
fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).expect("the reference leads somewhere"),
        None => schema,
    }
}

/// The paths of the schema's properties that none of these values has.
fn absent(root: &Value, schema: &Value, values: &[&Value], path: &str, missing: &mut BTreeSet<String>) {
    let schema = resolved(root, schema);
    if let Some(items) = schema.get("items") {
        let items_of = |value: &'_ &Value| value.as_array().cloned().unwrap_or_default();
        let inner: Vec<Value> = values.iter().flat_map(items_of).collect();
        absent(root, items, &inner.iter().collect::<Vec<_>>(), path, missing);
    }
    let choice = schema.get("oneOf").is_some();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}/{name}");
        let inner: Vec<&Value> = values.iter().filter_map(|value| value.get(name)).collect();
        if !inner.is_empty() {
            absent(root, property, &inner, &path, missing);
        } else if !choice {
            missing.insert(path);
        }
    }
}

#[test]
fn the_schemas_are_those_that_were_published() {
    for kind in Kind::ALL {
        let path = published(*kind);
        let mut text = serde_json::to_string_pretty(&wire::schema(*kind)).expect("a schema can be written");
        text.push('\n');
        if env::var_os(BLESS).is_some() {
            fs::write(&path, &text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
        let before = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            before == text,
            "{} differs from the types. A change that only allows more is written with {BLESS}=1 cargo test -p wire \
             --test schemas; any other needs a new version of the kind. The types say:\n{text}",
            path.display(),
        );
    }
}

#[test]
fn every_published_schema_is_valid_under_the_metaschema() {
    for kind in Kind::ALL {
        jsonschema::meta::validate(&wire::schema(*kind)).unwrap_or_else(|error| panic!("{kind}: {error}"));
    }
}

#[test]
fn the_golden_event_of_every_kind_is_valid_and_comes_back_whole() {
    for kind in Kind::ALL {
        let golden = golden(*kind);
        let document =
            Document::decode(golden.to_string().as_bytes()).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(document.event().kind(), *kind);
        validator(*kind).validate(&golden).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(serde_json::from_slice::<Value>(&document.encode()).expect("JSON"), golden);
        let made = Document::from_event(document.event().clone());
        assert_eq!(Document::decode(&made.encode()).expect("our own document").event(), document.event());
    }
}

#[test]
fn the_golden_event_of_every_kind_has_every_field_of_its_kind() {
    for kind in Kind::ALL {
        let (schema, event, mut missing) = (wire::schema(*kind), golden(*kind), BTreeSet::new());
        absent(&schema, &schema, &[&event], "", &mut missing);
        assert_eq!(missing, BTreeSet::new(), "{kind}");
    }
}

#[test]
fn what_is_made_from_a_golden_event_has_all_its_fields() {
    for kind in Kind::ALL {
        let golden = golden(*kind);
        let document = Document::decode(golden.to_string().as_bytes()).expect("good");
        let made = Document::from_event(document.event().clone()).encode();
        let made: Value = serde_json::from_slice(&made).expect("JSON");
        assert_eq!(made["data"], golden["data"], "{kind}");
    }
}

#[test]
fn every_real_document_is_valid() {
    let validators: Vec<Validator> = Kind::ALL.iter().map(|kind| validator(*kind)).collect();
    let lines = [include_str!("data/astana-2024.jsonl"), include_str!("data/sco-history.jsonl")];
    for line in lines.iter().flat_map(|file| file.lines()) {
        let kind = Document::decode(line.as_bytes()).expect("good").event().kind();
        let at = Kind::ALL.iter().position(|other| *other == kind).expect("every kind is listed");
        validators[at].validate(&serde_json::from_str(line).expect("JSON")).unwrap_or_else(|e| panic!("{line}\n{e}"));
    }
}
