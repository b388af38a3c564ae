//! What is acknowledged is on disk: the embedded server writes through before it answers.

use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tests::{Chronicle, NatsServer, wait};

const ASTANA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/astana-2024.jsonl");

/// How often a process calls fsync or fdatasync while something is done.
fn fsyncs(server: Pid, done: impl FnOnce()) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("calls");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-e", "trace=fsync,fdatasync", "-e", "signal=none", "-p", &server.to_string(), "-o"]).arg(&file);
    strace.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut strace = strace.spawn().expect("strace runs; hint: ./deploy/setup --tests");
    let traced = || {
        let status = std::fs::read_to_string(format!("/proc/{server}/status")).unwrap_or_default();
        status.lines().any(|line| line.strip_prefix("TracerPid:").is_some_and(|id| id.trim() != "0"))
    };
    wait("strace to begin", traced, |traced| *traced);
    done();
    kill(Pid::from_raw(i32::try_from(strace.id()).expect("a process id")), Signal::SIGINT).expect("it runs");
    strace.wait().expect("it ends");
    let calls = std::fs::read_to_string(file).expect("calls");
    calls.lines().filter(|line| line.contains("fsync(") || line.contains("fdatasync(")).count()
}

/// Publishes the report line by line, each acknowledged before the next is sent. Answers how many were.
fn one_by_one(chronicle: &Chronicle) -> usize {
    let mut publisher = chronicle.spawn(["publish", "-"]);
    let report = std::fs::read_to_string(ASTANA).expect("the data");
    let acknowledged = report.lines().filter(|line| {
        publisher.say(line);
        publisher.line().is_some_and(|ack| ack.contains("\"duplicate\":false"))
    });
    acknowledged.count()
}

#[test]
fn the_embedded_server_calls_fsync_at_least_once_for_each_acknowledgement() {
    let chronicle = Chronicle::embedded();
    let holder = chronicle.spawn(["watch", "events"]);
    let servers = wait("the server", || chronicle.servers(), |servers| !servers.is_empty());
    let mut acknowledged = 0;
    let calls = fsyncs(servers[0], || acknowledged = one_by_one(&chronicle));
    assert_eq!(acknowledged, 73);
    assert!(calls >= acknowledged, "{calls} calls of fsync for {acknowledged} acknowledgements");
    drop(holder);
}

#[test]
fn a_server_left_at_its_default_does_not_and_this_test_would_tell() {
    let server = NatsServer::start_lazy();
    let chronicle = Chronicle::on(&server.url());
    chronicle.run(["doctor"]);
    let mut acknowledged = 0;
    let calls = fsyncs(server.id(), || acknowledged = one_by_one(&chronicle));
    assert!(calls < acknowledged, "{calls} calls of fsync for {acknowledged} acknowledgements");
}
