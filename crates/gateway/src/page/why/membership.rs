//! Why a party holds a status in an organisation: spell by spell.

use axum::response::Response;
use maud::{Markup, html};
use projector::{Explained, Explanation, Role, StepRow, TakenBack, Turn, Weighed};
use summit::{OrganisationId, PartyId};

use super::claims::{Origin, table};
use super::turning::{frozen, turning};
use crate::ask::{Asking, Lane};
use crate::page::marks::{self, Body, Shape, Sign};
use crate::page::sentence;
use crate::page::shown::{Look, Page, shown};
use crate::page::words;
use crate::problem::Problem;

pub(in crate::page) async fn membership(asking: Asking) -> Result<Response, Problem> {
    let organisation: OrganisationId = asking.name("organisation")?;
    let party: PartyId = asking.name("party")?;
    shown(asking, Lane::Quick, move |look| {
        let why = look.view.explain(&organisation, &party)?;
        let turns = look.view.turns(&organisation, &party)?;
        let [of, name] = [words::organisation_name(look.view, &organisation), words::party_name(look.view, &party)];
        Ok(Page { title: format!("Why: {name} in {of}"), main: drawn(look, &why, &turns), modules: &[] })
    })
    .await
}

fn drawn(look: &Look<'_>, why: &Explanation, turns: &[Turn]) -> Markup {
    let nothing = why.spells.is_empty() && why.steps.is_empty() && why.taken_back.is_empty();
    let rest: Vec<&Turn> = turns.iter().filter(|turn| turn.spell.is_none()).collect();
    html! {
        p.lead {
            "What the chronicle says of " (words::party(look, &why.party)) " in " (words::organisation(look, &why.organisation))
            ": spell by spell, the claims, the rule that decided between them, and what would change it."
        }
        @if nothing { p.note { "Not stated: no event speaks of it." } }
        (frozen(look))
        @for (place, spell) in why.spells.iter().enumerate() {
            (explained(look, place, spell, &turns.iter().filter(|turn| turn.spell == Some(place)).collect::<Vec<_>>()))
        }
        (ladder(look, &why.steps))
        (taken_back(look, &why.taken_back))
        @if !rest.is_empty() {
            section { h2 { "What else would change it" } (turning(look, &rest)) }
        }
    }
}

fn explained(look: &Look<'_>, place: usize, spell: &Explained, turns: &[&Turn]) -> Markup {
    let id = format!("spell-{}", place + 1);
    let rows = html! { @for claim in &spell.claims { (weighed(look, claim)) } };
    let label = format!("Every claim of {} since {}, and what it did", words::status(&spell.status), spell.since.edtf);
    html! {
        section.spell aria-labelledby=(id) {
            h2 id=(id) { (heading(spell)) }
            p { (marks::answer(spell.answer.into())) @if spell.contested { (marks::contested()) } }
            p.rule { strong { "The rule: " } (spell.rule) "." }
            (table(&label, &["Role", "Says", "When"], &rows))
            @if !turns.is_empty() {
                h3 { "What would change it" }
                (turning(look, turns))
            }
        }
    }
}

/// A spell as a heading.
fn heading(spell: &Explained) -> Markup {
    html! {
        (marks::status(&spell.status))
        " since " (words::dated(&spell.since))
        @if let Some(until) = &spell.until { " until " (words::dated(until)) }
    }
}

fn weighed(look: &Look<'_>, claim: &Weighed) -> Markup {
    let origin = Origin {
        authority: claim.authority,
        attribution: &claim.attribution,
        recorded_at: claim.recorded_at,
        position: claim.position,
        event: claim.event,
    };
    html! {
        tr {
            th scope="row" { (role(claim.role)) }
            td { (sentence::word(claim.kind.as_str())) ": " (words::status(&claim.status)) }
            td { time.edtf { (claim.occurred) } }
            (origin.cells(look))
        }
    }
}

/// What a claim did.
fn role(role: Role) -> Markup {
    let sign = match role {
        Role::Dates => Sign::solid("yes", Shape::Circle, "✓"),
        Role::Supports => Sign::solid("yes", Shape::Circle, "+").with(Body::Open),
        Role::Agrees => Sign::solid("no", Shape::Circle, "=").with(Body::Open),
        Role::Competes => Sign::solid("contested", Shape::Octagon, "≠"),
        Role::Contradicts => Sign::solid("contested", Shape::Octagon, "×").with(Body::Open),
    };
    sign.badge(role.as_str())
}

fn ladder(look: &Look<'_>, steps: &[StepRow]) -> Markup {
    html! {
        @if !steps.is_empty() {
            section {
                h2 { "The ladder" }
                p.quiet { "Rungs change no status; they stand beside it." }
                ol {
                    @for step in steps {
                        li {
                            time.edtf { (step.occurred) } ": " (sentence::word(step.step.as_str())) ", towards " (words::status(&step.towards))
                            ". " (sentence::sources(&step.attribution)) ", " (words::event(look, step.event))
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
                p.quiet { "These claims do not count any more." }
                ul {
                    @for claim in claims {
                        li {
                            (sentence::word(claim.kind.as_str())) " of " time.edtf { (claim.occurred) } ", " (words::event(look, claim.event))
                            ": taken out of effect by "
                            @for (place, by) in claim.by.iter().enumerate() {
                                @if place > 0 { ", " }
                                (words::event(look, *by)) (taker(look, *by))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Who took something back.
fn taker(look: &Look<'_>, id: summit::EventId) -> Markup {
    html! {
        @if let Ok(told) = look.view.event(id) { " (" (sentence::sources(&told.record.event.shared.attribution)) ")" }
    }
}
