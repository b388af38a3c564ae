//! How large a request may be, and how long it may take.

use std::time::Duration;

use axum::body::HttpBody;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::guard::heard_out;
use crate::problem::{Code, Problem};

/// Bytes of a path with its query: a token of an answer and a few filters fit ten times over.
pub const ADDRESS_MAX_BYTES: usize = 8 << 10;
/// How many headers a request has, at most. A program that writes events in headers writes some twenty.
pub const HEADERS_MAX: usize = 64;
/// Bytes of all headers of a request, names and values.
pub const HEADERS_MAX_BYTES: usize = 16 << 10;
/// Bytes of a body that is sent: a thousand events of 64 KiB, and what stands between them.
pub const BODY_MAX_BYTES: usize = (1000 * (64 << 10)) + (64 << 10);
/// How long nothing of a body may come.
pub(crate) const BODY_PAUSE: Duration = Duration::from_secs(8);
/// How long an answer may take to begin. A stream begins at once.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// Refuses what is too large, and ends what takes too long.
pub(super) async fn bounds(request: Request, next: Next) -> Response {
    if let Err(problem) = fits(&request) {
        heard_out(request.into_body()).await;
        return problem.into_response();
    }
    let sends = *request.method() == Method::POST;
    match tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_) if sends => {
            let detail =
                format!("the request was not there whole and answered within {ANSWER_WITHIN:?}: publish it again");
            Problem::new(Code::TooSlow, detail).into_response()
        }
        Err(_) => {
            let detail = format!("no answer within {ANSWER_WITHIN:?}: try again");
            let retry = [(header::RETRY_AFTER, HeaderValue::from_static("1"))];
            (retry, Problem::new(Code::Busy, detail)).into_response()
        }
    }
}

fn fits(request: &Request) -> Result<(), Problem> {
    let (uri, headers, body) = (request.uri(), request.headers(), request.body());
    if uri.path_and_query().is_some_and(|address| address.as_str().len() > ADDRESS_MAX_BYTES) {
        let detail = format!("the address is longer than {ADDRESS_MAX_BYTES} bytes");
        return Err(Problem::new(Code::AddressTooLong, detail));
    }
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers.len() > HEADERS_MAX || bytes > HEADERS_MAX_BYTES {
        let detail = format!("more than {HEADERS_MAX} headers, or more than {HEADERS_MAX_BYTES} bytes of them");
        return Err(Problem::new(Code::HeadersTooLarge, detail));
    }
    let encoding = headers.get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(Problem::new(Code::BadEncoding, "bodies are taken as they are, without Content-Encoding"));
    }
    let most = if *request.method() == Method::POST { BODY_MAX_BYTES as u64 } else { 0 };
    let least = if body.is_end_stream() { 0 } else { body.size_hint().lower().max(1) };
    if least > most {
        let detail = if most == 0 { "no body is taken here".to_owned() } else { format!("at most {most} bytes") };
        return Err(Problem::new(Code::BodyTooLarge, detail).with("most", most));
    }
    Ok(())
}
