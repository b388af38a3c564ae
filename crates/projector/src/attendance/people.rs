//! Who a delegation is: its head and the others, from claims that name them and claims that do not.

use std::collections::BTreeMap;

use summit::{Level, Mode, Person, PersonId};

use super::claims::{Claim, Rank};
use super::merge::{Merged, Value, merge, precedence};

/// One person of a delegation, or whoever heads it where nobody is named: `person`, `level`, `mode` and `in_lieu_of`
/// belong together.
#[derive(Debug, Clone)]
pub(super) struct Figure<'v> {
    claims: Vec<Claim<'v>>,
    pub(super) person: Option<&'v Person>,
    pub(super) level: Option<Merged<'v, Level>>,
    pub(super) mode: Option<Merged<'v, Mode>>,
    pub(super) in_lieu_of: Option<Merged<'v, &'v Person>>,
}

/// The people of a delegation.
#[derive(Debug, Default)]
pub(super) struct People<'v> {
    pub(super) head: Option<Figure<'v>>,
    /// By precedence.
    pub(super) members: Vec<Figure<'v>>,
}

impl<'v> Figure<'v> {
    fn of(claims: Vec<Claim<'v>>) -> Self {
        Self {
            person: merge(&claims, |claim| claim.entry.person.as_ref()).map(|merged| merged.value),
            level: merge(&claims, |claim| claim.entry.level),
            mode: merge(&claims, |claim| claim.entry.mode),
            in_lieu_of: merge(&claims, |claim| claim.entry.in_lieu_of.as_ref()),
            claims,
        }
    }

    /// What is said of them.
    pub(super) fn claims(&self) -> &[Claim<'v>] {
        &self.claims
    }

    pub(super) fn level(&self) -> Option<Level> {
        self.level.as_ref().map(|level| level.value)
    }

    /// The highest precedence is the smallest; of equal levels, the one that the strongest claim gives.
    fn place(&self) -> (u8, std::cmp::Reverse<Option<Rank>>) {
        let strongest = || self.claims.iter().map(Claim::rank).max();
        let rank = self.level.as_ref().map(|level| level.by.rank()).or_else(strongest);
        (precedence(self.level()), std::cmp::Reverse(rank))
    }

    /// Whether a claim that names nobody may speak of this person.
    fn takes(&self, claim: &Claim<'_>) -> bool {
        match (self.level(), claim.entry.level) {
            (Some(own), Some(said)) => own == said || own.refined_by(&said) || said.refined_by(&own),
            (None, _) | (_, None) => true,
        }
    }
}

impl<'v> People<'v> {
    /// Claims that name a person are that person's. One that names nobody joins the head if their levels agree, or else
    /// the first member with whom they do, or else it contests the head's level.
    pub(super) fn of(claims: &[Claim<'v>]) -> Self {
        let (mut named, mut nameless): (BTreeMap<&PersonId, Vec<Claim<'v>>>, Vec<Claim<'v>>) = Default::default();
        for claim in claims {
            match &claim.entry.person {
                Some(person) => named.entry(&person.id).or_default().push(*claim),
                None => nameless.push(*claim),
            }
        }
        if named.is_empty() {
            let head = (!nameless.is_empty()).then(|| Figure::of(nameless));
            return Self { head, members: Vec::new() };
        }
        let mut figures: Vec<Figure<'v>> = named.into_values().map(Figure::of).collect();
        figures.sort_by_cached_key(Figure::place);
        // Judged by what is said of each by name, so that no claim's turn is of account.
        let mut joined: Vec<Vec<Claim<'v>>> = figures.iter().map(|figure| figure.claims.clone()).collect();
        let mut strays = Vec::new();
        for claim in nameless {
            match figures.iter().position(|figure| figure.takes(&claim)) {
                Some(place) => joined[place].push(claim),
                None => strays.push(claim),
            }
        }
        let mut figures: Vec<Figure<'v>> = joined.into_iter().map(Figure::of).collect();
        figures.sort_by_cached_key(Figure::place);
        let mut figures = figures.into_iter();
        let (mut head, members) = (figures.next(), figures.collect());
        if let Some(level) = head.as_mut().and_then(|head| head.level.as_mut()) {
            level.against.extend(strays.into_iter().filter_map(|claim| Some((claim.entry.level?, claim))));
        }
        Self { head, members }
    }
}
