//! How the lines are told: a table for people, JSON for programs.

use std::fmt;

use comfy_table::{Table, presets};
use serde_json::{Value, json};

use crate::lines::Size;
use crate::measure::{Figures, Goal, Measured};

/// All that was measured.
pub(crate) struct Report {
    size: Size,
    lines: Vec<(&'static str, Measured)>,
}

impl Report {
    pub(crate) const fn new(size: Size) -> Self {
        Self { size, lines: Vec::new() }
    }

    pub(crate) fn add(&mut self, line: &'static str, measured: Measured) {
        self.lines.push((line, measured));
    }

    pub(crate) fn json(&self) -> String {
        let lines: Vec<Value> = self
            .lines
            .iter()
            .map(|(name, measured)| json!({ "line": name, "reached": measured.is_reached(), "measured": measured }))
            .collect();
        let whole = json!({ "events": self.size.events, "rounds": self.size.rounds, "lines": lines });
        serde_json::to_string_pretty(&whole).expect("figures are JSON")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_style(presets::ASCII_MARKDOWN);
        table.set_header([
            "line",
            "ours",
            "reference",
            "ratio",
            "goal",
            "µs of ours: client, server",
            "of the reference",
        ]);
        for (name, measured) in &self.lines {
            let goal = match measured.goal {
                Some(Goal::RatioAtLeast(goal)) => format!("≥ {goal}"),
                Some(Goal::RatioAtMost(goal)) => format!("≤ {goal}"),
                Some(Goal::AtMost(goal)) => format!("≤ {goal} {}", measured.unit),
                None => String::new(),
            };
            let reached = match measured.is_reached() {
                Some(true) => " reached",
                Some(false) => " not reached",
                None => "",
            };
            let used = |pair: [f64; 2]| format!("{:.2}, {:.2}", pair[0], pair[1]);
            let processor = measured.processor.map(|[a, b, c, d]| [used([a, b]), used([c, d])]).unwrap_or_default();
            let [ours, theirs] = processor;
            table.add_row([
                format!("{name}: {}", measured.what),
                format!("{} {}", spread(&measured.ours), measured.unit),
                measured
                    .theirs
                    .as_ref()
                    .map(|theirs| format!("{} {}", measured.reference, spread(theirs)))
                    .unwrap_or_default(),
                measured.ratio.as_ref().map(spread).unwrap_or_default(),
                format!("{goal}{reached}"),
                ours,
                theirs,
            ]);
        }
        write!(f, "{} events, {} rounds\n{table}", self.size.events, self.size.rounds)
    }
}

/// The middle, and from where to where.
fn spread(figures: &Figures) -> String {
    format!("{} [{}-{}]", short(figures.median), short(figures.least), short(figures.most))
}

/// A figure with three digits that say something.
fn short(figure: f64) -> String {
    let size = figure.abs();
    if size >= 1e6 {
        format!("{:.2}M", figure / 1e6)
    } else if size >= 1e4 {
        format!("{:.0}k", figure / 1e3)
    } else if size >= 100.0 {
        format!("{figure:.0}")
    } else if size >= 10.0 {
        format!("{figure:.1}")
    } else {
        format!("{figure:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn figures_are_told_by_the_digits_that_say_something() {
        let told: Vec<String> = [0.876_5, 12.34, 123.4, 65_432.0, 1_234_567.0].map(short).into();
        assert_eq!(told, ["0.88", "12.3", "123", "65k", "1.23M"]);
    }
}
