//! What is told to those who listen, in `AsyncAPI` 3.1: the log's subjects, the published views, and what changes over HTTP.

use projector::published::Pointer;
use projector::{Change, Changes, Delegation, Row};
use serde_json::{Map, Value, json};
use summit::Kind;

use super::schemas::{Schemas, event_name, named};

/// The document.
pub(super) fn document() -> Value {
    let mut schemas = Schemas::new();
    let changed = told(&mut schemas);
    let rows = json!({ "type": "array", "items": schemas.of::<Row>() });
    let delegation = schemas.of::<Delegation>();
    let pointer = schemas.of::<Pointer>();
    let mut messages = events();
    let json_message =
        |title: &str, payload: Value| json!({ "title": title, "contentType": "application/json", "payload": payload });
    messages.insert("membership".into(), json_message("The rows of a party in an organisation", rows));
    messages.insert("attendance".into(), json_message("A delegation at a meeting", delegation));
    messages.insert("pointer".into(), json_message("The version of the views that counts", pointer));
    messages.insert("changes".into(), json_message("All that changed at a position or on a day", changed));
    let question =
        json!({ "description": "The answer to the question, as its own address gives it", "type": "object" });
    messages
        .insert("answer".into(), json_message("The answer to a standing question, whenever it is another", question));
    let reset = json!({ "type": "object", "properties": { "after": { "type": ["string", "null"] } } });
    messages
        .insert("reset".into(), json_message("You are too far behind: ask again, and come back behind `after`", reset));
    let mut schemas = schemas.all();
    if let Some(event) = schemas.get_mut("Event").and_then(Value::as_object_mut) {
        // Of OpenAPI's making; the kinds tell themselves apart by `type` anyway.
        event.remove("discriminator");
    }
    json!({
        "asyncapi": "3.1.0",
        "info": {
            "title": "Summit Chronicle",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Events go in and changes come out: over NATS as subjects of the log and as key-value buckets of \
                            the current views, over HTTP as server-sent events. Questions and publishing over HTTP are in \
                            /openapi.json.",
            "license": { "name": "Apache-2.0" },
        },
        "defaultContentType": "application/json",
        "servers": {
            "nats": { "host": "127.0.0.1:4222", "protocol": "nats", "description": "JetStream, NATS 2.12.1 or later" },
            "http": { "host": "127.0.0.1:8080", "protocol": "http", "description": "chronicle serve" },
        },
        "channels": channels(),
        "operations": operations(),
        "components": { "messages": messages, "schemas": schemas },
    })
}

/// The message of a kind in a mode.
fn message_name(kind: Kind, binary: bool) -> String {
    if binary { format!("{kind}-binary") } else { kind.to_string() }
}

/// Every kind, in both modes of CloudEvents.
fn events() -> Map<String, Value> {
    let mut messages = Map::new();
    for kind in Kind::ALL.iter().copied() {
        let schema = wire::schema(kind);
        messages.insert(
            message_name(kind, false),
            json!({
                "name": format!("chronicle.{kind}.v1"),
                "title": format!("{kind}, structured"),
                "summary": schema["description"],
                "contentType": wire::CONTENT_TYPE,
                "headers": { "type": "object", "properties": {
                    "Content-Type": { "const": wire::CONTENT_TYPE },
                    "Nats-Msg-Id": id("The event's id"),
                } },
                "payload": named(&event_name(kind)),
            }),
        );
        messages.insert(
            message_name(kind, true),
            json!({
                "name": format!("chronicle.{kind}.v1"),
                "title": format!("{kind}, binary"),
                "summary": schema["description"],
                "contentType": "application/json",
                "headers": { "type": "object",
                    "required": ["ce-specversion", "ce-id", "ce-source", "ce-type"],
                    "properties": {
                        "Content-Type": { "const": "application/json" },
                        "Nats-Msg-Id": id("The event's id"),
                        "ce-specversion": { "const": "1.0" },
                        "ce-id": id("The event's id"),
                        "ce-source": { "type": "string", "description": "The desk that publishes" },
                        "ce-type": { "const": format!("chronicle.{kind}.v1") },
                        "ce-recordedtime": { "type": "string", "format": "date-time" },
                        "ce-corrects": id("The event that this one replaces"),
                    } },
                "payload": { "$ref": format!("#/components/schemas/{}/properties/data", event_name(kind)) },
            }),
        );
    }
    messages
}

fn id(about: &str) -> Value {
    json!({ "type": "string", "format": "uuid", "description": about })
}

/// What is told at a position or on a day, over HTTP.
fn told(schemas: &mut Schemas) -> Value {
    let changes = schemas.of::<Changes>();
    let _ = schemas.of::<Change>();
    let event = json!({ "anyOf": [named("Event"), { "type": "null" }], "description": "The document of the cause" });
    let stored_at =
        json!({ "type": ["string", "null"], "format": "date-time", "description": "When the log stored it" });
    json!({ "allOf": [changes, {
        "type": "object",
        "required": ["event", "stored_at"],
        "properties": { "event": event, "stored_at": stored_at },
    }] })
}

fn channels() -> Value {
    let messages = |names: &[&str]| -> Value {
        let of = |name: &&str| ((*name).to_owned(), json!({ "$ref": format!("#/components/messages/{name}") }));
        Value::Object(names.iter().map(of).collect())
    };
    let kinds = Kind::ALL.iter().flat_map(|kind| [message_name(*kind, false), message_name(*kind, true)]);
    let kinds: Vec<String> = kinds.collect();
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    let (nats, http) = (json!([{ "$ref": "#/servers/nats" }]), json!([{ "$ref": "#/servers/http" }]));
    let organisation = json!({ "description": "The organisation, such as sco; - where there is none" });
    let meeting = json!({ "description": "The meeting, such as sco-astana-2024; - where there is none" });
    let party = json!({ "description": "The party, such as KAZ" });
    let version = json!({ "description": "The version that `pointer` names as current" });
    let stream = |address: &str, about: &str, names: &[&str]| {
        json!({
            "address": address,
            "description": about,
            "servers": http,
            "messages": messages(names),
            "bindings": { "http": {} },
        })
    };
    json!({
        "events": {
            "address": "chronicle.event.{organisation}.{meeting}.{kind}",
            "description": "The log: JetStream stream CHRONICLE, nothing is ever deleted. Who may write where is a matter of \
                            subjects: an event under another organisation's is passed over and listed.",
            "servers": nats,
            "parameters": {
                "organisation": organisation,
                "meeting": meeting,
                "kind": { "enum": Kind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>() },
            },
            "messages": messages(&kinds),
        },
        "pointer": {
            "address": "$KV.chronicle.views",
            "description": "Bucket chronicle, key views: watch it first, it names the version that counts.",
            "servers": nats,
            "messages": messages(&["pointer"]),
        },
        "membership": {
            "address": "$KV.membership-{version}.{organisation}.{party}",
            "description": "Bucket membership-<version>, keys such as sco.BLR; _checkpoint says how far it is.",
            "servers": nats,
            "parameters": { "version": version, "organisation": organisation, "party": party },
            "messages": messages(&["membership"]),
        },
        "attendance": {
            "address": "$KV.attendance-{version}.{meeting}.{party}",
            "description": "Bucket attendance-<version>, keys such as sco-astana-2024.IND; _checkpoint says how far it is.",
            "servers": nats,
            "parameters": { "version": version, "meeting": meeting, "party": party },
            "messages": messages(&["attendance"]),
        },
        "changes": stream(
            "/v1/changes",
            "Server-sent events: `id` is where you come back behind, `event` the name of the message.",
            &["changes", "answer", "reset"],
        ),
        "replay": stream("/v1/replay", "Server-sent events, or lines of JSON: history again, at a pace.", &["changes"]),
    })
}

fn operations() -> Value {
    let channel = |name: &str| json!({ "$ref": format!("#/channels/{name}") });
    json!({
        "takeEvents": { "action": "receive", "channel": channel("events"), "summary": "Events are published here" },
        "tellEvents": { "action": "send", "channel": channel("events"), "summary": "History, and every later event" },
        "tellPointer": { "action": "send", "channel": channel("pointer"), "summary": "Which views count" },
        "tellMembership": { "action": "send", "channel": channel("membership"), "summary": "Current memberships" },
        "tellAttendance": { "action": "send", "channel": channel("attendance"), "summary": "Current attendance" },
        "tellChanges": { "action": "send", "channel": channel("changes"), "summary": "What changes, as it happens" },
        "replayHistory": { "action": "send", "channel": channel("replay"), "summary": "What changed, once more" },
    })
}
