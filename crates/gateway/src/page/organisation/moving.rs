//! Ways to other vantages: through time, through what was known when, to what one source says. Every one is a link; where
//! scripts run, sliders go the same ways.

use std::collections::BTreeSet;

use jiff::Timestamp;
use maud::{Markup, html};
use projector::{CountsFrom, Heard};
use summit::{Day, Moment};

use crate::page::marks;
use crate::page::shown::Look;

/// Above so many instants one moves through knowledge day by day.
const INSTANTS: usize = 400;
/// How many sources are offered, those first that say most; any other can be written.
const SOURCES: usize = 60;

/// A way through values of one part of the vantage, from the first to the last.
struct Way {
    parameter: &'static str,
    title: &'static str,
    stops: Vec<String>,
    /// The last stop that is not behind the vantage.
    at: usize,
    /// Whether the vantage is exactly there.
    exactly: bool,
    /// What stands for the vantage.
    shown: String,
}

/// The days on which counts change, and the days before: so one stands before and behind every change.
fn through_time(look: &Look<'_>, points: &[CountsFrom]) -> Way {
    let at = look.view.looks_from();
    let changes: Vec<Day> = points.iter().filter_map(|point| point.from).collect();
    let mut days: BTreeSet<Day> = changes.iter().flat_map(|day| [day.previous(), *day]).collect();
    days.insert(Moment::utc(look.now).day());
    let here = at.day();
    let before = days.iter().filter(|day| at.is_bounded() && **day <= here).count();
    Way {
        parameter: "as_of",
        title: "As of",
        at: before.saturating_sub(1),
        exactly: at == here.last() && days.contains(&here),
        stops: days.iter().map(ToString::to_string).collect(),
        shown: look.view.token().as_of.clone(),
    }
}

/// The instants at which something came on record, or their days; last, all that is known.
fn through_knowledge(look: &Look<'_>, heard: &Heard) -> Way {
    let known_at = look.view.token().known_at;
    let by_day = heard.recorded.len() > INSTANTS;
    let end = |instant: &Timestamp| {
        if by_day { format!("{}", instant.strftime("%Y-%m-%d")) } else { instant.to_string() }
    };
    let known: BTreeSet<&Timestamp> =
        heard.recorded.iter().filter(|instant| known_at.is_none_or(|at| **instant <= at)).collect();
    let stops: BTreeSet<String> = heard.recorded.iter().map(end).collect();
    let before: BTreeSet<String> = known.into_iter().map(end).collect();
    let mut stops: Vec<String> = stops.into_iter().collect();
    let at = if known_at.is_none() { stops.len() } else { before.len().saturating_sub(1) };
    let exactly = known_at.is_none()
        || look.links.said("known_at").is_some_and(|said| stops.get(at).is_some_and(|stop| stop == said));
    stops.push(String::new());
    let shown = known_at.map_or_else(|| "now".to_owned(), |instant| instant.strftime("%Y-%m-%d %H:%M UTC").to_string());
    Way { parameter: "known_at", title: "As known at", stops, at, exactly, shown }
}

/// The ways through time and knowledge, and to sources.
pub(super) fn ways(look: &Look<'_>, points: &[CountsFrom], heard: &Heard) -> Markup {
    html! {
        section.moving aria-label="Other moments and sources" {
            (way(look, &through_time(look, points)))
            (way(look, &through_knowledge(look, heard)))
            (sources(look, heard))
        }
    }
}

fn way(look: &Look<'_>, way: &Way) -> Markup {
    let id = format!("{}-slider", way.parameter);
    let before = if way.exactly { way.at.checked_sub(1) } else { Some(way.at) };
    let link = |stop: Option<&String>, rel: &str, arrow: &str, words: &str| {
        let named = |stop: &str| if stop.is_empty() { "now".to_owned() } else { stop.to_owned() };
        html! {
            @if let Some(stop) = stop {
                a.button.plain rel=(rel) href=(look.links.here_with(way.parameter, Some(stop.as_str()).filter(|stop| !stop.is_empty()))) {
                    span aria-hidden="true" { (arrow) } span.unseen { (words) " " (named(stop)) }
                }
            } @else {
                span.button.plain aria-disabled="true" aria-hidden="true" { (arrow) }
            }
        }
    };
    html! {
        div.way data-way=(way.parameter) data-stops=(way.stops.join(" ")) {
            div.at { label for=(id) { (way.title) } " " output for=(id) { (way.shown) } }
            div.rail {
                (link(before.and_then(|place| way.stops.get(place)), "prev", "‹", "The change before:"))
                input.scripted-only id=(id) type="range" min="0" max=(way.stops.len().saturating_sub(1)) value=(way.at) aria-valuetext=(way.shown);
                (link(way.stops.get(way.at + 1), "next", "›", "The next change:"))
            }
        }
    }
}

fn sources(look: &Look<'_>, heard: &Heard) -> Markup {
    let said = look.view.token().according_to.as_deref();
    let mut names: Vec<(&String, &usize)> = heard.sources.iter().collect();
    names.sort_by(|left, right| right.1.cmp(left.1).then_with(|| left.0.cmp(right.0)));
    let shown = names.iter().take(SOURCES);
    let current = |name: &str| (said == Some(name)).then_some("true");
    html! {
        details.sources {
            summary { "According to " bdi { (said.unwrap_or("everybody")) } span.quiet { " · " (heard.sources.len()) @if heard.sources.len() == 1 { " source" } @else { " sources" } } }
            datalist id="sources" {
                @for authority in heard.authorities.keys() { option value=(authority) {} }
                @for (name, _) in shown.clone() { option value=(name) {} }
            }
            ul.plain {
                li { a href=(look.links.here_with("according_to", None)) aria-current=[said.is_none().then_some("true")] { "everybody" } }
                @for (authority, count) in heard.authorities.iter().rev() {
                    li {
                        a href=(look.links.here_with("according_to", Some(authority.as_str()))) aria-current=[current(authority.as_str())] { (marks::authority(*authority)) }
                        span.quiet { " " (count) }
                    }
                }
                @for (name, count) in shown {
                    li {
                        a href=(look.links.here_with("according_to", Some(name))) aria-current=[current(name)] { bdi { (name) } }
                        span.quiet { " " (count) }
                    }
                }
            }
            @if names.len() > SOURCES { p.quiet { "and " (names.len() - SOURCES) " more, by name above" } }
        }
    }
}
