//! What the folds answer, in the words of the oracle.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use projector::{
    AskError, Competing, Dated, Delegation, Index, Members, MembersFilter, Name, Record, Row, SigningsFilter,
    StatementsFilter, Timeline, WantedName,
};
use serde_json::Value;
use summit::{Named, Position, Vantage};

use crate::oracle::{Called, Held, Line, Pause, Seat, Sitter, Stretch, Told};

/// The day on which all of it is asked.
pub(crate) const TODAY: Date = date(2024, 7, 4);

/// An index of these lines.
pub(crate) fn index<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Index {
    let mut index = Index::new();
    for line in lines {
        let position = Position::new(line.position);
        index.record(Record { position, stored_at: line.stored_at, event: line.event.clone() });
    }
    index
}

/// How many characters a date and a time of day have.
const READING: usize = "2024-07-04T15:00:00".len();

fn told(dated: &Dated) -> Told {
    let end = |end: &Option<String>| end.as_deref().unwrap_or("..").chars().take(READING).collect();
    Told { text: Some(dated.edtf.clone()), from: end(&dated.earliest), to: end(&dated.latest) }
}

fn ids(competing: &[Competing]) -> BTreeSet<String> {
    competing.iter().map(|claim| claim.event.to_string()).collect()
}

pub(crate) fn held(row: &Row) -> Held {
    Held {
        party: row.party.to_string(),
        status: row.status.as_ref().map(ToString::to_string),
        answer: row.answer.as_str().to_owned(),
        since: row.since.as_ref().map(told),
        until: row.until.as_ref().map(told),
        suspended: row.suspended.as_str().to_owned(),
        contested: row.contested,
        competing: ids(&row.competing),
    }
}

pub(crate) fn called(name: &Name) -> Called {
    Called {
        name: name.name.to_string(),
        language: name.language.as_deref().unwrap_or_default().to_lowercase(),
        form: name.form.map(|form| form.to_string()).unwrap_or_default(),
        answer: name.answer.as_str().to_owned(),
        since: told(&name.since),
        until: name.until.as_ref().map(told),
        authority: name.authority,
        event: name.event.map(|id| id.to_string()),
        competing: name.competing.iter().map(|claim| claim.event.to_string()).collect(),
    }
}

pub(crate) fn counts(members: &Members) -> BTreeMap<String, (usize, usize)> {
    members.counts.iter().map(|(status, count)| (status.to_string(), (count.yes, count.possibly))).collect()
}

pub(crate) fn stretches(timeline: &Timeline) -> Vec<Stretch> {
    let mut all = Vec::new();
    for party in &timeline.parties {
        all.extend(party.spells.iter().map(|spell| {
            Stretch {
                party: party.party.to_string(),
                status: spell.status.to_string(),
                answer: spell.answer.as_str().to_owned(),
                since: told(&spell.since),
                until: spell.until.as_ref().map(told),
                pauses: spell
                    .suspensions
                    .iter()
                    .map(|pause| Pause { since: told(&pause.since), until: pause.until.as_ref().map(told) })
                    .collect(),
                contested: spell.contested,
                competing: ids(&spell.competing),
            }
        }));
    }
    all
}

pub(crate) fn seat(row: &Delegation) -> Seat {
    let slug = |person: &Option<summit::Person>| person.as_ref().map(|person| person.id.to_string());
    Seat {
        party: row.party.to_string(),
        answer: row.answer.as_str().to_owned(),
        presence: row.presence.as_str().to_owned(),
        capacity: row.capacity.as_ref().map(ToString::to_string),
        capacity_derived: row.capacity_derived,
        head: Sitter {
            person: slug(&row.person),
            level: row.level.map(|level| level.to_string()),
            mode: row.mode.map(|mode| mode.to_string()),
            in_lieu_of: slug(&row.in_lieu_of),
        },
        members: row
            .members
            .iter()
            .map(|member| Sitter {
                person: Some(member.person.id.to_string()),
                level: member.level.map(|level| level.to_string()),
                mode: member.mode.map(|mode| mode.to_string()),
                in_lieu_of: slug(&member.in_lieu_of),
            })
            .collect(),
        absent_levels: row.absent_levels.iter().map(ToString::to_string).collect(),
        parts: row.parts.iter().map(ToString::to_string).collect(),
        contested: row.contested,
    }
}

/// Everything that the folds answer from a vantage about what `names` names, without what
/// tells when it was recorded.
pub(crate) fn everything(index: &Index, names: &Index, vantage: &Vantage) -> Vec<Value> {
    let view = index.view(vantage, TODAY).expect("the vantage names events of the log");
    let mut all = vec![
        json(&view.remarks(None)),
        json(&view.signings(&SigningsFilter::default())),
        json(&Ok(view.statements(&StatementsFilter::default()))),
    ];
    for organisation in names.organisations() {
        all.push(json(&view.members(organisation, &MembersFilter::default())));
        all.push(json(&view.timeline(organisation, None)));
        all.extend(names.parties().map(|party| json(&view.explain(organisation, party))));
    }
    all.extend(names.meetings().map(|meeting| json(&view.attendance(meeting))));
    all.extend(names.parties().map(|party| json(&view.party(party))));
    all.extend(names.people().map(|person| json(&view.person(person))));
    let bearers = (names.organisations().cloned().map(Named::Organisation))
        .chain(names.meetings().cloned().map(Named::Meeting))
        .chain(names.parties().cloned().map(Named::Party))
        .chain(names.people().cloned().map(Named::Person))
        .chain(names.instruments().cloned().map(Named::Instrument));
    all.extend(bearers.map(|of| json(&view.names(&of, &WantedName::default()))));
    all
}

/// An answer as JSON; nothing where no event names what is asked for.
fn json<T: serde::Serialize>(answer: &Result<T, AskError>) -> Value {
    let Ok(answer) = answer else { return Value::Null };
    let mut json = serde_json::to_value(answer).expect("answers are JSON");
    forget(&mut json);
    json
}

/// Takes out what tells when something was recorded: positions and, for events that do not say, when they were stored.
fn forget(json: &mut Value) {
    if let Value::Object(fields) = json {
        for name in ["token", "position", "recorded_at"] {
            fields.remove(name);
        }
        fields.values_mut().for_each(forget);
    }
    if let Value::Array(items) = json {
        items.iter_mut().for_each(forget);
    }
}
