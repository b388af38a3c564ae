//! Many workers on the published views of a real nats-server: killed, asleep, added and taken away while events come.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Instant;

use chronicle::{Contents, Scope, ViewStore};
use chronicle_nats::{NatsChronicle, Settings};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tests::http::{Served, ask};
use tests::{Chronicle, NatsServer, Running, wait};
use tokio::runtime::Runtime;

const ASTANA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/astana-2024.jsonl");
const HISTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/sco-history.jsonl");
const VIEWS: [&str; 2] = ["membership", "attendance"];
/// How many organisations the load speaks of.
const ORGANISATIONS: u32 = 6;
/// How many events are published at once, while workers come and go.
const CHUNK: u32 = 120;

/// So many claims on some organisations from a number on, as lines; every seventh speaks of the succession of a party.
fn claims(from: u32, count: u32) -> String {
    (from..from + count).fold(String::new(), |mut lines, number| {
        let (organisation, party, year) = (number % ORGANISATIONS, number / ORGANISATIONS % 40, 1950 + number * 7 % 70);
        let status = ["member", "observer", "none"][(number / 3 % 3) as usize];
        let (kind, data) = if number % 7 == 3 {
            ("succession", format!(r#""from":["party-{party}"],"to":["party-{}"],"manner":"renaming""#, 100 + number))
        } else {
            ("standing", format!(r#""organisation":"org-{organisation}","party":"party-{party}","status":"{status}""#))
        };
        writeln!(
            lines,
            r#"{{"specversion":"1.0","id":"{number:08x}-0000-4000-8000-000000000000","source":"/desks/load","type":"chronicle.{kind}.v1","recordedtime":"2024-07-04T10:00:00Z","data":{{"occurred":"{year}",{data},"authority":"record","attribution":[{{"name":"Yearbook {year}"}}]}}}}"#,
        )
        .expect("a string takes what is written");
        lines
    })
}

/// Events that come, chunk by chunk.
struct Load<'a> {
    chronicle: &'a Chronicle,
    published: u32,
}

impl Load<'_> {
    fn go_on(&mut self) {
        self.chronicle.feed(["publish", "-"], claims(self.published, CHUNK).as_bytes()).good();
        self.published += CHUNK;
    }
}

/// A store of views, and threads to read it with.
struct Store {
    runtime: Runtime,
    log: NatsChronicle,
}

impl Store {
    fn on(server: &NatsServer) -> Self {
        let runtime = Runtime::new().expect("threads");
        let log = runtime.block_on(NatsChronicle::connect(&Settings::new(server.url(), "test"))).expect("connected");
        Self { runtime, log }
    }

    fn contents(&self, version: u32) -> [Contents; 2] {
        let views = self.log.views();
        VIEWS.map(|view| self.runtime.block_on(views.contents(&format!("{view}-{version}"))).expect("readable"))
    }

    fn values(&self, version: u32) -> [BTreeMap<String, bytes::Bytes>; 2] {
        self.contents(version).map(|contents| contents.values)
    }

    /// How far both views are, as a whole.
    fn position(&self, version: u32) -> u64 {
        let views = self.log.views();
        let at = |view| self.runtime.block_on(views.checkpoint(&format!("{view}-{version}"))).expect("readable");
        VIEWS.map(|view| at(view).position.get()).into_iter().min().expect("two views")
    }

    fn reach(&self, version: u32, position: u64) {
        wait("the views", || self.position(version), |reached| *reached == position);
    }
}

fn signal(running: &Running, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(running.id()).expect("a process id")), signal).expect("it runs");
}

/// Waits until a worker has said something.
fn said(worker: &Running, what: &str) {
    wait(what, || worker.said(), |said| said.contains(what));
}

/// What a worker works at, by its last word.
fn share(worker: &Running) -> usize {
    let said = worker.said();
    let last = said.lines().rev().find(|line| line.starts_with("working at ")).unwrap_or_default().to_owned();
    if last.contains("no partition") { 0 } else { last.matches(',').count() + usize::from(!last.is_empty()) }
}

fn shared(workers: &[&Running], shares: &[usize]) {
    wait(
        "the partitions to be shared",
        || workers.iter().map(|worker| share(worker)).collect::<Vec<_>>(),
        |found| {
            let mut sorted = found.clone();
            sorted.sort_unstable();
            sorted == shares
        },
    );
}

/// The bucket is what a rebuild gives, key by key, and what the questions answer.
fn compare(chronicle: &Chronicle, store: &Store, version: u32) -> u32 {
    let before = store.values(version);
    let rebuilt = chronicle.run(["rebuild", "--json"]).json();
    assert_eq!((&rebuilt["from"], &rebuilt["differences"]), (&json!(version), &json!([])), "{rebuilt}");
    let next = u32::try_from(rebuilt["to"].as_u64().expect("a version")).expect("small");
    assert_eq!(store.values(next), before);
    for number in 0..ORGANISATIONS {
        let organisation = format!("org-{number}");
        let members = chronicle.run(["members", organisation.as_str(), "--json"]).json();
        let mut rows: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for row in members["parties"].as_array().expect("rows") {
            let mut row = row.clone();
            // Names are for whoever asks: published views have none.
            row.as_object_mut().expect("a row").remove("name");
            rows.entry(format!("{organisation}.{}", row["party"].as_str().expect("a party"))).or_default().push(row);
        }
        let own = before[0].iter().filter(|(key, _)| key.split('.').next() == Some(organisation.as_str()));
        let own = own.map(|(key, value)| (key.clone(), serde_json::from_slice(value).expect("JSON")));
        assert_eq!(own.collect::<BTreeMap<_, Vec<Value>>>(), rows, "{organisation}");
    }
    next
}

#[test]
fn a_worker_that_sleeps_is_replaced_and_what_it_sends_when_it_wakes_up_is_refused_whole() {
    let server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    chronicle.run(["publish", ASTANA]).good();
    let (store, mut load) = (Store::on(&server), Load { chronicle: &chronicle, published: 0 });
    let [mut steady, mut sleeping] = [(); 2].map(|()| chronicle.spawn(["project", "--partitions", "6"]));
    shared(&[&steady, &sleeping], &[3, 3]);
    load.go_on();
    store.reach(1, u64::from(CHUNK) + 73);

    signal(&sleeping, Signal::SIGSTOP);
    let begun = Instant::now();
    load.go_on();
    store.reach(1, 2 * u64::from(CHUNK) + 73);
    println!("a sleeping worker was replaced after {:?}", begun.elapsed());
    assert_eq!(share(&steady), 6);
    let checkpoints = store.contents(1).map(|contents| contents.checkpoints);

    // It goes on with what it knew: all of that is refused, and nothing moves.
    signal(&sleeping, Signal::SIGCONT);
    said(&sleeping, "refused: another worker came before");
    shared(&[&steady, &sleeping], &[3, 3]);
    assert_eq!(store.contents(1).map(|contents| contents.checkpoints), checkpoints);
    load.go_on();
    store.reach(1, 3 * u64::from(CHUNK) + 73);
    compare(&chronicle, &store, 1);
    assert!(steady.interrupt().success() && sleeping.interrupt().success());
}

#[test]
fn workers_killed_added_and_taken_away_while_events_come_lose_nothing_and_repeat_nothing() {
    let mut server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    let (store, mut load) = (Store::on(&server), Load { chronicle: &chronicle, published: 0 });
    load.go_on();
    let [mut killed, second, mut third] = [(); 3].map(|()| chronicle.spawn(["project"]));
    shared(&[&killed, &second, &third], &[2, 3, 3]);
    load.go_on();
    killed.kill();
    let begun = Instant::now();
    load.go_on();
    store.reach(1, u64::from(load.published));
    println!("a killed worker was replaced after {:?}", begun.elapsed());
    shared(&[&second, &third], &[4, 4]);

    // One comes while the server goes away and comes back, another one ends in order.
    let fourth = chronicle.spawn(["project", "--name", "rack-2"]);
    load.go_on();
    server.kill();
    server.run();
    load.go_on();
    assert!(third.interrupt().success());
    let begun = Instant::now();
    load.go_on();
    store.reach(1, u64::from(load.published));
    println!("a worker that ended was replaced after {:?}", begun.elapsed());
    shared(&[&second, &fourth], &[4, 4]);

    // Built anew while events come, and taken back: the workers go along, and every version is as the log says.
    load.go_on();
    let next = compare_when_reached(&chronicle, &store, 1, load.published);
    load.go_on();
    store.reach(next, u64::from(load.published));
    chronicle.run(["rebuild", "--rollback"]).good();
    load.go_on();
    store.reach(1, u64::from(load.published));
    let last = compare(&chronicle, &store, 1);
    let parts = |version| store.contents(version)[0].checkpoints.len();
    assert_eq!((parts(1), parts(last)), (9, 9), "eight partitions and the whole");

    chronicle.run(["rebuild", "--partitions", "3"]).good();
    load.go_on();
    store.reach(last + 1, u64::from(load.published));
    assert_eq!(parts(last + 1), 4);
    shared(&[&second, &fourth], &[1, 2]);
}

fn compare_when_reached(chronicle: &Chronicle, store: &Store, version: u32, position: u32) -> u32 {
    store.reach(version, u64::from(position));
    compare(chronicle, store, version)
}

#[test]
fn services_beside_workers_answer_the_same_bytes_and_leave_the_views_to_them() {
    let server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    chronicle.run(["publish", ASTANA]).good();
    let store = Store::on(&server);
    // One kept the views before any worker was there.
    let before = Served::start(&chronicle);
    wait("the views", || before.running.said(), |said| said.contains("serving version 1 of the views"));
    let workers = [(); 2].map(|()| chronicle.spawn(["project"]));
    shared(&[&workers[0], &workers[1]], &[4, 4]);
    let after = Served::start(&Chronicle::on(&server.url()));
    wait(
        "it to leave them",
        || after.running.said(),
        |said| said.contains("version 1 of the views is kept by workers"),
    );

    chronicle.run(["publish", HISTORY]).good();
    wait("it to leave them", || before.running.said(), |said| said.contains("kept by workers from now on"));
    store.reach(1, 283);
    let [membership, attendance] = store.contents(1);
    assert!(membership.checkpoints.values().chain(attendance.checkpoints.values()).all(|at| at.position.get() == 283));
    assert_eq!(membership.checkpoints.keys().next(), Some(&Scope::Whole));

    // What spans organisations is answered from all, by any of them, as soon as it is on record.
    let claim = ["record", "admission", "--organisation", "apec", "--party", "IND", "--occurred", "2025-01-01"];
    let claim = claim.iter().chain(&["--attribution", "a desk", "--source", "/desks/test", "--json"]);
    let position = chronicle.run(claim).json()["position"].as_u64().expect("a position");
    for question in ["parties/IND", "people/xi-jinping", "organisations/sco/members", "organisations"] {
        let first = ask(before.address, &format!("/v1/{question}?min_position={position}"));
        assert_eq!(first.status, 200, "{first:?}");
        let token = first.json()["token"].to_string();
        let token = token.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"));
        let other = ask(after.address, &format!("/v1/{question}?token={token}&min_position={position}"));
        let again = ask(before.address, &format!("/v1/{question}?token={token}&min_position={position}"));
        assert_eq!((other.status, &other.body), (200, &again.body), "{question}");
        assert_eq!(first.json()["parties"], other.json()["parties"], "{question}");
    }
    store.reach(1, position);
    assert!(store.values(1)[0].contains_key("apec.IND"));

    // Kept as one again: a service takes the views up, once the workers are gone.
    drop(workers);
    chronicle.run(["rebuild", "--partitions", "0"]).good();
    chronicle.run(["retract", "--reason", "a test", &event(&chronicle, "apec")]).good();
    wait("a service to take it up", || store.values(2)[0].contains_key("apec.IND"), |there| !there);
}

/// The id of the only event of an organisation.
fn event(chronicle: &Chronicle, organisation: &str) -> String {
    let events = chronicle.run(["events", "--organisation", organisation]).json();
    events["id"].as_str().expect("an id").to_owned()
}
