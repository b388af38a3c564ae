//! Whatever happens to the log: everyone is answered, and every answer is true.

mod support;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chronicle::Chronicle;
use futures::future::join_all;
use producer::{Acknowledged, PublishError};
use proptest::prelude::*;
use summit::{EventId, Position};
use support::{Fault, FaultyLog, ReadFault, document, draft, entries, id, producer};
use wire::{Document, Fingerprint};

/// How many runs are tried.
const RUNS: u32 = 500;
/// The longest that anyone may wait, in the time of the paused clock.
const PATIENCE: Duration = Duration::from_secs(3600);

/// The number of an event, and its wording.
type Said = (u64, u8);

/// What one caller does: after a while, it publishes these events.
#[derive(Debug, Clone)]
struct Caller {
    after_milliseconds: u64,
    events: Vec<Said>,
    how: How,
}

#[derive(Debug, Clone, Copy)]
enum How {
    /// One after the other.
    Alone,
    /// As one, perhaps with an expected tail.
    Together(Option<u64>),
}

/// What one caller is told of one call: the events, and the answer.
type Told = (Vec<Said>, Result<Vec<Acknowledged>, PublishError>);

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        3 => Just(Fault::None),
        2 => Just(Fault::AnswerLost),
        2 => Just(Fault::RequestLost),
        2 => prop_oneof![Just(5), Just(60), Just(200), Just(15_000)].prop_map(Fault::Late),
        1 => Just(Fault::Slow(20)),
        1 => Just(Fault::Silence),
        1 => Just(Fault::Repeated),
        2 => Just(Fault::Overtaken),
        1 => Just(Fault::Full),
    ]
}

fn read_fault() -> impl Strategy<Value = ReadFault> {
    prop_oneof![
        3 => Just(ReadFault::None),
        2 => (0..5_usize).prop_map(ReadFault::BreaksOff),
        1 => (0..5_usize).prop_map(ReadFault::Silence),
    ]
}

fn caller() -> impl Strategy<Value = Caller> {
    let event = (0..30_u64, prop_oneof![5 => Just(0_u8), 1 => Just(1_u8)]);
    let how = prop_oneof![
        2 => Just(How::Alone),
        1 => Just(How::Together(None)),
        1 => (0..20_u64).prop_map(|expected| How::Together(Some(expected))),
    ];
    (0..40_u64, prop::collection::vec(event, 1..6), how).prop_map(|(after_milliseconds, events, how)| Caller {
        after_milliseconds,
        events,
        how,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(RUNS) })]
    #[test]
    fn everyone_is_answered_and_every_answer_is_true(
        callers in prop::collection::vec(caller(), 1..25),
        faults in prop::collection::vec(fault(), 0..12),
        read_faults in prop::collection::vec(read_fault(), 0..12),
        standing in prop::collection::vec((0..30_u64, 0..2_u8), 0..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let outcome = runtime.expect("a runtime").block_on(async {
            let log = FaultyLog::new(faults, read_faults);
            for (n, wording) in &standing {
                log.inner.append(draft(*n, *wording)).await.expect("stored or known");
            }
            let told = tokio::time::timeout(PATIENCE, all(&log, callers)).await.expect("everyone is answered");
            // What is still on its way arrives.
            tokio::time::sleep(PATIENCE).await;
            let mut places = HashMap::new();
            for entry in entries(&log.inner).await {
                let document = Document::decode(&entry.bytes).expect("good documents only");
                let again = places.insert(document.event().id, (entry.position, document.fingerprint()));
                assert!(again.is_none(), "{:?} stands twice", document.event().id);
            }
            let foreign = standing.iter().map(|(n, _)| id(*n)).chain(log.overtaken()).collect();
            Outcome { told, places, foreign }
        });
        for (events, answer) in &outcome.told {
            outcome.check(events, answer)?;
        }
    }
}

/// Lets all callers act at once; answers what each call was told.
async fn all(log: &FaultyLog, callers: Vec<Caller>) -> Vec<Told> {
    let producer = producer(log);
    let acting = callers.into_iter().map(|caller| {
        let producer = producer.clone();
        async move {
            tokio::time::sleep(Duration::from_millis(caller.after_milliseconds)).await;
            if let How::Together(expected) = caller.how {
                let documents = caller.events.iter().map(|(n, wording)| document(*n, *wording)).collect();
                let answer = producer.publish_together(documents, expected.map(Position::new)).await;
                return vec![(caller.events, answer)];
            }
            let mut told = Vec::new();
            for (n, wording) in caller.events {
                let answer = producer.publish(document(n, wording)).await;
                told.push((vec![(n, wording)], answer.map(|answer| vec![answer])));
            }
            told
        }
    });
    join_all(acting).await.into_iter().flatten().collect()
}

/// How it ended.
struct Outcome {
    told: Vec<Told>,
    /// Where everything stands, and what it says.
    places: HashMap<EventId, (Position, Fingerprint)>,
    /// What was stored by somebody else.
    foreign: HashSet<EventId>,
}

impl Outcome {
    /// Whether an answer is true.
    fn check(&self, events: &[Said], answer: &Result<Vec<Acknowledged>, PublishError>) -> Result<(), TestCaseError> {
        let print = |(n, wording): &Said| document(*n, *wording).fingerprint();
        match answer {
            Ok(answers) => {
                prop_assert_eq!(answers.len(), events.len());
                for (answer, event) in answers.iter().zip(events) {
                    prop_assert_eq!(answer.id, id(event.0));
                    prop_assert_eq!(self.places.get(&answer.id), Some(&(answer.position, print(event))));
                }
                // What turns up after an unknown outcome may be another's, who sent the same.
                let alone = |event: &Said| !self.foreign.contains(&id(event.0)) && !self.others_said(event, answer);
                if events.iter().all(alone) {
                    let fresh = answers.iter().filter(|answer| !answer.duplicate);
                    let positions: Vec<u64> = fresh.map(|answer| answer.position.get()).collect();
                    prop_assert!(positions.windows(2).all(|pair| pair[0] + 1 == pair[1]), "apart: {:?}", positions);
                }
            }
            Err(PublishError::IdTaken { id: taken, position }) => {
                let other = |event: &Said| id(event.0) == *taken && self.places[taken].1 != print(event);
                prop_assert_eq!(self.places[taken].0, *position);
                prop_assert!(events.iter().any(other), "what stands at {} is what was published", position);
            }
            // Says nothing about the log.
            Err(PublishError::OutcomeUnknown(_)) => {}
            Err(
                PublishError::Moved { .. }
                | PublishError::TooLarge { .. }
                | PublishError::Full(_)
                | PublishError::NotPermitted(_)
                | PublishError::Refused(_)
                | PublishError::Unreachable(_),
            ) => {
                for event in events.iter().filter(|event| !self.foreign.contains(&id(event.0))) {
                    // Not stored, unless another call did it.
                    let stands = self.places.get(&id(event.0)).is_some_and(|(_, there)| *there == print(event));
                    prop_assert!(
                        !stands || self.others_said(event, answer),
                        "{:?}, but event {} stands",
                        answer,
                        event.0
                    );
                }
            }
        }
        Ok(())
    }
    /// Whether another call published the same.
    fn others_said(&self, event: &Said, answer: &Result<Vec<Acknowledged>, PublishError>) -> bool {
        let others = self.told.iter().filter(|(_, other)| !std::ptr::eq(other, answer));
        others.flat_map(|(events, _)| events).any(|other| other == event)
    }
}
