//! A table, read picture by picture.

use std::collections::BTreeSet;
use std::io::Read;

use jiff::Timestamp;
use serde::Serialize;
use summit::{OrganisationId, PartyId, Status, When};
use wire::Fault;

use super::doubt::Unread;
use super::editions::{Edition, Shelf, Told, Verdict};
use super::mapping::{Column, Mapping};
use super::picture::{Album, Pair, Picture};
use super::table::{Row, Table};
use super::told::{ImportError, Item, Reading, Reject};

/// How much of a table was read, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Summary {
    /// Editions, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub editions: Option<u64>,
    /// Different dates; of each edition.
    pub pictures: u64,
    /// Rows, rejected ones too.
    pub rows: u64,
    /// Changes, each an event.
    pub changes: u64,
    /// Those of them that end a status.
    pub nones: u64,
    /// How often an edition no longer says what earlier ones said, or says it again; each an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revisions: Option<u64>,
    /// Pairs that are missing from a picture in which a rejected row may speak of them, picture by picture.
    pub unsaid: u64,
    /// Rows that are not imported.
    pub rejected: u64,
}

/// The changes that a table shows, and its rejected rows, as they are read. Ends after an error.
///
/// A row is told as rejected when it is read; the changes of a picture, or of an edition, when all of it is read.
pub struct Snapshots<R> {
    table: Table<R>,
    picture: Option<Picture>,
    /// Rejected rows whose date cannot be read: they may belong to the next picture, too.
    undated: BTreeSet<Unread>,
    told: Kept,
    /// What is not told yet.
    waiting: std::vec::IntoIter<Told>,
    /// The date read last: the rows of a picture share it.
    date: Option<When>,
    summary: Summary,
    ended: bool,
}

/// What is kept of the pictures that were read.
enum Kept {
    /// What was held in the last one.
    Album(Album),
    /// All of them, and those of the edition that is being read.
    Shelf { shelf: Shelf, edition: Option<OpenEdition>, now: Timestamp },
}

/// An edition that is being read.
struct OpenEdition {
    edition: Edition,
    /// Its first line.
    line: u64,
    pictures: Vec<Picture>,
}

/// A row that can be read.
struct Cell {
    pair: Pair,
    status: Status,
}

impl<R: Read> Snapshots<R> {
    const COLUMNS: [Column; 4] = [Column::Date, Column::Party, Column::Organisation, Column::Status];

    /// Begins to read a table of separated values (RFC 4180), compressed by gzip or not, whose first line names its columns.
    pub fn read(reader: R, mapping: Mapping) -> Result<Self, ImportError> {
        let table = Table::open(reader, mapping, &Self::COLUMNS, &[])?;
        Ok(Self::begin(table, Kept::Album(Album::default()), Summary::default()))
    }

    /// Begins to read one with a column of editions. No edition was on record later than `now`.
    pub fn read_editions(reader: R, mapping: Mapping, now: Timestamp) -> Result<Self, ImportError> {
        let columns = [&[Column::Edition][..], &Self::COLUMNS[..]].concat();
        let table = Table::open(reader, mapping, &columns, &[])?;
        let summary = Summary { editions: Some(0), revisions: Some(0), ..Summary::default() };
        Ok(Self::begin(table, Kept::Shelf { shelf: Shelf::default(), edition: None, now }, summary))
    }

    fn begin(table: Table<R>, told: Kept, summary: Summary) -> Self {
        let (picture, undated, waiting, date) = (None, BTreeSet::new(), Vec::new().into_iter(), None);
        Self { table, picture, undated, told, waiting, date, summary, ended: false }
    }

    fn advance(&mut self) -> Result<Option<Item<Told>>, ImportError> {
        loop {
            if let Some(told) = self.waiting.next() {
                if told.verdict == Verdict::Said {
                    self.summary.changes += 1;
                    self.summary.nones += u64::from(told.change.status.is_none());
                } else {
                    self.summary.revisions.iter_mut().for_each(|revisions| *revisions += 1);
                }
                return Ok(Some(Item::Said(Box::new(told))));
            }
            if self.ended {
                return Ok(None);
            }
            let Some(row) = self.table.next()? else {
                self.ended = true;
                self.close_picture();
                self.close_edition();
                continue;
            };
            self.summary.rows += 1;
            let line = row.line();
            let with_editions = matches!(self.told, Kept::Shelf { .. });
            let read = read(row, &mut self.date, with_editions);
            if let Err(faults) = self.take(line, read)? {
                self.summary.rejected += 1;
                return Ok(Some(Item::Rejected(Reject { line, faults })));
            }
        }
    }

    /// Takes the row that was read last, or says what is wrong with it.
    fn take(&mut self, line: u64, read: ReadRow) -> Result<Result<(), Vec<Fault>>, ImportError> {
        let ReadRow { edition, date, cell } = read;
        // Who knows to which edition it belongs, belongs to a picture neither.
        let date = date.filter(|_| edition.is_some() == matches!(self.told, Kept::Shelf { .. }));
        if let Some(edition) = edition {
            self.open_edition(edition, line)?;
        }
        let picture = match date {
            Some(date) => Some(self.picture_of(date, line)?),
            None => None,
        };
        match (picture, cell) {
            (Some(picture), Ok(Cell { pair, status })) => {
                Ok(picture.add(pair, status, line).map_err(|repeated| vec![repeated]))
            }
            (Some(picture), Err((faults, unread))) => {
                picture.add_unread(unread);
                Ok(Err(faults))
            }
            (None, Err((faults, unread))) => {
                self.picture.iter_mut().for_each(|picture| picture.add_undated(unread.clone()));
                self.undated.insert(unread);
                Ok(Err(faults))
            }
            (None, Ok(_)) => unreachable!("a row without a date or an edition has a fault"),
        }
    }

    /// The picture of a date: the one that is being read, or the next, which closes it.
    fn picture_of(&mut self, date: When, line: u64) -> Result<&mut Picture, ImportError> {
        let before = match (&self.picture, &self.told) {
            (Some(picture), _) => Some(picture),
            (None, Kept::Shelf { edition: Some(edition), .. }) => edition.pictures.last(),
            (None, _) => None,
        };
        match before {
            Some(picture) if self.picture.is_some() && picture.date == date => {}
            Some(before) if date.range().earliest <= before.date.range().latest => {
                let (found, before, began) = (date.to_string(), before.date.to_string(), before.line);
                return Err(ImportError::Unordered { what: "date", line, found, before, began });
            }
            Some(_) | None => {
                self.close_picture();
                self.summary.pictures += 1;
                self.picture = Some(Picture::open(date, line, std::mem::take(&mut self.undated)));
            }
        }
        Ok(self.picture.as_mut().expect("opened above where there was none"))
    }

    /// Closes the picture that is being read.
    fn close_picture(&mut self) {
        let Some(picture) = self.picture.take() else { return };
        match &mut self.told {
            Kept::Album(album) => {
                let changes = album.close(picture).into_iter();
                let said = |change| Told { change, edition: None, verdict: Verdict::Said };
                self.waiting = changes.map(said).collect::<Vec<_>>().into_iter();
                self.summary.unsaid = album.unsaid;
            }
            Kept::Shelf { edition, .. } => {
                edition.as_mut().expect("a picture stands in an edition").pictures.push(picture);
            }
        }
    }

    /// Goes on in an edition, or begins the next, which closes the one before.
    fn open_edition(&mut self, edition: Edition, line: u64) -> Result<(), ImportError> {
        let Kept::Shelf { edition: open, .. } = &self.told else { return Ok(()) };
        match open {
            Some(open) if open.edition.date == edition.date => return Ok(()),
            Some(open) if edition.recorded_at <= open.edition.recorded_at => {
                let (found, before, began) = (edition.date.to_string(), open.edition.date.to_string(), open.line);
                return Err(ImportError::Unordered { what: "edition", line, found, before, began });
            }
            Some(_) | None => {}
        }
        self.close_picture();
        self.close_edition();
        self.summary.editions.iter_mut().for_each(|editions| *editions += 1);
        if let Kept::Shelf { edition: open, .. } = &mut self.told {
            *open = Some(OpenEdition { edition, line, pictures: Vec::new() });
        }
        Ok(())
    }

    /// Closes the edition that is being read.
    fn close_edition(&mut self) {
        if let Kept::Shelf { shelf, edition, now } = &mut self.told
            && let Some(OpenEdition { edition, pictures, .. }) = edition.take()
        {
            let recorded_at = edition.recorded_at.min(*now);
            self.waiting = shelf.take(&Edition { recorded_at, ..edition }, pictures).into_iter();
            self.summary.unsaid = shelf.unsaid();
        }
    }
}

impl<R: Read> Iterator for Snapshots<R> {
    type Item = Result<Item<Told>, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.advance();
        if item.is_err() {
            // What is half read says nothing.
            (self.ended, self.picture, self.waiting) = (true, None, Vec::new().into_iter());
        }
        item.transpose()
    }
}

impl<R: Read> Reading for Snapshots<R> {
    type Said = Told;
    type Summary = Summary;

    fn summary(&self) -> Summary {
        self.summary
    }
}

/// A row, as far as it can be read.
struct ReadRow {
    edition: Option<Edition>,
    date: Option<When>,
    /// What it says; or every fault of it, and of whom it may speak.
    cell: Result<Cell, (Vec<Fault>, Unread)>,
}

/// Reads a row; `last` is the date of the row before, mostly that of this one.
fn read(row: Row<'_>, last: &mut Option<When>, with_editions: bool) -> ReadRow {
    if let Some((whole, fault)) = row.torn() {
        return ReadRow { edition: None, date: None, cell: Err((vec![fault], Unread::anyone(&whole, ""))) };
    }
    let mut faults = Vec::new();
    let edition = if with_editions { row.value::<Edition>(Column::Edition, &mut faults) } else { None };
    let date = date(row, last, &mut faults);
    let party: Option<PartyId> = row.value(Column::Party, &mut faults);
    let organisation: Option<OrganisationId> = row.value(Column::Organisation, &mut faults);
    let status: Option<Status> = row.value(Column::Status, &mut faults);
    let cell = match (party, organisation, status) {
        (Some(party), Some(organisation), Some(status)) if faults.is_empty() => {
            Ok(Cell { pair: Pair { organisation, party }, status })
        }
        (Some(party), Some(organisation), _) => Err((faults, Unread::Pair(Pair { organisation, party }))),
        (None, Some(organisation), _) => Err((faults, Unread::anyone_in(organisation, &row.shown(Column::Party)))),
        (Some(party), None, _) => Err((faults, Unread::anywhere(party, &row.shown(Column::Organisation)))),
        (None, None, _) => Err((faults, Unread::anyone(&row.shown(Column::Party), &row.shown(Column::Organisation)))),
    };
    ReadRow { edition, date, cell }
}

fn date(row: Row<'_>, last: &mut Option<When>, faults: &mut Vec<Fault>) -> Option<When> {
    let text = row.text(Column::Date, faults)?;
    if let Some(last) = last.as_ref().filter(|last| last.as_str() == text) {
        return Some(last.clone());
    }
    let date: When = row.value(Column::Date, faults)?;
    if !(date.range().earliest.is_bounded() && date.range().latest.is_bounded()) {
        faults.push(row.mapping().fault(Column::Date, text, "a date that begins and ends"));
        return None;
    }
    *last = Some(date.clone());
    Some(date)
}
