//! What is already known of the log, by whoever keeps an index of it.

use std::sync::Arc;

use summit::{EventId, MeetingId, OrganisationId, Position};
use wire::Fingerprint;

/// Where an id stands, and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The first position at which it stands.
    pub position: Position,
    /// What the event there says.
    pub fingerprint: Fingerprint,
}

/// What is already known of the log. It may lag behind: the producer remembers what it has sent lately, and the log
/// itself removes quick repeats.
///
/// Asked once for every event, from an async task: answers come from memory, at once.
pub trait Directory: Send + Sync {
    /// Where an id stands and what it says, if it is known. This is what makes publishing idempotent for ever.
    fn known(&self, id: EventId) -> Option<Known>;

    /// The organisation of a meeting.
    fn organisation_of_meeting(&self, meeting: &MeetingId) -> Option<OrganisationId>;

    /// The organisation to which an event belongs.
    fn organisation_of_event(&self, id: EventId) -> Option<OrganisationId>;
}

/// Nothing is known: publishing is idempotent as long as the log remembers ids, about two minutes.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoDirectory;

impl Directory for NoDirectory {
    fn known(&self, _: EventId) -> Option<Known> {
        None
    }

    fn organisation_of_meeting(&self, _: &MeetingId) -> Option<OrganisationId> {
        None
    }

    fn organisation_of_event(&self, _: EventId) -> Option<OrganisationId> {
        None
    }
}

impl<D: Directory + ?Sized> Directory for Arc<D> {
    fn known(&self, id: EventId) -> Option<Known> {
        (**self).known(id)
    }

    fn organisation_of_meeting(&self, meeting: &MeetingId) -> Option<OrganisationId> {
        (**self).organisation_of_meeting(meeting)
    }

    fn organisation_of_event(&self, id: EventId) -> Option<OrganisationId> {
        (**self).organisation_of_event(id)
    }
}
