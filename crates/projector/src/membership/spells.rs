//! Status claims of one party in one organisation, folded into spells (`design.md` section 3, *Membership*).

use summit::{Answer, Content, Cutoff, Event, EventId, Moment, Range, Status};

use super::dating::{Support, dated, start};
use super::groups::{Group, Groups};

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
    /// By a succession with which the party or the organisation ceases.
    Ceased,
    /// By a succession with which the status of another passes over.
    Passed,
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
    /// Successions with which something would pass over, but those before held not the same.
    pub(crate) unclear: Vec<EventId>,
    /// Successions that lead back to where they began, at the same time.
    pub(crate) round: Vec<EventId>,
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

/// The spells of one party from its claims in groups. `rights` are its suspensions and reinstatements, `foundings` the
/// organisation's; the order of each is of no account.
pub(super) fn spells<'a>(
    groups: Groups<'a>,
    rights: impl IntoIterator<Item = &'a Event>,
    foundings: impl IntoIterator<Item = &'a Event>,
) -> Folded {
    let foundings = sorted(foundings);
    let Groups(mut groups) = groups;
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
            claims: claims(group),
            contradicted_by: ids(&group.contradicting),
            evidence: evidence.iter().map(EventKey::id).collect(),
        }
    };
    let withdraws_nothing = |group: &&Group<'_>| matches!(group.claims[0].event.content, Content::Withdrawal(_));
    let idle_withdrawals = groups.first().filter(withdraws_nothing).map(claims);
    let spells = groups.iter().enumerate().map(spell).collect();
    Folded { spells, idle_rights, idle_withdrawals: idle_withdrawals.unwrap_or_default(), ..Folded::default() }
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

/// Whether one of neighbouring spells is held at the cutoff, or passes into another of them: when it does, is of no account.
/// Sure of any run of them is sure of all.
pub(crate) fn stays(stay: &[Spell], at: &Cutoff) -> Answer {
    let (mut begun, mut held) = (Answer::No, Answer::No);
    for spell in stay {
        begun = begun.or(spell.start.reached(at));
        held = held.or(begun.and(!spell.end.as_ref().map_or(Answer::No, |end| end.reached(at))));
    }
    held
}

/// Events in sort order.
pub(crate) fn sorted<'a>(events: impl IntoIterator<Item = &'a Event>) -> Vec<&'a Event> {
    let mut events: Vec<&Event> = events.into_iter().collect();
    events.sort_by_cached_key(|event| EventKey::of(event));
    events
}

fn claims(group: &Group<'_>) -> Vec<EventId> {
    group.claims.iter().map(|claim| claim.event.id).collect()
}

fn ids(events: &[&Event]) -> Vec<EventId> {
    events.iter().map(|event| event.id).collect()
}

/// Gives each suspension and reinstatement to the spell in which it stands; answers those without any.
fn share_out<'a>(groups: &mut [Group<'a>], rights: Vec<&'a Event>) -> Vec<EventId> {
    let mut idle = Vec::new();
    for event in rights {
        let key = EventKey::of(event);
        let group = groups.iter_mut().rev().find(|group| EventKey::of(group.claims[0].event) <= key);
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
