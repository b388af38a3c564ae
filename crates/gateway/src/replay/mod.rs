//! History again, at a pace: `GET /v1/replay`.
//!
//! It tells what `GET /v1/changes` told, frame by frame, from the log alone: what the calendar brought behind its last entry
//! is no part of it. A page of history is read when the one before was taken, so a slow reader slows nobody else.

mod player;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use projector::{Indexed, Speed};
use summit::Position;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::changes::{At, EVENT_STREAM, Filter, LAST_EVENT_ID, Reading, TooMany, behind, response, unknown};
use crate::parameters::Parameters;
use crate::problem::{Code, Problem};
use crate::service::Service;
use player::{END, Format, Player};

/// The media type of documents, one a line.
const LINES: &str = "application/x-ndjson";
/// The speeds, for people.
const SPEEDS: &str = "original, max, or a whole number of times such as 60x";

/// The routes of replay.
pub(crate) fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new().routes(routes!(replay))
}

/// History again, at a pace
///
/// The frames of `/v1/changes`, from the log, and then an event `end`. As lines of JSON where `application/x-ndjson` is
/// accepted: the same documents, and then `{"end":true,…}`. Whoever comes back behind the end is answered 204.
#[utoipa::path(
    get,
    path = "/v1/replay",
    tag = "changes",
    params(
        ("Last-Event-ID" = Option<String>, Header, description = "Go on behind this id; counts before after and from"),
        ("after" = Option<String>, Query, description = "Go on behind this id"),
        ("from" = Option<u64>, Query, description = "The first position, instead of after"),
        ("to" = Option<u64>, Query, description = "The last position; without it: the last one as it is now"),
        ("speed" = Option<String>, Query, description = "original, with the gaps of the stored times; 60x or any whole number, with gaps so many times shorter, at most 10 s each; max, without gaps, the default"),
        ("organisation" = Option<String>, Query, description = "Of this organisation, also through meetings or what is corrected"),
        ("meeting" = Option<String>, Query, description = "Of this meeting; memberships are of none"),
        ("kind" = Option<String>, Query, description = "By events of these kinds, with commas; the calendar is no event"),
        ("party" = Option<String>, Query, description = "Of this party"),
        ("view" = Option<String>, Query, description = "Only these, with commas: membership, attendance, events"),
    ),
    responses(
        (status = 200, description = "Frames up to the end", content((String = "text/event-stream"), (String = "application/x-ndjson"))),
        (status = 204, description = "All of it was told"),
        (status = 400, description = "A parameter cannot be meant"),
        (status = 409, description = "The chronicle has not come to the position"),
        (status = 429, description = "You read too many streams"),
        (status = 503, description = "Too many streams are read"),
    )
)]
async fn replay(
    State(service): State<Service>,
    reading: Reading,
    mut parameters: Parameters,
    mut headers: HeaderMap,
) -> Result<Response, Response> {
    let refused = |problem: Problem| problem.into_response();
    let last = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok());
    let over = last.is_some_and(|id| id.ends_with(END));
    if over {
        headers.remove(LAST_EVENT_ID);
    }
    let after = behind(&service, &mut parameters, &headers).await.map_err(refused)?;
    let filter = Filter::take(&mut parameters).map_err(refused)?;
    let speed = parameters.take("speed", SPEEDS, speed).map_err(refused)?.unwrap_or(Speed::Max);
    let from: Option<Position> = parameters.parse("from", "a position: a whole number").map_err(refused)?;
    let to: Option<Position> = parameters.parse("to", "a position: a whole number").map_err(refused)?;
    parameters.finish().map_err(refused)?;
    if over {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let tail = service.feed().reach(from.max(to).unwrap_or_default()).await;
    if let Some(asked) = from.into_iter().chain(to).find(|asked| *asked > tail) {
        let detail = format!("the chronicle ends at position {tail}, position {asked} was asked for");
        let problem = Problem::new(Code::NotReached, detail);
        return Err(refused(problem.with("tail", tail.get()).with("asked", asked.get())));
    }
    let before = Position::new(from.map_or(0, |from| from.get().saturating_sub(1)));
    let at = after.unwrap_or_else(|| At { position: before, day: service.feed().day_at(before) });
    let lines =
        headers.get_all(header::ACCEPT).iter().any(|accept| accept.to_str().is_ok_and(|text| text.contains(LINES)));
    let (format, media) = if lines { (Format::Lines, LINES) } else { (Format::Events, EVENT_STREAM) };
    let permit = service.feed().streams().enter(&reading).map_err(TooMany::into_response)?;
    let remarks = unknown(&service, &filter);
    let mut player = Player::new(&service, filter, speed, (at, to.unwrap_or(tail)), format, &remarks, permit);
    // Whoever comes back waits for the rest of a gap, not for none.
    if after.is_some()
        && let Some(stored_at) =
            service.index().ask(|index| index.record_at(at.position).map(|record| record.stored_at))
    {
        player.begin(stored_at);
    }
    Ok(response(media, player.stream()))
}

fn speed(text: &str) -> Result<Speed, String> {
    match text.parse::<Speed>() {
        Ok(Speed::Step) => Err("nobody can say \"next\" here".to_owned()),
        Ok(speed) => Ok(speed),
        Err(bad) => Err(bad.to_string()),
    }
}
