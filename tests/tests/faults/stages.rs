//! The projector killed at every stage of its work, by the call to the system that it was about to make: nothing of ours
//! helps with that, so what is killed is what is delivered. Whoever comes next finds everything whole.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use chronicle::ViewStore;
use chronicle_nats::embedded::Lease;
use chronicle_nats::{NatsChronicle, Settings};
use nix::sys::signal::Signal;
use serde_json::json;
use tests::{Chronicle, Running, program, wait};
use tokio::runtime::Runtime;

use crate::stage::signal_all;
use crate::{load, long};

/// More than must come before a question leaves a snapshot.
const EVENTS: u64 = 10_500;

/// A call to the system: which, about what file (any where none is named), and how many are let pass before.
struct Stage {
    calls: &'static str,
    file: Option<PathBuf>,
    passed: u32,
}

/// Runs the command until it is about to make that call, and kills it there. Answers whether it came to that before `done`.
fn killed(chronicle: &Chronicle, words: &[&str], stage: &Stage, mut done: impl FnMut() -> bool) -> bool {
    let ready = chronicle.command(words);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={}", stage.calls), "-e"]);
    strace.arg(format!("inject={}:signal=KILL:when={}", stage.calls, stage.passed + 1));
    if let Some(file) = &stage.file {
        strace.arg("-P").arg(file);
    }
    strace.arg(ready.get_program()).args(ready.get_args());
    for (name, value) in ready.get_envs() {
        match value {
            Some(value) => strace.env(name, value),
            None => strace.env_remove(name),
        };
    }
    // One thread does nearly all of it: calls are counted thread by thread.
    strace.env("TOKIO_WORKER_THREADS", "1");
    strace.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::new(strace.spawn().expect("strace runs; hint: ./deploy/setup --tests"));
    let ended = wait(
        "it to be killed, or to be done",
        || {
            running
                .ended()
                .map(|(status, said)| (status.code(), said))
                .or_else(|| done().then(|| (Some(0), String::new())))
        },
        Option::is_some,
    );
    let (code, said) = ended.expect("it ended");
    assert!(matches!(code, None | Some(0 | 137)), "{code:?}: {said}");
    // strace alone would let go of it.
    let strace = running.id();
    let children = fs::read_to_string(format!("/proc/{strace}/task/{strace}/children")).unwrap_or_default();
    let children: Vec<i32> = children.split_whitespace().filter_map(|child| child.parse().ok()).collect();
    if signal_all(&children, Signal::SIGKILL) {
        wait("it to end", || running.ended(), Option::is_some);
    }
    code != Some(0)
}

/// What is there that nobody needs: files that were not made to their end.
fn litter(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let found = entries.flat_map(|entry| {
        let path = entry.path();
        let unfinished = path.extension().is_some_and(|ending| ending == "unfinished" || ending == "new");
        if path.is_dir() { litter(&path) } else { unfinished.then_some(path).into_iter().collect() }
    });
    found.collect()
}

/// A chronicle on a server that somebody holds, so that no command starts it.
struct Held {
    chronicle: Chronicle,
    reader: NatsChronicle,
    runtime: Runtime,
    /// How many events were published.
    events: Cell<u64>,
    _lease: Lease,
}

impl Held {
    fn new(events: u64) -> Self {
        let chronicle = Chronicle::embedded();
        let runtime = Runtime::new().expect("threads");
        let lease = runtime.block_on(Lease::acquire(&chronicle.data(), program())).expect("a server");
        let reader = runtime.block_on(NatsChronicle::connect(&Settings::new(lease.url(), "test"))).expect("connected");
        let held = Self { chronicle, reader, runtime, events: Cell::new(0), _lease: lease };
        held.publish(events);
        held
    }

    fn publish(&self, count: u64) {
        let from = self.events.replace(self.events.get() + count);
        let lines: String = (from..from + count).map(|number| load::event(1, number).line + "\n").collect();
        let file = self.chronicle.data().with_file_name("events");
        fs::write(&file, lines).expect("written");
        self.chronicle.run(["publish".as_ref(), "--quiet".as_ref(), file.as_os_str()]).good();
    }

    fn tail(&self) -> u64 {
        self.runtime.block_on(chronicle::Chronicle::tail(&self.reader)).expect("a tail").get()
    }

    /// How far each published view of the version that counts is.
    fn published(&self) -> [u64; 2] {
        self.runtime.block_on(async {
            let views = self.reader.views();
            let version =
                projector::published::pointer(&views).await.ok().flatten().map_or(1, |pointer| pointer.current);
            let at = async |view: &str| {
                let checkpoint = views.checkpoint(&format!("{view}-{version}")).await;
                checkpoint.map_or(0, |checkpoint| checkpoint.position.get())
            };
            [at("membership").await, at("attendance").await]
        })
    }

    fn archived(&self) -> u64 {
        let verified = self.chronicle.run(["verify", "--json"]).json();
        assert_eq!(verified["findings"], json!([]));
        verified["archived"].as_u64().unwrap_or_default()
    }

    /// Serves until all is published and archived, and more than there was.
    fn serve(&self) {
        self.publish(1);
        let mut serve = self.chronicle.spawn(["serve"]);
        let tail = self.tail();
        wait("the views", || self.published(), |published| *published == [tail; 2]);
        let status = serve.interrupt();
        assert!(status.success(), "{status}: {:?}", serve.ended());
        assert_eq!(self.archived(), tail);
    }

    /// Whether whoever comes next finds everything whole.
    fn check(&self, what: &str) {
        self.serve();
        assert_eq!(litter(&self.chronicle.data()), [] as [PathBuf; 0], "{what}");
        let rebuilt = self.chronicle.run(["rebuild", "--json"]).json();
        assert_eq!(rebuilt["differences"], json!([]), "{what}");
    }
}

fn ask(chronicle: &Chronicle) -> String {
    chronicle.run(["members", "org-1", "--json", "--as-of", "1905"]).good()
}

#[test]
fn a_question_killed_at_any_stage_of_its_snapshot_leaves_nothing_and_the_next_one_answers_the_same() {
    let held = Held::new(EVENTS);
    let folder = held.chronicle.data().join("snapshots");
    let expected = ask(&held.chronicle);
    let unfinished = folder.join(format!("{EVENTS:020}.snapshot.unfinished"));
    let stage = |calls, file: &Path, passed| Stage { calls, file: Some(file.to_owned()), passed };
    let mut stages = vec![
        stage("openat", &unfinished, 0),
        stage("write", &unfinished, 0),
        stage("write", &unfinished, 2),
        stage("fsync", &unfinished, 0),
        stage("rename,renameat,renameat2", &unfinished, 0),
        // It has its name already.
        stage("fsync", &folder, 0),
    ];
    if long() {
        stages.extend((0..40).map(|passed| stage("write", &unfinished, passed)));
        stages.extend((0..60).map(|passed| Stage { calls: "recvfrom", file: None, passed }));
    }
    for Stage { calls, file, passed } in stages {
        fs::remove_dir_all(&folder).expect("removed");
        fs::create_dir(&folder).expect("a folder");
        let stage = Stage { calls, file, passed };
        let what = format!("{calls} after {passed} of {:?}", stage.file);
        let hit = killed(&held.chronicle, &["members", "org-1", "--json", "--as-of", "1905"], &stage, || false);
        assert!(hit || long(), "{what}: it was not killed");
        let whole = fs::read_dir(&folder).expect("a folder").flatten();
        let whole = whole.filter(|file| file.path().extension().is_some_and(|ending| ending == "snapshot")).count();
        assert!(whole == 0 || !hit || stage.file.as_ref() == Some(&folder), "{what}: it has its name too early");
        assert_eq!(ask(&held.chronicle), expected, "{what}");
        assert_eq!(litter(&held.chronicle.data()), [] as [PathBuf; 0], "{what}");
        assert!(folder.join(format!("{EVENTS:020}.snapshot")).exists(), "{what}: the next one keeps it");
    }
}

#[test]
fn a_projector_killed_at_any_stage_is_taken_up_where_it_was_and_the_views_equal_a_rebuild() {
    let held = Held::new(40);
    let segment = held.chronicle.data().join("archive/000000000001.segment");
    let stage = |calls, passed| Stage { calls, file: None, passed };
    let writing = |passed| Stage { calls: "write", file: Some(segment.clone()), passed };
    let stages: Vec<Stage> = if long() {
        let sends = (0..70).map(|passed| stage("writev", passed));
        let reads = (0..60).map(|passed| stage("recvfrom", passed));
        let syncs = (0..10).map(|passed| stage("fsync,fdatasync", passed));
        let renames = (0..6).map(|passed| stage("rename,renameat,renameat2", passed));
        sends.chain(reads).chain(syncs).chain(renames).chain((0..4).map(writing)).collect()
    } else {
        vec![
            stage("recvfrom", 9),
            // In the middle of taking up the views, and between the one and the other.
            stage("writev", 21),
            stage("writev", 32),
            stage("writev", 34),
            stage("fsync,fdatasync", 0),
            stage("fsync,fdatasync", 1),
            stage("rename,renameat,renameat2", 0),
            stage("rename,renameat,renameat2", 1),
            writing(0),
        ]
    };
    let (mut hits, mut between, rounds) = (0, 0, stages.len());
    for stage in stages {
        held.publish(3);
        let tail = held.tail();
        let done = || held.published() == [tail; 2];
        hits += u32::from(killed(&held.chronicle, &["serve"], &stage, done));
        let [membership, attendance] = held.published();
        between += u32::from(membership != attendance);
        held.check(&format!("{} after {}", stage.calls, stage.passed));
    }
    println!("killed at {hits} of {rounds} stages, {between} times with one view published and the other not");
    assert!(hits > 0 && (between > 0 || !long()));
}
