//! Logs made up at random, in which names meet and ids are used again, and those that are on record.

#[path = "../../../../wire/tests/arbitrary/mod.rs"]
mod arbitrary;

use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;
use summit::{Content, Event, EventId, PartyId};
use wire::Document;

const ON_RECORD: [&str; 2] = [
    include_str!("../../../../wire/tests/data/sco-history.jsonl"),
    include_str!("../../../../wire/tests/data/astana-2024.jsonl"),
];

/// One id of a few.
fn id() -> impl Strategy<Value = EventId> {
    (0..16_u8).prop_map(|number| {
        // Some begin alike.
        let text = format!("{:02x}000000-0000-4000-8000-0000000000{number:02x}", number % 12);
        text.parse().expect("a UUID")
    })
}

fn organisation() -> impl Strategy<Value = Option<&'static str>> {
    weighted(0.6, select(&["a", "b", "c"][..]))
}

fn meeting() -> impl Strategy<Value = Option<&'static str>> {
    of(select(&["m", "p", "q", "r"][..]))
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("it is written well")
}

/// One of a few, parties and organisations.
fn party() -> impl Strategy<Value = PartyId> {
    select(&["KAZ", "IND", "a", "b"][..]).prop_map(parsed)
}

/// Any event, moved to where others are.
fn event() -> impl Strategy<Value = Event> {
    let links = (id(), weighted(0.3, id()), id());
    let parties = (party(), party());
    (arbitrary::event(), links, organisation(), meeting(), meeting(), meeting(), parties, any::<bool>()).prop_map(
        |(mut event, (id, corrects, retracts), organisation, meeting, whole, beside, (party, other), stranger)| {
            event.id = id;
            event.corrects = corrects;
            if let Some(organisation) = organisation {
                event.shared.organisation = Some(parsed(organisation));
            }
            if let Some(meeting) = meeting {
                event.shared.meeting = Some(parsed(meeting));
            }
            match &mut event.content {
                Content::Retraction(retraction) => retraction.retracts = retracts,
                Content::Meeting(about) => {
                    about.part_of = whole.map(parsed);
                    about.sidelines_of = beside.map(parsed);
                }
                Content::Admission(claim) if !stranger => claim.party = party,
                Content::Succession(said) if !stranger => (said.from, said.to) = (vec![party], vec![other]),
                Content::Signing(signing) if !stranger => signing.instrument = parsed("i"),
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
                | Content::Attendance(_)
                | Content::Signing(_)
                | Content::Statement(_)
                | Content::Tally(_)
                | Content::Naming(_)
                | Content::Succession(_) => {}
            }
            event
        },
    )
}

/// The bytes of up to so many entries; some say the same again, some are no events.
pub(super) fn documents(most: usize) -> impl Strategy<Value = Vec<Vec<u8>>> {
    let document = prop_oneof![
        12 => event().prop_map(|event| Document::from_event(event).encode()),
        1 => vec(any::<u8>(), 0..20),
    ];
    (vec(document, 1..most), vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..3)).prop_map(
        |(mut documents, repeats)| {
            for (which, place) in repeats {
                let again = documents[which.index(documents.len())].clone();
                documents.insert(place.index(documents.len() + 1), again);
            }
            documents
        },
    )
}

/// All that is on record here.
pub(super) fn on_record() -> Vec<Vec<u8>> {
    ON_RECORD.iter().flat_map(|lines| lines.lines()).map(|line| line.as_bytes().to_vec()).collect()
}
