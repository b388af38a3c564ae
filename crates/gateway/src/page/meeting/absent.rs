//! Members that did not come through their leader, and participants that are no members.

use std::collections::BTreeMap;

use maud::{Markup, html};
use projector::{Attendance, Delegation, Missing, Without, without_leader};
use summit::{Capacity, PartyId};

use super::about;
use super::marks::{self, Mark};
use super::matrix::capacity_place;
use super::table::{self, is_stranger};
use crate::page::shown::Look;
use crate::page::words;

/// Members whose leader did not surely come.
pub(super) fn without(look: &Look<'_>, told: &Attendance) -> Markup {
    let list = without_leader(told);
    html! {
        @if list.is_empty() { p.quiet { "None on record." } }
        @else { ul.plain.rows.without { @for one in &list { li data-party=(one.party) { (member(look, told, one)) } } } }
    }
}

fn member(look: &Look<'_>, told: &Attendance, one: &Without<'_>) -> Markup {
    let mark = one.delegation.map_or_else(Mark::missed, Mark::of);
    html! {
        (party(look, told, one.party, &mark))
        span.said {
            span { (reason(one.missing)) }
            @if let Some(row) = one.delegation {
                (table::people(look, row))
                @if !mark.flags.is_empty() { div.flags { (marks::flags(&mark.flags)) } }
            }
        }
        @if let Some(row) = one.delegation { (about::events(look, &row.evidence)) }
    }
}

const fn reason(missing: Missing) -> &'static str {
    match missing {
        Missing::Below => "came below it, through",
        Missing::Contested => "came at it, and is said to have been absent at it",
        Missing::LevelNotStated => "came, at what level is not stated",
        Missing::Announced => "was announced, nothing more is said",
        Missing::Absent => "did not come",
        Missing::NotStated => "whether it came is not stated",
    }
}

/// Participants that are no members, by capacity.
pub(super) fn strangers(look: &Look<'_>, told: &Attendance) -> Markup {
    type Held<'t> = Option<(&'t Capacity, bool)>;
    // Those of whom no capacity is told come last.
    let place = |held: Held<'_>| held.map_or(usize::MAX, |(capacity, _)| capacity_place(capacity));
    let mut by: BTreeMap<(usize, Held<'_>), Vec<&Delegation>> = BTreeMap::new();
    for row in told.delegations.iter().filter(|row| is_stranger(row)) {
        let held = row.capacity.as_ref().map(|capacity| (capacity, row.capacity_derived));
        by.entry((place(held), held)).or_default().push(row);
    }
    for rows in by.values_mut() {
        rows.sort_by_cached_key(|row| words::party_name(look.view, &row.party).to_lowercase());
    }
    html! {
        @if by.is_empty() { p.quiet { "None is on record." } }
        @for ((_, capacity), rows) in by {
            h3.counted {
                @match capacity {
                    Some((capacity, derived)) => { (table::capacity(capacity, derived)) }
                    None => { "Capacity not stated, no membership on record" }
                }
                " " span.quiet { (rows.len()) }
            }
            ul.plain.rows.strangers {
                @for row in rows {
                    li data-party=(row.party) {
                        (party(look, told, &row.party, &Mark::of(row)))
                        span.said { (table::people(look, row)) }
                        (about::events(look, &row.evidence))
                    }
                }
            }
        }
    }
}

fn party(look: &Look<'_>, told: &Attendance, party: &PartyId, mark: &Mark) -> Markup {
    html! {
        span.of { (words::party(look, party)) }
        (marks::mark(mark, &table::why(look, &told.meeting, party), &words::party_name(look.view, party)))
    }
}
