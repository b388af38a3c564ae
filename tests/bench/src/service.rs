//! Services as processes: ours, and plain axum.

use std::net::SocketAddr;
use std::process::{Command, Stdio};

use tests::http::send;
use tests::{Chronicle, Running, free_ports, wait};

/// A service that runs.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    running: Running,
    /// Its data directory, where it has one.
    _chronicle: Option<Chronicle>,
}

impl Service {
    /// `chronicle serve` on a server; it is ready.
    pub(crate) fn chronicle(url: &str) -> Self {
        let chronicle = Chronicle::on(url);
        let address = SocketAddr::from(([127, 0, 0, 1], free_ports()[0]));
        let mut running = chronicle.spawn(["serve", "--listen", &address.to_string()]);
        let ready = || match running.ended() {
            Some((status, said)) => panic!("it ended: {status}\n{said}"),
            None => send(address, "GET", "/readyz", "").map_err(|error| error.to_string()),
        };
        wait("the service to be ready", ready, |answer| answer.as_ref().is_ok_and(|it| it.status == 200))
            .expect("ready");
        Self { address, running, _chronicle: Some(chronicle) }
    }

    /// Plain axum.
    pub(crate) fn axum_alone() -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut command = Command::new(program);
        command.arg("--axum").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let running = Running::new(command.spawn().expect("this program runs once more"));
        let address = running.line().expect("it says where it is");
        Self { address: address.parse().expect("an address"), running, _chronicle: None }
    }

    /// Its process.
    pub(crate) fn process(&self) -> i32 {
        i32::try_from(self.running.id()).expect("a process id")
    }
}
