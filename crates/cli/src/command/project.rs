//! `chronicle project`: one of many workers who keep the published views current together.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chronicle::{Checkpoint, Chronicle, ReadError, Scope, ViewError, ViewStore};
use chronicle_nats::{NatsChronicle, NatsViews};
use clap::Args;
use futures::FutureExt;
use futures::stream::{self, BoxStream, StreamExt};
use jiff::Timestamp;
use projector::published::{self, MAX_WORKER_BYTES, POINTER_VIEW, Partitions, PublishViewsError, Worker};
use projector::{Live, TakenIn};
use serde_json::json;
use uuid::Uuid;

use super::serve::{told_to_end, watched_over};
use crate::ask::Shell;
use crate::connect::Connection;
use crate::crew::Crew;
use crate::error::Failure;
use crate::kept::Kept;
use crate::manager::Manager;
use crate::output::Output;
use crate::publishing::{RETRY_PAUSE, may_pass};

/// How many entries are taken in before what they changed is published, at most.
const TAKEN_AT_ONCE: usize = 1000;
/// The pause before what was refused is looked at anew: by then workers know of each other, as a rule.
const REFUSED_PAUSE: Duration = Duration::from_millis(250);
/// How much of a worker's name is drawn by lot, in hexadecimal digits: two who are named alike are still two.
const LOT_DIGITS: usize = 8;

/// Keep the published views current together with others of its kind, until ctrl-c
///
/// Any number of workers share the partitions of the views, and find out by themselves who does what: one that comes takes
/// over some, one that ends or dies is replaced within seconds. Where `chronicle serve` kept the views so far, it goes on
/// serving, and leaves them to the workers; `chronicle rebuild --partitions` changes how they are parted.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle project --nats nats://127.0.0.1:4222
  chronicle project --name rack-2 --partitions 16")]
pub(crate) struct Project {
    /// In how many partitions the views are kept, where workers do not keep them yet
    #[arg(long, value_name = "COUNT", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    partitions: u16,
    /// What it is called in the list of workers, the bucket chronicle-workers; its number is added
    #[arg(long, value_name = "NAME", default_value = "worker", value_parser = name)]
    name: String,
}

/// A name that is a key.
fn name(text: &str) -> Result<String, String> {
    let most = MAX_WORKER_BYTES - LOT_DIGITS - 1;
    let letters = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if letters && (1..=most).contains(&text.len()) {
        return Ok(text.to_owned());
    }
    Err(format!("a name of letters, digits, - and _, at most {most} of them"))
}

impl Project {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let connection = shell.connect().await?;
        let mut whole = watched_over(&connection, shell.output());
        let told = told_to_end();
        let begun = tokio::select! {
            begun = begin(&connection, shell) => begun,
            damaged = &mut whole => Err(damaged),
        };
        let (mut live, mut kept) = begun.inspect_err(|failure| connection.note(failure))?;
        let into = Partitions::new(self.partitions).expect("the arguments were checked");
        let drawn = Uuid::now_v7().simple().to_string();
        let me = format!("{}-{}", self.name, &drawn[drawn.len() - LOT_DIGITS..]);
        let mut crew = Crew::join(me, connection.log.workers());
        let index = Arc::clone(live.index());
        let (log, mut connection) = (connection.log.clone(), connection);
        let manager = Manager::ready(&index);
        let over = tokio::select! {
            biased;
            over = work(&log, &mut live, &mut kept, &mut crew, into, shell.output()) => over,
            damaged = whole => Err(damaged),
            halted = index.until_halted() => Err(Failure::Halted(halted)),
            () = told => Ok(()),
            lost = connection.lost() => Err(lost),
        };
        drop(manager);
        crew.leave().await;
        over.inspect_err(|failure| connection.note(failure))
    }
}

/// Catches up, from the newest snapshot on. The archive is kept by who serves.
async fn begin(connection: &Connection, shell: &Shell) -> Result<(Live, Kept), Failure> {
    let (output, snapshots) = (shell.output(), connection.snapshots(&shell.global));
    let live = Live::resume(&connection.log, &snapshots, None, Timestamp::now, |aside| output.note(aside));
    let mut live = live.await?;
    live.catch_up().await?;
    let kept = Kept::snapshots_alone(connection, snapshots, live.index(), output);
    Ok((live, kept))
}

/// Where checkpoints are, of the first view or the second.
type Checkpoints = BoxStream<'static, (usize, Result<(Scope, Checkpoint), ViewError>)>;

/// Follows the log and publishes, for ever.
async fn work(
    log: &NatsChronicle,
    live: &mut Live,
    kept: &mut Kept,
    crew: &mut Crew,
    into: Partitions,
    output: Output,
) -> Result<(), Failure> {
    let (views, index) = (log.views(), Arc::clone(live.index()));
    let mut pointed = views.watch(POINTER_VIEW);
    let (mut worker, mut checkpoints) = take_up(log, live, into).await?;
    let mut share = BTreeSet::new();
    kept.snapshot();
    output.remark(format_args!("working on version {} of the views; ctrl-c ends it", worker.version()));
    loop {
        let now = crew.share(worker.partitions());
        if now != share {
            worker.assign(&now);
            share = now;
            output.remark(format_args!("working at {} of {}", list(&share), worker.partitions().count()));
        }
        let pause = match worker.publish(index.as_ref()).await {
            Ok(published) if published.refused == 0 => None,
            Ok(_) => {
                output.remark("refused: another worker came before; looking at it anew");
                Some(REFUSED_PAUSE)
            }
            Err(error) if may_pass(&error) => Some(RETRY_PAUSE),
            // The bucket is another one now.
            Err(PublishViewsError::NotInPartitions(_)) => {
                (worker, checkpoints) = take_up(log, live, into).await?;
                share.clear();
                Some(RETRY_PAUSE)
            }
            Err(error) => return Err(error.into()),
        };
        crew.say(&json!({
            "version": worker.version(), "partitions": &share, "position": worker.position(), "refused": pause.is_some(),
        }));
        tokio::select! {
            taken = live.take_in(TAKEN_AT_ONCE) => {
                let TakenIn { behind, to, day } = taken?;
                worker.note(index.as_ref(), behind, to);
                if let Some(day) = day {
                    worker.note_day(day);
                }
                kept.snapshot();
            }
            () = crew.changed() => {}
            Some(heard) = checkpoints.next() => {
                let mut heard = Some(heard);
                while let Some((view, Ok((scope, checkpoint)))) = heard {
                    worker.hear(view, scope, checkpoint);
                    heard = checkpoints.next().now_or_never().flatten();
                }
            }
            Some(_) = pointed.next() => {
                let version = worker.version();
                if !published::pointer(&views).await.is_ok_and(|it| it.is_some_and(|it| it.current == version)) {
                    (worker, checkpoints) = take_up(log, live, into).await?;
                    share.clear();
                    if worker.version() != version {
                        output.note(format_args!("version {} of the views counts now", worker.version()));
                    }
                }
            }
            () = tokio::time::sleep(pause.unwrap_or(Duration::MAX)), if pause.is_some() => {}
        }
    }
}

/// Takes up the version that counts, once the store can be reached.
async fn take_up(
    log: &NatsChronicle,
    live: &Live,
    into: Partitions,
) -> Result<(Worker<NatsViews>, Checkpoints), Failure> {
    let views = log.views();
    loop {
        match Worker::begin(views.clone(), live.index().as_ref(), live.today(), into).await {
            Err(error) if may_pass(&error) => {}
            begun => {
                let worker = begun?;
                match log.tail().await {
                    Ok(tail) if worker.furthest() <= tail => {
                        let [one, other] = worker.views().map(|view| views.watch_checkpoints(view));
                        let both = stream::select(one.map(|heard| (0, heard)), other.map(|heard| (1, heard)));
                        return Ok((worker, both.boxed()));
                    }
                    // What is published was once read from this log.
                    Ok(tail) => return Err(ReadError::Gap { expected: worker.furthest(), found: tail }.into()),
                    Err(ReadError::Unreachable(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        tokio::time::sleep(RETRY_PAUSE).await;
    }
}

/// Partitions, for people.
fn list(share: &BTreeSet<u16>) -> String {
    let numbers = share.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
    match share.len() {
        0 => "no partition".to_owned(),
        1 => format!("partition {numbers}"),
        _ => format!("partitions {numbers}"),
    }
}
