//! Three nodes under load: their leader cut off, killed and stopped; one gone, then two; restarted one after the other; all of
//! them gone at once.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tests::cluster::{Cluster, NODES, name};
use tests::{http, wait};

use crate::chance::Chance;
use crate::long;
use crate::stage::{Gap, Host, Stage};

/// How often each fault befalls a leader: by default, and where it may take long.
const ROUNDS: (u64, u64) = (1, 8);
/// How many are acknowledged before and after a fault.
const MORE: u64 = 100;
/// How long it is watched that nothing is stored by one node of three.
const ALONE: Duration = Duration::from_secs(4);

/// What befalls a leader.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// It is cut off from everybody.
    Cut,
    Killed,
    Stopped,
    /// It is told to end, as an upgrade does it: its clients go to others first.
    LameDuck,
}

fn cluster(stage: &mut Stage) -> &mut Cluster {
    let Host::Cluster(cluster) = &mut stage.host else { panic!("three nodes") };
    cluster
}

/// Lets a fault befall a node, has writing go on, and takes it back. How long nothing was acknowledged.
fn befall(stage: &mut Stage, fault: Fault, node: usize) -> Duration {
    stage.gap = Gap::begin(stage.acknowledged());
    match fault {
        Fault::Cut => cluster(stage).cut(node),
        Fault::Killed => cluster(stage).kill(node),
        Fault::Stopped => cluster(stage).signal(node, Signal::SIGSTOP),
        Fault::LameDuck => cluster(stage).signal(node, Signal::SIGUSR2),
    }
    stage.go_on(MORE);
    if matches!(fault, Fault::LameDuck) {
        stage.until("the node to end", |stage| cluster(stage).has_ended(node));
        stage.go_on(MORE);
    }
    let gap = stage.gap.longest;
    match fault {
        Fault::Cut => cluster(stage).mend(node),
        Fault::Killed | Fault::LameDuck => cluster(stage).run(node),
        Fault::Stopped => cluster(stage).signal(node, Signal::SIGCONT),
    }
    gap
}

/// Waits for equal copies while the load goes on by itself no more.
fn rest(stage: &mut Stage) {
    stage.back_to_work();
    cluster(stage).until_equal();
}

fn told(gaps: &[(Fault, Duration)]) {
    for (fault, gap) in gaps {
        println!("  leader {fault:?}: nothing acknowledged for {:.1} s", gap.as_secs_f64());
    }
}

#[test]
fn a_leader_that_is_cut_off_killed_or_stopped_loses_nothing_and_writing_goes_on_without_it() {
    let mut chance = Chance::begin("leaders");
    let mut stage = Stage::on_cluster();
    println!("  {}", cluster(&mut stage).how());
    stage.back_to_work();
    let (mut gaps, rounds) = (Vec::new(), if long() { ROUNDS.1 } else { ROUNDS.0 });
    for fault in (0..rounds).flat_map(|_| [Fault::Cut, Fault::Killed, Fault::Stopped]) {
        stage.go_on(MORE);
        let leader = cluster(&mut stage).leader();
        gaps.push((fault, befall(&mut stage, fault, leader)));
        rest(&mut stage);
    }
    told(&gaps);
    stage.heal(&format!("{} faults of leaders", gaps.len()), &mut chance);
}

#[test]
fn with_one_node_gone_it_is_written_with_two_gone_nothing_is_acknowledged_and_it_heals_by_itself() {
    let mut chance = Chance::begin("nodes gone");
    let mut stage = Stage::on_cluster();
    stage.back_to_work();
    let served = http::Served::start(&stage.chronicle);
    let leader = cluster(&mut stage).leader();
    let [one, two] = [(leader + 1) % NODES, (leader + 2) % NODES];
    let gap = befall_for_good(&mut stage, one);
    println!("  {} gone: nothing acknowledged for {:.1} s", name(one), gap.as_secs_f64());

    cluster(&mut stage).kill(two);
    // What was under way when it went may have been stored; behind that, nothing is.
    let drained = Instant::now() + ALONE;
    stage.until("what was under way", |_| Instant::now() >= drained);
    let before = stage.acknowledged();
    let end = Instant::now() + ALONE;
    stage.until("some time with one node", |_| Instant::now() >= end);
    assert_eq!(stage.acknowledged(), before, "one of three stores nothing");
    let red =
        wait("the service to be not ready", || http::ask(served.address, "/readyz"), |answer| answer.status == 503);
    assert!(red.body.contains("log-unreachable"), "{}", red.body);
    let still = http::ask(served.address, "/v1/organisations/org-1/members");
    assert_eq!(still.status, 200, "questions are answered: {}", still.body);
    let why = wait("answers to be marked stale", || mark(&served), Option::is_some);
    assert!(why.as_ref().is_some_and(|why| why.contains("could not be reached")), "{why:?}");
    let said = stage.chronicle.run(["doctor"]);
    assert_ne!(said.code, Some(0), "{}", said.out);

    stage.gap = Gap::begin(stage.acknowledged());
    cluster(&mut stage).run(one);
    stage.go_on(MORE);
    println!("  {} back: acknowledged again after {:.1} s", name(one), stage.gap.longest.as_secs_f64());
    cluster(&mut stage).run(two);
    rest(&mut stage);
    wait("the service to be ready", || http::ask(served.address, "/readyz"), |answer| answer.status == 200);
    wait("answers to be marked no longer", || mark(&served), Option::is_none);

    // Two services, at one position, say the same.
    let other = http::Served::start(&stage.chronicle);
    let tail = 1 + stage.acknowledged() / 2;
    for question in
        ["/v1/organisations/org-1/members", "/v1/organisations/org-2/timeline", "/v1/organisations/org-1/remarks"]
    {
        let address = format!("{question}?at_position={tail}&as_of=2024-07-04&min_position={tail}");
        let [first, second] = [&served, &other].map(|service| http::ask(service.address, &address));
        assert_eq!((first.status, &first.body), (200, &second.body), "{address}");
    }
    drop((served, other));
    stage.heal("one node gone, then two", &mut chance);
}

/// Why an answer is stale, if it is.
fn mark(served: &http::Served) -> Option<String> {
    let answer = http::ask(served.address, "/v1/organisations/org-1/members");
    answer.header("chronicle-stale").map(ToOwned::to_owned)
}

/// Kills a node, and has writing go on.
fn befall_for_good(stage: &mut Stage, node: usize) -> Duration {
    stage.gap = Gap::begin(stage.acknowledged());
    cluster(stage).kill(node);
    stage.go_on(MORE);
    stage.gap.longest
}

#[test]
fn nodes_that_are_restarted_one_after_the_other_or_die_together_lose_nothing() {
    let mut chance = Chance::begin("restarts");
    let mut stage = Stage::on_cluster();
    stage.back_to_work();
    // All at once first: what was acknowledged is on the disks.
    stage.go_on(MORE);
    stage.gap = Gap::begin(stage.acknowledged());
    (0..NODES).for_each(|node| cluster(&mut stage).kill(node));
    (0..NODES).for_each(|node| cluster(&mut stage).run(node));
    stage.go_on(MORE);
    println!("  all killed at once: nothing acknowledged for {:.1} s", stage.gap.longest.as_secs_f64());
    rest(&mut stage);

    // A lame duck takes 30 s, at least: all of them where it may take long.
    let leader = cluster(&mut stage).leader();
    let turns = if long() { NODES } else { 1 };
    let mut gaps = Vec::new();
    for node in (0..turns).map(|turn| (leader + turn) % NODES) {
        gaps.push((Fault::LameDuck, befall(&mut stage, Fault::LameDuck, node)));
        rest(&mut stage);
    }
    told(&gaps);
    stage.heal("restarts", &mut chance);
}
