//! What parties and people did, signed and said, as the report of the summit of Astana tells it.

use jiff::civil::Date;
use projector::{Index, PresenceAnswer, Record, SigningsFilter, StatementsFilter, Stop};
use summit::{Position, Vantage};
use wire::Document;

const ASTANA: &str = include_str!("../../wire/tests/data/astana-2024.jsonl");
/// Behind everything that the report tells.
const TODAY: Date = jiff::civil::date(2026, 1, 1);

fn astana() -> Index {
    let mut index = Index::new();
    let stored_at = "2024-07-05T00:00:00Z".parse().expect("an instant");
    for (number, line) in (1..).zip(ASTANA.lines()) {
        let event = Document::decode(line.as_bytes()).expect("a good document").event().clone();
        index.record(Record { position: Position::new(number), stored_at, event });
    }
    index
}

fn as_of(day: &str) -> Vantage {
    Vantage { as_of: Some(day.parse().expect("EDTF")), ..Vantage::default() }
}

/// When, in which part, and at which meeting.
fn told(stops: &[Stop]) -> Vec<(&str, &str, Option<&str>)> {
    let stops = stops.iter();
    stops
        .map(|stop| (stop.occurred.as_str(), stop.role.as_ref(), stop.meeting.as_ref().map(summit::MeetingId::as_str)))
        .collect()
}

#[test]
fn a_person_is_followed_from_day_to_day_as_far_as_the_world_has_come() {
    let index = astana();
    let xi = "xi-jinping".parse().expect("a slug");
    let view = index.view(&as_of("2024-07-03"), TODAY).expect("a vantage").person(&xi).expect("known");
    let parties: Vec<&str> = view.parties.iter().map(summit::PartyId::as_str).collect();
    assert_eq!((view.names, view.offices, parties), (vec!["Xi Jinping".into()], vec!["President".into()], vec!["CHN"]));
    let mut day = told(&view.itinerary);
    day.sort_unstable();
    assert_eq!(
        day,
        [
            ("2024-07-03", "participant", Some("chn-rus-2024-07-03")),
            ("2024-07-03", "participant", Some("chn-rus-2024-07-03-handshake")),
        ]
    );
    let view = index.view(&as_of("2024-07-04"), TODAY).expect("a vantage").person(&xi).expect("known");
    let roles = told(&view.itinerary);
    for role in ["traveller", "participant", "speaker"] {
        assert!(roles.contains(&("2024-07-04", role, Some("sco-astana-2024"))), "{role} is not in {roles:?}");
    }
}

#[test]
fn whoever_is_represented_was_not_there_and_whoever_welcomes_appears_for_nobody() {
    let index = astana();
    let view = index.view(&Vantage::default(), TODAY).expect("a vantage");
    let modi = view.person(&"narendra-modi".parse().expect("a slug")).expect("known");
    assert_eq!(told(&modi.itinerary), [("2024-07-04", "represented", Some("sco-plus-astana-2024"))]);
    assert_eq!(modi.itinerary[0].presence, Some(PresenceAnswer::Absent));
    let host = view.person(&"kassym-jomart-tokayev".parse().expect("a slug")).expect("known");
    let welcomes: Vec<&Stop> = host.itinerary.iter().filter(|stop| stop.role == "welcomed_by").collect();
    assert_eq!((welcomes.len(), welcomes.iter().filter(|stop| stop.party.is_some()).count()), (4, 0));
    // India's own itinerary names the level at which it came, and that its leader did not.
    let india = view.party(&"IND".parse().expect("a code")).expect("known");
    let levels = india.itinerary.iter().filter_map(|stop| Some((stop.level?.as_str(), stop.presence?.as_str())));
    let mut levels: Vec<_> = levels.collect();
    levels.sort_unstable();
    assert_eq!(levels, [("FM", "present"), ("leader", "not_stated")]);
    assert_eq!(india.memberships[0].spells[0].since.edtf, "2017");
}

#[test]
fn signings_and_statements_come_with_whoever_says_so() {
    let index = astana();
    let view = index.view(&Vantage::default(), TODAY).expect("a vantage");
    let only = SigningsFilter { organisation: Some("sco".parse().expect("a slug")), ..SigningsFilter::default() };
    let told: Vec<_> = view
        .signings(&only)
        .expect("known")
        .instruments
        .iter()
        .map(|one| (one.instrument.as_str().to_owned(), one.acts[0].act.as_str(), one.acts[0].certainty.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("astana-declaration-2024".to_owned(), "adoption", "implied"),
            ("belarus-admission-2024".to_owned(), "signature", "asserted"),
        ]
    );
    let putin =
        StatementsFilter { person: Some("vladimir-putin".parse().expect("a slug")), ..StatementsFilter::default() };
    let said = view.statements(&putin);
    let quoted: Vec<(&str, &str)> = said
        .iter()
        .filter(|row| row.mode.is_some_and(|mode| mode.as_str() == "quoted"))
        .map(|row| (row.words.as_str(), row.attribution[1].name.as_str()))
        .collect();
    assert_eq!(said.len(), 3);
    assert_eq!(quoted.len(), 2);
    assert!(quoted.iter().all(|(_, source)| *source == "Sputnik"), "{quoted:?}");
}
