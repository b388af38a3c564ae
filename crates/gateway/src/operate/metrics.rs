//! How the service fares, in numbers: `OpenMetrics` text.

use std::fmt::{self, Debug};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use producer::PublishError;
use projector::Indexed;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use summit::Position;

use super::look::Seen;
use crate::problem::{Code, Problem};
use crate::service::Service;

/// The upper bounds of how long something takes, in seconds.
const SECONDS: [f64; 11] = [0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];
/// What is counted: methods that have a name of their own. Any other is `other`: labels are bounded.
const METHODS: [&str; 5] = ["GET", "HEAD", "POST", "PUT", "DELETE"];

type Real = Gauge<f64, AtomicU64>;
type Addressed = [(&'static str, String); 2];
type Labels = [(&'static str, String); 3];

/// The numbers of a service. What happens is counted as it happens, what is the case is looked at when it is asked for.
pub struct Metrics {
    registry: Registry,
    position: Gauge<i64, AtomicI64>,
    tail: Gauge<i64, AtomicI64>,
    lag_events: Gauge<i64, AtomicI64>,
    lag: Real,
    reachable: Gauge<i64, AtomicI64>,
    contiguous: Gauge<i64, AtomicI64>,
    halted: Gauge<i64, AtomicI64>,
    quarantined: Gauge<i64, AtomicI64>,
    subscribers: Gauge<i64, AtomicI64>,
    snapshot_age: Real,
    appended: Histogram,
    refused: Family<[(&'static str, &'static str); 1], Counter>,
    requests: Family<Labels, Counter>,
    took: Family<Addressed, Histogram, fn() -> Histogram>,
    /// Says when the newest snapshot was written, where somebody keeps any.
    snapshot_at: OnceLock<Box<dyn Fn() -> Option<Timestamp> + Send + Sync>>,
    /// Whether the log had no room at the last append.
    full: AtomicBool,
}

impl Debug for Metrics {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("chronicle");
        let took: fn() -> Histogram = || Histogram::new(SECONDS);
        let metrics = Self {
            position: Gauge::default(),
            tail: Gauge::default(),
            lag_events: Gauge::default(),
            lag: Gauge::default(),
            reachable: Gauge::default(),
            contiguous: Gauge::default(),
            halted: Gauge::default(),
            quarantined: Gauge::default(),
            subscribers: Gauge::default(),
            snapshot_age: Gauge::default(),
            appended: took(),
            refused: Family::default(),
            requests: Family::default(),
            took: Family::new_with_constructor(took),
            snapshot_at: OnceLock::new(),
            full: AtomicBool::new(false),
            registry: Registry::default(),
        };
        let build = [("version", env!("CARGO_PKG_VERSION").to_owned()), ("fold", projector::FOLD.to_string())];
        registry.register("build", "The program, and the rules that it folds by", Info::new(build));
        registry.register("position", "How far the views are", metrics.position.clone());
        registry.register("log_tail", "The last position of the log, as last seen", metrics.tail.clone());
        registry.register("lag_events", "Events that the views have not taken in", metrics.lag_events.clone());
        let age = "How long ago the first event was stored that the views have not taken in";
        registry.register_with_unit("lag", age, Unit::Seconds, metrics.lag.clone());
        registry.register("log_reachable", "Whether the log answers", metrics.reachable.clone());
        registry.register("log_contiguous", "Whether the log has every entry", metrics.contiguous.clone());
        registry.register("halted", "Whether the views ended at damage of the log", metrics.halted.clone());
        registry.register("quarantined", "Entries that are passed over", metrics.quarantined.clone());
        registry.register("subscribers", "Who listens to changes", metrics.subscribers.clone());
        let age = "How old the newest snapshot is, NaN where there is none";
        registry.register_with_unit("snapshot_age", age, Unit::Seconds, metrics.snapshot_age.clone());
        let took = "From an event's arrival to its acknowledgement";
        registry.register_with_unit("append", took, Unit::Seconds, metrics.appended.clone());
        registry.register("append_failures", "Appends that were not acknowledged", metrics.refused.clone());
        registry.register("requests", "Requests that were answered", metrics.requests.clone());
        let took = "From a request to the beginning of its answer";
        registry.register_with_unit("request", took, Unit::Seconds, metrics.took.clone());
        Self { registry, ..metrics }
    }
}

impl Metrics {
    /// Something was stored; `took` is from its arrival to its acknowledgement.
    pub fn appended(&self, took: Duration) {
        self.full.store(false, Ordering::Relaxed);
        self.appended.observe(took.as_secs_f64());
    }

    /// Something was not acknowledged.
    pub fn not_appended(&self, error: &PublishError) {
        let reason = match error {
            PublishError::IdTaken { .. } => "id_taken",
            PublishError::Moved { .. } => "moved",
            PublishError::TooLarge { .. } => "too_large",
            PublishError::Full(_) => "full",
            PublishError::NotPermitted(_) => "not_permitted",
            PublishError::Refused(_) => "refused",
            PublishError::OutcomeUnknown(_) => "outcome_unknown",
            PublishError::Unreachable(_) => "unreachable",
        };
        if matches!(error, PublishError::Full(_)) {
            self.full.store(true, Ordering::Relaxed);
        }
        self.refused.get_or_create(&[("reason", reason)]).inc();
    }

    /// Whether the log had no room when something was last handed to it.
    pub(crate) fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    /// Whoever keeps snapshots says when the newest was written. The first to say so is asked.
    pub fn snapshots(&self, newest_at: impl Fn() -> Option<Timestamp> + Send + Sync + 'static) {
        let _ = self.snapshot_at.set(Box::new(newest_at));
    }

    /// A request was answered. `route` is the address as it is declared, not as it was asked for.
    pub(super) fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let method = if METHODS.contains(&method) { method } else { "other" };
        let (method, route) = (("method", method.to_owned()), ("route", route.to_owned()));
        self.took.get_or_create(&[method.clone(), route.clone()]).observe(took.as_secs_f64());
        self.requests.get_or_create(&[method, route, ("status", status.to_string())]).inc();
    }

    /// All of it as text, after a look at what is the case.
    fn text(&self, service: &Service, seen: &Seen) -> Result<String, fmt::Error> {
        let (position, quarantined) = service.index().ask(|index| (index.tail(), index.undecodable().len()));
        let now = service.now();
        if let Ok(state) = &seen.log {
            self.tail.set(signed(state.last));
        }
        self.position.set(signed(position));
        self.lag_events.set((self.tail.get() - signed(position)).max(0));
        let waits = seen.behind_since.map_or(0.0, |since| now.duration_since(since).as_secs_f64().max(0.0));
        self.lag.set(waits);
        self.reachable.set(seen.log.is_ok().into());
        self.contiguous.set(seen.is_contiguous().into());
        self.halted.set(service.index().halted().is_some().into());
        self.quarantined.set(i64::try_from(quarantined).unwrap_or(i64::MAX));
        self.subscribers.set(i64::try_from(service.feed().listeners()).unwrap_or(i64::MAX));
        let written = self.snapshot_at.get().and_then(|newest_at| newest_at());
        self.snapshot_age.set(written.map_or(f64::NAN, |written| now.duration_since(written).as_secs_f64()));
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

fn signed(position: Position) -> i64 {
    i64::try_from(position.get()).unwrap_or(i64::MAX)
}

/// How the service fares, in numbers
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operate",
    responses((status = 200, description = "OpenMetrics text", content_type = OPEN_METRICS, body = String))
)]
pub(super) async fn metrics(State(service): State<Service>) -> Result<Response, Problem> {
    let seen = service.look().await;
    let text = service.metrics().text(&service, &seen);
    let text = text.map_err(|_| Problem::new(Code::Failed, "the numbers could not be written"))?;
    let kind = HeaderValue::from_static(OPEN_METRICS);
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((headers, text).into_response())
}

/// The text's own name.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
