//! Which events count from a vantage: selected by knowledge and source, and not taken out of effect by another.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;
use summit::{AccordingTo, Event, EventId, Position, Vantage};

/// An event with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its position.
    pub position: Position,
    /// When the log stored it.
    pub stored_at: Timestamp,
    /// The event.
    pub event: Event,
}

/// The events that are active from a vantage, by id (`design.md` section 3, *Active events*).
///
/// The first record of an id counts. Among the selected, an event is active when no active event corrects or retracts
/// it; links on a cycle have no effect. Cost: the number of records, and the logarithm of those selected for each.
pub fn active<'a>(records: impl IntoIterator<Item = &'a Record>, vantage: &Vantage) -> BTreeMap<EventId, &'a Record> {
    let mut first: BTreeMap<EventId, &Record> = BTreeMap::new();
    for record in records {
        let kept = first.entry(record.event.id).or_insert(record);
        if record.position < kept.position {
            *kept = record;
        }
    }
    first.retain(|_, record| selected(record, vantage));

    let mut links: DiGraphMap<EventId, ()> = DiGraphMap::new();
    for record in first.values() {
        for target in record.event.targets().filter(|target| first.contains_key(target)) {
            links.add_edge(record.event.id, target, ());
        }
    }
    // Components come with every event behind those that it links to; read backwards, whoever may take an event out
    // of effect is judged before it.
    let mut inactive = BTreeSet::new();
    let components = tarjan_scc(&links);
    for component in components.iter().rev() {
        for source in component.iter().filter(|id| !inactive.contains(*id)).copied().collect::<Vec<_>>() {
            let outside = links.neighbors(source).filter(|target| !component.contains(target));
            inactive.extend(outside);
        }
    }
    first.retain(|id, _| !inactive.contains(id));
    first
}

fn selected(record: &Record, vantage: &Vantage) -> bool {
    let event = &record.event;
    vantage.at_position.is_none_or(|position| record.position <= position)
        && vantage.known_at.is_none_or(|instant| event.recorded_at.unwrap_or(record.stored_at) <= instant)
        && match &vantage.according_to {
            None => true,
            Some(AccordingTo::Authority(authority)) => event.shared.authority() == *authority,
            Some(AccordingTo::Name(name)) => event.shared.attribution.iter().any(|link| link.name == *name),
        }
}
