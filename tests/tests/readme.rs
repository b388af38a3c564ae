//! The README's commands run, and print what it says.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tests::console::{compare, steps};
use tests::program;

/// Where the README's service answers; in the test it is at a port that is free.
const ADDRESS: &str = "127.0.0.1:8080";

/// A service of the README, ended in order when it is dropped.
struct Service {
    process: Child,
    address: String,
}

impl Service {
    /// Starts it, and waits until it says where it answers.
    fn start(mut command: Command) -> Self {
        let mut process = command.stderr(Stdio::piped()).spawn().expect("bash runs");
        let said = BufReader::new(process.stderr.take().expect("it is piped")).lines();
        let mut said = said.map(|line| line.expect("UTF-8"));
        let address = said.find_map(|line| line.strip_prefix("answering at http://").map(ToOwned::to_owned));
        // What it says later is of no account, but must not stop it.
        std::thread::spawn(move || said.for_each(drop));
        Self { process, address: address.expect("it says where it answers") }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let id = i32::try_from(self.process.id()).expect("a process id");
        // It may have ended already.
        let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
        let _ = self.process.wait();
    }
}

#[test]
fn every_command_of_the_readme_prints_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the project");
    let file = root.join("README.md");
    let readme = std::fs::read_to_string(&file).expect("the README");
    let home = tempfile::tempdir().expect("a folder");
    // Everything is new but for the toolchain.
    let toolchain = |variable: &str, folder: &str| {
        let own = || Path::new(&std::env::var_os("HOME").expect("a home")).join(folder);
        std::env::var_os(variable).map_or_else(own, PathBuf::from)
    };
    let (cargo, rustup) = (toolchain("CARGO_HOME", ".cargo"), toolchain("RUSTUP_HOME", ".rustup"));
    program();
    let (mut printed, mut exported, mut service) = (Vec::new(), String::new(), None::<Service>);
    for step in steps(&readme) {
        if step.command.starts_with("export ") {
            exported = format!("{exported}{}\n", step.command);
            continue;
        }
        let address = service.as_ref().map_or(ADDRESS, |service| &service.address);
        let (line, beside) = match step.command.strip_suffix(" &") {
            Some(line) => (format!("exec {line}"), true),
            None => (step.command.replace(ADDRESS, address), false),
        };
        let mut command = Command::new("bash");
        command.args(["-c", &format!("{exported}{line}")]).current_dir(root).env("NO_COLOR", "1");
        command.env("HOME", home.path()).env("CARGO_HOME", &cargo).env("RUSTUP_HOME", &rustup);
        command.env_remove("XDG_DATA_HOME").stdin(Stdio::null()).stderr(Stdio::inherit());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CHRONICLE_")) {
            command.env_remove(name);
        }
        if beside {
            command.env("CHRONICLE_LISTEN", "127.0.0.1:0");
            service = Some(Service::start(command));
            continue;
        }
        let output = command.output().expect("bash runs");
        assert!(output.status.success(), "`{}` fails: {}", step.command, output.status);
        let output = String::from_utf8(output.stdout).expect("UTF-8");
        let output = output.replace(home.path().to_str().expect("a path"), "~");
        printed.push((step, output));
    }
    assert!(printed.len() > 3, "the README has commands");
    compare(&file, &printed, &[]);
}
