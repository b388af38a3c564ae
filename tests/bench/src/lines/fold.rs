//! Reading and folding alone, with no server and no disk: for a profiler.

use chronicle::Entry;
use jiff::Timestamp;
use projector::Index;
use summit::Position;
use wire::Document;

use super::Size;
use super::sizes::{apart, resident};
use crate::events::events;
use crate::measure::{Measured, precise, processor};

/// So many events, as a log holds them.
fn entries(count: u64) -> Vec<Entry> {
    let stored_at: Timestamp = "2026-01-01T00:00:00Z".parse().expect("an instant");
    (1..)
        .zip(events(count))
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
        .collect()
}

/// Bytes of memory that an index of so many events takes.
pub(crate) fn indexed(count: u64) -> f64 {
    let entries = entries(count);
    let before = resident();
    let mut index = Index::new();
    for entry in &entries {
        index.append(entry);
    }
    resident() - before
}

/// Events in memory: decoded; and to an index.
pub(crate) fn fold(size: Size) -> Vec<Measured> {
    let entries = entries(size.events);
    let each = |begun: f64| (processor(None) - begun) * 1e6 / precise(size.events);
    let decoded = || {
        let begun = processor(None);
        for entry in &entries {
            std::hint::black_box(Document::read_event(&entry.headers, &entry.bytes).expect("a good document"));
        }
        each(begun)
    };
    let folded = || {
        let begun = processor(None);
        let mut index = Index::new();
        for entry in &entries {
            index.append(entry);
        }
        each(begun)
    };
    let decode: Vec<f64> = (0..size.rounds).map(|_| decoded()).collect();
    let fold: Vec<f64> = (0..size.rounds).map(|_| folded()).collect();
    // What others have used and left in a process is none of it.
    let memory = apart(&["--indexed", &size.events.to_string()]) / precise(size.events);
    vec![
        Measured::alone("processor time to decode an event", "µs", &decode),
        Measured::alone("processor time to decode and index an event", "µs", &fold),
        Measured::alone("memory that an indexed event takes", "bytes", &[memory]),
    ]
}
