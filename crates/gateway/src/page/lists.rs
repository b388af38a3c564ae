//! Organisations, parties and people: all of them, by their identifiers, a page behind another.

use std::fmt::Display;
use std::str::FromStr;

use axum::response::Response;
use maud::{Markup, html};
use projector::View;
use summit::{OrganisationId, PartyId, PersonId};

use super::home::counted;
use super::shown::{Look, Page, shown};
use super::words;
use crate::ask::{Asking, Lane};
use crate::problem::Problem;

/// How many are on a page.
const LISTED: usize = 200;

/// What is listed, and how.
struct List<N> {
    title: &'static str,
    path: &'static str,
    heads: &'static [&'static str],
    /// What stands for one.
    allowed: &'static str,
    /// So many behind one.
    names: fn(&View<'_>, Option<&N>, usize) -> Vec<N>,
    row: fn(&Look<'_>, &N) -> Markup,
}

pub(super) async fn organisations(asking: Asking) -> Result<Response, Problem> {
    let list: List<OrganisationId> = List {
        title: "Organisations",
        path: "/organisations",
        heads: &["Organisation", "Parties by status", "Meetings", "Replaced by"],
        allowed: "an organisation such as sco",
        names: |view, after, most| view.organisations(after, most),
        row: organisation,
    };
    list.shown(asking).await
}

pub(super) async fn parties(asking: Asking) -> Result<Response, Problem> {
    let list: List<PartyId> = List {
        title: "Parties",
        path: "/parties",
        heads: &["Party", "Holds a status in"],
        allowed: "a party such as KAZ",
        names: |view, after, most| view.parties(after, most),
        row: party,
    };
    list.shown(asking).await
}

pub(super) async fn people(asking: Asking) -> Result<Response, Problem> {
    let list: List<PersonId> = List {
        title: "People",
        path: "/people",
        heads: &["Person", "Also called", "Offices"],
        allowed: "a person such as xi-jinping",
        names: |view, after, most| view.people(after, most),
        row: person,
    };
    list.shown(asking).await
}

impl<N: FromStr<Err: Display> + Display + Send + 'static> List<N> {
    async fn shown(self, mut asking: Asking) -> Result<Response, Problem> {
        asking.parameters.leave_out_empty();
        let after: Option<N> = asking.parameters.parse("after", self.allowed)?;
        shown(asking, Lane::Long, move |look| {
            let mut names = (self.names)(look.view, after.as_ref(), LISTED + 1);
            let more = names.len() > LISTED;
            names.truncate(LISTED);
            let next = names.last().filter(|_| more);
            let next = next.map(|last| look.links.to_with(self.path, [("after", last.to_string())]));
            let main = html! {
                @if let Some(after) = &after {
                    p.note { "Those behind " code { (after) } ". " a href=(look.links.to(self.path)) { "From the beginning" } }
                }
                @if names.is_empty() { p.quiet { "Nothing is named from here." } }
                @else {
                    div.scroll role="region" tabindex="0" aria-label=(self.title) {
                        table {
                            caption { (names.len()) " of those on record, in the order of their identifiers" }
                            thead { tr { @for head in self.heads { th scope="col" { (head) } } } }
                            tbody { @for name in &names { tr data-listed=(name) { ((self.row)(look, name)) } } }
                        }
                    }
                }
                @if let Some(next) = next { p { a rel="next" href=(next) { "The next " (LISTED) } } }
            };
            Ok(Page { title: self.title.to_owned(), main, modules: &[] })
        })
        .await
    }
}

fn organisation(look: &Look<'_>, id: &OrganisationId) -> Markup {
    let row = look.view.organisation_row(id);
    html! {
        (head(&words::organisation(look, id), row.name.as_deref(), id.as_str()))
        td { (counted(&row.counts)) }
        td.num {
            @if row.meetings == 0 { "0" }
            @else {
                a href=(look.links.to_with("/meetings", [("organisation", id.to_string())])) {
                    (row.meetings) span.unseen { " of " bdi { (words::organisation_name(look.view, id)) } }
                }
            }
        }
        td {
            @let others = row.succeeded_by.iter().filter_map(|successor| successor.organisation.as_ref());
            @for (place, other) in others.enumerate() { @if place > 0 { ", " } (words::organisation(look, other)) }
        }
    }
}

fn party(look: &Look<'_>, id: &PartyId) -> Markup {
    let row = look.view.party_row(id);
    html! {
        (head(&words::party(look, id), row.name.as_deref(), id.as_str()))
        td {
            @if row.organisations.is_empty() { span.quiet { "none stated" } }
            @for (place, one) in row.organisations.iter().enumerate() { @if place > 0 { ", " } (words::organisation(look, one)) }
        }
    }
}

fn person(look: &Look<'_>, id: &PersonId) -> Markup {
    let row = look.view.person_row(id);
    let others = row.names.iter().filter(|name| Some(name.as_str()) != row.name.as_deref());
    html! {
        (head(&words::person(look, id, id.as_str()), row.name.as_deref(), id.as_str()))
        td { @for (place, name) in others.enumerate() { @if place > 0 { "; " } bdi { (name) } } }
        td { @for (place, office) in row.offices.iter().enumerate() { @if place > 0 { "; " } bdi { (office) } } }
    }
}

/// The way to one, and its identifier where that is not its name.
fn head(way: &Markup, name: Option<&str>, id: &str) -> Markup {
    html! { th scope="row" { (way) @if name.is_some_and(|name| name != id) { " " code.quiet { (id) } } } }
}
