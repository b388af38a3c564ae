//! Who may do what, and how much of it.
//!
//! In reading order: who asks, the text of a token, the file of tokens, the tokens of a running service, the one that a
//! browser keeps, the right that each route needs, who is let in, how often, how large and how long, what every answer
//! carries, when streams end, how many connections there are.

mod caller;

mod secret;

mod file;

mod tokens;

mod session;

mod table;

mod guard;

mod rates;

mod sizes;

mod dress;

mod streams;

mod connections;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::sensitive_headers::SetSensitiveRequestHeadersLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::service::Service;

pub use caller::{Role, Scope};
pub use file::{NewToken, Token, TokenFile, TokenFileError};
pub(crate) use guard::heard_out;
pub use guard::{Access, Reading, Settings};
pub use rates::REQUESTS_PER_SECOND;
pub use secret::Secret;
pub use sizes::{ADDRESS_MAX_BYTES, BODY_MAX_BYTES, HEADERS_MAX, HEADERS_MAX_BYTES};
pub use table::{RIGHTS, Right};

pub use connections::{CONNECTIONS_MAX, CONNECTIONS_PER_ADDRESS_MAX};

pub(crate) use caller::Caller;
pub(crate) use connections::Gate;
pub(crate) use dress::weakened;
pub(crate) use secret::hexadecimal;
pub(crate) use session::{followed_from_elsewhere, forget, from_own_page, keep};

/// Puts around all routes what decides who comes in, how much of it, and what every answer carries.
pub(crate) fn surround(router: Router, access: &Access, service: &Service) -> Router {
    let both = (access.clone(), service.clone());
    // The last is the outermost.
    router
        .layer(from_fn_with_state(both.clone(), streams::end_streams))
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .layer(RequestBodyLimitLayer::new(BODY_MAX_BYTES))
        .layer(RequestBodyTimeoutLayer::new(sizes::BODY_PAUSE))
        .layer(from_fn_with_state(both, guard::guard))
        .layer(from_fn(sizes::bounds))
        .layer(CatchPanicLayer::custom(dress::panicked))
        .layer(from_fn_with_state(access.clone(), dress::dress))
        .layer(SetSensitiveRequestHeadersLayer::new([
            header::AUTHORIZATION,
            header::PROXY_AUTHORIZATION,
            header::COOKIE,
        ]))
}
