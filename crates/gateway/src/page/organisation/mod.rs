//! An organisation: who belongs to it, since when, how sure that is, and how all this looked at other times and to others.
//!
//! In reading order: where times stand on pictures; the shape of a timeline; the timeline on the page, and alone; its tables;
//! counts over time; ways to other vantages.

mod axis;

mod bars;

mod timeline;

mod image;

mod table;

mod counts;

mod moving;

mod of_party;

use axum::response::Response;
use maud::{Markup, html};
use projector::export::{Format, Tabular};
use projector::{MembersFilter, Remark, Timeline};
use summit::{Moment, OrganisationId};

use self::axis::{Axis, closing};
use self::bars::Order;
use super::chain::{self, chain};
use super::shown::{Look, Page, shown};
use super::{live, words};
use crate::ask::{Asking, Lane};
use crate::problem::Problem;

pub(super) use image::timeline_svg;
pub(super) use of_party::memberships;

/// How many meetings are listed, the last ones.
const MEETINGS: usize = 200;
/// How many remarks are in sight at once; the others open.
const REMARKS: usize = 4;
/// How many events a remark names here.
const REMARK_EVENTS: usize = 4;

pub(super) async fn organisation(mut asking: Asking) -> Result<Response, Problem> {
    let organisation: OrganisationId = asking.name("organisation")?;
    asking.parameters.leave_out_empty();
    let order: Order = asking.parameters.parse("order", "status or party")?.unwrap_or_default();
    shown(asking, Lane::Quick, move |look| {
        let members = look.view.members(&organisation, &MembersFilter::default())?;
        let timeline = look.view.timeline(&organisation, None)?;
        let points = look.view.counts_over_time(&organisation)?;
        let heard = look.view.heard_of(&organisation)?;
        let axis = Axis::of(&timeline, &[look.view.looks_from(), Moment::utc(look.now)]);
        let at = axis.place(years(look.view.looks_from()));
        let said = said(&members.counts, &timeline.token.as_of);
        let main = html! {
            (moving::ways(look, &points, &heard))
            p.unseen role="status" aria-live="polite" id="said" data-said=(said) {}
            div #summary data-part="summary" {
                @if let Some(founded) = &timeline.founded { p.lead { "Founded " (words::dated(founded)) } }
                (chain(look, &timeline.succeeds, &timeline.succeeded_by))
                (counts::figures(&members.counts))
                (remarks(look, &members.remarks))
            }
            section aria-labelledby="timeline-title" data-part="timeline" #part-timeline {
                h2 id="timeline-title" { "Timeline" }
                @if timeline.parties.is_empty() { p.quiet { "From here nothing is known of anybody's status." } }
                @else { (timeline::figure(look, &timeline, &axis, order, at)) (embedding(look, &timeline)) }
            }
            section aria-labelledby="counts-title" data-part="counts" #part-counts {
                h2 id="counts-title" { "Counts over time" }
                @if points.len() > 1 { (counts::figure(&points, &axis, at)) (counts::table(look, &points)) }
                @else { p.quiet { "There is nothing to count." } }
            }
            section aria-labelledby="spells-title" data-part="spells" #part-spells {
                h2 id="spells-title" { "Every status, with its sources" }
                (table::spells(look, &timeline, &axis, order))
                (table::steps(look, &timeline))
                (chain::of_parties(look, &timeline.parties))
            }
            (meetings(look, &organisation)?)
            (exports(look, &organisation))
            (live::bar(look, Some(&organisation), None))
        };
        Ok(Page {
            title: words::organisation_name(look.view, &organisation),
            main,
            modules: &["organisation", live::MODULE],
        })
    })
    .await
}

/// A vantage in time as years; at an end, where it has no bound.
fn years(at: Moment) -> f64 {
    match at {
        at if at.is_bounded() => closing(at.day()),
        Moment::EVER => f64::NEG_INFINITY,
        _ => f64::INFINITY,
    }
}

/// The counts in a sentence, for who hears the page.
fn said(counts: &std::collections::BTreeMap<summit::Status, projector::Count>, as_of: &str) -> String {
    let each = counts.iter().map(|(status, count)| format!("{} {}", counts::counted(*count), words::status(status)));
    let each: Vec<String> = each.collect();
    let all = if each.is_empty() { "nobody holds a status".to_owned() } else { each.join(", ") };
    format!("As of {as_of}: {all}")
}

/// What is odd, the first of it at once.
fn remarks(look: &Look<'_>, remarks: &[Remark]) -> Markup {
    let one = |remark: &Remark| {
        html! {
            li {
                strong { (remark.kind.replace('-', " ")) } ": " (words::remark(look, remark)) " "
                @for id in remark.events.iter().take(REMARK_EVENTS) { (words::event(look, *id)) " " }
                @if remark.events.len() > REMARK_EVENTS { span.quiet { "and " (remark.events.len() - REMARK_EVENTS) " more" } }
            }
        }
    };
    let (first, others) = remarks.split_at(remarks.len().min(REMARKS));
    html! {
        @if !remarks.is_empty() {
            section.odd aria-labelledby="odd-title" {
                h2 id="odd-title" { "What is odd" }
                ul { @for remark in first { (one(remark)) } }
                @if !others.is_empty() {
                    details { summary { "and " (others.len()) " more" } ul { @for remark in others { (one(remark)) } } }
                }
            }
        }
    }
}

/// How others show the timeline.
fn embedding(look: &Look<'_>, timeline: &Timeline) -> Markup {
    let address = look.links.to(format_args!("/organisations/{}/timeline.svg", timeline.organisation));
    let name = words::organisation_name(look.view, &timeline.organisation);
    let alt = format!("Timeline of {name} as of {}", timeline.token.as_of);
    // Written by the same hand as all markup: whoever copies it gets it escaped.
    let snippet = html! { img src=(address) alt=(alt); }.into_string();
    html! {
        details.embed {
            summary { "Embed this timeline" }
            p { a href=(address) { "The timeline as a picture (SVG)" } ", from the same vantage. On a page of your own, with the address of this service before the path:" }
            pre tabindex="0" { code data-embed { (snippet) } }
        }
    }
}

/// Its meetings, the last first.
fn meetings(look: &Look<'_>, organisation: &OrganisationId) -> Result<Markup, Problem> {
    let names = look.view.meetings(Some(organisation), None, usize::MAX)?;
    let mut rows: Vec<_> = names.iter().map(|meeting| look.view.meeting_row(meeting)).collect();
    rows.sort_by(|left, right| {
        let since = |row: &projector::MeetingRow| row.held.as_ref().and_then(|held| held.earliest.clone());
        since(right).cmp(&since(left)).then_with(|| left.meeting.cmp(&right.meeting))
    });
    Ok(html! {
        @if !rows.is_empty() {
            section aria-labelledby="meetings-title" data-part="meetings" #part-meetings {
                h2 id="meetings-title" { "Meetings" }
                div.scroll.tall role="region" tabindex="0" aria-label="List of meetings" {
                    table.meetings {
                        thead { tr { th scope="col" { "Meeting" } th scope="col" { "When" } th scope="col" { "Form" } th scope="col" { "Place" } } }
                        tbody {
                            @for row in rows.iter().take(MEETINGS) {
                                tr {
                                    th scope="row" { (words::meeting(look, &row.meeting)) }
                                    td { @if let Some(held) = &row.held { (words::dated(held)) } }
                                    td { @if let Some(form) = row.form { (form.as_str().replace('_', " ")) } }
                                    td { @if let Some(place) = &row.place { bdi { (place) } } }
                                }
                            }
                        }
                    }
                }
                @if rows.len() > MEETINGS { p.quiet { "and " (rows.len() - MEETINGS) " earlier ones" } }
            }
        }
    })
}

/// The same in the formats of others, from the same vantage.
fn exports(look: &Look<'_>, organisation: &OrganisationId) -> Markup {
    let to = |what: &str| look.links.to(format_args!("/v1/organisations/{organisation}/{what}"));
    let timeline = |format: Format| {
        let path = format_args!("/v1/organisations/{organisation}/timeline");
        look.links.to_with(path, [("format", format.as_str().to_owned())])
    };
    let calendar = [("organisation", organisation.to_string()), ("format", Format::Ics.as_str().to_owned())];
    html! {
        section.screen-only aria-labelledby="exports-title" data-part="exports" #part-exports {
            h2 id="exports-title" { "The same for programs" }
            ul.inline.exports {
                li { a href=(to("members")) { "Members (JSON)" } }
                li { a href=(to("timeline")) { "Timeline (JSON)" } }
                li { a href=(to("remarks")) { "Remarks (JSON)" } }
                li { a href=(timeline(Format::Table(Tabular::Csv))) { "Spells (CSV)" } }
                li { a href=(timeline(Format::Table(Tabular::States))) { "States by year (CSV)" } }
                li { a href=(timeline(Format::Popolo)) { "Popolo" } }
                li { a href=(look.links.to_with("/v1/meetings", calendar)) type="text/calendar" { "Meetings (calendar)" } }
                li { a href=(timeline(Format::Atom)) rel="alternate" type="application/atom+xml" { "What is told (feed)" } }
            }
        }
    }
}
