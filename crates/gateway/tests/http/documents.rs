//! What the service says of itself: frozen, so that no change of it goes unnoticed, and none takes anything away.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use gateway::{RIGHTS, Reading};
use projector::Halted;
use serde_json::Value;
use summit::Kind;
use tower::ServiceExt;

use crate::access::{Guarded, Who, address, admission};
use crate::support::Stage;

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

/// Bounds of what an event may say: where one is let go, no event that was taken is refused. What says still when it holds
/// is of the schema of the kind, which `wire` keeps frozen.
const BOUNDS: [&str; 1] = ["/components/schemas/Event.succession/properties/data/properties/to/minItems"];

/// What of a document is no longer there: addresses, parameters, members, words of closed lists, types.
fn missing(place: &str, old: &Value, new: &Value) -> Vec<String> {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let words = |name: &&String| !(WORDS.contains(&name.as_str()) && old[*name].is_string());
            let of = |name: &String| {
                let place = format!("{place}/{name}");
                match new.get(name) {
                    None if BOUNDS.contains(&place.as_str()) => Vec::new(),
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
    let bound = parsed(
        r#"{"components":{"schemas":{"Event.succession":{"properties":{"data":{"properties":{"from":{"minItems":1},"to":{"minItems":1}}}}}}}}"#,
    );
    let loose = parsed(
        r#"{"components":{"schemas":{"Event.succession":{"properties":{"data":{"properties":{"from":{},"to":{}}}}}}}}"#,
    );
    assert_eq!(
        missing("", &bound, &loose),
        ["/components/schemas/Event.succession/properties/data/properties/from/minItems"]
    );
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

/// What HTTP itself says of an answer, and what protects whoever reads it: nobody relies on that here.
const PLAIN_HEADERS: [&str; 9] = [
    "allow",
    "cache-control",
    "content-length",
    "content-security-policy",
    "content-type",
    "referrer-policy",
    "vary",
    "x-accel-buffering",
    "x-content-type-options",
];

/// What is documented, and which documented headers were seen.
struct Seen {
    api: Value,
    headers: BTreeSet<String>,
}

impl Seen {
    /// Asks, and finds every header of the answer documented where it is sent.
    async fn ask(
        &mut self,
        guarded: &Guarded,
        who: Who,
        asked: (&Method, &str, &str),
        more: &[(&str, &str)],
    ) -> HeaderMap {
        let (method, template, address) = asked;
        let mut request = Request::builder().method(method).uri(address);
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        if let Some(token) = guarded.token(who) {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = if *method == Method::POST {
            request = request.header("content-type", "application/cloudevents+json");
            admission().to_string()
        } else {
            String::new()
        };
        let request = request.body(Body::from(body)).expect("a request");
        // Streams have no end: nobody reads the body.
        let (answer, _) = guarded.stage.app.clone().oneshot(request).await.expect("an answer").into_parts();
        let place = format!("{method} {address}: {}", answer.status);
        let operation = &self.api["paths"][template][method.as_str().to_lowercase()];
        let mut response = &operation["responses"][answer.status.as_str()];
        if let Some(reference) = response["$ref"].as_str() {
            response = self.api.pointer(reference.trim_start_matches('#')).expect("it leads somewhere");
        }
        let documented = response["headers"].as_object().unwrap_or_else(|| panic!("{place} is not documented"));
        for name in answer.headers.keys().map(axum::http::HeaderName::as_str) {
            let known = documented.iter().find(|(documented, _)| documented.eq_ignore_ascii_case(name));
            match known {
                Some((known, header)) => {
                    let header =
                        header["$ref"].as_str().and_then(|place| self.api.pointer(place.trim_start_matches('#')));
                    assert!(header.is_some_and(|header| header["description"].is_string()), "{place}: {known}");
                    self.headers.insert(known.clone());
                }
                None if more.iter().any(|(sent, _)| *sent == name) || PLAIN_HEADERS.contains(&name) => {}
                None => panic!("{place} carries {name}, which is not documented"),
            }
        }
        answer.headers
    }
}

#[tokio::test]
async fn every_header_that_programs_rely_on_is_documented_where_it_is_sent() {
    let guarded = Guarded::new(Reading::Tokens, None).await;
    let api = guarded.stage.ask("/openapi.json").await.json();
    let mut seen = Seen { api, headers: BTreeSet::new() };
    let trace = [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")];
    for halted in [false, true] {
        if halted {
            let reason = "an entry is lost".to_owned();
            guarded.stage.service.index().halt(Halted { reason, position: None });
        }
        for (method, template, _) in RIGHTS {
            if seen.api["paths"].get(*template).is_none() {
                // A page: it is for people.
                continue;
            }
            let address = address(template);
            for who in [Who::Nobody, Who::Wrong, Who::Stranger, Who::Operator] {
                let first = seen.ask(&guarded, who, (method, template, &address), &trace).await;
                if let Some(tag) = first.get("etag").and_then(|tag| tag.to_str().ok()) {
                    seen.ask(&guarded, who, (method, template, &address), &[("if-none-match", tag)]).await;
                }
            }
            for query in
                ["?limit=1", "?according_to=nobody", "?nothing=of-this-kind", "?at_position=99999", "?format=csv"]
            {
                let address = format!("{address}{query}");
                seen.ask(&guarded, Who::Operator, (method, template, &address), &[]).await;
            }
        }
    }
    let hasty = Guarded::new(Reading::Tokens, Some(1)).await;
    let mut refused = HeaderMap::new();
    for _ in 0..10 {
        refused = seen.ask(&hasty, Who::Reader, (&Method::GET, "/v1/parties", "/v1/parties"), &[]).await;
    }
    assert!(refused.contains_key("retry-after"), "{refused:?}");
    let all = seen.api["components"]["headers"].as_object().expect("headers");
    let unseen: Vec<&String> = all.keys().filter(|name| !seen.headers.contains(*name)).collect();
    assert!(unseen.is_empty(), "documented and never sent: {unseen:?}");
}
