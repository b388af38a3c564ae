//! One segment, as bytes. Pure: what is read is what was written, or a fault that says why not.
//!
//! ```text
//! header  "CHRONSEG", version u32, log created (i64 s, i32 ns), first position u64, digest before, checksum
//! block   1, compressed bytes u32, bytes u32, entries u32, digest after, checksum, zstd
//! footer  2, entries u64, last position u64, digest after, checksum
//! ```
//! Numbers are little-endian; a checksum is the SHA-256 of its part, the compressed bytes of a block included.

use bytes::{Buf, BufMut, Bytes};
use chronicle::Entry;
use jiff::Timestamp;
use summit::Position;

use super::codec;
use super::digest::{DIGEST_BYTES, Digest};

/// The version of the format that this program writes, and the newest that it reads.
pub const VERSION: u32 = 1;
/// The largest entry, encoded, in bytes: far beyond what a log takes.
pub const MAX_ENTRY_BYTES: usize = 2 << 20;
/// The most that a block holds before compression, in bytes.
pub const MAX_BLOCK_BYTES: usize = (1 << 20) + MAX_ENTRY_BYTES;
const MAGIC: &[u8; 8] = b"CHRONSEG";
const BLOCK: u8 = 1;
const FOOTER: u8 = 2;
const HEADER_BYTES: usize = 8 + 4 + 12 + 8 + 2 * DIGEST_BYTES;
const BLOCK_HEAD_BYTES: usize = 1 + 4 + 4 + 4 + 2 * DIGEST_BYTES;
const FOOTER_BYTES: usize = 1 + 8 + 8 + 2 * DIGEST_BYTES;
/// How hard zstd tries.
const LEVEL: i32 = 3;

/// Why a segment cannot be read, or not further.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It does not begin as one.
    #[error("it is no segment of an archive")]
    Foreign,
    /// Another version of this program wrote it.
    #[error("it is of format {found}, this program reads formats 1 to {VERSION}: a newer one wrote it")]
    Newer {
        /// Its format.
        found: u32,
    },
    /// It ends in the middle of something.
    #[error("it is cut off")]
    CutOff,
    /// Its bytes are not those that were written.
    #[error("{0}")]
    Changed(&'static str),
    /// It does not follow what comes before it.
    #[error("it begins with position {found}, position {expected} comes next")]
    Misplaced {
        /// The position that comes next.
        expected: Position,
        /// The position that it begins with.
        found: Position,
    },
    /// It follows another history than the one before it.
    #[error("it does not continue the chain of digests before it")]
    Unchained,
    /// It is not the last, and has no end.
    #[error("it has no footer, but is not the last")]
    Unclosed,
    /// The archive went further once.
    #[error("it ends there, the archive went to position {anchored} before")]
    Short {
        /// How far, by the anchor.
        anchored: Position,
    },
}

/// What a segment begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// When the log was created that it was written from.
    pub created_at: Timestamp,
    /// The position of its first entry.
    pub first: Position,
    /// The digest of the chain before it.
    pub previous: Digest,
}

/// A segment, read block by block.
#[derive(Debug)]
pub struct Segment {
    header: Header,
    /// What is not read yet.
    rest: Bytes,
    /// How many bytes were good so far.
    good: u64,
    /// The position to come.
    next: Position,
    /// The chain so far.
    chain: Digest,
    closed: bool,
}

/// Checks the end of `part` of a file against the checksum behind it.
fn sealed(part: &[u8], more: &[u8]) -> bool {
    let (said, sum) = part.split_at(part.len() - DIGEST_BYTES);
    Digest::of_bytes(&[said, more]).bytes() == sum
}

fn seal(mut part: Vec<u8>, more: &[u8]) -> Vec<u8> {
    let sum = Digest::of_bytes(&[&part, more]);
    part.put_slice(sum.bytes());
    part.put_slice(more);
    part
}

fn digest(from: &mut impl Buf) -> Digest {
    let mut bytes = [0; DIGEST_BYTES];
    from.copy_to_slice(&mut bytes);
    Digest::from_bytes(bytes)
}

impl Segment {
    /// Reads the header.
    pub fn open(bytes: Bytes) -> Result<Self, Fault> {
        if !bytes.starts_with(MAGIC) {
            let begun = !bytes.is_empty() && MAGIC.starts_with(&bytes);
            return Err(if begun { Fault::CutOff } else { Fault::Foreign });
        }
        let mut rest = bytes;
        let mut start = rest.clone();
        start.advance(MAGIC.len());
        let found = start.try_get_u32_le().map_err(|_| Fault::CutOff)?;
        if found != VERSION {
            return Err(if found == 0 { Fault::Foreign } else { Fault::Newer { found } });
        }
        if rest.len() < HEADER_BYTES {
            return Err(Fault::CutOff);
        }
        let whole = rest.split_to(HEADER_BYTES);
        if !sealed(&whole, &[]) {
            return Err(Fault::Changed("its header is not the one that was written"));
        }
        let created_at = codec::read_time(&mut start).ok_or(Fault::Changed("its header tells no time"))?;
        let first = Position::new(start.get_u64_le());
        let header = Header { created_at, first, previous: digest(&mut start) };
        let (next, chain) = (header.first, header.previous);
        Ok(Self { header, rest, good: HEADER_BYTES as u64, next, chain, closed: false })
    }

    /// The header.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The position that comes next.
    pub const fn next(&self) -> Position {
        self.next
    }

    /// The chain so far.
    pub const fn chain(&self) -> Digest {
        self.chain
    }

    /// Whether the footer was read.
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// How many bytes from the beginning are good, as far as read.
    pub const fn good_bytes(&self) -> u64 {
        self.good
    }

    /// The entries of the next block; nothing at the end, closed or not.
    pub fn next_block(&mut self) -> Result<Option<Vec<Entry>>, Fault> {
        let block = self.next_chained()?;
        Ok(block.map(|entries| entries.into_iter().map(|(entry, _)| entry).collect()))
    }

    /// The same, each entry with the chain behind it.
    pub(super) fn next_chained(&mut self) -> Result<Option<Vec<(Entry, Digest)>>, Fault> {
        match self.rest.first() {
            None => Ok(None),
            Some(_) if self.closed => Err(Fault::Changed("there are bytes behind its footer")),
            Some(&BLOCK) => self.block().map(Some),
            Some(&FOOTER) => {
                self.footer()?;
                if self.rest.is_empty() { Ok(None) } else { Err(Fault::Changed("there are bytes behind its footer")) }
            }
            Some(_) => Err(Fault::Changed("neither a block nor a footer stands there")),
        }
    }

    fn block(&mut self) -> Result<Vec<(Entry, Digest)>, Fault> {
        let mut from = self.rest.clone();
        if from.len() < BLOCK_HEAD_BYTES {
            return Err(Fault::CutOff);
        }
        let head = from.split_to(BLOCK_HEAD_BYTES);
        let mut said = head.slice(1..);
        let [compressed, raw, count] = [(); 3].map(|()| said.get_u32_le() as usize);
        let chain = digest(&mut said);
        if from.len() < compressed {
            return Err(Fault::CutOff);
        }
        let payload = from.split_to(compressed);
        if !sealed(&head, &payload) {
            return Err(Fault::Changed("the checksum of a block does not fit"));
        }
        if raw > MAX_BLOCK_BYTES {
            return Err(Fault::Changed("a block is larger than blocks are"));
        }
        let bytes = zstd::bulk::decompress(&payload, raw).map_err(|_| Fault::Changed("a block does not decompress"))?;
        let mut bytes = Bytes::from(bytes);
        let (mut entries, mut next, mut running) = (Vec::new(), self.next, self.chain);
        for _ in 0..count {
            let before = bytes.clone();
            let entry = codec::read(&mut bytes, next).ok_or(Fault::Changed("a block ends within an entry"))?;
            running = running.then_encoded(next.get(), &before[..before.len() - bytes.len()]);
            next = next.next();
            entries.push((entry, running));
        }
        if !bytes.is_empty() || running != chain || entries.is_empty() {
            return Err(Fault::Unchained);
        }
        self.good += (BLOCK_HEAD_BYTES + compressed) as u64;
        (self.rest, self.next, self.chain) = (from, next, chain);
        Ok(entries)
    }

    fn footer(&mut self) -> Result<(), Fault> {
        let mut from = self.rest.clone();
        if from.len() < FOOTER_BYTES {
            return Err(Fault::CutOff);
        }
        let whole = from.split_to(FOOTER_BYTES);
        if !sealed(&whole, &[]) {
            return Err(Fault::Changed("the checksum of its footer does not fit"));
        }
        let mut said = whole.slice(1..);
        let (count, last) = (said.get_u64_le(), Position::new(said.get_u64_le()));
        let counted = self.next.get() - self.header.first.get();
        if count != counted || last.next() != self.next || digest(&mut said) != self.chain {
            return Err(Fault::Unchained);
        }
        self.good += FOOTER_BYTES as u64;
        self.rest = from;
        self.closed = true;
        Ok(())
    }
}

/// A header as bytes.
pub(super) fn header(header: &Header) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.put_u32_le(VERSION);
    codec::write_time(&mut bytes, header.created_at);
    bytes.put_u64_le(header.first.get());
    bytes.put_slice(header.previous.bytes());
    seal(bytes, &[])
}

/// A block as bytes: `count` encoded entries, and the chain behind them.
pub(super) fn block(encoded: &[u8], count: u32, chain: Digest) -> std::io::Result<Vec<u8>> {
    let compressed = zstd::bulk::compress(encoded, LEVEL)?;
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(std::io::Error::other);
    let mut bytes = vec![BLOCK];
    bytes.put_u32_le(length(&compressed)?);
    bytes.put_u32_le(length(encoded)?);
    bytes.put_u32_le(count);
    bytes.put_slice(chain.bytes());
    Ok(seal(bytes, &compressed))
}

/// A footer as bytes: of a segment that began with `first` and ends with `last`.
pub(super) fn footer(first: Position, last: Position, chain: Digest) -> Vec<u8> {
    let mut bytes = vec![FOOTER];
    bytes.put_u64_le((last.get() + 1).saturating_sub(first.get()));
    bytes.put_u64_le(last.get());
    bytes.put_slice(chain.bytes());
    seal(bytes, &[])
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::{Fault, Header, Segment, VERSION, block, footer, header};
    use crate::archive::samples::{entries, some_entries};
    use chronicle::Entry;

    /// A closed segment with these entries, so many to a block.
    fn written(entries: &[Entry], at_once: usize) -> Vec<u8> {
        let first = entries[0].position;
        let mut chain = crate::archive::Digest::of_bytes(&[b"before"]);
        let mut bytes = header(&Header { created_at: entries[0].stored_at, first, previous: chain });
        for part in entries.chunks(at_once) {
            let mut encoded = Vec::new();
            for entry in part {
                chain = chain.then(entry);
                crate::archive::codec::write(&mut encoded, entry);
            }
            let count = u32::try_from(part.len()).expect("a few");
            bytes.extend(block(&encoded, count, chain).expect("zstd compresses"));
        }
        bytes.extend(footer(first, entries[entries.len() - 1].position, chain));
        bytes
    }

    /// What can be read, whether it is closed, and the fault that ended it.
    fn read(bytes: &[u8]) -> (Vec<Entry>, bool, Option<Fault>) {
        let mut segment = match Segment::open(Bytes::copy_from_slice(bytes)) {
            Ok(segment) => segment,
            Err(fault) => return (vec![], false, Some(fault)),
        };
        let mut read = Vec::new();
        loop {
            match segment.next_block() {
                Ok(Some(entries)) => read.extend(entries),
                Ok(None) => return (read, segment.is_closed(), None),
                Err(fault) => return (read, segment.is_closed(), Some(fault)),
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_was_written_is_read(entries in some_entries(), at_once in 1..5_usize) {
            prop_assert_eq!(read(&written(&entries, at_once)), (entries, true, None));
        }

        #[test]
        fn a_flipped_bit_anywhere_is_noticed_and_what_is_read_before_is_true(
            entries in some_entries(),
            at_once in 1..5_usize,
            place in any::<prop::sample::Index>(),
            bit in 0..8_u8,
        ) {
            let mut bytes = written(&entries, at_once);
            let at = place.index(bytes.len());
            bytes[at] ^= 1 << bit;
            let (read, closed, fault) = read(&bytes);
            prop_assert!(fault.is_some() && entries.starts_with(&read), "closed {}: {:?}", closed, fault);
        }

        #[test]
        fn what_is_cut_off_leaves_whole_blocks_and_no_footer(
            entries in some_entries(),
            at_once in 1..5_usize,
            place in any::<prop::sample::Index>(),
        ) {
            let bytes = written(&entries, at_once);
            let (read, closed, fault) = read(&bytes[..place.index(bytes.len())]);
            prop_assert!(!closed && entries.starts_with(&read), "{:?}", fault);
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(noise in prop::collection::vec(any::<u8>(), 0..400), keep in 0..300_usize) {
            read(&noise);
            let mut bytes = written(&entries(1..=6), 2);
            bytes.truncate(keep.min(bytes.len()));
            bytes.extend(noise);
            let (read, closed, _) = read(&bytes);
            prop_assert!(!closed && entries(1..=6).starts_with(&read));
        }
    }

    #[test]
    fn a_newer_format_and_a_foreign_file_say_why_they_are_not_read() {
        let mut bytes = written(&entries(1..=3), 2);
        bytes[8] = 7;
        let (_, _, fault) = read(&bytes);
        let said = fault.expect("refused").to_string();
        assert!(said.contains("format 7") && said.contains(&format!("1 to {VERSION}")), "{said}");
        assert_eq!(read(b"PK\x03\x04 something else").2, Some(Fault::Foreign));
        assert_eq!(read(b"").2, Some(Fault::Foreign));
    }

    #[test]
    fn a_block_of_another_place_is_not_taken_for_the_one_that_belongs_there() {
        let bytes = written(&entries(1..=4), 2);
        let blocks: Vec<usize> = (super::HEADER_BYTES..bytes.len())
            .filter(|at| {
                let mut rest = bytes[..super::HEADER_BYTES].to_vec();
                rest.extend(&bytes[*at..]);
                read(&rest).2 == Some(Fault::Unchained)
            })
            .collect();
        assert_eq!(blocks.len(), 2, "the second block, and the footer: each whole, none in its place");
    }
}
