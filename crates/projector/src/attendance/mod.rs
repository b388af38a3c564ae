//! Attendance: who took part in a meeting, at what level, in whose place.

use summit::{MeetingId, PartyId};

use crate::answer::{Attendance, Delegation, MeetingInfo};
use crate::view::{AskError, View};

impl View<'_> {
    /// Who took part in a meeting.
    pub fn attendance(&self, meeting: &MeetingId) -> Result<Attendance, AskError> {
        self.known_meeting(meeting)?;
        Ok(Attendance {
            meeting: meeting.clone(),
            token: self.token().clone(),
            meeting_info: MeetingInfo::default(),
            delegations: Vec::new(),
            groups: Vec::new(),
            not_stated: Vec::new(),
            parts: Vec::new(),
            remarks: Vec::new(),
        })
    }

    /// One delegation's row; nothing where nothing is said of the party. Cost: the claims of that party.
    pub(crate) fn delegation(&self, meeting: &MeetingId, party: &PartyId) -> Option<Delegation> {
        let _ = (meeting, party);
        None
    }
}
