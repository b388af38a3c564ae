//! Whether the service lives, and whether it is ready: a load balancer and a supervisor ask.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use projector::Indexed;
use schemars::JsonSchema;
use serde::Serialize;
use summit::Position;

use super::look::Seen;
use crate::service::Service;

/// How long an event may wait to be taken in before the service counts as behind.
const MAY_WAIT: Duration = Duration::from_secs(5);

/// That it lives.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Health {
    /// Always `true`: what is dead does not answer.
    alive: bool,
    /// The version of the program.
    version: &'static str,
}

/// Whether it is ready, and what it knows of itself.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Readiness {
    /// Whether answers are current and events are taken.
    ready: bool,
    /// How far the views are.
    position: Position,
    /// The last position of the log; nothing where it cannot be reached.
    tail: Option<Position>,
    /// Why it is not ready; empty where it is.
    reasons: Vec<NotReady>,
}

/// One reason not to be ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct NotReady {
    /// The reason, as a word for programs.
    code: Reason,
    /// The reason in a sentence.
    detail: String,
}

/// Why a service is not ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reason {
    /// Events wait to be taken in.
    CatchingUp,
    /// The log does not answer.
    LogUnreachable,
    /// The log has lost entries, or others stand in their place.
    LogDamaged,
    /// The log ends before a position that it had.
    LogRewound,
    /// The log has no room left: reads go on.
    LogFull,
    /// Nothing is published any more until the service is started again: reads go on.
    PublishingEnded,
}

/// Whether the process lives
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operate",
    responses((status = 200, description = "It lives", body = ref("#/components/schemas/Health")))
)]
pub(super) async fn healthz() -> Response {
    let health = Health { alive: true, version: env!("CARGO_PKG_VERSION") };
    ([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(health)).into_response()
}

/// Whether answers are current and events are taken
///
/// It looks at the log, at most once a second.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operate",
    responses(
        (status = 200, description = "It is ready", body = ref("#/components/schemas/Readiness")),
        (status = 503, description = "It is not, and why", body = ref("#/components/schemas/Readiness")),
    )
)]
pub(super) async fn readyz(State(service): State<Service>) -> Response {
    let seen = service.look().await;
    let position = service.index().ask(projector::Index::tail);
    let reasons = reasons(&service, &seen, position);
    let ready = reasons.is_empty();
    let tail = seen.log.as_ref().ok().map(|state| state.last);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let headers = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, headers, Json(Readiness { ready, position, tail, reasons })).into_response()
}

fn reasons(service: &Service, seen: &Seen, position: Position) -> Vec<NotReady> {
    let mut reasons = Vec::new();
    let mut add = |code, detail: String| reasons.push(NotReady { code, detail });
    if let Some(halted) = service.index().halted() {
        add(Reason::LogDamaged, format!("the views are kept current no longer: {}", halted.reason));
    }
    match &seen.log {
        Ok(state) if state.last < seen.position => {
            let detail = format!("the log ends at position {}, the views are at {}", state.last, seen.position);
            add(Reason::LogRewound, detail);
        }
        Ok(state) if !seen.is_contiguous() => {
            let detail = format!("the log ends at position {} and holds {} entries", state.last, state.entries);
            add(Reason::LogDamaged, detail);
        }
        Ok(state) => {
            let waits =
                seen.behind_since.and_then(|since| Duration::try_from(service.now().duration_since(since)).ok());
            if waits.is_some_and(|waits| waits > MAY_WAIT) {
                add(Reason::CatchingUp, format!("the views are at position {position} of {}", state.last));
            }
        }
        Err(error) if error.damaged_at().is_some() => add(Reason::LogDamaged, error.to_string()),
        Err(error) => add(Reason::LogUnreachable, error.to_string()),
    }
    if service.producer().has_ended() {
        add(Reason::PublishingEnded, "events are not taken any more: start the service again".to_owned());
    }
    if service.metrics().is_full() {
        add(Reason::LogFull, "the log has no room left: questions are answered, events are not taken".to_owned());
    }
    reasons
}
