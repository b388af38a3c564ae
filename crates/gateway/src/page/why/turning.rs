//! What would change an answer, in sentences.

use maud::{Markup, html};
use projector::{SpellRow, Turn, TurnedBy};

use crate::page::sentence::capital;
use crate::page::shown::Look;
use crate::page::words;

/// How many are told.
const MOST: usize = 12;

/// That nothing changes an answer that is given from a fixed position, where it is.
pub(super) fn frozen(look: &Look<'_>) -> Markup {
    html! {
        @if let Some(position) = look.view.token().at_position {
            p.note { "This is what the chronicle knew at position " (position) ". Nothing changes that any more: what would change it changes later answers only." }
        }
    }
}

/// What would change it, each in a sentence, with what would be said then where that is the same for all such events.
pub(super) fn turning(look: &Look<'_>, turns: &[&Turn]) -> Markup {
    html! {
        ul.turns {
            @for turn in turns.iter().take(MOST) {
                li {
                    (capital(&turn.text))
                    @if let TurnedBy::TakingBack(id) = &turn.by { " (" (words::event(look, *id)) "): then " (spells(&turn.then)) }
                    "."
                }
            }
        }
        @if turns.len() > MOST { p.quiet { "And " (turns.len() - MOST) " more." } }
    }
}

/// Spells in few words.
pub(super) fn spells(rows: &[SpellRow]) -> Markup {
    html! {
        @if rows.is_empty() { "nothing would be stated" }
        @for (place, row) in rows.iter().enumerate() {
            @if place > 0 { "; " }
            @if row.status.is_none() { "no status" } @else { (words::status(&row.status)) }
            " since " (words::dated(&row.since))
            @if let Some(until) = &row.until { " until " (words::dated(until)) }
            @if row.contested { " (contested)" }
        }
    }
}
