//! Subjects: where an event is filed.

use summit::{Event, OrganisationId};

/// The subject of an event: `chronicle.event.<organisation or ->.<meeting or ->.<kind>`.
///
/// `organisation` is the one that the event belongs to where the document does not name one itself: that of its
/// meeting, or of the event that it corrects. Tokens come from validated slugs only.
pub fn subject(event: &Event, organisation: Option<&OrganisationId>) -> String {
    let organisation = event.shared.organisation.as_ref().or(organisation).map_or("-", OrganisationId::as_str);
    let meeting = event.shared.meeting.as_ref().map_or("-", summit::MeetingId::as_str);
    format!("chronicle.event.{organisation}.{meeting}.{}", event.kind())
}
