//! Events to measure with: the real ones, told of one organisation after another.

use std::collections::HashMap;

use serde_json::{Value, json};
use uuid::Uuid;
use wire::Document;

/// The report of Astana, and decades of the same organisation.
const FILES: [&str; 2] = [
    include_str!("../../../crates/wire/tests/data/astana-2024.jsonl"),
    include_str!("../../../crates/wire/tests/data/sco-history.jsonl"),
];
/// How many organisations they are told of: some 25 parties each, ten thousand parties in organisations.
pub(crate) const ORGANISATIONS: u64 = 400;
/// The organisation that they are of.
const OWN: &str = "sco";
/// How those of its meetings begin that are not named after it.
const MEETINGS: [&str; 2] = ["astana-briefing-", "chn-rus-"];
/// How the parties of admissions are called.
const NEWCOMER: &str = "newcomer-";

/// An event as it is stored.
#[derive(Clone)]
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) subject: String,
    pub(crate) bytes: Vec<u8>,
}

/// The first so many events.
pub(crate) fn events(count: u64) -> impl Iterator<Item = Told> {
    let originals = originals();
    let copies = (0_u64..).flat_map(move |copy| copied(&originals, copy, &organisation(copy)));
    copies.take(usize::try_from(count).expect("fits"))
}

/// The same events of one organisation more, that none of the others is told of.
pub(crate) fn events_of_another() -> Vec<Told> {
    copied(&originals(), u64::MAX, &format!("{OWN}-{ORGANISATIONS}"))
}

fn originals() -> Vec<Value> {
    let lines = FILES.iter().flat_map(|file| file.lines());
    lines.map(|line| serde_json::from_str(line).expect("a document is JSON")).collect()
}

/// The organisation of a copy.
pub(crate) fn organisation(copy: u64) -> String {
    format!("{OWN}-{}", copy % ORGANISATIONS)
}

/// Of how many organisations admissions are.
const ADMITTING: u64 = 400;

/// An admission that nobody was told of before: of another party each, to one organisation after the other, and as long as
/// the others are, about.
pub(crate) fn admission(number: u64) -> Document {
    let (organisation, party) = (format!("{OWN}-{}", number % ADMITTING), newcomer(number));
    let document = json!({
        "specversion": "1.0",
        "id": Uuid::now_v7().to_string(),
        "source": "/desks/bench",
        "type": "chronicle.admission.v1",
        "recordedtime": "2025-12-01T00:00:00Z",
        "data": {
            "occurred": "2001-06-15",
            "organisation": organisation,
            "party": party,
            "status": "member",
            "authority": "official",
            "place": "Shanghai",
            "attribution": [{ "name": "Secretariat", "url": "http://example.org/about/members/" }],
            "note": "As told by those who keep the list of members, with the day on which it was signed.",
        },
    });
    Document::decode(&serde_json::to_vec(&document).expect("a document is JSON")).expect("a good document")
}

/// The party that an admission is of.
fn newcomer(number: u64) -> String {
    format!("{NEWCOMER}{number}")
}

/// The number of the admission of a party, where it is one.
pub(crate) fn admitted(party: &str) -> Option<u64> {
    party.strip_prefix(NEWCOMER)?.parse().ok()
}

/// All of them once more, under other ids, of another organisation.
fn copied(originals: &[Value], copy: u64, organisation: &str) -> Vec<Told> {
    let ids: HashMap<&str, String> = originals
        .iter()
        .filter_map(|one| one["id"].as_str())
        .map(|id| (id, Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{id}/{copy}").as_bytes()).to_string()))
        .collect();
    let each = originals.iter().map(|original| {
        let document = renamed(original, &ids, organisation);
        let bytes = serde_json::to_vec(&document).expect("a document is JSON");
        let decoded = Document::decode(&bytes).expect("it is as good as the original");
        let subject = wire::subject(decoded.event(), organisation.parse().ok().as_ref());
        Told { id: decoded.event().id.to_string(), subject, bytes }
    });
    each.collect()
}

/// The same with other ids, and other names of the organisation and what is named after it.
fn renamed(value: &Value, ids: &HashMap<&str, String>, organisation: &str) -> Value {
    match value {
        Value::String(text) => {
            if let Some(id) = ids.get(text.as_str()) {
                id.clone().into()
            } else if text == OWN {
                organisation.into()
            } else if let Some(rest) = text.strip_prefix("sco-").filter(|_| !text.contains(' ')) {
                format!("{organisation}-{rest}").into()
            } else if MEETINGS.iter().any(|beginning| text.starts_with(beginning)) {
                format!("{organisation}-{text}").into()
            } else {
                text.clone().into()
            }
        }
        Value::Array(values) => values.iter().map(|value| renamed(value, ids, organisation)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), renamed(value, ids, organisation))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{admission, admitted, events};

    #[test]
    fn events_are_many_and_different_and_of_the_size_that_is_said() {
        let told: Vec<_> = events(2000).collect();
        let ids: HashSet<_> = told.iter().map(|one| &one.id).collect();
        assert_eq!((told.len(), ids.len()), (2000, 2000));
        let bytes = told.iter().map(|one| one.bytes.len()).sum::<usize>() / told.len();
        assert!((350..650).contains(&bytes), "{bytes} bytes each");
        assert!(told.iter().all(|one| one.subject.starts_with("chronicle.event.sco-")), "{:?}", told[0].subject);
    }

    #[test]
    fn an_admission_is_as_long_as_the_others_and_known_by_its_party() {
        let document = admission(17);
        let bytes = document.encode().len();
        assert!((350..650).contains(&bytes), "{bytes} bytes");
        assert_eq!((admitted("newcomer-17"), admitted("KAZ")), (Some(17), None));
    }
}
