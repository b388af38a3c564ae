//! Every route, and the right that it needs. What does not stand here is refused.

use axum::http::Method;

/// What a route needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Nothing: it tells nothing of the chronicle.
    Anyone,
    /// To read; public, where the service is told so.
    Read,
    /// To publish, for some organisation at least: the handler asks for which.
    Publish,
    /// To operate the service.
    Operate,
}

/// Methods as the table writes them.
const GET: Method = Method::GET;
const POST: Method = Method::POST;

/// The table: method, template of the path, right. HEAD is a GET.
pub const RIGHTS: &[(Method, &str, Right)] = &[
    (GET, "/healthz", Right::Anyone),
    (GET, "/readyz", Right::Anyone),
    (GET, "/metrics", Right::Operate),
    (GET, "/openapi.json", Right::Anyone),
    (GET, "/asyncapi.json", Right::Anyone),
    (GET, "/schemas/", Right::Anyone),
    (GET, "/schemas/{name}", Right::Anyone),
    (GET, "/docs", Right::Anyone),
    (GET, "/docs/style.css", Right::Anyone),
    (GET, "/assets/{version}/{name}", Right::Anyone),
    (GET, "/sign-in", Right::Anyone),
    (POST, "/sign-in", Right::Anyone),
    (POST, "/sign-out", Right::Anyone),
    (GET, "/live", Right::Read),
    (GET, "/live/entries", Right::Read),
    (GET, "/record", Right::Read),
    (GET, "/record/{kind}", Right::Read),
    (GET, "/record/correct/{id}", Right::Read),
    (GET, "/record/retract/{id}", Right::Read),
    (GET, "/", Right::Read),
    (GET, "/organisations", Right::Read),
    (GET, "/parties", Right::Read),
    (GET, "/people", Right::Read),
    (GET, "/organisations/{organisation}", Right::Read),
    (GET, "/organisations/{organisation}/timeline.svg", Right::Read),
    (GET, "/meetings", Right::Read),
    (GET, "/meetings/{meeting}", Right::Read),
    (GET, "/meetings/{meeting}/sheet", Right::Read),
    (GET, "/meetings/{meeting}/attendance.svg", Right::Read),
    (GET, "/organisations/{organisation}/why/{party}", Right::Read),
    (GET, "/organisations/{organisation}/changes", Right::Read),
    (GET, "/parties/{party}", Right::Read),
    (GET, "/people/{person}", Right::Read),
    (GET, "/find", Right::Read),
    (GET, "/meetings/{meeting}/why/{party}", Right::Read),
    (GET, "/events/{id}", Right::Read),
    (GET, "/v1/organisations", Right::Read),
    (GET, "/v1/organisations/{organisation}/members", Right::Read),
    (GET, "/v1/organisations/{organisation}/timeline", Right::Read),
    (GET, "/v1/organisations/{organisation}/remarks", Right::Read),
    (GET, "/v1/organisations/{organisation}/diff", Right::Read),
    (GET, "/v1/meetings", Right::Read),
    (GET, "/v1/meetings/{meeting}", Right::Read),
    (GET, "/v1/meetings/{meeting}/attendance", Right::Read),
    (GET, "/v1/parties", Right::Read),
    (GET, "/v1/parties/{party}", Right::Read),
    (GET, "/v1/people", Right::Read),
    (GET, "/v1/people/{person}", Right::Read),
    (GET, "/v1/signings", Right::Read),
    (GET, "/v1/statements", Right::Read),
    (GET, "/v1/find", Right::Read),
    (GET, "/v1/remarks", Right::Read),
    (GET, "/v1/explain", Right::Read),
    (GET, "/v1/events", Right::Read),
    (GET, "/v1/events/{id}", Right::Read),
    (GET, "/v1/quarantine", Right::Read),
    (GET, "/v1/changes", Right::Read),
    (GET, "/v1/replay", Right::Read),
    (POST, "/v1/events", Right::Publish),
];

/// What a request needs, by the template that its path was matched with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Needed {
    /// This right.
    Right(Right),
    /// The address takes other methods only: these.
    OtherMethod(String),
    /// Nobody decided who may: nobody may.
    Undecided,
}

/// Looks a route up.
pub(super) fn needed(method: &Method, template: &str) -> Needed {
    let method = if method == Method::HEAD { &GET } else { method };
    let mut methods = Vec::new();
    for (one, path, right) in RIGHTS {
        if *path == template {
            if one == method {
                return Needed::Right(*right);
            }
            methods.push(one.as_str());
        }
    }
    if methods.is_empty() { Needed::Undecided } else { Needed::OtherMethod(methods.join(", ")) }
}
