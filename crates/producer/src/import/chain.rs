//! The spells of one party in one organisation, as claims that sort as the spells follow each other.

use summit::{Admission, Content, Moment, Range, Standing, Suspension, When, Withdrawal};
use wire::Fault;

use super::picture::Pair;
use super::source::Claim;
use super::spells::{Span, Spell};
use super::told::{Item, Reject};

/// The claims of a pair, and the rows that cannot follow those before them.
///
/// A spell of another status that begins when the one before ended, replaces it: there is no withdrawal between them, unless
/// its manner is stated. One of the same status that begins on the day on which it ended, goes on, as a standing says.
pub(super) fn claims(pair: &Pair, spells: Vec<Spell>) -> Vec<Item<Claim>> {
    let mut told = Vec::new();
    let mut chain = Chain { pair, last: None, floor: None };
    for spell in in_order(spells) {
        match chain.follow(&spell) {
            Some(claims) => {
                told.extend(claims.into_iter().map(|claim| Item::Said(Box::new(claim))));
                chain.last = Some(spell);
            }
            None => told.push(Item::Rejected(chain.overlap(&spell))),
        }
    }
    told.extend(chain.end().map(|claim| Item::Said(Box::new(claim))));
    told
}

/// Spells as they follow each other; where their dates leave that open, as the table has them.
fn in_order(spells: Vec<Spell>) -> Vec<Spell> {
    let mut ordered: Vec<Spell> = Vec::with_capacity(spells.len());
    for spell in spells {
        let later = |other: &Spell| may_precede(&spell, other) && !may_precede(other, &spell);
        let place = ordered.iter().position(later).unwrap_or(ordered.len());
        ordered.insert(place, spell);
    }
    ordered
}

/// Whether one spell may have ended before the other began.
fn may_precede(one: &Spell, other: &Spell) -> bool {
    let Span { from, until, stated } = &other.span;
    let begins = from.as_ref().or(until.as_ref()).or(stated.as_ref()).map(|date| date.range().latest);
    one.span.until.as_ref().is_some_and(|until| Some(until.range().earliest) <= begins)
}

struct Chain<'a> {
    pair: &'a Pair,
    /// The spell before, whose end is not told yet.
    last: Option<Spell>,
    /// Where the claim before sorts.
    floor: Option<Floor>,
}

/// Where a claim sorts: by its earliest moment, its order, its latest moment.
#[derive(Debug, Clone, Copy)]
struct Floor {
    earliest: Moment,
    order: i64,
    latest: Moment,
}

impl Chain<'_> {
    /// The end of the spell before and the beginning of this one; nothing, and no change, where it surely overlaps.
    fn follow(&mut self, spell: &Spell) -> Option<Vec<Claim>> {
        let mut floor = self.floor;
        let mut claims = Vec::new();
        let mut goes_on = false;
        if let Some(last) = &self.last {
            let until = last.span.until.as_ref()?;
            if (&last.status, &last.span) == (&spell.status, &spell.span) {
                return None;
            }
            let touches = spell.span.from.as_ref().is_some_and(|from| from.range() == until.range());
            // Within a year or a month there may be time between two spells of one status.
            goes_on = last.status == spell.status && spell.began.is_none() && until.whole_day().is_some();
            goes_on &= touches && last.ended.is_none();
            if !(goes_on || touches && last.ended.is_none() && last.status != spell.status) {
                claims.push(self.withdrawal(last, &mut floor)?);
            }
        }
        let party = self.pair.party.clone();
        let status = spell.status.clone();
        let standing = |party, status| Content::Standing(Standing { party, status, previous: None });
        let (occurred, content) = match &spell.span {
            Span { from: Some(from), .. } if goes_on => (from.clone(), standing(party, status)),
            Span { from: Some(from), .. } => {
                (from.clone(), Content::Admission(Admission { party, status, manner: spell.began, instrument: None }))
            }
            Span { until: Some(until), .. } => (before(until)?, standing(party, status)),
            Span { stated, .. } => (stated.clone()?, standing(party, status)),
        };
        claims.push(self.claim(&occurred, spell, content, &mut floor)?);
        let mut within = floor;
        for (since, until) in &spell.suspensions {
            let (party, scope) = (self.pair.party.clone(), None);
            let suspended = Content::Suspension(Suspension { party: party.clone(), scope: scope.clone() });
            claims.push(self.claim(since, spell, suspended, &mut within)?);
            if let Some(until) = until {
                claims.push(self.claim(
                    until,
                    spell,
                    Content::Reinstatement(Suspension { party, scope }),
                    &mut within,
                )?);
            }
        }
        // Its end has to have a place, too.
        if spell.span.until.is_some() {
            self.withdrawal(spell, &mut floor.clone())?;
        }
        self.floor = floor;
        Some(claims)
    }

    /// The end of the last spell, if it has one.
    fn end(&mut self) -> Option<Claim> {
        let last = self.last.take()?;
        self.withdrawal(&last, &mut self.floor.clone())
    }

    fn withdrawal(&self, spell: &Spell, floor: &mut Option<Floor>) -> Option<Claim> {
        let (party, manner) = (self.pair.party.clone(), spell.ended);
        self.claim(spell.span.until.as_ref()?, spell, Content::Withdrawal(Withdrawal { party, manner }), floor)
    }

    fn claim(&self, occurred: &When, spell: &Spell, content: Content, floor: &mut Option<Floor>) -> Option<Claim> {
        let (occurred, order) = place(occurred, floor)?;
        let organisation = Some(self.pair.organisation.clone());
        Some(Claim { occurred, order, organisation, note: spell.note.clone(), url: spell.url.clone(), content })
    }

    /// Why a row is rejected.
    fn overlap(&self, spell: &Spell) -> Reject {
        let told = |spell: &Spell| {
            let date = |date: &Option<When>| date.as_ref().map_or("..".to_owned(), ToString::to_string);
            format!("\"{}\" from {} until {}", spell.status, date(&spell.span.from), date(&spell.span.until))
        };
        let Pair { organisation, party } = self.pair;
        let beside = self
            .last
            .as_ref()
            .map_or(String::new(), |last| format!(", of which line {} says {}", last.line, told(last)));
        let found = format!("{} for \"{party}\" in \"{organisation}\"{beside}", told(spell));
        let allowed = "spells of a party in an organisation that do not overlap".to_owned();
        Reject { line: spell.line, faults: vec![Fault { field: String::new(), found, allowed }] }
    }
}

/// Where a claim stands that comes behind another: as it is dated, but not before that one, and behind it in the order of
/// what begins at the same moment. Nothing where it surely came before.
fn place(occurred: &When, floor: &mut Option<Floor>) -> Option<(When, Option<i64>)> {
    let mut occurred = occurred.clone();
    let order = match *floor {
        None => 0,
        Some(Floor { earliest, order, latest }) => {
            if occurred.range().latest < earliest {
                return None;
            }
            if occurred.range().earliest < earliest {
                let rest = Range { earliest, latest: occurred.range().latest };
                // There is no EDTF for a range that begins in the middle of a day.
                occurred = rest.to_string().parse().ok().filter(|when: &When| *when.range() == rest)?;
            }
            match occurred.range() {
                range if range.earliest > earliest => 0,
                range if range.latest > latest => order,
                _ => order + 1,
            }
        }
    };
    let Range { earliest, latest } = *occurred.range();
    *floor = Some(Floor { earliest, order, latest });
    Some((occurred, (order != 0).then_some(order)))
}

/// A time at which a spell lasted of which only the end is known: its eve, or any time up to it where that is no day.
fn before(until: &When) -> Option<When> {
    let text = match until.whole_day() {
        Some(day) => day.previous().to_string(),
        None => Range { earliest: Moment::EVER, latest: until.range().latest }.to_string(),
    };
    text.parse().ok()
}
