//! The matrix as a table.

use std::collections::BTreeSet;

use maud::{Markup, html};
use projector::{Delegation, Member, PresenceAnswer};
use summit::{MeetingId, PartyId, Person};

use super::marks::{self, DERIVED, Flag, Tone, capacity_sign, capacity_words, level_words};
use super::matrix::{Band, Cell, Column, Matrix, Row, Sort, Who, is_member};
use super::told::Told;
use crate::page::shown::Look;
use crate::page::words;

/// How many rows are shown at once: a longer table scrolls below its head.
const ROWS_AT_ONCE: usize = 30;

/// The address of why the record says what it does of a party at a meeting.
pub(super) fn why(look: &Look<'_>, meeting: &MeetingId, party: &PartyId) -> String {
    look.links.to(format_args!("/meetings/{meeting}/why/{party}"))
}

/// How many came, in what way.
pub(super) fn figures(told: &Told) -> Markup {
    let rows = &told.whole.delegations;
    let of = |tone: Tone| rows.iter().filter(|row| marks::Mark::of(row).tone == tone).count();
    let present = rows.iter().filter(|row| row.presence == PresenceAnswer::Present).count();
    let silent = told.whole.not_stated.len() + of(Tone::NotStated);
    let video = rows.iter().filter(|row| Flag::of_mode(row.mode).is_some()).count();
    let contested = rows.iter().filter(|row| row.contested).count();
    let figure = |name: &str, tone: &str, number: usize| {
        html! { @if number > 0 { div class={ "tone-" (tone) } { dt { (name) } dd data-count=(name) { (number) } } } }
    };
    html! {
        dl.figures {
            div.tone-yes { dt { "took part" } dd data-count="took part" { (present) } }
            (figure("by leader or head", Tone::Head.name(), of(Tone::Head)))
            (figure("below, or in place", Tone::Below.name(), of(Tone::Below)))
            (figure("level not stated", Tone::Present.name(), of(Tone::Present)))
            (figure("by video", "video", video))
            (figure("announced only", Tone::Announced.name(), of(Tone::Announced)))
            (figure("absent", Tone::Absent.name(), of(Tone::Absent)))
            (figure("not stated", Tone::NotStated.name(), silent))
            (figure("contested", "contested", contested))
        }
    }
}

/// The table in its region, with its legend.
pub(super) fn table(look: &Look<'_>, matrix: &Matrix<'_>, sort: Sort) -> Markup {
    html! {
        div class={ "scroll attendance" (if matrix.rows() > ROWS_AT_ONCE { " tall" } else { "" }) } role="region" tabindex="0" aria-label="Attendance, delegations by parts" {
            table {
                caption { (order(sort)) }
                thead { tr {
                    th scope="col" { "Delegation" }
                    th scope="col" { "Capacity" }
                    @for column in &matrix.columns { (head(look, column)) }
                } }
                @for band in &matrix.bands { (self::band(look, matrix, band)) }
            }
        }
        @if !matrix.silent.is_empty() {
            p.small.quiet {
                "Nothing is said of who took part in: "
                @for (place, part) in matrix.silent.iter().enumerate() { @if place > 0 { ", " } (words::meeting(look, part)) }
                "."
            }
        }
        (legend(matrix))
    }
}

fn order(sort: Sort) -> &'static str {
    match sort {
        Sort::Party => {
            "In the alphabetical order of the names shown. That is no order of precedence: the organisation's own is not on record."
        }
        Sort::Capacity => "By capacity, then in alphabetical order. Within a capacity this is no order of precedence.",
        Sort::Level => "By the level of the head of each delegation, then in alphabetical order.",
    }
}

fn head(look: &Look<'_>, column: &Column<'_>) -> Markup {
    let info = &column.told.meeting_info;
    html! {
        th scope="col" data-meeting=(column.told.meeting) {
            @if column.whole {
                @if column.told.parts.is_empty() { "At the meeting" } @else { "Meeting as a whole" }
            } @else { (words::meeting(look, &column.told.meeting)) }
            @if !column.whole {
                span.about {
                    @if let Some(form) = info.form { (form) }
                    @if let Some(held) = &info.held { @if info.form.is_some() { ", " } (words::dated(held)) }
                }
            }
        }
    }
}

fn band(look: &Look<'_>, matrix: &Matrix<'_>, band: &Band<'_>) -> Markup {
    html! {
        tbody {
            @if let Some(heading) = &band.heading {
                tr.heading { th scope="rowgroup" colspan=(matrix.columns.len() + 2) { span { (heading) " " span.quiet { (band.rows.len()) } } } }
            }
            @for row in &band.rows {
                tr data-party=[row.party()] {
                    th scope="row" {
                        @match &row.who {
                            Who::Party { id, name } => {
                                a.party href=(look.links.to(format_args!("/parties/{id}"))) { bdi { (name) } }
                                @if name != id.as_str() { " " code.quiet { (id) } }
                            }
                            Who::Group(words) => { bdi { (words) } }
                        }
                    }
                    td.capacity {
                        @match row.capacity {
                            Some((capacity, derived)) => { (self::capacity(capacity, derived)) }
                            None => { span.quiet { "not stated" } }
                        }
                    }
                    @for (column, cell) in matrix.columns.iter().zip(&row.cells) { (self::cell(look, column, row, cell.as_ref())) }
                }
            }
        }
    }
}

impl Row<'_> {
    fn party(&self) -> Option<&str> {
        if let Who::Party { id, .. } = &self.who { Some(id.as_str()) } else { None }
    }
}

/// A capacity, marked where it is derived.
pub(super) fn capacity(capacity: &summit::Capacity, derived: bool) -> Markup {
    html! {
        span.held {
            (capacity_sign(capacity).badge(&capacity_words(capacity)))
            @if derived { sup.derived title=(DERIVED) { "†" span.unseen { " (derived)" } } }
        }
    }
}

fn cell(look: &Look<'_>, column: &Column<'_>, row: &Row<'_>, cell: Option<&Cell<'_>>) -> Markup {
    let meeting = &column.told.meeting;
    let Some(cell) = cell else {
        return html! { td.nothing data-meeting=(meeting) data-presence="" { span aria-hidden="true" { "·" } span.unseen { "nothing said" } } };
    };
    let presence = match (&row.who, cell.delegation) {
        (_, Some(row)) => row.presence.as_str(),
        (Who::Party { .. }, None) => "not_stated",
        (Who::Group(_), None) => "group",
    };
    html! {
        td data-meeting=(meeting) data-presence=(presence) data-level=[cell.delegation.and_then(|row| row.level)] {
            @match &row.who {
                Who::Party { id, name } => { (marks::mark(&cell.mark, &why(look, meeting, id), name)) }
                Who::Group(_) => { (marks::still(&cell.mark)) }
            }
            @if let Some(delegation) = cell.delegation { (people(look, delegation)) }
            @if !cell.mark.flags.is_empty() { div.flags { (marks::flags(&cell.mark.flags)) } }
            @if let Some(other) = other_capacity(row, cell.delegation) { div.flags { "as " (other) } }
        }
    }
}

/// The capacity at this meeting, where it is not that of the row.
fn other_capacity(row: &Row<'_>, own: Option<&Delegation>) -> Option<Markup> {
    let own = own?;
    let capacity = own.capacity.as_ref()?;
    let same = row.capacity.is_some_and(|(shown, derived)| shown == capacity && derived == own.capacity_derived);
    (!same).then(|| self::capacity(capacity, own.capacity_derived))
}

/// Who headed a delegation, in whose place, and who else came.
pub(super) fn people(look: &Look<'_>, row: &Delegation) -> Markup {
    html! {
        @if let Some(person) = &row.person { " " span.who { (named(look, person)) } }
        @if let Some(person) = &row.in_lieu_of { div.lieu { "in place of " (named(look, person)) } }
        @for member in &row.members { (accompanying(look, member)) }
    }
}

fn accompanying(look: &Look<'_>, member: &Member) -> Markup {
    html! {
        div.with {
            "with " (named(look, &member.person))
            @if let Some(level) = member.level { " " abbr title=(level_words(level)) { (level) } }
            @if let Some(flag) = Flag::of_mode(member.mode) { " " (flag.sign.badge(&flag.words)) }
            @if let Some(person) = &member.in_lieu_of { ", in place of " (named(look, person)) }
        }
    }
}

/// A person with the office.
pub(super) fn named(look: &Look<'_>, person: &Person) -> Markup {
    html! {
        (words::person(look, &person.id, &person.name))
        @if let Some(office) = &person.office { span.office { ", " bdi { (office) } } }
    }
}

/// What the marks and codes in the table mean: those that occur.
fn legend(matrix: &Matrix<'_>) -> Markup {
    let tones: BTreeSet<Tone> = matrix.cells().map(|cell| cell.mark.tone).collect();
    html! {
        ul.legend.plain aria-label="Legend" {
            @for tone in Tone::ALL.into_iter().filter(|tone| tones.contains(tone)) {
                li class={ "tone-" (tone.name()) } { (marks::shape(tone)) " " @if !matches!(tone, Tone::Head | Tone::Below) { b { (tone.letter()) } " " } (tone.words()) }
            }
            @for level in matrix.levels() { li { b { (level) } " " (level_words(level)) } }
            @if matrix.has_derived() { li { b { "†" } " " (DERIVED) } }
        }
    }
}

/// Participants in a capacity other than that of a member, by capacity.
pub(super) fn is_stranger(row: &Delegation) -> bool {
    let came = matches!(row.presence, PresenceAnswer::Present | PresenceAnswer::Announced);
    came && !is_member(row.capacity.as_ref())
}
