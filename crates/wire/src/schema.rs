//! JSON Schema (draft 2020-12) of documents in structured mode, from the types of the vocabulary.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};
use summit::{
    Admission, EventId, Founding, Kind, Meeting, Naming, Participation, Reclassification, Retraction, Signing,
    Standing, Statement, Step, Succession, Suspension, Tally, Travel, Withdrawal,
};

use crate::decode::demanded;
use crate::document::Data;

/// Text without control characters other than line breaks and tabs, not empty.
const TEXT: &str = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]+$";
/// Text of an attribute: one line.
const LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";
/// Neither white space nor control characters, not empty.
const URI: &str = r"^[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$";
const INSTANT: &str =
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})$";

/// The schema of the documents of a kind, attributes and `data`, as `/schemas/<kind>.v1.json`.
///
/// It demands what [`Document::decode`](crate::Document::decode) demands, as far as a schema can say it, and allows
/// attributes and fields that the vocabulary does not know.
pub fn schema(kind: Kind) -> Value {
    let mut settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(tighten));
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    let id = EventId::json_schema(&mut generator);
    let (about, mut data) = data(kind, generator);
    let definitions = data.remove("$defs");
    data.remove("title");
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("/schemas/{kind}.v1.json"),
        "title": format!("chronicle.{kind}.v1"),
        "description": about,
        "type": "object",
        "properties": {
            "specversion": { "const": "1.0" },
            "id": id,
            "source": { "description": "The desk that publishes.", "type": "string", "pattern": URI },
            "type": { "const": format!("chronicle.{kind}.v1") },
            "datacontenttype": { "enum": ["application/json", null] },
            "dataschema": { "type": ["string", "null"], "pattern": URI },
            "subject": { "type": ["string", "null"], "minLength": 1, "pattern": LINE },
            "time": instant("The instant of the occurrence, only where it is really known."),
            "recordedtime": instant("When the source put the claim on record."),
            "corrects": {
                "description": "The event that this one replaces.",
                "anyOf": [id, { "type": "null" }],
            },
            "data": data,
        },
        "required": ["specversion", "id", "source", "type", "data"],
        "propertyNames": { "pattern": "^[a-z0-9]+$" },
        "additionalProperties": { "type": ["string", "number", "boolean", "null"], "pattern": LINE },
        "$defs": definitions.unwrap_or_else(|| json!({})),
    })
}

fn instant(about: &str) -> Value {
    json!({ "description": about, "type": ["string", "null"], "format": "date-time", "pattern": INSTANT })
}

/// What a kind is about, and the schema of its `data`.
fn data(kind: Kind, generator: SchemaGenerator) -> (Option<Value>, Schema) {
    let (about, mut data) = match kind {
        Kind::Founding => fields::<Founding>(generator),
        Kind::Admission => fields::<Admission>(generator),
        Kind::Standing => fields::<Standing>(generator),
        Kind::Step => fields::<Step>(generator),
        Kind::Suspension | Kind::Reinstatement => fields::<Suspension>(generator),
        Kind::Withdrawal => fields::<Withdrawal>(generator),
        Kind::Reclassification => fields::<Reclassification>(generator),
        Kind::Meeting => fields::<Meeting>(generator),
        Kind::Arrival | Kind::Departure => fields::<Travel>(generator),
        Kind::Attendance => fields::<Participation>(generator),
        Kind::Signing => fields::<Signing>(generator),
        Kind::Statement => fields::<Statement>(generator),
        Kind::Tally => fields::<Tally>(generator),
        Kind::Naming => fields::<Naming>(generator),
        Kind::Succession => fields::<Succession>(generator),
        Kind::Retraction => fields::<Retraction>(generator),
    };
    if let Some(Value::Array(required)) = data.get_mut("required") {
        required.extend(demanded(kind).iter().map(|name| json!(name)));
    }
    if kind == Kind::Tally {
        data.insert("anyOf".into(), json!([{ "required": ["organisation"] }, { "required": ["meeting"] }]));
    }
    if kind == Kind::Succession {
        data.insert(
            "if".into(),
            json!({ "properties": { "manner": { "const": "dissolution" } }, "required": ["manner"] }),
        );
        data.insert("else".into(), json!({ "properties": { "to": { "minItems": 1 } } }));
    }
    (about, data)
}

fn fields<C: JsonSchema + 'static>(mut generator: SchemaGenerator) -> (Option<Value>, Schema) {
    let about = C::json_schema(&mut generator).remove("description");
    (about, generator.into_root_schema_for::<Data<'static, C>>())
}

/// Says of `data` what holds for all of it: no field is null, and no text is empty or has control characters.
fn tighten(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| *choice != json!({ "type": "null" }));
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            schema.remove("anyOf");
            schema.ensure_object().extend(only);
        }
    }
    let plain = schema.get("pattern").is_none() && schema.get("enum").is_none();
    if plain && schema.get("type").is_some_and(|name| name == "string") {
        schema.insert("pattern".into(), TEXT.into());
    }
}
