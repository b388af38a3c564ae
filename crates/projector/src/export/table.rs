//! Rows as CSV (RFC 4180).

use std::collections::BTreeSet;

use summit::{Attribution, EventId};

use super::text::defused;
use crate::view::View;

/// How texts stand in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Writing {
    /// Defused: no spreadsheet takes one for a formula, see [`defused`](super::defused()).
    #[default]
    Safe,
    /// Verbatim.
    Raw,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    /// The type of its cells, in the words of Table Schema.
    pub(super) kind: &'static str,
    /// What stands in it.
    pub(super) description: String,
    /// Whether no cell is empty.
    pub(super) required: bool,
}

impl Column {
    pub(super) fn text(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self { name: name.into(), kind: "string", description: description.into(), required: false }
    }

    pub(super) fn of(self, kind: &'static str) -> Self {
        Self { kind, ..self }
    }

    pub(super) fn required(self) -> Self {
        Self { required: true, ..self }
    }
}

/// A table, written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name, such as `spells`.
    pub name: &'static str,
    /// What it holds, in words.
    pub title: String,
    /// It itself, with a line of names first.
    pub csv: String,
    pub(super) columns: Vec<Column>,
    /// The columns that tell rows apart, where some do.
    pub(super) key: &'static [&'static str],
    /// Who said what stands in it.
    pub(super) sources: BTreeSet<(String, Option<String>)>,
}

/// A table that is being written.
pub(super) struct Rows {
    csv: csv::Writer<Vec<u8>>,
    writing: Writing,
    columns: Vec<Column>,
    sources: BTreeSet<(String, Option<String>)>,
}

/// A table is written to memory.
const MEMORY: &str = "memory takes what is written, and every row has a cell for each column";

impl Rows {
    pub(super) fn new(columns: Vec<Column>, writing: Writing) -> Self {
        let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        csv.write_record(columns.iter().map(|column| &column.name)).expect(MEMORY);
        Self { csv, writing, columns, sources: BTreeSet::new() }
    }

    /// Writes a row: a cell for each column.
    pub(super) fn row<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) {
        for (cell, column) in cells.into_iter().zip(&self.columns) {
            let cell = cell.as_ref();
            // What is no text is ours: a code of -9 is a number.
            let safe = self.writing == Writing::Raw || column.kind != "string";
            let written =
                if safe { self.csv.write_field(cell) } else { self.csv.write_field(defused(cell).as_bytes()) };
            written.expect(MEMORY);
        }
        self.csv.write_record(None::<&[u8]>).expect(MEMORY);
    }

    /// Remembers who says what these events say, and names them, each once.
    pub(super) fn sources(&mut self, view: &View<'_>, events: &[EventId]) -> String {
        let records = events.iter().filter_map(|id| view.index.event(*id));
        let said: Vec<&Attribution> = records.flat_map(|record| &record.event.shared.attribution).collect();
        let mut names: Vec<&str> = Vec::new();
        for link in said {
            if !names.contains(&link.name.as_str()) {
                names.push(&link.name);
            }
            self.sources.insert((link.name.clone(), link.url.clone()));
        }
        names.join("; ")
    }

    pub(super) fn table(self, name: &'static str, title: String, key: &'static [&'static str]) -> Table {
        let csv = self.csv.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).expect(MEMORY);
        Table { name, title, csv, columns: self.columns, key, sources: self.sources }
    }
}

/// Ids with spaces between them.
pub(super) fn listed<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
