//! Publishing over HTTP: what is stored, what is answered, and what is refused.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use chronicle::{Chronicle, Entry, MemoryChronicle};
use futures::TryStreamExt;
use futures::future::join_all;
use gateway::{Access, NewToken, Role, Scope, Settings, TokenFile};
use projector::Halted;
use proptest::prelude::*;
use serde_json::{Value, json};
use summit::{Kind, MAX_DOCUMENT_BYTES, Position};

use crate::faults::{Fault, FaultyLog, ReadFault};
use crate::support::{Answered, Stage, noon};

const STRUCTURED: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";
const JSON: &str = "application/json";

/// Event number `n`: a party joins an organisation.
fn admission(n: u64, party: &str) -> Value {
    json!({
        "specversion": "1.0", "id": id(n), "source": "/desks/astana", "type": "chronicle.admission.v1",
        "data": {"occurred": "2024-07-04", "attribution": [{"name": "desk"}], "organisation": "sco", "party": party},
    })
}

fn id(n: u64) -> String {
    format!("00000000-0000-4000-8000-{n:012x}")
}

/// One event of a kind that uses all its fields.
fn golden(kind: Kind) -> Value {
    let path = format!("{}/../wire/tests/golden/events/{kind}.v1.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

impl Stage {
    async fn post(&self, address: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answered {
        let request =
            headers.iter().fold(Request::post(address), |request, (name, value)| request.header(*name, *value));
        self.send(request.body(body.into()).expect("a request")).await
    }

    async fn publish(&self, event: &Value) -> Answered {
        self.post("/v1/events", &[("content-type", STRUCTURED)], event.to_string()).await
    }

    async fn batch(&self, parameters: &str, events: &[Value]) -> Answered {
        let address = format!("/v1/events{parameters}");
        self.post(&address, &[("content-type", BATCH)], Value::from(events).to_string()).await
    }

    /// What stands in the log.
    async fn entries(&self) -> Vec<Entry> {
        self.log.read(Position::START).try_collect().await.expect("readable")
    }
}

async fn empty() -> Stage {
    Stage::of(MemoryChronicle::new()).await
}

fn stored(entry: &Entry) -> Value {
    serde_json::from_slice(&entry.bytes).expect("JSON")
}

/// The status, the code and the body, for a comparison that tells.
#[track_caller]
fn problem(answered: &Answered, status: u16, code: &str) -> Value {
    let body = answered.json();
    assert_eq!((answered.status.as_u16(), &body["code"]), (status, &json!(code)), "{body}");
    assert_eq!(answered.header("content-type"), "application/problem+json");
    assert_eq!(body["status"], status);
    body
}

/// Headers and body of an event in binary mode, as the HTTP binding writes them (section 3.1.3.2).
fn binary(event: &Value) -> (Vec<(String, String)>, String) {
    let attributes = event.as_object().expect("an object").iter();
    let mut headers: Vec<(String, String)> = attributes
        .filter(|(name, _)| !["data", "datacontenttype"].contains(&name.as_str()))
        .map(|(name, value)| (format!("ce-{name}"), encoded(value.as_str().expect("text"))))
        .collect();
    headers.push(("content-type".to_owned(), JSON.to_owned()));
    (headers, event["data"].to_string())
}

fn encoded(text: &str) -> String {
    use std::fmt::Write;

    text.bytes().fold(String::new(), |mut value, byte| {
        match byte {
            ..=b' ' | b'"' | b'%' | 0x7f.. => write!(value, "%{byte:02X}").expect("a string takes everything"),
            _ => value.push(char::from(byte)),
        }
        value
    })
}

#[tokio::test]
async fn every_kind_is_published_in_either_mode_and_stored_as_it_was_sent() {
    for &kind in Kind::ALL {
        let (stage, event) = (empty().await, golden(kind));
        let answer = stage.publish(&event).await;
        let expected = json!({"position": 1, "id": event["id"], "duplicate": false});
        assert_eq!((answer.status, answer.json()), (StatusCode::CREATED, expected), "{kind}");
        assert_eq!(answer.header("location"), format!("/v1/events/{}", event["id"].as_str().expect("an id")));
        let (headers, body) = binary(&event);
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let again = stage.post("/v1/events", &headers, body.clone()).await;
        let expected = json!({"position": 1, "id": event["id"], "duplicate": true});
        assert_eq!((again.status, again.json()), (StatusCode::OK, expected), "{kind}: the same in binary mode");

        let other = empty().await;
        let answer = other.post("/v1/events", &headers, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{kind}: {}", answer.json());
        for stage in [&stage, &other] {
            let entries = stage.entries().await;
            let [entry] = entries.as_slice() else { panic!("{kind}: {entries:?}") };
            assert_eq!(stored(entry), event, "{kind}");
            let names: Vec<&str> = entry.headers.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, ["Content-Type", "Nats-Msg-Id"]);
        }
    }
}

#[tokio::test]
async fn attributes_that_nobody_knows_are_kept_and_headers_that_steer_the_server_have_no_effect() {
    let stage = empty().await;
    let mut event = admission(1, "BLR");
    event["traceparent"] = json!("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    event["recordedtime"] = json!("2024-07-04T12:00:00Z");
    let steering = [
        ("Nats-Rollup", "all"),
        ("Nats-Expected-Last-Sequence", "77"),
        ("Nats-Expected-Stream", "OTHER"),
        ("Nats-Msg-Id", "another"),
        ("Nats-TTL", "1s"),
        ("Nats-Batch-Id", "b"),
        ("traceparent", "00-11111111111111111111111111111111-2222222222222222-01"),
    ];
    let headers: Vec<_> = steering.into_iter().chain([("content-type", STRUCTURED)]).collect();
    let answer = stage.post("/v1/events", &headers, event.to_string()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
    let (headers, body) = binary(&admission(2, "MNG"));
    let headers: Vec<_> = headers.iter().map(|(name, value)| (&**name, &**value)).chain(steering).collect();
    let answer = stage.post("/v1/events", &headers, body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
    let entries = stage.entries().await;
    assert_eq!(stored(&entries[0]), event);
    for (n, entry) in (1..).zip(&entries) {
        let expected = [("Content-Type", STRUCTURED.to_owned()), ("Nats-Msg-Id", id(n))];
        assert_eq!(entry.headers, expected.map(|(name, value)| (name.to_owned(), value)));
    }
    let (mut headers, body) = binary(&admission(3, "TUR"));
    headers.push(("ce-nats-rollup".to_owned(), "all".to_owned()));
    headers.push(("ce-motto".to_owned(), "%0D%0ANats-Rollup:%20all".to_owned()));
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
    let refused = problem(&stage.post("/v1/events", &headers, body).await, 422, "refused-event");
    let fields: Vec<&Value> =
        refused["faults"].as_array().expect("faults").iter().map(|fault| &fault["field"]).collect();
    assert_eq!(fields, ["nats-rollup", "motto"]);
}

#[tokio::test]
async fn what_was_published_is_read_at_the_position_that_was_answered() {
    let stage = Stage::astana().await;
    let position = stage.publish(&admission(1, "TUR")).await.json()["position"].clone();
    assert_eq!(position, 74);
    let address = format!("/v1/organisations/sco/members?party=TUR&min_position={position}&as_of=2024-07-05");
    let answer = stage.ask(&address).await.json();
    assert_eq!((&answer["parties"][0]["status"], &answer["token"]["position"]), (&json!("member"), &position));
}

#[tokio::test]
async fn another_body_under_a_taken_id_is_told_where_the_id_stands() {
    let stage = empty().await;
    stage.publish(&admission(1, "BLR")).await;
    for events in [&[admission(1, "MNG")][..], &[admission(2, "BLR"), admission(1, "MNG")]] {
        for parameters in ["", "?atomic=true"] {
            let answer = match events {
                [one] => {
                    stage
                        .post(&format!("/v1/events{parameters}"), &[("content-type", STRUCTURED)], one.to_string())
                        .await
                }
                _ => stage.batch(parameters, events).await,
            };
            let taken = problem(&answer, 409, "id-taken");
            assert_eq!((&taken["position"], &taken["id"]), (&json!(1), &json!(id(1))), "{taken}");
            assert_eq!(taken["events"][0]["event"], events.len() - 1);
        }
    }
    assert_eq!(stage.entries().await.len(), 1);
}

#[tokio::test]
async fn every_fault_of_every_event_is_named_and_nothing_is_stored() {
    let stage = empty().await;
    let mut two = admission(2, "XYZ");
    two["data"]["occurred"] = json!("2024-02-30");
    let one = problem(&stage.publish(&two).await, 422, "refused-event");
    assert_eq!(one["faults_found"], 2);
    let fault = json!({"event": 0, "field": "data.occurred", "found": "\"2024-02-30\"", "allowed": one["faults"][0]["allowed"]});
    assert_eq!(one["faults"][0], fault);
    assert!(one["detail"].as_str().is_some_and(|detail| detail.contains("data.occurred")), "{one}");

    let events = [admission(1, "BLR"), two, json!(7), admission(1, "MNG")];
    for parameters in ["", "?atomic=true"] {
        let all = problem(&stage.batch(parameters, &events).await, 422, "refused-event");
        let faults = all["faults"].as_array().expect("faults");
        let told: Vec<_> = faults.iter().map(|fault| (fault["event"].as_u64(), fault["field"].as_str())).collect();
        let at = |event, field| (Some(event), Some(field));
        assert_eq!(told, [at(1, "data.occurred"), at(1, "data.party"), at(2, ""), at(3, "id")]);
        assert!(faults[3]["found"].as_str().is_some_and(|found| found.contains("event 0")), "{all}");
    }
    let (mut headers, body) = binary(&admission(1, "XYZ"));
    headers.retain(|(name, _)| name != "ce-specversion" && name != "ce-source");
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
    let all = problem(&stage.post("/v1/events", &headers, body).await, 422, "refused-event");
    let told: Vec<_> = all["faults"].as_array().expect("faults").iter().map(|fault| fault["field"].as_str()).collect();
    assert_eq!(told, [Some("specversion"), Some("source"), Some("data.party")]);
    assert!(stage.entries().await.is_empty());
}

#[tokio::test]
async fn what_is_not_sent_as_events_are_is_told_what_is() {
    let stage = empty().await;
    let event = admission(1, "BLR").to_string();
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json",
        "application/cloudevents+avro",
        "application/cloudevents+json; charset=latin1",
        "",
    ] {
        let answer = stage.post("/v1/events", &[("content-type", content_type)], event.clone()).await;
        assert_eq!(problem(&answer, 415, "bad-content-type")["found"], content_type);
    }
    problem(&stage.post("/v1/events", &[], event.clone()).await, 415, "bad-content-type");
    let twice = [("content-type", STRUCTURED), ("content-type", "text/plain")];
    problem(&stage.post("/v1/events", &twice, event.clone()).await, 415, "bad-content-type");
    for (content_type, body) in [
        (STRUCTURED, ""),
        (STRUCTURED, "no JSON"),
        (STRUCTURED, "{} {}"),
        (STRUCTURED, "{\"a\": \"\u{1}\"}"),
        (BATCH, "[{}"),
        (BATCH, "[{},]"),
    ] {
        problem(&stage.post("/v1/events", &[("content-type", content_type)], body).await, 400, "not-json");
    }
    for (content_type, body) in [(STRUCTURED, "[]"), (BATCH, "{}"), (BATCH, "[[]]"), (STRUCTURED, r#"{"a": 1e999}"#)] {
        problem(&stage.post("/v1/events", &[("content-type", content_type)], body).await, 422, "refused-event");
    }
    for parameters in ["?atomic=yes", "?atomic=true&keep_going=true", "?expected_tail=0", "?tail=0"] {
        let bad = problem(&stage.batch(parameters, &[admission(1, "BLR")]).await, 400, "bad-parameter");
        assert!(bad["parameter"].is_string(), "{bad}");
    }
    let one = stage.post("/v1/events?keep_going=true", &[("content-type", STRUCTURED)], event.clone()).await;
    problem(&one, 400, "bad-parameter");
    let loud = [("content-type", "Application/CloudEvents+JSON; charset=\"UTF-8\"")];
    assert_eq!(stage.post("/v1/events", &loud, event).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn what_is_too_large_is_refused_with_its_bound() {
    let stage = empty().await;
    let mut event = admission(1, "BLR");
    event["recordedtime"] = json!("2024-07-04T12:00:00Z");
    event["data"]["note"] = json!("");
    let room = MAX_DOCUMENT_BYTES - event.to_string().len();
    event["data"]["note"] = json!("x".repeat(room));
    assert_eq!(stage.publish(&event).await.status, StatusCode::CREATED);
    event["id"] = json!(id(2));
    event["data"]["note"] = json!("x".repeat(room + 1));
    problem(&stage.publish(&event).await, 413, "too-large");
    // In binary mode the data fit, the document does not.
    let (headers, body) = binary(&event);
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert!(body.len() < MAX_DOCUMENT_BYTES);
    let large = problem(&stage.post("/v1/events", &headers, body).await, 413, "too-large");
    assert_eq!(large["allowed"], "at most 65536 bytes");
    // It fits, but for the time of recording that is filled in.
    event["data"]["note"] = json!("x".repeat(room + 1));
    event.as_object_mut().expect("an object").remove("recordedtime");
    let large = problem(&stage.publish(&event).await, 413, "too-large");
    assert!(large["found"].as_str().is_some_and(|found| found.contains("recordedtime")), "{large}");

    let mut huge = "[".repeat(100_000);
    problem(&stage.post("/v1/events", &[("content-type", STRUCTURED)], huge.clone()).await, 413, "too-large");
    huge = format!("[{}]", "1,".repeat(1000) + "1");
    let large = problem(&stage.post("/v1/events", &[("content-type", BATCH)], huge).await, 413, "too-large");
    assert_eq!((&large["found"], &large["allowed"]), (&json!("1001 events"), &json!("at most 1000 events")));
    let spaces = " ".repeat(8 * 1024 * 1024);
    problem(&stage.post("/v1/events", &[("content-type", BATCH)], spaces + "[]").await, 413, "too-large");
    // However deep it is: as a batch, and as an event of one.
    let deep = "[".repeat(1_000_000);
    problem(&stage.post("/v1/events", &[("content-type", BATCH)], deep).await, 400, "not-json");
    let deep = format!("[{}{}]", "[".repeat(30_000), "]".repeat(30_000));
    problem(&stage.post("/v1/events", &[("content-type", BATCH)], deep).await, 422, "refused-event");
    // In a batch it is one fault among others.
    event["data"]["note"] = json!("x".repeat(MAX_DOCUMENT_BYTES));
    let refused = problem(&stage.batch("", &[admission(3, "XYZ"), event]).await, 422, "refused-event");
    assert_eq!((&refused["faults"][0]["event"], &refused["faults"][1]["event"]), (&json!(0), &json!(1)));
    assert_eq!(stage.entries().await.len(), 1);
}

#[tokio::test]
async fn a_batch_is_answered_event_by_event_in_its_order() {
    for parameters in ["", "?atomic=true", "?keep_going=true"] {
        let stage = empty().await;
        stage.publish(&admission(2, "MNG")).await;
        let events = [admission(3, "TUR"), admission(2, "MNG"), admission(4, "BLR"), admission(3, "TUR")];
        let answer = stage.batch(parameters, &events).await;
        let told =
            |position: u64, n: u64, duplicate: bool| json!({"position": position, "id": id(n), "duplicate": duplicate});
        assert_eq!(answer.json(), json!([told(2, 3, false), told(1, 2, true), told(3, 4, false), told(2, 3, true)]));
        let status = if parameters == "?keep_going=true" { StatusCode::OK } else { StatusCode::CREATED };
        assert_eq!(answer.status, status, "{parameters}");
        let again = stage.batch(parameters, &events).await;
        assert_eq!((again.status, &again.json()[0]), (StatusCode::OK, &told(2, 3, true)));
        assert_eq!(stage.entries().await.len(), 3);
        assert_eq!(stage.batch(parameters, &[]).await.json(), json!([]));
    }
}

#[tokio::test]
async fn who_keeps_going_stores_the_good_ones_and_hears_of_the_others() {
    let stage = empty().await;
    stage.publish(&admission(1, "BLR")).await;
    let events =
        [admission(1, "KAZ"), admission(2, "MNG"), json!("no event"), admission(3, "XYZ"), admission(4, "TUR")];
    let answer = stage.batch("?keep_going=true", &events).await;
    let outcomes = answer.json();
    assert_eq!(answer.status, StatusCode::OK);
    let told: Vec<(&Value, &Value)> =
        outcomes.as_array().expect("a list").iter().map(|one| (&one["code"], &one["position"])).collect();
    let (taken, refused, none) = (json!("id-taken"), json!("refused-event"), Value::Null);
    let (one, two, three) = (json!(1), json!(2), json!(3));
    assert_eq!(told, [(&taken, &one), (&none, &two), (&refused, &none), (&refused, &none), (&none, &three)]);
    assert_eq!((&outcomes[0]["event"], &outcomes[3]["event"]), (&json!(0), &json!(3)));
    assert_eq!(outcomes[3]["faults"][0]["field"], "data.party");
    assert_eq!(stage.entries().await.len(), 3);
}

#[tokio::test]
async fn an_expected_tail_that_moved_refuses_the_event_or_the_batch() {
    let stage = empty().await;
    let structured = [("content-type", STRUCTURED)];
    let one = |n: u64| admission(n, "BLR").to_string();
    let answer = stage.post("/v1/events?expected_tail=0", &structured, one(1)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
    let moved = problem(&stage.post("/v1/events?expected_tail=0", &structured, one(2)).await, 409, "moved");
    assert_eq!(moved["expected_tail"], 0);
    let again = stage.post("/v1/events?expected_tail=0", &structured, one(1)).await;
    assert_eq!((again.status, &again.json()["duplicate"]), (StatusCode::OK, &json!(true)));
    let events = [admission(3, "MNG"), admission(4, "TUR")];
    problem(&stage.batch("?atomic=true&expected_tail=0", &events).await, 409, "moved");
    let answer = stage.batch("?atomic=true&expected_tail=1", &events).await;
    assert_eq!((answer.status, &answer.json()[1]["position"]), (StatusCode::CREATED, &json!(3)));
    assert_eq!(stage.entries().await.len(), 3);
}

#[tokio::test]
async fn the_same_event_from_many_at_once_is_stored_once() {
    let stage = empty().await;
    let event = admission(1, "BLR");
    let answers = join_all((0..50).map(|_| stage.publish(&event))).await;
    let first = answers.iter().filter(|answer| answer.status == StatusCode::CREATED).count();
    assert_eq!(first, 1);
    assert!(answers.iter().all(|answer| answer.json()["position"] == 1));
    assert_eq!(stage.entries().await.len(), 1);
}

#[tokio::test]
async fn who_hangs_up_does_not_take_the_events_back() {
    for parameters in ["", "?atomic=true", "?keep_going=true"] {
        let log = FaultyLog::closed();
        let stage = Stage::over(log.clone(), log.inner.clone()).await;
        let events: Vec<Value> = (1..=20).map(|n| admission(n, "MNG")).collect();
        let mut asked = Box::pin(stage.batch(parameters, &events));
        let on_the_way = async {
            while log.calls().is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            answer = &mut asked => panic!("the log is closed: {answer:?}"),
            () = on_the_way => {}
        }
        drop(asked);
        log.open();
        let again = stage.batch(parameters, &events).await;
        assert_eq!(again.status, StatusCode::OK, "all of them stand there already: {}", again.json());
        assert!(again.json().as_array().is_some_and(|all| all.iter().all(|one| one["duplicate"] == true)));
        assert_eq!(stage.entries().await.len(), 20);
    }
}

#[tokio::test(start_paused = true)]
async fn what_happens_to_the_log_is_told_and_the_same_may_be_published_again() {
    for (faults, status, code) in [
        (vec![Fault::Full], 507, "log-full"),
        (vec![Fault::RequestLost; 40], 504, "outcome-unknown"),
        (vec![Fault::Silence, Fault::RequestLost], 504, "outcome-unknown"),
    ] {
        let log = FaultyLog::new(faults, []);
        let stage = Stage::over(log.clone(), log.inner.clone()).await;
        let event = admission(1, "BLR");
        let answer = stage.publish(&event).await;
        let told = problem(&answer, status, code);
        if status == 504 {
            assert!(told["detail"].as_str().is_some_and(|detail| detail.contains("again with the same id")), "{told}");
            assert_eq!(answer.header("retry-after"), "5");
        }
        log.suffer_next([]);
        let again = stage.publish(&event).await;
        assert!(again.status.is_success(), "{}", again.json());
        assert_eq!((&again.json()["position"], stage.entries().await.len()), (&json!(1), 1));
    }
    let log = FaultyLog::new([Fault::AnswerLost], []);
    let stage = Stage::over(log.clone(), log.inner.clone()).await;
    let answer = stage.batch("?atomic=true", &[admission(1, "BLR"), admission(2, "MNG")]).await;
    assert_eq!((answer.status, &answer.json()[1]["position"]), (StatusCode::CREATED, &json!(2)));
}

#[tokio::test(start_paused = true)]
async fn a_log_that_cannot_be_reached_is_told_at_once_and_a_damaged_one_is_not_written() {
    let log = FaultyLog::new([], [ReadFault::BreaksOff(0), ReadFault::Silence(0)]);
    let stage = Stage::over(log.clone(), log.inner.clone()).await;
    let event = admission(1, "BLR");
    for _ in 0..2 {
        let answer = stage.publish(&event).await;
        let told = problem(&answer, 503, "unreachable");
        assert!(told["detail"].as_str().is_some_and(|detail| detail.ends_with("nothing is stored")), "{told}");
        assert_eq!(answer.header("retry-after"), "5");
    }
    assert!(log.calls().is_empty());
    assert_eq!(stage.publish(&event).await.status, StatusCode::CREATED);
    stage.service.index().halt(Halted { reason: "position 1 is lost".to_owned(), position: Some(Position::new(1)) });
    let told = problem(&stage.publish(&admission(2, "MNG")).await, 503, "damaged");
    assert!(told["detail"].as_str().is_some_and(|detail| detail.contains("position 1 is lost")), "{told}");
    assert_eq!(log.inner.tail().await, Ok(Position::new(1)));
}

#[tokio::test(start_paused = true)]
async fn of_a_batch_that_fails_halfway_it_is_said_what_stands() {
    let log = FaultyLog::new([Fault::None, Fault::Full], []);
    let stage = Stage::over(log.clone(), log.inner.clone()).await;
    let wide = |n: u64| {
        let mut event = admission(n, "BLR");
        event["data"]["note"] = json!("x".repeat(60_000));
        event
    };
    // More than goes into the log at once.
    let events: Vec<Value> = (1..=130).map(wide).collect();
    let told = problem(&stage.batch("", &events).await, 507, "log-full");
    let outcomes = told["outcomes"].as_array().expect("of each");
    let good = outcomes.iter().take_while(|one| one["position"].is_u64()).count();
    assert!(outcomes[good..].iter().all(|one| one["code"] == "log-full"), "{good}");
    assert_eq!((told["event"].as_u64(), outcomes.len()), (Some(good as u64), 130));
    assert_eq!(stage.entries().await.len(), good);
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!(stage.batch("", &events).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_token_publishes_for_its_organisations_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = TokenFile::at(folder.path().join("tokens"));
    let create = |role, scope| {
        let wanted = NewToken { name: None, role, scope, expires_at: None };
        format!("Bearer {}", file.create(wanted, noon()).expect("a token").1.reveal())
    };
    let sco = create(Role::Publisher, Scope::Only(BTreeSet::from(["sco".parse().expect("a slug")])));
    let all = create(Role::Publisher, Scope::All);
    let reader = create(Role::Reader, Scope::Only(BTreeSet::new()));
    let mut stage = empty().await;
    let settings = Settings { tokens: Some(file), ..Settings::default() };
    stage.app = gateway::guarded(&stage.service, &Access::new(settings).expect("tokens"));
    let publish = async |token: &str, event: &Value| {
        let headers = [("content-type", STRUCTURED), ("authorization", token)];
        let headers = if token.is_empty() { &headers[..1] } else { &headers };
        stage.post("/v1/events", headers, event.to_string()).await
    };
    let mut others = admission(1, "BLR");
    others["data"]["organisation"] = json!("cis");
    problem(&publish("", &others).await, 401, "token-needed");
    problem(&publish(&reader, &others).await, 403, "not-permitted");
    let refused = problem(&publish(&sco, &others).await, 403, "not-permitted");
    assert_eq!((&refused["organisations"], &refused["events"]), (&json!(["cis"]), &json!([0])));
    assert_eq!(publish(&all, &others).await.status, StatusCode::CREATED);
    assert_eq!(publish(&sco, &admission(2, "BLR")).await.status, StatusCode::CREATED);
    // What was stored a moment ago is another's.
    let mut correction = admission(3, "MNG");
    correction["corrects"] = json!(id(1));
    problem(&publish(&sco, &correction).await, 403, "not-permitted");
    correction["corrects"] = json!(id(2));
    assert_eq!(publish(&sco, &correction).await.status, StatusCode::CREATED);

    let batch = async |parameters: &str, events: &[Value]| {
        let headers = [("content-type", BATCH), ("authorization", sco.as_str())];
        stage.post(&format!("/v1/events{parameters}"), &headers, Value::from(events).to_string()).await
    };
    others["id"] = json!(id(4));
    let events = [admission(5, "TUR"), others];
    for parameters in ["", "?atomic=true"] {
        let refused = problem(&batch(parameters, &events).await, 403, "not-permitted");
        assert_eq!(refused["events"], json!([1]));
    }
    assert_eq!(stage.entries().await.len(), 3);
    let outcomes = batch("?keep_going=true", &events).await.json();
    assert_eq!((&outcomes[0]["position"], &outcomes[1]["code"]), (&json!(4), &json!("not-permitted")));
    assert_eq!(outcomes[1]["event"], 1);
}

/// Headers as some clients may send them.
fn headers() -> impl Strategy<Value = Vec<(String, String)>> {
    let content_type = prop_oneof![
        3 => prop::sample::select(vec![STRUCTURED, BATCH, JSON, "text/plain"]).prop_map(str::to_owned),
        1 => "[ -~]{0,30}",
    ];
    let name = prop_oneof![
        3 => prop::sample::select(vec!["specversion", "id", "type", "source", "time", "corrects", "data"]).prop_map(str::to_owned),
        1 => "[a-z0-9]{1,8}",
    ];
    let value = prop_oneof![
        1 => Just("1.0".to_owned()), 1 => Just(id(7)), 1 => Just("chronicle.founding.v1".to_owned()), 3 => "[ -~]{0,20}",
    ];
    let attributes = prop::collection::vec((name.prop_map(|name| format!("ce-{name}")), value), 0..6);
    (content_type, attributes).prop_map(|(content_type, mut headers)| {
        headers.push(("content-type".to_owned(), content_type));
        headers
    })
}

/// Bodies: anything, and events with something amiss.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let events: Vec<String> = Kind::ALL.iter().map(|kind| golden(*kind).to_string()).collect();
    let amiss = (prop::sample::select(events), any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>());
    let amiss = amiss.prop_map(|(event, from, to, byte)| {
        let mut bytes = event.into_bytes();
        let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
        bytes.splice(from.min(to)..from.max(to).min(from.min(to) + 9), [byte]);
        bytes
    });
    prop_oneof![
        1 => prop::collection::vec(any::<u8>(), 0..200),
        2 => amiss.clone(),
        1 => prop::collection::vec(amiss, 0..4).prop_map(|events| [&b"["[..], &events.join(&b','), b"]"].concat()),
    ]
}

proptest! {
    #[test]
    fn whatever_is_sent_is_no_fault_of_the_service(
        headers in headers(), body in body(), parameters in "(\\?(atomic|keep_going|expected_tail)=(true|false|[0-9]|x))?",
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let answer = runtime.block_on(async {
            let stage = empty().await;
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
            stage.post(&format!("/v1/events{parameters}"), &headers, body).await
        });
        prop_assert!(!answer.status.is_server_error(), "{:?}", answer);
        let json = answer.json();
        prop_assert!(answer.status.is_success() || json["code"].is_string(), "{json}");
    }
}

#[tokio::test]
async fn a_check_tells_what_would_be_stored_or_every_fault_and_stores_nothing() {
    let stage = empty().await;
    let event = admission(1, "BLR");
    let checked = stage.post("/v1/events?check=true", &[("content-type", STRUCTURED)], event.to_string()).await;
    assert_eq!(checked.status, StatusCode::OK);
    let body = checked.json();
    let [would] = body["events"].as_array().expect("a list").as_slice() else { panic!("{body}") };
    assert_eq!((&would["id"], &would["data"]), (&event["id"], &event["data"]));
    assert!(would["recordedtime"].is_string(), "{would}");
    let batch = stage.batch("?check=true", &[admission(1, "BLR"), admission(2, "IND")]).await;
    assert_eq!((batch.status.as_u16(), batch.json()["events"].as_array().map(Vec::len)), (200, Some(2)));

    let faulty =
        stage.post("/v1/events?check=true", &[("content-type", STRUCTURED)], admission(1, "b l r").to_string());
    let faulty = problem(&faulty.await, 422, "refused-event");
    assert_eq!(faulty["faults"][0]["field"], "data.party");
    for with in ["atomic=true", "keep_going=true", "expected_tail=0"] {
        let address = format!("/v1/events?check=true&{with}");
        let refused = stage.post(&address, &[("content-type", BATCH)], json!([event]).to_string()).await;
        assert_eq!(problem(&refused, 400, "bad-parameter")["parameter"], "check", "{with}");
    }
    assert!(stage.entries().await.is_empty());

    // What was shown is what is stored.
    assert_eq!(stage.publish(would).await.status, StatusCode::CREATED);
    let entries = stage.entries().await;
    assert_eq!((entries.len(), &stored(&entries[0])), (1, would));
    let taken = stage.post("/v1/events?check=true", &[("content-type", STRUCTURED)], admission(1, "IND").to_string());
    problem(&taken.await, 409, "id-taken");
}
