//! Which events are asked for, for history and feeds.

use std::collections::BTreeSet;

use jiff::civil::Date;
use summit::{Event, EventId, Kind, MeetingId, OrganisationId, PartyId, Position, Vantage, When};

use crate::index::{Index, filing};
use crate::view::AskError;

/// Which events are asked for; every part may be left open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventFilter {
    /// Of this organisation, also through their meeting or what they correct.
    pub organisation: Option<OrganisationId>,
    /// Of this meeting, its parts and sidelines not included.
    pub meeting: Option<MeetingId>,
    /// Of these kinds; none: of all.
    pub kinds: BTreeSet<Kind>,
    /// That name this party.
    pub party: Option<PartyId>,
    /// That may have happened at or after the beginning of this period.
    pub from: Option<When>,
    /// That may have happened at or before the end of this period.
    pub to: Option<When>,
}

impl Index {
    /// Whether every name that is asked for is one that some event uses.
    pub fn names(&self, filter: &EventFilter) -> Result<(), AskError> {
        self.names_at(filter, self.tail())
    }

    /// The same of the events up to a position.
    pub fn names_at(&self, filter: &EventFilter, at: Position) -> Result<(), AskError> {
        let view = self.view(&Vantage { at_position: Some(at), ..Vantage::default() }, Date::ZERO)?;
        filter.organisation.as_ref().map_or(Ok(()), |one| view.known_organisation(one))?;
        filter.meeting.as_ref().map_or(Ok(()), |one| view.known_meeting(one))?;
        filter.party.as_ref().map_or(Ok(()), |one| view.known_party(one))
    }

    /// Whether an event is asked for. Cost: that of what it belongs to.
    pub fn matches(&self, id: EventId, filter: &EventFilter) -> bool {
        self.matches_at(id, filter, self.tail())
    }

    /// The same, as far as was known at a position: what comes behind it changes nothing.
    pub fn matches_at(&self, id: EventId, filter: &EventFilter, at: Position) -> bool {
        let Some(record) = self.event(id).filter(|record| record.position <= at) else { return false };
        let event = &record.event;
        let occurred = event.shared.occurred.range();
        (filter.kinds.is_empty() || filter.kinds.contains(&event.kind()))
            && filter.meeting.as_ref().is_none_or(|meeting| event.shared.meeting.as_ref() == Some(meeting))
            && filter.from.as_ref().is_none_or(|from| from.range().earliest <= occurred.latest)
            && filter.to.as_ref().is_none_or(|to| occurred.earliest <= to.range().latest)
            && filter.party.as_ref().is_none_or(|party| names(event, party))
            && filter
                .organisation
                .as_ref()
                .is_none_or(|one| self.organisations_told(id, &|record| record.position <= at).contains(one))
    }
}

/// What a filter asks of an event, as far as was known at a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its kind.
    pub kind: Kind,
    /// The organisations that it belongs to.
    pub organisations: BTreeSet<OrganisationId>,
    /// Its meeting.
    pub meeting: Option<MeetingId>,
    /// The parties that it names.
    pub parties: BTreeSet<PartyId>,
}

impl Index {
    /// What an event names; nothing where there is no such event.
    pub fn named_by(&self, id: EventId, at: Position) -> Option<Named> {
        let event = &self.event(id)?.event;
        let parties = filing::party_of_status(event).into_iter().chain(filing::parties(event));
        Some(Named {
            kind: event.kind(),
            organisations: self.organisations_told(id, &|record| record.position <= at),
            meeting: event.shared.meeting.clone(),
            parties: parties.cloned().collect(),
        })
    }

    /// The organisations of a meeting, as far as was known at a position.
    pub fn organisations_of_meeting_at(&self, meeting: &MeetingId, at: Position) -> BTreeSet<OrganisationId> {
        self.organisations_of_meeting_told(meeting, &|record| record.position <= at)
    }
}

fn names(event: &Event, party: &PartyId) -> bool {
    filing::party_of_status(event) == Some(party) || filing::parties(event).any(|named| named == party)
}
