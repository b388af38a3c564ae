//! Schemas of what is sent and answered, as components of a document.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};
use summit::Kind;

/// Where a document keeps its schemas.
const PLACE: &str = "#/components/schemas/";

/// The schemas of a document, each under its name.
pub(super) struct Schemas {
    generator: SchemaGenerator,
    events: Map<String, Value>,
}

impl Schemas {
    /// With the events of every kind.
    pub(super) fn new() -> Self {
        let mut settings = SchemaSettings::draft2020_12().for_serialize();
        settings.definitions_path = PLACE.trim_start_matches('#').into();
        settings.meta_schema = None;
        Self { generator: settings.into_generator(), events: events() }
    }

    /// What a type looks like: a reference, where it has a name.
    pub(super) fn of<T: JsonSchema>(&mut self) -> Value {
        self.generator.subschema_for::<T>().to_value()
    }

    /// All of them, by name.
    pub(super) fn all(mut self) -> Map<String, Value> {
        let mut all = self.generator.take_definitions(true);
        all.append(&mut self.events);
        all.sort_keys();
        all
    }
}

/// A reference to a component.
pub(super) fn named(name: &str) -> Value {
    json!({ "$ref": format!("{PLACE}{name}") })
}

/// What the document of a kind is called among the components.
pub(super) fn event_name(kind: Kind) -> String {
    format!("Event.{kind}")
}

/// The published schemas of every kind, their parts beside them, and `Event`, which is any of them.
fn events() -> Map<String, Value> {
    let mut all = Map::new();
    for kind in Kind::ALL {
        let mut schema = wire::schema(*kind);
        let whole = schema.as_object_mut().expect("a schema is an object");
        whole.remove("$schema");
        whole.remove("$id");
        let parts = whole.remove("$defs");
        refer(&mut schema);
        all.insert(event_name(*kind), schema);
        for (name, mut part) in parts.as_ref().and_then(Value::as_object).cloned().unwrap_or_default() {
            refer(&mut part);
            // The same part is the same in every kind.
            all.insert(part_name(&name), part);
        }
    }
    let kinds = || Kind::ALL.iter().copied();
    let mapping: Map<String, Value> =
        kinds().map(|kind| (format!("chronicle.{kind}.v1"), format!("{PLACE}{}", event_name(kind)).into())).collect();
    let event = json!({
        "description": "A CloudEvent of any kind, as it was published.",
        "oneOf": kinds().map(|kind| named(&event_name(kind))).collect::<Vec<_>>(),
        "discriminator": { "propertyName": "type", "mapping": mapping },
    });
    all.insert("Event".to_owned(), event);
    all
}

fn part_name(name: &str) -> String {
    format!("Event.{name}")
}

/// Has references within a schema lead to components.
fn refer(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref")
                && let Some(name) = reference.strip_prefix("#/$defs/")
            {
                *reference = format!("{PLACE}{}", part_name(name));
            }
            members.values_mut().for_each(refer);
        }
        Value::Array(items) => items.iter_mut().for_each(refer),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_an_event_is_the_same_in_every_kind() {
        let mut seen: Map<String, Value> = Map::new();
        for kind in Kind::ALL {
            let schema = wire::schema(*kind);
            for (name, part) in schema["$defs"].as_object().expect("parts") {
                assert_eq!(seen.entry(name.clone()).or_insert_with(|| part.clone()), part, "{name} of {kind}");
                assert!(Kind::ALL.iter().all(|kind| kind.as_str() != name), "{name} is a kind, too");
            }
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let mut schemas = Schemas::new();
        schemas.of::<projector::Members>();
        schemas.of::<projector::Attendance>();
        let all = Value::Object(schemas.all());
        let text = all.to_string();
        for part in text.split("\"$ref\":\"").skip(1) {
            let reference = part.split('"').next().unwrap_or_default();
            let name = reference.strip_prefix(PLACE).unwrap_or_else(|| panic!("{reference} leads elsewhere"));
            assert!(all.get(name).is_some(), "{reference} leads nowhere");
        }
    }
}
