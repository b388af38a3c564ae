//! A lease on the embedded server: it runs as long as somebody holds one.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::net::UnixStream;
use tokio::net::unix::pipe;
use tokio::time::{sleep, timeout};

use crate::embedded::home::{self, Home};
use crate::embedded::server::{READY_PATIENCE, STOP_PATIENCE};
use crate::embedded::talk::{self, Answer, Ready, Word};
use crate::embedded::{EmbeddedError, Server, internal};

/// How long a lease may take to come: another server may have to stop first, and ours to read a large store.
const ACQUIRE_PATIENCE: Duration = READY_PATIENCE.saturating_add(STOP_PATIENCE.saturating_mul(2));
/// The pause before the socket is tried again, when another supervisor is just beginning or ending.
const RETRY_PAUSE: Duration = Duration::from_millis(10);

/// A hold on the embedded server of a data directory. Dropped, or with its process dead, it is released; the last one
/// released stops the server.
pub struct Lease {
    /// What the supervisor says. The server may be stopped when this is closed.
    supervisor: Lines<BufReader<UnixStream>>,
    ready: Ready,
}

impl Lease {
    /// Has the server of a data directory run, starting what has to be started, and waits until it is ready: some
    /// tenths of a second, or longer where a large store has to be read (at most 150 s).
    ///
    /// `program` is the program that supervises, the running one as a rule: it calls [`internal`](super::internal)
    /// first. It is given this process's environment and working directory.
    pub async fn acquire(data: &Path, program: &Path) -> Result<Self, EmbeddedError> {
        let home = Home::open(data)?;
        let acquiring = async {
            loop {
                if let Some(lease) = knock(&home).await? {
                    return Ok(lease);
                }
                if start(&home, data, program).await? == Word::Busy {
                    sleep(RETRY_PAUSE).await;
                }
            }
        };
        let seconds = ACQUIRE_PATIENCE.as_secs();
        let late = |_| EmbeddedError::NoAnswer { folder: home.folder.clone(), seconds };
        timeout(ACQUIRE_PATIENCE, acquiring).await.unwrap_or_else(|elapsed| Err(late(elapsed)))
    }

    /// The server's address with user and password, for [`Settings`](crate::Settings). It stays the same as long as the
    /// data directory does.
    pub fn url(&self) -> &str {
        &self.ready.url
    }

    /// The server's program and version, and the programs that were passed over.
    pub fn server(&self) -> &Server {
        &self.ready.server
    }

    /// How many bytes the server may store, as it counts: before compression. It was so when this lease was told; a
    /// supervisor of an older version does not say.
    pub fn quota(&self) -> Option<u64> {
        self.ready.quota
    }

    /// Waits until there will be no server any more, and tells why: the supervisor gave up, was told to end, or was
    /// killed. A server that is merely restarted is not lost. Acquire another lease to go on, or report it.
    ///
    /// Nothing is missed when the future is dropped and made again.
    pub async fn lost(&mut self) -> EmbeddedError {
        match answer(&mut self.supervisor).await {
            Ok(Some(Answer::Failed(error))) | Err(error) => error,
            Ok(Some(Answer::Ready(_)) | None) => EmbeddedError::supervisor("it has ended"),
        }
    }
}

/// Asks the supervisor for a lease, if there is one that stays.
async fn knock(home: &Home) -> Result<Option<Lease>, EmbeddedError> {
    let refused = EmbeddedError::of(&home.folder);
    let stream = match talk::connect(&home.folder).and_then(|stream| stream.map(UnixStream::from_std).transpose()) {
        Ok(Some(stream)) => stream,
        Ok(None) => return Ok(None),
        Err(error) => return Err(refused(error)),
    };
    let mut supervisor = BufReader::new(stream).lines();
    match answer(&mut supervisor).await? {
        Some(Answer::Ready(ready)) => Ok(Some(Lease { supervisor, ready })),
        Some(Answer::Failed(error)) => Err(error),
        None => Ok(None),
    }
}

/// What the supervisor says next; nothing when it is gone.
async fn answer(supervisor: &mut Lines<BufReader<UnixStream>>) -> Result<Option<Answer>, EmbeddedError> {
    match supervisor.next_line().await {
        Ok(Some(line)) => understood(&line).map(Some),
        Ok(None) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(None),
        Err(error) => Err(EmbeddedError::supervisor(error)),
    }
}

/// Starts a supervisor, and waits for its first word: its socket is there, or another one's will be.
async fn start(home: &Home, data: &Path, program: &Path) -> Result<Word, EmbeddedError> {
    let mut command = internal::supervise(program, data);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Home::open_log(&home.supervisor_log())?);
    let log_from = home::length(&home.supervisor_log());
    let unstarted = |error: io::Error| EmbeddedError::supervisor(format!("{}: {error}", program.display()));
    let mut child = command.spawn().map_err(unstarted)?;
    let output = child.stdout.take().expect("it was asked for");
    // Whenever it ends, it is waited for, as long as this process lives.
    std::thread::spawn(move || child.wait());
    let output = pipe::Receiver::from_owned_fd(output.into()).map_err(unstarted)?;
    let Some(line) = BufReader::new(output).lines().next_line().await.map_err(unstarted)? else {
        let lines = home::last_lines(&home.supervisor_log(), log_from);
        let reason = format!("{} ended without a word: {}", program.display(), lines.join("; "));
        return Err(EmbeddedError::supervisor(reason));
    };
    match understood(&line)? {
        Word::Failed(error) => Err(error),
        word @ (Word::Listening | Word::Busy) => Ok(word),
    }
}

fn understood<T: serde::de::DeserializeOwned>(line: &str) -> Result<T, EmbeddedError> {
    serde_json::from_str(line).map_err(|error| {
        let reason = format!("it said \"{}\", as another version of it may ({error})", line.escape_debug());
        EmbeddedError::supervisor(reason)
    })
}
