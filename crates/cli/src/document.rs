//! Documents of events that are made from options.

use clap::Args;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use summit::{Attribution, Event, EventId, Kind, When};
use uuid::Uuid;
use wire::Document;

use crate::error::Failure;
use crate::fields::Given;

/// What an event says, as options.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Said {
    #[command(flatten)]
    pub(crate) given: Given,
    /// Any field as JSON, by its path: data.participants='[…]', data.participants[0].level='"HS"'; null removes it
    #[arg(long = "set", value_name = "PATH=JSON", value_parser = Setting::parse, help_heading = "Fields of every kind")]
    pub(crate) settings: Vec<Setting>,
    #[command(flatten)]
    pub(crate) envelope: Envelope,
}

/// What stands around what an event says.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Envelope")]
pub(crate) struct Envelope {
    /// The desk that publishes, such as /desks/astana
    #[arg(long, value_name = "URI", env = "CHRONICLE_SOURCE", hide_env_values = true)]
    pub(crate) source: Option<String>,
    /// The event's id; without it a new UUID of version 7
    #[arg(long, value_name = "UUID")]
    pub(crate) id: Option<EventId>,
    /// The instant of the occurrence, where it is really known
    #[arg(long, value_name = "INSTANT")]
    pub(crate) time: Option<String>,
    /// When the claim was put on record, where that is not now
    #[arg(long, alias = "recorded-time", value_name = "INSTANT")]
    pub(crate) recordedtime: Option<String>,
    /// Print the document instead of publishing it
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// A field set as JSON.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Setting {
    path: Vec<Key>,
    value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    Field(String),
    Item(usize),
}

/// The highest place in a list that a path may name.
const MAX_ITEM: usize = 999;

impl Setting {
    fn parse(text: &str) -> Result<Self, String> {
        let (path, value) = text.split_once('=').ok_or("a path, '=' and JSON, such as data.note='\"seen\"'")?;
        let value = serde_json::from_str(value)
            .map_err(|error| format!("{value:?} is no JSON ({error}); a text stands in quotes: '\"…\"'"))?;
        let mut keys = Vec::new();
        for part in path.split('.') {
            let mut pieces = part.split('[');
            let field = pieces.next().unwrap_or_default();
            if field.is_empty() {
                return Err(format!("{path:?} is no path; write data.participants[0].level"));
            }
            keys.push(Key::Field(field.to_owned()));
            for piece in pieces {
                let item =
                    piece.strip_suffix(']').and_then(|piece| piece.parse().ok()).filter(|item| *item <= MAX_ITEM);
                keys.push(Key::Item(
                    item.ok_or_else(|| format!("\"[{piece}\" is no place in a list, 0 to {MAX_ITEM}"))?,
                ));
            }
        }
        Ok(Self { path: keys, value })
    }

    fn apply(&self, document: &mut Value) {
        let (last, way) = self.path.split_last().expect("a path has a field at least");
        let mut at = document;
        for key in way {
            at = enter(at, key);
        }
        match (last, self.value.is_null()) {
            (Key::Field(field), true) => {
                at.as_object_mut().map(|map| map.shift_remove(field));
            }
            (Key::Item(item), true) => {
                at.as_array_mut().filter(|list| *item < list.len()).map(|list| list.remove(*item));
            }
            (key, false) => *enter(at, key) = self.value.clone(),
        }
    }
}

/// What stands under a key; made where it is not there.
fn enter<'v>(at: &'v mut Value, key: &Key) -> &'v mut Value {
    match key {
        Key::Field(field) => {
            if !at.is_object() {
                *at = json!({});
            }
            &mut at[field]
        }
        Key::Item(item) => {
            if !at.is_array() {
                *at = json!([]);
            }
            let list = at.as_array_mut().expect("it was made a list");
            list.resize(list.len().max(item + 1), Value::Null);
            &mut list[*item]
        }
    }
}

/// An event as it is made.
struct Made {
    kind: Kind,
    source: Option<String>,
    time: Option<String>,
    corrects: Option<EventId>,
    data: Map<String, Value>,
}

impl Said {
    /// A new event of a kind. Shortened ids are written out before.
    pub(crate) fn record(&self, kind: Kind, corrects: Option<EventId>, now: Timestamp) -> Result<Document, Failure> {
        let (source, time) = (self.envelope.source.clone(), self.envelope.time.clone());
        self.document(Made { kind, source, time, corrects, data: self.given.data(kind) }, now)
    }

    /// An event in the place of another: what that says, with the given fields replaced and the desk put first.
    pub(crate) fn correct(&self, target: &Document, now: Timestamp) -> Result<Document, Failure> {
        let event = target.event();
        let kind = event.kind();
        let mut data = data_of(target);
        let mut given = self.given.data(kind);
        let desk = given.remove("attribution").unwrap_or(json!([]));
        let same_time = !given.contains_key("occurred");
        data.extend(given);
        data.insert("attribution".into(), chain(desk, event));
        let time = self.envelope.time.clone().or_else(|| event.time.filter(|_| same_time).map(|time| time.to_string()));
        let source = Some(self.envelope.source.clone().unwrap_or_else(|| event.source.clone()));
        self.document(Made { kind, source, time, corrects: Some(event.id), data }, now)
    }

    /// An event that takes another back, now. It has the other's authority, so that whoever counts the one counts both.
    pub(crate) fn retract(&self, target: &Event, now: Timestamp) -> Result<Document, Failure> {
        let shared = &target.shared;
        let mut data = Map::new();
        data.insert("occurred".into(), json!(When::from_instant(now)));
        data.insert("authority".into(), json!(shared.authority));
        data.insert("organisation".into(), json!(shared.organisation));
        data.insert("meeting".into(), json!(shared.meeting));
        data.insert("retracts".into(), json!(target.id));
        data.retain(|_, value| !value.is_null());
        let mut given = self.given.data(Kind::Retraction);
        let desk = given.remove("attribution").unwrap_or(json!([]));
        data.extend(given);
        data.insert("attribution".into(), chain(desk, target));
        let source = Some(self.envelope.source.clone().unwrap_or_else(|| target.source.clone()));
        self.document(
            Made { kind: Kind::Retraction, source, time: self.envelope.time.clone(), corrects: None, data },
            now,
        )
    }

    fn document(&self, made: Made, now: Timestamp) -> Result<Document, Failure> {
        let Made { kind, source, time, corrects, data } = made;
        let foreign: Vec<String> = self
            .given
            .foreign(kind)
            .map(|field| {
                format!("data.{}: found a field of {}, allowed is a field of {kind}", field.name, field.kinds())
            })
            .collect();
        if !foreign.is_empty() {
            let said = "the event is refused, nothing is stored".to_owned();
            let hint = Some("`chronicle record --help` lists the fields of every kind");
            return Err(Failure::Refused { said, faults: foreign, hint });
        }
        let id = self.envelope.id.unwrap_or_else(|| EventId::new(Uuid::now_v7()));
        let mut document = json!({
            "specversion": "1.0",
            "id": id,
            "source": source,
            "type": format!("chronicle.{kind}.v1"),
            "datacontenttype": "application/json",
            "time": time,
            "recordedtime": self.envelope.recordedtime,
            "corrects": corrects,
            "data": data,
        });
        if let Some(fields) = document.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
        }
        self.settings.iter().for_each(|setting| setting.apply(&mut document));
        let bytes = serde_json::to_vec(&document).expect("a JSON value can be written");
        let document = Document::decode(&bytes).map_err(|refused| Failure::refused(&refused))?;
        Ok(document.recorded_at(now))
    }
}

/// What a document says in `data`, fields beyond the vocabulary included.
fn data_of(document: &Document) -> Map<String, Value> {
    let said: Value = serde_json::from_slice(&document.encode()).expect("a document is JSON");
    match said {
        Value::Object(mut fields) => match fields.remove("data") {
            Some(Value::Object(data)) => data,
            _ => Map::new(),
        },
        _ => Map::new(),
    }
}

/// The desk, then those that the target names; nobody twice.
fn chain(desk: Value, target: &Event) -> Value {
    let mut chain = if let Value::Array(desk) = desk { desk } else { Vec::new() };
    let names: Vec<Value> = chain.iter().map(|source| source["name"].clone()).collect();
    let others = target.shared.attribution.iter().filter(|source| !names.contains(&json!(source.name)));
    chain.extend(others.map(|source: &Attribution| json!(source)));
    Value::Array(chain)
}

/// The ids that options gave, written out.
pub(crate) fn written_out(said: &mut Said, find: impl Fn(&str) -> Result<EventId, Failure>) -> Result<(), Failure> {
    said.given.events().try_for_each(|id| {
        *id = whole(id, &find)?.to_string();
        Ok(())
    })
}

/// An id that is whole as it is, whoever has it; a shortened one must be somebody's.
pub(crate) fn whole(id: &str, find: impl Fn(&str) -> Result<EventId, Failure>) -> Result<EventId, Failure> {
    id.parse().or_else(|_| find(id))
}
