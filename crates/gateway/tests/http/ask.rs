//! Questions over HTTP: the answers of the command line, and what is answered when a question cannot be meant.

use crate::support::{Stage, store};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use chronicle::MemoryChronicle;

#[tokio::test]
async fn members_are_answered_from_a_vantage() {
    let stage = Stage::astana().await;
    let answer = stage.ask("/v1/organisations/sco/members?as_of=2024-07-04").await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/json");
    let members = answer.json();
    assert_eq!((&members["counts"]["member"]["yes"], &members["token"]["position"]), (&10.into(), &73.into()));
}

#[tokio::test]
async fn who_has_the_answer_already_is_told_so() {
    let stage = Stage::astana().await;
    let address = "/v1/organisations/sco/members?as_of=2024-07-04&at_position=73";
    let first = stage.ask(address).await;
    assert_eq!(first.header("cache-control"), "public, max-age=31536000, immutable");
    let request = Request::get(address).header("if-none-match", first.header("etag"));
    let again = stage.send(request.body(Body::empty()).expect("a request")).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(stage.ask("/v1/organisations/sco/members").await.header("cache-control"), "no-cache");
}

#[tokio::test]
async fn what_cannot_be_meant_is_named() {
    let stage = Stage::astana().await;
    for (address, status, code, told) in [
        ("/v1/organisations/sc0/members", 404, "unknown-name", "no event names the organisation \"sc0\""),
        ("/v1/organisations/SCO/members", 400, "bad-parameter", "\"organisation\""),
        ("/v1/organisations/sco/members?as_of=2024-13", 400, "bad-parameter", "\"as_of\""),
        ("/v1/organisations/sco/members?as_off=2024", 400, "bad-parameter", "as_off"),
        ("/v1/organisations/sco/members?as_of=2024&as_of=2023", 400, "bad-parameter", "once"),
        ("/v1/organisations/sco/members?at_position=74", 409, "not-reached", "position 73"),
        ("/v2", 404, "no-such-address", "/v2"),
    ] {
        let answer = stage.ask(address).await;
        let problem = answer.json();
        assert_eq!((answer.status.as_u16(), &problem["code"]), (status, &code.into()), "{address}: {problem}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(problem["detail"].as_str().unwrap_or_default().contains(told), "{address}: {problem}");
    }
    let unknown = stage.ask("/v1/organisations/sc0/members").await.json();
    assert_eq!(unknown["nearest"][0], "sco");
}

#[tokio::test]
async fn names_are_found_and_shown_in_the_wanted_language() {
    let log = MemoryChronicle::default();
    for line in [
        r#"{"specversion":"1.0","id":"00000000-0000-4000-8000-000000000001","source":"/desks/names","type":"chronicle.admission.v1",
            "data":{"occurred":"1949","attribution":[{"name":"Council"}],"organisation":"coe","party":"TUR"}}"#,
        r#"{"specversion":"1.0","id":"00000000-0000-4000-8000-000000000002","source":"/desks/names","type":"chronicle.naming.v1",
            "data":{"occurred":"1923","attribution":[{"name":"UN"}],"of":{"party":"TUR"},"name":"Turquie","language":"fr"}}"#,
    ] {
        store(&log, line).await;
    }
    let stage = Stage::of(log).await;
    let address = "/v1/organisations/coe/members?as_of=2024&at_position=2";
    let (english, french) = (stage.ask(address).await, stage.ask(&format!("{address}&language=fr-CA")).await);
    let name = |answer: &crate::support::Answered| answer.json()["parties"][0]["name"].clone();
    assert_eq!((name(&english), name(&french)), ("Türkiye".into(), "Turquie".into()));
    assert_ne!(english.header("etag"), french.header("etag"));
    assert_eq!(english.json()["token"], french.json()["token"], "it is no part of the vantage");
    let found = stage.ask("/v1/find?q=turq&language=fr").await.json();
    assert_eq!(found["hits"][0]["of"]["party"], "TUR", "{found}");
    assert_eq!((&found["hits"][0]["name"], &found["hits"][0]["by"]), (&"Turquie".into(), &"beginning".into()));
    let missing = stage.ask("/v1/find").await.json();
    assert_eq!((&missing["code"], &missing["parameter"]), (&"bad-parameter".into(), &"q".into()));
    let unknown = stage.ask("/v1/parties/turquie").await.json();
    assert_eq!((&unknown["nearest"][0], &unknown["names"][0]), (&"TUR".into(), &"Türkiye".into()), "{unknown}");
}
