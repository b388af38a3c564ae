//! What the views of an organisation or a meeting rest on: what has to be taken elsewhere, for the same views there.

use std::collections::BTreeSet;

use summit::{EventId, Named, OrganisationId, PartyId, Position};

use super::filing::{Slot, mentioned};
use super::{Index, Record};
use crate::membership::{as_organisation, as_party};

impl Index {
    /// The events that the views of an organisation, and of a meeting of the same name, rest on, active or not: its own and
    /// those of its meetings, those of organisations whose members passed over to it, every succession of itself and of a
    /// party in one of them, every name of what they speak of, and what corrects or takes back any of these. Nothing where
    /// no event speaks of it. Cost: every event.
    pub fn belonging(&self, of: &OrganisationId) -> BTreeSet<EventId> {
        self.belonging_at(of, self.tail())
    }

    /// The same of the events up to a position: what comes behind it changes nothing.
    pub fn belonging_at(&self, of: &OrganisationId, at: Position) -> BTreeSet<EventId> {
        let counts = |record: &Record| record.position <= at;
        let meetings =
            of.as_str().parse().map_or_else(|_| BTreeSet::new(), |meeting| self.parts_told(&meeting, &counts));
        let organisations =
            if self.organisation(of).is_some() { self.organisations_before_told(of, &counts) } else { BTreeSet::new() };
        let own = |record: &Record| {
            let meeting = record.event.shared.meeting.as_ref();
            meeting.is_some_and(|meeting| meetings.contains(meeting))
                || !self.organisations_told(record.event.id, &counts).is_disjoint(&organisations)
        };
        let mut rest =
            Rest { index: self, at, organisations: &organisations, found: BTreeSet::new(), open: Vec::new() };
        self.slots().filter(|slot| own(self.at(*slot))).for_each(|slot| rest.take(slot));
        for one in &organisations {
            rest.about(&Named::Organisation(one.clone()));
        }
        for one in &meetings {
            rest.about(&Named::Meeting(one.clone()));
        }
        rest.all()
    }
}

/// Events, and what those rest on.
struct Rest<'a> {
    index: &'a Index,
    /// What comes behind it does not exist.
    at: Position,
    /// Whose views they are: a succession in another organisation is of no account to them.
    organisations: &'a BTreeSet<OrganisationId>,
    found: BTreeSet<Slot>,
    open: Vec<Slot>,
}

impl Rest<'_> {
    fn take(&mut self, slot: Slot) {
        if self.index.at(slot).position <= self.at && self.found.insert(slot) {
            self.open.push(slot);
        }
    }

    /// Takes the names of something, and its successions.
    fn about(&mut self, one: &Named) {
        let index = self.index;
        index.namings(one).iter().for_each(|slot| self.take(*slot));
        match one {
            Named::Party(party) => {
                self.successions(party);
                // An organisation that takes part in another.
                let organisation = as_organisation(party).map(Named::Organisation);
                let namings = organisation.iter().flat_map(|one| index.namings(one));
                namings.for_each(|slot| self.take(*slot));
            }
            Named::Organisation(organisation) => self.successions(&as_party(organisation)),
            Named::Meeting(_) | Named::Instrument(_) | Named::Person(_) => {}
        }
    }

    fn successions(&mut self, of: &PartyId) {
        let index = self.index;
        for slot in index.successions(of) {
            let only = index.at(*slot).event.shared.organisation.as_ref();
            if self.organisations.is_empty() || only.is_none_or(|only| self.organisations.contains(only)) {
                self.take(*slot);
            }
        }
    }

    /// All of them, with what corrects or takes back one.
    fn all(mut self) -> BTreeSet<EventId> {
        let index = self.index;
        while let Some(slot) = self.open.pop() {
            let event = &index.at(slot).event;
            index.linkers(event.id).iter().for_each(|slot| self.take(*slot));
            for one in &mentioned(event) {
                self.about(one);
            }
        }
        self.found.iter().map(|slot| index.at(*slot).event.id).collect()
    }
}
