//! For who operates the service: does it live, is it ready, how does it fare.

mod logs;
mod look;
mod metrics;
mod ready;

pub use metrics::Metrics;

pub(crate) use logs::{named, observed};
pub use look::OUT_OF_REACH;
pub(crate) use look::{Look, Seen};
pub(crate) use ready::{Health, Readiness};

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::service::Service;

/// The routes of operation.
pub(crate) fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new()
        .routes(routes!(ready::healthz))
        .routes(routes!(ready::readyz))
        .routes(routes!(metrics::metrics))
}
