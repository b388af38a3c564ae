//! One event, and whether it counts.

use summit::EventId;

use crate::index::Record;
use crate::view::{AskError, View};

/// An event as it stands from a vantage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTold<'a> {
    /// The event, and where it stands in the chronicle.
    pub record: &'a Record,
    /// Whether it counts.
    pub active: bool,
    /// Whether it is on record at all, and of the source that is asked for.
    pub selected: bool,
    /// The events that take it out of effect, in order of id.
    pub taken_by: Vec<EventId>,
    /// The events that correct it and are on record from here, in order of position.
    pub corrected_by: Vec<EventId>,
    /// The events that retract it and are on record from here, in order of position.
    pub retracted_by: Vec<EventId>,
}

impl<'a> View<'a> {
    /// One event, and whether it counts. Cost: that of the events that link to it.
    pub fn event(&self, id: EventId) -> Result<EventTold<'a>, AskError> {
        let existing = self.index.event(id).filter(|record| self.exists(record.position));
        let record = existing.ok_or_else(|| AskError::UnknownEvent(id.to_string()))?;
        let linkers = self.index.linkers(id).iter().map(|slot| self.index.at(*slot));
        let linkers = linkers.filter(|linker| self.activity.selection().on_record(linker));
        let (corrected_by, retracted_by): (Vec<&Record>, Vec<&Record>) =
            linkers.partition(|linker| linker.event.corrects == Some(id));
        let ids = |records: Vec<&Record>| records.into_iter().map(|record| record.event.id).collect();
        let active = self.activity.is_active(record);
        Ok(EventTold {
            record,
            active,
            selected: self.activity.selection().takes(record),
            taken_by: if active { Vec::new() } else { self.activity.takers(id) },
            corrected_by: ids(corrected_by),
            retracted_by: ids(retracted_by),
        })
    }
}
