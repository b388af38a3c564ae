//! Times in words: what EDTF writes, for people who do not read it.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, fmt};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A duration in words, with the hour on the clocks of a zone where one is known: `2024-07-03/2024-07-04` is
/// `3 to 4 July 2024`. Nothing for forms that have no plain words, and for years: they are words already.
pub(super) fn spoken(edtf: &str, zone: Option<&str>) -> Option<String> {
    let zone = zone.and_then(|name| Some((name, TimeZone::get(name).ok()?)));
    let one = |text: &str| point(text, zone.as_ref());
    match edtf.split_once('/') {
        None => either(edtf, &one).or_else(|| one(edtf)).filter(|words| words != edtf),
        Some(("" | "..", "" | "..")) => None,
        Some(("" | "..", end)) => Some(format!("until {}", one(end)?)),
        Some((start, "" | "..")) => Some(format!("from {}", one(start)?)),
        Some((start, end)) => {
            let (first, last) = (one(start)?, one(end)?);
            Some(format!("{} to {last}", without_what_follows(&first, &last, start, end)))
        }
    }
}

/// The moment at which something begins or ends, in words: an interval does not last here, its bounds are all that is
/// known. `2001/2024-07-04` is `some day between 2001 and 4 July 2024`.
pub(super) fn moment(edtf: &str) -> Option<String> {
    let Some((start, end)) = edtf.split_once('/') else { return spoken(edtf, None) };
    within(start, end, &|text| point(text, None))
}

/// One moment between two bounds, either of which may be open.
fn within(start: &str, end: &str, one: &impl Fn(&str) -> Option<String>) -> Option<String> {
    let some = if start.contains('T') || end.contains('T') { "some time" } else { "some day" };
    match (start, end) {
        ("" | "..", "" | "..") => None,
        ("" | "..", end) => Some(format!("{some} up to {}", one(end)?)),
        (start, "" | "..") => Some(format!("{some} from {} on", one(start)?)),
        (start, end) => {
            let (first, last) = (one(start)?, one(end)?);
            Some(format!("{some} between {} and {last}", without_what_follows(&first, &last, start, end)))
        }
    }
}

/// One of a set: `[2022-09-14,2022-09-16]` is `14 or 16 September 2022`.
fn either(edtf: &str, one: &impl Fn(&str) -> Option<String>) -> Option<String> {
    let set = edtf.strip_prefix('[')?.strip_suffix(']')?;
    if let Some((start, end)) = set.split_once("..").filter(|_| !set.contains(',')) {
        return within(start, end, one);
    }
    let texts: Vec<&str> = set.split(',').map(str::trim).collect();
    let words: Vec<String> = texts.iter().map(|text| one(text)).collect::<Option<_>>()?;
    let (last_text, last) = (texts.last()?, words.last()?);
    let others = words.iter().zip(&texts).take(words.len() - 1);
    let others: Vec<&str> = others.map(|(words, text)| without_what_follows(words, last, text, last_text)).collect();
    Some(if others.is_empty() { last.clone() } else { format!("{} or {last}", others.join(", ")) })
}

/// The first day without the month and the year that the last one says too.
fn without_what_follows<'w>(first: &'w str, last: &str, start: &str, end: &str) -> &'w str {
    let days =
        start.parse::<Date>().ok().zip(end.parse::<Date>().ok()).filter(|_| start.len() == 10 && end.len() == 10);
    let Some((from, to)) = days else { return first };
    let same = if from.year() != to.year() {
        0
    } else if from.month() == to.month() {
        2
    } else {
        1
    };
    let kept = first.split(' ').count() - same;
    let end = first.match_indices(' ').nth(kept - 1).map_or(first.len(), |(at, _)| at);
    debug_assert!(last.ends_with(&first[end..]), "{first} and {last} end alike");
    &first[..end]
}

/// One point of time, with what its qualifier says.
fn point(text: &str, zone: Option<&(&str, TimeZone)>) -> Option<String> {
    let (bare, qualified) = match text.char_indices().next_back() {
        Some((at, mark @ ('~' | '?' | '%'))) => (&text[..at], Some(mark)),
        _ => (text, None),
    };
    let words = plain(bare, zone)?;
    Some(match qualified {
        Some('~') => format!("about {words}"),
        Some('?') => format!("{words} (uncertain)"),
        Some(_) => format!("about {words} (uncertain)"),
        None => words,
    })
}

fn plain(text: &str, zone: Option<&(&str, TimeZone)>) -> Option<String> {
    if !text.is_ascii() {
        return None;
    }
    match text.len() {
        4 if text.bytes().all(|digit| digit.is_ascii_digit()) => Some(text.to_owned()),
        7 => {
            let first: Date = format!("{text}-01").parse().ok()?;
            Some(format!("{} {}", month(first), first.year()))
        }
        10 => text.parse::<Date>().ok().map(day),
        length if length > 10 && text.as_bytes()[10] == b'T' => clock(text, zone),
        _ => None,
    }
}

fn clock(text: &str, zone: Option<&(&str, TimeZone)>) -> Option<String> {
    let reading: DateTime = text.get(..19)?.parse().ok()?;
    let Ok(instant) = text.parse::<Timestamp>() else { return Some(at(reading)) };
    if let Some((name, zone)) = zone {
        return Some(format!("{}, {name}", at(zone.to_datetime(instant))));
    }
    let offset = fmt::strtime::parse("%:z", text.get(19..)?).ok().and_then(|parsed| parsed.offset());
    let offset = offset.unwrap_or(Offset::UTC);
    let sign = if offset.is_negative() { '−' } else { '+' };
    let minutes = offset.seconds().unsigned_abs() / 60;
    let away = if minutes == 0 { String::new() } else { format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60) };
    Some(format!("{}, UTC{away}", at(reading)))
}

fn at(reading: DateTime) -> String {
    let (hour, minute, second) = (reading.hour(), reading.minute(), reading.second());
    let seconds = if second == 0 { String::new() } else { format!(":{second:02}") };
    format!("{}, {hour:02}:{minute:02}{seconds}", day(reading.date()))
}

fn day(date: Date) -> String {
    format!("{} {} {}", date.day(), month(date), date.year())
}

fn month(date: Date) -> &'static str {
    MONTHS[usize::from(date.month().unsigned_abs()) - 1]
}

#[cfg(test)]
mod tests {
    use super::{moment, spoken};

    #[test]
    fn a_time_is_said_in_words_where_there_are_plain_ones() {
        for (edtf, words) in [
            ("2024-07-04", "4 July 2024"),
            ("2017-06", "June 2017"),
            ("2022-09-16~", "about 16 September 2022"),
            ("1978-02-17?", "17 February 1978 (uncertain)"),
            ("2009%", "about 2009 (uncertain)"),
            ("2024-07-03/2024-07-04", "3 to 4 July 2024"),
            ("2024-06-30/2024-07-04", "30 June to 4 July 2024"),
            ("2023-12-31/2024-01-01", "31 December 2023 to 1 January 2024"),
            ("2024-07-03/..", "from 3 July 2024"),
            ("../2024-07-03", "until 3 July 2024"),
            ("2001/2024-07-04", "2001 to 4 July 2024"),
            ("2024-07-04T15:00:00+05:00", "4 July 2024, 15:00, UTC+05:00"),
            ("2024-07-04T10:00:30Z", "4 July 2024, 10:00:30, UTC"),
            ("2024-07-04T10:00:00-09:30", "4 July 2024, 10:00, UTC−09:30"),
            ("2024-07-04T15:00:00", "4 July 2024, 15:00"),
            ("[2022-09-14,2022-09-16]", "14 or 16 September 2022"),
            ("[2022-08-31,2022-09-14,2022-09-16]", "31 August, 14 or 16 September 2022"),
            ("[2022-09-14..2022-09-16]", "some day between 14 and 16 September 2022"),
            ("[2016,2017]", "2016 or 2017"),
        ] {
            assert_eq!(spoken(edtf, None).as_deref(), Some(words), "{edtf}");
        }
        for none in ["2017", "199X", "2001-21", "[2001-21,2022]", "[]", "../..", "Y17000", "2024-13-99", "", "ÄÄ~"] {
            assert_eq!(spoken(none, None), None, "{none}");
        }
    }

    #[test]
    fn an_interval_in_which_something_begins_does_not_last() {
        for (edtf, words) in [
            ("2001/2024-07-04", "some day between 2001 and 4 July 2024"),
            ("2022-09-14/2022-09-16", "some day between 14 and 16 September 2022"),
            ("../2014-09-12", "some day up to 12 September 2014"),
            ("/2014-09-12~", "some day up to about 12 September 2014"),
            ("2014-09-12/..", "some day from 12 September 2014 on"),
            ("[2022-09-14,2022-09-16]", "14 or 16 September 2022"),
            ("2024-07-04T10:00:00Z/2024-07-05", "some time between 4 July 2024, 10:00, UTC and 5 July 2024"),
            ("2024-07-04", "4 July 2024"),
            ("2022-09-16~", "about 16 September 2022"),
        ] {
            assert_eq!(moment(edtf).as_deref(), Some(words), "{edtf}");
        }
        for none in ["2017", "../..", "/", "199X/2001"] {
            assert_eq!(moment(none), None, "{none}");
        }
    }

    #[test]
    fn the_hour_is_that_of_the_place() {
        let almaty = Some("Asia/Almaty");
        assert_eq!(spoken("2024-07-04T10:00:00Z", almaty).as_deref(), Some("4 July 2024, 15:00, Asia/Almaty"));
        assert_eq!(spoken("2024-07-04T15:00:00+05:00", almaty).as_deref(), Some("4 July 2024, 15:00, Asia/Almaty"));
        assert_eq!(spoken("2024-07-04", almaty).as_deref(), Some("4 July 2024"));
        assert_eq!(spoken("2024-07-04T10:00:00Z", Some("Nowhere/Land")).as_deref(), Some("4 July 2024, 10:00, UTC"));
    }
}
