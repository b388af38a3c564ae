//! Published views on a real nats-server: seen by another client, kept by several projectors, built anew.

use std::path::Path;
use std::process::{Command, Stdio};

use chronicle_nats::{NatsChronicle, Settings};
use serde_json::{Value, json};
use tests::{Chronicle, NatsServer, Running, wait};

const ASTANA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/astana-2024.jsonl");
const HISTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/sco-history.jsonl");

/// A bucket, watched by nats-py.
fn watch_in_python(server: &NatsServer, bucket: &str) -> Running {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let packages = tests.parent().expect("the project").join(".python-packages");
    assert!(packages.join("nats").is_dir(), "nats-py is missing\nhint: ./deploy/setup --tests");
    let mut command = Command::new("python3");
    command.env("PYTHONPATH", packages).arg(tests.join("python/watch_views.py")).args([&server.url(), bucket]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Running::new(command.spawn().expect("python3 runs"))
}

fn next(running: &Running) -> Value {
    serde_json::from_str(&running.line().expect("a line")).expect("JSON")
}

/// How far a published view is, and what stands in it.
fn published(server: &NatsServer, view: &str) -> (u64, Vec<(String, String)>) {
    use chronicle::ViewStore;

    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(async {
        let log = NatsChronicle::connect(&Settings::new(server.url(), "test")).await.expect("connected");
        let views = log.views();
        let checkpoint = views.checkpoint(view).await.expect("readable");
        let stands = views.load(view).await.expect("readable");
        let text = |value: bytes::Bytes| String::from_utf8(value.to_vec()).expect("JSON");
        (checkpoint.position.get(), stands.into_iter().map(|(key, value)| (key, text(value))).collect())
    })
}

#[test]
fn another_client_watches_the_views_while_they_change() {
    let server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    chronicle.run(["publish", ASTANA]).good();
    let mut serve = chronicle.spawn(["serve"]);
    wait("the views", || published(&server, "membership-1").0, |position| *position == 73);
    wait("the views", || published(&server, "chronicle").1.len(), |keys| *keys == 1);

    let python = watch_in_python(&server, "membership-1");
    assert_eq!(next(&python), json!({"current": 1}));
    let mut told = Vec::new();
    loop {
        let line = next(&python);
        if line["told"] == true {
            break;
        }
        told.push(line["key"].as_str().expect("a key").to_owned());
    }
    told.sort();
    let members = chronicle.run(["members", "sco", "--json"]).json();
    let expected: Vec<String> = members["parties"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| format!("sco.{}", row["party"].as_str().expect("a party")))
        .collect();
    assert_eq!(told, expected);

    let claim = ["record", "admission", "--organisation", "sco", "--party", "BRA", "--occurred", "2025-01-01"];
    chronicle.run(claim.iter().chain(&["--attribution", "a desk", "--source", "/desks/test"])).good();
    let change = next(&python);
    assert_eq!((&change["key"], &change["value"][0]["status"]), (&json!("sco.BRA"), &json!("member")));
    let mut answer = chronicle.run(["members", "sco", "--json", "--party", "BRA"]).json();
    // Names are for whoever asks, in his language: published views have none.
    assert_eq!(answer["parties"][0].as_object_mut().and_then(|row| row.remove("name")), Some(json!("Brazil")));
    assert_eq!(change["value"], answer["parties"]);
    assert!(serve.interrupt().success());
}

#[test]
fn several_projectors_one_of_them_killed_and_one_asleep_keep_the_views_that_a_rebuild_gives() {
    let mut server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    chronicle.run(["publish", ASTANA]).good();
    let (mut killed, sleeping, mut steady) =
        (chronicle.spawn(["serve"]), chronicle.spawn(["serve"]), chronicle.spawn(["serve"]));
    wait("the views", || published(&server, "attendance-1").0, |position| *position == 73);
    let signal = |running: &Running, signal| {
        let id = nix::unistd::Pid::from_raw(i32::try_from(running.id()).expect("a process id"));
        nix::sys::signal::kill(id, signal).expect("it runs");
    };
    signal(&sleeping, nix::sys::signal::Signal::SIGSTOP);
    chronicle.run(["publish", HISTORY]).good();
    killed.kill();
    server.kill();
    server.run();
    wait("the views", || published(&server, "membership-1").0, |position| *position == 283);
    wait("the views", || published(&server, "attendance-1").0, |position| *position == 283);
    let before = [published(&server, "membership-1"), published(&server, "attendance-1")];
    signal(&sleeping, nix::sys::signal::Signal::SIGCONT);

    let rebuilt = chronicle.run(["rebuild", "--json"]).json();
    assert_eq!((&rebuilt["from"], &rebuilt["to"], &rebuilt["differences"]), (&json!(1), &json!(2), &json!([])));
    assert_eq!([published(&server, "membership-2"), published(&server, "attendance-2")], before);

    // Who serves goes on with the version that counts now.
    let retraction = chronicle.run(["events", "--kind", "admission", "--party", "BLR"]).good();
    for line in retraction.lines() {
        let event: Value = serde_json::from_str(line).expect("JSON");
        chronicle.run(["retract", event["id"].as_str().expect("an id"), "--reason", "a test"]).good();
    }
    let gone = |(_, stands): &(u64, Vec<(String, String)>)| {
        !stands.iter().any(|(key, value)| key == "sco.BLR" && value.contains("\"member\""))
    };
    wait("the retraction to be published", || published(&server, "membership-2"), gone);
    assert!(steady.interrupt().success());
    let back = chronicle.run(["rebuild", "--rollback", "--json"]).json();
    assert_eq!(back, json!({"current": 1}));
}

#[test]
fn a_reader_who_asks_throughout_never_reads_wrong_or_nothing_while_the_views_are_built_anew() {
    use chronicle::ViewStore;
    use projector::published::pointer;

    let server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    chronicle.run(["publish", ASTANA]).good();
    let serve = chronicle.spawn(["serve"]);
    wait("the views", || published(&server, "chronicle").1.len(), |keys| *keys == 1);
    let should = published(&server, "attendance-1").1;
    let done = std::sync::atomic::AtomicBool::new(false);
    let (reads, versions) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let runtime = tokio::runtime::Runtime::new().expect("threads");
            runtime.block_on(async {
                let log = NatsChronicle::connect(&Settings::new(server.url(), "reader")).await.expect("connected");
                let views = log.views();
                let (mut reads, mut versions) = (0, std::collections::BTreeSet::new());
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    let current = pointer(&views).await.expect("readable").expect("always there").current;
                    let view = format!("attendance-{current}");
                    let (key, value) = &should[reads % should.len()];
                    let read = views.value(&view, key).await.expect("readable");
                    assert_eq!(read.as_deref(), Some(value.as_bytes()), "{view} {key}");
                    versions.insert(current);
                    reads += 1;
                }
                (reads, versions)
            })
        });
        for _ in 0..3 {
            chronicle.run(["rebuild"]).good();
        }
        chronicle.run(["rebuild", "--rollback"]).good();
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        reader.join().expect("every read is good")
    });
    assert!(reads > should.len() && versions.len() > 2, "{reads} reads of versions {versions:?}");
    drop(serve);
}
