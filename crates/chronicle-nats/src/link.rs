//! One connection to a server: its settings, its requests, and what happened to it.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_nats::connection::State;
use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, HeaderMap, Message, Request, RequestErrorKind};
use async_nats::{ServerAddr, ServerError};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, sleep};

use crate::publish::NOT_NOW;
use crate::secret;
use crate::settings::{ConnectError, Settings};

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long an answer may take. Beyond it the outcome is unknown.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(3);
/// How often the connection is tried; two missed answers and it counts as lost.
const PING_INTERVAL: Duration = Duration::from_secs(5);
/// The first and the longest pause between attempts to connect again; each doubles the one before, and up to half of it is
/// left out by chance, so that those who lost a server together do not come back together.
const RECONNECT_PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));
/// The pause before a question that was not answered is asked again.
const AGAIN_PAUSE: Duration = Duration::from_millis(50);
/// Refusals kept for those who wait; far more than can be waited for at once.
const REFUSALS: usize = 256;
/// Deliveries that may wait for a slow reader before they are dropped (and asked for again). The server's flow control
/// stops at 32 MiB, which even entries of 150 bytes do not fill this with.
const SUBSCRIPTION_CAPACITY: usize = 262_144;

/// One connection to a server.
#[derive(Clone)]
pub(crate) struct Link {
    /// The connection itself, which connects again for ever; another one where its task has died.
    client: Arc<RwLock<Client>>,
    /// How another one is made.
    settings: Arc<Settings>,
    /// Moves when the connection is lost.
    lost: watch::Sender<u64>,
    /// How often the connection was lost. Whoever waits for a push ends waiting when this moves.
    losses: watch::Receiver<u64>,
    /// What the server refused, in its words: it says so beside the request, whose answer never comes.
    refusals: broadcast::Sender<Arc<str>>,
    /// How long a question is asked again where it was not answered.
    patience: Duration,
}

/// Why a request was not answered as hoped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// No answer in time, or the connection was lost: it may have been done.
    #[error("{0}")]
    Unknown(String),
    /// Nobody listens on that subject: nothing was done.
    #[error("JetStream does not answer; the server may be starting")]
    Nobody,
    /// The server refuses this client that subject: nothing was done.
    #[error("{0}")]
    NotPermitted(String),
    /// JetStream refused, with its own error code: nothing was done.
    #[error("{1} (code {0})")]
    Code(u64, String),
}

impl Failure {
    /// Whether the same may succeed in a moment.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Unknown(_) | Self::Nobody => true,
            Self::Code(code, _) => NOT_NOW.contains(code),
            Self::NotPermitted(_) => false,
        }
    }
}

/// What JetStream answers, one or the other.
#[derive(Deserialize)]
#[serde(untagged)]
enum Answer<T> {
    Refused { error: ApiError },
    Given(T),
}

#[derive(Deserialize)]
struct ApiError {
    #[serde(default)]
    err_code: u64,
    #[serde(default)]
    description: String,
}

impl Link {
    /// Connects, once: whether the server is there is to be known now, not later.
    pub(crate) async fn connect(settings: &Settings) -> Result<Self, ConnectError> {
        let (lost, losses) = watch::channel(0);
        let (refusals, _) = broadcast::channel(REFUSALS);
        let client = connect(settings, &lost, &refusals).await?;
        let (client, settings) = (Arc::new(RwLock::new(client)), Arc::new(settings.clone()));
        Ok(Self { client, patience: settings.patience, settings, lost, losses, refusals })
    }

    /// The connection itself.
    pub(crate) fn client(&self) -> Client {
        self.client.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes another connection where the task of this one has died: of what the client library cannot read, such as a
    /// carriage return in a header, its task panics, and it never connects again by itself.
    pub(crate) async fn revive(&self) {
        let client = self.client();
        if client.subscribe(client.new_inbox()).await.is_ok() {
            return;
        }
        // Where the server cannot be reached either, whoever asks next tries again.
        if let Ok(client) = connect(&self.settings, &self.lost, &self.refusals).await {
            *self.client.write().unwrap_or_else(PoisonError::into_inner) = client;
            self.lost.send_modify(|losses| *losses += 1);
        }
    }

    /// Whether the server can be reached, as far as the connection knows.
    pub(crate) fn is_connected(&self) -> bool {
        self.client().connection_state() == State::Connected
    }

    /// Messages sent and received.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let counts = self.client().statistics();
        (counts.out_messages.load(Ordering::Relaxed), counts.in_messages.load(Ordering::Relaxed))
    }

    /// Tells, from now on, when the connection is lost.
    pub(crate) fn losses(&self) -> watch::Receiver<u64> {
        let mut losses = self.losses.clone();
        losses.mark_unchanged();
        losses
    }

    /// Asks, and waits for the answer, the server's refusal, the loss of the connection or the end of patience.
    pub(crate) async fn ask(
        &self,
        subject: String,
        headers: Option<HeaderMap>,
        payload: Bytes,
        refusals: &mut Refusals,
    ) -> Result<Message, Failure> {
        let mut request = Request::new().payload(payload);
        if let Some(headers) = headers {
            request = request.headers(headers);
        }
        let (mut losses, client) = (self.losses(), self.client());
        let answer = tokio::select! {
            answer = client.send_request(subject, request) => answer,
            refusal = refusals.heard() => return Err(Failure::NotPermitted(refusal.to_string())),
            // The answer would have come on it. Fails only with the connection.
            _ = losses.changed() => return Err(Failure::Unknown("the connection was lost".into())),
        };
        match answer {
            Ok(answer) => Ok(answer),
            Err(error) => Err(match error.kind() {
                RequestErrorKind::NoResponders => Failure::Nobody,
                RequestErrorKind::TimedOut => Failure::Unknown("no answer in time".into()),
                RequestErrorKind::InvalidSubject | RequestErrorKind::MaxPayloadExceeded => {
                    Failure::Code(0, error.to_string())
                }
                RequestErrorKind::Other => {
                    Box::pin(self.revive()).await;
                    Failure::Unknown(error.to_string())
                }
            }),
        }
    }

    /// Asks JetStream's own API, which may be asked the same again: nothing is done twice by it.
    pub(crate) async fn api<T: DeserializeOwned>(&self, verb: String, body: &impl Serialize) -> Result<T, Failure> {
        let subject = format!("$JS.API.{verb}");
        let payload = serde_json::to_vec(body).map_err(|error| Failure::Code(0, error.to_string()))?;
        let payload = Bytes::from(payload);
        let end = Instant::now() + self.patience;
        loop {
            let mut refusals = self.refusals(vec![subject.clone()]);
            let asked = self.ask(subject.clone(), None, payload.clone(), &mut refusals).await;
            match asked.and_then(|message| answered(&message)) {
                Err(failure) if failure.may_pass() && Instant::now() < end => sleep(AGAIN_PAUSE).await,
                answered => return answered,
            }
        }
    }

    /// Listens, from now on, for refusals that name one of these subjects.
    pub(crate) fn refusals(&self, subjects: Vec<String>) -> Refusals {
        Refusals { heard: self.refusals.subscribe(), subjects }
    }
}

/// Reads what JetStream answered.
pub(crate) fn answered<T: DeserializeOwned>(message: &Message) -> Result<T, Failure> {
    match serde_json::from_slice(&message.payload) {
        Ok(Answer::Given(given)) => Ok(given),
        Ok(Answer::Refused { error }) => Err(Failure::Code(error.err_code, error.description)),
        Err(error) => Err(Failure::Unknown(format!("an answer that cannot be read: {error}"))),
    }
}

/// Makes a connection that tells what happens to it.
async fn connect(
    settings: &Settings,
    lost: &watch::Sender<u64>,
    refusals: &broadcast::Sender<Arc<str>>,
) -> Result<Client, ConnectError> {
    let url = settings.shown_url();
    let unreachable = |reason: String| ConnectError::Unreachable { url: url.clone(), reason };
    let addresses: Result<Vec<ServerAddr>, _> = settings.urls().map(str::parse).collect();
    let addresses = addresses.map_err(|_| unreachable("it is no URL of a server".into()))?;
    let address = addresses.first().ok_or_else(|| unreachable("it is no URL of a server".into()))?;
    let (lost, heard) = (lost.clone(), refusals.clone());
    let mut options = ConnectOptions::new()
        .name(&settings.name)
        .connection_timeout(CONNECT_TIMEOUT)
        .request_timeout(Some(REQUEST_TIMEOUT))
        .ping_interval(PING_INTERVAL)
        .subscription_capacity(SUBSCRIPTION_CAPACITY)
        .reconnect_delay_callback(reconnect_pause)
        .event_callback(move |event| {
            note(&event, &lost, &heard);
            std::future::ready(())
        });
    options = match (address.username(), address.password()) {
        (Some(user), Some(password)) => options.user_and_password(user.to_owned(), password.to_owned()),
        (Some(token), None) => options.token(token.to_owned()),
        (None, _) => options,
    };
    if let Some(prefix) = &settings.inbox_prefix {
        options = options.custom_inbox_prefix(prefix);
    }
    let not_permitted = |reason: String| ConnectError::NotPermitted { url: url.clone(), reason };
    if let Some(path) = &settings.credentials {
        let read = options.credentials_file(path).await;
        options = read.map_err(|error| not_permitted(format!("{}: {error}", path.display())))?;
    }
    if let Some(path) = &settings.nkey {
        options = options.nkey(secret::seed(path)?);
    }
    if let Some(path) = &settings.authorities {
        secret::readable(path)?;
        options = options.add_root_certificates(path.clone()).require_tls(true);
    }
    options.connect(addresses).await.map_err(|error| match error.kind() {
        ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => not_permitted(error.to_string()),
        ConnectErrorKind::ServerParse
        | ConnectErrorKind::Dns
        | ConnectErrorKind::TimedOut
        | ConnectErrorKind::Tls
        | ConnectErrorKind::Io
        | ConnectErrorKind::MaxReconnects => unreachable(error.to_string()),
    })
}

/// Waits for refusals of some subjects.
pub(crate) struct Refusals {
    heard: broadcast::Receiver<Arc<str>>,
    subjects: Vec<String>,
}

impl Refusals {
    /// The next refusal, if ever.
    async fn heard(&mut self) -> Arc<str> {
        loop {
            match self.heard.recv().await {
                Ok(text) if concerns(&self.subjects, &text) => return text,
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    }

    /// A refusal that has come already.
    pub(crate) fn already(&mut self) -> Option<Arc<str>> {
        std::iter::from_fn(|| self.heard.try_recv().ok()).find(|text| concerns(&self.subjects, text))
    }
}

/// Whether a refusal names one of these subjects: `Permissions Violation for Publish to "a.b"`.
fn concerns(subjects: &[String], refusal: &str) -> bool {
    refusal.split('"').nth(1).is_some_and(|named| subjects.iter().any(|subject| subject == named))
}

/// Tells those who wait what happened to the connection.
fn note(event: &Event, lost: &watch::Sender<u64>, refusals: &broadcast::Sender<Arc<str>>) {
    match event {
        Event::Disconnected | Event::Closed => lost.send_modify(|losses| *losses += 1),
        Event::ServerError(ServerError::Other(text)) => {
            // Fails only when nobody waits.
            let _ = refusals.send(text.as_str().into());
        }
        Event::Connected
        | Event::LameDuckMode
        | Event::Draining
        | Event::SlowConsumer(_)
        | Event::ServerError(ServerError::AuthorizationViolation | ServerError::SlowConsumer(_))
        | Event::ClientError(_) => {}
    }
}

fn reconnect_pause(attempt: usize) -> Duration {
    let (first, longest) = RECONNECT_PAUSES;
    let doublings = u32::try_from(attempt.saturating_sub(1)).unwrap_or(u32::MAX).min(16);
    let pause = (first * 2_u32.pow(doublings)).min(longest);
    // A hasher of the standard library is seeded by chance.
    let chance = u32::try_from(RandomState::new().build_hasher().finish() % 1000).unwrap_or_default();
    pause / 2 + pause / 2 * chance / 1000
}

#[cfg(test)]
mod tests {
    use super::{RECONNECT_PAUSES, reconnect_pause};

    #[test]
    fn pauses_grow_to_their_bound_and_differ() {
        let (first, longest) = RECONNECT_PAUSES;
        let pauses: Vec<_> = (1..200).map(reconnect_pause).collect();
        assert!(pauses[0] <= first && pauses.iter().all(|pause| *pause <= longest), "{pauses:?}");
        let late: std::collections::BTreeSet<_> = pauses[20..].iter().collect();
        assert!(late.len() > 20 && late.iter().all(|pause| **pause >= longest / 2), "{late:?}");
    }
}
