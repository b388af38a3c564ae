//! How many parties hold which status, year after year: a picture of steps, and its table.

use std::fmt::Write;

use maud::{Markup, html};
use projector::{Count, CountsFrom};
use summit::Status;

use super::axis::{Axis, opening};
use super::bars::rank;
use super::timeline::percent;
use crate::page::marks::Sign;
use crate::page::shown::Look;
use crate::page::{marks, words};

/// The picture's own measures, stretched to its place.
const WIDE: f64 = 1000.0;
const HIGH: f64 = 180.0;
/// Free space above the highest step, in pixels.
const TOP: f64 = 12.0;
/// How far apart the names of lines stand at least, in pixels.
const APART: f64 = 15.0;

/// Every status that is counted, in the order of people.
fn statuses(points: &[CountsFrom]) -> Vec<&Status> {
    let mut all: Vec<&Status> = points.iter().flat_map(|point| point.counts.keys()).collect();
    all.sort_by_key(|status| rank(status));
    all.dedup();
    all
}

fn of(point: &CountsFrom, status: &Status) -> Count {
    point.counts.get(status).copied().unwrap_or_default()
}

/// A whole number as a measure.
fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The steps of one status: its sure count as a line, what is possibly more as a band upon it.
struct Steps<'p> {
    status: &'p Status,
    line: String,
    band: String,
    /// How high the line ends.
    ends: f64,
    last: Count,
}

fn steps<'p>(points: &[CountsFrom], status: &'p Status, axis: &Axis, most: f64) -> Steps<'p> {
    let high = |count: usize| HIGH - number(count) / most * (HIGH - TOP);
    let (mut line, mut upper, mut lower) = (String::new(), String::new(), Vec::new());
    let mut before: Option<Count> = None;
    for point in points {
        let x = point.from.map_or(0.0, |day| axis.place(opening(day))) * WIDE;
        let count = of(point, status);
        let (yes, all) = (high(count.yes), high(count.yes + count.possibly));
        let lead = if before.is_none() { 'M' } else { 'L' };
        if let Some(before) = before {
            let (was, was_all) = (high(before.yes), high(before.yes + before.possibly));
            let _ = write!(line, "L{x:.1} {was:.1}");
            let _ = write!(upper, "L{x:.1} {was_all:.1}");
            lower.push((x, was));
        }
        let _ = write!(line, "{lead}{x:.1} {yes:.1}");
        let _ = write!(upper, "{lead}{x:.1} {all:.1}");
        lower.push((x, yes));
        before = Some(count);
    }
    let last = before.unwrap_or_default();
    let (yes, all) = (high(last.yes), high(last.yes + last.possibly));
    let _ = write!(line, "L{WIDE} {yes:.1}");
    let mut band = format!("{upper}L{WIDE} {all:.1}L{WIDE} {yes:.1}");
    for (x, y) in lower.iter().rev() {
        let _ = write!(band, "L{x:.1} {y:.1}");
    }
    band.push('z');
    Steps { status, line, band, ends: yes, last }
}

/// The picture.
pub(super) fn figure(points: &[CountsFrom], axis: &Axis, at: f64) -> Markup {
    let statuses = statuses(points);
    let most = points.iter().flat_map(|point| point.counts.values()).map(|count| count.yes + count.possibly).max();
    let most = number(most.unwrap_or_default()).max(1.0);
    let lines: Vec<Steps<'_>> = statuses.iter().map(|status| steps(points, status, axis, most)).collect();
    let mut named: Vec<&Steps<'_>> = lines.iter().filter(|line| line.last != Count::default()).collect();
    named.sort_by(|left, right| left.ends.total_cmp(&right.ends));
    let places = apart(named.iter().map(|line| line.ends).collect());
    html! {
        figure.counts aria-labelledby="counts-title" {
            svg width="100%" height="222" role="img" aria-labelledby="counts-name counts-said" {
                title id="counts-name" { "Parties by status over time" }
                desc id="counts-said" { "A line for each status says how many parties surely hold it, a band upon it how many possibly do; all numbers stand in the table." }
                @for (part, text) in scale(most) {
                    line.level x1="0" x2="100%" y1=(format!("{part:.1}")) y2=(format!("{part:.1}")) {}
                    text.level x="2" y=(format!("{:.1}", part - 3.0)) { (text) }
                }
                @for (n, (place, year)) in axis.ticks().into_iter().enumerate() {
                    line.level x1=(percent(place)) x2=(percent(place)) y1="0" y2=(HIGH) {}
                    text.year.minor[n % 3 != 0] x=(percent(place)) y="198" text-anchor="middle" { (year) }
                }
                line.now x1=(percent(at)) x2=(percent(at)) y1="0" y2=(HIGH) {}
                svg viewBox={ "0 0 " (WIDE) " " (HIGH) } width="100%" height=(HIGH) preserveAspectRatio="none" {
                    @for line in &lines {
                        g class={ "tone-" (Sign::of_status(line.status).tone) } { path.band d=(line.band) {} path.line d=(line.line) {} }
                    }
                }
            }
            div.ends aria-hidden="true" {
                svg width="100%" height="222" focusable="false" {
                    @for (line, place) in named.iter().zip(&places) {
                        g class={ "mark solid tone-" (Sign::of_status(line.status).tone) } transform={ "translate(4 " (format!("{:.1}", place - 7.0)) ")" } {
                            g transform="scale(.875)" { path d=(Sign::of_status(line.status).shape.path()) {} text x="8" y="11.4" text-anchor="middle" { (Sign::of_status(line.status).letter) } }
                        }
                        text.end x="23" y=(format!("{:.1}", place + 4.5)) { (counted(line.last)) }
                    }
                }
            }
        }
    }
}

/// Heights from above to below, none upon another, and none below the picture while there is space above.
fn apart(mut heights: Vec<f64>) -> Vec<f64> {
    let mut least = f64::NEG_INFINITY;
    for height in &mut heights {
        *height = height.max(least);
        least = *height + APART;
    }
    let mut most = HIGH;
    for height in heights.iter_mut().rev() {
        *height = height.min(most);
        most = *height - APART;
    }
    heights
}

/// A few round numbers with their heights.
fn scale(most: f64) -> Vec<(f64, String)> {
    let step = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 10_000.0]
        .into_iter()
        .find(|step| most / step <= 5.0);
    let step = step.unwrap_or(most);
    let levels = (0..=5).map(|n| f64::from(n) * step).take_while(|level| *level <= most);
    levels.map(|level| (HIGH - level / most * (HIGH - TOP), format!("{level:.0}"))).collect()
}

/// A range of counts, as people write it.
pub(super) fn counted(count: Count) -> String {
    match count {
        Count { yes, possibly: 0 } => yes.to_string(),
        Count { yes, possibly } => format!("{yes} to {}", yes + possibly),
    }
}

/// The same numbers, from change to change.
pub(super) fn table(look: &Look<'_>, points: &[CountsFrom]) -> Markup {
    let statuses = statuses(points);
    html! {
        div.scroll.tall role="region" tabindex="0" aria-label="Parties by status, from change to change" {
            table.points {
                caption { "Parties by status at the end of a day, until the next change. " q { "10 to 11" } " is: surely 10, one more possibly." }
                thead { tr {
                    th scope="col" { "From" }
                    @for status in &statuses { th.num scope="col" { (marks::status(status)) } }
                } }
                tbody {
                    @for point in points {
                        tr {
                            th scope="row" {
                                @if let Some(day) = point.from {
                                    a href=(look.links.here_with("as_of", Some(&day.to_string()))) { time.edtf { (day) } }
                                } @else { "before" }
                            }
                            @for status in &statuses { td.num data-status=(status) { (counted(of(point, status))) } }
                        }
                    }
                }
            }
        }
    }
}

/// What is counted at the vantage, large.
pub(super) fn figures(counts: &std::collections::BTreeMap<Status, Count>) -> Markup {
    let mut counts: Vec<(&Status, &Count)> = counts.iter().collect();
    counts.sort_by_key(|(status, _)| rank(status));
    html! {
        @if counts.is_empty() { p.quiet { "From here nobody is known to hold a status." } }
        @else {
            dl.figures #counts {
                @for (status, count) in counts {
                    div class={ "tone-" (Sign::of_status(status).tone) } data-status=(status) {
                        dt { (Sign::of_status(status).badge(&words::status(status))) }
                        dd { (count.yes) @if count.possibly > 0 { small { " + " (count.possibly) " possibly" } } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use projector::{Count, CountsFrom};
    use summit::{Day, Status};

    use super::{APART, HIGH, apart, counted, scale, steps};
    use crate::page::organisation::axis::Axis;

    #[test]
    fn a_line_steps_where_the_sure_count_changes_and_its_band_where_the_possible_one_does() {
        let member: Status = "member".parse().expect("a status");
        let point = |from: Option<Day>, yes, possibly| CountsFrom {
            from,
            counts: [(member.clone(), Count { yes, possibly })]
                .into_iter()
                .filter(|(_, count)| *count != Count::default())
                .collect(),
        };
        let points =
            [point(None, 0, 0), point(Some(Day::new(2000, 1, 1)), 0, 2), point(Some(Day::new(2005, 1, 1)), 2, 0)];
        let axis = Axis::between(1990.0, 2010.0);
        let drawn = steps(&points, &member, &axis, 2.0);
        assert_eq!(drawn.line, "M0.0 180.0L500.0 180.0L500.0 180.0L750.0 180.0L750.0 12.0L1000 12.0");
        assert!(
            drawn.band.starts_with("M0.0 180.0L500.0 180.0L500.0 12.0L750.0 12.0L750.0 12.0L1000 12.0"),
            "{}",
            drawn.band
        );
        assert!(drawn.band.ends_with("L0.0 180.0z"), "{}", drawn.band);
        assert_eq!(drawn.last, Count { yes: 2, possibly: 0 });
    }

    #[test]
    fn names_of_lines_stand_apart_and_within_the_picture() {
        let places = apart(vec![10.0, 12.0, HIGH, HIGH, HIGH]);
        assert!(places.windows(2).all(|two| two[1] - two[0] >= APART), "{places:?}");
        assert!(places.iter().all(|place| *place <= HIGH), "{places:?}");
    }

    #[test]
    fn counts_are_ranges_and_levels_are_round() {
        assert_eq!(counted(Count { yes: 10, possibly: 1 }), "10 to 11");
        assert_eq!(counted(Count { yes: 10, possibly: 0 }), "10");
        let levels: Vec<String> = scale(193.0).into_iter().map(|(_, text)| text).collect();
        assert_eq!(levels, ["0", "50", "100", "150"]);
        assert_eq!(scale(1.0).len(), 2);
    }
}
