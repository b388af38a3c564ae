//! What something is called, folded: each name from when to when, and who says so.
//!
//! Namings of one language and one form take turns, by the rules of memberships (`design.md` section 3): consecutive
//! claims of one name speak of one beginning, which the strongest of those dates that say *from then on*; where all say
//! *at that time*, it lies behind the last claim of the name before; a weaker claim *at that time* begins nothing and
//! contests. A name ends where the next other one surely begins later; where it may begin at the same time, nothing
//! ends, and they compete. An alias takes no turn. A `former` ends what bears its name.

use std::collections::{BTreeMap, BTreeSet};

use summit::{Answer, Attribution, Authority, Cutoff, Event, Moment, NameForm, Range};

use super::claims::{Claim, Manner};
use crate::membership::{EventKey, sorted, winner};

/// One name, and when it is borne.
#[derive(Debug, Clone)]
pub(super) struct Borne<'a> {
    pub(super) name: &'a str,
    pub(super) language: Option<&'a str>,
    pub(super) form: Option<NameForm>,
    pub(super) origin: Origin,
    pub(super) since: Turn,
    pub(super) until: Option<Turn>,
    /// The claim of the highest rank, of these the latest on record; nothing where no event says it.
    pub(super) best: Option<&'a Event>,
    /// Claims that say otherwise, in sort order.
    pub(super) competing: Vec<Claim<'a>>,
    /// Events that suffice for it, in sort order.
    pub(super) evidence: BTreeSet<EventKey>,
}

/// Where a name comes from, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// From an event that gives it.
    Given,
    /// From events that call it so in passing.
    Passing,
    /// From ISO 3166.
    Standard,
}

/// When a name begins or ends.
#[derive(Debug, Clone)]
pub(super) struct Turn {
    pub(super) range: Range,
    /// As a claim wrote it, where one dates it.
    pub(super) text: Option<String>,
    /// Its place in the order of its day, where it lies within one.
    order: Option<i64>,
}

impl Turn {
    /// At a time that a claim gives.
    fn at(event: &Event) -> Self {
        let occurred = &event.shared.occurred;
        let order = event.shared.order.filter(|_| occurred.day().is_some());
        Self { range: *occurred.range(), text: Some(occurred.to_string()), order }
    }

    /// From some moment on, by the end of the time that a claim gives.
    fn by(event: &Event, earliest: Moment) -> Self {
        let occurred = &event.shared.occurred;
        let latest = occurred.range().latest;
        let order = event.shared.order.filter(|_| occurred.day().is_some());
        Self { range: Range { earliest: earliest.min(latest), latest }, text: None, order }
    }

    /// Whether it has come by the cutoff.
    pub(super) fn reached(&self, at: &Cutoff) -> Answer {
        at.reached(&self.range, self.order)
    }

    /// Whether it surely lies behind another.
    fn behind(&self, other: &Self) -> bool {
        let whole_day = |range: &Range| range.earliest.opens_day() && range.latest == range.earliest.day().last();
        let one_day = self.range == other.range && whole_day(&self.range);
        self.range.earliest > other.range.latest
            || one_day && self.order.zip(other.order).is_some_and(|(own, other)| own > other)
    }

    /// What sorts names by their beginning.
    fn key(&self) -> (Moment, i64, Moment) {
        (self.range.earliest, self.order.unwrap_or(0), self.range.latest)
    }
}

/// Who says a name that no event does.
pub(super) fn standard() -> Vec<Attribution> {
    vec![Attribution { name: "ISO 3166".to_owned(), url: None }]
}

impl Borne<'_> {
    /// Whether it has begun by the cutoff.
    pub(super) fn begins(&self, at: &Cutoff) -> Answer {
        self.since.reached(at)
    }

    /// Whether it is borne at the cutoff.
    pub(super) fn holds(&self, at: &Cutoff) -> Answer {
        self.since.reached(at).and(!self.until.as_ref().map_or(Answer::No, |until| until.reached(at)))
    }

    /// The rank of the claim that says it.
    pub(super) fn authority(&self) -> Option<Authority> {
        self.best.map(|event| event.shared.authority())
    }

    /// What decides between names that are as good in everything else.
    pub(super) fn weight(&self) -> (Option<Authority>, Option<(Option<jiff::Timestamp>, summit::EventId)>) {
        (self.authority(), self.best.map(|event| (event.recorded_at, event.id)))
    }
}

/// Every name that claims give, in the order in which they begin; `standard` is the name in ISO 3166, which is left out
/// where a claim gives the same.
pub(super) fn fold<'a>(claims: Vec<Claim<'a>>, standard: Option<&'a str>) -> Vec<Borne<'a>> {
    let mut turns: BTreeMap<(Option<String>, Option<NameForm>), Vec<Claim<'a>>> = BTreeMap::new();
    let mut apart: BTreeMap<(bool, Option<String>, &'a str), Vec<Claim<'a>>> = BTreeMap::new();
    let mut former: BTreeMap<(Option<String>, &'a str), Vec<Claim<'a>>> = BTreeMap::new();
    for claim in in_order(claims) {
        let language = claim.language.map(str::to_ascii_lowercase);
        match (claim.manner, claim.form) {
            (Manner::Passing, _) => apart.entry((true, None, claim.name)).or_default().push(claim),
            (_, Some(NameForm::Alias)) => apart.entry((false, language, claim.name)).or_default().push(claim),
            (_, Some(NameForm::Former)) => former.entry((language, claim.name)).or_default().push(claim),
            (_, form) => turns.entry((language, form)).or_default().push(claim),
        }
    }
    let mut names: Vec<Borne<'a>> = turns.into_values().flat_map(in_turn).collect();
    names.extend(apart.into_iter().map(|((passing, ..), claims)| {
        let group = Group::of(claims);
        if passing { group.passing() } else { group.borne(Moment::EVER) }
    }));
    for claims in former.into_values() {
        end(&mut names, &Group::of(claims));
    }
    names.sort_by_cached_key(|name| (name.since.key(), name.name, name.language, name.form, name.weight()));
    if let Some(standard) = standard.filter(|standard| names.iter().all(|name| name.name != *standard)) {
        names.push(Borne {
            name: standard,
            language: Some("en"),
            form: Some(NameForm::Short),
            origin: Origin::Standard,
            since: Turn { range: Range::ANY, text: None, order: None },
            until: None,
            best: None,
            competing: Vec::new(),
            evidence: BTreeSet::new(),
        });
    }
    names
}

fn in_order(claims: Vec<Claim<'_>>) -> Vec<Claim<'_>> {
    let mut claims = claims;
    claims.sort_by_cached_key(|claim| EventKey::of(claim.event));
    claims
}

/// Consecutive claims of one name, in sort order.
struct Group<'a> {
    claims: Vec<Claim<'a>>,
    /// Weaker claims of another name that begin nothing.
    contesting: Vec<Claim<'a>>,
}

impl<'a> Group<'a> {
    const fn of(claims: Vec<Claim<'a>>) -> Self {
        Self { claims, contesting: Vec::new() }
    }

    fn name(&self) -> &'a str {
        self.claims[0].name
    }

    fn authority(&self) -> Option<Authority> {
        self.claims.iter().map(|claim| claim.event.shared.authority()).max()
    }

    /// The claims that say since when.
    fn dated(&self) -> Vec<&'a Event> {
        let dated = self.claims.iter().filter(|claim| claim.manner == Manner::From);
        sorted(dated.map(|claim| claim.event))
    }

    /// The last moment of which a claim speaks.
    fn last(&self) -> Moment {
        let ends = self.claims.iter().map(|claim| claim.event.shared.occurred.range().latest);
        ends.max().expect("a group has claims")
    }

    /// When it begins: not before `earliest` where no claim says when.
    fn since(&self, earliest: Moment) -> Turn {
        if let Some(winner) = winner(&self.dated()) {
            return Turn::at(winner);
        }
        Turn::by(self.soonest(), earliest)
    }

    /// The claim whose time ends first.
    fn soonest(&self) -> &'a Event {
        let soonest = self.claims.iter().min_by_key(|claim| claim.event.shared.occurred.range().latest);
        soonest.expect("a group has claims").event
    }

    fn keys(&self) -> impl Iterator<Item = EventKey> {
        self.claims.iter().chain(&self.contesting).map(|claim| EventKey::of(claim.event))
    }

    /// The name as it stands alone: no other ends it.
    fn borne(&self, earliest: Moment) -> Borne<'a> {
        let since = self.since(earliest);
        let first = self.claims[0];
        let events = self.claims.iter().map(|claim| claim.event);
        let elsewhere = |claim: &&Claim<'a>| {
            since.text.is_some()
                && claim.manner == Manner::From
                && !claim.event.shared.occurred.range().overlaps(&since.range)
        };
        let mut competing: Vec<Claim<'a>> = self.claims.iter().filter(elsewhere).copied().collect();
        competing.extend(&self.contesting);
        Borne {
            name: first.name,
            language: first.language,
            form: first.form,
            origin: if first.manner == Manner::Passing { Origin::Passing } else { Origin::Given },
            since,
            until: None,
            best: events.max_by_key(|event| (event.shared.authority(), event.recorded_at, event.id)),
            competing,
            evidence: self.keys().collect(),
        }
    }

    /// The name as it is said in passing, maybe by very many: two of them suffice.
    fn passing(&self) -> Borne<'a> {
        let mut name = self.borne(Moment::EVER);
        let events = [self.soonest(), name.best.expect("a group has claims")];
        name.evidence = events.map(EventKey::of).into();
        name
    }
}

/// Names of one language and form, each until the next.
fn in_turn(claims: Vec<Claim<'_>>) -> Vec<Borne<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for claim in claims {
        match groups.last_mut() {
            Some(group) if group.name() == claim.name => group.claims.push(claim),
            Some(group) if claim.manner == Manner::Then && Some(claim.event.shared.authority()) < group.authority() => {
                group.contesting.push(claim);
            }
            _ => groups.push(Group::of(vec![claim])),
        }
    }
    let mut names: Vec<Borne<'_>> = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        let Some((before, begun)) = index.checked_sub(1).map(|before| (&groups[before], &names[before])) else {
            names.push(group.borne(Moment::EVER));
            continue;
        };
        let mut name = group.borne(before.last().after());
        if name.since.text.is_none() {
            // It lies behind the last claim of the name before, or, where that leaves no time, behind its beginning.
            if before.last() >= name.since.range.latest {
                name.since = group.since(begun.since.range.earliest);
            }
            name.evidence.extend(begun.evidence.iter().cloned());
        }
        names.push(name);
    }
    let own: Vec<BTreeSet<EventKey>> = names.iter().map(|name| name.evidence.clone()).collect();
    for index in 0..names.len() {
        let others = |index: usize| {
            let name = groups[index].name();
            groups.iter().enumerate().filter(move |(other, group)| *other != index && group.name() != name)
        };
        let next = others(index).find(|(other, _)| *other > index && names[*other].since.behind(&names[index].since));
        let next = next.map(|(other, _)| other);
        let together = others(index).filter(|(other, _)| {
            let (own, other) = (&names[index].since, &names[*other].since);
            !own.behind(other) && !other.behind(own)
        });
        let together: Vec<usize> = together.map(|(other, _)| other).collect();
        let competing = together.iter().flat_map(|other| groups[*other].claims.clone()).collect::<Vec<_>>();
        let until = next.map(|next| names[next].since.clone());
        // All between the first and the last of these: without one, its neighbours of one name would be one.
        let used = || [Some(index), next].into_iter().flatten().chain(together.iter().copied());
        let (first, last) = (used().min().unwrap_or(index), used().max().unwrap_or(index));
        let name = &mut names[index];
        name.competing.extend(competing);
        name.competing = in_order(std::mem::take(&mut name.competing));
        name.evidence.extend(own[first..=last].iter().flatten().cloned());
        name.until = until;
    }
    names
}

/// Ends what bears a name that is said to be a former one; where nothing does, it was borne at some time before.
fn end<'a>(names: &mut Vec<Borne<'a>>, former: &Group<'a>) {
    let said = former.borne(Moment::EVER);
    let same = |name: &Borne<'a>| {
        let (language, other) = (name.language, said.language);
        name.name == said.name
            && (language.is_none()
                || other.is_none()
                || language.is_some_and(|one| one.eq_ignore_ascii_case(other.unwrap_or(one))))
    };
    let mut borne = false;
    for name in names.iter_mut().filter(|name| same(name)) {
        borne = true;
        if name.until.is_none() && name.since.range.earliest <= said.since.range.latest {
            let mut until = said.since.clone();
            until.range.earliest = until.range.earliest.max(name.since.range.earliest);
            name.until = Some(until);
            name.evidence.extend(said.evidence.iter().cloned());
        }
    }
    if !borne {
        let until = said.since.clone();
        let since = Turn { range: Range { earliest: Moment::EVER, latest: until.range.latest }, text: None, ..until };
        names.push(Borne { since, until: Some(until), ..said });
    }
}
