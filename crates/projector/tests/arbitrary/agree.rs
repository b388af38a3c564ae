//! What it means that a fold agrees with the oracle, and that evidence suffices.

use std::collections::BTreeSet;

use projector::{AskError, Dated, Delegation, Index, MembersFilter, Name, Row, SpellRow, Stated, View, WantedName};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use summit::{EventId, MeetingId, Named, OrganisationId, PartyId, Vantage};

use super::Log;
use super::folded::{self, TODAY, index};
use crate::oracle::{Called, Held, Line, Oracle, Shown, days};

fn oracle<'a>(log: &'a Log, vantage: &'a Vantage) -> Oracle<'a> {
    Oracle::new(&log.0, vantage, (2024, 7, 4))
}

pub(crate) fn view<'a>(index: &'a Index, vantage: &Vantage) -> View<'a> {
    index.view(vantage, TODAY).expect("the vantage names events of the log")
}

/// Members and timelines are those of the oracle.
pub(crate) fn statuses_agree(
    log: &Log,
    vantage: &Vantage,
    organisation: &OrganisationId,
    parties: &[PartyId],
) -> TestCaseResult {
    let oracle = oracle(log, vantage);
    let index = index(&log.0);
    let view = view(&index, vantage);
    let members = match view.members(organisation, &MembersFilter::default()) {
        Err(AskError::Unknown { .. }) => {
            prop_assert_eq!(oracle.timeline(organisation), []);
            return Ok(());
        }
        answer => answer.expect("an organisation that events name"),
    };
    prop_assert_eq!(members.parties.iter().map(folded::held).collect::<Vec<_>>(), oracle.members(organisation));
    prop_assert_eq!(folded::counts(&members), oracle.counts(organisation));
    let timeline = view.timeline(organisation, None).expect("it has members");
    prop_assert_eq!(folded::stretches(&timeline), oracle.timeline(organisation));
    for spell in timeline.parties.iter().flat_map(|party| &party.spells) {
        for time in spell.until.iter().chain([&spell.since]) {
            prop_assert!(means_its_ends(time), "{:?}", time);
        }
    }
    for party in parties {
        for status in [None, Some("member"), Some("observer")] {
            let only = asking(party, status);
            let rows = view.members(organisation, &only).expect("it has members").parties;
            let rows: Vec<Held> = rows.iter().map(folded::held).map(bare).collect();
            prop_assert_eq!(rows, oracle.member(organisation, party, status));
        }
    }
    Ok(())
}

pub(crate) fn asking(party: &PartyId, status: Option<&str>) -> MembersFilter {
    MembersFilter { party: Some(party.clone()), status: status.map(|status| status.parse().expect("a token")) }
}

/// Whether the text of a time means the ends that stand beside it. At an hour no text of days does.
fn means_its_ends(time: &Dated) -> bool {
    let end = |point: days::Point| Some(point.to_string()).filter(|text| text != "..");
    let span = days::span(&time.edtf);
    let at_an_hour = [&time.earliest, &time.latest].into_iter().flatten().any(|text| text.contains('T'));
    at_an_hour || (end(span.from) == time.earliest && end(span.to) == time.latest)
}

/// What a row that says *no* tells of competing claims is not laid down.
fn bare(row: Held) -> Held {
    if row.since.is_some() { row } else { Held { contested: false, competing: BTreeSet::new(), ..row } }
}

/// Delegations are those of the oracle.
pub(crate) fn seats_agree(log: &Log, vantage: &Vantage, meeting: &MeetingId) -> TestCaseResult {
    let oracle = oracle(log, vantage);
    let index = index(&log.0);
    let attendance = match view(&index, vantage).attendance(meeting) {
        Err(AskError::Unknown { .. }) => {
            prop_assert_eq!(oracle.attendance(meeting), []);
            return Ok(());
        }
        answer => answer.expect("a meeting that events name"),
    };
    prop_assert_eq!(attendance.delegations.iter().map(folded::seat).collect::<Vec<_>>(), oracle.attendance(meeting));
    let missing: BTreeSet<String> = attendance.not_stated.iter().map(ToString::to_string).collect();
    prop_assert_eq!(missing, oracle.not_stated(meeting));
    prop_assert_eq!(attendance.parts.iter().collect::<BTreeSet<_>>(), oracle.parts(meeting));
    Ok(())
}

/// Who took part is shown under the name that the oracle shows, whatever an event calls them, and nobody without being
/// asked for names.
pub(crate) fn names_in_seats_agree(log: &Log, vantage: &Vantage, meeting: &MeetingId) -> TestCaseResult {
    let oracle = oracle(log, vantage);
    let index = index(&log.0);
    let Ok(attendance) = view(&index, vantage).showing(WantedName::default()).attendance(meeting) else {
        return Ok(());
    };
    let silent = view(&index, vantage).attendance(meeting).expect("a meeting that events name");
    for (row, silent) in attendance.delegations.iter().zip(&silent.delegations) {
        let head = [(&row.person, &row.person_name), (&row.in_lieu_of, &row.in_lieu_of_name)];
        let members = row.members.iter().map(|member| (Some(member.person.clone()), &member.person_name));
        let named = head.into_iter().map(|(person, name)| (person.clone(), name)).chain(members);
        for (person, name) in named {
            let Some(person) = person else {
                prop_assert_eq!(name, &None);
                continue;
            };
            let shown = oracle.shown(&Named::Person(person.id.clone())).map(|(name, ..)| name);
            // Where none is borne then, the oracle is silent.
            prop_assert!(shown.is_none() || shown.as_deref() == name.as_deref(), "{:?}: {:?}", person, name);
            prop_assert!(name.is_some(), "{:?}", person);
        }
        let is_silent = silent.person_name.is_none() && silent.in_lieu_of_name.is_none();
        prop_assert!(is_silent && silent.members.iter().all(|member| member.person_name.is_none()));
    }
    Ok(())
}

/// Names are those of the oracle, and so is the one that is shown.
pub(crate) fn names_agree(log: &Log, vantage: &Vantage, of: &Named) -> TestCaseResult {
    let sorted = |mut names: Vec<Called>| {
        let key = |one: &Called| {
            let since = (one.since.from.clone(), one.since.to.clone());
            (one.name.clone(), one.language.clone(), one.form.clone(), since, one.event.clone())
        };
        names.sort_by_key(key);
        names
    };
    let oracle = oracle(log, vantage);
    let index = index(&log.0);
    let names = match view(&index, vantage).names(of, &WantedName::default()) {
        Err(AskError::Unknown { .. }) => {
            prop_assert_eq!(oracle.names(of), []);
            return Ok(());
        }
        answer => answer.expect("events name it"),
    };
    prop_assert_eq!(sorted(names.names.iter().map(folded::called).collect()), sorted(oracle.names(of)));
    let shown: Shown = names.shown.map(|one| (one.name.into_owned(), one.answer.as_str().to_owned(), one.others));
    prop_assert_eq!(shown.filter(|(_, answer, _)| answer != "no"), oracle.shown(of));
    Ok(())
}

/// Each name is the same when only its evidence is folded.
pub(crate) fn evidence_of_names_suffices(log: &Log, vantage: &Vantage, of: &Named) -> TestCaseResult {
    let names = |index: &Index, vantage: &Vantage| -> Vec<Name> {
        view(index, vantage).names(of, &WantedName::default()).map_or(Vec::new(), |names| names.names)
    };
    let bare = |name: Name| Name { evidence: Vec::new(), ..name };
    for name in names(&index(&log.0), vantage) {
        let less: Vec<Name> = names(&alone(log, &name.evidence)?, &world(vantage)).into_iter().map(bare).collect();
        let name = bare(name);
        prop_assert!(less.contains(&name), "from the evidence of {:#?}\nfollows {:#?}", name, less);
    }
    Ok(())
}

/// An index of nothing but these events; they must stand in sort order. A correction in a cycle has no effect, and
/// would have one without the rest of its cycle: it is left out.
fn alone(log: &Log, evidence: &[EventId]) -> Result<Index, TestCaseError> {
    let first = |id: &EventId| log.0.iter().find(|line| line.event.id == *id).expect("evidence is in the log");
    let lines: Vec<&Line> = evidence.iter().map(first).collect();
    prop_assert!(lines.is_sorted_by_key(|line| line.place()), "not in sort order: {:?}", evidence);
    let mut lines: Vec<Line> = lines.into_iter().cloned().collect();
    for line in &mut lines {
        line.event.corrects = line.event.corrects.filter(|id| !evidence.contains(id));
    }
    Ok(index(&lines))
}

/// Each row of members, asked for one by one or all together, is the same when only its evidence is folded.
pub(crate) fn evidence_of_rows_suffices(
    log: &Log,
    vantage: &Vantage,
    organisation: &OrganisationId,
    only: &MembersFilter,
) -> TestCaseResult {
    let rows = |index: &Index, vantage: &Vantage| -> Vec<Row> {
        view(index, vantage).members(organisation, only).map_or(Vec::new(), |members| members.parties)
    };
    let bare = |row: Row| Row { evidence: Vec::new(), ..row };
    for row in rows(&index(&log.0), vantage).into_iter().filter(|row| row.answer != Stated::NotStated) {
        let less: Vec<Row> = rows(&alone(log, &row.evidence)?, &world(vantage)).into_iter().map(bare).collect();
        let row = bare(row);
        prop_assert!(less.contains(&row), "from the evidence of {:#?}\nfollows {:#?}", row, less);
    }
    Ok(())
}

/// Each spell is the same when only its evidence is folded.
pub(crate) fn evidence_of_spells_suffices(
    log: &Log,
    vantage: &Vantage,
    organisation: &OrganisationId,
) -> TestCaseResult {
    let spells = |index: &Index, vantage: &Vantage| -> Vec<(PartyId, SpellRow)> {
        let parties = view(index, vantage).timeline(organisation, None).map_or(Vec::new(), |timeline| timeline.parties);
        parties
            .into_iter()
            .flat_map(|row| row.spells.into_iter().map(move |spell| (row.party.clone(), spell)))
            .collect()
    };
    let bare = |(party, spell): (PartyId, SpellRow)| (party, SpellRow { evidence: Vec::new(), ..spell });
    for spell in spells(&index(&log.0), vantage) {
        let less: Vec<_> = spells(&alone(log, &spell.1.evidence)?, &world(vantage)).into_iter().map(bare).collect();
        let spell = bare(spell);
        prop_assert!(less.contains(&spell), "from the evidence of {:#?}\nfollows {:#?}", spell, less);
    }
    Ok(())
}

/// Each delegation is the same when only its evidence is folded.
pub(crate) fn evidence_of_seats_suffices(log: &Log, vantage: &Vantage, meeting: &MeetingId) -> TestCaseResult {
    let rows = |index: &Index, vantage: &Vantage| -> Vec<Delegation> {
        view(index, vantage).attendance(meeting).map_or(Vec::new(), |attendance| attendance.delegations)
    };
    let bare = |row: Delegation| Delegation { evidence: Vec::new(), ..row };
    for row in rows(&index(&log.0), vantage) {
        let less: Vec<Delegation> = rows(&alone(log, &row.evidence)?, &world(vantage)).into_iter().map(bare).collect();
        let row = bare(row);
        prop_assert!(less.contains(&row), "from the evidence of {:#?}\nfollows {:#?}", row, less);
    }
    Ok(())
}

/// The same moment in the world, and nothing left to select.
fn world(vantage: &Vantage) -> Vantage {
    Vantage { as_of: vantage.as_of.clone(), ..Vantage::default() }
}
