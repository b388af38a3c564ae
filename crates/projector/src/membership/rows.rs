//! Folded as rows of an answer.

use summit::{Answer, Content, Event, EventId, OrganisationId, PartyId};

use super::spells::{Change, Folded, Spell, sorted};
use crate::answer::{Competing, Dated, Period, Row, SpellRow, StepRow};
use crate::view::View;

impl View<'_> {
    /// One row for each spell that is neither *no* nor `none`.
    pub(super) fn rows(&self, party: &PartyId, spells: &Folded) -> Vec<Row> {
        let held = spells.spells.iter().map(|spell| (spell, spell.holds(&self.cutoff)));
        let name = self.party_name(party);
        held.filter(|(spell, answer)| *answer != Answer::No && !spell.status.is_none())
            .map(|(spell, answer)| Row {
                party: party.clone(),
                name: name.clone(),
                status: Some(spell.status.clone()),
                answer: answer.into(),
                since: Some(spell.start.dated()),
                until: spell.end.as_ref().map(Change::dated),
                suspended: spell.suspended(&self.cutoff),
                contested: spell.contested(),
                competing: self.competing(spell.competing()),
                evidence: spell.evidence.clone(),
            })
            .collect()
    }

    /// One row for every spell.
    pub(crate) fn spell_rows(&self, spells: &Folded) -> Vec<SpellRow> {
        let row = |spell: &Spell| SpellRow {
            status: spell.status.clone(),
            answer: spell.holds(&self.cutoff),
            since: spell.start.dated(),
            until: spell.end.as_ref().map(Change::dated),
            suspensions: spell
                .suspensions
                .iter()
                .map(|(since, until)| Period { since: since.dated(), until: until.as_ref().map(Change::dated) })
                .collect(),
            contested: spell.contested(),
            competing: self.competing(spell.competing()),
            evidence: spell.evidence.clone(),
        };
        spells.spells.iter().map(row).collect()
    }

    /// The rungs of one party's ladder in one organisation.
    pub(crate) fn step_rows(&self, organisation: &OrganisationId, party: &PartyId) -> Vec<StepRow> {
        let row = |event: &Event| {
            let Content::Step(step) = &event.content else { return None };
            Some(StepRow {
                towards: step.towards.clone(),
                step: step.step,
                occurred: event.shared.occurred.to_string(),
                attribution: event.shared.attribution.clone(),
                event: event.id,
            })
        };
        self.steps(organisation, party).into_iter().filter_map(row).collect()
    }

    /// The events of one party's ladder, in sort order.
    pub(super) fn steps(&self, organisation: &OrganisationId, party: &PartyId) -> Vec<&Event> {
        let file = self.index.organisation(organisation).and_then(|file| file.parties.get(party));
        sorted(file.iter().flat_map(|file| self.events(&file.steps)))
    }

    /// Claims that say otherwise, as rows.
    pub(super) fn competing(&self, ids: impl Iterator<Item = EventId>) -> Vec<Competing> {
        let events = ids.filter_map(|id| self.index.event(id)).map(|record| &record.event);
        events
            .map(|event| Competing {
                date: event.shared.occurred.to_string(),
                authority: event.shared.authority(),
                attribution: event.shared.attribution.clone(),
                event: event.id,
            })
            .collect()
    }
}

impl Change {
    pub(super) fn dated(&self) -> Dated {
        Dated::new(self.text.as_deref(), &self.range)
    }
}
