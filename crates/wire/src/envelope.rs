//! Who says it, and which event it is: the attributes of CloudEvents 1.0 around `data`.

use std::str::FromStr;

use jiff::Timestamp;
use serde_json::{Map, Value};
use summit::{Event, Kind};

use crate::decode;
use crate::fault::{Fault, cut, quoted};
use crate::fields::Fields;

/// Members of a document that are not extension attributes.
const KNOWN: [&str; 11] = [
    "specversion",
    "id",
    "source",
    "type",
    "datacontenttype",
    "dataschema",
    "subject",
    "time",
    "recordedtime",
    "corrects",
    "data",
];
/// The first instant that RFC 3339 can write in UTC: 0000-01-01T00:00:00Z, in seconds from 1970.
const YEAR_0: Timestamp = Timestamp::constant(-62_167_219_200, 0);

pub(crate) fn event(document: &Map<String, Value>, faults: &mut Vec<Fault>) -> Option<Event> {
    extensions(document, faults);
    let mut envelope = Fields::attributes(document, faults);
    let version = envelope.string("specversion");
    if let Some(version) = envelope.required("specversion", version).filter(|version| version != "1.0") {
        envelope.fault("specversion", quoted(&version), "\"1.0\"");
    }
    let id = envelope.parsed("id");
    let id = envelope.required("id", id);
    let source = uri(&mut envelope, "source");
    let source = envelope.required("source", source);
    if let Some(other) = envelope.string("datacontenttype").filter(|kind| kind != "application/json") {
        envelope.fault("datacontenttype", quoted(&other), "application/json");
    }
    uri(&mut envelope, "dataschema");
    if let Some(bad) = envelope.string("subject").filter(|subject| subject.chars().any(char::is_control)) {
        envelope.fault("subject", quoted(&bad), "text without control characters");
    }
    let kind = kind(&mut envelope);
    let time = instant(&mut envelope, "time");
    let recorded_at = instant(&mut envelope, "recordedtime");
    let corrects = envelope.parsed("corrects");
    let data =
        envelope.object("data", |data| Some((decode::shared(data), kind.and_then(|kind| decode::content(kind, data)))));
    let data = envelope.required("data", data);
    let (shared, content) = data?;
    Some(Event { id: id?, source: source?, time, recorded_at, corrects, shared: shared?, content: content? })
}

fn extensions(document: &Map<String, Value>, faults: &mut Vec<Fault>) {
    for (name, value) in document.iter().filter(|(name, _)| !KNOWN.contains(&name.as_str())) {
        let named = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let (found, allowed) = match value {
            _ if !named => (format!("the name {}", quoted(name)), "an attribute's name: a-z and 0-9"),
            Value::Object(_) | Value::Array(_) => {
                ("an object or array".to_owned(), "a string, number, boolean or null")
            }
            Value::String(text) if text.chars().any(char::is_control) => {
                (quoted(text), "text without control characters")
            }
            Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => continue,
        };
        faults.push(Fault::new(cut(name), found, allowed));
    }
}

fn kind(envelope: &mut Fields<'_>) -> Option<Kind> {
    let text = envelope.string("type");
    let text = envelope.required("type", text)?;
    let kind =
        text.strip_prefix("chronicle.").and_then(|rest| rest.strip_suffix(".v1")).and_then(|word| word.parse().ok());
    if kind.is_none() {
        let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
        envelope.fault("type", quoted(&text), format!("chronicle.<kind>.v1 with a kind of {}", kinds.join(" ")));
    }
    kind
}

fn uri(fields: &mut Fields<'_>, name: &str) -> Option<String> {
    let text = fields.string(name)?;
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        fields.fault(name, quoted(&text), "a URI reference such as /desks/astana");
        return None;
    }
    Some(text)
}

fn instant(fields: &mut Fields<'_>, name: &str) -> Option<Timestamp> {
    let text = fields.string(name)?;
    match Timestamp::from_str(&text) {
        Ok(instant) if is_rfc3339(&text) && instant >= YEAR_0 => Some(instant),
        _ => {
            fields.fault(name, quoted(&text), "an RFC 3339 instant such as 2024-07-04T15:00:00+05:00");
            None
        }
    }
}

/// Whether a text has the shape of an RFC 3339 instant. The library, which knows the numbers that may stand in it,
/// reads bracketed zones and short forms as well.
fn is_rfc3339(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c.to_ascii_uppercase() }).collect();
    let Some(rest) = shape.strip_prefix("0000-00-00T00:00:00") else {
        return false;
    };
    let offset = rest.strip_prefix(".0").map_or(rest, |fraction| fraction.trim_start_matches('0'));
    matches!(offset, "Z" | "+00:00" | "-00:00")
}
