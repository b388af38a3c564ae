//! What is acknowledged is on the disks of more than one node.

use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;
use tests::cluster::{Cluster, NODES};
use tests::wait;

/// Events, each acknowledged before the next is handed in.
const EVENTS: u32 = 20;

#[test]
fn whatever_is_acknowledged_was_written_through_on_two_nodes_at_least() {
    let mut cluster = Cluster::start("");
    cluster.until_equal();
    let folder = tempfile::tempdir().expect("a folder");
    let file = |node: usize| folder.path().join(format!("calls-{node}"));
    let traced: Vec<_> = (0..NODES)
        .map(|node| {
            let server = cluster.id(node);
            let mut strace = Command::new("strace");
            strace.args(["-f", "-e", "trace=fsync,fdatasync", "-e", "signal=none", "-p", &server.to_string(), "-o"]);
            strace.arg(file(node)).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let strace = strace.spawn().expect("strace runs; hint: ./deploy/setup --tests");
            let status = || std::fs::read_to_string(format!("/proc/{server}/status")).unwrap_or_default();
            wait("strace to begin", status, |status| {
                status.lines().any(|line| line.strip_prefix("TracerPid:").is_some_and(|id| id.trim() != "0"))
            });
            strace
        })
        .collect();
    let mut publishing = cluster.chronicle("serve").spawn(["publish", "-"]);
    for number in 0..EVENTS {
        let event = json!({
            "specversion": "1.0", "id": format!("00000000-0000-4000-8000-{number:012}"), "source": "/desk",
            "type": "chronicle.admission.v1", "recordedtime": "2026-01-01T00:00:00Z",
            "data": { "occurred": "2024-07-04", "attribution": [{"name": "desk"}], "organisation": "sco", "party": "BLR" },
        });
        publishing.say(&event.to_string());
        let acknowledged = publishing.line().expect("an acknowledgement");
        assert!(acknowledged.contains(&format!("\"position\":{}", number + 1)), "{acknowledged}");
    }
    drop(publishing);
    let mut counts: Vec<usize> = Vec::new();
    for (node, mut strace) in traced.into_iter().enumerate() {
        kill(Pid::from_raw(i32::try_from(strace.id()).expect("a process id")), Signal::SIGINT).expect("it runs");
        strace.wait().expect("it ends");
        let calls = std::fs::read(file(node)).expect("calls");
        let calls = String::from_utf8_lossy(&calls);
        counts.push(calls.lines().filter(|line| line.contains("fsync(") || line.contains("fdatasync(")).count());
    }
    println!("{EVENTS} acknowledged one by one; written through by each node: {counts:?}");
    let enough = counts.iter().filter(|count| **count >= EVENTS as usize).count();
    assert!(enough > NODES / 2, "{counts:?} for {EVENTS} events");
}
