//! `kill -9` and `SIGSTOP` of everyone, in rounds under load.

use crate::chance::Chance;
use crate::long;
use crate::stage::{Stage, Victim};

/// Rounds: by default, and where it may take long.
const ROUNDS: (u64, u64) = (8, 200);
/// Rounds with a server of our own.
const EMBEDDED_ROUNDS: (u64, u64) = (4, 30);
/// How many acknowledgements a round waits for, at least and at most.
const MORE: (u64, u64) = (5, 65);

fn rounds((short, long_ones): (u64, u64)) -> u64 {
    if long() { long_ones } else { short }
}

fn more(chance: &mut Chance) -> u64 {
    MORE.0 + chance.below(MORE.1 - MORE.0)
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
    for _ in 0..rounds {
        stage.go_on(more(&mut chance));
        let victims = chance.some(&everyone);
        if std::env::var_os("TRACE").is_some() {
            println!("{:?} {victims:?} {:?}", stage.begun.elapsed(), stage.figures);
        }
        stage.kill(&victims);
        stage.back_to_work();
    }
    stage.go_on(more(&mut chance));
    stage.heal(&format!("{rounds} kill rounds"), &mut chance);
}

#[test]
fn a_supervisor_or_its_server_killed_loses_nothing_and_leaves_one_server_on_the_store() {
    let mut chance = Chance::begin("embedded kill rounds");
    let mut stage = Stage::new(true);
    let everyone = [Victim::Server, Victim::Supervisor, Victim::Producer(0), Victim::Projector(0)];
    let rounds = rounds(EMBEDDED_ROUNDS);
    for round in 0..rounds {
        stage.go_on(more(&mut chance));
        let mut victims = chance.some(&everyone);
        // Each of them at least once.
        victims.extend(everyone.get(usize::try_from(round).unwrap_or(usize::MAX)).filter(|_| round < 2));
        victims.sort_unstable();
        victims.dedup();
        stage.kill(&victims);
    }
    stage.go_on(more(&mut chance));
    assert_eq!((stage.supervisors().len(), stage.servers().len()), (1, 1), "one of each");
    stage.heal(&format!("{rounds} embedded kill rounds"), &mut chance);
}
