//! Everything odd, of one organisation or of all.

use std::collections::BTreeMap;

use summit::{OrganisationId, PartyId};

use crate::answer::{Remark, Remarks};
use crate::membership::MembersFilter;
use crate::view::{AskError, View};

impl View<'_> {
    /// Everything odd: what members and attendance remark, links and ids, entries that are no events.
    pub fn remarks(&self, of: Option<&OrganisationId>) -> Result<Remarks, AskError> {
        let mut remarks = Vec::new();
        let named: Vec<&OrganisationId> = match of {
            Some(organisation) => vec![organisation],
            None => self.index.organisations().filter(|one| self.known_organisation(one).is_ok()).collect(),
        };
        for organisation in named {
            remarks.extend(self.members(organisation, &MembersFilter::default())?.remarks);
        }
        if of.is_none() {
            remarks.extend(self.remarks_on_links(None));
            remarks.extend(self.remarks_on_undecodable());
        }
        match of {
            Some(one) => {
                let meetings = self.index.meetings_of(one).into_iter();
                let own = meetings.filter(|meeting| self.meeting_belongs(meeting, one));
                remarks.extend(own.flat_map(|meeting| self.meeting_remarks(&meeting)));
            }
            None => remarks.extend(self.index.meetings().flat_map(|meeting| self.meeting_remarks(meeting))),
        }
        remarks.sort();
        remarks.dedup();
        Ok(Remarks { organisation: of.cloned(), token: self.token().clone(), remarks })
    }

    /// What is odd about the memberships of one party.
    pub(crate) fn remarks_on_party(&self, party: &PartyId) -> Vec<Remark> {
        let organisations = self.index.party(party).into_iter().flat_map(|file| &file.organisations);
        let of = |organisation| {
            let folded = BTreeMap::from([(party.clone(), self.spells_of(organisation, party))]);
            self.remarks_on_spells(organisation, &folded)
        };
        organisations.flat_map(of).collect()
    }

    fn remarks_on_undecodable(&self) -> Vec<Remark> {
        let entries = self.index.undecodable().iter().filter(|entry| self.exists(entry.position));
        entries
            .map(|entry| Remark {
                kind: "undecodable",
                text: format!(
                    "the entry at position {} under \"{}\" is passed over: {} (sha256 {})",
                    entry.position, entry.subject, entry.reason, entry.hash
                ),
                events: Vec::new(),
            })
            .collect()
    }
}
