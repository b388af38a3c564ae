//! The facts of the timeline as tables: every spell with its times, sources and evidence; every step.

use maud::{Markup, html};
use projector::{Competing, SpellRow, Timeline};
use summit::{EventId, PartyId};

use super::axis::Axis;
use super::bars::{Line, Order, lines};
use super::timeline::why;
use crate::page::shown::Look;
use crate::page::{marks, words};

/// How many events are named beside what they are evidence of; all of them stand on the page that says why.
const EVIDENCE: usize = 3;

/// Every spell of every party.
pub(super) fn spells(look: &Look<'_>, timeline: &Timeline, axis: &Axis, order: Order) -> Markup {
    let rows = lines(timeline, axis, order, |party| words::party_name(look.view, party));
    html! {
        div.scroll.tall role="region" tabindex="0" aria-label="Every status that was held" {
            table.spells {
                caption { "Every status that was held, is held or will be. " q { "Now" } " is the moment that is looked at: " (timeline.token.as_of) "." }
                thead { tr {
                    th scope="col" { "Party" } th scope="col" { "Status" } th scope="col" { "Held now" } th scope="col" { "Since" }
                    th scope="col" { "Until" } th scope="col" { "Otherwise said" } th scope="col" { "Evidence" }
                } }
                tbody { @for line in &rows { @for bar in &line.bars { (spell(look, timeline, line, bar.spell)) } } }
            }
        }
    }
}

fn spell(look: &Look<'_>, timeline: &Timeline, line: &Line<'_>, spell: &SpellRow) -> Markup {
    html! {
        tr data-party=(line.party) data-status=(spell.status) {
            th scope="row" { (words::party(look, line.party)) }
            td { (marks::status(&spell.status)) }
            td { (marks::answer(spell.answer.into())) }
            td { (words::dated(&spell.since)) }
            td {
                @if let Some(until) = &spell.until { (words::dated(until)) }
                @for period in &spell.suspensions {
                    div.small {
                        (marks::suspended(summit::Answer::Yes)) " " (words::dated(&period.since)) " to "
                        @if let Some(until) = &period.until { (words::dated(until)) } @else { "now" }
                    }
                }
            }
            td {
                @if spell.contested { (marks::contested()) }
                @for claim in &spell.competing { (competing(look, claim)) }
            }
            td.proof { (evidence(look, timeline, line.party, &spell.evidence)) }
        }
    }
}

fn competing(look: &Look<'_>, claim: &Competing) -> Markup {
    html! {
        div.small {
            time.edtf { (claim.date) } " " (marks::authority(claim.authority)) " "
            @for (place, source) in claim.attribution.iter().enumerate() { @if place > 0 { ", citing " } bdi { (source.name) } }
            " " (words::event(look, claim.event))
        }
    }
}

fn evidence(look: &Look<'_>, timeline: &Timeline, party: &PartyId, events: &[EventId]) -> Markup {
    let more = events.len().saturating_sub(EVIDENCE);
    html! {
        @for id in events.iter().take(EVIDENCE) { (words::event(look, *id)) " " }
        a href=(why(look, &timeline.organisation, party)) { "why" @if more > 0 { ", and " (more) " more" } }
    }
}

/// Every step of every party; nothing where nobody took any.
pub(super) fn steps(look: &Look<'_>, timeline: &Timeline) -> Markup {
    let mut rows: Vec<_> =
        timeline.parties.iter().flat_map(|row| row.steps.iter().map(move |step| (&row.party, step))).collect();
    rows.sort_by_cached_key(|(party, _)| words::party_name(look.view, party).to_lowercase());
    html! {
        @if !rows.is_empty() {
            section {
                h3 id="steps" { "Steps towards a status" }
                div.scroll.tall role="region" tabindex="0" aria-label="Steps towards a status" {
                    table.steps {
                        caption { "The ladder beside the statuses: a step changes none by itself." }
                        thead { tr {
                            th scope="col" { "Party" } th scope="col" { "Step" } th scope="col" { "Towards" } th scope="col" { "When" }
                            th scope="col" { "Source" } th scope="col" { "Event" }
                        } }
                        tbody {
                            @for (party, step) in &rows {
                                tr {
                                    th scope="row" { (words::party(look, party)) }
                                    td { (step.step.as_str().replace('_', " ")) }
                                    td { (marks::status(&step.towards)) }
                                    td { time.edtf { (step.occurred) } }
                                    td { @for (place, source) in step.attribution.iter().enumerate() { @if place > 0 { ", citing " } bdi { (source.name) } } }
                                    td.proof { (words::event(look, step.event)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
