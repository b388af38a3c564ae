//! Instruments and the acts on them; statements.

use std::collections::BTreeMap;

use summit::{
    Act, Answer, Certainty, Content, Event, InstrumentId, MeetingId, OrganisationId, PartyId, PersonId, Signatory,
    Signing,
};

use crate::answer::{ActRow, InstrumentRow, SignatoryRow, Signings, StatementRow};
use crate::membership::sorted;
use crate::view::{AskError, View};

/// Which acts are asked for; every part may be left open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SigningsFilter {
    /// Of this organisation, also through their meeting.
    pub organisation: Option<OrganisationId>,
    /// On this instrument.
    pub instrument: Option<InstrumentId>,
    /// By this party.
    pub party: Option<PartyId>,
    /// At this meeting.
    pub meeting: Option<MeetingId>,
}

/// Which statements are asked for; every part may be left open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatementsFilter {
    /// At this meeting.
    pub meeting: Option<MeetingId>,
    /// For this party.
    pub party: Option<PartyId>,
    /// By this person.
    pub person: Option<PersonId>,
}

impl View<'_> {
    /// Instruments and what was done to them. Cost: the acts on the instrument asked for, or all.
    pub fn signings(&self, only: &SigningsFilter) -> Result<Signings, AskError> {
        only.instrument.as_ref().map_or(Ok(()), |instrument| self.known_instrument(instrument))?;
        only.organisation.as_ref().map_or(Ok(()), |organisation| self.known_organisation(organisation))?;
        only.party.as_ref().map_or(Ok(()), |party| self.known_party(party))?;
        only.meeting.as_ref().map_or(Ok(()), |meeting| self.known_meeting(meeting))?;
        let wanted = |(event, signing): &(&Event, &Signing)| {
            let belongs = |one: &OrganisationId| self.belongs(event.id, one);
            let signs = |party: &PartyId| signing.signatories.iter().any(|one| one.party.as_ref() == Some(party));
            only.organisation.as_ref().is_none_or(belongs)
                && only.party.as_ref().is_none_or(signs)
                && only.meeting.as_ref().is_none_or(|meeting| event.shared.meeting.as_ref() == Some(meeting))
        };
        let instruments: Vec<&InstrumentId> = match &only.instrument {
            Some(instrument) => vec![instrument],
            None => self.index.instruments().collect(),
        };
        let instruments = instruments.into_iter().filter_map(|instrument| {
            let told = sorted(self.events(self.index.acts(instrument)));
            let acts: Vec<(&Event, &Signing)> = told
                .into_iter()
                .filter(|event| self.reached(event) != Answer::No)
                .filter_map(|event| if let Content::Signing(act) = &event.content { Some((event, act)) } else { None })
                .collect();
            acts.iter().any(wanted).then(|| InstrumentRow {
                instrument: instrument.clone(),
                title: best(&acts, |act| act.title.clone()),
                form: best(&acts, |act| act.form),
                acts: acts.iter().filter(|act| wanted(act)).map(|(event, act)| self.act_row(event, act)).collect(),
            })
        });
        Ok(Signings { token: self.token().clone(), instruments: instruments.collect() })
    }

    fn act_row(&self, event: &Event, act: &Signing) -> ActRow {
        ActRow {
            act: act.act.unwrap_or(Act::Signature),
            occurred: event.shared.occurred.to_string(),
            answer: self.reached(event),
            organisation: event.shared.organisation.clone(),
            meeting: event.shared.meeting.clone(),
            signatories: act.signatories.iter().map(|one| self.signatory_row(one)).collect(),
            signatories_complete: act.signatories_complete.unwrap_or(false),
            certainty: event.shared.certainty.unwrap_or(Certainty::Asserted),
            authority: event.shared.authority(),
            attribution: event.shared.attribution.clone(),
            event: event.id,
        }
    }

    fn signatory_row(&self, one: &Signatory) -> SignatoryRow {
        let person_name = self.name_of(one.person.as_ref());
        SignatoryRow { party: one.party.clone(), person: one.person.clone(), person_name }
    }

    /// What was said, in sort order. Cost: the events of the meeting, person or party asked for, or all.
    pub fn statements(&self, only: &StatementsFilter) -> Vec<StatementRow> {
        let all: Vec<_>;
        let slots = if let Some(meeting) = &only.meeting {
            self.index.meeting(meeting).map_or(&[][..], |file| &file.statements)
        } else if let Some(person) = &only.person {
            self.index.person(person)
        } else if let Some(party) = &only.party {
            self.index.party(party).map_or(&[][..], |file| &file.deeds)
        } else {
            all = self.index.slots().collect();
            &all
        };
        let row = |event: &Event| {
            let Content::Statement(said) = &event.content else { return None };
            let by = |person: &PersonId| said.speaker.as_ref().is_some_and(|speaker| speaker.id == *person);
            let wanted = only.party.as_ref().is_none_or(|party| said.party.as_ref() == Some(party))
                && only.person.as_ref().is_none_or(by)
                && only.meeting.as_ref().is_none_or(|meeting| event.shared.meeting.as_ref() == Some(meeting));
            wanted.then(|| StatementRow {
                occurred: event.shared.occurred.to_string(),
                answer: self.reached(event),
                speaker: said.speaker.clone(),
                speaker_name: self.name_of(said.speaker.as_ref()),
                party: said.party.clone(),
                words: said.words.clone(),
                mode: said.mode,
                certainty: event.shared.certainty.unwrap_or(Certainty::Asserted),
                organisation: event.shared.organisation.clone(),
                meeting: event.shared.meeting.clone(),
                authority: event.shared.authority(),
                attribution: event.shared.attribution.clone(),
                event: event.id,
            })
        };
        let told = sorted(self.events(slots)).into_iter().filter(|event| self.reached(event) != Answer::No);
        told.filter_map(row).collect()
    }
}

/// The value of the highest authority, then the latest on record, then the greatest id.
fn best<T>(acts: &[(&Event, &Signing)], of: impl Fn(&Signing) -> Option<T>) -> Option<T> {
    let stated = acts.iter().filter_map(|(event, act)| Some((event, of(act)?)));
    let by_rank: BTreeMap<_, T> =
        stated.map(|(event, value)| ((event.shared.authority(), event.recorded_at, event.id), value)).collect();
    by_rank.into_values().next_back()
}
