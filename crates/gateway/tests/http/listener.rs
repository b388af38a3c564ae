//! One who listens, as a browser does: he comes back behind the last id whenever his stream ends.

use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode};
use futures::StreamExt;
use serde_json::Value;
use tower::ServiceExt;

/// A block of a stream.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Block {
    /// Its id, where it has one.
    pub(crate) id: Option<String>,
    /// Its event.
    pub(crate) event: String,
    /// Its data; empty where it is no event.
    pub(crate) data: String,
    /// Its comments.
    pub(crate) comments: Vec<String>,
}

impl Block {
    /// Its data as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Its id.
    #[track_caller]
    pub(crate) fn id(&self) -> &str {
        self.id.as_deref().unwrap_or_else(|| panic!("an id: {self:?}"))
    }

    fn parse(text: &str) -> Self {
        let mut block = Self::default();
        for line in text.lines() {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
            match field {
                "" => block.comments.push(value),
                "id" => block.id = Some(value),
                "event" => block.event = value,
                "data" => block.data = value,
                "retry" => assert_eq!(value, "2000"),
                _ => panic!("no such field: {line:?}"),
            }
        }
        block
    }
}

/// One who listens.
pub(crate) struct Listener {
    app: Router,
    address: String,
    /// Behind what he comes back.
    pub(crate) last_id: Option<String>,
    stream: Option<BodyDataStream>,
    text: String,
    /// How often he connected.
    pub(crate) connected: usize,
}

impl Listener {
    /// Who has not connected yet.
    pub(crate) fn new(app: &Router, address: &str) -> Self {
        let (app, address) = (app.clone(), address.to_owned());
        Self { app, address, last_id: None, stream: None, text: String::new(), connected: 0 }
    }

    /// Behind an id that he had.
    pub(crate) fn behind(app: &Router, address: &str, id: &str) -> Self {
        Self { last_id: Some(id.to_owned()), ..Self::new(app, address) }
    }

    /// The next block of this stream; nothing where it has ended.
    pub(crate) async fn block(&mut self) -> Option<Block> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let block = Block::parse(&self.text[..end]);
                self.text.drain(..end + 2);
                if let Some(id) = &block.id {
                    self.last_id = Some(id.clone());
                }
                return Some(block);
            }
            if self.stream.is_none() {
                self.connect().await;
            }
            let bytes = self.stream.as_mut()?.next().await?.expect("bytes");
            self.text.push_str(std::str::from_utf8(&bytes).expect("whole characters"));
        }
    }

    /// Connects, as far as the first block.
    pub(crate) async fn opened(mut self) -> Self {
        let block = self.block().await.expect("an opening");
        assert_eq!(block.data, "", "it says how far he is");
        self
    }

    /// The next event, over as many streams as it takes.
    pub(crate) async fn event(&mut self) -> Block {
        loop {
            match self.block().await {
                Some(block) if block.data.is_empty() => {}
                Some(block) => return block,
                None => self.leave(),
            }
        }
    }

    /// So many events.
    pub(crate) async fn events(&mut self, count: usize) -> Vec<Block> {
        let mut events = Vec::new();
        while events.len() < count {
            events.push(self.event().await);
        }
        events
    }

    /// Leaves; what he has not read is gone.
    pub(crate) fn leave(&mut self) {
        self.stream = None;
        self.text.clear();
    }

    async fn connect(&mut self) {
        let mut request = Request::get(&self.address);
        if let Some(id) = &self.last_id {
            request = request.header("last-event-id", id);
        }
        let request = request.body(Body::empty()).expect("a request");
        let response = self.app.clone().oneshot(request).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK, "{} behind {:?}", self.address, self.last_id);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        self.connected += 1;
        self.stream = Some(response.into_body().into_data_stream());
    }
}
