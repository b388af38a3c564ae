//! Bursts: a projector that was away, or cannot keep up for a while, comes to the same views in bounded memory.

use std::fmt::Write;
use std::time::{Duration, Instant};

use chronicle::ViewStore;
use chronicle_nats::{NatsChronicle, Settings};
use serde_json::json;
use tests::{Chronicle, NatsServer, Running};
use tokio::runtime::Runtime;

use crate::long;

/// Events of a burst: by default, and where it may take long.
const EVENTS: (u64, u64) = (3000, 100_000);
/// So many parties are spoken of.
const PARTIES: u64 = 2000;
/// How long a burst may take to be published.
const CATCH_UP_PATIENCE: Duration = Duration::from_secs(600);
/// The rest between two looks.
const REST: Duration = Duration::from_millis(100);
/// What a projector may hold beyond twice what a new one holds of the same log, in KiB.
const SLACK_KIB: u64 = 64 * 1024;

/// Standings, one after the other from a number on.
fn events(from: u64, count: u64) -> String {
    let mut lines = String::new();
    for number in from..from + count {
        let (party, day) = (number % PARTIES, number / PARTIES);
        let status = if day.is_multiple_of(2) { "member" } else { "observer" };
        writeln!(
            lines,
            r#"{{"specversion":"1.0","id":"00000000-0000-4000-8001-{number:012}","source":"/desks/1","type":"chronicle.standing.v1","recordedtime":"2026-01-01T00:00:00Z","data":{{"occurred":"{}-{:02}-{:02}","organisation":"org-{}","party":"party-{party}","status":"{status}","attribution":[{{"name":"desk"}}]}}}}"#,
            1990 + day / 336, 1 + day / 28 % 12, 1 + day % 28, party % 7,
        )
        .expect("a string takes what is written");
    }
    lines
}

fn publish(chronicle: &Chronicle, from: u64, count: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("events.jsonl");
    std::fs::write(&file, events(from, count)).expect("written");
    chronicle.run(["publish", "--quiet", file.to_str().expect("a path")]).good();
}

/// The most that a process ever held in memory, in KiB.
fn peak(running: &Running) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", running.id())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number of KiB")
}

/// Waits until the views are at a position; says how far behind they were at most.
fn caught_up(reader: &NatsChronicle, runtime: &Runtime, tail: u64) -> u64 {
    let (end, mut lag) = (Instant::now() + CATCH_UP_PATIENCE, 0);
    let views = reader.views();
    loop {
        let at = runtime.block_on(async {
            let at = async |view: &str| views.checkpoint(view).await.map_or(0, |checkpoint| checkpoint.position.get());
            at("membership-1").await.min(at("attendance-1").await)
        });
        lag = lag.max(tail.saturating_sub(at));
        if at >= tail {
            return lag;
        }
        assert!(Instant::now() < end, "waited {CATCH_UP_PATIENCE:?} for position {tail}, the views are at {at}");
        std::thread::park_timeout(REST);
    }
}

#[test]
fn a_projector_catches_up_with_a_backlog_and_with_a_burst_and_holds_no_more_than_the_log_needs() {
    let count = if long() { EVENTS.1 } else { EVENTS.0 };
    let server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    publish(&chronicle, 0, count);
    let runtime = Runtime::new().expect("threads");
    let reader = runtime.block_on(NatsChronicle::connect(&Settings::new(server.url(), "test"))).expect("connected");

    let begun = Instant::now();
    let mut serve = chronicle.spawn(["serve"]);
    caught_up(&reader, &runtime, count);
    println!("a backlog of {count}: published after {:.1} s", begun.elapsed().as_secs_f64());
    println!("  {} KiB at most", peak(&serve));

    let begun = Instant::now();
    publish(&chronicle, count, count);
    let published = begun.elapsed();
    let lag = caught_up(&reader, &runtime, 2 * count);
    println!(
        "a burst of {count}: stored after {:.1} s, published after {:.1} s, {lag} behind when all was stored",
        published.as_secs_f64(),
        begun.elapsed().as_secs_f64()
    );
    let lived = peak(&serve);
    assert!(serve.interrupt().success());

    let mut fresh_one = chronicle.spawn(["serve"]);
    // It is there when it publishes what comes.
    publish(&chronicle, 2 * count, 1);
    caught_up(&reader, &runtime, 2 * count + 1);
    let fresh = peak(&fresh_one);
    assert!(fresh_one.interrupt().success());
    println!("  {lived} KiB at most, a new one {fresh} KiB");
    assert!(lived <= 2 * fresh + SLACK_KIB, "{lived} KiB after a burst, a new one holds {fresh} KiB");
    let rebuilt = chronicle.run(["rebuild", "--json"]).json();
    assert_eq!((&rebuilt["differences"], &rebuilt["position"]), (&json!([]), &json!(2 * count + 1)));
}
