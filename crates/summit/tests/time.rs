//! Time against an enumeration of every day that a text can mean.

use jiff::civil::Date;
use proptest::prelude::*;
use summit::{Answer, Cutoff, Moment, Range, When};

/// A text, and every day it can mean.
fn forms() -> impl Strategy<Value = (String, Vec<Date>)> {
    let year = 1900i16..2100;
    let day =
        (1900i16..2100, 1i8..=12, 1i8..=31).prop_filter_map("a day that exists", |(y, m, d)| Date::new(y, m, d).ok());
    prop_oneof![
        year.clone().prop_map(|y| (format!("{y}"), days(y..=y, 1..=12))),
        year.clone().prop_map(|y| (format!("{y}-XX"), days(y..=y, 1..=12))),
        year.clone().prop_map(|y| (format!("{y}-22"), days(y..=y, 1..=12))),
        (190i16..210).prop_map(|d| (format!("{d}X~"), days(d * 10..=d * 10 + 9, 1..=12))),
        (year.clone(), 1i8..=12).prop_map(|(y, m)| (format!("{y}-{m:02}"), days(y..=y, m..=m))),
        (year, 1i8..=12).prop_map(|(y, m)| (format!("{y}-{m:02}-XX"), days(y..=y, m..=m))),
        day.clone().prop_map(|d| (format!("{d}?"), vec![d])),
        (day.clone(), 0i32..900).prop_map(|(d, n)| {
            let end = d.saturating_add(jiff::Span::new().days(n));
            (format!("{d}/{end}"), d.series(jiff::Span::new().days(1)).take_while(|x| *x <= end).collect())
        }),
        prop::collection::vec(day, 1..5).prop_map(|mut set| {
            let texts: Vec<String> = set.iter().map(ToString::to_string).collect();
            set.sort_unstable();
            (format!("[{}]", texts.join(",")), set)
        }),
    ]
}

fn days(years: std::ops::RangeInclusive<i16>, months: std::ops::RangeInclusive<i8>) -> Vec<Date> {
    let first = Date::new(*years.start(), *months.start(), 1).expect("the first of a month exists");
    let last = Date::new(*years.end(), *months.end(), 1).expect("the first of a month exists").last_of_month();
    first.series(jiff::Span::new().days(1)).take_while(|day| *day <= last).collect()
}

fn range(text: &str) -> Range {
    *text.parse::<When>().unwrap_or_else(|error| panic!("{text}: {error}")).range()
}

proptest! {
    #[test]
    fn a_change_is_judged_as_every_day_it_can_mean_says((text, days) in forms(), year in 1899i16..2101, m in 1i8..=12, d in 1i8..=28) {
        let asked = Date::new(year, m, d).expect("the 28th exists in every month");
        let reached = days.iter().filter(|day| **day <= asked).count();
        let expected = match reached {
            0 => Answer::No,
            n if n == days.len() => Answer::Yes,
            _ => Answer::Possibly,
        };
        prop_assert_eq!(range(&text).reached_by(range(&asked.to_string()).latest), expected);
    }

    #[test]
    fn the_shortest_text_of_a_range_means_the_same_range((text, _) in forms()) {
        let range = range(&text);
        prop_assert_eq!(*range.to_string().parse::<When>().expect("what we print is EDTF").range(), range);
    }

    #[test]
    fn no_text_panics(text in ".{0,40}") {
        if let Ok(when) = text.parse::<When>() {
            prop_assert!(when.range().earliest <= when.range().latest);
        }
    }

    #[test]
    fn text_that_looks_like_edtf_never_panics(text in "[0-9XY/.?~%,:TZ+{}\\[\\]-]{0,30}") {
        if let Ok(when) = text.parse::<When>() {
            prop_assert!(when.range().earliest <= when.range().latest);
        }
    }
}

#[test]
fn a_range_is_written_no_longer_than_it_must_be() {
    for text in [
        "2001",
        "2001-01",
        "2001-12",
        "2025-09",
        "2025-09-01",
        "2001-01-01",
        "2001-12-31",
        "2001/2024-07-04",
        "../2024",
        "2024-07-03/..",
        "2024-01/2024-07",
        "2024-07-01/2024-07-15",
        "2005-03/2006",
        "-0043",
        "Y17000",
        "2009-06-15/2009-06-16",
    ] {
        assert_eq!(range(text).to_string(), text);
    }
}

#[test]
fn what_is_no_date_is_refused() {
    for text in [
        "",
        "yesterday",
        "2023-02-29",
        "2017/2015",
        "[2003..2001]",
        "156X-12-25",
        "1950S2",
        "2001-25",
        "2024-07-04T15:00",
        "2024-07-04T15:00:00+05:00/2024-07-05",
        " 2001",
        "../..",
        "Y99999999999999999999",
    ] {
        assert!(text.parse::<When>().is_err(), "{text:?} was taken");
    }
}

#[test]
fn open_and_unknown_ends_are_unbounded() {
    assert_eq!(range("2024-07-03/..").latest, Moment::NEVER);
    assert_eq!(range("/2001").earliest, Moment::EVER);
    assert_eq!(range("[..2003]").earliest, Moment::EVER);
}

#[test]
fn a_day_encloses_every_instant_that_reads_it() {
    let day = range("2024-07-04");
    for text in
        ["2024-07-04T00:00:00+14:00", "2024-07-04T00:00:00Z", "2024-07-04T23:59:59-11:00", "2024-07-04T23:59:60Z"]
    {
        assert!(day.contains(&range(text)), "{text}");
    }
}

#[test]
fn equal_readings_are_ordered_as_instants() {
    assert!(range("2024-07-04T15:00:00+06:00").latest < range("2024-07-04T15:00:00+05:00").earliest);
    assert!(range("2024-07-04T15:00:00+05:00").latest < range("2024-07-04T15:00:01+14:00").earliest);
}

#[test]
fn the_order_of_a_day_decides_what_has_one() {
    let day: When = "2024-07-04".parse().expect("a day");
    let before = Cutoff::around(&day, Some(40), false);
    assert_eq!(before.reached(day.range(), Some(39)), Answer::Yes);
    assert_eq!(before.reached(day.range(), Some(40)), Answer::No);
    assert_eq!(before.reached(day.range(), None), Answer::Possibly);
    assert_eq!(before.reached(&range("2024-07-03"), Some(99)), Answer::Yes);
    assert_eq!(before.reached(&range("2024-07-05"), Some(1)), Answer::No);
    assert_eq!(before.reached(&range("2024"), Some(1)), Answer::Possibly);
    assert_eq!(Cutoff::around(&day, Some(40), true).reached(day.range(), Some(40)), Answer::Yes);
}

#[test]
fn without_an_order_before_means_the_day_before() {
    let day: When = "2024-03-01".parse().expect("a day");
    assert_eq!(Cutoff::around(&day, None, false).reached(&range("2024-02-29"), None), Answer::Yes);
    assert_eq!(Cutoff::around(&day, None, false).reached(day.range(), None), Answer::No);
    assert_eq!(Cutoff::around(&day, None, true).reached(day.range(), None), Answer::Yes);
}
