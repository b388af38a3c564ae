//! One run of nats-server: begun, ready, ended.

use std::convert::Infallible;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getppid};
use serde_json::Value;
use tokio::signal::unix::{self, SignalKind};
use tokio::time::{sleep, timeout};

use crate::embedded::home::{self, Home, NAME_VARIABLE, QUOTA_VARIABLE};
use crate::embedded::{EmbeddedError, internal, locks};
use crate::link::{Failure, Link};
use crate::settings::Settings;
use crate::stream::{self, NO_STREAM, STREAM};

/// How long a server may take until it answers; reading a large store after a crash takes its time.
pub(super) const READY_PATIENCE: Duration = Duration::from_secs(120);
/// How often it is asked meanwhile.
const READY_PAUSE: Duration = Duration::from_millis(10);
/// How long a server may take to stop in order. Then it is killed.
pub(super) const STOP_PATIENCE: Duration = Duration::from_secs(15);
/// How long a killed server may take to be gone.
const KILL_PATIENCE: Duration = Duration::from_secs(5);
/// How often a server left behind is looked at meanwhile.
const GONE_PAUSE: Duration = Duration::from_millis(10);

/// One run of nats-server.
pub(super) struct Run<'a> {
    home: &'a Home,
    child: Child,
    /// Wakes whenever some child ended.
    ends: unix::Signal,
    url: String,
    /// What this run alone is called, so that no other server on the port is taken for it.
    name: String,
    /// Where its part of the log begins.
    log_from: u64,
    /// How many bytes it may store.
    pub(super) quota: u64,
}

impl<'a> Run<'a> {
    /// Begins a run on the port and store of this folder. `stored` is what the server will count there, as far as known.
    pub(super) fn begin(home: &'a Home, program: &Path, stored: u64) -> Result<Self, EmbeddedError> {
        let port = home.port()?;
        home.check_port(port)?;
        let url = home.url(port)?;
        let quota = home.quota(stored)?;
        // Begins with a letter: a configuration takes digits for a number.
        let name = format!("chronicle-{}", home::random_name().map_err(EmbeddedError::supervisor)?);
        home.configure(&url)?;
        let log = home.server_log();
        let log_from = home::length(&log);
        let (out, err) = (Home::open_log(&log)?, Home::open_log(&log)?);
        let ends = unix::signal(SignalKind::child()).map_err(EmbeddedError::supervisor)?;
        let mut command =
            internal::exec_child(std::process::id(), &home.folder, program).map_err(EmbeddedError::supervisor)?;
        // No bytes at all would mean no bound at all.
        command.env(NAME_VARIABLE, &name).env(QUOTA_VARIABLE, quota.max(1).to_string());
        command.current_dir(&home.folder).stdin(Stdio::null()).stdout(out).stderr(err);
        let child = command.spawn().map_err(EmbeddedError::supervisor)?;
        Ok(Self { home, child, ends, url, name, log_from, quota })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Waits until the server serves the log, and gives what it has stored, in bytes as it counts. Fails when it ends
    /// before, or runs and does not do what it must.
    pub(super) async fn ready(&mut self) -> Result<u64, EmbeddedError> {
        let mut reason = "it was never asked".to_owned();
        let asking = async {
            loop {
                match self.ask().await {
                    Ok(stored) => return Ok(stored),
                    Err(NotYet::Later(why)) => reason = why,
                    Err(NotYet::Never(error)) => return Err(error),
                }
                tokio::select! {
                    status = self.ended() => return Err(self.said(&status)),
                    () = sleep(READY_PAUSE) => {}
                }
            }
        };
        match timeout(READY_PATIENCE, asking).await {
            Ok(ready) => ready,
            Err(_) => Err(EmbeddedError::NotReady {
                seconds: READY_PATIENCE.as_secs(),
                reason,
                log: self.home.server_log(),
                lines: self.lines(),
            }),
        }
    }

    async fn ask(&self) -> Result<u64, NotYet> {
        let later = |failure: Failure| NotYet::Later(failure.to_string());
        let settings = Settings::new(&self.url, "chronicle-supervisor");
        let link = Link::connect(&settings).await.map_err(|error| NotYet::Later(error.to_string()))?;
        let found = link.client().server_info().server_name;
        if found != self.name {
            return Err(NotYet::Later(format!("\"{found}\" answers on its port")));
        }
        let account: Value = link.api("INFO".to_owned(), &Value::Null).await.map_err(later)?;
        // The guard against a second server on the store must be there before anybody writes to it.
        let lock = self.home.store_lock();
        let holder = locks::holder(&lock).map_err(|error| NotYet::Never(EmbeddedError::of(&lock)(error)))?;
        if holder.and_then(|process| u32::try_from(process).ok()) != Some(self.child.id()) {
            let reason = format!("the lock \"{}\" did not stay with nats-server", lock.display());
            return Err(NotYet::Never(EmbeddedError::supervisor(reason)));
        }
        // A log that the server cannot make sense of is passed over with a warning; the first who writes would have
        // another one made in its place.
        if self.home.has_messages() {
            match stream::info(&link, STREAM).await {
                Ok(_) => {}
                Err(Failure::Code(NO_STREAM, _)) => {
                    let (stream, log) = (self.home.stream(), self.home.server_log());
                    return Err(NotYet::Never(EmbeddedError::Damaged { stream, log, lines: self.warnings() }));
                }
                Err(failure) => return Err(later(failure)),
            }
        }
        Ok(account["storage"].as_u64().unwrap_or_default())
    }

    /// Waits until the server has ended.
    pub(super) async fn ended(&mut self) -> io::Result<ExitStatus> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            self.ends.recv().await;
        }
    }

    /// Ends the server in order, or by force when that takes too long. Nothing happens when it has ended.
    pub(super) async fn stop(&mut self) {
        for (signal, patience) in [(Signal::SIGTERM, STOP_PATIENCE), (Signal::SIGKILL, KILL_PATIENCE)] {
            // Until it was waited for, nobody else can have its number.
            if matches!(self.child.try_wait(), Ok(None)) {
                // Fails only when it is ending already.
                let _ = send(self.child.id(), signal);
            }
            if timeout(patience, self.ended()).await.is_ok() {
                return;
            }
        }
    }

    /// The error for a server that ended by itself.
    pub(super) fn said(&self, status: &io::Result<ExitStatus>) -> EmbeddedError {
        let status = status.as_ref().map_or_else(ToString::to_string, ToString::to_string);
        EmbeddedError::Ended { status, log: self.home.server_log(), lines: self.lines() }
    }

    fn lines(&self) -> Vec<String> {
        home::last_lines(&self.home.server_log(), self.log_from)
    }

    fn warnings(&self) -> Vec<String> {
        let told = |line: &String| ["[WRN]", "[ERR]"].iter().any(|level| line.contains(level));
        home::lines(&self.home.server_log(), self.log_from).into_iter().filter(told).collect()
    }
}

/// Why a server is not ready.
enum NotYet {
    Later(String),
    Never(EmbeddedError),
}

/// Ends a server that was left behind on the store: its supervisor was killed, and the death signal did not come, or has
/// not done its work yet.
pub(super) async fn end_left_behind(home: &Home) -> Result<(), EmbeddedError> {
    let lock = home.store_lock();
    let see = || locks::holder(&lock).map_err(EmbeddedError::of(&lock));
    let Some(process) = see()? else { return Ok(()) };
    let held = EmbeddedError::StoreHeld { process, store: home.store() };
    // A process in another container has no number here.
    let Some(number) = u32::try_from(process).ok().filter(|number| *number > 0) else { return Err(held) };
    for (signal, patience) in [(Signal::SIGTERM, STOP_PATIENCE), (Signal::SIGKILL, KILL_PATIENCE)] {
        match send(number, signal) {
            Ok(()) | Err(nix::errno::Errno::ESRCH) => {}
            Err(_) => return Err(held),
        }
        let gone = async {
            while see()?.is_some() {
                sleep(GONE_PAUSE).await;
            }
            Ok(())
        };
        if let Ok(gone) = timeout(patience, gone).await {
            return gone;
        }
    }
    Err(held)
}

/// Becomes the nats-server of a folder: it dies with its parent, and holds the lock of its store as long as it lives.
pub(super) fn exec_child(parent: &OsStr, folder: &Path, program: &Path) -> ExitCode {
    let Err(error) = become_server(parent, folder, program);
    // The log of the server, whose end of it the supervisor shows.
    let _ = writeln!(io::stderr(), "nats-server was not started: {error}");
    ExitCode::FAILURE
}

fn become_server(parent: &OsStr, folder: &Path, program: &Path) -> io::Result<Infallible> {
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_pdeathsig(Signal::SIGTERM)?;
    // It may have died before the line above.
    if parent.to_str() != Some(&getppid().to_string()) {
        return Err(io::Error::other("the supervisor is gone"));
    }
    let home = Home { folder: folder.to_owned() };
    let lock = locks::take_for_good(&home.store_lock())?;
    let _lock = lock.ok_or_else(|| io::Error::other("another one runs on the store"))?;
    Err(Command::new(program).arg("-c").arg(home.configuration()).exec())
}

fn send(process: u32, signal: Signal) -> nix::Result<()> {
    let process = i32::try_from(process).expect("the system numbers processes with 31 bits");
    kill(Pid::from_raw(process), signal)
}
