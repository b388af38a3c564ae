//! Questions: each is answered with the JSON of the command line.

mod members;
mod vantage;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use projector::{AskError, CatchUpError, Indexed, View};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::{Code, Problem};
use crate::service::Service;
pub(crate) use vantage::From;

/// What may be kept for ever: the same question has the same answer.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// What must be asked for again, if only by its tag.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// The routes of questions.
pub(crate) fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new().routes(routes!(members::members))
}

/// Answers a question from a vantage: nothing but the tag where the asker has the answer already.
async fn answer<A: Serialize>(
    service: &Service,
    from: From,
    headers: &HeaderMap,
    question: impl FnOnce(&View<'_>) -> Result<A, AskError>,
) -> Result<Response, Problem> {
    if let Some(wanted) = from.min_position {
        service.index().reach(wanted).await.map_err(|error| match error {
            CatchUpError::NotReached { .. } => Problem::new(Code::NotReached, error.to_string()),
            CatchUpError::Read(_) => Problem::new(Code::Failed, error.to_string()),
        })?;
    }
    let today = service.today();
    let asked = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    service.index().ask(|index| {
        let vantage = from.resolve(index)?;
        let view = index.view(&vantage, today)?;
        let token = serde_json::to_vec(view.token()).expect("a token is JSON");
        let tag = format!("\"{}\"", hexadecimal(&Sha256::digest(token)));
        let fixed = vantage.at_position.is_some() && vantage.as_of.is_some();
        let cached = if fixed { FOR_EVER } else { ASK_AGAIN };
        let tagged = HeaderValue::from_str(&tag).expect("hexadecimal digits make a header");
        let headers = [(header::ETAG, tagged), (header::CACHE_CONTROL, cached)];
        if asked.is_some_and(|asked| asked.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)) {
            // What is unknown stays so, even for who has a tag.
            question(&view)?;
            return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
        }
        let body = serde_json::to_vec(&question(&view)?).expect("an answer is JSON");
        let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
        Ok((headers, json, body).into_response())
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;

    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes what is written");
        text
    })
}
