//! What one party or one person did, in the order of the world.

use std::collections::BTreeSet;

use summit::{Answer, Content, Event, Participation, PartyId, Person, PersonId, Presence};

use crate::answer::{PartyView, PersonView, PresenceAnswer, Stop};
use crate::membership::sorted;
use crate::view::{AskError, View};

impl View<'_> {
    /// Where a party belongs, and what it did. Cost: the events that name it.
    pub fn party(&self, party: &PartyId) -> Result<PartyView, AskError> {
        self.known_party(party)?;
        let deeds = self.index.party(party).map_or(&[][..], |file| &file.deeds);
        let itinerary = self.stops(deeds, |stop| stop.party.as_ref() == Some(party));
        let mut remarks = self.remarks_on_party(party);
        remarks.sort();
        remarks.dedup();
        let chain = self.chain(party, None);
        Ok(PartyView {
            party: party.clone(),
            name: self.party_name(party).or_else(|| party.iso_name().map(Into::into)),
            token: self.token().clone(),
            memberships: self.memberships(party),
            succeeds: chain.succeeds,
            succeeded_by: chain.succeeded_by,
            itinerary,
            remarks,
        })
    }

    /// For whom a person appears, and what they did. Cost: the events that name them.
    pub fn person(&self, person: &PersonId) -> Result<PersonView, AskError> {
        self.known_person(person)?;
        let deeds = self.index.person(person);
        let (names, offices) = self.named_as(person);
        let itinerary = self.stops(deeds, |stop| stop.person.as_ref().is_some_and(|one| one.id == *person));
        // Whoever welcomes appears for nobody in that event: the delegation is another's.
        let parties: BTreeSet<PartyId> = itinerary.iter().filter_map(|stop| stop.party.clone()).collect();
        Ok(PersonView {
            person: person.clone(),
            name: self.person_name(person),
            names,
            offices,
            parties: parties.into_iter().collect(),
            token: self.token().clone(),
            itinerary,
        })
    }

    /// What active events tell, as far as the world has come, in sort order.
    fn stops(&self, slots: &[crate::index::Slot], wanted: impl Fn(&Stop) -> bool) -> Vec<Stop> {
        let told = sorted(self.events(slots)).into_iter().filter(|event| self.reached(event) != Answer::No);
        told.flat_map(|event| self.stops_of(event)).filter(wanted).collect()
    }

    /// Every part that somebody plays in an event.
    fn stops_of(&self, event: &Event) -> Vec<Stop> {
        let stop = |role: &'static str, party: Option<&PartyId>, person: Option<&Person>| Stop {
            occurred: event.shared.occurred.to_string(),
            answer: self.reached(event),
            kind: event.kind(),
            role: role.into(),
            party: party.cloned(),
            person: person.cloned(),
            person_name: self.name_of(person),
            level: None,
            presence: None,
            organisation: event.shared.organisation.clone(),
            meeting: event.shared.meeting.clone(),
            instrument: None,
            place: event.shared.place.clone(),
            words: None,
            authority: event.shared.authority(),
            attribution: event.shared.attribution.clone(),
            event: event.id,
        };
        let part = |entry: &Participation| {
            let presence = presence(entry);
            let mut parts = vec![Stop {
                level: entry.level,
                presence: Some(presence),
                ..stop("participant", entry.party.as_ref(), entry.person.as_ref())
            }];
            if let Some(absent) = &entry.in_lieu_of {
                let presence = Some(PresenceAnswer::Absent);
                parts.push(Stop { presence, ..stop("represented", entry.party.as_ref(), Some(absent)) });
            }
            parts
        };
        match &event.content {
            Content::Meeting(meeting) => {
                let host = meeting.host.iter().map(|host| stop("host", Some(host), None));
                host.chain(meeting.participants.iter().flat_map(part)).collect()
            }
            Content::Attendance(entry) => part(entry),
            Content::Arrival(travel) | Content::Departure(travel) => {
                let traveller =
                    Stop { level: travel.level, ..stop("traveller", travel.party.as_ref(), travel.person.as_ref()) };
                let host = travel.welcomed_by.iter().map(|host| stop("welcomed_by", None, Some(host)));
                [traveller].into_iter().chain(host).collect()
            }
            Content::Signing(signing) => {
                let instrument = Some(signing.instrument.clone());
                let signs = signing.signatories.iter().map(|one| Stop {
                    instrument: instrument.clone(),
                    ..stop("signatory", one.party.as_ref(), one.person.as_ref())
                });
                signs.collect()
            }
            Content::Statement(said) => {
                let speaker = stop("speaker", said.party.as_ref(), said.speaker.as_ref());
                vec![Stop { words: Some(said.words.clone()), ..speaker }]
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
            | Content::Naming(_)
            | Content::Succession(_)
            | Content::Retraction(_) => Vec::new(),
        }
    }
}

/// What one claim says of presence: absence at a level is no absence.
fn presence(entry: &Participation) -> PresenceAnswer {
    match entry.presence {
        None | Some(Presence::Present) => PresenceAnswer::Present,
        Some(Presence::Announced) => PresenceAnswer::Announced,
        Some(Presence::Absent) if entry.level.is_some() => PresenceAnswer::NotStated,
        Some(Presence::Absent) => PresenceAnswer::Absent,
    }
}
