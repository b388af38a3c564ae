//! One party, one person.

use axum::response::Response;
use summit::{PartyId, PersonId};

use super::asking::Asking;
use super::lanes::Lane;
use super::vantage::VantageParameters;
use crate::problem::Problem;

/// One party: its memberships everywhere, and what it did
#[utoipa::path(
    get,
    path = "/v1/parties/{party}",
    tag = "ask",
    params(("party" = String, Path, description = "The party, such as KAZ or un"), VantageParameters),
    responses((status = 200, description = "The party from the vantage"))
)]
pub(super) async fn party(asking: Asking) -> Result<Response, Problem> {
    let party: PartyId = asking.name("party")?;
    asking.answer(Lane::Quick, move |view| view.party(&party)).await
}

/// One person: names, offices, and what they did
#[utoipa::path(
    get,
    path = "/v1/people/{person}",
    tag = "ask",
    params(("person" = String, Path, description = "The person, such as xi-jinping"), VantageParameters),
    responses((status = 200, description = "The person from the vantage"))
)]
pub(super) async fn person(asking: Asking) -> Result<Response, Problem> {
    let person: PersonId = asking.name("person")?;
    asking.answer(Lane::Quick, move |view| view.person(&person)).await
}
