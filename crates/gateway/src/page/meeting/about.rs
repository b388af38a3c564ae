//! What is said of the meeting itself.

use maud::{Markup, html};
use projector::{Dated, MeetingInfo};
use summit::{EventId, MeetingId, Mode, Phase};

use crate::page::shown::Look;
use crate::page::{spoken, words};

/// How many events are named before the rest is counted.
const EVENTS_SHOWN: usize = 4;

/// When, as its source wrote it, and in words at the hour of the place.
pub(in crate::page) fn when(held: &Dated, zone: Option<&str>) -> Markup {
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
pub(super) fn kind(look: &Look<'_>, info: &MeetingInfo) -> Markup {
    let form = info.form.map_or("meeting", |form| form.as_str());
    html! {
        p.lead.kind {
            span data-fact="form" { (form) }
            @match info.phase {
                Some(phase) => { ", " span class={ "phase " (phase) } data-fact="phase" { (standing(look, Some(phase), info.held.as_ref())) } }
                None => { ", " span.phase { (standing(look, None, info.held.as_ref())) } }
            }
            @if let Some(mode) = info.mode { ", " span data-fact="mode" { (self::mode(mode)) } }
        }
    }
}

/// Where a meeting stands on the day from which the page looks.
pub(in crate::page) fn standing(look: &Look<'_>, phase: Option<Phase>, held: Option<&Dated>) -> &'static str {
    let today = look.view.looks_from().day().to_string();
    standing_on(&today, phase, held)
}

/// Where a meeting stands on a day: what was reported of it last, and what its days say beside.
fn standing_on(today: &str, phase: Option<Phase>, held: Option<&Dated>) -> &'static str {
    let first = held.and_then(|held| held.earliest.as_deref());
    let last = held.and_then(|held| held.latest.as_deref());
    let past = last.is_some_and(|last| last < today);
    let to_come = first.is_some_and(|first| first > today);
    match phase {
        Some(Phase::Closed) => "closed",
        Some(Phase::Postponed) => "postponed",
        Some(Phase::Cancelled) => "cancelled",
        Some(Phase::Held) => "held",
        Some(Phase::Opened) if past => "held (last reported: opened)",
        Some(Phase::Opened) if to_come || last.is_none() => "opened",
        Some(Phase::Opened) => "under way (opened)",
        Some(Phase::Announced) if past => "past (last reported: announced)",
        Some(Phase::Announced) if to_come => "to come (announced)",
        Some(Phase::Announced) => "announced",
        None if past => "past (nothing is reported of it)",
        None => "nothing of it had happened yet",
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

#[cfg(test)]
mod tests {
    use projector::Dated;
    use summit::Phase;

    use super::standing_on;

    #[test]
    fn what_was_reported_last_and_the_days_are_told_together() {
        let days = |earliest: &str, latest: &str| Dated {
            edtf: format!("{earliest}/{latest}"),
            earliest: Some(earliest.to_owned()),
            latest: Some(latest.to_owned()),
        };
        let held = days("2024-07-03", "2024-07-04");
        for (today, phase, said) in [
            ("2024-07-05", Some(Phase::Opened), "held (last reported: opened)"),
            ("2024-07-04", Some(Phase::Opened), "under way (opened)"),
            ("2024-07-02", Some(Phase::Opened), "opened"),
            ("2024-07-02", Some(Phase::Announced), "to come (announced)"),
            ("2024-07-03", Some(Phase::Announced), "announced"),
            ("2024-07-05", Some(Phase::Announced), "past (last reported: announced)"),
            ("2024-07-05", Some(Phase::Held), "held"),
            ("2024-07-04", Some(Phase::Closed), "closed"),
            ("2024-07-05", Some(Phase::Cancelled), "cancelled"),
            ("2024-07-02", None, "nothing of it had happened yet"),
        ] {
            assert_eq!(standing_on(today, phase, Some(&held)), said, "{today}, {phase:?}");
        }
        assert_eq!(standing_on("2024-07-05", Some(Phase::Opened), None), "opened");
    }
}
