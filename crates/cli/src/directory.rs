//! What the index knows of the log, as the producer asks for it.

use producer::{Directory, Known};
use projector::Index;
use summit::{EventId, MeetingId, OrganisationId};

/// The index as a directory.
pub(crate) struct Indexed(pub(crate) Index);

impl Directory for Indexed {
    fn known(&self, id: EventId) -> Option<Known> {
        let (record, fingerprint) = (self.0.event(id)?, self.0.fingerprint(id)?);
        Some(Known { position: record.position, fingerprint })
    }

    fn organisation_of_meeting(&self, meeting: &MeetingId) -> Option<OrganisationId> {
        self.0.organisations_of_meeting(meeting).into_iter().next()
    }

    fn organisation_of_event(&self, id: EventId) -> Option<OrganisationId> {
        self.0.organisations_of(id).into_iter().next()
    }
}
