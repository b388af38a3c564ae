//! Delegations and groups as rows of an answer, each with events that suffice for it.

use std::collections::{BTreeMap, BTreeSet};

use summit::{Capacity, Content, Cutoff, EventId, MeetingForm, MeetingId, PartyId, Status};

use super::about::About;
use super::claims::{Claim, Claims};
use super::fold::{Folded, fold};
use super::gathering::Gathering;
use super::people::Figure;
use crate::answer::{Delegation, Group, Member};
use crate::index::Record;
use crate::membership::EventKey;

/// Events in sort order.
type Evidence<'v> = BTreeMap<EventKey, &'v Record>;

/// Forms at which every member is expected.
const FORMS_OF_MEMBERS: [MeetingForm; 4] =
    [MeetingForm::Summit, MeetingForm::Plenary, MeetingForm::Restricted, MeetingForm::Expanded];

impl<'v> Gathering<'v> {
    pub(super) fn fold(&self, claims: &[Claim<'v>]) -> Folded<'v> {
        fold(claims, self.about.is_void())
    }

    /// The row of a party of which something is said.
    pub(super) fn delegation(&self, party: &PartyId, claims: &[Claim<'v>]) -> Delegation {
        let folded = self.fold(claims);
        let mut evidence = self.evidence(claims);
        let stated = folded.capacity.as_ref().map(|capacity| capacity.value.clone());
        let derived = if stated.is_none() { self.derived_capacity(party, &mut evidence) } else { None };
        let people = folded.people;
        let head = people.head.as_ref();
        let person = head.and_then(|head| head.person);
        let in_lieu_of = head.and_then(|head| head.in_lieu_of.as_ref()).map(|person| person.value);
        Delegation {
            party: party.clone(),
            name: self.view.party_name(party),
            answer: folded.answer,
            presence: folded.presence,
            level: head.and_then(Figure::level),
            person: person.cloned(),
            person_name: self.view.name_of(person),
            capacity_derived: derived.is_some(),
            capacity: stated.or(derived),
            mode: head.and_then(|head| head.mode.as_ref()).map(|mode| mode.value),
            in_lieu_of: in_lieu_of.cloned(),
            in_lieu_of_name: self.view.name_of(in_lieu_of),
            absent_levels: folded.absent_levels,
            members: people.members.iter().filter_map(|figure| self.member(figure)).collect(),
            parts: folded.parts.into_iter().cloned().collect(),
            contested: !folded.disputes.is_empty(),
            evidence: self.sufficient(evidence),
        }
    }

    fn member(&self, figure: &Figure<'_>) -> Option<Member> {
        let in_lieu_of = figure.in_lieu_of.as_ref().map(|person| person.value);
        Some(Member {
            person: figure.person?.clone(),
            person_name: self.view.name_of(figure.person),
            level: figure.level(),
            mode: figure.mode.as_ref().map(|mode| mode.value),
            in_lieu_of: in_lieu_of.cloned(),
            in_lieu_of_name: self.view.name_of(in_lieu_of),
        })
    }

    /// The row of unnamed ones.
    pub(super) fn group(&self, words: &str, claims: &[Claim<'v>]) -> Group {
        let folded = self.fold(claims);
        Group {
            group: words.to_owned(),
            answer: folded.answer,
            presence: folded.presence,
            level: folded.people.head.as_ref().and_then(Figure::level),
            capacity: folded.capacity.map(|capacity| capacity.value.clone()),
            evidence: self.sufficient(self.evidence(claims)),
        }
    }

    /// Parties that surely were members at the end of the last day and of whom nothing is said, where every member is
    /// expected.
    pub(super) fn not_stated(&self, claims: &Claims<'v>) -> Vec<PartyId> {
        let form = self.about.pick(|_, meeting| meeting.form);
        let end = self.about.held().and_then(|held| held.end());
        // Nobody is missed at what is still to come, or does not take place.
        let took_place = self.about.begun && !self.about.is_void();
        let expected = took_place && form.is_some_and(|form| FORMS_OF_MEMBERS.contains(&form));
        let Some(end) = end.filter(|_| expected).map(Cutoff::Moment) else { return Vec::new() };
        let mut missing: BTreeSet<PartyId> = BTreeSet::new();
        for organisation in self.organisations.keys() {
            let parties = self.view.index.parties_in(organisation).into_iter();
            missing.extend(parties.filter(|party| !claims.parties.contains_key(party)).filter(|party| {
                let held = self.view.status_at(organisation, party, &end);
                held.is_some_and(|spell| spell.status == Status::member())
            }));
        }
        missing.into_iter().collect()
    }

    /// The status surely held at the end of the meeting's last day, in the first of its organisations that gives one;
    /// what it rests on joins the evidence.
    fn derived_capacity(&self, party: &PartyId, evidence: &mut Evidence<'v>) -> Option<Capacity> {
        let held = self.about.held()?;
        let end = Cutoff::Moment(held.end()?);
        let (spell, path) = self
            .organisations
            .iter()
            .find_map(|(organisation, path)| Some((self.view.status_at(organisation, party, &end)?, path)))?;
        let membership = spell.evidence.iter().filter_map(|id| self.view.index.event(*id));
        evidence.extend(keyed(membership.chain(path.iter().copied()).chain([held.ended_by])));
        spell.status.as_str().parse().ok()
    }

    /// The claims, and what makes parts of the meeting of those where they stand.
    pub(super) fn evidence(&self, claims: &[Claim<'v>]) -> Evidence<'v> {
        let parts: BTreeSet<_> = claims.iter().filter_map(|claim| claim.part).collect();
        let paths = parts.into_iter().flat_map(|part| self.path(part));
        keyed(claims.iter().map(|claim| claim.record).chain(paths)).collect()
    }

    /// Adds what decides the phase of the meeting, and of what the evidence alone makes parts of it, where that alone
    /// would have it void and it is not, or the other way round.
    fn sufficient(&self, mut evidence: Evidence<'v>) -> Vec<EventId> {
        let parts = parts_in(self.meeting, &evidence);
        let abouts = parts.into_iter().filter_map(|part| self.parts.all.get(part));
        for about in abouts.chain([&self.about]) {
            let said = about.phase();
            for decisive in said.map(|said| said.by).into_iter().chain(said.and_then(|said| said.took_place)) {
                let active = about.active.iter().map(|(record, _)| *record);
                let told = active.filter(|record| evidence.contains_key(&EventKey::of(&record.event)));
                if About::new(told, &self.at).is_void() != about.is_void() {
                    evidence.extend(keyed([decisive]));
                }
            }
        }
        evidence.keys().map(EventKey::id).collect()
    }
}

/// What some events make parts of a meeting, however deep.
fn parts_in<'v>(meeting: &MeetingId, events: &Evidence<'v>) -> BTreeSet<&'v MeetingId> {
    let link = |record: &&'v Record| {
        let Content::Meeting(about) = &record.event.content else { return None };
        Some((record.event.shared.meeting.as_ref()?, about.part_of.as_ref()?))
    };
    let links: Vec<(&MeetingId, &MeetingId)> = events.values().filter_map(link).collect();
    let mut parts = BTreeSet::new();
    loop {
        let belongs = |whole: &MeetingId| whole == meeting || parts.contains(whole);
        let more: Vec<&MeetingId> =
            links.iter().filter(|(part, whole)| belongs(whole) && !belongs(part)).map(|(part, _)| *part).collect();
        if more.is_empty() {
            return parts;
        }
        parts.extend(more);
    }
}

fn keyed<'v>(records: impl IntoIterator<Item = &'v Record>) -> impl Iterator<Item = (EventKey, &'v Record)> {
    records.into_iter().map(|record| (EventKey::of(&record.event), record))
}
