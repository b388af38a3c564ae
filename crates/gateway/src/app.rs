//! All routes, and what surrounds them.

use axum::Router;
use axum::http::{Method, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::compression::CompressionLayer;
use utoipa_axum::router::OpenApiRouter;

use crate::access::{Access, surround, weakened};
use crate::ask;
use crate::changes;
use crate::documents;
use crate::operate;
use crate::page;
use crate::problem::{Code, Problem};
use crate::publish;
use crate::replay;
use crate::service::Service;

/// The whole service as a value that answers requests, where everybody may everything: for this machine only.
#[expect(clippy::needless_pass_by_value, reason = "a service is a handle")]
pub fn app(service: Service) -> Router {
    guarded(&service, &Access::open())
}

/// The same, for those who may.
pub fn guarded(service: &Service, access: &Access) -> Router {
    let (router, _api) = routes().split_for_parts();
    let router = router.fallback(no_such_address).method_not_allowed_fallback(bad_method);
    // Within, for only who may ask is told what bears a name.
    let router = router.layer(from_fn_with_state(service.clone(), ask::by_name));
    surround(router.with_state(service.clone()), access, service)
        // Whatever is refused, who reads pages reads it on a page.
        .layer(from_fn(page::for_people))
        // Small answers are left as they are, streams of events too. Whoever reads an answer to make a page of it is within.
        .layer(CompressionLayer::new().gzip(true).br(true))
        .layer(from_fn(weakened))
        // The outermost come last: whatever is answered is counted and told.
        .layer(from_fn_with_state(service.clone(), operate::observed))
        .layer(from_fn(operate::named))
}

/// Every route, with what is documented of it. Each has its line in the table of rights ([`crate::RIGHTS`]).
pub(crate) fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new()
        .merge(ask::routes())
        .merge(publish::routes())
        .merge(changes::routes())
        .merge(replay::routes())
        .merge(operate::routes())
        .merge(documents::routes())
        .merge(page::routes())
}

async fn no_such_address(uri: Uri) -> Problem {
    Problem::new(Code::NoSuchAddress, format!("nothing is at {:?}; /docs lists what is where", uri.path()))
}

async fn bad_method(method: Method, uri: Uri) -> Problem {
    Problem::new(Code::BadMethod, format!("{:?} does not take {method}", uri.path()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::routes;
    use crate::access::RIGHTS;

    /// What a router says of itself names every path that it knows.
    fn paths_of(router: &impl std::fmt::Debug) -> BTreeSet<String> {
        let said = format!("{router:?}");
        said.split('"').filter(|text| text.starts_with('/')).map(ToOwned::to_owned).collect()
    }

    #[test]
    fn every_route_stands_in_the_table_of_rights_and_nothing_else() {
        let (router, api) = routes().split_for_parts();
        let api = serde_json::to_value(api).expect("a document is JSON");
        let mut documented = BTreeSet::new();
        for (path, operations) in api["paths"].as_object().expect("paths") {
            let methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
            for method in methods.iter().filter(|method| operations[**method] != Value::Null) {
                documented.insert((method.to_uppercase(), path.clone()));
            }
        }
        let table: BTreeSet<_> =
            RIGHTS.iter().map(|(method, path, _)| (method.to_string(), (*path).to_owned())).collect();
        assert_eq!(RIGHTS.len(), table.len(), "no route stands there twice");
        let missing: Vec<_> = documented.difference(&table).collect();
        assert!(missing.is_empty(), "a route is documented and not in the table: {missing:?}");

        // The router's own, for what is nowhere.
        let own = BTreeSet::from(["/{*__private__axum_fallback}".to_owned()]);
        let served = &paths_of(&router) - &own;
        let tabled = table.iter().map(|(_, path)| path.clone()).collect::<BTreeSet<_>>();
        assert_eq!(served, tabled, "what is served, and what is in the table");
    }
}
