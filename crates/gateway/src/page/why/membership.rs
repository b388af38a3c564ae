//! Why a party holds a status in an organisation: spell by spell.

use axum::response::Response;
use maud::{Markup, html};
use projector::{Explained, Explanation, Role, StepRow, TakenBack, Weighed};
use summit::{OrganisationId, PartyId};

use crate::ask::{Asking, Lane};
use crate::page::sentence;
use crate::page::shown::{Look, Page, shown};
use crate::page::words;
use crate::problem::Problem;

pub(in crate::page) async fn membership(asking: Asking) -> Result<Response, Problem> {
    let organisation: OrganisationId = asking.name("organisation")?;
    let party: PartyId = asking.name("party")?;
    shown(asking, Lane::Quick, move |look| {
        let why = look.view.explain(&organisation, &party)?;
        let [of, name] = [words::organisation_name(look.view, &organisation), words::party_name(look.view, &party)];
        Ok(Page { title: format!("Why: {name} in {of}"), main: drawn(look, &why), modules: &[] })
    })
    .await
}

fn drawn(look: &Look<'_>, why: &Explanation) -> Markup {
    let nothing = why.spells.is_empty() && why.steps.is_empty() && why.taken_back.is_empty();
    html! {
        p.lead {
            "What the chronicle says of " (words::party(look, &why.party)) " in " (words::organisation(look, &why.organisation))
            ", and from which claims."
        }
        @if nothing { p.note { "Not stated: no event speaks of it." } }
        @for (place, spell) in why.spells.iter().enumerate() { (explained(look, place, spell)) }
        (ladder(look, &why.steps))
        (taken_back(look, &why.taken_back))
    }
}

fn explained(look: &Look<'_>, place: usize, spell: &Explained) -> Markup {
    let id = format!("spell-{}", place + 1);
    html! {
        section.spell aria-labelledby=(id) {
            h2 id=(id) {
                (heading(spell)) " "
                span.answer.(spell.answer.as_str()) { (spell.answer) }
                @if spell.contested { " " span.contested { "contested" } }
            }
            p.rule { "The rule: " (spell.rule) "." }
            (claims(look, &spell.claims))
        }
    }
}

/// A spell as a heading.
fn heading(spell: &Explained) -> Markup {
    html! {
        @if spell.status.is_none() { "no status" } @else { (words::status(&spell.status)) }
        " since " (words::dated(&spell.since))
        @if let Some(until) = &spell.until { " until " (words::dated(until)) }
    }
}

fn claims(look: &Look<'_>, claims: &[Weighed]) -> Markup {
    html! {
        div.scroll role="region" tabindex="0" aria-label="Claims" {
            table.claims {
                caption { "Every claim of it, and what it did" }
                thead { tr {
                    @for head in ["Role", "Says", "When", "Authority", "Source", "On record", "Event"] { th scope="col" { (head) } }
                } }
                tbody { @for claim in claims { (weighed(look, claim)) } }
            }
        }
    }
}

fn weighed(look: &Look<'_>, claim: &Weighed) -> Markup {
    html! {
        tr.role.(claim.role.as_str()) {
            th scope="row" { (role(claim.role)) }
            td { (sentence::word(claim.kind.as_str())) ": " @if claim.status.is_none() { "none" } @else { (words::status(&claim.status)) } }
            td { time.edtf { (claim.occurred) } }
            td { (sentence::authority(claim.authority)) }
            td { (sentence::sources(&claim.attribution)) }
            td { (claim.recorded_at) ", position " (claim.position) }
            td { (words::event(look, claim.event)) }
        }
    }
}

/// What a claim did, with a sign.
fn role(role: Role) -> Markup {
    let sign = match role {
        Role::Dates => "●",
        Role::Supports => "◐",
        Role::Agrees => "○",
        Role::Competes => "≠",
        Role::Contradicts => "×",
    };
    html! { span.sign aria-hidden="true" { (sign) } " " (role.as_str()) }
}

fn ladder(look: &Look<'_>, steps: &[StepRow]) -> Markup {
    html! {
        @if !steps.is_empty() {
            section {
                h2 { "Ladder" }
                p { "Rungs change no status; they are shown beside it." }
                ul.rungs {
                    @for step in steps {
                        li {
                            time.edtf { (step.occurred) } ": " (sentence::word(step.step.as_str())) " towards " (words::status(&step.towards))
                            ". " (sentence::sources(&step.attribution)) " " (words::event(look, step.event))
                        }
                    }
                }
            }
        }
    }
}

fn taken_back(look: &Look<'_>, claims: &[TakenBack]) -> Markup {
    html! {
        @if !claims.is_empty() {
            section {
                h2 { "Taken back" }
                p { "These claims do not count any more." }
                ul.taken-back {
                    @for claim in claims {
                        li {
                            (sentence::word(claim.kind.as_str())) " " time.edtf { (claim.occurred) } " " (words::event(look, claim.event))
                            ", taken out of effect by "
                            @for (place, by) in claim.by.iter().enumerate() { @if place > 0 { ", " } (words::event(look, *by)) }
                        }
                    }
                }
            }
        }
    }
}
