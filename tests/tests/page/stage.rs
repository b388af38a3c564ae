//! A service with documents, and a browser before it.

use std::path::PathBuf;
use std::process::Command;

use tests::Chronicle;
use tests::http::Served;

/// The report of Astana as events.
pub(crate) const ASTANA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/astana-2024.jsonl");
/// Decades of the same organisation.
pub(crate) const HISTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/sco-history.jsonl");
/// Where the stories are.
const STORIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/node/page");
/// Where pictures go, unless something else is said.
const SHOTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/shots");

/// A chronicle that is served.
pub(crate) struct Stage {
    /// The service.
    pub(crate) served: Served,
    /// The chronicle: the command, for what a story needs done meanwhile.
    #[expect(dead_code, reason = "its directory lives as long as it is served")]
    pub(crate) chronicle: Chronicle,
}

impl Stage {
    /// A service with files of documents, ready.
    pub(crate) fn told(files: &[&str]) -> Self {
        let chronicle = Chronicle::embedded();
        for file in files {
            chronicle.run(["publish", file, "--quiet"]).good();
        }
        Self { served: Served::start(&chronicle), chronicle }
    }

    /// Tells a story to a browser; what it says where it fails is shown.
    #[track_caller]
    pub(crate) fn story(&self, name: &str) {
        let script = PathBuf::from(STORIES).join(name).with_extension("mjs");
        let shots = std::env::var_os("CHRONICLE_SHOTS").unwrap_or_else(|| SHOTS.into());
        let told = Command::new("node")
            .arg(&script)
            .env("CHRONICLE_URL", format!("http://{}", self.served.address))
            .env("CHRONICLE_SHOTS", shots)
            .output()
            .expect("Node.js runs; ./deploy/setup --tests says how to get it");
        let said = [told.stdout, told.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
        assert!(told.status.success(), "{name}: {said}");
    }
}
