//! Headers beside a document: the mode that they announce, and in binary mode the attributes that they carry.
//!
//! Source: CloudEvents NATS protocol binding 1.0.3 (work in progress), which takes its rules for header values from the
//! HTTP binding. Where they differ on `datacontenttype`, either place is read: `Content-Type` or `ce-datacontenttype`.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::fault::{Fault, quoted};

/// What a document in structured mode is, as the header `Content-Type` says it.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";
/// What every content type of structured mode begins with, whatever the format.
const STRUCTURED: &str = "application/cloudevents";
/// What the header of an attribute begins with, in any case.
const PREFIX: &str = "ce-";
const CONTENT_TYPE_HEADER: &str = "Content-Type";

/// What a producer puts beside a document in structured mode. The id that the log wants is the log's own header.
pub fn headers() -> Vec<(String, String)> {
    vec![(CONTENT_TYPE_HEADER.to_owned(), CONTENT_TYPE.to_owned())]
}

/// Whether the attributes stand in headers: `ce-specversion` is there, and no content type says otherwise.
pub(crate) fn are_binary<N: AsRef<str>, V: AsRef<str>>(headers: &[(N, V)]) -> bool {
    let mut versioned = false;
    for (name, value) in headers {
        let name = name.as_ref();
        if name.eq_ignore_ascii_case(CONTENT_TYPE_HEADER)
            && value
                .as_ref()
                .trim_start()
                .get(..STRUCTURED.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(STRUCTURED))
        {
            return false;
        }
        versioned |= name.eq_ignore_ascii_case("ce-specversion");
    }
    versioned
}

/// The attributes, by their names in lower case, all of them strings. Other headers are none of ours.
pub(crate) fn attributes<N: AsRef<str>, V: AsRef<str>>(
    headers: &[(N, V)],
    faults: &mut Vec<Fault>,
) -> Map<String, Value> {
    let mut attributes = Map::new();
    for (header, value) in headers {
        let header = header.as_ref().to_ascii_lowercase();
        let name = if header.eq_ignore_ascii_case(CONTENT_TYPE_HEADER) {
            "datacontenttype"
        } else if let Some(name) = header.strip_prefix(PREFIX) {
            name
        } else {
            continue;
        };
        let value = match decoded(value.as_ref()) {
            Ok(text) if name == "datacontenttype" => Value::String(media_type(text)),
            Ok(text) => Value::String(text),
            Err((found, allowed)) => {
                faults.push(Fault::new(name, found, allowed));
                continue;
            }
        };
        if name == "data" {
            faults.push(Fault::new(name, "a header", "the body of the message"));
        } else if let Some(other) = attributes.insert(name.to_owned(), value)
            && (name != "datacontenttype" || attributes.get(name) != Some(&other))
        {
            faults.push(Fault::new(name, "two headers", "one header of an attribute"));
        }
    }
    attributes
}

/// A header's value as the text that it stands for: quotes taken off (RFC 7230 section 3.2.6), then percent-decoded
/// once. A `%` that no two hexadecimal digits follow stands for itself.
fn decoded(value: &str) -> Result<String, (String, &'static str)> {
    let value = value.trim_matches([' ', '\t']);
    let plain = unquoted(value).ok_or_else(|| (quoted(value), "a quoted string that ends"))?;
    match percent_decode_str(&plain).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err((quoted(value), "percent-encoded UTF-8")),
    }
}

/// Nothing where a quoted string does not end, or ends early.
fn unquoted(value: &str) -> Option<String> {
    let Some(inner) = value.strip_prefix('"') else {
        return Some(value.to_owned());
    };
    let mut text = String::new();
    let mut chars = inner.chars();
    loop {
        match chars.next()? {
            '"' => return chars.next().is_none().then_some(text),
            '\\' => text.push(chars.next()?),
            c => text.push(c),
        }
    }
}

/// The one media type that a document may have, however a transport writes it; another one as it is.
fn media_type(text: String) -> String {
    let mut parts = text.split(';').map(str::trim);
    let json = parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json"));
    let utf8 = |part: &str| {
        part.split_once('=').is_some_and(|(name, value)| {
            name.eq_ignore_ascii_case("charset") && value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
    };
    if json && parts.all(utf8) { "application/json".to_owned() } else { text }
}
