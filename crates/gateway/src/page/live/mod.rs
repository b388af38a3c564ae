//! The record as it grows: the latest events and what they changed, new ones as they are published, and history again.
//!
//! Words are written here, once: the page holds the latest, and its script asks for the words of what came behind them
//! whenever `/v1/changes` says that something came.

mod entry;

use axum::response::Response;
use maud::{Markup, html};
use projector::{Index, View};
use summit::{Kind, OrganisationId, Position};

use super::apart::drawn;
use super::shown::Look;
use super::{frame, sentence, words};
use crate::ask::Asking;
use crate::changes::{At, Filter, Past, behind, behind_place, latest, unknown};
use crate::parameters::Parameters;
use crate::problem::{Code, Problem};

/// How many entries a page shows.
const SHOWN: usize = 40;
/// How many entries a script is given at once.
const GIVEN: usize = 50;
/// How many names are suggested.
const SUGGESTED: usize = 1000;
/// Speeds of a replay, and what they are called.
const SPEEDS: [(&str, &str); 5] = [
    ("original", "as it was stored"),
    ("60x", "60 times as fast: a minute is a second"),
    ("3600x", "3600 times as fast: an hour is a second"),
    ("86400x", "86 400 times as fast: a day is a second"),
    ("max", "without pauses"),
];
/// The address of the page.
const PATH: &str = "/live";
/// The module that makes it live.
pub(super) const MODULE: &str = "live";

/// What a reader of the page asked for.
struct Asked {
    filter: Filter,
    /// As the form sent it.
    said: Vec<(&'static str, String)>,
    before: Option<Position>,
}

impl Asked {
    fn take(parameters: &mut Parameters) -> Result<Self, Problem> {
        parameters.leave_out_empty();
        let filter = Filter::take(parameters)?;
        let before = parameters.parse("before", "a position: a whole number")?;
        Ok(Self { said: filter.parameters(), filter, before })
    }

    fn said(&self, name: &str) -> &str {
        self.said.iter().find(|(given, _)| *given == name).map_or("", |(_, value)| value)
    }
}

/// The latest events, or those before a position.
pub(super) async fn live(mut asking: Asking) -> Result<Response, Problem> {
    let asked = Asked::take(&mut asking.parameters)?;
    std::mem::take(&mut asking.parameters).finish()?;
    let past = latest(&asking.service, asked.before, &asked.filter, SHOWN).await.map_err(unreadable)?;
    let remarks = unknown(&asking.service, &asked.filter);
    let at = asking.service.feed().id(past.to);
    drawn(asking, move |look, index| Ok(page((look, index), &asked, &past, &at, &remarks))).await
}

/// What came behind a place, as a piece of the page.
pub(super) async fn entries(mut asking: Asking) -> Result<Response, Problem> {
    let Asked { filter, .. } = Asked::take(&mut asking.parameters)?;
    let from = behind(&asking.service, &mut asking.parameters, &asking.headers).await?;
    let to = asking.parameters.parse("to", "a position: a whole number")?;
    std::mem::take(&mut asking.parameters).finish()?;
    let from = from.unwrap_or(At { position: Position::START, day: None });
    let past = behind_place(&asking.service, from, to, &filter, GIVEN).await.map_err(unreadable)?;
    let (at, more) = (asking.service.feed().id(past.to), past.told.len() >= GIVEN);
    drawn(asking, move |look, index| {
        Ok(html! { ol.feed reversed data-at=(at) data-more=(more) { (entry::all((look, index), &filter, &past)) } })
    })
    .await
}

#[expect(clippy::needless_pass_by_value, reason = "errors are handed over so")]
fn unreadable(error: chronicle::ReadError) -> Problem {
    Problem::new(Code::Unreachable, format!("the chronicle cannot be read now: {error}"))
}

fn page((look, index): (&Look<'_>, &Index), asked: &Asked, past: &Past, at: &str, remarks: &[String]) -> Markup {
    let older = past.from.position;
    let main = html! {
        p.lead {
            "What is put on record, newest first, and what it changed in the answers."
            span.no-scripts { " Load the page again to see more: it comes by itself where scripts run." }
        }
        @for remark in remarks { p.note role="status" { (remark) } }
        (filters(look, asked))
        section.live aria-labelledby="feed-title" data-live data-at=(at) data-latest=(asked.before.is_none())
            data-filter=(query(&asked.said)) {
            div.live-head {
                h2 id="feed-title" { @if let Some(before) = asked.before { "Before position " (before) } @else { "On record" } }
                @if asked.before.is_none() {
                    p.live-state.needs-scripts data-state="waiting" { span.lamp aria-hidden="true" {} span.state-text role="status" { "connecting" } }
                    button.plain.needs-scripts type="button" id="pause" aria-pressed="false" { "Pause" }
                } @else {
                    p { a href=(address(&asked.said, None)) { "To the newest" } }
                }
            }
            p.unseen id="announce" role="status" aria-live="polite" {}
            p.held hidden { button.plain type="button" id="show-held" { "Show" } }
            ol.feed id="feed" reversed { (entry::all((look, index), &asked.filter, past)) }
            @if past.told.is_empty() { p.empty { "Nothing of this is on record yet." } }
            @if older > Position::START { p.older { a rel="next" href=(address(&asked.said, Some(older.next()))) { "Older" } } }
        }
        (replay(look, past))
    };
    frame::alone("Live", &[MODULE], look, &main)
}

fn filters(look: &Look<'_>, asked: &Asked) -> Markup {
    let organisation = asked.said("organisation");
    let organisations = look.view.organisations(None, SUGGESTED);
    html! {
        form.filters method="get" action=(PATH) aria-label="What to show" {
            label { "Organisation "
                select name="organisation" {
                    option value="" { "all of them" }
                    @for one in &organisations {
                        option value=(one) selected[one.as_str() == organisation] { (words::organisation_name(look.view, one)) }
                    }
                    @if !organisation.is_empty() && !organisations.iter().any(|one| one.as_str() == organisation) {
                        option value=(organisation) selected { (organisation) }
                    }
                }
            }
            label { "Meeting "
                input name="meeting" list="meetings" value=(asked.said("meeting")) placeholder="any" autocomplete="off";
            }
            datalist id="meetings" { (meetings(look.view)) }
            label { "Kind "
                select name="kind" {
                    option value="" { "every kind" }
                    @for kind in Kind::ALL {
                        option value=(kind) selected[kind.as_str() == asked.said("kind")] { (sentence::word(kind.as_str())) }
                    }
                    @if asked.said("kind").contains(',') { option value=(asked.said("kind")) selected { (asked.said("kind")) } }
                }
            }
            button.plain { "Show" }
            @if !asked.said.is_empty() { a href=(PATH) { "Show everything" } }
        }
    }
}

/// Meetings, to be suggested.
pub(super) fn meetings(view: &View<'_>) -> Markup {
    html! {
        @for meeting in view.meetings(None, None, SUGGESTED).unwrap_or_default() {
            option value=(meeting) { (words::meeting_name(view, &meeting)) }
        }
    }
}

fn replay(look: &Look<'_>, past: &Past) -> Markup {
    let tail = look.view.token().position.max(past.to.position);
    html! {
        section.replay aria-labelledby="replay-title" data-replay {
            h2 id="replay-title" { "Replay" }
            p.quiet { "History again, at a pace. It is shown here by itself, and marked as a replay." }
            p.no-scripts { "It needs scripts; a program asks for " code { "/v1/replay?speed=60x" } ", a terminal for " code { "chronicle replay --speed 60x" } "." }
            form.filters.needs-scripts id="replay-form" aria-label="Replay" {
                label { "From position " input name="from" type="number" min="1" value="1" required; }
                label { "To position " input name="to" type="number" min="1" value=(tail) required; }
                label { "Speed "
                    select name="speed" {
                        @for (speed, name) in SPEEDS { option value=(speed) selected[speed == "3600x"] { (name) } }
                    }
                }
                button type="submit" { "Start" }
                button.plain type="button" id="stop" disabled { "Stop" }
            }
            p.replay-state role="status" hidden {}
            ol.feed.replayed id="replayed" reversed {}
        }
    }
}

/// A bar that tells readers of another page of what came since, and lets them see it. Only where one looks from now.
pub(super) fn bar(
    look: &Look<'_>,
    organisation: Option<&OrganisationId>,
    meeting: Option<&summit::MeetingId>,
) -> Markup {
    let from_now = super::links::VANTAGE.iter().all(|name| look.links.said(name).is_none());
    let said =
        [organisation.map(|one| ("organisation", one.to_string())), meeting.map(|one| ("meeting", one.to_string()))];
    let said: Vec<_> = said.into_iter().flatten().collect();
    html! {
        @if from_now {
            aside.live-bar aria-label="What is new" data-live-bar data-at=(look.view.token().position) data-filter=(query(&said)) {
                p hidden { span.fresh aria-hidden="true" { "New" } " " span.count {} " " a href=(look.links.here_with("token", None)) { "Show" } }
                p.unseen role="status" aria-live="polite" {}
            }
        }
    }
}

fn query(said: &[(&'static str, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish()
}

fn address(said: &[(&'static str, String)], before: Option<Position>) -> String {
    let before = before.map(|position| ("before", position.to_string()));
    let pairs: Vec<_> = said.iter().cloned().chain(before).collect();
    if pairs.is_empty() { PATH.to_owned() } else { format!("{PATH}?{}", query(&pairs)) }
}
