//! Pages of what is long: how much one holds, and where the next one begins. A cursor is what the page ended with, so
//! nothing comes twice and nothing is left out, however much comes to it meanwhile.

use std::fmt::Display;
use std::str::FromStr;

use axum::http::{HeaderMap, HeaderValue, header};
use bytes::Bytes;

use crate::parameters::Parameters;
use crate::problem::Problem;

/// How much a page holds where nothing is said.
const DEFAULT_LIMIT: usize = 100;
/// How much a page holds at most.
pub(super) const MAX_LIMIT: usize = 1000;
/// What may stand for how much a page holds.
const A_LIMIT: &str = "a whole number from 1 to 1000";

/// JSON texts, one a line.
pub(super) const LINES: &str = "application/x-ndjson";

/// Which page is asked for.
#[derive(Debug)]
pub(super) struct Page<C> {
    /// How much it may hold; nothing where nothing is said.
    given: Option<usize>,
    /// It begins behind this.
    pub(super) after: Option<C>,
}

impl<C: FromStr<Err: Display>> Page<C> {
    /// Takes the parameters of a page.
    pub(super) fn take(parameters: &mut Parameters, allowed: &str) -> Result<Self, Problem> {
        let given = parameters.take("limit", A_LIMIT, |text| {
            let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
            limit.ok_or_else(|| format!("{text:?} is none"))
        })?;
        Ok(Self { given, after: parameters.parse("after", allowed)? })
    }

    /// How much it may hold.
    pub(super) fn limit(&self) -> usize {
        self.given.unwrap_or(DEFAULT_LIMIT)
    }

    /// How much is wanted altogether, for what has no pages.
    pub(super) const fn whole(&self) -> Option<usize> {
        self.given
    }
}

/// The address of the next page: this one's, with other values of some parameters and without others.
pub(super) fn next(path: &str, query: &str, set: &[(&str, String)], dropped: &[&str]) -> String {
    let mut next = form_urlencoded::Serializer::new(String::new());
    let kept = form_urlencoded::parse(query.as_bytes());
    next.extend_pairs(kept.filter(|(name, _)| {
        !dropped.contains(&name.as_ref()) && !set.iter().any(|(other, _)| *other == name.as_ref())
    }));
    next.extend_pairs(set);
    format!("{path}?{}", next.finish())
}

/// The header that names the next page.
pub(super) fn link(next: Option<&str>) -> HeaderMap {
    let link = next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok());
    link.into_iter().map(|link| (header::LINK, link)).collect()
}

/// Whether JSON lines are asked for.
pub(super) fn wants_lines(headers: &HeaderMap) -> bool {
    let ranges = headers.get_all(header::ACCEPT).iter().filter_map(|ranges| ranges.to_str().ok());
    let mut ranges = ranges.flat_map(|ranges| ranges.split(','));
    ranges.any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(LINES));
        named && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

/// A page of history as JSON: the texts as they are.
pub(super) fn joined(head: &str, texts: &[Bytes], tail: &str) -> Bytes {
    let length = texts.iter().map(|text| text.len() + 1).sum::<usize>() + head.len() + tail.len();
    let mut page = Vec::with_capacity(length);
    page.extend_from_slice(head.as_bytes());
    for (number, text) in texts.iter().enumerate() {
        if number > 0 {
            page.push(b',');
        }
        page.extend_from_slice(text);
    }
    page.extend_from_slice(tail.as_bytes());
    page.into()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::{LINES, next, wants_lines};

    #[test]
    fn the_next_page_is_asked_as_this_one_was() {
        let set = [("after", "b c".to_owned()), ("at_position", "7".to_owned())];
        let next = next("/v1/meetings", "organisation=sco&after=a&min_position=3&limit=2", &set, &["min_position"]);
        assert_eq!(next, "/v1/meetings?organisation=sco&limit=2&after=b+c&at_position=7");
    }

    #[test]
    fn lines_are_given_to_who_asks_for_lines() {
        let wants = |accept: &str| {
            let accept = HeaderValue::from_str(accept).expect("a header");
            wants_lines(&HeaderMap::from_iter([(header::ACCEPT, accept)]))
        };
        assert!(wants(LINES) && wants("text/html, application/x-ndjson;q=0.9"));
        assert!(!wants("*/*") && !wants("application/json") && !wants("application/x-ndjson;q=0"));
        assert!(!wants_lines(&HeaderMap::new()));
    }
}
