//! Many processes at once, and processes that are killed: nothing acknowledged is missing, nothing is there twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::Value;
use tests::{Chronicle, Finished, NatsServer, wait};

const ASTANA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/astana-2024.jsonl");
const HISTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/sco-history.jsonl");
/// Events of each of two producers.
const EVENTS: usize = 10_000;

/// Standings of many parties, each an event of its own; `producer` sets the ids apart.
fn events(producer: u8, count: usize) -> String {
    let mut lines = String::new();
    for number in 0..count {
        writeln!(
            lines,
            r#"{{"specversion":"1.0","id":"00000000-0000-4000-8{producer:03}-{number:012}","source":"/desks/{producer}","type":"chronicle.standing.v1","recordedtime":"2026-01-01T00:00:00Z","data":{{"occurred":"2025","organisation":"org-{producer}","party":"party-{number}","status":"member","attribution":[{{"name":"desk {producer}"}}]}}}}"#,
        )
        .expect("a string takes what is written");
    }
    lines
}

/// What was acknowledged: position by id.
fn acknowledged(out: &str) -> BTreeMap<String, u64> {
    let ack = |line: &str| {
        let ack: Value = serde_json::from_str(line).ok()?;
        Some((ack["id"].as_str()?.to_owned(), ack["position"].as_u64()?))
    };
    out.lines().filter_map(ack).collect()
}

/// What stands in the log, in order.
fn stored(chronicle: &Chronicle) -> Vec<String> {
    let told = chronicle.run(["events"]).good();
    let id = |line: &str| {
        let event: Value = serde_json::from_str(line).expect("JSON");
        event["id"].as_str().expect("an id").to_owned()
    };
    told.lines().map(id).collect()
}

/// Whether every acknowledged event stands where its acknowledgement says, and nothing stands twice.
#[track_caller]
fn check(chronicle: &Chronicle, acks: &BTreeMap<String, u64>) {
    let stored = stored(chronicle);
    assert_eq!(stored.iter().collect::<BTreeSet<_>>().len(), stored.len(), "nothing stands twice");
    for (id, position) in acks {
        let place = usize::try_from(*position).expect("a small number");
        assert_eq!(stored.get(place - 1), Some(id), "position {position}");
    }
}

#[test]
fn two_processes_publish_ten_thousand_events_each_while_a_third_asks() {
    let chronicle = Chronicle::embedded();
    chronicle.run(["publish", ASTANA]).good();
    let (first, second) = std::thread::scope(|scope| {
        let publish = |producer| {
            let chronicle = &chronicle;
            move || chronicle.feed(["publish", "-"], events(producer, EVENTS).as_bytes()).good()
        };
        let publishers = [scope.spawn(publish(1)), scope.spawn(publish(2))];
        let mut answers = 0;
        while !publishers.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            let members = chronicle.run(["members", "sco", "--json", "--as-of", "2024-07-04"]).json();
            assert_eq!(members["counts"]["member"]["yes"], 10);
            answers += 1;
        }
        assert!(answers > 0, "somebody asked meanwhile");
        let [first, second] = publishers.map(|publisher| publisher.join().expect("it ends"));
        (first, second)
    });
    let mut acks = acknowledged(&first);
    acks.extend(acknowledged(&second));
    assert_eq!(acks.len(), 2 * EVENTS);
    check(&chronicle, &acks);
    assert_eq!(stored(&chronicle).len(), 73 + 2 * EVENTS);
}

#[test]
fn a_killed_publisher_loses_nothing_acknowledged_and_the_next_run_completes_it() {
    let chronicle = Chronicle::embedded();
    let input = events(1, EVENTS);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("events.jsonl");
    std::fs::write(&file, &input).expect("written");
    let file = file.to_str().expect("a path");
    let mut publisher = chronicle.spawn(["publish", file]);
    let mut acks: Vec<String> = (0..1500).filter_map(|_| publisher.line()).collect();
    publisher.kill();
    while let Some(ack) = publisher.line() {
        acks.push(ack);
    }
    let acks = acknowledged(&acks.join("\n"));
    assert!(acks.len() >= 1000, "{} were acknowledged", acks.len());
    check(&chronicle, &acks);

    let again = acknowledged(&chronicle.run(["publish", file]).good());
    assert_eq!(again.len(), EVENTS);
    for (id, position) in acks {
        assert_eq!(again.get(&id), Some(&position), "a known event is answered with its position");
    }
    check(&chronicle, &again);
    assert_eq!(stored(&chronicle).len(), EVENTS);
}

#[test]
fn a_server_killed_while_a_process_publishes_loses_nothing_acknowledged() {
    let mut server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    let input = events(1, EVENTS);
    let finished: Finished = std::thread::scope(|scope| {
        let publisher = scope.spawn(|| chronicle.feed(["publish", "-"], input.as_bytes()));
        for _ in 0..3 {
            let already = server.messages_in();
            wait("the publisher to go on", || server.messages_in(), |count| *count > already + 500);
            server.kill();
            server.run();
        }
        publisher.join().expect("it ends")
    });
    assert_eq!(finished.code, Some(0), "the publisher goes on: {}", finished.err);
    let acks = acknowledged(&finished.out);
    assert_eq!(acks.len(), EVENTS);
    check(&chronicle, &acks);
}

#[test]
fn an_embedded_server_that_is_killed_comes_back_for_the_next_command() {
    let chronicle = Chronicle::embedded();
    let acks = acknowledged(&chronicle.run(["publish", ASTANA]).good());
    let mut asking = chronicle.spawn(["watch", "events", "--since", "0"]);
    assert!(asking.line().is_some());
    let servers = chronicle.servers();
    assert_eq!(servers.len(), 1, "there is one server");
    nix::sys::signal::kill(servers[0], nix::sys::signal::Signal::SIGKILL).expect("it runs");
    check(&chronicle, &acks);
    asking.kill();
    check(&chronicle, &acks);
}

#[test]
fn an_archive_whose_writer_is_killed_is_kept_by_another_one() {
    let chronicle = Chronicle::embedded();
    chronicle.run(["publish", ASTANA]).good();
    let mut first = chronicle.spawn(["serve", "--no-http"]);
    wait("the first to serve", || first.said(), |said| said.contains("serving version"));
    let mut second = chronicle.spawn(["serve", "--no-http"]);
    wait("the second to wait", || second.said(), |said| said.contains("it is taken over where that ends"));
    first.kill();
    chronicle.run(["publish", HISTORY]).good();
    let archived = || chronicle.run(["verify", "--json"]).json()["archived"].as_u64();
    wait("the second to archive", archived, |archived| *archived == Some(283));
    assert!(second.interrupt().success());
}
