//! What is acknowledged is on disk: the embedded server writes through before it answers.

use std::collections::HashMap;
use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tests::{Chronicle, NatsServer, wait};

const ASTANA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/astana-2024.jsonl");

const HISTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/sco-history.jsonl");

/// What a process asks the system for while something is done, call by call in their order.
fn calls(server: Pid, which: &str, done: impl FnOnce()) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("calls");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-s", "400", "-e", &format!("trace={which}"), "-e", "signal=none"]);
    strace.args(["-p", &server.to_string(), "-o"]).arg(&file);
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
    let calls = std::fs::read(file).expect("calls");
    String::from_utf8_lossy(&calls).lines().map(str::to_owned).collect()
}

/// How often a process calls fsync or fdatasync while something is done.
fn fsyncs(server: Pid, done: impl FnOnce()) -> usize {
    let calls = calls(server, "fsync,fdatasync", done);
    calls.iter().filter(|line| line.contains("fsync(") || line.contains("fdatasync(")).count()
}

/// What was seen of acknowledgements and of the files with the log's messages.
#[derive(Debug, Default)]
struct Order {
    acknowledgements: usize,
    /// How many of them left while a byte was written that was not yet on disk.
    early: usize,
    writes: usize,
}

/// Whether every byte was on disk before an acknowledgement left that may be about it, file by file.
fn order(calls: &[String]) -> Order {
    let mut order = Order::default();
    // By file: how many writes were begun, and how many of them are on disk.
    let mut files: HashMap<&str, (usize, usize)> = HashMap::new();
    // By thread: the file whose fsync was begun, and how many writes were begun before.
    let mut under_way: HashMap<&str, (&str, usize)> = HashMap::new();
    for line in calls {
        let (thread, call) = line.split_once(' ').unwrap_or_default();
        let call = call.trim_start();
        let file =
            call.split(['<', '>']).nth(1).filter(|file| file.contains("/CHRONICLE/msgs/") && file.contains(".blk"));
        let is_fsync = call.starts_with("fsync(") || call.starts_with("fdatasync(");
        if call.contains(r#"{\"stream\":\"CHRONICLE\",\"seq\":"#) && !call.starts_with("<...") {
            order.acknowledgements += 1;
            order.early += usize::from(files.values().any(|(begun, on_disk)| begun > on_disk));
        } else if let (Some(file), true) = (file, is_fsync) {
            let (begun, on_disk) = files.entry(file).or_default();
            if call.ends_with("= 0") {
                *on_disk = *begun;
            } else {
                under_way.insert(thread, (file, *begun));
            }
        } else if let Some(file) = file {
            files.entry(file).or_default().0 += 1;
            order.writes += 1;
        } else if call.contains("sync resumed>")
            && call.ends_with("= 0")
            && let Some((file, begun)) = under_way.remove(thread)
        {
            let (_, on_disk) = files.entry(file).or_default();
            *on_disk = (*on_disk).max(begun);
        }
    }
    order
}

/// What `order` needs to see.
const WRITES: &str = "write,pwrite64,writev,pwritev,sendto,sendmsg,fsync,fdatasync";

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

#[test]
fn no_acknowledgement_leaves_before_every_byte_written_is_on_disk() {
    let chronicle = Chronicle::embedded();
    let holder = chronicle.spawn(["watch", "events"]);
    let servers = wait("the server", || chronicle.servers(), |servers| !servers.is_empty());
    let seen = calls(servers[0], WRITES, || {
        assert_eq!(one_by_one(&chronicle), 73);
        // And as batches.
        let history = std::fs::read(HISTORY).expect("the data");
        chronicle.feed(["publish", "-", "--atomic"], &history).good();
    });
    let order = order(&seen);
    assert!(order.acknowledgements >= 74 && order.writes >= 74, "{order:?}");
    assert_eq!(order.early, 0, "{order:?}");
    drop(holder);
}

#[test]
fn a_server_left_at_its_default_acknowledges_what_is_not_on_disk_and_this_test_would_tell() {
    let server = NatsServer::start_lazy();
    let chronicle = Chronicle::on(&server.url());
    chronicle.run(["doctor"]);
    let seen = calls(server.id(), WRITES, || assert_eq!(one_by_one(&chronicle), 73));
    let order = order(&seen);
    assert!(order.early > 0, "{order:?}");
}
