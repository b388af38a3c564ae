//! What the service says of itself: frozen, so that no change of it goes unnoticed, and none takes anything away.

use std::path::{Path, PathBuf};

use crate::support::Stage;
use axum::http::StatusCode;
use serde_json::Value;
use summit::Kind;

/// Set, the frozen documents are written anew.
const BLESS: &str = "CHRONICLE_BLESS";
/// Where the service says what.
const FROZEN: [&str; 2] = ["openapi.json", "asyncapi.json"];

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[tokio::test]
async fn the_documents_are_those_that_were_frozen_and_take_nothing_away() {
    let stage = Stage::astana().await;
    for name in FROZEN {
        let answer = stage.ask(&format!("/{name}")).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/json"));
        let now = String::from_utf8(answer.body.to_vec()).expect("UTF-8");
        let before = std::fs::read_to_string(golden(name)).unwrap_or_default();
        if !before.is_empty() {
            let missing = missing("", &parsed(&before), &parsed(&now));
            assert!(missing.is_empty(), "{name} has lost what others rely on:\n{}", missing.join("\n"));
        }
        if std::env::var_os(BLESS).is_some() {
            std::fs::write(golden(name), &now).expect("written");
        } else {
            assert!(before == now, "{name} is another one; where that is right, {BLESS}=1 writes it");
        }
    }
}

/// Members whose absence or other value takes nothing away: words for people.
const WORDS: [&str; 6] = ["description", "summary", "example", "title", "version", "examples"];

/// What of a document is no longer there: addresses, parameters, members, words of closed lists, types.
fn missing(place: &str, old: &Value, new: &Value) -> Vec<String> {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let words = |name: &&String| !(WORDS.contains(&name.as_str()) && old[*name].is_string());
            let of = |name: &String| {
                let place = format!("{place}/{name}");
                match new.get(name) {
                    Some(now) => missing(&place, &old[name], now),
                    None => vec![place],
                }
            };
            old.keys().filter(words).flat_map(of).collect()
        }
        (Value::Array(old), Value::Array(new)) => {
            let near = |one: &Value| {
                let same_name = |other: &&Value| !one["name"].is_null() && one["name"] == other["name"];
                let told = |other: &Value| missing(place, one, other);
                match new.iter().find(same_name) {
                    Some(other) => told(other),
                    None if new.iter().any(|other| told(other).is_empty()) => Vec::new(),
                    None => vec![format!("{place}: {one}")],
                }
            };
            let mut gone: Vec<String> = old.iter().flat_map(near).collect();
            // What is demanded later was not demanded before.
            if place.ends_with("/required") && place.contains("/requestBody") {
                gone.extend(new.iter().filter(|name| !old.contains(name)).map(|name| format!("{place}: now {name}")));
            }
            gone
        }
        (old, new) if old == new => Vec::new(),
        (old, new) => vec![format!("{place}: {old} is {new}")],
    }
}

#[test]
fn what_is_taken_away_is_noticed() {
    let old = parsed(r#"{"paths":{"/a":{"parameters":[{"name":"x","schema":{"enum":["p","q"]}}],"description":"d"}}}"#);
    assert_eq!(missing("", &old, &old), [""; 0]);
    for (new, lost) in [
        (r#"{"paths":{}}"#, "/paths//a"),
        (r#"{"paths":{"/a":{"parameters":[],"description":"d"}}}"#, "/paths//a/parameters"),
        (r#"{"paths":{"/a":{"parameters":[{"name":"x","schema":{"enum":["p"]}}]}}}"#, "/schema/enum: \"q\""),
        (r#"{"paths":{"/a":{"parameters":[{"name":"x","schema":{"type":"integer"}}]}}}"#, "/schema/enum"),
    ] {
        let told = missing("", &old, &parsed(new));
        assert!(told.iter().any(|told| told.contains(lost)), "{new}: {told:?}");
    }
    let more = r#"{"paths":{"/a":{"parameters":[{"name":"y"},{"name":"x","schema":{"enum":["r","q","p"]}}],"description":"other"}}}"#;
    assert_eq!(missing("", &old, &parsed(more)), [""; 0]);
}

#[tokio::test]
async fn every_answer_that_is_json_is_described_and_every_operation_has_a_name_of_its_own() {
    let stage = Stage::astana().await;
    let api = stage.ask("/openapi.json").await.json();
    let mut names = Vec::new();
    for (path, item) in api["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            names.push(operation["operationId"].to_string());
            let tag = &operation["tags"][0];
            assert!(api["tags"].as_array().expect("tags").iter().any(|one| one["name"] == *tag), "{path}: {tag}");
            for (status, response) in operation["responses"].as_object().expect("responses") {
                for (kind, content) in response["content"].as_object().into_iter().flatten() {
                    let described = content["schema"].is_object() || kind == "application/x-ndjson";
                    assert!(described, "{method} {path} answers {status} with {kind} that nobody describes");
                }
            }
        }
    }
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all, "{names:?}");
}

#[tokio::test]
async fn the_schema_of_every_kind_stands_where_it_says_that_it_does() {
    let stage = Stage::astana().await;
    let list = stage.ask("/schemas/").await.json();
    assert_eq!(list.as_object().map(serde_json::Map::len), Some(Kind::ALL.len()));
    for kind in Kind::ALL {
        let address = list[kind.as_str()].as_str().expect("an address");
        let answer = stage.ask(address).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/schema+json"));
        assert_eq!((&answer.json(), answer.json()["$id"].as_str()), (&wire::schema(*kind), Some(address)));
    }
    for address in ["/schemas/coronation.v1.json", "/schemas/admission.v2.json", "/schemas/..%2fopenapi.json"] {
        assert_eq!(stage.ask(address).await.status, StatusCode::NOT_FOUND, "{address}");
    }
}

#[tokio::test]
async fn the_page_explains_every_problem_where_the_problem_says_so_and_loads_nothing_of_others() {
    let stage = Stage::astana().await;
    let page = stage.ask("/docs").await;
    assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src 'self'"));
    let page = String::from_utf8(page.body.to_vec()).expect("UTF-8");
    assert_eq!(stage.ask("/docs/style.css").await.status, StatusCode::OK);
    for bad in ["<script", " style=", " onclick", "src=", "href=\"http", "href=\"//"] {
        assert!(!page.contains(bad), "{bad}");
    }
    let problem = stage.ask("/v1/organisations/sc0/members").await.json();
    assert_eq!(problem["type"], "/docs#unknown-name");
    let api = stage.ask("/openapi.json").await.json();
    let codes = api["components"]["schemas"]["Code"]["oneOf"].as_array().expect("codes").clone();
    assert!(codes.len() > 5 && codes.iter().any(|code| code["const"] == "unknown-name"));
    for code in codes {
        let anchor = format!("id=\"{}\"", code["const"].as_str().expect("a word"));
        assert!(page.contains(&anchor), "{anchor}");
    }
    for path in api["paths"].as_object().expect("paths").keys() {
        assert!(page.contains(&format!("GET {path}<")) || page.contains(&format!("POST {path}<")), "{path}");
    }
}
