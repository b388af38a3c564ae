//! What rejected rows may have spoken of: of that, silence says nothing.

use std::collections::{BTreeMap, BTreeSet};

use summit::{OrganisationId, PartyId};

use super::picture::Pair;

/// How much of a text that cannot be read is kept, to know it again, in characters.
const KEPT_CHARS: usize = 80;

/// A row that was rejected, as far as it says of whom it speaks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unread {
    /// Of this pair, but not which status or when.
    Pair(Pair),
    /// Of somebody in this organisation.
    In(OrganisationId, String),
    /// Of this party somewhere.
    Of(PartyId, String),
    /// Of somebody somewhere.
    Anyone(String, String),
}

impl Unread {
    pub(super) fn anyone_in(organisation: OrganisationId, party: &str) -> Self {
        Self::In(organisation, kept(party))
    }

    pub(super) fn anywhere(party: PartyId, organisation: &str) -> Self {
        Self::Of(party, kept(organisation))
    }

    pub(super) fn anyone(party: &str, organisation: &str) -> Self {
        Self::Anyone(kept(party), kept(organisation))
    }

    /// The party, where it can be read.
    pub(super) fn party(&self) -> Option<&PartyId> {
        match self {
            Self::Pair(pair) => Some(&pair.party),
            Self::Of(party, _) => Some(party),
            Self::In(..) | Self::Anyone(..) => None,
        }
    }
}

/// The pairs of which some rejected rows may have spoken.
#[derive(Debug, Default)]
pub(super) struct Doubt {
    pairs: BTreeSet<Pair>,
    /// By organisation, party, or for all: since which picture the youngest such row is there.
    organisations: BTreeMap<OrganisationId, usize>,
    parties: BTreeMap<PartyId, usize>,
    anyone: Option<usize>,
}

impl Doubt {
    /// From rows that were rejected, each with the picture since which it is there, picture after picture.
    pub(super) fn new<'a>(unread: impl IntoIterator<Item = (&'a Unread, usize)>) -> Self {
        let mut doubt = Self::default();
        let latest = |there: &mut usize, since: usize| *there = since.max(*there);
        for (unread, since) in unread {
            match unread {
                Unread::Pair(pair) => drop(doubt.pairs.insert(pair.clone())),
                Unread::In(organisation, _) => {
                    latest(doubt.organisations.entry(organisation.clone()).or_default(), since);
                }
                Unread::Of(party, _) => latest(doubt.parties.entry(party.clone()).or_default(), since),
                Unread::Anyone(..) => latest(doubt.anyone.get_or_insert_default(), since),
            }
        }
        doubt
    }

    /// Whether one of the rows may speak of a pair that was understood last in the picture `looked`. A row that stood
    /// beside it there already, speaks of another.
    pub(super) fn covers(&self, pair: &Pair, looked: usize) -> bool {
        let young = |since: Option<&usize>| since.is_some_and(|since| *since > looked);
        self.pairs.contains(pair)
            || young(self.organisations.get(&pair.organisation))
            || young(self.parties.get(&pair.party))
            || young(self.anyone.as_ref())
    }
}

fn kept(text: &str) -> String {
    text.chars().take(KEPT_CHARS).collect()
}
