//! What was told already, piece by piece, for pages that show it.

use chronicle::ReadError;
use summit::Position;

use super::at::At;
use super::history::{apart, page};
use super::told::{Depth, Told};
use super::wanted::Filter;
use crate::service::Service;

/// How many positions back the latest are looked for: whoever wants others says so.
const LOOKED_BACK: u64 = 1024;
/// How many positions are looked at at once.
const STRIDE: u64 = 128;

/// A part of what was told: what a filter takes, in order, and from where to where was looked.
#[derive(Debug)]
pub(crate) struct Past {
    pub(crate) told: Vec<Told>,
    pub(crate) from: At,
    pub(crate) to: At,
}

/// What comes behind a place, up to a position or to where it was told, at most so many.
pub(crate) async fn behind_place(
    service: &Service,
    from: At,
    to: Option<Position>,
    filter: &Filter,
    most: usize,
) -> Result<Past, ReadError> {
    let (now, _) = service.feed().now();
    let end = to.map_or(now.position, |to| to.min(now.position));
    let mut past = Past { told: Vec::new(), from, to: from };
    while past.to.position < end {
        for told in read(service, past.to, end).await? {
            past.to = told.at;
            if filter.takes_any(&told) {
                past.told.push(told);
                if past.told.len() >= most {
                    return Ok(past);
                }
            }
        }
    }
    if to.is_none() && past.to.position == now.position && past.to.day < now.day {
        let days = now.day.map(|day| service.feed().calendar_up_to(past.to, day)).unwrap_or_default();
        past.told.extend(days.into_iter().filter(|told| filter.takes_any(told)));
        past.to = At { day: now.day, ..past.to };
    }
    Ok(past)
}

/// The latest before a position, or of all, at most so many. What is further back than it was looked for is left out.
pub(crate) async fn latest(
    service: &Service,
    before: Option<Position>,
    filter: &Filter,
    most: usize,
) -> Result<Past, ReadError> {
    let (now, _) = service.feed().now();
    let last = before.map_or(now.position, |before| Position::new(before.get().saturating_sub(1)).min(now.position));
    let (mut low, mut all) = (last.get(), Vec::new());
    let bottom = last.get().saturating_sub(LOOKED_BACK);
    let mut to = None;
    while low > bottom && all.len() < most {
        let high = low;
        low = high.saturating_sub(STRIDE).max(bottom);
        let from = at(service, low);
        let newest = before.is_none() && high == last.get();
        let piece = behind_place(service, from, (!newest).then(|| Position::new(high)), filter, usize::MAX).await?;
        to.get_or_insert(piece.to);
        all.splice(0..0, piece.told);
    }
    let mut from = at(service, low);
    if all.len() > most {
        all.drain(..all.len() - most);
        from = all.first().map_or(from, |first| first.before);
    }
    Ok(Past { told: all, from, to: to.unwrap_or(now) })
}

/// The place right behind a position and its day.
fn at(service: &Service, position: u64) -> At {
    let position = Position::new(position);
    At { position, day: service.feed().day_at(position) }
}

async fn read(service: &Service, from: At, end: Position) -> Result<Vec<Told>, ReadError> {
    let feed = service.feed().clone();
    let turn = feed.turn().await;
    let entries = page(service.log(), from.position, end).await?;
    apart(turn, move || feed.told_by(from, &entries, Depth::Changes)).await
}
