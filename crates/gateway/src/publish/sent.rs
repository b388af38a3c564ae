//! What was sent: CloudEvents over HTTP, in structured, batched and binary mode (CloudEvents HTTP protocol binding 1.0.2).

use std::fmt;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use chronicle::MAX_BATCH;
use futures::StreamExt;
use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;
use summit::MAX_DOCUMENT_BYTES;
use wire::{Document, Fault, Refused};

use crate::problem::{Code, Problem};

/// How many events a batch may have.
const MAX_EVENTS: usize = MAX_BATCH;
/// How large a batch may be, in bytes: a thousand events of eight times their usual size.
const MAX_BATCH_BYTES: usize = 8 * 1024 * 1024;
/// What the header of an attribute begins with.
const ATTRIBUTE: &str = "ce-";
/// The header of the attribute that says that a request is in binary mode.
const VERSION: &str = "ce-specversion";
/// The content types that are taken, for people.
const ALLOWED: &str = "application/cloudevents+json, application/cloudevents-batch+json, or application/json with the \
                       attributes in headers ce-specversion, ce-id, ce-source, ce-type; in UTF-8";

/// How events are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// One, all of it in the body.
    Structured,
    /// One, its attributes in headers, its data in the body.
    Binary,
    /// A list of them.
    Batch,
}

/// Documents, or what is wrong with each.
pub(super) type Sent = Vec<Result<Document, Refused>>;

impl Mode {
    /// The mode that the headers announce. What a page of somebody else can send unasked, forms and plain text, is none.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let given: Vec<_> = headers.get_all(header::CONTENT_TYPE).iter().collect();
        let [given] = given.as_slice() else {
            return Err(bad_content_type(if given.is_empty() { "nothing" } else { "several" }));
        };
        let given = String::from_utf8_lossy(given.as_bytes());
        let mut parts = given.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default().to_ascii_lowercase();
        let utf8 = |part: &str| {
            part.split_once('=').is_some_and(|(name, value)| {
                name.eq_ignore_ascii_case("charset") && value.trim_matches('"').eq_ignore_ascii_case("utf-8")
            })
        };
        let attributes = || headers.keys().any(|name| name.as_str().starts_with(ATTRIBUTE));
        match media.as_str() {
            _ if !parts.all(utf8) => Err(bad_content_type(&given)),
            "application/cloudevents+json" => Ok(Self::Structured),
            "application/cloudevents-batch+json" => Ok(Self::Batch),
            "application/json" if attributes() => Ok(Self::Binary),
            _ => Err(bad_content_type(&given)),
        }
    }

    /// How large the body may be, in bytes.
    const fn most(self) -> usize {
        match self {
            Self::Structured | Self::Binary => MAX_DOCUMENT_BYTES,
            Self::Batch => MAX_BATCH_BYTES,
        }
    }
}

fn bad_content_type(found: &str) -> Problem {
    let shown: String = found.chars().take(80).collect();
    let detail = format!("the content type is {shown:?}, allowed is {ALLOWED}");
    Problem::new(Code::BadContentType, detail).with("found", shown).with("allowed", ALLOWED)
}

/// Reads a body whole.
pub(super) async fn read(body: Body, mode: Mode) -> Result<Bytes, Problem> {
    let most = mode.most();
    let mut parts = body.into_data_stream();
    let mut bytes = BytesMut::new();
    while let Some(part) = parts.next().await {
        let part = part.map_err(|error| Problem::new(Code::NotJson, format!("the body broke off: {error}")))?;
        if bytes.len() + part.len() > most {
            return Err(too_large(&format!("more than {most} bytes"), &format!("at most {most} bytes")));
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes.freeze())
}

/// The problem of what is larger than allowed.
pub(super) fn too_large(found: &str, allowed: &str) -> Problem {
    let detail = format!("too large: {found}, allowed is {allowed}");
    Problem::new(Code::TooLarge, detail).with("found", found).with("allowed", allowed)
}

/// The documents that a body says, each with what is wrong with it. Those that do not say when they were recorded are
/// recorded now.
pub(super) async fn documents(mode: Mode, headers: HeaderMap, bytes: Bytes, now: Timestamp) -> Result<Sent, Problem> {
    match mode {
        Mode::Structured => {
            json(&bytes)?;
            Ok(vec![Document::decode(&bytes).and_then(|document| recorded(document, now))])
        }
        Mode::Binary => {
            if !bytes.is_empty() {
                json(&bytes)?;
            }
            Ok(vec![binary(&headers, &bytes).and_then(|document| recorded(document, now))])
        }
        // A thousand documents take some time.
        Mode::Batch => match tokio::task::spawn_blocking(move || batch(&bytes, now)).await {
            Ok(sent) => sent,
            Err(failed) => {
                tracing::error!(%failed, "reading a batch was broken off");
                Err(Problem::new(Code::Failed, "reading the batch was broken off, nothing is stored"))
            }
        },
    }
}

/// Refuses what is no JSON.
fn json(bytes: &[u8]) -> Result<&RawValue, Problem> {
    serde_json::from_slice(bytes).map_err(|error| Problem::new(Code::NotJson, format!("the body is no JSON: {error}")))
}

fn binary(headers: &HeaderMap, bytes: &[u8]) -> Result<Document, Refused> {
    let mut faults = Vec::new();
    let mut attributes: Vec<(&str, &str)> = Vec::new();
    for (name, value) in headers {
        if *name != header::CONTENT_TYPE && !name.as_str().starts_with(ATTRIBUTE) {
            continue;
        }
        if let Ok(value) = std::str::from_utf8(value.as_bytes()) {
            attributes.push((name.as_str(), value));
        } else {
            let field = name.as_str().strip_prefix(ATTRIBUTE).unwrap_or_default();
            faults.push(fault(field, "bytes that are not UTF-8", "UTF-8, or percent-encoded"));
        }
    }
    if !headers.contains_key(VERSION) {
        // The others are looked for all the same.
        attributes.push((VERSION, "1.0"));
        faults.push(fault("specversion", "nothing", "this field is required"));
    }
    match Document::read(&attributes, bytes) {
        Ok(document) if faults.is_empty() => Ok(document),
        Ok(_) => Err(Refused { faults }),
        Err(refused) => {
            faults.extend(refused.faults);
            Err(Refused { faults })
        }
    }
}

fn batch(bytes: &[u8], now: Timestamp) -> Result<Sent, Problem> {
    let whole = json(bytes)?;
    let Ok(Events { first, count }) = serde_json::from_str(whole.get()) else {
        let refused = Refused { faults: vec![fault("", "JSON that is no list", "a list of events")] };
        return Err(super::check::refused(&[(0, refused)]));
    };
    if count > MAX_EVENTS {
        return Err(too_large(&format!("{count} events"), &format!("at most {MAX_EVENTS} events")));
    }
    let read = |one: &RawValue| Document::decode(one.get().as_bytes()).and_then(|document| recorded(document, now));
    Ok(first.into_iter().map(read).collect())
}

/// The document with the time of its recording, if there is room for that.
fn recorded(document: Document, now: Timestamp) -> Result<Document, Refused> {
    if document.event().recorded_at.is_some() {
        return Ok(document);
    }
    let document = document.recorded_at(now);
    let bytes = document.encode().len();
    if bytes <= MAX_DOCUMENT_BYTES {
        return Ok(document);
    }
    let found = format!("{bytes} bytes with the recordedtime that is filled in");
    Err(Refused { faults: vec![fault("", &found, &format!("at most {MAX_DOCUMENT_BYTES} bytes"))] })
}

fn fault(field: &str, found: &str, allowed: &str) -> Fault {
    Fault { field: field.to_owned(), found: found.to_owned(), allowed: allowed.to_owned() }
}

/// The elements of a list: as many as a batch may have, and how many there are.
struct Events<'a> {
    first: Vec<&'a RawValue>,
    count: usize,
}

impl<'de> Deserialize<'de> for Events<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Events<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Events<'de>, A::Error> {
                let mut first = Vec::new();
                while first.len() < MAX_EVENTS {
                    match list.next_element()? {
                        Some(one) => first.push(one),
                        None => return Ok(Events { count: first.len(), first }),
                    }
                }
                let mut count = first.len();
                while list.next_element::<IgnoredAny>()?.is_some() {
                    count += 1;
                }
                Ok(Events { first, count })
            }
        }

        deserializer.deserialize_seq(List)
    }
}
