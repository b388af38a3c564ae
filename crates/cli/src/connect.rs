//! Where the chronicle is: on a server that was named, or in a data directory with a server of our own.

use std::path::PathBuf;
use std::time::Duration;

use chronicle::{Damage, ReadError};
use chronicle_nats::embedded::{self, Lease, Server};
use chronicle_nats::{ConnectError, NatsChronicle, Settings};
use directories::ProjectDirs;
use jiff::Timestamp;
use producer::PublishError;
use projector::Snapshots;
use summit::Position;
use tokio::time::{Instant, sleep};

use crate::anchors::Anchors;
use crate::args::{Global, WayIn};
use crate::error::{Code, Failure};
use crate::output::Output;

/// Where snapshots are kept in a data directory. Those of logs on servers that were named have directories of their own
/// within, named by when the log was created.
const SNAPSHOTS: &str = "snapshots";
/// How long a server of our own may take to come back, when it went away before it was of use: its supervisor starts it
/// anew after some tenths of a second, at most 5 s.
const RETURN_PATIENCE: Duration = Duration::from_secs(20);
/// How long a question is asked again of a server that others run: the client library hangs up on what it cannot read, and
/// is back soon.
const NAMED_PATIENCE: Duration = Duration::from_secs(2);
/// The pause before it is tried again.
const RETURN_PAUSE: Duration = Duration::from_millis(50);
/// What the server calls this program in its own lists.
pub(crate) const CLIENT_NAME: &str = concat!("chronicle/", env!("CARGO_PKG_VERSION"));

/// Where the chronicle is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// On a running server, or on those of a cluster.
    Url(String, WayIn),
    /// In a data directory.
    Data(PathBuf),
}

impl Place {
    /// What the options say, or the user's own data directory. An empty variable says nothing.
    pub(crate) fn of(global: &Global) -> Result<Self, Failure> {
        if let Some(url) = global.nats.as_ref().filter(|url| !url.is_empty()) {
            return Ok(Self::Url(url.clone(), global.way_in.clone()));
        }
        data(global).map(Self::Data)
    }
}

impl Place {
    /// Fails where there is no chronicle, so that a question to a directory that was mistyped makes none there. Whether one
    /// is on a server that runs, only the server knows.
    pub(crate) fn must_be_there(&self) -> Result<(), Failure> {
        match self {
            Self::Data(data) if !(embedded::holds_a_log(data) || Anchors::is_in(data)) => {
                Err(Failure::NoChronicle(data.clone()))
            }
            Self::Data(_) | Self::Url(..) => Ok(()),
        }
    }
}

/// The data directory that the options say, or the user's own.
pub(crate) fn data(global: &Global) -> Result<PathBuf, Failure> {
    match global.data.as_ref().filter(|data| !data.as_os_str().is_empty()) {
        Some(data) => Ok(data.clone()),
        None => own_data("chronicle"),
    }
}

/// The user's own data directory for a name.
pub(crate) fn own_data(name: &str) -> Result<PathBuf, Failure> {
    let directories = ProjectDirs::from("", "", name);
    let data = directories.map(|directories| directories.data_dir().to_owned());
    data.ok_or_else(|| Failure::usage("there is no home directory to keep the chronicle in", "name one with --data"))
}

/// The chronicle, and what keeps its server running.
pub(crate) struct Connection {
    pub(crate) log: NatsChronicle,
    /// Where the server is, without what lets one in.
    pub(crate) shown_url: String,
    /// What is known of the log, where that was said.
    pub(crate) anchors: Anchors,
    /// The server of our own runs as long as this is held.
    lease: Option<Lease>,
}

impl Connection {
    /// Connects, after a server of our own is started where none was named. Whether the log is what it was is not asked.
    pub(crate) async fn open(place: &Place, output: Output) -> Result<Self, Failure> {
        Self::open_known(place, Anchors::default(), output).await
    }

    /// The same, knowing of the log what these anchors say, which is not compared yet. Where a log is known and gone, none is
    /// created in its place.
    pub(crate) async fn open_known(place: &Place, anchors: Anchors, output: Output) -> Result<Self, Failure> {
        let connect = async |settings: &Settings| NatsChronicle::connect(settings).await;
        Self::returning(place, output, anchors, false, connect).await
    }

    /// The same, where the log must be what is known of it.
    pub(crate) async fn open_checked(place: &Place, anchors: Anchors, output: Output) -> Result<Self, Failure> {
        let connect = async |settings: &Settings| NatsChronicle::connect(settings).await;
        Self::returning(place, output, anchors, true, connect).await
    }

    /// Connects to an empty log, to restore one up to a position.
    pub(crate) async fn open_to_restore(place: &Place, to: Position, output: Output) -> Result<Self, Failure> {
        let connect = async |settings: &Settings| NatsChronicle::connect_to_restore(settings, to).await;
        Self::returning(place, output, Anchors::default(), false, connect).await
    }

    /// Connects, and holds the log against its anchors where that is asked for; again where a server of our own went away
    /// meanwhile: it comes back.
    async fn returning(
        place: &Place,
        output: Output,
        anchors: Anchors,
        checked: bool,
        connect: impl AsyncFn(&Settings) -> Result<NatsChronicle, ConnectError>,
    ) -> Result<Self, Failure> {
        let end = Instant::now() + RETURN_PATIENCE;
        let mut held = None;
        loop {
            let (settings, lease) = Self::reach(place, output).await?;
            // Held until another one is there: without any, the server is not brought back.
            drop(held);
            let shown_url = shown(&settings.url);
            let opened = async {
                let patience = if lease.is_some() { RETURN_PATIENCE } else { NAMED_PATIENCE };
                let known = anchors.first()?;
                let created_at = known.as_ref().map(|(anchor, _)| anchor.created_at);
                let log = match connect(&Settings { patience, created_at, ..settings }).await {
                    Err(ConnectError::Gone { created_at }) => {
                        let gone = ReadError::Damaged(Damage::Gone { created_at });
                        return Err(Failure::damaged(gone, known.map(|(_, path)| path)));
                    }
                    connected => connected?,
                };
                if checked {
                    anchors.check(&log).await?;
                }
                Ok::<_, Failure>(log)
            };
            match opened.await {
                Ok(log) => return Ok(Self { log, shown_url, anchors, lease }),
                Err(failure) if lease.is_some() && failure.may_pass() && Instant::now() < end => held = lease,
                Err(failure) => return Err(failure),
            }
            sleep(RETURN_PAUSE).await;
        }
    }

    /// Remembers what the log holds now, once it is still what it was: after publishing, for what was acknowledged.
    pub(crate) async fn keep_anchor(&self) -> Result<(), Failure> {
        self.anchors.check(&self.log).await.map(drop)
    }

    /// Remembers that the log is damaged, if a failure tells that.
    pub(crate) fn note(&self, failure: &Failure) {
        self.anchors.note(self.log.created_at(), failure);
    }

    /// Where the server is, and what keeps it running.
    async fn reach(place: &Place, output: Output) -> Result<(Settings, Option<Lease>), Failure> {
        Ok(match place {
            Place::Url(url, way_in) => (way_in.settings(url, CLIENT_NAME), None),
            Place::Data(data) => {
                let program = std::env::current_exe()
                    .map_err(|source| Failure::System { what: "find out where this program is", source })?;
                let lease = output.meanwhile("starting nats-server", Lease::acquire(data, &program)).await?;
                for one in &lease.server().skipped {
                    output.note(format_args!("passed over {}: {}", one.program.display(), one.reason));
                }
                (Settings::new(lease.url(), CLIENT_NAME), Some(lease))
            }
        })
    }

    /// The snapshots of this chronicle; without a home directory there are none.
    pub(crate) fn snapshots(&self, global: &Global) -> Snapshots {
        snapshots(global, self.lease.is_some(), self.log.created_at())
    }

    /// The server of our own.
    pub(crate) fn server(&self) -> Option<&Server> {
        self.lease.as_ref().map(Lease::server)
    }

    /// Why something failed: where nobody knows what became of it, perhaps because the log is not what it was.
    pub(crate) async fn explain(&self, failure: Failure) -> Failure {
        if !matches!(failure, Failure::Publish(PublishError::OutcomeUnknown(_))) {
            return failure;
        }
        match self.keep_anchor().await {
            Err(damaged) if damaged.code() == Code::Damaged => damaged,
            Ok(()) | Err(_) => failure,
        }
    }

    /// How many bytes a server of our own may store, as it counts.
    pub(crate) fn quota(&self) -> Option<u64> {
        self.lease.as_ref().and_then(Lease::quota)
    }

    /// Waits until a server of our own is gone for good; for ever where it is somebody else's.
    pub(crate) async fn lost(&mut self) -> Failure {
        match &mut self.lease {
            Some(lease) => lease.lost().await.into(),
            None => std::future::pending().await,
        }
    }
}

/// The snapshots of a log that was created at a time, on a server of our own or another one.
pub(crate) fn snapshots(global: &Global, own_server: bool, created_at: Timestamp) -> Snapshots {
    let directory = data(global).ok().map(|data| data.join(SNAPSHOTS));
    let named = || created_at.to_string().replace(':', "-");
    let directory = directory.map(|directory| if own_server { directory } else { directory.join(named()) });
    Snapshots::new(directory, created_at)
}

/// A URL, or several, without user, password or token.
pub(crate) fn shown(urls: &str) -> String {
    urls.split(',').map(shown_one).collect::<Vec<_>>().join(",")
}

fn shown_one(url: &str) -> String {
    let url = url.trim();
    let (scheme, rest) = url.split_once("://").unwrap_or(("nats", url));
    let address = rest.rsplit_once('@').map_or(rest, |(_, address)| address);
    format!("{scheme}://{address}")
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn what_lets_one_in_is_not_shown() {
        assert_eq!(shown("nats://a:b@n1:4222, nats://a:b@n2:4222"), "nats://n1:4222,nats://n2:4222");
        assert_eq!(shown("nats://desk:p@ss@127.0.0.1:4222"), "nats://127.0.0.1:4222");
        assert_eq!(shown("token@localhost"), "nats://localhost");
        assert_eq!(shown("tls://example.org:4222"), "tls://example.org:4222");
    }
}
