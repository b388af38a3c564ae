//! Who took part in a meeting, as the list of a calendar's entry: each once, however many they came with or for.

use icalendar::{Component, Event, Parameter, Property};
use summit::{Answer, PartyId, Person};

use super::text::clean;
use crate::answer::{Delegation, PresenceAnswer};

/// Parameters that hold several addresses.
const LISTS: [&str; 3] = ["DELEGATED-FROM", "DELEGATED-TO", "MEMBER"];

/// Everybody on the list, in the order in which they are first named.
#[derive(Default)]
pub(super) struct Attendees(Vec<Attendee>);

struct Attendee {
    uri: String,
    /// Each parameter once.
    parameters: Vec<(&'static str, Vec<String>)>,
}

impl Attendees {
    /// Adds the people of a delegation, by the names that `called` gives them, or the delegation itself, by its name, where
    /// nobody is named.
    pub(super) fn add(&mut self, row: &Delegation, name: &str, host: bool, called: &dyn Fn(&Person) -> String) {
        let took_part = match (row.presence, row.answer) {
            (PresenceAnswer::Present, Answer::Yes) => "ACCEPTED",
            (PresenceAnswer::Present, Answer::Possibly | Answer::No) | (PresenceAnswer::Announced, _) => "TENTATIVE",
            (PresenceAnswer::Absent, _) => "DECLINED",
            (PresenceAnswer::NotStated, _) => "NEEDS-ACTION",
        };
        let role = match &row.capacity {
            _ if host => "CHAIR",
            Some(capacity) if capacity.as_str() == "member" => "REQ-PARTICIPANT",
            Some(_) => "OPT-PARTICIPANT",
            None => "REQ-PARTICIPANT",
        };
        let party = party_uri(&row.party);
        let Some(head) = &row.person else {
            let said = [("CN", name), ("CUTYPE", "GROUP"), ("ROLE", role), ("PARTSTAT", took_part)];
            self.put(Attendee::new(party, said));
            return;
        };
        let members = row.members.iter().map(|member| (&member.person, member.in_lieu_of.as_ref()));
        for (number, (person, in_lieu_of)) in [(head, row.in_lieu_of.as_ref())].into_iter().chain(members).enumerate() {
            let role = if number > 0 && host { "REQ-PARTICIPANT" } else { role };
            let mut attendee = individual(person, called(person), &party, role, took_part);
            if let Some(absent) = in_lieu_of.filter(|absent| absent.id != person.id) {
                attendee.say("DELEGATED-FROM", &person_uri(absent));
                let mut replaced = individual(absent, called(absent), &party, role, "DELEGATED");
                replaced.say("DELEGATED-TO", &person_uri(person));
                self.put(replaced);
            }
            self.put(attendee);
        }
    }

    /// Writes the list into an entry.
    pub(super) fn write(self, entry: &mut Event) {
        for attendee in self.0 {
            entry.append_multi_property(attendee.property());
        }
    }

    /// Who is on the list already stays there as they are: only for whom and in whose place they came is added. Whoever came
    /// for one and was replaced for another came.
    fn put(&mut self, attendee: Attendee) {
        let Some(there) = self.0.iter_mut().find(|there| there.uri == attendee.uri) else {
            self.0.push(attendee);
            return;
        };
        let came = there.is_delegated() && !attendee.is_delegated();
        for (name, values) in attendee.parameters {
            if LISTS.contains(&name) {
                for value in values {
                    there.say(name, &value);
                }
            } else if came {
                there.parameters.retain(|(said, _)| *said != name);
                there.parameters.push((name, values));
            }
        }
    }
}

impl Attendee {
    fn new<'v>(uri: String, said: impl IntoIterator<Item = (&'static str, &'v str)>) -> Self {
        let mut attendee = Self { uri, parameters: Vec::new() };
        said.into_iter().for_each(|(name, value)| attendee.say(name, value));
        attendee
    }

    /// Adds a value of a parameter, once.
    fn say(&mut self, name: &'static str, value: &str) {
        match self.parameters.iter_mut().find(|(said, _)| *said == name) {
            None => self.parameters.push((name, vec![value.to_owned()])),
            Some((_, values)) if !values.iter().any(|said| said == value) => values.push(value.to_owned()),
            Some(_) => {}
        }
    }

    fn is_delegated(&self) -> bool {
        self.parameters.iter().any(|(name, values)| *name == "PARTSTAT" && values == &["DELEGATED"])
    }

    fn property(self) -> Property {
        let mut property = Property::new("ATTENDEE", self.uri);
        for (name, values) in self.parameters {
            let value = match values.as_slice() {
                [one] => written(one),
                // Several addresses are quoted one by one.
                several => several.iter().map(|one| format!("\"{}\"", written(one))).collect::<Vec<_>>().join(","),
            };
            property.append_parameter(Parameter::new(name, &value));
        }
        property
    }
}

fn individual(person: &Person, mut name: String, party: &str, role: &str, took_part: &str) -> Attendee {
    if let Some(office) = &person.office {
        name = format!("{name} ({office})");
    }
    let said = [("CN", name.as_str()), ("CUTYPE", "INDIVIDUAL"), ("MEMBER", party), ("ROLE", role)];
    Attendee::new(person_uri(person), said.into_iter().chain([("PARTSTAT", took_part)]))
}

pub(super) fn party_uri(party: &PartyId) -> String {
    format!("urn:chronicle:party:{party}")
}

fn person_uri(person: &Person) -> String {
    format!("urn:chronicle:person:{}", person.id)
}

/// The value of a parameter; what none can hold is written with carets (RFC 6868).
fn written(value: &str) -> String {
    clean(value).replace('^', "^^").replace('\n', "^n").replace('"', "^'")
}
