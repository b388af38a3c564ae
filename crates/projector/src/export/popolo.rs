//! Persons, organisations, memberships and events as Popolo (popoloproject.com).
//!
//! States are organisations here, as Popolo has it: a status is a membership of the one in the other. Who attends a meeting
//! is its attendee, and a member of whom they appear for.
//!
//! **What the format cannot say.** It has dates of a day, a month or a year, and no others: a change that may have happened
//! on either side of a year's end has no date (its EDTF stands in the `label`, and `meta.undated` counts such), a narrower
//! range than a month or a year is told as that, and qualifiers, sets, times of day of memberships and places in the order of
//! a day are lost, as are years before 0 or after 9999. Not told at all: that a status is held only possibly, is contested
//! or suspended; that nothing or `none` is stated; rungs of ladders; unnamed groups, levels, capacities and modes of
//! attendance, who was announced or absent, and in whose place somebody came; instruments, statements, tallies and remarks.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Map, Value, json};
use summit::{Answer, EventId, MeetingId, Named, OrganisationId, PartyId, Person, PersonId};

use super::about::About;
use super::spells::Held;
use super::text::{TEXT, clean, is_web};
use crate::answer::{Dated, MeetingInfo, PresenceAnswer, SpellRow};
use crate::names::WantedName;
use crate::view::{AskError, View};

/// What an organisation is, in a word.
const ORGANISATION: &str = "international organisation";

/// What was gathered so far, each once.
struct Gathered<'v> {
    view: &'v View<'v>,
    people: BTreeMap<PersonId, BTreeSet<String>>,
    organisations: BTreeMap<String, Value>,
    memberships: Vec<Value>,
    events: Vec<Value>,
    /// How many dates are known but cannot be told.
    undated: usize,
}

impl View<'_> {
    /// An organisation with the memberships in it, and its meetings with those who attended. Cost: the claims of its
    /// parties and its meetings.
    pub fn popolo_of_organisation(
        &self,
        organisation: &OrganisationId,
        held: Held,
        about: &About,
    ) -> Result<String, AskError> {
        let timeline = self.timeline(organisation, None)?;
        let mut gathered = Gathered::new(self);
        let founded = gathered.date(timeline.founded.as_ref());
        let name = self.name_of_organisation(organisation);
        let named = Named::Organisation(organisation.clone());
        gathered.organisation(&named, organisation.as_str(), &name, ORGANISATION).insert_date("founding_date", founded);
        for row in &timeline.parties {
            for (number, spell) in row.spells.iter().filter(|spell| held.takes(spell)).enumerate() {
                gathered.membership(organisation, &row.party, number, spell);
            }
        }
        for meeting in self.meetings(Some(organisation), None, usize::MAX)? {
            gathered.meeting(&meeting)?;
        }
        Ok(gathered.written(about))
    }

    /// A meeting and its parts with those who attended. Cost: the claims of the meeting and its parts.
    pub fn popolo_of_meeting(&self, meeting: &MeetingId, about: &About) -> Result<String, AskError> {
        let mut gathered = Gathered::new(self);
        gathered.meeting(meeting)?;
        for part in self.parts_of(meeting) {
            gathered.meeting(&part)?;
        }
        Ok(gathered.written(about))
    }
}

impl<'v> Gathered<'v> {
    fn new(view: &'v View<'v>) -> Self {
        let (people, organisations) = (BTreeMap::new(), BTreeMap::new());
        Self { view, people, organisations, memberships: Vec::new(), events: Vec::new(), undated: 0 }
    }

    fn organisation(&mut self, of: &Named, id: &str, name: &str, classification: &str) -> &mut Value {
        let view = self.view;
        let said = || {
            let mut said = json!({ "id": id, "name": clean(name), "classification": classification });
            let others = other_names(view, of, name);
            if !others.is_empty() {
                said["other_names"] = others.into();
            }
            said
        };
        self.organisations.entry(id.to_owned()).or_insert_with(said)
    }

    fn party(&mut self, party: &PartyId) {
        let name = self.view.name_of_party(party).unwrap_or_else(|| party.to_string());
        let is_state = party.iso_name().is_some();
        let class = if is_state { "state" } else { "party" };
        let said = self.organisation(&Named::Party(party.clone()), party.as_str(), &name, class);
        if is_state {
            let scheme = if party.as_str().len() == 3 { "ISO 3166-1 alpha-3" } else { "ISO 3166-3 alpha-4" };
            said["identifiers"] = json!([{ "scheme": scheme, "identifier": party }]);
        }
    }

    fn membership(&mut self, organisation: &OrganisationId, party: &PartyId, number: usize, spell: &SpellRow) {
        self.party(party);
        let mut label = format!("{} since {}", spell.status, spell.since.edtf);
        if let Some(until) = &spell.until {
            write!(label, ", until {}", until.edtf).expect(TEXT);
        }
        let member = json!({ "@type": "Organization", "id": party });
        let mut said = json!({
            "id": format!("{organisation}:{party}:{}", number + 1),
            "label": label,
            "role": spell.status,
            "member": member,
            "organization_id": organisation,
        });
        said.insert_date("start_date", self.date(Some(&spell.since)));
        said.insert_date("end_date", self.date(spell.until.as_ref()));
        self.recorded(&mut said, &spell.evidence);
        self.memberships.push(said);
    }

    fn meeting(&mut self, meeting: &MeetingId) -> Result<(), AskError> {
        let attendance = self.view.attendance(meeting)?;
        let info = &attendance.meeting_info;
        let mut attendees: BTreeMap<&PersonId, &Person> = BTreeMap::new();
        for row in attendance.delegations.iter().filter(|row| row.presence == PresenceAnswer::Present) {
            self.party(&row.party);
            let members = row.members.iter().map(|member| &member.person);
            for person in row.person.iter().chain(members) {
                self.person(person);
                let id = format!("{meeting}:{}:{}", row.party, person.id);
                let mut said = json!({
                    "id": id,
                    "label": format!("for {} at {meeting}", row.party),
                    "person_id": person.id,
                    "organization_id": row.party,
                });
                if let Some(office) = &person.office {
                    said["role"] = clean(office).into();
                }
                self.recorded(&mut said, &row.evidence);
                self.memberships.push(said);
                if row.answer == Answer::Yes {
                    attendees.insert(&person.id, person);
                }
            }
        }
        let mut said = json!({ "id": meeting, "name": clean(info.title.as_deref().unwrap_or(meeting.as_str())) });
        if let Some(theme) = &info.theme {
            said["description"] = clean(theme).into();
        }
        if let Some(form) = info.form {
            said["classification"] = form.as_str().into();
        }
        let days = info.held.as_ref().map(days);
        if let Some((first, last)) = days {
            said.insert_date("start_date", first);
            said.insert_date("end_date", last);
        }
        if let Some(place) = place(info) {
            said["location"] = clean(&place).into();
        }
        if let Some(phase) = info.phase {
            said["status"] = phase.as_str().into();
        }
        if let Some(organisation) = info.organisations.first() {
            let name = self.view.name_of_organisation(organisation);
            self.organisation(&Named::Organisation(organisation.clone()), organisation.as_str(), &name, ORGANISATION);
            said["organization_id"] = organisation.as_str().into();
        }
        if let Some(whole) = info.part_of.first() {
            said["parent_id"] = whole.as_str().into();
        }
        let attendees: Vec<Value> = attendees
            .values()
            .map(|person| json!({ "id": person.id, "name": clean(&self.view.name_of_person(person)) }))
            .collect();
        said["attendees"] = attendees.into();
        self.recorded(&mut said, &info.evidence);
        self.events.push(said);
        Ok(())
    }

    fn person(&mut self, person: &Person) {
        self.people.entry(person.id.clone()).or_default().insert(clean(&person.name));
    }

    /// When what is said came on record, first and last, and where it is said.
    fn recorded(&self, said: &mut Value, events: &[EventId]) {
        let records = || events.iter().filter_map(|id| self.view.index.event(*id));
        let times = || records().map(crate::Record::recorded_at);
        if let (Some(first), Some(last)) = (times().min(), times().max()) {
            said["created_at"] = first.to_string().into();
            said["updated_at"] = last.to_string().into();
        }
        let links = records().flat_map(|record| &record.event.shared.attribution);
        let links: BTreeSet<(&str, &str)> =
            links.filter_map(|link| Some((link.url.as_deref()?, link.name.as_str()))).collect();
        let links = links.into_iter().filter(|(url, _)| is_web(url));
        let links: Vec<Value> = links.map(|(url, note)| json!({ "url": url, "note": clean(note) })).collect();
        if !links.is_empty() {
            said["sources"] = links.into();
        }
    }

    /// A time as a date of Popolo, where that can be.
    fn date(&mut self, dated: Option<&Dated>) -> Option<String> {
        let dated = dated?;
        let date = dated.earliest.as_deref().zip(dated.latest.as_deref()).and_then(|(from, to)| shared(from, to));
        self.undated += usize::from(date.is_none());
        date
    }

    fn written(self, about: &About) -> String {
        let person = |(id, said): (&PersonId, &BTreeSet<String>)| {
            let of = Named::Person(id.clone());
            let shown = self.view.called(&of).map(Into::into).or_else(|| said.first().cloned()).unwrap_or_default();
            let others = other_names(self.view, &of, &shown);
            let mut said = json!({ "id": id, "name": clean(&shown) });
            if !others.is_empty() {
                said["other_names"] = others.into();
            }
            said
        };
        let mut meta = serde_json::to_value(about).expect("what an export says of itself is JSON");
        meta["undated"] = self.undated.into();
        let members = [
            ("meta", meta),
            ("persons", self.people.iter().map(person).collect()),
            ("organizations", self.organisations.values().cloned().collect()),
            ("memberships", self.memberships.into()),
            ("events", self.events.into()),
        ];
        let said: Map<String, Value> = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let mut text = serde_json::to_string_pretty(&Value::Object(said)).expect("JSON");
        text.push('\n');
        text
    }
}

/// A date in an object, where there is one.
trait InsertDate {
    fn insert_date(&mut self, name: &str, date: Option<String>);
}

impl InsertDate for Value {
    fn insert_date(&mut self, name: &str, date: Option<String>) {
        if let Some(date) = date {
            self[name] = date.into();
        }
    }
}

/// The names that something bears or bore beside one, each from when to when as far as that can be told.
fn other_names(view: &View<'_>, of: &Named, shown: &str) -> Vec<Value> {
    let names = view.names(of, &WantedName::default()).map(|names| names.names).unwrap_or_default();
    let date =
        |dated: &Dated| dated.earliest.as_deref().zip(dated.latest.as_deref()).and_then(|(from, to)| shared(from, to));
    let other = |name: &crate::answer::Name| {
        let mut said = json!({ "name": clean(&name.name) });
        said.insert_date("start_date", date(&name.since));
        said.insert_date("end_date", name.until.as_ref().and_then(date));
        said
    };
    names.iter().filter(|name| name.name != shown).map(other).collect()
}

/// Where a meeting is held.
pub(super) fn place(info: &MeetingInfo) -> Option<String> {
    let parts: Vec<&str> = info.venue.iter().chain(&info.place).map(String::as_str).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The first and the last day of a meeting, each as far as it can be told.
fn days(held: &Dated) -> (Option<String>, Option<String>) {
    let day = |moment: &Option<String>| moment.as_deref().and_then(|moment| shared(moment, moment));
    (day(&held.earliest), day(&held.latest))
}

/// The day, the month or the year in which both moments are.
fn shared(from: &str, to: &str) -> Option<String> {
    let day = |moment: &str| {
        moment.get(..10).filter(|day| day.bytes().filter(u8::is_ascii_digit).count() == 8).map(str::to_owned)
    };
    let (from, to) = (day(from)?, day(to)?);
    [10, 7, 4].into_iter().find(|length| from[..*length] == to[..*length]).map(|length| from[..length].to_owned())
}
