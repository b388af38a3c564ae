//! The programme: parts and sidelines, nested, in the order of the world.

use std::iter::Peekable;
use std::slice::Iter;

use maud::{Markup, html};
use projector::Scheduled;

use super::about;
use crate::page::shown::Look;
use crate::page::words;

/// The programme as nested lists.
pub(super) fn programme(look: &Look<'_>, programme: &[Scheduled]) -> Markup {
    level(look, &mut programme.iter().peekable(), 0)
}

/// Everything at one depth up to what is less deep.
fn level(look: &Look<'_>, rest: &mut Peekable<Iter<'_, Scheduled>>, depth: usize) -> Markup {
    let mut items = Vec::new();
    while let Some(one) = rest.next_if(|one| one.depth == depth) {
        let deeper = rest.peek().is_some_and(|next| next.depth > depth);
        let below = deeper.then(|| level(look, rest, depth + 1));
        items.push(html! {
            li data-meeting=(one.meeting) { (item(look, one)) @if let Some(below) = below { (below) } }
        });
    }
    html! { ol.programme.plain { @for item in &items { (item) } } }
}

fn item(look: &Look<'_>, one: &Scheduled) -> Markup {
    let info = &one.info;
    html! {
        div.item {
            span.when {
                @match &info.held {
                    Some(held) => { (about::when(held, info.zone.as_deref())) }
                    None => { span.quiet { "when is not stated" } }
                }
            }
            span.what {
                (words::meeting(look, &one.meeting))
                @if one.on_sidelines { " " span.tag { "on the sidelines" } }
                span.about {
                    @if let Some(form) = info.form { (form) ", " }
                    (about::standing(look, info.phase, info.held.as_ref()))
                    @if let Some(mode) = info.mode { ", " (about::mode(mode)) }
                    @if let Some(venue) = &info.venue { " · " bdi { (venue) } }
                    @if let Some(place) = &info.place { " · " bdi { (place) } }
                }
            }
        }
    }
}
