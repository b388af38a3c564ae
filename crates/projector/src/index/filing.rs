//! Where an event is filed: under every organisation, meeting, party, person and instrument that it speaks of.

use std::collections::{BTreeMap, BTreeSet};

use summit::{Content, Event, Meeting, MeetingId, Named, OrganisationId, Participation, PartyId, Person, Succession};

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
        let new: Vec<Named> = mentioned(event).into_iter().filter(|one| !self.has_file(one)).collect();
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
    fn has_file(&self, of: &Named) -> bool {
        match of {
            Named::Party(name) => self.parties.get(name).is_some(),
            Named::Organisation(name) => self.organisations.get(name).is_some(),
            Named::Meeting(name) => self.meetings.get(name).is_some(),
            Named::Instrument(name) => self.instruments.get(name).is_some(),
            Named::Person(name) => self.people.get(name).is_some(),
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
        place(file.parties.entry(party.clone()).or_default()).push(slot);
        let file = self.parties.file(party);
        file.first.get_or_insert(slot);
        file.organisations.insert(organisation.clone());
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
                self.file_attended(meeting, entry.party.as_ref());
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
        let mut new = false;
        if let Some(organisation) = &event.shared.organisation {
            new |= self.meetings.file(meeting).organisations.insert(organisation.clone());
            self.organisations.file(organisation).meetings.insert(meeting.clone());
        }
        if let Some(whole) = &about.part_of {
            new |= self.meetings.file(meeting).part_of.insert(whole.clone());
            let file = self.meetings.file(whole);
            file.first.get_or_insert(slot);
            file.parts.insert(meeting.clone());
        }
        if let Some(whole) = &about.sidelines_of {
            new |= self.meetings.file(meeting).sidelines_of.insert(whole.clone());
            let file = self.meetings.file(whole);
            file.first.get_or_insert(slot);
            file.sidelines.insert(meeting.clone());
        }
        self.file_attended(meeting, about.participants.iter().filter_map(|entry| entry.party.as_ref()));
        if new {
            // What is said already of who came counts for more meetings, or for those of more organisations.
            for one in self.with_parts_and_sidelines(meeting) {
                let parties = self.parties_at_itself(&one);
                self.file_attended(&one, &parties);
            }
        }
    }

    /// Files parties at a meeting, for every organisation of it and of those that it is a part of.
    fn file_attended<'p>(&mut self, meeting: &MeetingId, parties: impl IntoIterator<Item = &'p PartyId>) {
        let mut parties = parties.into_iter().peekable();
        if parties.peek().is_none() {
            return;
        }
        let wholes: Vec<_> =
            self.with_wholes(meeting).into_iter().map(|one| (self.organisations_of_meeting(&one), one)).collect();
        for party in parties {
            for (organisations, whole) in &wholes {
                for organisation in organisations {
                    let attended = &mut self.organisations.file(organisation).attended;
                    let known = attended.get(party).is_some_and(|meetings| meetings.contains(whole));
                    if !known {
                        attended.entry(party.clone()).or_default().insert(whole.clone());
                    }
                }
            }
        }
    }
}

/// Everything that an event names, in whatever part.
pub(super) fn mentioned(event: &Event) -> Vec<Named> {
    let mut all: Vec<Named> = event.shared.organisation.clone().map(Named::Organisation).into_iter().collect();
    all.extend(event.shared.meeting.clone().map(Named::Meeting));
    all.extend(parties(event).chain(party_of_status(event)).cloned().map(Named::Party));
    all.extend(people(event).map(|person| Named::Person(person.id.clone())));
    if let Content::Meeting(about) = &event.content {
        all.extend(about.part_of.iter().chain(&about.sidelines_of).cloned().map(Named::Meeting));
    }
    if let Content::Signing(signing) = &event.content {
        all.push(Named::Instrument(signing.instrument.clone()));
    }
    if let Content::Naming(naming) = &event.content {
        all.push(naming.of.clone());
    }
    all
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
