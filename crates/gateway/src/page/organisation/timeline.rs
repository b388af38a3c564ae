//! The timeline on the page: one picture a row, names and axis always in sight. Two hundred rows scroll as smoothly as the
//! browser draws; left to `content-visibility` they are drawn anew while one scrolls, and do not.

use std::collections::BTreeSet;

use maud::{Markup, html};
use projector::Timeline;
use summit::{OrganisationId, Status};

use super::axis::Axis;
use super::bars::{Bar, Line, Order, Piece, lines, rank};
use crate::page::marks::{Shape, Sign};
use crate::page::shown::Look;
use crate::page::words;

/// Where a bar stands within its row, in pixels from its top.
const BAR: usize = 9;
/// How high a bar is.
const HIGH: usize = 16;
/// Below this part of the axis a bar is too narrow for its mark, which stands above it then.
const NARROW: f64 = 0.025;

/// A part of the axis, as pictures that are as wide as their place write it.
pub(super) fn percent(place: f64) -> String {
    format!("{:.2}%", place * 100.0)
}

/// Every party in a row, its spells as bars.
pub(super) fn figure(look: &Look<'_>, timeline: &Timeline, axis: &Axis, order: Order, at: f64) -> Markup {
    let whose = |party: &summit::PartyId| Whose {
        name: words::party_name(look.view, party),
        page: look.links.to(format_args!("/parties/{party}")),
        why: why(look, &timeline.organisation, party),
    };
    drawing(timeline, axis, order, at, &orders(look, order), &whose)
}

/// What a row is about.
pub(super) struct Whose {
    /// Its name.
    pub(super) name: String,
    /// Where its page is.
    pub(super) page: String,
    /// Where is told why the view says so.
    pub(super) why: String,
}

/// The same, with what rows are about.
pub(super) fn drawing(
    timeline: &Timeline,
    axis: &Axis,
    order: Order,
    at: f64,
    orders: &Markup,
    whose: &impl Fn(&summit::PartyId) -> Whose,
) -> Markup {
    let rows = lines(timeline, axis, order, |party| whose(party).name);
    let statuses = statuses(timeline);
    let as_of = &timeline.token.as_of;
    html! {
        figure.timeline aria-labelledby="timeline-title" {
            (defs(&statuses))
            figcaption { (legend(&statuses)) (orders) }
            div.scroll.tracks role="region" tabindex="0" aria-label="Timeline, party by party" {
                div.sheet {
                    (grid(axis, at))
                    div.track.axis aria-hidden="true" {
                        span.who {}
                        svg width="100%" height="34" {
                            @for (place, year) in axis.ticks() {
                                text.year x=(percent(place)) y="28" text-anchor="middle" { (year) }
                            }
                            text.now x=(percent(at)) y="11" text-anchor=(anchor(at)) { "as of " (as_of) }
                        }
                    }
                    ul.plain.lanes {
                        @for line in &rows { (row(&whose(line.party), line)) }
                    }
                }
            }
        }
    }
}

/// Text that stands at a place, and does not leave the picture.
pub(super) fn anchor(place: f64) -> &'static str {
    match place {
        place if place < 0.08 => "start",
        place if place > 0.92 => "end",
        _ => "middle",
    }
}

/// Every status that is drawn, in the order of people.
pub(super) fn statuses(timeline: &Timeline) -> Vec<&Status> {
    let spells = timeline.parties.iter().flat_map(|row| &row.spells).map(|spell| &spell.status);
    let all: BTreeSet<&Status> = spells.filter(|status| !status.is_none()).collect();
    let mut all: Vec<&Status> = all.into_iter().collect();
    all.sort_by_key(|status| rank(status));
    all
}

/// What rows draw with: hatching and marks, once for all.
fn defs(statuses: &[&Status]) -> Markup {
    let signs: Vec<Sign> = statuses.iter().map(|status| Sign::of_status(status)).collect();
    let tones: BTreeSet<&str> = signs.iter().map(|sign| sign.tone).collect();
    html! {
        svg.defs width="0" height="0" aria-hidden="true" focusable="false" {
            defs {
                @for tone in tones {
                    pattern id={ "hatch-" (tone) } class={ "tone-" (tone) } width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                        rect.gap width="5" height="5" {}
                        rect.ink width="2" height="5" {}
                    }
                }
                @for (status, sign) in statuses.iter().zip(&signs) {
                    g id={ "mark-" (status) } class="tl-mark" { g transform="scale(.875)" { path d=(sign.shape.path()) {} text x="8" y="11.4" text-anchor="middle" { (sign.letter) } } }
                }
                g id="contested" class="mark solid tone-contested" { g transform="scale(.69)" { path d=(Shape::Octagon.path()) {} text x="8" y="11.4" text-anchor="middle" { "≠" } } }
                path id="rival" class="tl-rival tone-contested" d="M-4.5 3h9l-4.5 8z" {}
                path id="step" class="tl-step" d="M0 0v3M-3.5 6.5l3.5-4l3.5 4z" {}
                path id="open" class="tl-arrow" d="M0 0l8 8l-8 8z" {}
                path id="begun" class="tl-arrow" d="M0 0l-8 8l8 8z" {}
            }
        }
    }
}

/// Lines of years, and where one looks from, behind all rows.
fn grid(axis: &Axis, at: f64) -> Markup {
    html! {
        svg.grid width="100%" height="100%" aria-hidden="true" focusable="false" {
            rect.ahead x=(percent(at)) y="0" width=(percent(1.0 - at)) height="100%" {}
            @for (place, _) in axis.ticks() { line x1=(percent(place)) x2=(percent(place)) y1="0" y2="100%" {} }
            line.now x1=(percent(at)) x2=(percent(at)) y1="0" y2="100%" {}
        }
    }
}

fn row(whose: &Whose, line: &Line<'_>) -> Markup {
    html! {
        li.track {
            a.who href=(whose.page) title=(whose.name) { bdi { (whose.name) } }
            a.bars href=(whose.why) tabindex="-1" {
                svg width="100%" height="32" role="img" {
                    title { (line.words) }
                    @for bar in &line.bars { (drawn(bar)) }
                    @for (place, _) in &line.steps { use href="#step" x=(percent(*place)) y="25.5" {} }
                }
            }
        }
    }
}

/// Why the view says so.
pub(super) fn why(look: &Look<'_>, organisation: &OrganisationId, party: &summit::PartyId) -> String {
    look.links.to(format_args!("/organisations/{organisation}/why/{party}"))
}

fn drawn(bar: &Bar<'_>) -> Markup {
    let sign = Sign::of_status(&bar.spell.status);
    let ends = bar.ends();
    let narrow = ends.is_some_and(|(from, to)| to - from < NARROW);
    let mark = bar.mark_at().map(percent);
    html! {
        g class={ "tone-" (sign.tone) } {
            @for piece in &bar.pieces { (part(piece, sign.tone)) }
            @for piece in &bar.suspended { (hollow(piece)) }
            @if bar.no_end { use href="#open" x="100%" y=(BAR) {} }
            @if bar.no_beginning { use href="#begun" x="0" y=(BAR) {} }
            @if let Some(mark) = &mark {
                @if narrow { use href={ "#mark-" (bar.spell.status) } x=(mark) y="-3" {} }
                @else { use href={ "#mark-" (bar.spell.status) } x=(mark) y=(BAR + 1) transform="translate(2 0)" {} }
            }
        }
        @for rival in &bar.rivals { use href="#rival" x=(percent(*rival)) y="0" {} }
        @if bar.spell.contested {
            @if let Some(mark) = &mark {
                use href="#contested" x=(mark) y="-.5" transform=[narrow.then_some("translate(15 0)")] {}
            }
        }
    }
}

fn part(piece: &Piece, tone: &str) -> Markup {
    let (x, width) = (percent(piece.from), percent(piece.to - piece.from));
    html! {
        @if piece.sure { rect.sure x=(x) y=(BAR) width=(width) height=(HIGH) {} }
        @else { rect.maybe x=(x) y=(BAR) width=(width) height=(HIGH) fill={ "url(#hatch-" (tone) ")" } {} }
    }
}

/// A part with rights suspended is hollow.
fn hollow(piece: &Piece) -> Markup {
    let class = if piece.sure { "hollow" } else { "hollow maybe" };
    html! { rect class=(class) x=(percent(piece.from)) y=(BAR + 4) width=(percent(piece.to - piece.from)) height=(HIGH - 8) {} }
}

/// What everything means that is drawn.
fn legend(statuses: &[&Status]) -> Markup {
    let bar = |inside: Markup| {
        html! { svg.sample.tone-member width="34" height="16" viewBox="0 0 34 16" aria-hidden="true" focusable="false" { (inside) } }
    };
    html! {
        ul.inline.legend {
            @for status in statuses { li { (Sign::of_status(status).badge(&words::status(status))) } }
            li { (bar(html! { rect.sure x="0" y="1" width="34" height="14" {} })) " surely" }
            li { (bar(html! { rect.maybe x=".5" y="1.5" width="33" height="13" fill="url(#hatch-member)" {} })) " possibly" }
            li { (bar(html! { rect.sure x="0" y="1" width="34" height="14" {} rect.hollow x="4" y="4" width="26" height="8" {} })) " suspended" }
            li { (bar(html! { rect.sure x="0" y="1" width="25" height="14" {} path.tl-arrow d="M25 1l8 7l-8 7z" {} })) " lasts" }
            li { svg.sample width="14" height="14" aria-hidden="true" { use href="#contested" x="1" y="1" {} } " contested" }
            li { svg.sample width="14" height="14" aria-hidden="true" { use href="#rival" x="7" y="0" {} } " another date" }
            li { svg.sample width="14" height="10" aria-hidden="true" { use href="#step" x="7" y="1" {} } " step towards a status" }
        }
    }
}

fn orders(look: &Look<'_>, order: Order) -> Markup {
    let choice = |text: &str, own: Order, value: Option<&str>| {
        html! { a href=(look.links.here_with("order", value)) aria-current=[(own == order).then_some("true")] { (text) } }
    };
    html! {
        p.orders {
            "Ordered by: "
            (choice("status", Order::Status, None)) " "
            (choice("party", Order::Party, Some("party")))
        }
    }
}
