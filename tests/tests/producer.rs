//! The producer on a real nats-server: several at once, through `kill -9`, and the same file twice.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use chronicle::{Chronicle, Draft, Entry};
use chronicle_nats::{NatsChronicle, Settings};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use producer::{Acknowledged, Directory, Known, NoDirectory, Producer, PublishError, check};
use serde_json::{Value, json};
use summit::{EventId, MeetingId, OrganisationId, Position};
use tests::{NatsServer, PATIENCE};
use wire::Document;

const ASTANA: &str = include_str!("../../crates/wire/tests/data/astana-2024.jsonl");
const HISTORY: &str = include_str!("../../crates/wire/tests/data/sco-history.jsonl");

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_events_of_two_producers_at_once_stand_once_each() {
    let server = NatsServer::start();
    // Every third event is published by both.
    let publish = async |numbers: Vec<u64>| {
        let producer = Producer::new(chronicle(&server).await, NoDirectory, Timestamp::now);
        let documents = stream::iter(numbers).map(document);
        producer.publish_many(documents).try_collect::<Vec<_>>().await.expect("all are published")
    };
    let both = |other: u64| (0..10_000).filter(|n| n % 3 != other).collect::<Vec<_>>();
    let (left, right) = futures::join!(publish(both(0)), publish(both(1)));
    let log = chronicle(&server).await;
    let stands = standing(&log).await;
    assert_eq!(stands.len(), 10_000);
    for answer in left.iter().chain(&right) {
        assert_eq!(stands[&answer.id], answer.position);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_stands_once_although_the_server_is_killed_on_the_way() {
    let mut server = NatsServer::start();
    let log = chronicle(&server).await;
    let producer = Producer::new(log.clone(), NoDirectory, Timestamp::now);
    let publishing = tokio::spawn({
        let producer = producer.clone();
        async move {
            let documents = stream::iter(0..60_000).map(document);
            producer.publish_many(documents).collect::<Vec<Result<Acknowledged, PublishError>>>().await
        }
    });
    let mut kills = 0;
    let mut follow = log.follow(Position::START);
    for stop in [5000, 20_000, 40_000] {
        // Killed as soon as so much is stored, in the middle of what follows.
        loop {
            let entry = tokio::time::timeout(PATIENCE, follow.next()).await;
            let entry = entry.unwrap_or_else(|_| panic!("nothing came for {PATIENCE:?} on the way to {stop}"));
            if entry.expect("following never ends").expect("readable").position.get() >= stop {
                break;
            }
        }
        assert!(!publishing.is_finished(), "killed on the way");
        server.kill();
        server.run();
        kills += 1;
    }
    let answers =
        tokio::time::timeout(4 * PATIENCE, publishing).await.expect("everyone is answered").expect("no panic");
    let stands = standing(&chronicle(&server).await).await;
    let mut unknown = 0;
    for (n, answer) in (0..).zip(&answers) {
        match answer {
            Ok(answer) => assert_eq!((answer.id, stands.get(&id(n))), (id(n), Some(&answer.position)), "event {n}"),
            Err(PublishError::OutcomeUnknown(_)) => unknown += 1,
            Err(error) => panic!("event {n}: {error}"),
        }
    }
    assert_eq!((answers.len(), kills), (60_000, 3));
    assert_eq!(unknown, 0, "the server was back long before the producer gives up");
    assert_eq!(stands.len(), 60_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_twice_adds_nothing() {
    let server = NatsServer::start();
    let log = chronicle(&server).await;
    let first = file(&log, NoDirectory).await;
    assert_eq!(first.iter().filter(|answer| !answer.duplicate).count(), 283);
    let second = file(&log, NoDirectory).await;
    assert_all_repeated(&first, &second);
    assert_eq!(standing(&log).await.len(), 283);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_twice_adds_nothing_when_only_the_directory_remembers() {
    let server = NatsServer::start();
    let log = chronicle(&server).await;
    let first = file(&log, NoDirectory).await;
    forget(&server, &log).await;
    let before = log.tail().await.expect("readable");
    let second = file(&log, Index::of(&log).await).await;
    assert_all_repeated(&first, &second);
    assert_eq!(log.tail().await, Ok(before));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_stand_together_are_stored_as_one_and_only_on_the_expected_tail() {
    let server = NatsServer::start();
    let log = chronicle(&server).await;
    let producer = Producer::new(log.clone(), NoDirectory, Timestamp::now);
    let together = |numbers: std::ops::Range<u64>, expected: u64| {
        producer.publish_together(numbers.map(document).collect(), Some(Position::new(expected)))
    };
    let first = together(0..1000, 0).await.expect("published");
    assert_eq!(together(1000..1010, 999).await, Err(PublishError::Moved { expected: Position::new(999) }));
    let again = together(0..1000, 0).await.expect("it stands already");
    assert_all_repeated(&first, &again);
    let next = together(990..1010, 1000).await.expect("published");
    let positions: Vec<u64> = next.iter().map(|answer| answer.position.get()).collect();
    assert_eq!(positions, (991..=1010).collect::<Vec<_>>());
    assert_eq!(standing(&log).await.len(), 1010);
}

/// Publishes the files of the wire's tests, as the command line does.
async fn file(log: &NatsChronicle, directory: impl Directory + 'static) -> Vec<Acknowledged> {
    let documents = check(format!("{ASTANA}\n{HISTORY}").as_bytes()).expect("good files");
    let producer = Producer::new(log.clone(), directory, Timestamp::now);
    producer.publish_many(stream::iter(documents)).try_collect().await.expect("all are published")
}

fn assert_all_repeated(first: &[Acknowledged], second: &[Acknowledged]) {
    let repeated: Vec<_> = first.iter().map(|answer| Acknowledged { duplicate: true, ..*answer }).collect();
    assert_eq!(second, repeated);
}

/// Lets the server forget all ids that it has seen: its window is shortened and passes.
async fn forget(server: &NatsServer, log: &NatsChronicle) {
    let mut config = api(server, "STREAM.INFO.CHRONICLE", "")["config"].clone();
    // In nanoseconds: the shortest that the server takes.
    config["duplicate_window"] = 100_000_000.into();
    let updated = api(server, "STREAM.UPDATE.CHRONICLE", &config.to_string());
    assert!(updated["error"].is_null(), "{updated}");
    let end = Instant::now() + PATIENCE;
    let probe = || {
        let bytes = document(7).encode().into();
        Draft { id: id(7), subject: "chronicle.event.sco.-.admission".to_owned(), headers: vec![], bytes }
    };
    let first = log.append(probe()).await.expect("stored");
    loop {
        let again = log.append(probe()).await.expect("stored");
        if !again.duplicate {
            break;
        }
        assert!(Instant::now() < end, "the server still remembers the id of position {}", first.position);
    }
}

/// One request to JetStream as an operator would send it, over a connection of its own.
fn api(server: &NatsServer, verb: &str, body: &str) -> Value {
    let mut stream = TcpStream::connect(server.url().trim_start_matches("nats://")).expect("the server listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let length = body.len();
    let request =
        format!("CONNECT {{\"verbose\":false}}\r\nSUB answer 1\r\nPUB $JS.API.{verb} answer {length}\r\n{body}\r\n");
    stream.write_all(request.as_bytes()).expect("the server reads");
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        assert!(reader.read_line(&mut line).expect("the server answers") > 0, "the server hung up");
        if let Some(length) = line.strip_prefix("MSG ").and_then(|line| line.trim().rsplit(' ').next()) {
            let mut answer = vec![0; length.parse().expect("a length")];
            reader.read_exact(&mut answer).expect("the whole answer");
            return serde_json::from_slice(&answer).expect("JSON");
        }
    }
}

async fn chronicle(server: &NatsServer) -> NatsChronicle {
    NatsChronicle::connect(&Settings::new(server.url(), "test")).await.unwrap_or_else(|error| panic!("{error}"))
}

/// What a log holds, as an index knows it.
struct Index(HashMap<EventId, Known>);

impl Index {
    async fn of(log: &NatsChronicle) -> Self {
        let mut known = HashMap::new();
        for entry in entries(log).await {
            let document = Document::decode(&entry.bytes).expect("a good document");
            let there = Known { position: entry.position, fingerprint: document.fingerprint() };
            known.entry(document.event().id).or_insert(there);
        }
        Self(known)
    }
}

impl Directory for Index {
    fn known(&self, id: EventId) -> Option<Known> {
        self.0.get(&id).copied()
    }

    fn organisation_of_meeting(&self, _: &MeetingId) -> Option<OrganisationId> {
        None
    }

    fn organisation_of_event(&self, _: EventId) -> Option<OrganisationId> {
        None
    }
}

async fn entries(log: &NatsChronicle) -> Vec<Entry> {
    log.read(Position::START).try_collect().await.expect("readable")
}

/// Where each event stands; panics if one stands twice.
async fn standing(log: &NatsChronicle) -> HashMap<EventId, Position> {
    let mut stands = HashMap::new();
    for entry in entries(log).await {
        let id = Document::decode(&entry.bytes).expect("a good document").event().id;
        if let Some(first) = stands.insert(id, entry.position) {
            panic!("{id} stands at {first} and at {}", entry.position);
        }
    }
    stands
}

fn id(n: u64) -> EventId {
    format!("00000000-0000-4000-8000-{n:012x}").parse().expect("twelve hexadecimal digits end a UUID")
}

/// The event number `n`.
fn document(n: u64) -> Document {
    let json = json!({
        "specversion": "1.0", "id": id(n).to_string(), "source": "/desks/astana", "type": "chronicle.admission.v1",
        "data": {"occurred": "2024-07-04", "attribution": [{"name": "desk"}], "organisation": "sco", "party": "BLR", "order": n},
    });
    Document::decode(json.to_string().as_bytes()).unwrap_or_else(|refused| panic!("{refused}"))
}
