//! Why the views say so, and what is odd about all of them.

use axum::response::Response;
use projector::unknown_party;
use summit::{OrganisationId, PartyId};

use super::acts::AN_ORGANISATION;
use super::asking::Asking;
use super::lanes::Lane;
use super::organisations::{A_PARTY, needed, remarks_of};
use super::vantage::VantageParameters;
use crate::problem::Problem;

/// Everything odd: contested, unmatched, repeated, out of order
#[utoipa::path(
    get,
    path = "/v1/remarks",
    tag = "ask",
    params(
        ("organisation" = Option<String>, Query, description = "Only of this organisation"),
        VantageParameters,
    ),
    responses((status = 200, description = "What is odd"))
)]
pub(super) async fn remarks(mut asking: Asking) -> Result<Response, Problem> {
    let of: Option<OrganisationId> = asking.parameters.parse("organisation", AN_ORGANISATION)?;
    remarks_of(asking, of).await
}

/// Why the view says what it says of a party: every claim, and the rule that decided
#[utoipa::path(
    get,
    path = "/v1/explain",
    tag = "ask",
    params(
        ("organisation" = String, Query, description = "The organisation, such as sco"),
        ("party" = String, Query, description = "The party, such as KAZ"),
        VantageParameters,
    ),
    responses((status = 200, description = "Claims spell by spell, and what each did"))
)]
pub(super) async fn explain(mut asking: Asking) -> Result<Response, Problem> {
    let organisation: Option<OrganisationId> = asking.parameters.parse("organisation", AN_ORGANISATION)?;
    let party: Option<PartyId> = asking.parameters.parse("party", A_PARTY)?;
    let organisation = needed(organisation, "organisation", AN_ORGANISATION)?;
    let party = needed(party, "party", A_PARTY)?;
    let of = party.clone();
    let question = move |view: &projector::View<'_>| view.explain(&organisation, &of);
    asking.answer_noting(Lane::Quick, question, move |index| unknown_party(index, Some(&party))).await
}
