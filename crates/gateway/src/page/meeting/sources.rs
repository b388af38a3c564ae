//! Who says so.

use maud::{Markup, html};
use summit::{Attribution, Authority, Certainty};

use crate::page::marks;

/// A chain of sources, the nearest first: each cites the next.
pub(super) fn citing(chain: &[Attribution]) -> Markup {
    html! { @for (place, link) in chain.iter().enumerate() { @if place > 0 { ", citing " } (source(link)) } }
}

/// The same from the other end, behind whoever spoke: through whom the words came.
pub(super) fn via(chain: &[Attribution], speaker: Option<&str>) -> Markup {
    let own = |link: &&Attribution| speaker != Some(link.name.as_str());
    html! { @for link in chain.iter().rev().filter(own) { ", via " (source(link)) } }
}

/// One source, with the way to it where that is an address of the web.
pub(super) fn source(link: &Attribution) -> Markup {
    let web = link.url.as_deref().filter(|url| is_web(url));
    html! {
        @match web {
            Some(url) => { a href=(url) rel="noreferrer noopener external" { bdi { (link.name) } } }
            None => { bdi { (link.name) } }
        }
    }
}

/// Whether an address is one of the web: no other is ever followed from here.
fn is_web(url: &str) -> bool {
    ["https://", "http://"]
        .iter()
        .any(|scheme| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// The rank of a claim, and how it is meant where that is not outright.
pub(super) fn rank(authority: Authority, certainty: Certainty) -> Markup {
    html! {
        (marks::authority(authority))
        @match certainty {
            Certainty::Asserted => {}
            Certainty::Implied => { " " span.tag { "implied" } }
            Certainty::Editorial => { " " span.tag { "the source's own judgement" } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_web;

    #[test]
    fn only_addresses_of_the_web_are_led_to() {
        assert!(is_web("https://example.org/a") && is_web("HTTP://example.org"));
        for other in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//example.org",
            " https://a",
            "file:///etc",
            "",
            "ftp://a",
            "äö",
        ] {
            assert!(!is_web(other), "{other}");
        }
    }
}
