//! Names: what parties, organisations, meetings, instruments and people are called, by whom, and since when.
//!
//! Events of the kind `naming` give names; so do foundings; titles and the names of people are said in passing. A party's
//! name in ISO 3166 is the lowest authority: nobody dates it, so it is never more than possible. In reading order:
//! `claims` is what events call something, `fold` each name from when to when, `wanted` the one that is shown, `plain` and `find` what is
//! called by a text, `meant` what is meant by it.

mod claims;
mod find;
mod fold;
mod meant;
mod plain;
mod wanted;

use summit::Named;

use crate::answer::{Dated, Name, Names, OtherName, ShownName};
use crate::view::{AskError, View};
pub(crate) use claims::called;
use claims::{Claim, twin};
pub use find::MAX_HITS;
use fold::{Borne, Turn, fold};
pub use meant::Meant;
pub(crate) use plain::words;
pub use wanted::{BadLanguage, Language, WantedName};

impl View<'_> {
    /// Every name of something, and the one that is shown. Cost: its namings, and what may call it by a name beside.
    pub fn names(&self, of: &Named, wanted: &WantedName) -> Result<Names, AskError> {
        self.known_named(of)?;
        let names = self.borne(of);
        Ok(Names {
            of: of.clone(),
            token: self.token().clone(),
            language: wanted.language.to_string(),
            shown: self.choose(&names, wanted),
            names: names.iter().map(|name| self.name_row(name)).collect(),
        })
    }

    /// The name of something that is shown, as far as anything calls it by a name: of those that are borne at the
    /// vantage, the one that fits the wanted language best, then the wanted form, then the surest, then by authority,
    /// then the later `recordedtime`, then the greater id. Where none is borne then, the next one to come, or else the
    /// last.
    pub fn shown_name(&self, of: &Named, wanted: &WantedName) -> Option<ShownName> {
        self.choose(&self.borne(of), wanted)
    }

    /// The names of something, whenever it bears them.
    fn borne(&self, of: &Named) -> Vec<Borne<'_>> {
        let standard = if let Named::Party(party) = of { party.iso_name() } else { None };
        fold(self.claims_of_names(of), standard)
    }

    fn choose(&self, names: &[Borne<'_>], wanted: &WantedName) -> Option<ShownName> {
        let (name, answer, others) = wanted.choose(names, &self.cutoff)?;
        Some(ShownName {
            name: name.name.to_owned().into(),
            language: name.language.map(|language| language.to_owned().into()),
            form: name.form,
            answer,
            contested: !others.is_empty(),
            others: others.into_iter().map(|other| other.name.to_owned()).collect(),
        })
    }

    fn name_row(&self, name: &Borne<'_>) -> Name {
        let other = |claim: &Claim<'_>| OtherName {
            name: claim.name.to_owned(),
            date: claim.event.shared.occurred.to_string(),
            authority: claim.event.shared.authority(),
            attribution: claim.event.shared.attribution.clone(),
            event: claim.event.id,
        };
        Name {
            name: name.name.to_owned().into(),
            language: name.language.map(|language| language.to_owned().into()),
            form: name.form,
            answer: name.holds(&self.cutoff),
            since: name.since.dated(),
            until: name.until.as_ref().map(Turn::dated),
            authority: name.authority(),
            attribution: name.best.map_or_else(fold::standard, |event| event.shared.attribution.clone()),
            event: name.best.map(|event| event.id),
            contested: !name.competing.is_empty(),
            competing: name.competing.iter().map(other).collect(),
            evidence: name.evidence.iter().map(crate::membership::EventKey::id).collect(),
        }
    }

    /// Whether some event that exists from here names what bears names, as a party or as an organisation.
    fn known_named(&self, of: &Named) -> Result<(), AskError> {
        if twin(of).is_some_and(|twin| self.is_named(&twin)) {
            return Ok(());
        }
        match of {
            Named::Party(party) => self.known_party(party),
            Named::Organisation(organisation) => self.known_organisation(organisation),
            Named::Meeting(meeting) => self.known_meeting(meeting),
            Named::Instrument(instrument) => self.known_instrument(instrument),
            Named::Person(person) => self.known_person(person),
        }
    }
}

/// The identifier of what bears names.
pub(crate) fn identifier(of: &Named) -> &str {
    match of {
        Named::Party(name) => name.as_str(),
        Named::Organisation(name) => name.as_str(),
        Named::Meeting(name) => name.as_str(),
        Named::Instrument(name) => name.as_str(),
        Named::Person(name) => name.as_str(),
    }
}

impl Turn {
    fn dated(&self) -> Dated {
        Dated::new(self.text.as_deref(), &self.range)
    }
}
