//! The chronicle over HTTP: ask, publish, subscribe, replay (`design.md` section 7).
//!
//! It folds nothing and stores nothing: questions are asked of the index that a projector keeps current
//! ([`projector::Shared`]), events go through a [`producer::Producer`], history comes from the log. Nor does it open a
//! port by itself: whoever starts it hands in a listener.
//!
//! In reading order: what it stands on ([`Service`]), what is answered when something is wrong ([`Problem`]), parameters
//! of questions, the questions, publishing, the app that puts all of it together ([`app`]), and serving it ([`serve`]).
//!
//! **Invariants.** Only this crate names HTTP. Nobody who asks holds up the index: an answer is written whole from memory,
//! then sent. Every route stands in the table of rights, and what does not is refused.

mod service;

mod problem;

mod access;

mod parameters;

mod feed;

mod ask;

mod changes;
mod publish;

mod operate;
mod replay;

mod documents;

mod app;

mod tls;

mod server;

pub use access::{
    ADDRESS_MAX_BYTES, Access, BODY_MAX_BYTES, CONNECTIONS_MAX, CONNECTIONS_PER_ADDRESS_MAX, HEADERS_MAX,
    HEADERS_MAX_BYTES, NewToken, REQUESTS_PER_SECOND, RIGHTS, Reading, Right, Role, Scope, Secret, Settings, Token,
    TokenFile, TokenFileError,
};
pub use app::{app, guarded};
pub use changes::{HEARTBEAT, MAX_STREAM_AGE, MAX_STREAMS, MAX_STREAMS_PER_CALLER};
pub use feed::{FEED_BYTES, FEED_RING, Feed};
pub use operate::Metrics;
pub use problem::{Code, Problem};
pub use server::{Bound, serve};
pub use service::Service;
pub use tls::{Tls, TlsError};
