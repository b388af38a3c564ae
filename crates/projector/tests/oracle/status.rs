//! Who holds which status (`design.md` section 3, *Membership*).

use std::collections::{BTreeMap, BTreeSet};

use summit::{Content, OrganisationId, PartyId};

use super::days::{Point, Span, Tri, Until, reached};
use super::followers::{By, Claim, same_succession};
use super::{Line, Oracle, Told};

/// A row of members.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Held {
    pub(crate) party: String,
    pub(crate) status: Option<String>,
    pub(crate) answer: String,
    pub(crate) since: Option<Told>,
    pub(crate) until: Option<Told>,
    pub(crate) suspended: String,
    pub(crate) contested: bool,
    pub(crate) competing: BTreeSet<String>,
}

/// A spell of a timeline.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stretch {
    pub(crate) party: String,
    pub(crate) status: String,
    pub(crate) answer: String,
    pub(crate) since: Told,
    pub(crate) until: Option<Told>,
    pub(crate) pauses: Vec<Pause>,
    pub(crate) contested: bool,
    pub(crate) competing: BTreeSet<String>,
}

/// A time of suspension.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pause {
    pub(crate) since: Told,
    pub(crate) until: Option<Told>,
}

/// What a claim does to the groups.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Opens,
    Joins,
    Contests,
    Skipped,
}

/// A change and how it is dated.
struct Change<'a> {
    span: Span,
    order: Option<i64>,
    /// The claim whose words date it, if any.
    dated_by: Option<&'a Line>,
    competing: Vec<&'a Line>,
}

struct Group<'a> {
    status: String,
    claims: Vec<Claim<'a>>,
    contesting: Vec<&'a Line>,
}

pub(super) struct Spell<'a> {
    pub(super) status: String,
    start: Change<'a>,
    /// The next spell's start.
    end: Option<Change<'a>>,
    contesting: Vec<&'a Line>,
    pauses: Vec<(Change<'a>, Option<Change<'a>>)>,
}

/// The status that a claim gives to a party; nothing: it is no status claim of that party.
fn gives(line: &Line, organisation: &OrganisationId, party: &PartyId) -> Option<String> {
    if !line.of(organisation) {
        return None;
    }
    if let Content::Admission(claim) = &line.event.content {
        (claim.party == *party).then(|| claim.status.to_string())
    } else if let Content::Standing(claim) = &line.event.content {
        (claim.party == *party).then(|| claim.status.to_string())
    } else if let Content::Withdrawal(claim) = &line.event.content {
        (claim.party == *party).then(|| "none".to_owned())
    } else if let Content::Reclassification(claim) = &line.event.content {
        Some(claim.to.to_string())
    } else {
        None
    }
}

fn is_standing(line: &Line) -> bool {
    matches!(line.event.content, Content::Standing(_))
}

fn replaces(line: &Line) -> Option<Vec<String>> {
    let Content::Reclassification(claim) = &line.event.content else { return None };
    Some(claim.from.iter().map(ToString::to_string).collect())
}

/// What the group before a claim says to it: its status, its claims so far, its highest authority.
struct Before<'c, 'a> {
    status: &'c str,
    claims: Vec<&'c Claim<'a>>,
}

impl Before<'_, '_> {
    fn highest(&self) -> Option<summit::Authority> {
        self.claims.iter().map(|claim| claim.line.event.shared.authority()).max()
    }

    /// Whether a succession may speak of the same transition.
    fn may_be(&self, line: &Line) -> bool {
        self.claims.iter().all(|claim| claim.line.span().to >= line.span().from)
            || self.claims.iter().any(|claim| claim.by != By::Itself && same_succession(claim.line, line))
    }
}

fn part(claim: &Claim<'_>, before: Option<&Before<'_, '_>>) -> Part {
    let line = claim.line;
    let Some(before) = before else {
        let opens = claim.by == By::Coming || claim.by == By::Itself && replaces(line).is_none();
        return if opens { Part::Opens } else { Part::Skipped };
    };
    let denied = before.claims.iter().any(|other| other.by == By::Itself && other.line.span() == line.span());
    match (claim.by, replaces(line)) {
        (By::Itself, Some(from)) if from.iter().any(|status| status == before.status) => Part::Opens,
        (By::Itself, None) if before.status == claim.status => Part::Joins,
        (By::Itself, None) if is_standing(line) && Some(line.event.shared.authority()) < before.highest() => {
            Part::Contests
        }
        (By::Ending | By::Coming, _) if before.status == claim.status => {
            if before.may_be(line) {
                Part::Joins
            } else {
                Part::Skipped
            }
        }
        (By::Itself, None) | (By::Ending, _) => Part::Opens,
        (By::Coming, _) if before.status == "none" && !denied => Part::Opens,
        (By::Itself, Some(_)) | (By::Coming, _) => Part::Skipped,
    }
}

/// Groups of claims that speak of the same transition. Every claim looks back at all before it.
fn groups<'a>(claims: &[Claim<'a>]) -> Vec<Group<'a>> {
    let mut parts: Vec<Part> = Vec::new();
    for (n, claim) in claims.iter().enumerate() {
        let opener = (0..n).rev().find(|&m| parts[m] == Part::Opens);
        let before = opener.map(|m| Before {
            status: &claims[m].status,
            claims: (m..n).filter(|&k| matches!(parts[k], Part::Opens | Part::Joins)).map(|k| &claims[k]).collect(),
        });
        parts.push(part(claim, before.as_ref()));
    }
    let openers: Vec<usize> = (0..claims.len()).filter(|&n| parts[n] == Part::Opens).collect();
    let ends = openers.iter().skip(1).copied().chain([claims.len()]);
    let pick = |range: std::ops::Range<usize>, wanted: &[Part]| {
        range.filter(|&n| wanted.contains(&parts[n])).map(|n| claims[n].clone()).collect::<Vec<_>>()
    };
    openers
        .iter()
        .zip(ends)
        .map(|(&start, end)| Group {
            status: claims[start].status.clone(),
            claims: pick(start..end, &[Part::Opens, Part::Joins]),
            contesting: pick(start..end, &[Part::Contests]).into_iter().map(|claim| claim.line).collect(),
        })
        .collect()
}

/// What a succession finds held, after all that came before it.
pub(super) fn left_to(line: &Line, claims: &[Claim<'_>]) -> Option<String> {
    let groups = groups(claims);
    let (last, earlier) = groups.split_last()?;
    if last.status != "none" {
        return Some(last.status.clone());
    }
    let before = Before { status: &last.status, claims: last.claims.iter().collect() };
    before.may_be(line).then(|| earlier.last().map(|group| group.status.clone())).flatten()
}

/// Rule 2, for dated claims of one transition.
fn choose<'a>(dated: &[&'a Line]) -> Change<'a> {
    let candidates = dated.iter().copied().filter(|line| !dated.iter().any(|other| line.span().contains(other.span())));
    let rank = |line: &Line| {
        let supporters = dated.iter().filter(|other| other.span() == line.span() || other.span().contains(line.span()));
        (supporters.map(|other| other.event.shared.authority()).max(), line.weight())
    };
    let winner = candidates.max_by_key(|line| rank(line)).expect("of a few spans one contains no other");
    Change {
        span: winner.span(),
        order: winner.order(),
        dated_by: Some(winner),
        competing: dated.iter().copied().filter(|line| !line.span().overlaps(winner.span())).collect(),
    }
}

/// Rule 3, for a group that only standings speak of.
fn first_seen(standing: &Line, founded: Point, before: Option<Point>) -> Change<'_> {
    let Content::Standing(claim) = &standing.event.content else { unreachable!("a group without dated claims") };
    let last_look = claim.previous.as_ref().map(|previous| super::span(previous.occurred.as_str()).to);
    let lower = last_look.map_or(founded, Point::just_after).max(before.unwrap_or(Point::Ever));
    let upper = standing.span().to;
    Change {
        span: Span { from: lower.min(upper), to: upper },
        order: standing.order(),
        dated_by: None,
        competing: Vec::new(),
    }
}

fn told(span: Span, dated_by: Option<&Line>) -> Told {
    Told { text: dated_by.map(|line| line.text().to_owned()), from: span.from.to_string(), to: span.to.to_string() }
}

impl Spell<'_> {
    pub(super) fn held(&self, until: Until) -> Tri {
        let ended = self.end.as_ref().map_or(Tri::No, |end| reached(until, end.span, end.order));
        reached(until, self.start.span, self.start.order).min(ended.not())
    }

    fn suspended(&self, until: Until) -> Tri {
        let during = self.pauses.iter().map(|(start, end)| {
            let over = end.as_ref().map_or(Tri::No, |end| reached(until, end.span, end.order));
            reached(until, start.span, start.order).min(over.not())
        });
        during.max().unwrap_or(Tri::No).min(self.held(until))
    }

    fn competing(&self) -> BTreeSet<String> {
        let ending = self.end.iter().flat_map(|end| &end.competing);
        self.start.competing.iter().chain(ending).chain(&self.contesting).map(|line| line.id()).collect()
    }

    fn since(&self) -> Told {
        told(self.start.span, self.start.dated_by)
    }

    fn until(&self) -> Option<Told> {
        self.end.as_ref().map(|end| told(end.span, end.dated_by))
    }
}

impl<'a> Oracle<'a> {
    /// All that is said of a party or follows for it, in its order.
    fn claims(&self, organisation: &OrganisationId, party: &PartyId) -> Vec<Claim<'a>> {
        let mut claims = self.own(organisation, party);
        claims.extend(self.following(organisation, party));
        claims.sort_by_key(Claim::place);
        claims
    }

    /// What is said of a party itself.
    pub(super) fn own(&self, organisation: &OrganisationId, party: &PartyId) -> Vec<Claim<'a>> {
        let own = self.counting.iter().copied().filter_map(|line| {
            let status = gives(line, organisation, party)?;
            Some(Claim { line, status, by: By::Itself, step: 0, rivals: Vec::new() })
        });
        own.collect()
    }

    fn founded(&self, organisation: &OrganisationId) -> Option<Change<'a>> {
        let founding = |line: &&Line| line.of(organisation) && matches!(line.event.content, Content::Founding(_));
        let foundings: Vec<&Line> = self.counting.iter().copied().filter(founding).collect();
        (!foundings.is_empty()).then(|| choose(&foundings))
    }

    /// Suspensions (true) and reinstatements (false) of a party.
    fn pauses(&self, organisation: &OrganisationId, party: &PartyId) -> Vec<(&'a Line, bool)> {
        let mut found: Vec<(&Line, bool)> = Vec::new();
        for line in self.counting.iter().copied().filter(|line| line.of(organisation)) {
            if let Content::Suspension(claim) = &line.event.content
                && claim.party == *party
            {
                found.push((line, true));
            }
            if let Content::Reinstatement(claim) = &line.event.content
                && claim.party == *party
            {
                found.push((line, false));
            }
        }
        found.sort_by_key(|(line, _)| line.place());
        found
    }

    fn start(&self, organisation: &OrganisationId, groups: &[Group<'a>], n: usize) -> Change<'a> {
        let by = |own: bool| groups[n].claims.iter().filter(move |claim| (claim.by == By::Itself) == own);
        let dated: Vec<&Line> = by(true).map(|claim| claim.line).filter(|line| !is_standing(line)).collect();
        if !dated.is_empty() {
            return choose(&dated);
        }
        let followed: Vec<&Line> = by(false).map(|claim| claim.line).collect();
        if !followed.is_empty() {
            let mut change = choose(&followed);
            change.competing.extend(by(false).flat_map(|claim| claim.rivals.iter().copied()));
            return change;
        }
        let founded = self.founded(organisation).map_or(Point::Ever, |founding| founding.span.from);
        let before = n.checked_sub(1).map(|m| self.start(organisation, groups, m).span.from);
        first_seen(groups[n].claims[0].line, founded, before)
    }

    pub(super) fn spells(&self, organisation: &OrganisationId, party: &PartyId) -> Vec<Spell<'a>> {
        let groups = groups(&self.claims(organisation, party));
        let pauses = self.pauses(organisation, party);
        let spell = |n: usize| {
            let after =
                |line: &Line, m: usize| groups.get(m).is_some_and(|group| line.place() > group.claims[0].line.place());
            let within: Vec<(&Line, bool)> =
                pauses.iter().copied().filter(|(line, _)| after(line, n) && !after(line, n + 1)).collect();
            // Where no status is held, no rights are.
            let within = if groups[n].status == "none" { Vec::new() } else { within };
            let end = groups.get(n + 1).map(|_| self.start(organisation, &groups, n + 1));
            Spell {
                status: groups[n].status.clone(),
                start: self.start(organisation, &groups, n),
                end,
                contesting: groups[n].contesting.clone(),
                pauses: transitions(&within),
            }
        };
        (0..groups.len()).map(spell).collect()
    }

    /// Parties of which something can be told: whoever is named anywhere, and has spells.
    pub(super) fn parties(&self, organisation: &OrganisationId) -> BTreeSet<PartyId> {
        let mut parties = BTreeSet::new();
        for line in &self.counting {
            if let Content::Admission(claim) = &line.event.content {
                parties.insert(claim.party.clone());
            } else if let Content::Standing(claim) = &line.event.content {
                parties.insert(claim.party.clone());
            } else if let Content::Withdrawal(claim) = &line.event.content {
                parties.insert(claim.party.clone());
            } else if let Content::Succession(claim) = &line.event.content {
                parties.extend(claim.to.iter().cloned());
            }
        }
        parties.retain(|party| !self.spells(organisation, party).is_empty());
        parties
    }

    /// The rows of an organisation's members.
    pub(crate) fn members(&self, organisation: &OrganisationId) -> Vec<Held> {
        self.parties(organisation).iter().flat_map(|party| self.rows(organisation, party)).collect()
    }

    fn rows(&self, organisation: &OrganisationId, party: &PartyId) -> Vec<Held> {
        let mut rows = Vec::new();
        for spell in self.spells(organisation, party) {
            let answer = spell.held(self.until());
            if answer != Tri::No && spell.status != "none" {
                rows.push(self.row(party, &spell, answer));
            }
        }
        rows
    }

    fn row(&self, party: &PartyId, spell: &Spell<'_>, answer: Tri) -> Held {
        Held {
            party: party.to_string(),
            status: Some(spell.status.clone()),
            answer: answer.word(),
            since: Some(spell.since()),
            until: spell.until(),
            suspended: spell.suspended(self.until()).word(),
            contested: !spell.competing().is_empty(),
            competing: spell.competing(),
        }
    }

    /// The rows of one party: there is always one.
    pub(crate) fn member(&self, organisation: &OrganisationId, party: &PartyId, status: Option<&str>) -> Vec<Held> {
        let mut rows = self.rows(organisation, party);
        rows.retain(|row| status.is_none_or(|status| row.status.as_deref() == Some(status)));
        if rows.is_empty() {
            let spoken_of = self.parties(organisation).contains(party);
            rows.push(Held {
                party: party.to_string(),
                status: status.map(ToOwned::to_owned),
                answer: if spoken_of { "no" } else { "not_stated" }.to_owned(),
                since: None,
                until: None,
                suspended: "no".to_owned(),
                contested: false,
                competing: BTreeSet::new(),
            });
        }
        rows
    }

    /// Surely and possibly, by status.
    pub(crate) fn counts(&self, organisation: &OrganisationId) -> BTreeMap<String, (usize, usize)> {
        let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for party in self.parties(organisation) {
            let spells = self.spells(organisation, &party);
            let statuses: BTreeSet<&str> = spells.iter().map(|spell| spell.status.as_str()).collect();
            for status in statuses.into_iter().filter(|status| *status != "none") {
                match holds(&spells, status, self.until()) {
                    Tri::Yes => counts.entry(status.to_owned()).or_default().0 += 1,
                    Tri::Possibly => counts.entry(status.to_owned()).or_default().1 += 1,
                    Tri::No => {}
                }
            }
        }
        counts
    }

    /// Every spell of every party.
    pub(crate) fn timeline(&self, organisation: &OrganisationId) -> Vec<Stretch> {
        let mut rows = Vec::new();
        for party in self.parties(organisation) {
            for spell in self.spells(organisation, &party) {
                let pause = |(start, end): &(Change<'_>, Option<Change<'_>>)| Pause {
                    since: told(start.span, start.dated_by),
                    until: end.as_ref().map(|end| told(end.span, end.dated_by)),
                };
                rows.push(Stretch {
                    party: party.to_string(),
                    status: spell.status.clone(),
                    answer: spell.held(self.until()).word(),
                    since: spell.since(),
                    until: spell.until(),
                    pauses: spell.pauses.iter().map(pause).collect(),
                    contested: !spell.competing().is_empty(),
                    competing: spell.competing(),
                });
            }
        }
        rows
    }
}

/// How surely a party holds a status, spells of the same status that follow each other taken together.
pub(super) fn holds(spells: &[Spell<'_>], status: &str, until: Until) -> Tri {
    let mut best = Tri::No;
    for first in (0..spells.len()).filter(|&n| spells[n].status == status) {
        for last in (first..spells.len()).take_while(|&n| spells[n].status == status) {
            let begun = reached(until, spells[first].start.span, spells[first].start.order);
            let ended = spells[last].end.as_ref().map_or(Tri::No, |end| reached(until, end.span, end.order));
            best = best.max(begun.min(ended.not()));
        }
    }
    best
}

/// Suspensions of one spell, each with the reinstatement that follows.
fn transitions<'a>(claims: &[(&'a Line, bool)]) -> Vec<(Change<'a>, Option<Change<'a>>)> {
    let runs: Vec<&[(&Line, bool)]> = claims.chunk_by(|a, b| a.1 == b.1).collect();
    let dated = |run: &[(&'a Line, bool)]| choose(&run.iter().map(|(line, _)| *line).collect::<Vec<_>>());
    let mut periods = Vec::new();
    for (n, run) in runs.iter().enumerate().filter(|(_, run)| run[0].1) {
        periods.push((dated(run), runs.get(n + 1).map(|next| dated(next))));
    }
    periods
}
