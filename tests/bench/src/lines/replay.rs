//! Reading the log from its beginning.

use async_nats::jetstream::consumer::push::OrderedConfig;
use async_nats::jetstream::{self, consumer::DeliverPolicy};
use chronicle::Chronicle;
use chronicle_nats::STREAM;
use futures::{StreamExt, TryStreamExt};
use summit::Position;
use wire::Document;

use super::Size;
use crate::measure::{Goal, Measured, Run};
use crate::plain::Plain;
use crate::store::Store;

/// To a handler, as decoded events: beside the plain client's ordered reader, and the limit.
pub(crate) fn replay(size: Size) -> Vec<Measured> {
    let store = Store::with(size.events);
    let (client, context) = store.runtime.block_on(async {
        let client = async_nats::connect(store.server.url()).await.expect("a connection");
        (client.clone(), jetstream::new(client))
    });
    let theirs = || Run::of(store.process(), || store.runtime.block_on(ordered(&client, &context, size.events)));
    let ours = || Run::of(store.process(), || store.runtime.block_on(decoded(&store, size.events)));
    let what = "events to a handler, decoded";
    let beside_plain = Measured::rates(what, "the plain client, not decoding", size.rounds, theirs, ours);
    let mut plain = Plain::connect(&store.server.url());
    let limit = || {
        Run::of(store.process(), || {
            plain.read(size.events);
            size.events
        })
    };
    let entries = || Run::of(store.process(), || store.runtime.block_on(read(&store, size.events)));
    let beside_limit = Measured::rates("entries, not decoded", "a raw socket", size.rounds, limit, entries);
    vec![beside_plain.reaching(Goal::RatioAtLeast(0.8)), beside_limit]
}

/// The plain client, as its documentation has it.
async fn ordered(client: &async_nats::Client, context: &jetstream::Context, count: u64) -> u64 {
    let stream = context.get_stream(STREAM).await.expect("the stream is there");
    let config = OrderedConfig {
        deliver_subject: client.new_inbox(),
        deliver_policy: DeliverPolicy::All,
        ..OrderedConfig::default()
    };
    let consumer = stream.create_consumer(config).await.expect("a consumer");
    let mut messages = consumer.messages().await.expect("messages");
    let mut read = 0;
    while read < count {
        messages.next().await.expect("another").expect("a message");
        read += 1;
    }
    read
}

async fn decoded(store: &Store, count: u64) -> u64 {
    let mut entries = store.log.read(Position::START);
    let mut read = 0;
    while let Some(entry) = entries.try_next().await.expect("it can be read") {
        let (event, _) = Document::read_event(&entry.headers, &entry.bytes).expect("a good document");
        std::hint::black_box(event);
        read += 1;
    }
    assert_eq!(read, count, "everything is read");
    read
}

async fn read(store: &Store, count: u64) -> u64 {
    let mut entries = store.log.read(Position::START);
    let mut read = 0;
    while let Some(entry) = entries.try_next().await.expect("it can be read") {
        std::hint::black_box(&entry.bytes);
        read += 1;
    }
    assert_eq!(read, count, "everything is read");
    read
}
