//! One event: its document as it was stored.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use projector::Indexed;

use super::asking::Asking;
use super::events::A_POSITION;
use super::history::document_at;
use super::reply::{Reply, reach, stale};
use crate::problem::{Code, Problem};

/// Where an event stands.
const POSITION: HeaderName = HeaderName::from_static("chronicle-position");
/// When the log stored it.
const STORED_AT: HeaderName = HeaderName::from_static("chronicle-stored-at");

/// One event: its document as it was stored
#[utoipa::path(
    get,
    path = "/v1/events/{id}",
    tag = "ask",
    params(
        ("id" = String, Path, description = "The event's id, or how it begins, where no other begins so"),
        ("min_position" = Option<u64>, Query, description = "Wait until the chronicle has come so far, 5 s at most"),
    ),
    responses((status = 200, description = "The document", content_type = "application/cloudevents+json"))
)]
pub(super) async fn event(mut asking: Asking) -> Result<Response, Problem> {
    let found = asking.name_as_text("id");
    let prefix = projector::id_prefix(found)
        .map_err(|_| Problem::parameter("id", found, "an event's id, or how one begins, such as d0653777"))?;
    let min_position = asking.parameters.parse("min_position", A_POSITION)?;
    std::mem::take(&mut asking.parameters).finish()?;
    if let Some(wanted) = min_position {
        reach(&asking.service, wanted).await?;
    }
    let stands = |index: &projector::Index| {
        let id = index.find(&prefix)?;
        Ok::<_, Problem>(index.event(id).map(|record| (id, record.position, record.stored_at)))
    };
    let record = asking.service.index().ask(stands)?;
    let (id, position, stored_at) = record.ok_or_else(|| Problem::new(Code::UnknownEvent, "no such event"))?;
    let tag = asking.has.tag(&(id, position));
    let body = if asking.has.is(&tag) { None } else { Some(document_at(&asking.service, position).await?) };
    let fixed = prefix == id.to_string();
    let stored_at = HeaderValue::from_str(&stored_at.to_string()).expect("an instant is ASCII");
    let mut headers = HeaderMap::from_iter([(POSITION, HeaderValue::from(position.get())), (STORED_AT, stored_at)]);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/cloudevents+json"));
    let reply = Reply { tag, fixed, notes: Vec::new(), body, headers };
    Ok(stale(&asking.service, reply.into_response()))
}
