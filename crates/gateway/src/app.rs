//! All routes, and what surrounds them.

use axum::Router;
use axum::http::{Method, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use utoipa_axum::router::OpenApiRouter;

use crate::ask;
use crate::operate;
use crate::problem::{Code, Problem};
use crate::service::Service;

/// The whole service as a value that answers requests.
pub fn app(service: Service) -> Router {
    let (router, _api) = OpenApiRouter::new().merge(ask::routes()).merge(operate::routes()).split_for_parts();
    let router = router.fallback(no_such_address).method_not_allowed_fallback(bad_method);
    // The outermost come last: whatever is answered is counted and told.
    let router = router.layer(from_fn_with_state(service.clone(), operate::observed)).layer(from_fn(operate::named));
    router.with_state(service)
}

async fn no_such_address(uri: Uri) -> Problem {
    Problem::new(Code::NoSuchAddress, format!("nothing is at {:?}; /docs lists what is where", uri.path()))
}

async fn bad_method(method: Method, uri: Uri) -> Problem {
    Problem::new(Code::BadMethod, format!("{:?} does not take {method}", uri.path()))
}
