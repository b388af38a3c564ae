//! The events of an organisation or a meeting, as they were stored.

use std::collections::BTreeSet;

use chronicle::Chronicle;
use projector::{AskError, Index, Speed};
use summit::{Content, EventId, MeetingId, OrganisationId, Position, Vantage};

use super::{meeting, unknown};
use crate::ask::Shell;
use crate::error::Failure;
use crate::release::Release;

/// Prints them.
pub(super) async fn print(of: &[OrganisationId], shell: &Shell) -> Result<(), Failure> {
    let history = shell.history().await?;
    let mut ids = BTreeSet::new();
    for one in of {
        let own = belonging(&history.index, one);
        if own.is_empty() {
            let view = history.index.view(&Vantage::default(), shell.today).map_err(Failure::from)?;
            let unknown: AskError = unknown(&view, one);
            return Err(history.unanswered(unknown.into()));
        }
        ids.extend(own);
    }
    let mut release = Release::new(Speed::Max, shell.output());
    history.print(|log| log.read(Position::START), |_, id| ids.contains(&id), &mut release).await
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
