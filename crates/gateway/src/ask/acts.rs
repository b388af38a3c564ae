//! What was signed, and what was said.

use axum::response::Response;
use projector::{SigningsFilter, StatementsFilter};

use super::asking::Asking;
use super::lanes::Lane;
use super::organisations::A_PARTY;
use super::vantage::VantageParameters;
use crate::problem::Problem;

/// What stands for an organisation.
pub(super) const AN_ORGANISATION: &str = "an organisation such as sco";
/// What stands for a meeting.
pub(super) const A_MEETING: &str = "a meeting such as sco-plus-astana-2024";

/// Instruments, and who signed, adopted or ratified them
#[utoipa::path(
    get,
    path = "/v1/signings",
    tag = "ask",
    params(
        ("organisation" = Option<String>, Query, description = "Only acts of this organisation"),
        ("instrument" = Option<String>, Query, description = "Only this instrument"),
        ("party" = Option<String>, Query, description = "Only acts of this party"),
        ("meeting" = Option<String>, Query, description = "Only acts at this meeting"),
        VantageParameters,
    ),
    responses((status = 200, description = "Acts by instrument, from the vantage"))
)]
pub(super) async fn signings(mut asking: Asking) -> Result<Response, Problem> {
    let only = SigningsFilter {
        organisation: asking.parameters.parse("organisation", AN_ORGANISATION)?,
        instrument: asking.parameters.parse("instrument", "an instrument such as astana-declaration-2024")?,
        party: asking.parameters.parse("party", A_PARTY)?,
        meeting: asking.parameters.parse("meeting", A_MEETING)?,
    };
    let lane = if only.instrument.is_some() { Lane::Quick } else { Lane::Long };
    asking.answer(lane, move |view| view.signings(&only)).await
}

/// What was said, by whom and for whom
#[utoipa::path(
    get,
    path = "/v1/statements",
    tag = "ask",
    params(
        ("meeting" = Option<String>, Query, description = "Only at this meeting"),
        ("party" = Option<String>, Query, description = "Only for this party"),
        ("person" = Option<String>, Query, description = "Only by this person"),
        VantageParameters,
    ),
    responses((status = 200, description = "Statements in sort order, from the vantage"))
)]
pub(super) async fn statements(mut asking: Asking) -> Result<Response, Problem> {
    let only = StatementsFilter {
        meeting: asking.parameters.parse("meeting", A_MEETING)?,
        party: asking.parameters.parse("party", A_PARTY)?,
        person: asking.parameters.parse("person", "a person such as xi-jinping")?,
    };
    let all = only == StatementsFilter::default();
    asking.answer(if all { Lane::Long } else { Lane::Quick }, move |view| view.said(&only)).await
}
