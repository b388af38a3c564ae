//! Spells: from when until when a party held a status.

use std::collections::BTreeMap;
use std::io::Read;

use summit::{AdmissionManner, Status, When, WithdrawalManner};
use wire::Fault;

use super::chain;
use super::dates;
use super::mapping::{Column, Mapping};
use super::picture::Pair;
use super::source::Claim;
use super::table::{Row, Table};
use super::told::{ImportError, Item, Reading, Reject, Rows};

/// How many spells are held at once, each in some 800 bytes: what follows a spell may stand anywhere in the table.
pub(super) const MAX_SPELLS: usize = 500_000;

/// How many of them one party may have in one organisation.
const MAX_OF_PAIR: usize = 1000;
/// How many of the columns have to be there.
const NEEDED: usize = 5;

/// What a row says: from when until when a party held a status.
#[derive(Debug)]
pub(super) struct Spell {
    pub(super) status: Status,
    pub(super) span: Span,
    /// When rights were suspended, and restored.
    pub(super) suspensions: Vec<(When, Option<When>)>,
    pub(super) began: Option<AdmissionManner>,
    pub(super) ended: Option<WithdrawalManner>,
    pub(super) note: Option<String>,
    pub(super) url: Option<String>,
    pub(super) line: u64,
}

/// When a spell began and ended; one of the three is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    /// When it began; nothing where that is not known.
    pub(super) from: Option<When>,
    /// When it ended; nothing while it lasts.
    pub(super) until: Option<When>,
    /// When it was held, where neither is there.
    pub(super) stated: Option<When>,
}

/// A row, as far as it is one.
pub(super) type ReadSpell = Result<(Pair, Spell), Reject>;

/// What a table of spells says, and its rejected rows. Ends after an error.
///
/// Rows are told as rejected when they are read; when all are read, claims and the rows that overlap others, by
/// organisation and party.
pub struct Spells<'a> {
    rows: Box<dyn Iterator<Item = Result<ReadSpell, ImportError>> + Send + 'a>,
    /// What was read.
    held: BTreeMap<Pair, Vec<Spell>>,
    number: usize,
    /// What is not told yet of the pair that is being told.
    waiting: std::vec::IntoIter<Item<Claim>>,
    summary: Rows,
    read: bool,
}

impl<'a> Spells<'a> {
    /// The columns that are read; the last four need not be there.
    pub const COLUMNS: [Column; 9] = [
        Column::Organisation,
        Column::Party,
        Column::Status,
        Column::From,
        Column::Until,
        Column::Manner,
        Column::Suspensions,
        Column::Note,
        Column::Url,
    ];

    /// Begins to read a table of separated values (RFC 4180), compressed by gzip or not, whose first line names its columns.
    pub fn read<R: Read + Send + 'a>(reader: R, mapping: Mapping) -> Result<Self, ImportError> {
        let (needed, optional) = Self::COLUMNS.split_at(NEEDED);
        let mut table = Table::open(reader, mapping, needed, optional)?;
        Ok(Self::of(std::iter::from_fn(move || table.next().map(|row| row.map(spell)).transpose())))
    }

    pub(super) fn of(rows: impl Iterator<Item = Result<ReadSpell, ImportError>> + Send + 'a) -> Self {
        let (held, waiting) = (BTreeMap::new(), Vec::new().into_iter());
        Self { rows: Box::new(rows), held, number: 0, waiting, summary: Rows::default(), read: false }
    }

    fn advance(&mut self) -> Result<Option<Item<Claim>>, ImportError> {
        while !self.read {
            match self.rows.next().transpose()? {
                None => self.read = true,
                Some(_) if self.number == MAX_SPELLS => return Err(ImportError::TooLong { allowed: MAX_SPELLS }),
                Some(row) => {
                    self.summary.rows += 1;
                    match row {
                        Err(reject) => return Ok(Some(Item::Rejected(reject))),
                        Ok((pair, spell)) => {
                            let there = self.held.entry(pair).or_default();
                            if there.len() == MAX_OF_PAIR {
                                return Ok(Some(Item::Rejected(one_too_many(spell.line))));
                            }
                            there.push(spell);
                            self.number += 1;
                        }
                    }
                }
            }
        }
        loop {
            if let Some(item) = self.waiting.next() {
                return Ok(Some(item));
            }
            let Some((pair, spells)) = self.held.pop_first() else { return Ok(None) };
            self.waiting = chain::claims(&pair, spells).into_iter();
        }
    }
}

impl Iterator for Spells<'_> {
    type Item = Result<Item<Claim>, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.advance();
        if let Ok(told) = &item {
            self.summary.count(told.as_ref());
        } else {
            // What is half read says nothing.
            (self.read, self.held) = (true, BTreeMap::new());
        }
        item.transpose()
    }
}

impl Reading for Spells<'_> {
    type Said = Claim;
    type Summary = Rows;

    fn summary(&self) -> Rows {
        self.summary
    }
}

fn one_too_many(line: u64) -> Reject {
    let (found, allowed) =
        (format!("more than {MAX_OF_PAIR} spells of one party in one organisation"), format!("{MAX_OF_PAIR}"));
    Reject { line, faults: vec![Fault { field: String::new(), found, allowed }] }
}

/// Reads a row.
fn spell(row: Row<'_>) -> ReadSpell {
    let line = row.line();
    let reject = |faults| Reject { line, faults };
    if let Some((_, fault)) = row.torn() {
        return Err(reject(vec![fault]));
    }
    let mut faults = Vec::new();
    let organisation = row.value(Column::Organisation, &mut faults);
    let party = row.value(Column::Party, &mut faults);
    let status = row.value(Column::Status, &mut faults);
    if status.as_ref().is_some_and(Status::is_none) {
        faults.push(row.mapping().fault(Column::Status, "none", "a status that is held"));
    }
    let (from, until) = (row.text(Column::From, &mut faults), row.text(Column::Until, &mut faults));
    let dates = from.zip(until).and_then(|(from, until)| span(row.mapping(), from, until, &mut faults));
    let suspensions = row.text(Column::Suspensions, &mut faults).unwrap_or_default();
    let suspensions = self::suspensions(row.mapping(), suspensions, &mut faults);
    let manner = row.text(Column::Manner, &mut faults).unwrap_or_default();
    let (note, url) = (row.words(Column::Note, &mut faults), row.words(Column::Url, &mut faults));
    let (mut began, mut ended) = (None, None);
    for word in manner.split_whitespace() {
        match (word.parse(), word.parse()) {
            (Ok(manner), _) => began = Some(manner),
            (_, Ok(manner)) => ended = Some(manner),
            (Err(summit::BadId { allowed: first, .. }), Err(summit::BadId { allowed: second, .. })) => {
                faults.push(row.mapping().fault(Column::Manner, word, format!("{first} or {second}")));
            }
        }
    }
    if let Some(Span { from, until, .. }) = &dates {
        let unheard = |manner: bool, date: &Option<When>| manner && date.is_none();
        if unheard(began.is_some(), from) {
            faults.push(row.mapping().fault(Column::Manner, manner, "how it ended, where no beginning is stated"));
        }
        if unheard(ended.is_some(), until) {
            faults.push(row.mapping().fault(Column::Manner, manner, "how it began, where no end is stated"));
        }
    }
    match (organisation, party, status, dates) {
        (Some(organisation), Some(party), Some(status), Some(span)) if faults.is_empty() => {
            Ok((Pair { organisation, party }, Spell { status, span, suspensions, began, ended, note, url, line }))
        }
        _ => Err(reject(faults)),
    }
}

/// The dates of a spell, of which one may be left open, or both where it is stated when the table was true.
pub(super) fn span(mapping: &Mapping, from: &str, until: &str, faults: &mut Vec<Fault>) -> Option<Span> {
    let mut date = |column, text, nothing| {
        if nothing {
            return Some(None);
        }
        let date = dates::date(text).map_err(|bad| mapping.fault(column, text, bad.allowed));
        date.map_err(|fault| faults.push(fault)).ok().map(Some)
    };
    let began = date(Column::From, from, dates::is_nothing(from));
    let ended = date(Column::Until, until, dates::is_open(until));
    let (began, ended) = began.zip(ended)?;
    let allowed = match (&began, &ended) {
        (None, None) if mapping.stated.is_none() => "a date, where the end is open",
        (None, Some(ended)) if !ended.range().latest.is_bounded() => "a date, where the end is not bounded",
        (Some(began), Some(ended)) if ended.range().latest < began.range().earliest => {
            faults.push(mapping.fault(Column::Until, until, format!("a date that is not before \"{began}\"")));
            return None;
        }
        _ => {
            let stated = mapping.stated.clone().filter(|_| began.is_none() && ended.is_none());
            return Some(Span { from: began, until: ended, stated });
        }
    };
    faults.push(mapping.fault(Column::From, from, allowed));
    None
}

/// When rights were suspended and restored: `2009-06/2010; from 2011/2012 until 2014`.
fn suspensions(mapping: &Mapping, text: &str, faults: &mut Vec<Fault>) -> Vec<(When, Option<When>)> {
    let periods = text.split(';').map(str::trim).filter(|period| !period.is_empty());
    let read = |period: &str| {
        let (since, until) = match period.strip_prefix("from ") {
            Some(period) => period.split_once(" until "),
            None => period.split_once('/'),
        }?;
        let until = if dates::is_open(until) { None } else { Some(dates::date(until).ok()?) };
        Some((dates::date(since).ok()?, until))
    };
    let mut found = Vec::new();
    for period in periods {
        match read(period) {
            Some(period) => found.push(period),
            None => faults.push(mapping.fault(
                Column::Suspensions,
                period,
                "periods with semicolons between them, such as 2009-06/2010 or from 2011/2012 until ..",
            )),
        }
    }
    found
}
