//! Who says so.

use maud::{Markup, html};
use summit::{Attribution, Authority, Certainty};

use crate::page::{marks, sentence};

/// Behind whoever spoke, through whom the words came: the chain of sources from its far end.
pub(super) fn via(chain: &[Attribution], speaker: Option<&str>) -> Markup {
    let others = chain.iter().rev().filter(|link| speaker != Some(link.name.as_str()));
    html! { @for link in others { ", via " (sentence::source(link)) } }
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
