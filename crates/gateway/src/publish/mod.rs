//! Publishing: one event, or a batch of them, into the log.
//!
//! In reading order: how it is to be stored, what was sent, what is wrong with it, who may, the way into the log, what came
//! of it.

mod answer;
mod check;
mod how;
mod rights;
mod sent;
mod way;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{Caller, heard_out};
use crate::parameters::Parameters;
use crate::problem::Problem;
use crate::service::Service;
use how::How;
use sent::Mode;
use way::Way;

/// The route of publishing.
pub(crate) fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new().routes(routes!(events)).layer(Extension(Way::new()))
}

/// Publish one event, or a batch of them
///
/// Answered once it is on disk. The same event may be published again at any time: it is stored once. A batch is checked
/// whole before anything of it is stored.
#[utoipa::path(
    post,
    path = "/v1/events",
    tag = "publish",
    params(
        ("atomic" = Option<bool>, Query, description = "All events of a batch are stored, at consecutive positions, or none"),
        (
            "keep_going" = Option<bool>,
            Query,
            description = "The good events of a batch are stored, and of each it is said what came of it: 200, in order"
        ),
        (
            "expected_tail" = Option<u64>,
            Query,
            description = "Stored only if the chronicle still ends at this position; of a batch only with atomic"
        ),
        (
            "check" = Option<bool>,
            Query,
            description = "Nothing is stored: every fault is answered as it would be, or 200 with the events as they would be stored"
        ),
    ),
    request_body(
        description = "One event in structured mode, up to 1000 of them in a list, or the data of one whose attributes \
                       stand in headers ce-id, ce-source and so on",
        content(
            (Value = "application/cloudevents+json"),
            (Value = "application/cloudevents-batch+json"),
            (Value = "application/json"),
        )
    ),
    responses(
        (status = 201, description = "On disk: where it stands; of a batch a list of that, in order"),
        (status = 200, description = "It stood there already; or, with keep_going, what came of each; or, with check, the events as they would be stored"),
        (status = 409, description = "Another event stands under the id; or the chronicle has moved", content_type = "application/problem+json"),
        (status = 413, description = "An event of more than 65536 bytes, or too many of them", content_type = "application/problem+json"),
        (status = 415, description = "It is not sent as CloudEvents are", content_type = "application/problem+json"),
        (status = 422, description = "Every fault of every event; nothing is stored", content_type = "application/problem+json"),
        (status = 504, description = "Stored or not: publish it again, with the same id", content_type = "application/problem+json"),
        (status = 507, description = "The log is full; nothing is stored", content_type = "application/problem+json"),
    )
)]
async fn events(
    State(service): State<Service>,
    Extension(caller): Extension<Caller>,
    Extension(way): Extension<Way>,
    mut parameters: Parameters,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let asked = Mode::of(&headers).and_then(|mode| {
        let how = How::take(&mut parameters, mode)?;
        parameters.finish()?;
        undamaged(&service)?;
        Ok((mode, how))
    });
    let (mode, how) = match asked {
        Ok(asked) => asked,
        Err(refused) => {
            heard_out(body).await;
            return Err(refused);
        }
    };
    let bytes = sent::read(body, mode).await?;
    let size = bytes.len();
    let sent = sent::documents(mode, headers, bytes, service.now()).await?;
    match how {
        How::Check => {
            let documents = check::whole(&service, mode, sent)?;
            rights::all(&service, &caller, &documents).await?;
            Ok(answer::checked(&documents))
        }
        How::Together(expected) => {
            let documents = check::whole(&service, mode, sent)?;
            rights::all(&service, &caller, &documents).await?;
            let stored = way.together(&service, size, documents, expected).await?;
            Ok(answer::stored(mode, &stored))
        }
        How::Each => {
            let documents = check::whole(&service, mode, sent)?;
            rights::all(&service, &caller, &documents).await?;
            let outcomes = way.each(&service, size, documents.into_iter().map(Ok).collect()).await?;
            answer::all_or_first_failure(mode, &outcomes)
        }
        How::KeepGoing => {
            let judged = sent.into_iter().map(|document| document.map_err(|refused| check::refused(&[(0, refused)])));
            let judged = rights::each(&service, &caller, judged.collect()).await?;
            let outcomes = way.each(&service, size, judged).await?;
            Ok(answer::each(&outcomes))
        }
    }
}

/// Refuses to write into a damaged log.
fn undamaged(service: &Service) -> Result<(), Problem> {
    service.index().halted().map_or(Ok(()), |halted| Err(answer::damaged(&halted.reason)))
}
