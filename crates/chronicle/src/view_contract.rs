//! The contract of [`ViewStore`] as a test suite: one function per rule, each to be run on an **empty** store.

use std::future::Future;

use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt};
use summit::Position;

use crate::contract::PATIENCE;
use crate::scope::{MAX_PARTITIONS, Scope, Step};
use crate::views::{
    ApplyError, CHECKPOINT_KEY, Change, Checkpoint, MAX_CHANGES, Revision, ViewError, ViewStore, ViewUpdate,
};

/// The view that the suite writes to.
const VIEW: &str = "membership-1";

/// Every rule in turn, each on an empty store of its own.
pub async fn all<S: ViewStore>(make: impl AsyncFn() -> S) {
    changes_and_checkpoint_stand_together(&make().await).await;
    a_stale_writer_is_refused_whole(&make().await).await;
    a_removed_key_is_gone(&make().await).await;
    watching_tells_what_is_and_what_comes(&make().await).await;
    views_are_apart(&make().await).await;
    partitions_move_apart_and_together(&make().await).await;
    what_is_no_change_is_refused(&make().await).await;
}

/// As many changes as allowed, and the checkpoint, are there after one call; a later change to a key wins.
pub async fn changes_and_checkpoint_stand_together(store: &impl ViewStore) {
    assert_eq!(within(store.checkpoint(VIEW)).await, Ok(Checkpoint::default()));
    assert_eq!(within(store.load(VIEW)).await, Ok([].into()));
    let changes: Vec<Change> = (0..MAX_CHANGES).map(|n| put(&format!("sco.{n}"), "1")).collect();
    let one = applied(store, VIEW, Revision::NONE, changes, 7).await;
    assert_eq!(one.position, Position::new(7));
    assert_eq!(within(store.checkpoint(VIEW)).await, Ok(one));
    assert_eq!(within(store.load(VIEW)).await.map(|values| values.len()), Ok(MAX_CHANGES));
    let two = applied(store, VIEW, one.revision, vec![put("sco.1", "2"), put("sco.1", "3")], 9).await;
    assert!(two.revision > one.revision);
    assert_eq!(within(store.value(VIEW, "sco.1")).await, Ok(Some(Bytes::from("3"))));
    let three = applied(store, VIEW, two.revision, vec![], 12).await;
    assert_eq!(within(store.checkpoint(VIEW)).await, Ok(three));
}

/// Nothing of a stale writer's changes is seen, its first included.
pub async fn a_stale_writer_is_refused_whole(store: &impl ViewStore) {
    let one = applied(store, VIEW, Revision::NONE, vec![put("a", "1")], 1).await;
    let two = applied(store, VIEW, one.revision, vec![put("a", "2")], 2).await;
    for expected in [Revision::NONE, one.revision, Revision::new(two.revision.get() + 1)] {
        for changes in [vec![], vec![put("a", "stale")], vec![put("a", "stale"), put("b", "stale")]] {
            let answer = within(store.apply(VIEW, expected, changes, Position::new(3))).await;
            assert_eq!(answer, Err(ApplyError::Stale { expected }));
        }
    }
    assert_eq!(within(store.checkpoint(VIEW)).await, Ok(two));
    assert_eq!(within(store.load(VIEW)).await, Ok([("a".into(), "2".into())].into()));
}

/// Removed alone, removed and written again, and removed though never there.
pub async fn a_removed_key_is_gone(store: &impl ViewStore) {
    let one = applied(store, VIEW, Revision::NONE, vec![put("a", "1"), put("b", ""), remove("c")], 1).await;
    assert_eq!(within(store.load(VIEW)).await, Ok([("a".into(), "1".into()), ("b".into(), Bytes::new())].into()));
    let two = applied(store, VIEW, one.revision, vec![remove("a")], 2).await;
    assert_eq!(within(store.value(VIEW, "a")).await, Ok(None));
    assert_eq!(within(store.load(VIEW)).await, Ok([("b".into(), Bytes::new())].into()));
    applied(store, VIEW, two.revision, vec![put("a", "2"), remove("b")], 3).await;
    assert_eq!(within(store.load(VIEW)).await, Ok([("a".into(), "2".into())].into()));
}

/// Of what stands the last values, and then each move with its changes behind it.
pub async fn watching_tells_what_is_and_what_comes(store: &impl ViewStore) {
    let mut early = store.watch(VIEW);
    let one = applied(store, VIEW, Revision::NONE, vec![put("a", "1"), put("b", "1")], 1).await;
    for expected in [ViewUpdate::Moved(Scope::Whole, one), changed("a", "1"), changed("b", "1")] {
        assert_eq!(next(&mut early).await, Ok(expected));
    }
    let two = applied(store, VIEW, one.revision, vec![put("a", "2")], 2).await;
    let mut late = store.watch(VIEW);
    for expected in [changed("b", "1"), ViewUpdate::Moved(Scope::Whole, two), changed("a", "2")] {
        assert_eq!(next(&mut late).await, Ok(expected));
    }
    let three = applied(store, VIEW, two.revision, vec![remove("b")], 3).await;
    for expected in [ViewUpdate::Moved(Scope::Whole, three), ViewUpdate::Changed(remove("b"))] {
        assert_eq!(next(&mut late).await, Ok(expected));
    }
}

/// A key of one view says nothing in another, nor does its checkpoint.
pub async fn views_are_apart(store: &impl ViewStore) {
    applied(store, VIEW, Revision::NONE, vec![put("a", "1")], 1).await;
    assert_eq!(within(store.value("membership-2", "a")).await, Ok(None));
    assert_eq!(within(store.checkpoint("membership-2")).await, Ok(Checkpoint::default()));
    applied(store, "membership-2", Revision::NONE, vec![put("a", "2")], 5).await;
    assert_eq!(within(store.value(VIEW, "a")).await, Ok(Some("1".into())));
}

/// A partition moves without the whole and its neighbours; several move as one, or none where one of them is stale; and a
/// watcher of checkpoints hears of each.
pub async fn partitions_move_apart_and_together(store: &impl ViewStore) {
    let step = |scope, expected, position| Step { scope, expected, position: Position::new(position) };
    let [zero, one] = [Scope::Partition(0), Scope::Partition(1)];
    let moved = async |steps: &[Step], changes| within(store.move_on(VIEW, steps, changes)).await;

    let whole = applied(store, VIEW, Revision::NONE, vec![put("a", "1")], 5).await;
    let mut watched = store.watch_checkpoints(VIEW);
    let mut heard = async || within(watched.next()).await.expect("a watcher goes on");
    assert_eq!(heard().await, Ok((Scope::Whole, whole)));
    let split = [step(Scope::Whole, whole.revision, 5), step(zero, Revision::NONE, 5), step(one, Revision::NONE, 5)];
    let at = moved(&split, vec![]).await.expect("split");
    assert!(at[0].revision > whole.revision && at[1].revision > at[0].revision && at[2].revision > at[1].revision);
    assert_eq!(moved(&split, vec![]).await, Err(ApplyError::Stale { expected: whole.revision }), "it is split already");

    let ahead = moved(&[step(one, at[2].revision, 9)], vec![put("b", "2")]).await.expect("moved");
    assert_eq!(within(store.checkpoint(VIEW)).await, Ok(at[0]), "the whole stays");
    for stale in [
        [step(zero, at[1].revision, 9), step(one, at[2].revision, 9)],
        [step(one, ahead[0].revision, 10), step(zero, Revision::NONE, 10)],
    ] {
        let answer = moved(&stale, vec![put("a", "stale"), put("c", "stale")]).await;
        assert_eq!(answer, Err(ApplyError::Stale { expected: stale[0].expected }));
    }
    let both = moved(&[step(zero, at[1].revision, 10), step(one, ahead[0].revision, 11)], vec![put("a", "2")]).await;
    let both = both.expect("moved as one");
    let contents = within(store.contents(VIEW)).await.expect("readable");
    assert_eq!(contents.checkpoints, [(Scope::Whole, at[0]), (zero, both[0]), (one, both[1])].into());
    assert_eq!(contents.values, [("a".into(), "2".into()), ("b".into(), "2".into())].into());

    let mut last = heard().await;
    while last != Ok((one, both[1])) {
        last = heard().await;
    }
    let many: Vec<Change> = (0..MAX_CHANGES).map(|n| put(&n.to_string(), "1")).collect();
    for (steps, changes) in [
        (vec![], vec![]),
        (vec![step(zero, both[0].revision, 12); 2], vec![]),
        (vec![step(Scope::Partition(MAX_PARTITIONS), Revision::NONE, 12)], vec![]),
        (vec![step(zero, both[0].revision, 12), step(one, both[1].revision, 12)], many),
        (vec![step(zero, both[0].revision, 12)], vec![put(&zero.key(), "13")]),
    ] {
        let answer = moved(&steps, changes).await;
        assert!(matches!(answer, Err(ApplyError::Refused(_))), "{steps:?}: {answer:?}");
    }
    assert_eq!(within(store.contents(VIEW)).await, Ok(contents));
}

/// Refused whole, and the view is as it was.
pub async fn what_is_no_change_is_refused(store: &impl ViewStore) {
    let many = (0..=MAX_CHANGES).map(|n| put(&n.to_string(), "1")).collect();
    let unkeyed = ["", "a b", "a*", "a..b", ".a", "ü", CHECKPOINT_KEY].map(|key| vec![put("a", "1"), put(key, "1")]);
    for changes in [many].into_iter().chain(unkeyed) {
        let key = changes.last().map(|change| change.key.clone());
        let answer = within(store.apply(VIEW, Revision::NONE, changes, Position::new(1))).await;
        assert!(matches!(answer, Err(ApplyError::Refused(_))), "{key:?}: {answer:?}");
    }
    let unnamed = within(store.apply("a.b", Revision::NONE, vec![], Position::new(1))).await;
    assert!(matches!(unnamed, Err(ApplyError::Refused(_))));
    assert_eq!(within(store.load(VIEW)).await, Ok([].into()));
}

/// A change that gives a key a value.
fn put(key: &str, value: &str) -> Change {
    Change { key: key.into(), value: Some(Bytes::copy_from_slice(value.as_bytes())) }
}

/// A change that removes a key.
fn remove(key: &str) -> Change {
    Change { key: key.into(), value: None }
}

/// What a watcher sees of [`put`].
fn changed(key: &str, value: &str) -> ViewUpdate {
    ViewUpdate::Changed(put(key, value))
}

async fn applied(
    store: &impl ViewStore,
    view: &str,
    expected: Revision,
    changes: Vec<Change>,
    position: u64,
) -> Checkpoint {
    let answer = within(store.apply(view, expected, changes, Position::new(position))).await;
    answer.unwrap_or_else(|error| panic!("the view was at {expected:?}, yet: {error:?}"))
}

async fn next(watched: &mut BoxStream<'static, Result<ViewUpdate, ViewError>>) -> Result<ViewUpdate, ViewError> {
    within(watched.next()).await.expect("a watcher goes on")
}

async fn within<T>(answer: impl Future<Output = T>) -> T {
    let answered = tokio::time::timeout(PATIENCE, answer).await;
    answered.unwrap_or_else(|_| panic!("no answer within {PATIENCE:?}"))
}
