//! Who took part in a meeting (`design.md` section 3, *Attendance*).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use summit::{Content, Meeting, MeetingForm, MeetingId, OrganisationId, Participation, PartyId, Phase, Presence};

use super::days::{Hour, Point, Tri, Until, reached};
use super::status::holds;
use super::{Line, Oracle};

/// A delegation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seat {
    pub(crate) party: String,
    pub(crate) answer: String,
    pub(crate) presence: String,
    pub(crate) capacity: Option<String>,
    pub(crate) capacity_derived: bool,
    pub(crate) head: Sitter,
    pub(crate) members: Vec<Sitter>,
    pub(crate) absent_levels: Vec<String>,
    pub(crate) parts: BTreeSet<String>,
    pub(crate) contested: bool,
}

/// Who sits there, by the slugs of people.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Sitter {
    pub(crate) person: Option<String>,
    pub(crate) level: Option<String>,
    pub(crate) mode: Option<String>,
    pub(crate) in_lieu_of: Option<String>,
}

/// What one line says of one party, at the meeting or at a part of it.
#[derive(Clone, Copy)]
struct Claim<'a> {
    line: &'a Line,
    said: &'a Participation,
    part: Option<&'a MeetingId>,
    /// Its place among what its line says: of equal entries the first counts.
    entry: usize,
}

impl Claim<'_> {
    /// What it says of presence; where it does not, who is listed for a meeting to come is to come too.
    fn presence(&self) -> Presence {
        let announced =
            matches!(&self.line.event.content, Content::Meeting(said) if said.phase == Some(Phase::Announced));
        self.said.presence.unwrap_or(if announced { Presence::Announced } else { Presence::Present })
    }
}

/// A value with what decides between it and others.
struct Value<'a> {
    text: String,
    stated: bool,
    line: &'a Line,
    entry: usize,
}

/// The value that wins, and whether another one contests it.
fn merge(values: &[Value<'_>], specificity: fn(&str) -> u8, refines: fn(&str, &str) -> bool) -> (Option<String>, bool) {
    let rank = |value: &&Value<'_>| {
        let (authority, recorded_at, id) = value.line.weight();
        (value.stated, authority, specificity(&value.text), recorded_at, id, Reverse(value.entry))
    };
    let Some(winner) = values.iter().max_by_key(rank) else { return (None, false) };
    let contested = values.iter().any(|value| value.text != winner.text && !refines(&winner.text, &value.text));
    (Some(winner.text.clone()), contested)
}

/// Whether `fine` says the same as `coarse`, only better.
fn refines_level(fine: &str, coarse: &str) -> bool {
    match coarse {
        "unknown" => fine != "unknown",
        "leader" => ["HS", "HG", "AHS", "AHG", "HIGHREP"].contains(&fine),
        _ => false,
    }
}

fn level_specificity(level: &str) -> u8 {
    match level {
        "unknown" => 0,
        "leader" => 1,
        _ => 2,
    }
}

fn refines_presence(fine: &str, coarse: &str) -> bool {
    coarse == "announced" && ["present", "absent"].contains(&fine)
}

fn compatible(one: Option<&str>, other: Option<&str>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return true };
    one == other || refines_level(one, other) || refines_level(other, one)
}

/// The higher the smaller.
fn precedence(level: Option<&str>) -> usize {
    const ORDER: [&str; 17] = [
        "HS", "HG", "AHS", "AHG", "leader", "CP", "VP", "DHG", "FM", "M", "HIGHREP", "ADV", "DM", "AMB", "IOH", "IOD",
        "IOREP",
    ];
    level.and_then(|level| ORDER.iter().position(|other| *other == level)).unwrap_or(ORDER.len())
}

fn values<'a>(claims: &[Claim<'a>], text: impl Fn(&Participation) -> Option<String>) -> Vec<Value<'a>> {
    let value = |claim: &Claim<'a>| {
        text(claim.said).map(|text| Value { text, stated: true, line: claim.line, entry: claim.entry })
    };
    claims.iter().filter_map(value).collect()
}

/// One person, of all that is said of them.
fn sitter(claims: &[Claim<'_>]) -> (Sitter, bool) {
    let never = |_: &str, _: &str| false;
    let (level, levels) = merge(&values(claims, level), level_specificity, refines_level);
    let (mode, modes) = merge(&values(claims, |said| said.mode.map(|mode| mode.to_string())), |_| 0, never);
    let lieu = |said: &Participation| said.in_lieu_of.as_ref().map(|person| person.id.to_string());
    let (in_lieu_of, lieus) = merge(&values(claims, lieu), |_| 0, never);
    let person = claims.iter().find_map(|claim| person(claim.said));
    (Sitter { person, level, mode, in_lieu_of }, levels || modes || lieus)
}

fn level(said: &Participation) -> Option<String> {
    said.level.map(|level| level.to_string())
}

fn person(said: &Participation) -> Option<String> {
    said.person.as_ref().map(|person| person.id.to_string())
}

fn absent(said: &Participation) -> bool {
    said.presence == Some(Presence::Absent)
}

fn took_place(said: &Meeting) -> bool {
    matches!(said.phase, None | Some(Phase::Held | Phase::Opened | Phase::Closed))
}

/// The people of a delegation, the head first, each with all that is said of them, and whether something fits nobody.
fn people<'a>(claims: &[Claim<'a>]) -> (Vec<Vec<Claim<'a>>>, bool) {
    let seated = |claim: &Claim<'_>| !(absent(claim.said) && claim.said.level.is_some());
    let attending: Vec<Claim<'_>> = claims.iter().copied().filter(seated).collect();
    let ids: BTreeSet<String> = attending.iter().filter_map(|claim| person(claim.said)).collect();
    let of = |id: Option<&String>| -> Vec<Claim<'a>> {
        attending.iter().copied().filter(|claim| person(claim.said).as_ref() == id).collect()
    };
    let mut named: Vec<Vec<Claim<'_>>> = ids.iter().map(|id| of(Some(id))).collect();
    let unnamed = of(None);
    if named.is_empty() {
        return (vec![unnamed], false);
    }
    let key = |claims: &Vec<Claim<'_>>| {
        let level_of = sitter(claims).0.level;
        let says = |claim: &&Claim<'_>| level(claim.said) == level_of;
        let weight = claims.iter().filter(says).map(|claim| (claim.line.weight(), Reverse(claim.entry))).max();
        (precedence(level_of.as_deref()), Reverse(weight))
    };
    named.sort_by_key(key);
    let levels: Vec<Option<String>> = named.iter().map(|claims| sitter(claims).0.level).collect();
    let mut misfit = false;
    for claim in unnamed {
        let said = level(claim.said);
        match levels.iter().position(|level| compatible(level.as_deref(), said.as_deref())) {
            Some(n) => named[n].push(claim),
            None => misfit = true,
        }
    }
    named.sort_by_key(key);
    (named, misfit)
}

impl<'a> Oracle<'a> {
    /// The events of a meeting itself, in sort order.
    fn meeting_events(&self, meeting: &MeetingId) -> Vec<(&'a Line, &'a Meeting)> {
        let mut events = Vec::new();
        for line in self.counting.iter().copied() {
            if let Content::Meeting(said) = &line.event.content
                && line.event.shared.meeting.as_ref() == Some(meeting)
            {
                events.push((line, said));
            }
        }
        events.sort_by_key(|(line, _)| line.place());
        events
    }

    fn reached(&self, line: &Line) -> Tri {
        reached(self.until(), line.span(), line.order())
    }

    /// What is said of a meeting by now, or, where all of that is to come, what is to come.
    fn said_of(&self, meeting: &MeetingId) -> Vec<(&'a Line, &'a Meeting)> {
        let all = self.meeting_events(meeting);
        let by_now: Vec<_> = all.iter().copied().filter(|(line, _)| self.reached(line) != Tri::No).collect();
        if by_now.is_empty() { all } else { by_now }
    }

    /// Whether it is cancelled or postponed by now.
    fn is_void(&self, meeting: &MeetingId) -> bool {
        let mut events = self.meeting_events(meeting);
        events.retain(|(line, _)| self.reached(line) != Tri::No);
        let took_place = events.iter().any(|(_, said)| took_place(said));
        let last = events.iter().rev().find(|(_, said)| !(took_place && said.phase == Some(Phase::Announced)));
        last.is_some_and(|(_, said)| matches!(said.phase, Some(Phase::Cancelled | Phase::Postponed)))
    }

    /// Meetings that are parts, however deep.
    pub(crate) fn parts(&self, meeting: &MeetingId) -> BTreeSet<&'a MeetingId> {
        self.parts_through(meeting, |_| true)
    }

    /// Meetings that are parts, and parts of such parts as are let through.
    fn parts_through(&self, meeting: &MeetingId, through: impl Fn(&MeetingId) -> bool) -> BTreeSet<&'a MeetingId> {
        let mut parts: BTreeSet<&MeetingId> = BTreeSet::new();
        loop {
            let before = parts.len();
            for line in self.counting.iter().copied() {
                if let (Content::Meeting(said), Some(part)) = (&line.event.content, &line.event.shared.meeting)
                    && let Some(whole) = &said.part_of
                    && (whole == meeting || parts.contains(whole))
                    && part != meeting
                    && through(part)
                {
                    parts.insert(part);
                }
            }
            if parts.len() == before {
                return parts;
            }
        }
    }

    fn said_at(&self, meeting: &MeetingId, part: Option<&'a MeetingId>) -> Vec<Claim<'a>> {
        let mut said = Vec::new();
        for line in self.counting.iter().copied() {
            if line.event.shared.meeting.as_ref() != Some(meeting) || self.reached(line) == Tri::No {
                continue;
            }
            if let Content::Attendance(entry) = &line.event.content {
                said.push(Claim { line, said: entry, part, entry: 0 });
            } else if let Content::Meeting(meeting) = &line.event.content {
                let entries = meeting.participants.iter().enumerate();
                said.extend(entries.map(|(entry, said)| Claim { line, said, part, entry }));
            }
        }
        said
    }

    fn seats_claimed(&self, meeting: &MeetingId) -> Vec<Claim<'a>> {
        let mut claims = self.said_at(meeting, None);
        for part in self.parts_through(meeting, |part| !self.is_void(part)) {
            let there = self.said_at(part, Some(part)).into_iter();
            claims.extend(there.filter(|claim| claim.presence() == Presence::Present));
        }
        claims
    }

    /// The organisations of a meeting, of what it is a part of, and of what it is held beside.
    fn organisations(&self, meeting: &MeetingId) -> BTreeSet<OrganisationId> {
        let mut meetings = vec![meeting.clone()];
        let mut organisations = BTreeSet::new();
        let mut next = 0;
        while next < meetings.len() {
            for (line, said) in self.meeting_events(&meetings[next].clone()) {
                organisations.extend(line.event.shared.organisation.clone());
                for other in said.part_of.iter().chain(&said.sidelines_of) {
                    if !meetings.contains(other) {
                        meetings.push(other.clone());
                    }
                }
            }
            next += 1;
        }
        organisations
    }

    /// The end of the meeting's last day: as those say who say that it took place, and of them the highest.
    fn at_the_end(&self, meeting: &MeetingId) -> Option<Point> {
        let mut events = self.said_of(meeting);
        if events.iter().any(|(_, said)| took_place(said)) {
            events.retain(|(_, said)| took_place(said));
        } else if events.iter().any(|(_, said)| said.phase == Some(Phase::Announced)) {
            events.retain(|(_, said)| said.phase == Some(Phase::Announced));
        }
        let highest = events.iter().map(|(line, _)| line.event.shared.authority()).max()?;
        events.retain(|(line, _)| line.event.shared.authority() == highest);
        match events.iter().map(|(line, _)| line.span().to).max()? {
            Point::On(day, _) => Some(Point::On(day, Hour::Dusk)),
            // An open end names no last day.
            Point::Ever | Point::Never => None,
        }
    }

    fn held_at(&self, point: Point, organisation: &OrganisationId, party: &PartyId) -> Option<String> {
        let spells = self.spells(organisation, party);
        let until = Until::Point(point);
        let mut statuses: Vec<&str> = spells.iter().map(|spell| spell.status.as_str()).collect();
        statuses.retain(|status| *status != "none" && holds(&spells, status, until) == Tri::Yes);
        statuses.first().map(|status| (*status).to_owned())
    }

    fn derived(&self, meeting: &MeetingId, party: &PartyId) -> Option<String> {
        let end = self.at_the_end(meeting)?;
        self.organisations(meeting).iter().find_map(|organisation| self.held_at(end, organisation, party))
    }

    /// Members of whom nothing is said.
    pub(crate) fn not_stated(&self, meeting: &MeetingId) -> BTreeSet<String> {
        let mut missing = BTreeSet::new();
        // Nobody is missed at what does not take place, or not yet.
        if self.meeting_events(meeting).iter().all(|(line, _)| self.reached(line) == Tri::No) {
            return missing;
        }
        let Some(end) = self.at_the_end(meeting).filter(|_| !self.is_void(meeting)) else { return missing };
        let forms: Vec<Value<'_>> = self
            .said_of(meeting)
            .into_iter()
            .filter_map(|(line, said)| Some(Value { text: said.form?.to_string(), stated: true, line, entry: 0 }))
            .collect();
        let (form, _) = merge(&forms, |_| 0, |_, _| false);
        let full = [MeetingForm::Summit, MeetingForm::Plenary, MeetingForm::Restricted, MeetingForm::Expanded];
        if !form.is_some_and(|form| full.iter().any(|full| full.as_str() == form)) {
            return missing;
        }
        let spoken_of: BTreeSet<&PartyId> =
            self.seats_claimed(meeting).iter().filter_map(|claim| claim.said.party.as_ref()).collect();
        for organisation in self.organisations(meeting) {
            for party in self.parties(&organisation) {
                let member = holds(&self.spells(&organisation, &party), "member", Until::Point(end)) == Tri::Yes;
                if member && !spoken_of.contains(&party) {
                    missing.insert(party.to_string());
                }
            }
        }
        missing
    }

    /// The delegations of a meeting.
    pub(crate) fn attendance(&self, meeting: &MeetingId) -> Vec<Seat> {
        let mut by_party: BTreeMap<&PartyId, Vec<Claim<'_>>> = BTreeMap::new();
        for claim in self.seats_claimed(meeting) {
            if let Some(party) = &claim.said.party {
                by_party.entry(party).or_default().push(claim);
            }
        }
        let void = self.is_void(meeting);
        by_party.into_iter().map(|(party, claims)| self.seat(meeting, party, &claims, void)).collect()
    }

    fn seat(&self, meeting: &MeetingId, party: &PartyId, claims: &[Claim<'_>], void: bool) -> Seat {
        let answer = claims.iter().map(|claim| self.reached(claim.line)).max().expect("a party here has claims");
        let (presence, presences) =
            merge(&presences(claims, void), |text| u8::from(text != "announced"), refines_presence);
        let capacity = |said: &Participation| said.capacity.as_ref().map(ToString::to_string);
        let (capacity, capacities) = merge(&values(claims, capacity), |_| 0, |_, _| false);
        let (people, misfit) = people(claims);
        let sitters: Vec<(Sitter, bool)> = people.iter().map(|claims| sitter(claims)).collect();
        let head = sitters[0].0.clone();
        let not_at: BTreeSet<(usize, String)> = claims
            .iter()
            .filter(|claim| absent(claim.said))
            .filter_map(|claim| level(claim.said))
            .map(|level| (precedence(Some(&level)), level))
            .collect();
        let denied = head
            .level
            .as_ref()
            .is_some_and(|head| not_at.iter().any(|(_, level)| level == head || refines_level(head, level)));
        let derived = if capacity.is_none() { self.derived(meeting, party) } else { None };
        Seat {
            party: party.to_string(),
            answer: answer.word(),
            presence: presence.unwrap_or_else(|| "not_stated".to_owned()),
            capacity_derived: derived.is_some(),
            capacity: capacity.or(derived),
            head,
            members: sitters[1..].iter().map(|(sitter, _)| sitter.clone()).collect(),
            absent_levels: not_at.into_iter().map(|(_, level)| level).collect(),
            parts: claims.iter().filter_map(|claim| claim.part).map(ToString::to_string).collect(),
            contested: presences || capacities || misfit || denied || sitters.iter().any(|(_, contested)| *contested),
        }
    }
}

/// What claims say of presence: nothing where they say at which level there was none, or the meeting is void.
fn presences<'a>(claims: &[Claim<'a>], void: bool) -> Vec<Value<'a>> {
    let mut values = Vec::new();
    for claim in claims {
        let said = claim.presence();
        let silent = said == Presence::Absent && claim.said.level.is_some() || said == Presence::Present && void;
        if !silent {
            values.push(Value {
                text: said.to_string(),
                stated: claim.said.presence.is_some(),
                line: claim.line,
                entry: claim.entry,
            });
        }
    }
    values
}
