//! Parting a version of the views, for many workers.

use chronicle::{ApplyError, Contents, Revision, Scope, Step, ViewStore};

use super::name;
use super::partitions::Partitions;
use super::publisher::{MOVE_ATTEMPTS, PublishViewsError};

/// The views of a version.
pub(super) const VIEWS: [&str; 2] = ["membership", "attendance"];

/// In how many partitions a version is kept; nothing where it is kept as one.
pub async fn partitions(store: &impl ViewStore, version: u32) -> Result<Option<Partitions>, PublishViewsError> {
    for view in VIEWS {
        if let Some(found) = of(&store.contents(&name(view, version)).await?) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Parts a version for good, at the position where it stands: from then on only workers move it on, for whoever moved it as
/// a whole is refused. A version that is parted stays as it is. Answers in how many partitions it is kept.
pub async fn split(store: &impl ViewStore, version: u32, into: Partitions) -> Result<Partitions, PublishViewsError> {
    // One of the views may be parted already: whoever did that died before it came to the other.
    let into = partitions(store, version).await?.unwrap_or(into);
    for view in VIEWS {
        split_view(store, &name(view, version), into).await?;
    }
    Ok(into)
}

async fn split_view(store: &impl ViewStore, view: &str, into: Partitions) -> Result<(), PublishViewsError> {
    for _ in 0..MOVE_ATTEMPTS {
        let contents = store.contents(view).await?;
        if of(&contents).is_some() {
            return Ok(());
        }
        let whole = contents.checkpoints.get(&Scope::Whole).copied().unwrap_or_default();
        let position = whole.position;
        let parts = into.all().map(|number| (Scope::Partition(number), Revision::NONE));
        let steps: Vec<Step> = std::iter::once((Scope::Whole, whole.revision))
            .chain(parts)
            .map(|(scope, expected)| Step { scope, expected, position })
            .collect();
        match store.move_on(view, &steps, vec![]).await {
            Err(ApplyError::Stale { .. } | ApplyError::OutcomeUnknown(_)) => {}
            done => return Ok(done.map(drop)?),
        }
    }
    Err(PublishViewsError::Contended(view.to_owned()))
}

/// The partitions of a view with such contents: all are made as one, and none is ever removed.
pub(super) fn of(contents: &Contents) -> Option<Partitions> {
    let parts = contents.checkpoints.keys().filter(|scope| **scope != Scope::Whole).count();
    u16::try_from(parts).ok().and_then(Partitions::new)
}
