//! Finding by any name: what fits, the best first.

use axum::response::Response;
use maud::{Markup, html};
use projector::{Found, Hit, What};
use summit::Named;

use super::marks;
use super::sentence;
use super::shown::{Look, Page, shown};
use super::words;
use crate::ask::{Asking, Lane};
use crate::problem::Problem;

/// How many events are offered where an id is looked for.
const EVENTS: usize = 5;
/// How many characters of an id are enough to look for one.
const ID_LEAST: usize = 6;

pub(super) async fn find(mut asking: Asking) -> Result<Response, Problem> {
    asking.parameters.leave_out_empty();
    let text = asking.parameters.take("q", "a name, or some words of it", |text| Ok(text.to_owned()))?;
    let only: Option<What> = asking.parameters.parse("kind", "party, organisation, meeting, instrument or person")?;
    shown(asking, Lane::Quick, move |look| {
        let text = text.unwrap_or_default();
        let main = html! {
            form.finding method="get" action="/find" role="search" aria-label="Everything" {
                @for (name, value) in look.links.all() { @if name != "q" && name != "kind" { input type="hidden" name=(name) value=(value); } }
                label for="q" { "A name in any language and of any time, some words of it, an identifier, or the beginning of an event's id" }
                input type="search" id="q" name="q" value=(text) autocomplete="off";
                button { "Find" }
            }
            @if !text.is_empty() { (found(look, &text, &look.view.find(&text, only))) }
        };
        let title = if text.is_empty() { "Find".to_owned() } else { format!("Find: {text}") };
        Ok(Page { title, main, modules: &[] })
    })
    .await
}

fn found(look: &Look<'_>, text: &str, found: &Found) -> Markup {
    let events: Vec<_> = if text.len() >= ID_LEAST && projector::id_prefix(text).is_ok() {
        look.index.ids_beginning(text).take(EVENTS).filter_map(|id| look.view.event(id).ok()).collect()
    } else {
        Vec::new()
    };
    html! {
        @if found.hits.is_empty() && events.is_empty() { p.note role="status" { "Nothing is called " q { bdi { (text) } } " from here." } }
        ol.plain.hits {
            @for told in &events {
                li.card { p.small.quiet { "event" } p { (words::event(look, told.record.event.id)) ": " (sentence::of(look, &told.record.event)) } }
            }
            @for hit in &found.hits {
                li.card data-found=(hit.identifier()) {
                    p.small.quiet { (What::of(&hit.of).as_str()) " " code { (hit.identifier()) } }
                    h2 { (way(look, &hit.of)) }
                    (fits(hit))
                }
            }
        }
        @if found.more { p.quiet { "More fits: say more of the name." } }
    }
}

/// The name that the text fits, where it is not the one that is shown.
fn fits(hit: &Hit) -> Markup {
    html! {
        @if let Some(matched) = hit.matched.as_ref().filter(|matched| Some(matched.name.as_ref()) != hit.name.as_deref()) {
            p.small { "called " q { bdi { (matched.name) } } " " (marks::answer(matched.answer.into())) }
        }
    }
}

/// The way to something, by its name.
fn way(look: &Look<'_>, named: &Named) -> Markup {
    match named {
        Named::Party(id) => words::party(look, id),
        Named::Organisation(id) => words::organisation(look, id),
        Named::Meeting(id) => words::meeting(look, id),
        Named::Person(id) => words::person(look, id, id.as_str()),
        Named::Instrument(id) => html! { bdi { (words::instrument_name(look.view, id)) } },
    }
}
