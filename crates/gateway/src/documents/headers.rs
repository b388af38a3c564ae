//! The headers of answers, as the document of the service tells them: which there are, and where they are sent.

use serde_json::{Map, Value, json};

use crate::ask::formats_of;

/// Where the document keeps its headers.
const PLACE: &str = "#/components/headers/";

/// Every header that programs may rely on: name, what its value is, what it says.
const HEADERS: &[(&str, &str, &str)] = &[
    ("X-Request-Id", "string", "The name of the request: yours, or one that it was given"),
    ("RateLimit", "string", "How many requests may still come at once, of this token or address; only with tokens"),
    ("RateLimit-Policy", "string", "How many may come within how many seconds; only with tokens"),
    ("ETag", "string", "Tells this answer from every other: as If-None-Match it spares you the answer that you have"),
    (
        "Link",
        "string",
        "Addresses: of the next page, rel=next; of what describes a table, rel=describedby; of the same answer for ever, \
         rel=cite-as; of the licence, rel=license, where its line names one",
    ),
    ("Content-Disposition", "string", "A name for the file; in the formats of others"),
    (
        "Chronicle-Citation",
        "string",
        "How to cite what is answered, as a JSON text; of events, and in the formats of others",
    ),
    (
        "Chronicle-Licence",
        "string",
        "Under which terms what is answered may be used, as a JSON text; of events, and in the formats of others",
    ),
    (
        "Chronicle-Token",
        "string",
        "From where it was asked, as JSON: asked again, it gives the same bytes; of events, and in the formats of others",
    ),
    ("Chronicle-Stale", "string", "Why the answer is not current, as a JSON text; only where it is not"),
    ("Chronicle-Notes", "string", "What you may have got wrong, as a JSON list of texts; only where there is anything"),
    ("Chronicle-Position", "integer", "The position of the event"),
    ("Chronicle-Stored-At", "string", "When the log stored the event"),
    ("Location", "string", "The address of the event, of one and not of a batch; or of what bears the name"),
    ("Retry-After", "integer", "After how many seconds the same may fare better"),
    ("WWW-Authenticate", "string", "That a token is needed, or another one"),
];
/// What every answer carries.
const ALWAYS: [&str; 1] = ["X-Request-Id"];
/// What an answer carries whose asker was let in and counted.
const COUNTED: [&str; 2] = ["RateLimit", "RateLimit-Policy"];
/// What is answered before anybody is counted.
const UNCOUNTED: [&str; 3] = ["401", "414", "431"];
/// Questions about what is stored, whoever says it: nothing of them can be meant otherwise.
const PLAIN: [&str; 3] = ["/v1/events", "/v1/events/{id}", "/v1/quarantine"];

/// All headers, as components of a document.
pub(super) fn all() -> Map<String, Value> {
    let header = |(name, kind, about): &(&str, &str, &str)| {
        ((*name).to_owned(), json!({ "description": about, "schema": { "type": kind } }))
    };
    HEADERS.iter().map(header).collect()
}

/// What any operation may send with a status, whatever it is asked.
pub(super) fn common(status: &str) -> Value {
    let mut names = ALWAYS.to_vec();
    names.extend(COUNTED.iter().filter(|_| !UNCOUNTED.contains(&status)));
    match status {
        "401" => names.push("WWW-Authenticate"),
        "429" | "503" | "504" => names.push("Retry-After"),
        _ => {}
    }
    referred(&names)
}

/// What an operation sends with a status.
pub(super) fn sent(method: &str, path: &str, tag: &str, status: &str) -> Value {
    let mut headers = common(status);
    let answered = status == "200" || status == "304";
    let mut names = Vec::new();
    if tag == "ask" && answered {
        names.extend(["ETag", "Chronicle-Stale"]);
        if path != "/v1/events/{id}" {
            names.push("Link");
        }
        if path == "/v1/events/{id}" {
            names.extend(["Chronicle-Position", "Chronicle-Stored-At"]);
        }
        if !formats_of(path).is_empty() {
            names.push("Content-Disposition");
        }
        if !formats_of(path).is_empty() || path == "/v1/events" {
            names.extend(["Chronicle-Citation", "Chronicle-Licence", "Chronicle-Token"]);
        }
        if !PLAIN.contains(&path) {
            names.push("Chronicle-Notes");
        }
    }
    if method == "post" && matches!(status, "200" | "201") || status == "307" {
        names.push("Location");
    }
    if let (Some(headers), Value::Object(more)) = (headers.as_object_mut(), referred(&names)) {
        headers.extend(more);
    }
    headers
}

fn referred(names: &[&str]) -> Value {
    Value::Object(names.iter().map(|name| ((*name).to_owned(), json!({ "$ref": format!("{PLACE}{name}") }))).collect())
}
