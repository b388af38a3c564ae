//! What is said of the meeting itself.

use maud::{Markup, html};
use projector::{Dated, MeetingInfo};
use summit::{EventId, MeetingId, Mode, Phase};

use crate::page::shown::Look;
use crate::page::{spoken, words};

/// How many events are named before the rest is counted.
const EVENTS_SHOWN: usize = 4;

/// When, as its source wrote it, and in words at the hour of the place.
pub(super) fn when(held: &Dated, zone: Option<&str>) -> Markup {
    let spoken = spoken::spoken(&held.edtf, zone);
    html! {
        @if let Some(spoken) = spoken { span.spoken { (spoken) } " " span.quiet.small { (words::dated(held)) } }
        @else { (words::dated(held)) }
    }
}

/// How it is held, in words.
pub(super) const fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::InPerson => "in person",
        Mode::Video => "by video",
        Mode::Hybrid => "in person and by video",
    }
}

/// Its facts.
pub(super) fn facts(look: &Look<'_>, meeting: &MeetingId, info: &MeetingInfo) -> Markup {
    let zone = info.zone.as_deref();
    html! {
        dl.facts {
            @if let Some(theme) = &info.theme { dt { "Theme" } dd.theme { bdi { (theme) } } }
            dt { "When" }
            dd data-fact="held" {
                @match &info.held {
                    Some(held) => { (when(held, zone)) }
                    None => { span.quiet { "not stated" } }
                }
                @if let Some(zone) = zone { " " span.quiet.small { "· clocks of " bdi { (zone) } } }
            }
            @if info.place.is_some() || info.venue.is_some() {
                dt { "Where" }
                dd data-fact="place" {
                    @if let Some(venue) = &info.venue { bdi { (venue) } @if info.place.is_some() { ", " } }
                    @if let Some(place) = &info.place { bdi { (place) } }
                }
            }
            @if let Some(host) = &info.host { dt { "Host" } dd data-fact="host" { (words::party(look, host)) } }
            @if !info.organisations.is_empty() {
                dt { @if info.organisations.len() == 1 { "Organisation" } @else { "Organisations" } }
                dd { @for (place, one) in info.organisations.iter().enumerate() { @if place > 0 { ", " } (words::organisation(look, one)) } }
            }
            (others(look, "Part of", &info.part_of))
            (others(look, "On the sidelines of", &info.sidelines_of))
            dt { "Known as" } dd { code { (meeting) } }
            dt { "Told by" } dd { (events(look, &info.evidence)) }
        }
    }
}

/// Form, phase and how it is held, in a line.
pub(super) fn kind(info: &MeetingInfo) -> Markup {
    let form = info.form.map_or("meeting", |form| form.as_str());
    html! {
        p.lead.kind {
            span data-fact="form" { (form) }
            @match info.phase {
                Some(phase) => { ", " span class={ "phase " (phase) } data-fact="phase" { (phase_words(phase)) } }
                None => { ", " span.phase { "nothing of it had happened yet" } }
            }
            @if let Some(mode) = info.mode { ", " span data-fact="mode" { (self::mode(mode)) } }
        }
    }
}

/// A phase in words.
pub(super) const fn phase_words(phase: Phase) -> &'static str {
    match phase {
        Phase::Announced => "announced",
        Phase::Opened => "opened",
        Phase::Held => "held",
        Phase::Closed => "closed",
        Phase::Postponed => "postponed",
        Phase::Cancelled => "cancelled",
    }
}

fn others(look: &Look<'_>, name: &str, meetings: &[MeetingId]) -> Markup {
    html! {
        @if !meetings.is_empty() {
            dt { (name) }
            dd { @for (place, one) in meetings.iter().enumerate() { @if place > 0 { ", " } (words::meeting(look, one)) } }
        }
    }
}

/// Events that something rests on: the first of them, and how many more.
pub(super) fn events(look: &Look<'_>, events: &[EventId]) -> Markup {
    html! {
        span.events {
            @for event in events.iter().take(EVENTS_SHOWN) { (words::event(look, *event)) " " }
            @if events.len() > EVENTS_SHOWN { span.quiet { "and " (events.len() - EVENTS_SHOWN) " more" } }
        }
    }
}
