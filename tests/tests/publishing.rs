//! Publishing over HTTP into a real server that fails.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};
use tests::{Chronicle, NatsServer, Running, free_ports, wait};

/// How long an answer may take: longer than the service waits for its log.
const ANSWER: Duration = Duration::from_secs(40);

/// A service that is running, over a server.
struct Service {
    address: SocketAddr,
    chronicle: Chronicle,
    running: Running,
}

impl Service {
    fn over(server: &NatsServer) -> Self {
        let chronicle = Chronicle::on(&server.url());
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_ports()[0]));
        let running = chronicle.spawn(["serve", "--listen", &address.to_string()]);
        wait("HTTP to be served", || TcpStream::connect(address).is_ok(), |served| *served);
        Self { address, chronicle, running }
    }

    /// The status and the body of what is answered.
    fn asked(&self, head: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_read_timeout(Some(ANSWER)).expect("a time limit");
        let request = format!("{head}\r\nHost: {}\r\nConnection: close\r\n\r\n{body}", self.address);
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer}"));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.unwrap_or_else(|| panic!("{head}")), serde_json::from_str(body).unwrap_or_default())
    }

    fn publish(&self, event: &Value) -> (u16, Value) {
        let (body, kind) = (event.to_string(), "application/cloudevents+json");
        let head = format!("POST /v1/events HTTP/1.1\r\nContent-Type: {kind}\r\nContent-Length: {}", body.len());
        self.asked(&head, &body)
    }

    /// The members, once this position is there.
    fn members(&self, position: &Value) -> (u16, Value) {
        self.asked(&format!("GET /v1/organisations/sco/members?min_position={position} HTTP/1.1"), "")
    }
}

/// Event number `n`, with a note of so many bytes.
fn admission(n: usize, note: usize) -> Value {
    json!({
        "specversion": "1.0", "id": format!("00000000-0000-4000-8000-{n:012x}"), "source": "/desks/astana",
        "type": "chronicle.admission.v1", "data": {
            "occurred": "2024-07-04", "attribution": [{"name": "desk"}], "organisation": "sco", "party": "BLR",
            "note": "x".repeat(note.max(1)),
        },
    })
}

#[test]
fn a_server_that_goes_away_is_told_and_the_same_event_is_stored_once_when_it_is_back() {
    let mut server = NatsServer::start();
    let mut service = Service::over(&server);
    let (status, first) = service.publish(&admission(1, 0));
    assert_eq!((status, service.members(&first["position"]).0), (201, 200));
    server.kill();
    let (status, told) = service.publish(&admission(2, 0));
    let known = [(503, "unreachable"), (504, "outcome-unknown")];
    assert!(known.contains(&(status, told["code"].as_str().unwrap_or_default())), "{status} {told}");
    // By now nothing was heard of it for a while: nothing is sent.
    let (status, told) = service.publish(&admission(3, 0));
    assert_eq!((status, &told["code"]), (503, &json!("unreachable")), "{told}");
    assert_eq!(service.members(&first["position"]).0, 200, "it is read all the while");
    server.run();
    for n in [2, 3, 2, 3] {
        wait("it to be stored", || service.publish(&admission(n, 0)), |(status, _)| [200, 201].contains(status));
    }
    let stored = service.chronicle.run(["events", "--json"]).good();
    assert_eq!(stored.lines().count(), 3, "{stored}");
    assert!(service.running.interrupt().success());
}

#[test]
fn a_server_that_is_full_is_told_and_what_stands_there_is_read() {
    let server = NatsServer::start_small(2_000_000);
    let service = Service::over(&server);
    let mut stored = 0;
    let (status, told) = loop {
        match service.publish(&admission(stored + 1, 60_000)) {
            (201, _) => stored += 1,
            other => break other,
        }
    };
    assert_eq!((status, &told["code"]), (507, &json!("log-full")), "{stored}: {told}");
    assert!(stored > 0);
    let (status, members) = service.members(&json!(1));
    assert_eq!((status, &members["parties"][0]["party"]), (200, &json!("BLR")), "{members}");
    let (status, again) = service.publish(&admission(1, 60_000));
    assert_eq!((status, &again["duplicate"]), (200, &json!(true)), "{again}");
}
