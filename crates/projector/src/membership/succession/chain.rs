//! Who came before and after, as it is shown: the whole chain, not only the next link.

use std::collections::{BTreeSet, VecDeque};

use summit::{Event, OrganisationId, PartyId, Succession};

use super::manner::{as_organisation, as_party, holds_in, manner, succession};
use crate::answer::Successor;
use crate::membership::sorted;
use crate::view::View;

/// How many links of a chain are shown each way, the nearest first; the pages of the last ones show more.
const MAX_LINKS: usize = 100;

/// Whoever came before, and whoever came after.
#[derive(Default)]
pub(crate) struct Chain {
    pub(crate) succeeds: Vec<Successor>,
    pub(crate) succeeded_by: Vec<Successor>,
}

/// Which way a chain is followed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Back,
    On,
}

impl View<'_> {
    /// Whose place a party took and who took its own, one after another: in an organisation, or anywhere.
    pub(crate) fn chain(&self, party: &PartyId, within: Option<&OrganisationId>) -> Chain {
        let here = |_: &PartyId| within.cloned();
        let row = |other: Option<&PartyId>, row: Successor| Successor { party: other.cloned(), ..row };
        let way = |way| self.links(party, way, MAX_LINKS, &here, &row);
        Chain { succeeds: way(Way::Back), succeeded_by: way(Way::On) }
    }

    /// The same of an organisation and others.
    pub(crate) fn chain_of_organisation(&self, organisation: &OrganisationId) -> Chain {
        let name = as_party(organisation);
        let way = |way| self.links(&name, way, MAX_LINKS, &as_organisation, &of_organisation);
        Chain { succeeds: way(Way::Back), succeeded_by: way(Way::On) }
    }

    /// Who took the place of an organisation itself, and not who came after those.
    pub(crate) fn heirs_of_organisation(&self, organisation: &OrganisationId) -> Vec<Successor> {
        let mut next = self.links(&as_party(organisation), Way::On, MAX_LINKS, &as_organisation, &of_organisation);
        next.retain(|link| link.through.is_none());
        next
    }

    /// The links of a chain, the nearest first; of each only those that hold where `within` says. Nobody is gone through
    /// twice.
    fn links(
        &self,
        name: &PartyId,
        way: Way,
        most: usize,
        within: &dyn Fn(&PartyId) -> Option<OrganisationId>,
        row: &dyn Fn(Option<&PartyId>, Successor) -> Successor,
    ) -> Vec<Successor> {
        let mut links = Vec::new();
        let (mut seen, mut open) = (BTreeSet::from([name.clone()]), VecDeque::from([name.clone()]));
        while let Some(one) = open.pop_front() {
            let here = within(&one);
            let through = Some(&one).filter(|one| *one != name);
            for event in sorted(self.events(self.index.successions(&one))) {
                let holds = |_: &&Succession| here.as_ref().is_none_or(|here| holds_in(event, here));
                let Some(said) = succession(event).filter(holds) else { continue };
                let others = match way {
                    Way::Back if said.to.contains(&one) => &said.from,
                    Way::On if !said.to.contains(&one) => &said.to,
                    Way::Back | Way::On => continue,
                };
                let link = || Successor { through: through.cloned(), ..self.successor(event, said) };
                if others.is_empty() {
                    links.push(row(None, link()));
                }
                for other in others.iter().filter(|other| **other != one) {
                    links.push(row(Some(other), link()));
                    if seen.insert(other.clone()) {
                        open.push_back(other.clone());
                    }
                }
                if links.len() >= most {
                    links.truncate(most);
                    return links;
                }
            }
        }
        links
    }

    fn successor(&self, event: &Event, said: &Succession) -> Successor {
        Successor {
            party: None,
            organisation: None,
            through: None,
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

fn of_organisation(other: Option<&PartyId>, row: Successor) -> Successor {
    Successor { organisation: other.and_then(as_organisation), ..row }
}
