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
use crate::ask::{Shell, understand_now};
use crate::error::Failure;
use crate::output::Output;
use crate::render::changes;
use crate::values::{Spelt, Spoken};

/// Each change as it comes, pushed; ctrl-c ends it
///
/// Every line begins with a position: --since with the last one seen goes on behind it, and nothing is lost or repeated.
#[derive(Debug, Args)]
pub(crate) struct Watch {
    #[command(subcommand)]
    what: Watched,
}

#[derive(Debug, Clone, Subcommand)]
enum Watched {
    /// What changes in who holds which status in an organisation
    #[command(after_help = "Example:\n  chronicle watch members sco --since 73")]
    Members {
        /// The organisation, such as sco, or by any of its names
        organisation: Spoken<OrganisationId>,
        #[command(flatten)]
        since: Since,
    },
    /// What changes in who takes part in a meeting
    #[command(after_help = "Example:\n  chronicle watch attendance sco-plus-astana-2024 --json")]
    Attendance {
        /// The meeting, such as sco-plus-astana-2024, or by its title
        meeting: Spoken<MeetingId>,
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
        let mut connection = shell.connect().await?;
        let tail = connection.log.tail().await?;
        if let Some(needed) = since.since.filter(|since| *since > tail) {
            return Err(Failure::NotReached { tail, needed });
        }
        let (output, snapshots) = (shell.output(), connection.snapshots(&shell.global));
        let live = Live::resume(&connection.log, &snapshots, since.since, Timestamp::now, |aside| output.note(aside));
        let mut live = live.await?;
        live.catch_up().await?;
        let mut what = self.what.clone();
        let notes = live.index().ask(|index| understand_now(what.spoken(), index, shell.today))?;
        for note in notes {
            shell.output().note(note);
        }
        let filter = what.asked();
        if let Err(AskError::Unknown { what, name, nearest }) = live.index().ask(|index| index.names(&filter)) {
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
            live.index().ask(|index| what.tell(shell.output(), index, &filter, update))?;
        }
    }
}

impl Watched {
    /// What it speaks of, that may be named.
    fn spoken(&mut self) -> Vec<&mut dyn Spelt> {
        match self {
            Self::Events { filters, .. } => filters.spoken(),
            Self::Members { organisation, .. } => vec![organisation],
            Self::Attendance { meeting, .. } => vec![meeting],
        }
    }

    /// What is watched, as a filter of events; names are understood before.
    fn asked(&self) -> EventFilter {
        match self {
            Self::Events { filters, .. } => filters.filter(),
            Self::Members { organisation, .. } => {
                EventFilter { organisation: Some(organisation.id().clone()), ..EventFilter::default() }
            }
            Self::Attendance { meeting, .. } => {
                EventFilter { meeting: Some(meeting.id().clone()), ..EventFilter::default() }
            }
        }
    }

    fn tell(&self, output: Output, index: &Index, filter: &EventFilter, update: Update) -> Result<(), Failure> {
        if let Self::Events { .. } = self {
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
        changes.changes.retain(|change| match (change, self) {
            (Change::Membership { organisation: moved, .. }, Self::Members { organisation, .. }) => {
                moved == organisation.id()
            }
            (Change::Attendance { meeting: moved, .. }, Self::Attendance { meeting, .. }) => moved == meeting.id(),
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
