//! One row of a table: which columns it has, how its texts are spelt, and what is wrong with it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::{FromStr, Utf8Error};

use csv::ByteRecord;
use summit::{BadId, OrganisationId, PartyId, Status, When};
use wire::Fault;

use super::doubt::Unread;
use super::picture::Pair;

/// How a table is to be read. Texts are taken without the space around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The names of its columns, as its first line spells them.
    pub columns: Columns,
    /// What stands between two columns.
    pub delimiter: u8,
    /// Spellings of parties that are no code or slug, to what they mean.
    pub parties: BTreeMap<String, String>,
    /// Spellings of organisations that are no slug, to what they mean.
    pub organisations: BTreeMap<String, String>,
    /// Spellings of statuses, to what they mean; several may mean the same.
    pub statuses: BTreeMap<String, String>,
}

impl Default for Mapping {
    fn default() -> Self {
        let (parties, organisations, statuses) = Default::default();
        Self { columns: Columns::default(), delimiter: b',', parties, organisations, statuses }
    }
}

/// The names of the columns that are read; there may be others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// Of the picture's date.
    pub date: String,
    /// Of the party.
    pub party: String,
    /// Of the organisation.
    pub organisation: String,
    /// Of the status.
    pub status: String,
}

impl Default for Columns {
    fn default() -> Self {
        let [date, party, organisation, status] = ["date", "party", "organisation", "status"].map(ToOwned::to_owned);
        Self { date, party, organisation, status }
    }
}

/// A row that is not imported, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The line of the table on which it begins, from 1.
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

/// A row that can be read.
pub(super) struct Row {
    pub(super) date: When,
    pub(super) pair: Pair,
    pub(super) status: Status,
}

/// A row that cannot.
pub(super) struct BadRow {
    pub(super) faults: Vec<Fault>,
    /// Whom it may speak of.
    pub(super) unread: Unread,
    /// Of when it speaks, where that can be read.
    pub(super) date: Option<When>,
}

/// Reads rows.
pub(super) struct Reader {
    mapping: Mapping,
    /// Where the columns stand: date, party, organisation, status.
    places: [usize; 4],
    /// How many columns there are.
    width: usize,
    /// The date read last: the rows of a picture share it.
    date: Option<When>,
}

impl Reader {
    /// Finds the columns; answers the name of one that is not there.
    pub(super) fn new(mapping: Mapping, header: &ByteRecord) -> Result<Self, String> {
        let find =
            |name: &String| header.iter().position(|column| column == name.as_bytes()).ok_or_else(|| name.clone());
        let Columns { date, party, organisation, status } = &mapping.columns;
        let places = [find(date)?, find(party)?, find(organisation)?, find(status)?];
        Ok(Self { mapping, places, width: header.len(), date: None })
    }

    pub(super) fn read(&mut self, record: &ByteRecord) -> Result<Row, Box<BadRow>> {
        if record.len() != self.width {
            // Who knows which text belongs to which column?
            let whole: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
            let found = format!("{} columns", record.len());
            let faults = vec![Fault { field: String::new(), found, allowed: format!("{} columns", self.width) }];
            return Err(Box::new(BadRow { faults, unread: Unread::anyone(&whole.concat(), ""), date: None }));
        }
        let mut faults = Vec::new();
        let texts = self.places.map(|place| std::str::from_utf8(&record[place]));
        let date = self.date(texts[0], &mut faults);
        let Mapping { columns, parties, organisations, statuses, .. } = &self.mapping;
        let party: Option<PartyId> = cell(&columns.party, texts[1], Some(parties), &mut faults);
        let organisation: Option<OrganisationId> =
            cell(&columns.organisation, texts[2], Some(organisations), &mut faults);
        let status: Option<Status> = cell(&columns.status, texts[3], Some(statuses), &mut faults);
        let (date, party, organisation) = match (date, party, organisation, status) {
            (Some(date), Some(party), Some(organisation), Some(status)) => {
                return Ok(Row { date, pair: Pair { organisation, party }, status });
            }
            (date, party, organisation, _) => (date, party, organisation),
        };
        let text = |place: usize| String::from_utf8_lossy(&record[self.places[place]]);
        let unread = match (organisation, party) {
            (Some(organisation), Some(party)) => Unread::Pair(Pair { organisation, party }),
            (Some(organisation), None) => Unread::anyone_in(organisation, &text(1)),
            (None, Some(party)) => Unread::anywhere(party, &text(2)),
            (None, None) => Unread::anyone(&text(1), &text(2)),
        };
        Err(Box::new(BadRow { faults, unread, date }))
    }

    /// The date of a row, mostly that of the row before.
    fn date(&mut self, text: Result<&str, Utf8Error>, faults: &mut Vec<Fault>) -> Option<When> {
        let last = self.date.as_ref().filter(|date| text == Ok(date.as_str()));
        if last.is_some() {
            return last.cloned();
        }
        let column = &self.mapping.columns.date;
        let date: When = cell(column, text, None, faults)?;
        if !(date.range().earliest.is_bounded() && date.range().latest.is_bounded()) {
            let (found, allowed) = (format!("{:?}", date.as_str()), "a date that begins and ends".to_owned());
            faults.push(Fault { field: column.clone(), found, allowed });
            return None;
        }
        self.date = Some(date.clone());
        Some(date)
    }
}

/// What a cell says, after its spelling is looked up.
fn cell<T: FromStr<Err = BadId>>(
    column: &str,
    text: Result<&str, Utf8Error>,
    spellings: Option<&BTreeMap<String, String>>,
    faults: &mut Vec<Fault>,
) -> Option<T> {
    let mut fault = |found: String, allowed: String| {
        faults.push(Fault { field: column.to_owned(), found, allowed });
        None
    };
    let Ok(text) = text else { return fault("bytes that are not UTF-8".to_owned(), "UTF-8".to_owned()) };
    let meant = spellings.and_then(|spellings| spellings.get(text)).map_or(text, String::as_str);
    match meant.parse() {
        Ok(value) => Some(value),
        Err(BadId { found, allowed }) => {
            let found = if found.is_empty() { "nothing".to_owned() } else { format!("{found:?}") };
            fault(found, allowed.into_owned())
        }
    }
}
