//! A meeting: what it is, its programme, who took part in which of its parts and how, what was signed and said there.
//!
//! In reading order: what is asked of the view; the meeting itself and its programme; marks of presence; the matrix, before
//! it is drawn, as a table, as a picture; who did not come, and who came that is no member; deeds; sources.

mod told;

mod about;

mod programme;

mod marks;

mod matrix;

mod table;

mod picture;

mod absent;

mod deeds;

mod sources;

mod list;

use axum::response::Response;
use maud::{Markup, html};
use projector::Remark;
use projector::export::{Format, Tabular};
use summit::MeetingId;

use self::matrix::{Matrix, Sort};
use self::told::Told;
use super::shown::{Look, Page, shown};
use super::{live, words};
use crate::ask::{Asking, Lane};
use crate::problem::Problem;

pub(super) use about::{standing, when};
pub(super) use list::meetings;
pub(super) use picture::attendance;

/// Where the same is told to programs: what stands behind the address, and its name.
const DATA: [(&str, &str); 2] = [("", "the meeting (JSON)"), ("/attendance", "attendance (JSON)")];

/// The page of a meeting.
pub(super) async fn meeting(mut asking: Asking) -> Result<Response, Problem> {
    let (meeting, sort) = asked(&mut asking)?;
    shown(asking, Lane::Quick, move |look| {
        let told = Told::of(look.view, &meeting)?;
        let matrix = Matrix::of(look.view, &told, sort);
        let title = words::meeting_name(look.view, &meeting);
        let main = html! { (whole(look, &told, &matrix, sort)) (live::bar(look, None, Some(&meeting))) };
        Ok(Page { title, main, modules: &[live::MODULE] })
    })
    .await
}

/// The attendance sheet: what stands on one page of paper.
pub(super) async fn sheet(mut asking: Asking) -> Result<Response, Problem> {
    let (meeting, sort) = asked(&mut asking)?;
    shown(asking, Lane::Quick, move |look| {
        let told = Told::of(look.view, &meeting)?;
        let matrix = Matrix::of(look.view, &told, sort);
        let title = words::meeting_name(look.view, &meeting);
        let main = html! {
            div.meeting.sheet {
                p.screen-only { a href=(look.links.to(format_args!("/meetings/{meeting}"))) { "All of this meeting" } }
                (about::kind(look, &told.view.meeting_info))
                (about::facts(look, &meeting, &told.view.meeting_info))
                h2 { "Attendance" }
                (table::figures(&told))
                (sorts(look, sort))
                (table::table(look, &matrix, sort))
                (from_where(look))
            }
        };
        Ok(Page { title, main, modules: &[] })
    })
    .await
}

fn asked(asking: &mut Asking) -> Result<(MeetingId, Sort), Problem> {
    asking.parameters.leave_out_empty();
    let meeting = asking.name("meeting")?;
    let sort = asking.parameters.take("sort", Sort::ALLOWED, Sort::read)?.unwrap_or_default();
    Ok((meeting, sort))
}

fn whole(look: &Look<'_>, told: &Told, matrix: &Matrix<'_>, sort: Sort) -> Markup {
    let info = &told.view.meeting_info;
    let meeting = &told.view.meeting;
    let here = |rest: &str| look.links.to(format_args!("/meetings/{meeting}{rest}"));
    html! {
        div.meeting {
            (about::kind(look, info))
            nav.contents aria-label="On this page" {
                ul.inline {
                    @for (id, name, there) in sections(told) { @if there { li { a href={ "#" (id) } { (name) } } } }
                }
            }
            div.overview {
                (about::facts(look, meeting, info))
                @if !told.programme.is_empty() {
                    section aria-labelledby="programme" { h2 id="programme" { "Programme" } (programme::programme(look, &told.programme)) }
                }
            }
            section aria-labelledby="attendance" {
                h2 id="attendance" { "Attendance" }
                @if matrix.cells().next().is_none() {
                    p.quiet { "Nothing is said of who took part." }
                } @else {
                    (table::figures(told))
                    (sorts(look, sort))
                    (table::table(look, matrix, sort))
                    p.screen-only.small {
                        a href=(here("/sheet")) { "Attendance sheet for print" } " · "
                        a href=(here("/attendance.svg")) { "as a picture to embed" }
                    }
                }
            }
            @if told.took_place() && !info.organisations.is_empty() {
                section aria-labelledby="without" { h2 id="without" { "Members that did not come at leader level" } (absent::without(look, &told.whole)) }
            }
            @if !info.organisations.is_empty() && !told.whole.delegations.is_empty() {
                section aria-labelledby="guests" { h2 id="guests" { "Participants that are no members" } (absent::strangers(look, &told.whole)) }
            }
            @if !told.view.instruments.is_empty() {
                section aria-labelledby="documents" { h2 id="documents" { "Documents" } (deeds::documents(look, &told.view.instruments)) }
            }
            @if !told.view.statements.is_empty() {
                section aria-labelledby="statements" { h2 id="statements" { "What was said" } (deeds::statements(look, &told.view.statements)) }
            }
            @if !told.whole.remarks.is_empty() {
                section aria-labelledby="remarks" { h2 id="remarks" { "Remarks" } (remarks(look, &told.whole.remarks)) }
            }
            section.screen-only aria-labelledby="data" {
                h2 id="data" { "As data" }
                ul.inline {
                    @for (path, name) in DATA {
                        li {
                            a href=(look.links.to(format_args!("/v1/meetings/{meeting}{path}"))) { (name) }
                        }
                    }
                    @for (format, name) in OTHERS {
                        @let said = [("format", format.as_str().to_owned())];
                        li { a href=(look.links.to_with(format_args!("/v1/meetings/{meeting}"), said)) type=(format.media_type()) { (name) } }
                    }
                }
            }
        }
    }
}

/// The formats of others that a meeting is told in.
const OTHERS: [(Format, &str); 4] = [
    (Format::Table(Tabular::Csv), "attendance (CSV)"),
    (Format::Popolo, "Popolo"),
    (Format::Ics, "calendar"),
    (Format::Atom, "what is told (feed)"),
];

/// The sections that stand on the page.
fn sections(told: &Told) -> [(&'static str, &'static str, bool); 7] {
    let organised = !told.view.meeting_info.organisations.is_empty();
    [
        ("programme", "Programme", !told.programme.is_empty()),
        ("attendance", "Attendance", true),
        ("without", "Without their leader", organised && told.took_place()),
        ("guests", "No members", organised && !told.whole.delegations.is_empty()),
        ("documents", "Documents", !told.view.instruments.is_empty()),
        ("statements", "What was said", !told.view.statements.is_empty()),
        ("remarks", "Remarks", !told.whole.remarks.is_empty()),
    ]
}

/// The choice of the order of rows.
fn sorts(look: &Look<'_>, chosen: Sort) -> Markup {
    html! {
        nav.sorts.screen-only aria-label="Order of delegations" {
            span.quiet { "Order: " }
            @for sort in Sort::ALL {
                " "
                a href={ (look.links.to_with(look.links.path(), [("sort", sort.as_str().to_owned())])) "#attendance" } aria-current=[(sort == chosen).then_some("true")] { (sort.as_str()) }
            }
        }
    }
}

fn remarks(look: &Look<'_>, remarks: &[Remark]) -> Markup {
    html! {
        ul.plain.remarks {
            @for remark in remarks {
                li { span.tag { (remark.kind) } " " (words::remark(look, remark)) " " span.small { (about::events(look, &remark.events)) } }
            }
        }
    }
}

/// From where the sheet looks, printed on it.
fn from_where(look: &Look<'_>) -> Markup {
    let token = look.view.token();
    html! {
        p.from-where.small.quiet {
            "Summit Chronicle, position " (token.position) ", as of " (token.as_of)
            @if let Some(known) = token.known_at { ", known at " (known) }
            @if let Some(source) = &token.according_to { ", according to " bdi { (source) } }
            "."
        }
    }
}
