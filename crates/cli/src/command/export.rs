//! `chronicle export`: what belongs to an organisation or a meeting, for others.

use std::collections::BTreeSet;

use chronicle::Chronicle;
use clap::Args;
use projector::{AskError, Index, Speed};
use summit::{Content, EventId, MeetingId, OrganisationId, Position, Vantage};

use crate::ask::Shell;
use crate::error::Failure;
use crate::release::Release;

/// What belongs to an organisation or a meeting, for others to read
///
/// The events themselves, as they were stored, each once: those of an organisation also through their meetings, those of a
/// meeting with its parts, and what corrects or takes back any of them. `chronicle import jsonl` reads them elsewhere.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  chronicle export sco --format jsonl")]
pub(crate) struct Export {
    /// The organisation or meeting
    #[arg(value_name = "ORG|MEETING")]
    of: OrganisationId,
    /// How: only jsonl, for now
    #[arg(long, default_value = "jsonl", value_parser = format)]
    format: Format,
}

/// How it is written.
#[derive(Debug, Clone, Copy)]
enum Format {
    /// CloudEvents, one JSON document a line.
    Jsonl,
}

fn format(text: &str) -> Result<Format, String> {
    match text {
        "jsonl" => Ok(Format::Jsonl),
        _ => Err("only jsonl is there for now: the events themselves, one JSON document a line".to_owned()),
    }
}

impl Export {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let Format::Jsonl = self.format;
        let history = shell.history().await?;
        let ids = belonging(&history.index, &self.of);
        if ids.is_empty() {
            let unknown = self.unknown(&history.index, shell)?;
            return Err(history.unanswered(unknown.into()));
        }
        let mut release = Release::new(Speed::Max, shell.output());
        history.print(|log| log.read(Position::START), |_, id| ids.contains(&id), &mut release).await
    }

    /// Nobody names it; the nearest names of both kinds.
    fn unknown(&self, index: &Index, shell: &Shell) -> Result<AskError, Failure> {
        let view = index.view(&Vantage::default(), shell.today)?;
        let mut nearest = Vec::new();
        let organisation = view.members(&self.of, &projector::MembersFilter::default()).err();
        let meeting = view.attendance(&meeting(&self.of)).err();
        for error in organisation.into_iter().chain(meeting) {
            if let AskError::Unknown { nearest: names, .. } = error {
                nearest.extend(names);
            }
        }
        Ok(AskError::Unknown { what: "organisation or meeting", name: self.of.to_string(), nearest })
    }
}

/// Organisations and meetings have slugs of one form.
fn meeting(of: &OrganisationId) -> MeetingId {
    of.as_str().parse().expect("a slug is a slug")
}

/// The events that belong to an organisation or meeting of this name.
fn belonging(index: &Index, of: &OrganisationId) -> BTreeSet<EventId> {
    let meetings = with_parts(index, meeting(of));
    let records = || index.ids_beginning("").filter_map(|id| index.event(id));
    let belongs = |id: EventId| {
        let meeting = index.event(id).and_then(|record| record.event.shared.meeting.as_ref());
        meeting.is_some_and(|meeting| meetings.contains(meeting)) || index.organisations_of(id).contains(of)
    };
    let mut ids: BTreeSet<EventId> = records().map(|record| record.event.id).filter(|id| belongs(*id)).collect();
    // What corrects or takes back one of them, and what does so with that.
    loop {
        let links = records().filter(|record| record.event.targets().any(|target| ids.contains(&target)));
        let more: Vec<EventId> = links.map(|record| record.event.id).filter(|id| !ids.contains(id)).collect();
        if more.is_empty() {
            return ids;
        }
        ids.extend(more);
    }
}

/// A meeting and every part of it, as any event says.
fn with_parts(index: &Index, whole: MeetingId) -> BTreeSet<MeetingId> {
    let records = index.ids_beginning("").filter_map(|id| index.event(id));
    let parts: Vec<(&MeetingId, &MeetingId)> = records
        .filter_map(|record| match (&record.event.content, &record.event.shared.meeting) {
            (Content::Meeting(about), Some(part)) => about.part_of.as_ref().map(|whole| (whole, part)),
            _ => None,
        })
        .collect();
    let (mut found, mut open) = (BTreeSet::from([whole.clone()]), vec![whole]);
    while let Some(whole) = open.pop() {
        let of_it = parts.iter().filter(|(of, _)| **of == whole).map(|(_, part)| (*part).clone());
        open.extend(of_it.filter(|part| found.insert(part.clone())).collect::<Vec<_>>());
    }
    found
}
