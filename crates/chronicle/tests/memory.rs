//! The log in memory keeps every rule of the contract, and its own promises about clock and headers.

use bytes::Bytes;
use chronicle::{Chronicle, Draft, MemoryChronicle, contract};
use futures::TryStreamExt;
use jiff::Timestamp;
use summit::Position;

#[tokio::test]
async fn positions_have_no_gap() {
    contract::positions_have_no_gap(&MemoryChronicle::new()).await;
}

#[tokio::test]
async fn what_is_acknowledged_is_read_back_byte_for_byte() {
    contract::what_is_acknowledged_is_read_back_byte_for_byte(&MemoryChronicle::new()).await;
}

#[tokio::test]
async fn a_repeated_id_is_answered_with_its_first_position() {
    contract::a_repeated_id_is_answered_with_its_first_position(&MemoryChronicle::new()).await;
}

#[tokio::test]
async fn a_batch_stands_together_or_not_at_all() {
    contract::a_batch_stands_together_or_not_at_all(&MemoryChronicle::new()).await;
}

#[tokio::test]
async fn an_expected_tail_that_moved_refuses_the_batch() {
    contract::an_expected_tail_that_moved_refuses_the_batch(&MemoryChronicle::new()).await;
}

#[tokio::test]
async fn reading_ends_at_the_tail() {
    contract::reading_ends_at_the_tail(&MemoryChronicle::new()).await;
}

#[tokio::test]
async fn following_sees_what_comes_later() {
    contract::following_sees_what_comes_later(&MemoryChronicle::new()).await;
}

#[tokio::test]
async fn a_follower_ahead_of_the_log_is_told() {
    contract::a_follower_ahead_of_the_log_is_told(&MemoryChronicle::new()).await;
}

#[tokio::test]
async fn what_may_not_be_stored_is_refused() {
    contract::what_may_not_be_stored_is_refused(&MemoryChronicle::new()).await;
}

#[tokio::test]
async fn the_state_counts_every_entry() {
    contract::the_state_counts_every_entry(&MemoryChronicle::new(), &MemoryChronicle::new()).await;
}

#[tokio::test]
async fn what_is_restored_is_read_back_as_it_was() {
    contract::what_is_restored_is_read_back_as_it_was(&MemoryChronicle::new()).await;
}

#[tokio::test]
async fn finding_by_id() {
    contract::finding_by_id(&MemoryChronicle::new()).await;
}

#[tokio::test]
async fn an_entry_has_the_time_of_the_clock_and_its_headers_in_order() -> Result<(), Box<dyn std::error::Error>> {
    let log = MemoryChronicle::with_clock(|| Timestamp::UNIX_EPOCH);
    let id = "d0653777-6d69-536b-a4fd-52d10a1fb517";
    let headers = [("Z", "last"), ("A", "first")].map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let subject = "chronicle.event.sco.-.admission".to_owned();
    log.append(Draft { id: id.parse()?, subject, headers, bytes: Bytes::new() }).await?;

    let entries: Vec<_> = log.clone().read(Position::START).try_collect().await?;
    let headers: Vec<_> = entries[0].headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(headers, [("A", "first"), ("Nats-Msg-Id", id), ("Z", "last")]);
    assert_eq!(entries[0].stored_at, Timestamp::UNIX_EPOCH);
    Ok(())
}
