//! One row per state and year, one column per organisation: the layout that quantitative researchers load.
//!
//! The code in a cell is that of the status held **at the end of the year**, whatever was held before in that year; what is
//! known is that of the vantage, whose `as_of` is of no account to it:
//!
//! | code | the party |
//! |---|---|
//! | 1 | surely is a full member |
//! | 2 | surely is an associate member |
//! | 3 | surely is an observer |
//! | 0 | surely is none of these: it holds no status then, or one without a code (a dialogue partner is no observer) |
//! | -9 | only possibly is one of them, or nothing is said of it in that organisation |
//!
//! More statuses can be given one of these codes. A contested spell counts as it is decided: the table of spells says
//! that it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use summit::{Answer, Cutoff, Day, OrganisationId, PartyId, Status};

use super::spells::unique;
use super::table::{Column, Rows, Table, Writing};
use crate::membership::{Folded, Spell, stays};
use crate::view::{AskError, View};

/// How many cells a table holds at most.
pub const MAX_CELLS: usize = 10_000_000;

/// Not stated, or only possibly.
const UNCLEAR: i8 = -9;
/// None of the statuses that have a code.
const NONE: i8 = 0;

/// A status and its code: 1 full, 2 associate, 3 observer, 0 none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    status: Status,
    code: i8,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.status, self.code)
    }
}

impl FromStr for Code {
    type Err = String;

    /// Reads `partner=3`.
    fn from_str(text: &str) -> Result<Self, String> {
        let allowed = || format!("found {text:?}, allowed is a status and its code of 0, 1, 2 or 3, such as partner=3");
        let (status, code) = text.split_once('=').ok_or_else(allowed)?;
        let code = code.parse().ok().filter(|code| (0..=3).contains(code)).ok_or_else(allowed)?;
        let status: Status = status.parse().map_err(|_| allowed())?;
        if status.is_none() { Err(allowed()) } else { Ok(Self { status, code }) }
    }
}

/// Which years; a side that is left open follows from what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Years {
    /// The first; the first year in which some status may have been held.
    pub from: Option<i16>,
    /// The last; that of the vantage.
    pub to: Option<i16>,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct States {
    /// The columns.
    pub organisations: Vec<OrganisationId>,
    /// The years.
    pub years: Years,
    /// More statuses with a code; of two for one status the later.
    pub codes: Vec<Code>,
    /// Parties that are no states by ISO 3166 have rows too: organisations, and entities outside the standard.
    pub every_party: bool,
}

/// Why there is no such table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadStates {
    /// Something is unknown.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The years that are asked for end before they begin.
    #[error("the last year, {to}, is before the first, {from}")]
    Backwards {
        /// The first.
        from: i16,
        /// The last.
        to: i16,
    },
    /// It would be larger than [`MAX_CELLS`].
    #[error(
        "{rows} rows of {columns} organisations are more than {MAX_CELLS} cells: ask for fewer years or organisations"
    )]
    TooLarge {
        /// How many rows.
        rows: usize,
        /// How many organisations.
        columns: usize,
    },
}

impl View<'_> {
    /// Statuses by state and year. Cost: the claims of all parties of the organisations.
    pub fn states_table(&self, asked: &States) -> Result<Table, BadStates> {
        if let Years { from: Some(from), to: Some(to) } = asked.years
            && to < from
        {
            return Err(BadStates::Backwards { from, to });
        }
        let codes = codes(&asked.codes);
        let organisations = unique(&asked.organisations);
        let mut columns: Vec<BTreeMap<PartyId, Folded>> = Vec::new();
        for organisation in &organisations {
            self.known_organisation(organisation)?;
            let is_row = |party: &PartyId| asked.every_party || party.iso_name().is_some();
            let folded = self.index.parties_in(organisation).into_iter().filter(is_row).map(|party| {
                let folded = self.spells_of(organisation, &party);
                (party, folded)
            });
            columns.push(folded.filter(|(_, folded)| !folded.spells.is_empty()).collect());
        }
        let parties: BTreeSet<&PartyId> = columns.iter().flat_map(BTreeMap::keys).collect();
        let spells = || columns.iter().flat_map(BTreeMap::values).flat_map(|folded| &folded.spells);
        let from = asked.years.from.map(i64::from).or_else(|| spells().filter_map(first_year).min());
        let to = asked.years.to.map_or_else(|| self.year(), i64::from);
        // Of what nobody holds there are no years.
        let from = from.unwrap_or(to.saturating_add(1));
        let many = usize::try_from(to.saturating_sub(from).saturating_add(1)).unwrap_or(0);
        let rows = parties.len().saturating_mul(many);
        if rows.saturating_mul(columns.len()) > MAX_CELLS {
            return Err(BadStates::TooLarge { rows, columns: columns.len() });
        }

        let mut table = Rows::new(self.columns_of(&organisations), Writing::Safe);
        for party in parties {
            let name = self.name_of_party(party).unwrap_or_default();
            for year in from..=to {
                let end = Cutoff::Moment(Day::new(year, 12, 31).last());
                let cells = columns.iter().map(|column| column.get(party).map_or(UNCLEAR, |it| code(it, &codes, &end)));
                let head = [party.to_string(), name.clone(), year.to_string()];
                table.row(head.into_iter().chain(cells.map(|code| code.to_string())));
            }
        }
        for folded in spells() {
            table.sources(self, &folded.evidence);
        }
        let title = match organisations.as_slice() {
            [one] => format!("status in {} at the end of each year", self.name_of_organisation(one)),
            several => format!("status in {} organisations at the end of each year", several.len()),
        };
        Ok(table.table("states", title, &["party", "year"]))
    }

    /// The year of the vantage; the last one there is, where that is unbounded.
    fn year(&self) -> i64 {
        match self.cutoff {
            Cutoff::Moment(moment) => moment.day().year,
            Cutoff::Order { day, .. } => day.year,
        }
        .clamp(i64::from(i16::MIN), i64::from(i16::MAX))
    }

    fn columns_of(&self, organisations: &[OrganisationId]) -> Vec<Column> {
        let head = [
            Column::text("party", "ISO 3166-1 alpha-3, ISO 3166-3 alpha-4 for a former state, or a slug").required(),
            Column::text("name", "The party's name; empty where it has none beside its code"),
            Column::text("year", "The year at whose end the status is held").of("integer").required(),
        ];
        let told = "0 none, 1 full, 2 associate, 3 observer, -9 not stated or only possibly";
        let column = |one: &OrganisationId| {
            let name = self.name_of_organisation(one);
            // A slug may be the name of a column before it.
            let taken = head.iter().any(|column| column.name == one.as_str());
            let heading = if taken { format!("organisation:{one}") } else { one.to_string() };
            Column::text(heading, format!("Status in {name}: {told}")).of("integer").required()
        };
        let columns: Vec<Column> = organisations.iter().map(column).collect();
        head.into_iter().chain(columns).collect()
    }
}

fn codes(more: &[Code]) -> BTreeMap<Status, i8> {
    let usual = [("member", 1), ("associate", 2), ("observer", 3)];
    let usual = usual.map(|(status, code)| (status.parse().expect("a token"), code));
    usual.into_iter().chain(more.iter().map(|more| (more.status.clone(), more.code))).collect()
}

/// The code at a moment. Neighbouring spells of one code are one stay: when one passes into the other is of no account.
fn code(folded: &Folded, codes: &BTreeMap<Status, i8>, at: &Cutoff) -> i8 {
    let of = |spell: &Spell| codes.get(&spell.status).copied().unwrap_or(NONE);
    let mut found = NONE;
    for stay in folded.spells.chunk_by(|left, right| of(left) == of(right)) {
        let first = &stay[0];
        // That nothing is held is sure only where nothing may be.
        match stays(stay, at) {
            _ if of(first) == NONE => {}
            Answer::Yes => return of(first),
            Answer::Possibly => found = UNCLEAR,
            Answer::No => {}
        }
    }
    found
}

/// The first year in which a spell may hold, where it is bounded.
fn first_year(spell: &Spell) -> Option<i64> {
    let range = spell.start.range;
    let moment = [range.earliest, range.latest].into_iter().find(|moment| moment.is_bounded())?;
    (!spell.status.is_none()).then(|| moment.day().year)
}
