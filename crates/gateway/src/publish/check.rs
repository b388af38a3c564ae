//! What is wrong with what was sent, all of it told before anything is stored.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use projector::Indexed;
use serde::Serialize;
use serde_json::{Value, json};
use summit::{EventId, MAX_DOCUMENT_BYTES};
use wire::{Document, Fault, Fingerprint, Refused};

use super::sent::{Mode, Sent, too_large};
use crate::problem::{Code, Problem};
use crate::service::Service;

/// How many faults an answer tells; of one event `wire` tells at most a hundred.
const MAX_FAULTS_TOLD: usize = 1000;

/// The documents, if nothing is wrong with any of them, and no id of theirs stands in the chronicle with another body.
pub(super) fn whole(service: &Service, mode: Mode, sent: Sent) -> Result<Vec<Document>, Problem> {
    let mut seen: HashMap<EventId, (usize, Fingerprint)> = HashMap::new();
    let (mut documents, mut faulty, mut taken) = (Vec::with_capacity(sent.len()), Vec::new(), Vec::new());
    for (place, document) in sent.into_iter().enumerate() {
        let document = match document {
            Ok(document) => document,
            Err(refused) => {
                faulty.push((place, refused));
                continue;
            }
        };
        let (id, says) = (document.event().id, document.fingerprint());
        match seen.entry(id) {
            Entry::Vacant(fresh) => drop(fresh.insert((place, says))),
            Entry::Occupied(first) if first.get().1 == says => {}
            Entry::Occupied(first) => {
                faulty.push((place, one_id(format!("\"{id}\", which event {} gives to another body", first.get().0))));
            }
        }
        taken.extend(other_body(service, id, says).map(|position| (place, id, position)));
        documents.push(document);
    }
    match (faulty.is_empty(), taken.first()) {
        (true, None) => Ok(documents),
        (true, Some(&(_, id, position))) => {
            let all: Vec<Value> = taken
                .iter()
                .map(|(place, id, position)| json!({ "event": place, "id": id, "position": position }))
                .collect();
            Err(id_taken(id, position).with("events", all))
        }
        (false, _) => {
            let same = |(place, id, position)| {
                (place, one_id(format!("\"{id}\", which position {position} gives to another body")))
            };
            faulty.extend(taken.into_iter().map(same));
            faulty.sort_by_key(|(place, _)| *place);
            Err(match (mode, faulty.as_slice()) {
                (Mode::Structured | Mode::Binary, [(_, refused)]) => one_refused(refused),
                _ => refused(&faulty),
            })
        }
    }
}

/// Where another body stands under an id, as far as the index has come.
fn other_body(service: &Service, id: EventId, says: Fingerprint) -> Option<u64> {
    service.index().ask(|index| {
        let other = index.fingerprint(id).is_some_and(|there| there != says);
        index.event(id).filter(|_| other).map(|record| record.position.get())
    })
}

/// The problem of an id that stands for something else.
pub(super) fn id_taken(id: EventId, position: u64) -> Problem {
    let detail =
        format!("the id {id} is taken: another event stands under it at position {position}; this one needs its own");
    Problem::new(Code::IdTaken, detail).with("id", id.to_string()).with("position", position)
}

fn one_id(found: String) -> Refused {
    Refused { faults: vec![Fault { field: "id".to_owned(), found, allowed: "one id for one event".to_owned() }] }
}

/// The problem of one event that was refused: it is too large, or breaks the vocabulary.
fn one_refused(refused: &Refused) -> Problem {
    let bound = format!("at most {MAX_DOCUMENT_BYTES} bytes");
    match refused.faults.as_slice() {
        [fault] if fault.allowed == bound => too_large(&fault.found, &bound),
        _ => self::refused(&[(0, refused.clone())]),
    }
}

/// One fault of an event.
#[derive(Serialize)]
struct Told<'a> {
    /// The place of the event in the batch, from 0.
    event: usize,
    /// The path of the field; empty for the event as a whole.
    field: &'a str,
    /// What stood there.
    found: &'a str,
    /// What may stand there.
    allowed: &'a str,
}

/// The problem of events that break the vocabulary, with every fault of each.
pub(super) fn refused(events: &[(usize, Refused)]) -> Problem {
    let faults = events.iter().flat_map(|(event, refused)| {
        refused.faults.iter().map(|fault| Told {
            event: *event,
            field: &fault.field,
            found: &fault.found,
            allowed: &fault.allowed,
        })
    });
    let all: usize = events.iter().map(|(_, refused)| refused.faults.len()).sum();
    let faults: Vec<Told<'_>> = faults.take(MAX_FAULTS_TOLD).collect();
    let first = faults.first().map(|fault| {
        let field = if fault.field.is_empty() { "event" } else { fault.field };
        format!("; the first is {field}: found {}, allowed is {}", fault.found, fault.allowed)
    });
    let number = if all == 1 { "one fault".to_owned() } else { format!("{all} faults") };
    let detail = format!("{number}, nothing is stored{}", first.unwrap_or_default());
    let faults = serde_json::to_value(faults).expect("faults are JSON");
    Problem::new(Code::RefusedEvent, detail).with("faults", faults).with("faults_found", all)
}
