//! What is answered when something is wrong: problem documents (RFC 9457).

use std::error::Error;
use std::fmt;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// After how many seconds who could not be served may come again.
const RETRY_AFTER_SECONDS: u16 = 5;

/// What is wrong, as a word that programs may rely on: words are added, never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// A parameter cannot be meant, or is not known.
    BadParameter,
    /// No event names what was asked for.
    UnknownName,
    /// Several things bear the name that was asked for: they are told.
    AmbiguousName,
    /// No event has this id, or several begin so.
    UnknownEvent,
    /// The chronicle has not come so far.
    NotReached,
    /// There is no such address.
    NoSuchAddress,
    /// The address does not take this method.
    BadMethod,
    /// Nothing that is accepted is answered here.
    NotAcceptable,
    /// Nothing can be done here without a token.
    TokenNeeded,
    /// The token is unknown, expired or revoked.
    TokenRefused,
    /// Whoever asks may not do this.
    NotPermitted,
    /// The content type is none that is taken here.
    BadContentType,
    /// The body is no JSON.
    NotJson,
    /// What is published breaks the vocabulary.
    RefusedEvent,
    /// An event, or their number, is larger than allowed.
    TooLarge,
    /// Another event stands under the id.
    IdTaken,
    /// The chronicle does not end where it was expected to.
    Moved,
    /// The log has no room left.
    LogFull,
    /// The log cannot be reached.
    Unreachable,
    /// It may be stored or not: the same is to be published again, with the same id.
    OutcomeUnknown,
    /// The log is damaged: it is read, not written.
    Damaged,
    /// The caller reads too many streams.
    TooManyStreams,
    /// Whoever asks asks too often.
    TooOften,
    /// The request cannot be read.
    BadRequest,
    /// The address is too long.
    AddressTooLong,
    /// There are too many headers, or too long ones.
    HeadersTooLarge,
    /// More is sent than is taken.
    BodyTooLarge,
    /// What is sent is encoded as nobody here reads it.
    BadEncoding,
    /// The request took too long to come.
    TooSlow,
    /// The answer took too long to make.
    Busy,
    /// It failed here, by no fault of who asked.
    Failed,
}

impl Code {
    /// The HTTP status and what it means, in short.
    pub const fn meaning(self) -> (StatusCode, &'static str) {
        match self {
            Self::BadParameter => (StatusCode::BAD_REQUEST, "a parameter cannot be meant"),
            Self::UnknownName => (StatusCode::NOT_FOUND, "no event names it"),
            Self::AmbiguousName => (StatusCode::NOT_FOUND, "several bear the name"),
            Self::UnknownEvent => (StatusCode::NOT_FOUND, "no such event"),
            Self::NotReached => (StatusCode::CONFLICT, "the chronicle has not come so far"),
            Self::NoSuchAddress => (StatusCode::NOT_FOUND, "there is no such address"),
            Self::BadMethod => (StatusCode::METHOD_NOT_ALLOWED, "the address does not take this method"),
            Self::NotAcceptable => (StatusCode::NOT_ACCEPTABLE, "nothing that is accepted is answered here"),
            Self::TokenNeeded => (StatusCode::UNAUTHORIZED, "a token is needed"),
            Self::TokenRefused => (StatusCode::UNAUTHORIZED, "the token is not accepted"),
            Self::NotPermitted => (StatusCode::FORBIDDEN, "not permitted"),
            Self::BadContentType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "the content type is not taken here"),
            Self::NotJson => (StatusCode::BAD_REQUEST, "the body is no JSON"),
            Self::RefusedEvent => (StatusCode::UNPROCESSABLE_ENTITY, "what is published breaks the vocabulary"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "larger than allowed"),
            Self::IdTaken => (StatusCode::CONFLICT, "another event stands under the id"),
            Self::Moved => (StatusCode::CONFLICT, "the chronicle has moved"),
            Self::LogFull => (StatusCode::INSUFFICIENT_STORAGE, "the log is full"),
            Self::Unreachable => (StatusCode::SERVICE_UNAVAILABLE, "the log cannot be reached"),
            Self::OutcomeUnknown => (StatusCode::GATEWAY_TIMEOUT, "it is unknown whether it is stored"),
            Self::Damaged => (StatusCode::SERVICE_UNAVAILABLE, "the log is damaged"),
            Self::TooManyStreams => (StatusCode::TOO_MANY_REQUESTS, "too many streams"),
            Self::TooOften => (StatusCode::TOO_MANY_REQUESTS, "too often"),
            Self::BadRequest => (StatusCode::BAD_REQUEST, "the request cannot be read"),
            Self::AddressTooLong => (StatusCode::URI_TOO_LONG, "the address is too long"),
            Self::HeadersTooLarge => (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too large"),
            Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "more is sent than is taken"),
            Self::BadEncoding => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "it is encoded as nobody here reads it"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "the request took too long"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "the service is busy"),
            Self::Failed => (StatusCode::INTERNAL_SERVER_ERROR, "it failed here"),
        }
    }

    /// After how many seconds the same request may fare better, where it may.
    pub(crate) const fn retry_after(self) -> Option<u16> {
        if matches!(self, Self::Busy | Self::Unreachable | Self::OutcomeUnknown) {
            Some(RETRY_AFTER_SECONDS)
        } else {
            None
        }
    }
}

/// A problem document. Two messages: `detail` for who asked; what is for the operator goes to the log.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Problem(Box<Members>);

/// Its members.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "ProblemMembers")]
struct Members {
    /// Where the problem is explained.
    #[serde(rename = "type")]
    kind: String,
    /// What the code means, in short.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What is wrong, as a word for programs.
    code: Code,
    /// What is wrong here.
    detail: String,
    /// What belongs to this problem: `parameter`, `found`, `allowed`, `nearest`, `called`, `names` and the like.
    #[serde(flatten)]
    more: Map<String, Value>,
}

impl Problem {
    /// A problem and what is wrong here.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let (status, title) = code.meaning();
        let word = serde_json::to_value(code).expect("a word is JSON");
        let kind = format!("/docs#{}", word.as_str().unwrap_or_default());
        let (status, title) = (status.as_u16(), title.to_owned());
        Self(Box::new(Members { kind, title, status, code, detail: detail.into(), more: Map::new() }))
    }

    /// What is wrong, as a word.
    pub(crate) fn code(&self) -> Code {
        self.0.code
    }

    /// With something that belongs to it.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.more.insert(name.to_owned(), value.into());
        self
    }

    /// With what may be meant: the identifiers, and beside them the names that are shown for them.
    fn near(self, member: &str, near: Vec<projector::Near>) -> Self {
        let (identifiers, names): (Vec<String>, Vec<Option<String>>) =
            near.into_iter().map(|one| (one.identifier, one.name)).unzip();
        self.with(member, identifiers).with("names", names)
    }

    /// A parameter that cannot be meant.
    pub fn parameter(name: &str, found: &str, allowed: &str) -> Self {
        let detail = format!("the parameter \"{name}\" is {found:?}, allowed is {allowed}");
        let problem = Self::new(Code::BadParameter, detail);
        problem.with("parameter", name).with("found", found).with("allowed", allowed)
    }

    /// A parameter that must be there.
    pub(crate) fn missing(name: &str, allowed: &str) -> Self {
        let detail = format!("the parameter {name:?} is missing, allowed is {allowed}");
        let problem = Self::new(Code::BadParameter, detail);
        problem.with("parameter", name).with("found", Value::Null).with("allowed", allowed)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.detail)
    }
}

impl Error for Problem {}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, _) = self.0.code.meaning();
        let body = serde_json::to_vec(&self).expect("a problem is JSON");
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        let retry = self.0.code.retry_after().map(|seconds| [(header::RETRY_AFTER, HeaderValue::from(seconds))]);
        (status, headers, retry, body).into_response()
    }
}

impl From<projector::AskError> for Problem {
    fn from(error: projector::AskError) -> Self {
        use projector::AskError;

        let detail = error.to_string();
        match error {
            AskError::Unknown { what, name, nearest } => {
                Self::new(Code::UnknownName, detail).with("what", what).with("found", name).near("nearest", nearest)
            }
            AskError::Several { what, name, called } => {
                Self::new(Code::AmbiguousName, detail).with("what", what).with("found", name).near("called", called)
            }
            AskError::UnknownEvent(found) => Self::new(Code::UnknownEvent, detail).with("found", found),
            AskError::Ambiguous { prefix, ids } => {
                let nearest: Vec<String> = ids.iter().map(ToString::to_string).collect();
                Self::new(Code::UnknownEvent, detail).with("found", prefix).with("nearest", nearest)
            }
        }
    }
}
