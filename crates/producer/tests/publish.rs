//! Publishing: gathered into few batches, each caller with an answer of its own.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chronicle::{Chronicle, MAX_BATCH};
use futures::future::join_all;
use futures::stream::{self, StreamExt};
use jiff::Timestamp;
use producer::{Acknowledged, NoDirectory, Producer, PublishError};
use summit::Position;
use support::{Fault, FaultyLog, Index, ReadFault, document, draft, entries, id, producer};
use tokio::time::Instant;

fn acknowledged(n: u64, position: u64, duplicate: bool) -> Acknowledged {
    Acknowledged { position: Position::new(position), id: id(n), duplicate }
}

fn taken(n: u64, position: u64) -> Result<Acknowledged, PublishError> {
    Err(PublishError::IdTaken { id: id(n), position: Position::new(position) })
}

#[tokio::test(start_paused = true)]
async fn a_lone_event_is_one_append_and_waits_for_nobody() {
    let log = FaultyLog::good();
    let (producer, begun) = (producer(&log), Instant::now());
    for n in 1..=3 {
        assert_eq!(producer.publish(document(n, 0)).await, Ok(acknowledged(n, n, false)));
    }
    assert_eq!(log.calls(), [1, 1, 1]);
    assert!(begun.elapsed().is_zero(), "the clock stands still unless somebody waits for it");
}

#[tokio::test(start_paused = true)]
async fn a_thousand_events_at_once_take_one_or_two_batches() {
    // While the first that came are on their way, the others gather.
    let log = FaultyLog::new([Fault::Slow(1); 10], []);
    let producer = producer(&log);
    let answers = join_all((1..=1000).map(|n| producer.publish(document(n, 0)))).await;
    let calls = log.calls();
    assert!(calls.len() <= 2 && calls.iter().sum::<usize>() == 1000, "{calls:?}");
    let entries = entries(&log).await;
    assert_eq!(entries.len(), 1000);
    for answer in answers.into_iter().map(|answer| answer.expect("published")) {
        let index = usize::try_from(answer.position.get() - 1).expect("a small number");
        assert_eq!(entries[index].header("Nats-Msg-Id"), Some(answer.id.to_string().as_str()));
    }
}

#[tokio::test(start_paused = true)]
async fn callers_who_come_back_at_once_are_sent_together_again() {
    let log = FaultyLog::new([Fault::Slow(1); 1000], []);
    let producer = producer(&log);
    let callers = (0..20).map(|caller| {
        let producer = producer.clone();
        tokio::spawn(async move {
            for n in 0..50 {
                producer.publish(document(caller * 50 + n, 0)).await.expect("published");
            }
        })
    });
    join_all(callers).await;
    let calls = log.calls();
    assert_eq!(calls.iter().sum::<usize>(), 1000);
    assert!(calls.len() <= 52, "fifty rounds of twenty: {calls:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_stored_has_its_content_type_subject_and_time_of_record() {
    let log = FaultyLog::good();
    let now = "2024-07-04T12:00:00Z".parse().expect("an instant");
    let producer = Producer::new(log.clone(), NoDirectory, move || now);
    producer.publish(document(1, 0)).await.expect("published");
    let said = document(2, 0).recorded_at(Timestamp::UNIX_EPOCH);
    producer.publish(said.clone()).await.expect("published");

    let entries = entries(&log).await;
    assert_eq!(entries[0].subject, "chronicle.event.sco.-.admission");
    assert_eq!(entries[0].header("content-type"), Some("application/cloudevents+json"));
    assert_eq!(entries[0].bytes, document(1, 0).recorded_at(now).encode());
    assert_eq!(entries[1].bytes, said.encode(), "an older time of record stays");
}

#[tokio::test(start_paused = true)]
async fn an_id_that_comes_twice_at_once_is_stored_once() {
    let log = FaultyLog::good();
    let producer = producer(&log);
    let events = [(1, 0), (2, 0), (1, 0), (1, 1), (2, 0)];
    let answers = join_all(events.map(|(n, wording)| producer.publish(document(n, wording)))).await;
    let expected = [
        Ok(acknowledged(1, 1, false)),
        Ok(acknowledged(2, 2, false)),
        Ok(acknowledged(1, 1, true)),
        taken(1, 1),
        Ok(acknowledged(2, 2, true)),
    ];
    assert_eq!(answers, expected);
    assert_eq!(log.calls(), [2]);
}

#[tokio::test(start_paused = true)]
async fn repeats_among_many_are_found_however_far_back_they_stand() {
    let log = FaultyLog::good();
    for batch in 0..7 {
        let drafts = (batch * 1000 + 1..=(batch + 1) * 1000).map(|n| draft(n, 0)).collect();
        log.inner.append_all(drafts, None).await.expect("stored");
    }
    let producer = producer(&log);
    let numbers = [3, 8001, 6999, 8002, 2500, 8003];
    let answers = join_all(numbers.map(|n| producer.publish(document(n, u8::from(n == 2500))))).await;
    let expected = [
        Ok(acknowledged(3, 3, true)),
        Ok(acknowledged(8001, 7001, false)),
        Ok(acknowledged(6999, 6999, true)),
        Ok(acknowledged(8002, 7002, false)),
        taken(2500, 2500),
        Ok(acknowledged(8003, 7003, false)),
    ];
    assert_eq!(answers, expected);
}

#[tokio::test(start_paused = true)]
async fn a_file_published_again_reads_the_log_a_few_times_at_most() {
    let log = FaultyLog::good();
    let documents = || stream::iter((1..=10_000).map(|n| document(n, 0)));
    let first: Vec<_> = producer(&log).publish_many(documents()).collect().await;
    let before = log.read_entries();
    let second: Vec<_> = producer(&log).publish_many(documents()).collect().await;
    let repeated = |answer: &Result<Acknowledged, PublishError>| {
        answer.clone().map(|answer| Acknowledged { duplicate: true, ..answer })
    };
    assert_eq!(second, first.iter().map(repeated).collect::<Vec<_>>());
    // Back to its beginning, at most twice as far as needed, and once through it; not once for every batch.
    let read = log.read_entries() - before;
    assert!(read < 40_000, "{read} entries were read");
}

#[tokio::test(start_paused = true)]
async fn a_lone_repeat_is_success_only_if_it_says_the_same() {
    let log = FaultyLog::good();
    log.inner.append_all(vec![draft(1, 0), draft(2, 0)], None).await.expect("stored");
    let producer = producer(&log);
    assert_eq!(producer.publish(document(2, 0)).await, Ok(acknowledged(2, 2, true)));
    assert_eq!(producer.publish(document(1, 1)).await, taken(1, 1));
    assert_eq!(entries(&log).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_repeat_that_stands_in_binary_mode_is_the_same_event() {
    let log = FaultyLog::good();
    let json: serde_json::Value = serde_json::from_slice(&document(1, 0).encode()).expect("JSON");
    let attributes = ["specversion", "id", "source", "type"].map(|name| {
        let value = json[name].as_str().expect("a text").to_owned();
        (format!("ce-{name}"), value)
    });
    let bytes = json["data"].to_string().into();
    log.inner.append(chronicle::Draft { headers: attributes.to_vec(), bytes, ..draft(1, 0) }).await.expect("stored");
    let producer = producer(&log);
    assert_eq!(producer.publish(document(1, 0)).await, Ok(acknowledged(1, 1, true)));
    assert_eq!(producer.publish(document(1, 1)).await, taken(1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_the_directory_knows_is_not_sent() {
    let log = FaultyLog::good();
    producer(&log).publish(document(1, 0)).await.expect("published");
    let producer = Producer::new(log.clone(), Arc::new(Index::of(&log).await), Timestamp::now);
    assert_eq!(producer.publish(document(1, 0)).await, Ok(acknowledged(1, 1, true)));
    assert_eq!(producer.publish(document(1, 1)).await, taken(1, 1));
    let together = producer.publish_together(vec![document(1, 0)], Some(Position::START)).await;
    assert_eq!(together, Ok(vec![acknowledged(1, 1, true)]));
    assert_eq!(log.calls(), [1], "only by the first producer");
}

#[tokio::test(start_paused = true)]
async fn an_event_that_may_not_be_written_does_not_spoil_the_others() {
    let log = FaultyLog::good();
    log.forbid("chronicle.event.apec.-.admission");
    let producer = producer(&log);
    let numbers = 1..=100_u64;
    let answers = join_all(numbers.clone().map(|n| {
        let mut json: serde_json::Value = serde_json::from_slice(&document(n, 0).encode()).expect("JSON");
        if n == 38 || n == 90 {
            json["data"]["organisation"] = "apec".into();
        }
        producer.publish(support::decoded(&json))
    }))
    .await;
    for (n, answer) in numbers.zip(answers) {
        match answer {
            Err(PublishError::NotPermitted(_)) => assert!(n == 38 || n == 90, "{n}"),
            answer => assert_eq!(answer.map(|answer| answer.id), Ok(id(n))),
        }
    }
    let stored: Vec<String> =
        entries(&log).await.iter().filter_map(|e| e.header("Nats-Msg-Id").map(str::to_owned)).collect();
    let expected: Vec<String> = (1..=100).filter(|n| *n != 38 && *n != 90).map(|n| id(n).to_string()).collect();
    assert_eq!(stored, expected, "in the order of their coming");
}

#[tokio::test(start_paused = true)]
async fn a_full_log_says_so_to_everyone_and_is_not_asked_again() {
    let log = FaultyLog::new([Fault::Full], []);
    let producer = producer(&log);
    let answers = join_all((1..=5).map(|n| producer.publish(document(n, 0)))).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(PublishError::Full(_)))), "{answers:?}");
    assert_eq!(log.calls(), [5]);
}

#[tokio::test(start_paused = true)]
async fn a_document_that_grows_too_large_is_refused_alone() {
    let log = FaultyLog::good();
    let producer = producer(&log);
    let mut json: serde_json::Value = serde_json::from_slice(&document(2, 0).encode()).expect("JSON");
    json["data"]["note"] = "".into();
    let room = summit::MAX_DOCUMENT_BYTES - json.to_string().len();
    json["data"]["note"] = "x".repeat(room).into();
    let answers =
        join_all([document(1, 0), support::decoded(&json), document(3, 0)].map(|d| producer.publish(d))).await;
    assert_eq!(answers[0], Ok(acknowledged(1, 1, false)));
    assert!(matches!(answers[1], Err(PublishError::TooLarge { .. })), "{:?}", answers[1]);
    assert_eq!(answers[2], Ok(acknowledged(3, 2, false)));
}

#[tokio::test(start_paused = true)]
async fn many_are_answered_in_order_and_read_only_as_they_can_be_taken() {
    let log = FaultyLog::closed();
    let producer = producer(&log);
    let taken = AtomicUsize::new(0);
    let documents = stream::iter(1..=10_000).map(|n| {
        taken.fetch_add(1, Ordering::Relaxed);
        document(n, 0)
    });
    let mut answers = Box::pin(producer.publish_many(documents));
    let nothing = tokio::time::timeout(std::time::Duration::from_secs(5), answers.next()).await;
    assert!(nothing.is_err(), "{nothing:?}");
    let waiting = taken.load(Ordering::Relaxed);
    assert!((1000..=3 * MAX_BATCH).contains(&waiting), "{waiting} were read before one could be stored");

    log.open();
    let answers: Vec<_> = answers.collect().await;
    for (n, answer) in (1..).zip(&answers) {
        assert_eq!(*answer, Ok(acknowledged(n, n, false)));
    }
    assert_eq!(answers.len(), 10_000);
    assert!(log.calls().len() <= 20, "{:?}", log.calls());
}

#[tokio::test(start_paused = true)]
async fn who_hands_in_and_goes_is_not_forgotten() {
    let log = FaultyLog::closed();
    let producer = producer(&log);
    for n in 1..=5 {
        let gone = tokio::time::timeout(std::time::Duration::from_millis(1), producer.publish(document(n, 0))).await;
        assert!(gone.is_err());
    }
    let waits = tokio::spawn({
        let producer = producer.clone();
        async move { producer.publish(document(6, 0)).await }
    });
    tokio::task::yield_now().await;
    drop(producer);
    log.open();
    assert_eq!(waits.await.expect("no panic"), Ok(acknowledged(6, 6, false)));
    assert_eq!(entries(&log).await.len(), 6);
}

#[tokio::test(start_paused = true)]
async fn an_outage_ends_in_an_unknown_outcome_and_the_same_event_may_follow() {
    let log = FaultyLog::new([Fault::AnswerLost], [ReadFault::None].into_iter().chain([ReadFault::BreaksOff(0); 100]));
    let first = producer(&log);
    let answer = first.publish(document(1, 0)).await;
    assert!(matches!(answer, Err(PublishError::OutcomeUnknown(_))), "{answer:?}");
    let log = log.healed();
    assert_eq!(producer(&log).publish(document(1, 0)).await, Ok(acknowledged(1, 1, true)));
}

#[tokio::test(start_paused = true)]
async fn a_log_that_was_never_reached_has_stored_nothing() {
    let log = FaultyLog::new([], [ReadFault::Silence(0), ReadFault::BreaksOff(0)].into_iter().cycle().take(100));
    let answer = producer(&log).publish(document(1, 0)).await;
    assert!(matches!(answer, Err(PublishError::Unreachable(_))), "{answer:?}");
    assert!(log.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_found_and_a_lost_request_is_sent_again() {
    for fault in
        [Fault::AnswerLost, Fault::RequestLost, Fault::Silence, Fault::Late(10), Fault::Late(70), Fault::Late(20_000)]
    {
        let log = FaultyLog::new([fault], []);
        let producer = producer(&log);
        let answers = join_all((1..=10).map(|n| producer.publish(document(n, 0)))).await;
        let expected: Vec<_> = (1..=10).map(|n| Ok(acknowledged(n, n, false))).collect();
        assert_eq!(answers, expected, "{fault:?}: what turns up is ours, no duplicate");
        tokio::time::sleep(std::time::Duration::from_secs(30)).await;
        assert_eq!(entries(&log).await.len(), 10, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_an_unknown_outcome_is_no_certainty() {
    let log = FaultyLog::new([Fault::Late(60_000), Fault::Full], []);
    let answer = producer(&log).publish(document(1, 0)).await;
    assert!(matches!(answer, Err(PublishError::OutcomeUnknown(_))), "{answer:?}");
    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    assert_eq!(entries(&log).await.len(), 1, "it came after all");
}
