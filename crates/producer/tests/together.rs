//! Several events as one: all of them stand, or none was added.

mod support;

use chronicle::{Chronicle, MAX_BATCH};
use futures::future::join_all;
use producer::{Acknowledged, PublishError};
use summit::Position;
use support::{Fault, FaultyLog, ReadFault, document, draft, entries, id, producer};
use wire::Document;

fn documents(numbers: impl IntoIterator<Item = u64>) -> Vec<Document> {
    numbers.into_iter().map(|n| document(n, 0)).collect()
}

/// What is answered: for each event its number, position and whether it is a duplicate.
fn answers<const N: usize>(of: [(u64, u64, bool); N]) -> Vec<Acknowledged> {
    let answer = |(n, position, duplicate)| Acknowledged { position: Position::new(position), id: id(n), duplicate };
    of.map(answer).to_vec()
}

#[tokio::test(start_paused = true)]
async fn they_stand_side_by_side_whatever_else_is_published() {
    let log = FaultyLog::good();
    let producer = producer(&log);
    let lone = join_all((1..=300).map(|n| producer.publish(document(n, 0))));
    let together = join_all((0..10).map(|k| producer.publish_together(documents(1000 + k * 10..1010 + k * 10), None)));
    let (lone, together) = futures::join!(lone, together);
    assert!(lone.iter().all(Result::is_ok));
    for answers in together {
        let positions: Vec<u64> = answers.expect("published").iter().map(|answer| answer.position.get()).collect();
        assert_eq!(positions, (positions[0]..positions[0] + 10).collect::<Vec<_>>());
    }
}

#[tokio::test(start_paused = true)]
async fn an_expected_tail_that_moved_stores_nothing() {
    let log = FaultyLog::good();
    let producer = producer(&log);
    let start = Some(Position::START);
    assert_eq!(producer.publish_together(documents(1..=2), start).await, Ok(answers([(1, 1, false), (2, 2, false)])));
    let moved = Err(PublishError::Moved { expected: Position::START });
    assert_eq!(producer.publish_together(documents(3..=4), start).await, moved);
    for ahead in [9, u64::MAX].map(Position::new) {
        let beyond = producer.publish_together(documents(3..=4), Some(ahead)).await;
        assert_eq!(beyond, Err(PublishError::Moved { expected: ahead }));
    }
    assert_eq!(entries(&log).await.len(), 2);
    let next = producer.publish_together(documents([3]), Some(Position::new(2))).await;
    assert_eq!(next, Ok(answers([(3, 3, false)])));
}

#[tokio::test(start_paused = true)]
async fn the_same_call_again_is_acknowledged_although_the_tail_moved() {
    for expected in [None, Some(Position::START)] {
        let numbers = if expected.is_none() { 1001..=1003 } else { 1..=3 };
        let log = FaultyLog::good();
        let first = producer(&log);
        first.publish_together(documents(numbers.clone()), expected).await.expect("published");
        first.publish(document(9, 0)).await.expect("published");
        let again = producer(&log).publish_together(documents(numbers.clone()), expected).await;
        let expected: Vec<_> = numbers.zip(1..).map(|(n, position)| (n, position, true)).collect();
        assert_eq!(again, Ok(answers([expected[0], expected[1], expected[2]])));
    }
}

#[tokio::test(start_paused = true)]
async fn those_that_stand_stay_where_they_are_and_the_others_are_stored_as_one() {
    let log = FaultyLog::good();
    for batch in 0..3 {
        let drafts = (batch * 1000 + 1..=(batch + 1) * 1000).map(|n| draft(n, 0)).collect();
        log.inner.append_all(drafts, None).await.expect("stored");
    }
    let answered = producer(&log).publish_together(documents([5001, 7, 5002, 2999]), Some(Position::new(3000))).await;
    assert_eq!(answered, Ok(answers([(5001, 3001, false), (7, 7, true), (5002, 3002, false), (2999, 2999, true)])));
}

#[tokio::test(start_paused = true)]
async fn one_taken_id_refuses_all() {
    let log = FaultyLog::good();
    log.inner.append(draft(2, 1)).await.expect("stored");
    let producer = producer(&log);
    let refused = producer.publish_together(documents(1..=3), None).await;
    assert_eq!(refused, Err(PublishError::IdTaken { id: id(2), position: Position::new(1) }));
    let mut twice = documents(4..=6);
    twice.push(document(4, 1));
    assert!(matches!(producer.publish_together(twice, None).await, Err(PublishError::Refused(_))));
    let many = producer.publish_together(documents(1..=MAX_BATCH as u64 + 1), None).await;
    assert!(matches!(many, Err(PublishError::TooLarge { .. })), "{many:?}");
    assert_eq!(entries(&log).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn none_is_none_and_an_id_that_is_there_twice_is_stored_once() {
    let log = FaultyLog::good();
    let producer = producer(&log);
    assert_eq!(producer.publish_together(vec![], None).await, Ok(vec![]));
    let answered = producer.publish_together(documents([1, 2, 1]), None).await;
    assert_eq!(answered, Ok(answers([(1, 1, false), (2, 2, false), (1, 1, true)])));
    assert_eq!(log.calls(), [2]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_found_behind_the_expected_tail() {
    for fault in [Fault::AnswerLost, Fault::RequestLost, Fault::Silence, Fault::Late(10), Fault::Late(70)] {
        for expected in [None, Some(Position::new(2))] {
            let log = FaultyLog::new([fault], [ReadFault::None, ReadFault::BreaksOff(1)]);
            log.inner.append_all(vec![draft(8, 0), draft(9, 0)], None).await.expect("stored");
            let answered = producer(&log).publish_together(documents(1..=3), expected).await;
            assert_eq!(answered, Ok(answers([(1, 3, false), (2, 4, false), (3, 5, false)])), "{fault:?}, {expected:?}");
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            assert_eq!(entries(&log.inner).await.len(), 5);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_try_that_may_still_arrive_when_the_tail_comes_is_no_certainty() {
    let log = FaultyLog::new([Fault::Late(60)], []);
    let answered = producer(&log).publish_together(documents([1]), Some(Position::new(1))).await;
    assert!(matches!(answered, Err(PublishError::OutcomeUnknown(_))), "{answered:?}");
    log.inner.append(draft(9, 0)).await.expect("stored");
    tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    assert_eq!(entries(&log).await.len(), 2, "it came after all");
}
