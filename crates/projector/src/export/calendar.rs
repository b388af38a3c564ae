//! Meetings as a calendar (RFC 5545).
//!
//! A meeting is an entry whose `UID` is made of its slug, so that a later calendar replaces the entry of an earlier one;
//! `SEQUENCE` counts what corrected or took back anything said of it, and `DTSTAMP` is when the last of all that came on
//! record. People and parties have no address: their URIs are `urn:chronicle:person:` and `urn:chronicle:party:` with the
//! slug or code. Who came in whose place stands twice, as the standard has it: `DELEGATED-TO` with the one, `DELEGATED-FROM`
//! with the other.
//!
//! A meeting whose first and last day are not known as days is left out, and named in `X-CHRONICLE-LEFT-OUT`.

use std::collections::BTreeSet;

use icalendar::{Calendar, Component, Event, Property};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use summit::{EventId, MeetingId, Named, Phase};

use super::about::About;
use super::attendees::{Attendees, party_uri};
use super::popolo::place;
use super::text::{chain, clean};
use crate::answer::{Attendance, MeetingInfo};
use crate::view::{AskError, View};

/// Who wrote a calendar.
const PRODUCT: &str = "-//Summit Chronicle//chronicle//EN";

impl View<'_> {
    /// Meetings as a calendar, in the order given. Cost: the claims of the meetings and their parts.
    pub fn calendar_of(&self, meetings: &[MeetingId], about: &About) -> Result<String, AskError> {
        let mut calendar = Calendar::empty();
        let mut left_out: Vec<&str> = Vec::new();
        for meeting in meetings {
            let attendance = self.attendance(meeting)?;
            let info = &attendance.meeting_info;
            match info.held.as_ref().and_then(|held| times(&held.edtf, info.zone.as_deref())) {
                Some(times) => {
                    calendar.push(self.meeting_entry(&attendance, times));
                }
                None => left_out.push(meeting.as_str()),
            }
        }
        let token = serde_json::to_string(&about.token).expect("a token is JSON");
        let mut says = |name: &str, value: &str| {
            let mut property = text(name, value);
            // What the standard does not know is no text, as long as it does not say so.
            let known = matches!(name, "VERSION" | "PRODID" | "CALSCALE") || name.starts_with("X-WR-");
            if !known {
                property.add_parameter("VALUE", "TEXT");
            }
            calendar.append_property(property);
        };
        says("VERSION", "2.0");
        says("PRODID", PRODUCT);
        says("CALSCALE", "GREGORIAN");
        says("NAME", &about.title);
        says("X-WR-CALNAME", &about.title);
        says("X-WR-CALDESC", &about.citation);
        says("X-CHRONICLE-CITATION", &about.citation);
        says("X-CHRONICLE-LICENCE", &about.licence);
        says("X-CHRONICLE-TOKEN", &token);
        says("X-CHRONICLE-LEFT-OUT", &format!("{} {}", left_out.len(), left_out.join(" ")));
        Ok(calendar.to_string())
    }

    fn meeting_entry(&self, attendance: &Attendance, times: Vec<Property>) -> Event {
        let (meeting, info) = (&attendance.meeting, &attendance.meeting_info);
        let mut entry = Event::new();
        let mut says = |property: Property| {
            entry.append_property(property);
        };
        says(text("UID", &uid(meeting)));
        times.into_iter().for_each(&mut says);
        let name = self.called(&Named::Meeting(meeting.clone()));
        says(text("SUMMARY", name.as_deref().or(info.title.as_deref()).unwrap_or(meeting.as_str())));
        if let Some(place) = place(info) {
            says(text("LOCATION", &place));
        }
        says(text("DESCRIPTION", &self.described(info)));
        says(Property::new("STATUS", status(info.phase)));
        let (corrections, first, last) = self.recorded(meeting);
        says(Property::new("SEQUENCE", corrections.to_string()));
        if let Some((first, last)) = first.zip(last) {
            says(Property::new("CREATED", utc(first)));
            says(Property::new("LAST-MODIFIED", utc(last)));
        }
        says(Property::new("DTSTAMP", utc(last.unwrap_or(Timestamp::UNIX_EPOCH))));
        // Whoever is on this list came: nobody is asked, but without an organiser there may be no list.
        says(Property::new("ORGANIZER", organiser(attendance)));
        let organisations: Vec<&str> = info.organisations.iter().map(summit::OrganisationId::as_str).collect();
        let categories: Vec<&str> = info.form.iter().map(|form| form.as_str()).chain(organisations).collect();
        if !categories.is_empty() {
            entry.append_multi_property(Property::new("CATEGORIES", categories.join(",")));
        }
        let related = |kind: &str, others: &[MeetingId], entry: &mut Event| {
            for other in others {
                entry.append_multi_property(text("RELATED-TO", &uid(other)).add_parameter("RELTYPE", kind).done());
            }
        };
        related("PARENT", &info.part_of, &mut entry);
        related("CHILD", &attendance.parts, &mut entry);
        related("SIBLING", &info.sidelines_of, &mut entry);
        let mut attendees = Attendees::default();
        for row in &attendance.delegations {
            let name = self.name_of_party(&row.party).unwrap_or_else(|| row.party.to_string());
            attendees.add(row, &name, info.host.as_ref() == Some(&row.party), &|person| self.name_of_person(person));
        }
        attendees.write(&mut entry);
        entry
    }

    /// What a calendar has no words of its own for.
    fn described(&self, info: &MeetingInfo) -> String {
        let mut lines = Vec::new();
        lines.extend(info.theme.clone());
        if let Some(held) = &info.held {
            lines.push(format!("Held: {}", held.edtf));
        }
        let events = info.evidence.iter().filter_map(|id| self.index.event(*id));
        let sources: BTreeSet<String> = events.map(|record| chain(&record.event.shared.attribution)).collect();
        lines.extend(sources.into_iter().map(|source| format!("Source: {source}")));
        lines.join("\n")
    }

    /// How often something said of a meeting was corrected or taken back, and when the first and the last of all that came
    /// on record, as far as is known from here.
    fn recorded(&self, meeting: &MeetingId) -> (usize, Option<Timestamp>, Option<Timestamp>) {
        let on_record = |id: EventId| self.index.event(id).filter(|record| self.activity.selection().on_record(record));
        let file = self.index.meeting(meeting);
        let said = file.into_iter().flat_map(|file| file.about.iter().chain(&file.attendance));
        let said: BTreeSet<EventId> = said.map(|slot| self.index.at(*slot).event.id).collect();
        let (mut all, mut open) = (said.clone(), said.iter().copied().collect::<Vec<_>>());
        let mut corrections = BTreeSet::new();
        while let Some(id) = open.pop() {
            let linkers = self.index.linkers(id).iter().map(|slot| self.index.at(*slot).event.id);
            for linker in linkers.filter(|linker| on_record(*linker).is_some()) {
                if corrections.insert(linker) {
                    all.insert(linker);
                    open.push(linker);
                }
            }
        }
        let times = || all.iter().filter_map(|id| on_record(*id)).map(crate::Record::recorded_at);
        (corrections.len(), times().min(), times().max())
    }
}

/// A property whose value is text.
fn text(name: &str, value: &str) -> Property {
    Property::new(name, clean(value))
}

fn uid(meeting: &MeetingId) -> String {
    format!("{meeting}@summit-chronicle")
}

fn utc(instant: Timestamp) -> String {
    instant.strftime("%Y%m%dT%H%M%SZ").to_string()
}

const fn status(phase: Option<Phase>) -> &'static str {
    match phase {
        Some(Phase::Cancelled) => "CANCELLED",
        Some(Phase::Announced | Phase::Postponed) | None => "TENTATIVE",
        Some(Phase::Opened | Phase::Held | Phase::Closed) => "CONFIRMED",
    }
}

fn organiser(attendance: &Attendance) -> String {
    let info = &attendance.meeting_info;
    match (&info.host, info.organisations.first()) {
        (Some(host), _) => party_uri(host),
        (None, Some(organisation)) => format!("urn:chronicle:organisation:{organisation}"),
        (None, None) => format!("urn:chronicle:meeting:{}", attendance.meeting),
    }
}

/// When a meeting begins and ends; nothing where that is not known to the day. An end that is a day is the day after, as
/// calendars have it. What has an offset, or a zone of its place, is told in UTC.
fn times(edtf: &str, zone: Option<&str>) -> Option<Vec<Property>> {
    let (from, to) = edtf.split_once('/').unwrap_or((edtf, edtf));
    let (from, to) = (Time::read(from, zone)?, Time::read(to, zone)?);
    let end = match (&from, &to) {
        (Time::Day(from), Time::Day(to)) if from <= to => Some(Time::Day(to.checked_add(Span::new().days(1)).ok()?)),
        (Time::Day(_), _) | (_, Time::Day(_)) => return Time::days(&from, &to),
        _ if edtf.contains('/') => Some(to),
        _ => None,
    };
    Some(
        [("DTSTART", Some(from)), ("DTEND", end)]
            .into_iter()
            .filter_map(|(name, it)| Some(it?.property(name)))
            .collect(),
    )
}

enum Time {
    Day(Date),
    /// Wherever one is: a clock without a zone.
    Clock(DateTime),
    Instant(Timestamp),
}

impl Time {
    fn read(text: &str, zone: Option<&str>) -> Option<Self> {
        let text = text.trim_end_matches(['?', '~', '%']);
        if let Ok(instant) = text.parse::<Timestamp>() {
            return Some(Self::Instant(instant));
        }
        if !text.contains('T') {
            return (text.len() == "2024-07-04".len()).then(|| text.parse().ok()).flatten().map(Self::Day);
        }
        let clock: DateTime = text.parse().ok()?;
        let zoned = zone.and_then(|zone| TimeZone::get(zone).ok()).and_then(|zone| zone.to_timestamp(clock).ok());
        Some(zoned.map_or(Self::Clock(clock), Self::Instant))
    }

    /// Both as days, where one of them is no more than that.
    fn days(from: &Self, to: &Self) -> Option<Vec<Property>> {
        let (from, to) = (from.day(), to.day().checked_add(Span::new().days(1)).ok()?);
        (from < to).then(|| vec![Self::Day(from).property("DTSTART"), Self::Day(to).property("DTEND")])
    }

    fn day(&self) -> Date {
        match self {
            Self::Day(day) => *day,
            Self::Clock(clock) => clock.date(),
            Self::Instant(instant) => TimeZone::UTC.to_datetime(*instant).date(),
        }
    }

    fn property(&self, name: &str) -> Property {
        match self {
            Self::Day(day) => {
                Property::new(name, day.strftime("%Y%m%d").to_string()).add_parameter("VALUE", "DATE").done()
            }
            Self::Clock(clock) => Property::new(name, clock.strftime("%Y%m%dT%H%M%S").to_string()),
            Self::Instant(instant) => Property::new(name, utc(*instant)),
        }
    }
}
