//! `chronicle serve`: the long-lived projector, which keeps the published views current.

use std::sync::Arc;
use std::time::Duration;

use chronicle::{ApplyError, Chronicle, ReadError, ViewError, ViewStore};
use chronicle_nats::NatsViews;
use clap::Args;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use gateway::{Feed, Service};
use jiff::Timestamp;
use projector::published::{self, POINTER_VIEW, PublishViewsError, Publisher};
use projector::{Changes, Live};

use crate::ask::Shell;
use crate::connect::Connection;
use crate::error::Failure;
use crate::http::Http;
use crate::kept::Kept;
use crate::output::Output;
use crate::stale;
use crate::whole::watch_over;

/// The pause before the views are taken up again, when their store could not be reached.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// How many positions and days are published as one move, at most.
const PUBLISHED_AT_ONCE: usize = 256;

/// Keep the published views current until ctrl-c: buckets that any NATS client can watch
///
/// It begins from the newest snapshot, reads the whole log once beside that, archives every entry, keeps snapshots for
/// questions, and ends where the log is damaged. The views
/// are membership-N (keys such as sco.BLR) and attendance-N (sco-plus-astana-2024.IND); the key "views" of the
/// bucket "chronicle" names the N that counts. Any number of them may run at once.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle serve --data /var/lib/chronicle
  chronicle serve --listen 0.0.0.0:8443 --tls-cert cert.pem --tls-key key.pem --reading public")]
pub(crate) struct Serve {
    #[command(flatten)]
    http: Http,
}

impl Serve {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let door = self.http.door(shell)?;
        let mut connection = shell.connect().await?;
        // Before anything else: whatever is wrong with the log is to be known soon.
        let mut whole = watched_over(&connection, shell.output());
        let begun = tokio::select! {
            begun = begin(&connection, shell) => begun,
            damaged = &mut whole => Err(damaged),
        };
        let (mut live, mut kept) = begun.inspect_err(|failure| connection.note(failure))?;
        let (log, index) = (connection.log.clone(), Arc::clone(live.index()));
        let service = Service::new(log.clone(), Arc::clone(&index), Timestamp::now);
        let snapshots = Arc::clone(kept.snapshots());
        service.metrics().snapshots(move || snapshots.newest_at());
        // Heard from before anybody is told that it serves.
        let told = told_to_end();
        let (end, ended) = tokio::sync::oneshot::channel();
        let http =
            door.map(|door| door.open(&service, shell, async { ended.await.unwrap_or_default() })).transpose()?;
        let over = tokio::select! {
            biased;
            over = follow(&log, &mut live, &mut kept, service.feed(), shell) => over,
            damaged = whole => Err(damaged),
            // It was found to be damaged beside all this.
            halted = index.until_halted() => Err(Failure::Halted(halted)),
            () = told => Ok(()),
            lost = connection.lost() => Err(lost),
        };
        let over = over.inspect_err(|failure| connection.note(failure));
        // From here on nothing is kept current: whoever still asks the index is told why.
        if let Some(halted) = over.as_ref().err().and_then(stale::halted) {
            index.halt(halted);
            if http.is_some() {
                shell.output().note(format_args!(
                    "questions are still answered, marked stale: {}; ctrl-c ends it",
                    over.as_ref().err().map(ToString::to_string).unwrap_or_default()
                ));
                told_to_end().await;
            }
        }
        // Whoever asks is answered to the end; whoever listens comes back.
        service.feed().end();
        let _ = end.send(());
        if let Some(Ok(Err(error))) = futures::future::OptionFuture::from(http).await {
            shell.output().note(format_args!("HTTP was not ended in order: {error}"));
        }
        kept.flush();
        over
    }
}

/// What ends where the log is found to be damaged, as long as it is held.
fn watched_over(connection: &Connection, output: Output) -> BoxFuture<'static, Failure> {
    let watching = tokio::spawn(watch_over(connection.log.clone(), connection.anchors.clone(), output));
    watching.map(|ended| ended.expect("it is not cancelled, and does not panic")).boxed()
}

/// Catches up, from the newest snapshot on, and brings the archive up to the tail.
async fn begin(connection: &Connection, shell: &Shell) -> Result<(Live, Kept), Failure> {
    let (output, snapshots) = (shell.output(), connection.snapshots(&shell.global));
    let live = Live::resume(&connection.log, &snapshots, None, Timestamp::now, |aside| output.note(aside));
    let mut live = live.await?;
    let from = live.index().tail();
    live.catch_up().await?;
    tracing::info!("read a snapshot up to position {from}, and the log from there to {}", live.index().tail());
    let kept = Kept::begin(connection, snapshots, live.index(), output).await?;
    Ok((live, kept))
}

/// Publishes and archives what comes, for ever, and tells it.
async fn follow(
    log: &chronicle_nats::NatsChronicle,
    live: &mut Live,
    kept: &mut Kept,
    feed: &Feed,
    shell: &Shell,
) -> Result<(), Failure> {
    let views = log.views();
    let mut publisher = take_up(&views, live, log).await?;
    let position = publisher.position();
    let mut version = publisher.version();
    shell
        .output()
        .remark(format_args!("serving version {version} of the views, at position {position}; ctrl-c ends it"));
    let mut pointed = views.watch(POINTER_VIEW);
    kept.snapshot();
    loop {
        tokio::select! {
            update = live.next() => {
                let mut updates = vec![update?];
                // What is there already goes out with it: who is behind catches up.
                while updates.len() < PUBLISHED_AT_ONCE && let Some(update) = live.next().now_or_never() {
                    updates.push(update?);
                }
                updates.iter().filter_map(|update| update.entry.as_ref()).for_each(|entry| kept.entry(entry));
                let changes: Vec<Changes> = updates.iter().map(|update| update.changes.clone()).collect();
                for update in &updates {
                    feed.tell(update);
                }
                publish(&mut publisher, &changes, &views, live, log).await?;
                kept.snapshot();
            }
            () = kept.is_due() => kept.flush(),
            // Another version may count now. What counts already comes first.
            Some(_) = pointed.next() => {
                if published::pointer(&views).await.is_ok_and(|it| it.is_some_and(|it| it.current == version)) {
                    continue;
                }
                publisher = take_up(&views, live, log).await?;
                if std::mem::replace(&mut version, publisher.version()) != version {
                    shell.output().note(format_args!("version {version} of the views counts now"));
                }
            }
        }
    }
}

async fn publish(
    publisher: &mut Publisher<NatsViews>,
    changes: &[Changes],
    views: &NatsViews,
    live: &Live,
    log: &chronicle_nats::NatsChronicle,
) -> Result<(), Failure> {
    match publisher.publish_all(live.index().as_ref(), changes).await {
        Err(error) if may_pass(&error) => *publisher = take_up(views, live, log).await?,
        done => done?,
    }
    Ok(())
}

/// Takes up the version that counts, once the store can be reached.
async fn take_up(
    views: &NatsViews,
    live: &Live,
    log: &chronicle_nats::NatsChronicle,
) -> Result<Publisher<NatsViews>, Failure> {
    loop {
        match Publisher::begin(views.clone(), live.index().as_ref(), live.today()).await {
            Err(error) if may_pass(&error) => {}
            begun => {
                let publisher = begun?;
                match log.tail().await {
                    Ok(tail) if publisher.position() <= tail => return Ok(publisher),
                    // What is published was once read from this log.
                    Ok(tail) => return Err(ReadError::Gap { expected: publisher.position(), found: tail }.into()),
                    Err(ReadError::Unreachable(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        tokio::time::sleep(RETRY_PAUSE).await;
    }
}

/// Whether the same may succeed in a moment.
const fn may_pass(error: &PublishViewsError) -> bool {
    match error {
        PublishViewsError::View(ViewError::Unreachable(_))
        | PublishViewsError::Apply(ApplyError::OutcomeUnknown(_) | ApplyError::Stale { .. })
        | PublishViewsError::Contended(_)
        | PublishViewsError::Switched => true,
        PublishViewsError::View(ViewError::Damaged(_))
        | PublishViewsError::Apply(ApplyError::Refused(_))
        | PublishViewsError::Pointer(_)
        | PublishViewsError::NoPrevious => false,
    }
}

/// Ctrl-C, or being told to end by whoever runs services: from when this is called on, not only while it is awaited.
fn told_to_end() -> impl Future<Output = ()> {
    let heard = |kind| tokio::signal::unix::signal(kind);
    let interrupted = heard(tokio::signal::unix::SignalKind::interrupt());
    let terminated = heard(tokio::signal::unix::SignalKind::terminate());
    let told = async |signal: std::io::Result<tokio::signal::unix::Signal>| match signal {
        Ok(mut signal) => signal.recv().await,
        Err(_) => std::future::pending().await,
    };
    async move {
        tokio::select! {
            _ = told(interrupted) => {}
            _ = told(terminated) => {}
        }
    }
}
