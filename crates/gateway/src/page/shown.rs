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

/// What a picture that stands alone may load and do: nothing.
pub(super) const PICTURE_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'none'; base-uri 'none'; frame-ancestors *; sandbox");
/// The media type of pictures.
pub(super) const SVG: HeaderValue = HeaderValue::from_static("image/svg+xml; charset=utf-8");
/// Whoever embeds a picture may be anywhere.
const ANYWHERE: HeaderValue = HeaderValue::from_static("cross-origin");

/// Draws a page that one look at the index suffices for, and sends it. All parameters but those of the vantage are taken
/// already.
pub(super) async fn shown(
    asking: Asking,
    lane: Lane,
    draw: impl FnOnce(&Look<'_>) -> Result<Page, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let mut response = sent(asking, lane, HTML, |look, notes| {
        let page = draw(look)?;
        Ok(frame::framed(&page, look.links, look.view.token(), notes))
    })
    .await?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    Ok(response)
}

/// Draws a picture that stands alone, for pages of others to embed.
pub(super) async fn picture(
    asking: Asking,
    lane: Lane,
    draw: impl FnOnce(&Look<'_>) -> Result<Markup, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let mut response = sent(asking, lane, SVG, |look, _| draw(look)).await?;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, PICTURE_POLICY);
    headers.insert("cross-origin-resource-policy", ANYWHERE);
    Ok(response)
}

async fn sent(
    mut asking: Asking,
    lane: Lane,
    kind: HeaderValue,
    draw: impl FnOnce(&Look<'_>, &[String]) -> Result<Markup, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    // A form sends empty what is not said.
    asking.parameters.leave_out_empty();
    let from = asking.vantage()?;
    let links = Links::of(&asking.path, &asking.query);
    let now = asking.service.now();
    asking
        .reply(lane, from.min_position, move |ground| {
            ground.index.ask(|index| {
                let vantage = from.resolve(index)?;
                let view = index.view(&vantage, ground.today)?;
                let tag = ground.has.tag(&(view.token(), assets::version()));
                let notes: Vec<String> = unknown_source(index, &vantage).into_iter().collect();
                let body = if ground.has.is(&tag) {
                    None
                } else {
                    let drawn = draw(&Look { view: &view, links: &links, now }, &notes)?;
                    Some(Bytes::from(drawn.into_string()))
                };
                let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind)]);
                Ok(Reply { tag, fixed: from.is_fixed(), notes: Vec::new(), body, headers })
            })
        })
        .await
}
