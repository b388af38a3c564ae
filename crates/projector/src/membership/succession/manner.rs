//! What each manner of succession does, as the event says it; nothing here looks at who holds what.

use summit::{Content, Event, OrganisationId, PartyId, Succession, SuccessionManner};

/// What a succession says; nothing for events of other kinds.
#[expect(clippy::wildcard_enum_match_arm, reason = "one kind is meant")]
pub(crate) const fn succession(event: &Event) -> Option<&Succession> {
    match &event.content {
        Content::Succession(succession) => Some(succession),
        _ => None,
    }
}

/// How one takes the place of another; where it is not said, as the kind of event says by itself.
pub(crate) fn manner(succession: &Succession) -> SuccessionManner {
    succession.manner.unwrap_or(SuccessionManner::Succession)
}

/// Whether it speaks of an organisation at all: one that names an organisation holds only there.
pub(crate) fn holds_in(event: &Event, organisation: &OrganisationId) -> bool {
    event.shared.organisation.as_ref().is_none_or(|only| only == organisation)
}

/// Whether somebody, party or organisation, ceases with it: whoever comes before and not after, but for a separation.
pub(crate) fn ends(succession: &Succession, who: &str) -> bool {
    let named = |list: &[PartyId]| list.iter().any(|one| one.as_str() == who);
    manner(succession) != SuccessionManner::Separation && named(&succession.from) && !named(&succession.to)
}

/// The one party that takes the place over, if it says of one that it does.
pub(crate) fn heir(succession: &Succession) -> Option<&PartyId> {
    match manner(succession) {
        SuccessionManner::Continuation | SuccessionManner::Renaming | SuccessionManner::Succession => sole(succession),
        // Whoever unites is at least two: where one only is named before, the other is the one after, which goes on.
        SuccessionManner::Unification | SuccessionManner::Merger => {
            sole(succession).filter(|_| succession.from.iter().any(|one| *one != succession.from[0]))
        }
        SuccessionManner::Separation | SuccessionManner::Dissolution => None,
    }
}

/// The one organisation whose members are those of the ones before, if it says so. Only under another name, or as the same
/// body, does an organisation keep its members: one that succeeds another, or comes of several, has members of its own, who
/// joined it.
pub(crate) fn heir_of_members(succession: &Succession) -> Option<&PartyId> {
    match manner(succession) {
        SuccessionManner::Continuation | SuccessionManner::Renaming => sole(succession),
        SuccessionManner::Succession
        | SuccessionManner::Unification
        | SuccessionManner::Merger
        | SuccessionManner::Separation
        | SuccessionManner::Dissolution => None,
    }
}

/// The only one that comes after; nothing where it was there before and goes on as it was.
fn sole(succession: &Succession) -> Option<&PartyId> {
    let first = succession.to.first()?;
    let alone = succession.to.iter().all(|one| one == first) && !succession.from.contains(first);
    alone.then_some(first)
}

/// Whether the same come before and after.
pub(crate) fn alike(succession: &Succession) -> bool {
    same_names(&succession.from, &succession.to)
}

fn same_names(left: &[PartyId], right: &[PartyId]) -> bool {
    left.iter().all(|name| right.contains(name)) && right.iter().all(|name| left.contains(name))
}

/// Whether two tell the same succession, each in its words.
pub(crate) fn same(one: &Event, other: &Event) -> bool {
    let both = succession(one).zip(succession(other));
    both.is_some_and(|(one, other)| same_names(&one.from, &other.from) && same_names(&one.to, &other.to))
}

/// The name of an organisation as a succession names it.
pub(crate) fn as_party(organisation: &OrganisationId) -> PartyId {
    organisation.as_str().parse().expect("the slug of an organisation is that of a party")
}

/// The organisation of a name that a succession names, where it has the form of one.
pub(crate) fn as_organisation(party: &PartyId) -> Option<OrganisationId> {
    party.as_str().parse().ok()
}
