//! Time as the oracle has it: its own days, read from EDTF text by hand.

use std::fmt;

/// Year, month, day.
pub(crate) type Day = (i32, u32, u32);

/// What a day is made of: its beginning, what a clock on the wall shows, its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Hour {
    Dawn,
    /// Seconds since midnight; minus the offset from UTC in minutes, so that equal readings stand in the order of
    /// their instants; whether just after it is meant.
    Clock(u32, i32, bool),
    Dusk,
}

/// A place on the civil timeline, or beyond either end of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Point {
    Ever,
    On(Day, Hour),
    Never,
}

impl Point {
    /// The next place: the dawn after a dusk, the instant after an instant.
    pub(crate) fn just_after(self) -> Self {
        match self {
            Self::On(day, Hour::Dusk) => Self::On(day_after(day), Hour::Dawn),
            Self::On(day, Hour::Clock(seconds, tie, _)) => Self::On(day, Hour::Clock(seconds, tie, true)),
            other @ (Self::Ever | Self::Never | Self::On(_, Hour::Dawn)) => other,
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::On((year, month, day), hour) = self else { return f.write_str("..") };
        write!(f, "{year:04}-{month:02}-{day:02}")?;
        let Hour::Clock(seconds, ..) = hour else { return Ok(()) };
        write!(f, "T{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

/// From the earliest to the latest place at which something may have happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: Point,
    pub(crate) to: Point,
}

impl Span {
    /// Strictly larger: all of the other and more.
    pub(crate) fn contains(self, other: Self) -> bool {
        self.from <= other.from && self.to >= other.to && self != other
    }

    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.from <= other.to && other.from <= self.to
    }

    /// The day that this fills from dawn to dusk.
    pub(crate) fn day(self) -> Option<Day> {
        match (self.from, self.to) {
            (Point::On(first, Hour::Dawn), Point::On(last, Hour::Dusk)) if first == last => Some(first),
            _ => None,
        }
    }

    /// Whether it lies in one day, at an hour or at any.
    pub(crate) fn within_a_day(self) -> bool {
        matches!((self.from, self.to), (Point::On(first, _), Point::On(last, _)) if first == last)
    }

    fn within(self, day: Day) -> bool {
        self.from >= Point::On(day, Hour::Dawn) && self.to <= Point::On(day, Hour::Dusk)
    }
}

/// An answer of three values, the surest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tri {
    No,
    Possibly,
    Yes,
}

impl Tri {
    pub(crate) fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Possibly => Self::Possibly,
            Self::Yes => Self::No,
        }
    }

    pub(crate) fn word(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// Up to when the world is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Until {
    Point(Point),
    /// A place in the order of a day, itself included or not.
    Place(Day, i64, bool),
}

/// Whether what happened in `span`, with that place in the order of a day, has happened.
pub(crate) fn reached(until: Until, span: Span, order: Option<i64>) -> Tri {
    match (until, order) {
        (Until::Point(point), _) if span.to <= point => Tri::Yes,
        (Until::Point(point), _) if span.from > point => Tri::No,
        (Until::Place(day, place, included), Some(order)) if span.within(day) => {
            if order < place || included && order == place { Tri::Yes } else { Tri::No }
        }
        (Until::Place(day, ..), _) if span.to < Point::On(day, Hour::Dawn) => Tri::Yes,
        (Until::Place(day, ..), _) if span.from > Point::On(day, Hour::Dusk) => Tri::No,
        (Until::Point(_) | Until::Place(..), _) => Tri::Possibly,
    }
}

fn month_length(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn day_after((year, month, day): Day) -> Day {
    match (month, day) {
        (12, 31) => (year + 1, 1, 1),
        _ if day == month_length(year, month) => (year, month + 1, 1),
        _ => (year, month, day + 1),
    }
}

pub(crate) fn day_before((year, month, day): Day) -> Day {
    match (month, day) {
        (1, 1) => (year - 1, 12, 31),
        (_, 1) => (year, month - 1, month_length(year, month - 1)),
        _ => (year, month, day - 1),
    }
}

/// What an EDTF text of the forms that the tests use means.
pub(crate) fn span(text: &str) -> Span {
    let text: String = text.chars().filter(|c| !"~?%".contains(*c)).collect();
    if let Some(list) = text.strip_prefix(['[', '{']) {
        let pieces: Vec<Span> =
            list.trim_end_matches([']', '}']).split(',').map(|piece| between(piece, "..")).collect();
        let from = pieces.iter().map(|piece| piece.from).min().expect("a list is not empty");
        let to = pieces.iter().map(|piece| piece.to).max().expect("a list is not empty");
        return Span { from, to };
    }
    between(&text, "/")
}

fn between(text: &str, separator: &str) -> Span {
    let end = |text: &str| if text.is_empty() || text == ".." { None } else { Some(atom(text)) };
    match text.split_once(separator) {
        Some((first, last)) => Span {
            from: end(first).map_or(Point::Ever, |span| span.from),
            to: end(last).map_or(Point::Never, |span| span.to),
        },
        None => atom(text),
    }
}

fn atom(text: &str) -> Span {
    if let Some((date, clock)) = text.split_once('T') {
        let Span { from: Point::On(day, _), .. } = atom(date) else { unreachable!("a date is on a day") };
        let number = |range: std::ops::Range<usize>| clock[range].parse::<u32>().expect("a clock shows digits");
        let minutes = number(0..2) * 60 + number(3..5);
        let offset = clock.get(8..).filter(|zone| zone.len() == 6).map_or(0, |zone| {
            let part = |range: std::ops::Range<usize>| zone[range].parse::<i32>().expect("an offset is digits");
            (part(1..3) * 60 + part(4..6)) * if zone.starts_with('-') { -1 } else { 1 }
        });
        let at = Point::On(day, Hour::Clock(minutes * 60 + number(6..8), -offset, false));
        return Span { from: at, to: at };
    }
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |text: &str, x: &str| text.replace('X', x).parse::<u32>().expect("a date is digits and X");
    let year = |x| i32::try_from(digits(parts[0], x)).expect("a year has four digits");
    let (first, last) = (year("0"), year("9"));
    let months = match parts.get(1) {
        Some(month) if *month != "XX" && digits(month, "") <= 12 => (digits(month, ""), digits(month, "")),
        _ => (1, 12),
    };
    let days = match parts.get(2) {
        Some(day) if *day != "XX" => (digits(day, ""), digits(day, "")),
        _ => (1, month_length(last, months.1)),
    };
    Span { from: Point::On((first, months.0, days.0), Hour::Dawn), to: Point::On((last, months.1, days.1), Hour::Dusk) }
}
