//! The claims about one delegation or group, folded: pure, and without an account of their order.

use std::collections::BTreeSet;

use summit::{Answer, Capacity, Level, MeetingId};

use super::claims::Claim;
use super::merge::{Attended, Merged, Value, merge, precedence};
use super::people::{Figure, People};
use crate::answer::PresenceAnswer;
use crate::membership::EventKey;

/// What the claims about one delegation or group come to.
#[derive(Debug)]
pub(super) struct Folded<'v> {
    pub(super) answer: Answer,
    pub(super) presence: PresenceAnswer,
    pub(super) people: People<'v>,
    pub(super) capacity: Option<Merged<'v, &'v Capacity>>,
    /// In order of precedence.
    pub(super) absent_levels: Vec<Level>,
    pub(super) parts: BTreeSet<&'v MeetingId>,
    /// What is in dispute; nothing: the row is not contested.
    pub(super) disputes: Vec<Dispute>,
}

/// A value that other claims contest.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Dispute {
    /// Such as `level "FM" is contested by "HS"`.
    pub(super) text: String,
    pub(super) events: BTreeSet<EventKey>,
}

/// Folds the claims about one delegation or group; in a void meeting nobody was present.
pub(super) fn fold<'v>(claims: &[Claim<'v>], void: bool) -> Folded<'v> {
    let (absent, others): (Vec<Claim<'v>>, Vec<Claim<'v>>) =
        claims.iter().copied().partition(|claim| claim.absent_level().is_some());
    let presence = merge(&others, |claim| Some(claim.attended()).filter(|_| !(void && claim.says_present())));
    let capacity = merge(claims, |claim| claim.entry.capacity.as_ref());
    let people = People::of(&others);
    let mut absent_levels: Vec<Level> = absent.iter().filter_map(Claim::absent_level).collect();
    absent_levels.sort_unstable_by_key(|level| (precedence(Some(*level)), *level));
    absent_levels.dedup();
    let mut disputes = Vec::new();
    let word = |attended: &Attended| attended.presence().to_string();
    disputes.extend(presence.as_ref().and_then(|presence| disputed("presence", presence, word)));
    disputes.extend(capacity.as_ref().and_then(|capacity| disputed("capacity", capacity, ToString::to_string)));
    disputes.extend(people.head.iter().flat_map(|head| of_figure(head, "")));
    disputes.extend(people.members.iter().flat_map(|member| {
        let name = member.person.map(|person| format!(" of {}", person.name)).unwrap_or_default();
        of_figure(member, &name)
    }));
    disputes.extend(people.head.as_ref().and_then(|head| absent_at_level(head, &absent)));
    Folded {
        answer: claims.iter().map(|claim| claim.reached).fold(Answer::Possibly, Answer::or),
        presence: presence.map_or(PresenceAnswer::NotStated, |presence| presence.value.presence().into()),
        people,
        capacity,
        absent_levels,
        parts: claims.iter().filter_map(|claim| claim.part).collect(),
        disputes,
    }
}

/// What is in dispute about one person.
fn of_figure(figure: &Figure<'_>, whose: &str) -> Vec<Dispute> {
    let level = figure.level.as_ref();
    let mode = figure.mode.as_ref();
    let place = figure.in_lieu_of.as_ref();
    let disputes = [
        level.and_then(|level| disputed(&format!("level{whose}"), level, Level::to_string)),
        mode.and_then(|mode| disputed(&format!("mode{whose}"), mode, ToString::to_string)),
        place.and_then(|person| disputed(&format!("in lieu of{whose}"), person, |person| person.name.clone())),
    ];
    disputes.into_iter().flatten().collect()
}

fn disputed<T: Value>(what: &str, merged: &Merged<'_, T>, word: impl Fn(&T) -> String) -> Option<Dispute> {
    if merged.against.is_empty() {
        return None;
    }
    let others: BTreeSet<String> = merged.against.iter().map(|(value, _)| format!("\"{}\"", word(value))).collect();
    let others = others.into_iter().collect::<Vec<_>>().join(", ");
    let text = format!("{what} \"{}\" is contested by {others}", word(&merged.value));
    let claims = merged.against.iter().map(|(_, claim)| claim).chain([&merged.by]);
    Some(Dispute { text, events: claims.map(|claim| EventKey::of(&claim.record.event)).collect() })
}

/// Whoever is said to have been absent at the level that the head has.
fn absent_at_level(head: &Figure<'_>, absent: &[Claim<'_>]) -> Option<Dispute> {
    let level = head.level.as_ref()?;
    let same = |claim: &&Claim<'_>| {
        claim.absent_level().is_some_and(|absent| absent == level.value || absent.refined_by(&level.value))
    };
    let against: Vec<&Claim<'_>> = absent.iter().filter(same).collect();
    if against.is_empty() {
        return None;
    }
    let levels: BTreeSet<String> =
        against.iter().filter_map(|claim| claim.absent_level()).map(|level| format!("\"{level}\"")).collect();
    let levels = levels.into_iter().collect::<Vec<_>>().join(", ");
    let text = format!("level \"{}\" is contested by absence at {levels}", level.value);
    let claims = against.into_iter().chain([&level.by]);
    Some(Dispute { text, events: claims.map(|claim| EventKey::of(&claim.record.event)).collect() })
}
