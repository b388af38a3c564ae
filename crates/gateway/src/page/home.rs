//! The first page: meetings, organisations with their counts, what changed last, what wants an editor.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::response::Response;
use maud::{Markup, html};
use projector::{AtAGlance, Count, MeetingInfo, MeetingRow, Overview, Remark, changes};
use summit::{Named, OrganisationId, Position, Status};

use super::changed::change;
use super::links::Links;
use super::marks::Sign;
use super::meeting;
use super::sentence;
use super::shown::{Look, Page, shown};
use super::why::instant;
use super::words;
use crate::ask::{Asking, Lane};
use crate::problem::Problem;

/// How many meetings are shown.
const MEETINGS: usize = 6;
/// How many meetings are looked at for these.
const MEETINGS_LOOKED_AT: usize = 2000;
/// How many of the last events are shown.
const LAST: usize = 8;
/// How many positions are looked at for these.
const LAST_LOOKED_AT: u64 = 64;
/// How many changes are shown of each.
const CHANGES: usize = 4;
/// How many remarks are shown of each kind.
const EXAMPLES: usize = 2;
/// How many places are named where remarks of a kind are.
const PLACES: usize = 6;

pub(super) async fn home(mut asking: Asking) -> Result<Response, Problem> {
    asking.parameters.leave_out_empty();
    let filter = asking.parameters.take("filter", "a text", |text| Ok(text.to_owned()))?;
    let kept = if Links::of(&asking.path, &asking.query).is_now() {
        let service = asking.service.clone();
        Some(asking.service.lanes().work(Lane::Long, move || service.overview()).await?)
    } else {
        None
    };
    let service = asking.service.clone();
    shown(asking, Lane::Long, move |look| {
        let overview = if let Some(mut kept) = kept {
            // What came meanwhile.
            kept.refresh(look.index, look.today);
            Arc::new(kept)
        } else {
            let from = format!("{:?} {:?} {}", look.view.token(), look.names, look.today);
            service.overview_from(from, || Overview::of(look.view))?
        };
        let main = html! {
            p.lead { "Who belongs to which organisation, who came to which meeting, at what level and in whose place: on any day, as it was known on any day, with the source of every word." }
            (meetings(look)?)
            div.columns {
                div {
                    (organisations(look, &overview, filter.as_deref()))
                    (odd(look, &overview))
                }
                (last(look))
            }
        };
        Ok(Page { title: "Summit Chronicle".to_owned(), main, modules: &["home"] })
    })
    .await
}

/// Meetings under way, to come, and the latest: of those that are no part of another.
fn meetings(look: &Look<'_>) -> Result<Markup, Problem> {
    let names = look.view.meetings(None, None, MEETINGS_LOOKED_AT)?;
    let mut rows: Vec<MeetingRow> = names.iter().map(|name| look.view.meeting_row(name)).collect();
    let ends = |row: &MeetingRow| row.held.as_ref().and_then(|held| held.latest.clone());
    rows.sort_by_key(|row| Reverse(ends(row)));
    let whole = |row: &MeetingRow| {
        let info = look.view.meeting(&row.meeting).ok()?.meeting_info;
        (info.part_of.is_empty() && info.sidelines_of.is_empty()).then_some(info)
    };
    let found: Vec<(&MeetingRow, MeetingInfo)> =
        rows.iter().filter_map(|row| Some((row, whole(row)?))).take(MEETINGS).collect();
    Ok(html! {
        @if !found.is_empty() {
            section aria-labelledby="meetings-title" {
                h2 id="meetings-title" { "Meetings" }
                ul.cards {
                    @for (row, info) in &found {
                        li.card.meeting-card {
                            p.when { strong { (sentence::capital(meeting::standing(look, info.phase, info.held.as_ref()))) } @if let Some(held) = &row.held { " " (meeting::when(held, info.zone.as_deref())) } }
                            h3 { (words::meeting(look, &row.meeting)) }
                            p.quiet {
                                @if let Some(form) = row.form { (sentence::word(form.as_str())) }
                                @if let Some(place) = &row.place { ", " bdi { (place) } }
                            }
                            @if !row.organisations.is_empty() {
                                p { @for (n, one) in row.organisations.iter().enumerate() { @if n > 0 { ", " } (words::organisation(look, one)) } }
                            }
                        }
                    }
                }
                p { a href=(look.links.to("/meetings")) { "All meetings" } }
            }
        }
    })
}

fn organisations(look: &Look<'_>, overview: &Overview, filter: Option<&str>) -> Markup {
    let wanted = filter.map(str::to_lowercase);
    let named = overview.organisations().map(|(id, glance)| (words::organisation_name(look.view, id), id, glance));
    let fits = |name: &str, id: &OrganisationId| {
        wanted.as_ref().is_none_or(|wanted| name.to_lowercase().contains(wanted) || id.as_str().contains(wanted))
    };
    let rows: Vec<(String, &OrganisationId, &AtAGlance)> = named.filter(|(name, id, _)| fits(name, id)).collect();
    let many = rows.len() > 12 || filter.is_some();
    html! {
        section aria-labelledby="organisations-title" {
            h2 id="organisations-title" { "Organisations" }
            @if many {
                form.filter method="get" action="/" role="search" aria-label="Organisations" {
                    @for (name, value) in look.links.all() { @if name != "filter" { input type="hidden" name=(name) value=(value); } }
                    label for="filter" { "Only with this in the name" }
                    input type="search" id="filter" name="filter" value=(filter.unwrap_or_default()) autocomplete="off";
                    button.plain { "Filter" }
                }
            }
            div.scroll.tall role="region" tabindex="0" aria-label="Organisations and their counts" {
                table.organisations {
                    caption { span id="shown" { (rows.len()) } @if rows.len() == 1 { " organisation" } @else { " organisations" } ", and how many hold which status as of " (look.view.token().as_of) }
                    thead { tr { th scope="col" { "Organisation" } th scope="col" { "Parties by status" } th scope="col" { "Odd" } } }
                    tbody {
                        @for (name, id, glance) in &rows {
                            tr data-organisation=(id) {
                                th scope="row" {
                                    a href=(look.links.to(format_args!("/organisations/{id}"))) { bdi { (name) } }
                                    @if name != id.as_str() { " " code.quiet { (id) } }
                                }
                                td { (counted(&glance.counts)) }
                                td.num { @if glance.remarks.is_empty() { span.unseen { "nothing" } } @else { (glance.remarks.len()) } }
                            }
                        }
                    }
                }
            }
            p {
                a href=(look.links.to("/organisations")) { "All organisations" } ", "
                a href=(look.links.to("/parties")) { "all parties" } ", "
                a href=(look.links.to("/people")) { "all people" }
            }
        }
    }
}

/// Counts as marks with numbers.
pub(super) fn counted(counts: &BTreeMap<Status, Count>) -> Markup {
    html! {
        @if counts.is_empty() { span.quiet { "nobody" } }
        @for (status, count) in counts {
            span.badge data-status=(status) data-yes=(count.yes) data-possibly=(count.possibly) {
                (Sign::of_status(status).picture())
                span {
                    (count.yes)
                    @if count.possibly > 0 { " + " (count.possibly) " possibly" }
                    " " span.quiet { (words::status(status)) }
                }
            }
        }
    }
}

/// The last events, with what they changed.
fn last(look: &Look<'_>) -> Markup {
    let tail = look.view.token().position.get();
    let positions = (tail.saturating_sub(LAST_LOOKED_AT) + 1..=tail).rev().map(Position::new);
    let told = positions.filter_map(|position| {
        let record = look.index.record_at(position)?;
        Some((record, changes(look.index, position, look.today)))
    });
    let told: Vec<_> = told.take(LAST).collect();
    html! {
        section aria-labelledby="last-title" {
            h2 id="last-title" { "What changed last" }
            ol.last {
                @for (record, changes) in &told {
                    li {
                        p.small.quiet { (instant(record.stored_at)) ", position " (record.position) ", " (words::event(look, record.event.id)) }
                        p { (sentence::of(look, &record.event)) " " span.small { (sentence::sources(&record.event.shared.attribution)) } }
                        @if !changes.changes.is_empty() {
                            ul.small {
                                @for one in changes.changes.iter().take(CHANGES) { li { (change(look, one)) } }
                                @if changes.changes.len() > CHANGES { li.quiet { "and " (changes.changes.len() - CHANGES) " more" } }
                            }
                        }
                    }
                }
            }
            p { a href="/live" { "See it change" } }
        }
    }
}

/// What wants an editor, by kind.
fn odd(look: &Look<'_>, overview: &Overview) -> Markup {
    let remarks = overview.remarks();
    let mut kinds: BTreeMap<&str, BTreeSet<&Remark>> = BTreeMap::new();
    for remark in remarks {
        kinds.entry(&remark.kind).or_default().insert(remark);
    }
    let mut kinds: Vec<(&str, BTreeSet<&Remark>)> = kinds.into_iter().collect();
    kinds.sort_by_key(|(kind, remarks)| (Reverse(remarks.len()), *kind));
    html! {
        @if !kinds.is_empty() {
            section aria-labelledby="odd-title" {
                h2 id="odd-title" { "What wants an editor" }
                ul.cards {
                    @for (kind, remarks) in &kinds {
                        li.card data-kind=(kind) data-count=(remarks.len()) {
                            h3 { (kind.replace('-', " ")) " " span.count { (remarks.len()) } }
                            p.small.places {
                                @let has = |found: &[Remark]| found.iter().filter(|remark| remark.kind == *kind).count();
                                @let places = places(look, overview, has);
                                @for (n, place) in places.iter().take(PLACES).enumerate() { @if n > 0 { ", " } (place) }
                                @if places.len() > PLACES { span.quiet { ", and " (places.len() - PLACES) " more" } }
                            }
                            ul.small {
                                @for remark in remarks.iter().take(EXAMPLES) {
                                    li { (words::remark(look, remark)) @for id in remark.events.iter().take(EXAMPLES) { " " (words::event(look, *id)) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Where something is odd, the most first.
fn places(look: &Look<'_>, overview: &Overview, has: impl Fn(&[Remark]) -> usize) -> Vec<Markup> {
    let organisations =
        overview.organisations().map(|(id, glance)| (has(&glance.remarks), Named::Organisation(id.clone())));
    let meetings = overview.meetings().map(|(id, remarks)| (has(remarks), Named::Meeting(id.clone())));
    let mut all: Vec<(usize, Named)> = organisations.chain(meetings).filter(|(many, _)| *many > 0).collect();
    all.sort_by_key(|(many, _)| Reverse(*many));
    let place = |(many, named): (usize, Named)| {
        html! {
            @match &named {
                Named::Organisation(id) => (words::organisation(look, id)),
                Named::Meeting(id) => (words::meeting(look, id)),
                Named::Party(_) | Named::Instrument(_) | Named::Person(_) => {},
            }
            " (" (many) ")"
        }
    };
    all.into_iter().map(place).collect()
}
