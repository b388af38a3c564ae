//! What can still be answered where the log is damaged: from what is surely good, and marked as stale.

use projector::{Halted, Index};
use summit::Position;

use crate::anchors::Anchors;
use crate::args::Global;
use crate::connect::{Connection, snapshots};
use crate::error::{Code, Failure};

/// An index of what is surely good: the newest good snapshot, the archive behind it, and the log before its damage where it
/// is there. Nothing where the log is not damaged, or nothing is good.
pub(crate) async fn index(
    global: &Global,
    anchors: &Anchors,
    connection: Option<&Connection>,
    failure: &Failure,
) -> Option<Index> {
    if failure.code() != Code::Damaged {
        return None;
    }
    // Whatever stands in the log's place now: what was known of it is asked for.
    let known = anchors.known().unwrap_or_default();
    let there = connection.map(|connection| connection.log.created_at());
    let created_at = known.first().map(|anchor| anchor.created_at).or(there)?;
    let own_server = connection.is_none_or(|connection| connection.server().is_some());
    let log =
        connection.filter(|_| there == Some(created_at) && failure.begins_well()).map(|connection| &connection.log);
    let index = snapshots(global, own_server, created_at).salvage(anchors.archive_of(created_at), log).await;
    (index.tail() > Position::START).then_some(index)
}

/// What an index is told of a failure: that its log is damaged, if it is that.
pub(crate) fn halted(failure: &Failure) -> Option<Halted> {
    let damaged = failure.code() == Code::Damaged;
    damaged.then(|| Halted { reason: failure.to_string(), position: failure.damaged_at() })
}
