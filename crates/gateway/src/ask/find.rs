//! What is called by a text.

use axum::response::Response;
use projector::What;

use super::asking::Asking;
use super::lanes::Lane;
use super::vantage::VantageParameters;
use crate::problem::Problem;

/// What stands for a kind of thing.
const A_KIND: &str = "party, organisation, meeting, instrument or person";
/// What stands for a text.
const A_TEXT: &str = "an identifier, a name, or some words of it";

/// Everything that is called by a text: by any name, at any time, in any language
///
/// What fits best comes first: an identifier, a whole name, how it begins, its words; where nothing does, what is spelt like
/// it. Of each the name that fits is told, when it was borne, and whether it is from the vantage.
#[utoipa::path(
    get,
    path = "/v1/find",
    tag = "ask",
    params(
        ("q" = String, Query, description = "An identifier, a name, or some words of it; case, accents and signs do not matter"),
        ("kind" = Option<String>, Query, description = "Only this: party, organisation, meeting, instrument or person"),
        VantageParameters,
    ),
    responses((status = 200, description = "What fits, the best first"))
)]
pub(super) async fn find(mut asking: Asking) -> Result<Response, Problem> {
    let only: Option<What> = asking.parameters.parse("kind", A_KIND)?;
    let text = asking.parameters.take("q", A_TEXT, |text| Ok(text.to_owned()))?;
    let text = text.ok_or_else(|| Problem::missing("q", A_TEXT))?;
    asking.answer(Lane::Quick, move |view| Ok(view.find(&text, only))).await
}
