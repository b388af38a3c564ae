//! Instruments, and what was done to them.

use comfy_table::Cell;
use projector::{ActRow, SignatoryRow, Signings};
use summit::{Certainty, Named};

use super::page::{answer, count, marks, person, sources, word};
use super::{Page, Text};

impl Text for Signings {
    fn text(&self, page: &mut Page<'_>) {
        page.heading(count(self.instruments.len(), "instrument", "instruments"), &self.token);
        let view = page.seen(&self.token);
        for row in &self.instruments {
            let called = view.as_ref().and_then(|view| view.called(&Named::Instrument(row.instrument.clone())));
            let form = row.form.map(|form| format!(", {form}")).unwrap_or_default();
            match called.as_deref().or(row.title.as_deref()) {
                Some(title) => page.part(format_args!("{title} ({}{form})", row.instrument)),
                None => page.part(format_args!("{}{form}", row.instrument)),
            }
            let acts = row.acts.iter().map(|act| acted(page, act)).collect();
            let header = ["ACT", "WHEN", "ANSWER", "BY", "MEETING", "AUTHORITY", "SOURCE", "MARKS", "EVENT"];
            page.table(header, acts);
        }
    }
}

fn acted(page: &Page<'_>, act: &ActRow) -> [Cell; 9] {
    let by: Vec<String> = act.signatories.iter().map(signatory).collect();
    let mut notes = Vec::new();
    notes.extend((!by.is_empty() && !act.signatories_complete).then(|| "perhaps others".to_owned()));
    notes.extend((act.certainty != Certainty::Asserted).then(|| act.certainty.to_string()));
    [
        Cell::new(act.act.as_str().replace('_', " ")),
        Cell::new(&act.occurred),
        answer(act.answer.as_str()),
        Cell::new(by.join(", ")),
        word(
            act.meeting
                .as_ref()
                .map(ToString::to_string)
                .or_else(|| act.organisation.as_ref().map(ToString::to_string)),
        ),
        Cell::new(act.authority),
        Cell::new(sources(&act.attribution)),
        marks(notes),
        Cell::new(page.id(act.event)),
    ]
}

fn signatory(signatory: &SignatoryRow) -> String {
    let person = |who| person(who, signatory.person_name.as_deref());
    match (&signatory.party, &signatory.person) {
        (Some(party), Some(who)) => format!("{party}: {}", person(who)),
        (Some(party), None) => party.to_string(),
        (None, Some(who)) => person(who),
        (None, None) => "unnamed".to_owned(),
    }
}
