//! Pages that look from nowhere but now: what grows, and what is put on record. They are drawn again whenever they are asked
//! for.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use maud::Markup;
use projector::{Index, Indexed, WantedName};
use summit::Vantage;

use super::links::Links;
use super::shown::{HTML, Look, POLICY};
use crate::ask::{Asking, Lane, stale};
use crate::problem::Problem;

/// Draws from the latest state, in its turn.
pub(super) async fn drawn(
    asking: Asking,
    draw: impl FnOnce(&Look<'_>, &Index) -> Result<Markup, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let (service, now, today) = (asking.service.clone(), asking.service.now(), asking.service.today());
    let links = Links::of(&asking.path, "");
    let (asked, has) = (service.clone(), asking.has);
    let drawing = move || {
        asked.index().ask(|index| {
            let names = WantedName::default();
            let view = index.view(&Vantage::default(), today)?.showing(names.clone());
            let stale = has.stale();
            draw(&Look { view: &view, links: &links, names: &names, index, now, today, stale }, index)
        })
    };
    let page = service.lanes().work(Lane::Long, drawing).await??;
    let headers = [
        (header::CONTENT_TYPE, HTML),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok(stale(&service, (headers, page.into_string()).into_response()))
}
