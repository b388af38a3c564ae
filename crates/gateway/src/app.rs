//! All routes, and what surrounds them.

use axum::http::{Method, Uri};
use axum::{Extension, Router};
use utoipa_axum::router::OpenApiRouter;

use crate::access::Caller;
use crate::ask;
use crate::changes;
use crate::problem::{Code, Problem};
use crate::replay;
use crate::service::Service;

/// The whole service as a value that answers requests.
pub fn app(service: Service) -> Router {
    let all = OpenApiRouter::new().merge(ask::routes()).merge(changes::routes()).merge(replay::routes());
    let (router, _api) = all.split_for_parts();
    router
        .fallback(no_such_address)
        .method_not_allowed_fallback(bad_method)
        .layer(Extension(Caller::anybody()))
        .with_state(service)
}

async fn no_such_address(uri: Uri) -> Problem {
    Problem::new(Code::NoSuchAddress, format!("nothing is at {:?}; /docs lists what is where", uri.path()))
}

async fn bad_method(method: Method, uri: Uri) -> Problem {
    Problem::new(Code::BadMethod, format!("{:?} does not take {method}", uri.path()))
}
