//! The log into an index, from the newest snapshot on where there is a good one.

use chronicle::Chronicle;
use projector::{Index, Opened, Snapshots, catch_up};
use summit::Position;

use crate::error::Failure;
use crate::output::Output;

/// What is shown while the log is read.
const READING: &str = "reading the chronicle";

/// Reads the whole log, and on until `awaited` is there, which has its bound.
pub(crate) async fn index(log: &impl Chronicle, awaited: Option<Position>, output: Output) -> Result<Index, Failure> {
    let index = output.meanwhile(READING, Box::pin(catch_up(log, awaited))).await?;
    passed_over(index.undecodable().len(), output);
    Ok(index)
}

/// Reads the log beyond the newest good snapshot, and on until `awaited` is there.
pub(crate) async fn opened(
    log: &impl Chronicle,
    snapshots: &Snapshots,
    awaited: Option<Position>,
    output: Output,
) -> Result<Opened, Failure> {
    let reading = snapshots.catch_up(log, awaited, |aside| output.note(aside));
    let opened = output.meanwhile(READING, Box::pin(reading)).await?;
    tracing::info!("read a snapshot up to position {}, and the log from there", opened.read_from());
    Ok(opened)
}

/// Keeps a snapshot for the next question, where one is due. It is a cache: what hinders it hinders nobody, and who ends the
/// command meanwhile loses nothing.
///
/// The command waits for it, up to some ten seconds at a million entries for the first one. A process of its own that stays
/// behind would not be waited for, but would have to read the log again, keep a server running that nobody knows of, and
/// make one anew where the data directory was thrown away meanwhile. Where `serve` runs, it keeps snapshots, and no question
/// comes to this.
pub(crate) fn keep(snapshots: &Snapshots, opened: &Opened) {
    if !opened.is_due() {
        return;
    }
    match snapshots.write(opened) {
        Ok(Some(path)) => tracing::info!("wrote the snapshot \"{}\"", path.display()),
        Ok(None) => tracing::info!("no snapshot is written: somebody else writes one"),
        Err(error) => tracing::info!("no snapshot is written: {error}"),
    }
}

/// Tells of entries that are no events.
pub(crate) fn passed_over(entries: usize, output: Output) {
    match entries {
        0 => {}
        1 => output.note("one entry of the chronicle is passed over; `chronicle events --quarantined` shows it"),
        some => output.note(format_args!(
            "{some} entries of the chronicle are passed over; `chronicle events --quarantined` shows them"
        )),
    }
}
