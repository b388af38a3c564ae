//! `chronicle serve`: the long-lived projector, which keeps the published views current.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use chronicle::{ApplyError, Chronicle, ReadError, ViewError, ViewStore};
use chronicle_nats::NatsViews;
use clap::Args;
use futures::{FutureExt, StreamExt};
use gateway::{Bound, Feed, Service};
use jiff::Timestamp;
use projector::published::{POINTER_VIEW, PublishViewsError, Publisher};
use projector::{Changes, Indexed, Live};
use tokio::task::JoinHandle;

use crate::anchors::Anchors;
use crate::ask::Shell;
use crate::error::Failure;
use crate::kept::Kept;

/// The pause before the views are taken up again, when their store could not be reached.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// How many positions and days are published as one move, at most.
const PUBLISHED_AT_ONCE: usize = 256;

/// Keep the published views current until ctrl-c: buckets that any NATS client can watch
///
/// It archives every entry beside the log, keeps snapshots for questions, and ends where the log is damaged. The views
/// are membership-N (keys such as sco.BLR) and attendance-N (sco-plus-astana-2024.IND); the key "views" of the
/// bucket "chronicle" names the N that counts. Any number of them may run at once.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  chronicle serve --data /var/lib/chronicle")]
pub(crate) struct Serve {
    /// Where HTTP is served; port 0 takes one that is free [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS", env = "CHRONICLE_LISTEN", hide_env_values = true)]
    listen: Option<SocketAddr>,
    /// No HTTP
    #[arg(long, conflicts_with = "listen")]
    no_http: bool,
}

/// Where HTTP is served unless something else is said: for this machine only.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

impl Serve {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let mut connection = shell.connect().await?;
        let log = connection.log.clone();
        let mut live = Live::begin(&log, None, Timestamp::now).await?;
        live.catch_up().await?;
        let mut kept = Kept::begin(&connection, shell, live.index().tail()).await?;
        let anchors = connection.anchors.clone();
        let service = Service::new(log.clone(), Arc::clone(live.index()), Timestamp::now);
        let (end, ended) = tokio::sync::oneshot::channel();
        let http = self.http(&service, shell, async { ended.await.unwrap_or_default() })?;
        let over = tokio::select! {
            over = follow(&log, &mut live, &mut kept, &anchors, service.feed(), shell) => over,
            () = told_to_end() => Ok(()),
            lost = connection.lost() => Err(lost),
        };
        // Whoever asks is answered to the end.
        let _ = end.send(());
        if let Some(Ok(Err(error))) = futures::future::OptionFuture::from(http).await {
            shell.output().note(format_args!("HTTP was not ended in order: {error}"));
        }
        kept.flush();
        over
    }
}

impl Serve {
    /// Serves HTTP until `end` comes, unless it is not wanted.
    fn http(
        &self,
        service: &Service,
        shell: &Shell,
        end: impl Future<Output = ()> + Send + 'static,
    ) -> Result<Option<JoinHandle<std::io::Result<()>>>, Failure> {
        if self.no_http {
            return Ok(None);
        }
        let address = self.listen.unwrap_or(LISTEN);
        let bound = Bound::to(address).and_then(|bound| bound.address().map(|address| (bound, address)));
        let (bound, address) = bound.map_err(|source| Failure::Listen { address, source })?;
        shell.output().remark(format_args!("answering at http://{address}"));
        Ok(Some(tokio::spawn(gateway::serve(bound, gateway::app(service.clone()), end))))
    }
}

/// Publishes and archives what comes, for ever, and tells it.
async fn follow(
    log: &chronicle_nats::NatsChronicle,
    live: &mut Live,
    kept: &mut Kept,
    anchors: &Anchors,
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
                for update in updates {
                    feed.tell(update);
                }
                publish(&mut publisher, &changes, &views, live, log).await?;
                live.index().ask(|index| kept.snapshot(index));
            }
            () = kept.is_due() => kept.flush(),
            // Another version counts now, or its store went away and came back.
            Some(_) = pointed.next() => {
                match anchors.check(log).await {
                    // It is looked at again when it can be reached.
                    Ok(_) | Err(Failure::Read(ReadError::Unreachable(_))) => {}
                    Err(failure) => return Err(failure),
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

/// Ctrl-C, or being told to end by whoever runs services.
async fn told_to_end() {
    let terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    let terminated = async {
        match terminated {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated => {}
    }
}
