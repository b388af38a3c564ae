//! What came of it.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use producer::{Acknowledged, PublishError};
use serde::Serialize;
use serde_json::value::RawValue;
use summit::EventId;
use wire::Document;

use super::check::id_taken;
use super::sent::{Mode, too_large};
use crate::problem::{Code, Problem};
use crate::service::Service;

/// What came of one event of a batch.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Outcome {
    /// It is on disk.
    Stored(Acknowledged),
    /// It is not, or that is unknown.
    Failed(Problem),
}

/// All of it is on disk: where.
pub(super) fn stored(mode: Mode, all: &[Acknowledged]) -> Response {
    let status = if all.iter().any(|one| !one.duplicate) { StatusCode::CREATED } else { StatusCode::OK };
    match (mode, all) {
        (Mode::Structured | Mode::Binary, [one]) => {
            let place = HeaderValue::from_str(&format!("/v1/events/{}", one.id)).expect("an id makes a header");
            (status, [(header::LOCATION, place)], json(one)).into_response()
        }
        _ => (status, json(all)).into_response(),
    }
}

/// Nothing is wrong with them: as they would be stored.
pub(super) fn checked(documents: &[Document]) -> Response {
    let text = |document: &Document| String::from_utf8(document.encode()).expect("JSON is text");
    let events = documents.iter().map(|document| RawValue::from_string(text(document)).expect("a document is JSON"));
    json(&Checked { events: events.collect() }).into_response()
}

/// Events that nothing is wrong with.
#[derive(Serialize)]
struct Checked {
    events: Vec<Box<RawValue>>,
}

/// What came of each, after all of them were found good.
pub(super) fn all_or_first_failure(mode: Mode, outcomes: &[Outcome]) -> Result<Response, Problem> {
    let mut all = Vec::with_capacity(outcomes.len());
    let mut first = None;
    for outcome in outcomes {
        match outcome {
            Outcome::Stored(one) => all.push(*one),
            Outcome::Failed(problem) => drop(first.get_or_insert(problem)),
        }
    }
    match (first, mode) {
        (None, _) => Ok(stored(mode, &all)),
        (Some(problem), Mode::Structured | Mode::Binary) => Err(problem.clone()),
        (Some(problem), Mode::Batch) => {
            let outcomes = serde_json::to_value(outcomes).expect("outcomes are JSON");
            Err(problem.clone().with("outcomes", outcomes))
        }
    }
}

/// What came of each, whatever it was.
pub(super) fn each(outcomes: &[Outcome]) -> Response {
    json(outcomes).into_response()
}

fn json<A: Serialize + ?Sized>(answer: &A) -> impl IntoResponse + use<A> {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, serde_json::to_vec(answer).expect("an answer is JSON"))
}

/// Why an event was not acknowledged.
pub(super) fn problem(error: PublishError, service: &Service) -> Problem {
    let said = error.to_string();
    match error {
        PublishError::IdTaken { id, position } => id_taken(id, position.get()),
        PublishError::Moved { expected } => {
            let detail = format!("{said}: look again, then decide; nothing is stored");
            Problem::new(Code::Moved, detail).with("expected_tail", expected.get())
        }
        PublishError::TooLarge { found, allowed } => too_large(&found, &allowed),
        PublishError::Full(_) => Problem::new(Code::LogFull, format!("{said}; nothing is stored")),
        PublishError::OutcomeUnknown(reason) => unknown(&reason),
        PublishError::Unreachable(_) => Problem::new(Code::Unreachable, format!("{said}; nothing is stored")),
        PublishError::NotPermitted(_) => refused_by_log(Code::NotPermitted, &said, service),
        PublishError::Refused(_) => refused_by_log(Code::Failed, &said, service),
    }
}

/// The log refuses what it should take: perhaps because it is damaged.
fn refused_by_log(code: Code, said: &str, service: &Service) -> Problem {
    if let Some(halted) = service.index().halted() {
        return damaged(&halted.reason);
    }
    tracing::error!(said, "the log refuses what it should take");
    Problem::new(code, format!("the log does not take it: {said}; nothing is stored"))
}

/// The event that an error is about, where it is about one.
pub(super) const fn concerns(error: &PublishError) -> Option<EventId> {
    if let PublishError::IdTaken { id, .. } = error { Some(*id) } else { None }
}

/// Nobody knows whether it is stored.
fn unknown(reason: &str) -> Problem {
    let detail = format!("it may be stored or not: {reason}; publish it again with the same id");
    Problem::new(Code::OutcomeUnknown, detail)
}

/// The log is damaged, nothing is written.
pub(super) fn damaged(reason: &str) -> Problem {
    Problem::new(Code::Damaged, format!("nothing is stored before the log is whole again: {reason}"))
}
