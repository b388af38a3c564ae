//! The units of systemd: well-formed, of little exposure, and not so narrow that the service cannot work.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tests::{Chronicle, Running, wait};

use crate::{answering, deploy, judged, refused, said};

/// What is judged: every unit, a template by one of its instances.
const UNITS: [&str; 5] = [
    "chronicle-serve.service",
    "chronicle-project@1.service",
    "chronicle-nats@n1.service",
    "chronicle-archive.service",
    "chronicle-archive.timer",
];
/// At most so exposed, in tenths: 0 is nothing, 100 a unit that says nothing of it.
const EXPOSURE_MAX: u32 = 20;
/// What units name of the system's own.
const TARGETS: [&str; 10] = [
    "sysinit.target",
    "basic.target",
    "shutdown.target",
    "multi-user.target",
    "network-online.target",
    "network.target",
    "timers.target",
    "time-set.target",
    "time-sync.target",
    "umount.target",
];

/// Whether systemd's own judge is here; `tests/run` says so last where it is not.
fn is_here() -> bool {
    Command::new("systemd-analyze").arg("--version").stdout(Stdio::null()).status().is_ok()
}

/// A system in a folder: the units, and whatever programs and targets they name.
fn system() -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a folder");
    let units = root.path().join("etc/systemd/system");
    fs::create_dir_all(&units).expect("a folder");
    copy(&deploy("systemd"), &units);
    for target in TARGETS {
        fs::write(units.join(target), "[Unit]\nDescription=of the system\n").expect("written");
    }
    for unit in files() {
        for line in fs::read_to_string(unit.path()).expect("a unit").lines().filter(|line| line.starts_with("Exec")) {
            let program = line.split_once('=').expect("a value").1.trim_start_matches('-');
            let program = root.path().join(program.split(' ').next().expect("a program").trim_start_matches('/'));
            fs::create_dir_all(program.parent().expect("a folder")).expect("a folder");
            fs::write(&program, "#!/bin/sh\n").expect("written");
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("executable");
        }
    }
    root
}

/// The files of all units.
fn files() -> impl Iterator<Item = fs::DirEntry> {
    let files = fs::read_dir(deploy("systemd")).expect("the units").flatten();
    let named = |file: &fs::DirEntry| file.file_name().to_string_lossy().starts_with("chronicle-");
    files.filter(move |file| file.path().is_file() && named(file))
}

fn copy(from: &Path, to: &Path) {
    for file in fs::read_dir(from).expect("the units").flatten() {
        let to = to.join(file.file_name());
        if file.path().is_dir() {
            fs::create_dir_all(&to).expect("a folder");
            copy(&file.path(), &to);
        } else {
            fs::copy(file.path(), to).expect("copied");
        }
    }
}

fn analyze(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("systemd-analyze");
    command.arg(format!("--root={}", root.display())).args(arguments);
    command
}

#[test]
fn every_unit_is_well_formed_and_of_little_exposure() {
    if !is_here() {
        return;
    }
    let root = system();
    for unit in UNITS {
        let (output, told) = said(&mut analyze(root.path(), &["verify", unit]));
        assert!(output.status.success() && told.is_empty(), "{unit}: {told}");
        if unit.ends_with(".service") {
            let threshold = format!("--threshold={EXPOSURE_MAX}");
            judged(&mut analyze(root.path(), &["--offline=true", &threshold, "security", unit]));
        }
    }
    let files: BTreeSet<_> = files().map(|file| file.file_name().to_string_lossy().into_owned()).collect();
    let judged: BTreeSet<_> = UNITS.iter().map(|unit| unit.replace("@n1", "@").replace("@1", "@")).collect();
    assert_eq!(files, judged, "every unit is judged");

    // The judges do judge.
    let unit = root.path().join("etc/systemd/system/chronicle-serve.service");
    let text = fs::read_to_string(&unit).expect("the unit");
    fs::write(&unit, text.replace("WatchdogSec", "WatchdogSeconds")).expect("written");
    let (_, told) = said(&mut analyze(root.path(), &["verify", "chronicle-serve.service"]));
    assert!(told.contains("WatchdogSeconds"), "{told}");
    fs::remove_dir_all(root.path().join("etc/systemd/system/chronicle-.service.d")).expect("removed");
    let threshold = format!("--threshold={EXPOSURE_MAX}");
    refused(
        &mut analyze(root.path(), &["--offline=true", &threshold, "security", "chronicle-serve.service"]),
        "exposure level",
    );
}

/// The calls of a set, and of the sets within it.
fn calls(set: &str, found: &mut BTreeSet<String>) {
    let (_, told) = said(Command::new("systemd-analyze").args(["syscall-filter", set]));
    for name in told.lines().filter(|line| line.starts_with(' ')).map(str::trim).filter(|name| !name.starts_with('#')) {
        if name.starts_with('@') {
            calls(name, found);
        } else {
            found.insert(name.to_owned());
        }
    }
}

#[test]
fn no_call_that_the_service_or_its_server_makes_is_refused_by_its_unit() {
    if !is_here() {
        return;
    }
    let unit = fs::read_to_string(deploy("systemd/chronicle-.service.d/hardened.conf")).expect("the settings");
    let (mut allowed, mut taken) = (BTreeSet::new(), BTreeSet::new());
    // What every filter lets through.
    calls("@default", &mut allowed);
    for set in unit.lines().filter_map(|line| line.strip_prefix("SystemCallFilter=")) {
        match set.strip_prefix('~') {
            Some(set) => set.split(' ').for_each(|set| calls(set, &mut taken)),
            None => set.split(' ').for_each(|set| calls(set, &mut allowed)),
        }
    }
    assert!(allowed.len() > 200 && taken.len() > 20, "systemd names its sets: {allowed:?}, {taken:?}");

    let chronicle = Chronicle::embedded();
    let folder = tempfile::tempdir().expect("a folder");
    let seen = folder.path().join("calls");
    let plain = chronicle.command(["serve"]);
    let mut traced = Command::new("strace");
    traced.args(["-f", "-qq", "-e", "signal=none", "-o"]).arg(&seen).arg(plain.get_program()).args(plain.get_args());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => traced.env(name, value),
            None => traced.env_remove(name),
        };
    }
    traced.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut serve = Running::new(traced.spawn().expect("strace runs; hint: ./deploy/setup --tests"));
    let address = answering(&serve);
    let event = ["record", "admission", "--organisation", "sco", "--party", "KAZ", "--occurred", "2001"];
    chronicle.run(event.iter().chain(&["--attribution", "test", "--source", "/desks/test"])).good();
    let ready = || chronicle.run(["--gateway", &address, "ready"]);
    wait("the service to take it in", ready, |ready| ready.out == "ready at position 1 of 1\n");
    chronicle.run(["--gateway", &address, "members", "sco"]).good();
    // Its own process: strace hands on nothing.
    let children = format!("/proc/{0}/task/{0}/children", serve.id());
    let child = fs::read_to_string(children).expect("the processes of strace");
    let child = child.split(' ').next().and_then(|child| child.trim().parse().ok()).expect("the service");
    kill(Pid::from_raw(child), Signal::SIGTERM).expect("it runs");
    assert!(serve.end().success(), "{}", serve.said());

    let seen = fs::read_to_string(seen).expect("what was called");
    let made: BTreeSet<&str> = seen.lines().filter_map(call).collect();
    assert!(made.contains("execve") && made.contains("fsync"), "its server was seen, too: {made:?}");
    let refused: Vec<_> = made.iter().filter(|&&call| !allowed.contains(call) || taken.contains(call)).collect();
    assert!(refused.is_empty(), "the unit refuses {refused:?}");
}

/// The call in a line of strace: `1234  openat(…`. What goes on in another line has begun in one.
fn call(line: &str) -> Option<&str> {
    let (call, _) = line.split_once(' ')?.1.trim_start().split_once('(')?;
    call.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_').then_some(call)
}
