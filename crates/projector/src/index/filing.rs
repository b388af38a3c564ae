//! Where an event is filed: under every organisation, meeting, party, person and instrument that it speaks of.

use std::collections::{BTreeMap, BTreeSet};

use summit::{
    Content, Event, InstrumentId, Meeting, MeetingId, Named, OrganisationId, Participation, PartyId, Person, PersonId,
    Succession,
};

use super::Index;

/// The place of a record in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Slot(u32);

impl Slot {
    pub(crate) fn new(index: usize) -> Self {
        Self(u32::try_from(index).expect("an index holds fewer than four billion events"))
    }

    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What is filed under an organisation.
#[derive(Clone, Default)]
pub(crate) struct OrganisationFile {
    /// The first event that names it.
    pub(crate) first: Option<Slot>,
    /// By party: status claims, suspensions and rungs.
    pub(crate) parties: BTreeMap<PartyId, Standings>,
    pub(crate) foundings: Vec<Slot>,
    pub(crate) reclassifications: Vec<Slot>,
    pub(crate) tallies: Vec<Slot>,
    /// Meetings of which an event of the kind `meeting` says that they are its own.
    pub(crate) meetings: BTreeSet<MeetingId>,
    /// By party: its meetings, in whatever way they belong to it, at which, or at whose parts, any event says something of
    /// the party.
    pub(crate) attended: BTreeMap<PartyId, BTreeSet<MeetingId>>,
    /// Events that name it and correct or retract another, are corrected or retracted, or whose id was used again.
    pub(crate) linked: BTreeSet<Slot>,
}

/// What is filed under a party within an organisation.
#[derive(Clone, Default)]
pub(crate) struct Standings {
    /// Admissions, standings and withdrawals.
    pub(crate) status: Vec<Slot>,
    /// Suspensions and reinstatements.
    pub(crate) rights: Vec<Slot>,
    pub(crate) steps: Vec<Slot>,
}

/// What is filed under a meeting.
#[derive(Clone, Default)]
pub(crate) struct MeetingFile {
    /// The first event that names it.
    pub(crate) first: Option<Slot>,
    /// Events of the kind `meeting`.
    pub(crate) about: Vec<Slot>,
    /// Events of the kind `attendance`.
    pub(crate) attendance: Vec<Slot>,
    pub(crate) tallies: Vec<Slot>,
    pub(crate) statements: Vec<Slot>,
    /// Organisations that some event of the kind `meeting` names.
    pub(crate) organisations: BTreeSet<OrganisationId>,
    /// Meetings of which some event calls this one a part.
    pub(crate) part_of: BTreeSet<MeetingId>,
    /// Meetings on whose sidelines some event says that this one is held.
    pub(crate) sidelines_of: BTreeSet<MeetingId>,
    /// Meetings that some event calls a part of this one.
    pub(crate) parts: BTreeSet<MeetingId>,
    /// Meetings that some event calls held on the sidelines of this one.
    pub(crate) sidelines: BTreeSet<MeetingId>,
    /// Parties of which some event says whether they take part in this one itself, its parts left out.
    pub(crate) parties: BTreeSet<PartyId>,
    /// As for an organisation.
    pub(crate) linked: BTreeSet<Slot>,
}

/// What is filed under a party.
#[derive(Clone, Default)]
pub(crate) struct PartyFile {
    /// The first event that names it.
    pub(crate) first: Option<Slot>,
    /// Organisations in which something is said of its status.
    pub(crate) organisations: BTreeSet<OrganisationId>,
    /// Everything that names it, but for its status.
    pub(crate) deeds: Vec<Slot>,
}

impl Index {
    /// Files an event that is about to stand at `slot`.
    pub(super) fn file(&mut self, slot: Slot, event: &Event) {
        let mut new: Vec<Named> = Vec::new();
        each_mentioned(event, |one| {
            if !self.has_file(one) {
                new.push(one.to_named());
            }
        });
        if let Some(organisation) = &event.shared.organisation {
            self.file_organisation(slot, event, organisation);
        }
        if let Some(meeting) = &event.shared.meeting {
            self.file_meeting(slot, event, meeting);
        }
        for party in parties(event) {
            let file = self.parties.file(party);
            file.first.get_or_insert(slot);
            if file.deeds.last() != Some(&slot) {
                file.deeds.push(slot);
            }
        }
        for person in people(event) {
            let deeds = self.people.file(&person.id);
            if deeds.last() != Some(&slot) {
                deeds.push(slot);
            }
        }
        if let Content::Signing(signing) = &event.content {
            self.instruments.file(&signing.instrument).push(slot);
        }
        if let Content::Naming(naming) = &event.content {
            self.file_naming(slot, &naming.of);
        }
        if let Content::Succession(succession) = &event.content {
            self.file_succession(slot, succession);
        }
        self.file_words(event);
        for one in &new {
            self.file_identifier(one);
        }
    }

    /// Whether an earlier event names something.
    fn has_file(&self, of: Mention<'_>) -> bool {
        match of {
            Mention::Party(name) => self.parties.get(name).is_some(),
            Mention::Organisation(name) => self.organisations.get(name).is_some(),
            Mention::Meeting(name) => self.meetings.get(name).is_some(),
            Mention::Instrument(name) => self.instruments.get(name).is_some(),
            Mention::Person(name) => self.people.get(name).is_some(),
        }
    }

    /// Files an event that gives something a name: it names what bears it. (A party is filed with what else names it.)
    fn file_naming(&mut self, slot: Slot, of: &Named) {
        match of {
            Named::Party(_) => {}
            Named::Organisation(bearer) => {
                self.organisations.file(bearer).first.get_or_insert(slot);
            }
            Named::Meeting(bearer) => {
                self.meetings.file(bearer).first.get_or_insert(slot);
            }
            Named::Person(bearer) => self.people.file(bearer).push(slot),
            Named::Instrument(bearer) => {
                self.instruments.file(bearer);
            }
        }
        self.namings.file(of).push(slot);
    }

    /// Files a succession by whoever comes before or after. Where all of them have slugs, it speaks of organisations.
    fn file_succession(&mut self, slot: Slot, succession: &Succession) {
        let all: BTreeSet<&PartyId> = succession.from.iter().chain(&succession.to).collect();
        let organisations: Option<Vec<OrganisationId>> = all.iter().map(|one| one.as_str().parse().ok()).collect();
        for one in all {
            self.successions.file(one).push(slot);
        }
        for organisation in organisations.into_iter().flatten() {
            self.organisations.file(&organisation).first.get_or_insert(slot);
        }
    }

    fn file_organisation(&mut self, slot: Slot, event: &Event, organisation: &OrganisationId) {
        let file = self.organisations.file(organisation);
        file.first.get_or_insert(slot);
        let (party, place): (&PartyId, fn(&mut Standings) -> &mut Vec<Slot>) = match &event.content {
            Content::Founding(_) => return file.foundings.push(slot),
            Content::Reclassification(_) => return file.reclassifications.push(slot),
            Content::Tally(_) => return file.tallies.push(slot),
            Content::Admission(claim) => (&claim.party, |file| &mut file.status),
            Content::Standing(claim) => (&claim.party, |file| &mut file.status),
            Content::Withdrawal(claim) => (&claim.party, |file| &mut file.status),
            Content::Suspension(claim) | Content::Reinstatement(claim) => (&claim.party, |file| &mut file.rights),
            Content::Step(claim) => (&claim.party, |file| &mut file.steps),
            Content::Meeting(_)
            | Content::Arrival(_)
            | Content::Departure(_)
            | Content::Attendance(_)
            | Content::Signing(_)
            | Content::Statement(_)
            | Content::Naming(_)
            | Content::Succession(_)
            | Content::Retraction(_) => return,
        };
        match file.parties.get_mut(party) {
            Some(standings) => place(standings).push(slot),
            None => place(file.parties.entry(party.clone()).or_default()).push(slot),
        }
        let file = self.parties.file(party);
        file.first.get_or_insert(slot);
        insert(&mut file.organisations, organisation);
    }

    fn file_meeting(&mut self, slot: Slot, event: &Event, meeting: &MeetingId) {
        let file = self.meetings.file(meeting);
        file.first.get_or_insert(slot);
        match &event.content {
            Content::Meeting(about) => {
                self.file_relations(slot, event, meeting, about);
                self.meetings.file(meeting).about.push(slot);
            }
            Content::Attendance(entry) => {
                file.attendance.push(slot);
                self.file_parties(meeting, entry.party.iter());
            }
            Content::Tally(_) => file.tallies.push(slot),
            Content::Statement(_) => file.statements.push(slot),
            Content::Founding(_)
            | Content::Admission(_)
            | Content::Standing(_)
            | Content::Step(_)
            | Content::Suspension(_)
            | Content::Reinstatement(_)
            | Content::Withdrawal(_)
            | Content::Reclassification(_)
            | Content::Arrival(_)
            | Content::Departure(_)
            | Content::Signing(_)
            | Content::Naming(_)
            | Content::Succession(_)
            | Content::Retraction(_) => {}
        }
    }

    /// Files what an event of the kind `meeting` says of whose meeting it is, and who comes.
    fn file_relations(&mut self, slot: Slot, event: &Event, meeting: &MeetingId, about: &Meeting) {
        let file = self.meetings.file(meeting);
        let mut new = false;
        if let Some(organisation) = &event.shared.organisation {
            new |= insert(&mut file.organisations, organisation);
            insert(&mut self.organisations.file(organisation).meetings, meeting);
        }
        if let Some(whole) = &about.part_of {
            new |= insert(&mut self.meetings.file(meeting).part_of, whole);
            let file = self.meetings.file(whole);
            file.first.get_or_insert(slot);
            insert(&mut file.parts, meeting);
        }
        if let Some(whole) = &about.sidelines_of {
            new |= insert(&mut self.meetings.file(meeting).sidelines_of, whole);
            let file = self.meetings.file(whole);
            file.first.get_or_insert(slot);
            insert(&mut file.sidelines, meeting);
        }
        self.file_parties(meeting, about.participants.iter().filter_map(|entry| entry.party.as_ref()));
        if new {
            // What is said already of who came counts for more meetings, or for those of more organisations.
            for one in self.with_parts_and_sidelines(meeting) {
                let parties: Vec<PartyId> = self.parties_at_itself(&one).cloned().collect();
                self.file_attended(&one, &parties);
            }
        }
    }

    /// Files parties as such of which something is said at a meeting. Most are filed already.
    fn file_parties<'p>(&mut self, meeting: &MeetingId, parties: impl Iterator<Item = &'p PartyId>) {
        let file = self.meetings.file(meeting);
        let new: Vec<PartyId> = parties.filter(|party| insert(&mut file.parties, party)).cloned().collect();
        self.file_attended(meeting, &new);
    }

    /// Files parties at a meeting, for every organisation of it and of those that it is a part of.
    fn file_attended(&mut self, meeting: &MeetingId, parties: &[PartyId]) {
        if parties.is_empty() {
            return;
        }
        for whole in self.with_wholes(meeting) {
            for organisation in self.organisations_of_meeting(&whole) {
                let attended = &mut self.organisations.file(&organisation).attended;
                for party in parties {
                    attended.entry(party.clone()).or_default().insert(whole.clone());
                }
            }
        }
    }
}

/// Puts something in a set, most of the time to find that it is there; tells whether it was not.
fn insert<T: Ord + Clone>(set: &mut BTreeSet<T>, one: &T) -> bool {
    !set.contains(one) && set.insert(one.clone())
}

/// Something that an event names, where the event has it.
#[derive(Debug, Clone, Copy)]
enum Mention<'e> {
    Party(&'e PartyId),
    Organisation(&'e OrganisationId),
    Meeting(&'e MeetingId),
    Instrument(&'e InstrumentId),
    Person(&'e PersonId),
}

impl<'e> Mention<'e> {
    const fn of(named: &'e Named) -> Self {
        match named {
            Named::Party(name) => Self::Party(name),
            Named::Organisation(name) => Self::Organisation(name),
            Named::Meeting(name) => Self::Meeting(name),
            Named::Instrument(name) => Self::Instrument(name),
            Named::Person(name) => Self::Person(name),
        }
    }

    fn to_named(self) -> Named {
        match self {
            Self::Party(name) => Named::Party(name.clone()),
            Self::Organisation(name) => Named::Organisation(name.clone()),
            Self::Meeting(name) => Named::Meeting(name.clone()),
            Self::Instrument(name) => Named::Instrument(name.clone()),
            Self::Person(name) => Named::Person(name.clone()),
        }
    }
}

/// Everything that an event names, in whatever part.
pub(super) fn mentioned(event: &Event) -> Vec<Named> {
    let mut all = Vec::new();
    each_mentioned(event, |one| all.push(one.to_named()));
    all
}

fn each_mentioned<'e>(event: &'e Event, mut take: impl FnMut(Mention<'e>)) {
    event.shared.organisation.iter().map(Mention::Organisation).for_each(&mut take);
    event.shared.meeting.iter().map(Mention::Meeting).for_each(&mut take);
    parties(event).chain(party_of_status(event)).map(Mention::Party).for_each(&mut take);
    people(event).map(|person| Mention::Person(&person.id)).for_each(&mut take);
    if let Content::Meeting(about) = &event.content {
        about.part_of.iter().chain(&about.sidelines_of).map(Mention::Meeting).for_each(&mut take);
    }
    if let Content::Signing(signing) = &event.content {
        take(Mention::Instrument(&signing.instrument));
    }
    if let Content::Naming(naming) = &event.content {
        take(Mention::of(&naming.of));
    }
}

/// The party of whose status, rights or ladder an event speaks.
#[expect(clippy::wildcard_enum_match_arm, reason = "the kinds that speak of one party's status; no other does")]
pub(crate) fn party_of_status(event: &Event) -> Option<&PartyId> {
    match &event.content {
        Content::Admission(claim) => Some(&claim.party),
        Content::Standing(claim) => Some(&claim.party),
        Content::Withdrawal(claim) => Some(&claim.party),
        Content::Suspension(claim) | Content::Reinstatement(claim) => Some(&claim.party),
        Content::Step(claim) => Some(&claim.party),
        _ => None,
    }
}

/// The parties that an event names for something else than their status.
pub(crate) fn parties(event: &Event) -> impl Iterator<Item = &PartyId> {
    let (one, many): (Option<&PartyId>, Vec<&PartyId>) = match &event.content {
        Content::Meeting(meeting) => {
            (meeting.host.as_ref(), meeting.participants.iter().filter_map(|entry| entry.party.as_ref()).collect())
        }
        Content::Arrival(travel) | Content::Departure(travel) => (travel.party.as_ref(), vec![]),
        Content::Attendance(entry) => (entry.party.as_ref(), vec![]),
        Content::Signing(signing) => (None, signing.signatories.iter().filter_map(|one| one.party.as_ref()).collect()),
        Content::Statement(statement) => (statement.party.as_ref(), vec![]),
        Content::Succession(succession) => (None, succession.from.iter().chain(&succession.to).collect()),
        Content::Naming(naming) => {
            let party = if let Named::Party(party) = &naming.of { Some(party) } else { None };
            (party, vec![])
        }
        Content::Founding(_)
        | Content::Admission(_)
        | Content::Standing(_)
        | Content::Step(_)
        | Content::Suspension(_)
        | Content::Reinstatement(_)
        | Content::Withdrawal(_)
        | Content::Reclassification(_)
        | Content::Tally(_)
        | Content::Retraction(_) => (None, vec![]),
    };
    one.into_iter().chain(many)
}

/// The people that an event names.
pub(crate) fn people(event: &Event) -> impl Iterator<Item = &Person> {
    fn of(entry: &Participation) -> impl Iterator<Item = &Person> {
        entry.person.iter().chain(&entry.in_lieu_of)
    }
    let people: Vec<&Person> = match &event.content {
        Content::Meeting(meeting) => meeting.participants.iter().flat_map(of).collect(),
        Content::Arrival(travel) | Content::Departure(travel) => {
            travel.person.iter().chain(&travel.welcomed_by).collect()
        }
        Content::Attendance(entry) => of(entry).collect(),
        Content::Signing(signing) => signing.signatories.iter().filter_map(|one| one.person.as_ref()).collect(),
        Content::Statement(statement) => statement.speaker.iter().collect(),
        Content::Founding(_)
        | Content::Admission(_)
        | Content::Standing(_)
        | Content::Step(_)
        | Content::Suspension(_)
        | Content::Reinstatement(_)
        | Content::Withdrawal(_)
        | Content::Reclassification(_)
        | Content::Tally(_)
        | Content::Naming(_)
        | Content::Succession(_)
        | Content::Retraction(_) => vec![],
    };
    people.into_iter()
}
