//! The file of a snapshot.
//!
//! ```text
//! magic, format                      what it is, and how to read it
//! pages                              each by itself compressed, its checksum in the footer
//! footer                             fold version, anchor, and for each table the first key and place of every page
//! footer's place, checksum, magic    of everything but the pages
//! ```

use std::fs::File;
use std::hash::Hash;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use chronicle::Entry;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use summit::{OrganisationId, Position};
use wire::Document;

use super::Reason;
use super::code::Coded;
use super::kept::{Kept, KeptRecord, Renumbered};
use super::table::{Draft, Sink, Source};
use crate::FOLD;
use crate::index::{Filed, Index, Record, Slot};

/// How a snapshot is written; another one is not read.
const FORMAT: u32 = 4;
/// What every snapshot begins with, and ends with.
const MAGIC: &[u8; 20] = b"chronicle-snapshot-\n";
const HEAD_BYTES: usize = MAGIC.len() + 4;
/// The footer's offset and length, the checksum, the magic.
const TAIL_BYTES: usize = 8 + 8 + 32 + MAGIC.len();
/// How large a page of records may become, in bytes before compression. Tests, whose logs are short, want pages too.
const RECORDS_BYTES: usize = if cfg!(test) { 2048 } else { 64 * 1024 };
/// A page of records with so much on it ends with its organisation.
const ENOUGH_BYTES: usize = RECORDS_BYTES / 8;
/// How large a page of everything else may become.
const FILES_BYTES: usize = if cfg!(test) { 256 } else { 16 * 1024 };

/// To which log a snapshot belongs, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Anchor {
    /// When the log was created.
    pub(crate) created_at: Timestamp,
    pub(crate) position: Position,
    /// SHA-256 of the entry there.
    pub(crate) digest: [u8; 32],
}

impl Anchor {
    pub(crate) fn of(entry: &Entry, created_at: Timestamp) -> Self {
        Self { created_at, position: entry.position, digest: digest(entry) }
    }
}

/// What an entry says, its id included.
fn digest(entry: &Entry) -> [u8; 32] {
    let mut said = Vec::new();
    entry.subject.write(&mut said);
    for (name, value) in &entry.headers {
        name.write(&mut said);
        value.write(&mut said);
    }
    said.extend(&entry.bytes);
    Sha256::digest(said).into()
}

/// Opens a snapshot; its pages are read and verified when they are needed.
pub(super) fn open(path: &Path) -> Result<(Anchor, Index), Reason> {
    let unreadable = |error: io::Error| Reason::Unreadable(error.to_string());
    let cut = || Reason::Damaged("it is cut short".to_owned());
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let mut head = [0; HEAD_BYTES];
    let mut tail = [0; TAIL_BYTES];
    let Some(tail_at) = length.checked_sub(TAIL_BYTES as u64).filter(|at| *at >= HEAD_BYTES as u64) else {
        return Err(cut());
    };
    file.read_exact_at(&mut head, 0).map_err(unreadable)?;
    file.read_exact_at(&mut tail, tail_at).map_err(unreadable)?;
    let (magic, format) = head.split_at(MAGIC.len());
    if magic != MAGIC {
        return Err(Reason::Damaged("it does not begin as a snapshot".to_owned()));
    }
    let found = u32::from_le_bytes(format.try_into().expect("four bytes"));
    if found != FORMAT {
        return Err(Reason::Format { found, known: FORMAT });
    }
    if !tail.ends_with(MAGIC) {
        return Err(cut());
    }
    let place = |at: usize| u64::from_le_bytes(tail[at..at + 8].try_into().expect("eight bytes"));
    let (at, footer_length) = (place(0), place(8));
    if at < HEAD_BYTES as u64 || at.checked_add(footer_length) != Some(tail_at) {
        return Err(Reason::Damaged("its footer is not where it says".to_owned()));
    }
    let mut footer = vec![0; usize::try_from(footer_length).map_err(|_| cut())?];
    file.read_exact_at(&mut footer, at).map_err(unreadable)?;
    if checksum(&head, &footer, &tail[..16]) != tail[16..48] {
        return Err(Reason::Damaged("the checksum of its footer does not fit".to_owned()));
    }
    let rest = &mut footer.as_slice();
    let odd = || Reason::Damaged("its footer is none".to_owned());
    let fold = u32::read(rest).ok_or_else(odd)?;
    if fold != FOLD {
        return Err(Reason::Fold { found: fold });
    }
    let anchor = Anchor::read(rest).ok_or_else(odd)?;
    let source = Arc::new(Source::new(file, path.to_owned()));
    let kept = Kept::open(&source, rest).ok_or_else(odd)?;
    let position = anchor.position;
    let index =
        super::damage::guarded(|| Index::of(kept, position)).map_err(|damaged| Reason::Damaged(damaged.what))?;
    Ok((anchor, index))
}

fn checksum(head: &[u8], footer: &[u8], place: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(head).chain_update(footer).chain_update(place).finalize().into()
}

/// Writes a snapshot of an index.
pub(super) fn write(index: &Index, anchor: &Anchor, file: &File) -> io::Result<()> {
    let mut sink = Sink::new(file);
    let head: Vec<u8> = MAGIC.iter().copied().chain(FORMAT.to_le_bytes()).collect();
    sink.write(&head)?;
    let mut footer = Vec::new();
    FOLD.write(&mut footer);
    anchor.write(&mut footer);
    index.len().write(&mut footer);
    tables(index, &mut sink, &mut footer)?;
    let place: Vec<u8> = sink.offset().to_le_bytes().into_iter().chain((footer.len() as u64).to_le_bytes()).collect();
    let checksum = checksum(&head, &footer, &place);
    for part in [footer.as_slice(), &place, &checksum, MAGIC] {
        sink.write(part)?;
    }
    sink.flush()
}

/// Writes the tables in the order in which [`Kept::open`] reads them.
fn tables(index: &Index, sink: &mut Sink<'_>, footer: &mut Vec<u8>) -> io::Result<()> {
    let (order, slots) = arrangement(index);
    let mut records = Draft::new(RECORDS_BYTES);
    let mut home = None;
    for (number, (organisation, _, slot)) in order.iter().enumerate() {
        if home != Some(organisation) && records.filled() >= ENOUGH_BYTES {
            records.cut(sink)?;
        }
        home = Some(organisation);
        let kept = index.to_keep(*slot, organisation.clone(), &slots);
        records.push(sink, Slot::new(number), &kept)?;
    }
    records.end(sink, footer)?;
    table(sink, footer, index.ids().map(|(id, slot)| (id, slot.renumbered(&slots))))?;
    let mut places: Vec<(Position, Slot)> =
        order.iter().enumerate().map(|(number, (_, position, _))| (*position, Slot::new(number))).collect();
    places.sort_unstable();
    table(sink, footer, places.into_iter())?;
    table(sink, footer, index.dangling().map(|(id, linkers)| (id, linkers.to_vec().renumbered(&slots))))?;
    let mut linking: Vec<(Slot, ())> = index.linking().map(|slot| (slot.renumbered(&slots), ())).collect();
    linking.sort_unstable();
    table(sink, footer, linking.into_iter())?;
    table(sink, footer, index.repeats().map(|repeat| (repeat.position, *repeat)))?;
    table(sink, footer, index.undecodable().iter().map(|entry| (entry.position, entry.clone())))?;
    let files = index.files();
    filed(sink, footer, files.0, &slots)?;
    filed(sink, footer, files.1, &slots)?;
    filed(sink, footer, files.2, &slots)?;
    filed(sink, footer, files.3, &slots)?;
    filed(sink, footer, files.4, &slots)?;
    filed(sink, footer, files.5, &slots)?;
    filed(sink, footer, files.6, &slots)?;
    filed(sink, footer, files.7, &slots)
}

/// Where a record stands in the snapshot: the organisation that it is put with, its position, and its slot so far.
type Place = (Option<OrganisationId>, Position, Slot);

/// Records in the order of the snapshot; and by their slots so far, those that they have there.
fn arrangement(index: &Index) -> (Vec<Place>, Vec<Slot>) {
    let place = |slot| {
        let (home, position) = index.home(slot);
        (home, position, slot)
    };
    let mut order: Vec<Place> = index.slots().map(place).collect();
    order.sort_unstable();
    let mut slots = vec![Slot::new(0); order.len()];
    for (number, (_, _, slot)) in order.iter().enumerate() {
        slots[slot.index()] = Slot::new(number);
    }
    (order, slots)
}

fn filed<K: Coded + Ord + Hash + Clone, F: Coded + Default + Clone + Renumbered>(
    sink: &mut Sink<'_>,
    footer: &mut Vec<u8>,
    files: &Filed<K, F>,
    slots: &[Slot],
) -> io::Result<()> {
    let file = |key: &K| (key.clone(), files.get(key).expect("a key has its file").renumbered(slots));
    table(sink, footer, files.keys().map(file))
}

/// Writes a table of what comes in the order of keys.
fn table<K: Coded, F: Coded>(
    sink: &mut Sink<'_>,
    footer: &mut Vec<u8>,
    rows: impl Iterator<Item = (K, F)>,
) -> io::Result<()> {
    let mut draft = Draft::new(FILES_BYTES);
    for (key, value) in rows {
        draft.push(sink, key, &value)?;
    }
    draft.end(sink, footer)
}

impl Coded for Anchor {
    fn write(&self, to: &mut Vec<u8>) {
        self.created_at.write(to);
        self.position.write(to);
        self.digest.write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Some(Self { created_at: Coded::read(from)?, position: Coded::read(from)?, digest: Coded::read(from)? })
    }
}

impl Index {
    /// The organisation that a record is put with, and its position.
    fn home(&self, slot: Slot) -> (Option<OrganisationId>, Position) {
        if let Some(kept) = self.kept_entry(slot) {
            return (kept.home.clone(), kept.position);
        }
        let record = self.glance(slot);
        (self.organisations_of_event(&record.event).into_iter().next(), record.position)
    }

    /// A record as a snapshot keeps it, with the slots that events have there.
    fn to_keep(&self, slot: Slot, home: Option<OrganisationId>, slots: &[Slot]) -> KeptRecord {
        let linkers = |id| self.linkers(id).to_vec().renumbered(slots);
        if let Some(kept) = self.kept_entry(slot) {
            let KeptRecord { id, position, stored_at, fingerprint, .. } = *kept;
            let (linkers, document) = (linkers(id), Mutex::new(kept.document()));
            return KeptRecord {
                id,
                position,
                stored_at,
                fingerprint,
                home,
                linkers,
                document,
                record: OnceLock::new(),
            };
        }
        let Record { position, stored_at, event } = self.glance(slot).into_owned();
        KeptRecord {
            id: event.id,
            position,
            stored_at,
            fingerprint: self.fingerprint(event.id).expect("a record has its fingerprint"),
            home,
            linkers: linkers(event.id),
            document: Mutex::new(Document::from_event(event).encode()),
            record: OnceLock::new(),
        }
    }
}

/// The same snapshot as other rules of folding would have made it.
#[cfg(test)]
pub(super) fn with_fold(snapshot: &[u8], fold: u8) -> Vec<u8> {
    let mut theirs = snapshot.to_vec();
    let tail = theirs.len() - TAIL_BYTES;
    let at = usize::try_from(u64::from_le_bytes(theirs[tail..tail + 8].try_into().expect("eight bytes")));
    let at = at.expect("a small file");
    theirs[at] = fold;
    let sum = checksum(&theirs[..HEAD_BYTES], &theirs[at..tail], &theirs[tail..tail + 16]);
    theirs[tail + 16..tail + 48].copy_from_slice(&sum);
    theirs
}
