//! Tables: their columns, how their texts are spelt, and what is wrong with a row.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::str::FromStr;

use csv::{ByteRecord, ReaderBuilder, Trim};
use flate2::bufread::MultiGzDecoder;
use serde::Serialize;
use summit::{BadId, When};
use wire::Fault;

use super::source::Said;

/// How a compressed file begins (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// The longest text of a note, a title or an address, in bytes.
const MAX_WORDS_BYTES: usize = 8192;
/// How much of such a text is shown where it is refused, in characters.
const SHOWN_CHARS: usize = 80;
/// What a spreadsheet takes for the beginning of a formula, also in full width.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

macro_rules! columns {
    ($($(#[$doc:meta])* $column:ident = $name:literal,)+) => {
        /// A column that an import reads.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Column {
            $($(#[$doc])* $column,)+
        }

        impl Column {
            /// What it is called, unless the [`Mapping`] says otherwise.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$column => $name,)+
                }
            }
        }

        impl FromStr for Column {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                match text {
                    $($name => Ok(Self::$column),)+
                    _ => Err(BadId::new(text, concat!("one of", $(" ", $name,)+))),
                }
            }
        }
    };
}

columns! {
    /// The date of a picture.
    Date = "date",
    /// The edition in which a picture stands.
    Edition = "edition",
    /// The party.
    Party = "party",
    /// The organisation.
    Organisation = "organisation",
    /// The status.
    Status = "status",
    /// When a spell began.
    From = "from",
    /// When it ended.
    Until = "until",
    /// How it began, and how it ended.
    Manner = "manner",
    /// When its rights were suspended.
    Suspensions = "suspensions",
    /// The instrument.
    Instrument = "instrument",
    /// Its title.
    Title = "title",
    /// Its form.
    Form = "form",
    /// When a party signed it.
    Signature = "signature",
    /// When a party consented to be bound by it, and by which act.
    Ratification = "ratification",
    /// When it entered into force for a party.
    EntryIntoForce = "entry_into_force",
    /// When it ended for a party.
    End = "end",
    /// Free text.
    Note = "note",
    /// Where the source says so.
    Url = "url",
}

/// How a table is to be read. Texts are taken without the space around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// What its first line calls a column, where that is not the column's own name.
    pub columns: BTreeMap<Column, String>,
    /// What stands between two columns.
    pub delimiter: u8,
    /// Spellings of parties that are no code or slug, to what they mean.
    pub parties: BTreeMap<String, String>,
    /// Spellings of organisations that are no slug, to what they mean.
    pub organisations: BTreeMap<String, String>,
    /// Spellings of statuses, to what they mean; several may mean the same.
    pub statuses: BTreeMap<String, String>,
    /// Spellings of instruments that are no slug, to what they mean.
    pub instruments: BTreeMap<String, String>,
    /// When a table of spells was true: a status of which no date is known, was held then.
    pub stated: Option<When>,
}

impl Default for Mapping {
    fn default() -> Self {
        let (columns, parties, organisations, statuses, instruments) = Default::default();
        Self { columns, delimiter: b',', parties, organisations, statuses, instruments, stated: None }
    }
}

impl Mapping {
    /// What the table calls a column.
    pub fn name(&self, column: Column) -> &str {
        self.columns.get(&column).map_or(column.as_str(), String::as_str)
    }

    /// What a text of a column means.
    pub(super) fn meaning<'a>(&'a self, column: Column, text: &'a str) -> &'a str {
        let spellings = match column {
            Column::Party => &self.parties,
            Column::Organisation => &self.organisations,
            Column::Status => &self.statuses,
            Column::Instrument => &self.instruments,
            Column::Date
            | Column::Edition
            | Column::From
            | Column::Until
            | Column::Manner
            | Column::Suspensions
            | Column::Title
            | Column::Form
            | Column::Signature
            | Column::Ratification
            | Column::EntryIntoForce
            | Column::End
            | Column::Note
            | Column::Url => return text,
        };
        spellings.get(text).map_or(text, String::as_str)
    }

    /// The value that a text of a column means, or what is wrong with it.
    pub(super) fn value<T: FromStr<Err = BadId>>(&self, column: Column, text: &str) -> Result<T, Fault> {
        self.meaning(column, text).parse().map_err(|bad: BadId| self.fault(column, &bad.found, bad.allowed))
    }

    /// What is wrong with a text of a column.
    pub(super) fn fault(&self, column: Column, found: &str, allowed: impl Into<String>) -> Fault {
        let found = if found.is_empty() { "nothing".to_owned() } else { format!("{found:?}") };
        Fault { field: self.name(column).to_owned(), found, allowed: allowed.into() }
    }
}

/// What comes of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item<S> {
    /// It says something.
    Said(Box<S>),
    /// A row is not imported.
    Rejected(Reject),
}

/// A table as it is read: what it says, and its rejected rows. Ends after an error.
pub trait Reading: Iterator<Item = Result<Item<Self::Said>, ImportError>> {
    /// What it says, piece by piece.
    type Said: Said;
    /// How much was read, and what came of it.
    type Summary;

    /// How much was read so far, and what came of it.
    fn summary(&self) -> Self::Summary;
}

/// How much of a table was read, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Rows {
    /// Rows, rejected ones too.
    pub rows: u64,
    /// What they say, each an event.
    pub events: u64,
    /// Rows that are not imported.
    pub rejected: u64,
}

impl Rows {
    /// Counts what is told.
    pub(super) fn count<S>(&mut self, item: &Item<S>) {
        match item {
            Item::Said(_) => self.events += 1,
            Item::Rejected(_) => self.rejected += 1,
        }
    }
}

/// A row that is not imported, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The line of the table on which it begins, from 1; in what is no table, its place among others of its kind.
    pub line: u64,
    /// Every fault of it, at least one. A fault's field is the name of its column, empty for the row as a whole.
    pub faults: Vec<Fault>,
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, Fault { field, found, allowed }) in self.faults.iter().enumerate() {
            let field = if field.is_empty() { "row" } else { field };
            write!(f, "{}{field}: found {found}, allowed is {allowed}", if place == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

/// Why a table cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It could not be read, or not be decompressed.
    #[error("the table cannot be read")]
    Unreadable(#[from] io::Error),
    /// One of its columns is not there.
    #[error("the table has no column \"{wanted}\", {}", having(.found))]
    NoColumn {
        /// The name that was looked for.
        wanted: String,
        /// The names of the columns that are there; none in an empty file.
        found: Vec<String>,
    },
    /// A picture or an edition does not lie behind the one before.
    #[error(
        "line {line}: found the {what} \"{found}\" behind \"{before}\", which begins on line {began}, allowed is {} \
         {what} after it", if *.what == "edition" { "an" } else { "a" }
    )]
    Unordered {
        /// `date` or `edition`.
        what: &'static str,
        /// The line.
        line: u64,
        /// What stands there.
        found: String,
        /// That of the picture or edition before.
        before: String,
        /// The line on which that one begins.
        began: u64,
    },
    /// It has more rows than are held at once.
    #[error("found more than {allowed} rows, allowed are {allowed} in one table")]
    TooLong {
        /// How many may be held.
        allowed: usize,
    },
    /// It is larger than what is held at once.
    #[error("found more than {allowed} bytes, allowed are {allowed}")]
    TooLarge {
        /// How many bytes may be held.
        allowed: u64,
    },
    /// It is no document of its format.
    #[error("found no Popolo document, allowed is a JSON object with \"memberships\"")]
    NoPopolo(#[source] serde_json::Error),
}

fn having(found: &[String]) -> String {
    if found.is_empty() { "it is empty".to_owned() } else { format!("it has \"{}\"", found.join("\", \"")) }
}

impl From<csv::Error> for ImportError {
    fn from(error: csv::Error) -> Self {
        Self::Unreadable(error.into())
    }
}

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
