//! Keeping one version of the published views where the index is.

use bytes::Bytes;
use chronicle::{ApplyError, Change, Checkpoint, MAX_CHANGES, Scope, ViewError, ViewStore};
use jiff::civil::Date;
use summit::Position;

use super::cells::{self, Both, Cells};
use super::{Pointer, name, pointer, switch};
use crate::changes::Changes;
use crate::index::Index;
use crate::shared::Indexed;

/// How often a move is tried whose outcome is unknown or that another writer came before.
pub(super) const MOVE_ATTEMPTS: usize = 16;

/// Why the views could not be published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishViewsError {
    /// The store could not be read.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The store did not take a move.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// The pointer cannot be read.
    #[error("what names the current views cannot be read: {0}")]
    Pointer(String),
    /// Another process switched versions meanwhile.
    #[error("another process has switched the published views meanwhile")]
    Switched,
    /// There is nothing to switch back to.
    #[error("no earlier version of the published views is there")]
    NoPrevious,
    /// Many workers keep this version, each its partitions: nobody may move it as a whole.
    #[error("the published view \"{0}\" is kept in partitions")]
    InPartitions(String),
    /// Workers keep a version that is not parted.
    #[error("the published view \"{0}\" is not kept in partitions")]
    NotInPartitions(String),
    /// Other writers came before, again and again.
    #[error("the published view \"{0}\" is moved on by others all the time")]
    Contended(String),
}

/// Keeps one version of the published views current. Several publishers of one version do no harm: each move is made by
/// one of them.
pub struct Publisher<S> {
    store: S,
    version: u32,
    membership: Target,
    attendance: Target,
    /// The day whose views are published.
    today: Date,
}

/// One view.
struct Target {
    name: String,
    checkpoint: Checkpoint,
    /// Whether the view may show another day than ours: another writer knows more yet than we do, and so we did not look.
    day_is_due: bool,
}

impl<S: ViewStore> Publisher<S> {
    /// Takes up the version that counts, or makes the first one and has it count; brings it to the tail of the index.
    pub async fn begin(store: S, index: &impl Indexed, today: Date) -> Result<Self, PublishViewsError> {
        let known = pointer(&store).await?;
        let version = known.map_or(1, |pointer| pointer.current);
        let publisher = Self::of_version(store, version, index, today).await?;
        if known.is_none() {
            let first = Pointer { current: version, previous: None, newest: version };
            match switch(&publisher.store, None, first).await {
                // Another process was first with the same.
                Err(PublishViewsError::Switched | PublishViewsError::Apply(ApplyError::Stale { .. })) => {}
                done => done?,
            }
        }
        Ok(publisher)
    }

    /// Takes up a version, or makes it, and brings it to the tail of the index.
    pub(super) async fn of_version(
        store: S,
        version: u32,
        index: &impl Indexed,
        today: Date,
    ) -> Result<Self, PublishViewsError> {
        let target =
            |view: &str| Target { name: name(view, version), checkpoint: Checkpoint::default(), day_is_due: true };
        let (membership, attendance) = (target("membership"), target("attendance"));
        let mut publisher = Self { store, version, membership, attendance, today };
        publisher.membership.take_up(&publisher.store, index, today, |cells| cells.membership).await?;
        publisher.attendance.take_up(&publisher.store, index, today, |cells| cells.attendance).await?;
        Ok(publisher)
    }

    /// The version that is published.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// How far both views are: further than the index where another publisher knows more. Beyond the tail of the log only
    /// where that was longer once.
    pub fn position(&self) -> Position {
        self.membership.checkpoint.position.min(self.attendance.checkpoint.position)
    }

    /// Publishes what an entry or a new day changed, of which the index knows already.
    pub async fn publish(&mut self, index: &impl Indexed, changes: &Changes) -> Result<(), PublishViewsError> {
        self.publish_all(index, std::slice::from_ref(changes)).await
    }

    /// Publishes what several entries or days changed, one after the other, as one move: of each key only the last value.
    pub async fn publish_all(&mut self, index: &impl Indexed, all: &[Changes]) -> Result<(), PublishViewsError> {
        let Some(last) = all.last() else { return Ok(()) };
        self.today = all.iter().filter_map(|changes| changes.date).next_back().unwrap_or(self.today);
        let new_day = all.iter().find(|changes| changes.date.is_some()).map(|changes| changes.position);
        let mut noted = Both::default();
        for changes in all {
            cells::note(changes.clone(), &mut noted);
        }
        let Both { membership, attendance } = noted;
        let to = Move { position: last.position, new_day };
        self.membership.advance(&self.store, index, self.today, to, membership, |cells| cells.membership).await?;
        self.attendance.advance(&self.store, index, self.today, to, attendance, |cells| cells.attendance).await
    }
}

/// Where a view is moved.
#[derive(Clone, Copy)]
struct Move {
    position: Position,
    /// What was known when a new day began, if one did.
    new_day: Option<Position>,
}

impl Target {
    /// Brings the view to the tail of the index, from wherever it is.
    async fn take_up(
        &mut self,
        store: &impl ViewStore,
        index: &impl Indexed,
        today: Date,
        of: fn(Both) -> Cells,
    ) -> Result<(), PublishViewsError> {
        for _ in 0..MOVE_ATTEMPTS {
            let contents = store.contents(&self.name).await?;
            if contents.checkpoints.keys().any(|scope| *scope != Scope::Whole) {
                return Err(PublishViewsError::InPartitions(self.name.clone()));
            }
            self.checkpoint = contents.checkpoints.get(&Scope::Whole).copied().unwrap_or_default();
            if self.checkpoint.position > index.ask(Index::tail) {
                // Another publisher knows more than this one yet.
                return Ok(());
            }
            let (tail, all) = index.ask(|index| (index.tail(), cells::all(index, index.tail(), today)));
            match self.apply(store, cells::difference(&contents.values, &of(all)), tail).await {
                Err(ApplyError::Stale { .. } | ApplyError::OutcomeUnknown(_)) => {}
                done => {
                    done?;
                    self.day_is_due = false;
                    return Ok(());
                }
            }
        }
        Err(PublishViewsError::Contended(self.name.clone()))
    }

    /// Moves the view by the changes of some positions and days.
    async fn advance(
        &mut self,
        store: &impl ViewStore,
        index: &impl Indexed,
        today: Date,
        to: Move,
        keys: Cells<Option<Bytes>>,
        of: fn(Both) -> Cells,
    ) -> Result<(), PublishViewsError> {
        let known = self.checkpoint.position;
        // What the new day does to what others learned, we did not see.
        self.day_is_due |= to.new_day.is_some_and(|at| known > at);
        // Another writer may have gone on already. What it knows is never taken back, not even for a new day.
        if known > to.position || (known == to.position && to.new_day.is_none() && !self.day_is_due) {
            return Ok(());
        }
        if self.day_is_due {
            return self.take_up(store, index, today, of).await;
        }
        match self.apply(store, keys, to.position).await {
            // Whoever moved it on did so by the same rules; what is missing is found out by looking.
            Err(ApplyError::Stale { .. } | ApplyError::OutcomeUnknown(_)) => {
                self.day_is_due = to.new_day.is_some();
                self.take_up(store, index, today, of).await
            }
            done => Ok(done?),
        }
    }

    /// Applies changes, at most [`MAX_CHANGES`] as one: all but the last part leave the view at the position where it is.
    async fn apply(
        &mut self,
        store: &impl ViewStore,
        keys: Cells<Option<Bytes>>,
        position: Position,
    ) -> Result<(), ApplyError> {
        if keys.is_empty() && position == self.checkpoint.position {
            return Ok(());
        }
        let mut keys = keys.into_iter().map(|(key, value)| Change { key, value });
        loop {
            let part: Vec<Change> = keys.by_ref().take(MAX_CHANGES).collect();
            let last = keys.len() == 0;
            let at = if last { position } else { self.checkpoint.position };
            self.checkpoint = store.apply(&self.name, self.checkpoint.revision, part, at).await?;
            if last {
                return Ok(());
            }
        }
    }
}
