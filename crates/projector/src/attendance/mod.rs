//! Attendance: who took part in a meeting, at what level, in whose place (`design.md` section 3).
//!
//! In reading order: `about` is the meeting itself; `gathering` the meeting with its parts and organisations; `claims`
//! what is said of delegations there; `merge` how values of one attribute come to one; `people` the head and the
//! others; `fold` one delegation from its claims; `rows` and `remarks` the answer; `explain` why it says so; `leaders`
//! whose leader did not come; `programme` what belongs to a meeting, in the order of the world.

mod about;
mod claims;
mod explain;
mod fold;
mod gathering;
mod leaders;
mod merge;
mod people;
mod programme;
mod remarks;
mod rows;

#[cfg(test)]
mod laws;

use std::collections::BTreeMap;
use std::slice;

use summit::{MeetingId, PartyId};

pub use self::explain::{Attribute, DelegationExplained, Said, Weight};
pub use self::leaders::{Missing, Without, without_leader};
pub use self::merge::{is_leader, precedence};
pub use self::programme::Scheduled;

use self::claims::Claim;
use self::gathering::Gathering;
use crate::answer::{Attendance, Delegation, MeetingInfo, PresenceAnswer, Remark};
use crate::view::{AskError, View};

impl View<'_> {
    /// Who took part in a meeting. Cost: the claims of the meeting and its parts.
    pub fn attendance(&self, meeting: &MeetingId) -> Result<Attendance, AskError> {
        self.known_meeting(meeting)?;
        let gathering = Gathering::new(self, meeting, self.cutoff);
        let claims = gathering.claims();
        Ok(Attendance {
            meeting: meeting.clone(),
            token: self.token().clone(),
            meeting_info: self.meeting_info(meeting),
            delegations: claims.parties.iter().map(|(party, claims)| gathering.delegation(party, claims)).collect(),
            groups: claims.groups.iter().map(|(words, claims)| gathering.group(words, claims)).collect(),
            not_stated: gathering.not_stated(&claims),
            parts: gathering.parts.all.keys().map(|part| (*part).clone()).collect(),
            remarks: gathering.remarks(&claims),
        })
    }

    /// The same of one party only, where one is asked for: without what is said of others.
    pub fn attendance_of(&self, meeting: &MeetingId, only: Option<&PartyId>) -> Result<Attendance, AskError> {
        let mut answer = self.attendance(meeting)?;
        if let Some(only) = only {
            answer.delegations.retain(|row| row.party == *only);
            answer.not_stated.retain(|party| party == only);
            answer.groups.clear();
            answer.remarks.clear();
        }
        Ok(answer)
    }

    /// What is said of a meeting itself. Cost: the events of the kind `meeting` about it, and about what it is a part of.
    pub(crate) fn meeting_info(&self, meeting: &MeetingId) -> MeetingInfo {
        gathering::info(self, meeting)
    }

    /// The meetings that are parts of one, however deep.
    pub(crate) fn parts_of(&self, meeting: &MeetingId) -> Vec<MeetingId> {
        Gathering::new(self, meeting, self.cutoff).parts.all.keys().map(|part| (*part).clone()).collect()
    }

    /// One delegation's row; nothing where nothing is said of the party. Cost: the claims of that party.
    pub(crate) fn delegation(&self, meeting: &MeetingId, party: &PartyId) -> Option<Delegation> {
        self.delegations(meeting, slice::from_ref(party)).pop().flatten()
    }

    /// The same of several parties, in their order. Cost: the claims of the meeting and its parts, each once.
    pub(crate) fn delegations(&self, meeting: &MeetingId, parties: &[PartyId]) -> Vec<Option<Delegation>> {
        let gathering = Gathering::new(self, meeting, self.cutoff);
        let claims: BTreeMap<&PartyId, Vec<Claim<'_>>> = match parties {
            [only] => BTreeMap::from([(only, gathering.claims_about(only))]),
            _ => gathering.claims().parties,
        };
        let row = |party: &PartyId| {
            let claims = claims.get(party).filter(|claims| !claims.is_empty());
            claims.map(|claims| gathering.delegation(party, claims))
        };
        parties.iter().map(row).collect()
    }

    /// What is odd about who took part in a meeting.
    pub(crate) fn meeting_remarks(&self, meeting: &MeetingId) -> Vec<Remark> {
        let gathering = Gathering::new(self, meeting, self.cutoff);
        gathering.remarks(&gathering.claims())
    }
}

impl From<summit::Presence> for PresenceAnswer {
    fn from(presence: summit::Presence) -> Self {
        match presence {
            summit::Presence::Present => Self::Present,
            summit::Presence::Announced => Self::Announced,
            summit::Presence::Absent => Self::Absent,
        }
    }
}
