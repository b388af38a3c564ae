//! A service at a port that is kept, over a server of its own.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};

use serde_json::{Value, json};
use tests::{Chronicle, NatsServer, Running, free_ports, wait};

/// A service.
pub(crate) struct Stage {
    pub(crate) server: NatsServer,
    pub(crate) chronicle: Chronicle,
    pub(crate) address: SocketAddr,
    running: Running,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let server = NatsServer::start();
        let chronicle = Chronicle::on(&server.url());
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_ports()[0]));
        let running = serve(&chronicle, address);
        Self { server, chronicle, address, running }
    }

    /// `kill -9`, and another one at the same port.
    pub(crate) fn kill_and_serve_again(&mut self) {
        self.running.kill();
        self.running.end();
        self.running = serve(&self.chronicle, self.address);
    }

    /// How many bytes of memory the service has.
    pub(crate) fn memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.running.id())).expect("it runs");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("its memory");
        let kilobytes = line.split_whitespace().nth(1).and_then(|number| number.parse::<usize>().ok());
        kilobytes.expect("a number") * 1024
    }

    /// A number that the service tells of itself.
    pub(crate) fn metric(&self, name: &str) -> String {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        let request = format!("GET /metrics HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address);
        let mut answer = String::new();
        stream.write_all(request.as_bytes()).and_then(|()| stream.read_to_string(&mut answer)).expect("an answer");
        let line = answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {name}: {answer}")).to_owned()
    }

    /// Publishes documents; they are stored when this returns.
    pub(crate) fn publish(&self, documents: &[Value]) {
        let lines: Vec<String> = documents.iter().map(Value::to_string).collect();
        self.chronicle.feed(["publish", "-"], lines.join("\n").as_bytes()).good();
    }
}

fn serve(chronicle: &Chronicle, address: SocketAddr) -> Running {
    let mut running = chronicle.spawn(["serve", "--listen", &address.to_string()]);
    let answers = || match running.ended() {
        Some((status, said)) => panic!("it ended: {status}\n{said}"),
        None => TcpStream::connect(address).map(drop).map_err(|error| error.to_string()),
    };
    let listens = wait("the service to listen", answers, Result::is_ok);
    drop(listens);
    running
}

/// The event with a number: parties are admitted to an organisation in turn.
pub(crate) fn admission(number: usize, organisation: &str, note: &str) -> Value {
    json!({
        "specversion": "1.0", "id": format!("00000000-0000-4000-8000-{number:012}"), "source": "/desks/test",
        "type": "chronicle.admission.v1", "recordedtime": "2026-01-01T00:00:00Z",
        "data": {
            "occurred": "2020-01-01", "organisation": organisation, "party": format!("party-{}", number % 50),
            "attribution": [{"name": "a desk"}], "note": note,
        },
    })
}
