//! One entry of the feed: an event, or a day of the calendar, and what it changed.

use jiff::Timestamp;
use maud::{Markup, html};
use projector::Index;
use serde_json::Value;
use summit::{MeetingId, OrganisationId, PartyId};

use super::super::shown::Look;
use super::super::{sentence, words};
use crate::changes::{Filter, Past, Told};

/// So many changes are shown at once; the others open.
const CHANGES_SHOWN: usize = 4;

/// All of them, the newest first.
pub(super) fn all((look, index): (&Look<'_>, &Index), filter: &Filter, past: &Past) -> Markup {
    html! { @for told in past.told.iter().rev() { (one((look, index), filter, told)) } }
}

fn one((look, index): (&Look<'_>, &Index), filter: &Filter, told: &Told) -> Markup {
    let record = told.cause.and_then(|id| index.event(id));
    let changes: Vec<Value> = filter
        .changes(told)
        .map(|change| serde_json::from_str(&change.json).expect("it was written as JSON"))
        .collect();
    html! {
        li.entry id=(format!("at-{}", told.id)) data-id=(told.id) data-event[record.is_some()] {
            p.entry-head {
                span.kind { @match record { Some(record) => (sentence::word(record.event.kind().as_str())), None => "calendar" } }
                @if let Some(record) = record {
                    " " (stored(record.stored_at))
                    " " a.position href=(look.links.to(format_args!("/events/{}", record.event.id))) { "position " (told.at.position) }
                }
            }
            p.entry-said {
                @if let Some(record) = record { (sentence::of(look, &record.event)) }
                @else if let Some(date) = told.date { "The day came: " time datetime=(date) { (date.strftime("%-d %B %Y")) } "." }
            }
            @if let Some(record) = record {
                p.entry-source { "According to " (sentence::sources(&record.event.shared.attribution)) }
            }
            @if !changes.is_empty() {
                ul.changed aria-label="What it changed" { @for change in changes.iter().take(CHANGES_SHOWN) { (changed(look, change)) } }
            }
            @if changes.len() > CHANGES_SHOWN {
                details.more {
                    summary { (changes.len() - CHANGES_SHOWN) " more answers changed" }
                    ul.changed { @for change in changes.iter().skip(CHANGES_SHOWN) { (changed(look, change)) } }
                }
            }
        }
    }
}

/// When the log stored it, to the second.
fn stored(at: Timestamp) -> Markup {
    html! { time datetime=(at) { (at.strftime("%-d %b %Y, %H:%M:%S UTC")) } }
}

/// What an answer was, and what it is.
fn changed(look: &Look<'_>, change: &Value) -> Markup {
    let text = |name: &str| change[name].as_str().unwrap_or_default();
    let party = text("party").parse::<PartyId>();
    let (before, after) = match text("view") {
        "membership" => (membership(&change["before"]), membership(&change["after"])),
        _ => (delegation(&change["before"]), delegation(&change["after"])),
    };
    html! {
        li {
            @if let Ok(party) = &party { (words::party(look, party)) }
            @if let Ok(organisation) = text("organisation").parse::<OrganisationId>() { " in " (words::organisation(look, &organisation)) }
            @if let Ok(meeting) = text("meeting").parse::<MeetingId>() { " at " (words::meeting(look, &meeting)) }
            ": "
            @if before == after { bdi { (after) } ", on other evidence" }
            @else {
                del { span.unseen { "was " } bdi { (before) } }
                span.becomes aria-hidden="true" { " → " }
                ins { span.unseen { ", is " } bdi { (after) } }
            }
        }
    }
}

/// The rows of a party in an organisation, in short.
fn membership(rows: &Value) -> String {
    let row = |row: &Value| {
        let status = row["status"].as_str().map_or_else(|| "no status".to_owned(), sentence::word);
        let answer = row["answer"].as_str().unwrap_or_default();
        let sure = match answer {
            "yes" => String::new(),
            other => format!(" ({})", sentence::word(other)),
        };
        let since = row["since"]["edtf"].as_str().map(|since| format!(" since {since}")).unwrap_or_default();
        let contested = if row["contested"] == true { ", contested" } else { "" };
        let suspended = if row["suspended"] == "no" || row["suspended"].is_null() { "" } else { ", suspended" };
        format!("{status}{sure}{since}{suspended}{contested}")
    };
    let rows: Vec<String> = rows.as_array().into_iter().flatten().map(row).collect();
    if rows.is_empty() { "nothing on record".to_owned() } else { rows.join("; ") }
}

/// A delegation, in short.
fn delegation(row: &Value) -> String {
    if row.is_null() {
        return "nothing on record".to_owned();
    }
    let text = |value: &Value| value.as_str().map(sentence::word);
    let level = row["level"].as_str().map(|level| format!("at level {level}"));
    let possibly = (row["answer"] == "possibly").then(|| "possibly".to_owned());
    let contested = (row["contested"] == true).then(|| "contested".to_owned());
    let person = row["person"]["name"].as_str().map(ToOwned::to_owned);
    let parts = [text(&row["presence"]), possibly, level, person, text(&row["mode"]), contested];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{delegation, membership};

    #[test]
    fn answers_are_told_in_short_and_as_honestly() {
        assert_eq!(membership(&json!([])), "nothing on record");
        let row = json!([{"status": "dialogue_partner", "answer": "possibly", "since": {"edtf": "2016~"}, "suspended": "no", "contested": true}]);
        assert_eq!(membership(&row), "dialogue partner (possibly) since 2016~, contested");
        assert_eq!(delegation(&json!(null)), "nothing on record");
        let row = json!({"presence": "not_stated", "answer": "yes", "level": "FM", "person": {"name": "A"}, "contested": false});
        assert_eq!(delegation(&row), "not stated, at level FM, A");
    }
}
