//! `chronicle serve`: the long-lived projector, which keeps the published views current.

use std::sync::Arc;

use clap::Args;
use futures::FutureExt;
use futures::future::BoxFuture;
use gateway::{Feed, Service};
use jiff::Timestamp;
use projector::{Live, Shared};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::anchors::Anchors;
use crate::ask::Shell;
use crate::connect::{Connection, Place};
use crate::error::Failure;
use crate::http::{Door, Http};
use crate::kept::Kept;
use crate::manager::Manager;
use crate::output::Output;
use crate::publishing::{Waiting, publish};
use crate::stale::{self, Good};
use crate::whole::watch_over;

/// Keep the published views current until ctrl-c: buckets that any NATS client can watch
///
/// It begins from the newest snapshot, reads the whole log once beside that, archives every entry, keeps snapshots for
/// questions, and ends where the log is damaged. The views
/// are membership-N (keys such as sco.BLR) and attendance-N (sco-plus-astana-2024.IND); the key "views" of the
/// bucket "chronicle" names the N that counts. Any number of them may run at once; where `chronicle project` keeps the
/// views, this only serves.
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
        let mut connection = match shell.connect().await {
            Err(failure) => return serve_stale(door, failure, shell).await,
            connected => connected?,
        };
        // Before anything else: whatever is wrong with the log is to be known soon.
        let mut whole = watched_over(&connection, shell.output());
        let begun = tokio::select! {
            begun = begin(&connection, shell) => begun,
            damaged = &mut whole => Err(damaged),
        };
        let (mut live, mut kept) = match begun {
            Err(failure) => {
                connection.note(&failure);
                drop(connection);
                return serve_stale(door, failure, shell).await;
            }
            begun => begun?,
        };
        let (log, index) = (connection.log.clone(), Arc::clone(live.index()));
        let service = Service::new(log.clone(), Arc::clone(&index), Timestamp::now);
        let snapshots = Arc::clone(kept.snapshots());
        service.metrics().snapshots(move || snapshots.newest_at());
        // Heard from before anybody is told that it serves.
        let told = told_to_end();
        let open = door.map(|door| Open::new(door, &service, shell)).transpose()?;
        let manager = Manager::ready(&index);
        let waiting = Waiting::new(live.today());
        let mut publishing = JoinSet::new();
        publishing.spawn(publish(log, Arc::clone(&index), Arc::clone(&waiting), shell.output()));
        let over = tokio::select! {
            biased;
            over = follow(&mut live, &mut kept, service.feed(), &waiting) => over,
            Some(over) = publishing.join_next() => over.expect("it is not cancelled, and does not panic"),
            damaged = whole => Err(damaged),
            never = service.watch() => match never {},
            // It was found to be damaged beside all this.
            halted = index.until_halted() => Err(Failure::Halted(halted)),
            () = told => Ok(()),
            lost = connection.lost() => Err(lost),
        };
        publishing.abort_all();
        let over = over.inspect_err(|failure| connection.note(failure));
        // From here on nothing is kept current: whoever still asks the index is told why.
        if let Err(failure) = &over
            && let Some(halted) = stale::halted(failure)
        {
            index.halt(halted);
            if open.is_some() {
                go_on(failure, shell, told_to_end()).await;
            }
        }
        drop(manager);
        if let Some(open) = open {
            open.close(&service, shell).await;
        }
        kept.flush();
        over
    }
}

/// HTTP that is served.
struct Open {
    end: oneshot::Sender<()>,
    served: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Open {
    fn new(door: Door, service: &Service, shell: &Shell) -> Result<Self, Failure> {
        let (end, ended) = oneshot::channel();
        let served = door.open(service, shell, async { ended.await.unwrap_or_default() })?;
        Ok(Self { end, served })
    }

    /// Whoever asks is answered to the end; whoever listens comes back.
    async fn close(self, service: &Service, shell: &Shell) {
        service.feed().end();
        // Where it has ended already, that is told below.
        let _ = self.end.send(());
        if let Ok(Err(error)) = self.served.await {
            shell.output().note(format_args!("HTTP was not ended in order: {error}"));
        }
    }
}

/// Answers what is surely good of a damaged log, where HTTP is served, until told to end. It fails all the same.
async fn serve_stale(door: Option<Door>, failure: Failure, shell: &Shell) -> Result<(), Failure> {
    let (Some(door), Some(halted)) = (door, stale::halted(&failure)) else { return Err(failure) };
    let place = Place::of(&shell.global)?;
    let anchors = Anchors::of(&place, &shell.global);
    let Ok(mut connection) = Connection::open(&place, shell.output()).await else { return Err(failure) };
    let Some(good) = Good::of(&anchors, Some(&connection), &failure) else { return Err(failure) };
    let Some(index) = good.index(&shell.global).await else { return Err(failure) };
    let index = Arc::new(Shared::new(index));
    index.halt(halted);
    let service = Service::new(connection.log.clone(), Arc::clone(&index), Timestamp::now);
    let told = told_to_end();
    let open = Open::new(door, &service, shell)?;
    let manager = Manager::ready(&index);
    tokio::select! {
        () = go_on(&failure, shell, told) => {}
        _ = connection.lost() => {}
    }
    drop(manager);
    open.close(&service, shell).await;
    Err(failure)
}

/// Says that questions are still answered, until told to end.
async fn go_on(failure: &Failure, shell: &Shell, told: impl Future<Output = ()>) {
    Manager::status(&format!("questions are answered, marked stale: {failure}"));
    shell.output().note(format_args!("{failure}; questions are still answered, marked stale; ctrl-c ends it"));
    told.await;
}

/// What ends where the log is found to be damaged, as long as it is held.
pub(super) fn watched_over(connection: &Connection, output: Output) -> BoxFuture<'static, Failure> {
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

/// Archives what comes, for ever, tells it, and has it published.
async fn follow(live: &mut Live, kept: &mut Kept, feed: &Feed, waiting: &Waiting) -> Result<(), Failure> {
    kept.snapshot();
    loop {
        tokio::select! {
            update = live.next() => {
                let update = update?;
                update.entry.iter().for_each(|entry| kept.entry(entry));
                feed.tell(&update);
                waiting.add(update.changes);
                kept.snapshot();
            }
            () = kept.is_due() => kept.attend().await?,
        }
    }
}

/// Ctrl-C, or being told to end by whoever runs services: from when this is called on, not only while it is awaited.
pub(super) fn told_to_end() -> impl Future<Output = ()> {
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
