//! Streams end with the service, and with the right to hear them.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};

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

/// Whether it is one of lines, which may last as long as history did.
fn is_lines(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-ndjson"))
}

/// Ends streams in time.
pub(super) async fn end_streams(
    State((access, service)): State<(Access, Service)>,
    request: Request,
    next: Next,
) -> Response {
    let caller = request.extensions().get::<Caller>().cloned();
    let response = next.run(request).await;
    if is_stream(response.headers()) {
        let over = Box::pin(over(access, service, caller));
        return response.map(|body| Body::from_stream(body.into_data_stream().take_until(over)));
    }
    match caller {
        Some(caller) if is_lines(response.headers()) && caller.token().is_some() => {
            response.map(|body| Body::from_stream(permitted(body, Box::pin(refused(access, service, caller)))))
        }
        _ => response,
    }
}

/// Lines as long as their reader may hear them. Then they break off: who was not told everything is to know it.
fn permitted(
    body: Body,
    refused: impl Future<Output = ()> + Send + Unpin + 'static,
) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send + 'static {
    let parts = body.into_data_stream();
    stream::unfold(Some((parts, refused)), |state| async move {
        let (mut parts, mut refused) = state?;
        tokio::select! {
            biased;
            () = &mut refused => Some((Err(axum::Error::new("its reader may not hear it any more")), None)),
            part = parts.next() => part.map(|part| (part, Some((parts, refused)))),
        }
    })
    .fuse()
}

/// Comes when the service ends, or whoever listens may not any more.
async fn over(access: Access, service: Service, caller: Option<Caller>) {
    let mut ending = access.ending();
    let refused = async {
        match caller.filter(|caller| caller.token().is_some()) {
            Some(caller) => refused(access.clone(), service, caller).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        // An error: whoever serves is gone.
        _ = ending.wait_for(|ends| *ends) => {}
        () = refused => {}
    }
}

/// Comes when somebody may not hear any more what he was let in to.
async fn refused(access: Access, service: Service, caller: Caller) {
    loop {
        tokio::time::sleep(LOOK_AGAIN).await;
        if !access.still_good(&caller, service.now()) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use futures::{StreamExt, future, stream};

    use super::permitted;

    #[tokio::test]
    async fn lines_break_off_when_their_reader_may_not_hear_them_any_more_and_end_well_otherwise() {
        let told: Vec<_> = permitted(Body::from("a line\n"), future::pending()).collect().await;
        assert!(matches!(told.as_slice(), [Ok(line)] if line == "a line\n"), "{told:?}");
        let endless = Body::from_stream(stream::pending::<Result<&str, std::convert::Infallible>>());
        let told: Vec<_> = permitted(endless, future::ready(())).collect().await;
        assert!(matches!(told.as_slice(), [Err(_)]), "{told:?}");
    }
}
