//! The shape of a timeline, whatever it is drawn with: what is where, and how sure.

use projector::{PartyTimeline, SpellRow, StepRow, Timeline};
use summit::{Answer, PartyId, Status};

use super::axis::{Axis, MOMENT, Span};
use crate::page::words;

/// A part of a bar, by places on the axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    pub(super) from: f64,
    pub(super) to: f64,
    /// Whether it is so for sure; else only possibly.
    pub(super) sure: bool,
}

/// A spell as a bar.
pub(super) struct Bar<'t> {
    pub(super) spell: &'t SpellRow,
    /// From left to right.
    pub(super) pieces: Vec<Piece>,
    /// Parts with rights suspended.
    pub(super) suspended: Vec<Piece>,
    /// Where claims that say otherwise would have begun or ended it.
    pub(super) rivals: Vec<f64>,
    /// Whether it may have begun ever so long ago.
    pub(super) no_beginning: bool,
    /// Whether it lasts, as far as is known.
    pub(super) no_end: bool,
}

/// A party in a row.
pub(super) struct Line<'t> {
    pub(super) party: &'t PartyId,
    pub(super) bars: Vec<Bar<'t>>,
    pub(super) steps: Vec<(f64, &'t StepRow)>,
    /// All that is drawn, in a sentence.
    pub(super) words: String,
}

/// In which order parties stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Order {
    /// By the status that they hold at the vantage, then since when; who holds none comes last.
    #[default]
    Status,
    /// By name.
    Party,
}

impl std::str::FromStr for Order {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "status" => Ok(Self::Status),
            "party" => Ok(Self::Party),
            _ => Err("status or party".to_owned()),
        }
    }
}

/// The place of a status among others, for people who read lists: full membership first.
pub(super) fn rank(status: &Status) -> (usize, &str) {
    const KNOWN: [&str; 8] =
        ["member", "associate", "observer", "dialogue_partner", "partner", "candidate", "guest", "signatory"];
    let known = KNOWN.iter().position(|known| *known == status.as_str());
    let last = if status.is_none() { KNOWN.len() + 1 } else { KNOWN.len() };
    (known.unwrap_or(last), status.as_str())
}

impl<'t> Bar<'t> {
    fn of(spell: &'t SpellRow, axis: &Axis) -> Self {
        let (since, until) = (Span::of(&spell.since), spell.until.as_ref().map(Span::of));
        let suspended = spell
            .suspensions
            .iter()
            .flat_map(|period| pieces(Span::of(&period.since), period.until.as_ref().map(Span::of).or(until), axis));
        let rivals = spell.competing.iter().filter_map(|claim| Span::of_edtf(&claim.date));
        Self {
            spell,
            pieces: pieces(since, until, axis),
            suspended: suspended.collect(),
            rivals: rivals.map(|span| axis.place(span.middle())).collect(),
            no_beginning: since.from.is_infinite(),
            no_end: until.is_none_or(|until| until.to.is_infinite()),
        }
    }

    /// Where it begins and ends, if it is seen at all.
    pub(super) fn ends(&self) -> Option<(f64, f64)> {
        Some((self.pieces.first()?.from, self.pieces.last()?.to))
    }

    /// Where its mark stands best: where it is surely held, if anywhere.
    pub(super) fn mark_at(&self) -> Option<f64> {
        let wide = |left: &&Piece, right: &&Piece| (left.to - left.from).total_cmp(&(right.to - right.from));
        let sure = self.pieces.iter().filter(|piece| piece.sure).max_by(wide);
        sure.or(self.pieces.first()).map(|piece| piece.from)
    }
}

/// From the latest start to the earliest end it surely is so, around that possibly.
fn pieces(since: Span, until: Option<Span>, axis: &Axis) -> Vec<Piece> {
    let until = until.unwrap_or(Span { from: f64::INFINITY, to: f64::INFINITY });
    let exactly = |span: Span| if span.to - span.from <= MOMENT { Span { to: span.from, ..span } } else { span };
    let (since, until) = (exactly(since), exactly(until));
    let cuts = if since.to < until.from {
        vec![(since.from, since.to, false), (since.to, until.from, true), (until.from, until.to, false)]
    } else {
        vec![(since.from, until.to, false)]
    };
    let placed = cuts.into_iter().map(|(from, to, sure)| Piece { from: axis.place(from), to: axis.place(to), sure });
    placed.filter(|piece| piece.to > piece.from).collect()
}

/// Every party of a timeline as a row. `named` says what a party is called.
pub(super) fn lines<'t>(
    timeline: &'t Timeline,
    axis: &Axis,
    order: Order,
    named: impl Fn(&PartyId) -> String,
) -> Vec<Line<'t>> {
    let mut rows: Vec<(String, &PartyTimeline)> = timeline.parties.iter().map(|row| (named(&row.party), row)).collect();
    match order {
        Order::Party => rows.sort_by(|left, right| left.0.cmp(&right.0)),
        Order::Status => {
            rows.sort_by(|left, right| place(left.1).cmp(&place(right.1)).then_with(|| left.0.cmp(&right.0)));
        }
    }
    let line = |(name, row): (String, &'t PartyTimeline)| Line {
        party: &row.party,
        bars: row.spells.iter().filter(|spell| !spell.status.is_none()).map(|spell| Bar::of(spell, axis)).collect(),
        steps: row
            .steps
            .iter()
            .filter_map(|step| Some((axis.place(Span::of_edtf(&step.occurred)?.middle()), step)))
            .collect(),
        words: said(&name, row),
    };
    rows.into_iter().map(line).collect()
}

/// Holders by status, since when; then who holds none; then who has only taken steps.
fn place(row: &PartyTimeline) -> (usize, Option<(usize, &str)>, &str) {
    let held = |spell: &&SpellRow| !spell.status.is_none();
    let now = row.spells.iter().filter(held).rfind(|spell| spell.answer != Answer::No);
    let spell = now.or_else(|| row.spells.iter().rfind(held));
    let group = match (now, spell) {
        (Some(_), _) => 0,
        (None, Some(_)) => 1,
        (None, None) => 2,
    };
    let since = spell.and_then(|spell| spell.since.earliest.as_deref()).unwrap_or_default();
    (group, spell.map(|spell| rank(&spell.status)), since)
}

/// A row in a sentence.
fn said(name: &str, row: &PartyTimeline) -> String {
    let spell = |spell: &SpellRow| {
        let until = spell.until.as_ref().map(|until| format!(" until {}", until.edtf)).unwrap_or_default();
        let contested = if spell.contested { ", contested" } else { "" };
        let suspended = if spell.suspensions.is_empty() { "" } else { ", suspended at times" };
        format!("{} since {}{until}{contested}{suspended}", words::status(&spell.status), spell.since.edtf)
    };
    let step = |step: &StepRow| {
        format!("{} towards {} {}", step.step.as_str().replace('_', " "), words::status(&step.towards), step.occurred)
    };
    let spells = row.spells.iter().filter(|spell| !spell.status.is_none()).map(spell);
    let all: Vec<String> = spells.chain(row.steps.iter().map(step)).collect();
    format!("{name}: {}", all.join("; "))
}

#[cfg(test)]
mod tests {
    use super::{Piece, pieces, rank};
    use crate::page::organisation::axis::{Axis, Span};

    /// On an axis of a hundred years: as percent.
    fn drawn(since: &str, until: Option<&str>) -> Vec<(f64, f64, bool)> {
        let span = |text: &str| Span::of_edtf(text).expect("EDTF");
        let pieces = pieces(span(since), until.map(span), &Axis::between(1950.0, 2050.0));
        let percent = |place: f64| (place * 100.0).round();
        pieces.into_iter().map(|Piece { from, to, sure }| (percent(from), percent(to), sure)).collect()
    }

    #[test]
    fn what_may_have_begun_within_a_time_is_sure_behind_it() {
        assert_eq!(drawn("2000/2009", Some("2020-01-01")), [(50.0, 60.0, false), (60.0, 70.0, true)]);
        assert_eq!(drawn("2000-01-01", Some("2010/2019")), [(50.0, 60.0, true), (60.0, 70.0, false)]);
        assert_eq!(drawn("2000-01-01", None), [(50.0, 100.0, true)]);
        assert_eq!(drawn("../1999", None), [(0.0, 50.0, false), (50.0, 100.0, true)]);
    }

    #[test]
    fn what_may_have_ended_before_it_began_is_nowhere_sure() {
        assert_eq!(drawn("2000/2019", Some("2010/2029")), [(50.0, 80.0, false)]);
        assert_eq!(drawn("2000-01-01", Some("2000-01-01")), [], "a moment is not seen");
        assert_eq!(drawn("1900", Some("1910")), [], "nor is what lies beyond the axis");
    }

    #[test]
    fn full_members_come_first_and_statuses_that_nobody_knows_behind_the_known() {
        let ranks = ["member", "observer", "dialogue_partner", "guest", "friend", "none"];
        let ranks = ranks.map(|status| status.parse().expect("a status"));
        assert!(ranks.is_sorted_by_key(|status| rank(status).0));
    }
}
