//! What nobody means well with: names that are none, bodies that are bombs, requests that are too large.

use axum::body::Body;
use axum::http::{Method, Request};
use chronicle::Chronicle;
use futures::TryStreamExt;
use gateway::{ADDRESS_MAX_BYTES, BODY_MAX_BYTES, HEADERS_MAX, RIGHTS};
use proptest::prelude::*;
use serde_json::{Value, json};
use summit::Position;

use crate::support::{Answered, Stage};

const STRUCTURED: &str = "application/cloudevents+json";

async fn post(stage: &Stage, kind: &str, more: &[(&str, &str)], body: impl Into<Body>) -> Answered {
    let request = Request::post("/v1/events").header("content-type", kind);
    let request = more.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    stage.send(request.body(body.into()).expect("a request")).await
}

fn admission(organisation: &str, name: &str) -> Value {
    json!({
        "specversion": "1.0", "id": "00000000-0000-4000-8000-000000000001", "source": "/desks/astana",
        "type": "chronicle.admission.v1",
        "data": {"occurred": "2024-07-04", "attribution": [{"name": name}], "organisation": organisation, "party": "BLR"},
    })
}

fn encoded(text: &str) -> String {
    text.bytes().flat_map(|byte| format!("%{byte:02X}").into_bytes()).map(char::from).collect()
}

/// Whatever may be said in the place of a name.
fn anything() -> impl Strategy<Value = String> {
    let nasty = [
        "",
        ".",
        "..",
        "*",
        ">",
        "sco.",
        "sco.>",
        "$JS",
        "$SYS.>",
        " ",
        "\t",
        "\0",
        "\r\n",
        "sco\r\nX-A: b",
        "../../etc/passwd",
        "..\\..",
        "%2e%2e%2f",
        "s\u{441}o",
        "ＳＣＯ",
        "sco\u{202e}",
        "/etc/passwd",
        "<script>alert(1)</script>",
        "'; DROP TABLE",
        "{}",
        "[]",
    ];
    prop_oneof![
        proptest::sample::select(nasty.to_vec()).prop_map(ToOwned::to_owned),
        any::<String>(),
        "[a-z0-9.*> -]{0,80}",
        (0_usize..1500).prop_map(|length| "a".repeat(length)),
    ]
}

#[test]
fn whatever_stands_in_a_path_or_a_parameter_is_answered_and_reaches_nothing() {
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let stage = runtime.block_on(Stage::astana());
    let questions: Vec<&str> = RIGHTS
        .iter()
        .filter(|(method, path, _)| *method == Method::GET && !matches!(*path, "/v1/changes" | "/v1/replay"))
        .map(|(_, path, _)| *path)
        .collect();
    let names = [
        "as_of",
        "known_at",
        "at_position",
        "according_to",
        "token",
        "organisation",
        "meeting",
        "party",
        "person",
        "status",
        "kind",
        "after",
        "from",
        "to",
        "limit",
        "instrument",
        "event",
    ];
    let inputs =
        (proptest::sample::select(questions), anything(), proptest::sample::select(names.to_vec()), anything());
    proptest!(ProptestConfig::with_cases(600), |((template, part, name, value) in inputs)| {
        let mut path = template.to_owned();
        if let (Some(open), Some(close)) = (template.find('{'), template.find('}')) {
            path.replace_range(open..=close, &encoded(&part));
        }
        let address = format!("{path}?{name}={}", encoded(&value));
        prop_assume!(address.len() < 60_000);
        let answer = runtime.block_on(stage.ask(&address));
        let status = answer.status.as_u16();
        prop_assert!(matches!(status, 200 | 400 | 404 | 409 | 414), "{status} {address}: {answer:?}");
        if status != 200 {
            prop_assert_eq!(answer.header("content-type"), "application/problem+json");
        }
    });
}

#[test]
fn whatever_organisation_is_named_no_subject_is_anything_but_names() {
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    proptest!(ProptestConfig::with_cases(100), |(organisation in anything(), name in anything())| {
        let (answer, stored) = runtime.block_on(async {
            let stage = Stage::of(chronicle::MemoryChronicle::new()).await;
            let answer = post(&stage, STRUCTURED, &[], admission(&organisation, &name).to_string()).await;
            let stored: Vec<_> = stage.log.read(Position::START).try_collect().await.expect("readable");
            (answer, stored)
        });
        prop_assert!(matches!(answer.status.as_u16(), 201 | 413 | 422), "{:?}", answer);
        prop_assert_eq!(stored.len(), usize::from(answer.status == 201));
        for entry in stored {
            let names = entry.subject.split('.').all(|part| {
                !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b))
            });
            prop_assert!(names && entry.subject.len() <= 255, "{}", entry.subject);
        }
    });
}

#[tokio::test]
async fn headers_that_steer_the_server_do_not_reach_it() {
    let stage = Stage::of(chronicle::MemoryChronicle::new()).await;
    let steering = [
        ("nats-rollup", "all"),
        ("nats-ttl", "1s"),
        ("nats-msg-id", "another"),
        ("nats-expected-last-sequence", "0"),
        ("nats-expected-stream", "other"),
        ("nats-schedule", "@every 1s"),
        ("nats-batch-id", "x"),
        ("ce-nats-rollup", "all"),
    ];
    let answer = post(&stage, STRUCTURED, &steering, admission("sco", "desk").to_string()).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let stored: Vec<_> = stage.log.read(Position::START).try_collect().await.expect("readable");
    let id = "00000000-0000-4000-8000-000000000001";
    let ours = [("Nats-Msg-Id", id), ("content-type", STRUCTURED)]
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let mut headers: Vec<_> =
        stored[0].headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
    headers.sort();
    let mut ours = ours.to_vec();
    ours.sort();
    assert_eq!(headers, ours);
}

#[tokio::test]
async fn bombs_of_json_are_refused_and_nothing_of_them_is_stored() {
    let stage = Stage::of(chronicle::MemoryChronicle::new()).await;
    let event = admission("sco", "desk").to_string();
    let with = |field: &str| event.replacen('{', &format!("{{{field},"), 1);
    let keys = (0..1_000_000).map(|n| format!("\"k{n}\":0")).collect::<Vec<_>>().join(",");
    let bombs = [
        ("depth", format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))),
        ("depth of an event", with(&format!("\"x\":{}{}", "[".repeat(10_000), "]".repeat(10_000)))),
        ("keys", with(&keys)),
        ("a string", with(&format!("\"x\":\"{}\"", "a".repeat(10 << 20)))),
        ("twice the same key", with("\"id\":\"00000000-0000-4000-8000-000000000002\"")),
        ("a number without end", with("\"x\":1e999")),
        ("a lone surrogate", with("\"x\":\"\\ud800\"")),
        ("no UTF-8", with("\"x\":\"?\"").replace('?', "\u{fffd}")[..40].to_owned()),
        ("nothing", String::new()),
    ];
    for (what, bomb) in bombs {
        let answer = post(&stage, STRUCTURED, &[], bomb).await;
        assert!(
            matches!(answer.status.as_u16(), 400 | 413 | 422),
            "{what}: {} {:?}",
            answer.status,
            answer.header("content-type")
        );
        assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
        assert!(answer.body.len() < 64 << 10, "{what}: an answer of {} bytes", answer.body.len());
    }
    let stored: Vec<_> = stage.log.read(Position::START).try_collect::<Vec<_>>().await.expect("readable");
    assert!(stored.is_empty(), "{stored:?}");
}

#[tokio::test]
async fn forms_plain_text_and_compressed_bodies_are_not_taken() {
    let stage = Stage::of(chronicle::MemoryChronicle::new()).await;
    let event = admission("sco", "desk").to_string();
    for kind in
        ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "text/html", "*/*"]
    {
        let answer = post(&stage, kind, &[], event.clone()).await;
        assert_eq!(answer.status, 415, "{kind}: {answer:?}");
    }
    for encoding in ["gzip", "br", "deflate", "zstd", "gzip, gzip"] {
        let answer = post(&stage, STRUCTURED, &[("content-encoding", encoding)], vec![0x1f, 0x8b, 8, 0]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (415, "application/problem+json"),
            "{encoding}"
        );
    }
    assert_eq!(post(&stage, STRUCTURED, &[("content-encoding", "identity")], event).await.status, 201);
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_it_is_read() {
    let stage = Stage::astana().await;
    let address = format!("/v1/events?party={}", "a".repeat(ADDRESS_MAX_BYTES));
    assert_eq!(problem(&stage.ask(&address).await), (414, "address-too-long".to_owned()));
    let many = (0..=HEADERS_MAX).fold(Request::get("/v1/events"), |request, n| request.header(format!("x-{n}"), "y"));
    let many = stage.send(many.body(Body::empty()).expect("a request")).await;
    assert_eq!(problem(&many), (431, "headers-too-large".to_owned()));
    let long = Request::get("/v1/events").header("x-long", "y".repeat(20 << 10));
    let long = stage.send(long.body(Body::empty()).expect("a request")).await;
    assert_eq!(problem(&long), (431, "headers-too-large".to_owned()));
    let with_body = Request::get("/v1/events").body(Body::from("x")).expect("a request");
    assert_eq!(problem(&stage.send(with_body).await), (413, "body-too-large".to_owned()));
    // Endless, in pieces, without a length.
    let piece = bytes::Bytes::from(vec![b' '; 1 << 20]);
    let sent = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = std::sync::Arc::clone(&sent);
    let endless = futures::stream::repeat_with(move || {
        counted.fetch_add(1 << 20, std::sync::atomic::Ordering::Relaxed);
        Ok::<_, std::io::Error>(piece.clone())
    });
    let answer = post(&stage, "application/cloudevents-batch+json", &[], Body::from_stream(endless)).await;
    assert_eq!(answer.status, 413, "{answer:?}");
    let read = sent.load(std::sync::atomic::Ordering::Relaxed);
    assert!(read <= BODY_MAX_BYTES + (2 << 20), "{read} bytes were read");
}

#[tokio::test]
async fn no_path_leads_out_of_what_is_served() {
    let stage = Stage::astana().await;
    for path in [
        "/schemas/..%2f..%2fCargo.toml",
        "/schemas/../Cargo.toml",
        "/schemas/%2fetc%2fpasswd",
        "/schemas/admission.v1.json%00",
        "/schemas/....//....//etc/passwd",
        "/docs/..%2fstyle.css",
        "/docs/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/v1/../metrics",
        "/.git/config",
    ] {
        let answer = stage.ask(path).await;
        assert_eq!(problem(&answer).0, 404, "{path}: {answer:?}");
    }
}

#[tokio::test]
async fn answers_are_compressed_for_who_wants_that_and_their_tag_stays_good() {
    let stage = Stage::astana().await;
    let members = "/v1/organisations/sco/members?as_of=2024-07-04";
    let plain = stage.ask(members).await;
    for encoding in ["gzip", "br"] {
        let asked =
            |request: axum::http::request::Builder| request.header("accept-encoding", encoding).body(Body::empty());
        let small = stage.send(asked(Request::get(members)).expect("a request")).await;
        assert_eq!(small.header("content-encoding"), encoding);
        assert!(small.body.len() < plain.body.len());
        let tag = small.header("etag");
        assert_eq!(tag.strip_prefix("W/"), Some(plain.header("etag")));
        let again = stage.send(asked(Request::get(members).header("if-none-match", tag)).expect("a request")).await;
        assert_eq!(again.status, 304);
    }
    let stream = Request::get("/v1/replay").header("accept-encoding", "gzip").body(Body::empty()).expect("a request");
    assert_eq!(stage.send(stream).await.header("content-encoding"), "", "no stream of events is held back");
}

fn problem(answer: &Answered) -> (u16, String) {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{answer:?}");
    (answer.status.as_u16(), answer.json()["code"].as_str().unwrap_or_default().to_owned())
}
