//! Publishing: acknowledged, and on disk.

use async_nats::header::{HeaderMap, NATS_MESSAGE_ID};
use async_nats::jetstream;
use futures::{StreamExt, stream};
use jiff::Timestamp;
use producer::{NoDirectory, Producer};
use wire::Document;

use super::Size;
use crate::events::{Told, events};
use crate::measure::{Goal, Measured, Run};
use crate::plain::Plain;
use crate::store::{BATCH, Store};

/// How many events one caller publishes, one after another: one costs a write through to the disk.
const ONE_BY_ONE: u64 = 3_000;
/// A tenth of the events, for each run: publishing is far slower than reading.
const SHARE: u64 = 10;

/// Events that no run before had.
struct Fresh<I>(I);

impl<I: Iterator<Item = Told>> Fresh<I> {
    fn take(&mut self, count: u64) -> Vec<Told> {
        self.0.by_ref().take(usize::try_from(count).expect("fits")).collect()
    }
}

fn documents(events: &[Told]) -> Vec<Document> {
    events.iter().map(|event| Document::decode(&event.bytes).expect("a good document")).collect()
}

/// Many callers at once: the group committer beside raw atomic batches of a thousand.
pub(crate) fn many(size: Size) -> Vec<Measured> {
    let store = Store::empty();
    let count = (size.events / SHARE).max(u64::try_from(BATCH).expect("fits"));
    let fresh = std::cell::RefCell::new(Fresh(events(u64::MAX / 2)));
    let mut plain = Plain::connect(&store.server.url());
    let _guard = store.runtime.enter();
    let producer = Producer::new(store.log.clone(), NoDirectory, Timestamp::now);
    let theirs = || {
        let events = fresh.borrow_mut().take(count);
        Run::of(store.process(), || {
            events.chunks(BATCH).for_each(|batch| plain.store(batch));
            count
        })
    };
    let ours = || {
        let documents = documents(&fresh.borrow_mut().take(count));
        Run::of(store.process(), || {
            let answers = producer.publish_many(stream::iter(documents));
            let stored = store.runtime.block_on(answers.filter(|answer| std::future::ready(answer.is_ok())).count());
            assert_eq!(stored as u64, count, "everything is acknowledged");
            count
        })
    };
    let what = "events of many callers, acknowledged and on disk";
    vec![Measured::rates(what, "raw batches of 1000", size.rounds, theirs, ours).reaching(Goal::RatioAtLeast(0.9))]
}

/// One caller who waits for each: beside a single publish of the plain client, as durable.
pub(crate) fn one(size: Size) -> Vec<Measured> {
    let store = Store::empty();
    let count = ONE_BY_ONE.min(size.events);
    let fresh = std::cell::RefCell::new(Fresh(events(u64::MAX / 2)));
    let producer = store.runtime.block_on(async { Producer::new(store.log.clone(), NoDirectory, Timestamp::now) });
    let plain = store
        .runtime
        .block_on(async { jetstream::new(async_nats::connect(store.server.url()).await.expect("a connection")) });
    let theirs = || {
        let events = fresh.borrow_mut().take(count);
        Run::of(store.process(), || {
            store.runtime.block_on(async {
                for event in events {
                    let mut headers = HeaderMap::new();
                    headers.insert(NATS_MESSAGE_ID, event.id.as_str());
                    let sent = plain.publish_with_headers(event.subject, headers, event.bytes.into()).await;
                    sent.expect("sent").await.expect("acknowledged");
                }
            });
            count
        })
    };
    let ours = || {
        let documents = documents(&fresh.borrow_mut().take(count));
        Run::of(store.process(), || {
            store.runtime.block_on(async {
                for document in documents {
                    producer.publish(document).await.expect("acknowledged");
                }
            });
            count
        })
    };
    let measured =
        Measured::rates("events of one caller who awaits each", "the plain client", size.rounds, theirs, ours);
    vec![measured.reaching(Goal::RatioAtLeast(0.9))]
}
