//! What the service says of itself: `OpenAPI`, `AsyncAPI`, JSON Schemas of events, and all of it for people.
//!
//! All of it follows from the types and from what handlers say beside their code; a document is made once, when it is
//! first asked for.

mod asyncapi;
mod bodies;
mod headers;
mod openapi;
mod page;
mod schemas;

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use summit::Kind;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::{Code, Problem};
use crate::service::Service;

static OPENAPI: LazyLock<Value> = LazyLock::new(openapi::document);
static OPENAPI_TEXT: LazyLock<String> = LazyLock::new(|| text(&OPENAPI));
static ASYNCAPI_TEXT: LazyLock<String> = LazyLock::new(|| text(&asyncapi::document()));
static PAGE: LazyLock<String> = LazyLock::new(|| page::page(&OPENAPI));

/// Documents change with the program only: they may be kept for a while.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=300");
/// The page loads nothing but its style.
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The routes of documents.
pub(crate) fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new()
        .routes(routes!(openapi))
        .routes(routes!(asyncapi))
        .routes(routes!(schemas))
        .routes(routes!(schema))
        .routes(routes!(docs))
        .routes(routes!(style))
}

fn text(document: &Value) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("a document is JSON");
    text.push('\n');
    text
}

fn sent(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CACHE_CONTROL, KEPT)], text).into_response()
}

/// This service in `OpenAPI` 3.1
#[utoipa::path(get, path = "/openapi.json", tag = "documents",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json", body = serde_json::Value)))]
async fn openapi() -> Response {
    sent("application/json", &OPENAPI_TEXT)
}

/// What is told to those who listen, over NATS and over HTTP, in `AsyncAPI` 3.1
#[utoipa::path(get, path = "/asyncapi.json", tag = "documents",
    responses((status = 200, description = "AsyncAPI 3.1", content_type = "application/json", body = serde_json::Value)))]
async fn asyncapi() -> Response {
    sent("application/json", &ASYNCAPI_TEXT)
}

/// The JSON Schemas of events, by kind
#[utoipa::path(get, path = "/schemas/", tag = "documents",
    responses((status = 200, description = "Address by kind", content_type = "application/json", body = serde_json::Value)))]
async fn schemas() -> Response {
    let by_kind = Kind::ALL.iter().map(|kind| (kind.to_string(), json!(format!("/schemas/{kind}.v1.json"))));
    let list = Value::Object(by_kind.collect());
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json")), (header::CACHE_CONTROL, KEPT)];
    (headers, text(&list)).into_response()
}

/// The JSON Schema of the events of a kind
///
/// What a document says as its `dataschema` may lead here.
#[utoipa::path(get, path = "/schemas/{name}", tag = "documents",
    params(("name" = String, Path, description = "The kind and the version, such as admission.v1.json", example = "admission.v1.json")),
    responses((status = 200, description = "JSON Schema 2020-12", content_type = "application/schema+json", body = serde_json::Value)))]
async fn schema(Path(name): Path<String>) -> Result<Response, Problem> {
    let kind = name.strip_suffix(".v1.json").and_then(|kind| kind.parse::<Kind>().ok());
    let Some(kind) = kind else {
        let detail = format!("there is no schema {name:?}; /schemas/ lists them");
        return Err(Problem::new(Code::NoSuchAddress, detail));
    };
    let kind_of_text = HeaderValue::from_static("application/schema+json");
    let headers = [(header::CONTENT_TYPE, kind_of_text), (header::CACHE_CONTROL, KEPT)];
    Ok((headers, text(&wire::schema(kind))).into_response())
}

/// All of this for people
#[utoipa::path(get, path = "/docs", tag = "documents",
    responses((status = 200, description = "A page", content_type = "text/html", body = String)))]
async fn docs() -> Response {
    ([(header::CONTENT_SECURITY_POLICY, PAGE_POLICY)], sent("text/html; charset=utf-8", &PAGE)).into_response()
}

/// How the page looks
#[utoipa::path(get, path = "/docs/style.css", tag = "documents",
    responses((status = 200, description = "A style sheet", content_type = "text/css", body = String)))]
async fn style() -> Response {
    sent("text/css; charset=utf-8", include_str!("style.css"))
}
