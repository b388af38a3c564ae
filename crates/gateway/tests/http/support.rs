//! A service over a log in memory that holds the report of Astana, asked without a socket.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use bytes::Bytes;
use chronicle::{Chronicle, Draft, MemoryChronicle};
use gateway::{Service, app};
use http_body_util::BodyExt;
use jiff::Timestamp;
use projector::Live;
use serde_json::Value;
use tower::ServiceExt;
use wire::Document;

/// The report as events.
pub(crate) const ASTANA: &str = include_str!("../../../wire/tests/data/astana-2024.jsonl");

/// Decades of the same organisation, from other sources.
pub(crate) const HISTORY: &str = include_str!("../../../wire/tests/data/sco-history.jsonl");

/// A service, and the log behind it.
pub(crate) struct Stage {
    /// The log.
    #[allow(dead_code, reason = "the next test needs it")]
    pub(crate) log: MemoryChronicle,
    /// The service.
    #[allow(dead_code, reason = "the next test needs it")]
    pub(crate) service: Service,
    /// As it answers requests.
    pub(crate) app: Router,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answered {
    /// The status.
    pub(crate) status: StatusCode,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The body.
    pub(crate) body: Bytes,
}

impl Answered {
    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    /// A header as text, empty where it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// What time it is here.
pub(crate) fn noon() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().expect("an instant")
}

/// Stores a document as a producer would.
pub(crate) async fn store(log: &MemoryChronicle, line: &str) {
    let document = Document::decode(line.as_bytes()).expect("a good document");
    let subject = wire::subject(document.event(), None);
    let bytes = Bytes::from(document.encode());
    log.append(Draft { id: document.event().id, subject, headers: vec![], bytes }).await.expect("stored");
}

impl Stage {
    /// With the report; its index is kept current.
    pub(crate) async fn astana() -> Self {
        Self::told(ASTANA).await
    }

    /// With documents, one a line.
    pub(crate) async fn told(documents: &str) -> Self {
        let log = MemoryChronicle::new();
        for line in documents.lines() {
            store(&log, line).await;
        }
        Self::of(log).await
    }

    /// Of a log.
    pub(crate) async fn of(log: MemoryChronicle) -> Self {
        Self::over(log.clone(), log).await
    }

    /// Of a log in memory that is seen through another one.
    pub(crate) async fn over(seen: impl Chronicle + Clone, log: MemoryChronicle) -> Self {
        let mut live = Live::begin(&log, None, noon).await.expect("following");
        live.catch_up().await.expect("caught up");
        let service = Service::new(seen, Arc::clone(live.index()), noon);
        let feed = service.feed().clone();
        tokio::spawn(async move {
            while let Ok(update) = live.next().await {
                feed.tell(&update);
            }
        });
        Self { log, app: app(service.clone()), service }
    }

    /// Sends a request.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answered {
        let response = self.app.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        Answered { status: parts.status, headers: parts.headers, body }
    }

    /// Asks for an address.
    pub(crate) async fn ask(&self, address: &str) -> Answered {
        self.send(Request::get(address).body(Body::empty()).expect("a request")).await
    }
}
