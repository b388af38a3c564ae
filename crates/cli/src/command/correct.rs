//! `chronicle correct`: an event in the place of another.

use chronicle::Chronicle;
use clap::Args;
use futures::TryStreamExt;
use jiff::Timestamp;
use projector::Index;
use summit::EventId;
use wire::Document;

use super::record::{print, store};
use crate::ask::Shell;
use crate::connect::Connection;
use crate::document::{Said, written_out};
use crate::error::Failure;
use crate::identified::identified;

/// Correct an event: a new one in its place, with the given fields replaced
///
/// It says what the former said, but for the fields that are given; --set PATH=null leaves one out. The desk (--attribution
/// or its variable) is put before those whom the former names; without one, the former's source corrects itself.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  chronicle correct 35984089 --occurred 2024-07-05 \\
    --attribution \"Astana desk\" --source /desks/astana")]
pub(crate) struct Correct {
    /// The event; its id may be shortened
    #[arg(value_parser = projector::id_prefix)]
    target: String,
    #[command(flatten)]
    said: Said,
}

impl Correct {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let (connection, index) = shell.read(None).await?;
        let find = |prefix: &str| index.find(prefix).map_err(Failure::from);
        let mut said = self.said.clone();
        written_out(&mut said, find)?;
        let target = stored(&connection, &index, find(&self.target)?).await?;
        identified(&mut said.given, target.event().kind(), &index, shell)?;
        let document = said.correct(&target, Timestamp::now())?;
        if said.envelope.dry_run {
            return print(&document);
        }
        store(shell.output(), &connection, index, document).await
    }
}

/// The document of an event as it stands in the log, with fields beyond the vocabulary.
async fn stored(connection: &Connection, index: &Index, id: EventId) -> Result<Document, Failure> {
    let record = index.event(id).expect("an id that was found is in the index");
    let entry = connection.log.read(record.position).try_next().await?;
    let document = entry.and_then(|entry| Document::read(&entry.headers, &entry.bytes).ok());
    Ok(document.unwrap_or_else(|| Document::from_event(record.event.clone())))
}
