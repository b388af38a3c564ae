//! Documents: events as they travel and are stored.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use summit::{Content, Event, Shared};

use crate::fault::{Fault, Refused};
use crate::{decode, json};

/// An event together with the document that says it: unknown attributes and fields are kept, never dropped.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    event: Event,
    json: Map<String, Value>,
}

/// The digest of what a producer says: equal for documents whose JSON values are equal, leaving aside `recordedtime`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

#[derive(Serialize)]
struct Data<'a> {
    #[serde(flatten)]
    shared: &'a Shared,
    #[serde(flatten)]
    content: &'a Content,
}

impl Document {
    /// Reads an event in structured mode (CloudEvents 1.0, JSON event format).
    ///
    /// Refuses with every fault of the document, each naming field, found and allowed.
    pub fn decode(bytes: &[u8]) -> Result<Self, Refused> {
        let value = json::parse(bytes).map_err(|fault| Refused { faults: vec![fault] })?;
        let Value::Object(json) = value else {
            return Err(Refused { faults: vec![Fault::new("", "JSON that is no object", "one JSON object")] });
        };
        let mut faults = Vec::new();
        match decode::event(&json, &mut faults) {
            Some(event) if faults.is_empty() => Ok(Self { event, json }),
            _ => Err(Refused { faults }),
        }
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

    /// Fills in when the claim was put on record, where the document does not say.
    #[must_use]
    pub fn recorded_at(mut self, now: Timestamp) -> Self {
        if self.event.recorded_at.is_none() {
            self.event.recorded_at = Some(now);
            self.json.insert("recordedtime".into(), json!(now.to_string()));
        }
        self
    }

    /// The document as bytes, its keys in the order of its author.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(&self.json).expect("a JSON value can be written")
    }

    /// What the document says, as a digest: SHA-256 over the values with their keys sorted, without `recordedtime`.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut said = self.json.clone();
        said.remove("recordedtime");
        let mut said = Value::Object(said);
        said.sort_all_objects();
        Fingerprint(Sha256::digest(said.to_string()).into())
    }
}
