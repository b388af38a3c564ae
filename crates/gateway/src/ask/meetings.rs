//! One meeting, and who took part in it.

use axum::response::Response;
use projector::export::{Format, Subject};
use projector::{AskError, View, unknown_party};
use summit::{MeetingId, PartyId};

use super::asking::Asking;
use super::formats::OF_A_MEETING;
use super::lanes::Lane;
use super::vantage::VantageParameters;
use crate::problem::Problem;

/// A meeting, for a format of others.
fn took_part(meeting: MeetingId, party: Option<PartyId>) -> impl FnOnce(&View<'_>) -> Result<Subject, AskError> {
    move |_| Ok(Subject::Meetings { meetings: vec![meeting], party })
}

/// One meeting: when and where, its parts, what was signed and said there
#[utoipa::path(
    get,
    path = "/v1/meetings/{meeting}",
    tag = "ask",
    params(
        ("meeting" = String, Path, description = "The meeting, such as sco-plus-astana-2024"),
        ("format" = Option<String>, Query, description = "Rather than by Accept: json, csv, csv-raw, datapackage, popolo, ics or atom"),
        ("table" = Option<String>, Query, description = "The table that datapackage describes: csv or csv-raw"),
        ("before" = Option<u64>, Query, description = "For atom: only entries before this position"),
        ("limit" = Option<usize>, Query, description = "For atom: how many entries, 1 to 1000; 100 where nothing is said"),
        VantageParameters,
    ),
    responses((
        status = 200,
        description = "The meeting from the vantage",
        content(
            ("application/json"),
            ("text/csv"),
            ("application/vnd.datapackage+json"),
            ("application/vnd.popolo+json"),
            ("text/calendar"),
            ("application/atom+xml")
        )
    ))
)]
pub(super) async fn meeting(mut asking: Asking) -> Result<Response, Problem> {
    let meeting: MeetingId = asking.name("meeting")?;
    let format = asking.format(OF_A_MEETING)?;
    if format != Format::Json {
        return asking.export(Lane::Quick, format, took_part(meeting, None)).await;
    }
    asking.answer(Lane::Quick, move |view| view.meeting(&meeting)).await
}

/// Who took part in a meeting, at what level, in whose place
#[utoipa::path(
    get,
    path = "/v1/meetings/{meeting}/attendance",
    tag = "ask",
    params(
        ("meeting" = String, Path, description = "The meeting, such as sco-plus-astana-2024"),
        ("party" = Option<String>, Query, description = "Only this party's delegation"),
        ("format" = Option<String>, Query, description = "Rather than by Accept: json, csv, csv-raw, datapackage, popolo, ics or atom"),
        ("table" = Option<String>, Query, description = "The table that datapackage describes: csv or csv-raw"),
        ("before" = Option<u64>, Query, description = "For atom: only entries before this position"),
        ("limit" = Option<usize>, Query, description = "For atom: how many entries, 1 to 1000; 100 where nothing is said"),
        VantageParameters,
    ),
    responses((
        status = 200,
        description = "Its delegations from the vantage",
        content(
            ("application/json"),
            ("text/csv"),
            ("application/vnd.datapackage+json"),
            ("application/vnd.popolo+json"),
            ("text/calendar"),
            ("application/atom+xml")
        )
    ))
)]
pub(super) async fn attendance(mut asking: Asking) -> Result<Response, Problem> {
    let meeting: MeetingId = asking.name("meeting")?;
    let format = asking.format(OF_A_MEETING)?;
    let party = asking.party_of(format)?;
    if format != Format::Json {
        return asking.export(Lane::Quick, format, took_part(meeting, party)).await;
    }
    let only = party.clone();
    let question = move |view: &projector::View<'_>| view.attendance_of(&meeting, only.as_ref());
    asking.answer_noting(Lane::Quick, question, move |index| unknown_party(index, party.as_ref())).await
}
