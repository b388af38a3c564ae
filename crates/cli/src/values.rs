//! Values of options: texts to what they mean, with what is allowed in their place.

use std::fmt::Display;
use std::str::FromStr;

use projector::{AskError, Found, Hit, Language, MatchedBy, Meant, Near, What, state_named};
use summit::{InstrumentId, MeetingId, Named, OrganisationId, PartyId, PersonId};

/// How many names are offered in place of one that nothing bears.
const OFFERED: usize = 3;

/// A language, or the usual one where a variable is empty.
pub(crate) fn language(text: &str) -> Result<Language, String> {
    if text.is_empty() {
        Ok(Language::default())
    } else {
        text.parse().map_err(|bad: projector::BadLanguage| bad.to_string())
    }
}

/// What somebody writes where something is expected that events name: its identifier, or a name of it.
#[derive(Debug, Clone)]
pub(crate) struct Spoken<T> {
    text: String,
    /// Nothing as long as nobody looked for what bears the name.
    id: Option<T>,
}

impl<T: FromStr> FromStr for Spoken<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("an identifier or a name is expected".to_owned());
        }
        Ok(Self { text: text.to_owned(), id: text.parse().ok() })
    }
}

impl<T> Spoken<T> {
    /// The identifier, where it is written as one or understood already.
    pub(crate) const fn known(&self) -> Option<&T> {
        self.id.as_ref()
    }

    /// The identifier.
    pub(crate) fn id(&self) -> &T {
        self.id.as_ref().expect("names are understood before a question is asked")
    }
}

/// What events name, as it is expected.
pub(crate) trait Nameable: FromStr + Clone + Display {
    const WHAT: What;

    /// This, as what bears names.
    fn named(self) -> Named;

    /// It, where that is what bears names.
    fn of(named: &Named) -> Option<Self>;
}

macro_rules! nameable {
    ($($id:ident $what:ident)+) => {$(
        impl Nameable for $id {
            const WHAT: What = What::$what;

            fn named(self) -> Named {
                Named::$what(self)
            }

            fn of(named: &Named) -> Option<Self> {
                if let Named::$what(id) = named { Some(id.clone()) } else { None }
            }
        }
    )+};
}

nameable! { PartyId Party OrganisationId Organisation MeetingId Meeting InstrumentId Instrument PersonId Person }

/// What is spoken of in a question.
pub(crate) trait Spelt {
    /// What it is expected to be.
    fn what(&self) -> What;
    /// How it is written.
    fn text(&self) -> &str;
    /// What it is, where it is written as an identifier.
    fn named(&self) -> Option<Named>;
    /// Its identifier, where it is written so or understood already.
    fn identifier(&self) -> Option<String>;
    /// Says what is meant.
    fn mean(&mut self, of: &Named);
}

impl<T: Nameable> Spelt for Spoken<T> {
    fn what(&self) -> What {
        T::WHAT
    }

    fn text(&self) -> &str {
        &self.text
    }

    fn named(&self) -> Option<Named> {
        self.id.clone().map(T::named)
    }

    fn identifier(&self) -> Option<String> {
        self.id.as_ref().map(ToString::to_string)
    }

    fn mean(&mut self, of: &Named) {
        self.id = T::of(of).or(self.id.take());
    }
}

/// Those of some options that are given.
pub(crate) fn spoken<T: Nameable>(option: &mut Option<Spoken<T>>) -> Option<&mut dyn Spelt> {
    option.as_mut().map(|one| one as &mut dyn Spelt)
}

/// Says what is meant by a name, of what was found for it: a note for who wrote it. Where nothing bears the name, what is
/// written as an identifier is taken for one; a state that no event names is taken for itself.
pub(crate) fn understand(one: &mut dyn Spelt, found: &Found) -> Result<Option<String>, AskError> {
    let (what, text) = (one.what(), one.text().to_owned());
    match Meant::of(found) {
        Meant::One(hit) => {
            one.mean(&hit.of);
            Ok(taken(&text, hit))
        }
        Meant::Several(hits) => {
            let called = hits.into_iter().map(Hit::near).collect();
            Err(AskError::Several { what: what.as_str(), name: text, called })
        }
        Meant::Nothing => {
            let state = if what == What::Party { state_named(&text) } else { None };
            let near =
                |state: &PartyId| Near { identifier: state.to_string(), name: state.iso_name().map(ToOwned::to_owned) };
            let written = |state: &PartyId| one.named() == Some(Named::Party(state.clone()));
            if let Some(state) = state.as_ref().filter(|state| is_called(state, &text) && !written(state)) {
                one.mean(&Named::Party(state.clone()));
                return Ok(Some(format!("\"{text}\" is taken for {}", near(state))));
            }
            if one.named().is_some() {
                return Ok(None);
            }
            let mut nearest: Vec<Near> = found.hits.iter().take(OFFERED).map(Hit::near).collect();
            let state =
                state.as_ref().map(near).filter(|state| !nearest.iter().any(|one| one.identifier == state.identifier));
            nearest.extend(state);
            Err(AskError::Unknown { what: what.as_str(), name: text, nearest })
        }
    }
}

/// What is noted of a name that is taken for a thing. Whoever writes an identifier in other letters knows what it is.
pub(crate) fn taken(text: &str, hit: &Hit) -> Option<String> {
    (hit.by != MatchedBy::Identifier).then(|| format!("\"{text}\" is taken for {}", hit.near()))
}

/// Whether a state has this name, or this code in other letters.
fn is_called(state: &PartyId, text: &str) -> bool {
    let name = state.iso_name().unwrap_or_default();
    name.to_lowercase() == text.to_lowercase() || state.as_str().eq_ignore_ascii_case(text)
}

#[cfg(test)]
mod tests {
    use projector::AskError;
    use summit::{OrganisationId, PartyId, Vantage};

    use super::{Spelt, Spoken, understand};
    use crate::samples::{self, TODAY};

    /// What a text is taken for in the report of Astana, and what is said of that.
    fn meant<T: super::Nameable>(text: &str) -> Result<(Option<String>, Option<String>), AskError> {
        let index = samples::astana();
        let view = index.view(&Vantage::default(), TODAY).expect("no event is asked for");
        let mut one: Spoken<T> = text.parse().expect("it is not empty");
        let found = view.find(text, Some(T::WHAT));
        let note = understand(&mut one, &found)?;
        Ok((one.named().map(|of| serde_json::to_string(&of).expect("JSON")), note))
    }

    #[test]
    fn a_name_is_taken_for_the_one_thing_that_bears_it() {
        let told = meant::<PartyId>("India").expect("it is known");
        assert_eq!(told.0.as_deref(), Some(r#"{"party":"IND"}"#));
        assert_eq!(told.1.as_deref(), Some("\"India\" is taken for IND (India)"));
        assert_eq!(meant::<PartyId>("ind").expect("it is known").1, None);
        // No event names it; it is a state all the same.
        assert_eq!(
            meant::<PartyId>("brazil").expect("a state").1.as_deref(),
            Some("\"brazil\" is taken for BRA (Brazil)")
        );
        assert_eq!(meant::<PartyId>("BRA").expect("a code").1, None);
        // An identifier that nothing bears is taken for one.
        let told = meant::<OrganisationId>("sc0").expect("a slug");
        assert_eq!((told.0.as_deref(), told.1), (Some(r#"{"organisation":"sc0"}"#), None));
    }

    #[test]
    fn what_nothing_is_called_is_answered_with_what_is_called_alike() {
        let unknown = meant::<PartyId>("Kazakstan").expect_err("nothing is called so");
        let AskError::Unknown { nearest, .. } = unknown else { panic!("{unknown}") };
        assert_eq!(nearest.first().map(ToString::to_string).as_deref(), Some("KAZ (Kazakhstan)"));
    }
}
