//! The document of the service in `OpenAPI` 3.1: what the handlers say of themselves, and what holds for all of them.

use projector::What;
use serde_json::{Map, Value, json};

use super::bodies::{answers, parameter, taken};
use super::headers;
use super::schemas::{Schemas, named};
use crate::problem::Problem;

/// What problems are sent as.
const PROBLEM: &str = "application/problem+json";
/// Where the common answers stand.
const RESPONSES: &str = "#/components/responses/";

/// What may be answered at any address: status, name, when.
const COMMON: &[(&str, &str, &str)] = &[
    ("400", "BadRequest", "A parameter, a header or the address cannot be meant: it is named"),
    ("401", "TokenNeeded", "A token is needed, or the one that was shown is not known or has ended"),
    ("403", "NotPermitted", "The token does not permit this"),
    ("404", "NotFound", "Nothing is there, or no event names what was asked for: the nearest names are told"),
    ("406", "NotAcceptable", "What you accept is not what is answered here"),
    ("408", "TooSlow", "The request took too long to come"),
    ("409", "Conflict", "The chronicle has not come to a position that is asked for"),
    ("413", "TooLarge", "A body is larger than is taken here: questions have none"),
    ("414", "AddressTooLong", "The address is longer than is taken here"),
    ("415", "BadEncoding", "A body is not sent as it is taken here"),
    ("429", "TooOften", "Too many requests of one token or address; see Retry-After"),
    ("431", "HeadersTooLarge", "The headers are larger than are taken here"),
    ("500", "Failed", "It failed here, by no fault of yours"),
    ("503", "Unavailable", "Not now: too busy, or the log is damaged or out of reach"),
];

/// The document.
pub(super) fn document() -> Value {
    let api = crate::app::routes().into_openapi();
    let mut document = serde_json::to_value(api).expect("a document is JSON");
    let mut schemas = Schemas::new();
    let _ = schemas.of::<Problem>();
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            complete(method, path, operation, &mut schemas);
        }
    }
    document["openapi"] = "3.1.0".into();
    document["info"] = json!({
        "title": "Summit Chronicle",
        "version": env!("CARGO_PKG_VERSION"),
        "summary": "Who was a member of what and who came to which summit, on any day, as known on any day, according to whom.",
        "description": "Every question takes a vantage: as_of, known_at, at_position, according_to. Every answer carries a \
                        token of it, and the ids of the events that suffice for what it says. Problems are problem documents \
                        (RFC 9457) whose code is a word for programs. For people: /docs. What is told to those who listen: \
                        /asyncapi.json. Documents of events: /schemas/.",
        "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
    });
    document["servers"] = json!([{ "url": "/", "description": "This service" }]);
    document["tags"] = json!([
        { "name": "ask", "description": "Questions: the same JSON as the command line with --json" },
        { "name": "publish", "description": "Events in: CloudEvents, stored once each" },
        { "name": "changes", "description": "What changes, as it happens: server-sent events" },
        { "name": "replay", "description": "History again, at a pace" },
        { "name": "operate", "description": "How the service fares" },
        { "name": "documents", "description": "What you are reading, for programs and for people" },
    ]);
    document["security"] = json!([{}, { "bearer": [] }]);
    let responses: Map<String, Value> = COMMON
        .iter()
        .map(|(status, name, when)| {
            let answer = json!({ "description": when, "headers": headers::common(status), "content": problem() });
            ((*name).to_owned(), answer)
        })
        .collect();
    document["components"] = json!({
        "schemas": schemas.all(),
        "responses": responses,
        "headers": headers::all(),
        "securitySchemes": { "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of `chronicle token create`. A service on loopback without tokens is open.",
        } },
    });
    document
}

fn problem() -> Value {
    json!({ PROBLEM: { "schema": named("Problem") } })
}

/// Names of operations whose handlers are called alike.
const NAMES: &[(&str, &str, &str)] = &[
    ("get", "/v1/organisations/{organisation}/remarks", "organisation_remarks"),
    ("post", "/v1/events", "publish_events"),
];

/// Adds to an operation what holds for all of them.
fn complete(method: &str, path: &str, operation: &mut Value, schemas: &mut Schemas) {
    if let Some((_, _, name)) = NAMES.iter().find(|(by, at, _)| *by == method && *at == path) {
        operation["operationId"] = (*name).into();
    }
    for given in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some((schema, example)) = given["name"].as_str().and_then(|name| parameter(path, name, schemas)) else {
            continue;
        };
        if let Some(schema) = schema {
            given["schema"] = schema;
        }
        given["example"] = example;
    }
    if let Some(contents) = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut) {
        for (kind, content) in contents {
            if let Some((schema, example)) = taken(path, kind) {
                *content = json!({ "schema": schema, "example": example });
            }
        }
    }
    let given = operation["parameters"].as_array().into_iter().flatten();
    let speaks = given.filter_map(|given| given["name"].as_str()).any(|name| name.parse::<What>().is_ok());
    let reads = path.starts_with("/v1/");
    let tag = operation["tags"][0].as_str().unwrap_or_default().to_owned();
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for (status, response) in responses.iter_mut() {
        let Some(response) = response.as_object_mut() else { continue };
        if status.starts_with('2') || response.contains_key("content") {
            let contents = response.entry("content").or_insert_with(|| json!({ "application/json": {} }));
            for (kind, content) in contents.as_object_mut().into_iter().flatten() {
                if let Some(schema) = answers(method, path, status, kind, schemas) {
                    *content = json!({ "schema": schema });
                }
            }
        }
        let silent = response.get("content").is_none_or(|content| content.get(PROBLEM).is_some());
        if (status.starts_with('4') || status.starts_with('5')) && silent {
            response.insert("content".to_owned(), problem());
        }
        if status == "204" {
            response.remove("content");
        }
    }
    if tag == "ask" {
        responses.entry("304").or_insert_with(|| json!({ "description": "You have the answer already" }));
    }
    if speaks {
        let by_name =
            "Something is named, and exactly one thing bears the name: its own address, with all else as asked";
        responses.entry("307").or_insert_with(|| json!({ "description": by_name }));
    }
    for (status, response) in responses.iter_mut() {
        response["headers"] = headers::sent(method, path, &tag, status);
    }
    for (status, name, _) in COMMON {
        let may_be = match *status {
            "404" => reads || path.contains('{'),
            "409" => reads,
            _ => true,
        };
        if may_be {
            responses.entry(*status).or_insert_with(|| json!({ "$ref": format!("{RESPONSES}{name}") }));
        }
    }
    responses.sort_keys();
}
