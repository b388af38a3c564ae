//! What the chronicle names, name by name, and one meeting with all that belongs to it.

use std::collections::BTreeSet;

use summit::{MeetingId, OrganisationId, PartyId, PersonId};

use crate::answer::{MeetingRow, MeetingView, OrganisationRow, PartyRow, PersonRow, Statements};
use crate::index::filing::people;
use crate::signings::{SigningsFilter, StatementsFilter};
use crate::view::{AskError, View};

impl View<'_> {
    /// The organisations that are named from here, in order, behind one, at most so many.
    pub fn organisations(&self, after: Option<&OrganisationId>, most: usize) -> Vec<OrganisationId> {
        page(self.index.organisations(), after, most, |name| self.names_organisation(name))
    }

    /// The meetings that are named from here, in order, behind one, at most so many; all, or those of an organisation.
    pub fn meetings(
        &self,
        of: Option<&OrganisationId>,
        after: Option<&MeetingId>,
        most: usize,
    ) -> Result<Vec<MeetingId>, AskError> {
        let Some(organisation) = of else {
            return Ok(page(self.index.meetings(), after, most, |name| self.names_meeting(name)));
        };
        self.known_organisation(organisation)?;
        let own = self.index.meetings_of(organisation);
        let belongs = |name: &MeetingId| self.meeting_belongs(name, organisation) && self.names_meeting(name);
        Ok(page(own.iter(), after, most, belongs))
    }

    /// The parties that are named from here, in order, behind one, at most so many.
    pub fn parties(&self, after: Option<&PartyId>, most: usize) -> Vec<PartyId> {
        page(self.index.parties(), after, most, |name| self.named(self.index.party(name).and_then(|file| file.first)))
    }

    /// The persons who are named from here, in order, behind one, at most so many.
    pub fn people(&self, after: Option<&PersonId>, most: usize) -> Vec<PersonId> {
        page(self.index.people(), after, most, |name| self.named(self.index.person(name).first().copied()))
    }

    /// Whether some event that exists from here names an organisation.
    pub fn names_organisation(&self, organisation: &OrganisationId) -> bool {
        self.named(self.index.organisation(organisation).and_then(|file| file.first))
    }

    /// Whether some event that exists from here names a meeting.
    pub fn names_meeting(&self, meeting: &MeetingId) -> bool {
        self.named(self.index.meeting(meeting).and_then(|file| file.first))
    }

    /// An organisation in a row. Cost: the claims of all its parties.
    pub fn organisation_row(&self, organisation: &OrganisationId) -> OrganisationRow {
        let meetings = self.index.meetings_of(organisation);
        OrganisationRow {
            organisation: organisation.clone(),
            name: self.organisation_name(organisation),
            counts: self.counts(organisation),
            meetings: meetings.iter().filter(|meeting| self.meeting_belongs(meeting, organisation)).count(),
            succeeded_by: self.heirs_of_organisation(organisation),
        }
    }

    /// A meeting in a row. Cost: the claims of the meeting itself.
    pub fn meeting_row(&self, meeting: &MeetingId) -> MeetingRow {
        let info = self.meeting_info(meeting);
        MeetingRow {
            meeting: meeting.clone(),
            title: info.title,
            form: info.form,
            phase: info.phase,
            held: info.held,
            place: info.place,
            organisations: info.organisations,
        }
    }

    /// A party in a row. Cost: the claims of its status.
    pub fn party_row(&self, party: &PartyId) -> PartyRow {
        let organisations = self.index.organisations_with(party).into_iter();
        PartyRow {
            party: party.clone(),
            name: self.party_name(party).or_else(|| party.iso_name().map(Into::into)),
            organisations: organisations.filter(|one| !self.rows_of(one, party).is_empty()).collect(),
        }
    }

    /// A person in a row. Cost: the events that name them.
    pub fn person_row(&self, person: &PersonId) -> PersonRow {
        let (names, offices) = self.named_as(person);
        PersonRow { person: person.clone(), name: self.person_name(person), names, offices }
    }

    /// Every name and every office that active events give a person, each in the order of the alphabet.
    pub(crate) fn named_as(&self, person: &PersonId) -> (Vec<String>, Vec<String>) {
        let (mut names, mut offices) = (BTreeSet::new(), BTreeSet::new());
        for named in self.events(self.index.person(person)).flat_map(people).filter(|named| named.id == *person) {
            names.insert(named.name.clone());
            offices.extend(named.office.clone());
        }
        (names.into_iter().collect(), offices.into_iter().collect())
    }

    /// One meeting, with what was signed and said there. Cost: its claims, and the acts on all instruments.
    pub fn meeting(&self, meeting: &MeetingId) -> Result<MeetingView, AskError> {
        self.known_meeting(meeting)?;
        let acts = SigningsFilter { meeting: Some(meeting.clone()), ..SigningsFilter::default() };
        let said = StatementsFilter { meeting: Some(meeting.clone()), ..StatementsFilter::default() };
        let sidelines = self.index.meeting(meeting).into_iter().flat_map(|file| &file.sidelines);
        let on_sidelines = |other: &&MeetingId| self.meeting_info(other).sidelines_of.contains(meeting);
        Ok(MeetingView {
            meeting: meeting.clone(),
            token: self.token().clone(),
            meeting_info: self.meeting_info(meeting),
            parts: self.parts_of(meeting),
            sidelines: sidelines.filter(on_sidelines).cloned().collect(),
            instruments: self.signings(&acts)?.instruments,
            statements: self.statements(&said),
        })
    }

    /// What was said, where all that is asked for is named from here.
    pub fn said(&self, only: &StatementsFilter) -> Result<Statements, AskError> {
        only.meeting.as_ref().map_or(Ok(()), |meeting| self.known_meeting(meeting))?;
        only.party.as_ref().map_or(Ok(()), |party| self.known_party(party))?;
        only.person.as_ref().map_or(Ok(()), |person| self.known_person(person))?;
        Ok(Statements { token: self.token().clone(), statements: self.statements(only) })
    }
}

/// Names in order, behind one, at most so many.
fn page<'n, N: Ord + Clone + 'n>(
    names: impl Iterator<Item = &'n N>,
    after: Option<&N>,
    most: usize,
    known: impl Fn(&N) -> bool,
) -> Vec<N> {
    let behind = names.filter(|name| after.is_none_or(|after| *name > after));
    behind.filter(|name| known(name)).take(most).cloned().collect()
}
