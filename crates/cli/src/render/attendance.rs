//! Attendance: the meeting, its delegations, those unnamed and those of whom nothing is said.

use comfy_table::Cell;
use projector::{Attendance, Delegation, MeetingInfo, Member};
use summit::{MeetingId, Mode, Named, PartyId};

use super::members::contested;
use super::page::{answer, count, marks, name, person, word};
use super::{Page, Text};

impl Text for Attendance {
    fn text(&self, page: &mut Page<'_>) {
        let called = page.seen(&self.token).and_then(|view| view.called(&Named::Meeting(self.meeting.clone())));
        let title = called.as_deref().or(self.meeting_info.title.as_deref());
        page.heading(title.unwrap_or(self.meeting.as_str()), &self.token);
        let about = about(title.map(|_| &self.meeting), &self.meeting_info);
        if !about.is_empty() {
            page.line(about);
        }
        page.line(summary(&self.delegations));
        let rows = self.delegations.iter().map(delegation);
        page.table(["PARTY", "NAME", "PRESENCE", "LEVEL", "PERSON", "CAPACITY", "MARKS"], rows.collect());
        let groups = self.groups.iter().map(|group| {
            let (level, capacity) = (word(group.level), word(group.capacity.as_ref()));
            [Cell::new(&group.group), answer(group.presence.as_str()), level, capacity]
        });
        if !self.groups.is_empty() {
            page.part("unnamed");
        }
        page.table(["WHO", "PRESENCE", "LEVEL", "CAPACITY"], groups.collect());
        if !self.not_stated.is_empty() {
            let parties = self.not_stated.iter().map(PartyId::as_str).collect::<Vec<_>>().join(" ");
            page.line(format_args!("\nmembers of whom nothing is said: {parties}"));
        }
        if !self.parts.is_empty() {
            let parts = self.parts.iter().map(MeetingId::as_str).collect::<Vec<_>>().join(" ");
            page.line(format_args!("\nparts: {parts}"));
        }
        page.remarks(&self.remarks);
    }
}

fn about(titled: Option<&MeetingId>, info: &MeetingInfo) -> String {
    let mut said = Vec::new();
    said.extend(titled.map(ToString::to_string));
    said.extend(info.form.map(|form| form.to_string()));
    said.extend(info.phase.map(|phase| phase.to_string()));
    said.extend(info.held.as_ref().map(|held| held.edtf.clone()));
    said.extend(info.venue.clone());
    said.extend(info.place.clone());
    said.extend(info.host.as_ref().map(|host| format!("host {host}")));
    said.extend(info.part_of.iter().map(|whole| format!("part of {whole}")));
    said.extend(info.sidelines_of.iter().map(|main| format!("on the sidelines of {main}")));
    said.join(", ")
}

/// Delegations by presence, in one line.
pub(crate) fn summary(delegations: &[Delegation]) -> String {
    let of = |word: &str| delegations.iter().filter(|row| row.presence.as_str() == word).count();
    let said = ["present", "announced", "absent", "not_stated"].map(|word| (word, of(word)));
    let said: Vec<String> = said
        .into_iter()
        .filter(|(_, number)| *number > 0)
        .map(|(word, number)| format!("{number} {}", word.replace('_', " ")))
        .collect();
    let all = count(delegations.len(), "delegation", "delegations");
    if said.is_empty() { all } else { format!("{all}: {}", said.join(", ")) }
}

fn delegation(row: &Delegation) -> [Cell; 7] {
    let capacity = row
        .capacity
        .as_ref()
        .map(|capacity| if row.capacity_derived { format!("{capacity} (derived)") } else { capacity.to_string() });
    let mut notes = Vec::new();
    notes.extend((row.answer.as_str() != "yes").then(|| format!("answer {}", row.answer)));
    notes.extend(
        row.in_lieu_of.as_ref().map(|other| format!("in lieu of {}", person(other, row.in_lieu_of_name.as_deref()))),
    );
    notes.extend(row.absent_levels.iter().map(|level| format!("absent at {level}")));
    notes.extend(row.mode.filter(|mode| *mode != Mode::InPerson).map(|mode| format!("by {mode}")));
    notes.extend((!row.members.is_empty()).then(|| format!("with {}", members(&row.members))));
    notes.extend(row.parts.iter().map(|part| format!("at {part}")));
    notes.extend(contested(row.contested));
    [
        Cell::new(&row.party),
        name(&row.party, row.name.as_deref()),
        answer(row.presence.as_str()),
        word(row.level),
        word(row.person.as_ref().map(|head| person(head, row.person_name.as_deref()))),
        word(capacity),
        marks(notes),
    ]
}

fn members(members: &[Member]) -> String {
    let name = |member: &Member| person(&member.person, member.person_name.as_deref());
    members.iter().map(name).collect::<Vec<_>>().join(" and ")
}
