//! Who took part, delegations by parts: what stands in which cell, before it is drawn.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use projector::{Attendance, Delegation, Group, View, precedence};
use summit::{Capacity, Level, MeetingId, PartyId, Status};

use super::marks::{Mark, Tone, capacity_words, level_words};
use super::told::Told;
use crate::page::words;

/// The order of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Sort {
    /// By the names of parties.
    #[default]
    Party,
    /// By capacity, members first.
    Capacity,
    /// By the level of the head.
    Level,
}

impl Sort {
    pub(super) const ALL: [Self; 3] = [Self::Party, Self::Capacity, Self::Level];
    /// What may be asked for.
    pub(super) const ALLOWED: &str = "party, capacity or level";

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Party => "party",
            Self::Capacity => "capacity",
            Self::Level => "level",
        }
    }

    pub(super) fn read(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == text).ok_or_else(|| format!("no order is called {text:?}"))
    }
}

/// The whole table.
pub(super) struct Matrix<'t> {
    /// The whole meeting, then each part at which something is said of anybody.
    pub(super) columns: Vec<Column<'t>>,
    /// Rows under their headings.
    pub(super) bands: Vec<Band<'t>>,
    /// Parts at which nothing is said of anybody.
    pub(super) silent: Vec<&'t MeetingId>,
}

/// One meeting.
pub(super) struct Column<'t> {
    pub(super) told: &'t Attendance,
    /// Whether it is the meeting that the page is about.
    pub(super) whole: bool,
    pub(super) name: String,
}

/// Rows that belong together.
pub(super) struct Band<'t> {
    /// Nothing: they need none.
    pub(super) heading: Option<String>,
    pub(super) rows: Vec<Row<'t>>,
}

/// One party, or unnamed ones.
pub(super) struct Row<'t> {
    pub(super) who: Who<'t>,
    /// The capacity, and whether it is derived.
    pub(super) capacity: Option<(&'t Capacity, bool)>,
    /// One a column; nothing where nothing is said.
    pub(super) cells: Vec<Option<Cell<'t>>>,
}

pub(super) enum Who<'t> {
    Party { id: &'t PartyId, name: String },
    Group(&'t str),
}

/// What is said of one at one meeting.
pub(super) struct Cell<'t> {
    pub(super) mark: Mark,
    /// Nothing: nothing is said of a member, or they are unnamed.
    pub(super) delegation: Option<&'t Delegation>,
}

impl<'t> Matrix<'t> {
    pub(super) fn of(view: &View<'_>, told: &'t Told, sort: Sort) -> Self {
        let said =
            |one: &Attendance| !(one.delegations.is_empty() && one.groups.is_empty() && one.not_stated.is_empty());
        let column =
            |told: &'t Attendance, whole| Column { told, whole, name: words::meeting_name(view, &told.meeting) };
        let columns: Vec<Column<'t>> = std::iter::once(column(&told.whole, true))
            .chain(told.parts.iter().filter(|part| said(part)).map(|part| column(part, false)))
            .collect();
        let silent = told.parts.iter().filter(|part| !said(part)).map(|part| &part.meeting).collect();
        let parties: BTreeSet<&PartyId> = columns
            .iter()
            .flat_map(|column| column.told.delegations.iter().map(|row| &row.party).chain(&column.told.not_stated))
            .collect();
        let rows = parties.into_iter().map(|party| party_row(view, party, &columns)).collect();
        let groups: BTreeSet<&str> =
            columns.iter().flat_map(|column| &column.told.groups).map(|group| group.group.as_str()).collect();
        let groups: Vec<Row<'t>> = groups.into_iter().map(|group| group_row(group, &columns)).collect();
        let mut bands = banded(rows, sort);
        if !groups.is_empty() {
            bands.push(Band { heading: Some("Not named one by one".to_owned()), rows: groups });
        }
        Self { columns, bands, silent }
    }

    /// Every cell in which something is said.
    pub(super) fn cells(&self) -> impl Iterator<Item = &Cell<'t>> {
        self.bands.iter().flat_map(|band| &band.rows).flat_map(|row| &row.cells).flatten()
    }

    /// Every level in it, in order of precedence.
    pub(super) fn levels(&self) -> Vec<Level> {
        let levels = self.cells().filter_map(|cell| cell.delegation).flat_map(|row| {
            let members = row.members.iter().filter_map(|member| member.level);
            row.level.into_iter().chain(row.absent_levels.iter().copied()).chain(members)
        });
        let mut levels: Vec<Level> = levels.collect::<BTreeSet<_>>().into_iter().collect();
        levels.sort_by_key(|level| precedence(Some(*level)));
        levels
    }

    /// Whether a capacity in it is derived.
    pub(super) fn has_derived(&self) -> bool {
        let of_rows = self.bands.iter().flat_map(|band| &band.rows).filter_map(|row| row.capacity);
        let of_cells = self.cells().filter_map(|cell| cell.delegation);
        of_rows.map(|(_, derived)| derived).chain(of_cells.map(|row| row.capacity_derived)).any(|derived| derived)
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.bands.iter().map(|band| band.rows.len()).sum()
    }
}

fn party_row<'t>(view: &View<'_>, party: &'t PartyId, columns: &[Column<'t>]) -> Row<'t> {
    let own = |column: &Column<'t>| -> Option<&'t Delegation> {
        let told: &'t Attendance = column.told;
        told.delegations.iter().find(|row| row.party == *party)
    };
    let cell = |column: &Column<'t>| match own(column) {
        Some(row) => Some(Cell { mark: Mark::of(row), delegation: Some(row) }),
        None if column.told.not_stated.contains(party) => Some(Cell { mark: Mark::missed(), delegation: None }),
        None => None,
    };
    let stated = |row: &'t Delegation| Some((row.capacity.as_ref()?, row.capacity_derived));
    // Of whom nothing is said is missed because it surely was a member then.
    let missed = columns.iter().any(|column| column.told.not_stated.contains(party));
    let capacity = columns.iter().filter_map(own).find_map(stated);
    Row {
        who: Who::Party { id: party, name: words::party_name(view, party) },
        capacity: capacity.or_else(|| missed.then_some((&*MEMBER, true))),
        cells: columns.iter().map(cell).collect(),
    }
}

fn group_row<'t>(words: &'t str, columns: &[Column<'t>]) -> Row<'t> {
    let own = |column: &Column<'t>| -> Option<&'t Group> {
        let told: &'t Attendance = column.told;
        told.groups.iter().find(|group| group.group == words)
    };
    let cell = |column: &Column<'t>| Some(Cell { mark: Mark::of_group(own(column)?), delegation: None });
    Row {
        who: Who::Group(words),
        capacity: columns.iter().filter_map(own).find_map(|group| Some((group.capacity.as_ref()?, false))),
        cells: columns.iter().map(cell).collect(),
    }
}

impl Row<'_> {
    /// What the eye sorts names by.
    fn key(&self) -> (String, &str) {
        match &self.who {
            Who::Party { id, name } => (name.to_lowercase(), id.as_str()),
            Who::Group(words) => (words.to_lowercase(), words),
        }
    }

    /// The place of its heading, and the heading.
    fn heading(&self, sort: Sort) -> (usize, Option<String>) {
        match sort {
            Sort::Party => (0, None),
            Sort::Capacity => match self.capacity {
                Some((capacity, _)) => (capacity_place(capacity), Some(capacity_words(capacity))),
                None => (usize::MAX, Some("capacity not stated".to_owned())),
            },
            Sort::Level => {
                let first = self.cells.iter().flatten().next();
                let level = first.and_then(|cell| cell.delegation).and_then(|row| row.level);
                let tone = first.map(|cell| cell.mark.tone);
                match (level, tone) {
                    (Some(level), Some(Tone::Head | Tone::Below | Tone::Announced)) => {
                        (usize::from(precedence(Some(level))), Some(level_words(level).to_owned()))
                    }
                    (_, Some(Tone::Absent)) => (usize::MAX - 1, Some("absent".to_owned())),
                    (_, Some(Tone::NotStated) | None) => (usize::MAX, Some("not stated".to_owned())),
                    _ => (usize::from(precedence(None)), Some("level not stated".to_owned())),
                }
            }
        }
    }
}

/// Capacities in the order of the vocabulary; others stand behind them.
const CAPACITIES: [&str; 8] = [
    "member",
    "observer",
    "dialogue_partner",
    "partner",
    "guest_of_chair",
    "invited_state",
    "international_organisation",
    "permanent_body",
];

/// A capacity's place in that order.
pub(super) fn capacity_place(capacity: &Capacity) -> usize {
    CAPACITIES.iter().position(|known| *known == capacity.as_str()).unwrap_or(CAPACITIES.len())
}

/// Rows under their headings, by name under each.
fn banded(rows: Vec<Row<'_>>, sort: Sort) -> Vec<Band<'_>> {
    let mut bands: BTreeMap<(usize, Option<String>), Vec<Row<'_>>> = BTreeMap::new();
    for row in rows {
        bands.entry(row.heading(sort)).or_default().push(row);
    }
    let bands = bands.into_iter().map(|((_, heading), mut rows)| {
        rows.sort_by(|one, other| one.key().cmp(&other.key()));
        Band { heading, rows }
    });
    bands.collect()
}

/// The status `member` as a capacity.
static MEMBER: LazyLock<Capacity> = LazyLock::new(|| Status::member().as_str().parse().expect("a status is a token"));

/// Whether it is that of a member.
pub(super) fn is_member(capacity: Option<&Capacity>) -> bool {
    capacity == Some(&MEMBER)
}
