//! Server-sent events, as HTML describes them.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream::Stream;

/// How long a reader whose stream ended waits before it comes back.
pub(crate) const RETRY: Duration = Duration::from_secs(2);

/// An event with data of one line.
pub(crate) fn frame(id: &str, event: &str, data: &str) -> Bytes {
    // JSON as it is written here has no line breaks.
    Bytes::from(format!("id: {id}\nevent: {event}\ndata: {data}\n\n"))
}

/// What a stream begins with: the pause before coming back, how far the reader is, and remarks.
pub(crate) fn opening(id: &str, remarks: &[String]) -> Bytes {
    let remarks: String = remarks.iter().map(|remark| comment(remark)).collect();
    Bytes::from(format!("retry: {}\n{remarks}id: {id}\n\n", RETRY.as_millis()))
}

/// How far a reader is, without an event: it comes back from there.
pub(crate) fn position(id: &str) -> Bytes {
    Bytes::from(format!(": told up to here\nid: {id}\n\n"))
}

/// A remark that programs pass over.
pub(crate) fn remark(text: &str) -> Bytes {
    Bytes::from(format!("{}\n", comment(text)))
}

fn comment(text: &str) -> String {
    format!(": {}\n", text.replace(['\n', '\r'], " "))
}

/// An answer that goes on. Whoever stands between is to pass it on as it comes.
pub(crate) fn response(
    content_type: &'static str,
    frames: impl Stream<Item = Result<Bytes, std::convert::Infallible>> + Send + 'static,
) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (headers, Body::from_stream(frames)).into_response()
}
