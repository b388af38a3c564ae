//! `chronicle watch`: each change as it comes.

use chronicle::Chronicle;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use projector::{AskError, Change, Changes, EventFilter, Index, Indexed, Live, Update};
use serde::Serialize;
use serde_json::Value;
use summit::{MeetingId, OrganisationId, Position};
use wire::Document;

use super::events::Filters;
use crate::ask::Shell;
use crate::error::Failure;
use crate::output::Output;
use crate::render::changes;

/// Each change as it comes, pushed; ctrl-c ends it
///
/// Every line begins with a position: --since with the last one seen goes on behind it, and nothing is lost or repeated.
#[derive(Debug, Args)]
pub(crate) struct Watch {
    #[command(subcommand)]
    what: Watched,
}

#[derive(Debug, Subcommand)]
enum Watched {
    /// What changes in who holds which status in an organisation
    #[command(after_help = "Example:\n  chronicle watch members sco --since 73")]
    Members {
        /// The organisation, such as sco
        organisation: OrganisationId,
        #[command(flatten)]
        since: Since,
    },
    /// What changes in who takes part in a meeting
    #[command(after_help = "Example:\n  chronicle watch attendance sco-plus-astana-2024 --json")]
    Attendance {
        /// The meeting, such as sco-plus-astana-2024
        meeting: MeetingId,
        #[command(flatten)]
        since: Since,
    },
    /// Every event
    #[command(after_help = "Example:\n  chronicle watch events --kind signing,admission")]
    Events {
        #[command(flatten)]
        filters: Box<Filters>,
        #[command(flatten)]
        since: Since,
    },
}

#[derive(Debug, Clone, Copy, Args)]
struct Since {
    /// Tell what came behind this position first [default: the last one as it is now]
    #[arg(long, value_name = "POSITION")]
    since: Option<Position>,
}

/// An event as watchers are told of it.
#[derive(Serialize)]
struct Told {
    position: Position,
    stored_at: Timestamp,
    event: Value,
}

impl Watch {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let since = match &self.what {
            Watched::Members { since, .. } | Watched::Attendance { since, .. } | Watched::Events { since, .. } => since,
        };
        let filter = self.asked();
        let mut connection = shell.connect().await?;
        let tail = connection.log.tail().await?;
        if let Some(needed) = since.since.filter(|since| *since > tail) {
            return Err(Failure::NotReached { tail, needed });
        }
        let (output, snapshots) = (shell.output(), connection.snapshots(&shell.global));
        let live = Live::resume(&connection.log, &snapshots, since.since, Timestamp::now, |aside| output.note(aside));
        let mut live = live.await?;
        live.catch_up().await?;
        if let Err(AskError::Unknown { what, name, nearest }) = live.index().ask(|index| index.names(&self.asked())) {
            let nearest = nearest.first().map(|nearest| format!("; did you mean {nearest}?")).unwrap_or_default();
            shell.output().note(format_args!("no event names the {what} \"{name}\" yet{nearest}"));
        }
        shell.output().remark("watching; ctrl-c ends it");
        // One for all updates: what comes while one is told is not lost.
        let ended = tokio::signal::ctrl_c();
        tokio::pin!(ended);
        loop {
            let update = tokio::select! {
                update = live.next() => update?,
                _ = &mut ended => return Ok(()),
                lost = connection.lost() => return Err(lost),
            };
            live.index().ask(|index| self.tell(shell.output(), index, &filter, update))?;
        }
    }

    /// What is watched, as a filter of events.
    fn asked(&self) -> EventFilter {
        match &self.what {
            Watched::Events { filters, .. } => filters.filter(),
            Watched::Members { organisation, .. } => {
                EventFilter { organisation: Some(organisation.clone()), ..EventFilter::default() }
            }
            Watched::Attendance { meeting, .. } => {
                EventFilter { meeting: Some(meeting.clone()), ..EventFilter::default() }
            }
        }
    }

    fn tell(&self, output: Output, index: &Index, filter: &EventFilter, update: Update) -> Result<(), Failure> {
        if let Watched::Events { .. } = self.what {
            return event(output, index, filter, &update);
        }
        let changes = self.watched(update.changes);
        if changes.changes.is_empty() {
            return Ok(());
        }
        if output.json { Output::json(&changes) } else { Output::text(&changes::lines(&changes, index)) }
    }

    /// Only what is watched.
    fn watched(&self, mut changes: Changes) -> Changes {
        changes.changes.retain(|change| match (change, &self.what) {
            (Change::Membership { organisation: moved, .. }, Watched::Members { organisation, .. }) => {
                moved == organisation
            }
            (Change::Attendance { meeting: moved, .. }, Watched::Attendance { meeting, .. }) => moved == meeting,
            (Change::Membership { .. } | Change::Attendance { .. }, _) => false,
        });
        changes
    }
}

fn event(output: Output, index: &Index, filter: &EventFilter, update: &Update) -> Result<(), Failure> {
    let (Some(entry), Some(cause)) = (&update.entry, update.changes.cause) else { return Ok(()) };
    let Some(record) = index.event(cause).filter(|_| index.matches(cause, filter)) else { return Ok(()) };
    if !output.json {
        return Output::text(&changes::event(record, index));
    }
    let stored = Document::read(&entry.headers, &entry.bytes);
    let document = stored.unwrap_or_else(|_| Document::from_event(record.event.clone()));
    let event = serde_json::from_slice(&document.encode()).expect("a document is JSON");
    Output::json(&Told { position: entry.position, stored_at: entry.stored_at, event })
}
