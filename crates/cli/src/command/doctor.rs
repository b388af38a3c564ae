//! `chronicle doctor`: what is there, and whether it is as it must be.

use std::path::{Path, PathBuf};

use chronicle::{Chronicle, LogState, ReadError};
use chronicle_nats::embedded::{Disk, MAX_STORE_VARIABLE, Server, find_server};
use chronicle_nats::{ConnectError, Difference};
use clap::Args;
use indicatif::HumanBytes;
use jiff::Timestamp;
use projector::{Index, Undecodable};
use serde::Serialize;
use summit::Position;

use crate::anchors::Anchors;
use crate::args::{Global, WayIn};
use crate::ask::Shell;
use crate::cluster::{self, Told};
use crate::connect::{CLIENT_NAME, Connection, Place};
use crate::error::Failure;
use crate::output::Output;
use crate::read;

/// A server that may store less than so many bytes more has little room.
const NARROW: u64 = 1 << 20;

/// What is there, and whether it is as it must be
///
/// Exit code 1 where there is no chronicle, 3 where something is different, 6 where there is no server to ask, 7 where the log is damaged.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle doctor --json
  chronicle doctor --nats tls://n1:4222,tls://n2:4222,tls://n3:4222 --nats-nkey reader.nk --nats-monitor monitor.nk")]
pub(crate) struct Doctor {
    /// The seed of a user of the system account of a cluster: every node is asked for its own copy of everything
    #[arg(long, value_name = "FILE", env = "CHRONICLE_NATS_MONITOR", hide_env_values = true)]
    nats_monitor: Option<PathBuf>,
}

/// What was found.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) program: Program,
    /// The data directory, where no server was named.
    pub(crate) data: Option<PathBuf>,
    pub(crate) nats_server: Option<NatsServer>,
    pub(crate) log: Option<Log>,
    /// The nodes of a cluster, where its monitor was named.
    pub(crate) nodes: Vec<Told>,
    /// The disk of the data directory.
    pub(crate) disk: Option<Room>,
    /// Events, each counted once.
    pub(crate) events: Option<usize>,
    /// Settings of the stream that are not as they must be.
    pub(crate) differences: Vec<Differing>,
    /// Entries that are no events.
    pub(crate) undecodable: Vec<Undecodable>,
    /// Everything that is not as it must be, in sentences.
    pub(crate) faults: Vec<String>,
}

/// This program.
#[derive(Debug, Serialize)]
pub(crate) struct Program {
    pub(crate) version: &'static str,
    pub(crate) path: Option<PathBuf>,
}

/// The server that keeps the log.
#[derive(Debug, Serialize)]
pub(crate) struct NatsServer {
    /// Where it listens, where it could be asked.
    pub(crate) url: Option<String>,
    pub(crate) version: String,
    /// Where its program is, where it is run here.
    pub(crate) program: Option<PathBuf>,
    pub(crate) skipped: Vec<PassedOver>,
}

/// A program of the server that would not do.
#[derive(Debug, Serialize)]
pub(crate) struct PassedOver {
    pub(crate) program: PathBuf,
    pub(crate) reason: String,
}

/// The log, by the server's own account.
#[derive(Debug, Serialize)]
pub(crate) struct Log {
    pub(crate) created_at: Timestamp,
    pub(crate) first: Position,
    pub(crate) last: Position,
    pub(crate) entries: u64,
    /// Whether positions run from 1 to the last without a gap, as read.
    pub(crate) contiguous: bool,
}

/// What room there is, in bytes.
#[derive(Debug, Serialize)]
pub(crate) struct Room {
    /// On the disk of the data directory.
    pub(crate) free: u64,
    /// With less free, nothing more is stored.
    pub(crate) least: u64,
    /// What the server's store takes of the disk.
    pub(crate) store: u64,
    /// Whether that is too little for comfort.
    #[serde(skip)]
    pub(crate) is_short: bool,
    /// What the server may store, as it counts: before compression. Known where it runs.
    pub(crate) quota: Option<u64>,
    /// What it has stored, as it counts.
    pub(crate) stored: Option<u64>,
}

/// A setting of the stream.
#[derive(Debug, Serialize)]
pub(crate) struct Differing {
    pub(crate) setting: String,
    pub(crate) expected: String,
    pub(crate) found: String,
}

impl Doctor {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let place = Place::of(&shell.global)?;
        let mut report = Report::of(&place);
        let looked = self.look(&place, &mut report).await;
        let ended = report.examine(&place, &shell.global, shell.output()).await;
        // What ended the examination of the log is a fault of it, too.
        if let Err(failure) = &ended
            && report.log.is_some()
        {
            report.faults.push(failure.to_string());
        }
        let output = shell.output();
        output.answer(&report, &Index::new())?;
        looked.and(ended)?;
        match report.faults.len() {
            0 => Ok(()),
            1 => Err(Failure::Different("one thing is not as it must be".to_owned())),
            some => Err(Failure::Different(format!("{some} things are not as they must be"))),
        }
    }
}

impl Doctor {
    /// Asks every node of a cluster.
    async fn look(&self, place: &Place, report: &mut Report) -> Result<(), Failure> {
        let Some(seed) = self.nats_monitor.as_ref().filter(|seed| !seed.as_os_str().is_empty()) else { return Ok(()) };
        let Place::Url(url, way_in) = place else {
            return Err(Failure::usage("a monitor looks at a cluster", "name its servers with --nats"));
        };
        let way_in = WayIn { nats_nkey: Some(seed.clone()), nats_inbox: None, ..way_in.clone() };
        let (nodes, faults) = cluster::examine(&way_in.settings(url, CLIENT_NAME)).await?;
        report.nodes = nodes;
        report.faults.extend(faults);
        Ok(())
    }
}

impl Report {
    /// What is there without a server.
    fn of(place: &Place) -> Self {
        let data = match place {
            Place::Url(..) => None,
            Place::Data(data) => Some(data.clone()),
        };
        let path = std::env::current_exe().ok();
        let server = path.as_ref().filter(|_| data.is_some()).and_then(|path| find_server(path).ok());
        Self {
            program: Program { version: env!("CARGO_PKG_VERSION"), path },
            disk: data.as_deref().and_then(Room::of),
            data,
            nats_server: server.as_ref().map(|server| NatsServer::of(server, None)),
            log: None,
            nodes: Vec::new(),
            events: None,
            differences: Vec::new(),
            undecodable: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Asks the server, and reads the log. What is different becomes a fault; what cannot be asked ends it.
    async fn examine(&mut self, place: &Place, global: &Global, output: Output) -> Result<(), Failure> {
        place.must_be_there()?;
        let (anchors, quiet) = (Anchors::of(place, global), Output { quiet: true, ..output });
        let connection = match Connection::open_known(place, anchors, quiet).await {
            Ok(connection) => connection,
            Err(Failure::Connect(ConnectError::Differs { differences, .. })) => {
                self.differs(differences);
                return Ok(());
            }
            Err(failure) => return Err(failure),
        };
        let log = &connection.log;
        let (url, version) = (Some(connection.shown_url.clone()), log.server_version().to_string());
        self.nats_server = Some(match connection.server() {
            Some(server) => NatsServer::of(server, url),
            None => NatsServer { url, version, program: None, skipped: Vec::new() },
        });
        self.differs(log.differences().await?);
        if let Some(room) = &mut self.disk {
            (room.quota, room.stored) = (connection.quota(), Some(log.stored_bytes().await?));
        }
        self.narrow();
        let state = log.state().await?;
        self.faults.extend(cluster::read_copies(log, &self.nodes, state.last).await);
        let read = read::index(log, None, Output { quiet: true, ..output }).await;
        self.log =
            Some(Log::of(&state, !matches!(read, Err(Failure::Read(ReadError::Gap { .. } | ReadError::Damaged(_))))));
        if state.entries != state.last.get() {
            let (entries, last) = (state.entries, state.last);
            self.faults.push(format!("the log holds {entries} entries up to position {last}; nothing is ever deleted"));
        }
        let index = read?;
        connection.keep_anchor().await?;
        self.events = Some(index.len());
        self.undecodable = index.undecodable().to_vec();
        self.faults.extend(
            self.undecodable
                .iter()
                .map(|one| format!("the entry at position {} is passed over: {}", one.position, one.reason)),
        );
        Ok(())
    }

    /// Where there is too little room.
    fn narrow(&mut self) {
        let (Some(room), Some(data)) = (&self.disk, &self.data) else { return };
        let (free, least) = (HumanBytes(room.free), HumanBytes(room.least));
        let left = room.quota.zip(room.stored).map(|(quota, stored)| quota.saturating_sub(stored));
        if room.is_short {
            self.faults.push(format!(
                "{free} are free on the disk of \"{}\", and with less than {least} nothing more is stored: free some space \
                 there, or move the directory to another disk and name it with --data",
                data.display()
            ));
        } else if let Some(left) = left.filter(|left| *left < NARROW) {
            self.faults.push(format!(
                "nats-server may store {} more: it was given {}; {MAX_STORE_VARIABLE} bounds it, and what was free when \
                 it started",
                HumanBytes(left),
                HumanBytes(room.quota.unwrap_or_default())
            ));
        }
    }

    fn differs(&mut self, differences: Vec<Difference>) {
        self.faults.extend(differences.iter().map(|difference| format!("the stream's {difference}")));
        let settings = differences.into_iter();
        self.differences =
            settings.map(|Difference { setting, expected, found }| Differing { setting, expected, found }).collect();
    }
}

impl NatsServer {
    fn of(server: &Server, url: Option<String>) -> Self {
        let skipped = server.skipped.iter();
        let skipped =
            skipped.map(|one| PassedOver { program: one.program.clone(), reason: one.reason.clone() }).collect();
        Self { url, version: server.version.to_string(), program: Some(server.program.clone()), skipped }
    }
}

impl Room {
    fn of(data: &Path) -> Option<Self> {
        let disk = Disk::of(data).ok()?;
        let Disk { free, least, store } = disk;
        Some(Self { free, least, store, is_short: disk.is_short(), quota: None, stored: None })
    }
}

impl Log {
    fn of(state: &LogState, gapless: bool) -> Self {
        let LogState { created_at, first, last, entries, .. } = *state;
        Self { created_at, first, last, entries, contiguous: gapless && entries == last.get() }
    }
}
