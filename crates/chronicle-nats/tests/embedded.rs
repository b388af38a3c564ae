//! The embedded server: shared, restarted, left behind, refused; real programs and real `kill -9`.

// Processes are looked up in /proc.
#![cfg(target_os = "linux")]

mod support;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use chronicle::{AppendError, Chronicle, Draft, Entry};
use chronicle_nats::embedded::{EmbeddedError, Lease, MAX_STORE_VARIABLE, SERVER_VARIABLE, discard, find_server};
use chronicle_nats::{ConnectError, NatsChronicle, Settings};
use futures::{FutureExt, TryStreamExt};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use summit::Position;
use support::embedded::{Data, Holder, PROGRAM, Role, kill_9, port};
use support::{PATIENCE, greeting, wait};

#[tokio::test(flavor = "multi_thread")]
async fn two_commands_share_one_server_and_the_last_one_out_stops_it() {
    let data = Data::new();
    let (mut one, mut two) = (Holder::start(&data), Holder::start(&data));
    let url = one.line();
    assert_eq!(two.line(), url);
    let (supervisor, server) = (data.only(Role::Supervisor), data.only(Role::Server));

    one.end();
    let log = connect(&url).await;
    assert!(log.append(draft(1)).await.is_ok(), "the server stays for the second");
    assert_eq!((data.only(Role::Supervisor), data.only(Role::Server)), (supervisor, server));

    two.end();
    data.wait_for_the_end();
    let answered = greeting(port(&url));
    assert!(answered.contains("refused"), "the port is closed: {answered}");
    assert!(!data.file("socket").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_start_keeps_the_port_and_the_data() {
    let data = Data::new();
    let lease = data.lease().await;
    let url = lease.url().to_owned();
    connect(&url).await.append_all((1..=100).map(draft).collect(), None).await.expect("stored");
    drop(lease);
    data.wait_for_the_end();
    wait("our own children to be waited for", zombies, Vec::is_empty);

    let lease = data.lease().await;
    assert_eq!(lease.url(), url);
    assert_eq!(all(&connect(&url).await).await, (1..=100).map(draft).map(|draft| draft.bytes).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_of_the_supervisor_ends_the_server_and_loses_nothing_acknowledged() {
    let data = Data::new();
    let mut lease = data.lease().await;
    let url = lease.url().to_owned();
    let log = connect(&url).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let writer = tokio::spawn(async move {
        let mut acknowledged = 0;
        while stopped.is_empty() {
            // The outcome of some is unknown: the same once more.
            if log.append(draft(acknowledged + 1)).await.is_ok() {
                acknowledged += 1;
            }
        }
        acknowledged
    });
    let reader = connect(&url).await;
    while reader.tail().await.expect("readable") < Position::new(50) {}
    let server = data.only(Role::Server);
    kill_9(data.only(Role::Supervisor));
    let lost = tokio::time::timeout(PATIENCE, lease.lost()).await.expect("a lease hears it");
    assert!(matches!(lost, EmbeddedError::Supervisor { .. }), "{lost}");

    // At once: the old server may still be stopping.
    let lease = data.lease().await;
    assert_eq!(lease.url(), url);
    assert_ne!(data.only(Role::Server), server);
    stop.send(()).expect("the writer is there");
    let acknowledged = writer.await.expect("no panic");
    assert!(acknowledged >= 50);
    let found = all(&connect(&url).await).await;
    let expected: Vec<_> = (1..=acknowledged).map(draft).map(|draft| draft.bytes).collect();
    assert_eq!(found[..expected.len()], expected);

    kill_9(data.only(Role::Supervisor));
    data.wait_for_the_end();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_comes_back_on_its_port_and_connections_recover() {
    let data = Data::new();
    let mut lease = data.lease().await;
    let log = connect(lease.url()).await;
    log.append(draft(1)).await.expect("stored");
    let before = data.only(Role::Server);
    kill_9(before);
    until_stored(&log, 2).await;
    assert_ne!(data.only(Role::Server), before);
    assert!(lease.lost().now_or_never().is_none(), "a restart is no loss");
    assert_eq!(all(&log).await, [draft(1).bytes, draft(2).bytes]);
    assert_eq!(data.lease().await.url(), lease.url());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_keeps_ending_is_given_up_and_the_leases_hear_why() {
    let data = Data::new();
    let mut lease = data.lease().await;
    let lost = tokio::spawn(async move { lease.lost().await });
    let end = Instant::now() + PATIENCE;
    while !lost.is_finished() {
        for (role, process) in data.processes() {
            if role == Role::Server {
                // It may have gone meanwhile.
                let _ = kill(Pid::from_raw(process), Signal::SIGKILL);
            }
        }
        assert!(Instant::now() < end, "still {:?}", data.processes());
        tokio::task::yield_now().await;
    }
    let lost = lost.await.expect("no panic");
    assert!(matches!(lost, EmbeddedError::KeepsEnding { times: 5, .. }), "{lost}");
    assert!(lost.to_string().contains("signal: 9"), "{lost}");
    data.wait_for_the_end();
    assert!(connect(data.lease().await.url()).await.tail().await.is_ok(), "the next command tries again");
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_of_a_holder_releases_its_lease() {
    let data = Data::new();
    let mut holder = Holder::start(&data);
    assert!(holder.line().starts_with("nats://"));
    holder.child.kill().expect("it runs");
    holder.child.wait().expect("it ended");
    data.wait_for_the_end();
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_commands_at_once_get_one_server_even_while_another_stops() {
    let data = Data::new();
    for _ in 0..5 {
        let mut holders: Vec<Holder> = (0..10).map(|_| Holder::start(&data)).collect();
        let urls: Vec<String> = holders.iter_mut().map(Holder::line).collect();
        assert!(urls[0].starts_with("nats://") && urls.iter().all(|url| *url == urls[0]), "{urls:?}");
        data.only(Role::Supervisor);
        data.only(Role::Server);
        // All at once, and the next ten come while the server stops.
        drop(holders);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_comes_while_the_server_stops_waits_for_a_new_one() {
    let data = Data::new();
    for n in 1..=20 {
        let lease = data.lease().await;
        let log = connect(lease.url()).await;
        log.append(draft(n)).await.expect("stored");
        drop(lease);
    }
    let lease = data.lease().await;
    assert_eq!(connect(lease.url()).await.tail().await, Ok(Position::new(20)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_named_with_the_file_that_keeps_it() {
    let data = Data::new();
    let url = data.lease().await.url().to_owned();
    data.wait_for_the_end();
    let taken = TcpListener::bind(("127.0.0.1", port(&url))).expect("the port is free");
    let error = refused(&data).await;
    assert_eq!(error, EmbeddedError::PortTaken { port: port(&url), kept: canonical(&data.file("port")) });
    assert!(error.hint().contains("delete that file"));

    fs::remove_file(data.file("port")).expect("the file is there");
    assert_ne!(data.lease().await.url(), url);
    data.wait_for_the_end();
    fs::write(data.file("port"), port(&url).to_string()).expect("written");
    drop(taken);
    assert_eq!(data.lease().await.url(), url);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_directory_that_cannot_be_made_is_named() {
    let data = Data::new();
    fs::write(&data.path, "in the way").expect("written");
    for path in [data.path.as_path(), Path::new("/proc/chronicle")] {
        let error = Lease::acquire(path, Path::new(PROGRAM)).await.err();
        assert!(
            matches!(&error, Some(EmbeddedError::Unusable { path: named, .. }) if named.starts_with(path)),
            "{error:?}"
        );
        assert!(error.is_some_and(|error| error.hint().contains("--data")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_refuses_to_start_is_quoted_to_the_command() {
    let data = Data::new();
    fs::create_dir_all(data.file("store")).expect("made");
    fs::write(data.file("store/jetstream"), "in the way").expect("written");
    let error = refused(&data).await;
    let EmbeddedError::Ended { lines, .. } = &error else { panic!("{error}") };
    assert!(lines.last().is_some_and(|line| line.contains("not a directory")), "{error}");
    data.wait_for_the_end();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_the_server_passes_over_is_damage_and_no_empty_log() {
    let data = Data::new();
    connect(data.lease().await.url()).await.append(draft(1)).await.expect("stored");
    data.wait_for_the_end();
    let meta = data.file("store/jetstream/$G/streams/CHRONICLE/meta.inf");
    let good = fs::read(&meta).expect("it is there");
    OpenOptions::new().append(true).open(&meta).and_then(|mut file| file.write_all(b"x")).expect("written");
    let error = refused(&data).await;
    assert!(matches!(error, EmbeddedError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("checksums do not match"), "{error}");
    data.wait_for_the_end();

    fs::write(&meta, good).expect("written");
    let lease = data.lease().await;
    assert_eq!(connect(lease.url()).await.tail().await, Ok(Position::new(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_left_behind_is_ended_and_never_joined_by_a_second_one() {
    let data = Data::new();
    drop(data.lease().await);
    data.wait_for_the_end();
    let program = find_server(Path::new(PROGRAM)).expect("a server").program;
    // A server without a supervisor, as if its death signal had got lost.
    let start = || {
        let mut command = Command::new(PROGRAM);
        command.args(["internal", "exec-child", &std::process::id().to_string()]);
        command.arg(canonical(&data.file(""))).arg(&program).current_dir(data.file(""));
        command.env("CHRONICLE_SERVER_NAME", "left").env("CHRONICLE_SERVER_QUOTA", "1000000");
        command.stderr(Stdio::piped()).spawn().expect("the program starts")
    };
    let mut left = start();
    let url = fs::read_to_string(data.file("port")).expect("kept").parse().expect("a port");
    wait("the server left behind", || greeting(url), |greeting| greeting.starts_with("INFO "));
    let second = start().wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(!second.status.success() && said.contains("another one runs on the store"), "{said}");

    let lease = data.lease().await;
    let status = left.try_wait().expect("our child");
    assert!(status.is_some(), "it has ended before the other began");
    assert!(connect(lease.url()).await.append(draft(1)).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_too_old_is_passed_over_with_a_note() {
    let data = Data::new();
    let good = find_server(Path::new(PROGRAM)).expect("a server").program;
    let old = good.parent().expect("a folder").join("2.11.11/nats-server");
    assert!(old.is_file(), "no {}; hint: ./deploy/setup --tests", old.display());
    let mut holder = Holder::start_with(Command::new(PROGRAM).arg(&data.path).env(SERVER_VARIABLE, &old));
    assert!(holder.line().starts_with("nats://"));
    let note = holder.line();
    assert!(note.contains("2.11.11 is too old") && note.contains(old.to_str().expect("text")), "{note}");
    assert_eq!(data.lease().await.server().skipped.len(), 1, "whoever comes later hears it too");
    holder.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_quota_is_an_answer_and_what_is_stored_stays() {
    let data = Data::new();
    let mut holder = Holder::start_with(Command::new(PROGRAM).arg(&data.path).env(MAX_STORE_VARIABLE, "1000000"));
    let log = connect(&holder.line()).await;
    let large = |n| Draft { bytes: vec![b'x'; 60_000].into(), ..draft(n) };
    let mut stored = 0;
    let full = loop {
        match log.append(large(stored + 1)).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
        assert!(stored < 100, "a megabyte is full by now");
    };
    assert!(matches!(full, AppendError::Full(_)), "{full:?}");
    assert_eq!(log.tail().await.map(Position::get), Ok(u64::from(stored)));
    holder.end();
    data.wait_for_the_end();

    let mut wrong = Command::new(PROGRAM);
    let wrong = wrong.arg(&data.path).env(MAX_STORE_VARIABLE, "much").output().expect("it ends");
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(said.contains("CHRONICLE_MAX_STORE is \"much\", must be a number of bytes"), "{said}");
    let lease = data.lease().await;
    assert!(connect(lease.url()).await.append(large(stored + 1)).await.is_ok(), "with more room it goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deep_data_directory_has_a_socket_too() {
    let data = Data::below(&"a-rather-long-name/".repeat(15));
    assert!(data.path.as_os_str().len() > 250);
    let (one, two) = (data.lease().await, data.lease().await);
    assert_eq!(one.url(), two.url());
    data.only(Role::Server);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_ends_with_the_command_although_the_server_goes_on() {
    let data = Data::new();
    let script = r#""$0" "$1" 3>&1 | cat"#;
    let mut pipeline = Holder::start_with(Command::new("sh").args(["-c", script, PROGRAM]).arg(&data.path));
    let url = pipeline.line();
    let lease = data.lease().await;
    let supervisor = data.only(Role::Supervisor);
    assert_eq!(lease.url(), url);
    // Ends only when nobody has the pipe any more.
    pipeline.end();
    assert_eq!(pipeline.line(), "");
    assert_eq!(data.only(Role::Supervisor), supervisor);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_the_command_and_passes_the_supervisor_by() {
    let data = Data::new();
    let mut holder = Holder::start_with(Command::new(PROGRAM).arg(&data.path).process_group(0));
    let url = holder.line();
    let lease = data.lease().await;
    let server = data.only(Role::Server);
    // What the terminal sends, and to whom.
    let group = Pid::from_raw(i32::try_from(holder.child.id()).expect("a number of a process"));
    killpg(group, Signal::SIGINT).expect("the group is there");
    let ended = holder.child.wait().expect("it ended");
    assert!(!ended.success());
    assert!(connect(&url).await.append(draft(1)).await.is_ok());
    assert_eq!((data.only(Role::Server), lease.url()), (server, url.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_that_is_told_to_end_stops_the_server_in_order() {
    let data = Data::new();
    let mut lease = data.lease().await;
    kill(Pid::from_raw(data.only(Role::Supervisor)), Signal::SIGTERM).expect("it is there");
    let lost = tokio::time::timeout(PATIENCE, lease.lost()).await.expect("a lease hears it");
    assert!(matches!(lost, EmbeddedError::Supervisor { .. }), "{lost}");
    data.wait_for_the_end();
    let log = fs::read_to_string(data.file("server.log")).expect("a log");
    assert!(log.trim_end().ends_with("Server Exiting.."), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_on_the_machine_gets_in() {
    let data = Data::new();
    let lease = data.lease().await;
    let open = format!("nats://127.0.0.1:{}", port(lease.url()));
    let error = NatsChronicle::connect(&Settings::new(open, "test")).await.err();
    assert!(matches!(error, Some(ConnectError::NotPermitted { .. })), "{error:?}");
    let modes = fs::read_dir(data.file("")).expect("the folder").flatten().map(|file| {
        let metadata = file.metadata().expect("its metadata");
        (file.file_name(), metadata.permissions().mode() & 0o077)
    });
    let open: Vec<_> = modes.filter(|(name, others)| *others != 0 && name != "socket").collect();
    assert_eq!(open, []);
    assert_eq!(fs::metadata(data.file("")).expect("the folder").permissions().mode() & 0o077, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_does_not_supervise_is_named() {
    let data = Data::new();
    let error = Lease::acquire(&data.path, Path::new("/bin/false")).await.err();
    let Some(EmbeddedError::Supervisor { reason }) = error else { panic!("{error:?}") };
    assert!(reason.starts_with("/bin/false ended without a word"), "{reason}");
    let error = Lease::acquire(&data.path, Path::new("/nowhere/chronicle")).await.err();
    assert!(error.is_some_and(|error| error.to_string().contains("/nowhere/chronicle")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_discarded_for_good_but_never_under_a_server() {
    let data = Data::new();
    let lease = data.lease().await;
    connect(lease.url()).await.append_all((1..=10).map(draft).collect(), None).await.expect("stored");
    assert_eq!(discard(&data.path), Ok(false), "somebody holds a lease");
    assert_eq!(all(&connect(lease.url()).await).await.len(), 10);
    drop(lease);
    data.wait_for_the_end();

    let beside = data.path.join("notes.txt");
    fs::write(&beside, "mine").expect("written");
    assert_eq!(discard(&data.path), Ok(true));
    assert!(!data.file("store").exists() && beside.exists());
    let lease = data.lease().await;
    assert!(all(&connect(lease.url()).await).await.is_empty(), "another log");
}

/// Why there is no lease.
async fn refused(data: &Data) -> EmbeddedError {
    data.acquire().await.err().expect("a refusal")
}

async fn connect(url: &str) -> NatsChronicle {
    let connected = NatsChronicle::connect(&Settings::new(url, "test")).await;
    connected.unwrap_or_else(|error| panic!("{error}"))
}

/// Every document in the log.
async fn all(log: &NatsChronicle) -> Vec<bytes::Bytes> {
    let entries: Vec<Entry> = log.read(Position::START).try_collect().await.expect("readable");
    entries.into_iter().map(|entry| entry.bytes).collect()
}

/// Sends a draft until it is stored.
async fn until_stored(log: &NatsChronicle, n: u32) {
    let end = Instant::now() + PATIENCE;
    while let Err(error) = log.append(draft(n)).await {
        assert!(matches!(error, AppendError::OutcomeUnknown(_)) && Instant::now() < end, "{error}");
    }
}

/// The draft number `n`.
fn draft(n: u32) -> Draft {
    Draft {
        id: format!("00000000-0000-4000-8000-{n:012}").parse().expect("twelve digits end a UUID"),
        subject: "chronicle.event.sco.-.admission".into(),
        headers: vec![("Content-Type".into(), "application/cloudevents+json".into())],
        bytes: format!("{{\"number\":{n}}}").into(),
    }
}

fn canonical(path: &Path) -> std::path::PathBuf {
    path.canonicalize().expect("it is there")
}

/// Our own children that ended and were not waited for.
fn zombies() -> Vec<String> {
    let own = std::process::id().to_string();
    let processes = fs::read_dir("/proc").expect("a list of processes").flatten();
    let stats = processes.filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
    let is_ours = |stat: &String| {
        let mut fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
        fields.next() == Some("Z") && fields.next() == Some(own.as_str()) && stat.contains("(embedded-for")
    };
    stats.filter(is_ours).collect()
}
