//! A real nats-server as a value: a port and a directory of its own, dead on drop.

use std::fmt::Debug;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chronicle_nats::embedded::{EmbeddedError, find_server};
use chronicle_nats::{NatsChronicle, Settings};
use serde_json::Value;
use tempfile::TempDir;

/// How long a condition may take to come true.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct NatsServer {
    program: PathBuf,
    /// Its store and configuration; removed on drop.
    pub(crate) folder: TempDir,
    pub(crate) port: u16,
    child: Option<Child>,
}

impl NatsServer {
    /// The server that the lookup finds.
    pub(crate) fn start() -> Self {
        let found = find_server(Path::new(env!("CARGO_MANIFEST_DIR")));
        let missing = |error: EmbeddedError| panic!("{error}\nhint: {}", error.hint());
        let program = found.map_or_else(missing, |server| server.program);
        let folder = TempDir::new().expect("a temporary folder");
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
        let port = free.expect("a free port").port();
        let store = folder.path().join("store");
        let config = format!(
            "listen: \"127.0.0.1:{port}\"\njetstream {{ store_dir: \"{}\", sync_interval: always }}\n",
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

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Fails only when it is dead already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub(crate) async fn chronicle(&self) -> NatsChronicle {
        let settings = Settings::new(format!("nats://127.0.0.1:{}", self.port), "test");
        NatsChronicle::connect(&settings).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// One request to JetStream as an operator would send it, over a connection of its own.
    pub(crate) fn api(&self, verb: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let length = body.len();
        let request = format!(
            "CONNECT {{\"verbose\":false}}\r\nSUB answer 1\r\nPUB $JS.API.{verb} answer {length}\r\n{body}\r\nPING\r\n"
        );
        stream.write_all(request.as_bytes()).expect("the server reads");
        let mut reader = BufReader::new(stream);
        loop {
            let mut line = String::new();
            assert!(reader.read_line(&mut line).expect("the server answers") > 0, "the server hung up");
            if let Some(length) = line.strip_prefix("MSG ").and_then(|line| line.trim().rsplit(' ').next()) {
                let mut answer = vec![0; length.parse().expect("a length")];
                reader.read_exact(&mut answer).expect("the whole answer");
                return serde_json::from_slice(&answer).expect("JSON");
            }
        }
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The first line that a server sends to whoever connects.
fn greeting(port: u16) -> String {
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
        std::thread::park_timeout(Duration::from_millis(10));
    }
}
