//! Who holds which status in an organisation.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use projector::MembersFilter;
use summit::OrganisationId;

use super::answer;
use super::vantage::From;
use crate::parameters::{Parameters, named};
use crate::problem::Problem;
use crate::service::Service;

/// Who holds which status in an organisation
#[utoipa::path(
    get,
    path = "/v1/organisations/{organisation}/members",
    tag = "ask",
    params(
        ("organisation" = String, Path, description = "The organisation, such as sco"),
        ("status" = Option<String>, Query, description = "Only this status"),
        ("party" = Option<String>, Query, description = "Only this party; answers no and not_stated, too"),
    ),
    responses((status = 200, description = "Its members from the vantage"))
)]
pub(super) async fn members(
    State(service): State<Service>,
    Path(organisation): Path<String>,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let organisation: OrganisationId = named("organisation", &organisation)?;
    let only = MembersFilter {
        status: parameters.parse("status", "member, observer, partner and the like")?,
        party: parameters.parse("party", "a party such as KAZ")?,
    };
    let from = From::take(&mut parameters)?;
    parameters.finish()?;
    answer(&service, from, &headers, |view| view.members(&organisation, &only)).await
}
