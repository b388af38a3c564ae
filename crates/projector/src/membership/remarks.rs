//! What is odd about memberships, and about the links between events. Folding never fails: it remarks.

use std::collections::{BTreeMap, BTreeSet};

use summit::{Answer, Content, Event, EventId, OrganisationId, PartyId};

use super::spells::{Folded, Rule, Spell};
use super::succession::{alike, as_organisation, as_party, holds_in, succession};
use crate::answer::Remark;
use crate::index::Record;
use crate::view::View;

impl View<'_> {
    /// What is odd about the spells of some parties, as far as the world has come.
    pub(crate) fn remarks_on_spells(
        &self,
        organisation: &OrganisationId,
        folded: &BTreeMap<PartyId, Folded>,
    ) -> Vec<Remark> {
        let mut remarks = Vec::new();
        // Where somebody is known to have held anything; that an event speaks of it later, nobody knows yet.
        if folded.values().any(|spells| !spells.spells.is_empty()) {
            remarks.extend(self.odd_successions(&as_party(organisation), Some(organisation)));
        }
        for (party, spells) in folded {
            if !spells.spells.is_empty() {
                remarks.extend(self.odd_successions(party, Some(organisation)));
            }
            let begun = |spell: &&Spell| spell.start.reached(&self.cutoff) != Answer::No;
            for spell in spells.spells.iter().filter(begun) {
                remarks.extend(contested(party, spell));
                remarks.extend(without_time(party, spell));
            }
            let odd = |kind: &'static str, text: &str, id: &EventId| {
                let begun = self.index.event(*id).is_some_and(|record| self.reached(&record.event) != Answer::No);
                begun.then(|| Remark { kind: kind.into(), text: format!("{party}: {text}"), events: vec![*id] })
            };
            let rights = "a suspension or reinstatement where there is none to suspend or restore";
            remarks.extend(spells.idle_rights.iter().filter_map(|id| odd("idle-rights", rights, id)));
            let withdrawal = "a withdrawal where no status is on record";
            remarks.extend(spells.idle_withdrawals.iter().filter_map(|id| odd("idle-withdrawal", withdrawal, id)));
            let unclear = "a status would pass over by a succession, but those before held not the same one";
            remarks.extend(spells.unclear.iter().filter_map(|id| odd("succession-unclear", unclear, id)));
            let round = "a succession leads back, at the same time, to where it began: it has no effect";
            remarks.extend(spells.round.iter().filter_map(|id| odd("succession-cycle", round, id)));
            remarks.extend(self.out_of_order(organisation, party));
        }
        remarks
    }

    /// What is odd about the successions of one, party or organisation, by themselves: in an organisation, or anywhere.
    pub(crate) fn odd_successions(&self, name: &PartyId, within: Option<&OrganisationId>) -> Vec<Remark> {
        let told = self.events(self.index.successions(name));
        let told = told.filter(|event| within.is_none_or(|within| holds_in(event, within)));
        let begun = told.filter(|event| self.reached(event) != Answer::No);
        begun.filter_map(|event| self.odd_succession(event, within)).collect()
    }

    fn odd_succession(&self, event: &Event, within: Option<&OrganisationId>) -> Option<Remark> {
        let said = succession(event)?;
        let all = || said.from.iter().chain(&said.to);
        // From within an organisation only that one: what others are called later changes nothing here.
        let is_organisation = |one: &PartyId| {
            let known =
                |one: &OrganisationId| within.map_or_else(|| self.names_organisation(one), |within| within == one);
            as_organisation(one).is_some_and(|one| known(&one))
        };
        let named = all().map(PartyId::as_str).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ");
        let (kind, text) = if alike(said) {
            ("succession-idle", format!("{named}: the same come before and after a succession: nothing changes by it"))
        } else if all().any(|one| one.iso_name().is_some()) && all().any(is_organisation) {
            ("succession-mixed", format!("{named}: a succession names states and organisations in one"))
        } else {
            return None;
        };
        Some(Remark { kind: kind.into(), text, events: vec![event.id] })
    }

    /// Rungs of a ladder that surely came before a lower one.
    fn out_of_order(&self, organisation: &OrganisationId, party: &PartyId) -> Vec<Remark> {
        let steps = self.steps(organisation, party);
        let rung = |event: &Event| if let Content::Step(step) = &event.content { Some(step.clone()) } else { None };
        let mut remarks = Vec::new();
        for (index, earlier) in steps.iter().enumerate() {
            for later in &steps[index + 1..] {
                let (Some(high), Some(low)) = (rung(earlier), rung(later)) else { continue };
                let surely = earlier.shared.occurred.range().latest < later.shared.occurred.range().earliest;
                let begun = self.reached(later) != Answer::No;
                if begun && surely && high.towards == low.towards && high.step > low.step {
                    let text = format!(
                        "{party} towards \"{}\": \"{}\" ({}) stands before \"{}\" ({})",
                        high.towards, high.step, earlier.shared.occurred, low.step, later.shared.occurred
                    );
                    remarks.push(Remark { kind: "ladder-order".into(), text, events: vec![earlier.id, later.id] });
                }
            }
        }
        remarks
    }

    /// What is odd about ids and links: an id used again, a target that nobody knows, two corrections of one event, a
    /// cycle. Of one organisation, or of all.
    pub(crate) fn remarks_on_links(&self, of: Option<&OrganisationId>) -> Vec<Remark> {
        // Few can belong to one organisation; only of them is asked further.
        let candidates = of.map(|of| (of, self.index.links_of(of)));
        let belongs =
            |id: EventId| candidates.as_ref().is_none_or(|(of, links)| links.contains(&id) && self.belongs(id, of));
        let mut remarks = Vec::new();
        for repeat in self.index.repeats().filter(|repeat| !repeat.same && self.exists(repeat.position)) {
            if belongs(repeat.id) {
                let text = format!(
                    "the id stands again at position {}, with another body, which does not count",
                    repeat.position
                );
                remarks.push(Remark { kind: "id-reused".into(), text, events: vec![repeat.id] });
            }
        }
        let linking: Vec<&Record> = match &candidates {
            Some((_, links)) => links.iter().filter_map(|id| self.index.event(*id)).collect(),
            None => self.index.linking().map(|slot| self.index.at(*slot)).collect(),
        };
        let active = linking.into_iter().filter(|record| self.activity.is_active(record));
        for record in active.filter(|record| belongs(record.event.id)) {
            remarks.extend(record.event.targets().filter_map(|target| self.odd_link(record, target)));
        }
        remarks.sort();
        remarks.dedup();
        remarks
    }

    fn odd_link(&self, record: &Record, target: EventId) -> Option<Remark> {
        let known = self.index.event(target).filter(|target| self.activity.selection().on_record(target));
        if known.is_none() {
            let text = format!("it corrects or retracts {target}, which is not on record");
            return Some(Remark { kind: "unknown-target".into(), text, events: vec![record.event.id] });
        }
        if let Some(events) = self.activity.cycle_of(target).filter(|cycle| cycle.contains(&record.event.id)) {
            let text = "these correct or retract each other, or themselves: it has no effect".to_owned();
            return Some(Remark { kind: "cycle".into(), text, events });
        }
        let mut corrections: Vec<EventId> = self
            .activity
            .filter(self.index.linkers(target))
            .filter(|other| other.event.corrects == Some(target))
            .map(|other| other.event.id)
            .collect();
        corrections.sort_unstable();
        corrections.dedup();
        (corrections.len() > 1).then(|| Remark {
            kind: "fork".into(),
            text: format!("each corrects {target}; all of them count"),
            events: corrections,
        })
    }
}

fn contested(party: &PartyId, spell: &Spell) -> Option<Remark> {
    if !spell.contested() {
        return None;
    }
    let end = spell.end.as_ref().map(|end| format!(" until {}", end.dated().edtf)).unwrap_or_default();
    let text = format!("{party} as \"{}\" since {}{end} is contested", spell.status, spell.start.dated().edtf);
    let mut events = vec![spell.start.dated_by];
    events.extend(spell.competing().filter(|id| *id != spell.start.dated_by));
    Some(Remark { kind: "contested".into(), text, events })
}

fn without_time(party: &PartyId, spell: &Spell) -> Option<Remark> {
    (spell.start.rule == Rule::NoTime).then(|| Remark {
        kind: "no-time".into(),
        text: format!(
            "{party} as \"{}\": what is on record leaves no time for the change, so it stands at {}",
            spell.status, spell.start.range
        ),
        events: vec![spell.start.dated_by],
    })
}
