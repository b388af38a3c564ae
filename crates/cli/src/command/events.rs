//! `chronicle events`: history as it was stored.

use chronicle::{Chronicle, Entry, ReadError};
use clap::Args;
use futures::TryStreamExt;
use futures::stream::BoxStream;
use projector::{EventFilter, Index, Speed};
use summit::{EventId, Kind, MeetingId, OrganisationId, PartyId, Position, When};
use wire::Document;

use super::record::kind;
use crate::ask::Shell;
use crate::error::Failure;
use crate::output::Output;
use crate::release::Release;
use crate::values;

/// So many bytes are printed at once.
const PRINTED_AT_ONCE: usize = 64 * 1024;

/// Which events
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Which events")]
pub(super) struct Filters {
    /// Of this organisation, also through their meeting or what they correct
    #[arg(long)]
    organisation: Option<OrganisationId>,
    /// Of this meeting
    #[arg(long)]
    meeting: Option<MeetingId>,
    /// Of this kind; repeats
    #[arg(long, value_parser = kind(), value_delimiter = ',')]
    kind: Vec<Kind>,
    /// That name this party
    #[arg(long, value_parser = values::party)]
    party: Option<PartyId>,
    /// That may have happened at or after the beginning of this period (EDTF)
    #[arg(long, value_name = "TIME")]
    from: Option<When>,
    /// That may have happened at or before the end of this period (EDTF)
    #[arg(long, value_name = "TIME")]
    to: Option<When>,
}

impl Filters {
    pub(super) fn filter(&self) -> EventFilter {
        EventFilter {
            organisation: self.organisation.clone(),
            meeting: self.meeting.clone(),
            kinds: self.kind.iter().copied().collect(),
            party: self.party.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
        }
    }
}

/// History as JSON lines: the documents as they were stored, each event once
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle events --organisation sco --kind signing
  chronicle events --party KAZ --from 2024-07-03 --to 2024-07-04
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
        // First all of it: whose event one is may turn out later.
        let (connection, index) = shell.read(None).await?;
        if self.quarantined {
            return index.undecodable().iter().try_for_each(Output::json);
        }
        index.names(&self.filters.filter())?;
        let entries = connection.log.read(Position::START);
        let filter = self.filters.filter();
        let mut release = Release::new(Speed::Max, shell.output());
        print(shell.output(), &index, |id| index.matches(id, &filter), entries, &mut release).await
    }
}

/// Prints the entries that are asked for, up to where the index ends, each once it is let out.
pub(super) async fn print(
    output: Output,
    index: &Index,
    wanted: impl Fn(EventId) -> bool,
    mut entries: BoxStream<'static, Result<Entry, ReadError>>,
    release: &mut Release,
) -> Result<(), Failure> {
    let (mut text, mut any) = (Vec::new(), false);
    let mut at = Position::START;
    while at < index.tail() {
        let Some(entry) = entries.try_next().await? else { break };
        at = entry.position;
        // Nothing stands there for repeats, and for what is no event.
        let Some(record) = index.record_at(at).filter(|record| wanted(record.event.id)) else {
            continue;
        };
        any = true;
        if !release.wait(entry.stored_at).await {
            break;
        }
        let line = Document::line(&entry.headers, &entry.bytes);
        text.extend(line.unwrap_or_else(|_| Document::from_event(record.event.clone()).encode()));
        text.push(b'\n');
        if !release.is_at_once() || text.len() >= PRINTED_AT_ONCE {
            Output::bytes(&text)?;
            text.clear();
        }
    }
    if !any {
        output.note("no event is asked for");
    }
    Output::bytes(&text)
}
