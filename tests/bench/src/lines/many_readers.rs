//! A stream that many read.

use std::time::Duration;

use jiff::Timestamp;
use producer::{NoDirectory, Producer};
use tests::http::ask;

use super::Size;
use crate::events::admission;
use crate::listener::Listeners;
use crate::measure::{Goal, Measured, Run, alternately};
use crate::service::Service;
use crate::store::Store;

/// How long between two events: a hundred a second.
const PAUSE: Duration = Duration::from_millis(10);
/// How many seconds of them a run has.
const SECONDS: u64 = 5;
/// How many a run has that only shows that it runs.
const FEW: u64 = 30;

/// A service that folds what is published and tells everybody: beside plain axum, which writes what it has to each.
pub(crate) fn many_readers(size: Size) -> Vec<Measured> {
    let store = Store::empty();
    let count = if size.rounds > 1 { SECONDS * 1000 / u64::try_from(PAUSE.as_millis()).expect("short") } else { FEW };
    let producer = store.runtime.block_on(async { Producer::new(store.log.clone(), NoDirectory, Timestamp::now) });
    let ours = Service::chronicle(&store.server.url());
    let heard = store.runtime.block_on(Listeners::open(ours.address, "/v1/changes", size.readers));
    let mut numbers = 0_u64..;
    let mut publish = |count| {
        store.runtime.block_on(async {
            let mut ticks = tokio::time::interval(PAUSE);
            for number in numbers.by_ref().take(usize::try_from(count).expect("fits")) {
                ticks.tick().await;
                producer.publish(admission(number)).await.expect("acknowledged");
            }
            heard.told(count).await
        })
    };
    // How long a frame is, is to be known before: the other's are as long.
    let bytes = publish(FEW) / (FEW * size.readers);
    let alone = Service::axum_alone();
    let others = store.runtime.block_on(Listeners::open(alone.address, "/frames", size.readers));
    let theirs = || {
        Run::of_service(alone.process(), None, || {
            ask(alone.address, &format!("/tell/{count}/{bytes}/{}", PAUSE.as_micros()));
            store.runtime.block_on(others.told(count));
            count * size.readers
        })
    };
    let ours = || {
        Run::of_service(ours.process(), Some(store.process()), || {
            publish(count);
            count * size.readers
        })
    };
    let runs = alternately(size.rounds, theirs, ours);
    let what = format!("frames to {} readers, {} events a second", size.readers, 1000 / PAUSE.as_millis());
    let measured = Measured::by_core(&what, "a write for each", &runs).reaching(Goal::RatioAtLeast(0.9));
    vec![measured, Measured::by_second(&what, "a write for each", &runs)]
}
