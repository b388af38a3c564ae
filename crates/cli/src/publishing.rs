//! The published views, kept where the index is: beside following the log, which never waits for them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chronicle::{ApplyError, Chronicle, ReadError, ViewError, ViewStore};
use chronicle_nats::{NatsChronicle, NatsViews};
use futures::StreamExt;
use jiff::civil::Date;
use projector::published::{self, POINTER_VIEW, PublishViewsError, Publisher};
use projector::{Changes, Shared};
use tokio::sync::Notify;

use crate::error::Failure;
use crate::output::Output;

/// The pause before the views are taken up again, when their store could not be reached.
pub(crate) const RETRY_PAUSE: Duration = Duration::from_millis(500);
/// How many positions and days are published as one move, at most.
const PUBLISHED_AT_ONCE: usize = 256;
/// How many positions and days may wait to be published. Where more do, the views are taken up anew from the index.
const WAITING_MAX: usize = 4096;

/// What waits to be published.
pub(crate) struct Waiting {
    queue: Mutex<Queue>,
    more: Notify,
}

struct Queue {
    /// Nothing where more came than may wait.
    changes: Option<Vec<Changes>>,
    /// The day whose views are to be published.
    today: Date,
}

impl Waiting {
    pub(crate) fn new(today: Date) -> Arc<Self> {
        Arc::new(Self { queue: Mutex::new(Queue { changes: Some(Vec::new()), today }), more: Notify::new() })
    }

    /// Adds what an entry or a new day changed, of which the index knows already.
    pub(crate) fn add(&self, changes: Changes) {
        let mut queue = self.queue();
        queue.today = changes.date.unwrap_or(queue.today);
        match &mut queue.changes {
            Some(waiting) if waiting.len() < WAITING_MAX => waiting.push(changes),
            waiting => *waiting = None,
        }
        self.more.notify_one();
    }

    /// Takes everything that waits, once something does; nothing where that was too much.
    async fn take(&self) -> Option<Vec<Changes>> {
        loop {
            let taken = self.queue().changes.replace(Vec::new());
            if taken.as_ref().is_none_or(|taken| !taken.is_empty()) {
                return taken;
            }
            self.more.notified().await;
        }
    }

    fn today(&self) -> Date {
        self.queue().today
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Publishes what comes to wait, for ever. Where workers keep the version that counts, nothing is published here.
pub(crate) async fn publish(
    log: NatsChronicle,
    index: Arc<Shared>,
    waiting: Arc<Waiting>,
    output: Output,
) -> Result<(), Failure> {
    let views = log.views();
    let mut kept = take_up(&views, &index, &waiting, &log).await?;
    match &kept {
        Keeper::Here(publisher) => {
            let (position, version) = (publisher.position(), publisher.version());
            output
                .remark(format_args!("serving version {version} of the views, at position {position}; ctrl-c ends it"));
        }
        Keeper::Workers(version) => output.remark(format_args!(
            "serving; version {version} of the views is kept by workers (`chronicle project`); ctrl-c ends it"
        )),
    }
    let mut pointed = views.watch(POINTER_VIEW);
    loop {
        let version = kept.version();
        let taken = tokio::select! {
            taken = waiting.take() => taken,
            // Another version may count now. What counts already comes first.
            Some(_) = pointed.next() => {
                if published::pointer(&views).await.is_ok_and(|it| it.is_some_and(|it| it.current == version)) {
                    continue;
                }
                kept = take_up(&views, &index, &waiting, &log).await?;
                if kept.version() != version {
                    output.note(format_args!("version {} of the views counts now", kept.version()));
                }
                continue;
            }
        };
        let Keeper::Here(publisher) = &mut kept else { continue };
        let Some(taken) = taken else {
            kept = take_up(&views, &index, &waiting, &log).await?;
            continue;
        };
        for changes in taken.chunks(PUBLISHED_AT_ONCE) {
            match publisher.publish_all(index.as_ref(), changes).await {
                Err(error) if may_pass(&error) || matches!(error, PublishViewsError::InPartitions(_)) => {
                    // All that was taken is in the index.
                    kept = take_up(&views, &index, &waiting, &log).await?;
                    break;
                }
                done => done?,
            }
        }
        if let Keeper::Workers(version) = kept {
            output.note(format_args!("version {version} of the views is kept by workers from now on"));
        }
    }
}

/// Who keeps the version that counts.
enum Keeper {
    /// This process, perhaps beside others that do the same.
    Here(Box<Publisher<NatsViews>>),
    /// Workers, each its partitions of this version.
    Workers(u32),
}

impl Keeper {
    const fn version(&self) -> u32 {
        match self {
            Self::Here(publisher) => publisher.version(),
            Self::Workers(version) => *version,
        }
    }
}

/// Takes up the version that counts, once the store can be reached.
async fn take_up(views: &NatsViews, index: &Shared, waiting: &Waiting, log: &NatsChronicle) -> Result<Keeper, Failure> {
    loop {
        match Publisher::begin(views.clone(), index, waiting.today()).await {
            Err(PublishViewsError::InPartitions(_)) => {
                if let Ok(Some(pointer)) = published::pointer(views).await {
                    return Ok(Keeper::Workers(pointer.current));
                }
            }
            Err(error) if may_pass(&error) => {}
            begun => {
                let publisher = begun?;
                match log.tail().await {
                    Ok(tail) if publisher.position() <= tail => return Ok(Keeper::Here(Box::new(publisher))),
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
pub(crate) const fn may_pass(error: &PublishViewsError) -> bool {
    match error {
        PublishViewsError::View(ViewError::Unreachable(_))
        | PublishViewsError::Apply(ApplyError::OutcomeUnknown(_) | ApplyError::Stale { .. })
        | PublishViewsError::Contended(_)
        | PublishViewsError::Switched => true,
        PublishViewsError::View(ViewError::Damaged(_))
        | PublishViewsError::Apply(ApplyError::Refused(_))
        | PublishViewsError::Pointer(_)
        | PublishViewsError::InPartitions(_)
        | PublishViewsError::NotInPartitions(_)
        | PublishViewsError::NoPrevious => false,
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use jiff::civil::date;
    use projector::Changes;
    use summit::Position;

    use super::{WAITING_MAX, Waiting};

    #[test]
    fn what_waits_is_taken_in_order_and_too_much_of_it_is_told() {
        let waiting = Waiting::new(date(2024, 7, 4));
        let change =
            |position: u64, date| Changes { position: Position::new(position), date, cause: None, changes: vec![] };
        assert_eq!(waiting.take().now_or_never(), None);
        waiting.add(change(1, None));
        waiting.add(change(1, Some(date(2024, 7, 5))));
        let taken = waiting.take().now_or_never().flatten().expect("something waits");
        assert_eq!((taken.len(), waiting.today()), (2, date(2024, 7, 5)));
        (0..=WAITING_MAX as u64).for_each(|position| waiting.add(change(position, None)));
        assert_eq!(waiting.take().now_or_never(), Some(None));
        assert_eq!(waiting.take().now_or_never(), None, "from here on it is told again");
    }
}
