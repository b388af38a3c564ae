//! Membership: status claims of one party in one organisation, folded into spells (`design.md` section 3).

use std::collections::BTreeSet;

use summit::{Answer, Authority, Content, Cutoff, Event, EventId, Previous, Range, Status};

/// A change of status: when it may have happened, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The moments at which it may have happened.
    pub range: Range,
    /// As a dated claim wrote it; nothing where only a standing dates it.
    pub text: Option<String>,
    /// Its place in the order of its day, where it lies within one.
    pub order: Option<i64>,
    /// Claims that say otherwise, in sort order.
    pub competing: Vec<EventId>,
}

/// A time during which a party holds one status. `none` is a status here: the party is said to hold none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spell {
    /// The status.
    pub status: Status,
    /// How it began.
    pub start: Change,
    /// How it ended; nothing while it lasts.
    pub end: Option<Change>,
    /// Weaker standings that contradict it, in sort order.
    pub contradicted_by: Vec<EventId>,
    /// Events that suffice for this spell, in sort order.
    pub evidence: Vec<EventId>,
}

impl Spell {
    /// Whether its start or end has competing claims, or a standing contradicts it.
    pub fn contested(&self) -> bool {
        !self.start.competing.is_empty()
            || !self.contradicted_by.is_empty()
            || self.end.as_ref().is_some_and(|end| !end.competing.is_empty())
    }

    /// Whether the status is held at the cutoff.
    pub fn holds(&self, at: &Cutoff) -> Answer {
        let reached = |change: &Change| at.reached(&change.range, change.order);
        reached(&self.start).and(!self.end.as_ref().map_or(Answer::No, reached))
    }
}

/// The spells of one party from its active status claims, in their order.
///
/// `claims` are the `admission`, `standing` and `withdrawal` events of the party in the organisation and the
/// `reclassification`s of the organisation; `foundings` are the organisation's. The order of both is of no account.
pub fn spells<'a>(
    claims: impl IntoIterator<Item = &'a Event>,
    foundings: impl IntoIterator<Item = &'a Event>,
) -> Vec<Spell> {
    let foundings: Vec<&Event> = foundings.into_iter().collect();
    let groups = group(sorted(claims));
    let mut starts: Vec<(Change, Support)> = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        let before = starts.last().map(|(change, support)| (change, support, &groups[index - 1]));
        let start = start(group, before, &foundings);
        starts.push(start);
    }
    groups
        .iter()
        .enumerate()
        .map(|(index, group)| {
            let end = starts.get(index + 1);
            let mut evidence: BTreeSet<&EventKey> = starts[index].1.keys().collect();
            if let Some((_, support)) = end {
                evidence.extend(support.keys());
            }
            let contradicting: Vec<EventKey> = group.contradicting.iter().map(|event| EventKey::of(event)).collect();
            evidence.extend(&contradicting);
            Spell {
                status: group.status.clone(),
                start: starts[index].0.clone(),
                end: end.map(|(change, _)| change.clone()),
                contradicted_by: contradicting.iter().map(EventKey::id).collect(),
                evidence: evidence.into_iter().map(EventKey::id).collect(),
            }
        })
        .collect()
}

/// What sorts claims: by the world, never by position.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct EventKey(summit::Moment, i64, summit::Moment, Option<jiff::Timestamp>, EventId);

impl EventKey {
    fn of(event: &Event) -> Self {
        let range = event.shared.occurred.range();
        Self(range.earliest, event.shared.order.unwrap_or(0), range.latest, event.recorded_at, event.id)
    }

    const fn id(&self) -> EventId {
        self.4
    }
}

/// The events that a change rests on.
struct Support(BTreeSet<EventKey>);

impl Support {
    fn keys(&self) -> impl Iterator<Item = &EventKey> {
        self.0.iter()
    }
}

fn sorted<'a>(claims: impl IntoIterator<Item = &'a Event>) -> Vec<&'a Event> {
    let mut claims: Vec<&Event> = claims.into_iter().collect();
    claims.sort_by_cached_key(|event| EventKey::of(event));
    claims
}

/// Consecutive claims of one status: they speak of the same transition (rule 1).
struct Group<'a> {
    status: Status,
    claims: Vec<&'a Event>,
    contradicting: Vec<&'a Event>,
    reclassified: bool,
}

impl<'a> Group<'a> {
    fn authority(&self) -> Option<Authority> {
        self.claims.iter().map(|event| event.shared.authority()).max()
    }

    fn dated(&self) -> Vec<&'a Event> {
        self.claims.iter().copied().filter(|event| previous(event).is_none()).collect()
    }
}

/// The `previous` of a standing, which may be absent; nothing for dated claims.
#[expect(clippy::option_option, reason = "the outer level says whether this is a standing at all")]
fn previous(event: &Event) -> Option<Option<&Previous>> {
    if let Content::Standing(standing) = &event.content { Some(standing.previous.as_ref()) } else { None }
}

fn group(claims: Vec<&Event>) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for claim in claims {
        let current = groups.last_mut();
        #[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands in status claims only")]
        let (status, opens) = match &claim.content {
            Content::Admission(admission) => (admission.status.clone(), false),
            Content::Standing(standing) => (standing.status.clone(), false),
            Content::Withdrawal(_) => (Status::none(), false),
            Content::Reclassification(change) => {
                if !current.as_ref().is_some_and(|group| change.from.contains(&group.status)) {
                    continue;
                }
                (change.to.clone(), true)
            }
            _ => continue,
        };
        match current {
            Some(group) if !opens && group.status == status => group.claims.push(claim),
            // A weaker standing ends nothing: it contests (rule 5).
            Some(group) if previous(claim).is_some() && Some(claim.shared.authority()) < group.authority() => {
                group.contradicting.push(claim);
            }
            _ => groups.push(Group { status, claims: vec![claim], contradicting: Vec::new(), reclassified: opens }),
        }
    }
    groups
}

fn start(
    group: &Group<'_>,
    before: Option<(&Change, &Support, &Group<'_>)>,
    foundings: &[&Event],
) -> (Change, Support) {
    let mut support: BTreeSet<EventKey> = group.claims.iter().map(|event| EventKey::of(event)).collect();
    if let Some((_, earlier, previous)) = before.filter(|_| group.reclassified) {
        support.extend(earlier.keys().cloned());
        support.extend(previous.claims.iter().map(|event| EventKey::of(event)));
    }
    let dated = group.dated();
    if let Some(winner) = winner(&dated) {
        let range = *winner.shared.occurred.range();
        let competing = dated.iter().filter(|event| !event.shared.occurred.range().overlaps(&range));
        let change = Change {
            range,
            text: Some(winner.shared.occurred.to_string()),
            order: winner.shared.order.filter(|_| winner.shared.occurred.day().is_some()),
            competing: competing.map(|event| event.id).collect(),
        };
        return (change, Support(support));
    }
    let first = group.claims[0];
    let occurred = &first.shared.occurred;
    let mut earliest = if let Some(Some(previous)) = previous(first) {
        previous.occurred.range().latest.after()
    } else if let Some(founding) = winner(foundings) {
        support.extend(foundings.iter().map(|event| EventKey::of(event)));
        founding.shared.occurred.range().earliest
    } else {
        summit::Moment::EVER
    };
    if let Some((change, earlier, _)) = before.filter(|(change, ..)| change.range.earliest > earliest) {
        earliest = change.range.earliest;
        support.extend(earlier.keys().cloned());
    }
    // Where that leaves nothing, the change is at the end of what the standing says.
    let latest = occurred.range().latest;
    let range = Range { earliest: earliest.min(latest), latest };
    let order = first.shared.order.filter(|_| occurred.day().is_some());
    (Change { range, text: None, order, competing: Vec::new() }, Support(support))
}

/// The claim that dates a change (rule 2): of those that contain no other, the one with the strongest support.
fn winner<'a>(dated: &[&'a Event]) -> Option<&'a Event> {
    let range = |event: &Event| *event.shared.occurred.range();
    dated.iter().copied().filter(|event| !dated.iter().any(|other| range(event).contains(&range(other)))).max_by_key(
        |event| {
            let supports = |other: &&&Event| range(other) == range(event) || range(other).contains(&range(event));
            let support = dated.iter().filter(supports).map(|other| other.shared.authority()).max();
            (support, event.shared.authority(), event.recorded_at, event.id)
        },
    )
}
