//! A page of text: headings, lines and tables.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};
use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table, presets};
use projector::{Index, Remark, Token, View, WantedName};
use summit::{Attribution, EventId, PartyId, Person};

/// No table is squeezed into fewer columns.
const NARROWEST: u16 = 20;

/// The lengths to which an id is shortened: whole blocks of it.
const ID_LENGTHS: [usize; 5] = [8, 13, 18, 23, 36];

/// A page of text as it grows. Colours are always in it; whoever prints it leaves them out where they are not wanted.
pub(crate) struct Page<'a> {
    text: String,
    /// For the shortest ids that are still unique.
    index: &'a Index,
    /// Columns of the terminal, if it is one.
    width: Option<u16>,
    /// Which names headings show.
    names: WantedName,
}

impl<'a> Page<'a> {
    pub(crate) fn new(index: &'a Index, width: Option<u16>) -> Self {
        // Terminals that do not know their width say 0.
        let width = width.filter(|width| *width >= NARROWEST);
        Self { text: String::new(), index, width, names: WantedName::default() }
    }

    /// The same page, whose headings show these names.
    pub(crate) fn showing(self, names: WantedName) -> Self {
        Self { names, ..self }
    }

    /// Where the names are that an answer's headings show; nothing where only the answer is known, not the events.
    pub(crate) fn seen(&self, token: &Token) -> Option<View<'a>> {
        let view = self.index.view(&token.vantage().ok()?, jiff::civil::Date::ZERO).ok()?;
        Some(view.showing(self.names.clone()))
    }

    pub(crate) fn into_text(self) -> String {
        // Whoever names something must not turn the direction of what is printed around it.
        self.text.replace(
            [
                '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}',
                '\u{2069}',
            ],
            "\u{fffd}",
        )
    }

    /// The first line of an answer, and from where it was given.
    pub(crate) fn heading(&mut self, title: impl Display, token: &Token) {
        let bold = Style::new().bold();
        let dim = Style::new().dimmed();
        self.line(format_args!("{bold}{title}{bold:#}  {dim}{}{dim:#}", self.seen_from(token)));
    }

    /// The first line of a part, after an empty line.
    pub(crate) fn part(&mut self, title: impl Display) {
        let bold = Style::new().bold();
        self.line(format_args!("\n{bold}{title}{bold:#}"));
    }

    pub(crate) fn line(&mut self, line: impl Display) {
        self.text.push_str(&line.to_string());
        self.text.push('\n');
    }

    /// A table, unless it has no rows. Columns in which every cell is empty are left out.
    pub(crate) fn table<const N: usize>(&mut self, header: [&str; N], rows: Vec<[Cell; N]>) {
        if rows.is_empty() {
            return;
        }
        let used: Vec<usize> =
            (0..N).filter(|column| rows.iter().any(|row| !row[*column].content().is_empty())).collect();
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        // Neither looks at the terminal: the page is the same wherever it is printed.
        table.force_no_tty().enforce_styling().style_text_only();
        if let Some(width) = self.width {
            table.set_width(width);
        }
        table.set_header(used.iter().map(|column| Cell::new(header[*column]).add_attribute(Attribute::Dim)));
        for row in rows {
            table.add_row(used.iter().map(|column| row[*column].clone()));
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        for line in table.lines() {
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }

    /// What is odd, each with its events.
    pub(crate) fn remarks(&mut self, remarks: &[Remark]) {
        if remarks.is_empty() {
            return;
        }
        self.part(count(remarks.len(), "remark", "remarks"));
        let rows = remarks.iter().map(|remark| {
            [Cell::new(&remark.kind).fg(Color::Yellow), Cell::new(&remark.text), Cell::new(self.ids(&remark.events))]
        });
        let rows = rows.collect();
        self.table(["KIND", "WHAT", "EVENTS"], rows);
    }

    /// The shortest beginning of an id, in whole blocks, that no other event has.
    pub(crate) fn id(&self, id: EventId) -> String {
        let text = id.to_string();
        let unique = |length: &&usize| self.index.ids_beginning(&text[..**length]).nth(1).is_none();
        let length = ID_LENGTHS.iter().find(unique).copied().unwrap_or(text.len());
        text[..length].to_owned()
    }

    pub(crate) fn ids(&self, ids: &[EventId]) -> String {
        ids.iter().map(|id| self.id(*id)).collect::<Vec<_>>().join(" ")
    }

    fn seen_from(&self, token: &Token) -> String {
        let as_of = match token.as_of.split_once(':') {
            Some((side @ ("before" | "after"), id)) => {
                let id = id.parse().map_or_else(|_| id.to_owned(), |id| self.id(id));
                format!("{side} {id}")
            }
            _ => format!("as of {}", token.as_of),
        };
        let mut parts = vec![as_of, format!("position {}", token.position)];
        parts.extend(token.known_at.map(|instant| format!("known at {instant}")));
        parts.extend(token.according_to.as_ref().map(|source| format!("according to {source}")));
        parts.join(", ")
    }
}

/// A number of things.
pub(crate) fn count(number: usize, one: &str, several: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {several}") }
}

/// An answer's word in its colour.
pub(crate) fn answer(word: &str) -> Cell {
    let cell = Cell::new(word.replace('_', " "));
    match word {
        "yes" | "present" => cell.fg(Color::Green),
        "possibly" | "announced" => cell.fg(Color::Yellow),
        "no" | "absent" => cell.fg(Color::Red),
        _ => cell,
    }
}

/// What to look at twice.
pub(crate) fn marks(marks: impl IntoIterator<Item = String>) -> Cell {
    let marks = marks.into_iter().collect::<Vec<_>>().join(", ");
    // An empty cell with a colour would keep the spaces behind it.
    if marks.is_empty() { Cell::new("") } else { Cell::new(marks).fg(Color::Yellow) }
}

/// A word of the vocabulary, or nothing.
pub(crate) fn word(word: Option<impl Display>) -> Cell {
    Cell::new(word.map(|word| word.to_string()).unwrap_or_default())
}

/// A party's name as an answer shows it, or else where a standard has one.
pub(crate) fn name(party: &PartyId, shown: Option<&str>) -> Cell {
    Cell::new(shown.or_else(|| party.iso_name()).unwrap_or_default())
}

/// An identifier, with the name that is shown for it.
pub(crate) fn with_name(identifier: impl Display, name: Option<&str>) -> String {
    name.map_or_else(|| identifier.to_string(), |name| format!("{identifier} {name}"))
}

/// A person with their office, by the name that is shown for them, or else as an event names them.
pub(crate) fn person(person: &Person, shown: Option<&str>) -> String {
    let name = shown.unwrap_or(&person.name);
    match &person.office {
        Some(office) => format!("{name} ({office})"),
        None => name.to_owned(),
    }
}

/// Who says so, nearest first.
pub(crate) fn sources(chain: &[Attribution]) -> String {
    chain.iter().map(|source| source.name.as_str()).collect::<Vec<_>>().join(", citing ")
}

/// A heading in the colour of commands.
pub(crate) fn command(line: &str) -> String {
    let style = AnsiColor::Cyan.on_default();
    format!("{style}> {line}{style:#}")
}
