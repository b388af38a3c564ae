//! What plain axum does: a constant, and a stream of which every reader is written every frame by itself. A process of its
//! own, so that its processor time can be told from that of who asks.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use futures::stream;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{MissedTickBehavior, interval};

/// The longest constant, in bytes.
const LONGEST: usize = 1 << 20;
/// How many frames a reader may be behind: more than are ever sent.
const BEHIND: usize = 1 << 16;

#[derive(Clone)]
struct Parts {
    constant: Bytes,
    frames: broadcast::Sender<Bytes>,
}

/// Answers until it is killed; prints where.
pub(crate) fn serve() {
    let served = async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        println!("{}", listener.local_addr().expect("an address"));
        let parts = Parts { constant: vec![b' '; LONGEST].into(), frames: broadcast::Sender::new(BEHIND) };
        let app = Router::new()
            .route("/constant/{bytes}", get(constant))
            .route("/frames", get(frames))
            .route("/tell/{count}/{bytes}/{pause}", get(tell));
        axum::serve(listener, app.with_state(parts)).await
    };
    Runtime::new().expect("a runtime").block_on(served).expect("it serves");
}

/// A constant of so many bytes.
async fn constant(State(parts): State<Parts>, Path(bytes): Path<usize>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], parts.constant.slice(..bytes.min(LONGEST))).into_response()
}

/// What is told from now on, frame by frame.
async fn frames(State(parts): State<Parts>) -> Response {
    let told = stream::unfold((parts.frames.subscribe(), true), |(mut frames, opening)| async move {
        if opening {
            return Some((Ok::<_, Infallible>(Bytes::from_static(b"id: 0\n\n")), (frames, false)));
        }
        loop {
            match frames.recv().await {
                Ok(frame) => return Some((Ok(frame), (frames, false))),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(told)).into_response()
}

/// Tells all readers so many frames of so many bytes, with so many microseconds between them.
async fn tell(State(parts): State<Parts>, Path((count, bytes, pause)): Path<(u64, usize, u64)>) {
    let head = "id: 1\nevent: changes\ndata: ";
    let data = "x".repeat(bytes.saturating_sub(head.len() + 2));
    let frame = Bytes::from(format!("{head}{data}\n\n"));
    tokio::spawn(async move {
        let mut ticks = interval(Duration::from_micros(pause));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        for _ in 0..count {
            ticks.tick().await;
            // Fails only where nobody reads.
            let _ = parts.frames.send(frame.clone());
        }
    });
}
