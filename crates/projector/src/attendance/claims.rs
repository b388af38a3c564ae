//! Claims about who took part: entries of `attendance` events and of the `participants` of `meeting` events.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use summit::{Answer, Authority, Content, EventId, Level, MeetingId, Participation, PartyId, Phase, Presence};

use super::gathering::Gathering;
use super::merge::Attended;
use crate::index::{Record, Slot};

/// What one event says of one delegation or group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim<'v> {
    pub(super) record: &'v Record,
    pub(super) entry: &'v Participation,
    /// Its place among the entries of the event.
    place: usize,
    /// The part of the meeting at which it was said; nothing for the meeting itself.
    pub(super) part: Option<&'v MeetingId>,
    /// Whether it has happened.
    pub(super) reached: Answer,
}

/// What makes a claim win: its authority, then when it came on record, then its id and its place in the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank(pub(super) Authority, pub(super) Came);

/// What orders claims of equal authority: when they came on record, as far as they say so, for when the log stored them is of
/// no account; of the entries of one event the first stands highest.
pub(super) type Came = (Option<Timestamp>, EventId, Reverse<usize>);

impl Claim<'_> {
    pub(super) fn rank(&self) -> Rank {
        let event = &self.record.event;
        Rank(event.shared.authority(), (event.recorded_at, event.id, Reverse(self.place)))
    }

    /// The level at which the delegation is said to have been absent; nothing where that is not said.
    pub(super) fn absent_level(&self) -> Option<Level> {
        self.entry.level.filter(|_| self.entry.presence == Some(Presence::Absent))
    }

    /// Whether it is said that they took part.
    pub(super) fn attended(&self) -> Attended {
        let announced =
            matches!(&self.record.event.content, Content::Meeting(about) if about.phase == Some(Phase::Announced));
        Attended { stated: self.entry.presence, announced }
    }

    pub(super) fn says_present(&self) -> bool {
        self.attended().presence() == Presence::Present
    }
}

/// The claims about every delegation and group at a meeting.
#[derive(Default)]
pub(super) struct Claims<'v> {
    pub(super) parties: BTreeMap<&'v PartyId, Vec<Claim<'v>>>,
    pub(super) groups: BTreeMap<&'v str, Vec<Claim<'v>>>,
}

impl<'v> Gathering<'v> {
    /// Every claim that counts. Cost: the claims of the meeting and its parts.
    pub(super) fn claims(&self) -> Claims<'v> {
        let mut claims = Claims::default();
        for claim in self.claims_in(self.slots()) {
            match (&claim.entry.party, &claim.entry.group) {
                (Some(party), _) => claims.parties.entry(party).or_default().push(claim),
                (None, Some(group)) => claims.groups.entry(group).or_default().push(claim),
                (None, None) => {}
            }
        }
        claims
    }

    /// The claims about one party. Cost: what is said of it anywhere, or the claims of the meeting if those are fewer.
    pub(super) fn claims_about(&self, party: &PartyId) -> Vec<Claim<'v>> {
        let deeds = self.view.index.party(party).map_or(&[][..], |file| &file.deeds);
        let about = |claim: &Claim<'_>| claim.entry.party.as_ref() == Some(party);
        if deeds.len() <= self.slots().count() {
            self.claims_in(deeds.iter()).filter(about).collect()
        } else {
            self.claims_in(self.slots()).filter(about).collect()
        }
    }

    /// Where claims of the meeting and of its parts stand.
    fn slots(&self) -> impl Iterator<Item = &'v Slot> {
        let meetings = std::iter::once(self.meeting).chain(self.parts.counted.keys().copied());
        let files = meetings.filter_map(|meeting| self.view.index.meeting(meeting));
        files.flat_map(|file| file.attendance.iter().chain(&file.about))
    }

    /// The claims that count among some events: of active ones, not surely still to come; of those at a part only that a
    /// delegation was present.
    fn claims_in<'g>(&'g self, slots: impl Iterator<Item = &'v Slot> + 'g) -> impl Iterator<Item = Claim<'v>> + 'g {
        let records = slots.map(|slot| self.view.index.at(*slot));
        let claims = records.map(|record| (record, self.entries(record)));
        claims.filter(|(record, _)| self.view.activity.is_active(record)).flat_map(|(_, claims)| claims)
    }

    fn entries(&self, record: &'v Record) -> impl Iterator<Item = Claim<'v>> + use<'v> {
        let shared = &record.event.shared;
        let meeting = shared.meeting.as_ref();
        let part = meeting.and_then(|meeting| self.parts.counted.get_key_value(meeting)).map(|(part, _)| *part);
        let here = meeting == Some(self.meeting) || part.is_some();
        let reached = self.at.reached(shared.occurred.range(), shared.order);
        let counts = here && reached != Answer::No;
        let entries = if counts { participations(&record.event.content) } else { &[] };
        let claims =
            entries.iter().enumerate().map(move |(place, entry)| Claim { record, entry, place, part, reached });
        claims.filter(|claim| claim.part.is_none() || claim.says_present())
    }
}

/// What an event says of delegations at its meeting.
#[expect(clippy::wildcard_enum_match_arm, reason = "the design lists the kinds that say who took part; no other does")]
fn participations(content: &Content) -> &[Participation] {
    match content {
        Content::Attendance(entry) => std::slice::from_ref(entry),
        Content::Meeting(about) => &about.participants,
        _ => &[],
    }
}
