//! Reading and folding alone, with no server and no disk: for a profiler.

use chronicle::Entry;
use jiff::Timestamp;
use projector::Index;
use summit::Position;
use wire::Document;

use super::Size;
use super::sizes::resident;
use crate::events::events;
use crate::measure::{Measured, precise, processor};

/// Events in memory: decoded; and to an index.
pub(crate) fn fold(size: Size) -> Vec<Measured> {
    let stored_at: Timestamp = "2026-01-01T00:00:00Z".parse().expect("an instant");
    let entries: Vec<Entry> = (1..)
        .zip(events(size.events))
        .map(|(number, told)| Entry {
            position: Position::new(number),
            stored_at,
            subject: told.subject,
            headers: vec![
                ("Content-Type".to_owned(), "application/cloudevents+json".to_owned()),
                ("Nats-Msg-Id".to_owned(), told.id),
            ],
            bytes: told.bytes.into(),
        })
        .collect();
    let each = |begun: f64| (processor(None) - begun) * 1e6 / precise(size.events);
    let decoded = || {
        let begun = processor(None);
        for entry in &entries {
            std::hint::black_box(Document::read_event(&entry.headers, &entry.bytes).expect("a good document"));
        }
        each(begun)
    };
    let mut bytes = Vec::new();
    let mut folded = || {
        let (begun, before) = (processor(None), resident());
        let mut index = Index::new();
        for entry in &entries {
            index.append(entry);
        }
        let took = each(begun);
        bytes.push((resident() - before) / precise(size.events));
        took
    };
    let decode: Vec<f64> = (0..size.rounds).map(|_| decoded()).collect();
    let fold: Vec<f64> = (0..size.rounds).map(|_| folded()).collect();
    vec![
        Measured::alone("processor time to decode an event", "µs", &decode),
        Measured::alone("processor time to decode and index an event", "µs", &fold),
        Measured::alone("memory that an indexed event takes", "bytes", &bytes[..1]),
    ]
}
