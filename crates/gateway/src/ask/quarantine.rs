//! The entries that are passed over: no events, or events that do not belong under their subject.

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream;
use projector::{Indexed, Undecodable};
use serde_json::json;
use summit::Position;

use super::asking::Asking;
use super::events::A_POSITION;
use super::page::{LINES, MAX_LIMIT, Page, link, next, wants_lines};
use super::reply::{Reply, json as written, reach, stale};
use crate::problem::Problem;
use crate::service::Service;

/// The entries that are passed over: no events, or events that do not belong under their subject
///
/// As JSON in pages; as `application/x-ndjson` all of them, as `chronicle events --quarantined` prints them.
#[utoipa::path(
    get,
    path = "/v1/quarantine",
    tag = "ask",
    params(
        ("limit" = Option<usize>, Query, description = "How many at most, 1 to 1000; 100 a page, a stream all, where nothing is said"),
        ("after" = Option<u64>, Query, description = "Only those behind this position"),
        ("min_position" = Option<u64>, Query, description = "Wait until the chronicle has come so far, 5 s at most"),
    ),
    responses((
        status = 200,
        description = "Entries in the order of their positions: where, why, and what their bytes hash to",
        content(("application/json"), ("application/x-ndjson"))
    ))
)]
pub(super) async fn quarantine(mut asking: Asking) -> Result<Response, Problem> {
    let page = Page::<Position>::take(&mut asking.parameters, A_POSITION)?;
    let min_position = asking.parameters.parse("min_position", A_POSITION)?;
    std::mem::take(&mut asking.parameters).finish()?;
    if let Some(wanted) = min_position {
        reach(&asking.service, wanted).await?;
    }
    let after = page.after.unwrap_or(Position::START);
    if wants_lines(&asking.headers) {
        let lines = lines(asking.service.clone(), after, page.whole().unwrap_or(usize::MAX));
        return Ok(stale(&asking.service, lines));
    }
    let mut entries = behind(&asking.service, after, page.limit() + 1);
    let more = entries.len() > page.limit();
    entries.truncate(page.limit());
    let last = entries.last().filter(|_| more).map(|entry| entry.position);
    let next = last.map(|last| next(&asking.path, &asking.query, &[("after", last.to_string())], &["min_position"]));
    // What stands at a position never changes.
    let tag = asking.has.tag(&(entries.last().map(|entry| entry.position), entries.len(), &next));
    let body = (!asking.has.is(&tag)).then(|| written(&json!({ "entries": entries, "next": next })));
    let reply = Reply { tag, fixed: false, notes: Vec::new(), body, headers: link(next.as_deref()) };
    Ok(stale(&asking.service, reply.into_response()))
}

/// Entries behind a position, at most so many.
fn behind(service: &Service, after: Position, most: usize) -> Vec<Undecodable> {
    service.index().ask(|index| {
        let entries = index.undecodable();
        let first = entries.partition_point(|entry| entry.position <= after);
        entries[first..].iter().take(most).cloned().collect()
    })
}

fn lines(service: Service, after: Position, limit: usize) -> Response {
    let upto = service.index().tail();
    let lines = stream::unfold((service, after, limit), move |(service, after, left)| async move {
        let entries = behind(&service, after, left.min(MAX_LIMIT));
        let last = entries.last().map(|entry| entry.position).filter(|last| *last <= upto)?;
        let mut lines = Vec::new();
        for entry in &entries {
            lines.extend_from_slice(&written(entry));
            lines.push(b'\n');
        }
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(lines)), (service, last, left - entries.len())))
    });
    ([(header::CONTENT_TYPE, LINES), (header::CACHE_CONTROL, "no-cache")], Body::from_stream(lines)).into_response()
}
