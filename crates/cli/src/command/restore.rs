//! `chronicle restore`: the log rebuilt from its archive.

use std::path::{Path, PathBuf};

use chronicle_nats::embedded::{EmbeddedError, set_store_aside};
use clap::Args;
use projector::archive::{ArchiveEntries, Rescued, adopt, refill, rescue, verify};
use serde::Serialize;
use summit::Position;

use super::archive::Where;
use crate::anchors::Anchors;
use crate::ask::Shell;
use crate::connect::{Connection, Place};
use crate::error::Failure;
use crate::output::Output;

/// Rebuild a damaged log from its archive
///
/// First what can still be read in the log and is not in the archive is added there: at its position where nothing before
/// it is lost, else at the end, and that is told. Then the server's store is set aside under another name (nothing is
/// deleted), and a new log is filled from the archive: the same positions, documents, ids and times of storing. Where it is
/// interrupted, do it again. On a server that others run, the operator empties the stream in between.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle restore
  chronicle restore --archive /mnt/backup/chronicle")]
pub(crate) struct Restore {
    #[command(flatten)]
    place: Where,
    /// Also where the log is as it was; and where there is no archive: keep what can still be read
    #[arg(long)]
    force: bool,
}

/// What was done.
#[derive(Serialize)]
struct Restored {
    position: Position,
    #[serde(flatten)]
    rescued: Rescued,
    /// Where the damaged store is now.
    set_aside: Option<PathBuf>,
}

impl Restore {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let place = Place::of(&shell.global)?;
        // An archive that is named makes a chronicle where none is.
        if self.place.archive.is_none() {
            place.must_be_there()?;
        }
        let anchors = self.place.anchors(&place, shell);
        let folder = anchors.archive()?.to_owned();
        let rescued = self.rescued(&place, &anchors, &folder, shell.output()).await?;
        let set_aside = match &place {
            Place::Data(data) => set_store_aside(data).await?,
            Place::Url(..) => None,
        };
        let last = last(&folder)?;
        let connection = Connection::open_to_restore(&place, last, shell.output()).await?;
        let bar = shell.output().progress(last.get());
        let position = refill(&connection.log, &folder, |position| bar.set_position(position.get())).await?;
        bar.finish_and_clear();
        let state = chronicle::Chronicle::state(&connection.log).await?;
        adopt(&folder, state.created_at)?;
        let verified = verify(&connection.log, Some(&folder), &[]).await?;
        if let Some(damage) = verified.damage {
            return Err(Failure::damaged(damage, None));
        }
        anchors.renew(&connection.log).await?;
        Restored { position, rescued, set_aside }.tell(shell.output())
    }

    /// Brings what can still be read into the archive, unless there is nothing to be done.
    async fn rescued(
        &self,
        place: &Place,
        anchors: &Anchors,
        folder: &Path,
        output: Output,
    ) -> Result<Rescued, Failure> {
        let known = anchors.known()?;
        let connection = match Connection::open(place, output).await {
            Ok(connection) => connection,
            // The server passes over the log: nothing of it can be read.
            Err(Failure::Embedded(EmbeddedError::Damaged { .. })) => {
                let archived = last(folder)?;
                return if archived == Position::START {
                    Err(nothing_to_restore_from())
                } else {
                    Ok(Rescued { archived, ..Rescued::default() })
                };
            }
            Err(failure) => return Err(failure),
        };
        let log = &connection.log;
        let checking = verify(log, Some(folder), &known);
        let verified = output.meanwhile("reading log and archive", checking).await?;
        if let Some(fault) = verified.fault {
            return Err(fault.into());
        }
        if verified.damage.is_none() && !self.force {
            return Err(Failure::usage(
                "the log is as it was, nothing is to be restored",
                "--force rebuilds it all the same",
            ));
        }
        if verified.archived == Position::START && !self.force {
            return Err(nothing_to_restore_from());
        }
        let furthest = known.iter().map(|anchor| anchor.position).max().unwrap_or(Position::START);
        Ok(output.meanwhile("reading what is left", rescue(log, folder, furthest)).await?)
    }
}

fn nothing_to_restore_from() -> Failure {
    Failure::usage(
        "there is no archive to restore from",
        "name it with --archive; or keep what can still be read with --force, and lose the rest for good",
    )
}

/// The last position of an archive that is as it was written.
fn last(folder: &Path) -> Result<Position, Failure> {
    let mut last = Position::START;
    for entry in ArchiveEntries::open(folder)? {
        last = entry?.position;
    }
    Ok(last)
}

impl Restored {
    fn tell(&self, output: Output) -> Result<(), Failure> {
        if output.json {
            return Output::json(self);
        }
        let Rescued { archived, taken, moved, lost } = &self.rescued;
        let mut lines = vec![format!("the log is restored up to position {}", self.position)];
        if *taken > 0 {
            lines.push(format!("{taken} entries behind position {archived} were not in the archive and are kept"));
        }
        lines.extend(moved.iter().map(|one| {
            let id = one.id.as_deref().unwrap_or("an entry without an id");
            format!("moved: {id} from position {} to {}", one.from, one.to)
        }));
        let gap =
            |(first, last): &(Position, Position)| format!("lost: positions {first} to {last}, which were in neither");
        lines.extend(lost.iter().map(gap));
        lines.extend(self.set_aside.as_ref().map(|aside| format!("the damaged store is kept in {}", aside.display())));
        lines.push(String::new());
        Output::text(&lines.join("\n"))
    }
}
