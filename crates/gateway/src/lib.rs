//! The chronicle over HTTP: ask, publish, subscribe, replay (`design.md` section 7).
//!
//! It folds nothing and stores nothing: questions are asked of the index that a projector keeps current
//! ([`projector::Shared`]), events go through a [`producer::Producer`], history comes from the log. Nor does it open a
//! port by itself: whoever starts it hands in a listener.
//!
//! ```
//! use std::sync::Arc;
//!
//! use axum::body::Body;
//! use axum::http::{Request, StatusCode};
//! use chronicle::MemoryChronicle;
//! use gateway::{Service, app};
//! use jiff::Timestamp;
//! use projector::Live;
//! use tower::ServiceExt;
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let log = MemoryChronicle::new();
//! let live = Live::begin(&log, None, Timestamp::now).await?;
//! let service = Service::new(log, Arc::clone(live.index()), Timestamp::now);
//! let request = Request::get("/v1/organisations/sco/members").body(Body::empty())?;
//! // No event names it yet.
//! assert_eq!(app(service).oneshot(request).await?.status(), StatusCode::NOT_FOUND);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In reading order: what it stands on ([`Service`]), what is answered when something is wrong ([`Problem`]), who may what
//! ([`Access`]), parameters of questions, the questions, publishing, what happens ([`Feed`]) and who is told, replay,
//! documents about all this, how the service fares, pages for people, the app that puts it together ([`app`]), serving it ([`serve`]), and
//! asking another one ([`Remote`]).
//!
//! **Invariants.** Only this crate names HTTP. Nobody who asks holds up the index: an answer is written whole from memory,
//! then sent. Every route stands in the table of rights, and what does not is refused.

mod service;

mod problem;

mod access;

mod parameters;

mod ask;

mod publish;

mod feed;

mod changes;

mod replay;

mod documents;

mod operate;

mod page;

mod app;

mod tls;

mod server;

mod client;

pub use access::{
    ADDRESS_MAX_BYTES, Access, BODY_MAX_BYTES, CONNECTIONS_MAX, CONNECTIONS_PER_ADDRESS_MAX, HEADERS_MAX,
    HEADERS_MAX_BYTES, NewToken, REQUESTS_PER_SECOND, RIGHTS, Reading, Right, Role, Scope, Secret, Settings, Token,
    TokenFile, TokenFileError,
};
pub use app::{app, guarded};
pub use changes::{HEARTBEAT, MAX_STREAM_AGE, MAX_STREAMS, MAX_STREAMS_PER_CALLER};
pub use client::{Answered, AskedFor, Remote, RemoteError, SaidBeside};
pub use feed::{FEED_BYTES, FEED_RING, Feed};
pub use operate::{Metrics, OUT_OF_REACH};
pub use problem::{Code, Problem};
pub use server::{Bound, serve};
pub use service::Service;
pub use tls::{Tls, TlsError};
