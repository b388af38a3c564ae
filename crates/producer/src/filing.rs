//! Under which organisation an event is filed.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use summit::{Content, Event, EventId, MeetingId, Named, OrganisationId};

use crate::directory::Directory;

/// How many meetings, and how many events, are remembered with their organisations; the oldest are forgotten first.
/// More than any index lags behind.
const REMEMBERED: usize = 65_536;

/// Finds the organisation to which an event belongs, where its document does not name one.
#[derive(Default)]
pub(crate) struct Filing {
    /// Organisations of meetings, as events that passed here say.
    meetings: Recent<MeetingId>,
    /// Organisations of events that passed here.
    events: Recent<EventId>,
}

impl Filing {
    /// The subject of an event. What it says of its meeting is remembered for those that follow.
    pub(crate) fn subject(&mut self, event: &Event, directory: &dyn Directory) -> String {
        let organisation = self.organisation(event, directory);
        if let Some(organisation) = &organisation {
            self.events.remember(event.id, organisation);
            if let (Content::Meeting(_), Some(meeting)) = (&event.content, &event.shared.meeting) {
                self.meetings.remember(meeting.clone(), organisation);
            }
        }
        wire::subject(event, organisation.as_ref())
    }

    /// The organisation that the event names, or that of its meeting, or that of what it corrects or retracts.
    fn organisation(&self, event: &Event, directory: &dyn Directory) -> Option<OrganisationId> {
        let of_meeting = |meeting: &MeetingId| {
            self.meetings.get(meeting).cloned().or_else(|| directory.organisation_of_meeting(meeting))
        };
        let of_event = |id: EventId| self.events.get(&id).cloned().or_else(|| directory.organisation_of_event(id));
        let named = event.shared.organisation.as_ref().or_else(|| match bearer(event) {
            Some(Named::Organisation(organisation)) => Some(organisation),
            Some(Named::Party(_) | Named::Meeting(_) | Named::Instrument(_) | Named::Person(_)) | None => None,
        });
        let named = named.cloned().or_else(|| meetings(event).find_map(of_meeting));
        named.or_else(|| event.targets().find_map(of_event))
    }
}

/// The meetings whose organisation is the event's too, nearest first.
fn meetings(event: &Event) -> impl Iterator<Item = &MeetingId> {
    let (mut part_of, mut sidelines_of, mut named) = (None, None, None);
    if let Content::Meeting(meeting) = &event.content {
        (part_of, sidelines_of) = (meeting.part_of.as_ref(), meeting.sidelines_of.as_ref());
    }
    if let Some(Named::Meeting(meeting)) = bearer(event) {
        named = Some(meeting);
    }
    event.shared.meeting.iter().chain(part_of).chain(sidelines_of).chain(named)
}

/// What is named, if the event names something.
fn bearer(event: &Event) -> Option<&Named> {
    if let Content::Naming(naming) = &event.content { Some(&naming.of) } else { None }
}

/// Organisations by key, of which the oldest are forgotten.
struct Recent<K> {
    organisations: HashMap<K, OrganisationId>,
    /// The keys in the order of their coming.
    order: VecDeque<K>,
}

impl<K> Default for Recent<K> {
    fn default() -> Self {
        Self { organisations: HashMap::new(), order: VecDeque::new() }
    }
}

impl<K: Clone + Eq + Hash> Recent<K> {
    fn get(&self, key: &K) -> Option<&OrganisationId> {
        self.organisations.get(key)
    }

    /// Remembers the organisation of a key; the first one said is kept.
    fn remember(&mut self, key: K, organisation: &OrganisationId) {
        if self.organisations.contains_key(&key) {
            return;
        }
        if self.order.len() == REMEMBERED {
            self.order.pop_front().map(|oldest| self.organisations.remove(&oldest));
        }
        self.organisations.insert(key.clone(), organisation.clone());
        self.order.push_back(key);
    }
}
