//! Tables, row by row, and the cells of a row.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};
use std::str::FromStr;

use csv::{ByteRecord, ReaderBuilder, Trim};
use flate2::bufread::MultiGzDecoder;
use summit::BadId;
use wire::Fault;

use super::mapping::{Column, Mapping};
use super::told::ImportError;

/// How a compressed file begins (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// The longest text of a note, a title or an address, in bytes.
const MAX_WORDS_BYTES: usize = 8192;
/// How much of such a text is shown where it is refused, in characters.
const SHOWN_CHARS: usize = 80;
/// What a spreadsheet takes for the beginning of a formula, also in full width.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// A table, read row by row.
pub(super) struct Table<R> {
    csv: csv::Reader<Input<R>>,
    layout: Layout,
    /// The row read last; kept for its space.
    record: ByteRecord,
}

/// Where the columns of a table stand, and how it is spelt.
struct Layout {
    mapping: Mapping,
    places: BTreeMap<Column, usize>,
    /// How many columns there are.
    width: usize,
}

impl<R: Read> Table<R> {
    /// Begins to read a table of separated values (RFC 4180), compressed by gzip or not, whose first line names its columns.
    /// The optional columns are there where they are, or where the mapping names them.
    pub(super) fn open(
        reader: R,
        mapping: Mapping,
        needed: &[Column],
        optional: &[Column],
    ) -> Result<Self, ImportError> {
        let mut builder = ReaderBuilder::new();
        let mut csv = builder.delimiter(mapping.delimiter).flexible(true).trim(Trim::All).from_reader(input(reader)?);
        let header = csv.byte_headers()?.clone();
        let mut places = BTreeMap::new();
        for column in needed.iter().chain(optional) {
            let name = mapping.name(*column);
            match header.iter().position(|there| there == name.as_bytes()) {
                Some(place) => drop(places.insert(*column, place)),
                None if optional.contains(column) && !mapping.columns.contains_key(column) => {}
                None => {
                    let found = header.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
                    return Err(ImportError::NoColumn { wanted: name.to_owned(), found });
                }
            }
        }
        Ok(Self { csv, layout: Layout { mapping, places, width: header.len() }, record: ByteRecord::new() })
    }

    /// The next row, as long as there is one.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, ImportError> {
        let there = self.csv.read_byte_record(&mut self.record)?;
        Ok(there.then_some(Row { layout: &self.layout, record: &self.record }))
    }
}

/// A row of a table.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    layout: &'a Layout,
    record: &'a ByteRecord,
}

impl<'a> Row<'a> {
    /// The line on which it begins.
    pub(super) fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    pub(super) const fn mapping(&self) -> &'a Mapping {
        &self.layout.mapping
    }

    /// All its texts, if it has not as many as there are columns: who knows which text belongs to which column?
    pub(super) fn torn(&self) -> Option<(String, Fault)> {
        let (found, allowed) = (self.record.len(), self.layout.width);
        let (found, allowed) = (format!("{found} columns"), format!("{allowed} columns"));
        let fault = Fault { field: String::new(), found, allowed };
        let whole = || self.record.iter().map(String::from_utf8_lossy).collect::<Vec<_>>().concat();
        (self.record.len() != self.layout.width).then(|| (whole(), fault))
    }

    /// A text as it stands there, as far as it is one; empty where the column is not there.
    pub(super) fn shown(&self, column: Column) -> String {
        self.bytes(column).map(String::from_utf8_lossy).unwrap_or_default().into_owned()
    }

    /// A text, empty where the column is not there; nothing, and a fault, where it is none.
    pub(super) fn text(&self, column: Column, faults: &mut Vec<Fault>) -> Option<&'a str> {
        let Ok(text) = std::str::from_utf8(self.bytes(column).unwrap_or_default()) else {
            let (found, allowed) = ("bytes that are not UTF-8".to_owned(), "UTF-8".to_owned());
            faults.push(Fault { field: self.mapping().name(column).to_owned(), found, allowed });
            return None;
        };
        Some(undefused(text))
    }

    /// A text in words, if it is not empty.
    pub(super) fn words(&self, column: Column, faults: &mut Vec<Fault>) -> Option<String> {
        let text = self.text(column, faults).filter(|text| !text.is_empty())?;
        let allowed = if text.len() > MAX_WORDS_BYTES {
            format!("{MAX_WORDS_BYTES} bytes")
        } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r')) {
            "text without control characters".to_owned()
        } else {
            return Some(text.to_owned());
        };
        let shown: String = text.chars().take(SHOWN_CHARS).collect();
        faults.push(self.mapping().fault(column, &shown, allowed));
        None
    }

    /// What a text means.
    pub(super) fn value<T: FromStr<Err = BadId>>(&self, column: Column, faults: &mut Vec<Fault>) -> Option<T> {
        let value = self.mapping().value(column, self.text(column, faults)?);
        value.map_err(|fault| faults.push(fault)).ok()
    }

    /// What a text means, if it is not empty.
    pub(super) fn optional<T: FromStr<Err = BadId>>(&self, column: Column, faults: &mut Vec<Fault>) -> Option<T> {
        if self.bytes(column).is_none_or(<[u8]>::is_empty) { None } else { self.value(column, faults) }
    }

    fn bytes(&self, column: Column) -> Option<&'a [u8]> {
        self.layout.places.get(&column).and_then(|place| self.record.get(*place))
    }
}

/// A text as it was before an apostrophe was put before it, so that no spreadsheet takes it for a formula.
fn undefused(text: &str) -> &str {
    let is_live = |text: &&str| {
        let text = text.trim_start_matches('\'');
        text.starts_with(['\t', '\r', '\n']) || text.trim_start().starts_with(FORMULA)
    };
    text.strip_prefix('\'').filter(is_live).unwrap_or(text)
}

/// A file, compressed or not.
pub(super) enum Input<R> {
    Plain(BufReader<R>),
    Gzip(Box<MultiGzDecoder<BufReader<R>>>),
}

pub(super) fn input<R: Read>(reader: R) -> io::Result<Input<R>> {
    let mut reader = BufReader::new(reader);
    let compressed = reader.fill_buf()?.starts_with(&GZIP);
    Ok(if compressed { Input::Gzip(Box::new(MultiGzDecoder::new(reader))) } else { Input::Plain(reader) })
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(reader) => reader.read(buffer),
            Self::Gzip(reader) => reader.read(buffer),
        }
    }
}
