//! Who came before and after, as it is shown.

use summit::{Event, OrganisationId, PartyId, Succession};

use super::manner::{as_organisation, as_party, holds_in, manner, succession};
use crate::answer::Successor;
use crate::membership::sorted;
use crate::view::View;

/// Whoever came before, and whoever came after.
#[derive(Default)]
pub(crate) struct Chain {
    pub(crate) succeeds: Vec<Successor>,
    pub(crate) succeeded_by: Vec<Successor>,
}

impl View<'_> {
    /// Whose place a party took and who took its own: in an organisation, or anywhere.
    pub(crate) fn chain(&self, party: &PartyId, within: Option<&OrganisationId>) -> Chain {
        self.chain_of(party, within, |event, said, other| Successor {
            party: Some(other.clone()),
            ..self.successor(event, said)
        })
    }

    /// The same of an organisation and others.
    pub(crate) fn chain_of_organisation(&self, organisation: &OrganisationId) -> Chain {
        self.chain_of(&as_party(organisation), Some(organisation), |event, said, other| Successor {
            organisation: as_organisation(other),
            party: None,
            ..self.successor(event, said)
        })
    }

    fn chain_of(
        &self,
        name: &PartyId,
        within: Option<&OrganisationId>,
        row: impl Fn(&Event, &Succession, &PartyId) -> Successor,
    ) -> Chain {
        let mut chain = Chain::default();
        for event in sorted(self.events(self.index.successions(name))) {
            let Some(said) = succession(event).filter(|_| within.is_none_or(|within| holds_in(event, within))) else {
                continue;
            };
            let others =
                |list: &[PartyId]| list.iter().filter(|one| *one != name).map(|one| row(event, said, one)).collect();
            let (before, after): (Vec<_>, Vec<_>) = (others(&said.from), others(&said.to));
            if said.to.contains(name) {
                chain.succeeds.extend(before);
            } else {
                chain.succeeded_by.extend(after);
            }
        }
        chain
    }

    fn successor(&self, event: &Event, said: &Succession) -> Successor {
        Successor {
            party: None,
            organisation: None,
            manner: manner(said),
            occurred: event.shared.occurred.to_string(),
            answer: self.reached(event),
            only_in: event.shared.organisation.clone(),
            authority: event.shared.authority(),
            attribution: event.shared.attribution.clone(),
            event: event.id,
        }
    }
}
