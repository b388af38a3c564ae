//! Clients of others: they publish events over HTTP as their CloudEvents libraries write them, and read them from the
//! server with their own NATS libraries.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use summit::Kind;
use tests::{Chronicle, NatsServer, Running};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/golden/events");

/// A folder of this package.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Lets a client publish and read, and looks at what came of it.
fn publishes_and_reads_every_kind(client: &mut Command) {
    let server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    drop(listener);
    let mut serve = chronicle.spawn(["serve", "--listen", &address]);
    tests::wait("HTTP to be served", || std::net::TcpStream::connect(&address).is_ok(), |served| *served);

    let mut admission: Value =
        serde_json::from_slice(&std::fs::read(format!("{GOLDEN}/admission.v1.json")).expect("the golden admission"))
            .expect("JSON");
    admission["id"] = json!("5f0c1e5a-6a55-4c0e-9d3b-6b7c5a3d9e21");
    admission["data"]["party"] = json!("TUR");
    let file = chronicle.data().with_file_name("admission.json");
    std::fs::write(&file, admission.to_string()).expect("written");

    client.args([&address, &server.url(), GOLDEN]).arg(&file);
    client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut client = Running::new(client.spawn().expect("the client runs"));
    let told = client.line();
    client.end();
    let (status, said) = client.ended().expect("it has ended");
    let both_modes = Kind::ALL.len() * 2;
    assert!(status.success(), "{told:?}\n{said}");
    assert_eq!(told, Some(json!({ "same": both_modes }).to_string().replace(':', ": ")), "{said}");
    assert!(serve.interrupt().success());

    let lines = |arguments: &[&str]| chronicle.run(arguments).good().lines().count();
    assert_eq!(lines(&["events", "--json"]), both_modes + 1);
    assert_eq!(lines(&["events", "--quarantined", "--json"]), 0);
}

#[test]
fn python_publishes_every_kind_in_either_mode_and_reads_it_back() {
    let packages = folder("../.python-packages");
    assert!(packages.join("cloudevents").is_dir(), "cloudevents is missing\nhint: ./deploy/setup --tests");
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", packages).arg(folder("python/publish_events.py"));
    publishes_and_reads_every_kind(&mut python);
}

#[test]
fn node_publishes_every_kind_in_either_mode_and_reads_it_back() {
    let packages = folder("node/node_modules");
    assert!(packages.join("cloudevents").is_dir(), "cloudevents is missing\nhint: ./deploy/setup --tests");
    let mut node = Command::new("node");
    node.arg(folder("node/publish_events.mjs"));
    publishes_and_reads_every_kind(&mut node);
}
