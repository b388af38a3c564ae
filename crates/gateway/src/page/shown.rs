//! What a page is, and how one is sent: looked at from one state of the index, and not again for whoever has it.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, PreEscaped};
use projector::{Index, Indexed, View, WantedName, unknown_source};

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
    /// Which names are wanted.
    pub(super) names: &'a WantedName,
    /// The index itself, for what is asked of the whole chronicle.
    pub(super) index: &'a Index,
    /// What time it is.
    pub(super) now: Timestamp,
    /// The day: what a vantage without `as_of` means.
    pub(super) today: Date,
    /// Why what is shown is not current, if it is not.
    pub(super) stale: Option<&'a str>,
}

/// What a picture that stands alone may load and do: nothing.
pub(super) const PICTURE_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox");
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
        Ok(frame::framed(&page, look, notes))
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
    let mut response = sent(asking, lane, SVG, |look, _| Ok(PreEscaped(xml(draw(look)?.into_string())))).await?;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, PICTURE_POLICY);
    headers.insert("cross-origin-resource-policy", ANYWHERE);
    Ok(response)
}

/// A text without what no XML may hold, escaped or not: with it nothing would be drawn at all.
fn xml(text: String) -> String {
    let bad = |c: char| (c.is_control() && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    if text.contains(bad) { text.replace(bad, "\u{fffd}") } else { text }
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
                let view = index.view(&vantage, ground.today)?.showing(from.names.clone());
                let tag = ground.has.tag(&(view.token(), assets::version()));
                let notes: Vec<String> = unknown_source(index, &vantage).into_iter().collect();
                let body = if ground.has.is(&tag) {
                    None
                } else {
                    let (names, today, stale) = (&from.names, ground.today, ground.has.stale());
                    let look = Look { view: &view, links: &links, names, index, now, today, stale };
                    let drawn = draw(&look, &notes)?;
                    Some(Bytes::from(drawn.into_string()))
                };
                let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind)]);
                Ok(Reply { tag, fixed: from.is_fixed(), notes: Vec::new(), body, headers })
            })
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::xml;

    #[test]
    fn a_picture_holds_nothing_that_no_xml_may_hold() {
        assert_eq!(xml("a\u{1}b\u{ffff}c\td\u{85}".to_owned()), "a\u{fffd}b\u{fffd}c\td\u{fffd}");
        assert_eq!(xml("Türkiye".to_owned()), "Türkiye");
    }
}
