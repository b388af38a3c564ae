//! A service with documents, and a browser before it.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use tests::http::Served;
use tests::{Chronicle, Running};

/// The report of Astana as events.
pub(crate) const ASTANA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/astana-2024.jsonl");
/// Decades of the same organisation.
pub(crate) const HISTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/sco-history.jsonl");
/// Where the stories are.
const STORIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/node/page");
/// Where pictures go, unless something else is said.
const SHOTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/shots");

/// What is said where there is no Node.js.
const NODE: &str = "Node.js runs; ./deploy/setup --tests says how to get it";

/// A chronicle that is served.
pub(crate) struct Stage {
    /// The service.
    pub(crate) served: Served,
    /// The chronicle: the command, for what a story needs done meanwhile.
    pub(crate) chronicle: Chronicle,
    /// Who asks shows this, where nobody else is let in.
    token: Option<String>,
}

impl Stage {
    /// A service with files of documents, ready.
    pub(crate) fn told(files: &[&str]) -> Self {
        let chronicle = Chronicle::embedded();
        for file in files {
            chronicle.run(["publish", file, "--quiet"]).good();
        }
        Self { served: Served::start(&chronicle), chronicle, token: None }
    }

    /// The same, where nobody is let in without a token: there is one of a role, and its id.
    pub(crate) fn guarded(files: &[&str], role: &[&str]) -> (Self, String) {
        let chronicle = Chronicle::embedded();
        for file in files {
            chronicle.run(["publish", file, "--quiet"]).good();
        }
        let made = chronicle.run([&["token", "create", "--json", "--role"], role].concat()).json();
        let text = |name: &str| made[name].as_str().expect("it is told once").to_owned();
        (Self { served: Served::start(&chronicle), chronicle, token: Some(text("token")) }, text("id"))
    }

    /// Tells a story to a browser; what it says where it fails is shown.
    #[track_caller]
    pub(crate) fn story(&self, name: &str) {
        let told = self.script(name).output().expect(NODE);
        let said = [told.stdout, told.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
        assert!(told.status.success(), "{name}: {said}");
    }

    /// Begins to tell a story that asks for something meanwhile: by lines, which are answered by lines.
    #[track_caller]
    pub(crate) fn telling(&self, name: &str) -> Telling {
        let pipes = [Stdio::piped(), Stdio::piped(), Stdio::piped()];
        let [stdin, stdout, stderr] = pipes;
        let child = self.script(name).stdin(stdin).stdout(stdout).stderr(stderr).spawn().expect(NODE);
        Telling { name: name.to_owned(), running: Running::new(child) }
    }

    fn script(&self, name: &str) -> Command {
        let shots = std::env::var_os("CHRONICLE_SHOTS").unwrap_or_else(|| SHOTS.into());
        let mut command = Command::new("node");
        command.arg(PathBuf::from(STORIES).join(name).with_extension("mjs"));
        command.env("CHRONICLE_URL", format!("http://{}", self.served.address)).env("CHRONICLE_SHOTS", shots);
        command.envs(self.token.iter().map(|token| ("CHRONICLE_TOKEN", token)));
        command
    }
}

/// A story that is being told.
pub(crate) struct Telling {
    name: String,
    running: Running,
}

impl Telling {
    /// What it says next; nothing where it is over.
    #[track_caller]
    pub(crate) fn line(&self) -> Option<String> {
        self.running.line()
    }

    /// Answers it.
    pub(crate) fn say(&mut self, line: &str) {
        self.running.say(line);
    }

    /// It ended well.
    #[track_caller]
    pub(crate) fn told(mut self) {
        let status = self.running.end();
        assert!(status.success(), "{}: {}", self.name, self.running.said());
    }
}
