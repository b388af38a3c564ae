//! From stored to seen: by who watches the published views, and by who reads the stream of changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::push::{Ordered, OrderedConfig};
use async_nats::jetstream::{self, Context};
use chronicle_nats::STREAM;
use futures::StreamExt;
use jiff::Timestamp;
use producer::{NoDirectory, Producer};
use serde_json::Value;
use tests::sse::Listener;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::Size;
use crate::events::{admission, admitted};
use crate::measure::{Goal, Measured, Run, alternately};
use crate::service::Service;
use crate::store::Store;

/// How many events a second, and whether the server writes each through before it acknowledges.
const RATES: [(u64, bool); 3] = [(1_000, false), (5_000, false), (1_000, true)];
/// How many seconds of them a run has.
const SECONDS: u64 = 3;
/// How many events a run has that only shows that it runs.
const FEW: u64 = 300;
/// How many events are there before: what is to be watched is there then.
const BEFORE: u64 = 400;
/// Events are handed in by so much time.
const TICK: Duration = Duration::from_millis(1);
/// How long it may take until all are seen.
const PATIENCE: Duration = Duration::from_secs(60);
/// The bucket of the projector that we are measured against.
const TRIVIAL: &str = "trivial";
/// The bucket of ours.
const OURS: &str = "membership-1";

pub(crate) fn seen(size: Size) -> Vec<Measured> {
    RATES.into_iter().flat_map(|(rate, through)| at(rate, through, size)).collect()
}

/// At a rate: ours with all that it does beside, against a projector in one process that decodes to a map and puts.
fn at(rate: u64, through: bool, size: Size) -> Vec<Measured> {
    let count = if size.rounds > 1 { rate * SECONDS } else { FEW };
    let (mut of_theirs, mut of_ours) = (Vec::new(), Vec::new());
    let theirs = || run(through, rate, count, false, &mut of_theirs);
    let ours = || run(through, rate, count, true, &mut of_ours);
    let runs = alternately(size.rounds, theirs, ours);
    // What only warmed up is none of it.
    let warm = of_ours.len() - runs.len();
    let pairs: Vec<(Waits, Waits)> = of_ours.into_iter().zip(of_theirs).skip(warm).collect();
    let how = format!("{rate} a second{}", if through { ", written through" } else { "" });
    let mut measured = Vec::new();
    for (name, share, goal) in [("p50", 50, 1.2), ("p99", 99, 1.5)] {
        for (whose, of) in
            [("a watcher of views", Waits::watched as fn(&Waits) -> &[f64]), ("a reader of changes", Waits::read)]
        {
            let pairs: Vec<_> = pairs
                .iter()
                .map(|(ours, theirs)| (at_share(of(ours), share), at_share(theirs.watched(), share)))
                .collect();
            let what = format!("from stored to seen by {whose}, {name}, {how}");
            let told = Measured::amounts(&what, "decode to a map, put, watch", "ms", &pairs).using(&runs);
            measured.push(told.reaching(Goal::RatioAtMost(goal)));
        }
        let waits: Vec<f64> = pairs.iter().map(|(ours, _)| at_share(&ours.commit, share)).collect();
        measured.push(Measured::alone(&format!("from handed in to stored, {name}, {how}"), "ms", &waits));
    }
    measured
}

/// How long each event took, in milliseconds, in the order of their length.
struct Waits {
    /// From handed in to acknowledged.
    commit: Vec<f64>,
    /// From there to who watches views.
    watched: Vec<f64>,
    /// From there to who reads changes.
    read: Vec<f64>,
}

impl Waits {
    fn watched(&self) -> &[f64] {
        &self.watched
    }

    fn read(&self) -> &[f64] {
        &self.read
    }
}

fn at_share(waits: &[f64], percent: usize) -> f64 {
    waits[(waits.len() * percent / 100).min(waits.len() - 1)]
}

/// From each to each, in order.
fn between(from: &[Instant], to: &[Instant]) -> Vec<f64> {
    // What was seen before it was acknowledged was seen at once.
    let least = 1e-3;
    let each =
        from.iter().zip(to).map(|(from, to)| (to.saturating_duration_since(*from).as_secs_f64() * 1e3).max(least));
    let mut waits: Vec<f64> = each.collect();
    waits.sort_by(f64::total_cmp);
    waits
}

/// Publishes so many events at a rate, while they are watched.
fn run(through: bool, rate: u64, count: u64, with_ours: bool, waits: &mut Vec<Waits>) -> Run {
    let store = if through { Store::empty() } else { Store::lazy() };
    let prepared = store.runtime.block_on(async {
        let client = async_nats::connect(store.server.url()).await.expect("a connection");
        let producer = Producer::new(store.log.clone(), NoDirectory, Timestamp::now);
        let before = producer.publish_many(futures::stream::iter((0..BEFORE).map(admission)));
        assert_eq!(before.filter(|answer| std::future::ready(answer.is_ok())).count().await as u64, BEFORE);
        (client.clone(), jetstream::new(client), producer)
    });
    let service = with_ours.then(|| Service::chronicle(&store.server.url()));
    let work = || {
        store.runtime.block_on(async {
            let (client, context, producer) = prepared;
            let (watched, read) = (Times::of(count), Times::of(count));
            let mut tasks = JoinSet::new();
            if let Some(service) = &service {
                let mut listener = Listener::open(service.address, "/v1/changes", None).await.expect("a stream");
                let read = Arc::clone(&read);
                tasks.spawn(async move {
                    while let Ok(Some(told)) = listener.next().await {
                        read.note(told.data["event"]["data"]["party"].as_str().unwrap_or_default());
                    }
                });
            } else {
                create(&context, TRIVIAL).await;
                let messages = messages(&client, &context, STREAM, "chronicle.>").await;
                tasks.spawn(project(context.clone(), messages));
            }
            let bucket = if with_ours { OURS } else { TRIVIAL };
            let messages = messages(&client, &context, &format!("KV_{bucket}"), &format!("$KV.{bucket}.>")).await;
            tasks.spawn(watch(messages, Arc::clone(&watched)));
            let (handed_in, stored) = publish(&producer, rate, count).await;
            let (stored, watched) = (stored.all().await, watched.all().await);
            let read = if with_ours { between(&stored, &read.all().await) } else { Vec::new() };
            waits.push(Waits { commit: between(&handed_in, &stored), watched: between(&stored, &watched), read });
            count
        })
    };
    match &service {
        Some(service) => Run::with_service(service.process(), store.process(), work),
        None => Run::of(store.process(), work),
    }
}

/// Hands events in at a rate: when each was, and was acknowledged.
async fn publish(producer: &Producer, rate: u64, count: u64) -> (Vec<Instant>, Arc<Times>) {
    let documents: Vec<_> = (BEFORE..BEFORE + count).map(|number| (admission(number), number)).collect();
    let mut documents = documents.into_iter();
    let (mut handed_in, stored) = (Vec::new(), Times::of(count));
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let each = rate * u64::try_from(TICK.as_millis()).expect("short") / 1000;
    while documents.len() > 0 {
        ticks.tick().await;
        for (document, number) in documents.by_ref().take(usize::try_from(each).expect("fits")) {
            handed_in.push(Instant::now());
            let (producer, stored) = (producer.clone(), Arc::clone(&stored));
            tokio::spawn(async move {
                producer.publish(document).await.expect("acknowledged");
                stored.note_number(number);
            });
        }
    }
    (handed_in, stored)
}

/// When each event was seen, or stored.
struct Times {
    at: Mutex<Vec<Option<Instant>>>,
    more: Notify,
}

impl Times {
    fn of(count: u64) -> Arc<Self> {
        let at = Mutex::new(vec![None; usize::try_from(count).expect("fits")]);
        Arc::new(Self { at, more: Notify::new() })
    }

    /// The event of a party, where it is one of these.
    fn note(&self, party: &str) {
        if let Some(number) = admitted(party) {
            self.note_number(number);
        }
    }

    fn note_number(&self, number: u64) {
        let Some(place) = number.checked_sub(BEFORE).and_then(|place| usize::try_from(place).ok()) else { return };
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = at.get_mut(place) {
            at.get_or_insert_with(Instant::now);
        }
        if place + 1 == at.len() || at.last().is_some_and(Option::is_some) {
            self.more.notify_one();
        }
    }

    /// All of them, once each was.
    async fn all(&self) -> Vec<Instant> {
        let seen = || {
            let at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
            at.iter().copied().collect::<Option<Vec<Instant>>>()
        };
        let all = async {
            loop {
                match seen() {
                    Some(all) => return all,
                    None => self.more.notified().await,
                }
            }
        };
        timeout(PATIENCE, all).await.unwrap_or_else(|_| panic!("not all were seen within {PATIENCE:?}"))
    }
}

/// A bucket, as the plain client makes it.
async fn create(context: &Context, bucket: &str) {
    let config = jetstream::stream::Config {
        name: format!("KV_{bucket}"),
        subjects: vec![format!("$KV.{bucket}.>")],
        max_messages_per_subject: 1,
        allow_direct: true,
        allow_rollup: true,
        deny_delete: true,
        ..Default::default()
    };
    context.create_stream(config).await.expect("a bucket");
}

/// What comes from now on, once there is where it comes from.
async fn messages(client: &async_nats::Client, context: &Context, stream: &str, filter: &str) -> Ordered {
    let found = async {
        let mut again = interval(Duration::from_millis(10));
        loop {
            again.tick().await;
            if let Ok(stream) = context.get_stream(stream).await {
                return stream;
            }
        }
    };
    let stream = timeout(PATIENCE, found).await.expect("the stream comes to be");
    let config = OrderedConfig {
        deliver_subject: client.new_inbox(),
        deliver_policy: DeliverPolicy::New,
        filter_subject: filter.to_owned(),
        ..OrderedConfig::default()
    };
    stream.create_consumer(config).await.expect("a consumer").messages().await.expect("messages")
}

/// The trivial projector.
async fn project(context: Context, mut messages: Ordered) {
    let mut map: HashMap<String, Value> = HashMap::new();
    while let Some(message) = messages.next().await {
        let message = message.expect("a message");
        let event: Value = serde_json::from_slice(&message.payload).expect("JSON");
        let data = &event["data"];
        let text = |name: &str| data[name].as_str().unwrap_or_default();
        let key = format!("{}.{}", text("organisation"), text("party"));
        let value = serde_json::to_vec(data).expect("JSON");
        map.insert(key.clone(), data.clone());
        let acknowledged = context.publish(format!("$KV.{TRIVIAL}.{key}"), value.into()).await.expect("sent");
        tokio::spawn(acknowledged.into_future());
    }
}

async fn watch(mut messages: Ordered, times: Arc<Times>) {
    while let Some(message) = messages.next().await {
        let message = message.expect("a message");
        times.note(message.subject.rsplit('.').next().unwrap_or_default());
    }
}
