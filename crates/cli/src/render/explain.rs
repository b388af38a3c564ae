//! Why the view says so, and what changed in what is known.

use comfy_table::Cell;
use projector::{Diff, Difference, Explained, Explanation, SpellRow};

use super::members::{spell_cells, step_cells};
use super::page::{count, sources};
use super::{Page, Text};

impl Text for Explanation {
    fn text(&self, page: &mut Page<'_>) {
        page.heading(format_args!("{} in {}", self.party, self.organisation), &self.token);
        if self.spells.is_empty() && self.steps.is_empty() && self.taken_back.is_empty() {
            page.line("not stated: no event speaks of it");
        }
        for spell in &self.spells {
            explained(page, spell);
        }
        if !self.steps.is_empty() {
            page.part("ladder, which changes no status");
        }
        let steps = self.steps.iter().map(|step| step_cells(page, step)).collect();
        page.table(["TOWARDS", "STEP", "WHEN", "SOURCE", "EVENT"], steps);
        if !self.taken_back.is_empty() {
            page.part("taken back, so of no account");
        }
        let taken_back = self.taken_back.iter().map(|claim| {
            let (event, by) = (page.id(claim.event), page.ids(&claim.by));
            [Cell::new(claim.kind), Cell::new(&claim.occurred), Cell::new(event), Cell::new(by)]
        });
        let taken_back = taken_back.collect();
        page.table(["KIND", "WHEN", "EVENT", "BY"], taken_back);
    }
}

fn explained(page: &mut Page<'_>, spell: &Explained) {
    let until = spell.until.as_ref().map(|until| format!(" until {}", until.edtf)).unwrap_or_default();
    let contested = if spell.contested { ", contested" } else { "" };
    page.part(format_args!("{} since {}{until}: {}{contested}", spell.status, spell.since.edtf, spell.answer));
    page.line(format_args!("rule: {}", spell.rule));
    let claims = spell.claims.iter().map(|claim| {
        [
            Cell::new(claim.role.as_str()),
            Cell::new(claim.kind),
            Cell::new(&claim.status),
            Cell::new(&claim.occurred),
            Cell::new(claim.authority),
            Cell::new(sources(&claim.attribution)),
            Cell::new(claim.position),
            Cell::new(page.id(claim.event)),
        ]
    });
    let claims = claims.collect();
    page.table(["ROLE", "KIND", "STATUS", "WHEN", "AUTHORITY", "SOURCE", "POSITION", "EVENT"], claims);
}

impl Text for Diff {
    fn text(&self, page: &mut Page<'_>) {
        page.heading(format_args!("{}: what changed, from", self.organisation), &self.from);
        page.heading("to", &self.to);
        if self.changes.is_empty() {
            page.line("nothing changed");
            return;
        }
        page.line(count(self.changes.len(), "party changed", "parties changed"));
        for change in &self.changes {
            difference(page, change);
        }
    }
}

fn difference(page: &mut Page<'_>, change: &Difference) {
    page.part(match change.party.iso_name() {
        Some(name) => format!("{} {name}", change.party),
        None => change.party.to_string(),
    });
    let row = |side: &str, spell: &SpellRow| {
        let [status, since, until, answer, marks] = spell_cells(spell);
        [Cell::new(side), status, since, until, answer, marks]
    };
    let nothing = |side: &str| {
        let [empty, none] = ["", "nothing on record"].map(Cell::new);
        [Cell::new(side), none, empty.clone(), empty.clone(), empty.clone(), empty]
    };
    let mut rows = Vec::new();
    for (side, spells) in [("before", &change.before), ("after", &change.after)] {
        rows.extend(spells.iter().map(|spell| row(side, spell)));
        rows.extend(spells.is_empty().then(|| nothing(side)));
    }
    page.table(["", "STATUS", "SINCE", "UNTIL", "ANSWER", "MARKS"], rows);
    page.line(format_args!("by {}", page.ids(&change.causes)));
}
