//! Who takes the place of whom. Whatever a succession leaves to its heir is asked for anew, from the beginning of the log,
//! each time that it is needed.

use std::collections::BTreeSet;

use jiff::Timestamp;
use summit::{Content, OrganisationId, PartyId, Succession, SuccessionManner};

use super::days::Point;
use super::status::left_to;
use super::{Line, Oracle};

/// Whether a party says it itself, or it follows from a succession.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum By {
    Itself,
    Coming,
    Ending,
}

/// A claim of a status.
#[derive(Clone)]
pub(super) struct Claim<'a> {
    pub(super) line: &'a Line,
    pub(super) status: String,
    pub(super) by: By,
    /// How many have to come before it at the same time, one after the other.
    pub(super) step: usize,
    /// Who else came in that place.
    pub(super) rivals: Vec<&'a Line>,
}

impl Claim<'_> {
    pub(super) fn place(&self) -> (Point, i64, Point, usize, usize, Option<Timestamp>, String) {
        let (from, order, to, recorded, id) = self.line.place();
        let turn = [By::Itself, By::Coming, By::Ending].iter().position(|by| *by == self.by).expect("one of three");
        (from, order, to, turn, self.step, recorded, id)
    }
}

/// Claims of the same time, or before it.
fn time(line: &Line) -> (Point, i64, Point) {
    let (from, order, to, ..) = line.place();
    (from, order, to)
}

fn told(line: &Line) -> Option<&Succession> {
    if let Content::Succession(told) = &line.event.content { Some(told) } else { None }
}

pub(super) fn same_succession(one: &Line, other: &Line) -> bool {
    let names = |line: &Line| {
        let told = told(line)?;
        let set = |list: &[PartyId]| list.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
        Some((set(&told.from), set(&told.to)))
    };
    names(one).is_some() && names(one) == names(other)
}

fn names(list: &[PartyId]) -> BTreeSet<String> {
    list.iter().map(ToString::to_string).collect()
}

/// Whoever is no more after it.
fn gone(told: &Succession) -> BTreeSet<String> {
    if told.manner == Some(SuccessionManner::Separation) {
        return BTreeSet::new();
    }
    names(&told.from).difference(&names(&told.to)).cloned().collect()
}

/// Whoever is new after it.
fn new(told: &Succession) -> BTreeSet<String> {
    names(&told.to).difference(&names(&told.from)).cloned().collect()
}

/// The heir of parties, and the heir of an organisation's members.
fn heirs(told: &Succession) -> (Option<String>, Option<String>) {
    use SuccessionManner::{Continuation, Dissolution, Merger, Renaming, Separation, Succession, Unification};
    let heir = new(told).pop_first().filter(|_| names(&told.to).len() == 1);
    match told.manner.unwrap_or(Succession) {
        Continuation | Renaming => (heir.clone(), heir),
        Succession => (heir, None),
        Unification | Merger => (heir.filter(|_| names(&told.from).len() > 1), None),
        Dissolution | Separation => (None, None),
    }
}

impl<'a> Oracle<'a> {
    fn successions(&self, organisation: &OrganisationId) -> Vec<(&'a Line, &'a Succession)> {
        let here = |line: &&Line| line.event.shared.organisation.as_ref().is_none_or(|only| only == organisation);
        let all: Vec<(&Line, &Succession)> =
            self.counting.iter().copied().filter(here).filter_map(|line| Some((line, told(line)?))).collect();
        let round = |one: &(&'a Line, &'a Succession)| {
            let mut come_to = new(one.1);
            for _ in 0..all.len() {
                for (line, told) in &all {
                    if time(line) == time(one.0) && !gone(told).is_disjoint(&come_to) {
                        come_to.extend(new(told));
                    }
                }
            }
            !gone(one.1).is_disjoint(&come_to)
        };
        all.iter().filter(|one| !round(one)).copied().collect()
    }

    /// What successions say of a party in an organisation.
    pub(super) fn following(&self, organisation: &OrganisationId, party: &PartyId) -> Vec<Claim<'a>> {
        let coming = self.coming(organisation, party, None, 0);
        let here = [party.to_string(), organisation.to_string()];
        let ending = self.successions(organisation).into_iter().filter(|(_, told)| {
            let gone = gone(told);
            here.iter().any(|name| gone.contains(name))
        });
        let ending = ending.map(|(line, _)| Claim {
            line,
            status: "none".to_owned(),
            by: By::Ending,
            step: 0,
            rivals: Vec::new(),
        });
        coming.into_iter().chain(ending).collect()
    }

    /// From where a succession brings something to a party in an organisation.
    fn sources(told: &Succession, organisation: &OrganisationId, party: &PartyId) -> Vec<(OrganisationId, PartyId)> {
        let (heir, of_members) = heirs(told);
        if heir.as_deref() == Some(party.as_str()) {
            told.from.iter().map(|one| (organisation.clone(), one.clone())).collect()
        } else if of_members.as_deref() == Some(organisation.as_str()) {
            told.from.iter().filter_map(|one| Some((one.as_str().parse().ok()?, party.clone()))).collect()
        } else {
            Vec::new()
        }
    }

    /// How many successions of its time come before one, each bringing something to where the next takes it from.
    fn step(&self, line: &Line, sources: &[(OrganisationId, PartyId)], depth: usize) -> usize {
        let mut most = 0;
        for (organisation, party) in sources {
            for (before, told) in self.successions(organisation) {
                let sources = Self::sources(told, organisation, party);
                if time(before) == time(line) && !sources.is_empty() && depth < self.log.len() {
                    most = most.max(1 + self.step(before, &sources, depth + 1));
                }
            }
        }
        most
    }

    /// What comes to a party by successions, up to the time of one of them.
    fn coming(
        &self,
        organisation: &OrganisationId,
        party: &PartyId,
        until: Option<&Line>,
        depth: usize,
    ) -> Vec<Claim<'a>> {
        let mut coming = Vec::new();
        for (line, told) in self.successions(organisation) {
            let sources = Self::sources(told, organisation, party);
            if sources.is_empty() || until.is_some_and(|until| time(line) > time(until)) || depth > self.log.len() {
                continue;
            }
            let found = |(organisation, party): &(OrganisationId, PartyId)| {
                let mut claims = self.own(organisation, party);
                claims.retain(|claim| time(claim.line) <= time(line));
                claims.extend(self.coming(organisation, party, Some(line), depth + 1));
                let here = [party.to_string(), organisation.to_string()];
                let ending = self.successions(organisation).into_iter().filter(|(other, told)| {
                    time(other) < time(line) && here.iter().any(|name| gone(told).contains(name))
                });
                claims.extend(ending.map(|(line, _)| Claim {
                    line,
                    status: "none".to_owned(),
                    by: By::Ending,
                    step: 0,
                    rivals: Vec::new(),
                }));
                claims.sort_by_key(Claim::place);
                left_to(line, &claims)
            };
            let held: Vec<(&(OrganisationId, PartyId), String)> =
                sources.iter().filter_map(|source| Some((source, found(source)?))).collect();
            let statuses: BTreeSet<&String> = held.iter().map(|(_, status)| status).collect();
            let [status] = statuses.into_iter().collect::<Vec<_>>()[..] else { continue };
            let rivals: Vec<&Line> =
                held.iter().flat_map(|(source, _)| self.rivals(line, source, organisation, party)).collect();
            let weight = |line: &Line| line.event.shared.authority();
            if rivals.iter().all(|rival| weight(rival) <= weight(line)) {
                let step = self.step(line, &sources, 0);
                coming.push(Claim { line, status: status.clone(), by: By::Coming, step, rivals });
            }
        }
        coming
    }

    /// Successions that may be of the same time and end the same, but name others.
    fn rivals(
        &self,
        line: &Line,
        source: &(OrganisationId, PartyId),
        organisation: &OrganisationId,
        party: &PartyId,
    ) -> Vec<&'a Line> {
        let of_parties = source.0 == *organisation;
        let before = if of_parties { source.1.to_string() } else { source.0.to_string() };
        let after = if of_parties { party.to_string() } else { organisation.to_string() };
        let all = self.successions(&source.0).into_iter();
        all.filter(|(other, told)| {
            gone(told).contains(&before) && !names(&told.to).contains(&after) && other.span().overlaps(line.span())
        })
        .map(|(other, _)| other)
        .collect()
    }
}
