//! What each operation takes and answers, and what stands in its parameters: the one place that says so.

use producer::Acknowledged;
use projector::{
    Attendance, Diff, Explanation, Found, MeetingRow, MeetingView, Members, OrganisationRow, PartyRow, PartyView,
    PersonRow, PersonView, Remarks, Signings, Statements, Timeline, Token, Undecodable,
};
use serde_json::{Map, Value, json};
use summit::{InstrumentId, MeetingId, OrganisationId, PartyId, PersonId, Position, Status};

use super::schemas::{Schemas, named};
use crate::ask::formats_of;
use crate::operate::{Health, Readiness};
use crate::problem::Problem;

/// What answers of pages name the next page by.
const NEXT: &str = "The address of the next page, where there is one; also as Link, rel=next";

/// What an operation answers with a status, as content of a type; nothing where it is no JSON.
pub(super) fn answers(method: &str, path: &str, status: &str, kind: &str, schemas: &mut Schemas) -> Option<Value> {
    let said = match (method, path, kind) {
        ("get", "/healthz", "application/json") => schemas.of::<Health>(),
        ("get", "/readyz", "application/json") => schemas.of::<Readiness>(),
        // The formats of others are described by others.
        ("get", "/openapi.json" | "/asyncapi.json" | "/schemas/{name}", _)
        | ("get", _, "application/vnd.datapackage+json" | "application/vnd.popolo+json") => json!({ "type": "object" }),
        ("get", "/schemas/", "application/json") => {
            json!({ "type": "object", "additionalProperties": { "type": "string", "format": "uri-reference" } })
        }
        ("get", "/v1/organisations", "application/json") => page::<OrganisationRow>("organisations", schemas),
        ("get", "/v1/meetings", "application/json") => page::<MeetingRow>("meetings", schemas),
        ("get", "/v1/parties", "application/json") => page::<PartyRow>("parties", schemas),
        ("get", "/v1/people", "application/json") => page::<PersonRow>("people", schemas),
        ("get", "/v1/organisations/{organisation}/members", "application/json") => cited::<Members>(schemas),
        ("get", "/v1/organisations/{organisation}/timeline", "application/json") => cited::<Timeline>(schemas),
        ("get", "/v1/organisations/{organisation}/remarks" | "/v1/remarks", "application/json") => {
            cited::<Remarks>(schemas)
        }
        ("get", "/v1/organisations/{organisation}/diff", "application/json") => cited::<Diff>(schemas),
        ("get", "/v1/meetings/{meeting}", "application/json") => cited::<MeetingView>(schemas),
        ("get", "/v1/meetings/{meeting}/attendance", "application/json") => cited::<Attendance>(schemas),
        ("get", "/v1/parties/{party}", "application/json") => cited::<PartyView>(schemas),
        ("get", "/v1/people/{person}", "application/json") => cited::<PersonView>(schemas),
        ("get", "/v1/signings", "application/json") => cited::<Signings>(schemas),
        ("get", "/v1/statements", "application/json") => cited::<Statements>(schemas),
        ("get", "/v1/find", "application/json") => cited::<Found>(schemas),
        ("get", "/v1/explain", "application/json") => cited::<Explanation>(schemas),
        ("get", "/v1/events", "application/json") => events(schemas),
        ("get", _, "text/csv" | "text/calendar" | "application/atom+xml") => json!({ "type": "string" }),
        ("get", "/v1/quarantine", "application/json") => {
            let entries = json!({ "type": "array", "items": schemas.of::<Undecodable>() });
            object([("entries", entries), ("next", next())])
        }
        ("get", "/v1/events/{id}", "application/cloudevents+json") => named("Event"),
        ("post", "/v1/events", "application/json") => published(status, schemas),
        _ => return None,
    };
    Some(said)
}

/// A page of a list.
fn page<R: schemars::JsonSchema>(what: &str, schemas: &mut Schemas) -> Value {
    let rows = json!({ "type": "array", "items": schemas.of::<R>() });
    let members = [("token", schemas.of::<Token>()), (what, rows), ("next", next())];
    object(members.into_iter().chain(citation()))
}

/// An answer, and beside its own fields how to cite it.
fn cited<A: schemars::JsonSchema>(schemas: &mut Schemas) -> Value {
    let mut answer = schemas.of::<A>();
    let beside = object(citation());
    answer["properties"] = beside["properties"].clone();
    answer["required"] = beside["required"].clone();
    answer
}

/// What stands beside the fields of answers.
fn citation() -> [(&'static str, Value); 2] {
    let text = |about: &str| json!({ "description": about, "type": "string" });
    [
        ("licence", text("Under which terms it may be used, as the operator says.")),
        (
            "citation",
            text("How to cite it, in one line: what it holds, from where it was asked, and the licence line."),
        ),
    ]
}

fn next() -> Value {
    json!({ "description": NEXT, "type": ["string", "null"], "format": "uri-reference" })
}

/// An object that has all of these members.
fn object<'a>(members: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let members: Map<String, Value> = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let names: Vec<&String> = members.keys().collect();
    json!({ "type": "object", "required": names, "properties": members })
}

/// A page of history.
fn events(schemas: &mut Schemas) -> Value {
    let members = [
        ("position", schemas.of::<Position>()),
        ("events", json!({ "type": "array", "items": named("Event") })),
        ("positions", json!({ "type": "array", "items": schemas.of::<Position>() })),
        ("next", next()),
        ("token", schemas.of::<Token>()),
    ];
    object(members.into_iter().chain(citation()))
}

/// What came of events: where one stands, or each of a batch; with `keep_going` also what is wrong with it; with `check` the
/// events as they would be.
fn published(status: &str, schemas: &mut Schemas) -> Value {
    let one = schemas.of::<Acknowledged>();
    let each = json!({ "type": "array", "items": one });
    if status == "201" {
        return json!({ "anyOf": [one, each] });
    }
    let outcome = json!({ "anyOf": [one, schemas.of::<Problem>()] });
    let checked = object([("events", json!({ "type": "array", "items": named("Event") }))]);
    json!({ "anyOf": [one, { "type": "array", "items": outcome }, checked] })
}

/// What an operation takes as a type of content, and an example.
pub(super) fn taken(path: &str, kind: &str) -> Option<(Value, Value)> {
    if path != "/v1/events" {
        return None;
    }
    let event = json!({
        "specversion": "1.0",
        "id": "0192f0c8-7b1e-7c3a-9b57-0d6f3f1a2b3c",
        "source": "/desks/astana",
        "type": "chronicle.admission.v1",
        "data": {
            "occurred": "2024-07-04",
            "attribution": [{ "name": "Asia news report, 4 July 2024" }],
            "organisation": "sco",
            "party": "BLR",
        },
    });
    match kind {
        "application/cloudevents+json" => Some((named("Event"), event)),
        "application/cloudevents-batch+json" => {
            let batch = json!({ "type": "array", "items": named("Event"), "minItems": 1, "maxItems": 1000 });
            Some((batch, json!([event])))
        }
        "application/json" => Some((json!({ "type": "object" }), event["data"].clone())),
        _ => None,
    }
}

/// Where statuses of one organisation are.
const TIMELINE: &str = "/v1/organisations/{organisation}/timeline";
const MEMBERS: &str = "/v1/organisations/{organisation}/members";
/// Formats that are tables.
const TABLES: [&str; 3] = ["csv", "csv-raw", "states"];

/// The formats of what is at an address, by their names.
fn formats(path: &str) -> Vec<&'static str> {
    if path == "/v1/events" {
        return vec!["json", "jsonl", "atom"];
    }
    formats_of(path).iter().map(|format| format.as_str()).collect()
}

fn one_of<T: serde::Serialize>(names: impl IntoIterator<Item = T>) -> Value {
    json!({ "type": "string", "enum": names.into_iter().collect::<Vec<_>>() })
}

/// What a parameter holds where that is more than text, and an example of the report of Astana.
pub(super) fn parameter(path: &str, name: &str, schemas: &mut Schemas) -> Option<(Option<Value>, Value)> {
    let said = match (path, name) {
        ("/v1/organisations", "after") => (None, "eaeu".into()),
        ("/v1/meetings", "after") => (None, "sco-astana-2024".into()),
        ("/v1/parties", "after") => (None, "KAZ".into()),
        ("/v1/people", "after") => (None, "narendra-modi".into()),
        ("/v1/changes" | "/v1/replay", "after")
        | (_, "Last-Event-ID")
        | ("/v1/organisations/{organisation}/diff", "to") => (None, "73".into()),
        ("/v1/replay", "from") => (None, 1.into()),
        ("/v1/organisations/{organisation}/diff", "from") => (None, "2024-07-03".into()),
        ("/schemas/{name}", "name") => (None, "admission.v1.json".into()),
        (_, "after" | "before") => (None, 10.into()),
        (_, "format") => (Some(one_of(formats(path))), formats(path).last().copied().into()),
        (_, "table") => (Some(one_of(formats(path).into_iter().filter(|name| TABLES.contains(name)))), "csv".into()),
        (_, "code") => (None, json!(["dialogue_partner=3"])),
        ("/v1/organisations", "organisation") | ("/v1/events", "belonging") => {
            (Some(json!({ "type": "array", "items": schemas.of::<OrganisationId>() })), json!(["sco"]))
        }
        ("/v1/organisations" | TIMELINE | MEMBERS, "from") => (None, 2001.into()),
        ("/v1/organisations" | TIMELINE | MEMBERS, "to") => (None, 2024.into()),
        (_, "limit") => (Some(json!({ "type": "integer", "minimum": 1, "maximum": 1000 })), 10.into()),
        (_, "organisation") => (Some(schemas.of::<OrganisationId>()), "sco".into()),
        (_, "meeting") => (Some(schemas.of::<MeetingId>()), "sco-astana-2024".into()),
        (_, "party") => (Some(schemas.of::<PartyId>()), "KAZ".into()),
        (_, "person") => (Some(schemas.of::<PersonId>()), "xi-jinping".into()),
        (_, "instrument") => (Some(schemas.of::<InstrumentId>()), "astana-declaration-2024".into()),
        (_, "status") => (Some(schemas.of::<Status>()), "member".into()),
        (_, "as_of") => (None, "2024-07-04".into()),
        (_, "known_at") => (None, "2024-07-05".into()),
        (_, "according_to") => (None, "press".into()),
        ("/v1/replay", "to") | (_, "at_position" | "min_position" | "expected_tail") => (None, 73.into()),
        (_, "atomic" | "keep_going" | "check" | "every_party") => (None, true.into()),
        (_, "id") => (None, "37bd5742-fdab-5153-9e24-5acb7ae20e4d".into()),
        ("/v1/find", "kind") => (None, "person".into()),
        (_, "q") => (None, "Xi Jinping".into()),
        (_, "language") => (None, "en-GB".into()),
        (_, "kind") => (None, "admission".into()),
        (_, "from" | "to") => (None, "2024-07".into()),
        (_, "speed") => (None, "max".into()),
        (_, "view") => (None, "membership".into()),
        (_, "question") => (None, "members".into()),
        _ => return None,
    };
    Some(said)
}
