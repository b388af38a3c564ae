//! `kill -9` and `SIGSTOP` of everyone, in rounds under load.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::actors::Feeder;
use crate::chance::Chance;
use crate::long;
use crate::stage::{Host, Stage, Victim, signal_all};

/// Rounds: by default, and where it may take long.
const ROUNDS: (u64, u64) = (8, 200);
/// Rounds with a server of our own.
const EMBEDDED_ROUNDS: (u64, u64) = (4, 30);
/// How many acknowledgements a round waits for, at least and at most.
const MORE: (u64, u64) = (5, 65);
/// After every so many rounds it is told how far it is.
const TOLD_EVERY: u64 = 25;
/// How long a server is stopped: longer than a client waits for an answer (3 s), or than a producer tries (30 s).
const STOPPED: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(45));
/// How many are acknowledged while a projector is stopped.
const WITHOUT_PROJECTOR: u64 = 300;

fn rounds((short, long_ones): (u64, u64)) -> u64 {
    if long() { long_ones } else { short }
}

fn more(chance: &mut Chance) -> u64 {
    MORE.0 + chance.below(MORE.1 - MORE.0)
}

/// Some of them by chance, and each in its turn.
fn victims(chance: &mut Chance, everyone: &[Victim], round: u64) -> Vec<Victim> {
    let turn = usize::try_from(round).expect("few rounds") % everyone.len();
    let mut victims = chance.some(everyone);
    if !victims.contains(&everyone[turn]) {
        victims.push(everyone[turn]);
    }
    victims
}

#[test]
fn whoever_is_killed_what_is_acknowledged_is_stored_once_in_order_and_folded() {
    let mut chance = Chance::begin("kill rounds");
    let mut stage = Stage::new(false);
    let everyone = [
        Victim::Server,
        Victim::Producer(0),
        Victim::Producer(1),
        Victim::Projector(0),
        Victim::Projector(1),
        Victim::Watcher,
    ];
    let rounds = rounds(ROUNDS);
    for round in 0..rounds {
        if round > 0 && round % TOLD_EVERY == 0 {
            println!("  {round} rounds, {} acknowledged", stage.acknowledged());
        }
        stage.go_on(more(&mut chance));
        let victims = victims(&mut chance, &everyone, round);
        stage.kill(&victims);
        stage.back_to_work();
    }
    stage.go_on(more(&mut chance));
    stage.heal(&format!("{rounds} kill rounds"), &mut chance);
    assert_eq!(stage.figures.serving_ended, 0, "a server that is killed and comes back ends no projector");
}

#[test]
fn a_supervisor_or_its_server_killed_loses_nothing_and_leaves_one_server_on_the_store() {
    let mut chance = Chance::begin("embedded kill rounds");
    let mut stage = Stage::new(true);
    let everyone = [Victim::Server, Victim::Supervisor, Victim::Producer(0), Victim::Projector(0)];
    let rounds = rounds(EMBEDDED_ROUNDS);
    for round in 0..rounds {
        stage.go_on(more(&mut chance));
        let victims = victims(&mut chance, &everyone, round);
        stage.kill(&victims);
    }
    stage.go_on(more(&mut chance));
    stage.until_one_of_each();
    stage.heal(&format!("{rounds} embedded kill rounds"), &mut chance);
    let unanswered = stage.figures.ended.keys().find(|how| how.contains("no nats-server answers"));
    assert_eq!(unanswered, None, "a server of our own comes back, and is waited for");
}

#[test]
fn a_stopped_server_leaves_outcomes_unknown_that_are_settled_once_and_a_stopped_projector_harms_nobody() {
    let mut chance = Chance::begin("stopped processes");
    let mut stage = Stage::new(false);
    stage.back_to_work();
    stage.go_on(more(&mut chance));
    let Host::Nats(server) = &stage.host else { panic!("a server that others run") };
    let server = vec![server.id().as_raw()];
    assert!(signal_all(&server, Signal::SIGSTOP), "it runs");
    let end = Instant::now() + if long() { STOPPED.1 } else { STOPPED.0 };
    stage.until("the end of the stop", |_| Instant::now() >= end);
    assert!(signal_all(&server, Signal::SIGCONT), "it is there");
    stage.back_to_work();
    stage.go_on(more(&mut chance));

    let projector = process(stage.projectors[0].process());
    assert!(signal_all(&projector, Signal::SIGSTOP), "it runs");
    stage.go_on(WITHOUT_PROJECTOR);
    assert!(signal_all(&projector, Signal::SIGCONT), "it is there");
    stage.heal("stopped processes", &mut chance);
    if !long() {
        // Both were in the middle of something, and tried again instead of ending.
        let said = stage.producers.each_mut().map(Feeder::end);
        assert!(said.iter().all(|said| said.contains("unknown outcome")), "{said:?}");
    }
}

fn process(id: Option<u32>) -> Vec<i32> {
    id.map(|id| i32::try_from(id).expect("a process id")).into_iter().collect()
}
