//! A service manager hears how the service does.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tests::{Chronicle, PATIENCE, Running};

use crate::answering;

/// How long the manager of the test waits for a sign of life: the service gives three within it.
const WATCHDOG: Duration = Duration::from_millis(600);

/// The next thing that is said.
fn heard(socket: &UnixDatagram) -> String {
    let mut said = [0; 1024];
    let length = socket.recv(&mut said).expect("the manager is told something in time");
    String::from_utf8_lossy(&said[..length]).trim_end().to_owned()
}

#[test]
fn a_service_manager_hears_that_the_service_is_ready_lives_and_ends() {
    let chronicle = Chronicle::embedded();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).expect("a socket");
    socket.set_read_timeout(Some(PATIENCE)).expect("a time limit");
    let mut command = chronicle.command(["serve"]);
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", WATCHDOG.as_micros().to_string());
    let mut serve = Running::new(command.stdin(std::process::Stdio::piped()).spawn().expect("the command runs"));

    assert_eq!(heard(&socket), "READY=1\nSTATUS=ready");
    // It listens before it says so.
    let address = answering(&serve);
    assert_eq!(chronicle.run(["--gateway", &address, "ready"]).good(), "ready at position 0 of 0\n");
    for _ in 0..3 {
        assert_eq!(heard(&socket), "WATCHDOG=1");
    }

    let id = Pid::from_raw(i32::try_from(serve.id()).expect("a process id"));
    kill(id, Signal::SIGTERM).expect("it runs");
    let mut last = heard(&socket);
    while last == "WATCHDOG=1" {
        last = heard(&socket);
    }
    assert_eq!(last, "STOPPING=1");
    assert!(serve.end().success(), "told to end, it ends in order: {}", serve.said());
    let gone = chronicle.run(["--gateway", &address, "ready"]);
    assert_eq!(gone.code, Some(6), "nobody answers any more: {}", gone.err);
}
