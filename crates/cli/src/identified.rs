//! Names in the fields of an event that is recorded: what exactly one thing bears is written as its identifier, and said.
//! Nothing is guessed: an identifier stays as it is, whoever bears it as a name, and what nothing bears is refused.

use std::convert::Infallible;

use projector::{AskError, Index, What};
use summit::{InstrumentId, Kind, MeetingId, OrganisationId, PartyId, PersonId, Vantage};

use crate::ask::Shell;
use crate::error::Failure;
use crate::fields::Given;
use crate::values::{Nameable, Spelt, Spoken, understand};

/// Whether something is written otherwise than by its identifier.
pub(crate) fn is_anything_named(given: &mut Given, kind: Kind) -> bool {
    let mut any = false;
    let Ok(()) = given.identify(kind, |_, _| {
        any = true;
        Ok::<_, Infallible>(None)
    });
    any
}

/// Writes identifiers in the place of names, and says on standard error what is taken for what.
pub(crate) fn identified(given: &mut Given, kind: Kind, index: &Index, shell: &Shell) -> Result<(), Failure> {
    let view = index.view(&Vantage::default(), shell.today)?;
    given.identify(kind, |what, text| {
        let Some(mut one) = spoken(what, text) else { return Ok(None) };
        match understand(&mut *one, &view.find(text, Some(what))) {
            Ok(note) => {
                if let Some(note) = note {
                    shell.output().note(note);
                }
                Ok(one.identifier())
            }
            // Whoever reads the document says all that is wrong with it.
            Err(AskError::Unknown { .. }) => Ok(None),
            Err(several) => Err(several.into()),
        }
    })
}

fn spoken(what: What, text: &str) -> Option<Box<dyn Spelt>> {
    fn of<T: Nameable + 'static>(text: &str) -> Option<Box<dyn Spelt>> {
        text.parse::<Spoken<T>>().ok().map(|one| Box::new(one) as Box<dyn Spelt>)
    }
    match what {
        What::Party => of::<PartyId>(text),
        What::Organisation => of::<OrganisationId>(text),
        What::Meeting => of::<MeetingId>(text),
        What::Instrument => of::<InstrumentId>(text),
        What::Person => of::<PersonId>(text),
    }
}

#[cfg(test)]
mod tests {
    use summit::Kind;

    use super::{identified, is_anything_named};
    use crate::args::Global;
    use crate::ask::Shell;
    use crate::fields::Given;
    use crate::samples;

    /// What options of a kind come to in the report of Astana.
    fn told<const N: usize>(kind: Kind, fields: [(&str, &str); N]) -> Result<serde_json::Value, String> {
        let mut given = Given::of(fields.map(|(name, text)| (name, vec![text.to_owned()])));
        let shell = Shell { global: Global { quiet: true, ..Global::default() }, today: samples::TODAY };
        identified(&mut given, kind, &samples::astana(), &shell).map_err(|failure| failure.to_string())?;
        Ok(given.data(kind).into())
    }

    #[test]
    fn a_name_that_one_thing_bears_is_recorded_as_its_identifier_and_an_identifier_as_it_is() {
        let said = [("organisation", "Shanghai Cooperation Organisation"), ("party", "India"), ("status", "member")];
        let data = told(Kind::Admission, said).expect("one bears each");
        assert_eq!(data, serde_json::json!({"organisation": "sco", "party": "IND", "status": "member"}));
        let said = [("participants", "Belarus=A. Lukashenko (President)"), ("host", "Kazakhstan")];
        let data = told(Kind::Meeting, said).expect("one bears each");
        assert_eq!(data["host"], "KAZ");
        assert_eq!(data["participants"][0]["party"], "BLR");
        assert_eq!(data["participants"][0]["person"]["name"], "A. Lukashenko");
        let data = told(Kind::Naming, [("of", "party=Kazakhstan"), ("name", "Qazaqstan")]).expect("one bears it");
        assert_eq!(data["of"], serde_json::json!({"party": "KAZ"}));
        // Nobody is guessed at: what can be an identifier is one, and what nothing bears stays for the refusal.
        let data = told(Kind::Admission, [("party", "india"), ("organisation", "No Such Organisation")]).expect("read");
        assert_eq!(data, serde_json::json!({"party": "india", "organisation": "No Such Organisation"}));
    }

    #[test]
    fn the_chronicle_is_read_only_where_something_is_named() {
        let named = |fields: [(&str, &str); 2]| {
            let mut given = Given::of(fields.map(|(name, text)| (name, vec![text.to_owned()])));
            is_anything_named(&mut given, Kind::Attendance)
        };
        assert!(!named([("meeting", "sco-astana-2024"), ("person", "Xi Jinping (President)")]));
        assert!(named([("meeting", "sco-astana-2024"), ("party", "India")]));
    }
}
