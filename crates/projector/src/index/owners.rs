//! Whose events are that are about to be published (`design.md` section 3, *Whose event*): what the right to write is
//! judged by.

use std::collections::{BTreeSet, HashMap};

use summit::{Content, Event, EventId, MeetingId, Named, OrganisationId};

use super::Index;

/// Whose an event is, as far as is known before it stands in the chronicle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owners {
    /// The organisations that it belongs to; none where nobody knows any.
    pub organisations: BTreeSet<OrganisationId>,
    /// What it corrects or retracts of which nobody knows whose it is: not on record, or of no organisation.
    pub unknown: Vec<EventId>,
}

impl Index {
    /// Whose these events are, that are to be published in this order. What the earlier ones say of meetings, and the
    /// earlier ones as targets, count for the later ones.
    pub fn owners<'e>(&self, events: impl IntoIterator<Item = &'e Event>) -> Vec<Owners> {
        let mut coming = Coming { index: self, meetings: HashMap::new(), events: HashMap::new() };
        events.into_iter().map(|event| coming.take(event)).collect()
    }

    /// Whose an event on record is, with what it gives a name to.
    fn owners_on_record(&self, id: EventId) -> BTreeSet<OrganisationId> {
        let (mut found, mut seen, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![id]);
        while let Some(id) = open.pop() {
            let Some(record) = self.event(id).filter(|_| seen.insert(id)) else { continue };
            found.extend(named(&record.event).cloned());
            found.extend(meetings(&record.event).flat_map(|meeting| self.organisations_of_meeting(meeting)));
            open.extend(record.event.targets());
        }
        found
    }
}

/// Events that are to be published, and those before them.
struct Coming<'a, 'e> {
    index: &'a Index,
    /// What those before say of meetings.
    meetings: HashMap<&'e MeetingId, BTreeSet<OrganisationId>>,
    /// Whose those before are.
    events: HashMap<EventId, BTreeSet<OrganisationId>>,
}

impl<'e> Coming<'_, 'e> {
    fn take(&mut self, event: &'e Event) -> Owners {
        let mut organisations: BTreeSet<OrganisationId> = named(event).cloned().collect();
        for meeting in meetings(event) {
            organisations.extend(self.index.organisations_of_meeting(meeting));
            organisations.extend(self.meetings.get(meeting).into_iter().flatten().cloned());
        }
        let mut unknown = Vec::new();
        for target in event.targets() {
            let mut owners = self.index.owners_on_record(target);
            owners.extend(self.events.get(&target).into_iter().flatten().cloned());
            if owners.is_empty() {
                unknown.push(target);
            }
            organisations.extend(owners);
        }
        self.events.entry(event.id).or_default().extend(organisations.iter().cloned());
        if let (Content::Meeting(_), Some(meeting)) = (&event.content, &event.shared.meeting) {
            self.meetings.entry(meeting).or_default().extend(organisations.iter().cloned());
        }
        Owners { organisations, unknown }
    }
}

/// The organisations that an event names.
fn named(event: &Event) -> impl Iterator<Item = &OrganisationId> {
    let bearer = if let Some(Named::Organisation(bearer)) = bearer(event) { Some(bearer) } else { None };
    event.shared.organisation.iter().chain(bearer)
}

/// The meetings whose organisations are the event's too.
fn meetings(event: &Event) -> impl Iterator<Item = &MeetingId> {
    let (mut part_of, mut sidelines_of) = (None, None);
    if let Content::Meeting(about) = &event.content {
        (part_of, sidelines_of) = (about.part_of.as_ref(), about.sidelines_of.as_ref());
    }
    let bearer = if let Some(Named::Meeting(bearer)) = bearer(event) { Some(bearer) } else { None };
    event.shared.meeting.iter().chain(part_of).chain(sidelines_of).chain(bearer)
}

/// What is given a name, where something is.
fn bearer(event: &Event) -> Option<&Named> {
    if let Content::Naming(naming) = &event.content { Some(&naming.of) } else { None }
}
