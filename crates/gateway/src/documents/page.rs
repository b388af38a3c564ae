//! The page for people: every address, every parameter, every problem. It loads nothing but its style, and runs nothing.

use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

use crate::problem::{Code, Problem};

/// What a service on this machine is reached at, in examples.
const HERE: &str = "http://127.0.0.1:8080";

/// The page, of a document in `OpenAPI`.
pub(super) fn page(api: &Value) -> String {
    let operations = operations(api);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { "Summit Chronicle over HTTP" }
                link rel="stylesheet" href="/docs/style.css";
            }
            body {
                h1 { "Summit Chronicle over HTTP" }
                @for part in text(&api["info"]["description"]).split_inclusive(". ") { (part) }
                nav aria-label="Contents" {
                    ul {
                        @for tag in list(&api["tags"]) {
                            li { a href={ "#" (text(&tag["name"])) } { (text(&tag["name"])) } ": " (text(&tag["description"])) }
                        }
                        li { a href="#problems" { "problems" } ": what is answered when something is wrong" }
                    }
                    p {
                        "For programs: " a href="/openapi.json" { "openapi.json" } ", "
                        a href="/asyncapi.json" { "asyncapi.json" } ", " a href="/schemas/" { "schemas of events" } "."
                    }
                }
                main {
                    @for tag in list(&api["tags"]) {
                        section {
                            h2 id=(text(&tag["name"])) { (text(&tag["name"])) }
                            p { (text(&tag["description"])) "." }
                            @for (method, path, operation) in &operations {
                                @if list(&operation["tags"]).first() == Some(&tag["name"]) { (described(method, path, operation)) }
                            }
                        }
                    }
                    (problems())
                }
            }
        }
    };
    page.into_string()
}

/// Method, path and what is said of it, in the order of the document.
fn operations(api: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = api["paths"].as_object().into_iter().flatten();
    let each = paths.flat_map(|(path, item)| {
        item.as_object()
            .into_iter()
            .flatten()
            .map(move |(method, operation)| (method.as_str(), path.as_str(), operation))
    });
    each.collect()
}

fn described(method: &str, path: &str, operation: &Value) -> Markup {
    let parameters = list(&operation["parameters"]);
    html! {
        article {
            h3 id=(format!("{method}-{path}")) { code { (method.to_uppercase()) " " (path) } }
            p { (text(&operation["summary"])) "." }
            @for paragraph in text(&operation["description"]).split("\n\n").filter(|said| !said.is_empty()) { p { (paragraph) } }
            @if !parameters.is_empty() {
                table {
                    thead { tr { th scope="col" { "parameter" } th scope="col" { "in" } th scope="col" { "meaning" } } }
                    tbody {
                        @for given in parameters {
                            tr {
                                th scope="row" { code { (text(&given["name"])) } }
                                td { (text(&given["in"])) }
                                td { (text(&given["description"])) }
                            }
                        }
                    }
                }
            }
            pre { code { (example(method, path, operation)) } }
            dl {
                @for (status, response) in operation["responses"].as_object().into_iter().flatten() {
                    @if response["description"].is_string() {
                        dt { (status) }
                        dd {
                            (text(&response["description"]))
                            @for kind in response["content"].as_object().into_iter().flatten().map(|(kind, _)| kind) {
                                " " code { (kind) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// How it is asked for with curl.
fn example(method: &str, path: &str, operation: &Value) -> String {
    let (mut address, mut query) = (path.to_owned(), Vec::new());
    for given in list(&operation["parameters"]) {
        let name = text(&given["name"]);
        let value = given["example"].as_str().map_or_else(|| given["example"].to_string(), ToOwned::to_owned);
        match text(&given["in"]) {
            "path" => address = address.replace(&format!("{{{name}}}"), &value),
            // What has to be said, and the vantage, which everything takes.
            "query" if given["required"] == true || name == "as_of" => query.push(format!("{name}={value}")),
            _ => {}
        }
    }
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    if method == "post" {
        return format!(
            "curl -H 'content-type: application/cloudevents+json' --data-binary @event.json '{HERE}{address}{query}'"
        );
    }
    let live = list(&operation["tags"]).iter().any(|tag| tag == "changes" || tag == "replay");
    format!("curl {}'{HERE}{address}{query}'", if live { "-N " } else { "" })
}

/// What each code means, under the anchor that problems name as their type.
fn problems() -> Markup {
    let schema = schemars::schema_for!(Code).to_value();
    let words = list(&schema["oneOf"]).iter();
    let explained = words.filter_map(|word| {
        let code: Code = serde_json::from_value(word["const"].clone()).ok()?;
        Some((code, text(&word["const"]), text(&word["description"])))
    });
    let sample = Problem::parameter("as_of", "2024-13", "EDTF such as 2017 or 2024-07-04, before:ID or after:ID");
    let sample = serde_json::to_string_pretty(&sample).expect("a problem is JSON");
    html! {
        section {
            h2 id="problems" { "problems" }
            p {
                "What goes wrong is answered as a problem document (RFC 9457), " code { "application/problem+json" } ". Its "
                code { "code" } " is a word that programs may rely on: words are added, never changed. What belongs to it, such "
                "as the parameter, what was found and what is allowed, stands beside it."
            }
            pre { code { (sample) } }
            dl {
                @for (code, word, about) in explained {
                    dt id=(word) { code { (word) } " " (code.meaning().0.as_u16()) }
                    dd { (about) }
                }
            }
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
