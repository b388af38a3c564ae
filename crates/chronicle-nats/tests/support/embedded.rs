//! A data directory with an embedded server, and the processes that it causes.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use chronicle_nats::embedded::{EmbeddedError, Lease};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use super::wait;

/// The program that holds leases and supervises.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_embedded-for-tests");

/// A data directory. When it goes, every process that it caused must have gone.
pub(crate) struct Data {
    pub(crate) path: PathBuf,
    _folder: TempDir,
}

/// What a process is to the embedded server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Supervisor,
    Server,
    Holder,
}

impl Data {
    pub(crate) fn new() -> Self {
        Self::below("")
    }

    /// In a folder further down.
    pub(crate) fn below(path: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        Self { path: folder.path().join(path).join("data"), _folder: folder }
    }

    pub(crate) async fn acquire(&self) -> Result<Lease, EmbeddedError> {
        Lease::acquire(&self.path, Path::new(PROGRAM)).await
    }

    pub(crate) async fn lease(&self) -> Lease {
        self.acquire().await.unwrap_or_else(|error| panic!("{error}\nhint: {}", error.hint()))
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join("nats").join(name)
    }

    /// What runs for this data directory: every process whose arguments name it.
    pub(crate) fn processes(&self) -> Vec<(Role, i32)> {
        let ours = self.path.to_str().expect("a path of text");
        let numbers = fs::read_dir("/proc").expect("a list of processes").flatten();
        let numbers = numbers.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        let arguments = |number| fs::read(format!("/proc/{number}/cmdline")).unwrap_or_default();
        let role = |arguments: &str| {
            let arguments: Vec<&str> = arguments.split('\0').collect();
            match arguments.as_slice() {
                [_, "internal", "supervise", ..] => Some(Role::Supervisor),
                [_, "internal", "exec-child", ..] | [_, "-c", ..] => Some(Role::Server),
                [program, ..] if program.ends_with("embedded-for-tests") => Some(Role::Holder),
                _ => None,
            }
        };
        let named = numbers.map(|number| (number, String::from_utf8_lossy(&arguments(number)).into_owned()));
        let mut found: Vec<_> = named
            .filter(|(_, arguments)| arguments.contains(ours))
            .filter_map(|(number, arguments)| Some((role(&arguments)?, number)))
            .collect();
        found.sort_by_key(|(_, number)| *number);
        found
    }

    pub(crate) fn only(&self, role: Role) -> i32 {
        let one = |found: &Vec<(Role, i32)>| found.iter().filter(|(is, _)| *is == role).count() == 1;
        let found = wait(&format!("one {role:?}"), || self.processes(), one);
        found.into_iter().find(|(is, _)| *is == role).expect("there is one").1
    }

    /// Waits until nothing runs any more.
    #[track_caller]
    pub(crate) fn wait_for_the_end(&self) {
        wait("every process to end", || self.processes(), Vec::is_empty);
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for (_, number) in self.processes() {
                // Gone meanwhile, or to go.
                let _ = kill(Pid::from_raw(number), Signal::SIGKILL);
            }
        } else {
            self.wait_for_the_end();
        }
    }
}

/// Another process that holds a lease until it is told to end, or killed.
pub(crate) struct Holder {
    pub(crate) child: Child,
    output: BufReader<ChildStdout>,
}

impl Holder {
    pub(crate) fn start(data: &Data) -> Self {
        Self::start_with(Command::new(PROGRAM).arg(&data.path))
    }

    pub(crate) fn start_with(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
        let output = BufReader::new(child.stdout.take().expect("it was asked for"));
        Self { child, output }
    }

    /// The next line that it says; empty at its end.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("lines of text");
        line.trim_end().to_owned()
    }

    /// Lets it end, and waits for that.
    pub(crate) fn end(&mut self) {
        drop(self.child.stdin.take());
        wait(
            "the holder to end",
            || self.child.try_wait().ok().flatten().map(|status| status.to_string()),
            Option::is_some,
        );
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // Fails only when it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn kill_9(process: i32) {
    kill(Pid::from_raw(process), Signal::SIGKILL).expect("the process is there");
}

pub(crate) fn port(url: &str) -> u16 {
    url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a URL with a port")
}
