//! The supervisor: runs the server while somebody holds a lease.
//!
//! Everything happens on the program's first thread, whose death is the server's.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use nix::sys::stat::{Mode, umask};
use nix::unistd;
use tokio::io::{AsyncWriteExt, copy, sink};
use tokio::net::{UnixListener, UnixStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::embedded::home::Home;
use crate::embedded::probe::{Hindrance, Probe};
use crate::embedded::server::{Run, end_left_behind};
use crate::embedded::talk::{self, Answer, Ready, Word};
use crate::embedded::{EmbeddedError, Server, find_server, locks};

/// How long the first lease may take to come. Whoever started us may be dead.
const FIRST_LEASE_PATIENCE: Duration = Duration::from_secs(10);
/// How long leases may take to hear that there will be no server.
const FAREWELL_PATIENCE: Duration = Duration::from_secs(2);
/// The first and the longest pause before a server that ended is started again; each doubles the one before.
const RESTART_PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// A server that ends so often within so long is given up.
const ENDS: usize = 5;
const ENDS_WINDOW: Duration = Duration::from_secs(60);
/// The pause after a connection could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Supervises a data directory until nobody holds a lease.
pub(super) fn supervise(data: &Path) -> ExitCode {
    let begun = begin(data);
    let word = match &begun {
        Ok(Some(_)) => Word::Listening,
        Ok(None) => Word::Busy,
        Err(error) => Word::Failed(error.clone()),
    };
    if say_first(&word).is_err() {
        // Whoever started us is gone.
        return ExitCode::FAILURE;
    }
    match begun {
        Ok(Some((home, _lock, listener))) => run(&home, listener),
        Ok(None) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Parts from the terminal, takes the lock and binds the socket; or finds that another supervisor has done so.
fn begin(data: &Path) -> Result<Option<(Home, File, std::os::unix::net::UnixListener)>, EmbeddedError> {
    let inherited = std::fs::read_dir("/dev/fd").into_iter().flatten().flatten();
    let numbers: Vec<i32> = inherited.filter_map(|file| file.file_name().to_str()?.parse().ok()).collect();
    for number in numbers.into_iter().filter(|number| *number > 2) {
        // Fails only for the listing itself, which is closed already.
        let _ = unistd::close(number);
    }
    // Fails only when we lead a group already, as when started by hand.
    let _ = unistd::setsid();
    umask(Mode::from_bits_truncate(0o077));
    let home = Home::open(data)?;
    let lock = home.supervisor_lock();
    let Some(lock) = locks::take(&lock).map_err(EmbeddedError::of(&lock))? else { return Ok(None) };
    home.cut_supervisor_log().map_err(EmbeddedError::of(&home.supervisor_log()))?;
    let listener = talk::listen(&home.folder).map_err(EmbeddedError::of(&home.folder.join("socket")))?;
    Ok(Some((home, lock, listener)))
}

/// Says the first word and nothing more: our standard output is a pipe of whoever started us.
fn say_first(word: &Word) -> io::Result<()> {
    io::stdout().write_all(&talk::line(word))?;
    io::stdout().flush()?;
    Ok(unistd::dup2_stdout(OpenOptions::new().write(true).open("/dev/null")?)?)
}

fn run(home: &Home, listener: std::os::unix::net::UnixListener) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let ran = runtime.map_err(EmbeddedError::supervisor).and_then(|runtime| {
        runtime.block_on(async {
            let listener = UnixListener::from_std(listener).map_err(EmbeddedError::supervisor)?;
            let supervisor = Supervisor {
                home,
                leases: watch::Sender::new(0),
                answer: watch::Sender::new(None),
                stored: 0,
                ends: VecDeque::new(),
            };
            supervisor.run(listener).await
        })
    });
    if let Err(error) = &ran {
        note(&error.to_string());
    }
    if ran.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

struct Supervisor<'a> {
    home: &'a Home,
    /// How many leases are held.
    leases: watch::Sender<usize>,
    /// What leases are told; nothing while the server starts.
    answer: watch::Sender<Option<Answer>>,
    /// What the server has stored, in bytes as it counts, as far as known.
    stored: u64,
    /// When servers ended by themselves, as far as still of interest.
    ends: VecDeque<Instant>,
}

/// Why a server is not needed any more.
#[derive(PartialEq, Eq)]
enum Done {
    /// Nobody holds a lease.
    Idle,
    /// We were told to end.
    Told,
}

impl Supervisor<'_> {
    async fn run(mut self, listener: UnixListener) -> Result<(), EmbeddedError> {
        let accepting = accept(&listener, self.leases.clone(), self.answer.subscribe());
        // What serves ends by seeing that there is no lease, without any wait behind: nobody is accepted in between.
        let served = tokio::select! {
            served = self.serve() => served,
            never = accepting => match never {},
        };
        // Who stands at the door unheard is turned away by its closing, and comes again.
        let removed = talk::remove(&self.home.folder).map_err(EmbeddedError::of(&self.home.folder));
        drop(listener);
        if let Err(error) = &served {
            self.answer.send_replace(Some(Answer::Failed(error.clone())));
            // Told or not, we end.
            let _ = timeout(FAREWELL_PATIENCE, no_lease(&self.leases)).await;
        }
        served.and(removed)
    }

    /// Serves until nobody holds a lease at the moment when the server has stopped.
    async fn serve(&mut self) -> Result<(), EmbeddedError> {
        let mut first = self.leases.subscribe();
        if timeout(FIRST_LEASE_PATIENCE, first.wait_for(|leases| *leases > 0)).await.is_err() {
            return Ok(());
        }
        let program = std::env::current_exe().map_err(EmbeddedError::supervisor)?;
        let mut server = find_server(&program)?;
        server.program = std::path::absolute(&server.program).map_err(EmbeddedError::supervisor)?;
        for one in &server.skipped {
            note(&format!("passed over {}: {}", one.program.display(), one.reason));
        }
        // Whoever started us may want to unmount where it stood.
        std::env::set_current_dir(&self.home.folder).map_err(EmbeddedError::supervisor)?;
        end_left_behind(self.home).await?;
        loop {
            let done = self.keep_running(&server).await?;
            if done == Done::Told || *self.leases.borrow() == 0 {
                return Ok(());
            }
        }
    }

    /// Runs the server, again and again if need be, until it is not needed any more, and stops it.
    async fn keep_running(&mut self, server: &Server) -> Result<Done, EmbeddedError> {
        let mut told = signal(SignalKind::terminate()).map_err(EmbeddedError::supervisor)?;
        let leases = self.leases.clone();
        let mut ready_once = false;
        loop {
            let mut run = Run::begin(self.home, &server.program, self.stored)?;
            let ended = tokio::select! {
                ended = self.one_run(&mut run, server) => ended,
                () = no_lease(&leases) => Ok(Done::Idle),
                _ = told.recv() => Ok(Done::Told),
            };
            ready_once |= self.answer.send_replace(None).is_some();
            run.stop().await;
            match ended {
                Ok(done) => return Ok(done),
                // At once, with the quota that is possible now.
                Err(Ended::Unfit) => {}
                Err(Ended::Error(error)) if !ready_once || matches!(error, EmbeddedError::Damaged { .. }) => {
                    return Err(error);
                }
                Err(Ended::Error(error)) => tokio::select! {
                    paused = self.pause(error) => paused?,
                    () = no_lease(&leases) => return Ok(Done::Idle),
                    _ = told.recv() => return Ok(Done::Told),
                },
            }
        }
    }

    /// Tells the leases once the server is ready, and waits until it ends by itself, or had better be ended.
    async fn one_run(&mut self, run: &mut Run<'_>, server: &Server) -> Result<Done, Ended> {
        self.stored = run.ready().await.map_err(Ended::Error)?;
        let possible = self.home.quota(self.stored).map_err(Ended::Error)?;
        if starves(run.quota, self.stored, possible) {
            return Err(Ended::Unfit);
        }
        note(&format!("nats-server {} is ready, with {} bytes of at most {}", server.version, self.stored, run.quota));
        let ready = Ready { url: run.url().to_owned(), server: server.clone(), quota: Some(run.quota) };
        self.answer.send_replace(Some(Answer::Ready(ready)));
        let mut probe = Probe::new(self.home, run.url(), run.quota, self.stored);
        let hindrance = tokio::select! {
            status = run.ended() => return Err(Ended::Error(run.said(&status))),
            hindrance = probe.hindrance(self.leases.subscribe()) => hindrance,
        };
        self.stored = probe.stored();
        match hindrance {
            Hindrance::Room { free } => {
                note(&format!("{free} bytes are free, and nats-server is started anew with what is possible now"));
                Err(Ended::Unfit)
            }
            Hindrance::Write { reason } => Err(Ended::Error(EmbeddedError::WriteFailed { reason })),
        }
    }

    /// Waits before the server is started again, or gives up.
    async fn pause(&mut self, error: EmbeddedError) -> Result<(), EmbeddedError> {
        note(&error.to_string());
        let now = Instant::now();
        self.ends.push_back(now);
        self.ends.retain(|end| now.duration_since(*end) < ENDS_WINDOW);
        if self.ends.len() >= ENDS {
            let (times, seconds) = (self.ends.len(), ENDS_WINDOW.as_secs());
            return Err(EmbeddedError::KeepsEnding { times, seconds, last: Box::new(error) });
        }
        let doublings = u32::try_from(self.ends.len()).unwrap_or(u32::MAX).saturating_sub(1).min(16);
        sleep((RESTART_PAUSES.0 * 2_u32.pow(doublings)).min(RESTART_PAUSES.1)).await;
        Ok(())
    }
}

/// How a run ended that was still needed.
enum Ended {
    /// Its quota is not what the disk has room for, and cannot be changed while it runs: it leaves less than half of the
    /// room that there is, as only the server knows how much it has stored; or others filled the disk or freed it.
    Unfit,
    Error(EmbeddedError),
}

/// Whether a quota leaves less than half of the room that one made now would.
fn starves(quota: u64, stored: u64, possible: u64) -> bool {
    quota.saturating_sub(stored) < possible.saturating_sub(stored) / 2
}

async fn no_lease(leases: &watch::Sender<usize>) {
    // Fails only without a sender, and we have one.
    let _ = leases.subscribe().wait_for(|leases| *leases == 0).await;
}

async fn accept(
    listener: &UnixListener,
    leases: watch::Sender<usize>,
    answer: watch::Receiver<Option<Answer>>,
) -> std::convert::Infallible {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                leases.send_modify(|leases| *leases += 1);
                tokio::spawn(hold(stream, Held(leases.clone()), answer.clone()));
            }
            Err(error) => {
                note(&format!("a connection could not be accepted: {error}"));
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// A lease that counts until it is dropped.
struct Held(watch::Sender<usize>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.send_modify(|leases| *leases -= 1);
    }
}

/// Tells a lease what it waits for, and holds it until its connection ends or there is no more to tell.
async fn hold(stream: UnixStream, held: Held, mut answer: watch::Receiver<Option<Answer>>) {
    let (mut reader, mut writer) = stream.into_split();
    let telling = async {
        let mut ready = false;
        loop {
            let told = answer.borrow_and_update().clone();
            let failed = matches!(told, Some(Answer::Failed(_)));
            if let Some(told) = told.filter(|_| failed || !ready) {
                writer.write_all(&talk::line(&told)).await?;
                ready = true;
            }
            if failed || answer.changed().await.is_err() {
                return io::Result::Ok(());
            }
        }
    };
    let mut nothing = sink();
    tokio::select! {
        _ = telling => {}
        _ = copy(&mut reader, &mut nothing) => {}
    }
    drop(held);
}

/// A line in the supervisor's log.
fn note(text: &str) {
    // A full disk is no reason to end.
    let _ = writeln!(io::stderr(), "{} {text}", jiff::Timestamp::now());
}

#[cfg(test)]
mod tests {
    use super::starves;

    #[test]
    fn a_server_is_started_anew_only_where_that_gives_it_much_more_room() {
        // Compressed to a tenth: 80 are stored, and the disk has room for 50 more.
        assert!(starves(50, 80, 130));
        assert!(starves(90, 80, 130));
        assert!(!starves(130, 80, 130));
        assert!(!starves(120, 80, 130));
        // A full disk gives no more room to any server.
        assert!(!starves(0, 80, 80));
    }
}
