//! How far a status may pass, as any succession tells, active or not: what a question or a change may have to look at.

use std::collections::BTreeSet;

use summit::{Event, OrganisationId, PartyId};

use super::manner::{as_organisation, as_party, heir, heir_of_members, holds_in, succession};
use crate::index::{Index, Record, Slot};

/// One party in one organisation.
pub(crate) type Place = (OrganisationId, PartyId);

impl Index {
    /// The successions in which a party, or an organisation by its slug, comes before or after.
    pub(crate) fn successions_of(&self, one: &PartyId) -> impl Iterator<Item = &Record> {
        self.successions(one).iter().map(|slot| self.at(*slot))
    }

    /// The successions that speak of a place: in which the party or the organisation comes before or after.
    pub(crate) fn successions_at(&self, organisation: &OrganisationId, party: &PartyId) -> Vec<&Record> {
        let slots: BTreeSet<&Slot> =
            self.successions(party).iter().chain(self.successions(&as_party(organisation))).collect();
        let told = slots.into_iter().map(|slot| self.at(*slot));
        told.filter(|record| holds_in(&record.event, organisation)).collect()
    }

    /// An organisation, and those whose members may have passed over to it.
    pub(crate) fn organisations_before(&self, organisation: &OrganisationId) -> BTreeSet<OrganisationId> {
        self.organisations_before_told(organisation, &|_| true)
    }

    /// The same, as far as those successions tell that count.
    pub(crate) fn organisations_before_told(
        &self,
        organisation: &OrganisationId,
        counts: &dyn Fn(&Record) -> bool,
    ) -> BTreeSet<OrganisationId> {
        reachable([organisation.clone()], |one| {
            let name = as_party(one);
            let told = self.successions_of(&name).filter(|record| counts(record));
            let inherited = told.filter_map(|record| succession(&record.event));
            let inherited = inherited.filter(|said| heir_of_members(said) == Some(&name));
            inherited.flat_map(|said| said.from.iter().filter_map(as_organisation)).collect()
        })
    }

    /// Every party of which something is said in an organisation, or to which a status there may pass over.
    pub(crate) fn parties_in(&self, organisation: &OrganisationId) -> BTreeSet<PartyId> {
        let before = self.organisations_before(organisation);
        let files = before.iter().filter_map(|one| self.organisation(one));
        let own = files.flat_map(|file| file.parties.keys().cloned());
        reachable(own, |party| self.heirs(party, |event| before.iter().any(|one| holds_in(event, one))))
    }

    /// Every organisation in which something is said of a party's status, or in which one may pass over to it.
    pub(crate) fn organisations_with(&self, party: &PartyId) -> BTreeSet<OrganisationId> {
        let before = reachable([party.clone()], |one| {
            let inherited = self.successions_of(one).filter_map(|record| succession(&record.event));
            inherited.filter(|said| heir(said) == Some(one)).flat_map(|said| said.from.clone()).collect()
        });
        let own = before.iter().filter_map(|one| self.party(one)).flat_map(|file| file.organisations.clone());
        reachable(own, |organisation| {
            let name = as_party(organisation);
            let told = self.successions_of(&name).filter_map(|record| succession(&record.event));
            let told = told.filter(|said| said.from.contains(&name));
            told.filter_map(heir_of_members).filter_map(as_organisation).collect()
        })
    }

    fn heirs(&self, party: &PartyId, holds: impl Fn(&Event) -> bool) -> Vec<PartyId> {
        let told = self.successions_of(party).filter(|record| holds(&record.event));
        let told = told.filter_map(|record| succession(&record.event)).filter(|said| said.from.contains(party));
        told.filter_map(heir).cloned().collect()
    }

    /// The places that a succession bears on by itself.
    pub(crate) fn places_of(&self, event: &Event) -> BTreeSet<Place> {
        let mut places = BTreeSet::new();
        let Some(said) = succession(event) else { return places };
        for one in said.from.iter().chain(&said.to) {
            let organisations = self.organisations_with(one).into_iter();
            places.extend(organisations.map(|organisation| (organisation, one.clone())));
            if let Some(organisation) = as_organisation(one) {
                let parties = self.parties_in(&organisation).into_iter();
                places.extend(parties.map(|party| (organisation.clone(), party)));
            }
        }
        places.retain(|(organisation, _)| holds_in(event, organisation));
        places
    }

    /// Places, and those that what is held there may bear on.
    pub(crate) fn places_after(&self, places: BTreeSet<Place>) -> BTreeSet<Place> {
        reachable(places, |(organisation, party)| {
            let mut after = Vec::new();
            for record in self.successions_of(party).filter(|record| holds_in(&record.event, organisation)) {
                let said = succession(&record.event).filter(|said| said.from.contains(party));
                let heirs = said.into_iter().flat_map(|said| &said.to);
                after.extend(heirs.map(|heir| (organisation.clone(), heir.clone())));
            }
            let name = as_party(organisation);
            for record in self.successions_of(&name) {
                let said = succession(&record.event).filter(|said| said.from.contains(&name));
                let heirs = said.into_iter().flat_map(|said| said.to.iter().filter_map(as_organisation));
                after.extend(heirs.filter(|heir| holds_in(&record.event, heir)).map(|heir| (heir, party.clone())));
            }
            after
        })
    }

    /// A place, and those from which a status may pass over to it, as far as those successions tell that count.
    pub(crate) fn places_before(&self, place: &Place, counts: &dyn Fn(&Record) -> bool) -> BTreeSet<Place> {
        reachable([place.clone()], |place| {
            let (organisation, party) = place;
            let name = as_party(organisation);
            let told = self.successions_of(party).chain(self.successions_of(&name)).filter(|record| counts(record));
            told.flat_map(|record| sources(&record.event, place)).collect()
        })
    }
}

/// The places whose status a succession passes over to a place.
pub(crate) fn sources(event: &Event, (organisation, party): &Place) -> Vec<Place> {
    let Some(said) = succession(event).filter(|_| holds_in(event, organisation)) else { return Vec::new() };
    if heir(said) == Some(party) {
        return said.from.iter().map(|one| (organisation.clone(), one.clone())).collect();
    }
    if heir_of_members(said).is_some_and(|heir| heir.as_str() == organisation.as_str()) {
        return said.from.iter().filter_map(as_organisation).map(|one| (one, party.clone())).collect();
    }
    Vec::new()
}

/// All that can be reached from some, themselves included; cycles are cut.
fn reachable<T: Ord + Clone>(from: impl IntoIterator<Item = T>, next: impl Fn(&T) -> Vec<T>) -> BTreeSet<T> {
    let mut found: BTreeSet<T> = from.into_iter().collect();
    let mut open: Vec<T> = found.iter().cloned().collect();
    while let Some(one) = open.pop() {
        for other in next(&one) {
            if found.insert(other.clone()) {
                open.push(other);
            }
        }
    }
    found
}
