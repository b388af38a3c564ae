//! Tidy spells: one row for each time during which a party held one status in an organisation.

use std::collections::BTreeSet;

use summit::{Answer, OrganisationId, PartyId};

use super::table::{Column, Rows, Table, Writing, listed};
use crate::answer::{Dated, Period, SpellRow};
use crate::view::{AskError, View};

/// How many organisations a title names; of more it says how many they are.
const NAMED: usize = 5;

/// Which spells are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// All: past, present and announced.
    Ever,
    /// Those that hold at the vantage, surely or possibly.
    AtTheVantage,
}

impl Held {
    pub(super) fn takes(self, spell: &SpellRow) -> bool {
        !spell.status.is_none() && (self == Self::Ever || spell.answer != Answer::No)
    }
}

impl View<'_> {
    /// The spells of organisations as a table; all of them, or those of one party. Cost: the claims of the parties asked
    /// for.
    pub fn spells_table(
        &self,
        organisations: &[OrganisationId],
        party: Option<&PartyId>,
        held: Held,
        writing: Writing,
    ) -> Result<Table, AskError> {
        let organisations = unique(organisations);
        let mut rows = Rows::new(columns(), writing);
        for organisation in &organisations {
            for row in self.timeline(organisation, party)?.parties {
                let name = self.name_of_party(&row.party).unwrap_or_default();
                for spell in row.spells.iter().filter(|spell| held.takes(spell)) {
                    let sources = rows.sources(self, &spell.evidence);
                    let bound = |dated: Option<&Dated>, of: fn(&Dated) -> &Option<String>| {
                        dated.and_then(|dated| of(dated).clone()).unwrap_or_default()
                    };
                    let (since, until) = (Some(&spell.since), spell.until.as_ref());
                    rows.row([
                        organisation.to_string(),
                        row.party.to_string(),
                        name.clone(),
                        spell.status.to_string(),
                        spell.since.edtf.clone(),
                        until.map(|until| until.edtf.clone()).unwrap_or_default(),
                        bound(since, |dated| &dated.earliest),
                        bound(since, |dated| &dated.latest),
                        bound(until, |dated| &dated.earliest),
                        bound(until, |dated| &dated.latest),
                        spell.answer.to_string(),
                        spell.suspensions.iter().map(period).collect::<Vec<_>>().join("; "),
                        spell.contested.to_string(),
                        sources,
                        listed(&spell.evidence),
                    ]);
                }
            }
        }
        let names = match organisations.as_slice() {
            many if many.len() > NAMED => format!("{} organisations", many.len()),
            few => few.iter().map(|one| self.name_of_organisation(one)).collect::<Vec<_>>().join(", "),
        };
        let title = match held {
            Held::Ever => format!("who held which status in {names}, and when"),
            Held::AtTheVantage => format!("who holds which status in {names}"),
        };
        Ok(rows.table("spells", title, &[]))
    }
}

/// Each once, where it is first named.
pub(super) fn unique(organisations: &[OrganisationId]) -> Vec<OrganisationId> {
    let mut seen = BTreeSet::new();
    organisations.iter().filter(|one| seen.insert(*one)).cloned().collect()
}

/// A suspension as EDTF: from its beginning to its end, each as it is dated.
fn period(period: &Period) -> String {
    let until = period.until.as_ref().map_or("..", |until| &until.edtf);
    // An end that is itself a range would make an interval of intervals.
    match (period.since.edtf.contains('/'), until.contains('/')) {
        (false, false) => format!("{}/{until}", period.since.edtf),
        _ => format!("from {} until {until}", period.since.edtf),
    }
}

fn columns() -> Vec<Column> {
    vec![
        Column::text("organisation", "The organisation's slug").required(),
        Column::text("party", "ISO 3166-1 alpha-3, ISO 3166-3 alpha-4 for a former state, or a slug").required(),
        Column::text("name", "The party's name; empty where it has none beside its code"),
        Column::text("status", "The status that is held; a time without one has no row").required(),
        Column::text("from", "When it began, as EDTF (ISO 8601-2); an interval is some moment within it").required(),
        Column::text("until", "When it ended, as EDTF; empty while it lasts"),
        Column::text("from_earliest", "The earliest moment at which it may have begun; empty where there is no bound"),
        Column::text("from_latest", "The latest moment at which it may have begun; empty where there is no bound"),
        Column::text("until_earliest", "The earliest moment at which it may have ended; empty where there is no bound"),
        Column::text("until_latest", "The latest moment at which it may have ended; empty where there is no bound"),
        Column::text("answer", "Whether it holds at the vantage: yes, possibly or no").required(),
        Column::text("suspensions", "When rights were suspended, as EDTF, with semicolons between them"),
        Column::text("contested", "Whether sources disagree about its beginning or its end").of("boolean").required(),
        Column::text("sources", "Who says so, with semicolons between them"),
        Column::text("events", "The ids of the events that suffice for the row, with spaces between them").required(),
    ]
}
