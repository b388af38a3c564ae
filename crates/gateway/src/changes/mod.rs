//! Whatever changes, told as it happens: `GET /v1/changes`.
//!
//! **What is told.** A chronicle and a day determine a sequence of frames, and every reader is told a part of it: a frame for
//! each position whose entry is an event that counts, in the views of the position's day, and before the first entry of a
//! later day, and up to today, a frame for each day in between that changes anything, at the position before. The day of a
//! position is the latest UTC date on which an event up to there was stored. So the sequence is a matter of the log alone,
//! live and from history alike, whoever was there and whichever service told it.
//!
//! **Ids.** A frame's id says how far its reader was told: `73` up to position 73 and its day, `73.2024-07-09` up to position
//! 73 and what the calendar brought up to that date. Where clocks disagree, an entry may come that was stored on a day before
//! the one that was told last: its frame tells it in the views of the later day, and its id names that. What comes behind an
//! id follows from the id and the log; so whoever comes back with one is told exactly what is behind it.
//!
//! **Cost.** A frame is made once, when it happens, and written once for all who ask alike. Whoever comes back costs what he
//! missed. Who is behind the feed by more than it holds is told so, and comes back.

mod at;
mod history;
mod past;
mod question;
mod reader;
mod sse;
mod streams;
mod told;
mod wanted;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use projector::{AskError, Indexed};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::parameters::Parameters;
use crate::problem::{Code, Problem};
use crate::service::Service;
use at::IDS;
use question::Put;
use reader::Reader;

pub(crate) use at::{At, Id};
pub(crate) use history::{apart, page};
pub(crate) use past::{Past, behind_place, latest};
pub use reader::{HEARTBEAT, MAX_STREAM_AGE};
pub(crate) use sse::{frame, opening, position, remark, response};
pub use streams::{MAX_STREAMS, MAX_STREAMS_PER_CALLER};
pub(crate) use streams::{Permit, Reading, Streams, TooMany};
pub(crate) use told::{Depth, Told};
pub(crate) use wanted::{Filter, Wanted};

/// The media type of server-sent events.
pub(crate) const EVENT_STREAM: &str = "text/event-stream";
/// The header with which a reader comes back.
pub(crate) const LAST_EVENT_ID: &str = "last-event-id";

/// The routes of changes.
pub(crate) fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new().routes(routes!(changes))
}

/// What changes, as it happens
///
/// Server-sent events. Without `question`, an event `changes` for each position, with all that it changed and its event's
/// document, and for each day that changes anything. With `question`, an event `answer` first, and again whenever the
/// answer is another one. `reset` tells that you are too far behind; come back behind its `after`. Blocks without data tell
/// how far you are.
#[utoipa::path(
    get,
    path = "/v1/changes",
    tag = "changes",
    params(
        ("Last-Event-ID" = Option<String>, Header, description = "Come back behind this id; counts before after"),
        ("after" = Option<String>, Query, description = "Only what comes behind this id: a position, or a position and a date such as 73.2024-07-05. Without it: what comes from now on"),
        ("organisation" = Option<String>, Query, description = "Of this organisation, also through meetings or what is corrected"),
        ("meeting" = Option<String>, Query, description = "Of this meeting; memberships are of none"),
        ("kind" = Option<String>, Query, description = "By events of these kinds, with commas; the calendar is no event"),
        ("party" = Option<String>, Query, description = "Of this party"),
        ("view" = Option<String>, Query, description = "Only these, with commas: membership, attendance, events"),
        ("question" = Option<String>, Query, description = "A standing question instead: members, timeline, attendance, party, person, remarks, explain"),
        ("person" = Option<String>, Query, description = "Of the question person"),
        ("status" = Option<String>, Query, description = "Of the question members"),
        ("as_of" = Option<String>, Query, description = "Of a question, and needed there: when in the world"),
        ("known_at" = Option<String>, Query, description = "Of a question: only what was on record by then counts"),
        ("according_to" = Option<String>, Query, description = "Of a question: only claims of this source count"),
    ),
    responses(
        (status = 200, description = "Frames, for half an hour at most: come back behind the last id", content_type = "text/event-stream", body = String),
        (status = 400, description = "A parameter cannot be meant"),
        (status = 404, description = "No event names what the question is about"),
        (status = 409, description = "The chronicle has not come to the position"),
        (status = 429, description = "You read too many streams"),
        (status = 503, description = "Too many streams are read"),
    )
)]
async fn changes(
    State(service): State<Service>,
    reading: Reading,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Response> {
    let refused = |problem: Problem| problem.into_response();
    let after = behind(&service, &mut parameters, &headers).await.map_err(refused)?;
    let put = Put::take(&mut parameters).map_err(refused)?;
    let filter = if put.is_none() { Filter::take(&mut parameters).map_err(refused)? } else { Filter::default() };
    parameters.finish().map_err(refused)?;
    let at = after.unwrap_or_else(|| service.feed().now().0);
    let id = service.feed().id(at);
    let (wanted, opening) = if let Some(put) = put {
        let question = service.index().ask(|index| put.resolve(index)).map_err(refused)?;
        // Asked anyway: what nobody speaks of is refused, and who comes back knows his answer.
        let now = service.feed().now().0.position;
        let place = after.map_or(at.position, |_| now);
        let first = service.index().ask(|index| question.first(index, place)).map_err(refused)?;
        let mut text = BytesMut::from(opening(&id, &[]).as_ref());
        if after.is_none() {
            text.extend_from_slice(&frame(&id, "answer", &first));
        }
        (Wanted::Answer(Box::new(question)), text.freeze())
    } else {
        let remarks = unknown(&service, &filter);
        (Wanted::Feed(filter), opening(&id, &remarks))
    };
    let permit = service.feed().streams().enter(&reading).map_err(TooMany::into_response)?;
    let reader = Reader::new(&service, wanted, at, opening, permit);
    Ok(response(EVENT_STREAM, reader.stream()))
}

/// Behind what a reader wants to be told, where he says so: his last id, or else `after`. What was written just now is
/// waited for.
pub(crate) async fn behind(
    service: &Service,
    parameters: &mut Parameters,
    headers: &HeaderMap,
) -> Result<Option<At>, Problem> {
    let after = parameters.take("after", IDS, str::parse::<Id>)?;
    let last = match headers.get(LAST_EVENT_ID).map(|id| id.to_str().unwrap_or_default()) {
        None | Some("") => None,
        Some(id) => {
            Some(id.parse::<Id>().map_err(|why| Problem::parameter(LAST_EVENT_ID, id, IDS).with("reason", why))?)
        }
    };
    let Some(id) = last.or(after) else { return Ok(None) };
    let tail = service.feed().reach(id.position).await;
    if id.position > tail {
        let detail =
            format!("the chronicle ends at position {tail}, what is behind position {} was asked for", id.position);
        return Err(Problem::new(Code::NotReached, detail).with("tail", tail.get()).with("asked", id.position.get()));
    }
    // Clocks may disagree, but not by more than a day.
    let own = service.feed().day_at(id.position);
    let last_day = service.today().tomorrow().ok().max(own);
    if id.day > last_day {
        let found = id.to_string();
        return Err(Problem::parameter("after", &found, IDS).with("reason", "its day has not come"));
    }
    Ok(Some(At { position: id.position, day: own.max(id.day) }))
}

/// Names that no event uses yet: they may be misspelt, or yet to come.
pub(crate) fn unknown(service: &Service, filter: &Filter) -> Vec<String> {
    match service.index().ask(|index| index.names(&filter.named())) {
        Err(AskError::Unknown { what, name, nearest }) => {
            let nearest = nearest.first().map(|nearest| format!("; did you mean {nearest}?")).unwrap_or_default();
            vec![format!("no event names the {what} \"{name}\" yet{nearest}")]
        }
        Ok(()) | Err(AskError::Several { .. } | AskError::UnknownEvent(_) | AskError::Ambiguous { .. }) => Vec::new(),
    }
}
