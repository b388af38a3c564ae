//! The folder of the embedded server in a data directory, and what is kept there.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::sys::statvfs::statvfs;

use crate::embedded::EmbeddedError;
use crate::embedded::probe::SHORT;
use crate::stream::STREAM;

/// Bounds what the server stores, in bytes, below what the free disk allows. The command that starts the supervisor
/// passes it on.
pub const MAX_STORE_VARIABLE: &str = "CHRONICLE_MAX_STORE";
/// Its name in a data directory.
const FOLDER: &str = "nats";
/// The server's only user for the log.
const USER: &str = "chronicle";
/// The supervisor's own user, in the account that tells how the server does, with the same password.
const SYSTEM_USER: &str = "supervisor";
/// What a run is told by its environment, and not by the configuration: that stays the same, so that a full disk hinders
/// no start.
pub(super) const NAME_VARIABLE: &str = "CHRONICLE_SERVER_NAME";
pub(super) const QUOTA_VARIABLE: &str = "CHRONICLE_SERVER_QUOTA";
/// Ports to choose from: below those that systems lend to outgoing connections, which would take ours at times.
const PORTS: Range<u16> = 20_000..30_000;
/// How many ports are tried before giving up.
const PORT_ATTEMPTS: usize = 100;
/// One part in so many of the free disk stays free, for the server's own files and everybody else's; and at least so
/// many bytes, however often the server is started anew on what is left.
pub(super) const RESERVE: (u64, u64) = (10, 32 << 20);
/// The server's log begins anew at this size; so many older ones are kept.
const SERVER_LOG: (&str, u32) = ("4MB", 2);
/// The supervisor's log begins anew at this size, in bytes.
const SUPERVISOR_LOG_BYTES: u64 = 1 << 20;
/// How many lines of a log an error shows.
const SHOWN_LINES: usize = 8;
/// At most so many bytes at the end of a log are looked at for these lines.
const SHOWN_BYTES: u64 = 16 << 10;

/// The folder of the embedded server.
#[derive(Debug, Clone)]
pub(super) struct Home {
    /// Absolute, without links.
    pub(super) folder: PathBuf,
}

impl Home {
    /// Finds it in a data directory, or makes both, for their owner only.
    pub(super) fn open(data: &Path) -> Result<Self, EmbeddedError> {
        let folder = data.join(FOLDER);
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        let folder = made.and_then(|()| folder.canonicalize()).map_err(EmbeddedError::of(&folder))?;
        Ok(Self { folder })
    }

    /// Where it would be, whether it is there or not.
    pub(super) fn within(data: &Path) -> Self {
        Self { folder: data.join(FOLDER) }
    }

    pub(super) fn store(&self) -> PathBuf {
        self.folder.join("store")
    }

    pub(super) fn configuration(&self) -> PathBuf {
        self.folder.join("nats.conf")
    }

    /// Held by the supervisor.
    pub(super) fn supervisor_lock(&self) -> PathBuf {
        self.folder.join("supervisor.lock")
    }

    /// Held by the server.
    pub(super) fn store_lock(&self) -> PathBuf {
        self.folder.join("store.lock")
    }

    pub(super) fn server_log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    pub(super) fn supervisor_log(&self) -> PathBuf {
        self.folder.join("supervisor.log")
    }

    fn kept_port(&self) -> PathBuf {
        self.folder.join("port")
    }

    /// Where the server keeps the log's messages.
    pub(super) fn stream(&self) -> PathBuf {
        self.store().join("jetstream/$G/streams").join(STREAM)
    }

    /// Whether messages of the log are in the store, whatever the server says of it.
    pub(super) fn has_messages(&self) -> bool {
        let blocks = fs::read_dir(self.stream().join("msgs")).into_iter().flatten().flatten();
        let full = |file: fs::DirEntry| file.metadata().is_ok_and(|metadata| metadata.len() > 0);
        blocks.filter(|file| file.path().extension().is_some_and(|extension| extension == "blk")).any(full)
    }

    /// The port of this data directory, chosen once.
    pub(super) fn port(&self) -> Result<u16, EmbeddedError> {
        let path = self.kept_port();
        let refused = || EmbeddedError::of(&path);
        if let Some(text) = kept(&path).map_err(refused())? {
            let reason = || format!("\"{}\" is no port; delete the file to have one chosen", text.escape_debug());
            return text.parse().map_err(|_| EmbeddedError::Unusable { path: path.clone(), reason: reason() });
        }
        let mut port = PORTS.start;
        for _ in 0..PORT_ATTEMPTS {
            port = PORTS.start + u16::from_ne_bytes(random().map_err(refused())?) % (PORTS.end - PORTS.start);
            if self.check_port(port).is_ok() {
                keep(&path, &port.to_string()).map_err(refused())?;
                return Ok(port);
            }
        }
        Err(EmbeddedError::PortTaken { port, kept: path })
    }

    /// Whether the port is free.
    pub(super) fn check_port(&self, port: u16) -> Result<(), EmbeddedError> {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                Err(EmbeddedError::PortTaken { port, kept: self.kept_port() })
            }
            bound => bound.map(drop).map_err(EmbeddedError::of(&self.kept_port())),
        }
    }

    /// The server's address with user and password, the latter made once, so that lost connections come back.
    pub(super) fn url(&self, port: u16) -> Result<String, EmbeddedError> {
        let path = self.folder.join("password");
        let password = match kept(&path).map_err(EmbeddedError::of(&path))? {
            Some(password) => password,
            None => random_name().and_then(|new| keep(&path, &new).map(|()| new)).map_err(EmbeddedError::of(&path))?,
        };
        Ok(format!("nats://{USER}:{password}@127.0.0.1:{port}"))
    }

    /// How many bytes the server may keep, so that it refuses before the disk is full: what it has `stored` already
    /// (as it counts, before compression), and what the disk has room for; none at all where that is full.
    pub(super) fn quota(&self, stored: u64) -> Result<u64, EmbeddedError> {
        let free = free(&self.folder)?;
        if free < SHORT {
            // Less than is stored already: the server would take one message more than its quota has room for.
            return Ok(0);
        }
        let reserve = (free / RESERVE.0).max(RESERVE.1);
        let possible = stored.saturating_add(free.saturating_sub(reserve));
        let Some(value) = std::env::var_os(MAX_STORE_VARIABLE) else { return Ok(possible) };
        let allowed = value.to_str().and_then(|value| value.parse::<u64>().ok());
        let wrong =
            || EmbeddedError::Variable { name: MAX_STORE_VARIABLE.into(), value: value.to_string_lossy().into_owned() };
        Ok(possible.min(allowed.ok_or_else(wrong)?))
    }

    /// The address of [`url`](Self::url) for the supervisor, who may ask the server how it does.
    pub(super) fn system_url(url: &str) -> String {
        url.replacen(USER, SYSTEM_USER, 1)
    }

    /// Writes the server's configuration, where it is not there already. Its paths are relative to the folder, so that no
    /// path has to be quoted.
    pub(super) fn configure(&self, url: &str) -> Result<(), EmbeddedError> {
        let path = self.configuration();
        let (user, address) = url.trim_start_matches("nats://").split_once('@').expect("we wrote the URL");
        let (user, password) = user.split_once(':').expect("we wrote the URL");
        let (log_bytes, logs) = SERVER_LOG;
        let text = format!(
            "# Written by the supervisor of the embedded server.\n\
             listen: \"{address}\"\n\
             server_name: ${NAME_VARIABLE}\n\
             authorization {{ users: [ {{ user: \"{user}\", password: \"{password}\" }} ] }}\n\
             accounts {{ $SYS {{ users: [ {{ user: \"{SYSTEM_USER}\", password: \"{password}\" }} ] }} }}\n\
             jetstream {{ store_dir: \"store\", sync_interval: always, max_file_store: ${QUOTA_VARIABLE} }}\n\
             log_file: \"server.log\"\n\
             logfile_size_limit: {log_bytes}\n\
             logfile_max_num: {logs}\n"
        );
        let there = kept(&path).map_err(EmbeddedError::of(&path))?;
        if there.is_some_and(|there| there == text.trim()) {
            return Ok(());
        }
        keep(&path, &text).map_err(EmbeddedError::of(&path))
    }

    /// A log to write on.
    pub(super) fn open_log(path: &Path) -> Result<File, EmbeddedError> {
        let opened = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
        opened.map_err(EmbeddedError::of(path))
    }

    /// Begins the supervisor's log anew when it has grown too long.
    pub(super) fn cut_supervisor_log(&self) -> io::Result<()> {
        let log = OpenOptions::new().append(true).create(true).mode(0o600).open(self.supervisor_log())?;
        if log.metadata()?.len() > SUPERVISOR_LOG_BYTES { log.set_len(0) } else { Ok(()) }
    }
}

/// How many bytes are free on the disk of a folder, for those who are not root.
pub(super) fn free(folder: &Path) -> Result<u64, EmbeddedError> {
    let disk = statvfs(folder).map_err(|error| EmbeddedError::of(folder)(error.into()))?;
    let free = u128::from(disk.blocks_available()) * u128::from(disk.fragment_size());
    Ok(u64::try_from(free).unwrap_or(u64::MAX))
}

/// How long a log is now, in bytes.
pub(super) fn length(log: &Path) -> u64 {
    fs::metadata(log).map_or(0, |metadata| metadata.len())
}

/// The last lines of a log.
pub(super) fn last_lines(log: &Path, from: u64) -> Vec<String> {
    let lines = lines(log, from);
    lines[lines.len().saturating_sub(SHOWN_LINES)..].to_vec()
}

/// The lines of a log behind `from`, or what can be had of them.
pub(super) fn lines(log: &Path, from: u64) -> Vec<String> {
    let read = File::open(log).and_then(|mut file| {
        let length = file.metadata()?.len();
        // Shorter than it was: begun anew.
        let from = if from > length { 0 } else { from };
        file.seek(SeekFrom::Start(from.max(length.saturating_sub(SHOWN_BYTES))))?;
        let mut bytes = Vec::new();
        file.take(SHOWN_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    });
    let text = read.map_or_else(|error| error.to_string(), |bytes| String::from_utf8_lossy(&bytes).into_owned());
    text.lines().map(str::to_owned).collect()
}

/// What a small file says, if it is there.
fn kept(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes a small file for its owner only, the whole of it or nothing.
fn keep(path: &Path, text: &str) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(new, path)
}

/// 128 random bits in hexadecimal digits.
pub(super) fn random_name() -> io::Result<String> {
    Ok(format!("{:032x}", u128::from_ne_bytes(random()?)))
}

fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes)
}
