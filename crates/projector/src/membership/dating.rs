//! When a change was: which of the claims that date it wins, and what is left where none does (`design.md` section 3,
//! *Membership*, rules 2 and 3).

use std::collections::{BTreeMap, BTreeSet};

use summit::{Authority, Event, EventId, Moment, Range};

use super::groups::{Claim, Group, Says, previous};
use super::spells::{Change, EventKey, Rule};

/// The events that a change rests on.
pub(super) type Support = BTreeSet<EventKey>;

/// How the change to a group's status is dated. `before` is that to the group before it.
pub(super) fn start(
    group: &Group<'_>,
    before: Option<(&Change, &Support, &Group<'_>)>,
    foundings: &[&Event],
) -> (Change, Support) {
    let rests_on =
        |group: &Group<'_>| group.claims.iter().flat_map(Claim::rests_on).map(EventKey::of).collect::<Vec<_>>();
    let mut support: Support = rests_on(group).into_iter().collect();
    if let Some((_, earlier, previous)) = before.filter(|_| group.leans) {
        support.extend(earlier.iter().cloned());
        support.extend(rests_on(previous));
    }
    if let Some(change) = change_to(group) {
        return (change, support);
    }
    let first = group.claims[0].event;
    let occurred = &first.shared.occurred;
    let (mut earliest, mut rule) = if let Some(Some(previous)) = previous(first) {
        (previous.occurred.range().latest.after(), Rule::Looked)
    } else if let Some(founding) = winner(foundings) {
        support.extend(foundings.iter().map(|event| EventKey::of(event)));
        (founding.shared.occurred.range().earliest, Rule::Founded)
    } else {
        (Moment::EVER, Rule::Stood)
    };
    if let Some((change, earlier, _)) = before.filter(|(change, ..)| change.range.earliest > earliest) {
        (earliest, rule) = (change.range.earliest, Rule::Followed);
        support.extend(earlier.iter().cloned());
    }
    let latest = occurred.range().latest;
    if earliest > latest {
        (earliest, rule) = (latest, Rule::NoTime);
    }
    let change = Change {
        range: Range { earliest, latest },
        text: None,
        order: first.shared.order.filter(|_| occurred.day().is_some()),
        rule,
        dated_by: first.id,
        supported_by: Vec::new(),
        competing: Vec::new(),
    };
    (change, support)
}

/// The change to a group that claims date, or else successions; nothing where there are only standings.
fn change_to(group: &Group<'_>) -> Option<Change> {
    let mut change = dated(&group.dated())?;
    let dates = group.successions().find(|claim| claim.event.id == change.dated_by);
    match dates.map(|claim| &claim.says) {
        None | Some(Says::Itself) => return Some(change),
        Some(Says::Ceases) => change.rule = Rule::Ceased,
        Some(Says::Passes(_)) => change.rule = Rule::Passed,
    }
    // Who else may have come in the place contests it.
    let mut otherwise: BTreeMap<EventKey, EventId> = BTreeMap::new();
    for claim in group.successions() {
        let rivals = if let Says::Passes(passed) = &claim.says { passed.rivals.as_slice() } else { &[] };
        let competes = change.competing.contains(&claim.event.id).then_some(claim.event);
        otherwise.extend(rivals.iter().copied().chain(competes).map(|event| (EventKey::of(event), event.id)));
    }
    change.competing = otherwise.into_values().collect();
    Some(change)
}

/// A change that dated claims date (rule 2); nothing where there are none.
pub(super) fn dated(claims: &[&Event]) -> Option<Change> {
    let winner = winner(claims)?;
    let occurred = &winner.shared.occurred;
    let range = *occurred.range();
    let others = || claims.iter().filter(|event| event.id != winner.id);
    let supports = |event: &&&Event| {
        let claimed = event.shared.occurred.range();
        *claimed == range || claimed.contains(&range)
    };
    let competes = |event: &&&Event| !event.shared.occurred.range().overlaps(&range);
    Some(Change {
        range,
        text: Some(occurred.to_string()),
        order: winner.shared.order.filter(|_| occurred.day().is_some()),
        rule: Rule::Dated,
        dated_by: winner.id,
        supported_by: others().filter(supports).map(|event| event.id).collect(),
        competing: others().filter(competes).map(|event| event.id).collect(),
    })
}

/// The claim that dates a change (rule 2): of those that contain no other, the one with the strongest support. Cost: that of
/// sorting them.
pub(crate) fn winner<'a>(dated: &[&'a Event]) -> Option<&'a Event> {
    let supports = Supports::of(dated);
    let candidates = candidates(dated);
    let candidates = dated.iter().copied().filter(|event| {
        let range = event.shared.occurred.range();
        candidates.get(&range.earliest) == Some(&range.latest)
    });
    candidates.max_by_key(|event| {
        let support = supports.strongest(event.shared.occurred.range());
        (support, event.shared.authority(), event.recorded_at, event.id)
    })
}

/// The times that contain no other, by their earliest moments.
fn candidates(dated: &[&Event]) -> BTreeMap<Moment, Moment> {
    // Of those that begin together, only the shortest.
    let mut shortest: BTreeMap<Moment, Moment> = BTreeMap::new();
    for range in dated.iter().map(|event| event.shared.occurred.range()) {
        let latest = shortest.entry(range.earliest).or_insert(range.latest);
        *latest = range.latest.min(*latest);
    }
    // From the last to begin: one that ends after another that began no earlier contains it.
    let mut ends = None;
    let mut candidates = BTreeMap::new();
    for (earliest, latest) in shortest.into_iter().rev() {
        if ends.is_none_or(|ends| latest < ends) {
            ends = Some(latest);
            candidates.insert(earliest, latest);
        }
    }
    candidates
}

/// By authority, the strongest first: how far what begins by a moment reaches.
struct Supports(Vec<(Authority, BTreeMap<Moment, Moment>)>);

impl Supports {
    fn of(dated: &[&Event]) -> Self {
        let reach = |authority: &Authority| {
            let mut reach: BTreeMap<Moment, Moment> = BTreeMap::new();
            for event in dated.iter().filter(|event| event.shared.authority() == *authority) {
                let range = event.shared.occurred.range();
                let latest = reach.entry(range.earliest).or_insert(range.latest);
                *latest = range.latest.max(*latest);
            }
            let mut furthest = Moment::EVER;
            for latest in reach.values_mut() {
                furthest = furthest.max(*latest);
                *latest = furthest;
            }
            (*authority, reach)
        };
        let mut authorities: Vec<Authority> = Authority::ALL.to_vec();
        authorities.sort_unstable();
        Self(authorities.iter().rev().map(reach).collect())
    }

    /// The highest authority of what has this time or contains it.
    fn strongest(&self, range: &Range) -> Option<Authority> {
        let reaches = |reach: &BTreeMap<Moment, Moment>| {
            reach.range(..=range.earliest).next_back().is_some_and(|(_, latest)| *latest >= range.latest)
        };
        self.0.iter().find(|(_, reach)| reaches(reach)).map(|(authority, _)| *authority)
    }
}
