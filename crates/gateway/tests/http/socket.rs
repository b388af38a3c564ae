//! The service at a socket: who says nothing, who says too much, TLS, and its end.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chronicle::Chronicle;
use gateway::{Access, Bound, NewToken, Role, Scope, Settings, Tls, TokenFile, guarded, serve};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::support::{Stage, noon};

/// Who is slow is cut off within this time, and a little more for a busy machine.
const CUT_WITHIN: Duration = Duration::from_secs(10);
/// How long a test waits for what comes at once.
const PATIENCE: Duration = Duration::from_secs(30);

struct Served {
    address: SocketAddr,
    end: oneshot::Sender<()>,
    ended: JoinHandle<std::io::Result<()>>,
    stage: Stage,
}

async fn served(access: Access, tls: Option<Tls>) -> Served {
    let stage = Stage::astana().await;
    let bound = Bound::to("127.0.0.1:0".parse().expect("an address")).expect("a free port");
    let address = bound.address().expect("bound");
    let (end, told) = oneshot::channel();
    let app = guarded(&stage.service, &access);
    let ended = tokio::spawn(serve(bound, app, access, tls, async { told.await.unwrap_or_default() }));
    Served { address, end, ended, stage }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time");
    stream
}

/// Says something, and everything that is answered until the connection ends.
fn say(address: SocketAddr, text: &[u8]) -> String {
    let mut stream = connect(address);
    stream.write_all(text).expect("it reads");
    let mut answer = Vec::new();
    // A connection may be reset where it was cut: what came before counts.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_dribbles_or_says_nothing_is_cut_off_in_time() {
    let served = served(Access::open(), None).await;
    let address = served.address;
    let begun = Instant::now();
    let slow = [&b""[..], b"G", b"GET /healthz HTTP/1.1\r\n", b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-a: "];
    let cut = slow.map(|beginning| {
        spawn_blocking(move || {
            let mut stream = connect(address);
            stream.write_all(beginning).expect("it reads");
            stream.set_read_timeout(Some(Duration::from_millis(200))).expect("a time");
            let mut byte = [0; 512];
            loop {
                match stream.read(&mut byte) {
                    Ok(0) => return,
                    // It may say why.
                    Ok(_) => {}
                    Err(error)
                        if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) =>
                    {
                        assert!(begun.elapsed() < PATIENCE, "{beginning:?} is still connected");
                        // One byte more, again and again.
                        if beginning.len() > 1 && stream.write_all(b"a").is_err() {
                            return;
                        }
                    }
                    Err(_) => return,
                }
            }
        })
    });
    // Others are answered meanwhile.
    let answer = spawn_blocking(move || say(address, b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"));
    assert!(answer.await.expect("answered").starts_with("HTTP/1.1 200"));
    for one in cut {
        one.await.expect("cut off");
    }
    assert!(begun.elapsed() < CUT_WITHIN + Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_is_refused() {
    let served = served(Access::open(), None).await;
    let address = served.address;
    for (said, status) in [
        ("GET /healthz HTTP/1.1\r\nhost: x\r\ntraceparent: a\0b\r\n\r\n".to_owned(), "400"),
        ("GET /healthz HTTP/1.1\r\nhost: x\r\nx: a\rb\r\n\r\n".to_owned(), "400"),
        ("GET /healthz HTTP/1.1\r\nhost: x\r\n bad: a\r\n\r\n".to_owned(), "400"),
        ("NONSENSE\r\n\r\n".to_owned(), "400"),
        (
            format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx: {}\r\nconnection: close\r\n\r\n", "a".repeat(20 << 10)),
            "431",
        ),
        (format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "a".repeat(100 << 10)), "431"),
        (format!("GET /healthz HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(1000)), "431"),
        (format!("GET /{} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", "a".repeat(10 << 10)), "414"),
        (
            "POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n".to_owned(),
            "4",
        ),
        (
            "POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\nconnection: close\r\n\r\n"
                .to_owned(),
            "413",
        ),
    ] {
        let answer = spawn_blocking(move || (say(address, said.as_bytes()), said)).await.expect("answered");
        let (answer, said) = answer;
        let shown: String = said.chars().take(60).collect();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{shown:?}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_end_with_the_service_and_so_does_it() {
    let served = served(Access::open(), None).await;
    let address = served.address;
    let (opened, open) = oneshot::channel();
    let reader = spawn_blocking(move || {
        let mut stream = connect(address);
        stream.write_all(b"GET /v1/changes HTTP/1.1\r\nhost: x\r\n\r\n").expect("it reads");
        let mut head = [0; 12];
        stream.read_exact(&mut head).expect("a head");
        opened.send(head).expect("somebody waits");
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).expect("it ends in order");
        String::from_utf8_lossy(&rest).into_owned()
    });
    assert_eq!(&open.await.expect("a head"), b"HTTP/1.1 200");
    served.end.send(()).expect("it runs");
    let rest = reader.await.expect("read");
    assert!(rest.ends_with("\r\n0\r\n\r\n"), "the stream has its end: {rest:?}");
    tokio::time::timeout(PATIENCE, served.ended).await.expect("it ends").expect("no panic").expect("in order");
}

/// A certificate for localhost, in a folder.
fn certificate(folder: &Path) -> Tls {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).expect("written");
    std::fs::write(&key, made.signing_key.serialize_pem()).expect("written");
    Tls::read(certificate, key).expect("read")
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_who_has_a_token_is_answered_and_told_to_stay_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let tls = certificate(folder.path());
    let file = TokenFile::at(folder.path().join("tokens.json"));
    let wanted = NewToken { name: None, role: Role::Reader, scope: Scope::All, expires_at: None };
    let (_, secret) = file.create(wanted, noon()).expect("made");
    let settings = Settings { tokens: Some(file), tls: true, ..Settings::default() };
    let served = served(Access::new(settings).expect("tokens"), Some(tls)).await;
    let (address, path) = (served.address, folder.path().join("cert.pem"));
    let answer = spawn_blocking(move || {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(path).expect("a certificate")).expect("good");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.expect("versions").with_root_certificates(roots).with_no_client_auth();
        let name = ServerName::try_from("localhost").expect("a name");
        let client = rustls::ClientConnection::new(Arc::new(config), name).expect("a client");
        let mut stream = rustls::StreamOwned::new(client, connect(address));
        let token = secret.reveal();
        let asked = format!(
            "GET /v1/organisations/sco/members HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(asked.as_bytes()).expect("it reads");
        let mut answer = String::new();
        // It ends without a farewell where everything was said.
        let _ = stream.read_to_string(&mut answer);
        answer
    });
    let answer = answer.await.expect("answered");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("strict-transport-security: max-age=31536000"), "{answer}");
    // Nobody is answered without TLS.
    let plain =
        spawn_blocking(move || say(address, b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")).await.expect("refused");
    assert!(!plain.contains("200"), "{plain:?}");
}

/// Sends one event of so many bytes on a connection that goes on. What is said on it goes out while the answer is read.
fn publish(mut stream: TcpStream, length: usize) -> (u16, String, TcpStream) {
    let event = |note: &str| {
        let id = uuid::Uuid::now_v7();
        format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"/desks/astana","type":"chronicle.admission.v1","recordedtime":"2026-01-01T00:00:00Z","data":{{"occurred":"2024-07-04","attribution":[{{"name":"desk"}}],"organisation":"sco","party":"BLR","note":"{note}"}}}}"#
        )
    };
    let body = event(&"x".repeat(length - event("").len()));
    assert_eq!(body.len(), length);
    let mut writer = stream.try_clone().expect("the same");
    let writing = std::thread::spawn(move || {
        let head = "POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/cloudevents+json\r\n";
        // It may be refused before all of it is sent.
        let _ = write!(writer, "{head}content-length: {length}\r\n\r\n{body}");
    });
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&head)));
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).expect("text");
    let rest = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut answer = vec![0; rest.expect("a length")];
    stream.read_exact(&mut answer).expect("a body");
    writing.join().expect("no panic");
    (head[9..12].parse().expect("a status"), head + &String::from_utf8_lossy(&answer), stream)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_is_told_so_and_the_connection_goes_on_or_ends_in_order() {
    let served = served(Access::open(), None).await;
    let address = served.address;
    spawn_blocking(move || {
        let (status, answer, stream) = publish(connect(address), 63 << 10);
        assert_eq!(status, 201, "{answer}");
        // A little more than is taken: the same connection is good for more.
        let (status, answer, stream) = publish(stream, 65 << 10);
        assert!(status == 413 && answer.contains("\"too-large\""), "{answer}");
        let (status, answer, stream) = publish(stream, 63 << 10);
        assert_eq!(status, 201, "{answer}");
        // Far more: nobody reads all of it, so the connection ends behind the answer.
        let (status, answer, mut stream) = publish(stream, 10 << 20);
        assert!(status == 413 && answer.contains("\"too-large\""), "{answer}");
        let mut rest = Vec::new();
        let ended = stream.read_to_end(&mut rest);
        let in_order = ended.as_ref().map_or_else(|error| error.kind() == ErrorKind::ConnectionReset, |_| true);
        assert!(in_order && rest.is_empty(), "{ended:?}: {:?}", String::from_utf8_lossy(&rest));

        let path = format!("GET /{} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", "a".repeat(5000));
        let answer = say(address, path.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("no-such-address"), "{answer}");
        let organisation = format!(
            "GET /v1/organisations/{}/members HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
            "a".repeat(5000)
        );
        let answer = say(address, organisation.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("bad-parameter"), "{answer}");
    })
    .await
    .expect("answered");
    let stored = served.stage.log.state().await.expect("a state").entries;
    assert_eq!(stored, 73 + 2, "what was refused is not stored");
}
