//! The claims of one place, and of all from which something may have passed over to it, in the order of the world.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

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
        Sweep { view: self, asked: place, more, groups, told: RefCell::default(), unclear, round }.run()
    }

    /// The claims of a party's own in an organisation, and the organisation's reclassifications, in no order.
    fn own_claims(&self, (organisation, party): &Place) -> Vec<&Event> {
        let Some(file) = self.index.organisation(organisation) else { return Vec::new() };
        let changes = self.events(&file.reclassifications);
        let own = file.parties.get(party).into_iter().flat_map(|own| self.events(&own.status));
        own.chain(changes).collect()
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

/// Successions by their times.
type ByTime<'s> = Rc<BTreeMap<Tie, Vec<&'s Event>>>;

/// Places by their party, and by their organisation.
type Named<'p> = HashMap<PartyId, Vec<&'p Place>>;

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
    /// Successions by whoever is named in them, as far as they were asked for.
    told: RefCell<HashMap<PartyId, ByTime<'s>>>,
    unclear: Vec<EventId>,
    round: Vec<EventId>,
}

impl<'s> Sweep<'s, '_> {
    fn run(mut self) -> Swept<'s> {
        let view = self.view;
        let places = view.index.places_before(&self.asked, &|record: &Record| view.activity.is_active(record));
        let mut named: Named<'_> = HashMap::new();
        for place in &places {
            named.entry(place.1.clone()).or_default().push(place);
            named.entry(as_party(&place.0)).or_default().push(place);
        }
        for Claims { own, successions } in self.claims(&places).into_values() {
            for (place, event) in own {
                self.groups.entry(place).or_default().say(event);
            }
            let successions = sorted(successions);
            self.pass_over(&named, &successions);
            for event in successions {
                let before = succession(event).into_iter().flat_map(|said| &said.from);
                let before: BTreeSet<&Place> = before.filter_map(|one| named.get(one)).flatten().copied().collect();
                for place in before {
                    self.end(event, place);
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
    fn pass_over(&mut self, named: &Named<'_>, successions: &[&'s Event]) {
        let mut passing: Vec<Passing<'s>> = Vec::new();
        for event in successions {
            let after = succession(event).into_iter().flat_map(|said| &said.to);
            let after: BTreeSet<&Place> = after.filter_map(|one| named.get(one)).flatten().copied().collect();
            for to in after {
                let sources = sources(event, to);
                if !sources.is_empty() && self.has_effect(event, to) {
                    passing.push(Passing { succession: event, to: to.clone(), sources });
                }
            }
        }
        let mut coming: BTreeMap<Place, usize> = BTreeMap::new();
        for one in &passing {
            *coming.entry(one.to.clone()).or_default() += 1;
        }
        while !passing.is_empty() {
            let waits = |one: &Passing<'_>| one.sources.iter().any(|source| coming.get(source).is_some_and(|n| *n > 0));
            let (mut later, mut now): (Vec<_>, Vec<_>) = passing.into_iter().partition(waits);
            if now.is_empty() {
                // Round through several organisations: in their order.
                std::mem::swap(&mut later, &mut now);
            }
            passing = later;
            for one in now {
                coming.entry(one.to.clone()).and_modify(|n| *n -= 1);
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
        let told = self.by_time(&before);
        // What begins after it has ended is of another time.
        let others = told.range(..=(range.latest, i64::MAX, Moment::NEVER)).flat_map(|(_, others)| others).copied();
        let others = others.filter(|other| {
            other.shared.occurred.range().overlaps(range)
                && holds_in(other, organisation)
                && succession(other).is_some_and(|said| ends(said, before.as_str()) && !said.to.contains(&after))
                && !self.goes_round(other, organisation)
        });
        others.collect()
    }

    /// The active successions in which somebody comes before or after, by their times.
    fn by_time(&self, name: &PartyId) -> ByTime<'s> {
        if let Some(told) = self.told.borrow().get(name) {
            return Rc::clone(told);
        }
        let mut told: BTreeMap<Tie, Vec<&'s Event>> = BTreeMap::new();
        for event in self.view.events(self.view.index.successions(name)) {
            told.entry(tie(event)).or_default().push(event);
        }
        let told = Rc::new(told);
        self.told.borrow_mut().insert(name.clone(), Rc::clone(&told));
        told
    }

    /// Whether one can come back, by successions of the same time that hold in an organisation, from whoever comes after to
    /// whoever comes before.
    fn goes_round(&self, event: &Event, organisation: &OrganisationId) -> bool {
        let asked = (event.id, organisation.clone());
        let known = self.view.rounds.borrow().get(&asked).copied();
        let round = known.unwrap_or_else(|| self.comes_back(event, organisation));
        self.view.rounds.borrow_mut().insert(asked, round);
        round
    }

    fn comes_back(&self, event: &Event, organisation: &OrganisationId) -> bool {
        let Some(said) = succession(event) else { return false };
        let mut seen: BTreeSet<&PartyId> = BTreeSet::new();
        let mut open: Vec<&PartyId> = said.to.iter().filter(|one| !said.from.contains(one)).collect();
        while let Some(one) = open.pop() {
            if ends(said, one.as_str()) {
                return true;
            }
            if !seen.insert(one) {
                continue;
            }
            let told = self.by_time(one);
            for other in told.get(&tie(event)).into_iter().flatten().copied() {
                let next = succession(other).filter(|next| holds_in(other, organisation) && ends(next, one.as_str()));
                open.extend(next.into_iter().flat_map(|next| next.to.iter().filter(|to| !next.from.contains(to))));
            }
        }
        false
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
    fn has_effect(&mut self, event: &'s Event, place: &Place) -> bool {
        let round = self.goes_round(event, &place.0);
        if round && *place == self.asked {
            self.round.push(event.id);
        }
        !round
    }
}
