//! Records as an index holds them: packed, some hundred bytes each, and unpacked when somebody asks for one.
//!
//! What was unpacked stays so until too much of it has gathered; then the pages that have been open longest are let go, a few
//! at a time. A question lends records, and while it does nothing changes.

mod ids;
mod pack;
mod symbols;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use jiff::Timestamp;
use summit::{Event, EventId, Position};

use super::Record;
use ids::Ids;
use pack::Pack;
use symbols::Symbols;

/// How many records stand on one page.
const PAGE_RECORDS: usize = 64;
/// So many records may stay unpacked, some 1 KB each: 64 MB.
const MAX_UNPACKED: usize = 65_536;
/// So many pages are let go at once, or one in [`SHARE_LET_GO`] where that is more: whoever comes next waits for it.
const PAGES_LET_GO: usize = 16;
const SHARE_LET_GO: usize = 16;

/// Records in order of position, each by its place: 0 for the first.
#[derive(Default)]
pub(super) struct Packed {
    pages: Vec<Page>,
    ids: Ids,
    symbols: Symbols,
    /// How many are unpacked.
    unpacked: AtomicUsize,
    /// The pages that they stand on, in the order in which each was opened.
    open: Mutex<VecDeque<usize>>,
}

struct Page {
    /// The position of its first record.
    first: Position,
    bytes: Vec<u8>,
    /// Where in `bytes` each record ends.
    ends: Vec<u32>,
    /// Those that were asked for.
    records: OnceLock<Box<[OnceLock<Box<Record>>]>>,
}

impl Page {
    /// A record as it is packed, its position first.
    fn bytes_of(&self, number: usize) -> &[u8] {
        let begin = number.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.bytes[begin..self.ends[number] as usize]
    }

    /// Takes the position of a record.
    fn position(&self, from: &mut &[u8], symbols: &Symbols) -> Position {
        Position::new(self.first.get().wrapping_add_signed(i64::unpack(from, symbols)))
    }
}

impl Packed {
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Where each id stands.
    pub(super) const fn ids(&self) -> &Ids {
        &self.ids
    }

    /// Takes in a record with an id of its own, behind all others.
    pub(super) fn push(&mut self, record: &Record) {
        let Record { position, stored_at, event } = record;
        let Event { id, source, time, recorded_at, corrects, shared, content } = event;
        if self.ids.len().is_multiple_of(PAGE_RECORDS) {
            if let Some(full) = self.pages.last_mut() {
                full.bytes.shrink_to_fit();
            }
            let ends = Vec::with_capacity(PAGE_RECORDS);
            self.pages.push(Page { first: *position, bytes: Vec::new(), ends, records: OnceLock::new() });
        }
        let page = self.pages.last_mut().expect("a page is there, or was begun");
        let (to, symbols) = (&mut page.bytes, &mut self.symbols);
        position.get().wrapping_sub(page.first.get()).cast_signed().pack(to, symbols);
        stored_at.pack(to, symbols);
        source.pack(to, symbols);
        time.pack(to, symbols);
        recorded_at.pack(to, symbols);
        corrects.pack(to, symbols);
        shared.pack(to, symbols);
        content.pack(to, symbols);
        page.ends.push(u32::try_from(to.len()).expect("documents are bounded, and few on a page"));
        self.ids.push(*id);
    }

    /// A record, unpacked if it is not yet.
    pub(super) fn get(&self, place: usize) -> &Record {
        let (page, number) = (&self.pages[place / PAGE_RECORDS], place % PAGE_RECORDS);
        let records = page.records.get_or_init(|| {
            self.open.lock().unwrap_or_else(PoisonError::into_inner).push_back(place / PAGE_RECORDS);
            std::iter::repeat_with(OnceLock::new).take(PAGE_RECORDS).collect()
        });
        records[number].get_or_init(|| {
            self.unpacked.fetch_add(1, Ordering::Relaxed);
            Box::new(self.unpack(place))
        })
    }

    /// A record by itself, for who looks at each once.
    pub(super) fn unpack(&self, place: usize) -> Record {
        let page = &self.pages[place / PAGE_RECORDS];
        let (from, symbols) = (&mut page.bytes_of(place % PAGE_RECORDS), &self.symbols);
        let (position, stored_at) = (page.position(from, symbols), Timestamp::unpack(from, symbols));
        let event = Event {
            id: self.ids.at(place),
            source: Pack::unpack(from, symbols),
            time: Pack::unpack(from, symbols),
            recorded_at: Pack::unpack(from, symbols),
            corrects: Pack::unpack(from, symbols),
            shared: Pack::unpack(from, symbols),
            content: Pack::unpack(from, symbols),
        };
        Record { position, stored_at, event }
    }

    /// Where the record of a position stands.
    pub(super) fn place_at(&self, position: Position) -> Option<usize> {
        let page = self.pages.partition_point(|page| page.first <= position).checked_sub(1)?;
        let numbers: [usize; PAGE_RECORDS] = std::array::from_fn(|number| number);
        let at = &self.pages[page];
        let found = numbers[..at.ends.len()]
            .binary_search_by_key(&position, |number| at.position(&mut at.bytes_of(*number), &self.symbols));
        found.ok().map(|number| page * PAGE_RECORDS + number)
    }

    /// Whether so much is unpacked that it should be let go.
    pub(super) fn is_full(&self) -> bool {
        self.unpacked.load(Ordering::Relaxed) > MAX_UNPACKED
    }

    /// Lets go of the pages that have been open longest, as long as too much is unpacked.
    pub(super) fn let_go(&mut self) {
        let open = self.open.get_mut().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..PAGES_LET_GO.max(open.len() / SHARE_LET_GO) {
            if *self.unpacked.get_mut() <= MAX_UNPACKED {
                return;
            }
            let records = open.pop_front().and_then(|page| self.pages[page].records.take());
            *self.unpacked.get_mut() -= records.iter().flatten().filter(|record| record.get().is_some()).count();
        }
    }

    /// Where an id stands.
    pub(super) fn place_of(&self, id: EventId) -> Option<usize> {
        self.ids.find(id)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use summit::Position;

    use super::{MAX_UNPACKED, PAGE_RECORDS, PAGES_LET_GO, Packed};
    use crate::index::Record;

    /// Every golden document and real ones, so often that there are several pages; every third position is somebody else's.
    fn records() -> Vec<Record> {
        let lines = [
            include_str!("../../../../wire/tests/data/astana-2024.jsonl"),
            include_str!("../../../../wire/tests/data/sco-history.jsonl"),
        ];
        let events = lines.iter().flat_map(|file| file.lines()).map(|line| {
            let document = wire::Document::decode(line.as_bytes()).expect("a good document");
            document.event().clone()
        });
        let positions = (1..).filter(|number| number % 3 != 0).map(Position::new);
        let stored_at = "1969-07-20T20:17:40.000000001Z".parse().expect("an instant");
        positions.zip(events).map(|(position, event)| Record { position, stored_at, event }).collect()
    }

    #[test]
    fn what_was_packed_is_unpacked_as_it_was_and_found_by_its_position_and_id() {
        let (records, mut packed) = (records(), Packed::default());
        assert!(records.len() > 2 * PAGE_RECORDS, "there are several pages");
        for record in &records {
            packed.push(record);
        }
        for (place, record) in records.iter().enumerate() {
            assert_eq!((packed.get(place), &packed.unpack(place)), (record, record));
            assert_eq!(packed.place_of(record.event.id), Some(place));
            assert_eq!(packed.place_at(record.position), Some(place));
        }
        for nobody in [0, 3, 6, 10_000] {
            assert_eq!(packed.place_at(Position::new(nobody)), None);
        }
        assert_eq!(*packed.unpacked.get_mut(), records.len());
    }

    #[test]
    fn the_pages_that_have_been_open_longest_are_let_go_a_few_at_a_time_until_so_many_are_unpacked_as_may_be() {
        let (records, mut packed) = (records(), Packed::default());
        let more = 2 * PAGES_LET_GO * PAGE_RECORDS;
        for place in 0..MAX_UNPACKED + more {
            packed.push(&records[place % records.len()]);
        }
        // From the last one on.
        for place in (0..packed.len()).rev() {
            packed.get(place);
        }
        let last = packed.pages.len() - 1;
        let mut rounds = 0;
        while packed.is_full() {
            let before = *packed.unpacked.get_mut();
            packed.let_go();
            assert!(*packed.unpacked.get_mut() < before, "{before} after {rounds} rounds");
            rounds += 1;
        }
        let is_open = |page: usize| packed.pages[page].records.get().is_some();
        assert_eq!((packed.unpacked.load(Ordering::Relaxed), is_open(0), is_open(last)), (MAX_UNPACKED, true, false));
        assert_eq!(
            packed.get(packed.len() - 1).event.content,
            records[(packed.len() - 1) % records.len()].event.content
        );
        packed.let_go();
        assert!(!packed.is_full(), "one more than may stay");
    }
}
