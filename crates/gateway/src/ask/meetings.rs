//! One meeting, and who took part in it.

use axum::response::Response;
use projector::unknown_party;
use summit::{MeetingId, PartyId};

use super::asking::Asking;
use super::lanes::Lane;
use super::organisations::A_PARTY;
use super::vantage::VantageParameters;
use crate::problem::Problem;

/// One meeting: when and where, its parts, what was signed and said there
#[utoipa::path(
    get,
    path = "/v1/meetings/{meeting}",
    tag = "ask",
    params(("meeting" = String, Path, description = "The meeting, such as sco-plus-astana-2024"), VantageParameters),
    responses((status = 200, description = "The meeting from the vantage"))
)]
pub(super) async fn meeting(asking: Asking) -> Result<Response, Problem> {
    let meeting: MeetingId = asking.name("meeting")?;
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
        VantageParameters,
    ),
    responses((status = 200, description = "Its delegations from the vantage"))
)]
pub(super) async fn attendance(mut asking: Asking) -> Result<Response, Problem> {
    let meeting: MeetingId = asking.name("meeting")?;
    let party: Option<PartyId> = asking.parameters.parse("party", A_PARTY)?;
    let only = party.clone();
    let question = move |view: &projector::View<'_>| view.attendance_of(&meeting, only.as_ref());
    asking.answer_noting(Lane::Quick, question, move |index| unknown_party(index, party.as_ref())).await
}
