//! A chronicle under load: its server, two who publish, two who project, one who watches.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use chronicle::ViewStore;
use chronicle_nats::embedded::Lease;
use chronicle_nats::{NatsChronicle, Settings};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tests::checker::{Answer, Evidence, Journal, Violation, check};
use tests::cluster::Cluster;
use tests::{Chronicle, NatsServer, PATIENCE, program};
use tokio::runtime::Runtime;

use crate::actors::{Feeder, Figures, Projector, Watcher};
use crate::chance::Chance;
use crate::load;

/// How long the load may take to go on after a fault: a client that lost its server tries for 30 s before it gives up.
const LOAD_PATIENCE: Duration = PATIENCE.saturating_mul(4);
/// The rest between two looks.
const REST: Duration = Duration::from_millis(5);
/// So many events each producer hands in while others come back to work.
const MEANWHILE: u64 = 30;
/// How many questions about the past are asked.
const QUESTIONS: u64 = 8;

/// Who can be killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Victim {
    Server,
    /// Of the embedded server.
    Supervisor,
    Producer(usize),
    Projector(usize),
    Watcher,
}

/// What runs the log.
pub(crate) enum Host {
    Nats(NatsServer),
    /// In the data directory of the commands.
    Embedded,
    /// On three nodes.
    Cluster(Box<Cluster>),
}

pub(crate) struct Stage {
    pub(crate) host: Host,
    pub(crate) chronicle: Chronicle,
    journal: Journal,
    /// Holds the journal.
    _folder: tempfile::TempDir,
    pub(crate) producers: [Feeder; 2],
    pub(crate) projectors: [Projector; 2],
    watcher: Watcher,
    pub(crate) figures: Figures,
    /// How often each kind was killed.
    kills: BTreeMap<String, u64>,
    begun: Instant,
    /// How long nothing was acknowledged.
    pub(crate) gap: Gap,
}

/// The longest time in which nothing was acknowledged.
pub(crate) struct Gap {
    acknowledged: u64,
    since: Instant,
    pub(crate) longest: Duration,
}

impl Gap {
    pub(crate) fn begin(acknowledged: u64) -> Self {
        Self { acknowledged, since: Instant::now(), longest: Duration::ZERO }
    }

    fn see(&mut self, acknowledged: u64) {
        self.longest = self.longest.max(self.since.elapsed());
        if acknowledged > self.acknowledged {
            (self.acknowledged, self.since) = (acknowledged, Instant::now());
        }
    }
}

impl Stage {
    pub(crate) fn new(embedded: bool) -> Self {
        let (host, chronicle) = if embedded {
            (Host::Embedded, Chronicle::embedded())
        } else {
            let server = NatsServer::start();
            let chronicle = Chronicle::on(&server.url());
            (Host::Nats(server), chronicle)
        };
        Self::with(host, chronicle)
    }

    /// On three nodes; everybody is the user that serves.
    pub(crate) fn on_cluster() -> Self {
        let cluster = Box::new(Cluster::start(""));
        let chronicle = cluster.chronicle("serve");
        Self::with(Host::Cluster(cluster), chronicle)
    }

    fn with(host: Host, chronicle: Chronicle) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self {
            host,
            chronicle,
            journal: Journal::create(&folder.path().join("journal.jsonl")),
            _folder: folder,
            producers: [Feeder::new(1), Feeder::new(2)],
            projectors: [Projector::new(1), Projector::new(2)],
            watcher: Watcher::new(),
            figures: Figures::default(),
            kills: BTreeMap::new(),
            begun: Instant::now(),
            gap: Gap::begin(0),
        }
    }

    pub(crate) fn acknowledged(&self) -> u64 {
        self.producers.iter().map(|producer| producer.acknowledged).sum()
    }

    /// Everyone does what there is to do; who is gone comes back.
    pub(crate) fn pump(&mut self) {
        for producer in &mut self.producers {
            producer.pump(&self.chronicle, &mut self.journal, &mut self.figures);
        }
        for projector in &mut self.projectors {
            projector.pump(&self.chronicle, &mut self.figures);
        }
        self.watcher.pump(&self.chronicle, &mut self.figures);
        let acknowledged = self.acknowledged();
        self.gap.see(acknowledged);
    }

    /// Goes on until it is good.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, mut good: impl FnMut(&mut Self) -> bool) {
        let end = Instant::now() + LOAD_PATIENCE;
        loop {
            self.pump();
            if good(self) {
                return;
            }
            let (acknowledged, watched) = (self.acknowledged(), self.watcher.position());
            assert!(
                Instant::now() < end,
                "waited {LOAD_PATIENCE:?} for {what}: {acknowledged} acknowledged, {watched} watched, {:?}",
                self.figures
            );
            std::thread::park_timeout(REST);
        }
    }

    /// Goes on until so many more are acknowledged.
    #[track_caller]
    pub(crate) fn go_on(&mut self, more: u64) {
        let goal = self.acknowledged() + more;
        self.allow(u64::MAX);
        self.until("more acknowledgements", |stage| stage.acknowledged() >= goal);
    }

    /// Goes on until one supervisor runs one server. That more is acknowledged says nothing of it: what was acknowledged
    /// before a kill may be read behind it, while the killed are still on their way out and nobody has begun anew.
    #[track_caller]
    pub(crate) fn until_one_of_each(&mut self) {
        let end = Instant::now() + LOAD_PATIENCE;
        loop {
            self.pump();
            let seen = (self.supervisors().len(), self.servers().len());
            if seen == (1, 1) {
                return;
            }
            assert!(Instant::now() < end, "waited {LOAD_PATIENCE:?} for one supervisor and one server, saw {seen:?}");
            std::thread::park_timeout(REST);
        }
    }

    fn allow(&mut self, more: u64) {
        self.producers.iter_mut().for_each(|producer| producer.allow(more));
    }

    /// Goes on until everyone who publishes or watches has done something.
    #[track_caller]
    pub(crate) fn back_to_work(&mut self) {
        let done = |stage: &Self| {
            let [first, second] = &stage.producers;
            [first.acknowledged, second.acknowledged, stage.watcher.position()]
        };
        let before = done(self);
        // Those who are there already do not fill the log while others start.
        self.allow(MEANWHILE);
        self.until("everyone to work", |stage| done(stage).iter().zip(before).all(|(now, before)| *now > before));
    }

    /// `kill -9`. Servers of others are started again at once; everyone else as the load goes on.
    pub(crate) fn kill(&mut self, victims: &[Victim]) {
        for victim in victims {
            let killed = match victim {
                Victim::Server => match &mut self.host {
                    Host::Nats(server) => {
                        server.kill();
                        true
                    }
                    Host::Embedded => signal_all(&self.servers(), Signal::SIGKILL),
                    Host::Cluster(_) => panic!("which of them"),
                },
                Victim::Supervisor => signal_all(&self.supervisors(), Signal::SIGKILL),
                Victim::Producer(number) => {
                    self.producers[*number].kill(&mut self.journal, &mut self.figures);
                    true
                }
                Victim::Projector(number) => {
                    self.projectors[*number].kill();
                    true
                }
                Victim::Watcher => {
                    self.watcher.kill();
                    true
                }
            };
            let kind = format!("{victim:?}").split('(').next().unwrap_or_default().to_lowercase();
            *self.kills.entry(kind).or_default() += u64::from(killed);
        }
        if let (Host::Nats(server), true) = (&mut self.host, victims.contains(&Victim::Server)) {
            server.run();
        }
    }

    /// The processes of the embedded server whose arguments begin so.
    fn processes(&self, is: impl Fn(&[&str]) -> bool) -> Vec<i32> {
        let ours = self.chronicle.data().display().to_string();
        let numbers = std::fs::read_dir("/proc").expect("the processes").flatten();
        let numbers = numbers.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        let named = numbers.filter(|number| {
            let arguments = std::fs::read(format!("/proc/{number}/cmdline")).unwrap_or_default();
            let arguments = String::from_utf8_lossy(&arguments);
            arguments.contains(&ours) && is(&arguments.split('\0').collect::<Vec<_>>())
        });
        named.collect()
    }

    pub(crate) fn servers(&self) -> Vec<i32> {
        self.processes(|arguments| matches!(arguments, [_, "-c", ..]))
    }

    pub(crate) fn supervisors(&self) -> Vec<i32> {
        self.processes(|arguments| matches!(arguments, [_, "internal", "supervise", ..]))
    }

    /// No more is handed in; waits until all is acknowledged, published and watched, and holds it against the laws.
    pub(crate) fn heal(&mut self, what: &str, chance: &mut Chance) -> Evidence {
        self.allow(0);
        self.until("everything to be acknowledged", |stage| stage.producers.iter().all(Feeder::is_settled));
        let runtime = Runtime::new().expect("threads");
        let (settings, _lease) = runtime.block_on(self.reach());
        let reader = runtime.block_on(NatsChronicle::connect(&settings)).expect("connected");
        let mut sightings = Vec::new();
        let tail = runtime.block_on(chronicle::Chronicle::tail(&reader)).expect("a tail").get();
        self.until("everything to be published and watched", |stage| {
            let at = runtime.block_on(published(&reader));
            sightings.extend(at);
            at == Some(tail) && stage.watcher.position() >= tail
        });
        self.watcher.kill();
        let gathering = Evidence::gather(&settings, self.journal.read(), vec![self.watcher.transcript()]);
        let mut evidence = runtime.block_on(gathering);
        evidence.sightings = sightings;
        if let Host::Cluster(cluster) = &mut self.host {
            let nodes = cluster.until_equal();
            let copies = nodes.iter().filter_map(|node| Some((node.name.clone(), node.log()?)));
            evidence.replicas = copies.map(|(name, log)| (name, (log.first, log.last, log.messages))).collect();
            assert_eq!(evidence.replicas.len(), tests::cluster::NODES, "{nodes:#?}");
        }
        evidence.history = history(&self.chronicle);
        for _ in 0..QUESTIONS {
            evidence.answers.push(self.ask(chance, tail));
        }
        let rebuilt = self.chronicle.run(["rebuild", "--json"]).json();
        assert_eq!(rebuilt["differences"], serde_json::json!([]), "what is published is what the log gives");
        let violations = check(&evidence);
        self.report(what, &evidence, &violations);
        assert_eq!(violations, []);
        evidence
    }

    /// Where the log is, and what keeps it there.
    async fn reach(&self) -> (Settings, Option<Lease>) {
        match &self.host {
            Host::Nats(server) => (Settings::new(server.url(), "harness"), None),
            Host::Cluster(cluster) => (cluster.settings("serve"), None),
            Host::Embedded => {
                let lease = Lease::acquire(&self.chronicle.data(), Path::new(program())).await;
                let lease = lease.unwrap_or_else(|error| panic!("{error}"));
                (Settings::new(lease.url(), "harness"), Some(lease))
            }
        }
    }

    /// Asks who was a member of some organisation on some day, as known at some position.
    fn ask(&self, chance: &mut Chance, tail: u64) -> Answer {
        let producer = 1 + chance.below(2);
        let (organisation, at_position) = (load::organisation(producer), tail / 4 + chance.below(tail - tail / 4) + 1);
        let as_of = load::day(chance.below(self.producers[0].acknowledged + 1));
        let position = at_position.to_string();
        let asked = ["members", &organisation, "--json", "--as-of", &as_of, "--at-position", &position];
        let told = self.chronicle.run(asked).json();
        let rows = told["parties"].as_array().expect("rows").iter();
        let members = rows.filter(|row| row["answer"] == "yes" && row["status"] == "member");
        let members = members.filter_map(|row| row["party"].as_str().map(str::to_owned)).collect();
        Answer { organisation, as_of, at_position, members }
    }

    fn report(&self, what: &str, evidence: &Evidence, violations: &[Violation]) {
        let Figures { acknowledged, retried, duplicates, ended, .. } = &self.figures;
        println!("{what}: {:.1} s", self.begun.elapsed().as_secs_f64());
        println!("  kill -9: {:?}", self.kills);
        println!("  acknowledged {acknowledged}, stored {}, told {}", evidence.log.len(), evidence.history.len());
        println!("  handed in again {retried}, acknowledged as duplicates {duplicates}");
        println!(
            "  watched {}, answers about the past {}",
            self.watcher.transcript().lines.len(),
            evidence.answers.len()
        );
        println!("  ended by themselves and started again {}", ended.values().sum::<u64>());
        for (how, count) in ended {
            println!("    {count} x {how}");
        }
        println!("  violations {}", violations.len());
        for violation in violations {
            println!("    {violation}");
        }
    }
}

/// How far both published views are.
async fn published(reader: &NatsChronicle) -> Option<u64> {
    let views = reader.views();
    let version = projector::published::pointer(&views).await.ok()??.current;
    let mut least = None;
    for view in ["membership", "attendance"] {
        let position = views.checkpoint(&format!("{view}-{version}")).await.ok()?.position.get();
        least = Some(least.unwrap_or(position).min(position));
    }
    least
}

/// The ids of history as it is told.
fn history(chronicle: &Chronicle) -> Vec<String> {
    let told = chronicle.run(["events"]).good();
    let id = |line: &str| {
        let event: Value = serde_json::from_str(line).expect("JSON");
        event["id"].as_str().expect("an id").to_owned()
    };
    told.lines().map(id).collect()
}

/// Sends a signal to processes; whether one of them was there.
pub(crate) fn signal_all(processes: &[i32], signal: Signal) -> bool {
    processes.iter().filter(|process| kill(Pid::from_raw(**process), signal).is_ok()).count() > 0
}
