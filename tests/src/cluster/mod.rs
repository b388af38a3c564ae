//! Three real nats-servers that form a cluster by the configuration in `deploy/nats`, with keys of their own.

mod network;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chronicle_nats::embedded::find_server;
use chronicle_nats::{ConnectError, Node, Settings, nodes};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use self::network::Network;
use crate::{Chronicle, free_ports};

/// How many there are.
pub const NODES: usize = 3;
/// How long a cluster may take to come to rest: an election takes some seconds, and several may be needed.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long to rest between two looks at it.
const REST: Duration = Duration::from_millis(100);

/// The cluster. Nodes are numbered from 0; the first one is named `n1`.
pub struct Cluster {
    program: PathBuf,
    /// The configuration, what its keys made, the stores and the logs; removed on drop.
    folder: TempDir,
    nodes: [Place; NODES],
    /// None where this machine lets us make none.
    network: Option<Network>,
    runtime: Runtime,
}

/// A node, and its process.
struct Place {
    host: String,
    port: u16,
    child: Option<Child>,
}

impl Cluster {
    /// Starts all three and waits until they are one, with publishers for these organisations. The log is created by the
    /// user for that.
    ///
    /// # Panics
    ///
    /// Where they do not come together.
    pub fn start(publishers: &str) -> Self {
        let cluster = Self::prepare(publishers);
        cluster.begin()
    }

    /// Configured, and not started yet.
    pub fn prepare(publishers: &str) -> Self {
        let found = find_server(Path::new(env!("CARGO_MANIFEST_DIR")));
        let program = found.unwrap_or_else(|error| panic!("{error}\nhint: {}", error.hint())).program;
        let folder = TempDir::new().expect("a temporary folder");
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/nats"), folder.path());
        let network = Network::make(NODES);
        let mut arguments = Vec::new();
        let nodes = std::array::from_fn(|number| {
            let name = name(number);
            if let Some(network) = &network {
                let host = network.address(number);
                arguments.push(format!("{name}={host}"));
                Place { host, port: 4222, child: None }
            } else {
                let ([port, cluster], [monitor, _]) = (free_ports(), free_ports());
                arguments.push(format!("{name}=127.0.0.1:{port}:{cluster}:{monitor}"));
                Place { host: "127.0.0.1".to_owned(), port, child: None }
            }
        });
        let mut keys = Command::new(folder.path().join("keys"));
        keys.args(&arguments).args(["--publishers", publishers, "--room", "1"]);
        keys.arg("--store").arg(folder.path().join("store/NODE"));
        let made = keys.output().expect("python3 runs; hint: ./deploy/setup --tests");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Self { program, folder, nodes, network, runtime: Runtime::new().expect("threads") }
    }

    /// Starts all, waits until they are one, and has the log created.
    fn begin(mut self) -> Self {
        (0..NODES).for_each(|number| self.run(number));
        self.until("three that know each other", |nodes| {
            nodes.len() == NODES && nodes.iter().all(|node| node.leader.is_some() && node.others.len() == NODES - 1)
        });
        let created = self.chronicle("setup").with("CHRONICLE_REPLICAS", "3").run(["doctor"]);
        created.good();
        self
    }

    /// Whether each node has a network of its own, which can be cut.
    pub fn has_networks(&self) -> bool {
        self.network.is_some()
    }

    /// How it was formed, to be said.
    pub fn how(&self) -> &'static str {
        if self.has_networks() {
            "three nodes, each in a network of its own"
        } else {
            "three nodes on ports of this machine"
        }
    }

    /// What a command is told, to be this user there.
    pub fn chronicle(&self, user: &str) -> Chronicle {
        self.as_user(Chronicle::on(&self.urls()), user)
    }

    /// The same, knowing only one of the servers.
    pub fn chronicle_at(&self, user: &str, number: usize) -> Chronicle {
        self.as_user(Chronicle::on(&self.url(number)), user)
    }

    fn as_user(&self, chronicle: Chronicle, user: &str) -> Chronicle {
        chronicle.with("CHRONICLE_NATS_CA", self.made("ca.crt")).with("CHRONICLE_NATS_NKEY", self.seed(user))
    }

    /// The seed of a user.
    pub fn seed(&self, user: &str) -> PathBuf {
        self.made(&format!("users/{user}.nk"))
    }

    /// A file that `keys` made.
    pub fn made(&self, file: &str) -> PathBuf {
        self.folder.path().join("made").join(file)
    }

    /// Where the servers are reached, with commas between them.
    pub fn urls(&self) -> String {
        (0..NODES).map(|number| self.url(number)).collect::<Vec<_>>().join(",")
    }

    /// Where one of them is reached.
    pub fn url(&self, number: usize) -> String {
        format!("tls://{}:{}", self.nodes[number].host, self.nodes[number].port)
    }

    /// How a connection is made as a user.
    pub fn settings(&self, user: &str) -> Settings {
        Settings {
            nkey: Some(self.seed(user)),
            authorities: Some(self.made("ca.crt")),
            inbox_prefix: Some(format!("_INBOX_{user}")),
            ..Settings::new(self.urls(), "tests")
        }
    }

    /// What is good of its configuration, by the server itself.
    pub fn checked(&self, number: usize) -> Result<(), String> {
        let mut command = Command::new(&self.program);
        command.arg("-t").arg("-c").arg(self.configuration(number));
        let output = command.output().expect("the server runs");
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    }

    /// The configuration of a node.
    pub fn configuration(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("{}.conf", name(number)))
    }

    /// Starts a node, on what it had stored.
    pub fn run(&mut self, number: usize) {
        let log = fs::File::options().create(true).append(true).open(self.log(number)).expect("a log");
        let mut command = match &self.network {
            Some(network) => network.within(number, &self.program),
            None => Command::new(&self.program),
        };
        command.arg("-c").arg(self.configuration(number));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.nodes[number].child = Some(command.spawn().expect("the server starts"));
    }

    fn log(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("{}.log", name(number)))
    }

    /// `kill -9`.
    pub fn kill(&mut self, number: usize) {
        if let Some(mut child) = self.nodes[number].child.take() {
            // Fails only when it is dead already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Has a node end by a signal, in order, and waits for that.
    pub fn end(&mut self, number: usize, signal: Signal) {
        self.signal(number, signal);
        if let Some(mut child) = self.nodes[number].child.take() {
            child.wait().expect("it ends");
        }
    }

    /// Sends a signal to a node.
    pub fn signal(&self, number: usize, signal: Signal) {
        kill(self.id(number), signal).expect("it runs");
    }

    /// The process of a node.
    pub fn id(&self, number: usize) -> Pid {
        let child = self.nodes[number].child.as_ref().expect("it runs");
        Pid::from_raw(i32::try_from(child.id()).expect("a process id"))
    }

    /// Whether a node has ended by now.
    pub fn has_ended(&mut self, number: usize) -> bool {
        self.nodes[number].child.as_mut().is_none_or(|child| child.try_wait().is_ok_and(|ended| ended.is_some()))
    }

    /// Cuts a node off from everybody; where it has no network of its own, it is stopped instead.
    pub fn cut(&self, number: usize) {
        match &self.network {
            Some(network) => network.cut(number),
            None => self.signal(number, Signal::SIGSTOP),
        }
    }

    /// Takes that back.
    pub fn mend(&self, number: usize) {
        match &self.network {
            Some(network) => network.mend(number),
            None => self.signal(number, Signal::SIGCONT),
        }
    }

    /// Where a node keeps what it stores.
    pub fn store(&self, number: usize) -> PathBuf {
        self.folder.path().join("store").join(name(number))
    }

    /// What each node says that can be reached.
    pub fn look(&self) -> Result<Vec<Node>, ConnectError> {
        self.runtime.block_on(nodes(&self.settings("monitor")))
    }

    /// Who leads the log, as all of them say that can be reached.
    ///
    /// # Panics
    ///
    /// Where they do not agree in time.
    pub fn leader(&mut self) -> usize {
        let nodes = self.until("a leader of the log", |nodes| {
            let leaders: Vec<_> = nodes.iter().map(|node| node.log().and_then(|log| log.leader.clone())).collect();
            leaders.len() > NODES / 2 && leaders[0].is_some() && leaders.iter().all(|leader| *leader == leaders[0])
        });
        let leader = nodes[0].log().and_then(|log| log.leader.as_deref()).expect("seen");
        (0..NODES).find(|number| name(*number) == leader).expect("one of ours")
    }

    /// Waits until all three hold the same of every stream.
    #[track_caller]
    pub fn until_equal(&mut self) -> Vec<Node> {
        self.until("three equal copies of everything", |nodes| {
            let copies = |node: &Node| {
                let copies = node.replicas.iter();
                copies.map(|one| (one.stream.clone(), one.messages, one.first, one.last)).collect::<Vec<_>>()
            };
            nodes.len() == NODES && nodes.iter().all(|node| copies(node) == copies(&nodes[0]))
        })
    }

    /// Looks until what the nodes say is good; fails where one of those that are to run has ended.
    #[track_caller]
    pub fn until(&mut self, what: &str, good: impl Fn(&[Node]) -> bool) -> Vec<Node> {
        let end = Instant::now() + PATIENCE;
        loop {
            let seen = self.look();
            if let Ok(nodes) = &seen
                && good(nodes)
            {
                return seen.unwrap_or_default();
            }
            for number in 0..NODES {
                let ended = self.nodes[number].child.is_some() && self.has_ended(number);
                assert!(!ended, "{} has ended: {}", name(number), self.told(number));
            }
            assert!(Instant::now() < end, "waited {PATIENCE:?} for {what}, saw last: {seen:#?}");
            std::thread::park_timeout(REST);
        }
    }

    /// What a node has told.
    pub fn told(&self, number: usize) -> String {
        fs::read_to_string(self.log(number)).unwrap_or_default()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        (0..NODES).for_each(|number| self.kill(number));
    }
}

/// The name of a node.
pub fn name(number: usize) -> String {
    format!("n{}", number + 1)
}

/// Copies the files of a folder, without what was made in it.
fn copy(from: &Path, to: &Path) {
    for file in fs::read_dir(from).expect("the configuration").flatten() {
        if file.file_type().is_ok_and(|kind| kind.is_file()) {
            fs::copy(file.path(), to.join(file.file_name())).expect("copied");
        }
    }
}
