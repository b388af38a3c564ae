//! The index: every claim of the chronicle, inactive ones too, filed under what it speaks of.
//!
//! It answers nothing by itself: a [`View`](crate::View) reads it from a vantage. It only grows, one entry at a time,
//! and what it holds is a pure function of the entries.

mod active;
pub(crate) mod filing;
mod ownership;
mod parts;

use std::collections::{BTreeMap, HashMap};

use chronicle::Entry;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use summit::{Event, EventId, InstrumentId, MeetingId, OrganisationId, PartyId, PersonId, Position};
use wire::{Document, Fingerprint};

pub(crate) use active::{Activity, Selection};
pub(crate) use filing::{MeetingFile, OrganisationFile, PartyFile, Slot, Standings};

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

impl Record {
    /// When the claim came on record: as the source says, or else when the log stored it.
    pub fn recorded_at(&self) -> Timestamp {
        self.event.recorded_at.unwrap_or(self.stored_at)
    }
}

/// An entry whose bytes are no event: counted, shown and passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecodable {
    /// Its position.
    pub position: Position,
    /// When the log stored it.
    pub stored_at: Timestamp,
    /// Where it was filed.
    pub subject: String,
    /// Every fault of it, in one line.
    pub reason: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub hash: String,
}

/// A later entry with the id of an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Repeat {
    pub(crate) position: Position,
    pub(crate) id: EventId,
    /// Whether it says the same; else the id was used again for something else.
    pub(crate) same: bool,
}

/// What came of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    /// A new event.
    Event(EventId),
    /// An id that stands at an earlier position: it counts once.
    Repeated(EventId),
    /// No event at all.
    Undecodable,
}

/// Every claim of the chronicle up to a position.
#[derive(Default)]
pub struct Index {
    /// The first record of each id, in order of position.
    records: Vec<Record>,
    /// What each record says, as a digest; beside `records`, which the folds read.
    fingerprints: Vec<Fingerprint>,
    /// Where each id stands. Ordered, so that a unique beginning finds it.
    slots: BTreeMap<EventId, Slot>,
    /// By target: the events that correct or retract it.
    linkers: HashMap<EventId, Vec<Slot>>,
    /// The events that correct or retract another.
    linking: Vec<Slot>,
    repeats: Vec<Repeat>,
    undecodable: Vec<Undecodable>,
    organisations: BTreeMap<OrganisationId, OrganisationFile>,
    meetings: BTreeMap<MeetingId, MeetingFile>,
    parties: BTreeMap<PartyId, PartyFile>,
    people: BTreeMap<PersonId, Vec<Slot>>,
    instruments: BTreeMap<InstrumentId, Vec<Slot>>,
    /// The last position that was taken in.
    tail: Position,
}

impl Index {
    /// Of an empty chronicle.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in the next entry of the log. Entries come in the order of their positions, each once.
    pub fn append(&mut self, entry: &Entry) -> Noted {
        self.tail = entry.position;
        match Document::read(&entry.headers, &entry.bytes) {
            Ok(document) => {
                let fingerprint = document.fingerprint();
                let event = document.event().clone();
                self.take(Record { position: entry.position, stored_at: entry.stored_at, event }, fingerprint)
            }
            Err(refused) => {
                self.undecodable.push(Undecodable {
                    position: entry.position,
                    stored_at: entry.stored_at,
                    subject: entry.subject.clone(),
                    reason: refused.to_string(),
                    hash: hexadecimal(&Sha256::digest(&entry.bytes)),
                });
                Noted::Undecodable
            }
        }
    }

    /// Takes in an event that was decoded elsewhere, as [`append`](Self::append) does.
    pub fn record(&mut self, record: Record) -> Noted {
        self.tail = record.position;
        let fingerprint = Document::from_event(record.event.clone()).fingerprint();
        self.take(record, fingerprint)
    }

    fn take(&mut self, record: Record, fingerprint: Fingerprint) -> Noted {
        let id = record.event.id;
        if let Some(&first) = self.slots.get(&id) {
            let same = self.fingerprints[first.index()] == fingerprint;
            self.repeats.push(Repeat { position: record.position, id, same });
            return Noted::Repeated(id);
        }
        let slot = Slot::new(self.records.len());
        self.slots.insert(id, slot);
        for target in record.event.targets() {
            self.linkers.entry(target).or_default().push(slot);
        }
        if record.event.targets().next().is_some() {
            self.linking.push(slot);
        }
        self.file(slot, &record.event);
        self.records.push(record);
        self.fingerprints.push(fingerprint);
        Noted::Event(id)
    }

    /// The last position that was taken in.
    pub const fn tail(&self) -> Position {
        self.tail
    }

    /// How many events there are, each counted once.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is no event.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The event with an id, active or not.
    pub fn event(&self, id: EventId) -> Option<&Record> {
        self.slots.get(&id).map(|slot| self.at(*slot))
    }

    /// The event that stands at a position and counts; nothing for repeats and entries that are no events.
    pub fn record_at(&self, position: Position) -> Option<&Record> {
        let place = self.records.binary_search_by_key(&position, |record| record.position);
        place.ok().map(|place| &self.records[place])
    }

    /// The digest of what an event says.
    pub fn fingerprint(&self, id: EventId) -> Option<Fingerprint> {
        self.slots.get(&id).map(|slot| self.fingerprints[slot.index()])
    }

    /// The ids that begin with a text, in their order.
    pub fn ids_beginning(&self, prefix: &str) -> impl Iterator<Item = EventId> {
        let prefix = prefix.to_ascii_lowercase();
        // The smallest id that may begin so: the rest of it zeros.
        let least: String =
            prefix.chars().chain("00000000-0000-0000-0000-000000000000".chars().skip(prefix.len())).collect();
        let from = least.parse::<EventId>().ok();
        let ids = from.map(|from| self.slots.range(from..)).into_iter().flatten();
        ids.map(|(id, _)| *id).take_while(move |id| id.to_string().starts_with(&prefix))
    }

    /// Entries that are no events, in order.
    pub fn undecodable(&self) -> &[Undecodable] {
        &self.undecodable
    }

    /// Every organisation that an event names.
    pub fn organisations(&self) -> impl Iterator<Item = &OrganisationId> {
        self.organisations.keys()
    }

    /// Every meeting that an event names.
    pub fn meetings(&self) -> impl Iterator<Item = &MeetingId> {
        self.meetings.keys()
    }

    /// Every party that an event names.
    pub fn parties(&self) -> impl Iterator<Item = &PartyId> {
        self.parties.keys()
    }

    /// Every person that an event names.
    pub fn people(&self) -> impl Iterator<Item = &PersonId> {
        self.people.keys()
    }

    /// Every instrument that an event names.
    pub fn instruments(&self) -> impl Iterator<Item = &InstrumentId> {
        self.instruments.keys()
    }

    pub(crate) fn at(&self, slot: Slot) -> &Record {
        &self.records[slot.index()]
    }

    pub(crate) fn slot(&self, id: EventId) -> Option<Slot> {
        self.slots.get(&id).copied()
    }

    pub(crate) fn slots(&self) -> impl Iterator<Item = Slot> + use<> {
        (0..self.records.len()).map(Slot::new)
    }

    pub(crate) fn linkers(&self, target: EventId) -> &[Slot] {
        self.linkers.get(&target).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn linking(&self) -> &[Slot] {
        &self.linking
    }

    pub(crate) fn repeats(&self) -> &[Repeat] {
        &self.repeats
    }

    pub(crate) fn organisation(&self, organisation: &OrganisationId) -> Option<&OrganisationFile> {
        self.organisations.get(organisation)
    }

    pub(crate) fn meeting(&self, meeting: &MeetingId) -> Option<&MeetingFile> {
        self.meetings.get(meeting)
    }

    pub(crate) fn party(&self, party: &PartyId) -> Option<&PartyFile> {
        self.parties.get(party)
    }

    pub(crate) fn person(&self, person: &PersonId) -> &[Slot] {
        self.people.get(person).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn acts(&self, instrument: &InstrumentId) -> &[Slot] {
        self.instruments.get(instrument).map_or(&[], Vec::as_slice)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;

    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes what is written");
        text
    })
}
