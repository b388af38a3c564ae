//! The running program against those who mean it ill: who gets in, what others on the machine see, what it tells.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use tests::{Chronicle, PATIENCE, Running, wait};

/// A service that runs, and where.
fn serve(chronicle: &Chronicle, more: &[&str]) -> (Running, SocketAddr) {
    let arguments = ["serve", "-vv", "--listen", "127.0.0.1:0"];
    let mut serving = chronicle.spawn(arguments.iter().chain(more));
    let address = |said: &String| {
        let rest = said.split_once("answering at http://")?.1;
        rest.split_once('\n')?.0.parse::<SocketAddr>().ok()
    };
    let look = || if let Some((status, said)) = serving.ended() { panic!("{status}: {said}") } else { serving.said() };
    let said = wait("the address", look, |said| address(said).is_some());
    let address = address(&said).expect("it was there");
    (serving, address)
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time");
    stream
}

/// Asks, and gives all that is answered.
fn ask(address: SocketAddr, what: &str, headers: &[(&str, &str)]) -> String {
    let headers: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let headers = headers.concat();
    let request = format!("GET {what} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}");
    let mut stream = connect(address);
    stream.write_all(format!("{request}\r\n").as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

fn status(answer: &str) -> u16 {
    answer.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("no answer: {answer:?}"))
}

/// A new token, and its id.
fn token(chronicle: &Chronicle, role: &str) -> (String, String) {
    let all: &[&str] = if role == "publisher" { &["--organisations", "sco"] } else { &[] };
    let made = chronicle.run(["token", "create", "--json", "--role", role].iter().chain(all)).json();
    let text = |name: &str| made[name].as_str().expect("a text").to_owned();
    (text("token"), text("id"))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode() & 0o777
}

const MEMBERS: &str = "/v1/organisations";

#[test]
fn a_public_address_needs_tokens_and_tls() {
    let chronicle = Chronicle::embedded();
    let refused = chronicle.run(["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(refused.err.contains("no tokens") && refused.err.contains("hint:"), "{}", refused.err);
    token(&chronicle, "operator");
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let refused = chronicle.run(["serve", "--listen", address]);
        assert_eq!(refused.code, Some(2), "{}", refused.err);
        assert!(refused.err.contains("no TLS") && refused.err.contains("--tls-cert"), "{}", refused.err);
    }
    let refused = chronicle.run(["serve", "--tls-cert", "none.pem"]);
    assert_eq!(refused.code, Some(2), "a certificate without its key: {}", refused.err);
    assert!(!chronicle.data().join("nats").exists(), "nothing was begun");
}

#[test]
fn tokens_count_at_once_and_end_at_once() {
    let chronicle = Chronicle::embedded();
    let (mut serving, address) = serve(&chronicle, &[]);
    assert_eq!(status(&ask(address, MEMBERS, &[])), 200, "without tokens everybody here may do everything");
    let (secret, id) = token(&chronicle, "reader");
    let bearer = format!("Bearer {secret}");
    let asked = |headers: &[(&str, &str)]| status(&ask(address, MEMBERS, headers));
    wait("a token to be needed", || asked(&[]), |status| *status == 401);
    assert_eq!(asked(&[("authorization", &bearer)]), 200);
    assert_eq!(status(&ask(address, "/metrics", &[("authorization", &bearer)])), 403);

    // A stream that is read with it ends with it.
    let mut stream = connect(address);
    let opened = format!("GET /v1/changes HTTP/1.1\r\nhost: localhost\r\nauthorization: {bearer}\r\n\r\n");
    stream.write_all(opened.as_bytes()).expect("it reads");
    let mut head = [0; 12];
    stream.read_exact(&mut head).expect("a head");
    assert_eq!(&head, b"HTTP/1.1 200");
    chronicle.run(["token", "revoke", &id]).good();
    wait("the token to be refused", || asked(&[("authorization", &bearer)]), |status| *status == 401);
    let mut rest = String::new();
    // The connection itself stays open for other questions, until nobody has asked for a while.
    stream.read_to_string(&mut rest).expect("it ends");
    assert!(rest.ends_with("\r\n0\r\n\r\n"), "{rest:?}");

    // What is broken changes nothing, and is told.
    let (other, _) = token(&chronicle, "reader");
    let other = format!("Bearer {other}");
    wait("the next token", || asked(&[("authorization", &other)]), |status| *status == 200);
    let file = chronicle.data().join("tokens.json");
    fs::write(&file, "{ broken").expect("written");
    wait(
        "the log",
        || {
            asked(&[]);
            serving.said()
        },
        |said| said.contains("the tokens of before count"),
    );
    assert_eq!((asked(&[]), asked(&[("authorization", &other)])), (401, 200));
    assert!(serving.interrupt().success());
}

#[test]
fn no_secret_is_told_anywhere() {
    let chronicle = Chronicle::embedded();
    let (operator, _) = token(&chronicle, "operator");
    let (reader, _) = token(&chronicle, "reader");
    let (mut serving, address) = serve(&chronicle, &[]);
    let planted = "plantedsecretplantedsecret";
    let mut told = String::new();
    for secret in [&operator, &reader, planted] {
        let bearer = format!("Bearer {secret}");
        for what in [MEMBERS, "/metrics", "/nowhere", "/v1/events?limit=0", "/v1/parties/India"] {
            told += &ask(address, what, &[("authorization", &bearer)]);
            told += &ask(address, what, &[("authorization", secret), ("cookie", &bearer)]);
        }
    }
    // Where it does not belong, it is not written down.
    for what in [format!("{MEMBERS}?access_token={planted}"), format!("/{planted}")] {
        ask(address, &what, &[]);
    }
    let line = fs::read_to_string(format!("/proc/{}/cmdline", serving.id())).expect("a process");
    let environment = fs::read_to_string(format!("/proc/{}/environ", serving.id())).expect("a process");
    let listed = chronicle.run(["token", "list"]).good() + &chronicle.run(["token", "list", "--json"]).good();
    assert!(serving.interrupt().success());
    let (_, said) = serving.ended().expect("it has ended");
    assert!(said.contains("answered"), "it tells what it does: {said}");
    let mut everything = BTreeMap::from([
        ("answers".to_owned(), told),
        ("log".to_owned(), said),
        ("command line".to_owned(), line),
        ("environment".to_owned(), environment),
        ("list".to_owned(), listed),
    ]);
    let mut folders = vec![chronicle.data()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if let Ok(bytes) = fs::read(&entry) {
                everything.insert(entry.display().to_string(), String::from_utf8_lossy(&bytes).into_owned());
            }
        }
    }
    assert!(everything.len() > 5, "{:?}", everything.keys());
    for secret in [&operator, &reader] {
        let hidden = secret.rsplit('_').next().expect("a secret");
        for (where_, text) in &everything {
            assert!(!text.contains(hidden), "a secret stands in {where_}");
        }
    }
    assert!(
        !everything["log"].contains(planted) && !everything["answers"].contains("planted"),
        "{}",
        everything["log"]
    );
}

#[test]
fn what_is_kept_is_its_owners_and_links_lead_nowhere() {
    let chronicle = Chronicle::embedded();
    fs::create_dir_all(chronicle.data().parent().expect("a folder")).expect("a folder");
    token(&chronicle, "operator");
    let file = chronicle.data().join("tokens.json");
    assert_eq!((mode(&chronicle.data()), mode(&file)), (0o700, 0o600));

    for (exposed, named) in [(0o644, "0644"), (0o604, "0604"), (0o666, "0666")] {
        fs::set_permissions(&file, Permissions::from_mode(exposed)).expect("set");
        let refused = chronicle.run(["serve"]);
        assert_eq!(refused.code, Some(1), "{}", refused.err);
        assert!(refused.err.contains(named) && refused.err.contains("chmod 600"), "{}", refused.err);
        assert_eq!(chronicle.run(["token", "create", "--role", "reader"]).code, Some(1), "nothing is added to it");
    }
    fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("set");

    let victim = chronicle.data().join("victim");
    fs::write(&victim, "untouched").expect("written");
    symlink(&victim, chronicle.data().join("tokens.new")).expect("planted");
    token(&chronicle, "reader");
    assert_eq!(fs::read_to_string(&victim).expect("it is there"), "untouched");

    let (mut serving, _) = serve(&chronicle, &[]);
    for folder in ["nats", "nats/store"] {
        assert_eq!(mode(&chronicle.data().join(folder)), 0o700, "{folder}");
    }
    assert!(serving.interrupt().success());
}

#[test]
fn the_server_below_listens_on_this_machine_only_and_has_no_monitoring_port() {
    let chronicle = Chronicle::embedded();
    let (mut serving, _) = serve(&chronicle, &[]);
    let servers = chronicle.servers();
    assert_eq!(servers.len(), 1, "{servers:?}");
    let mut sockets = BTreeSet::new();
    for entry in fs::read_dir(format!("/proc/{}/fd", servers[0])).expect("its files").filter_map(Result::ok) {
        let target = fs::read_link(entry.path()).unwrap_or_default();
        let target = target.to_string_lossy().into_owned();
        sockets
            .extend(target.strip_prefix("socket:[").and_then(|inode| inode.strip_suffix(']')).map(ToOwned::to_owned));
    }
    let mut listening = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        for line in fs::read_to_string(table).unwrap_or_default().lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            // 0A: it listens.
            if fields.get(3) == Some(&"0A") && fields.get(9).is_some_and(|inode| sockets.contains(*inode)) {
                listening.push(fields[1].to_owned());
            }
        }
    }
    assert_eq!(listening.len(), 1, "one port, for clients: {listening:?}");
    assert!(listening[0].starts_with("0100007F:"), "127.0.0.1: {listening:?}");
    assert!(serving.interrupt().success());
}

#[test]
fn the_service_fetches_nothing() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let asked = [
        "tree",
        "--package",
        "gateway",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p} {f}",
        "--offline",
        "--locked",
    ];
    let tree = Command::new(cargo).args(asked).current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo runs");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).expect("text");
    // A line: name, version, features.
    let found: BTreeMap<&str, &str> = tree.lines().filter_map(|line| line.split_once(' ')).collect();
    assert!(found.contains_key("hyper") && found.len() > 50, "{found:?}");
    for client in
        ["reqwest", "ureq", "isahc", "curl", "surf", "attohttpc", "hyper-rustls", "hyper-tls", "awc", "minreq"]
    {
        assert!(!found.contains_key(client), "{client} fetches");
    }
    // The command line asks a service that its user names: one file can, and no other part of the service uses it.
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/gateway/src")];
    let mut naming = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).expect("a text");
            // Tests of a listener connect to it.
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            if ["hyper::client", "crate::client", "TcpStream::connect", "TcpSocket"]
                .iter()
                .any(|name| text.contains(name))
            {
                naming.insert(path.file_name().expect("a name").to_string_lossy().into_owned());
            }
        }
    }
    assert_eq!(naming, BTreeSet::from(["client.rs".to_owned()]));
}

#[test]
fn a_token_is_printed_once_and_only_where_it_is_asked_for() {
    let chronicle = Chronicle::embedded();
    let made = chronicle.run([
        "token",
        "create",
        "--role",
        "publisher",
        "--organisations",
        "sco,sco-plus",
        "--expires",
        "90d",
    ]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    assert_eq!(made.out.trim().len(), "chronicle_".len() + 8 + 1 + 64, "{}", made.out);
    assert!(!made.err.contains(made.out.trim()));
    for (arguments, told) in [
        ("--role publisher", "--organisations"),
        ("--role reader --organisations sco", "publishes for nobody"),
        ("--role publisher --organisations SCO", "SCO"),
        ("--role king", "reader, publisher or operator"),
        ("--role reader --expires 2001-01-01", "is over"),
    ] {
        let refused = chronicle.run(["token", "create"].into_iter().chain(arguments.split(' ')));
        assert_eq!((refused.code, refused.err.contains(told)), (Some(2), true), "{arguments}: {}", refused.err);
    }
    assert_eq!(chronicle.run(["token", "revoke", "nobody"]).code, Some(1));
    let listed = chronicle.run(["token", "list", "--json"]).json();
    assert_eq!((listed.as_array().map(Vec::len), &listed[0]["role"]), (Some(1), &"publisher".into()));
    // The program itself reads no token from its arguments.
    let help = Command::new(tests::program()).args(["serve", "--help"]).output().expect("it runs");
    assert!(!String::from_utf8_lossy(&help.stdout).contains("--token "));
}
