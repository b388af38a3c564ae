//! The guide for operators: every command of it that one machine allows runs, in its order, and prints what it says.
//!
//! What the guide installs goes below a folder of the test, the units are run by a stand-in for systemctl, and the service's
//! user is whoever runs the test: there is no systemd here, and no root is wanted.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use regex::Regex;
use tempfile::TempDir;
use tests::console::{compare, steps};
use tests::{free_ports, program};

use crate::{deploy, project};

/// What the guide names stands below the test's folder.
const PLACES: &str =
    "/usr/local/s?bin/|/var/lib/chronicle|/var/backups/chronicle|/etc/chronicle/|/var/lib/nats|/etc/nats|/tmp/";
/// Where the guide's service answers; in the test it is at a port that is free.
const ADDRESS: &str = "127.0.0.1:8080";
/// What differs from run to run in the guide alone.
const MASK: [(&str, &str); 5] = [
    (r"\d+(\.\d+)? ([KMG]iB|B)\b", "<size>"),
    (r"store\.aside-\w+", "store.aside-<instant>"),
    // A service takes in what was published a moment ago within another.
    (r"at position \d+ of \d+", "at <position> of <tail>"),
    // Of tokens.
    (r"\b[0-9a-f]{8}\b", "<id>"),
    // How much fits into a log that is full.
    (r"\b\d{3}\b", "<number>"),
];
/// What one machine does not allow, and a test therefore not run.
const NOT_RUN: [&str; 3] =
    ["journalctl --unit chronicle-serve --since -1h", "git pull", "journalctl --vacuum-size=200M"];

/// A machine in a folder; whatever was started there ends with it.
struct Machine {
    root: TempDir,
    address: String,
    /// The ports of three nodes: for clients, for each other, for who looks at them.
    nodes: [[u16; 3]; 3],
    /// What was exported so far.
    exported: String,
}

impl Machine {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let [first, second, third, fourth, fifth] = [(); 5].map(|()| free_ports());
        let nodes =
            [[first[0], first[1], second[0]], [second[1], third[0], third[1]], [fourth[0], fourth[1], fifth[0]]];
        let address = format!("127.0.0.1:{}", fifth[1]);
        let machine = Self { root, address, nodes, exported: String::new() };
        for folder in ["bin", "tmp", "root", "etc/chronicle"] {
            fs::create_dir_all(machine.root.path().join(folder)).expect("a folder");
        }
        let systemctl = format!("#!/bin/sh\nexec python3 '{}/tests/python/systemctl.py' \"$@\"\n", project().display());
        machine.put("bin/systemctl", &systemctl);
        // `runuser --user chronicle -- COMMAND`, as whoever runs the test.
        machine.put("bin/runuser", "#!/bin/sh\nshift 3\nexec \"$@\"\n");
        machine
    }

    fn put(&self, name: &str, script: &str) {
        let path = self.root.path().join(name);
        fs::write(&path, script).expect("written");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("executable");
    }

    /// A text of the guide as it is meant here.
    fn here(&self, text: &str) -> String {
        let root = self.root.path().to_str().expect("a path");
        let places = Regex::new(PLACES).expect("a pattern");
        let text = places.replace_all(text, format!("{root}$0")).replace(ADDRESS, &self.address);
        // The three machines of a cluster are three ports of this one.
        self.nodes.iter().enumerate().fold(text, |text, (index, [clients, routes, monitor])| {
            let number = index + 1;
            let text =
                text.replace(&format!("=10.0.0.{number} "), &format!("=127.0.0.1:{clients}:{routes}:{monitor} "));
            text.replace(&format!("10.0.0.{number}:4222"), &format!("127.0.0.1:{clients}"))
        })
    }

    /// What was said here, as the guide has it.
    fn there(&self, text: &str) -> String {
        let root = self.root.path().to_str().expect("a path");
        text.replace(root, "").replace(&self.address, ADDRESS).replace(project().to_str().expect("a path"), "…")
    }

    fn run(&mut self, line: &str) -> String {
        if line.starts_with("export ") {
            self.exported.extend([line, "\n"]);
            return String::new();
        }
        let root = self.root.path();
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{0}/bin:{0}/usr/local/sbin:{0}/usr/local/bin:{path}", root.display());
        let mut command = Command::new("bash");
        // The operator sees both outputs.
        command
            .args(["-c", &self.here(&format!("exec 2>&1\n{}{line}", self.exported))])
            .current_dir(project())
            .stdin(Stdio::null());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CHRONICLE_")) {
            command.env_remove(name);
        }
        command.env("PATH", path).env("DESTDIR", root).env("STAND_IN_ROOT", root).env("HOME", root);
        command.env("CHRONICLE_PROGRAM", program()).env("NO_COLOR", "1").env("TERM", "dumb");
        let output = command.output().expect("bash runs");
        let said = self.there(&String::from_utf8_lossy(&output.stdout));
        assert!(output.status.success(), "`{line}` fails: {}\n{said}{}", output.status, self.journal());
        self.mend();
        said
    }

    /// Has what was installed find what it names.
    fn mend(&self) {
        let script = self.root.path().join("usr/local/sbin/as-chronicle");
        let environment = self.root.path().join("etc/chronicle/chronicle.env");
        let listen = format!("CHRONICLE_LISTEN={}\n", self.address);
        if let Ok(text) = fs::read_to_string(&environment)
            && !text.contains(&listen)
        {
            fs::write(&environment, text + &listen).expect("written");
        }
        if let Ok(text) = fs::read_to_string(&script)
            && !text.contains(self.root.path().to_str().expect("a path"))
        {
            self.put("usr/local/sbin/as-chronicle", &self.here(&text));
        }
    }

    /// What the services said.
    fn journal(&self) -> String {
        let logs = fs::read_dir(self.root.path().join("run")).into_iter().flatten().flatten();
        let logs = logs.filter(|file| file.path().extension().is_some_and(|extension| extension == "log"));
        logs.map(|log| fs::read_to_string(log.path()).unwrap_or_default()).collect()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let mut python = Command::new("python3");
        python.arg(project().join("tests/python/systemctl.py")).args(["stop", "--all"]);
        // Nothing may run there.
        let _ = python.env("STAND_IN_ROOT", self.root.path()).status();
    }
}

/// What the guide has typed where one machine does not suffice.
fn not_run(guide: &str) -> Vec<&str> {
    let (mut inside, mut found) = (false, Vec::new());
    for line in guide.lines() {
        if line.starts_with("```") {
            inside = line == "```sh";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            found.push(command);
        }
    }
    found
}

#[test]
fn every_command_of_the_guide_prints_what_it_says() {
    let file = deploy("operations.md");
    let guide = fs::read_to_string(&file).expect("the guide");
    assert_eq!(not_run(&guide), NOT_RUN, "what is not run is listed");
    let mut machine = Machine::new();
    let mut printed = Vec::new();
    for step in steps(&guide) {
        let said = machine.run(&step.command);
        printed.push((step, said));
    }
    assert!(printed.len() > 40, "the guide has commands");
    compare(&file, &printed, &MASK);
}

#[test]
fn every_link_of_the_documents_leads_somewhere() {
    for document in [deploy("operations.md"), deploy("README.md"), project().join("README.md")] {
        let text = fs::read_to_string(&document).expect("the document");
        let folder = document.parent().expect("a folder");
        let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
        for link in links.filter(|link| !link.contains("://")) {
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { document.clone() } else { folder.join(path) };
            assert!(target.exists(), "{}: {link} leads nowhere", document.display());
            assert!(heading.is_empty() || headings(&target).contains(&heading.to_owned()), "{link} leads nowhere");
        }
    }
}

/// By what the headings of a document are linked.
fn headings(document: &Path) -> Vec<String> {
    let text = fs::read_to_string(document).expect("the document");
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let plain = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-');
    let link =
        |line: &str| line.trim_start_matches('#').trim().to_lowercase().chars().filter(plain).collect::<String>();
    headings.map(|line| link(line).replace(' ', "-")).collect()
}
