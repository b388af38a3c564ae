//! How to reach a server, and why it could not be used.

use std::path::PathBuf;
use std::time::Duration;

use async_nats::ServerAddr;
use jiff::Timestamp;

use crate::stream::Difference;
use crate::version::{HOW_TO_GET, NEEDED, Version};

/// How to reach the chronicle on a nats-server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Such as `nats://127.0.0.1:4222`; a user and password, or a token alone, may stand before the `@`. Those of several
    /// servers of one cluster stand with commas between them.
    pub url: String,
    /// What the server calls this client in its own lists, such as `chronicle-projector/0.1.0`.
    pub name: String,
    /// A `.creds` file, where the server wants one.
    pub credentials: Option<PathBuf>,
    /// A file with the seed of an nkey (`SU…`), for its owner only, where the server knows this client by its public half.
    pub nkey: Option<PathBuf>,
    /// A file with the certificates of who vouches for the server, where those of the machine do not. Only TLS will do then.
    pub authorities: Option<PathBuf>,
    /// The prefix of reply subjects, where the server allows this client no other than its own.
    pub inbox_prefix: Option<String>,
    /// How many servers keep the log, if it has to be created: 1 or 3.
    pub replicas: usize,
    /// How long a question is asked again where the server went away, or does not answer yet: nothing by default; some
    /// seconds where it is known to come back, as one of our own.
    pub patience: Duration,
    /// When the log was created, where one is known to be there: it is not created then.
    pub created_at: Option<Timestamp>,
}

impl Settings {
    /// This server, without credentials, one replica, no patience.
    pub fn new(url: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            name: name.into(),
            credentials: None,
            nkey: None,
            authorities: None,
            inbox_prefix: None,
            replicas: 1,
            patience: Duration::ZERO,
            created_at: None,
        }
    }

    /// The URL without what stands before the `@`, for messages.
    pub(crate) fn shown_url(&self) -> String {
        let shown = |url: &str| match url.parse::<ServerAddr>() {
            Ok(address) => format!("{}://{}:{}", address.scheme(), address.host(), address.port()),
            Err(_) => "the given URL".to_owned(),
        };
        self.urls().map(shown).collect::<Vec<_>>().join(",")
    }

    /// The URLs, one by one.
    pub(crate) fn urls(&self) -> impl Iterator<Item = &str> {
        self.url.split(',').map(str::trim).filter(|url| !url.is_empty())
    }
}

/// Why a server could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// Nobody answers there.
    #[error("no nats-server answers at {url}: {reason}")]
    Unreachable {
        /// Where.
        url: String,
        /// What happened.
        reason: String,
    },
    /// The server does not let this client in, or not ask what it must.
    #[error("the nats-server at {url} does not permit it: {reason}")]
    NotPermitted {
        /// Where.
        url: String,
        /// What was not permitted.
        reason: String,
    },
    /// What is to let this client in, or to vouch for the server, cannot be used.
    #[error("\"{}\" cannot be used: {reason}", path.display())]
    Secret {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The server is older than what the log's guarantees need.
    #[error(
        "nats-server {found} at {url} is too old: {needed} or newer is needed, for older ones break batches apart in silence"
    )]
    TooOld {
        /// Where.
        url: String,
        /// Its version, as it says.
        found: String,
        /// The oldest that will do.
        needed: Version,
    },
    /// JetStream is not switched on there.
    #[error("the nats-server at {url} runs without JetStream")]
    NoJetStream {
        /// Where.
        url: String,
    },
    /// The log there is kept in another way than its guarantees need.
    #[error("the stream \"{stream}\" is set up differently: {}", list(differences))]
    Differs {
        /// The stream.
        stream: String,
        /// Setting by setting.
        differences: Vec<Difference>,
    },
    /// The log that is known to be there is not.
    #[error("the log is damaged: the log of {created_at} is gone, and none stands in its place")]
    Gone {
        /// When it was created.
        created_at: Timestamp,
    },
    /// A log is to be restored where one is.
    #[error("the stream \"{stream}\" at {url} holds {entries} messages, and a log is restored into an empty one")]
    NotEmpty {
        /// Where.
        url: String,
        /// The stream.
        stream: String,
        /// How many messages it holds.
        entries: u64,
    },
    /// The server refused for another reason.
    #[error("the nats-server at {url} refused: {reason}")]
    Refused {
        /// Where.
        url: String,
        /// What it said.
        reason: String,
    },
}

impl ConnectError {
    /// Whether the same may succeed in a moment, where the server is known to come back.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::NoJetStream { .. } => true,
            Self::NotPermitted { .. }
            | Self::Secret { .. }
            | Self::TooOld { .. }
            | Self::Differs { .. }
            | Self::Gone { .. }
            | Self::NotEmpty { .. }
            | Self::Refused { .. } => false,
        }
    }

    /// What the user may do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::TooOld { .. } => Some(HOW_TO_GET),
            Self::Unreachable { .. } => {
                Some("start the server, or leave out --nats and CHRONICLE_NATS_URL to run one here")
            }
            Self::NoJetStream { .. } => Some("start it with -js, or with `jetstream {}` in its configuration"),
            Self::NotPermitted { .. } => {
                Some("ask the server's operator for the permissions listed in deploy/README.md")
            }
            Self::Differs { .. } => Some("`chronicle doctor` prints every difference; the operator changes the stream"),
            Self::NotEmpty { .. } => Some(
                "the operator keeps a copy of the stream (`nats stream backup CHRONICLE FOLDER`), removes it \
                 (`nats stream rm CHRONICLE`), and lets nobody publish meanwhile",
            ),
            Self::Secret { .. } => {
                Some("deploy/nats/keys makes keys and certificates; a seed file is its owner's alone: `chmod 600 FILE`")
            }
            Self::Refused { .. } | Self::Gone { .. } => None,
        }
    }

    /// The error for a server of this version.
    pub(crate) fn too_old(url: String, found: &str) -> Self {
        Self::TooOld { url, found: found.to_owned(), needed: NEEDED }
    }
}

fn list(differences: &[Difference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
