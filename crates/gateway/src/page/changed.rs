//! What an entry changed, in words.

use maud::{Markup, html};
use projector::{Change, Delegation, Row, SpellRow, Stated};

use super::shown::Look;
use super::words;

/// A change of one cell, with the way to its evidence.
pub(super) fn change(look: &Look<'_>, change: &Change) -> Markup {
    match change {
        Change::Membership { organisation, party, before, after } => html! {
            a href=(look.links.to(format_args!("/organisations/{organisation}/why/{party}"))) {
                bdi { (words::party_name(look.view, party)) } " in " bdi { (words::organisation_name(look.view, organisation)) }
            }
            ": " (turned(&rows(before), &rows(after)))
        },
        Change::Attendance { meeting, party, before, after } => html! {
            a href=(look.links.to(format_args!("/meetings/{meeting}/why/{party}"))) {
                bdi { (words::party_name(look.view, party)) } " at " bdi { (words::meeting_name(look.view, meeting)) }
            }
            ": " (turned(&delegation(before.as_deref()), &delegation(after.as_deref())))
        },
    }
}

fn turned(before: &str, after: &str) -> Markup {
    html! {
        @if before == after { bdi { (after) } span.quiet { " (what it rests on)" } }
        @else { bdi { (before) } " → " strong { bdi { (after) } } }
    }
}

fn rows(rows: &[Row]) -> String {
    let one = |row: &Row| {
        let status = row.status.as_ref().map_or_else(|| "no status".to_owned(), words::status);
        let since = row.since.as_ref().map(|since| format!(" since {}", since.edtf)).unwrap_or_default();
        let until = row.until.as_ref().map(|until| format!(" until {}", until.edtf)).unwrap_or_default();
        let unsure = if row.answer == Stated::Possibly { ", possibly" } else { "" };
        let contested = if row.contested { ", contested" } else { "" };
        format!("{status}{since}{until}{unsure}{contested}")
    };
    if rows.is_empty() { "nothing".to_owned() } else { rows.iter().map(one).collect::<Vec<_>>().join(" and ") }
}

fn delegation(row: Option<&Delegation>) -> String {
    let Some(row) = row else { return "not stated".to_owned() };
    let mut said = vec![row.presence.as_str().replace('_', " ")];
    said.extend(row.level.map(|level| level.to_string()));
    let name = row.person_name.as_deref().or(row.person.as_ref().map(|person| person.name.as_str()));
    said.extend(name.map(ToOwned::to_owned));
    said.extend(row.contested.then(|| "contested".to_owned()));
    said.join(", ")
}

/// Spells in few words.
pub(super) fn spells(rows: &[SpellRow]) -> String {
    let one = |row: &SpellRow| {
        let status = if row.status.is_none() { "no status".to_owned() } else { words::status(&row.status) };
        let until = row.until.as_ref().map(|until| format!(" until {}", until.edtf)).unwrap_or_default();
        let contested = if row.contested { " (contested)" } else { "" };
        format!("{status} since {}{until}{contested}", row.since.edtf)
    };
    rows.iter().map(one).collect::<Vec<_>>().join("; ")
}
