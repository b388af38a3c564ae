//! History again, at a pace.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use projector::MAX_GAP;
use serde_json::{Value, json};

use crate::changes::{DAY, Desk, days, ids};
use crate::listener::Listener;
use crate::support::ASTANA;

/// All of a replay as lines.
async fn lines(desk: &Desk, address: &str) -> Vec<Value> {
    let request = Request::get(address).header("accept", "application/x-ndjson");
    let (status, body) = desk.send(request.body(Body::empty()).expect("a request")).await;
    assert_eq!(status, StatusCode::OK);
    let text = String::from_utf8(body.to_vec()).expect("text");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[tokio::test(start_paused = true)]
async fn a_replay_tells_what_was_told_and_then_its_end() {
    let mut desk = Desk::new(ASTANA.lines()).await;
    days(&mut desk).await;
    let mut told = Listener::new(&desk.app, "/v1/changes?after=0").events(81).await;
    // What the calendar brought behind the last entry is no part of the log.
    assert_eq!(ids(&told.split_off(79)), ["78.2024-07-09", "78.2024-07-10"]);
    let mut replayed = Listener::new(&desk.app, "/v1/replay").events(80).await;
    let end = replayed.pop().expect("the end");
    assert_eq!(replayed, told);
    assert_eq!((end.event.as_str(), end.id(), end.json()), ("end", "78.end", json!({"end": true, "position": 78})));

    let documents: Vec<Value> = told.iter().map(|block| block.json()).chain([end.json()]).collect();
    assert_eq!(lines(&desk, "/v1/replay").await, documents);
    for cut in [0, 40, 73, 75, 77] {
        let behind = Listener::behind(&desk.app, "/v1/replay", told[cut].id()).events(told.len() - cut).await;
        assert_eq!(ids(&behind), ids(&told[cut + 1..]).into_iter().chain(["78.end"]).collect::<Vec<_>>());
    }
    let some = Listener::new(&desk.app, "/v1/replay?from=75&to=77").events(4).await;
    assert_eq!(ids(&some), ["75", "75.2024-07-04", "76", "77.end"]);
    let request = Request::get("/v1/replay").header("last-event-id", "78.end").body(Body::empty()).expect("a request");
    assert_eq!(desk.send(request).await.0, StatusCode::NO_CONTENT, "all of it was told");
}

#[tokio::test(start_paused = true)]
async fn a_replay_keeps_the_pace_of_the_stored_times() {
    let mut desk = Desk::new(ASTANA.lines()).await;
    days(&mut desk).await;
    for (speed, seconds) in [("max", 0), ("60x", 2 * MAX_GAP.as_secs()), ("86400x", 4), ("original", 4 * 86_400)] {
        let before = tokio::time::Instant::now();
        let documents = lines(&desk, &format!("/v1/replay?speed={speed}")).await;
        assert_eq!((documents.len(), before.elapsed().as_secs()), (80, seconds), "{speed}");
    }
    let before = tokio::time::Instant::now();
    let mut listener = Listener::new(&desk.app, "/v1/replay?speed=original&from=75");
    let told = listener.events(3).await;
    assert_eq!((ids(&told), before.elapsed().as_secs()), (vec!["75", "75.2024-07-04", "76"], 86_400));
    // Meanwhile he heard that somebody is there; and who comes back waits for a gap as anybody does.
    let before = tokio::time::Instant::now();
    let behind = Listener::behind(&desk.app, "/v1/replay?speed=original", "76").events(3).await;
    assert_eq!((ids(&behind).len(), i64::try_from(before.elapsed().as_secs())), (3, Ok((DAY * 3).as_secs())));
}

#[tokio::test(start_paused = true)]
async fn a_replay_that_waits_says_so_and_ends_with_the_service() {
    let mut desk = Desk::new(ASTANA.lines()).await;
    days(&mut desk).await;
    let mut listener = Listener::new(&desk.app, "/v1/replay?speed=original&from=75").opened().await;
    listener.events(2).await;
    let block = listener.block().await.expect("a sign of life");
    assert_eq!(block.comments, ["go on waiting"]);
    desk.end();
    let before = tokio::time::Instant::now();
    while listener.block().await.is_some() {}
    assert_eq!(before.elapsed().as_secs(), 0, "it ended at once");
    assert_eq!(
        lines(&desk, "/v1/replay?speed=original&from=75").await,
        [json!(null); 0],
        "nor is a line told that says it is the end"
    );
}

#[tokio::test(start_paused = true)]
async fn a_replay_in_lines_comes_to_its_end_compressed_too() {
    let desk = Desk::new(ASTANA.lines()).await;
    for encoding in ["gzip", "br"] {
        let request = Request::get("/v1/replay").header("accept", "application/x-ndjson");
        let request = request.header("accept-encoding", encoding).body(Body::empty()).expect("a request");
        // A body that breaks off is none.
        let (status, body) = desk.send(request).await;
        assert!(status == StatusCode::OK && body.len() > 1000, "{encoding}: {status}, {} bytes", body.len());
    }
}
