//! Every request by its name: counted, and told in the log.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use uuid::Uuid;

use crate::service::Service;

/// The name of a request, of its sender's choice or made here.
static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest name that is taken over, in bytes.
const MAX_REQUEST_ID_BYTES: usize = 64;
/// Where in a trace a request stands (W3C Trace Context).
static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// What stands for the address where there is none.
const NO_ROUTE: &str = "none";

/// Gives every request a name, has what is logged meanwhile carry it, and answers with it.
pub(crate) async fn named(mut request: Request, next: Next) -> Response {
    let headers = request.headers_mut();
    let id = given(headers, &REQUEST_ID).filter(|id| is_name(id));
    let id = id.map_or_else(|| Uuid::now_v7().to_string(), ToOwned::to_owned);
    let trace = given(headers, &TRACEPARENT).filter(|trace| is_traceparent(trace)).map(ToOwned::to_owned);
    let (name, place) = (value(&id), trace.as_deref().map(value));
    // Handlers and other layers see what is logged and answered, and nothing else.
    headers.insert(&REQUEST_ID, name.clone());
    match &place {
        Some(place) => headers.insert(&TRACEPARENT, place.clone()),
        None => headers.remove(&TRACEPARENT),
    };
    let span = tracing::info_span!("request", id = %id, traceparent = trace.as_deref());
    let mut response = next.run(request).instrument(span).await;
    response.headers_mut().insert(&REQUEST_ID, name);
    if let Some(place) = place {
        response.headers_mut().insert(&TRACEPARENT, place);
    }
    response
}

fn given<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("only visible ASCII is taken over")
}

/// Counts a request by its declared address, and tells how it was answered. Parameters are not told: they are the asker's.
pub(crate) async fn observed(State(service): State<Service>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    service.metrics().answered(method.as_str(), route, status, took);
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    if status == 500 {
        tracing::error!(%method, route, status, milliseconds, "answered");
    } else {
        tracing::info!(%method, route, status, milliseconds, "answered");
    }
    response
}

fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    !text.is_empty() && text.len() <= MAX_REQUEST_ID_BYTES && text.bytes().all(plain)
}

/// Whether a text is a `traceparent` of version 00: version, trace, parent and flags, neither of the ids all zeros.
fn is_traceparent(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [version, trace, parent, flags] = parts.as_slice() else { return false };
    let digits = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let named = |part: &str, length| digits(part, length) && part.bytes().any(|byte| byte != b'0');
    *version == "00" && named(trace, 32) && named(parent, 16) && digits(flags, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        assert!(is_name("a-1_2.3:4") && is_name(&"x".repeat(MAX_REQUEST_ID_BYTES)));
        for bad in ["", "a b", "a\tb", "é", "a\"b", &"x".repeat(MAX_REQUEST_ID_BYTES + 1)] {
            assert!(!is_name(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_place_in_a_trace_is_that_of_the_standard() {
        assert!(is_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
        for bad in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-extra",
        ] {
            assert!(!is_traceparent(bad), "{bad:?}");
        }
    }
}
