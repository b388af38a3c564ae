//! All routes, and what surrounds them.

use axum::http::{Method, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::{Extension, Router};
use utoipa_axum::router::OpenApiRouter;

use crate::access::Caller;
use crate::ask;
use crate::changes;
use crate::documents;
use crate::operate;
use crate::problem::{Code, Problem};
use crate::publish;
use crate::replay;
use crate::service::Service;

/// The whole service as a value that answers requests.
pub fn app(service: Service) -> Router {
    let (router, _api) = routes().split_for_parts();
    router
        .fallback(no_such_address)
        .method_not_allowed_fallback(bad_method)
        .layer(Extension(Caller::anybody()))
        // The outermost come last: whatever is answered is counted and told.
        .layer(from_fn_with_state(service.clone(), operate::observed))
        .layer(from_fn(operate::named))
        .with_state(service)
}

/// Every route, with what is documented of it.
pub(crate) fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new()
        .merge(ask::routes())
        .merge(publish::routes())
        .merge(changes::routes())
        .merge(replay::routes())
        .merge(operate::routes())
        .merge(documents::routes())
}

async fn no_such_address(uri: Uri) -> Problem {
    Problem::new(Code::NoSuchAddress, format!("nothing is at {:?}; /docs lists what is where", uri.path()))
}

async fn bad_method(method: Method, uri: Uri) -> Problem {
    Problem::new(Code::BadMethod, format!("{:?} does not take {method}", uri.path()))
}
