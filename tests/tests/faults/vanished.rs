//! One who listens and is gone without a word: no farewell of his comes, and nothing that is sent to him is confirmed.

use std::time::{Duration, Instant};

use tests::{PATIENCE, wait};

use crate::apart::Apart;
use crate::long;

/// How long nothing may be confirmed, and what may pass before something is sent: a heartbeat.
const GONE_WITHIN: Duration = Duration::from_secs(60 + 15);
/// Listens from an address of his own, says nothing more, and stays.
const LISTENER: &str = r#"
import signal, socket
stream = socket.create_connection(("127.0.0.1", 8080), source_address=("127.0.0.9", 0))
stream.sendall(b"GET /v1/changes HTTP/1.1\r\nHost: localhost\r\n\r\n")
stream.recv(64)
signal.pause()
"#;
/// Prints how many listen, or what is wrong.
const ASK: &str = r#"
import urllib.request
try:
    lines = urllib.request.urlopen("http://127.0.0.1:8080/metrics").read().decode().splitlines()
    print(next(line.split()[1] for line in lines if line.startswith("chronicle_subscribers ")))
except OSError as error:
    print(error)
"#;

#[test]
fn who_listens_and_is_gone_without_a_word_is_not_waited_for() {
    let mut network = Apart::in_own_network();
    let [listen, ask] = [network.file("listen.py", LISTENER), network.file("ask.py", ASK)];
    let ask = format!("python3 {ask}");
    network.begin("$chronicle serve --listen 127.0.0.1:8080", "served");
    let listen = format!("python3 {listen}");
    wait("the service", || network.run(&ask).good(), |listening| listening == "0\n");
    network.begin(&listen, "first");
    network.begin(&listen, "second");
    wait("two to listen", || network.run(&ask).good(), |listening| listening == "2\n");
    // The system says farewell for who dies.
    network.run("kill -9 $first").good();
    wait("the first to be gone", || network.run(&ask).good(), |listening| listening == "1\n");
    if !long() {
        return;
    }
    // From here on nothing reaches the other, and nobody says so.
    network.run("ip route add blackhole 127.0.0.9/32 table local").good();
    let vanished = Instant::now();
    while network.run(&ask).good() != "0\n" {
        assert!(vanished.elapsed() < GONE_WITHIN + PATIENCE, "he still counts as listening");
        std::thread::park_timeout(Duration::from_millis(500));
    }
    println!("who is gone without a word is found to be so after {} s", vanished.elapsed().as_secs());
}
