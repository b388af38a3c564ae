//! `chronicle retract`: an event that takes another back.

use clap::Args;
use jiff::Timestamp;

use super::record::{print, store};
use crate::ask::Shell;
use crate::document::{Envelope, Said};
use crate::error::Failure;
use crate::fields::Given;

/// Take an event back, now
///
/// The desk (--attribution or its variable) is put before those whom the event names; without one, its own source
/// takes it back. A retraction can be retracted.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  chronicle retract d0d6f663 --reason \"entered by mistake\"")]
pub(crate) struct Retract {
    /// The event; its id may be shortened
    #[arg(value_parser = projector::id_prefix)]
    target: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Free text
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Who takes it back, nearest first.
    #[arg(
        long,
        value_name = "SOURCE",
        env = "CHRONICLE_ATTRIBUTION",
        hide_env_values = true,
        help = "Who takes it back, nearest first: \"Name\" or \"Name <url>\"; repeats"
    )]
    attribution: Vec<String>,
    #[command(flatten)]
    envelope: Envelope,
}

impl Retract {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let (connection, index) = shell.read(None).await?;
        let target = index.event(index.find(&self.target)?).expect("an id that was found is in the index");
        let texts = |text: &Option<String>| text.iter().cloned().collect::<Vec<_>>();
        let given =
            [("reason", texts(&self.reason)), ("note", texts(&self.note)), ("attribution", self.attribution.clone())];
        let said = Said { given: Given::of(given), settings: Vec::new(), envelope: self.envelope.clone() };
        let document = said.retract(&target.event, Timestamp::now())?;
        if said.envelope.dry_run {
            return print(&document);
        }
        store(shell.output(), &connection, index, document).await
    }
}
