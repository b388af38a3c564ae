//! An archive being written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use chronicle::Entry;
use jiff::Timestamp;
use summit::Position;

use super::anchor::{ANCHOR, Anchor};
use super::codec;
use super::digest::Digest;
use super::error::ArchiveError;
use super::folder;
use super::segment::{self, Fault, Header, MAX_BLOCK_BYTES, MAX_ENTRY_BYTES, Segment};

/// At most so many entries wait to be written.
pub const FLUSH_ENTRIES: usize = 1000;
/// Who archives as entries come writes those that wait at least this often.
pub const FLUSH_AFTER: Duration = Duration::from_secs(5);

/// When a block and a segment are full.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A block is written when its entries take so many bytes.
    pub block_bytes: usize,
    /// A segment is closed when its entries take so many bytes, before compression.
    pub segment_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { block_bytes: 1 << 20, segment_bytes: 64 << 20 }
    }
}

/// Where an archive ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tip {
    /// The last position, 0 where it is empty.
    pub position: Position,
    /// The digest of the entry there.
    pub entry: Digest,
    /// The digest of all entries.
    pub chain: Digest,
}

/// An archive that this program alone writes.
pub struct Archive {
    folder: PathBuf,
    limits: Limits,
    /// When the log was created that it is written from.
    created_at: Timestamp,
    /// What is on disk.
    tip: Tip,
    /// The segment that is not full yet.
    open: Option<Open>,
    /// What waits.
    pending: Pending,
    /// Held as long as we write.
    _lock: File,
}

/// A segment that goes on.
struct Open {
    path: PathBuf,
    file: File,
    first: Position,
    /// Its length, as far as good.
    length: u64,
    /// What its entries take before compression.
    raw: u64,
}

/// Entries that wait to be written.
#[derive(Default)]
struct Pending {
    encoded: Vec<u8>,
    count: u32,
    /// Where the archive ends once they are written.
    tip: Tip,
    /// Since when the first one waits.
    since: Option<Instant>,
}

impl Archive {
    /// Opens the archive in a folder, or begins one. A torn end, as a crash leaves it, is cut off; what follows it is to
    /// be appended again. `created_at` is when the log was created.
    ///
    /// Reads the last segment; the others are for [`verify`](super::verify).
    pub fn open(folder: &Path, created_at: Timestamp) -> Result<Self, ArchiveError> {
        Self::open_with(folder, created_at, Limits::default())
    }

    /// The same with other limits.
    pub fn open_with(folder: &Path, created_at: Timestamp, limits: Limits) -> Result<Self, ArchiveError> {
        let lock = folder::lock(folder)?;
        folder::clear(folder).map_err(ArchiveError::of(folder))?;
        let path = folder.join(ANCHOR);
        let anchor = Anchor::load(&path).map_err(ArchiveError::of(&path))?;
        let (tip, open) = last(folder, anchor.as_ref())?;
        let pending = Pending { tip, ..Pending::default() };
        let limits = Limits { block_bytes: limits.block_bytes.min(MAX_BLOCK_BYTES - MAX_ENTRY_BYTES), ..limits };
        Ok(Self { folder: folder.to_owned(), limits, created_at, tip, open, pending, _lock: lock })
    }

    /// Where it ends, on disk.
    pub const fn tip(&self) -> Tip {
        self.tip
    }

    /// Where it ends, with what waits to be written.
    pub const fn pending_tip(&self) -> Tip {
        self.pending.tip
    }

    /// Adds the entry that comes next. It is on disk after the next [`flush`](Self::flush); this flushes by itself, before it
    /// adds, where enough has come together or the first has waited for [`FLUSH_AFTER`]. When it fails, nothing is added.
    pub fn append(&mut self, entry: &Entry) -> Result<(), ArchiveError> {
        let refused = |why: String| ArchiveError::Refused { found: entry.position, why };
        let expected = self.pending.tip.position.next();
        if entry.position != expected {
            return Err(refused(format!("position {expected} comes next")));
        }
        let Pending { encoded, count, since, .. } = &self.pending;
        let full = encoded.len() >= self.limits.block_bytes || *count as usize >= FLUSH_ENTRIES;
        if full || since.is_some_and(|since| since.elapsed() >= FLUSH_AFTER) {
            self.flush()?;
        }
        let begun = self.pending.encoded.len();
        codec::write(&mut self.pending.encoded, entry);
        let encoded = &self.pending.encoded[begun..];
        if encoded.len() > MAX_ENTRY_BYTES {
            let why = format!("its {} bytes are more than the {MAX_ENTRY_BYTES} allowed", encoded.len());
            self.pending.encoded.truncate(begun);
            return Err(refused(why));
        }
        let chain = self.pending.tip.chain.then_encoded(entry.position.get(), encoded);
        self.pending.tip = Tip { position: entry.position, entry: Digest::of(entry), chain };
        self.pending.count += 1;
        self.pending.since.get_or_insert_with(Instant::now);
        Ok(())
    }

    /// Writes what waits, and the anchor. When it fails, all of it still waits.
    pub fn flush(&mut self) -> Result<(), ArchiveError> {
        if self.pending.count > 0 {
            let path = folder::segment_at(&self.folder, self.tip.position.next());
            let path = self.open.as_ref().map_or(path, |open| open.path.clone());
            self.write().map_err(ArchiveError::of(&path))?;
        }
        let path = self.folder.join(ANCHOR);
        self.anchor().keep(&path).map_err(ArchiveError::of(&path))
    }

    /// What the log is, as far as the archive has come.
    pub const fn anchor(&self) -> Anchor {
        let Tip { position, entry, chain } = self.tip;
        Anchor { created_at: self.created_at, position, entry, chain: Some(chain) }
    }

    fn write(&mut self) -> io::Result<()> {
        let Pending { encoded, count, tip, .. } = &self.pending;
        let (raw, tip) = (encoded.len() as u64, *tip);
        let block = segment::block(encoded, *count, tip.chain)?;
        if let Some(open) = &mut self.open {
            open.append(&block)?;
            open.raw += raw;
        } else {
            let first = self.tip.position.next();
            let path = folder::segment_at(&self.folder, first);
            let header = Header { created_at: self.created_at, first, previous: self.tip.chain };
            let mut bytes = segment::header(&header);
            bytes.extend(block);
            let (file, length) = (folder::replace(&path, &bytes)?, bytes.len() as u64);
            self.open = Some(Open { path, file, first, length, raw });
        }
        self.tip = tip;
        self.pending = Pending { tip, ..Pending::default() };
        if let Some(mut open) = self.open.take_if(|open| open.raw >= self.limits.segment_bytes) {
            let closed = open.append(&segment::footer(open.first, tip.position, tip.chain));
            if closed.is_err() {
                // It stays open, and is closed behind the next block.
                self.open = Some(open);
            }
            closed?;
        }
        Ok(())
    }
}

impl Open {
    /// Adds bytes, all of them or none.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let end = self.file.seek(SeekFrom::Start(self.length));
        let written = end.and_then(|_| self.file.write_all(bytes)).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // What is left of it is a torn end, which is passed over in any case.
            let _ = self.file.set_len(self.length);
            return Err(error);
        }
        self.length += bytes.len() as u64;
        Ok(())
    }
}

/// Where the archive ends, by its last segment, and that segment where it is not closed.
fn last(folder: &Path, anchor: Option<&Anchor>) -> Result<(Tip, Option<Open>), ArchiveError> {
    let anchored = anchor.map_or(Position::START, |anchor| anchor.position);
    let Some((named, path)) = folder::segments(folder)?.pop() else {
        if anchored > Position::START {
            let (segment, position) = (folder::segment_at(folder, Position::new(1)), Position::new(1));
            return Err(ArchiveError::Damaged { segment, position, fault: Fault::Short { anchored } });
        }
        return Ok((Tip::default(), None));
    };
    let damaged = |position, fault| ArchiveError::Damaged { segment: path.clone(), position, fault };
    let bytes = fs::read(&path).map_err(ArchiveError::of(&path))?;
    let mut segment = Segment::open(Bytes::from(bytes)).map_err(|fault| damaged(named, fault))?;
    let first = segment.header().first;
    if first != named {
        return Err(damaged(named, Fault::Misplaced { expected: named, found: first }));
    }
    let (mut tip, mut raw) = (Tip { chain: segment.chain(), ..Tip::default() }, 0);
    let ended = loop {
        match segment.next_block() {
            Ok(Some(entries)) => {
                for entry in entries {
                    let mut encoded = Vec::new();
                    codec::write(&mut encoded, &entry);
                    raw += encoded.len() as u64;
                    let chain = tip.chain.then_encoded(entry.position.get(), &encoded);
                    tip = Tip { position: entry.position, entry: Digest::of(&entry), chain };
                    let known =
                        anchor.filter(|anchor| anchor.position == entry.position).and_then(|anchor| anchor.chain);
                    if known.is_some_and(|known| known != chain) {
                        return Err(damaged(entry.position, Fault::Unchained));
                    }
                }
            }
            Ok(None) => break None,
            Err(fault) => break Some(fault),
        }
    };
    match ended {
        // No torn end: it was on disk, and whole.
        Some(fault) if anchored > tip.position || tip.position == Position::START || segment.is_closed() => {
            Err(damaged(segment.next(), fault))
        }
        None if anchored > tip.position => Err(damaged(segment.next(), Fault::Short { anchored })),
        None if segment.is_closed() => Ok((tip, None)),
        Some(_) | None => {
            let length = segment.good_bytes();
            let opened = OpenOptions::new().write(true).open(&path);
            let cut = opened.and_then(|file| file.set_len(length).and_then(|()| file.sync_all()).map(|()| file));
            let file = cut.map_err(ArchiveError::of(&path))?;
            Ok((tip, Some(Open { path, file, first, length, raw })))
        }
    }
}
