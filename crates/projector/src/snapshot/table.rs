//! Sorted tables, cut into pages, each compressed and checksummed by itself. A page is read when something on it is
//! asked for, and verified then.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::iter::Peekable;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

use super::code::{Coded, take};
use super::damage;

/// How hard pages are compressed: the quickest, which takes most of it off.
const COMPRESSION: i32 = 1;
/// So many bytes of a SHA-256 stand for a page.
const SUM_BYTES: usize = 16;

pub(super) type Sum = [u8; SUM_BYTES];

/// A snapshot that is open for reading.
pub(super) struct Source {
    file: File,
    pub(super) path: PathBuf,
    /// All of it, compressed as it is, where it is to be verified whole: nothing befalls it from then on.
    held: OnceLock<Vec<u8>>,
}

/// Where a page stands, and what it must be.
struct Extent {
    offset: u64,
    /// Compressed, in bytes.
    length: usize,
    /// Not compressed, in bytes.
    whole: usize,
    sum: Sum,
}

struct Page<K, F> {
    /// The first key on it.
    first: K,
    at: Extent,
    /// What stands on it, once it was read.
    rows: OnceLock<Vec<(K, F)>>,
}

/// A table of a snapshot. Without one, it is empty.
pub(crate) struct Table<K, F> {
    source: Option<Arc<Source>>,
    pages: Vec<Page<K, F>>,
}

impl<K, F> Default for Table<K, F> {
    fn default() -> Self {
        Self { source: None, pages: Vec::new() }
    }
}

impl<K: Coded + Ord, F: Coded> Table<K, F> {
    /// What stands under a key. Cost: that of its page.
    pub(crate) fn get(&self, key: &K) -> Option<&F> {
        let page = self.pages.partition_point(|page| page.first <= *key).checked_sub(1)?;
        let rows = self.rows_of(&self.pages[page]);
        rows.binary_search_by(|(one, _)| one.cmp(key)).ok().map(|place| &rows[place].1)
    }

    /// Everything from a key on, in order.
    pub(crate) fn from(&self, key: K) -> impl Iterator<Item = &(K, F)> {
        let page = self.pages.partition_point(|page| page.first <= key).saturating_sub(1);
        let rows = self.pages[page..].iter().flat_map(|page| self.rows_of(page));
        rows.skip_while(move |(one, _)| *one < key)
    }

    /// Everything, in order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &(K, F)> {
        self.pages.iter().flat_map(|page| self.rows_of(page))
    }

    /// Verifies every page. None is decoded before something on it is asked for.
    pub(crate) fn verify(&self) {
        for page in &self.pages {
            let source = self.source.as_ref().expect("a table with pages has its source");
            source.packed(&page.at).unwrap_or_else(|what| source.bad(&page.at, &what));
        }
    }

    fn rows_of<'p>(&self, page: &'p Page<K, F>) -> &'p [(K, F)] {
        page.rows.get_or_init(|| {
            let source = self.source.as_ref().expect("a table with pages has its source");
            let bytes = source.page(&page.at).unwrap_or_else(|what| source.bad(&page.at, &what));
            let (mut rest, mut rows) = (bytes.as_slice(), Vec::new());
            while !rest.is_empty() {
                match K::read(&mut rest).zip(F::read(&mut rest)) {
                    Some(row) => rows.push(row),
                    None => source.bad(&page.at, "a row that is none"),
                }
            }
            rows
        })
    }

    /// The table whose pages are listed in a footer.
    pub(super) fn open(source: &Arc<Source>, footer: &mut &[u8]) -> Option<Self> {
        let count = usize::read(footer)?;
        let page = |_| {
            let first = K::read(footer)?;
            let (offset, length, whole) = (u64::read(footer)?, usize::read(footer)?, usize::read(footer)?);
            let sum = Sum::read(footer)?;
            Some(Page { first, at: Extent { offset, length, whole, sum }, rows: OnceLock::new() })
        };
        let pages = (0..count).map(page).collect::<Option<_>>()?;
        Some(Self { source: Some(Arc::clone(source)), pages })
    }
}

impl Source {
    pub(super) fn new(file: File, path: PathBuf) -> Self {
        Self { file, path, held: OnceLock::new() }
    }

    /// Reads all of the file: what is verified from here on stays as it was verified.
    pub(super) fn hold(&self) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        let mut held = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        self.file.read_exact_at(&mut held, 0)?;
        self.held.get_or_init(|| held);
        Ok(())
    }

    /// A page as it is in the file, once it is what was written.
    fn packed(&self, at: &Extent) -> Result<Cow<'_, [u8]>, String> {
        let packed = if let Some(held) = self.held.get() {
            let rest = usize::try_from(at.offset).ok().and_then(|offset| held.get(offset..));
            Cow::Borrowed(rest.and_then(|rest| rest.get(..at.length)).ok_or("it is cut short")?)
        } else {
            let mut packed = vec![0; at.length];
            self.file.read_exact_at(&mut packed, at.offset).map_err(|error| error.to_string())?;
            Cow::Owned(packed)
        };
        if sum(&packed) == at.sum { Ok(packed) } else { Err("the checksum does not fit".to_owned()) }
    }

    fn page(&self, at: &Extent) -> Result<Vec<u8>, String> {
        zstd::bulk::decompress(&self.packed(at)?, at.whole).map_err(|error| error.to_string())
    }

    fn bad(&self, at: &Extent, what: &str) -> ! {
        damage::found(&self.path, format!("at byte {}, {what}", at.offset))
    }
}

fn sum(bytes: &[u8]) -> Sum {
    take(&mut Sha256::digest(bytes).as_slice(), SUM_BYTES)
        .and_then(|sum| sum.try_into().ok())
        .expect("a SHA-256 is longer")
}

/// A file that is being written, page by page.
pub(super) struct Sink<'f> {
    file: BufWriter<&'f File>,
    offset: u64,
}

impl<'f> Sink<'f> {
    pub(super) fn new(file: &'f File) -> Self {
        Self { file: BufWriter::new(file), offset: 0 }
    }

    /// Writes bytes as they are.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.offset += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// Where the next byte stands.
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A table that is being written, in the order of its keys.
pub(super) struct Draft<K> {
    pages: Vec<(K, Extent)>,
    /// The page under way: its first key and its rows.
    first: Option<K>,
    rows: Vec<u8>,
    /// How large a page may become, in bytes before compression; a single row may be larger.
    limit: usize,
}

impl<K: Coded> Draft<K> {
    pub(super) const fn new(limit: usize) -> Self {
        Self { pages: Vec::new(), first: None, rows: Vec::new(), limit }
    }

    pub(super) fn push(&mut self, sink: &mut Sink<'_>, key: K, value: &impl Coded) -> io::Result<()> {
        let before = self.rows.len();
        key.write(&mut self.rows);
        value.write(&mut self.rows);
        if before > 0 && self.rows.len() > self.limit {
            let row = self.rows.split_off(before);
            self.cut(sink)?;
            self.rows = row;
        }
        self.first.get_or_insert(key);
        Ok(())
    }

    /// How large the page under way is.
    pub(super) const fn filled(&self) -> usize {
        self.rows.len()
    }

    /// Ends the page under way.
    pub(super) fn cut(&mut self, sink: &mut Sink<'_>) -> io::Result<()> {
        let Some(first) = self.first.take() else { return Ok(()) };
        let packed = zstd::bulk::compress(&self.rows, COMPRESSION)?;
        let at = Extent { offset: sink.offset(), length: packed.len(), whole: self.rows.len(), sum: sum(&packed) };
        sink.write(&packed)?;
        self.rows.clear();
        self.pages.push((first, at));
        Ok(())
    }

    /// Ends the table, and lists its pages.
    pub(super) fn end(mut self, sink: &mut Sink<'_>, footer: &mut Vec<u8>) -> io::Result<()> {
        self.cut(sink)?;
        self.pages.len().write(footer);
        for (first, at) in &self.pages {
            first.write(footer);
            at.offset.write(footer);
            at.length.write(footer);
            at.whole.write(footer);
            at.sum.write(footer);
        }
        Ok(())
    }
}

/// Two sorted sequences as one; what stands in both comes once, as the first has it.
pub(crate) fn merged<T, K: Ord>(
    left: impl Iterator<Item = T>,
    right: impl Iterator<Item = T>,
    key: impl Fn(&T) -> K,
) -> impl Iterator<Item = T> {
    let (mut left, mut right): (Peekable<_>, Peekable<_>) = (left.peekable(), right.peekable());
    std::iter::from_fn(move || {
        let order = match (left.peek(), right.peek()) {
            (Some(one), Some(other)) => key(one).cmp(&key(other)),
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(_) | None, None) => std::cmp::Ordering::Less,
        };
        if order.is_eq() {
            right.next();
        }
        if order.is_gt() { right.next() } else { left.next() }
    })
}
