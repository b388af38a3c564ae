//! What is shown when something is wrong: the problem document, for whoever reads pages.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value;

use super::shown::{HTML, POLICY};
use super::{frame, sign_in};
use crate::access::followed_from_elsewhere;

/// Bytes of a problem document that are read.
const PROBLEM_MAX_BYTES: usize = 64 << 10;
/// Characters of what was found that are shown.
const FOUND_MAX: usize = 80;

/// Makes a problem document a page, for whoever asked for a page and nothing else.
pub(crate) async fn for_people(request: Request, next: Next) -> Response {
    let wants_page = reads_pages(request.headers()) && !request.uri().path().starts_with("/v1/");
    let sends = request.method() == Method::POST;
    let address = request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    let again = followed_from_elsewhere(request.headers());
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE).map(axum::http::HeaderValue::as_bytes);
    if !wants_page || kind != Some(b"application/problem+json") {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, PROBLEM_MAX_BYTES).await.unwrap_or_default();
    let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HTML);
    parts.headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    if parts.status == StatusCode::UNAUTHORIZED {
        let next = if sends { problem["next"].as_str().unwrap_or("/") } else { &address };
        return Response::from_parts(parts, Body::from(let_in(&problem, next, again)));
    }
    Response::from_parts(parts, Body::from(shown(&problem)))
}

/// Whether somebody asks for HTML before anything else, as browsers do.
fn reads_pages(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
    accepted.trim_start().starts_with("text/html")
}

/// The way in. Who came from elsewhere by a link may have signed in before: the page asks again, and then it is known.
fn let_in(problem: &Value, next: &str, again: bool) -> String {
    let refused = problem["code"] == "token-refused";
    let main = html! {
        @if refused { p.trouble role="alert" { "Not signed in: " (problem["detail"].as_str().unwrap_or_default()) "." } }
        p { "What this service tells is for those who have a token." }
        (sign_in::form(next))
    };
    frame::asking_again("Sign in", again, &main).into_string()
}

/// The detail of a problem, in which what was found is shortened: it may be as long as an address.
fn detail(problem: &Value) -> String {
    let detail = problem["detail"].as_str().unwrap_or_default();
    let found = problem["found"].as_str().unwrap_or_default();
    let Some((end, _)) = found.char_indices().nth(FOUND_MAX) else { return detail.to_owned() };
    let short = format!("{}…", &found[..end]);
    detail.replace(&format!("{found:?}"), &format!("{short:?}")).replace(found, &short)
}

fn shown(problem: &Value) -> String {
    let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
    let several = problem["called"].is_array();
    let near = if several { &problem["called"] } else { &problem["nearest"] };
    let nearest = near.as_array().map_or(&[][..], Vec::as_slice);
    let main = html! {
        p.trouble role="alert" { (detail(problem)) }
        @if !text("allowed").is_empty() { p { "Allowed is " (text("allowed")) "." } }
        @if !nearest.is_empty() {
            p { @if several { "Which of them do you mean?" } @else { "Did you mean:" } }
            ul { @for (n, id) in nearest.iter().enumerate() { li { (may_be(&text("what"), id.as_str().unwrap_or_default(), problem["names"][n].as_str())) } } }
        }
        p { a href="/" { "To the beginning" } ", or " a href="/find" { "find something by its name" } "." }
    };
    frame::plain(&text("title"), &main).into_string()
}

/// One that may be meant, with the way to its page.
fn may_be(what: &str, id: &str, name: Option<&str>) -> Markup {
    let place = match what {
        "organisation" => Some("organisations"),
        "meeting" => Some("meetings"),
        "party" => Some("parties"),
        "person" => Some("people"),
        "" => Some("events"),
        _ => None,
    };
    let name = name.unwrap_or(id);
    html! {
        @match place {
            Some(place) => a href=(format!("/{place}/{id}")) { bdi { (name) } },
            None => bdi { (name) },
        }
        @if name != id { " " code { (id) } }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::detail;

    #[test]
    fn what_was_found_is_shortened_where_it_is_long() {
        let of = |found: &str| json!({ "found": found, "detail": format!("the parameter \"q\" is {found:?}, allowed is less") });
        assert_eq!(detail(&of("x\ty")), "the parameter \"q\" is \"x\\ty\", allowed is less");
        let long = detail(&of(&"ü\t".repeat(200)));
        assert_eq!(long, format!("the parameter \"q\" is \"{}…\", allowed is less", "ü\\t".repeat(40)));
        assert_eq!(detail(&json!({ "detail": "no such event" })), "no such event");
    }
}
