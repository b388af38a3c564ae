//! Streams end with the service, and with the right to hear them.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use futures::StreamExt;

use super::caller::Caller;
use super::guard::Access;
use crate::service::Service;

/// How often it is looked whether the token of a stream still counts: so long it may outlive it.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Whether it is a stream of events, which has no end of its own.
pub(super) fn is_stream(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(axum::http::HeaderValue::as_bytes);
    kind.is_some_and(|kind| kind.starts_with(b"text/event-stream"))
}

/// Ends streams in time.
pub(super) async fn end_streams(
    State((access, service)): State<(Access, Service)>,
    request: Request,
    next: Next,
) -> Response {
    let caller = request.extensions().get::<Caller>().cloned();
    let response = next.run(request).await;
    if !is_stream(response.headers()) {
        return response;
    }
    response.map(|body| Body::from_stream(body.into_data_stream().take_until(Box::pin(over(access, service, caller)))))
}

/// Comes when the service ends, or whoever listens may not any more.
async fn over(access: Access, service: Service, caller: Option<Caller>) {
    let mut ending = access.ending();
    loop {
        tokio::select! {
            // An error: whoever serves is gone.
            _ = ending.wait_for(|ends| *ends) => return,
            () = tokio::time::sleep(LOOK_AGAIN), if caller.as_ref().is_some_and(|caller| caller.token().is_some()) => {}
        }
        if caller.as_ref().is_some_and(|caller| !access.still_good(caller, service.now())) {
            return;
        }
    }
}
