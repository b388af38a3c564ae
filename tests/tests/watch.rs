//! Watching: pushed, resumable, silent while nothing happens.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use tests::{Chronicle, NatsServer, wait};

const ASTANA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/astana-2024.jsonl");
/// How long nothing may be asked of the server.
const IDLE: Duration = Duration::from_secs(60);

fn admission(chronicle: &Chronicle, party: &str) -> Value {
    let claim = ["record", "admission", "--organisation", "sco", "--occurred", "2025-01-01", "--party", party];
    chronicle.run(claim.iter().chain(&["--attribution", "a desk", "--source", "/desks/test"])).json()
}

#[test]
fn each_change_is_told_as_it_is_published_and_resuming_loses_and_repeats_nothing() {
    let chronicle = Chronicle::embedded();
    chronicle.run(["publish", ASTANA]).good();
    let mut watch = chronicle.spawn(["watch", "members", "sco", "--json", "--since", "73"]);
    let mut told = Vec::new();
    for party in ["BRA", "ARG", "CHL"] {
        let ack = admission(&chronicle, party);
        let change: Value = serde_json::from_str(&watch.line().expect("a change")).expect("JSON");
        assert_eq!((&change["position"], &change["cause"]), (&ack["position"], &ack["id"]));
        assert_eq!(change["changes"][0]["party"], party);
        assert_eq!(change["changes"][0]["before"], json!([]));
        told.push(change);
    }
    assert!(watch.interrupt().success(), "ctrl-c ends it in order");
    admission(&chronicle, "PER");

    let again = chronicle.spawn(["watch", "members", "sco", "--json", "--since", "74"]);
    for expected in &told[1..] {
        let change: Value = serde_json::from_str(&again.line().expect("a change")).expect("JSON");
        assert_eq!(&change, expected);
    }
    let change: Value = serde_json::from_str(&again.line().expect("a change")).expect("JSON");
    assert_eq!((&change["position"], &change["changes"][0]["party"]), (&json!(77), &json!("PER")));
}

#[test]
fn a_watcher_of_events_sees_every_one_once_through_a_killed_server() {
    let mut server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    chronicle.run(["publish", ASTANA]).good();
    let watch = chronicle.spawn(["watch", "events", "--json", "--since", "0"]);
    let seen = |watch: &tests::Running| {
        let event: Value = serde_json::from_str(&watch.line().expect("an event")).expect("JSON");
        event["position"].as_u64().expect("a position")
    };
    let first: Vec<u64> = (0..73).map(|_| seen(&watch)).collect();
    assert_eq!(first, (1..=73).collect::<Vec<_>>());
    server.kill();
    server.run();
    let ack = admission(&chronicle, "BRA");
    assert_eq!(Some(seen(&watch)), ack["position"].as_u64());
}

#[test]
fn an_idle_watcher_makes_no_request_in_a_minute() {
    let server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    chronicle.run(["publish", ASTANA]).good();
    let watch = chronicle.spawn(["watch", "members", "sco", "--json"]);
    // It is there when it tells a change.
    let mut parties = ["BRA", "ARG", "CHL", "PER"].into_iter();
    wait(
        "the watcher to tell a change",
        || {
            parties.next().map(|party| admission(&chronicle, party));
            watch.line_now()
        },
        Option::is_some,
    );
    let before = server.messages_in();
    let end = std::time::Instant::now() + IDLE;
    let mut counts = BTreeSet::from([before]);
    while std::time::Instant::now() < end {
        std::thread::park_timeout(Duration::from_secs(1));
        counts.insert(server.messages_in());
    }
    assert_eq!(counts, BTreeSet::from([before]), "not one message was sent");
}
