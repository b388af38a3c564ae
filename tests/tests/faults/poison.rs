//! What any client may store behind our back: it is counted and passed over, and nobody else feels it.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use serde_json::{Value, json};
use tests::{Chronicle, NatsServer, PATIENCE, Running, wait};

const ASTANA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/astana-2024.jsonl");
const SUBJECT: &str = "chronicle.event.sco.-.admission";

/// An admission under an id.
fn admission(id: &str, party: &str) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": "/desks/test", "type": "chronicle.admission.v1",
        "recordedtime": "2026-01-01T00:00:00Z",
        "data": {"occurred": "2025-01-01", "organisation": "sco", "party": party, "attribution": [{"name": "a desk"}]},
    })
}

fn id(number: u64) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// An event that would be good but for its size.
fn of_size(id: &str, bytes: usize) -> String {
    let mut document = admission(id, "BRA");
    document["data"]["note"] = "".into();
    let note = "n".repeat(bytes - document.to_string().len());
    document["data"]["note"] = note.into();
    document.to_string()
}

/// What the server says to whoever sends this.
fn sent(server: &NatsServer, subject: &str, bytes: &[u8]) -> String {
    let message = [format!("PUB {subject} {}\r\n", bytes.len()).as_bytes(), bytes].concat();
    said(server.url().trim_start_matches("nats://"), "", &message)
}

/// What a server says to this, which is of its protocol.
fn said(address: &str, permit: &str, message: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
    let connect = format!("CONNECT {{\"verbose\":false,\"headers\":true{permit}}}\r\n");
    let said = [connect.as_bytes(), message, b"\r\nPING\r\n"].concat();
    // It may hang up before it has read all.
    let _ = stream.write_all(&said);
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    lines.skip(1).find(|line| !line.starts_with("INFO")).unwrap_or_default()
}

/// The next position that a watcher is told.
fn told(watch: &Running) -> (u64, Value) {
    let line: Value = serde_json::from_str(&watch.line().expect("a line")).expect("JSON");
    (line["position"].as_u64().expect("a position"), line["event"]["id"].clone())
}

fn tail(chronicle: &Chronicle) -> u64 {
    chronicle.run(["members", "sco", "--json"]).json()["token"]["position"].as_u64().expect("a position")
}

#[test]
fn poison_is_passed_over_and_whoever_publishes_watches_or_serves_goes_on() {
    let server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    chronicle.run(["publish", ASTANA]).good();
    let before = chronicle.run(["members", "sco", "--json", "--at-position", "73", "--as-of", "2025-06"]).good();
    let watch = chronicle.spawn(["watch", "events", "--json", "--since", "73"]);
    let mut publisher = chronicle.spawn(["publish", "-"]);
    let mut serve = chronicle.spawn(["serve"]);
    publisher.say(&admission(&id(1), "BRA").to_string());
    assert!(publisher.line().is_some(), "it is acknowledged");
    assert_eq!(told(&watch), (74, json!(id(1))));

    let deep = format!("{}1{}", "[".repeat(64), "]".repeat(64));
    let nested = admission(&id(20), "ARG").to_string().replace("\"a desk\"", &deep);
    let unknown = admission(&id(21), "ARG").to_string().replace("chronicle.admission.v1", "chronicle.coronation.v1");
    // 65 KiB: more than a document may have, less than the server takes.
    let large = of_size(&id(22), 65 * 1024);
    let undecodable: [&[u8]; 6] =
        [b"", b"{\"specversion\": \"1.0\", ", b"\xff\xfe\x00", unknown.as_bytes(), nested.as_bytes(), large.as_bytes()];
    for bytes in undecodable {
        assert_eq!(sent(&server, SUBJECT, bytes), "PONG");
    }
    // Another depth than any of ours, and still of the stream or not.
    assert_eq!(sent(&server, "chronicle.event.sco", admission(&id(23), "ARG").to_string().as_bytes()), "PONG");
    assert_eq!(sent(&server, "chronicle.event.a.b.c.d.e.f", admission(&id(24), "CHL").to_string().as_bytes()), "PONG");
    assert_eq!(tail(&chronicle), 74 + 6 + 2, "all of it is stored");
    // More than the stream takes: refused.
    assert_eq!(sent(&server, SUBJECT, of_size(&id(25), 80 * 1024).as_bytes()), "PONG");
    // More than a line of the protocol may have: whoever sends it is hung up on.
    let refused = sent(&server, &format!("chronicle.event.{}", "x".repeat(5000)), b"{}");
    assert!(refused.starts_with("-ERR"), "{refused}");

    // Nobody else is.
    publisher.say(&admission(&id(2), "PER").to_string());
    let ack: Value = serde_json::from_str(&publisher.line().expect("acknowledged")).expect("JSON");
    assert_eq!(ack["position"], 83);
    let last = loop {
        let (position, event) = told(&watch);
        assert!(position > 80, "position {position} is no event, and is not told");
        if event == json!(id(2)) {
            break position;
        }
    };
    assert_eq!(last, 83);
    // The largest that is allowed is stored, and one more byte is refused by name before it is sent.
    publisher.say(&of_size(&id(26), 65_536));
    assert!(publisher.line().is_some_and(|line| line.contains(&id(26))));
    let fault = chronicle.feed(["publish", "-"], of_size(&id(27), 65_537).as_bytes());
    assert_eq!((fault.code, fault.err.contains("65536 bytes")), (Some(4), true), "{}", fault.err);

    wait("the projector to be there", || published(&server), |position| *position == Some(last + 1));
    assert!(serve.interrupt().success(), "poison does not end it");
    let after = chronicle.run(["members", "sco", "--json", "--at-position", "73", "--as-of", "2025-06"]).good();
    assert_eq!(before, after, "the past is as it was");
    let parties = chronicle.run(["members", "sco", "--json"]).json();
    let known = |party: &str| parties["parties"].as_array().expect("rows").iter().any(|row| row["party"] == party);
    assert!(known("PER") && known("BRA"), "what is good counts");
}

#[test]
fn subjects_and_headers_that_nobody_can_read_are_passed_over_and_damage_nothing() {
    let chronicle = Chronicle::embedded();
    chronicle.feed(["publish", "-"], admission(&id(1), "BRA").to_string().as_bytes()).good();
    let mut serve = chronicle.spawn(["serve"]);
    wait("the projector to be there", || serve.said().contains("serving version 1"), |there| *there);
    let kept = |name: &str| std::fs::read_to_string(chronicle.data().join("nats").join(name)).expect("kept");
    let address = format!("127.0.0.1:{}", kept("port").trim());
    let permit = format!(",\"user\":\"chronicle\",\"pass\":\"{}\"", kept("password").trim());
    // The server's tree of subjects does not find a byte 127, and the client library hangs up on the others.
    for subject in [&b"chronicle.event.sco.\x7f.admission"[..], b"chronicle.event.sco.\xff\xfe.admission"] {
        assert_eq!(said(&address, &permit, &[b"PUB ", subject, b" 2\r\n{}"].concat()), "PONG");
    }
    let event = admission(&id(2), "PER").to_string();
    let with_headers: [(&[u8], &[u8]); 6] = [
        // Of this one the client library's task dies.
        (b"NATS/1.0\r\nA: x\ry\r\n\r\n", b"{}"),
        (b"HTTP/1.1\r\n\r\n", b"{}"),
        (b"NATS/1.0\r\nno colon\r\n\r\n", b"{}"),
        (b"NATS/1.0\r\na b: c\r\n\r\n", b"{}"),
        (b"NATS/1.0\r\nA: \xff\r\n\r\n", b"{}"),
        // An event is one, whatever its headers are.
        (b"NATS/1.0\r\nA: \xff\r\n\r\n", event.as_bytes()),
    ];
    for (headers, bytes) in with_headers {
        let line = format!("HPUB {SUBJECT} {} {}\r\n", headers.len(), headers.len() + bytes.len());
        assert_eq!(said(&address, &permit, &[line.as_bytes(), headers, bytes].concat()), "PONG");
    }

    let ack = chronicle.feed(["publish", "-"], admission(&id(3), "CHL").to_string().as_bytes()).json();
    assert_eq!(ack, json!({"position": 10, "id": id(3), "duplicate": false}));
    assert_eq!(chronicle.run(["events"]).good().lines().count(), 3);
    let passed_over = chronicle.run(["events", "--quarantined", "--json"]).good();
    let position = |line| serde_json::from_str::<Value>(line).expect("JSON")["position"].as_u64().expect("a position");
    assert_eq!(passed_over.lines().map(position).collect::<Vec<u64>>(), [2, 3, 4, 5, 6, 7, 8]);
    chronicle.run(["verify"]).good();
    assert!(serve.interrupt().success(), "poison does not end it");
    // And all of it is restored.
    chronicle.run(["restore", "--force"]).good();
    chronicle.run(["verify"]).good();
    assert_eq!(chronicle.run(["events"]).good().lines().count(), 3);
}

#[test]
fn the_same_id_again_with_other_bytes_has_no_effect_and_is_remarked() {
    let server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    let good = admission(&id(1), "BRA").to_string();
    chronicle.feed(["publish", "-"], good.as_bytes()).good();
    let before = chronicle.run(["members", "sco", "--json", "--as-of", "2025-06"]).json();
    // Without a message id the server takes it for something new: as after its window of two minutes.
    assert_eq!(sent(&server, SUBJECT, good.as_bytes()), "PONG");
    assert_eq!(sent(&server, SUBJECT, admission(&id(1), "ARG").to_string().as_bytes()), "PONG");
    assert_eq!(tail(&chronicle), 3);
    let after = chronicle.run(["members", "sco", "--json", "--as-of", "2025-06"]).json();
    assert_eq!(before["parties"], after["parties"], "the first one counts");
    assert_eq!(chronicle.run(["events"]).good().lines().count(), 1, "history tells it once");
    let remarks = chronicle.run(["remarks", "--json"]).json();
    let reused = remarks["remarks"].as_array().expect("remarks").iter().filter(|one| one["kind"] == "id-reused");
    let events: Vec<&Value> = reused.map(|one| &one["events"]).collect();
    assert_eq!(events, [&json!([id(1)])]);
    // Published again, however late, it is answered with its first position; and other bytes are refused.
    let again = chronicle.feed(["publish", "-"], good.as_bytes()).json();
    assert_eq!(again, json!({"position": 1, "id": id(1), "duplicate": true}));
    let taken = chronicle.feed(["publish", "-"], admission(&id(1), "ARG").to_string().as_bytes());
    assert_eq!(taken.code, Some(4), "{}", taken.err);
    assert_eq!(tail(&chronicle), 3);
}

#[test]
fn an_answer_with_a_token_stays_the_same_bytes_whatever_is_corrected_later() {
    let chronicle = Chronicle::embedded();
    chronicle.run(["publish", ASTANA]).good();
    let asked = |arguments: &[&str]| chronicle.run(arguments).good();
    let known = asked(&["members", "sco", "--json", "--as-of", "2024-07-04", "--at-position", "73"]);
    let first: Value = serde_json::from_str(&known).expect("JSON");
    let token = first["token"].to_string();
    let admissions = asked(&["events", "--organisation", "sco", "--kind", "admission"]);
    let mut changed = 0;
    for line in admissions.lines() {
        let event: Value = serde_json::from_str(line).expect("JSON");
        let corrected = event["id"].as_str().expect("an id");
        match changed % 3 {
            0 => chronicle.run(["correct", corrected, "--occurred", "2016-01-01", "--source", "/desks/test"]),
            1 => chronicle.run(["retract", corrected, "--reason", "a test", "--source", "/desks/test"]),
            _ => chronicle.run(["correct", corrected, "--status", "observer", "--source", "/desks/test"]),
        }
        .good();
        changed += 1;
        let arguments = ["members", "sco", "--json", "--as-of", "2024-07-04", "--at-position", "73"];
        assert_eq!(asked(&arguments), known, "after correcting {corrected}");
        assert_eq!(asked(&["members", "sco", "--json", "--token", &token]), known);
    }
    assert!(changed > 2, "{changed} were corrected");
    assert_ne!(
        asked(&["members", "sco", "--json", "--as-of", "2024-07-04"]),
        known,
        "what is known now is another thing"
    );
}

/// How far the published membership is.
fn published(server: &NatsServer) -> Option<u64> {
    use chronicle::ViewStore;

    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(async {
        let settings = chronicle_nats::Settings::new(server.url(), "test");
        let log = chronicle_nats::NatsChronicle::connect(&settings).await.ok()?;
        Some(log.views().checkpoint("membership-1").await.ok()?.position.get())
    })
}
