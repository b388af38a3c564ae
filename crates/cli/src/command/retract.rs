//! `chronicle retract`: an event that takes another back.

use clap::Args;
use jiff::Timestamp;

use super::record::{print, store};
use crate::ask::Shell;
use crate::document::{Said, written_out};
use crate::error::Failure;
use crate::values;

/// Take an event back, now
///
/// The desk (--attribution or CHRONICLE_ATTRIBUTION) is put before those whom the event names; without one, its own source
/// takes it back. A retraction can be retracted.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  chronicle retract d0d6f663 --reason \"entered by mistake\"")]
pub(crate) struct Retract {
    /// The event; its id may be shortened
    #[arg(value_parser = values::prefix)]
    target: String,
    #[command(flatten)]
    said: Said,
}

impl Retract {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let (connection, index) = shell.read(None).await?;
        let find = |prefix: &str| index.find(prefix).map_err(Failure::from);
        let mut said = self.said.clone();
        written_out(&mut said, find)?;
        let target = index.event(find(&self.target)?).expect("an id that was found is in the index");
        let document = said.retract(&target.event, Timestamp::now())?;
        if said.dry_run {
            return print(&document);
        }
        store(shell.output(), &connection, index, document).await
    }
}
