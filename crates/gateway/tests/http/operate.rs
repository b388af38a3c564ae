//! What who operates the service is told: that it lives, whether it is ready, how it fares, which request was which.

use producer::PublishError;
use std::time::Duration;

use crate::support::Stage;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use projector::Halted;
use summit::Position;

#[tokio::test]
async fn a_service_that_is_current_is_ready() {
    let stage = Stage::astana().await;
    let health = stage.ask("/healthz").await;
    assert_eq!((health.status, &health.json()["alive"]), (StatusCode::OK, &true.into()));
    let ready = stage.ask("/readyz").await;
    let said = ready.json();
    assert_eq!((ready.status, &said["tail"], &said["position"]), (StatusCode::OK, &73.into(), &73.into()), "{said}");
    assert_eq!(said["reasons"], serde_json::json!([]));
}

#[tokio::test]
async fn a_service_whose_log_is_damaged_or_full_is_not_ready_and_says_why() {
    let stage = Stage::astana().await;
    stage.service.metrics().not_appended(&PublishError::Full("no room".to_owned()));
    let full = stage.ask("/readyz").await;
    let said = full.json();
    assert_eq!((full.status, &said["reasons"][0]["code"]), (StatusCode::SERVICE_UNAVAILABLE, &"log-full".into()));
    // What is stored later had room.
    stage.service.metrics().appended(Duration::from_millis(2));
    assert_eq!(stage.ask("/readyz").await.status, StatusCode::OK);

    let halted = Halted { reason: "position 7 is lost".to_owned(), position: Some(Position::new(7)) };
    stage.service.index().halt(halted);
    let damaged = stage.ask("/readyz").await;
    let said = damaged.json();
    assert_eq!((damaged.status, &said["ready"]), (StatusCode::SERVICE_UNAVAILABLE, &false.into()));
    assert_eq!(said["reasons"][0]["code"], "log-damaged");
    assert!(said["reasons"][0]["detail"].as_str().unwrap_or_default().contains("position 7 is lost"), "{said}");
    assert!(metrics(&stage).await.contains("chronicle_halted 1\n"));
}

async fn metrics(stage: &Stage) -> String {
    let answer = stage.ask("/metrics").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.header("content-type").starts_with("application/openmetrics-text"));
    String::from_utf8(answer.body.to_vec()).expect("UTF-8")
}

#[tokio::test]
async fn the_numbers_tell_how_the_service_fares_and_never_by_what_was_asked_for() {
    let stage = Stage::astana().await;
    stage.ask("/v1/organisations/sco/members?as_of=2024").await;
    stage.ask("/v1/organisations/nobody-knows/members").await;
    stage.ask("/nobody-knows").await;
    stage.send(Request::builder().method("BREW").uri("/healthz").body(Body::empty()).expect("a request")).await;
    stage.service.metrics().appended(Duration::from_millis(2));
    let text = metrics(&stage).await;
    for line in [
        "chronicle_position 73",
        "chronicle_log_tail 73",
        "chronicle_lag_events 0",
        "chronicle_lag_seconds 0.0",
        "chronicle_log_reachable 1",
        "chronicle_log_contiguous 1",
        "chronicle_halted 0",
        "chronicle_quarantined 0",
        "chronicle_snapshot_age_seconds NaN",
        "chronicle_append_seconds_count 1",
        "chronicle_requests_total{method=\"GET\",route=\"/v1/organisations/{organisation}/members\",status=\"200\"} 1",
        "chronicle_requests_total{method=\"GET\",route=\"/v1/organisations/{organisation}/members\",status=\"404\"} 1",
        "chronicle_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 1",
        "chronicle_requests_total{method=\"other\",route=\"/healthz\",status=\"405\"} 1",
        "# EOF",
    ] {
        assert!(text.lines().any(|told| told == line), "{line}\n{text}");
    }
    assert!(!text.contains("nobody-knows"), "{text}");
}

#[tokio::test]
async fn a_request_is_answered_under_its_own_name_or_one_made_here() {
    let stage = Stage::astana().await;
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let request = Request::get("/healthz").header("x-request-id", "desk-7").header("traceparent", trace);
    let answer = stage.send(request.body(Body::empty()).expect("a request")).await;
    assert_eq!((answer.header("x-request-id"), answer.header("traceparent")), ("desk-7", trace));

    let request = Request::get("/nowhere").header("x-request-id", "two words").header("traceparent", "00-0-0-0");
    let answer = stage.send(request.body(Body::empty()).expect("a request")).await;
    assert_eq!((answer.header("x-request-id").len(), answer.header("traceparent")), (36, ""));
}
