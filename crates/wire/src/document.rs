//! Documents: events as they travel and are stored.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use summit::{Event, MAX_DOCUMENT_BYTES, Shared};

use crate::fault::{Fault, Refused};
use crate::json::{Json, Object};
use crate::{envelope, headers, json};

/// How many times longer a document can at most become when it is written again: `1e15` is written as
/// `1000000000000000.0`.
const MAX_GROWTH: usize = 8;
/// Most documents are not longer, in bytes.
const USUAL_BYTES: usize = 1024;

/// An event together with the document that says it: unknown attributes and fields are kept, never dropped.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    event: Event,
    json: Map<String, Value>,
}

/// The digest of what a producer says: equal for documents whose JSON values are equal, leaving aside `recordedtime`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// A digest that was kept.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest, to be kept.
    pub const fn to_bytes(self) -> [u8; 32] {
        self.0
    }
}

/// What `data` holds: the fields that every kind shares, and those of one kind.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Data<'a, C> {
    #[serde(flatten)]
    shared: &'a Shared,
    #[serde(flatten)]
    content: &'a C,
}

impl Document {
    /// Reads an event in the mode that the headers beside it announce: binary where `ce-specversion` is among them,
    /// structured else, and wherever the content type says `application/cloudevents`.
    ///
    /// In binary mode (CloudEvents 1.0, NATS protocol binding) the headers `ce-<name>` are the attributes, of which
    /// unknown ones are kept as strings, and `bytes` are `data`. The document is the same in both modes, and so are
    /// its bounds: what in structured mode would be too large, or nested too deeply, is refused.
    ///
    /// Refuses with every fault. What cannot be read as attributes and JSON at all is told before what they say.
    ///
    /// ```
    /// let headers = [
    ///     ("ce-specversion", "1.0"), ("ce-id", "d0653777-6d69-536b-a4fd-52d10a1fb517"),
    ///     ("ce-source", "/desks/astana"), ("ce-type", "chronicle.founding.v1"), ("ce-motto", "Shanghai%20spirit"),
    /// ];
    /// let body = br#"{"occurred": "2001", "attribution": [{"name": "desk"}], "organisation": "sco"}"#;
    /// let document = wire::Document::read(&headers, body)?;
    /// assert_eq!(document.event().source, "/desks/astana");
    /// assert!(String::from_utf8_lossy(&document.encode()).contains(r#""motto":"Shanghai spirit","data":{"#));
    /// # Ok::<(), wire::Refused>(())
    /// ```
    pub fn read<N: AsRef<str>, V: AsRef<str>>(headers: &[(N, V)], bytes: &[u8]) -> Result<Self, Refused> {
        if !headers::are_binary(headers) {
            return Self::decode(bytes);
        }
        let json = binary(headers, bytes)?;
        let event = judged(&json::members(&json))?;
        Ok(Self { event, json })
    }

    /// Reads only what is folded of an event that is stored so: the event, and the [fingerprint](Self::fingerprint) of its
    /// document. It takes and refuses what [`read`](Self::read) does, at a part of its cost.
    pub fn read_event<N: AsRef<str>, V: AsRef<str>>(
        headers: &[(N, V)],
        bytes: &[u8],
    ) -> Result<(Event, Fingerprint), Refused> {
        if headers::are_binary(headers) {
            let json = binary(headers, bytes)?;
            let members = json::members(&json);
            return Ok((judged(&members)?, said(&members)));
        }
        let members = structured(bytes)?;
        Ok((judged(&members)?, said(&members)))
    }

    /// A stored document on one line and in structured mode: byte for byte as it was stored, but where it holds line breaks
    /// or came in binary mode.
    pub fn line<N: AsRef<str>, V: AsRef<str>>(headers: &[(N, V)], bytes: &[u8]) -> Result<Vec<u8>, Refused> {
        let broken = bytes.iter().any(|byte| matches!(byte, b'\n' | b'\r'));
        if !broken && !headers::are_binary(headers) {
            return Ok(bytes.to_vec());
        }
        // A line break in a JSON text is only space between its parts.
        Self::read(headers, bytes).map(|document| document.encode())
    }

    /// Reads an event in structured mode (CloudEvents 1.0, JSON event format).
    ///
    /// Refuses with every fault of the document, each naming field, found and allowed; what is no JSON at all by line
    /// and column.
    pub fn decode(bytes: &[u8]) -> Result<Self, Refused> {
        let members = structured(bytes)?;
        Ok(Self { event: judged(&members)?, json: json::into_map(members) })
    }

    /// Reads what [`encode`](Self::encode) wrote of a document that was made [from an event](Self::from_event), in
    /// structured mode and whatever its size: it writes out what the event's author may have left to be understood.
    pub fn decode_own(bytes: &[u8]) -> Result<Self, Refused> {
        let members = object(json::parse_any(bytes, 0, "")?)?;
        Ok(Self { event: judged(&members)?, json: json::into_map(members) })
    }

    /// The document of an event that was made here.
    pub fn from_event(event: Event) -> Self {
        let data = serde_json::to_value(Data { shared: &event.shared, content: &event.content })
            .expect("the fields of an event have text keys and no failing serializer");
        let mut json = Map::new();
        json.insert("specversion".into(), json!("1.0"));
        json.insert("id".into(), json!(event.id.to_string()));
        json.insert("source".into(), json!(event.source));
        json.insert("type".into(), json!(format!("chronicle.{}.v1", event.kind())));
        json.insert("datacontenttype".into(), json!("application/json"));
        if let Some(time) = event.time {
            json.insert("time".into(), json!(time.to_string()));
        }
        if let Some(recorded_at) = event.recorded_at {
            json.insert("recordedtime".into(), json!(recorded_at.to_string()));
        }
        if let Some(corrects) = event.corrects {
            json.insert("corrects".into(), json!(corrects.to_string()));
        }
        json.insert("data".into(), data);
        Self { event, json }
    }

    /// The event.
    pub const fn event(&self) -> &Event {
        &self.event
    }

    /// The event by itself.
    pub fn into_event(self) -> Event {
        self.event
    }

    /// Fills in when the claim was put on record, where the document does not say. It grows by as much.
    #[must_use]
    pub fn recorded_at(mut self, now: Timestamp) -> Self {
        if self.event.recorded_at.is_none() {
            self.event.recorded_at = Some(now);
            self.json.insert("recordedtime".into(), json!(now.to_string()));
        }
        self
    }

    /// The document in structured mode, its keys in the order of its author.
    pub fn encode(&self) -> Vec<u8> {
        written(&self.json)
    }

    /// What the document says, as a digest: SHA-256 over the values with their keys sorted, without `recordedtime`.
    pub fn fingerprint(&self) -> Fingerprint {
        said(&json::members(&self.json))
    }
}

/// The members of a document in structured mode.
fn structured(bytes: &[u8]) -> Result<Object<'_>, Refused> {
    let members = object(json::parse(bytes, 0, "")?)?;
    if bytes.len() > MAX_DOCUMENT_BYTES / MAX_GROWTH {
        // What we take, others must take from us: numbers may be longer when we write them.
        let mut written = Vec::with_capacity(bytes.len());
        json::write(members.iter(), &mut written, false);
        json::bounded(written.len(), "")?;
    }
    Ok(members)
}

/// The members of a document in binary mode.
fn binary<N: AsRef<str>, V: AsRef<str>>(headers: &[(N, V)], bytes: &[u8]) -> Result<Map<String, Value>, Refused> {
    let mut faults = Vec::new();
    let mut json = headers::attributes(headers, &mut faults);
    if !bytes.is_empty() {
        match json::parse(bytes, 1, "data") {
            Ok(data) => drop(json.insert("data".into(), json::owned(data))),
            Err(fault) => faults.push(fault),
        }
    }
    if !faults.is_empty() {
        return Err(Refused::new(faults));
    }
    json::bounded(written(&json).len(), "")?;
    Ok(json)
}

fn object(json: Json<'_>) -> Result<Object<'_>, Refused> {
    match json {
        Json::Object(members) => Ok(members),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => {
            Err(Fault::new("", "JSON that is no object", "one JSON object").into())
        }
    }
}

fn judged(members: &Object<'_>) -> Result<Event, Refused> {
    let mut faults = Vec::new();
    match envelope::event(members, &mut faults) {
        Some(event) if faults.is_empty() => Ok(event),
        _ => Err(Refused::new(faults)),
    }
}

fn said(members: &Object<'_>) -> Fingerprint {
    let mut said = Vec::with_capacity(USUAL_BYTES);
    json::write(members.iter().filter(|(key, _)| key != "recordedtime"), &mut said, true);
    Fingerprint(Sha256::digest(said).into())
}

fn written(json: &Map<String, Value>) -> Vec<u8> {
    serde_json::to_vec(json).expect("a JSON value can be written")
}
