//! Everything odd, of one organisation or of all.

use std::collections::BTreeMap;

use jiff::civil::Date;
use summit::{MeetingId, OrganisationId, PartyId, Vantage};

use crate::answer::{Remark, Remarks};
use crate::membership::MembersFilter;
use crate::shared::Indexed;
use crate::view::{AskError, View};

/// One thing that is looked at for what is odd about it.
enum Part {
    Organisation(OrganisationId),
    Meeting(MeetingId),
    /// Links, ids, and entries that are no events.
    Log,
}

/// What [`View::remarks`] tells, asked part by part: whoever keeps the index current, and whoever else asks, waits for one
/// organisation or meeting at most. All is as it stood at one position.
pub fn remarks_by_parts(
    index: &impl Indexed,
    of: Option<&OrganisationId>,
    vantage: &Vantage,
    today: Date,
) -> Result<Remarks, AskError> {
    let (begun, parts, at) = index.ask(|index| {
        let view = index.view(vantage, today)?;
        let begun = Remarks { organisation: of.cloned(), token: view.token().clone(), remarks: Vec::new() };
        let at = vantage.at_position.unwrap_or_else(|| index.tail());
        Ok((begun, view.parts_to_remark(of)?, Vantage { at_position: Some(at), ..vantage.clone() }))
    })?;
    let mut remarks = Vec::new();
    for part in &parts {
        remarks.extend(index.ask(|index| index.view(&at, today)?.remarks_of(part))?);
    }
    Ok(begun.with(remarks))
}

impl Remarks {
    fn with(mut self, mut remarks: Vec<Remark>) -> Self {
        remarks.sort();
        remarks.dedup();
        self.remarks = remarks;
        self
    }
}

impl View<'_> {
    /// Everything odd: what members and attendance remark, links and ids, entries that are no events.
    pub fn remarks(&self, of: Option<&OrganisationId>) -> Result<Remarks, AskError> {
        let mut remarks = Vec::new();
        for part in self.parts_to_remark(of)? {
            remarks.extend(self.remarks_of(&part)?);
        }
        let begun = Remarks { organisation: of.cloned(), token: self.token().clone(), remarks: Vec::new() };
        Ok(begun.with(remarks))
    }

    /// All that is to be looked at for what is odd, of an organisation or of all.
    fn parts_to_remark(&self, of: Option<&OrganisationId>) -> Result<Vec<Part>, AskError> {
        Ok(if let Some(one) = of {
            self.known_organisation(one)?;
            let meetings = self.index.meetings_of(one).into_iter();
            let own = meetings.filter(|meeting| self.meeting_belongs(meeting, one));
            std::iter::once(Part::Organisation(one.clone())).chain(own.map(Part::Meeting)).collect()
        } else {
            let organisations = self.index.organisations().filter(|one| self.names_organisation(one));
            let meetings = self.index.meetings().filter(|one| self.names_meeting(one));
            let organisations = organisations.cloned().map(Part::Organisation);
            organisations.chain([Part::Log]).chain(meetings.cloned().map(Part::Meeting)).collect()
        })
    }

    fn remarks_of(&self, part: &Part) -> Result<Vec<Remark>, AskError> {
        Ok(match part {
            Part::Organisation(one) => self.members(one, &MembersFilter::default())?.remarks,
            Part::Meeting(one) => self.meeting_remarks(one),
            Part::Log => self.remarks_on_log(),
        })
    }

    /// What is odd about the memberships of one party.
    pub(crate) fn remarks_on_party(&self, party: &PartyId) -> Vec<Remark> {
        let organisations = self.index.organisations_with(party);
        let of = |organisation: &OrganisationId| {
            let folded = BTreeMap::from([(party.clone(), self.spells_of(organisation, party))]);
            self.remarks_on_spells(organisation, &folded)
        };
        // Also where it holds no status anywhere.
        organisations.iter().flat_map(of).chain(self.odd_successions(party, None)).collect()
    }

    /// What is odd about links and ids, and entries that are no events.
    pub(crate) fn remarks_on_log(&self) -> Vec<Remark> {
        self.remarks_on_links(None).into_iter().chain(self.remarks_on_undecodable()).collect()
    }

    fn remarks_on_undecodable(&self) -> Vec<Remark> {
        let entries = self.index.undecodable().iter().filter(|entry| self.exists(entry.position));
        entries
            .map(|entry| Remark {
                kind: "undecodable".into(),
                text: format!(
                    "the entry at position {} under \"{}\" is passed over: {} (sha256 {})",
                    entry.position, entry.subject, entry.reason, entry.hash
                ),
                events: Vec::new(),
            })
            .collect()
    }
}
