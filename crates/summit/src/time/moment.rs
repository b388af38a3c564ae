//! Moments of the one civil timeline.

use std::fmt;

use edtf_core::BoundDate;

/// Nanoseconds of a day.
const DAY_NANOS: u64 = 86_400_000_000_000;
const SECOND_NANOS: u64 = 1_000_000_000;

/// A day of the proleptic Gregorian calendar, with astronomical years of any size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    /// Astronomical year: 0 precedes 1.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl Day {
    /// The day with this year, month and day; the caller knows that it exists.
    pub const fn new(year: i64, month: u8, day: u8) -> Self {
        Self { year, month, day }
    }

    fn civil(self) -> Option<jiff::civil::Date> {
        let year = i16::try_from(self.year).ok()?;
        jiff::civil::Date::new(year, i8::try_from(self.month).ok()?, i8::try_from(self.day).ok()?).ok()
    }

    fn from_civil(date: jiff::civil::Date) -> Self {
        Self::new(i64::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs())
    }

    /// The day after. Beyond the years of the calendar library only whole years occur, so the last of December is
    /// the one day that needs a successor there.
    #[must_use]
    pub fn next(self) -> Self {
        match self.civil().and_then(|date| date.tomorrow().ok()) {
            Some(date) => Self::from_civil(date),
            None => Self::new(self.year.saturating_add(1), 1, 1),
        }
    }

    /// The day before; see [`Day::next`] for years beyond the calendar library's.
    #[must_use]
    pub fn previous(self) -> Self {
        match self.civil().and_then(|date| date.yesterday().ok()) {
            Some(date) => Self::from_civil(date),
            None => Self::new(self.year.saturating_sub(1), 12, 31),
        }
    }

    /// 00:00 of the day.
    pub const fn first(self) -> Moment {
        Moment { day: self, nanos: 0, utc: i32::MIN }
    }

    /// The last moment of the day.
    pub const fn last(self) -> Moment {
        Moment { day: self, nanos: DAY_NANOS - 1, utc: i32::MAX }
    }

    /// Whether the calendar has it; said of years of four digits only.
    pub(super) fn exists(self) -> bool {
        self.civil().is_some()
    }

    /// The last day of its month, of a year of four digits.
    pub(super) fn last_of_month(self) -> Self {
        self.civil().map_or(self, |date| Self::from_civil(date.last_of_month()))
    }

    fn is_last_of_month(self) -> bool {
        self.next().day == 1
    }
}

impl From<BoundDate> for Day {
    fn from(date: BoundDate) -> Self {
        Self::new(date.year, date.month, date.day)
    }
}

impl fmt::Display for Day {
    /// `2024-07-04`, `-0043-03-15`; years of more than four digits as EDTF writes them, `Y17000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_year(f, self.year)?;
        if self.year.unsigned_abs() <= 9999 { write!(f, "-{:02}-{:02}", self.month, self.day) } else { Ok(()) }
    }
}

fn write_year(f: &mut fmt::Formatter<'_>, year: i64) -> fmt::Result {
    match year {
        0..=9999 => write!(f, "{year:04}"),
        -9999..0 => write!(f, "-{:04}", -year),
        _ => write!(f, "Y{year}"),
    }
}

/// A point on the civil timeline: a wall-clock reading.
///
/// An instant stands at its own reading, the offset dropped; equal readings are ordered as UTC instants. The first
/// and the last moment of a day enclose every instant that reads that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    day: Day,
    /// Since 00:00.
    nanos: u64,
    /// Orders equal readings: minus the offset from UTC in seconds (0 without offset), the extremes at a day's ends.
    utc: i32,
}

impl Moment {
    /// Before everything: the start of what has no beginning.
    pub const EVER: Self = Self { day: Day::new(i64::MIN, 1, 1), nanos: 0, utc: i32::MIN };
    /// After everything: the end of what has no end.
    pub const NEVER: Self = Self { day: Day::new(i64::MAX, 12, 31), nanos: DAY_NANOS, utc: i32::MAX };

    /// The reading of a clock with an offset from UTC in seconds, where it has one.
    pub(super) fn reading(day: Day, hour: u8, minute: u8, second: u8, offset: Option<i32>) -> Self {
        // A leap second stands with the second before it, inside its minute.
        let seconds = u64::from(hour) * 3600 + u64::from(minute) * 60 + u64::from(second.min(59));
        Self { day, nanos: seconds * SECOND_NANOS, utc: -offset.unwrap_or(0) }
    }

    /// The reading of an instant on a clock in UTC.
    pub fn utc(instant: jiff::Timestamp) -> Self {
        let clock = jiff::tz::TimeZone::UTC.to_datetime(instant);
        let nanos = clock.time().duration_since(jiff::civil::Time::midnight()).as_nanos();
        Self {
            day: Day::from_civil(clock.date()),
            nanos: u64::try_from(nanos).expect("a time of day is not negative"),
            utc: 0,
        }
    }

    /// The day of the reading.
    pub const fn day(self) -> Day {
        self.day
    }

    /// Whether this is a bound at all, not [`Moment::EVER`] or [`Moment::NEVER`].
    pub fn is_bounded(self) -> bool {
        self != Self::EVER && self != Self::NEVER
    }

    /// Whether this is 00:00 of a day.
    pub fn opens_day(self) -> bool {
        self == self.day.first()
    }

    /// Whether this is the last moment of a day.
    pub fn closes_day(self) -> bool {
        self == self.day.last()
    }

    /// The first moment behind this one: the next of equal readings, or 00:00 of the next day after a day's last moment.
    #[must_use]
    pub fn after(self) -> Self {
        if !self.is_bounded() {
            self
        } else if self.utc < i32::MAX {
            Self { utc: self.utc + 1, ..self }
        } else if self.nanos + 1 >= DAY_NANOS {
            self.day.next().first()
        } else {
            Self { nanos: self.nanos + 1, utc: i32::MIN, ..self }
        }
    }

    fn write_clock(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.nanos / SECOND_NANOS;
        write!(f, "{}T{:02}:{:02}:{:02}", self.day, seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

impl fmt::Display for Moment {
    /// A date at a day's ends, a date and time elsewhere, `..` where there is no bound.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_bounded() {
            f.write_str("..")
        } else if self.opens_day() || self.closes_day() {
            self.day.fmt(f)
        } else {
            self.write_clock(f)
        }
    }
}

/// How much of a date a text writes down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Precision {
    Year,
    Month,
    Day,
}

impl Moment {
    /// The least that a text must write to begin with this moment: the year, for 2001-01-01T00:00.
    pub(super) fn opening(self) -> Precision {
        match (self.is_bounded() && self.opens_day(), self.day.month, self.day.day) {
            (true, 1, 1) => Precision::Year,
            (true, _, 1) => Precision::Month,
            _ => Precision::Day,
        }
    }

    /// The least that a text must write to end with this moment: the year, for the end of 2001-12-31.
    pub(super) fn closing(self) -> Precision {
        match (self.is_bounded() && self.closes_day(), self.day.month) {
            (true, 12) if self.day.day == 31 => Precision::Year,
            (true, _) if self.day.is_last_of_month() => Precision::Month,
            _ => Precision::Day,
        }
    }

    /// Writes so much of this moment.
    pub(super) fn text(self, precision: Precision) -> String {
        let mut text = self.to_string();
        if self.is_bounded() && self.day.year.unsigned_abs() <= 9999 {
            let dashes = match precision {
                Precision::Year => 2,
                Precision::Month => 1,
                Precision::Day => 0,
            };
            for _ in 0..dashes {
                text.truncate(text.rfind('-').unwrap_or(text.len()));
            }
        }
        text
    }
}
