//! Tallies: a number that a source states, beside what the view counts (`design.md` section 3, *Tallies*).

use std::collections::BTreeMap;

use summit::{Content, Cutoff, Event, OrganisationId, PartyId, Qualifier, Tally};

use super::{Folded, counts};
use crate::answer::{Count, Remark};
use crate::view::View;

/// Statuses of the vocabulary: a tally of one is checked even where nobody is said to hold it.
const STATUSES: [&str; 8] =
    ["member", "associate", "observer", "dialogue_partner", "partner", "candidate", "guest", "signatory"];

impl View<'_> {
    /// Tallies of an organisation that its counts do not bear out, each as of just after itself.
    pub(super) fn remarks_on_tallies(
        &self,
        organisation: &OrganisationId,
        folded: &BTreeMap<PartyId, Folded>,
    ) -> Vec<Remark> {
        let slots = self.index.organisation(organisation).map_or(&[][..], |file| &file.tallies);
        let known = |what: &str| {
            STATUSES.contains(&what)
                || folded.values().flat_map(|spells| &spells.spells).any(|spell| spell.status.as_str() == what)
        };
        let remark = |event: &Event| {
            let Content::Tally(tally) = &event.content else { return None };
            if !known(tally.what.as_str()) {
                return None;
            }
            let counts = counts(folded, &just_after(event));
            let count = counts.iter().find(|(status, _)| status.as_str() == tally.what.as_str());
            tally_remark(event, tally, count.map(|(_, count)| *count).unwrap_or_default())
        };
        self.events(slots).filter(|event| self.reached(event) != summit::Answer::No).filter_map(remark).collect()
    }
}

/// Where a tally is compared: just after itself.
pub(crate) fn just_after(event: &Event) -> Cutoff {
    Cutoff::around(&event.shared.occurred, event.shared.order, true)
}

/// What is odd about a tally, if the count does not bear it out.
pub(crate) fn tally_remark(event: &Event, tally: &Tally, count: Count) -> Option<Remark> {
    let qualifier = tally.qualifier.unwrap_or(Qualifier::Exactly);
    if bears_out(qualifier, tally.value, count) {
        return None;
    }
    let said = if qualifier == Qualifier::Exactly { String::new() } else { format!("{qualifier} ") };
    let possibly = if count.possibly > 0 { format!(" and possibly {} more", count.possibly) } else { String::new() };
    let source = &event.shared.attribution[0].name;
    let text = format!(
        "\"{source}\" states {said}{} of \"{}\"; the chronicle counts {}{possibly} then",
        tally.value, tally.what, count.yes
    );
    Some(Remark { kind: "tally".into(), text, events: vec![event.id] })
}

/// Whether a number may be true of a count.
fn bears_out(qualifier: Qualifier, value: i64, count: Count) -> bool {
    // Counts of parties are far from the ends of the number range; a tally may be anywhere in it.
    let (value, least) = (i128::from(value), count.yes as i128);
    let most = least + count.possibly as i128;
    match qualifier {
        Qualifier::Exactly => (least..=most).contains(&value),
        Qualifier::Over => most > value,
        Qualifier::Nearly => least < value,
        // Within a fifth of what is stated.
        Qualifier::About => most * 5 >= value * 4 && least * 5 <= value * 6,
    }
}

#[cfg(test)]
mod tests {
    use summit::Qualifier::{About, Exactly, Nearly, Over};

    use super::{Count, bears_out};

    #[test]
    fn a_tally_is_odd_only_where_no_count_within_the_range_bears_it_out() {
        let count = Count { yes: 9, possibly: 2 };
        for (qualifier, good, bad) in [
            (Exactly, [9, 10, 11], [8, 12, 100]),
            (Over, [8, 9, 10], [11, 12, 100]),
            (Nearly, [10, 11, 100], [9, 8, -1]),
            (About, [8, 10, 13], [7, 14, 100]),
        ] {
            assert!(good.iter().all(|value| bears_out(qualifier, *value, count)), "{qualifier} {good:?}");
            assert!(bad.iter().all(|value| !bears_out(qualifier, *value, count)), "{qualifier} {bad:?}");
        }
    }
}
