//! Status claims of one party in one organisation, folded into spells (`design.md` section 3, *Membership*).

use std::collections::BTreeSet;

use summit::{Answer, Authority, Content, Cutoff, Event, EventId, Moment, Previous, Range, Status};

/// A change of status or of rights: when it may have happened, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// The moments at which it may have happened.
    pub(crate) range: Range,
    /// As a dated claim wrote it; nothing where only a standing dates it.
    pub(crate) text: Option<String>,
    /// Its place in the order of its day, where it lies within one.
    pub(crate) order: Option<i64>,
    /// How it was dated.
    pub(crate) rule: Rule,
    /// The claim that dates it.
    pub(crate) dated_by: EventId,
    /// Dated claims that agree with it, in sort order.
    pub(crate) supported_by: Vec<EventId>,
    /// Claims that say otherwise, in sort order.
    pub(crate) competing: Vec<EventId>,
}

/// How a change was dated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// By the dated claim with the strongest support (rule 2).
    Dated,
    /// Between the last look of a source and this one (rule 3).
    Looked,
    /// By a standing, not before the organisation came into being (rule 3).
    Founded,
    /// By a standing, not before the change before it (rule 3).
    Followed,
    /// By a standing alone (rule 3).
    Stood,
    /// By a standing that leaves no time for the change (rule 3): at its end.
    NoTime,
}

/// A time during which a party holds one status. `none` is a status here: the party is said to hold none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spell {
    pub(crate) status: Status,
    pub(crate) start: Change,
    /// How it ended; nothing while it lasts.
    pub(crate) end: Option<Change>,
    /// When rights were suspended, and restored.
    pub(crate) suspensions: Vec<(Change, Option<Change>)>,
    /// Its own claims, in sort order.
    pub(crate) claims: Vec<EventId>,
    /// Weaker standings that contradict it, in sort order.
    pub(crate) contradicted_by: Vec<EventId>,
    /// Events that suffice for this spell, in sort order.
    pub(crate) evidence: Vec<EventId>,
}

/// What one party's claims come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Folded {
    /// In their order.
    pub(crate) spells: Vec<Spell>,
    /// Suspensions and reinstatements that change nothing: no status to suspend, nothing to restore.
    pub(crate) idle_rights: Vec<EventId>,
    /// Withdrawals of a party that held no status then.
    pub(crate) idle_withdrawals: Vec<EventId>,
}

impl Spell {
    /// Whether its start or end has competing claims, or a standing contradicts it.
    pub(crate) fn contested(&self) -> bool {
        self.competing().next().is_some()
    }

    /// Every claim that says otherwise: of its start, of its end, of its status.
    pub(crate) fn competing(&self) -> impl Iterator<Item = EventId> {
        let end = self.end.iter().flat_map(|end| &end.competing);
        self.start.competing.iter().chain(end).chain(&self.contradicted_by).copied()
    }

    /// Whether the status is held at the cutoff.
    pub(crate) fn holds(&self, at: &Cutoff) -> Answer {
        self.start.reached(at).and(!self.end.as_ref().map_or(Answer::No, |end| end.reached(at)))
    }

    /// Whether the status is held and its rights are suspended at the cutoff.
    pub(crate) fn suspended(&self, at: &Cutoff) -> Answer {
        let within = |(since, until): &(Change, Option<Change>)| {
            since.reached(at).and(!until.as_ref().map_or(Answer::No, |until| until.reached(at)))
        };
        self.holds(at).and(self.suspensions.iter().map(within).fold(Answer::No, Answer::or))
    }
}

impl Change {
    /// Whether it has happened by the cutoff.
    pub(crate) fn reached(&self, at: &Cutoff) -> Answer {
        at.reached(&self.range, self.order)
    }
}

/// The spells of one party from its active claims.
///
/// `status` are the `admission`, `standing` and `withdrawal` events of the party in the organisation and the
/// organisation's `reclassification`s; `rights` the party's suspensions and reinstatements; `foundings` the
/// organisation's. The order of each is of no account.
pub(crate) fn spells<'a>(
    status: impl IntoIterator<Item = &'a Event>,
    rights: impl IntoIterator<Item = &'a Event>,
    foundings: impl IntoIterator<Item = &'a Event>,
) -> Folded {
    let foundings = sorted(foundings);
    let mut groups = group(sorted(status));
    let idle_rights = share_out(&mut groups, sorted(rights));
    let mut starts: Vec<(Change, Support)> = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        let before = starts.last().map(|(change, support)| (change, support, &groups[index - 1]));
        let start = start(group, before, &foundings);
        starts.push(start);
    }
    let spell = |(index, group): (usize, &Group<'_>)| {
        let end = starts.get(index + 1);
        let mut evidence: Support = starts[index].1.clone();
        evidence.extend(end.iter().flat_map(|(_, support)| support.iter().cloned()));
        evidence.extend(group.contradicting.iter().chain(&group.rights).map(|event| EventKey::of(event)));
        Spell {
            status: group.status.clone(),
            start: starts[index].0.clone(),
            end: end.map(|(change, _)| change.clone()),
            suspensions: suspensions(&group.rights),
            claims: ids(&group.claims),
            contradicted_by: ids(&group.contradicting),
            evidence: evidence.iter().map(EventKey::id).collect(),
        }
    };
    let withdraws_nothing = |group: &&Group<'_>| matches!(group.claims[0].content, Content::Withdrawal(_));
    let idle_withdrawals = groups.first().filter(withdraws_nothing).map(|group| ids(&group.claims));
    let spells = groups.iter().enumerate().map(spell).collect();
    Folded { spells, idle_rights, idle_withdrawals: idle_withdrawals.unwrap_or_default() }
}

/// What sorts claims: by the world, never by position.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EventKey(Moment, i64, Moment, Option<jiff::Timestamp>, EventId);

impl EventKey {
    pub(crate) fn of(event: &Event) -> Self {
        let range = event.shared.occurred.range();
        Self(range.earliest, event.shared.order.unwrap_or(0), range.latest, event.recorded_at, event.id)
    }

    pub(crate) const fn id(&self) -> EventId {
        self.4
    }
}

/// The events that a change rests on.
type Support = BTreeSet<EventKey>;

/// Events in sort order.
pub(crate) fn sorted<'a>(events: impl IntoIterator<Item = &'a Event>) -> Vec<&'a Event> {
    let mut events: Vec<&Event> = events.into_iter().collect();
    events.sort_by_cached_key(|event| EventKey::of(event));
    events
}

fn ids(events: &[&Event]) -> Vec<EventId> {
    events.iter().map(|event| event.id).collect()
}

/// Consecutive claims of one status: they speak of the same transition (rule 1).
struct Group<'a> {
    status: Status,
    claims: Vec<&'a Event>,
    contradicting: Vec<&'a Event>,
    rights: Vec<&'a Event>,
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
        let Some(status) = claimed_status(claim) else { continue };
        let opens = if let Content::Reclassification(change) = &claim.content {
            if !current.as_ref().is_some_and(|group| change.from.contains(&group.status)) {
                continue;
            }
            true
        } else {
            false
        };
        match current {
            Some(group) if !opens && group.status == status => group.claims.push(claim),
            // A weaker standing ends nothing: it contests (rule 5).
            Some(group) if previous(claim).is_some() && Some(claim.shared.authority()) < group.authority() => {
                group.contradicting.push(claim);
            }
            _ => groups.push(Group {
                status,
                claims: vec![claim],
                contradicting: Vec::new(),
                rights: Vec::new(),
                reclassified: opens,
            }),
        }
    }
    groups
}

/// The status that an event claims; nothing for events that are no status claims.
#[expect(clippy::wildcard_enum_match_arm, reason = "the design lists the status claims; every other kind is none")]
pub(crate) fn claimed_status(event: &Event) -> Option<Status> {
    match &event.content {
        Content::Admission(admission) => Some(admission.status.clone()),
        Content::Standing(standing) => Some(standing.status.clone()),
        Content::Withdrawal(_) => Some(Status::none()),
        Content::Reclassification(change) => Some(change.to.clone()),
        _ => None,
    }
}

/// Gives each suspension and reinstatement to the spell in which it stands; answers those without any.
fn share_out<'a>(groups: &mut [Group<'a>], rights: Vec<&'a Event>) -> Vec<EventId> {
    let mut idle = Vec::new();
    for event in rights {
        let key = EventKey::of(event);
        let group = groups.iter_mut().rev().find(|group| EventKey::of(group.claims[0]) <= key);
        match group.filter(|group| !group.status.is_none()) {
            Some(group) if !group.rights.is_empty() || is_suspension(event) => group.rights.push(event),
            Some(_) | None => idle.push(event.id),
        }
    }
    idle
}

const fn is_suspension(event: &Event) -> bool {
    matches!(event.content, Content::Suspension(_))
}

/// Suspensions and reinstatements, each kind's consecutive claims taken as one change.
fn suspensions(rights: &[&Event]) -> Vec<(Change, Option<Change>)> {
    let mut periods: Vec<(Change, Option<Change>)> = Vec::new();
    for claims in rights.chunk_by(|left, right| is_suspension(left) == is_suspension(right)) {
        let Some(change) = dated(claims) else { continue };
        match periods.last_mut() {
            Some(period) if !is_suspension(claims[0]) => period.1 = Some(change),
            _ => periods.push((change, None)),
        }
    }
    periods
}

fn start(
    group: &Group<'_>,
    before: Option<(&Change, &Support, &Group<'_>)>,
    foundings: &[&Event],
) -> (Change, Support) {
    let mut support: Support = group.claims.iter().map(|event| EventKey::of(event)).collect();
    if let Some((_, earlier, previous)) = before.filter(|_| group.reclassified) {
        support.extend(earlier.iter().cloned());
        support.extend(previous.claims.iter().map(|event| EventKey::of(event)));
    }
    if let Some(change) = dated(&group.dated()) {
        return (change, support);
    }
    let first = group.claims[0];
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

/// A change that dated claims date (rule 2); nothing where there are none.
fn dated(claims: &[&Event]) -> Option<Change> {
    let winner = winner(claims)?;
    let occurred = &winner.shared.occurred;
    let range = *occurred.range();
    let others = || claims.iter().filter(|event| event.id != winner.id);
    let supports = |event: &&&Event| supports(event, winner);
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

/// Whether a claim's time is that of another, or contains it.
fn supports(claim: &Event, other: &Event) -> bool {
    let (claim, other) = (claim.shared.occurred.range(), other.shared.occurred.range());
    claim == other || claim.contains(other)
}

/// The claim that dates a change (rule 2): of those that contain no other, the one with the strongest support.
pub(crate) fn winner<'a>(dated: &[&'a Event]) -> Option<&'a Event> {
    let range = |event: &Event| *event.shared.occurred.range();
    dated.iter().copied().filter(|event| !dated.iter().any(|other| range(event).contains(&range(other)))).max_by_key(
        |event| {
            let supporters = dated.iter().filter(|other| supports(other, event));
            let support = supporters.map(|other| other.shared.authority()).max();
            (support, event.shared.authority(), event.recorded_at, event.id)
        },
    )
}
