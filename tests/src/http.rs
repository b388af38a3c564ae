//! `chronicle serve` at an address that is kept, and one request over a socket: as little of HTTP as that takes.

use std::io::{Read, Result, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};

use serde_json::Value;

use crate::command::{Chronicle, Running};
use crate::server::free_ports;
use crate::wait::{PATIENCE, wait};

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The status line and the headers.
    pub head: String,
    /// The body.
    pub body: String,
}

impl Answer {
    /// A header, where it is there.
    pub fn header(&self, name: &str) -> Option<&str> {
        let headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.filter(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }

    /// The body as JSON; `null` where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// Sends a request on a connection of its own. A body is sent as one structured event.
pub fn send(service: SocketAddr, method: &str, address: &str, body: &str) -> Result<Answer> {
    let mut stream = TcpStream::connect(service)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let about = if body.is_empty() {
        String::new()
    } else {
        format!("Content-Type: application/cloudevents+json\r\nContent-Length: {}\r\n", body.len())
    };
    let head = format!("{method} {address} HTTP/1.1\r\nHost: {service}\r\nConnection: close\r\n{about}\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    let mut said = String::new();
    stream.read_to_string(&mut said)?;
    let (head, body) = said.split_once("\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
}

/// Asks for an address.
///
/// # Panics
///
/// Where nobody answers.
#[track_caller]
pub fn ask(service: SocketAddr, address: &str) -> Answer {
    send(service, "GET", address, "").unwrap_or_else(|error| panic!("{address}: {error}"))
}

/// A service.
pub struct Served {
    /// Where it answers.
    pub address: SocketAddr,
    /// Its process.
    pub running: Running,
}

impl Served {
    /// Of a chronicle; it is ready.
    pub fn start(chronicle: &Chronicle) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_ports()[0]));
        Self { address, running: run(chronicle, address) }
    }

    /// `kill -9`, and another one at the same address; it is ready.
    pub fn kill_and_start_again(&mut self, chronicle: &Chronicle) {
        self.running.kill();
        self.running.end();
        self.running = run(chronicle, self.address);
    }
}

fn run(chronicle: &Chronicle, address: SocketAddr) -> Running {
    let mut running = chronicle.spawn(["serve", "-v", "--listen", &address.to_string()]);
    let ready = || match running.ended() {
        Some((status, said)) => panic!("it ended: {status}\n{said}"),
        None => send(address, "GET", "/readyz", "").map_err(|error| error.to_string()),
    };
    let ready = wait("the service to be ready", ready, |answer| answer.as_ref().is_ok_and(|it| it.status == 200));
    drop(ready);
    running
}
