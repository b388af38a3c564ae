//! Small logs in which everything collides: few parties, few dates, few sources.

pub(crate) mod agree;
mod content;
pub(crate) mod folded;

use std::fmt;

use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::Index;
use summit::{AccordingTo, AsOf, Attribution, Authority, Event, EventId, Position, Shared, Vantage, When};
use wire::Document;

use crate::oracle::Line;
pub(crate) use content::{
    Say, bearers, matters_of_links, matters_of_one, matters_of_one_change, matters_of_one_delegation,
    matters_of_succession, meeting_matters, naming_matters, namings_of_one, status_matters,
};

/// The organisations: statuses are in the first two, the third is asked about and never spoken of.
pub(crate) const ORGANISATIONS: [&str; 3] = ["sco", "brics", "asean"];
/// The parties; the last is never spoken of.
pub(crate) const PARTIES: [&str; 4] = ["KAZ", "IND", "un", "PAK"];
/// The meetings.
pub(crate) const MEETINGS: [&str; 3] = ["summit", "plenary", "photo"];
/// Names of sources.
const SOURCES: [&str; 3] = ["Tass", "Xinhua", "Secretariat"];
/// Instants of record; two of them are the same one.
const RECORDED: [&str; 4] =
    ["2024-07-05T00:00:00Z", "2024-07-05T05:00:00+05:00", "2024-07-06T00:00:00Z", "2026-01-01T00:02:00Z"];
/// When things are said to have happened. No two date-times of one reading differ in having an offset.
pub(crate) const TIMES: [&str; 22] = [
    "2024-07-04",
    "2024-07-03",
    "2024-07-05",
    "2024-07",
    "2024",
    "2023",
    "2024-07-03/2024-07-04",
    "2024-07-04~",
    "2024-07-04T15:00:00+05:00",
    "2024-07-04T15:00:00Z",
    "2024-07-04T09:30:00",
    "2023/2024-07-03",
    "2024-07-04/..",
    "../2024-07-04",
    "[2024-07-03,2024-07-05]",
    "{2023-12-31..2024-07-03}",
    "2024-07-XX",
    "202X",
    "2024-22",
    "2024-02-29?",
    "2024-03-01",
    "2024-06-30%",
];

/// A log, in its order.
#[derive(Clone)]
pub(crate) struct Log(pub(crate) Vec<Line>);

impl fmt::Debug for Log {
    /// As documents, so that a failing case can be read and sent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.0 {
            let bytes = Document::from_event(line.event.clone()).encode();
            write!(f, "\n{} {} {}", line.position, line.stored_at, String::from_utf8_lossy(&bytes))?;
        }
        Ok(())
    }
}

/// An event before it has an id and a place in a log.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    say: Say,
    occurred: usize,
    order: Option<i64>,
    authority: Option<Authority>,
    sources: Vec<usize>,
    recorded: Option<usize>,
    corrects: Option<Index>,
}

pub(crate) fn when(n: usize) -> When {
    TIMES[n].parse().expect("the times are EDTF")
}

/// The nth event's id; their order is not that of the log.
fn id(n: usize) -> EventId {
    let scattered = (n as u64 * 7 + 3) % 31;
    format!("{scattered:02X}000000-0000-4000-8000-{n:012}").parse().expect("a UUID")
}

/// A day more often than anything else.
pub(crate) fn time() -> impl Strategy<Value = usize> {
    prop_oneof![3 => 0usize..3, 2 => 0..TIMES.len()]
}

fn draft(say: impl Strategy<Value = Say>) -> impl Strategy<Value = Draft> {
    let order = prop_oneof![2 => Just(None), 1 => (1i64..3).prop_map(Some)];
    let authority = prop::option::of(prop::sample::select(Authority::ALL));
    let sources = prop::collection::vec(0..SOURCES.len(), 1..3);
    let recorded = prop_oneof![5 => (0..RECORDED.len()).prop_map(Some), 1 => Just(None)];
    let corrects = prop::option::weighted(0.08, any::<Index>());
    (say, time(), order, authority, sources, recorded, corrects).prop_map(
        |(say, occurred, order, authority, sources, recorded, corrects)| Draft {
            say,
            occurred,
            order,
            authority,
            sources,
            recorded,
            corrects,
        },
    )
}

/// Logs of at most `most` events with distinct ids.
pub(crate) fn logs(say: impl Strategy<Value = Say>, most: usize) -> impl Strategy<Value = Log> {
    prop::collection::vec(draft(say), 1..=most).prop_map(|drafts| log(&drafts))
}

fn log(drafts: &[Draft]) -> Log {
    // One id more than there are events: some links lead nowhere.
    let target = |index: &Index| id(index.index(drafts.len() + 1));
    let events = drafts.iter().enumerate().map(|(n, draft)| Event {
        id: id(n),
        source: "/desks/any".to_owned(),
        time: None,
        recorded_at: draft.recorded.map(|n| instant(RECORDED[n])),
        corrects: draft.corrects.as_ref().map(target),
        shared: Shared {
            occurred: when(draft.occurred),
            zone: None,
            order: draft.order,
            attribution: draft
                .sources
                .iter()
                .map(|&n| Attribution { name: SOURCES[n].to_owned(), url: None })
                .collect(),
            authority: draft.authority,
            certainty: draft.say.certainty(),
            organisation: draft.say.organisation(),
            meeting: draft.say.meeting(),
            place: None,
            note: None,
        },
        content: draft.say.content(&target),
    });
    placed(events)
}

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// Events in the order of recording, a minute apart.
pub(crate) fn placed(events: impl IntoIterator<Item = Event>) -> Log {
    let start = instant("2026-01-01T00:00:00Z");
    let line = |(n, event)| Line {
        position: n,
        stored_at: start + jiff::SignedDuration::from_mins(i64::try_from(n).expect("logs of tests are short")),
        event,
    };
    Log((1..).zip(events).map(line).collect())
}

/// The same log, some of its events under the ids of earlier ones.
pub(crate) fn reusing(logs: impl Strategy<Value = Log>) -> impl Strategy<Value = Log> {
    (logs, prop::collection::vec(any::<(Index, Index)>(), 1..3)).prop_map(|(mut log, pairs)| {
        for (from, to) in pairs {
            let id = log.0[from.index(log.0.len())].event.id;
            let to = to.index(log.0.len());
            log.0[to].event.id = id;
        }
        log
    })
}

/// A log, and its events recorded in another order.
pub(crate) fn shuffled(logs: impl Strategy<Value = Log>) -> impl Strategy<Value = (Log, Log)> {
    logs.prop_flat_map(|log| {
        let events: Vec<Event> = log.0.iter().map(|line| line.event.clone()).collect();
        (Just(log), Just(events).prop_shuffle().prop_map(placed))
    })
}

/// When in the world: a period, or around an event of the log.
pub(crate) fn as_of(log: &Log) -> impl Strategy<Value = Option<AsOf>> + use<> {
    let mut choices = vec![None];
    for line in &log.0 {
        choices.extend([Some(AsOf::Before(line.event.id)), Some(AsOf::After(line.event.id))]);
    }
    prop_oneof![time().prop_map(|n| Some(AsOf::End(when(n)))), prop::sample::select(choices)]
}

/// Whose claims count.
pub(crate) fn according_to() -> impl Strategy<Value = Option<AccordingTo>> {
    prop_oneof![
        2 => Just(None),
        1 => prop::sample::select(Authority::ALL).prop_map(|authority| Some(AccordingTo::Authority(authority))),
        1 => (0..SOURCES.len()).prop_map(|n| Some(AccordingTo::Name(SOURCES[n].to_owned()))),
    ]
}

/// An instant of record.
pub(crate) fn known_at() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        (0..RECORDED.len()).prop_map(|n| instant(RECORDED[n])),
        (0i64..10).prop_map(|n| instant("2026-01-01T00:00:00Z") + jiff::SignedDuration::from_mins(n)),
    ]
}

/// A log and a vantage that only chooses when in the world.
pub(crate) fn seen(logs: impl Strategy<Value = Log>) -> impl Strategy<Value = (Log, Vantage)> {
    logs.prop_flat_map(|log| {
        let as_of = as_of(&log);
        (Just(log), as_of.prop_map(|as_of| Vantage { as_of, ..Vantage::default() }))
    })
}

/// A log and any vantage whose moment is a period: no event need exist.
pub(crate) fn asked_of_a_period(logs: impl Strategy<Value = Log>) -> impl Strategy<Value = (Log, Vantage)> {
    (asked(logs), time()).prop_map(|((log, mut vantage), n)| {
        if matches!(vantage.as_of, Some(AsOf::Before(_) | AsOf::After(_))) {
            vantage.as_of = Some(AsOf::End(when(n)));
        }
        (log, vantage)
    })
}

/// A log and any vantage. `before:` and `after:` are asked from the tail only.
pub(crate) fn asked(logs: impl Strategy<Value = Log>) -> impl Strategy<Value = (Log, Vantage)> {
    let rest = (according_to(), prop::option::weighted(0.2, known_at()), prop::option::weighted(0.2, 0u64..12));
    (seen(logs), rest).prop_map(|((log, seen), (according_to, known_at, at_position))| {
        let around = matches!(seen.as_of, Some(AsOf::Before(_) | AsOf::After(_)));
        let at_position = at_position.filter(|_| !around).map(Position::new);
        (log, Vantage { according_to, known_at, at_position, ..seen })
    })
}
