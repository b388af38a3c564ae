//! How many parties hold which status, day after day.

use std::collections::{BTreeMap, BTreeSet};

use summit::{Answer, Cutoff, Day, Moment, OrganisationId, Status};

use super::held;
use super::spells::{Change, Folded};
use crate::answer::Count;
use crate::view::{AskError, View};

/// Parties by status from the end of one day until before the end of the next one listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountsFrom {
    /// The first day at whose end they hold; nothing: ever before.
    pub from: Option<Day>,
    /// Parties by status, as `members` counts them.
    pub counts: BTreeMap<Status, Count>,
}

/// How the counts of one status change.
#[derive(Debug, Clone, Copy, Default)]
struct Step {
    yes: isize,
    possibly: isize,
}

impl View<'_> {
    /// How many parties hold which status at the end of every day: the days on which somebody surely or possibly begins or
    /// ceases to hold one, in order, the first without a date. Only `as_of` is of no account. Cost: the claims of all
    /// parties, and for each party its spells at each of its own days.
    pub fn counts_over_time(&self, organisation: &OrganisationId) -> Result<Vec<CountsFrom>, AskError> {
        self.known_organisation(organisation)?;
        let mut steps: BTreeMap<Option<Day>, BTreeMap<Status, Step>> = BTreeMap::from([(None, BTreeMap::new())]);
        for folded in self.folded(organisation, None).values() {
            let mut before = BTreeMap::new();
            for day in std::iter::once(None).chain(days(folded).into_iter().map(Some)) {
                let now = held(folded, &Cutoff::Moment(day.map_or(Moment::EVER, Day::last)));
                if now != before {
                    let step = steps.entry(day).or_default();
                    count(step, &before, -1);
                    count(step, &now, 1);
                    before = now;
                }
            }
        }
        let mut counts: BTreeMap<Status, Count> = BTreeMap::new();
        let points = steps.into_iter().map(|(from, steps)| {
            for (status, step) in steps {
                let count = counts.entry(status).or_default();
                count.yes = count.yes.saturating_add_signed(step.yes);
                count.possibly = count.possibly.saturating_add_signed(step.possibly);
            }
            counts.retain(|_, count| *count != Count::default());
            CountsFrom { from, counts: counts.clone() }
        });
        Ok(points.collect())
    }
}

/// The days at whose end a party may hold something else than at the end of the day before.
fn days(folded: &Folded) -> BTreeSet<Day> {
    let changes = folded.spells.iter().flat_map(|spell| std::iter::once(&spell.start).chain(&spell.end));
    let moments = changes.flat_map(|Change { range, .. }| [range.earliest, range.latest]);
    moments.filter(|moment| moment.is_bounded()).map(Moment::day).collect()
}

fn count(steps: &mut BTreeMap<Status, Step>, held: &BTreeMap<&Status, Answer>, by: isize) {
    for (status, answer) in held {
        match answer {
            Answer::Yes => steps.entry((*status).clone()).or_default().yes += by,
            Answer::Possibly => steps.entry((*status).clone()).or_default().possibly += by,
            Answer::No => {}
        }
    }
}
