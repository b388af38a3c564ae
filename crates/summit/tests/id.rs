//! Identifiers take what the vocabulary allows and nothing else.

use proptest::prelude::*;
use summit::{EventId, OrganisationId, PartyId, PersonId, Status};

#[test]
fn parties_are_states_former_states_and_organisations() {
    for text in ["KAZ", "SUHH", "un", "kosovo", "eu"] {
        assert!(text.parse::<PartyId>().is_ok(), "{text}");
    }
    for text in ["XXX", "kAZ", "KZ", "XXXX", "UN", "", "a b", "-a"] {
        assert!(text.parse::<PartyId>().is_err(), "{text}");
    }
}

#[test]
fn a_persons_id_is_the_slug_of_the_name() {
    let slug = |name: &str| PersonId::from_name(name).map(|id| id.to_string());
    assert_eq!(slug("Xi Jinping").as_deref(), Some("xi-jinping"));
    assert_eq!(slug("José Manuel Durão Barroso").as_deref(), Some("jose-manuel-durao-barroso"));
    assert_eq!(slug("习近平"), None);
}

#[test]
fn one_event_id_has_one_text() {
    let id: EventId = "D0653777-6D69-536B-A4FD-52D10A1FB517".parse().expect("a UUID in capitals");
    assert_eq!(id.to_string(), "d0653777-6d69-536b-a4fd-52d10a1fb517");
    assert!("d06537776d69536ba4fd52d10a1fb517".parse::<EventId>().is_err());
}

proptest! {
    #[test]
    fn a_slug_fits_into_a_subject_or_is_refused(text in "\\PC{0,80}") {
        if let Ok(slug) = text.parse::<OrganisationId>() {
            prop_assert_eq!(slug.as_str(), text.as_str());
            prop_assert!(text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
        }
    }

    #[test]
    fn control_characters_never_pass_for_tokens(text in "[a-z_\\x00-\\x1f]{1,10}") {
        prop_assert_eq!(text.parse::<Status>().is_ok(), text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
    }

    #[test]
    fn the_slug_of_any_name_is_a_slug_or_nothing(name in "\\PC{0,120}") {
        if let Some(id) = PersonId::from_name(&name) {
            prop_assert_eq!(id.as_str().parse::<PersonId>().ok(), Some(id.clone()));
        }
    }
}
