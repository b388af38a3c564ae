//! Memberships: who holds which status, and the spells of a timeline.

use std::collections::BTreeMap;

use comfy_table::Cell;
use projector::{Count, Dated, Members, PartyTimeline, Remarks, SpellRow, StepRow, Successor, Timeline};
use summit::{Answer, Status};

use super::page::{answer, marks, name, sources, with_name, word};
use super::{Page, Text};

impl Text for Members {
    fn text(&self, page: &mut Page<'_>) {
        page.heading(with_name(&self.organisation, self.name.as_deref()), &self.token);
        page.line(counts(&self.counts));
        let rows = self.parties.iter().map(|row| {
            let suspended = match row.suspended {
                Answer::Yes => Some("suspended".to_owned()),
                Answer::Possibly => Some("possibly suspended".to_owned()),
                Answer::No => None,
            };
            [
                Cell::new(&row.party),
                name(&row.party, row.name.as_deref()),
                word(row.status.as_ref()),
                answer(row.answer.as_str()),
                since(row.since.as_ref()),
                since(row.until.as_ref()),
                marks(suspended.into_iter().chain(contested(row.contested))),
            ]
        });
        let rows = rows.collect();
        page.table(["PARTY", "NAME", "STATUS", "ANSWER", "SINCE", "UNTIL", "MARKS"], rows);
        successions(page, chain(&self.organisation, &[], &self.succeeded_by));
        page.remarks(&self.remarks);
    }
}

/// Parties by status, in one line.
pub(crate) fn counts(counts: &BTreeMap<Status, Count>) -> String {
    if counts.is_empty() {
        return "nobody holds a status".to_owned();
    }
    let said = counts.iter().map(|(status, Count { yes, possibly })| match possibly {
        0 => format!("{status} {yes}"),
        _ => format!("{status} {yes} (possibly {possibly} more)"),
    });
    said.collect::<Vec<_>>().join(", ")
}

impl Text for Timeline {
    fn text(&self, page: &mut Page<'_>) {
        page.heading(format_args!("{}: timeline", with_name(&self.organisation, self.name.as_deref())), &self.token);
        if let Some(founded) = &self.founded {
            page.line(format_args!("founded {}", founded.edtf));
        }
        let spells = self.parties.iter().flat_map(|row| row.spells.iter().map(|spell| spell_row(row, spell)));
        page.table(["PARTY", "NAME", "STATUS", "SINCE", "UNTIL", "ANSWER", "MARKS"], spells.collect());
        ladder(page, &self.parties);
        let parties = self.parties.iter().flat_map(|row| chain(&row.party, &row.succeeds, &row.succeeded_by));
        let parties: Vec<Link<'_>> = parties.collect();
        successions(page, chain(&self.organisation, &self.succeeds, &self.succeeded_by).chain(parties));
        for silent in self.parties.iter().filter(|row| row.spells.is_empty() && row.steps.is_empty()) {
            page.line(format_args!("{}: not stated", silent.party));
        }
        page.remarks(&self.remarks);
    }
}

fn spell_row(row: &PartyTimeline, spell: &SpellRow) -> [Cell; 7] {
    let [status, since, until, answer, marks] = spell_cells(spell);
    [Cell::new(&row.party), name(&row.party, row.name.as_deref()), status, since, until, answer, marks]
}

/// Status, since, until, answer, marks.
pub(crate) fn spell_cells(spell: &SpellRow) -> [Cell; 5] {
    let suspended = spell.suspensions.iter().map(|period| match &period.until {
        Some(until) => format!("suspended {} to {}", period.since.edtf, until.edtf),
        None => format!("suspended since {}", period.since.edtf),
    });
    [
        Cell::new(&spell.status),
        since(Some(&spell.since)),
        since(spell.until.as_ref()),
        answer(spell.answer.as_str()),
        marks(suspended.chain(contested(spell.contested))),
    ]
}

/// Who comes before or after whom.
type Link<'r> = (String, &'static str, &'r Successor);

/// Whom one comes after, and whom before.
pub(crate) fn chain<'r, N: ToString>(
    one: &N,
    succeeds: &'r [Successor],
    succeeded_by: &'r [Successor],
) -> impl Iterator<Item = Link<'r>> + use<'r, N> {
    let (former, latter) = (one.to_string(), one.to_string());
    let after = succeeds.iter().map(move |other| (former.clone(), "after", other));
    after.chain(succeeded_by.iter().map(move |other| (latter.clone(), "before", other)))
}

/// Successions, where there are any.
pub(crate) fn successions<'r>(page: &mut Page<'_>, links: impl IntoIterator<Item = Link<'r>>) {
    let rows = links.into_iter().map(|(one, comes, other)| {
        let name = other.party.as_ref().map(ToString::to_string);
        let name = name.or_else(|| other.organisation.as_ref().map(ToString::to_string));
        let nobody = name.is_none().then(|| "nobody".to_owned());
        [
            other.through.as_ref().map_or_else(|| Cell::new(one), Cell::new),
            Cell::new(comes),
            word(name.or(nobody)),
            Cell::new(other.manner),
            Cell::new(&other.occurred),
            answer(other.answer.as_str()),
            word(other.only_in.as_ref()),
            Cell::new(sources(&other.attribution)),
            Cell::new(page.id(other.event)),
        ]
    });
    let rows: Vec<[Cell; 9]> = rows.collect();
    if !rows.is_empty() {
        page.part("succession");
    }
    page.table(["WHO", "COMES", "OTHER", "MANNER", "WHEN", "ANSWER", "ONLY IN", "SOURCE", "EVENT"], rows);
}

fn ladder(page: &mut Page<'_>, parties: &[PartyTimeline]) {
    let steps = || parties.iter().flat_map(|row| row.steps.iter().map(move |step| (&row.party, step)));
    if steps().next().is_some() {
        page.part("ladder");
    }
    let rows = steps().map(|(party, step)| {
        let [towards, rung, occurred, source, event] = step_cells(page, step);
        [Cell::new(party), towards, rung, occurred, source, event]
    });
    let rows = rows.collect();
    page.table(["PARTY", "TOWARDS", "STEP", "WHEN", "SOURCE", "EVENT"], rows);
}

/// Towards, step, when, source, event.
pub(crate) fn step_cells(page: &Page<'_>, step: &StepRow) -> [Cell; 5] {
    [
        Cell::new(&step.towards),
        Cell::new(step.step),
        Cell::new(&step.occurred),
        Cell::new(sources(&step.attribution)),
        Cell::new(page.id(step.event)),
    ]
}

/// When something changed, as EDTF.
pub(crate) fn since(dated: Option<&Dated>) -> Cell {
    word(dated.map(|dated| &dated.edtf))
}

/// The mark of what sources disagree about.
pub(crate) fn contested(is: bool) -> Option<String> {
    is.then(|| "contested".to_owned())
}

impl Text for Remarks {
    fn text(&self, page: &mut Page<'_>) {
        let of = self.organisation.as_ref().map_or("everything".to_owned(), ToString::to_string);
        page.heading(of, &self.token);
        if self.remarks.is_empty() {
            page.line("nothing is odd");
        }
        page.remarks(&self.remarks);
    }
}
