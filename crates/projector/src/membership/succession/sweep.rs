//! The claims of one place, and of all from which something may have passed over to it, in the order of the world.

use std::collections::{BTreeMap, BTreeSet};

use summit::{Event, EventId, Moment, OrganisationId, PartyId, Status};

use super::manner::{as_party, ends, holds_in, succession};
use super::reach::{Place, sources};
use crate::index::Record;
use crate::membership::groups::{Groups, Passed};
use crate::membership::sorted;
use crate::view::View;

/// What the claims of one place come to, and what is odd about the successions that bear on it.
#[derive(Default)]
pub(in crate::membership) struct Swept<'a> {
    pub(in crate::membership) groups: Groups<'a>,
    /// Successions with which something would pass over, but those before held not the same.
    pub(in crate::membership) unclear: Vec<EventId>,
    /// Successions that lead back to where they began, at the same time.
    pub(in crate::membership) round: Vec<EventId>,
}

impl View<'_> {
    /// The groups of one party in one organisation. Cost: its claims; where successions bear on it, those of all places
    /// from which something may have passed over. With one more claim of the party, as though it were on record.
    pub(in crate::membership) fn groups_with<'s>(
        &'s self,
        organisation: &OrganisationId,
        party: &PartyId,
        more: Option<&'s Event>,
    ) -> Swept<'s> {
        let place = (organisation.clone(), party.clone());
        let names = [party.clone(), as_party(organisation)];
        if names.iter().all(|name| self.index.successions(name).is_empty()) {
            let mut swept = Swept::default();
            for event in sorted(self.own_claims(&place).into_iter().chain(more)) {
                swept.groups.say(event);
            }
            return swept;
        }
        let (groups, unclear, round) = (BTreeMap::new(), Vec::new(), Vec::new());
        Sweep { view: self, asked: place, more, groups, unclear, round }.run()
    }

    /// The claims of a party's own in an organisation, and the organisation's reclassifications, in no order.
    fn own_claims(&self, (organisation, party): &Place) -> Vec<&Event> {
        let Some(file) = self.index.organisation(organisation) else { return Vec::new() };
        let changes = self.events(&file.reclassifications);
        let own = file.parties.get(party).into_iter().flat_map(|own| self.events(&own.status));
        own.chain(changes).collect()
    }

    /// The active successions in which somebody comes before or after.
    fn active_successions(&self, name: &PartyId) -> impl Iterator<Item = &Event> {
        self.events(self.index.successions(name))
    }

    /// Whether one can come back, by successions of the same time that hold in an organisation, from whoever comes after to
    /// whoever comes before.
    fn goes_round(&self, event: &Event, organisation: &OrganisationId) -> bool {
        let Some(said) = succession(event) else { return false };
        let mut seen: BTreeSet<PartyId> = BTreeSet::new();
        let mut open: Vec<PartyId> = said.to.iter().filter(|one| !said.from.contains(one)).cloned().collect();
        while let Some(one) = open.pop() {
            if ends(said, one.as_str()) {
                return true;
            }
            if !seen.insert(one.clone()) {
                continue;
            }
            for other in self.active_successions(&one) {
                let next = succession(other).filter(|next| ends(next, one.as_str()));
                let next = next.filter(|_| tie(other) == tie(event) && holds_in(other, organisation));
                let after = next.into_iter().flat_map(|next| next.to.iter().filter(|to| !next.from.contains(to)));
                open.extend(after.cloned());
            }
        }
        false
    }
}

/// What claims of equal times have in common.
type Tie = (Moment, i64, Moment);

fn tie(event: &Event) -> Tie {
    let range = event.shared.occurred.range();
    (range.earliest, event.shared.order.unwrap_or(0), range.latest)
}

/// Claims of equal times.
#[derive(Default)]
struct Claims<'s> {
    own: Vec<(Place, &'s Event)>,
    successions: Vec<&'s Event>,
}

/// A status on its way to a place.
struct Passing<'s> {
    succession: &'s Event,
    to: Place,
    sources: Vec<Place>,
}

/// What has come about so far.
struct Sweep<'s, 'v> {
    view: &'s View<'v>,
    /// The place that is asked for.
    asked: Place,
    /// A claim there that is not on record.
    more: Option<&'s Event>,
    groups: BTreeMap<Place, Groups<'s>>,
    unclear: Vec<EventId>,
    round: Vec<EventId>,
}

impl<'s> Sweep<'s, '_> {
    fn run(mut self) -> Swept<'s> {
        let view = self.view;
        let places = view.index.places_before(&self.asked, &|record: &Record| view.activity.is_active(record));
        for Claims { own, successions } in self.claims(&places).into_values() {
            for (place, event) in own {
                self.groups.entry(place).or_default().say(event);
            }
            let successions = sorted(successions);
            self.pass_over(&places, &successions);
            for succession in successions {
                for place in &places {
                    self.end(succession, place);
                }
            }
        }
        let groups = self.groups.remove(&self.asked).unwrap_or_default();
        if groups.0.is_empty() {
            // Nothing is held on which it could have an effect.
            self.round.clear();
        }
        Swept { groups, unclear: self.unclear, round: self.round }
    }

    /// The claims of places, and the successions that bear on them, by their times.
    fn claims(&self, places: &BTreeSet<Place>) -> BTreeMap<Tie, Claims<'s>> {
        let mut claims: BTreeMap<Tie, Claims<'s>> = BTreeMap::new();
        let mut told = BTreeSet::new();
        for place in places {
            let more = self.more.filter(|_| *place == self.asked);
            for event in sorted(self.view.own_claims(place).into_iter().chain(more)) {
                claims.entry(tie(event)).or_default().own.push((place.clone(), event));
            }
            for name in [place.1.clone(), as_party(&place.0)] {
                for event in self.view.events(self.view.index.successions(&name)) {
                    if told.insert(event.id) {
                        claims.entry(tie(event)).or_default().successions.push(event);
                    }
                }
            }
        }
        claims
    }

    /// What passes over at one time, the first of a chain first: nothing is passed on before all of it has come.
    fn pass_over(&mut self, places: &BTreeSet<Place>, successions: &[&'s Event]) {
        let mut passing: Vec<Passing<'s>> = Vec::new();
        for succession in successions {
            for to in places {
                let sources = sources(succession, to);
                if !sources.is_empty() && self.has_effect(succession, to) {
                    passing.push(Passing { succession, to: to.clone(), sources });
                }
            }
        }
        while !passing.is_empty() {
            let waits = |one: &Passing<'_>| passing.iter().any(|other| one.sources.contains(&other.to));
            let mut ready: Vec<bool> = passing.iter().map(|one| !waits(one)).collect();
            if !ready.contains(&true) {
                // Round through several organisations: in their order.
                ready.fill(true);
            }
            let mut ready = ready.into_iter();
            let (now, later): (Vec<_>, Vec<_>) = passing.into_iter().partition(|_| ready.next() == Some(true));
            passing = later;
            for one in now {
                if let Some((status, passed)) = self.found(&one) {
                    self.groups.entry(one.to).or_default().receive(one.succession, status, passed);
                }
            }
        }
    }

    /// The one status that a succession finds held where it passes on from.
    fn found(&mut self, one: &Passing<'s>) -> Option<(Status, Passed<'s>)> {
        let mut found: Option<Status> = None;
        let mut passed = Passed::default();
        for source in &one.sources {
            let here = self.groups.get(source).and_then(|groups| groups.found_by(one.succession));
            let Some((status, grounds)) = here else { continue };
            if found.as_ref().is_some_and(|found| found != status) {
                if one.to == self.asked {
                    self.unclear.push(one.succession.id);
                }
                return None;
            }
            found = Some(status.clone());
            passed.grounds.extend(grounds);
            passed.rivals.extend(self.rivals(one.succession, source, &one.to));
        }
        let highest = passed.rivals.iter().map(|event| event.shared.authority()).max();
        let outweighed = highest.is_some_and(|highest| highest > one.succession.shared.authority());
        found.filter(|_| !outweighed).map(|status| (status, passed))
    }

    /// Successions that give the place of one to others, at a time that may be the same.
    fn rivals(&self, event: &Event, source: &Place, to: &Place) -> Vec<&'s Event> {
        let (organisation, party) = source;
        let (before, after) = if *organisation == to.0 {
            (party.clone(), to.1.clone())
        } else {
            (as_party(organisation), as_party(&to.0))
        };
        let range = event.shared.occurred.range();
        let others = self.view.events(self.view.index.successions(&before)).filter(|other| {
            holds_in(other, organisation)
                && other.shared.occurred.range().overlaps(range)
                && succession(other).is_some_and(|said| ends(said, before.as_str()) && !said.to.contains(&after))
                && !self.view.goes_round(other, organisation)
        });
        others.collect()
    }

    /// Ends what is held at a place where whoever holds it, or the organisation, ceases with a succession.
    fn end(&mut self, event: &'s Event, place: &Place) {
        let (organisation, party) = place;
        let ends = |said| ends(said, party.as_str()) || ends(said, organisation.as_str());
        let ceases = holds_in(event, organisation) && succession(event).is_some_and(ends);
        if ceases && self.has_effect(event, place) {
            self.groups.entry(place.clone()).or_default().cease(event);
        }
    }

    /// Whether a succession has an effect in an organisation at all.
    fn has_effect(&mut self, event: &Event, place: &Place) -> bool {
        let round = self.view.goes_round(event, &place.0);
        if round && *place == self.asked {
            self.round.push(event.id);
        }
        !round
    }
}
