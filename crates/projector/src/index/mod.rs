//! The index: every claim of the chronicle, inactive ones too, filed under what it speaks of.
//!
//! It answers nothing by itself: a [`View`](crate::View) reads it from a vantage. It only grows, one entry at a time,
//! and what it holds is a pure function of the entries: all in memory, or up to a position in a snapshot, of which it
//! reads what it is asked for.

mod active;
mod belonging;
mod bulk;
mod filed;
pub(crate) mod filing;
mod links;
mod misfiled;
mod owners;
mod ownership;
mod packed;
mod parts;
mod words;

use std::borrow::Cow;
use std::collections::BTreeSet;

use chronicle::Entry;
use hashbrown::HashMap;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};
use summit::{Event, EventId, InstrumentId, MeetingId, Named, OrganisationId, PartyId, PersonId, Position};
use wire::{Document, Fingerprint};

use crate::snapshot::{Kept, KeptRecord, merged};

pub(crate) use active::{Activity, Selection};
pub(crate) use filed::Filed;
pub(crate) use filing::{MeetingFile, OrganisationFile, PartyFile, Slot, Standings};
pub use owners::Owners;
use packed::Packed;

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

/// An entry that is passed over, counted and shown: its bytes are no event, or an event that does not belong under its
/// subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Undecodable {
    /// Its position.
    pub position: Position,
    /// When the log stored it.
    #[schemars(with = "String", extend("format" = "date-time"))]
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
    /// No event at all, or none that belongs there.
    Undecodable,
}

/// The files of an index, by what they are about.
pub(crate) type Files<'a> = (
    &'a Filed<OrganisationId, OrganisationFile>,
    &'a Filed<MeetingId, MeetingFile>,
    &'a Filed<PartyId, PartyFile>,
    &'a Filed<PersonId, Vec<Slot>>,
    &'a Filed<InstrumentId, Vec<Slot>>,
    &'a Filed<Named, Vec<Slot>>,
    &'a Filed<PartyId, Vec<Slot>>,
    &'a Filed<String, BTreeSet<Named>>,
);

/// Every claim of the chronicle up to a position.
#[derive(Default)]
pub struct Index {
    /// What a snapshot holds; the fields below hold what came since, but where they say otherwise.
    kept: Kept,
    /// The first record of each id, in order of position. Their slots follow those of the snapshot.
    records: Packed,
    /// What each record says, as a digest; beside `records`, which the folds read.
    fingerprints: Vec<Fingerprint>,
    /// By target: the events that correct or retract it. Where there is an entry, all of them.
    linkers: HashMap<EventId, Vec<Slot>>,
    /// The events that correct or retract another.
    linking: Vec<Slot>,
    repeats: Vec<Repeat>,
    /// All of them, the snapshot's too.
    undecodable: Vec<Undecodable>,
    organisations: Filed<OrganisationId, OrganisationFile>,
    meetings: Filed<MeetingId, MeetingFile>,
    parties: Filed<PartyId, PartyFile>,
    people: Filed<PersonId, Vec<Slot>>,
    instruments: Filed<InstrumentId, Vec<Slot>>,
    /// By what bears the name: events of the kind `naming`.
    namings: Filed<Named, Vec<Slot>>,
    /// By whoever comes before or after in them, party or organisation: the successions. Most have none.
    successions: Filed<PartyId, Vec<Slot>>,
    /// By word of a name or identifier: what any event calls by it.
    words: Filed<String, BTreeSet<Named>>,
    /// The names whose words are filed already, some of them: most are said again and again.
    called: HashMap<Named, Vec<Box<str>>>,
    /// The last position that was taken in.
    tail: Position,
    /// The entry at the tail, where it was one: a snapshot is anchored to it.
    last: Option<Entry>,
}

impl Index {
    /// Of an empty chronicle.
    pub fn new() -> Self {
        Self::default()
    }

    /// What a snapshot holds, up to the position that it was made at.
    pub(crate) fn of(mut kept: Kept, tail: Position) -> Self {
        let undecodable = kept.undecodable.rows().map(|(_, entry)| entry.clone()).collect();
        Self {
            organisations: Filed::of(std::mem::take(&mut kept.organisations)),
            meetings: Filed::of(std::mem::take(&mut kept.meetings)),
            parties: Filed::of(std::mem::take(&mut kept.parties)),
            people: Filed::of(std::mem::take(&mut kept.people)),
            instruments: Filed::of(std::mem::take(&mut kept.instruments)),
            namings: Filed::of(std::mem::take(&mut kept.namings)),
            successions: Filed::of(std::mem::take(&mut kept.successions)),
            words: Filed::of(std::mem::take(&mut kept.words)),
            undecodable,
            kept,
            tail,
            ..Self::default()
        }
    }

    /// Takes in the next entry of the log. Entries come in the order of their positions, each once.
    pub fn append(&mut self, entry: &Entry) -> Noted {
        self.append_decoded(entry, bulk::decoded(entry))
    }

    fn append_decoded(&mut self, entry: &Entry, decoded: bulk::Decoded) -> Noted {
        self.tail = entry.position;
        self.keep_last(entry);
        let filed = decoded.and_then(|read| self.misfiled(&entry.subject, &read.0).map_or(Ok(read), Err));
        match filed {
            Ok((event, fingerprint)) => {
                self.take(&Record { position: entry.position, stored_at: entry.stored_at, event }, fingerprint)
            }
            Err(reason) => {
                self.undecodable.push(Undecodable {
                    position: entry.position,
                    stored_at: entry.stored_at,
                    subject: entry.subject.clone(),
                    reason,
                    hash: hexadecimal(&Sha256::digest(&entry.bytes)),
                });
                Noted::Undecodable
            }
        }
    }

    /// Keeps an entry as the last one, in the memory of the one before.
    fn keep_last(&mut self, entry: &Entry) {
        let Some(last) = &mut self.last else {
            self.last = Some(entry.clone());
            return;
        };
        (last.position, last.stored_at, last.bytes) = (entry.position, entry.stored_at, entry.bytes.clone());
        last.subject.clone_from(&entry.subject);
        last.headers.truncate(entry.headers.len());
        let kept = last.headers.len();
        for ((name, value), (new_name, new_value)) in last.headers.iter_mut().zip(&entry.headers) {
            name.clone_from(new_name);
            value.clone_from(new_value);
        }
        last.headers.extend_from_slice(&entry.headers[kept..]);
    }

    /// Takes in an event that was decoded elsewhere, as [`append`](Self::append) does.
    pub fn record(&mut self, record: Record) -> Noted {
        self.tail = record.position;
        self.last = None;
        let Record { position, stored_at, event } = record;
        let document = Document::from_event(event);
        let fingerprint = document.fingerprint();
        self.take(&Record { position, stored_at, event: document.into_event() }, fingerprint)
    }

    fn take(&mut self, record: &Record, fingerprint: Fingerprint) -> Noted {
        self.tidy();
        let id = record.event.id;
        if let Some(first) = self.slot_of(id) {
            let same = self.fingerprint_at(first) == fingerprint;
            self.repeats.push(Repeat { position: record.position, id, same });
            if !same {
                self.file_link(first);
            }
            return Noted::Repeated(id);
        }
        let slot = Slot::new(self.len());
        // The record is not there yet: only those that came before it link to it.
        let linked = self.linkers(id).to_vec();
        let targets: Vec<EventId> = record.event.targets().collect();
        self.file(slot, &record.event);
        self.records.push(record);
        self.fingerprints.push(fingerprint);
        if !targets.is_empty() {
            self.linking.push(slot);
        }
        if !targets.is_empty() || !linked.is_empty() {
            self.file_link(slot);
        }
        if !linked.is_empty() {
            self.linkers.insert(id, linked);
        }
        for target in targets {
            let mut linkers = self.linkers.remove(&target).unwrap_or_else(|| self.linkers(target).to_vec());
            linkers.push(slot);
            self.linkers.insert(target, linkers);
            if let Some(target) = self.slot_of(target) {
                self.file_link(target);
            }
        }
        Noted::Event(id)
    }

    /// Lets go of what questions have unpacked, where that is much.
    pub(crate) fn tidy(&mut self) {
        if self.is_untidy() {
            self.records.let_go();
        }
    }

    /// Whether questions have unpacked much.
    pub(crate) fn is_untidy(&self) -> bool {
        self.records.is_full()
    }

    /// The last position that was taken in.
    pub const fn tail(&self) -> Position {
        self.tail
    }

    /// How many events there are, each counted once.
    pub fn len(&self) -> usize {
        self.kept.count + self.records.len()
    }

    /// Whether there is no event.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The event with an id, active or not.
    pub fn event(&self, id: EventId) -> Option<&Record> {
        self.slot_of(id).map(|slot| self.at(slot))
    }

    pub(crate) fn slot_of(&self, id: EventId) -> Option<Slot> {
        let own = self.records.place_of(id).map(|place| Slot::new(self.kept.count + place));
        own.or_else(|| self.kept.slot_of(id))
    }

    /// The event that stands at a position and counts; nothing for repeats and entries that are no events.
    pub fn record_at(&self, position: Position) -> Option<&Record> {
        if let Some(slot) = self.kept.places.get(&position) {
            return Some(self.kept.record(*slot));
        }
        self.records.place_at(position).map(|place| self.records.get(place))
    }

    /// The digest of what an event says.
    pub fn fingerprint(&self, id: EventId) -> Option<Fingerprint> {
        self.slot_of(id).map(|slot| self.fingerprint_at(slot))
    }

    fn fingerprint_at(&self, slot: Slot) -> Fingerprint {
        match slot.index().checked_sub(self.kept.count) {
            Some(place) => self.fingerprints[place],
            None => self.kept.entry(slot).fingerprint,
        }
    }

    /// The ids that begin with a text, in their order.
    pub fn ids_beginning(&self, prefix: &str) -> impl Iterator<Item = EventId> {
        let prefix = prefix.to_ascii_lowercase();
        // The smallest id that may begin so: the rest of it zeros.
        let least: String =
            prefix.chars().chain("00000000-0000-0000-0000-000000000000".chars().skip(prefix.len())).collect();
        let from = least.parse::<EventId>().ok();
        let ids = from.map(|from| {
            let kept = self.kept.ids.from(from).map(|(id, _)| *id);
            merged(self.records.ids().from(from).map(|(id, _)| id), kept, |id| *id)
        });
        ids.into_iter().flatten().take_while(move |id| id.to_string().starts_with(&prefix))
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
        match slot.index().checked_sub(self.kept.count) {
            Some(place) => self.records.get(place),
            None => self.kept.record(slot),
        }
    }

    /// A record for who looks at each once: it is not kept unpacked for that.
    pub(crate) fn glance(&self, slot: Slot) -> Cow<'_, Record> {
        match slot.index().checked_sub(self.kept.count) {
            Some(place) => Cow::Owned(self.records.unpack(place)),
            None => Cow::Borrowed(self.kept.record(slot)),
        }
    }

    /// A record as a snapshot keeps it, if one does.
    pub(crate) fn kept_entry(&self, slot: Slot) -> Option<&KeptRecord> {
        (slot.index() < self.kept.count).then(|| self.kept.entry(slot))
    }

    /// Every id and where it stands, in order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = (EventId, Slot)> {
        let own = self.records.ids().from(EventId::new(uuid::Uuid::nil()));
        let own = own.map(|(id, place)| (id, Slot::new(self.kept.count + place)));
        merged(own, self.kept.ids.rows().copied(), |(id, _)| *id)
    }

    /// Targets that are not on record with what links to them, in order.
    pub(crate) fn dangling(&self) -> impl Iterator<Item = (EventId, &[Slot])> {
        let own: BTreeSet<EventId> = self.linkers.keys().copied().collect();
        let ids = merged(own.into_iter(), self.kept.dangling.rows().map(|(id, _)| *id), |id| *id);
        ids.filter(|id| self.slot_of(*id).is_none()).map(|id| (id, self.linkers(id)))
    }

    /// The files, by what they are about.
    pub(crate) const fn files(&self) -> Files<'_> {
        (
            &self.organisations,
            &self.meetings,
            &self.parties,
            &self.people,
            &self.instruments,
            &self.namings,
            &self.successions,
            &self.words,
        )
    }

    /// The entry at the tail, where it was one.
    pub(crate) const fn last(&self) -> Option<&Entry> {
        self.last.as_ref()
    }

    /// Verifies all that a snapshot holds of it, and holds it in memory, compressed as it is: decoded is only what is asked
    /// for. From then on nothing that befalls the file matters.
    pub(crate) fn verify(&self) {
        self.kept.verify();
        self.organisations.verify();
        self.meetings.verify();
        self.parties.verify();
        self.people.verify();
        self.instruments.verify();
        self.namings.verify();
        self.successions.verify();
        self.words.verify();
    }

    pub(crate) fn slots(&self) -> impl Iterator<Item = Slot> + use<> {
        (0..self.len()).map(Slot::new)
    }

    /// The events that correct or retract one, in order of position.
    pub(crate) fn linkers(&self, target: EventId) -> &[Slot] {
        if let Some(linkers) = self.linkers.get(&target) {
            return linkers;
        }
        // What came since the snapshot has an entry, or no linkers.
        if self.records.place_of(target).is_some() { &[] } else { self.kept.linkers(target) }
    }

    /// Whether an event corrects or retracts another, or is corrected or retracted itself.
    pub fn is_linked(&self, id: EventId) -> bool {
        let links = self.event(id).is_some_and(|record| record.event.targets().next().is_some());
        links || !self.linkers(id).is_empty()
    }

    /// The events that correct or retract another.
    pub(crate) fn linking(&self) -> impl Iterator<Item = &Slot> {
        self.kept.linking.rows().map(|(slot, ())| slot).chain(&self.linking)
    }

    pub(crate) fn repeats(&self) -> impl Iterator<Item = &Repeat> {
        self.kept.repeats.rows().map(|(_, repeat)| repeat).chain(&self.repeats)
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

    /// The successions in which somebody comes before or after: a party, or an organisation by its slug.
    pub(crate) fn successions(&self, of: &PartyId) -> &[Slot] {
        self.successions.get(of).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn acts(&self, instrument: &InstrumentId) -> &[Slot] {
        self.instruments.get(instrument).map_or(&[], Vec::as_slice)
    }

    /// The words of names and identifiers that begin so, in order, each with all that is called by it.
    pub(crate) fn words_from(&self, beginning: &str) -> impl Iterator<Item = (&String, &BTreeSet<Named>)> {
        self.words.from(beginning.to_owned())
    }

    pub(crate) fn namings(&self, of: &Named) -> &[Slot] {
        self.namings.get(of).map_or(&[], Vec::as_slice)
    }
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;

    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes what is written");
        text
    })
}
