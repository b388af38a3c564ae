//! The whole of it in memory, step by step, with everything that can go wrong in between: whatever happens, what is
//! acknowledged stands once at its position, and what is published is what the log gives at that position.
//!
//! The seed is printed, and `CHRONICLE_MODEL_SEED` repeats it. Failing cases are kept beside this file and replayed.

mod mortal;
#[path = "../../../crates/producer/tests/support/mod.rs"]
mod support;
mod views;
mod world;

use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed};
use support::Fault;
use views::ViewFault;
use world::{Begin, Step, Take, World};

/// How many schedules are tried: by default, and with `CHRONICLE_FAULTS`.
const CASES: (u32, u32) = (96, 3000);
/// Failing cases.
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/model/proptest-regressions.txt");
/// At most so many steps.
const STEPS: usize = 24;

fn config() -> ProptestConfig {
    let long = std::env::var_os("CHRONICLE_FAULTS").is_some_and(|value| !value.is_empty());
    let given = std::env::var("CHRONICLE_MODEL_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| jiff::Timestamp::now().as_microsecond().unsigned_abs());
    println!("CHRONICLE_MODEL_SEED={seed}");
    ProptestConfig {
        cases: if long { CASES.1 } else { CASES.0 },
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(KEPT))),
        max_shrink_iters: 2000,
        ..ProptestConfig::default()
    }
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        4 => Just(Fault::None),
        2 => Just(Fault::AnswerLost),
        2 => Just(Fault::RequestLost),
        2 => prop_oneof![Just(5), Just(60), Just(15_000)].prop_map(Fault::Late),
        1 => Just(Fault::Slow(20)),
        1 => Just(Fault::Silence),
        1 => Just(Fault::Repeated),
        1 => Just(Fault::Overtaken),
    ]
}

fn view_fault() -> impl Strategy<Value = ViewFault> {
    prop_oneof![
        4 => (0u8..5).prop_map(ViewFault::Wait),
        1 => Just(ViewFault::AnswerLost),
        1 => Just(ViewFault::RequestLost),
        1 => Just(ViewFault::DieBefore),
        1 => Just(ViewFault::DieAfter),
    ]
}

fn view_faults() -> impl Strategy<Value = Vec<ViewFault>> {
    prop::collection::vec(view_fault(), 0..5)
}

fn take() -> impl Strategy<Value = Take> {
    (0usize..12, any::<bool>(), view_faults()).prop_map(|(most, at_once, faults)| Take { most, at_once, faults })
}

fn step() -> impl Strategy<Value = Step> {
    let events = || prop::collection::vec(0..world::EVENTS, 1..10);
    // After so many turns of others the process dies.
    let dies = prop::option::weighted(0.3, 0u8..12);
    let publish = (0usize..2, events(), dies, prop::collection::vec(fault(), 0..4));
    prop_oneof![
        4 => publish.prop_map(|(who, events, dies, faults)| Step::Publish { who, events, dies, faults }),
        1 => (0..world::EVENTS, any::<bool>()).prop_map(|(event, other)| Step::Foreign { event, other }),
        4 => (0usize..2, take()).prop_map(|(who, take)| Step::Project(who, take)),
        3 => (take(), take()).prop_map(|(left, right)| Step::ProjectBoth(left, right)),
        1 => (0usize..2).prop_map(Step::Kill),
        2 => (0usize..2, 0u64..6, view_faults())
            .prop_map(|(who, behind, faults)| Step::Begin(who, Begin { behind, faults })),
        1 => Just(Step::Midnight),
    ]
}

proptest! {
    #![proptest_config(config())]
    #[test]
    fn whatever_happens_acknowledged_is_stored_once_and_published_is_folded(
        steps in prop::collection::vec(step(), 1..STEPS),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(async {
            let mut world = World::new();
            for step in steps {
                world.take(step).await;
                world.check().await?;
            }
            world.heal().await;
            world.check().await?;
            world.check_healed().await
        })?;
    }
}
