//! A table, read picture by picture.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read};

use csv::{ByteRecord, ReaderBuilder, Trim};
use flate2::bufread::MultiGzDecoder;
use serde::Serialize;
use summit::When;
use wire::Fault;

use super::doubt::Unread;
use super::picture::{Album, Change, Picture};
use super::row::{BadRow, Mapping, Reader, Reject, Row};

/// How a compressed file begins (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// What comes of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// Something changed.
    Change(Box<Change>),
    /// A row is not imported.
    Rejected(Reject),
}

/// How much of a table was read, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Summary {
    /// Different dates.
    pub pictures: u64,
    /// Rows, rejected ones too.
    pub rows: u64,
    /// Changes, each an event.
    pub changes: u64,
    /// Those of them that end a status.
    pub nones: u64,
    /// Pairs that are missing from a picture in which a rejected row may speak of them, picture by picture.
    pub unsaid: u64,
    /// Rows that are not imported.
    pub rejected: u64,
}

/// Why a table cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It could not be read, or not be decompressed.
    #[error("the table cannot be read")]
    Unreadable(#[from] io::Error),
    /// One of its columns is not there.
    #[error("the table has no column \"{wanted}\", it has \"{}\"", .found.join("\", \""))]
    NoColumn {
        /// The name that was looked for.
        wanted: String,
        /// The names of the columns that are there.
        found: Vec<String>,
    },
    /// A picture does not lie behind the one before.
    #[error(
        "line {line}: found the date \"{found}\" behind \"{before}\", which begins on line {began}, allowed is a date \
         after it"
    )]
    Unordered {
        /// The line.
        line: u64,
        /// Its date.
        found: String,
        /// The date of the picture before.
        before: String,
        /// The line on which that one begins.
        began: u64,
    },
}

impl From<csv::Error> for ImportError {
    fn from(error: csv::Error) -> Self {
        Self::Unreadable(error.into())
    }
}

/// The changes that a table shows, and its rejected rows, as they are read. Ends after an error.
///
/// A row is told as rejected when it is read; the changes of a picture when all of it is read.
pub struct Snapshots<R> {
    table: csv::Reader<Input<R>>,
    rows: Reader,
    /// The row read last; kept for its space.
    record: ByteRecord,
    picture: Option<Picture>,
    /// Rejected rows whose date cannot be read: they may belong to the next picture, too.
    undated: BTreeSet<Unread>,
    album: Album,
    /// Changes that are not told yet.
    changes: std::vec::IntoIter<Change>,
    summary: Summary,
    ended: bool,
}

impl<R: Read> Snapshots<R> {
    /// Begins to read a table of comma-separated values (RFC 4180), compressed by gzip or not, whose first line names its
    /// columns.
    pub fn read(reader: R, mapping: Mapping) -> Result<Self, ImportError> {
        let mut builder = ReaderBuilder::new();
        let mut table = builder.delimiter(mapping.delimiter).flexible(true).trim(Trim::All).from_reader(input(reader)?);
        let header = table.byte_headers()?.clone();
        let rows = Reader::new(mapping, &header).map_err(|wanted| ImportError::NoColumn {
            wanted,
            found: header.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect(),
        })?;
        Ok(Self {
            table,
            rows,
            record: ByteRecord::new(),
            picture: None,
            undated: BTreeSet::new(),
            album: Album::default(),
            changes: Vec::new().into_iter(),
            summary: Summary::default(),
            ended: false,
        })
    }

    /// How much was read so far, and what came of it.
    pub const fn summary(&self) -> Summary {
        self.summary
    }

    fn advance(&mut self) -> Result<Option<Item>, ImportError> {
        loop {
            if let Some(change) = self.changes.next() {
                self.summary.changes += 1;
                self.summary.nones += u64::from(change.status.is_none());
                return Ok(Some(Item::Change(Box::new(change))));
            }
            if self.ended {
                return Ok(None);
            }
            if !self.table.read_byte_record(&mut self.record)? {
                self.ended = true;
                self.close();
                continue;
            }
            self.summary.rows += 1;
            let line = self.record.position().map_or(0, csv::Position::line);
            if let Err(faults) = self.take(line)? {
                self.summary.rejected += 1;
                return Ok(Some(Item::Rejected(Reject { line, faults })));
            }
        }
    }

    /// Takes the row that was read last, or says what is wrong with it.
    fn take(&mut self, line: u64) -> Result<Result<(), Vec<Fault>>, ImportError> {
        match self.rows.read(&self.record) {
            Ok(Row { date, pair, status }) => {
                let picture = self.picture_of(date, line)?;
                Ok(picture.add(pair, status, line).map_err(|repeated| vec![repeated]))
            }
            Err(bad) => {
                let BadRow { faults, unread, date } = *bad;
                if let Some(date) = date {
                    self.picture_of(date, line)?.add_unread(unread);
                } else {
                    self.picture.iter_mut().for_each(|picture| picture.add_undated(unread.clone()));
                    self.undated.insert(unread);
                }
                Ok(Err(faults))
            }
        }
    }

    /// The picture of a date: the one that is being read, or the next, which closes it.
    fn picture_of(&mut self, date: When, line: u64) -> Result<&mut Picture, ImportError> {
        match &self.picture {
            Some(picture) if picture.look.date == date => {}
            Some(picture) if date.range().earliest <= picture.look.date.range().latest => {
                let (before, began) = (picture.look.date.to_string(), picture.look.line);
                return Err(ImportError::Unordered { line, found: date.to_string(), before, began });
            }
            Some(_) | None => {
                self.close();
                self.summary.pictures += 1;
                self.picture = Some(self.album.open(date, line, std::mem::take(&mut self.undated)));
            }
        }
        Ok(self.picture.as_mut().expect("opened above where there was none"))
    }

    /// Closes the picture that is being read.
    fn close(&mut self) {
        if let Some(picture) = self.picture.take() {
            self.changes = self.album.close(picture).into_iter();
            self.summary.unsaid = self.album.unsaid;
        }
    }
}

impl<R: Read> Iterator for Snapshots<R> {
    type Item = Result<Item, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.advance();
        if item.is_err() {
            // What is half read says nothing.
            (self.ended, self.picture) = (true, None);
        }
        item.transpose()
    }
}

/// A file, compressed or not.
enum Input<R> {
    Plain(BufReader<R>),
    Gzip(Box<MultiGzDecoder<BufReader<R>>>),
}

fn input<R: Read>(reader: R) -> io::Result<Input<R>> {
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
