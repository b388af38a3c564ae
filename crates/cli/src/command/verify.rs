//! `chronicle verify`: log, anchors and archive, each checked and compared.

use std::path::PathBuf;

use clap::Args;
use projector::archive::{Verified, verify};
use serde::Serialize;
use summit::Position;

use super::archive::Where;
use crate::ask::Shell;
use crate::connect::{Connection, Place};
use crate::error::Failure;
use crate::output::Output;

/// Check the log and its archive, entry by entry
///
/// Every position must be there, the log must be the one that is known here (its anchors), the archive's digests must fit,
/// and log and archive must be equal as far as both go; an archive may be behind. Exit code 3 where the archive is not as
/// it was written, 7 where the log is damaged, with the first damaged position.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle verify
  chronicle verify --archive /mnt/backup/chronicle --json")]
pub(crate) struct Verify {
    #[command(flatten)]
    place: Where,
}

/// What was found.
#[derive(Serialize)]
struct Report {
    /// The last position of the log, by its keeper's account.
    last: Position,
    /// Up to here it was read, and is without a gap.
    read: Position,
    archive: Option<PathBuf>,
    /// Up to here the archive was read, and is as it was written.
    archived: Position,
    /// The first damaged position of the log.
    damaged_at: Option<Position>,
    /// Everything that is wrong, in sentences.
    findings: Vec<String>,
}

impl Verify {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let place = Place::of(&shell.global)?;
        let anchors = self.place.anchors(&place, shell);
        let known = anchors.known()?;
        let connection = Connection::open_known(&place, anchors.clone(), shell.output()).await?;
        // Without one, the log alone is checked.
        let archive = anchors.archive_in_use();
        let verifying = verify(&connection.log, archive, &known);
        let verified = shell.output().meanwhile("reading log and archive", verifying).await?;
        let report = Report::of(&verified, archive.map(ToOwned::to_owned));
        if shell.output().json {
            Output::json(&report)?;
        } else {
            Output::text(&report.text())?;
        }
        if let Some(damage) = verified.damage {
            let failure = Failure::damaged(damage, None);
            anchors.note(verified.state.created_at, &failure);
            return Err(failure);
        }
        anchors.forgive();
        verified.fault.map_or(Ok(()), |fault| Err(fault.into()))
    }
}

impl Report {
    fn of(verified: &Verified, archive: Option<PathBuf>) -> Self {
        let damage = verified.damage.as_ref();
        let findings =
            damage.map(ToString::to_string).into_iter().chain(verified.fault.as_ref().map(ToString::to_string));
        Self {
            last: verified.state.last,
            read: verified.read,
            archive,
            archived: verified.archived,
            damaged_at: damage.and_then(chronicle::ReadError::damaged_at),
            findings: findings.collect(),
        }
    }

    fn text(&self) -> String {
        let archive = match &self.archive {
            Some(archive) => format!("{}, read up to position {}", archive.display(), self.archived),
            None => "none; `chronicle archive` makes one".to_owned(),
        };
        let mut text = format!("log      read up to position {} of {}\narchive  {archive}\n", self.read, self.last);
        if self.findings.is_empty() {
            text.push_str("everything is as it was\n");
        }
        text
    }
}
