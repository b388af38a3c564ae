//! Who else works on the published views: each lets itself be heard, and listens, beside its work.

use std::collections::BTreeSet;
use std::time::Instant;

use chronicle_nats::{Beat, NatsWorkers};
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use projector::published::{BEAT, Partitions, Roster, SILENCE, shares};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::publishing::RETRY_PAUSE;

/// One of the workers, among the others.
pub(crate) struct Crew {
    me: String,
    workers: NatsWorkers,
    /// Who is there; nobody, not even this one, until it was heard by itself.
    at_work: watch::Receiver<BTreeSet<String>>,
    /// What this one says of itself.
    says: watch::Sender<String>,
    /// Speaks and listens.
    attending: JoinHandle<()>,
}

impl Crew {
    /// Joins the others.
    pub(crate) fn join(me: String, workers: NatsWorkers) -> Self {
        let (seen, at_work) = watch::channel(BTreeSet::new());
        let (says, said) = watch::channel("{}".to_owned());
        let (name, speaker) = (me.clone(), workers.clone());
        let attending = tokio::spawn(async move {
            tokio::join!(speak(&speaker, &name, said), listen(&speaker, &name, seen));
        });
        Self { me, workers, at_work, says, attending }
    }

    /// The partitions of this one.
    pub(crate) fn share(&mut self, partitions: Partitions) -> BTreeSet<u16> {
        let at_work = self.at_work.borrow_and_update();
        let names = at_work.iter().map(String::as_str).collect();
        let own = shares(&names, partitions).into_iter().filter(|(_, worker)| *worker == self.me);
        own.map(|(partition, _)| partition).collect()
    }

    /// Waits until somebody comes or goes.
    pub(crate) async fn changed(&mut self) {
        if self.at_work.changed().await.is_err() {
            // The sender ends with the process.
            std::future::pending::<()>().await;
        }
    }

    /// Says something of itself from the next beat on.
    pub(crate) fn say(&self, said: &serde_json::Value) {
        self.says.send_replace(said.to_string());
    }

    /// Says that it ends: what it worked at is taken over at once. Where that is not heard, its silence is.
    pub(crate) async fn leave(self) {
        self.attending.abort();
        let _ = self.attending.await;
        if let Err(error) = self.workers.leave(&self.me).await {
            tracing::info!("the others were not told that this worker ends: {error}");
        }
    }
}

/// Lets itself be heard, for ever, whatever the work takes.
async fn speak(workers: &NatsWorkers, me: &str, said: watch::Receiver<String>) {
    loop {
        let said = said.borrow().clone();
        if let Err(error) = workers.beat(me, said).await {
            tracing::info!("this worker was not heard: {error}");
        }
        tokio::time::sleep(BEAT).await;
    }
}

/// Tells who is there whenever that changes, for ever.
async fn listen(workers: &NatsWorkers, me: &str, seen: watch::Sender<BTreeSet<String>>) {
    let (mut roster, mut begun) = (Roster::new(me), false);
    let mut beats: Option<BoxStream<'static, _>> = None;
    loop {
        let stream = beats.get_or_insert_with(|| workers.watch(SILENCE));
        let silence = roster.until_silence(Instant::now()).unwrap_or(SILENCE);
        let mut next = tokio::select! {
            // What was said already comes before that nobody says anything.
            biased;
            beat = stream.next() => Some(beat),
            () = tokio::time::sleep(silence) => None,
        };
        while let Some(beat) = next {
            match beat {
                Some(Ok(Beat { worker, said })) => {
                    begun |= worker == me;
                    match said {
                        Some(_) => roster.hear(&worker, Instant::now()),
                        None => roster.left(&worker),
                    }
                    next = stream.next().now_or_never();
                }
                ended => {
                    if let Some(Err(error)) = ended {
                        tracing::info!("the other workers are not heard: {error}");
                    }
                    beats = None;
                    tokio::time::sleep(RETRY_PAUSE).await;
                    break;
                }
            }
        }
        if begun {
            let at_work: BTreeSet<String> = roster.at_work(Instant::now()).into_iter().map(ToOwned::to_owned).collect();
            seen.send_if_modified(|known| {
                let changed = *known != at_work;
                *known = at_work;
                changed
            });
        }
    }
}
