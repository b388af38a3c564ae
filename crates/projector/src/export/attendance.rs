//! Attendance: one row for each person, delegation without one, or group at a meeting.

use summit::{Level, MeetingId, Mode, PartyId, Person};

use super::table::{Column, Rows, Table, Writing, listed};
use crate::answer::Attendance;
use crate::view::{AskError, View};

/// What a row says of one person.
#[derive(Default)]
struct Who<'a> {
    role: &'static str,
    person: Option<&'a Person>,
    level: Option<Level>,
    mode: Option<Mode>,
    in_lieu_of: Option<&'a Person>,
}

impl View<'_> {
    /// Who took part in meetings, as a table; all, or the delegations of one party. Cost: the claims of the meetings and
    /// their parts.
    pub fn attendance_table(
        &self,
        meetings: &[MeetingId],
        party: Option<&PartyId>,
        writing: Writing,
    ) -> Result<Table, AskError> {
        let mut rows = Rows::new(columns(), writing);
        for meeting in meetings {
            self.attendance_rows(&self.attendance_of(meeting, party)?, &mut rows);
        }
        let names: Vec<&str> = meetings.iter().map(MeetingId::as_str).collect();
        let title = match names.as_slice() {
            [one] => format!("who took part in {one}"),
            several => format!("who took part in {} meetings", several.len()),
        };
        Ok(rows.table("attendance", title, &[]))
    }

    fn attendance_rows(&self, attendance: &Attendance, rows: &mut Rows) {
        let info = &attendance.meeting_info;
        let meeting = [
            attendance.meeting.to_string(),
            info.title.clone().unwrap_or_default(),
            info.held.as_ref().map(|held| held.edtf.clone()).unwrap_or_default(),
        ];
        for row in &attendance.delegations {
            let head = Who {
                role: "head",
                person: row.person.as_ref(),
                level: row.level,
                mode: row.mode,
                in_lieu_of: row.in_lieu_of.as_ref(),
            };
            let members = row.members.iter().map(|member| Who {
                role: "member",
                person: Some(&member.person),
                level: member.level,
                mode: member.mode,
                in_lieu_of: member.in_lieu_of.as_ref(),
            });
            let sources = rows.sources(self, &row.evidence);
            for who in [head].into_iter().chain(members) {
                let party = [row.party.to_string(), self.name_of_party(&row.party).unwrap_or_default(), String::new()];
                let about = [row.answer.to_string(), row.presence.as_str().to_owned()];
                let capacity = row.capacity.as_ref().map(ToString::to_string).unwrap_or_default();
                let rest = [
                    capacity,
                    row.capacity_derived.to_string(),
                    listed(&row.absent_levels),
                    listed(&row.parts),
                    row.contested.to_string(),
                    sources.clone(),
                    listed(&row.evidence),
                ];
                rows.row(meeting.iter().chain(&party).chain(&about).chain(&self.person_cells(&who)).chain(&rest));
            }
        }
        for group in &attendance.groups {
            let party = [String::new(), String::new(), group.group.clone()];
            let about = [group.answer.to_string(), group.presence.as_str().to_owned()];
            let who = Who { role: "group", level: group.level, ..Who::default() };
            let capacity = group.capacity.as_ref().map(ToString::to_string).unwrap_or_default();
            let sources = rows.sources(self, &group.evidence);
            let no = || false.to_string();
            let rest = [capacity, no(), String::new(), String::new(), no(), sources, listed(&group.evidence)];
            rows.row(meeting.iter().chain(&party).chain(&about).chain(&self.person_cells(&who)).chain(&rest));
        }
    }

    fn person_cells(&self, who: &Who<'_>) -> [String; 10] {
        let said = |person: Option<&Person>| person.map(|person| person.name.clone()).unwrap_or_default();
        let id = |person: Option<&Person>| person.map(|person| person.id.to_string()).unwrap_or_default();
        let name = |person: Option<&Person>| person.map(|person| self.name_of_person(person)).unwrap_or_default();
        [
            who.role.to_owned(),
            said(who.person),
            id(who.person),
            name(who.person),
            who.person.and_then(|person| person.office.clone()).unwrap_or_default(),
            who.level.map(|level| level.to_string()).unwrap_or_default(),
            who.mode.map(|mode| mode.to_string()).unwrap_or_default(),
            said(who.in_lieu_of),
            id(who.in_lieu_of),
            name(who.in_lieu_of),
        ]
    }
}

fn columns() -> Vec<Column> {
    vec![
        Column::text("meeting", "The meeting's slug").required(),
        Column::text("title", "Its title"),
        Column::text("held", "From its first to its last day, as EDTF"),
        Column::text(
            "party",
            "ISO 3166-1 alpha-3, ISO 3166-3 alpha-4 for a former state, or a slug; empty for a group",
        ),
        Column::text("name", "The party's name; empty where it has none beside its code"),
        Column::text("group", "Words for unnamed ones"),
        Column::text("answer", "Whether what is said of it has happened by the vantage: yes or possibly").required(),
        Column::text("presence", "present, announced, absent or not_stated").required(),
        Column::text("role", "head or member of the delegation, or a group").required(),
        Column::text("person", "Who, as a source names them; empty where nobody is named"),
        Column::text("person_id", "Their slug"),
        Column::text("person_name", "Their name at the vantage, in the wanted language"),
        Column::text("office", "Their office, as that source says"),
        Column::text("level", "The level of representation, in the words of protocol offices (HS, HG, FM …)"),
        Column::text("mode", "in_person, video or hybrid"),
        Column::text("in_lieu_of", "In whose place they came, as a source names them"),
        Column::text("in_lieu_of_id", "Their slug"),
        Column::text("in_lieu_of_name", "Their name at the vantage, in the wanted language"),
        Column::text("capacity", "The capacity in which the party took part"),
        Column::text("capacity_derived", "Whether the capacity is not stated but follows from membership")
            .of("boolean")
            .required(),
        Column::text(
            "absent_levels",
            "Levels at which the party is said to have been absent, with spaces between them",
        ),
        Column::text("parts", "Parts of the meeting in which it took part, with spaces between them"),
        Column::text("contested", "Whether sources disagree").of("boolean").required(),
        Column::text("sources", "Who says so, with semicolons between them"),
        Column::text("events", "The ids of the events that suffice for the row, with spaces between them").required(),
    ]
}
