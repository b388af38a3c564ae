//! What events call something.

use summit::{Certainty, Content, Event, NameForm, Named, OrganisationId, PartyId};

use crate::index::filing::people;
use crate::view::View;

/// What one event calls something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim<'a> {
    pub(super) event: &'a Event,
    pub(super) name: &'a str,
    pub(super) language: Option<&'a str>,
    pub(super) form: Option<NameForm>,
    pub(super) manner: Manner,
}

/// How an event says a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// It is borne from then on.
    From,
    /// It is borne at that time; since when is not said.
    Then,
    /// It is said in passing: the title of a meeting or instrument, the name of a person.
    Passing,
}

/// Whether two things bear the same names: an organisation that is a party somewhere is one and the same.
pub(super) fn twin(of: &Named) -> Option<Named> {
    match of {
        Named::Party(party) => party.as_str().parse::<OrganisationId>().ok().map(Named::Organisation),
        Named::Organisation(organisation) => organisation.as_str().parse::<PartyId>().ok().map(Named::Party),
        Named::Meeting(_) | Named::Instrument(_) | Named::Person(_) => None,
    }
}

/// Everything that an event calls by a name, active or not, and how.
pub(crate) fn called(event: &Event) -> impl Iterator<Item = (Named, &str)> {
    claims(event).into_iter().map(|(of, claim)| (of, claim.name))
}

/// Every claim of a name that an event makes.
fn claims(event: &Event) -> Vec<(Named, Claim<'_>)> {
    let claim = |name, manner| Claim { event, name, language: None, form: None, manner };
    let stated = match &event.content {
        Content::Naming(naming) => {
            let implied = event.shared.certainty == Some(Certainty::Implied);
            let manner = if implied { Manner::Then } else { Manner::From };
            let (language, form) = (naming.language.as_deref(), naming.form);
            return vec![(naming.of.clone(), Claim { language, form, ..claim(naming.name.as_str(), manner) })];
        }
        Content::Founding(founding) => {
            let named = event.shared.organisation.clone().zip(founding.name.as_deref());
            named.map(|(of, name)| (Named::Organisation(of), claim(name, Manner::From)))
        }
        Content::Meeting(meeting) => {
            let named = event.shared.meeting.clone().zip(meeting.title.as_deref());
            named.map(|(of, title)| (Named::Meeting(of), claim(title, Manner::Passing)))
        }
        Content::Signing(signing) => {
            let of = Named::Instrument(signing.instrument.clone());
            signing.title.as_deref().map(|title| (of, claim(title, Manner::Passing)))
        }
        Content::Admission(_)
        | Content::Standing(_)
        | Content::Step(_)
        | Content::Suspension(_)
        | Content::Reinstatement(_)
        | Content::Withdrawal(_)
        | Content::Reclassification(_)
        | Content::Arrival(_)
        | Content::Departure(_)
        | Content::Attendance(_)
        | Content::Statement(_)
        | Content::Tally(_)
        | Content::Succession(_)
        | Content::Retraction(_) => None,
    };
    let people = people(event).map(|person| (Named::Person(person.id.clone()), claim(&person.name, Manner::Passing)));
    stated.into_iter().chain(people).collect()
}

impl View<'_> {
    /// What active events call something. Cost: its namings, and the events that may call it by a name beside.
    pub(super) fn claims_of_names(&self, of: &Named) -> Vec<Claim<'_>> {
        let twin = twin(of);
        let mut found = Vec::new();
        for one in std::iter::once(of).chain(&twin) {
            let namings = self.index.namings(one);
            let (namings, stated): (&[_], &[_]) = match one {
                Named::Party(_) => (namings, &[]),
                Named::Organisation(name) => {
                    (namings, self.index.organisation(name).map_or(&[], |file| &file.foundings))
                }
                Named::Meeting(name) => (namings, self.index.meeting(name).map_or(&[], |file| &file.about)),
                Named::Instrument(name) => (namings, self.index.acts(name)),
                // All that names a person is in one list.
                Named::Person(name) => (&[], self.index.person(name)),
            };
            for event in self.events(namings).chain(self.events(stated)) {
                found.extend(claims(event).into_iter().filter(|(of, _)| of == one).map(|(_, claim)| claim));
            }
        }
        found
    }
}
