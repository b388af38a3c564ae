//! `chronicle events`: history as it was stored.

use chronicle::Chronicle;
use clap::Args;
use gateway::AskedFor;
use projector::{AskError, EventFilter, Index, Speed};
use summit::{Kind, MeetingId, OrganisationId, PartyId, Position, When};

use super::record::kind;
use crate::ask::{Shell, understand_now};
use crate::error::Failure;
use crate::history::NONE;
use crate::output::Output;
use crate::release::Release;
use crate::values::{Spelt, Spoken, spoken};
use crate::vantage::VantageOptions;

/// Which events
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Which events")]
pub(super) struct Filters {
    /// Of this organisation, also through their meeting or what they correct; by its slug or any of its names
    #[arg(long)]
    organisation: Option<Spoken<OrganisationId>>,
    /// Of this meeting, by its slug or title
    #[arg(long)]
    meeting: Option<Spoken<MeetingId>>,
    /// Of this kind; repeats
    #[arg(long, value_parser = kind(), value_delimiter = ',')]
    kind: Vec<Kind>,
    /// That name this party, such as KAZ, or by any of its names
    #[arg(long)]
    party: Option<Spoken<PartyId>>,
    /// That may have happened at or after the beginning of this period (EDTF)
    #[arg(long, value_name = "TIME")]
    from: Option<When>,
    /// That may have happened at or before the end of this period (EDTF)
    #[arg(long, value_name = "TIME")]
    to: Option<When>,
}

impl Filters {
    /// History as a service is asked for it.
    fn address(&self) -> AskedFor {
        let kinds: Vec<&str> = self.kind.iter().map(|kind| kind.as_str()).collect();
        AskedFor::at("/v1/events")
            .with("organisation", self.organisation.as_ref().map(Spoken::id))
            .with("meeting", self.meeting.as_ref().map(Spoken::id))
            .with("kind", (!kinds.is_empty()).then(|| kinds.join(",")))
            .with("party", self.party.as_ref().map(Spoken::id))
            .with("from", self.from.as_ref())
            .with("to", self.to.as_ref())
    }

    /// What they speak of, that may be named.
    pub(super) fn spoken(&mut self) -> Vec<&mut dyn Spelt> {
        let of = spoken(&mut self.organisation).into_iter().chain(spoken(&mut self.meeting));
        of.chain(spoken(&mut self.party)).collect()
    }

    /// The same once names are understood, of events that these ask for; what was taken for what is noted.
    pub(super) fn understood(&self, index: &Index, shell: &Shell) -> Result<EventFilter, AskError> {
        let mut named = self.clone();
        let notes = understand_now(named.spoken(), index, shell.today)?;
        for note in notes {
            shell.output().note(note);
        }
        let filter = named.filter();
        index.names(&filter).map(|()| filter)
    }

    /// As a filter; names are understood before.
    pub(super) fn filter(&self) -> EventFilter {
        EventFilter {
            organisation: self.organisation.as_ref().map(|one| one.id().clone()),
            meeting: self.meeting.as_ref().map(|one| one.id().clone()),
            kinds: self.kind.iter().copied().collect(),
            party: self.party.as_ref().map(|one| one.id().clone()),
            from: self.from.clone(),
            to: self.to.clone(),
        }
    }
}

/// History as JSON lines: the documents as they were stored, each event once
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle events --organisation sco --kind signing
  chronicle events --party Kazakhstan --from 2024-07-03 --to 2024-07-04
  chronicle events --quarantined")]
pub(crate) struct Events {
    #[command(flatten)]
    filters: Filters,
    /// The entries that are passed over instead: no events, or events that do not belong under their subject
    #[arg(long, conflicts_with_all = ["organisation", "meeting", "kind", "party", "from", "to"])]
    quarantined: bool,
}

impl Events {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        if let Some(remote) = shell.remote()? {
            let (question, none) = if self.quarantined {
                (AskedFor::at("/v1/quarantine"), None)
            } else {
                let mut filters = self.filters.clone();
                shell.understand_remote(&remote, filters.spoken(), &VantageOptions::default()).await?;
                (filters.address(), Some(NONE))
            };
            return shell.lines_of_remote(&remote, &question, none).await;
        }
        let history = shell.history().await?;
        if self.quarantined {
            history.index.undecodable().iter().try_for_each(Output::json)?;
            return history.end();
        }
        let filter = match self.filters.understood(&history.index, shell) {
            Ok(filter) => filter,
            Err(unknown) => return Err(history.unanswered(unknown.into())),
        };
        let mut release = Release::new(Speed::Max, shell.output());
        history.print(|log| log.read(Position::START), |index, id| index.matches(id, &filter), &mut release).await
    }
}
