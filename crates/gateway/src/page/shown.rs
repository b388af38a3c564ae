//! What a page is, and how one is sent: looked at from one state of the index, and not again for whoever has it.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use jiff::Timestamp;
use maud::Markup;
use projector::{Indexed, View, unknown_source};

use super::links::Links;
use super::{assets, frame};
use crate::ask::{Asking, Lane, Reply};
use crate::problem::Problem;

/// What a page may load and do: its own style and scripts, answers of this service, nothing of anybody else.
pub(super) const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
     form-action 'self'; frame-ancestors 'none'",
);
/// The media type of pages.
pub(super) const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// A page, without what surrounds every page.
pub(super) struct Page {
    /// What it is about, in words: title and first heading.
    pub(super) title: String,
    /// What stands below the heading.
    pub(super) main: Markup,
    /// Names of the modules that make it livelier, without `.js`.
    pub(super) modules: &'static [&'static str],
}

/// From where a page is drawn.
pub(super) struct Look<'a> {
    /// The chronicle from the vantage.
    pub(super) view: &'a View<'a>,
    /// Addresses from the same vantage.
    pub(super) links: &'a Links,
    /// What time it is.
    pub(super) now: Timestamp,
}

/// Draws a page that one look at the index suffices for, and sends it. All parameters but those of the vantage are taken
/// already.
pub(super) async fn shown(
    mut asking: Asking,
    lane: Lane,
    draw: impl FnOnce(&Look<'_>) -> Result<Page, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    // A form sends empty what is not said.
    asking.parameters.leave_out_empty();
    let from = asking.vantage()?;
    let links = Links::of(&asking.path, &asking.query);
    let now = asking.service.now();
    let mut response = asking
        .reply(lane, from.min_position, move |ground| {
            ground.index.ask(|index| {
                let vantage = from.resolve(index)?;
                let view = index.view(&vantage, ground.today)?;
                let tag = ground.has.tag(&(view.token(), assets::version()));
                let notes: Vec<String> = unknown_source(index, &vantage).into_iter().collect();
                let body = if ground.has.is(&tag) {
                    None
                } else {
                    let page = draw(&Look { view: &view, links: &links, now })?;
                    let html = frame::framed(&page, &links, view.token(), &notes);
                    Some(Bytes::from(html.into_string()))
                };
                let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HTML)]);
                Ok(Reply { tag, fixed: from.is_fixed(), notes: Vec::new(), body, headers })
            })
        })
        .await?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    Ok(response)
}
