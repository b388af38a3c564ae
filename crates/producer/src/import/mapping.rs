//! How a table is to be read: what its columns are called, and how its texts are spelt.

use std::collections::BTreeMap;
use std::str::FromStr;

use summit::{BadId, When};
use wire::Fault;

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
