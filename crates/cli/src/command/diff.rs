//! `chronicle diff`: what changed in what is known, and by which events.

use clap::Args;
use gateway::AskedFor;
use projector::{Index, Knowledge};
use summit::OrganisationId;

use crate::ask::{Shell, understand};
use crate::error::Failure;
use crate::values::Spoken;
use crate::vantage::VantageOptions;

/// What changed in what is known of an organisation, and by which events
///
/// A number is a position of this chronicle; an instant or a date asks for what the record claims was known by then.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle diff sco --from 40 --to 73
  chronicle diff sco --from 2024-07-03 --to 2024-07-04")]
pub(crate) struct Diff {
    /// The organisation, such as sco, or by any of its names
    organisation: Spoken<OrganisationId>,
    /// The former moment of knowledge: a position, an instant, or a date, which means its end in UTC
    #[arg(long, value_name = "A")]
    from: Knowledge,
    /// The later moment of knowledge
    #[arg(long, value_name = "B")]
    to: Knowledge,
    #[command(flatten)]
    vantage: VantageOptions,
}

impl Diff {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        self.vantage.check()?;
        for side in [self.from, self.to] {
            let twice = match side {
                Knowledge::Position(_) => self.vantage.at_position.map(|_| "--at-position"),
                Knowledge::Instant(_) => self.vantage.known_at.map(|_| "--known-at"),
            };
            if let Some(twice) = twice {
                let said = format!("{twice} says again what --from and --to say");
                return Err(Failure::usage(said, "leave it out: both moments of knowledge are given"));
            }
        }
        if let Some(remote) = shell.remote()? {
            let mut organisation = self.organisation.clone();
            shell.understand_remote(&remote, vec![&mut organisation], &self.vantage).await?;
            let question = AskedFor::at(format!("/v1/organisations/{}/diff", organisation.id()));
            let question = question.with("from", Some(self.from)).with("to", Some(self.to));
            return shell.ask_remote::<projector::Diff>(&remote, &self.vantage.asked_of(question)).await;
        }
        let ask = |index: &Index| {
            for side in [self.from, self.to] {
                if let Knowledge::Position(position) = side {
                    index.reached(position)?;
                }
            }
            let rest = self.vantage.resolve(index)?;
            let mut organisation = self.organisation.clone();
            let view = index.view(&rest, shell.today)?.showing(self.vantage.names());
            let mut notes = understand(vec![&mut organisation], &view)?;
            notes.extend(projector::unknown_source(index, &rest));
            let diff = projector::diff(index, organisation.id(), (self.from, self.to), &rest, shell.today)?;
            Ok((notes, shell.output().cited(&diff, index, self.vantage.names())))
        };
        shell.ask(self.vantage.min_position, ask).await
    }
}
