//! `chronicle archive`: the archive brought up to the tail.

use std::path::PathBuf;

use chronicle::{Chronicle, LogState};
use clap::Args;
use futures::TryStreamExt;
use projector::archive;
use serde::Serialize;
use summit::Position;

use crate::anchors::Anchors;
use crate::ask::Shell;
use crate::connect::{Connection, Place};
use crate::error::Failure;
use crate::output::Output;

/// Where the archive is
#[derive(Debug, Clone, Args)]
pub(super) struct Where {
    /// The folder of the archive [default: archive in the data directory]
    #[arg(long, value_name = "DIR", env = "CHRONICLE_ARCHIVE", hide_env_values = true)]
    pub(super) archive: Option<PathBuf>,
}

impl Where {
    pub(super) fn anchors(&self, place: &Place, shell: &Shell) -> Anchors {
        let named = self.archive.as_ref().filter(|archive| !archive.as_os_str().is_empty());
        Anchors::of(place, &shell.global).with_archive(named)
    }
}

/// Bring the archive up to the chronicle's end
///
/// The archive holds every entry once more, outside the server's store, in segments that are chained by digests. Keep it
/// on another disk, with --archive: `chronicle restore` rebuilds the log from it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle archive
  chronicle archive --archive /mnt/backup/chronicle")]
pub(crate) struct Archive {
    #[command(flatten)]
    place: Where,
    /// Where the archive is damaged: set the damaged segment and those behind it aside, and write them anew
    #[arg(long)]
    again: bool,
}

/// How far the archive has come.
#[derive(Serialize)]
struct Archived {
    archive: PathBuf,
    position: Position,
    added: u64,
    /// Segments that were set aside.
    set_aside: Vec<PathBuf>,
}

impl Archive {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let place = Place::of(&shell.global)?;
        let anchors = self.place.anchors(&place, shell);
        let folder = anchors.archive()?.to_owned();
        let connection = Connection::open_checked(&place, anchors, shell.output()).await?;
        let state = connection.log.state().await?;
        let set_aside = if self.again { archive::set_aside(&folder)? } else { Vec::new() };
        let archiving = bring_up(&connection.log, &folder, &state, shell.output());
        let (archive, added) = archiving.await?;
        let archived = Archived { archive: folder, position: archive.tip().position, added, set_aside };
        if shell.output().json {
            return Output::json(&archived);
        }
        for path in &archived.set_aside {
            shell.output().note(format_args!("set aside: {}", path.display()));
        }
        let Archived { archive, position, added, .. } = &archived;
        Output::text(&format!(
            "{added} entries added, the archive in {} is at position {position}\n",
            archive.display()
        ))
    }
}

/// Appends what the archive does not have yet.
pub(crate) async fn bring_up(
    log: &impl Chronicle,
    folder: &std::path::Path,
    state: &LogState,
    output: Output,
) -> Result<(archive::Archive, u64), Failure> {
    let mut archive = archive::Archive::open(folder, state.created_at)?;
    let tip = archive.tip();
    if tip.position > Position::START {
        // Also where the archive's own anchor is gone: it must be this log's.
        archive::check(log, Some(&archive.anchor())).await.map_err(|error| Failure::damaged(error, None))?;
    }
    let bar = output.progress(state.last.get().saturating_sub(tip.position.get()));
    let mut entries = log.read(tip.position.next());
    while let Some(entry) = entries.try_next().await? {
        archive.append(&entry)?;
        bar.inc(1);
    }
    archive.flush()?;
    bar.finish_and_clear();
    let added = archive.tip().position.get() - tip.position.get();
    Ok((archive, added))
}
