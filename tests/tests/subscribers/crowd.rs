//! A crowd that listens.

use std::collections::BTreeSet;

use chronicle_nats::Settings;
use tests::checker::{Evidence, Transcript, check};
use tests::sse::{Listener, Told, persistent};
use tests::{PATIENCE, wait};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use crate::stage::{Stage, admission};

/// How many listen at once.
const CROWD: usize = 1000;
/// What they are told, each of them.
const LIGHT: usize = 40;
/// What only the slow one is told, and how long each is, in bytes: more than the feed (8 MiB) and a socket (4 MiB) hold.
const HEAVY: usize = 240;
const NOTE: usize = 64_000;
/// In how many rounds it is published.
const ROUNDS: usize = 8;
/// By how much the memory of the service may grow meanwhile, in bytes: three times what is stored, and what is held for
/// those who listen.
const GROWTH: usize = 3 * HEAVY * NOTE + (16 << 20);
/// How much memory one may take who waits, in bytes.
const WAITING: usize = 64 << 10;
/// How many listen while the service is killed.
const LISTENERS: usize = 200;
/// What is published meanwhile.
const EVENTS: usize = 300;

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

fn positions(told: &[Told]) -> Vec<u64> {
    told.iter().map(|told| told.data["position"].as_u64().expect("a position")).collect()
}

#[test]
fn a_thousand_listen_and_a_slow_one_holds_up_nobody_and_is_told_that_he_is_behind() {
    let stage = Stage::new();
    stage.publish(&[admission(0, "light", "-"), admission(1, "heavy", "-")]);
    let runtime = runtime();
    let mut slow =
        runtime.block_on(Listener::open_narrow(stage.address, "/v1/changes?after=2", 4096)).expect("a stream");
    let mut crowd = JoinSet::new();
    let alone = stage.memory();
    runtime.block_on(async {
        let mut opening = JoinSet::new();
        for _ in 0..CROWD {
            opening.spawn(Listener::open(stage.address, "/v1/changes?after=2&organisation=light", None));
        }
        for listener in opening.join_all().await {
            let mut listener = listener.expect("a stream");
            crowd.spawn(async move {
                let mut told = Vec::new();
                for _ in 0..LIGHT {
                    told.push(listener.told().await);
                }
                positions(&told)
            });
        }
    });
    let before = stage.memory();
    let each = before.saturating_sub(alone) / CROWD;
    println!("each of {CROWD} who wait takes {} KiB", each / 1024);
    assert!(each < WAITING, "each of {CROWD} who wait takes {each} bytes, {WAITING} are allowed");
    let note = "x".repeat(NOTE);
    let (mut number, mut light) = (2, Vec::new());
    for _ in 0..ROUNDS {
        let mut documents = Vec::new();
        for n in 0..(HEAVY + LIGHT) / ROUNDS {
            let is_light = n % (1 + HEAVY / LIGHT) == 0;
            let (organisation, note) = if is_light { ("light", "-") } else { ("heavy", note.as_str()) };
            documents.push(admission(number, organisation, note));
            number += 1;
            light.extend(is_light.then_some(number as u64));
        }
        stage.publish(&documents);
    }
    let told: BTreeSet<Vec<u64>> = runtime.block_on(crowd.join_all()).into_iter().collect();
    assert_eq!(told, BTreeSet::from([light]), "everyone was told every change, in order");
    let grown = stage.memory().saturating_sub(before);
    println!("the memory of the service grew by {} KiB", grown / 1024);
    assert!(grown < GROWTH, "the memory of the service grew by {grown} bytes, {GROWTH} are allowed");

    // The slow one reads on.
    let (mut last, mut reset) = (2, None);
    runtime.block_on(async {
        while reset.is_none() {
            let told = slow.told().await;
            if told.event == "reset" {
                reset = Some(told);
            } else {
                last += 1;
                assert_eq!(told.data["position"], last, "nothing is left out before he is told");
            }
        }
    });
    let reset = reset.expect("he is told").data;
    assert_eq!((&reset["position"], &reset["tail"]), (&last.into(), &number.into()));
    let missed = usize::try_from(number as u64 - last).expect("few");
    let address = format!("/v1/changes?after={}", reset["after"].as_str().expect("an id"));
    let told =
        runtime.block_on(async { tokio::time::timeout(PATIENCE, persistent(stage.address, &address, missed)).await });
    assert_eq!(positions(&told.expect("in time")), (last + 1..=number as u64).collect::<Vec<_>>());
    // Whoever is gone leaves nothing behind.
    drop(slow);
    wait("nobody to listen", || stage.metric("chronicle_subscribers"), |metric| metric == "0");
}

#[test]
fn a_service_that_is_killed_tells_everyone_every_change_once_all_the_same() {
    let mut stage = Stage::new();
    let runtime = runtime();
    let mut crowd = JoinSet::new();
    for _ in 0..LISTENERS {
        let address = stage.address;
        crowd.spawn_on(
            async move { tokio::time::timeout(PATIENCE * 2, persistent(address, "/v1/changes?after=0", EVENTS)).await },
            runtime.handle(),
        );
    }
    let documents: Vec<_> = (0..EVENTS).map(|number| admission(number, "o", "-")).collect();
    for (round, some) in documents.chunks(EVENTS / 6).enumerate() {
        if round == 2 || round == 4 {
            stage.kill_and_serve_again();
        }
        stage.publish(some);
    }
    let told = runtime.block_on(crowd.join_all()).into_iter().map(|told| told.expect("in time"));
    let mut told: Vec<Vec<Told>> = told.collect();
    let first = told.pop().expect("some listen");
    assert!(told.iter().all(|other| *other == first), "all were told the same");
    let watch = stage.chronicle.spawn(["watch", "events", "--json", "--since", "0"]);
    for told in &first {
        let line: serde_json::Value = serde_json::from_str(&watch.line().expect("an event")).expect("JSON");
        let told = ["position", "stored_at", "event"].map(|member| &told.data[member]);
        assert_eq!(told, ["position", "stored_at", "event"].map(|member| &line[member]), "as watching tells it");
    }
    drop(watch);
    let lines = first.into_iter().map(|told| told.data).collect();
    let transcripts = vec![Transcript { by: "a listener".to_owned(), since: 0, lines }];
    let server = Settings::new(stage.server.url(), "checker");
    let mut evidence = wait(
        "the views to be published",
        || runtime.block_on(Evidence::gather(&server, Vec::new(), transcripts.clone())),
        |evidence| evidence.views.iter().all(|views| views.position == EVENTS as u64),
    );
    let history = stage.chronicle.run(["events"]).good();
    let id = |line: &str| {
        serde_json::from_str::<serde_json::Value>(line).expect("JSON")["id"].as_str().map(ToOwned::to_owned)
    };
    evidence.history = history.lines().filter_map(id).collect();
    assert_eq!(check(&evidence), []);
}
