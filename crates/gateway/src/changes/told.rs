//! What is told at a position or on a day, made once and shared by all who are told.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use chronicle::Entry;
use jiff::Timestamp;
use jiff::civil::Date;
use projector::{Calendar, Change, Changes, Index, Named, Update, changes, date_of, day_changes};
use serde::Serialize;
use summit::{EventId, MeetingId, OrganisationId, PartyId, Position};
use wire::Document;

use super::at::At;
use super::wanted::Wanted;

/// So many ways to ask share what is written for them; who asks in yet another way has it written for himself.
const SHARED_WAYS: usize = 16;

/// What is told at a position or on a day.
#[derive(Debug)]
pub(crate) struct Told {
    /// How far a reader is before it.
    pub(crate) before: At,
    /// How far he is behind it.
    pub(crate) at: At,
    /// The id of its frame.
    pub(crate) id: String,
    /// When the log stored its entry.
    pub(crate) stored_at: Option<Timestamp>,
    /// The day, where the calendar brought it.
    pub(crate) date: Option<Date>,
    /// The event, where its entry holds one that counts.
    pub(crate) cause: Option<EventId>,
    /// What the event names.
    pub(crate) named: Option<Named>,
    /// The event's document, as JSON.
    pub(crate) event: Option<String>,
    /// What changed.
    pub(crate) changes: Vec<Changed>,
    /// Its frames, for those who ask alike; nothing where they are not told of it.
    written: Mutex<Vec<(Arc<Wanted>, Option<Bytes>)>>,
}

/// A change, and whose it is.
#[derive(Debug)]
pub(crate) struct Changed {
    pub(crate) cell: Cell,
    pub(crate) json: String,
}

/// What changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Membership { organisation: OrganisationId, party: PartyId },
    Attendance { meeting: MeetingId, party: PartyId, organisations: BTreeSet<OrganisationId> },
}

/// How much of it is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// All of it.
    Changes,
    /// The event only: the calendar brings nothing, and what changed is not looked for.
    Events,
}

impl Told {
    /// What an entry tells whoever is right before it: what the calendar brings up to its day, then the entry. `update`
    /// says what it changed where that was found out already. The calendar has taken in the entry.
    pub(crate) fn entry(
        (index, calendar): (&Index, &Calendar),
        at: At,
        entry: &Entry,
        update: Option<&Update>,
        depth: Depth,
    ) -> Vec<Self> {
        let record = index.record_at(entry.position);
        let day = at.day.max(record.map(|record| date_of(record.stored_at)));
        let mut told = match (depth, at.day, day) {
            (Depth::Changes, Some(from), Some(to)) if from < to => Self::days((index, calendar), at, to),
            _ => Vec::new(),
        };
        let before = told.last().map_or(at, |told| told.at);
        let at = At { position: entry.position, day };
        let id = at.id(calendar.day_at(entry.position));
        let Some((record, day)) = record.zip(day) else {
            told.push(Self::nothing(before, at, id, entry));
            return told;
        };
        let changed = match (depth, update) {
            (Depth::Events, _) => Vec::new(),
            (Depth::Changes, Some(update)) if update.today == day => update.changes.changes.clone(),
            (Depth::Changes, _) => changes(index, entry.position, day).changes,
        };
        let stored = Document::read(&entry.headers, &entry.bytes);
        let document = stored.unwrap_or_else(|_| Document::from_event(record.event.clone()));
        told.push(Self {
            cause: Some(record.event.id),
            named: index.named_by(record.event.id, entry.position),
            event: Some(String::from_utf8(document.encode()).expect("JSON is text")),
            changes: changed.iter().map(|change| Changed::of(change, index, entry.position)).collect(),
            ..Self::nothing(before, at, id, entry)
        });
        told
    }

    /// What the calendar brings up to a day, each day that brings anything by itself.
    pub(crate) fn days((index, calendar): (&Index, &Calendar), mut at: At, to: Date) -> Vec<Self> {
        let (mut told, own) = (Vec::new(), calendar.day_at(at.position));
        let Some(after) = at.day else { return told };
        for (day, events) in calendar.days(after, to) {
            let Changes { position, changes, .. } = day_changes(index, at.position, day, events);
            if changes.is_empty() {
                continue;
            }
            let before = std::mem::replace(&mut at, At { position, day: Some(day) });
            told.push(Self {
                before,
                at,
                id: at.id(own),
                stored_at: None,
                date: Some(day),
                cause: None,
                named: None,
                event: None,
                changes: changes.iter().map(|change| Changed::of(change, index, position)).collect(),
                written: Mutex::default(),
            });
        }
        told
    }

    /// A day that brings nothing more.
    pub(crate) fn silence(before: At, at: At) -> Self {
        Self {
            before,
            at,
            id: String::new(),
            stored_at: None,
            date: at.day,
            cause: None,
            named: None,
            event: None,
            changes: Vec::new(),
            written: Mutex::default(),
        }
    }

    /// An entry that counts for nothing.
    fn nothing(before: At, at: At, id: String, entry: &Entry) -> Self {
        Self { id, stored_at: Some(entry.stored_at), date: None, ..Self::silence(before, at) }
    }

    /// About how many bytes it holds, without what is written of it.
    pub(crate) fn size(&self) -> usize {
        let changes = self.changes.iter().map(|change| change.json.len() + size_of::<Changed>());
        size_of::<Self>() + self.event.as_ref().map_or(0, String::len) + changes.sum::<usize>()
    }

    /// What is written of it for those who ask like this; `write` is asked once.
    pub(crate) fn written(&self, wanted: &Arc<Wanted>, write: impl FnOnce() -> Option<Bytes>) -> Option<Bytes> {
        // Held while it is written: whoever asks alike would write the same.
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, bytes)) = written.iter().find(|(way, _)| Arc::ptr_eq(way, wanted) || way == wanted) {
            return bytes.clone();
        }
        if written.len() >= SHARED_WAYS {
            drop(written);
            return write();
        }
        let bytes = write();
        written.push((Arc::clone(wanted), bytes.clone()));
        bytes
    }

    /// Its document: that of `chronicle watch`, with these changes, and the event.
    pub(crate) fn json<'c>(&self, changes: impl Iterator<Item = &'c Changed>) -> String {
        let mut text = format!(
            r#"{{"position":{},"date":{},"cause":{},"changes":["#,
            self.at.position,
            json(&self.date),
            json(&self.cause)
        );
        for (number, change) in changes.enumerate() {
            text.push_str(if number == 0 { "" } else { "," });
            text.push_str(&change.json);
        }
        text.push_str("],");
        text.push_str(&self.event_json());
        text.push('}');
        text
    }

    /// The members of a document that tell the event.
    pub(crate) fn event_json(&self) -> String {
        format!(
            r#""event":{},"stored_at":{}"#,
            self.event.as_deref().unwrap_or("null"),
            json(&self.stored_at.filter(|_| self.event.is_some()))
        )
    }
}

impl Changed {
    fn of(change: &Change, index: &Index, at: Position) -> Self {
        let cell = match change {
            Change::Membership { organisation, party, .. } => {
                Cell::Membership { organisation: organisation.clone(), party: party.clone() }
            }
            Change::Attendance { meeting, party, .. } => Cell::Attendance {
                organisations: index.organisations_of_meeting_at(meeting, at),
                meeting: meeting.clone(),
                party: party.clone(),
            },
        };
        Self { cell, json: json(change) }
    }
}

pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("what is told is JSON")
}
