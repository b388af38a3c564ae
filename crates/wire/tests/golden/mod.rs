//! One event of every kind that uses all its fields, and the schema that it is valid under.

use jsonschema::Validator;
use serde_json::Value;
use summit::Kind;

/// The golden event of a kind.
pub(crate) fn golden(kind: Kind) -> Value {
    let path = format!("{}/tests/golden/events/{kind}.v1.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The schema of a kind, ready to judge.
pub(crate) fn validator(kind: Kind) -> Validator {
    jsonschema::draft202012::new(&wire::schema(kind)).expect("the schema is a schema")
}
