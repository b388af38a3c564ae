//! What a snapshot keeps: every record and every file of an index, as tables.
//!
//! Records stand in the order of the organisations that they belong to, so that a question about one reads the pages
//! of that one. Hence a slot says where a record stands, not when it came: whoever needs their order asks for positions.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::Timestamp;
use summit::{EventId, InstrumentId, MeetingId, Named, OrganisationId, PartyId, PersonId, Position};
use wire::{Document, Fingerprint};

use super::code::Coded;
use super::damage;
use super::table::{Source, Table};
use crate::index::{MeetingFile, OrganisationFile, PartyFile, Record, Repeat, Slot, Standings, Undecodable};

/// The tables of an open snapshot; without one they are empty.
#[derive(Default)]
pub(crate) struct Kept {
    /// How many records there are.
    pub(crate) count: usize,
    pub(crate) records: Table<Slot, KeptRecord>,
    pub(crate) ids: Table<EventId, Slot>,
    /// By position: the record that stands there.
    pub(crate) places: Table<Position, Slot>,
    /// By target that is not on record: the events that correct or retract it.
    pub(crate) dangling: Table<EventId, Vec<Slot>>,
    /// The events that correct or retract another.
    pub(crate) linking: Table<Slot, ()>,
    pub(crate) repeats: Table<Position, Repeat>,
    pub(crate) undecodable: Table<Position, Undecodable>,
    pub(crate) organisations: Table<OrganisationId, OrganisationFile>,
    pub(crate) meetings: Table<MeetingId, MeetingFile>,
    pub(crate) parties: Table<PartyId, PartyFile>,
    pub(crate) people: Table<PersonId, Vec<Slot>>,
    pub(crate) instruments: Table<InstrumentId, Vec<Slot>>,
    pub(crate) namings: Table<Named, Vec<Slot>>,
    pub(crate) successions: Table<PartyId, Vec<Slot>>,
    pub(crate) words: Table<String, BTreeSet<Named>>,
    /// Where the records stand that were read: their ids are asked for most, and the table of ids is a large one.
    read: Mutex<HashMap<EventId, Slot>>,
    source: Option<Arc<Source>>,
}

/// A record as it is kept.
pub(crate) struct KeptRecord {
    pub(crate) id: EventId,
    pub(crate) position: Position,
    pub(crate) stored_at: Timestamp,
    pub(crate) fingerprint: Fingerprint,
    /// An organisation that it belongs to: where it stands in the snapshot.
    pub(crate) home: Option<OrganisationId>,
    /// The events that correct or retract it.
    pub(crate) linkers: Vec<Slot>,
    /// The event, as its own document, until it is decoded: then it is there once, not twice.
    pub(crate) document: Mutex<Vec<u8>>,
    /// Decoded when it is first asked for.
    pub(crate) record: OnceLock<Record>,
}

impl Kept {
    /// The tables that a footer lists.
    pub(super) fn open(source: &Arc<Source>, footer: &mut &[u8]) -> Option<Self> {
        Some(Self {
            count: usize::read(footer)?,
            records: Table::open(source, footer)?,
            ids: Table::open(source, footer)?,
            places: Table::open(source, footer)?,
            dangling: Table::open(source, footer)?,
            linking: Table::open(source, footer)?,
            repeats: Table::open(source, footer)?,
            undecodable: Table::open(source, footer)?,
            organisations: Table::open(source, footer)?,
            meetings: Table::open(source, footer)?,
            parties: Table::open(source, footer)?,
            people: Table::open(source, footer)?,
            instruments: Table::open(source, footer)?,
            namings: Table::open(source, footer)?,
            successions: Table::open(source, footer)?,
            words: Table::open(source, footer)?,
            read: Mutex::default(),
            source: Some(Arc::clone(source)),
        })
    }

    /// Holds all of the file in memory and verifies it, but for the files of the index, which has them.
    pub(crate) fn verify(&self) {
        let Some(source) = &self.source else { return };
        if let Err(error) = source.hold() {
            damage::found(&source.path, error.to_string());
        }
        self.records.verify();
        self.ids.verify();
        self.places.verify();
        self.dangling.verify();
        self.linking.verify();
        self.repeats.verify();
        self.undecodable.verify();
    }

    /// Where an event stands.
    pub(crate) fn slot_of(&self, id: EventId) -> Option<Slot> {
        if self.count == 0 {
            return None;
        }
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied();
        read.or_else(|| self.ids.get(&id).copied())
    }

    /// A record as it is kept.
    pub(crate) fn entry(&self, slot: Slot) -> &KeptRecord {
        self.records.get(&slot).unwrap_or_else(|| self.bad(format!("there is no record {}", slot.index())))
    }

    /// A record.
    pub(crate) fn record(&self, slot: Slot) -> &Record {
        let kept = self.entry(slot);
        kept.record.get_or_init(|| {
            let mut written = kept.document.lock().unwrap_or_else(PoisonError::into_inner);
            match Document::decode_own(&written) {
                Ok(document) => {
                    self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(kept.id, slot);
                    *written = Vec::new();
                    Record { position: kept.position, stored_at: kept.stored_at, event: document.event().clone() }
                }
                Err(refused) => self.bad(format!("the event {} does not decode: {refused}", kept.id)),
            }
        })
    }

    /// The events that correct or retract one.
    pub(crate) fn linkers(&self, target: EventId) -> &[Slot] {
        match self.slot_of(target) {
            Some(slot) => &self.entry(slot).linkers,
            None => self.dangling.get(&target).map_or(&[], Vec::as_slice),
        }
    }

    fn bad(&self, what: String) -> ! {
        let source = self.source.as_ref().expect("only an open snapshot is asked for what it lacks");
        damage::found(&source.path, what)
    }
}

impl KeptRecord {
    /// The event, as its own document.
    pub(crate) fn document(&self) -> Vec<u8> {
        let written = self.document.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if !written.is_empty() {
            return written;
        }
        // Somebody decodes it just now, or has done so.
        Document::from_event(self.record.wait().event.clone()).encode()
    }
}

impl Coded for KeptRecord {
    fn write(&self, to: &mut Vec<u8>) {
        self.id.write(to);
        self.position.write(to);
        self.stored_at.write(to);
        self.fingerprint.to_bytes().write(to);
        self.home.write(to);
        self.linkers.write(to);
        self.document().write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Some(Self {
            id: Coded::read(from)?,
            position: Coded::read(from)?,
            stored_at: Coded::read(from)?,
            fingerprint: Fingerprint::from_bytes(Coded::read(from)?),
            home: Coded::read(from)?,
            linkers: Coded::read(from)?,
            document: Mutex::new(Coded::read(from)?),
            record: OnceLock::new(),
        })
    }
}

/// What holds slots: kept with the slots of the snapshot in place of those of the index.
pub(crate) trait Renumbered {
    fn renumbered(&self, slots: &[Slot]) -> Self;
}

impl Renumbered for Slot {
    fn renumbered(&self, slots: &[Slot]) -> Self {
        slots[self.index()]
    }
}

impl Renumbered for Vec<Slot> {
    fn renumbered(&self, slots: &[Slot]) -> Self {
        self.iter().map(|slot| slot.renumbered(slots)).collect()
    }
}

impl Renumbered for BTreeSet<Slot> {
    fn renumbered(&self, slots: &[Slot]) -> Self {
        self.iter().map(|slot| slot.renumbered(slots)).collect()
    }
}

impl Renumbered for BTreeSet<Named> {
    fn renumbered(&self, _: &[Slot]) -> Self {
        self.clone()
    }
}

impl Renumbered for Option<Slot> {
    fn renumbered(&self, slots: &[Slot]) -> Self {
        self.as_ref().map(|slot| slot.renumbered(slots))
    }
}

/// A file of the index: field by field, those that hold slots apart from the others.
macro_rules! kept {
    ($name:ident { $($field:ident),* } $(, { $($other:ident),* })?) => {
        impl Coded for $name {
            fn write(&self, to: &mut Vec<u8>) {
                $(self.$field.write(to);)*
                $($(self.$other.write(to);)*)?
            }

            fn read(from: &mut &[u8]) -> Option<Self> {
                Some(Self { $($field: Coded::read(from)?,)* $($($other: Coded::read(from)?,)*)? })
            }
        }

        impl Renumbered for $name {
            fn renumbered(&self, slots: &[Slot]) -> Self {
                Self {
                    $($field: self.$field.renumbered(slots),)*
                    $($($other: self.$other.clone(),)*)?
                }
            }
        }
    };
}

kept!(Standings { status, rights, steps });
kept!(OrganisationFile { first, parties, foundings, reclassifications, tallies, linked }, { meetings, attended });
kept!(MeetingFile { first, about, attendance, tallies, statements, linked }, {
    organisations, part_of, sidelines_of, parts, sidelines, parties
});
kept!(PartyFile { first, deeds }, { organisations });

impl Renumbered for std::collections::BTreeMap<PartyId, Standings> {
    fn renumbered(&self, slots: &[Slot]) -> Self {
        self.iter().map(|(party, file)| (party.clone(), file.renumbered(slots))).collect()
    }
}

impl Coded for Repeat {
    fn write(&self, to: &mut Vec<u8>) {
        self.position.write(to);
        self.id.write(to);
        self.same.write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Some(Self { position: Coded::read(from)?, id: Coded::read(from)?, same: Coded::read(from)? })
    }
}

impl Coded for Undecodable {
    fn write(&self, to: &mut Vec<u8>) {
        self.position.write(to);
        self.stored_at.write(to);
        self.subject.write(to);
        self.reason.write(to);
        self.hash.write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Some(Self {
            position: Coded::read(from)?,
            stored_at: Coded::read(from)?,
            subject: Coded::read(from)?,
            reason: Coded::read(from)?,
            hash: Coded::read(from)?,
        })
    }
}
