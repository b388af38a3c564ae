//! Acts on treaties: when a party signed, consented to be bound, was bound, and no longer was.

use std::io::Read;

use summit::{Act, Content, InstrumentForm, InstrumentId, OrganisationId, PartyId, Signatory, Signing, When};
use wire::Fault;

use super::dates;
use super::mapping::{Column, Mapping};
use super::source::Claim;
use super::table::{Row, Table};
use super::told::{ImportError, Item, Reading, Reject, Rows};

/// How many of the columns have to be there.
const NEEDED: usize = 6;
/// Marks behind a date, and the acts that they mean; an act's own word does, too.
type Marks = &'static [(&'static str, Act)];
/// The letters that tables of treaties put behind the dates by which a party consents to be bound (United Nations Treaty
/// Collection). A definitive signature needs no ratification; a formal confirmation is the ratification of an international
/// organisation.
const CONSENTS: Marks = &[
    ("r", Act::Ratification),
    ("A", Act::Acceptance),
    ("AA", Act::Approval),
    ("a", Act::Accession),
    ("d", Act::Succession),
    ("s", Act::Signature),
    ("c", Act::Ratification),
    ("deposit", Act::Deposit),
];
/// The columns that date an act: which one where nothing stands behind the date, and what may stand there.
const DATES: [(Column, Act, Marks); 4] = [
    (Column::Signature, Act::Signature, &[("s", Act::Signature)]),
    (Column::Ratification, Act::Ratification, CONSENTS),
    (Column::EntryIntoForce, Act::EntryIntoForce, &[]),
    (Column::End, Act::Termination, &[("denunciation", Act::Denunciation), ("termination", Act::Termination)]),
];

/// What a table of treaty acts says, and its rejected rows, as they are read. Ends after an error.
pub struct TreatyActs<R> {
    table: Table<R>,
    /// What is not told yet of the row that was read last.
    waiting: std::vec::IntoIter<Claim>,
    summary: Rows,
    ended: bool,
}

impl<R: Read> TreatyActs<R> {
    /// The columns that are read; the last five need not be there.
    pub const COLUMNS: [Column; 11] = [
        Column::Party,
        Column::Instrument,
        Column::Signature,
        Column::Ratification,
        Column::EntryIntoForce,
        Column::End,
        Column::Title,
        Column::Form,
        Column::Organisation,
        Column::Note,
        Column::Url,
    ];

    /// Begins to read a table of separated values (RFC 4180), compressed by gzip or not, whose first line names its columns.
    pub fn read(reader: R, mapping: Mapping) -> Result<Self, ImportError> {
        let (needed, optional) = Self::COLUMNS.split_at(NEEDED);
        let table = Table::open(reader, mapping, needed, optional)?;
        Ok(Self { table, waiting: Vec::new().into_iter(), summary: Rows::default(), ended: false })
    }

    fn advance(&mut self) -> Result<Option<Item<Claim>>, ImportError> {
        loop {
            if let Some(claim) = self.waiting.next() {
                return Ok(Some(Item::Said(Box::new(claim))));
            }
            if self.ended {
                return Ok(None);
            }
            let Some(row) = self.table.next()? else { return Ok(None) };
            self.summary.rows += 1;
            match acts(row) {
                Ok(claims) => self.waiting = claims.into_iter(),
                Err(faults) => return Ok(Some(Item::Rejected(Reject { line: row.line(), faults }))),
            }
        }
    }
}

impl<R: Read> Iterator for TreatyActs<R> {
    type Item = Result<Item<Claim>, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.advance();
        match &item {
            Ok(told) => self.summary.count(told.as_ref()),
            Err(_) => self.ended = true,
        }
        item.transpose()
    }
}

impl<R: Read> Reading for TreatyActs<R> {
    type Said = Claim;
    type Summary = Rows;

    fn summary(&self) -> Rows {
        self.summary
    }
}

/// Reads a row.
fn acts(row: Row<'_>) -> Result<Vec<Claim>, Vec<Fault>> {
    if let Some((_, fault)) = row.torn() {
        return Err(vec![fault]);
    }
    let mut faults = Vec::new();
    let party: Option<PartyId> = row.value(Column::Party, &mut faults);
    let instrument: Option<InstrumentId> = row.value(Column::Instrument, &mut faults);
    let organisation: Option<OrganisationId> = row.optional(Column::Organisation, &mut faults);
    let form: Option<InstrumentForm> = row.optional(Column::Form, &mut faults);
    let title = row.words(Column::Title, &mut faults);
    let (note, url) = (row.words(Column::Note, &mut faults), row.words(Column::Url, &mut faults));
    let dated: Vec<(When, Act)> = DATES.iter().filter_map(|dates| act(row, *dates, &mut faults)).collect();
    if dated.is_empty() && faults.is_empty() {
        let names: Vec<_> = DATES.iter().map(|(column, ..)| row.mapping().name(*column)).collect();
        let (found, allowed) = ("no date".to_owned(), format!("a date in one of {}", names.join(", ")));
        faults.push(Fault { field: String::new(), found, allowed });
    }
    let (Some(party), Some(instrument), true) = (party, instrument, faults.is_empty()) else { return Err(faults) };
    let claim = |(occurred, act)| Claim {
        occurred,
        order: None,
        organisation: organisation.clone(),
        note: note.clone(),
        url: url.clone(),
        content: Content::Signing(Signing {
            instrument: instrument.clone(),
            title: title.clone(),
            form,
            act: Some(act),
            signatories: vec![Signatory { party: Some(party.clone()), person: None }],
            signatories_complete: None,
        }),
    };
    Ok(dated.into_iter().map(claim).collect())
}

/// The act that a column dates: `1992-03-04`, or `1992-03-04 a`.
fn act(row: Row<'_>, of: (Column, Act, Marks), faults: &mut Vec<Fault>) -> Option<(When, Act)> {
    let (column, default, marks) = of;
    let text = row.text(column, faults)?;
    if if column == Column::End { dates::is_open(text) } else { dates::is_nothing(text) } {
        return None;
    }
    let mut fault = |found: &str, allowed: String| faults.push(row.mapping().fault(column, found, allowed));
    // What stands behind the date begins with a letter; a date ends with none but that of UTC, without a space.
    let mark = text.rsplit_once(char::is_whitespace).filter(|(_, mark)| mark.starts_with(|c: char| c.is_alphabetic()));
    let act = match mark {
        None => Some(default),
        Some((_, mark)) => {
            let meant = marks.iter().find(|(letter, act)| *letter == mark || act.as_str() == mark);
            if meant.is_none() {
                let words: Vec<_> = marks.iter().map(|(letter, _)| *letter).collect();
                let allowed = if words.is_empty() {
                    "a date".to_owned()
                } else {
                    format!("a date and one of {}", words.join(" "))
                };
                fault(text, allowed);
            }
            meant.map(|(_, act)| *act)
        }
    };
    let date = mark.map_or(text, |(date, _)| date.trim_end());
    let date = dates::date(date).map_err(|bad| fault(date, bad.allowed.into_owned())).ok();
    date.zip(act)
}
