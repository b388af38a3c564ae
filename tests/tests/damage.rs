//! Damage is found at the next start, named exactly, and repaired by one command; and what is not damage is left alone.
//!
//! The real command and the real server; the damage is done to its files while it is stopped, or by another client.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chronicle::{Chronicle as _, Draft};
use chronicle_nats::embedded::Lease;
use chronicle_nats::{NatsChronicle, Settings};
use projector::Snapshots;
use serde_json::{Value, json};
use tests::{Chronicle, Finished, NatsServer, Running, wait};

const ASTANA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/astana-2024.jsonl");
/// Where the embedded server keeps the log's messages, in the data directory.
const STREAM: &str = "nats/store/jetstream/$G/streams/CHRONICLE";
/// How many entries of 60 KB fill three of the server's blocks, of 8 MB each.
const LARGE: u64 = 300;

/// Whether a command failed with this code and said all of these.
#[track_caller]
fn refused(finished: &Finished, code: i32, said: &[&str]) {
    assert_eq!(finished.code, Some(code), "{}\n{}", finished.out, finished.err);
    for text in said {
        assert!(finished.err.contains(text), "{text:?} is not in: {}", finished.err);
    }
}

/// Waits until the embedded server has stopped, as it does behind the last command.
fn stopped(chronicle: &Chronicle) {
    let port = fs::read_to_string(chronicle.data().join("nats/port")).expect("the port is kept");
    let port: u16 = port.trim().parse().expect("a port");
    wait("the server to stop", || TcpListener::bind(("127.0.0.1", port)).is_ok(), |free| *free);
    let socket = chronicle.data().join("nats/socket");
    wait("the supervisor to end", || socket.exists(), |there| !there);
}

/// The server's blocks, in order.
fn blocks(chronicle: &Chronicle) -> Vec<PathBuf> {
    let folder = chronicle.data().join(STREAM).join("msgs");
    let files = fs::read_dir(folder).expect("a store").map(|file| file.expect("a file").path());
    let mut blocks: Vec<(u64, PathBuf)> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "blk"))
        .map(|path| (path.file_stem().and_then(|name| name.to_str()?.parse().ok()).expect("a number"), path))
        .collect();
    blocks.sort_unstable();
    blocks.into_iter().map(|(_, path)| path).collect()
}

/// Flips one bit in the middle of a file.
fn flip(path: &Path) {
    let mut bytes = fs::read(path).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).expect("written");
}

/// What the command answers about the report, to the byte, from a day that does not move.
fn answers(chronicle: &Chronicle) -> Vec<String> {
    let asked: [&[&str]; 4] = [
        &["members", "sco", "--json", "--as-of", "2024-07-04"],
        &["members", "sco", "--json", "--as-of", "2017-03-01", "--known-at", "2025-01-01"],
        &["attendance", "sco-plus-astana-2024", "--json", "--as-of", "2024-07-05"],
        &["events"],
    ];
    asked.iter().map(|words| chronicle.run(*words).good()).collect()
}

/// The first damaged position, as `verify` tells it.
#[track_caller]
fn damaged_at(chronicle: &Chronicle) -> u64 {
    let finished = chronicle.run(["verify", "--json"]);
    assert_eq!(finished.code, Some(7), "{}\n{}", finished.out, finished.err);
    let report: Value = serde_json::from_str(&finished.out).expect("JSON");
    report["damaged_at"].as_u64().unwrap_or_else(|| panic!("{report}"))
}

/// Does something with the log on the embedded server, as another client.
fn with_log<T>(chronicle: &Chronicle, work: impl AsyncFnOnce(NatsChronicle) -> T) -> T {
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(async {
        let lease = Lease::acquire(&chronicle.data(), tests::program()).await.expect("a server");
        let log = NatsChronicle::connect(&Settings::new(lease.url(), "test")).await.expect("connected");
        work(log).await
    })
}

/// Stores entries that do not compress and are no events, as any client may, so that they fill block after block.
async fn store_noise(log: NatsChronicle, count: u64) {
    {
        let mut noise = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            noise.to_le_bytes()
        };
        for number in 0..count {
            let draft = Draft {
                id: format!("00000000-0000-4000-8000-{number:012}").parse().expect("an id"),
                subject: "chronicle.event.sco.-.admission".to_owned(),
                headers: vec![],
                bytes: std::iter::repeat_with(&mut next).take(7500).flatten().collect(),
            };
            log.append(draft).await.expect("stored");
        }
    }
}

/// Writes a snapshot at the tail, which a question would only do with a longer log.
fn keep_snapshot(chronicle: &Chronicle) {
    with_log(chronicle, async |log| {
        let snapshots = Snapshots::new(Some(chronicle.data().join("snapshots")), log.created_at());
        let opened = snapshots.catch_up(&log, None, |aside| panic!("{aside}")).await.expect("the log is read");
        snapshots.write(&opened).expect("writable").expect("a snapshot");
    });
}

/// What `serve` says when it is started, and how it ends: by itself, or, where it still answers questions, when it is told to.
fn serving_ends(chronicle: &Chronicle, what: &str) -> Finished {
    let begun = Instant::now();
    let serve = chronicle.spawn(["-v", "serve"]);
    damage_ends(serve, || println!("{what}: serve told of it {:?} after its start", begun.elapsed()))
}

/// How a projector ends that comes upon damage.
fn damage_ends(mut serve: Running, told: impl FnOnce()) -> Finished {
    let over = |(ended, said): &(Option<_>, String)| ended.is_some() || said.contains("damaged");
    let (ended, _) = wait("the projector to tell of damage", || (serve.ended(), serve.said()), over);
    told();
    let status = ended.map_or_else(|| serve.interrupt(), |(status, _)| status);
    let (_, err) = wait("the rest of what it says", || serve.ended(), Option::is_some).expect("it has ended");
    Finished { code: status.code(), out: String::new(), err }
}

/// So many events, from a number on.
fn more_events(from: u64, count: u64) -> String {
    let mut lines = String::new();
    for number in from..from + count {
        writeln!(
            lines,
            r#"{{"specversion":"1.0","id":"00000000-0000-4000-9000-{number:012}","source":"/t","type":"chronicle.founding.v1","data":{{"occurred":"2001","organisation":"sco","attribution":[{{"name":"t"}}]}}}}"#
        )
        .expect("a string takes what is written");
    }
    lines
}

/// A chronicle of the report and so many large entries, archived.
fn archived(large: u64) -> Chronicle {
    let chronicle = Chronicle::embedded();
    chronicle.run(["publish", ASTANA]).good();
    if large > 0 {
        with_log(&chronicle, async |log| store_noise(log, large).await);
    }
    chronicle.run(["archive"]).good();
    let verified = chronicle.run(["verify", "--json"]).json();
    assert_eq!(verified["findings"], json!([]));
    assert_eq!(verified["archived"], verified["read"]);
    chronicle
}

/// Damaged by `harm`, whoever serves ends, every command says so and nothing is stored; restored, everything is as it was.
fn found_named_and_repaired(chronicle: &Chronicle, what: &str, harm: impl FnOnce(&Chronicle)) {
    let before = answers(chronicle);
    let last = with_log(chronicle, async |log| log.tail().await.expect("a tail").get());
    stopped(chronicle);
    harm(chronicle);

    let served = serving_ends(chronicle, what);
    refused(&served, 7, &["damage", "position", "hint:", "chronicle restore"]);
    let position = damaged_at(chronicle);
    assert!(served.err.contains(&format!("position {position}")), "position {position} is not in: {}", served.err);
    let published = chronicle.run(["publish", ASTANA]);
    refused(&published, 7, &["damage"]);
    assert_eq!(published.out, "", "nothing is acknowledged");
    // The archive has all of it.
    stale(chronicle, &before, last);

    let restored = chronicle.run(["restore", "--json"]).json();
    let aside = restored["set_aside"].as_str().expect("a folder");
    assert!(Path::new(aside).join("jetstream").is_dir(), "what was damaged is kept");
    assert_eq!((&restored["moved"], &restored["lost"]), (&json!([]), &json!([])));
    assert_eq!(answers(chronicle), before);
    assert_eq!(chronicle.run(["verify", "--json"]).json()["findings"], json!([]));
    chronicle.run(["publish", ASTANA]).good();
    assert_eq!(answers(chronicle), before, "what was there is known");
}

/// A question on a damaged log is answered as before, and history told, from what is good up to a position, and marked.
#[track_caller]
fn stale(chronicle: &Chronicle, before: &[String], read_to: u64) {
    let marked = |words: &[&str]| {
        let asked = chronicle.run(words);
        let read_to = format!("reads up to position {read_to}");
        refused(&asked, 7, &["damage", "stale", &read_to, "hint:", "chronicle restore"]);
        asked.out
    };
    assert_eq!(marked(&["members", "sco", "--json", "--as-of", "2024-07-04"]), before[0]);
    assert!(marked(&["events"]) == before[3], "the documents as they were stored");
    assert!(marked(&["replay"]) == before[3], "the documents as they were stored");
    let exported = marked(&["export", "sco-plus-astana-2024"]);
    assert!(exported.lines().count() == 20 && exported.lines().all(|line| before[3].contains(line)), "{exported}");
}

#[test]
fn one_bit_in_the_last_block_is_found_named_and_repaired() {
    found_named_and_repaired(&archived(0), "the last block", |chronicle| {
        let blocks = blocks(chronicle);
        assert_eq!(blocks.len(), 1);
        flip(&blocks[0]);
    });
}

#[test]
fn one_bit_in_the_last_block_after_a_crash_is_found_named_and_repaired() {
    found_named_and_repaired(&archived(0), "the last block after a crash", |chronicle| {
        flip(&blocks(chronicle)[0]);
        // As after kill -9: the server reads its blocks again, and cuts off what it cannot read.
        fs::remove_file(chronicle.data().join(STREAM).join("msgs/index.db")).expect("removed");
    });
}

#[test]
fn one_bit_in_an_early_block_is_found_although_a_snapshot_would_let_one_skip_it() {
    let chronicle = archived(LARGE);
    keep_snapshot(&chronicle);
    let history = chronicle.run(["events"]).good();
    found_named_and_repaired(&chronicle, "an early block", |chronicle| {
        let blocks = blocks(chronicle);
        assert!(blocks.len() > 2, "{blocks:?}");
        flip(&blocks[0]);
        // Begun from the snapshot, history comes upon it on the way, and goes on with the archive.
        let told = chronicle.run(["events"]);
        refused(&told, 7, &["damage", "stale", "position 373"]);
        assert!(told.out == history, "{}", told.out);
        // Whoever serves next is to find it without being told.
        stopped(chronicle);
        fs::remove_file(chronicle.data().join("anchor.damaged")).expect("it is remembered");
    });
}

#[test]
fn who_serves_reads_the_log_again_when_its_server_was_started_again_and_ends_with_what_is_wrong() {
    let mut server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    chronicle.run(["publish", ASTANA]).good();
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(async {
        let log = NatsChronicle::connect(&Settings::new(server.url(), "test")).await.expect("connected");
        store_noise(log, LARGE / 2).await;
    });
    let mut serve = chronicle.spawn(["-v", "serve"]);
    let told = |serve: &mut Running, what: &str| {
        wait(what, || serve.said().contains(what) || serve.ended().is_some(), |told| *told);
        assert!(serve.said().contains(what), "{}", serve.said());
    };
    told(&mut serve, "the log is whole up to position 223");
    told(&mut serve, "serving version 1");

    // An orderly stop: the server looks into no early block when it starts again.
    server.stop();
    let folder = server.store().join("jetstream/$G/streams/CHRONICLE/msgs");
    flip(&folder.join("1.blk"));
    server.run();
    let ended = damage_ends(serve, || {});
    refused(&ended, 7, &["damage", "position", "hint:", "chronicle restore"]);
    refused(&chronicle.run(["publish", ASTANA]), 7, &["damage"]);
}

#[test]
fn a_log_that_the_server_passes_over_is_restored_too() {
    let chronicle = archived(0);
    let before = answers(&chronicle);
    stopped(&chronicle);
    flip(&chronicle.data().join(STREAM).join("meta.inf"));
    stale(&chronicle, &before, 73);
    refused(&serving_ends(&chronicle, "a log that is passed over"), 7, &["damage", "chronicle restore"]);
    chronicle.run(["restore"]).good();
    assert_eq!(answers(&chronicle), before);
}

#[test]
fn a_store_that_is_removed_is_no_empty_chronicle() {
    let chronicle = archived(0);
    let before = answers(&chronicle);
    stopped(&chronicle);
    fs::remove_dir_all(chronicle.data().join("nats/store")).expect("removed");
    for command in [&["members", "sco"][..], &["publish", ASTANA]] {
        refused(&chronicle.run(command), 7, &["is gone", "chronicle restore"]);
    }
    chronicle.run(["restore"]).good();
    assert_eq!(answers(&chronicle), before);
}

#[test]
fn what_a_newer_version_of_this_program_wrote_is_named_and_left_alone_and_the_log_is_read() {
    let chronicle = archived(0);
    let before = answers(&chronicle);
    stopped(&chronicle);
    // Anchors that say more, an archive of another format, a snapshot of another format: as after an upgrade that was taken
    // back.
    for anchor in ["anchor.json", "archive/anchor.json"] {
        let path = chronicle.data().join(anchor);
        let text = fs::read_to_string(&path).expect("an anchor").replacen('{', r#"{"more":[1,2],"#, 1);
        fs::write(&path, text).expect("written");
    }
    let segment = chronicle.data().join("archive/000000000001.segment");
    let mut newer = fs::read(&segment).expect("a segment");
    newer[8] += 1;
    fs::write(&segment, &newer).expect("written");
    let snapshots = chronicle.data().join("snapshots");
    fs::create_dir_all(&snapshots).expect("a folder");
    let snapshot = snapshots.join("00000000000000000073.snapshot");
    fs::write(&snapshot, [b"CHRONICLE-NEWER-FORM\x09".as_slice(), &[7; 300]].concat()).expect("written");

    assert_eq!(answers(&chronicle), before);
    assert!(!snapshot.exists(), "it is set aside");
    assert!(snapshots.join("00000000000000000073.snapshot.bad").exists(), "and kept");
    refused(&chronicle.run(["archive"]), 3, &["a newer one wrote it"]);
    refused(&chronicle.run(["verify"]), 3, &["000000000001.segment"]);
    chronicle.feed(["publish", "-"], more_events(1, 1).as_bytes()).good();
    let events = chronicle.run(["events"]).good();
    assert!(events.starts_with(&before[3]) && events.lines().count() == 74, "writing goes on");
    assert!(fs::read(&segment).expect("a segment") == newer, "nobody writes over it");
    // Upgraded again, all of it is good.
    newer[8] -= 1;
    fs::write(&segment, &newer).expect("written");
    chronicle.run(["archive"]).good();
    assert_eq!(chronicle.run(["verify", "--json"]).json()["archived"], json!(74));
}

#[test]
fn what_was_published_behind_the_archive_is_kept_where_it_can_be_read() {
    let chronicle = archived(LARGE);
    chronicle.feed(["publish", "-", "--quiet"], more_events(1, 20).as_bytes()).good();
    let events = chronicle.run(["events"]).good();
    stopped(&chronicle);
    flip(&blocks(&chronicle)[1]);
    refused(&chronicle.run(["members", "sco"]), 7, &["damage"]);
    let restored = chronicle.run(["restore", "--json"]).json();
    assert_eq!((restored["archived"].as_u64(), restored["taken"].as_u64()), (Some(73 + LARGE), Some(20)));
    assert!(chronicle.run(["events"]).good() == events, "the same events in the same order");
}

#[test]
fn a_log_that_is_as_it_was_is_not_restored_unasked_and_the_same_after() {
    let chronicle = archived(0);
    let before = answers(&chronicle);
    refused(&chronicle.run(["restore"]), 2, &["as it was", "--force"]);
    chronicle.run(["restore", "--force"]).good();
    assert_eq!(answers(&chronicle), before);
    // Restored once more, from the archive of the restored one.
    chronicle.run(["restore", "--force"]).good();
    assert_eq!(answers(&chronicle), before);
}

#[test]
fn without_an_archive_damage_is_named_and_what_is_left_can_be_kept() {
    let chronicle = Chronicle::embedded();
    chronicle.run(["publish", ASTANA]).good();
    let all = chronicle.run(["events"]).good();
    stopped(&chronicle);
    flip(&blocks(&chronicle)[0]);
    fs::remove_file(chronicle.data().join(STREAM).join("msgs/index.db")).expect("removed");
    let position = damaged_at(&chronicle);
    // The log is asked as far as it can be read.
    let asked = chronicle.run(["members", "sco", "--json"]);
    let read_to = position - 1;
    let said = [format!("position {position}"), "position 73".to_owned(), format!("reads up to position {read_to}")];
    refused(&asked, 7, &said.each_ref().map(String::as_str));
    let stale: Value = serde_json::from_str(&asked.out).expect("JSON");
    assert_eq!(stale["token"]["position"].as_u64(), Some(read_to));
    let events = chronicle.run(["events"]);
    refused(&events, 7, &said.each_ref().map(String::as_str));
    let lost = all.lines().count() - events.out.lines().count();
    assert!(all.starts_with(&events.out) && lost as u64 == 73 - read_to, "{}", events.out);
    let further = chronicle.run(["members", "sco", "--min-position", "73"]);
    refused(&further, 7, &["does not answer", &format!("the chronicle ends at position {read_to}")]);
    assert_eq!(further.out, "");
    refused(&chronicle.run(["restore"]), 2, &["no archive", "--force"]);
    let restored = chronicle.run(["restore", "--force", "--json"]).json();
    assert_eq!(restored["position"].as_u64(), Some(position - 1));
    assert_eq!(restored["lost"], json!([[position, 73]]));
    // The source publishes again what is lost.
    chronicle.run(["publish", ASTANA]).good();
    assert_eq!(chronicle.run(["events"]).good().lines().count(), 73);
}

#[test]
fn a_stream_that_another_client_made_anew_is_named_and_restored_into() {
    let server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    chronicle.run(["publish", ASTANA]).good();
    chronicle.run(["archive"]).good();
    let before = answers(&chronicle);
    let config = request(&server.url(), "$JS.API.STREAM.INFO.CHRONICLE", "")["config"].clone();
    let removed = request(&server.url(), "$JS.API.STREAM.DELETE.CHRONICLE", "");
    assert_eq!(removed["success"], true);
    request(&server.url(), "$JS.API.STREAM.CREATE.CHRONICLE", &config.to_string());
    for command in [&["members", "sco"][..], &["publish", ASTANA], &["archive"], &["doctor"]] {
        refused(&chronicle.run(command), 7, &["another one", "hint:"]);
    }
    stale(&chronicle, &before, 73);
    assert_eq!(damaged_at(&chronicle), 1);
    // It is empty: restored into as it is. What holds something is the operator's to empty.
    chronicle.run(["restore"]).good();
    assert_eq!(answers(&chronicle), before);
    refused(&chronicle.run(["restore", "--force"]), 1, &["73 messages", "nats stream rm"]);
    assert_eq!(answers(&chronicle), before);
}

/// How each of these commands ends that ran when an operator did this to the stream.
///
/// `behind` is how many events were stored in another log meanwhile.
fn ends_when(harm: impl Fn(&str, &Value), said: &str, behind: usize) {
    let server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    chronicle.run(["publish", ASTANA]).good();
    // It goes on with what it has read, and says that it is stale.
    let mut serve = chronicle.spawn(["serve"]);
    let mut running = [&["watch", "events"][..], &["publish", "-"]].map(|words| chronicle.spawn(words));
    running[1].say(more_events(1, 1).trim());
    assert!(running[1].line().is_some_and(|ack| ack.contains("74")), "it is acknowledged");
    let before = chronicle.run(["events"]).good();
    let bucket = || request(&server.url(), "$JS.API.STREAM.INFO.KV_chronicle", "")["state"]["messages"].as_u64();
    tests::wait("the views to be served", bucket, Option::is_some);
    tests::wait(
        "the archive",
        || chronicle.run(["verify", "--json"]).json()["archived"].as_u64(),
        |at| *at == Some(74),
    );

    let config = request(&server.url(), "$JS.API.STREAM.INFO.CHRONICLE", "")["config"].clone();
    assert_eq!(request(&server.url(), "$JS.API.STREAM.DELETE.CHRONICLE", "")["success"], true);
    harm(&server.url(), &config);
    running[1].say(more_events(2, 1).trim());
    for command in &mut running {
        let (status, told) = tests::wait("it to end", || command.ended(), Option::is_some).expect("it ended");
        assert_eq!(status.code(), Some(7), "{told}");
        assert!(told.contains(said) && told.contains("chronicle restore"), "{told}");
    }
    assert_eq!(running[1].line(), None, "nothing is acknowledged that does not stand behind the rest");
    // Nor does anyone who starts afterwards, and no empty log is taken for the real one.
    for command in [&["members", "sco"][..], &["events"], &["verify"], &["doctor"], &["publish", ASTANA]] {
        refused(&chronicle.run(command), 7, &[said, "hint:"]);
    }
    let there = request(&server.url(), "$JS.API.STREAM.INFO.CHRONICLE", "");
    assert_eq!(there["error"].is_null(), behind > 0, "none is created: {there}");
    serve.interrupt();
    if behind > 0 {
        // What was published into the other log is taken over before the operator removes it.
        refused(&chronicle.run(["restore"]), 1, &["nats stream rm"]);
        request(&server.url(), "$JS.API.STREAM.DELETE.CHRONICLE", "");
    }
    chronicle.run(["restore"]).good();
    let after = chronicle.run(["events"]).good();
    let rest = after.strip_prefix(&before).expect("what was archived, to the byte");
    assert_eq!(rest.lines().count(), behind, "{rest}");
}

#[test]
fn a_stream_that_is_deleted_ends_whoever_runs_and_is_not_created_anew() {
    ends_when(|_, _| {}, "is gone, and none stands in its place", 0);
}

#[test]
fn a_stream_that_is_made_anew_ends_whoever_runs() {
    let anew = |url: &str, config: &Value| {
        request(url, "$JS.API.STREAM.CREATE.CHRONICLE", &config.to_string());
    };
    ends_when(anew, "is gone, another one of", 1);
}

#[test]
fn an_archive_that_is_not_as_it_was_written_is_named_and_written_again() {
    let chronicle = archived(0);
    let before = answers(&chronicle);
    let segment = chronicle.data().join("archive/000000000001.segment");
    let bytes = fs::read(&segment).expect("a segment");
    let harms: [&dyn Fn(); 2] = [&|| flip(&segment), &|| fs::write(&segment, &bytes[..bytes.len() / 2]).expect("cut")];
    for harm in harms {
        harm();
        refused(&chronicle.run(["verify"]), 3, &["000000000001.segment", "position 1", "hint:", "--again"]);
        refused(&chronicle.run(["archive"]), 3, &["000000000001.segment"]);
        refused(&chronicle.run(["restore", "--force"]), 3, &["000000000001.segment"]);
        assert_eq!(answers(&chronicle), before, "the log is none the worse for it");
        chronicle.run(["archive", "--again"]).good();
        chronicle.run(["verify"]).good();
    }
}

#[test]
fn an_archive_behind_the_log_is_in_order() {
    let chronicle = archived(0);
    chronicle.feed(["publish", "-"], more_events(1, 3).as_bytes()).good();
    let verified = chronicle.run(["verify", "--json"]).json();
    assert_eq!((&verified["archived"], &verified["read"], &verified["findings"]), (&json!(73), &json!(76), &json!([])));
    let archived = chronicle.run(["archive", "--json"]).json();
    assert_eq!((&archived["added"], &archived["position"]), (&json!(3), &json!(76)));
}

/// Asks a server as any client may, by the core protocol.
fn request(url: &str, subject: &str, body: &str) -> Value {
    let mut stream = TcpStream::connect(url.trim_start_matches("nats://")).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a time limit");
    let said = format!(
        "CONNECT {{\"verbose\":false}}\r\nSUB answers 1\r\nPUB {subject} answers {}\r\n{body}\r\nPING\r\n",
        body.len()
    );
    stream.write_all(said.as_bytes()).expect("sent");
    let mut answers = BufReader::new(stream);
    loop {
        let mut line = String::new();
        assert!(answers.read_line(&mut line).expect("the server answers") > 0, "the server is gone");
        if let Some(length) = line.strip_prefix("MSG answers 1 ") {
            let mut answer = vec![0; length.trim().parse().expect("a length")];
            answers.read_exact(&mut answer).expect("the answer");
            return serde_json::from_slice(&answer).expect("JSON");
        }
    }
}
