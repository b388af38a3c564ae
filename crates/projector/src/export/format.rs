//! The formats, by their names.

use std::fmt;
use std::str::FromStr;

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tabular {
    /// Tidy rows, safe for spreadsheets.
    Csv,
    /// The same with every text verbatim.
    CsvRaw,
    /// One row per state and year.
    States,
}

/// How something is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// The answer of the command line and the service.
    Json,
    /// A table.
    Table(Tabular),
    /// The description of a table.
    Datapackage(Tabular),
    /// Popolo.
    Popolo,
    /// A calendar.
    Ics,
    /// A feed.
    Atom,
}

impl Tabular {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Csv, Self::CsvRaw, Self::States];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::CsvRaw => "csv-raw",
            Self::States => "states",
        }
    }
}

impl Format {
    /// All of them, but for the descriptions of other tables than the first.
    pub const ALL: [Self; 8] = [
        Self::Json,
        Self::Table(Tabular::Csv),
        Self::Table(Tabular::CsvRaw),
        Self::Table(Tabular::States),
        Self::Datapackage(Tabular::Csv),
        Self::Popolo,
        Self::Ics,
        Self::Atom,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Table(table) => table.as_str(),
            Self::Datapackage(_) => "datapackage",
            Self::Popolo => "popolo",
            Self::Ics => "ics",
            Self::Atom => "atom",
        }
    }

    /// Its media type, without parameters.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Table(_) => "text/csv",
            Self::Datapackage(_) => "application/vnd.datapackage+json",
            Self::Popolo => "application/vnd.popolo+json",
            Self::Ics => "text/calendar",
            Self::Atom => "application/atom+xml",
        }
    }

    /// How the name of a file in it ends.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Table(_) => "csv",
            Self::Datapackage(_) => "datapackage.json",
            Self::Popolo => "popolo.json",
            Self::Ics => "ics",
            Self::Atom => "atom",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Tabular {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|table| table.as_str() == text);
        found.ok_or_else(|| format!("found {text:?}, allowed is {}", listed(Self::ALL.map(Self::as_str))))
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|format| format.as_str() == text);
        found.ok_or_else(|| format!("found {text:?}, allowed is {}", listed(Self::ALL.map(Self::as_str))))
    }
}

/// Names with commas between them.
fn listed<const N: usize>(names: [&str; N]) -> String {
    names.join(", ")
}
