//! Why a delegation's row at a meeting says what it says: attribute by attribute.

use axum::response::Response;
use maud::{Markup, html};
use projector::{Attribute, DelegationExplained, Said, Weight};
use summit::{MeetingId, PartyId};

use super::claims::{Origin, grouped};
use super::turning::frozen;
use crate::ask::{Asking, Lane};
use crate::page::marks::{self, Body, Shape, Sign};
use crate::page::sentence;
use crate::page::shown::{Look, Page, shown};
use crate::page::words;
use crate::problem::Problem;

pub(in crate::page) async fn attendance(asking: Asking) -> Result<Response, Problem> {
    let meeting: MeetingId = asking.name("meeting")?;
    let party: PartyId = asking.name("party")?;
    shown(asking, Lane::Quick, move |look| {
        let why = look.view.explain_delegation(&meeting, &party)?;
        let [at, name] = [words::meeting_name(look.view, &meeting), words::party_name(look.view, &party)];
        Ok(Page { title: format!("Why: {name} at {at}"), main: drawn(look, &why), modules: &[] })
    })
    .await
}

fn drawn(look: &Look<'_>, why: &DelegationExplained) -> Markup {
    html! {
        p.lead {
            "What the chronicle says of " (words::party(look, &why.party)) " at " (words::meeting(look, &why.meeting))
            ": attribute by attribute, the claims, and which of them decided."
        }
        @match &why.row {
            None => p.note { "Not stated: no event says whether it took part." },
            Some(row) => {
                p { (marks::answer(row.answer.into())) @if row.contested { (marks::contested()) } }
                p.rule {
                    strong { "The rule: " }
                    "of what is said of one attribute, what is stated comes before what is left to be understood, then the higher \
                     authority, then the more specific, then what came later on record."
                }
            }
        }
        (frozen(look))
        @if !why.attributes.is_empty() {
            h2 { "What is said, attribute by attribute" }
            (grouped("Every claim, and what it did", &["Did", "Says", "When"], &html! {
                @for attribute in &why.attributes { (said_of(look, attribute)) }
            }))
        }
        @if let Some(row) = &why.row {
            @if let Some(capacity) = row.capacity.as_ref().filter(|_| row.capacity_derived) {
                section {
                    h2 { "Capacity: " (sentence::word(capacity.as_str())) }
                    p {
                        "No claim states it: it follows from what the party was at the end of the meeting's last day. See why it was that "
                        @for (place, organisation) in why.capacity_from.iter().enumerate() {
                            @if place > 0 { ", " }
                            "in " a href=(look.links.to(format_args!("/organisations/{organisation}/why/{}", why.party))) {
                                bdi { (words::organisation_name(look.view, organisation)) }
                            }
                        }
                        "."
                    }
                }
            }
            section {
                h2 { "Evidence" }
                p.quiet { "These events suffice for the row: folding only them gives the same." }
                ul.inline { @for event in &row.evidence { li { (words::event(look, *event)) } } }
                h3 { "What would change it" }
                ul.turns {
                    li { "A claim of higher authority that says otherwise; or one of the same authority, at least as specific, that came on record later." }
                    li { "A retraction or correction of a claim that decides." }
                }
            }
        }
    }
}

/// The claims of one attribute, under its value.
fn said_of(look: &Look<'_>, attribute: &Attribute) -> Markup {
    html! {
        tbody {
            tr.group {
                th scope="rowgroup" colspan=(3 + Origin::HEADS.len()) {
                    span.what { (attribute.what[..1].to_uppercase()) (&attribute.what[1..]) ": " } strong { bdi { (attribute.value) } }
                    @if let Some(of) = attribute.of.as_ref().filter(|_| attribute.what != "person") {
                        span.quiet { " (" (words::person(look, &of.id, &of.name)) ")" }
                    }
                }
            }
            @for claim in &attribute.claims { (weighed(look, claim)) }
        }
    }
}

fn weighed(look: &Look<'_>, claim: &Said) -> Markup {
    let origin = Origin {
        authority: claim.authority,
        attribution: &claim.attribution,
        recorded_at: claim.recorded_at,
        position: claim.position,
        event: claim.event,
    };
    html! {
        tr {
            th scope="row" { (weight(claim.weight)) }
            td {
                bdi { (claim.value) }
                @if let Some(part) = &claim.part { br; span.quiet.small { "at its part " (words::meeting(look, part)) } }
            }
            td { time.edtf { (claim.occurred) } }
            (origin.cells(look))
        }
    }
}

/// What a claim did.
fn weight(weight: Weight) -> Markup {
    let sign = match weight {
        Weight::Decides => Sign::solid("yes", Shape::Circle, "✓"),
        Weight::Agrees => Sign::solid("yes", Shape::Circle, "+").with(Body::Open),
        Weight::SaysLess => Sign::solid("no", Shape::Circle, "<").with(Body::Open),
        Weight::Contests => Sign::solid("contested", Shape::Octagon, "≠"),
    };
    sign.badge(&sentence::word(weight.as_str()))
}
