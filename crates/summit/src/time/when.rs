//! `occurred`: EDTF texts as ranges of the civil timeline.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use edtf_core::{Bound, Date, Edtf, IntervalEndpoint, Set, SetElement, TimeShift};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::moment::{Day, Moment};
use super::range::Range;
use crate::id::BadId;

const ALLOWED: &str = "EDTF (ISO 8601-2) of level 0 or 1, or a set […] or {…}, such as 2017, 2024-07-04, \
    2024-07-04T15:00:00+05:00, 2009-06-15/2009-06-16, 2024-07-03/.., 2022-09-16~ or [2022-09-14,2022-09-16]";

/// When something occurred, as its source wrote it, and the moments that this may mean.
///
/// Source: EDTF, ISO 8601-2:2019 Annex A; which forms are taken and what they span is `design.md` section 2.
/// Qualifiers never widen a range, `X` digits run from the smallest to the largest date, a season is its whole
/// year, open and unknown ends are unbounded.
///
/// ```
/// use summit::{Answer, When};
///
/// let joined: When = "2017".parse()?;
/// let spring: When = "2017-03-01".parse()?;
/// assert_eq!(joined.range().reached_by(spring.range().latest), Answer::Possibly);
/// # Ok::<(), summit::BadId>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct When {
    text: Box<str>,
    range: Range,
}

impl When {
    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The moments it may mean.
    pub const fn range(&self) -> &Range {
        &self.range
    }

    /// The one day that this fills or falls into, if it is one.
    pub fn day(&self) -> Option<Day> {
        let day = self.range.earliest.day();
        (self.range.earliest.is_bounded() && self.range.latest.is_bounded() && self.range.latest.day() == day)
            .then_some(day)
    }

    /// The one day that this fills, from its 00:00 to its last moment, if it is one.
    pub fn whole_day(&self) -> Option<Day> {
        self.day().filter(|_| self.range.earliest.opens_day() && self.range.latest.closes_day())
    }

    /// The instant in UTC with second precision, as an EDTF date and time.
    pub fn from_instant(instant: jiff::Timestamp) -> Self {
        let clock = jiff::tz::TimeZone::UTC.to_datetime(instant);
        let text = format!("{}Z", clock.strftime("%Y-%m-%dT%H:%M:%S"));
        text.parse().expect("a UTC date and time is EDTF of level 0")
    }
}

impl FromStr for When {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        if let Some(range) = plain_range(text) {
            return Ok(Self { text: text.into(), range });
        }
        let refused = |why: &str| BadId::new(text, format!("{ALLOWED} ({why})"));
        let edtf = Edtf::parse(text).map_err(|error| refused(error.message))?;
        let range =
            range_of(&edtf).ok_or_else(|| refused("a form of level 2 other than a set, or a year too large"))?;
        if range.earliest > range.latest {
            return Err(refused("it ends before it begins"));
        }
        Ok(Self { text: text.into(), range })
    }
}

/// The range of a year, month or day in digits, which most texts are; nothing for whatever is written in another way, right
/// or wrong.
fn plain_range(text: &str) -> Option<Range> {
    let bytes = text.as_bytes();
    let number = |digits: &[u8]| {
        let each = digits.iter().map(|byte| byte.is_ascii_digit().then(|| i64::from(byte - b'0')));
        each.sum::<Option<i64>>().map(|_| digits.iter().fold(0, |number, byte| number * 10 + i64::from(byte - b'0')))
    };
    let small = |digits: &[u8]| number(digits).and_then(|number| u8::try_from(number).ok());
    let (first, last) = match bytes {
        [year @ .., b'-', m1, m2, b'-', d1, d2] if year.len() == 4 => {
            let day = Day::new(number(year)?, small(&[*m1, *m2])?, small(&[*d1, *d2])?);
            day.exists().then_some((day, day))?
        }
        [year @ .., b'-', m1, m2] if year.len() == 4 => {
            let first = Day::new(number(year)?, small(&[*m1, *m2])?, 1);
            first.exists().then(|| (first, first.last_of_month()))?
        }
        year if year.len() == 4 => {
            let year = number(year)?;
            (Day::new(year, 1, 1), Day::new(year, 12, 31))
        }
        _ => return None,
    };
    Some(Range { earliest: first.first(), latest: last.last() })
}

/// The range that a text means; nothing for forms outside the vocabulary.
fn range_of(edtf: &Edtf) -> Option<Range> {
    match edtf {
        Edtf::Set(set) => set_range(set),
        Edtf::DateTime(clock) => {
            let offset = clock.time.shift.map(|shift| match shift {
                TimeShift::Utc => 0,
                TimeShift::Offset { minutes, .. } => i32::from(minutes) * 60,
            });
            let day = date_range(&clock.date)?.earliest.day();
            let time = clock.time;
            Some(Range::at(Moment::reading(day, time.hour, time.minute, time.second, offset)))
        }
        Edtf::Date(date) if edtf.level() <= 1 => date_range(date),
        Edtf::Interval(interval) if edtf.level() <= 1 => {
            let earliest = endpoint(&interval.start)?.earliest;
            let latest = endpoint(&interval.end)?.latest;
            Some(Range { earliest, latest })
        }
        Edtf::Date(_) | Edtf::Interval(_) => None,
    }
}

/// The bounds of an interval's end; open and unknown ends are both unbounded.
fn endpoint(end: &IntervalEndpoint) -> Option<Range> {
    match end {
        IntervalEndpoint::Date(date) => date_range(date),
        IntervalEndpoint::Open | IntervalEndpoint::Unknown => Some(Range::ANY),
        IntervalEndpoint::OnOrBefore(_) | IntervalEndpoint::OnOrAfter(_) => None,
    }
}

/// A set runs from its least to its greatest element.
fn set_range(set: &Set) -> Option<Range> {
    let mut whole: Option<Range> = None;
    for element in &set.elements {
        let range = match element {
            SetElement::Date(date) => level_1_range(date)?,
            SetElement::OnOrBefore(date) => Range { earliest: Moment::EVER, ..level_1_range(date)? },
            SetElement::OnOrAfter(date) => Range { latest: Moment::NEVER, ..level_1_range(date)? },
            SetElement::Range(first, last) => {
                Range { earliest: level_1_range(first)?.earliest, latest: level_1_range(last)?.latest }
            }
        };
        if range.earliest > range.latest {
            return None;
        }
        whole = Some(whole.map_or(range, |whole| Range {
            earliest: whole.earliest.min(range.earliest),
            latest: whole.latest.max(range.latest),
        }));
    }
    whole
}

fn level_1_range(date: &Date) -> Option<Range> {
    if Edtf::Date(*date).level() <= 1 { date_range(date) } else { None }
}

fn date_range(date: &Date) -> Option<Range> {
    let bounds = Edtf::Date(*date).bounds();
    let (Bound::Date(earliest), Bound::Date(latest)) = (bounds.earliest, bounds.latest) else {
        return None;
    };
    let (mut first, mut last) = (Day::from(earliest), Day::from(latest));
    if date.month.and_then(edtf_core::DateField::value).is_some_and(|month| month > 12) {
        // A season is the whole year: where it begins differs between hemispheres and traditions.
        (first, last) = (Day::new(first.year, 1, 1), Day::new(first.year, 12, 31));
    }
    // Years at the very ends of the number range stand for "no bound" and are nobody's history.
    (first.year > i64::MIN / 2 && last.year < i64::MAX / 2)
        .then(|| Range { earliest: first.first(), latest: last.last() })
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for When {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl JsonSchema for When {
    fn schema_name() -> Cow<'static, str> {
        "Edtf".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[-0-9XYTZ:./,~?%+\\[\\]{}]+$", "description": ALLOWED })
    }
}

#[cfg(test)]
mod tests {
    use edtf_core::Edtf;

    use super::{plain_range, range_of};

    #[test]
    fn what_is_written_in_digits_only_means_what_the_library_says() {
        let years = [0, 4, 100, 400, 1900, 1999, 2000, 2023, 2024, 9999].map(|year| format!("{year:04}"));
        let months = || (0..=13).map(|month| format!("-{month:02}"));
        let days = || (0..=32).map(|day| format!("-{day:02}"));
        let with_months: Vec<String> =
            years.iter().flat_map(|year| months().map(move |month| format!("{year}{month}"))).collect();
        let with_days = with_months.iter().flat_map(|month| days().map(move |day| format!("{month}{day}")));
        for text in years.iter().cloned().chain(with_months.clone()).chain(with_days) {
            let theirs = Edtf::parse(&text).ok().and_then(|edtf| range_of(&edtf));
            assert_eq!(plain_range(&text), theirs, "{text}");
        }
        for text in ["2001-21", "198X", "2001~", "-001", "+001", "20010", "2001-1", "２001", "2001/2002", ""] {
            assert_eq!(plain_range(text), None, "{text} is for the library to read");
        }
    }
}
