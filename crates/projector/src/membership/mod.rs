//! Membership: who holds which status in an organisation, since when, and why the view says so.

mod dating;
mod explain;
mod groups;
mod over_time;
mod remarks;
mod rows;
mod spells;
mod succession;
mod tally;
mod turns;

use std::collections::{BTreeMap, BTreeSet};

use summit::{Answer, Cutoff, Event, EventId, OrganisationId, PartyId, Status};

pub(crate) use dating::winner;
pub use explain::{Knowledge, diff};
pub use over_time::CountsFrom;
pub(crate) use spells::{EventKey, Folded, Spell, sorted, stays};
pub(crate) use succession::{Place, as_organisation, as_party, succession};
pub(crate) use tally::{just_after, tally_remark};
pub use turns::{Turn, TurnedBy};

use crate::answer::{Count, Dated, Members, Membership, PartyTimeline, Row, Stated, Timeline};
use crate::index::Slot;
use crate::view::{AskError, View};
use succession::{Chain, Swept};

/// Which rows are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MembersFilter {
    /// Only this status.
    pub status: Option<Status>,
    /// Only this party; it is answered even where it holds nothing, or nothing is said of it.
    pub party: Option<PartyId>,
}

impl View<'_> {
    /// Who holds which status in an organisation. Cost: the claims of the parties asked for.
    pub fn members(&self, organisation: &OrganisationId, only: &MembersFilter) -> Result<Members, AskError> {
        self.known_organisation(organisation)?;
        let wanted = |status: &Status| only.status.as_ref().is_none_or(|only| only == status);
        let folded = self.folded(organisation, only.party.as_ref());
        let mut parties: Vec<Row> = folded
            .iter()
            .flat_map(|(party, spells)| self.rows(party, spells))
            .filter(|row| row.status.as_ref().is_some_and(wanted))
            .collect();
        if let Some(party) = only.party.as_ref().filter(|_| parties.is_empty()) {
            parties.push(self.row_of_none(party, folded.get(party), only.status.as_ref()));
        }
        let mut counts = counts(&folded, &self.cutoff);
        counts.retain(|status, _| wanted(status));
        let mut remarks = self.remarks_on_spells(organisation, &folded);
        if only.party.is_none() {
            remarks.extend(self.remarks_on_tallies(organisation, &folded));
            remarks.extend(self.remarks_on_links(Some(organisation)));
        }
        remarks.sort();
        remarks.dedup();
        Ok(Members {
            name: self.organisation_name(organisation),
            organisation: organisation.clone(),
            token: self.token().clone(),
            counts,
            parties,
            succeeded_by: self.chain_of_organisation(organisation).succeeded_by,
            remarks,
        })
    }

    /// Parties by status. Cost: the claims of all parties.
    pub(crate) fn counts(&self, organisation: &OrganisationId) -> BTreeMap<Status, Count> {
        counts(&self.folded(organisation, None), &self.cutoff)
    }

    /// All spells of the parties of an organisation, or of one of them.
    pub fn timeline(&self, organisation: &OrganisationId, only: Option<&PartyId>) -> Result<Timeline, AskError> {
        self.known_organisation(organisation)?;
        let mut folded = self.folded(organisation, only);
        if let Some(only) = only {
            folded.entry(only.clone()).or_default();
        }
        let founded = dating::winner(&self.foundings(organisation))
            .map(|event| Dated::new(Some(event.shared.occurred.as_str()), event.shared.occurred.range()));
        let mut remarks = self.remarks_on_spells(organisation, &folded);
        remarks.sort();
        remarks.dedup();
        let parties = folded.into_iter().map(|(party, spells)| {
            let Chain { succeeds, succeeded_by } = self.chain(&party, Some(organisation));
            PartyTimeline {
                name: self.party_name(&party),
                spells: self.spell_rows(&spells),
                steps: self.step_rows(organisation, &party),
                party,
                succeeds,
                succeeded_by,
            }
        });
        let parties = parties.filter(|row| only.is_some() || !row.spells.is_empty() || !row.steps.is_empty()).collect();
        let Chain { succeeds, succeeded_by } = self.chain_of_organisation(organisation);
        Ok(Timeline {
            name: self.organisation_name(organisation),
            organisation: organisation.clone(),
            token: self.token().clone(),
            founded,
            succeeds,
            succeeded_by,
            parties,
            remarks,
        })
    }

    /// All spells of a party, by organisation.
    pub(crate) fn memberships(&self, party: &PartyId) -> Vec<Membership> {
        let memberships = self.index.organisations_with(party).into_iter().map(|organisation| {
            let Chain { succeeds, succeeded_by } = self.chain(party, Some(&organisation));
            Membership {
                name: self.organisation_name(&organisation),
                spells: self.spell_rows(&self.spells_of(&organisation, party)),
                steps: self.step_rows(&organisation, party),
                organisation,
                succeeds,
                succeeded_by,
            }
        });
        memberships.filter(|row| !row.spells.is_empty() || !row.steps.is_empty()).collect()
    }

    /// The rows of one party in one organisation at the vantage: what a published view holds of it.
    pub(crate) fn rows_of(&self, organisation: &OrganisationId, party: &PartyId) -> Vec<Row> {
        self.rows(party, &self.spells_of(organisation, party))
    }

    /// The spells of one party in one organisation, whenever they are.
    pub(crate) fn spells_of(&self, organisation: &OrganisationId, party: &PartyId) -> Folded {
        let foundings = self.foundings(organisation);
        self.fold(organisation, party, &foundings)
    }

    /// The same, were one more claim on record.
    fn spells_with(&self, organisation: &OrganisationId, party: &PartyId, claim: &Event) -> Folded {
        let foundings = self.foundings(organisation);
        self.fold_with(organisation, party, &foundings, Some(claim))
    }

    /// The spells of every party of an organisation that holds something there, or may do so, or of one of them.
    fn folded(&self, organisation: &OrganisationId, only: Option<&PartyId>) -> BTreeMap<PartyId, Folded> {
        let foundings = self.foundings(organisation);
        let parties = match only {
            Some(party) => BTreeSet::from([party.clone()]),
            None => self.index.parties_in(organisation),
        };
        let folded = parties.into_iter().map(|party| (party.clone(), self.fold(organisation, &party, &foundings)));
        folded.collect()
    }

    fn foundings(&self, organisation: &OrganisationId) -> Vec<&Event> {
        self.index.organisation(organisation).into_iter().flat_map(|file| self.events(&file.foundings)).collect()
    }

    fn fold(&self, organisation: &OrganisationId, party: &PartyId, foundings: &[&Event]) -> Folded {
        self.fold_with(organisation, party, foundings, None)
    }

    fn fold_with(
        &self,
        organisation: &OrganisationId,
        party: &PartyId,
        foundings: &[&Event],
        more: Option<&Event>,
    ) -> Folded {
        let Swept { groups, unclear, round } = self.groups_with(organisation, party, more);
        let own = self.index.organisation(organisation).and_then(|file| file.parties.get(party));
        let rights = own.into_iter().flat_map(|own| self.events(&own.rights));
        let folded = spells::spells(groups, rights, foundings.iter().copied());
        Folded { unclear, round, ..folded }
    }

    /// The status that a party surely holds at a cutoff, with the events that show it.
    pub(crate) fn status_at(&self, organisation: &OrganisationId, party: &PartyId, at: &Cutoff) -> Option<Spell> {
        let spells = self.spells_of(organisation, party).spells;
        spells.into_iter().find(|spell| !spell.status.is_none() && spell.holds(at) == Answer::Yes)
    }

    /// The active events among some.
    pub(crate) fn events<'s>(&'s self, slots: &'s [Slot]) -> impl Iterator<Item = &'s Event> {
        self.activity.filter(slots).map(|record| &record.event)
    }

    /// Events in sort order, each once.
    fn in_sort_order(&self, ids: Vec<EventId>) -> Vec<EventId> {
        let records = ids.into_iter().filter_map(|id| self.index.event(id));
        let keys: BTreeSet<EventKey> = records.map(|record| EventKey::of(&record.event)).collect();
        keys.iter().map(EventKey::id).collect()
    }

    /// The one row of a party that holds nothing asked for: surely not, or nothing is said of it.
    fn row_of_none(&self, party: &PartyId, spells: Option<&Folded>, status: Option<&Status>) -> Row {
        let spells = spells.map_or(&[][..], |spells| &spells.spells);
        let mut row = Row {
            party: party.clone(),
            name: self.party_name(party),
            status: status.cloned(),
            answer: if spells.is_empty() { Stated::NotStated } else { Stated::No },
            since: None,
            until: None,
            suspended: Answer::No,
            contested: false,
            competing: Vec::new(),
            evidence: Vec::new(),
        };
        // The spell that holds instead, or else the one to come.
        let holds = |spell: &&Spell| spell.holds(&self.cutoff) != Answer::No;
        if let Some(spell) = spells.iter().find(holds).or(spells.first()) {
            row.contested = spell.contested();
            row.competing = self.competing(spell.competing());
        }
        // That none of them holds takes all of them to show.
        let evidence: Vec<EventId> = spells.iter().flat_map(|spell| spell.evidence.iter().copied()).collect();
        row.evidence = self.in_sort_order(evidence);
        row
    }
}

/// Parties by status: surely, or possibly.
fn counts(folded: &BTreeMap<PartyId, Folded>, at: &Cutoff) -> BTreeMap<Status, Count> {
    let mut counts: BTreeMap<Status, Count> = BTreeMap::new();
    for (status, answer) in folded.values().flat_map(|spells| held(spells, at)) {
        match answer {
            Answer::Yes => counts.entry(status.clone()).or_default().yes += 1,
            Answer::Possibly => counts.entry(status.clone()).or_default().possibly += 1,
            Answer::No => {}
        }
    }
    counts
}

/// What one party holds. Neighbouring spells of one status are one stay.
fn held<'s>(spells: &'s Folded, at: &Cutoff) -> BTreeMap<&'s Status, Answer> {
    let mut held: BTreeMap<&Status, Answer> = BTreeMap::new();
    for stay in spells.spells.chunk_by(|left, right| left.status == right.status) {
        let answer = held.entry(&stay[0].status).or_insert(Answer::No);
        *answer = answer.or(stays(stay, at));
    }
    held.retain(|status, _| !status.is_none());
    held
}
