//! A party and a person: where they belong through time, and what they did, in the order of the world.

use axum::response::Response;
use maud::{Markup, html};
use projector::{Membership, Name, PartyView, PersonView, PresenceAnswer, Stop};
use summit::{Named, PartyId, PersonId};

use super::chain::chain;
use super::marks;
use super::organisation;
use super::sentence;
use super::shown::{Look, Page, shown};
use super::spoken::spoken;
use super::words;
use crate::ask::{Asking, Lane};
use crate::problem::Problem;

/// How many remarks are shown.
const REMARKS: usize = 12;

pub(super) async fn party(asking: Asking) -> Result<Response, Problem> {
    let party: PartyId = asking.name("party")?;
    shown(asking, Lane::Quick, move |look| {
        let view = look.view.party(&party)?;
        let names = look.view.names(&Named::Party(party.clone()), look.names)?.names;
        let main = html! {
            p.lead { "Party " code { (party) } @if party.iso_name().is_some() { ", a state or territory of ISO 3166" } "." }
            (chain(look, &view.succeeds, &view.succeeded_by))
            (memberships(look, &view))
            (itinerary(look, &view.itinerary, Of::Party))
            (called(look, &names))
            @if !view.remarks.is_empty() {
                section aria-labelledby="odd-title" {
                    h2 id="odd-title" { "What is odd" }
                    ul {
                        @for remark in view.remarks.iter().take(REMARKS) {
                            li { strong { (remark.kind.replace('-', " ")) } ": " bdi { (remark.text) } @for id in remark.events.iter().take(4) { " " (words::event(look, *id)) } }
                        }
                        @if view.remarks.len() > REMARKS { li.quiet { "and " (view.remarks.len() - REMARKS) " more" } }
                    }
                }
            }
        };
        // The tracks of its timeline are those of the page of an organisation.
        Ok(Page { title: words::party_name(look.view, &party), main, modules: &[] })
    })
    .await
}

pub(super) async fn person(asking: Asking) -> Result<Response, Problem> {
    let person: PersonId = asking.name("person")?;
    shown(asking, Lane::Quick, move |look| {
        let view = look.view.person(&person)?;
        let names = look.view.names(&Named::Person(person.clone()), look.names)?.names;
        let main = html! {
            (who(look, &view))
            (itinerary(look, &view.itinerary, Of::Person))
            (called(look, &names))
        };
        Ok(Page { title: words::person_name(look.view, &person), main, modules: &[] })
    })
    .await
}

fn memberships(look: &Look<'_>, view: &PartyView) -> Markup {
    html! {
        section aria-labelledby="timeline-title" {
            h2 id="timeline-title" { "Memberships" }
            @if view.memberships.is_empty() { p.quiet { "No status is stated of it in any organisation." } }
            @else {
                (organisation::memberships(look, &view.party, &view.memberships))
                div.scroll role="region" tabindex="0" aria-label="Memberships as a table" {
                    table.spells {
                        caption { "Every status that it held, holds or will hold" }
                        thead { tr { @for head in ["Organisation", "Status", "Now", "Since", "Until", ""] { th scope="col" { @if head.is_empty() { span.unseen { "Evidence" } } @else { (head) } } } } }
                        tbody { @for membership in &view.memberships { (spells(look, &view.party, membership)) } }
                    }
                }
            }
        }
    }
}

fn spells(look: &Look<'_>, party: &PartyId, membership: &Membership) -> Markup {
    let of = &membership.organisation;
    let why = look.links.to(format_args!("/organisations/{of}/why/{party}"));
    html! {
        @for spell in &membership.spells {
            tr data-organisation=(of) {
                th scope="row" { (words::organisation(look, of)) }
                td { (marks::status(&spell.status)) }
                td { (marks::answer(spell.answer.into())) @if spell.contested { " " (marks::contested()) } }
                td { (words::dated(&spell.since)) }
                td { @if let Some(until) = &spell.until { (words::dated(until)) } }
                td { a href=(why) { "Why" span.unseen { " in " (of) } } }
            }
        }
    }
}

fn who(look: &Look<'_>, view: &PersonView) -> Markup {
    html! {
        dl.facts {
            @if !view.offices.is_empty() {
                dt { "Offices" }
                dd { @for (n, office) in view.offices.iter().enumerate() { @if n > 0 { "; " } bdi { (office) } } }
            }
            @if !view.parties.is_empty() {
                dt { "Appears for" }
                dd { @for (n, party) in view.parties.iter().enumerate() { @if n > 0 { ", " } (words::party(look, party)) } }
            }
            dt { "Also called" }
            dd { @for (n, name) in view.names.iter().enumerate() { @if n > 0 { "; " } bdi { (name) } } }
            dt { "Identifier" } dd { code { (view.person) } }
        }
    }
}

/// Whose itinerary it is: what goes without saying is left out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Party,
    Person,
}

fn itinerary(look: &Look<'_>, stops: &[Stop], of: Of) -> Markup {
    html! {
        section aria-labelledby="itinerary-title" {
            h2 id="itinerary-title" { "Acts" }
            @if stops.is_empty() { p.quiet { "Nothing is stated from here." } }
            @else {
                div.scroll role="region" tabindex="0" aria-label="Itinerary" {
                    table.itinerary {
                        caption { (stops.len()) " entries, in the order of the world" }
                        thead { tr {
                            th scope="col" { "When" }
                            th scope="col" { "What" }
                            th scope="col" { @if of == Of::Party { "Who" } @else { "For" } }
                            th scope="col" { "Where" }
                            th scope="col" { "Authority" }
                            th scope="col" { "Source" }
                            th scope="col" { "Event" }
                        } }
                        tbody { @for stop in stops { (one(look, stop, of)) } }
                    }
                }
            }
        }
    }
}

fn one(look: &Look<'_>, stop: &Stop, of: Of) -> Markup {
    html! {
        tr {
            th scope="row" { time.edtf title=[spoken(&stop.occurred, None)] { (stop.occurred) } @if stop.answer == summit::Answer::Possibly { br; span.small.quiet { "possibly" } } }
            td {
                (deed(stop))
                @if let Some(meeting) = &stop.meeting { ": " (words::meeting(look, meeting)) }
                @else if let Some(organisation) = &stop.organisation { ": " (words::organisation(look, organisation)) }
                @if let Some(instrument) = &stop.instrument { ": " bdi { (words::instrument_name(look.view, instrument)) } }
                @if let Some(words) = &stop.words { ": " q { bdi { (words) } } }
            }
            td {
                @if of == Of::Party {
                    @if let Some(person) = &stop.person { (sentence::person(look, person)) }
                    @if let Some(level) = stop.level { " (" (level) ")" }
                } @else {
                    @if let Some(party) = &stop.party { (words::party(look, party)) }
                    @if let Some(level) = stop.level { " (" (level) ")" }
                }
            }
            td { @if let Some(place) = &stop.place { bdi { (place) } } }
            td { (marks::authority(stop.authority)) }
            td { (sentence::sources(&stop.attribution)) }
            td { (words::event(look, stop.event)) }
        }
    }
}

/// The part that was played, in words.
fn deed(stop: &Stop) -> String {
    let presence = stop.presence.map(|presence| match presence {
        PresenceAnswer::Present => "Took part",
        PresenceAnswer::Announced => "Announced",
        PresenceAnswer::Absent => "Absent",
        PresenceAnswer::NotStated => "Absent at a level",
    });
    match (stop.role.as_ref(), presence) {
        ("represented", _) => "Represented by another".to_owned(),
        ("participant", Some(presence)) => presence.to_owned(),
        ("host", _) => "Host".to_owned(),
        ("traveller", _) => if stop.kind == summit::Kind::Arrival { "Arrived" } else { "Left" }.to_owned(),
        ("welcomed_by", _) => "Welcomed others".to_owned(),
        ("signatory", _) => "Signed".to_owned(),
        ("speaker", _) => "Said".to_owned(),
        (other, _) => sentence::word(other),
    }
}

/// Names through time.
fn called(look: &Look<'_>, names: &[Name]) -> Markup {
    html! {
        @if !names.is_empty() {
            section aria-labelledby="names-title" {
                h2 id="names-title" { "Names" }
                div.scroll role="region" tabindex="0" aria-label="Table of names" {
                    table {
                        caption { "Names, by whom, and since when" }
                        thead { tr { @for head in ["Name", "Language", "Form", "Now", "Since", "Until", "Source", "Event"] { th scope="col" { (head) } } } }
                        tbody {
                            @for name in names {
                                tr {
                                    th scope="row" { bdi lang=[name.language.as_deref()] { (name.name) } }
                                    td { @if let Some(language) = &name.language { bdi { (language) } } }
                                    td { @if let Some(form) = name.form { (sentence::word(form.as_str())) } }
                                    td { (marks::answer(name.answer.into())) @if name.contested { " " (marks::contested()) } }
                                    td { @if name.since.edtf == "../.." { span.quiet { "not stated" } } @else { (words::dated(&name.since)) } }
                                    td { @if let Some(until) = &name.until { (words::dated(until)) } }
                                    td { (sentence::sources(&name.attribution)) }
                                    td { @if let Some(id) = name.event { (words::event(look, id)) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
