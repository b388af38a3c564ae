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
        ("/v1/organisations/!/members", 400, "bad-parameter", "\"organisation\""),
        (
            "/v1/organisations/Shangai%20Cooperation%20Organisation/members",
            404,
            "unknown-name",
            "no event names the organisation",
        ),
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
async fn who_asks_by_a_name_is_led_to_what_bears_it_and_told_who_does_where_several_do() {
    let stage = Stage::astana().await;
    for (asked, led) in [
        (
            "/v1/organisations/Shanghai%20Cooperation%20Organisation/members?as_of=2024-07-04&party=India",
            "/v1/organisations/sco/members?as_of=2024-07-04&party=IND",
        ),
        ("/v1/organisations/SCO/members", "/v1/organisations/sco/members"),
        // An identifier that no event names may be a name.
        ("/v1/parties/india?language=fr", "/v1/parties/IND?language=fr"),
        ("/v1/people/Narendra%20Modi", "/v1/people/narendra-modi"),
        ("/v1/events?party=belarus&limit=2", "/v1/events?party=BLR&limit=2"),
        ("/v1/meetings?organisation=sco,SHANGHAI+COOPERATION+ORGANISATION", "/v1/meetings?organisation=sco%2Csco"),
        ("/organisations/Shanghai%20Cooperation%20Organisation?as_of=2017", "/organisations/sco?as_of=2017"),
        ("/organisations/sco/why/Kazakhstan", "/organisations/sco/why/KAZ"),
    ] {
        let answer = stage.ask(asked).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::TEMPORARY_REDIRECT, led), "{asked}");
        assert_eq!((answer.header("cache-control"), answer.body.len()), ("no-cache", 0));
        let there = stage.ask(led).await.status;
        assert!(there == StatusCode::OK || led.contains("%2C"), "{led}: {there}");
    }
    // What is as it should be is answered as ever; nothing is guessed at where something is recorded.
    for address in ["/v1/organisations/sco/members?party=BRA", "/v1/find?q=India", "/record/admission?party=India"] {
        assert_eq!(stage.ask(address).await.status, StatusCode::OK, "{address}");
    }
    // Where the name was not borne yet, it is nobody's.
    let before = stage.ask("/v1/parties/india?at_position=1").await;
    assert_eq!(before.status, StatusCode::NOT_FOUND, "{before:?}");

    let log = MemoryChronicle::default();
    for (number, of) in [(1, "alliance-one"), (2, "alliance-two")] {
        let line = format!(
            r#"{{"specversion":"1.0","id":"00000000-0000-4000-8000-00000000000{number}","source":"/desks/names","type":"chronicle.naming.v1",
            "data":{{"occurred":"1949","attribution":[{{"name":"A desk"}}],"of":{{"organisation":"{of}"}},"name":"The Alliance"}}}}"#
        );
        store(&log, &line).await;
    }
    let stage = Stage::of(log).await;
    let several = stage.ask("/v1/organisations/the%20alliance/timeline").await;
    let told = several.json();
    assert_eq!((several.status, &told["code"]), (StatusCode::NOT_FOUND, &"ambiguous-name".into()), "{told}");
    assert_eq!(told["called"], serde_json::json!(["alliance-one", "alliance-two"]));
    let request = Request::get("/organisations/The%20Alliance").header("accept", "text/html");
    let page = stage.send(request.body(Body::empty()).expect("a request")).await;
    let page = String::from_utf8_lossy(&page.body).into_owned();
    assert!(page.contains("Which of them do you mean?") && page.contains("/organisations/alliance-two"), "{page}");
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
    // Where the address names no language, the one that is accepted most of all is wanted.
    let accepting = |address: &'static str, languages: &'static str| {
        let request = Request::get(address).header("accept-language", languages);
        stage.send(request.body(Body::empty()).expect("a request"))
    };
    let address = "/v1/organisations/coe/members?as_of=2024&at_position=2";
    let accepted = accepting(address, "en;q=0.8, fr-CA, *;q=0.1").await;
    assert_eq!(name(&accepted), "Turquie");
    assert_ne!(english.header("etag"), accepted.header("etag"));
    let varies = |answer: &crate::support::Answered| {
        answer.headers.get_all("vary").iter().any(|vary| vary.to_str().is_ok_and(|vary| vary == "Accept-Language"))
    };
    assert!(varies(&accepted) && varies(&english) && !varies(&french), "{accepted:?}");
    let other = Request::get(address).header("accept-language", "de").header("if-none-match", accepted.header("etag"));
    assert_eq!(stage.send(other.body(Body::empty()).expect("a request")).await.status, StatusCode::OK);
    let written = "/v1/organisations/coe/members?as_of=2024&at_position=2&language=en";
    let first = accepting(written, "fr").await;
    assert_eq!(
        (name(&first), first.header("etag").to_owned()),
        ("Türkiye".into(), stage.ask(written).await.header("etag").to_owned())
    );
    // A page is in the language of who reads it, a file in that of its address.
    let page = accepting("/parties/TUR", "fr").await;
    assert!(String::from_utf8_lossy(&page.body).contains("<h1><bdi>Turquie"), "{page:?}");
    let file = accepting("/v1/organisations/coe/members?format=csv", "fr").await;
    assert!(!String::from_utf8_lossy(&file.body).contains("Turquie") && !varies(&file), "{file:?}");
    // What is no language is none.
    for nonsense in ["", "*", "!!;q=1, ;", "fr;q=0"] {
        assert_eq!(name(&accepting(address, nonsense).await), "Türkiye", "{nonsense}");
    }
    let missing = stage.ask("/v1/find").await.json();
    assert_eq!((&missing["code"], &missing["parameter"]), (&"bad-parameter".into(), &"q".into()));
    let unknown = stage.ask("/v1/parties/turqui").await.json();
    assert_eq!((&unknown["nearest"][0], &unknown["names"][0]), (&"TUR".into(), &"Türkiye".into()), "{unknown}");
}
