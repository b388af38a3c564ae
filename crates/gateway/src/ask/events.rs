//! History: the documents as they were stored, each event once.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream;
use projector::export::{About, Feeding, Format, Terms, events_title};
use projector::{EventFilter, Indexed, Token};
use serde_json::json;
use summit::{EventId, OrganisationId, Position, Vantage};

use super::acts::{A_MEETING, AN_ORGANISATION};
use super::asking::Asking;
use super::history::History;
use super::lanes::Lane;
use super::organisations::A_PARTY;
use super::page::{LINES, MAX_LIMIT, Page, joined, link, next};
use super::reply::{Ground, Reply, reach, stale};
use crate::parameters::Parameters;
use crate::problem::Problem;
use crate::service::Service;

/// What stands for a position.
pub(super) const A_POSITION: &str = "a position: a whole number";

/// Takes the parameters that say which events are asked for.
pub(crate) fn filter(parameters: &mut Parameters) -> Result<EventFilter, Problem> {
    Ok(EventFilter {
        organisation: parameters.parse("organisation", AN_ORGANISATION)?,
        meeting: parameters.parse("meeting", A_MEETING)?,
        kinds: parameters.take_all("kind", "kinds such as admission, with commas between them")?.into_iter().collect(),
        party: parameters.parse("party", A_PARTY)?,
        from: parameters.parse("from", "EDTF such as 2024-07")?,
        to: parameters.parse("to", "EDTF such as 2024-07")?,
    })
}

/// History: the documents as they were stored, in the order of their positions, each event once
///
/// As JSON in pages; as `application/x-ndjson` in one stream up to where the chronicle is when it begins, byte for byte as
/// `chronicle events` prints it.
#[utoipa::path(
    get,
    path = "/v1/events",
    tag = "ask",
    params(
        ("organisation" = Option<String>, Query, description = "Of this organisation, also through their meeting or what they correct"),
        ("meeting" = Option<String>, Query, description = "Of this meeting"),
        ("kind" = Option<Vec<String>>, Query, description = "Of this kind; repeats, or several with commas between them"),
        ("party" = Option<String>, Query, description = "That name this party"),
        ("from" = Option<String>, Query, description = "That may have happened at or after the beginning of this period (EDTF)"),
        ("to" = Option<String>, Query, description = "That may have happened at or before the end of this period (EDTF)"),
        ("limit" = Option<usize>, Query, description = "How many at most, 1 to 1000; 100 a page, a stream all, where nothing is said"),
        ("after" = Option<u64>, Query, description = "Only those behind this position"),
        ("belonging" = Option<Vec<String>>, Query, description = "Only what the views of this organisation or meeting rest on, which is all that has to be taken elsewhere for the same views there; repeats, or several with commas between them"),
        ("at_position" = Option<u64>, Query, description = "Only those up to this position, and as far as was known there: asked again, it gives the same bytes"),
        ("token" = Option<String>, Query, description = "The token of an earlier answer, as JSON: says at_position; history is of the log and knows no other part of a vantage"),
        ("min_position" = Option<u64>, Query, description = "Wait until the chronicle has come so far, 5 s at most"),
        ("format" = Option<String>, Query, description = "Rather than by Accept: json, jsonl or atom"),
        ("before" = Option<u64>, Query, description = "For atom, which has the newest first: only those before this position"),
    ),
    responses((
        status = 200,
        description = "A page of history, or all of it in lines, or the newest as a feed",
        content(("application/json"), ("application/x-ndjson"), ("application/atom+xml"))
    ))
)]
pub(super) async fn events(mut asking: Asking) -> Result<Response, Problem> {
    let filter = filter(&mut asking.parameters)?;
    let format = asking.one_of(&[
        (As::Pages, "json", "application/json"),
        (As::Lines, "jsonl", LINES),
        (As::Feed, "atom", Format::Atom.media_type()),
    ])?;
    if let As::Feed = format {
        return feed(asking, filter).await;
    }
    let page = Page::<Position>::take(&mut asking.parameters, A_POSITION)?;
    let belonging: Vec<OrganisationId> = asking.parameters.take_all("belonging", AN_ORGANISATION)?;
    let at = position(&mut asking.parameters)?;
    let min_position = asking.parameters.parse("min_position", A_POSITION)?;
    std::mem::take(&mut asking.parameters).finish()?;
    if let Some(wanted) = min_position {
        reach(&asking.service, wanted).await?;
    }
    let upto = asking.service.index().ask(|index| {
        let upto = at.unwrap_or_else(|| index.tail());
        index.reached(upto)?;
        index.names_at(&filter, upto)?;
        Ok::<_, Problem>(upto)
    })?;
    let only = if belonging.is_empty() { None } else { Some(rest_on(&asking.service, &belonging, upto).await?) };
    let citing = asking.citing();
    let about = about(&asking.service, &filter, &belonging, upto, &citing.licence)?;
    let history = History { service: asking.service.clone(), filter, only: only.map(Arc::new), upto };
    let after = page.after.unwrap_or(Position::START);
    if let As::Lines = format {
        let mut lines = lines(history, after, page.whole()).await?;
        citing.tell(lines.headers_mut(), &about);
        return Ok(stale(&asking.service, lines));
    }
    let chunk = history.chunk(after, page.limit()).await?;
    let more = chunk.position < upto;
    let set = [("after", chunk.position.to_string())];
    let next = more.then(|| next(&asking.path, &asking.query, &set, &["min_position"]));
    let (positions, documents): (Vec<Position>, Vec<Bytes>) = chunk.documents.into_iter().unzip();
    let head = format!("{{\"position\":{},\"events\":[", chunk.position);
    let (token, licence, citation) = (json!(about.token), json!(about.licence), json!(about.citation));
    let said = format!("\"token\":{token},\"licence\":{licence},\"citation\":{citation}");
    let tail = format!("],\"positions\":{},\"next\":{},{said}}}", json!(positions), json!(next));
    let body = joined(&head, &documents, &tail);
    // What an event belongs to may turn out later: only what the page holds tells it from another.
    let tag = asking.has.tag(&(chunk.position, positions, &next, &about.token));
    let body = (!asking.has.is(&tag)).then_some(body);
    let mut headers = link(next.as_deref());
    citing.tell(&mut headers, &about);
    let reply = Reply { tag, fixed: false, notes: Vec::new(), body, headers };
    Ok(stale(&asking.service, reply.into_response()))
}

/// Takes the position up to which history is asked for, where it is said.
fn position(parameters: &mut Parameters) -> Result<Option<Position>, Problem> {
    let at: Option<Position> = parameters.parse("at_position", A_POSITION)?;
    let token = parameters.take("token", "the \"token\" of an earlier answer, as JSON", |text| {
        let token: Token = serde_json::from_str(text).map_err(|error| error.to_string())?;
        token.vantage().map(|_| token).map_err(|error| error.to_string())
    })?;
    match (at, token) {
        (at, None) => Ok(at),
        (Some(_), Some(_)) => Err(Problem::parameter("token", "a token beside at_position", "the token alone")),
        (None, Some(token)) if token.known_at.is_some() || token.according_to.is_some() => {
            let allowed = "a token without known_at and according_to: history is of the log";
            Err(Problem::parameter("token", "a token that says what was known or by whom", allowed))
        }
        (None, Some(token)) => Ok(Some(token.at_position.unwrap_or(token.position))),
    }
}

/// What the views of all of these rest on.
async fn rest_on(service: &Service, of: &[OrganisationId], upto: Position) -> Result<BTreeSet<EventId>, Problem> {
    let (asked, of, today) = (service.clone(), of.to_vec(), service.today());
    let work = move || {
        asked.index().ask(|index| {
            let mut ids = BTreeSet::new();
            for one in &of {
                let own = index.belonging_at(one, upto);
                if own.is_empty() {
                    let view = index.view(&Vantage { at_position: Some(upto), ..Vantage::default() }, today)?;
                    return Err(view.unknown_subject(one).into());
                }
                ids.extend(own);
            }
            Ok(ids)
        })
    };
    service.lanes().work(Lane::Long, work).await?
}

/// What history says of itself.
fn about(
    service: &Service,
    filter: &EventFilter,
    belonging: &[OrganisationId],
    upto: Position,
    licence: &str,
) -> Result<About, Problem> {
    service.index().ask(|index| {
        let view = index.view(&Vantage { at_position: Some(upto), ..Vantage::default() }, service.today())?;
        let title = if belonging.is_empty() { told_of(filter) } else { events_title(belonging) };
        Ok(view.about(&title, licence))
    })
}

/// What is told, in words.
fn told_of(filter: &EventFilter) -> String {
    let of = filter.organisation.as_ref().map(ToString::to_string);
    let of = of.or_else(|| filter.meeting.as_ref().map(ToString::to_string)).unwrap_or_else(|| "all".to_owned());
    format!("what is told of {of}")
}

/// How history is told.
#[derive(Clone, Copy)]
enum As {
    Pages,
    Lines,
    Feed,
}

/// The newest events as a feed.
async fn feed(mut asking: Asking, filter: EventFilter) -> Result<Response, Problem> {
    let terms = asking.terms(Format::Atom)?;
    let min_position = asking.parameters.parse("min_position", A_POSITION)?;
    std::mem::take(&mut asking.parameters).finish()?;
    let work = move |ground: &Ground<'_>| {
        let made = ground.index.ask(|index| {
            let view = index.view(&Vantage::default(), ground.today)?;
            let tag = ground.has.tag(&(view.token(), Format::Atom.as_str()));
            let about = view.about(&told_of(&filter), &terms.licence);
            let Terms { before, entries: most, at, .. } = terms;
            let feed = || view.feed(&Feeding { filter, parts: false, before, most, at }, &about);
            let feed = if ground.has.is(&tag) { None } else { Some(feed()?) };
            Ok::<_, Problem>((tag, feed))
        });
        let (tag, feed) = made?;
        let headers =
            HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(Format::Atom.media_type()))]);
        Ok(Reply { tag, fixed: false, notes: Vec::new(), body: feed.map(Bytes::from), headers })
    };
    asking.reply(Lane::Long, min_position, work).await
}

/// A stream of documents, one a line. It reads on when the reader does.
async fn lines(history: History, after: Position, limit: Option<usize>) -> Result<Response, Problem> {
    let limit = limit.unwrap_or(usize::MAX);
    // What cannot be begun is said in the answer.
    let first = history.chunk(after, limit.min(MAX_LIMIT)).await?;
    let begun = (history, Some(first), after, limit);
    let chunks = stream::try_unfold(begun, |(history, first, after, left)| async move {
        if left == 0 || after >= history.upto {
            return Ok(None);
        }
        let chunk = match first {
            Some(first) => first,
            None => history.chunk(after, left.min(MAX_LIMIT)).await.map_err(std::io::Error::other)?,
        };
        let mut lines = Vec::new();
        for (_, document) in &chunk.documents {
            lines.extend_from_slice(document);
            lines.push(b'\n');
        }
        let left = left.saturating_sub(chunk.documents.len());
        Ok::<_, std::io::Error>(Some((Bytes::from(lines), (history, None, chunk.position, left))))
    });
    let headers = [(header::CONTENT_TYPE, LINES), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, Body::from_stream(chunks)).into_response())
}
