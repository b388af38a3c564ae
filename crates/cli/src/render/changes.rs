//! Changes, one a line.

use projector::{Change, Changes, Delegation, Index, Record, Row};

use summit::Content;

use super::page::{Page, person, sources};

/// One line for each change, ended.
pub(crate) fn lines(changes: &Changes, index: &Index) -> String {
    let page = Page::new(index, None);
    let by = match (&changes.cause, &changes.date) {
        (Some(cause), _) => format!("by {}", page.id(*cause)),
        (None, Some(date)) => format!("since it is {date}"),
        (None, None) => String::new(),
    };
    let line = |change: &Change| {
        let (what, before, after) = match change {
            Change::Membership { organisation, party, before, after } => {
                (format!("{organisation} {party}"), rows(before), rows(after))
            }
            Change::Attendance { meeting, party, before, after } => {
                (format!("{meeting} {party}"), delegation(before.as_deref()), delegation(after.as_deref()))
            }
        };
        let what_else = if before == after { " (what it rests on)" } else { "" };
        format!("{}\t{what}: {before} -> {after}{what_else}, {by}\n", changes.position)
    };
    changes.changes.iter().map(line).collect()
}

fn rows(rows: &[Row]) -> String {
    let one = |row: &Row| {
        let status = row.status.as_ref().map_or("nothing".to_owned(), ToString::to_string);
        let since = row.since.as_ref().map(|since| format!(" since {}", since.edtf)).unwrap_or_default();
        let until = row.until.as_ref().map(|until| format!(" until {}", until.edtf)).unwrap_or_default();
        let answer = if row.answer.as_str() == "yes" { String::new() } else { format!(" ({})", row.answer.as_str()) };
        let contested = if row.contested { ", contested" } else { "" };
        format!("{status}{since}{until}{answer}{contested}")
    };
    if rows.is_empty() { "nothing".to_owned() } else { rows.iter().map(one).collect::<Vec<_>>().join(" and ") }
}

fn delegation(row: Option<&Delegation>) -> String {
    let Some(row) = row else { return "not stated".to_owned() };
    let mut said = vec![row.presence.as_str().replace('_', " ")];
    said.extend(row.level.map(|level| level.to_string()));
    said.extend(row.person.as_ref().map(|head| person(head, row.person_name.as_deref())));
    said.extend(row.contested.then(|| "contested".to_owned()));
    said.join(", ")
}

/// An event in one line, ended: its position, what it is, about what, who says so.
pub(crate) fn event(record: &Record, index: &Index) -> String {
    let (event, shared) = (&record.event, &record.event.shared);
    let about = [
        shared.organisation.as_ref().map(ToString::to_string),
        shared.meeting.as_ref().map(ToString::to_string),
        about(&event.content),
    ];
    let about: Vec<String> = about.into_iter().flatten().collect();
    let about = about.join(" ");
    let (id, by) = (Page::new(index, None).id(event.id), sources(&shared.attribution));
    format!("{}\t{} {} {about}, {by}, {id}\n", record.position, shared.occurred, event.kind())
}

/// The one whom, or the thing which, an event is about.
#[expect(clippy::wildcard_enum_match_arm, reason = "only these are about one party or thing")]
fn about(content: &Content) -> Option<String> {
    match content {
        Content::Admission(claim) => Some(format!("{} {}", claim.party, claim.status)),
        Content::Standing(claim) => Some(format!("{} {}", claim.party, claim.status)),
        Content::Step(claim) => Some(format!("{} {}", claim.party, claim.step)),
        Content::Suspension(claim) | Content::Reinstatement(claim) => Some(claim.party.to_string()),
        Content::Withdrawal(claim) => Some(claim.party.to_string()),
        Content::Arrival(claim) | Content::Departure(claim) => claim.party.as_ref().map(ToString::to_string),
        Content::Attendance(claim) => claim.party.as_ref().map(ToString::to_string),
        Content::Signing(act) => Some(act.instrument.to_string()),
        Content::Statement(said) => Some(format!("\"{}\"", said.words)),
        Content::Tally(tally) => Some(format!("{} {}", tally.value, tally.what)),
        Content::Retraction(retraction) => Some(format!("of {}", retraction.retracts)),
        _ => None,
    }
}
