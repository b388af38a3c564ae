//! Ways to other vantages: through time, through what was known when, to what one source says. Every one is a link; where
//! scripts run, sliders go the same ways.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use maud::{Markup, html};
use projector::{CountsFrom, Heard};
use summit::{Day, Moment};

use crate::page::marks;
use crate::page::shown::Look;

/// Above so many instants one moves through knowledge day by day.
const INSTANTS: usize = 400;
/// How many years back the slider stops at the end of each.
const YEARS: i64 = 300;
/// How many sources are offered, those first that say most; any other can be written.
const SOURCES: usize = 60;

/// A way through values of one part of the vantage, from the first to the last.
struct Way {
    parameter: &'static str,
    title: &'static str,
    /// Where the slider may stand; the empty one is: not said.
    stops: Vec<String>,
    /// The last stop that is not behind the vantage.
    at: usize,
    /// The change before the vantage, and the one behind it.
    before: Option<String>,
    behind: Option<String>,
    /// What stands for the vantage.
    shown: String,
}

/// The days on which counts change, and the days before, so that one stands before and behind every change; the ends of
/// years; today.
fn through_time(look: &Look<'_>, points: &[CountsFrom]) -> Way {
    let at = look.view.looks_from();
    let today = Moment::utc(look.now).day();
    let changes: BTreeSet<Day> = points.iter().filter_map(|point| point.from).collect();
    let mut days: BTreeSet<Day> = changes.iter().flat_map(|day| [day.previous(), *day]).chain([today]).collect();
    let first = changes.first().map_or(today.year, |first| first.year.max(today.year - YEARS));
    days.extend((first..today.year).map(|year| Day::new(year, 12, 31)));
    let here = at.day();
    let passed = days.iter().filter(|day| day.last() <= at).count();
    let before = changes.iter().rfind(|day| day.last() < at && **day != here);
    let behind = changes.iter().chain([&today]).find(|day| day.last() > at && **day > here);
    Way {
        parameter: "as_of",
        title: "As of",
        at: passed.saturating_sub(1),
        before: before.map(ToString::to_string),
        behind: behind.map(ToString::to_string),
        stops: days.iter().map(ToString::to_string).collect(),
        shown: look.view.token().as_of.clone(),
    }
}

/// The instants at which something came on record, or their days; last, all that is known.
fn through_knowledge(look: &Look<'_>, heard: &Heard) -> Way {
    let known_at = look.view.token().known_at;
    let by_day = heard.recorded.len() > INSTANTS;
    let text =
        |instant: &Timestamp| if by_day { instant.strftime("%Y-%m-%d").to_string() } else { instant.to_string() };
    // A day means its end: it has passed when the last instant of it has.
    let mut ends: BTreeMap<String, Timestamp> = BTreeMap::new();
    for instant in &heard.recorded {
        ends.insert(text(instant), *instant);
    }
    let passed = |end: &Timestamp| known_at.is_none_or(|at| *end <= at);
    let at = ends.values().filter(|end| passed(end)).count();
    let mut stops: Vec<String> = ends.into_keys().collect();
    let before = at.checked_sub(if known_at.is_some() { 2 } else { 1 }).and_then(|place| stops.get(place)).cloned();
    stops.push(String::new());
    let behind = known_at.and_then(|_| stops.get(at)).cloned();
    let at = if known_at.is_some() { at.saturating_sub(1) } else { at };
    let shown = known_at.map_or_else(|| "now".to_owned(), |instant| instant.strftime("%Y-%m-%d %H:%M UTC").to_string());
    Way { parameter: "known_at", title: "As known at", stops, at, before, behind, shown }
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
                (link(way.before.as_ref(), "prev", "‹", "The change before:"))
                input.scripted-only id=(id) type="range" min="0" max=(way.stops.len().saturating_sub(1)) value=(way.at) aria-valuetext=(way.shown);
                (link(way.behind.as_ref(), "next", "›", "The next change:"))
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
