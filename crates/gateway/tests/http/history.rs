//! History over HTTP: pages and lines, one event, what is passed over; and lists of names, page by page.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use bytes::Bytes;
use chronicle::{Chronicle, Draft};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;
use wire::Document;

use crate::support::{ASTANA, Answered, HISTORY, Stage, store};

async fn lines(stage: &Stage, address: &str) -> Answered {
    let request = Request::get(address).header("accept", "application/x-ndjson");
    stage.send(request.body(Body::empty()).expect("a request")).await
}

/// Documents as [`store`] writes them, one a line.
fn stored(documents: &str) -> String {
    let written = |line: &str| Document::decode(line.as_bytes()).expect("a good document").encode();
    let lines = documents.lines().map(|line| String::from_utf8(written(line)).expect("UTF-8") + "\n");
    lines.collect()
}

/// Every page of a list: those behind the first are asked for where the one before says.
async fn pages(stage: &Stage, first: &str, mut between: impl AsyncFnMut()) -> Vec<Value> {
    let (mut pages, mut address) = (Vec::new(), first.to_owned());
    loop {
        let answer = stage.ask(&address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}: {answer:?}");
        let page = answer.json();
        let next = page["next"].as_str().map(ToOwned::to_owned);
        let link = next.as_ref().map(|next| format!("<{next}>; rel=\"next\""));
        let mut links = answer.headers.get_all("link").iter().filter_map(|link| link.to_str().ok());
        assert_eq!(links.find(|link| link.ends_with("\"next\"")), link.as_deref(), "{address}");
        pages.push(page);
        assert!(pages.len() < 500, "pages without an end: {address}");
        match next {
            Some(next) => address = next,
            None => return pages,
        }
        between().await;
    }
}

fn named(pages: &[Value], list: &str, key: &str) -> Vec<String> {
    let rows = pages.iter().flat_map(|page| page[list].as_array().into_iter().flatten());
    rows.map(|row| row[key].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn history_is_the_stored_documents_byte_for_byte() {
    let stage = Stage::astana().await;
    let all = lines(&stage, "/v1/events").await;
    assert_eq!(all.header("content-type"), "application/x-ndjson");
    assert!(all.body == stored(ASTANA), "{all:?}");
    let some = lines(&stage, "/v1/events?kind=signing,admission&kind=founding&party=IND&limit=2").await;
    assert!(some.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count() <= 2);
    let page = stage.ask("/v1/events?limit=1000").await;
    let events: Vec<Value> = ASTANA.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(page.json()["events"], Value::from(events));
    let page = String::from_utf8_lossy(&page.body);
    assert!(stored(ASTANA).lines().all(|line| page.contains(line)), "{page}");
}

#[tokio::test]
async fn pages_of_history_hold_every_event_once_in_order_however_many_come_meanwhile() {
    let stage = Stage::astana().await;
    let mut more = HISTORY.lines();
    let pages = pages(&stage, "/v1/events?organisation=sco&limit=7", async || {
        if let Some(line) = more.next() {
            store(&stage.log, line).await;
            stage.service.index().reach(stage.log.tail().await.expect("a tail")).await.expect("it follows");
        }
    })
    .await;
    let told = named(&pages, "events", "id");
    let whole = lines(&stage, "/v1/events?organisation=sco").await.body;
    let whole = whole.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let whole: Vec<Value> = whole.map(|line| serde_json::from_slice(line).expect("JSON")).collect();
    let expected: Vec<&str> = whole.iter().filter_map(|event| event["id"].as_str()).collect();
    assert!(told.len() > 40, "{told:?}");
    assert_eq!(told, expected);
    let positions: Vec<u64> = pages
        .iter()
        .flat_map(|page| page["positions"].as_array().into_iter().flatten())
        .filter_map(Value::as_u64)
        .collect();
    assert!(positions.is_sorted_by(|one, next| one < next) && positions.len() == told.len(), "{positions:?}");
}

#[tokio::test]
async fn a_reader_who_stops_holds_up_nobody() {
    let stage = Stage::told(HISTORY).await;
    let request =
        || Request::get("/v1/events").header("accept", "application/x-ndjson").body(Body::empty()).expect("a request");
    let mut stalled = Vec::new();
    for _ in 0..100 {
        stalled.push(stage.app.clone().oneshot(request()).await.expect("an answer").into_body());
    }
    store(&stage.log, ASTANA.lines().next().expect("a line")).await;
    let grown = stage.log.tail().await.expect("a tail");
    stage.service.index().reach(grown).await.expect("whoever keeps the index current is not held up");
    assert_eq!(stage.ask("/v1/remarks").await.json()["token"]["position"], grown.get());
    // And whoever reads on gets what there was when it began.
    let read = stalled.pop().expect("a reader").collect().await.expect("the rest").to_bytes();
    assert!(read == stored(HISTORY), "{}", read.len());
}

#[tokio::test]
async fn one_event_is_answered_by_its_id_or_how_it_begins() {
    let stage = Stage::astana().await;
    let documents = stored(ASTANA);
    let document =
        documents.lines().find(|line| line.contains("3be78c39-77b0-5b38-a4d4-4d7e8dadf218")).expect("it is there");
    let whole = stage.ask("/v1/events/3be78c39-77b0-5b38-a4d4-4d7e8dadf218").await;
    assert_eq!(
        (whole.header("content-type"), whole.header("chronicle-position")),
        ("application/cloudevents+json", "31")
    );
    assert!(whole.body == document && whole.header("cache-control").contains("immutable"), "{whole:?}");
    let short = stage.ask("/v1/events/3BE78C39").await;
    assert!(short.body == document && short.header("cache-control") == "no-cache", "{short:?}");
    for (address, status, code) in [
        ("/v1/events/3", StatusCode::NOT_FOUND, "unknown-event"),
        ("/v1/events/00000000", StatusCode::NOT_FOUND, "unknown-event"),
        ("/v1/events/sco", StatusCode::BAD_REQUEST, "bad-parameter"),
        ("/v1/events/%FF", StatusCode::BAD_REQUEST, "bad-parameter"),
    ] {
        let answer = stage.ask(address).await;
        assert_eq!((answer.status, &answer.json()["code"]), (status, &code.into()), "{address}");
    }
    assert!(stage.ask("/v1/events/3").await.json()["nearest"].as_array().is_some_and(|ids| ids.len() > 1));
}

#[tokio::test]
async fn entries_that_are_passed_over_are_listed() {
    let stage = Stage::astana().await;
    for number in 0..5_u8 {
        let id = format!("00000000-0000-4000-8000-00000000000{number}").parse().expect("an id");
        let bytes = Bytes::from(format!("no event {number}"));
        let subject = "chronicle.event.sco.-.admission".to_owned();
        stage.log.append(Draft { id, subject, headers: vec![], bytes }).await.expect("stored");
    }
    stage.service.index().reach(stage.log.tail().await.expect("a tail")).await.expect("it follows");
    let pages = pages(&stage, "/v1/quarantine?limit=2", async || ()).await;
    let positions: Vec<u64> = pages
        .iter()
        .flat_map(|page| page["entries"].as_array().into_iter().flatten())
        .filter_map(|entry| entry["position"].as_u64())
        .collect();
    assert_eq!((pages.len(), positions), (3, vec![74, 75, 76, 77, 78]));
    let all = lines(&stage, "/v1/quarantine").await;
    let all: Vec<Value> = all
        .body
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).expect("JSON"))
        .collect();
    assert_eq!((all.len(), &all[4]), (5, &pages[2]["entries"][0]));
}

#[tokio::test]
async fn a_list_is_of_one_position_from_its_first_page_to_its_last() {
    let stage = Stage::astana().await;
    let whole = stage.ask("/v1/people?limit=1000").await.json();
    let whole = named(std::slice::from_ref(&whole), "people", "person");
    let mut more = HISTORY.lines();
    let pages = pages(&stage, "/v1/people?limit=1", async || {
        if let Some(line) = more.next() {
            store(&stage.log, line).await;
            stage.service.index().reach(stage.log.tail().await.expect("a tail")).await.expect("it follows");
        }
    })
    .await;
    assert_eq!(named(&pages, "people", "person"), whole);
    assert!(pages.len() > 5 && pages.iter().all(|page| page["token"]["position"] == 73), "{}", pages.len());
}

#[tokio::test]
async fn lists_help_choosing() {
    let stage = Stage::astana().await;
    let organisations = stage.ask("/v1/organisations?as_of=2024-07-04").await.json();
    let sco = organisations["organisations"].as_array().into_iter().flatten().find(|row| row["organisation"] == "sco");
    let members = stage.ask("/v1/organisations/sco/members?as_of=2024-07-04").await.json();
    assert_eq!(sco.map(|sco| &sco["counts"]), Some(&members["counts"]));
    let meetings = stage.ask("/v1/meetings?organisation=sco").await.json();
    let attendance = stage.ask("/v1/meetings/sco-plus-astana-2024/attendance").await.json();
    let summit =
        meetings["meetings"].as_array().into_iter().flatten().find(|row| row["meeting"] == "sco-plus-astana-2024");
    assert_eq!(summit.map(|row| &row["title"]), Some(&attendance["meeting_info"]["title"]));
    let parties = stage.ask("/v1/parties").await.json();
    let india = parties["parties"].as_array().into_iter().flatten().find(|row| row["party"] == "IND");
    assert_eq!(india.map(|row| (&row["name"], &row["organisations"][0])), Some((&"India".into(), &"sco".into())));
    let people = stage.ask("/v1/people").await.json();
    assert!(named(&[people], "people", "person").contains(&"xi-jinping".to_owned()));
    // What did not exist then is not there then.
    let before = stage.ask("/v1/people?at_position=0").await.json();
    assert_eq!(before["people"], Value::from(Vec::<Value>::new()));
}
