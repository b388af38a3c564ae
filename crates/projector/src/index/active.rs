//! Which events count from a vantage: selected by knowledge and source, and not taken out of effect by another
//! (`design.md` section 3, *Active events*).

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;
use summit::{AccordingTo, EventId, Position, Vantage};

use super::{Index, Record, Slot};

/// The part of a vantage that says which events exist at all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Selection {
    pub(crate) at_position: Option<Position>,
    pub(crate) known_at: Option<Timestamp>,
    pub(crate) according_to: Option<AccordingTo>,
}

impl Selection {
    pub(crate) fn of(vantage: &Vantage) -> Self {
        Self {
            at_position: vantage.at_position,
            known_at: vantage.known_at,
            according_to: vantage.according_to.clone(),
        }
    }

    /// Whether an event was on record, whoever says it.
    pub(crate) fn on_record(&self, record: &Record) -> bool {
        self.at_position.is_none_or(|position| record.position <= position)
            && self.known_at.is_none_or(|instant| record.recorded_at() <= instant)
    }

    /// Whether an event is selected, active or not.
    pub(crate) fn takes(&self, record: &Record) -> bool {
        let event = &record.event;
        self.on_record(record)
            && match &self.according_to {
                None => true,
                Some(AccordingTo::Authority(authority)) => event.shared.authority() == *authority,
                Some(AccordingTo::Name(name)) => event.shared.attribution.iter().any(|link| link.name == *name),
            }
    }
}

/// What is active under one selection, found out event by event.
pub(crate) struct Activity<'a> {
    index: &'a Index,
    selection: Selection,
    /// An event that is taken to be out of effect, whatever the record says.
    without: Option<EventId>,
    /// Verdicts on events that others link to; the rest need no memory.
    judged: RefCell<HashMap<EventId, bool>>,
}

impl<'a> Activity<'a> {
    pub(crate) fn new(index: &'a Index, selection: Selection) -> Self {
        Self { index, selection, without: None, judged: RefCell::default() }
    }

    /// What is active were one event taken out of effect.
    pub(crate) fn without(index: &'a Index, selection: Selection, id: EventId) -> Self {
        Self { without: Some(id), ..Self::new(index, selection) }
    }

    pub(crate) const fn selection(&self) -> &Selection {
        &self.selection
    }

    /// The active ones among some events.
    pub(crate) fn filter<'s>(&'s self, slots: &'s [Slot]) -> impl Iterator<Item = &'a Record> + 's {
        slots.iter().map(|slot| self.index.at(*slot)).filter(|record| self.is_active(record))
    }

    /// Whether an event counts: it is selected, and no active event takes it out of effect. Cost: that of the events
    /// that link to it, directly or through others; mostly none do.
    pub(crate) fn is_active(&self, record: &Record) -> bool {
        if !self.selection.takes(record) {
            return false;
        }
        let id = record.event.id;
        if self.without == Some(id) {
            return false;
        }
        if self.index.linkers(id).is_empty() {
            return true;
        }
        if let Some(&verdict) = self.judged.borrow().get(&id) {
            return verdict;
        }
        let verdict = !self.inactive_among_linkers_of(id).contains(&id);
        self.judged.borrow_mut().insert(id, verdict);
        verdict
    }

    /// The active events that take an event out of effect, in order of id.
    pub(crate) fn takers(&self, id: EventId) -> Vec<EventId> {
        let graph = self.linkers_of(id);
        let components = tarjan_scc(&graph);
        let apart = |other: EventId| !components.iter().any(|one| one.contains(&id) && one.contains(&other));
        let linkers = self.index.linkers(id).iter().map(|slot| self.index.at(*slot));
        let takers = linkers.filter(|record| self.is_active(record) && apart(record.event.id));
        let takers: BTreeSet<EventId> = takers.map(|record| record.event.id).collect();
        takers.into_iter().collect()
    }

    /// The selected events on cycles of links, each cycle in order of id.
    pub(crate) fn cycle_of(&self, id: EventId) -> Option<Vec<EventId>> {
        let graph = self.linkers_of(id);
        let mut cycle = tarjan_scc(&graph).into_iter().find(|component| component.contains(&id))?;
        cycle.sort_unstable();
        (cycle.len() > 1 || graph.contains_edge(id, id)).then_some(cycle)
    }

    /// Selected events that link to `id`, or to one that does, with their links.
    fn linkers_of(&self, id: EventId) -> DiGraphMap<EventId, ()> {
        let mut graph = DiGraphMap::new();
        let (mut found, mut open) = (BTreeSet::from([id]), vec![id]);
        graph.add_node(id);
        while let Some(target) = open.pop() {
            for slot in self.index.linkers(target) {
                let record = self.index.at(*slot);
                if self.selection.takes(record) {
                    graph.add_edge(record.event.id, target, ());
                    if found.insert(record.event.id) {
                        open.push(record.event.id);
                    }
                }
            }
        }
        graph
    }

    /// Components come with every event behind those that it links to; read backwards, whoever may take an event out
    /// of effect is judged before it. Every cycle through an event lies within what reaches it.
    fn inactive_among_linkers_of(&self, id: EventId) -> BTreeSet<EventId> {
        let links = self.linkers_of(id);
        let mut inactive = BTreeSet::from_iter(self.without);
        for component in tarjan_scc(&links).iter().rev() {
            for source in component.iter().filter(|id| !inactive.contains(*id)).copied().collect::<Vec<_>>() {
                inactive.extend(links.neighbors(source).filter(|target| !component.contains(target)));
            }
        }
        inactive
    }
}
