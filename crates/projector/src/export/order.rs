//! What is exported, and how: one question for the command line and the service.

use summit::{MeetingId, OrganisationId, PartyId, Position};

use super::about::{About, UNLICENSED};
use super::feed::{Addresses, FEED_ENTRIES, Feeding};
use super::format::{Format, Tabular};
use super::package::{Package, package};
use super::spells::Held;
use super::states::{BadStates, Code, States, Years};
use super::table::{Table, Writing};
use crate::filter::EventFilter;
use crate::view::{AskError, View};

/// What is exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Statuses in organisations, and what else belongs to them.
    Organisations {
        /// Which organisations.
        organisations: Vec<OrganisationId>,
        /// Only this party's spells; of no account to other formats than tables.
        party: Option<PartyId>,
        /// Which spells; of no account to states, which look at each year by itself.
        held: Held,
    },
    /// Meetings, and who took part in them.
    Meetings {
        /// Which meetings.
        meetings: Vec<MeetingId>,
        /// Only this party's delegations; of no account to other formats than tables.
        party: Option<PartyId>,
    },
}

/// How it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The licence line.
    pub licence: String,
    /// For states: the years.
    pub years: Years,
    /// For states: more statuses with a code.
    pub codes: Vec<Code>,
    /// For states: rows of other parties than states, too.
    pub every_party: bool,
    /// For feeds: only entries before this position.
    pub before: Option<Position>,
    /// For feeds: how many entries.
    pub entries: usize,
    /// For feeds: where the feed and its events are.
    pub at: Option<Addresses>,
    /// For the description of a table: where the table is.
    pub path: Option<String>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            licence: UNLICENSED.to_owned(),
            years: Years::default(),
            codes: Vec::new(),
            every_party: false,
            before: None,
            entries: FEED_ENTRIES,
            at: None,
            path: None,
        }
    }
}

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// It itself.
    pub text: String,
    /// What it says of itself, or what is to be said beside it: a table by itself says nothing.
    pub about: About,
    /// A name for a file, with how it ends.
    pub file: String,
}

/// Why nothing is exported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// Something is unknown.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The table would be too large.
    #[error(transparent)]
    TooLarge(BadStates),
    /// The years end before they begin.
    #[error(transparent)]
    Backwards(BadStates),
    /// The format takes one organisation or meeting only.
    #[error("{0} is of one organisation or meeting; csv and states are of several, too")]
    One(Format),
    /// The format is not there for this.
    #[error("{0} is not there for meetings")]
    NotOfMeetings(Format),
}

impl From<BadStates> for ExportError {
    fn from(bad: BadStates) -> Self {
        match bad {
            BadStates::Ask(error) => Self::Ask(error),
            BadStates::TooLarge { .. } => Self::TooLarge(bad),
            BadStates::Backwards { .. } => Self::Backwards(bad),
        }
    }
}

impl View<'_> {
    /// Writes something in a format. JSON is not written here: it is the answer to the question itself.
    pub fn export(&self, subject: &Subject, format: Format, terms: &Terms) -> Result<Exported, ExportError> {
        let stem = subject.name();
        let one = |title: &str| self.about(title, &terms.licence);
        let (text, about, stem) = match format {
            Format::Json => return Err(ExportError::One(format)),
            Format::Table(tabular) => {
                let table = self.table(subject, tabular, terms)?;
                let about = one(&table.title);
                (table.csv, about, format!("{stem}-{}", table.name))
            }
            Format::Datapackage(tabular) => {
                let table = self.table(subject, tabular, terms)?;
                let about = one(&table.title);
                let path = terms.path.clone().unwrap_or_else(|| format!("{}.csv", table.name));
                let name = format!("{stem}-{}", table.name);
                let writing = writing(tabular);
                (package(&about, &Package { name: &name, tables: &[(table, path)], writing }), about, name)
            }
            Format::Popolo => {
                let about = one(&format!("who belongs to {stem}, and who took part"));
                let text = match subject {
                    Subject::Organisations { organisations, held, .. } => {
                        let [organisation] = organisations.as_slice() else { return Err(ExportError::One(format)) };
                        self.popolo_of_organisation(organisation, *held, &about)?
                    }
                    Subject::Meetings { meetings, .. } => {
                        let [meeting] = meetings.as_slice() else { return Err(ExportError::One(format)) };
                        self.popolo_of_meeting(meeting, &about)?
                    }
                };
                (text, about, stem)
            }
            Format::Ics => {
                let meetings = self.meetings_of(subject)?;
                let about = one(&format!("meetings of {stem}"));
                (self.calendar_of(&meetings, &about)?, about, stem)
            }
            Format::Atom => {
                let about = one(&format!("what is told of {stem}"));
                let (organisation, meeting) = match subject {
                    Subject::Organisations { organisations, .. } => (Some(organisations.as_slice()), None),
                    Subject::Meetings { meetings, .. } => (None, Some(meetings.as_slice())),
                };
                let filter = EventFilter {
                    organisation: organisation.map(|all| only(all, format)).transpose()?,
                    meeting: meeting.map(|all| only(all, format)).transpose()?,
                    ..EventFilter::default()
                };
                let feeding =
                    Feeding { filter, parts: true, before: terms.before, most: terms.entries, at: terms.at.clone() };
                (self.feed(&feeding, &about)?, about, stem)
            }
        };
        Ok(Exported { text, about, file: format!("{stem}.{}", format.extension()) })
    }

    /// That nobody names it, neither as an organisation nor as a meeting; with the nearest names of both kinds.
    pub fn unknown_subject(&self, of: &OrganisationId) -> AskError {
        let mut nearest = Vec::new();
        let meeting = of.as_str().parse::<MeetingId>().ok();
        let unknown =
            [self.known_organisation(of).err(), meeting.and_then(|meeting| self.known_meeting(&meeting).err())];
        for error in unknown.into_iter().flatten() {
            if let AskError::Unknown { nearest: names, .. } = error {
                nearest.extend(names);
            }
        }
        AskError::Unknown { what: "organisation or meeting", name: of.to_string(), nearest }
    }

    /// A table, with what describes it.
    pub fn table(&self, subject: &Subject, tabular: Tabular, terms: &Terms) -> Result<Table, ExportError> {
        match (subject, tabular) {
            (Subject::Organisations { organisations, .. }, Tabular::States) => {
                let asked = States {
                    organisations: organisations.clone(),
                    years: terms.years,
                    codes: terms.codes.clone(),
                    every_party: terms.every_party,
                };
                Ok(self.states_table(&asked)?)
            }
            (Subject::Meetings { .. }, Tabular::States) => Err(ExportError::NotOfMeetings(Format::Table(tabular))),
            (Subject::Organisations { organisations, party, held }, Tabular::Csv | Tabular::CsvRaw) => {
                Ok(self.spells_table(organisations, party.as_ref(), *held, writing(tabular))?)
            }
            (Subject::Meetings { meetings, party }, Tabular::Csv | Tabular::CsvRaw) => {
                Ok(self.attendance_table(meetings, party.as_ref(), writing(tabular))?)
            }
        }
    }

    /// The meetings themselves, or those of the organisations, in the order of their names.
    pub fn meetings_of(&self, subject: &Subject) -> Result<Vec<MeetingId>, AskError> {
        match subject {
            Subject::Meetings { meetings, .. } => Ok(meetings.clone()),
            Subject::Organisations { organisations, .. } => {
                let mut all = Vec::new();
                for organisation in organisations {
                    all.extend(self.meetings(Some(organisation), None, usize::MAX)?);
                }
                all.sort();
                all.dedup();
                Ok(all)
            }
        }
    }
}

impl Subject {
    /// Its name, as one of a file: that of the only one, or how many.
    pub fn name(&self) -> String {
        match self {
            Self::Organisations { organisations, .. } => name(organisations, "organisations"),
            Self::Meetings { meetings, .. } => name(meetings, "meetings"),
        }
    }
}

fn name<T: ToString>(all: &[T], what: &str) -> String {
    match all {
        [one] => one.to_string(),
        several => format!("{}-{what}", several.len()),
    }
}

fn only<T: Clone>(all: &[T], format: Format) -> Result<T, ExportError> {
    match all {
        [one] => Ok(one.clone()),
        _ => Err(ExportError::One(format)),
    }
}

/// How texts stand in a table.
pub fn writing(tabular: Tabular) -> Writing {
    match tabular {
        Tabular::Csv | Tabular::States => Writing::Safe,
        Tabular::CsvRaw => Writing::Raw,
    }
}
