//! What both pages share: a claim as a row, and when it came on record.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use summit::{Attribution, Authority, EventId, Position};

use crate::page::marks;
use crate::page::sentence;
use crate::page::shown::Look;
use crate::page::words;

/// Who says so, with which rank, since when on record, and where that stands: the last cells of a row.
pub(super) struct Origin<'c> {
    pub(super) authority: Authority,
    pub(super) attribution: &'c [Attribution],
    pub(super) recorded_at: Timestamp,
    pub(super) position: Position,
    pub(super) event: EventId,
}

impl Origin<'_> {
    pub(super) const HEADS: [&'static str; 4] = ["Authority", "Source", "On record", "Event"];

    pub(super) fn cells(&self, look: &Look<'_>) -> Markup {
        html! {
            td { (marks::authority(self.authority)) }
            td { (sentence::sources(self.attribution)) }
            td { (instant(self.recorded_at)) br; span.quiet.small { "position " (self.position) } }
            td { (words::event(look, self.event)) }
        }
    }
}

/// An instant to the second, in UTC.
pub(in crate::page) fn instant(at: Timestamp) -> Markup {
    let shown = TimeZone::UTC.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string();
    html! { time datetime=(at) { (shown) " UTC" } }
}

/// A table that may be wider than its place.
pub(super) fn table(label: &str, heads: &[&str], rows: &Markup) -> Markup {
    grouped(label, heads, &html! { tbody { (rows) } })
}

/// The same, of several bodies.
pub(super) fn grouped(label: &str, heads: &[&str], bodies: &Markup) -> Markup {
    html! {
        div.scroll role="region" tabindex="0" aria-label=(label) {
            table.claims {
                caption { (label) }
                thead { tr { @for head in heads.iter().chain(&Origin::HEADS) { th scope="col" { (head) } } } }
                (bodies)
            }
        }
    }
}
