//! Where a time stands on a picture: from 0, where its axis begins, to 1.

use projector::{Dated, SpellRow, Timeline};
use summit::{Day, Moment, Range, When};

/// How many years of the axis have a line at most.
const TICKS: f64 = 14.0;
/// Distances of lines, in years.
const STEPS: [f64; 14] =
    [1.0, 2.0, 5.0, 10.0, 20.0, 25.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 10_000.0, 100_000.0, 1_000_000.0];
/// How far behind all that is told the axis goes to reach the vantage, in years; further, where more is told.
const REACH: f64 = 30.0;
/// What is left free behind everything, as a part of the axis.
const MARGIN: f64 = 0.015;
/// What is left free before everything, where something began before it, as a part of the axis.
const BEFORE: f64 = 0.04;
/// Days before each month, in a leap year.
const DAYS_BEFORE: [f64; 12] = [0., 31., 60., 91., 121., 152., 182., 213., 244., 274., 305., 335.];
/// Days of a leap year: every year is drawn as one.
const DAYS: f64 = 366.0;
/// What is dated to so many days is drawn as if to one moment, in years.
pub(super) const MOMENT: f64 = 2.5 / DAYS;

/// A time that may be any within bounds, in years; infinite where there is no bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub(super) from: f64,
    pub(super) to: f64,
}

/// The years that a picture shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    from: f64,
    to: f64,
}

/// 00:00 of a day, in years.
pub(super) fn opening(day: Day) -> f64 {
    let bound = if day.year < 0 { i32::MIN } else { i32::MAX };
    let year = f64::from(i32::try_from(day.year).unwrap_or(bound));
    year + (DAYS_BEFORE[usize::from(day.month - 1)] + f64::from(day.day - 1)) / DAYS
}

/// The end of a day, in years.
pub(super) fn closing(day: Day) -> f64 {
    opening(day) + 1.0 / DAYS
}

impl From<&Range> for Span {
    fn from(range: &Range) -> Self {
        let bound =
            |moment: Moment, end: f64, at: fn(Day) -> f64| if moment.is_bounded() { at(moment.day()) } else { end };
        Self {
            from: bound(range.earliest, f64::NEG_INFINITY, opening),
            to: bound(range.latest, f64::INFINITY, closing),
        }
    }
}

impl Span {
    /// Of a time as answers have it.
    pub(super) fn of(dated: &Dated) -> Self {
        let read = |bound: &Option<String>| bound.as_deref().and_then(|bound| bound.parse::<When>().ok());
        let earliest = read(&dated.earliest).map(|when| when.range().earliest);
        let latest = read(&dated.latest).map(|when| when.range().latest);
        let range = Range { earliest: earliest.unwrap_or(Moment::EVER), latest: latest.unwrap_or(Moment::NEVER) };
        Self::from(&range)
    }

    /// Of EDTF.
    pub(super) fn of_edtf(text: &str) -> Option<Self> {
        text.parse::<When>().ok().map(|when| Self::from(when.range()))
    }

    /// In the middle of it, as far as it has bounds.
    pub(super) fn middle(self) -> f64 {
        match (self.from.is_finite(), self.to.is_finite()) {
            (true, true) => f64::midpoint(self.from, self.to),
            (true, false) => self.from,
            _ => self.to,
        }
    }

    fn bounds(self) -> impl Iterator<Item = f64> {
        [self.from, self.to].into_iter().filter(|bound| bound.is_finite())
    }
}

impl Axis {
    /// From one year to another.
    #[cfg(test)]
    pub(super) fn between(from: f64, to: f64) -> Self {
        Self { from, to }
    }

    /// Which holds all that a timeline tells, and the moments that are looked at, where these are not too far.
    pub(super) fn of(timeline: &Timeline, looked_at: &[Moment]) -> Self {
        let spells = timeline.parties.iter().flat_map(|row| &row.spells).flat_map(bounds);
        let steps = timeline.parties.iter().flat_map(|row| &row.steps).filter_map(|step| Span::of_edtf(&step.occurred));
        let founded = timeline.founded.iter().map(Span::of);
        let told = founded.chain(steps).flat_map(Span::bounds).chain(spells);
        let (mut from, mut to) =
            told.fold((f64::INFINITY, f64::NEG_INFINITY), |(from, to), year| (from.min(year), to.max(year)));
        let looked_at = looked_at.iter().filter(|at| at.is_bounded()).map(|at| closing(at.day()));
        if from > to {
            let at = looked_at.clone().next().unwrap_or(2000.0);
            (from, to) = (at, at);
        }
        let reach = (to - from).max(REACH);
        let (first, last) = (from - reach, to + reach);
        for at in looked_at.filter(|at| (first..last).contains(at)) {
            (from, to) = (from.min(at), to.max(at));
        }
        // Who began nobody knows when is seen to come from before.
        let starts = timeline.parties.iter().flat_map(|row| &row.spells).map(|spell| Span::of(&spell.since));
        let before = if starts.into_iter().any(|since| since.from.is_infinite()) { (to - from) * BEFORE } else { 0.0 };
        let from = (from - before).floor();
        let to = to.max(from + 1.0);
        Self { from, to: to + (to - from) * MARGIN }
    }

    /// Where a time stands; at an end, where it is beyond.
    pub(super) fn place(&self, years: f64) -> f64 {
        ((years - self.from) / (self.to - self.from)).clamp(0.0, 1.0)
    }

    /// The years that have a line, with their places.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let step = STEPS.into_iter().find(|step| (self.to - self.from) / step <= TICKS).unwrap_or(f64::INFINITY);
        let first = (self.from / step).ceil() * step;
        let years = (0..100).map(|n| first + f64::from(n) * step).take_while(|year| *year <= self.to);
        years.map(|year| (self.place(year), format!("{year:.0}"))).collect()
    }
}

fn bounds(spell: &SpellRow) -> impl Iterator<Item = f64> {
    let suspensions = spell.suspensions.iter().flat_map(|period| std::iter::once(&period.since).chain(&period.until));
    let own = std::iter::once(&spell.since).chain(&spell.until).chain(suspensions);
    let rivals = spell.competing.iter().filter_map(|claim| Span::of_edtf(&claim.date));
    own.map(Span::of).chain(rivals).flat_map(Span::bounds)
}

#[cfg(test)]
mod tests {
    use super::{Axis, Span, opening};

    #[test]
    fn a_year_is_as_long_as_the_next_and_bounds_may_be_missing() {
        let span = |text: &str| Span::of_edtf(text).map(|span| (span.from, span.to));
        assert_eq!(span("2017"), Some((2017.0, 2018.0)));
        assert_eq!(span("../1950"), Some((f64::NEG_INFINITY, 1951.0)));
        assert_eq!(span("2001/.."), Some((2001.0, f64::INFINITY)));
        assert_eq!(span("yesterday"), None);
        assert_eq!(Span::of_edtf("../1950").map(Span::middle), Some(1951.0));
    }

    #[test]
    fn years_beyond_all_calendars_have_a_place() {
        let axis = Axis { from: -10_000.0, to: 2_100.0 };
        let old: summit::When = "Y-17000".parse().expect("EDTF");
        assert!(axis.place(opening(old.range().earliest.day())).abs() < f64::EPSILON);
        assert!((2..=14).contains(&axis.ticks().len()), "{:?}", axis.ticks());
    }

    #[test]
    fn lines_stand_at_round_years() {
        let axis = Axis { from: 2001.0, to: 2026.4 };
        let years: Vec<String> = axis.ticks().into_iter().map(|(_, year)| year).collect();
        assert_eq!((years.len(), &*years[0], &*years[12]), (13, "2002", "2026"));
    }
}
