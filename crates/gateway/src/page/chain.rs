//! Who came before and after, one after another: the chain of successions.

use maud::{Markup, html};
use projector::{PartyTimeline, Successor};

use super::marks;
use super::shown::Look;
use super::words;

/// Those before one, and those after it.
pub(super) fn chain(look: &Look<'_>, succeeds: &[Successor], succeeded_by: &[Successor]) -> Markup {
    html! {
        (links(look, "In the place of", "before", succeeds))
        (links(look, "Followed by", "after", succeeded_by))
    }
}

/// The chains of the parties of an organisation, where there are any.
pub(super) fn of_parties(look: &Look<'_>, parties: &[PartyTimeline]) -> Markup {
    let chained = || parties.iter().filter(|row| !row.succeeds.is_empty() || !row.succeeded_by.is_empty());
    html! {
        @if chained().next().is_some() {
            section aria-labelledby="chains-title" {
                h3 id="chains-title" { "Successions" }
                ul { @for row in chained() { li { (words::party(look, &row.party)) (chain(look, &row.succeeds, &row.succeeded_by)) } } }
            }
        }
    }
}

fn links(look: &Look<'_>, words: &str, beside: &str, others: &[Successor]) -> Markup {
    html! {
        @if !others.is_empty() {
            ul.inline.chain aria-label=(words) {
                @for other in others {
                    li {
                        @if let Some(organisation) = &other.organisation { (words) " " (words::organisation(look, organisation)) }
                        @else if let Some(party) = &other.party { (words) " " (words::party(look, party)) }
                        @else { "Nobody follows" }
                        @if let Some(through) = &other.through { " (" (beside) " " (words::party(look, through)) ")" }
                        ", " (other.manner.as_str().replace('_', " ")) " " time.edtf { (other.occurred) } " "
                        (marks::answer(other.answer.into())) " " (words::event(look, other.event))
                    }
                }
            }
        }
    }
}
