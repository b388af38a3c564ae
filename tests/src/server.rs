//! A real nats-server as a value: a port and a directory of its own, dead on drop.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chronicle_nats::embedded::find_server;
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::wait;

/// What has a server write to the disk before it answers.
const WRITE_THROUGH: &str = "sync_interval: always";

/// A nats-server.
pub struct NatsServer {
    program: PathBuf,
    /// Its store and configuration; removed on drop.
    folder: TempDir,
    port: u16,
    /// Where it tells how it does.
    monitor: u16,
    child: Option<Child>,
}

impl NatsServer {
    /// The server that the lookup finds.
    ///
    /// # Panics
    ///
    /// Where there is none, with the line that gets it.
    pub fn start() -> Self {
        let found = find_server(Path::new(env!("CARGO_MANIFEST_DIR")));
        let program = found.unwrap_or_else(|error| panic!("{error}\nhint: {}", error.hint())).program;
        Self::start_program(program, WRITE_THROUGH)
    }

    /// The server that the lookup finds, writing through when it likes: every two minutes, its default.
    ///
    /// # Panics
    ///
    /// Where there is none, with the line that gets it.
    pub fn start_lazy() -> Self {
        let found = find_server(Path::new(env!("CARGO_MANIFEST_DIR")));
        let program = found.unwrap_or_else(|error| panic!("{error}\nhint: {}", error.hint())).program;
        Self::start_program(program, "")
    }

    /// An old server that the set-up script puts beside the good one.
    ///
    /// # Panics
    ///
    /// Where it is not there, with the line that gets it.
    pub fn start_old(version: &str) -> Self {
        let place = format!(".nats-server/{version}/nats-server");
        let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
        let program = above.map(|folder| folder.join(&place)).find(|program| program.is_file());
        let hint = || panic!("there is no {place}\nhint: ./deploy/setup --tests");
        Self::start_program(program.unwrap_or_else(hint), WRITE_THROUGH)
    }

    fn start_program(program: PathBuf, sync: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let [port, monitor] = free_ports();
        let config = format!(
            "listen: \"127.0.0.1:{port}\"\nhttp: \"127.0.0.1:{monitor}\"\n\
             jetstream {{ store_dir: \"{}\", {sync} }}\n",
            folder.path().join("store").display()
        );
        std::fs::write(folder.path().join("nats.conf"), config).expect("a configuration");
        let mut server = Self { program, folder, port, monitor, child: None };
        server.run();
        server
    }

    /// Starts it again, on the same port and store.
    pub fn run(&mut self) {
        let log = std::fs::File::create(self.folder.path().join("log")).expect("a log");
        let mut command = Command::new(&self.program);
        command.arg("-c").arg(self.folder.path().join("nats.conf"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.child = Some(command.spawn().expect("the server starts"));
        wait("the server to greet", || greeting(self.port), |greeting| greeting.starts_with("INFO "));
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Fails only when it is dead already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Has it stop in order.
    ///
    /// # Panics
    ///
    /// Where it does not run.
    pub fn stop(&mut self) {
        nix::sys::signal::kill(self.id(), nix::sys::signal::Signal::SIGTERM).expect("it runs");
        if let Some(mut child) = self.child.take() {
            child.wait().expect("it ends");
        }
    }

    /// Where it keeps what it stores.
    pub fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// Its process.
    ///
    /// # Panics
    ///
    /// Where it does not run.
    pub fn id(&self) -> Pid {
        let child = self.child.as_ref().expect("it runs");
        Pid::from_raw(i32::try_from(child.id()).expect("a process id"))
    }

    /// Where it is reached.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Stores bytes under a subject, as any other client may: by the core protocol, without a header.
    pub fn publish_raw(&self, subject: &str, bytes: &[u8]) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a time limit");
        let mut said = format!("CONNECT {{\"verbose\":false}}\r\nPUB {subject} {}\r\n", bytes.len()).into_bytes();
        said.extend_from_slice(bytes);
        said.extend_from_slice(b"\r\nPING\r\n");
        stream.write_all(&said).expect("sent");
        let mut lines = BufReader::new(stream).lines();
        assert!(lines.any(|line| line.is_ok_and(|line| line == "PONG")), "the server answers");
    }

    /// How many messages clients have sent to it so far, requests included.
    pub fn messages_in(&self) -> u64 {
        let mut stream = TcpStream::connect(("127.0.0.1", self.monitor)).expect("a connection");
        stream.write_all(b"GET /varz HTTP/1.0\r\n\r\n").expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let body = answer.split_once("\r\n\r\n").expect("a body").1;
        let told: serde_json::Value = serde_json::from_str(body).expect("JSON");
        told["in_msgs"].as_u64().expect("a count")
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Two ports that nobody listens on.
/// Ports that nobody listens at now.
///
/// # Panics
///
/// Where there are none.
pub fn free_ports() -> [u16; 2] {
    let listeners = [(); 2].map(|()| TcpListener::bind(("127.0.0.1", 0)).expect("a free port"));
    listeners.map(|listener| listener.local_addr().expect("an address").port())
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
