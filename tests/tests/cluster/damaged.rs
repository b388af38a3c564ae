//! What `chronicle doctor` sees of each node; a copy that is damaged, and is filled from the others.

use std::fs;
use std::path::{Path, PathBuf};

use nix::sys::signal::Signal;
use serde_json::{Value, json};
use tests::cluster::{Cluster, NODES, name};
use tests::{Chronicle, wait};

/// So many events of some 4 KB: several blocks of the store.
const EVENTS: u32 = 2500;
/// How often the log is read while a copy of three is damaged: one in three reads that.
const READ_AGAIN: usize = 3;
/// How long each text is. It cannot be compressed.
const TEXT_BYTES: usize = 4000;

/// Events with texts that look like chance.
fn events() -> String {
    let mut state = 0x9e37_79b9_u32;
    let mut text = || {
        let mut digit = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            char::from(b'!' + u8::try_from(state % 90).expect("below 90"))
        };
        (0..TEXT_BYTES).map(|_| digit()).collect::<String>()
    };
    let mut lines = String::new();
    for number in 0..EVENTS {
        let event = json!({
            "specversion": "1.0", "id": format!("00000000-0000-4000-8000-{number:012}"), "source": "/desk",
            "type": "chronicle.admission.v1", "recordedtime": "2026-01-01T00:00:00Z",
            "data": { "occurred": "2024-07-04", "attribution": [{"name": "desk"}], "organisation": "sco",
                      "party": format!("party-{}", number % 20), "note": text() },
        });
        lines.push_str(&event.to_string());
        lines.push('\n');
    }
    lines
}

/// `chronicle doctor`, which asks every node.
fn doctor(cluster: &Cluster, user: &str) -> (Option<i32>, Value) {
    let chronicle: Chronicle = cluster.chronicle(user).with("CHRONICLE_NATS_MONITOR", cluster.seed("monitor"));
    let told = chronicle.run(["doctor", "--json"]);
    (told.code, serde_json::from_str(&told.out).unwrap_or_else(|error| panic!("{error}: {} {}", told.out, told.err)))
}

/// The faults that it told.
fn faults(told: &Value) -> Vec<&str> {
    told["faults"].as_array().expect("a list").iter().filter_map(Value::as_str).collect()
}

/// The first block of the log below a store.
fn first_block(folder: &Path) -> Option<PathBuf> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for inner in fs::read_dir(folder).ok()?.flatten().map(|one| one.path()) {
            if inner.ends_with("streams/CHRONICLE/msgs/1.blk") {
                return Some(inner);
            }
            if inner.is_dir() {
                folders.push(inner);
            }
        }
    }
    None
}

#[test]
fn one_bit_flipped_in_one_copy_is_found_named_and_healed_as_the_runbook_says() {
    let mut cluster = Cluster::start("sco");
    let publisher = cluster.chronicle("publisher-sco");
    publisher.feed(["publish", "-", "--keep-going", "--quiet"], events().as_bytes()).good();
    cluster.until_equal();
    let (code, told) = doctor(&cluster, "reader");
    assert_eq!((code, faults(&told).as_slice()), (Some(0), [].as_slice()), "{told:#}");
    let counts = |told: &Value| {
        told["nodes"].as_array().expect("nodes").iter().map(|one| one["log"]["entries"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(counts(&told), vec![json!(EVENTS); NODES], "{told:#}");

    // A node that is away is told.
    let damaged = (cluster.leader() + 1) % NODES;
    cluster.end(damaged, Signal::SIGTERM);
    let (code, told) = doctor(&cluster, "reader");
    let away = format!("{} does not answer", name(damaged));
    assert_eq!(code, Some(3));
    assert!(faults(&told).iter().any(|fault| fault.starts_with(&away)), "{told:#}");

    // One bit, in the middle of the first block of its copy. The server says nothing of it.
    let block = first_block(&cluster.store(damaged)).expect("a block of the log");
    let mut bytes = fs::read(&block).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&block, bytes).expect("written");
    cluster.run(damaged);
    let wanted = format!("replica damaged {}", name(damaged));
    let found = wait(
        "the damaged copy to be named",
        || doctor(&cluster, "reader"),
        |(_, told)| faults(told).iter().any(|fault| fault.starts_with(&wanted)),
    );
    assert_eq!(found.0, Some(3), "{:#}", found.1);
    let named: Vec<&str> = faults(&found.1).into_iter().filter(|fault| fault.starts_with("replica damaged")).collect();
    println!("{named:?}");
    assert!(named.iter().all(|fault| fault.starts_with(&wanted)), "no other one: {named:?}");

    // Whoever reads from that copy, as chance has it, goes on with another one: the log is whole.
    for _ in 0..READ_AGAIN {
        let members = cluster.chronicle("reader").run(["members", "sco", "--json"]).json();
        assert_eq!(members["token"]["position"], EVENTS);
        let (code, told) = doctor(&cluster, "reader");
        assert_eq!(code, Some(3), "{told:#}");
        assert!(faults(&told).iter().all(|fault| fault.starts_with(&wanted)), "{told:#}");
    }

    // The runbook: stop, move away, start, wait. Meanwhile it is published.
    cluster.end(damaged, Signal::SIGTERM);
    let store = cluster.store(damaged);
    fs::rename(&store, store.with_extension("damaged")).expect("moved away");
    let more = json!({
        "specversion": "1.0", "id": "00000000-0000-4000-9000-000000000000", "source": "/desk",
        "type": "chronicle.admission.v1", "recordedtime": "2026-01-01T00:00:00Z",
        "data": { "occurred": "2024-07-04", "attribution": [{"name": "desk"}], "organisation": "sco", "party": "more" },
    });
    publisher.feed(["publish", "-"], more.to_string().as_bytes()).good();
    cluster.run(damaged);
    let healed = wait("everything to be as it must be", || doctor(&cluster, "reader"), |(code, _)| *code == Some(0));
    assert_eq!(counts(&healed.1), vec![json!(EVENTS + 1); NODES], "{:#}", healed.1);
}
