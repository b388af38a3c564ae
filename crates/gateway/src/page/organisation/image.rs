//! The timeline as a picture that stands alone, for pages of others: colours, measures and words are all in it.

use axum::response::Response;
use maud::{Markup, html};
use projector::{Timeline, Token};
use summit::{Moment, OrganisationId, Status};

use super::axis::Axis;
use super::bars::{Bar, Line, Order, Piece, lines};
use super::timeline::{anchor, statuses};
use crate::ask::{Asking, Lane};
use crate::page::marks::{INK, LINE, QUIET, Shape, Sign, on_paper};
use crate::page::shown::{Look, picture};
use crate::page::words;
use crate::problem::Problem;

/// Measures of the picture, in pixels.
const WIDE: f64 = 960.0;
const MARGIN: f64 = 16.0;
const NAMES: f64 = 190.0;
const TITLE: f64 = 56.0;
const LEGEND: f64 = 26.0;
const ROW: f64 = 24.0;
const BAR: f64 = 14.0;
const FOOT: f64 = 34.0;
/// How many characters of a name fit beside the bars.
const NAME: usize = 27;
/// Behind the last year there is space for arrows.
const ARROW: f64 = 10.0;

/// Where a part of the axis is.
fn across(place: f64) -> f64 {
    MARGIN + NAMES + place * (WIDE - 2.0 * MARGIN - NAMES - ARROW)
}

/// A measure as it is written.
fn px(measure: f64) -> String {
    format!("{measure:.1}")
}

pub(in crate::page) async fn timeline_svg(mut asking: Asking) -> Result<Response, Problem> {
    let organisation: OrganisationId = asking.name("organisation")?;
    asking.parameters.leave_out_empty();
    let order: Order = asking.parameters.parse("order", "status or party")?.unwrap_or_default();
    picture(asking, Lane::Quick, move |look| {
        let timeline = look.view.timeline(&organisation, None)?;
        Ok(drawn(look, &timeline, order))
    })
    .await
}

/// The whole picture.
fn drawn(look: &Look<'_>, timeline: &Timeline, order: Order) -> Markup {
    let at = look.view.looks_from();
    let axis = Axis::of(timeline, &[at, Moment::utc(look.now)]);
    let now = axis.place(super::years(at));
    let rows = lines(timeline, &axis, order, |party| words::party_name(look.view, party));
    let name = words::organisation_name(look.view, &timeline.organisation);
    let statuses = statuses(timeline);
    let top = TITLE + LEGEND + 22.0;
    let bottom = rows.iter().fold(top, |y, _| y + ROW);
    let high = bottom + FOOT;
    let title = format!("{name}: who held which status when");
    html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(WIDE) height=(px(high)) viewBox={ "0 0 " (WIDE) " " (px(high)) } role="img" aria-labelledby="title desc" font-family="Helvetica Neue, Liberation Sans, Arial, sans-serif" font-size="12" fill=(INK) {
            title id="title" { (title) }
            desc id="desc" { @for line in &rows { (line.words) ". " } }
            (hatches(&statuses))
            rect width="100%" height="100%" fill="#ffffff" {}
            text x=(MARGIN) y="32" font-family="Charter, Palatino, TeX Gyre Pagella, Liberation Serif, Georgia, serif" font-size="22" font-weight="600" { (name) }
            text x=(WIDE - MARGIN) y="32" text-anchor="end" fill=(QUIET) { "as of " (timeline.token.as_of) }
            (legend(&statuses))
            @for (place, year) in axis.ticks() {
                line x1=(px(across(place))) x2=(px(across(place))) y1=(px(top - 6.0)) y2=(px(bottom)) stroke=(LINE) {}
                text x=(px(across(place))) y=(px(top - 10.0)) text-anchor="middle" fill=(QUIET) font-size="11" { (year) }
            }
            line x1=(px(across(now))) x2=(px(across(now))) y1=(px(top - 6.0)) y2=(px(bottom)) stroke="#8f3600" stroke-width="1.5" {}
            @for (line, y) in rows.iter().zip((0_u32..).map(|n| top + f64::from(n) * ROW)) { (row(look, line, y)) }
            text x=(MARGIN) y=(px(high - 12.0)) fill=(QUIET) font-size="11" { (source(&timeline.token)) }
            text x=(px(across(now))) y=(px(bottom + 12.0)) text-anchor=(anchor(now)) fill="#8f3600" font-size="11" { (timeline.token.as_of) }
        }
    }
}

/// Who says so, from where: enough to ask again.
fn source(token: &Token) -> String {
    let known = token.known_at.map(|instant| format!(", as known at {instant}")).unwrap_or_default();
    let whom = token.according_to.as_deref().map(|source| format!(", according to {source}")).unwrap_or_default();
    format!("Source: Summit Chronicle, position {}, as of {}{known}{whom}", token.position, token.as_of)
}

fn hatches(statuses: &[&Status]) -> Markup {
    html! {
        defs {
            @for sign in statuses.iter().map(|status| Sign::of_status(status)) {
                pattern id={ "hatch-" (sign.letter) "-" (sign.tone) } width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    rect width="5" height="5" fill="#ffffff" {}
                    rect width="2" height="5" fill=(on_paper(sign.tone)) {}
                }
            }
        }
    }
}

fn mark(sign: &Sign, x: f64, y: f64) -> Markup {
    html! {
        g transform={ "translate(" (px(x)) " " (px(y)) ") scale(.75)" } {
            path d=(sign.shape.path()) fill=(on_paper(sign.tone)) stroke="#ffffff" stroke-width="1" {}
            text x="8" y="11.4" text-anchor="middle" font-size="9.5" font-weight="700" fill="#ffffff" { (sign.letter) }
        }
    }
}

fn legend(statuses: &[&Status]) -> Markup {
    let mut x = MARGIN;
    let places = statuses.iter().map(|status| {
        let (sign, words) = (Sign::of_status(status), words::status(status));
        let here = x;
        x += words.chars().fold(34.0, |wide, _| wide + 6.4);
        (sign, words, here)
    });
    let places: Vec<_> = places.collect();
    html! {
        @for (sign, words, x) in &places {
            (mark(sign, *x, TITLE - 9.0))
            text x=(px(x + 16.0)) y=(px(TITLE + 1.0)) { (words) }
        }
        text x=(WIDE - MARGIN) y=(px(TITLE + 1.0)) text-anchor="end" fill=(QUIET) { "solid: surely · hatched: possibly · ≠ contested · ▲ step" }
    }
}

fn row(look: &Look<'_>, line: &Line<'_>, y: f64) -> Markup {
    let name = words::party_name(look.view, line.party);
    let mut short: String = name.chars().take(NAME).collect();
    if short.len() < name.len() {
        short.pop();
        short.push('…');
    }
    html! {
        g {
            title { (line.words) }
            text x=(MARGIN) y=(px(y + 16.0)) { (short) }
            @for bar in &line.bars { (drawn_bar(bar, y + 5.0)) }
            @for (place, _) in &line.steps {
                path transform={ "translate(" (px(across(*place))) " " (px(y + 19.0)) ")" } d="M-3 4.5l3-4.5l3 4.5z" fill=(INK) {}
            }
        }
    }
}

fn drawn_bar(bar: &Bar<'_>, y: f64) -> Markup {
    let sign = Sign::of_status(&bar.spell.status);
    let tone = on_paper(sign.tone);
    let piece = |piece: &Piece| {
        let (x, width) = (across(piece.from), across(piece.to) - across(piece.from));
        html! {
            @if piece.sure { rect x=(px(x)) y=(px(y)) width=(px(width)) height=(BAR) fill=(tone) {} }
            @else { rect x=(px(x)) y=(px(y)) width=(px(width)) height=(BAR) fill={ "url(#hatch-" (sign.letter) "-" (sign.tone) ")" } stroke=(tone) stroke-dasharray="3 2" {} }
        }
    };
    html! {
        @for one in &bar.pieces { (piece(one)) }
        @for hollow in &bar.suspended {
            rect x=(px(across(hollow.from))) y=(px(y + 4.0)) width=(px(across(hollow.to) - across(hollow.from))) height=(px(BAR - 8.0)) fill="#ffffff" {}
        }
        @if bar.no_end { path transform={ "translate(" (px(across(1.0))) " " (px(y)) ")" } d="M0 0l8 7l-8 7z" fill=(tone) {} }
        @if let Some(place) = bar.mark_at() { (mark(&sign, across(place) + 1.0, y + 1.0)) }
        @for rival in &bar.rivals { path transform={ "translate(" (px(across(*rival))) " " (px(y - 5.0)) ")" } d="M-4 0h8l-4 7z" fill="#ffffff" stroke="#b3261e" stroke-width="1.5" {} }
        @if bar.spell.contested {
            @if let Some(place) = bar.mark_at() { (mark(&Sign::solid("contested", Shape::Octagon, "≠"), across(place) + 14.0, y + 1.0)) }
        }
    }
}
