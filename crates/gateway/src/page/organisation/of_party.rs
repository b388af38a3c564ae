//! The same drawing for one party: an organisation in a row.

use maud::{Markup, html};
use projector::{Membership, PartyTimeline, Timeline};
use summit::{Moment, OrganisationId, PartyId};

use super::axis::Axis;
use super::bars::Order;
use super::timeline::{self, Whose};
use super::years;
use crate::page::shown::Look;
use crate::page::words;

/// Where a party belongs, through time.
pub(in crate::page) fn memberships(look: &Look<'_>, party: &PartyId, memberships: &[Membership]) -> Markup {
    // An organisation is a party to others: its name can stand where those of parties stand.
    let row = |membership: &Membership| {
        Some(PartyTimeline {
            party: membership.organisation.as_str().parse().ok()?,
            name: membership.name.clone(),
            spells: membership.spells.clone(),
            steps: membership.steps.clone(),
            succeeds: Vec::new(),
            succeeded_by: Vec::new(),
        })
    };
    let Some(first) = memberships.first() else { return html! {} };
    let timeline = Timeline {
        organisation: first.organisation.clone(),
        name: None,
        token: look.view.token().clone(),
        founded: None,
        succeeds: Vec::new(),
        succeeded_by: Vec::new(),
        parties: memberships.iter().filter_map(row).collect(),
        remarks: Vec::new(),
    };
    let axis = Axis::of(&timeline, &[look.view.looks_from(), Moment::utc(look.now)]);
    let at = axis.place(years(look.view.looks_from()));
    let whose = |organisation: &PartyId| {
        let page = look.links.to(format_args!("/organisations/{organisation}"));
        let why = look.links.to(format_args!("/organisations/{organisation}/why/{party}"));
        let named = organisation.as_str().parse::<OrganisationId>().ok();
        let name = named.map_or_else(|| organisation.to_string(), |named| words::organisation_name(look.view, &named));
        Whose { name, page, why }
    };
    timeline::drawing(&timeline, &axis, Order::Status, at, &html! {}, &whose)
}
