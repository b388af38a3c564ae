//! Who says it, and which event it is: the attributes of CloudEvents 1.0 around `data`.

use std::str::FromStr;

use jiff::Timestamp;
use summit::{Event, Kind};

use crate::decode;
use crate::fault::{Fault, cut, quoted};
use crate::fields::Fields;
use crate::json::{Json, Object};

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

pub(crate) fn event(document: &Object<'_>, faults: &mut Vec<Fault>) -> Option<Event> {
    extensions(document, faults);
    let mut envelope = Fields::attributes(document, faults);
    let version = envelope.text("specversion");
    if let Some(version) = envelope.required("specversion", version).filter(|version| *version != "1.0") {
        envelope.fault("specversion", quoted(version), "\"1.0\"");
    }
    let id = envelope.parsed("id");
    let id = envelope.required("id", id);
    let source = uri(&mut envelope, "source");
    let source = envelope.required("source", source);
    if let Some(other) = envelope.text("datacontenttype").filter(|kind| *kind != "application/json") {
        envelope.fault("datacontenttype", quoted(other), "application/json");
    }
    uri(&mut envelope, "dataschema");
    if let Some(bad) = envelope.text("subject").filter(|subject| subject.chars().any(char::is_control)) {
        envelope.fault("subject", quoted(bad), "text without control characters");
    }
    let kind = kind(&mut envelope);
    let time = instant(&mut envelope, "time");
    let recorded_at = instant(&mut envelope, "recordedtime");
    let corrects = envelope.parsed("corrects");
    let data =
        envelope.object("data", |data| Some((decode::shared(data), kind.and_then(|kind| decode::content(kind, data)))));
    let data = envelope.required("data", data);
    let (shared, content) = data?;
    Some(Event { id: id?, source: source?.to_owned(), time, recorded_at, corrects, shared: shared?, content: content? })
}

fn extensions(document: &Object<'_>, faults: &mut Vec<Fault>) {
    for (name, value) in document.iter().filter(|(name, _)| !KNOWN.contains(&name.as_ref())) {
        let named = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let (found, allowed) = match value {
            _ if !named => (format!("the name {}", quoted(name)), "an attribute's name: a-z and 0-9"),
            Json::Object(_) | Json::Array(_) => ("an object or array".to_owned(), "a string, number, boolean or null"),
            Json::String(text) if text.chars().any(char::is_control) => {
                (quoted(text), "text without control characters")
            }
            Json::String(_) | Json::Number(_) | Json::Bool(_) | Json::Null => continue,
        };
        faults.push(Fault::new(cut(name), found, allowed));
    }
}

fn kind(envelope: &mut Fields<'_>) -> Option<Kind> {
    let text = envelope.text("type");
    let text = envelope.required("type", text)?;
    let kind =
        text.strip_prefix("chronicle.").and_then(|rest| rest.strip_suffix(".v1")).and_then(|word| word.parse().ok());
    if kind.is_none() {
        let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
        envelope.fault("type", quoted(text), format!("chronicle.<kind>.v1 with a kind of {}", kinds.join(" ")));
    }
    kind
}

fn uri<'a>(fields: &mut Fields<'a>, name: &str) -> Option<&'a str> {
    let text = fields.text(name)?;
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        fields.fault(name, quoted(text), "a URI reference such as /desks/astana");
        return None;
    }
    Some(text)
}

fn instant(fields: &mut Fields<'_>, name: &str) -> Option<Timestamp> {
    let text = fields.text(name)?;
    match Timestamp::from_str(text) {
        Ok(instant) if is_rfc3339(text) && instant >= YEAR_0 => Some(instant),
        _ => {
            fields.fault(name, quoted(text), "an RFC 3339 instant such as 2024-07-04T15:00:00+05:00");
            None
        }
    }
}

/// How the date and time of an RFC 3339 instant look, with `0` for a digit.
const SHAPE: &[u8] = b"0000-00-00T00:00:00";

/// Whether a text has the shape of an RFC 3339 instant. The library, which knows the numbers that may stand in it,
/// reads bracketed zones and short forms as well.
fn is_rfc3339(text: &str) -> bool {
    let alike = |shape: &[u8], part: &[u8]| {
        shape.len() == part.len()
            && shape.iter().zip(part).all(|(shape, byte)| match shape {
                b'0' => byte.is_ascii_digit(),
                other => other.eq_ignore_ascii_case(byte),
            })
    };
    let Some((clock, rest)) = text.as_bytes().split_at_checked(SHAPE.len()) else { return false };
    let digits = |part: &[u8]| part.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let offset = match rest.split_first() {
        Some((b'.', fraction)) if digits(fraction) > 0 => &fraction[digits(fraction)..],
        _ => rest,
    };
    alike(SHAPE, clock) && [b"Z".as_slice(), b"+00:00", b"-00:00"].iter().any(|shape| alike(shape, offset))
}
