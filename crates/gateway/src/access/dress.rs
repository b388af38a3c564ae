//! What every answer carries, whoever made it.

use std::any::Any;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::guard::Access;
use crate::problem::{Code, Problem};

/// Bytes of a plain refusal that are passed on.
const REFUSAL_MAX_BYTES: usize = 1 << 10;
/// What every answer carries, unless it says something else itself.
const ALWAYS: [(HeaderName, HeaderValue); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::VARY, HeaderValue::from_static("Accept, Authorization, Cookie")),
];
/// Who came over TLS once comes so for a year, in seconds.
const ONLY_TLS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Makes refusals of the libraries problem documents, and puts on every answer what protects it.
pub(super) async fn dress(State(access): State<Access>, request: Request, next: Next) -> Response {
    let mut response = plainly(next.run(request).await).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        if name == header::VARY {
            headers.append(name, value);
        } else {
            headers.entry(name).or_insert(value);
        }
    }
    if access.settings().tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, ONLY_TLS);
    }
    headers.insert(header::CACHE_CONTROL, kept(headers, access.is_public()));
    response
}

/// Weakens the tag of what was compressed.
pub(crate) async fn weakened(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.headers().contains_key(header::CONTENT_ENCODING) {
        weaken(response.headers_mut());
    }
    response
}

/// Where an answer may be kept: one that needed a token in no cache that others read.
fn kept(headers: &HeaderMap, public: bool) -> HeaderValue {
    let said = headers.get(header::CACHE_CONTROL).and_then(|said| said.to_str().ok());
    match said {
        None if public => HeaderValue::from_static("no-cache"),
        None => HeaderValue::from_static("no-store"),
        Some(said) if public => HeaderValue::from_str(said).expect("it was one"),
        Some("no-cache") => HeaderValue::from_static("private, no-cache"),
        Some(said) => HeaderValue::from_str(&said.replace("public", "private")).expect("it was one"),
    }
}

/// Compressed bytes are others than those that the tag was made of: the tag says the same, not the same bytes.
fn weaken(headers: &mut HeaderMap) {
    let strong = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).filter(|tag| !tag.starts_with("W/"));
    if let Some(weak) = strong.and_then(|tag| HeaderValue::from_str(&format!("W/{tag}")).ok()) {
        headers.insert(header::ETAG, weak);
    }
}

/// A refusal as a problem document: those of the libraries are plain text, or nothing.
async fn plainly(response: Response) -> Response {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    // Whether the service is ready, for one, is told as JSON of its own.
    let ours = kind.starts_with(b"application/problem+json") || kind.starts_with(b"application/json");
    if !(status.is_client_error() || status.is_server_error()) || ours {
        return response;
    }
    let (parts, body) = response.into_parts();
    let said = to_bytes(body, REFUSAL_MAX_BYTES).await.unwrap_or_default();
    let code = code_of(status);
    // What went wrong inside is nobody's business.
    let said = String::from_utf8(said.into()).ok().filter(|said| !said.is_empty() && status.is_client_error());
    let mut response = Problem::new(code, said.unwrap_or_else(|| code.meaning().1.to_owned())).into_response();
    for name in [header::ALLOW, header::RETRY_AFTER, header::ACCEPT_ENCODING] {
        if let Some(value) = parts.headers.get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

fn code_of(status: StatusCode) -> Code {
    match status {
        StatusCode::NOT_FOUND => Code::NoSuchAddress,
        StatusCode::METHOD_NOT_ALLOWED => Code::BadMethod,
        StatusCode::REQUEST_TIMEOUT => Code::TooSlow,
        StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
        StatusCode::URI_TOO_LONG => Code::AddressTooLong,
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Code::HeadersTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::BadEncoding,
        StatusCode::TOO_MANY_REQUESTS => Code::TooOften,
        StatusCode::UNAUTHORIZED => Code::TokenNeeded,
        StatusCode::FORBIDDEN => Code::NotPermitted,
        StatusCode::SERVICE_UNAVAILABLE => Code::Busy,
        other if other.is_server_error() => Code::Failed,
        _ => Code::BadRequest,
    }
}

/// What is answered where a handler panicked: the log has the rest.
#[expect(clippy::needless_pass_by_value, reason = "it is handed over so")]
pub(super) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let said = panic.downcast_ref::<&str>().copied();
    let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or_default();
    tracing::error!(said, "a handler panicked");
    Problem::new(Code::Failed, "it failed here, by no fault of yours; the log of the service says why").into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::{HeaderMap, StatusCode, header};
    use axum::response::{IntoResponse, Response};
    use serde_json::Value;

    use super::{kept, panicked, plainly, weaken};

    async fn read(response: Response) -> (StatusCode, HeaderMap, Value) {
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 20).await.expect("a body");
        (parts.status, parts.headers, serde_json::from_slice(&body).expect("JSON"))
    }

    #[test]
    fn what_needed_a_token_is_in_no_cache_that_others_read() {
        let said = |said: &'static str, public| {
            let headers = if said.is_empty() {
                HeaderMap::new()
            } else {
                HeaderMap::from_iter([(header::CACHE_CONTROL, said.parse().expect("a header"))])
            };
            kept(&headers, public).to_str().expect("text").to_owned()
        };
        assert_eq!(said("public, max-age=9", true), "public, max-age=9");
        assert_eq!(said("public, max-age=9", false), "private, max-age=9");
        assert_eq!(said("no-cache", false), "private, no-cache");
        assert_eq!((&*said("", false), &*said("", true)), ("no-store", "no-cache"));
        let mut headers = HeaderMap::from_iter([(header::ETAG, "\"a\"".parse().expect("a header"))]);
        weaken(&mut headers);
        weaken(&mut headers);
        assert_eq!(headers[header::ETAG], "W/\"a\"");
    }

    #[tokio::test]
    async fn plain_refusals_become_problem_documents_without_what_happened_inside() {
        let refused = (StatusCode::BAD_REQUEST, "no UTF-8").into_response();
        let (status, headers, problem) = read(plainly(refused).await).await;
        assert_eq!(
            (status.as_u16(), &headers[header::CONTENT_TYPE]),
            (400, &"application/problem+json".parse().expect("a header"))
        );
        assert_eq!((&problem["code"], &problem["detail"]), (&"bad-request".into(), &"no UTF-8".into()));
        let broken = (StatusCode::INTERNAL_SERVER_ERROR, "the password is xyzzy").into_response();
        let (_, _, problem) = read(plainly(broken).await).await;
        assert!(problem["code"] == "failed" && !problem.to_string().contains("xyzzy"), "{problem}");
        let (status, _, problem) = read(panicked(Box::new("the password is xyzzy".to_owned()))).await;
        assert!(status.as_u16() == 500 && !problem.to_string().contains("xyzzy"), "{problem}");
        let good = plainly(Body::from("as it is").into_response()).await;
        assert_eq!(to_bytes(good.into_body(), 99).await.expect("a body"), "as it is");
    }
}
