//! Who speaks of the memberships of an organisation, and when that came on record.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use summit::{Authority, Moment, OrganisationId};

use crate::index::{OrganisationFile, Record, Slot};
use crate::view::{AskError, View};

/// Who speaks of the memberships of an organisation, and when that came on record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heard {
    /// How many events name a source anywhere in their attribution.
    pub sources: BTreeMap<String, usize>,
    /// How many events have an authority.
    pub authorities: BTreeMap<Authority, usize>,
    /// The instants at which something came on record, those behind `known_at` too.
    pub recorded: BTreeSet<Timestamp>,
}

impl View<'_> {
    /// Who speaks of the memberships of an organisation: whoever else the vantage leaves out, so that another source can be
    /// chosen. Cost: the claims of the organisation.
    pub fn heard_of(&self, organisation: &OrganisationId) -> Result<Heard, AskError> {
        self.known_organisation(organisation)?;
        let mut heard = Heard::default();
        let slots: BTreeSet<Slot> = self.index.organisation(organisation).into_iter().flat_map(spoken).collect();
        let records = slots.into_iter().map(|slot| self.index.at(slot));
        for record in records.filter(|record: &&Record| self.exists(record.position)) {
            heard.recorded.insert(record.recorded_at());
            if !self.activity.selection().on_record(record) {
                continue;
            }
            let shared = &record.event.shared;
            *heard.authorities.entry(shared.authority()).or_default() += 1;
            let names: BTreeSet<&String> = shared.attribution.iter().map(|source| &source.name).collect();
            for name in names {
                *heard.sources.entry(name.clone()).or_default() += 1;
            }
        }
        Ok(heard)
    }

    /// The last moment that has passed at `as_of`.
    pub fn looks_from(&self) -> Moment {
        match self.cutoff {
            summit::Cutoff::Moment(moment) => moment,
            summit::Cutoff::Order { day, .. } => day.last(),
        }
    }
}

/// All that is filed under an organisation and bears on its memberships.
fn spoken(file: &OrganisationFile) -> impl Iterator<Item = Slot> {
    let parties = file.parties.values().flat_map(|party| [&party.status, &party.rights, &party.steps]);
    let own = [&file.foundings, &file.reclassifications, &file.tallies];
    own.into_iter().chain(parties).flatten().chain(&file.linked).copied()
}
