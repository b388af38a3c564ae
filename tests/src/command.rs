//! The command `chronicle` as a value, with a data directory or a server of its own.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;

use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

use crate::wait::PATIENCE;

/// The command, built from what is here, and as this is: a benchmark's is built as a release is.
///
/// # Panics
///
/// Where it does not build.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--locked", "--quiet", "--package", "cli", "--message-format", "json"]);
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        build.current_dir(env!("CARGO_MANIFEST_DIR")).stderr(Stdio::inherit());
        let output = build.output().expect("cargo runs");
        assert!(output.status.success(), "the command chronicle does not build");
        let messages = output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
        let mut programs = messages.filter_map(|message: Value| message["executable"].as_str().map(PathBuf::from));
        programs.next_back().expect("cargo names the program that it built")
    })
}

/// `chronicle` with a data directory of its own, and perhaps a server that others run.
pub struct Chronicle {
    /// Its data directory lies within; removed on drop.
    folder: TempDir,
    nats: Option<String>,
    /// More of its environment.
    settings: Vec<(String, OsString)>,
}

/// A command that has ended.
#[derive(Debug)]
pub struct Finished {
    /// Its exit code; none where a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to stdout.
    pub out: String,
    /// What it wrote to stderr.
    pub err: String,
}

impl Finished {
    /// Its output, where it ended well.
    #[track_caller]
    pub fn good(self) -> String {
        assert_eq!(self.code, Some(0), "{}\n{}", self.out, self.err);
        self.out
    }

    /// Its output as one JSON document, where it ended well.
    #[track_caller]
    pub fn json(self) -> Value {
        let out = self.good();
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
    }
}

impl Chronicle {
    /// On an embedded server of its own.
    pub fn embedded() -> Self {
        Self { folder: TempDir::new().expect("a temporary folder"), nats: None, settings: Vec::new() }
    }

    /// On a server that runs already.
    pub fn on(url: &str) -> Self {
        Self { nats: Some(url.to_owned()), ..Self::embedded() }
    }

    /// With one more variable in its environment.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.settings.push((name.to_owned(), value.into()));
        self
    }

    /// Its data directory.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The processes of its embedded nats-server: those whose command line names the data directory.
    ///
    /// # Panics
    ///
    /// Where the processes cannot be listed.
    pub fn servers(&self) -> Vec<Pid> {
        let data = self.data();
        let data = data.to_str().expect("a path");
        let processes = std::fs::read_dir("/proc").expect("the processes").filter_map(Result::ok);
        let ours = processes.filter_map(|process| {
            let id = process.file_name().to_string_lossy().parse().ok()?;
            let line = std::fs::read_to_string(process.path().join("cmdline")).ok()?;
            let program = line.split('\0').next()?;
            (program.ends_with("nats-server") && line.contains(data)).then(|| Pid::from_raw(id))
        });
        ours.collect()
    }

    /// The command with arguments, ready to start: nothing of the caller's own settings reaches it.
    pub fn command<I: IntoIterator<Item: AsRef<OsStr>>>(&self, arguments: I) -> Command {
        let mut command = Command::new(program());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CHRONICLE_")) {
            command.env_remove(name);
        }
        command.env("CHRONICLE_DATA", self.data()).env("NO_COLOR", "1");
        // Many serve at once here, each at a port that is free.
        command.env("CHRONICLE_LISTEN", "127.0.0.1:0");
        if let Some(nats) = &self.nats {
            command.env("CHRONICLE_NATS_URL", nats);
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the command to its end.
    #[track_caller]
    pub fn run<I: IntoIterator<Item: AsRef<OsStr>>>(&self, arguments: I) -> Finished {
        let output = self.command(arguments).output().expect("the command runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the command writes UTF-8");
        Finished { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Runs the command to its end, with something to read.
    #[track_caller]
    pub fn feed<I: IntoIterator<Item: AsRef<OsStr>>>(&self, arguments: I, input: &[u8]) -> Finished {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().expect("the command runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        let input = input.to_owned();
        let writer = std::thread::spawn(move || {
            // The command may refuse before it has read all.
            let _ = stdin.write_all(&input);
        });
        let output = child.wait_with_output().expect("the command ends");
        writer.join().expect("the writer ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the command writes UTF-8");
        Finished { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Starts the command and leaves it running.
    #[track_caller]
    pub fn spawn<I: IntoIterator<Item: AsRef<OsStr>>>(&self, arguments: I) -> Running {
        Running::new(self.command(arguments).stdin(Stdio::piped()).spawn().expect("the command runs"))
    }
}

/// A command that runs; killed on drop.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    /// What it has said on stderr.
    said: Arc<Mutex<Vec<u8>>>,
    /// Reads it away.
    reader: Option<JoinHandle<()>>,
}

impl Running {
    /// A child whose stdin, stdout and stderr are pipes.
    ///
    /// # Panics
    ///
    /// Where they are not.
    pub fn new(mut child: Child) -> Self {
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, lines) = channel();
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut err = child.stderr.take().expect("a pipe");
        let said = Arc::<Mutex<Vec<u8>>>::default();
        let text = Arc::clone(&said);
        // Read away, or a full pipe would stop the command.
        let reader = std::thread::spawn(move || {
            let mut part = [0; 4096];
            // What was read before an error is what there is.
            while let Some(length) = err.read(&mut part).ok().filter(|length| *length > 0) {
                text.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&part[..length]);
            }
        });
        Self { child, lines, said, reader: Some(reader) }
    }

    /// What it has said on stderr so far.
    pub fn said(&self) -> String {
        String::from_utf8_lossy(&self.said.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// The next line of its stdout; none where it has ended.
    ///
    /// # Panics
    ///
    /// Where none comes in time.
    #[track_caller]
    pub fn line(&self) -> Option<String> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("waited {PATIENCE:?} for a line"),
        }
    }

    /// Whether a line is there already.
    pub fn line_now(&self) -> Option<String> {
        self.lines.try_recv().ok()
    }

    /// Writes a line to its stdin.
    pub fn say(&mut self, line: &str) {
        let stdin = self.child.stdin.as_mut().expect("a pipe");
        stdin.write_all(format!("{line}\n").as_bytes()).expect("the command reads");
    }

    /// Writes a line to its stdin, where it still reads.
    pub fn try_say(&mut self, line: &str) {
        let stdin = self.child.stdin.as_mut().expect("a pipe");
        // Fails only when it has ended.
        let _ = stdin.write_all(format!("{line}\n").as_bytes());
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        // Fails only when it is dead already.
        let _ = self.child.kill();
    }

    /// Ctrl-C, and its end.
    pub fn interrupt(&mut self) -> ExitStatus {
        let id = Pid::from_raw(i32::try_from(self.child.id()).expect("a process id"));
        nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT).expect("it runs");
        self.child.wait().expect("it ends")
    }

    /// How it ended, if it has, and what it said on stderr.
    pub fn ended(&mut self) -> Option<(ExitStatus, String)> {
        let status = self.child.try_wait().expect("a child of ours")?;
        if let Some(reader) = self.reader.take() {
            reader.join().expect("reading does not panic");
        }
        Some((status, self.said()))
    }

    /// Its end.
    pub fn end(&mut self) -> ExitStatus {
        self.child.wait().expect("it ends")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
        let _ = self.child.wait();
    }
}
