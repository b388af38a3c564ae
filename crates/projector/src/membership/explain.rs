//! Why the view says what it says of one party, and what changed in what is known.

use std::collections::BTreeSet;

use jiff::civil::Date;
use summit::{EventId, OrganisationId, PartyId, Position, Vantage};

use super::groups::claimed_status;
use super::spells::{EventKey, Rule, Spell};
use crate::answer::{Diff, Difference, Explained, Explanation, Role, SpellRow, TakenBack, Weighed};
use crate::index::{Index, Record, Slot};
use crate::view::{AskError, View};

impl View<'_> {
    /// Why the view says what it says of a party in an organisation: every claim and what it did.
    pub fn explain(&self, organisation: &OrganisationId, party: &PartyId) -> Result<Explanation, AskError> {
        self.known_organisation(organisation)?;
        let spells = self.spells_of(organisation, party).spells;
        let mut taken_back: Vec<&Record> = self.said_of(organisation, party);
        taken_back.retain(|record| self.activity.selection().takes(record) && !self.activity.is_active(record));
        taken_back.sort_by_cached_key(|record| EventKey::of(&record.event));
        let taken_back = taken_back.into_iter().map(|record| TakenBack {
            event: record.event.id,
            kind: record.event.kind(),
            occurred: record.event.shared.occurred.to_string(),
            by: self.activity.takers(record.event.id),
        });
        Ok(Explanation {
            organisation: organisation.clone(),
            party: party.clone(),
            token: self.token().clone(),
            spells: spells.iter().map(|spell| self.explained(spell)).collect(),
            steps: self.step_rows(organisation, party),
            taken_back: taken_back.collect(),
        })
    }

    fn explained(&self, spell: &Spell) -> Explained {
        let mut claims: Vec<(&Record, Role)> = Vec::new();
        let records = |ids: &[EventId]| ids.iter().filter_map(|id| self.index.event(*id)).collect::<Vec<_>>();
        for record in records(&spell.claims) {
            claims.push((record, role(spell, record.event.id)));
        }
        claims.extend(records(&spell.contradicted_by).into_iter().map(|record| (record, Role::Contradicts)));
        claims.sort_by_cached_key(|(record, _)| EventKey::of(&record.event));
        Explained {
            status: spell.status.clone(),
            answer: spell.holds(&self.cutoff),
            since: spell.start.dated(),
            until: spell.end.as_ref().map(super::spells::Change::dated),
            contested: spell.contested(),
            rule: rule(spell.start.rule).to_owned(),
            claims: claims.into_iter().map(|(record, role)| weighed(record, role, &spell.status)).collect(),
        }
    }

    /// Everything on record about a party's status in an organisation, active or not.
    fn said_of(&self, organisation: &OrganisationId, party: &PartyId) -> Vec<&Record> {
        let file = self.index.organisation(organisation).and_then(|file| file.parties.get(party));
        let slots = file.into_iter().flat_map(|file| file.status.iter().chain(&file.rights).chain(&file.steps));
        let said = slots.map(|slot: &Slot| self.index.at(*slot));
        said.chain(self.index.successions_at(organisation, party)).collect()
    }
}

fn role(spell: &Spell, id: EventId) -> Role {
    if spell.start.dated_by == id {
        Role::Dates
    } else if spell.start.competing.contains(&id) {
        Role::Competes
    } else if spell.start.supported_by.contains(&id) {
        Role::Supports
    } else {
        Role::Agrees
    }
}

const fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Dated => "the most precise dated claim with the highest authority behind it dates the start",
        Rule::Looked => "only standings speak of it: it changed after the source's previous look and by this one",
        Rule::Founded => "only standings speak of it: it changed after the founding and by the first of them",
        Rule::Followed => "only standings speak of it: it changed after the change before it and by the first of them",
        Rule::Stood => "only standings speak of it: it changed at an unknown time, by the first of them",
        Rule::Ceased => {
            "a succession ends it: whoever held it, or the organisation, ceased, and no claim of its own dates that"
        }
        Rule::Passed => "a succession passes it over from whoever held it before, and no claim of its own dates it",
        Rule::NoTime => "what is on record leaves no time for the change: it stands at the end of the first standing",
    }
}

fn weighed(record: &Record, role: Role, of: &summit::Status) -> Weighed {
    let event = &record.event;
    Weighed {
        event: event.id,
        kind: event.kind(),
        role,
        // A succession says what the spell is: it ends, or passes over.
        status: claimed_status(event).unwrap_or_else(|| of.clone()),
        occurred: event.shared.occurred.to_string(),
        authority: event.shared.authority(),
        attribution: event.shared.attribution.clone(),
        recorded_at: record.recorded_at(),
        position: record.position,
    }
}

/// A moment of knowledge: by the chronicle's own order, or by what the record claims was known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knowledge {
    /// Entries up to a position.
    Position(Position),
    /// What was on record by an instant.
    Instant(jiff::Timestamp),
}

impl Knowledge {
    fn vantage(self, rest: &Vantage) -> Vantage {
        match self {
            Self::Position(position) => Vantage { at_position: Some(position), ..rest.clone() },
            Self::Instant(instant) => Vantage { known_at: Some(instant), ..rest.clone() },
        }
    }

    fn holds(self, record: &Record) -> bool {
        match self {
            Self::Position(position) => record.position <= position,
            Self::Instant(instant) => record.recorded_at() <= instant,
        }
    }
}

/// What changed in what is known of an organisation between two moments of knowledge, and by which events. `rest` are
/// the other parts of the vantage.
pub fn diff(
    index: &Index,
    organisation: &OrganisationId,
    (from, to): (Knowledge, Knowledge),
    rest: &Vantage,
    today: Date,
) -> Result<Diff, AskError> {
    let (before, after) = (index.view(&from.vantage(rest), today)?, index.view(&to.vantage(rest), today)?);
    after.known_organisation(organisation)?;
    let mut changes = Vec::new();
    for party in &index.parties_in(organisation) {
        let [was, is] = [&before, &after].map(|view| view.spell_rows(&view.spells_of(organisation, party)));
        if without_evidence(&was) != without_evidence(&is) {
            let rests_on = was.iter().chain(&is).flat_map(|spell| spell.evidence.iter().copied());
            let came = |record: &Record| from.holds(record) != to.holds(record);
            let causes = causes(index, organisation, party, rests_on, came);
            changes.push(Difference { party: party.clone(), before: was, after: is, causes });
        }
    }
    let organisation = organisation.clone();
    Ok(Diff { organisation, from: before.token().clone(), to: after.token().clone(), changes })
}

/// The spells without what they rest on: one more witness changes no answer.
pub(super) fn without_evidence(rows: &[SpellRow]) -> Vec<SpellRow> {
    rows.iter().cloned().map(|row| SpellRow { evidence: Vec::new(), ..row }).collect()
}

/// The events that came in between and that either answer rests on, or that took something of the party out of effect or
/// back into it, in order of position.
fn causes(
    index: &Index,
    organisation: &OrganisationId,
    party: &PartyId,
    rests_on: impl Iterator<Item = EventId>,
    came: impl Fn(&Record) -> bool,
) -> Vec<EventId> {
    let mut causes: BTreeSet<Slot> = rests_on.filter_map(|id| index.slot_of(id)).collect();
    let mut open: Vec<Slot> = Vec::new();
    for (organisation, party) in index.places_before(&(organisation.clone(), party.clone()), &|_| true) {
        let file = index.organisation(&organisation);
        let own = file.and_then(|file| file.parties.get(&party)).into_iter();
        open.extend(own.flat_map(|own| own.status.iter().chain(&own.rights)));
        open.extend(file.into_iter().flat_map(|file| file.reclassifications.iter().chain(&file.foundings)));
        let successions = index.successions_at(&organisation, &party).into_iter();
        open.extend(successions.filter_map(|record| index.slot_of(record.event.id)));
    }
    while let Some(slot) = open.pop() {
        let linkers = index.linkers(index.at(slot).event.id).iter();
        open.extend(linkers.filter(|linker| causes.insert(**linker)));
    }
    let mut records: Vec<&Record> =
        causes.into_iter().map(|slot| index.at(slot)).filter(|record| came(record)).collect();
    records.sort_unstable_by_key(|record| record.position);
    records.into_iter().map(|record| record.event.id).collect()
}
