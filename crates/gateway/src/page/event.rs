//! One event: what it says, as its author wrote it, and whether it counts.

use axum::response::Response;
use maud::html;
use projector::Indexed;
use serde_json::Value;

use super::marks;
use super::sentence;
use super::shown::{Page, shown};
use super::why::instant;
use super::words;
use crate::ask::{Asking, Lane, document_at};
use crate::problem::{Code, Problem};

pub(super) async fn event(asking: Asking) -> Result<Response, Problem> {
    let found = asking.name_as_text("id");
    let prefix = projector::id_prefix(found)
        .map_err(|_| Problem::parameter("id", found, "an event's id, or how one begins, such as d0653777"))?;
    let stands = |index: &projector::Index| {
        let id = index.find(&prefix)?;
        Ok::<_, Problem>(index.event(id).map(|record| (id, record.position)))
    };
    let stands = asking.service.index().ask(stands)?;
    let (id, position) = stands.ok_or_else(|| Problem::new(Code::UnknownEvent, "no such event"))?;
    let document = document_at(&asking.service, position).await?;
    shown(asking, Lane::Quick, move |look| {
        let told = look.view.event(id)?;
        let record = told.record;
        let json: Value = serde_json::from_slice(&document).unwrap_or_default();
        let json = serde_json::to_string_pretty(&json).expect("a JSON value can be written");
        let list = |ids: &[summit::EventId]| html! {
            @for (place, id) in ids.iter().enumerate() { @if place > 0 { ", " } (words::event(look, *id)) }
        };
        let main = html! {
            p.lead { (sentence::of(look, &record.event)) }
            p {
                @if told.active { span.active { "It counts." } }
                @else if told.selected { span.inactive { "It does not count: taken out of effect by " (list(&told.taken_by)) "." } }
                @else { span.inactive { "It does not count from here: it was not on record then, or is another source's." } }
            }
            dl.facts {
                dt { "Occurred" } dd { time.edtf { (record.event.shared.occurred) } }
                dt { "Authority" } dd { (marks::authority(record.event.shared.authority())) }
                dt { "Source" } dd { (sentence::sources(&record.event.shared.attribution)) }
                dt { "Published by" } dd { bdi { (record.event.source) } }
                dt { "Position" } dd { (record.position) }
                dt { "Stored at" } dd { (instant(record.stored_at)) }
                dt { "Recorded at" } dd { (instant(record.recorded_at())) }
                @if !told.corrected_by.is_empty() { dt { "Corrected by" } dd { (list(&told.corrected_by)) } }
                @if !told.retracted_by.is_empty() { dt { "Retracted by" } dd { (list(&told.retracted_by)) } }
                dt { "Id" } dd { code { (id) } }
            }
            p.deeds {
                a.button href=(format!("/record/correct/{id}")) { "Correct" } " "
                a.button href=(format!("/record/retract/{id}")) { "Retract" }
            }
            h2 { "As its author wrote it" }
            pre.document tabindex="0" { code { (turns_shown(&json)) } }
        };
        Ok(Page { title: format!("Event {}", &id.to_string()[..8]), main, modules: &[] })
    })
    .await
}

/// JSON in which what turns the direction of writing is written by its number, as JSON may: nothing stands elsewhere than
/// it is.
fn turns_shown(json: &str) -> String {
    let turns = ('\u{202A}'..='\u{202E}').chain('\u{2066}'..='\u{2069}');
    turns.fold(json.to_owned(), |json, turn| json.replace(turn, &format!("\\u{:04x}", u32::from(turn))))
}

#[cfg(test)]
mod tests {
    use super::turns_shown;

    #[test]
    fn what_turns_the_direction_of_writing_is_seen() {
        let shown = turns_shown("{\"words\": \"a\u{202E}b\u{2069}\u{200F}é\"}");
        assert_eq!(shown, "{\"words\": \"a\\u202eb\\u2069\u{200F}é\"}");
        let read = |json: &str| serde_json::from_str::<serde_json::Value>(json).expect("JSON");
        assert_eq!(read(&shown), read("{\"words\": \"a\u{202E}b\u{2069}\u{200F}é\"}"));
    }
}
