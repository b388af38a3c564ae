//! One picture after another: what is new in it, and what is missing.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use summit::{Certainty, Content, Event, OrganisationId, PartyId, Previous, Shared, Standing, Status, When};
use uuid::Uuid;
use wire::{Document, Fault};

use super::doubt::{Doubt, Unread};
use super::source::{Said, Source, derived};

/// Stands between the parts of what an id is derived from; none of them contains it.
const SEPARATOR: &str = "\u{1f}";

/// What changed for a party in an organisation from one picture to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The party.
    pub party: PartyId,
    /// The date of the picture that shows it.
    pub occurred: When,
    /// The status there, or `none`.
    pub status: Status,
    /// The picture before in which it was understood, and the status there; nothing for what is seen first.
    pub previous: Option<Previous>,
    /// How the picture shows it.
    pub seen: Seen,
}

/// How a picture shows a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// A row says so.
    Listed,
    /// The party has other rows, none in the organisation.
    Missing,
    /// The party has no row at all.
    PartyMissing,
}

impl Change {
    /// What the event says; its id is to be [derived](Self::id).
    fn event(&self, source: &Source) -> Event {
        let note = || format!("{} is missing from the whole picture of {}", self.party, self.occurred);
        let mut shared = source.shared(self.occurred.clone(), Some(self.organisation.clone()));
        shared.certainty = (self.seen != Seen::Listed).then_some(Certainty::Implied);
        shared.note = (self.seen == Seen::PartyMissing).then(note);
        let (party, status, previous) = (self.party.clone(), self.status.clone(), self.previous.clone());
        let id = self.id(source, &shared);
        source.with_id(id, shared, Content::Standing(Standing { party, status, previous }))
    }

    /// Derived from all that the event says, so that one id never stands for two things.
    fn id(&self, source: &Source, shared: &Shared) -> Uuid {
        let previous = self.previous.as_ref();
        let said = [
            source.uri.as_str(),
            &source.name,
            source.url.as_deref().unwrap_or_default(),
            source.authority.as_str(),
            shared.certainty.map_or("", Certainty::as_str),
            shared.note.as_deref().unwrap_or_default(),
            self.organisation.as_str(),
            self.party.as_str(),
            self.occurred.as_str(),
            self.status.as_str(),
            previous.map_or("", |previous| previous.occurred.as_str()),
            previous.map_or("", |previous| previous.status.as_str()),
        ];
        derived(said.join(SEPARATOR).as_bytes())
    }
}

impl Said for Change {
    fn document(&self, source: &Source) -> Document {
        Document::from_event(self.event(source))
    }
}

/// Who in what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    pub(super) organisation: OrganisationId,
    pub(super) party: PartyId,
}

/// A picture's place among the others, and its date.
#[derive(Debug)]
struct Look {
    number: usize,
    date: When,
}

/// A picture that is being read.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    pub(super) date: When,
    /// The line of its first row.
    pub(super) line: u64,
    /// Each with the line that says so.
    cells: BTreeMap<Pair, (Status, u64)>,
    unread: BTreeSet<Unread>,
    /// Rejected rows without a date, which may belong to a neighbouring picture.
    undated: BTreeSet<Unread>,
}

impl Picture {
    /// The next picture, to which the undated rows before it may belong.
    pub(super) fn open(date: When, line: u64, undated: BTreeSet<Unread>) -> Self {
        Self { date, line, cells: BTreeMap::new(), unread: BTreeSet::new(), undated }
    }

    /// Whether it lies wholly behind a date.
    pub(super) fn is_behind(&self, date: &When) -> bool {
        self.date.range().earliest > date.range().latest
    }

    /// Takes what a row says, unless another one speaks of the same pair already.
    pub(super) fn add(&mut self, pair: Pair, status: Status, line: u64) -> Result<(), Fault> {
        match self.cells.entry(pair) {
            Entry::Vacant(fresh) => {
                fresh.insert((status, line));
                Ok(())
            }
            Entry::Occupied(there) => {
                let (pair, (first, at)) = (there.key(), there.get());
                let found = format!(
                    "\"{status}\" for \"{}\" in \"{}\", of which line {at} says \"{first}\"",
                    pair.party, pair.organisation
                );
                Err(Fault { field: String::new(), found, allowed: "one row for a pair in one picture".to_owned() })
            }
        }
    }

    pub(super) fn add_unread(&mut self, unread: Unread) {
        self.unread.insert(unread);
    }

    pub(super) fn add_undated(&mut self, unread: Unread) {
        self.undated.insert(unread);
    }
}

/// What is carried from picture to picture.
#[derive(Default)]
pub(super) struct Album {
    /// The picture before.
    last: Option<Arc<Look>>,
    /// What each pair held when it was understood last. Who holds nothing is not in it.
    held: BTreeMap<Pair, (Status, Arc<Look>)>,
    /// The rejected rows of the picture before, each with the picture since which it is there.
    unread: BTreeMap<Unread, usize>,
    undated: BTreeSet<Unread>,
    /// How many pairs were left unsaid, picture by picture.
    pub(super) unsaid: u64,
}

impl Album {
    /// What a picture changes, by organisation and party.
    pub(super) fn close(&mut self, picture: Picture) -> Vec<Change> {
        let Picture { date, cells, unread, undated, .. } = picture;
        let look = Arc::new(Look { number: self.last.as_ref().map_or(0, |last| last.number + 1), date });
        let since = |unread: &Unread| self.unread.get(unread).copied().unwrap_or(look.number);
        let unread: BTreeMap<Unread, usize> = unread.into_iter().map(|one| (one.clone(), since(&one))).collect();
        // Who is missing here may be meant by a row that is no good;
        let here = unread.iter().map(|(one, since)| (one, *since));
        let here = Doubt::new(here.chain(undated.iter().map(|one| (one, look.number))));
        // who is new here may have been meant by one of the picture before, unless that one stands beside them.
        let apart = |one: &&Unread| matches!(one, Unread::Pair(_)) || !unread.contains_key(one);
        let before = self.unread.keys().filter(apart).chain(&self.undated);
        let before = Doubt::new(before.map(|one| (one, look.number)));
        let readable = unread.keys().chain(&undated).filter_map(Unread::party);
        let parties: BTreeSet<PartyId> = cells.keys().map(|pair| &pair.party).chain(readable).cloned().collect();

        let mut held = std::mem::take(&mut self.held);
        let mut changes = Vec::new();
        for (pair, (status, _)) in cells {
            let there = held.remove(&pair).or_else(|| {
                let last = self.last.as_ref().filter(|_| !before.covers(&pair, 0));
                last.map(|last| (Status::none(), Arc::clone(last)))
            });
            if there.as_ref().is_none_or(|(before, _)| *before != status) {
                changes.push(change(&pair, &look, status.clone(), there, Seen::Listed));
            }
            if !status.is_none() {
                self.held.insert(pair, (status, Arc::clone(&look)));
            }
        }
        for (pair, there) in held {
            if here.covers(&pair, there.1.number) {
                self.unsaid += 1;
                self.held.insert(pair, there);
            } else {
                let seen = if parties.contains(&pair.party) { Seen::Missing } else { Seen::PartyMissing };
                changes.push(change(&pair, &look, Status::none(), Some(there), seen));
            }
        }
        changes.sort_by(|left, right| (&left.organisation, &left.party).cmp(&(&right.organisation, &right.party)));
        (self.unread, self.undated) = (unread, undated);
        self.last = Some(look);
        changes
    }
}

fn change(pair: &Pair, look: &Look, status: Status, there: Option<(Status, Arc<Look>)>, seen: Seen) -> Change {
    Change {
        organisation: pair.organisation.clone(),
        party: pair.party.clone(),
        occurred: look.date.clone(),
        status,
        previous: there.map(|(status, looked)| Previous { occurred: looked.date.clone(), status }),
        seen,
    }
}
