//! The running service judged by programs of others: what it says of itself, every answer, its numbers; and whether it is
//! ready while its log comes and goes.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{self, Signal};
use serde_json::{Value, json};
use tests::{Chronicle, NatsServer, Running, wait};

const ASTANA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/astana-2024.jsonl");
const HISTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/sco-history.jsonl");

/// How long an answer may take.
const ANSWERED_WITHIN: Duration = Duration::from_secs(10);
/// How long a log that does not answer may go unnoticed by who asks.
const RED_WITHIN: Duration = Duration::from_secs(5);
/// Set, the service is tried for longer.
const LONG: &str = "CHRONICLE_FAULTS";
/// What an answer is judged by.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,\
                      response_headers_conformance";

/// `chronicle serve` at an address.
struct Service {
    running: Running,
    port: u16,
}

impl Service {
    /// Of a chronicle, with more options; ready.
    fn start(chronicle: &Chronicle, options: &[&str]) -> Self {
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
        let port = free.expect("a free port").port();
        let address = format!("127.0.0.1:{port}");
        let running = chronicle.spawn(["serve", "--listen", &address].iter().chain(options));
        let service = Self { running, port };
        wait("the service to be ready", || service.ask("/readyz"), |(status, _)| *status == 200);
        service
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Asks for an address: the status, 0 where nobody answers, and the body.
    fn ask(&self, path: &str) -> (u16, String) {
        let (status, _, body) = self.send("GET", path, "");
        (status, body)
    }

    /// Sends a request: the status, the headers in lower case, the body.
    fn send(&self, method: &str, path: &str, body: &str) -> (u16, String, String) {
        self.send_with("", method, path, body)
    }

    /// The same with more headers, each with the end of its line.
    fn send_with(&self, more: &str, method: &str, path: &str, body: &str) -> (u16, String, String) {
        let mut told = String::new();
        let asked = TcpStream::connect(("127.0.0.1", self.port)).and_then(|mut stream| {
            stream.set_read_timeout(Some(ANSWERED_WITHIN))?;
            let request = format!(
                "{method} {path} HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: desk-7\r\nConnection: close\r\n{more}\
                 Content-Type: application/cloudevents+json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(request.as_bytes())?;
            stream.read_to_string(&mut told)
        });
        match (asked, told.split_once("\r\n\r\n")) {
            (Ok(_), Some((head, body))) => {
                let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
                (status.unwrap_or_default(), head.to_ascii_lowercase(), body.to_owned())
            }
            (asked, _) => (0, String::new(), format!("{asked:?}")),
        }
    }

    /// Whether it is ready, and the reasons why not.
    fn readiness(&self) -> (u16, Vec<String>) {
        let (status, body) = self.ask("/readyz");
        let said: Value = serde_json::from_str(&body).unwrap_or_default();
        let reasons = said["reasons"].as_array().cloned().unwrap_or_default();
        (status, reasons.iter().filter_map(|reason| reason["code"].as_str().map(ToOwned::to_owned)).collect())
    }

    /// One of its numbers.
    fn number(&self, name: &str) -> Option<String> {
        let (_, text) = self.ask("/metrics");
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(ToOwned::to_owned))
    }
}

/// The project, and a program in Python with the packages that the tests are given.
fn python(program: &str) -> Command {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the project");
    let packages = project.join(".python-packages");
    let program = if let Some(own) = program.strip_prefix("packages:") {
        packages.join("bin").join(own)
    } else {
        project.join("tests/python").join(program)
    };
    assert!(program.is_file(), "{} is missing\nhint: ./deploy/setup --tests", program.display());
    let mut command = Command::new("python3");
    command.env("PYTHONPATH", packages).arg(program).stdin(Stdio::null());
    command
}

/// Runs a program to its end, which is to be a good one.
#[track_caller]
fn judged(mut command: Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{error}\nhint: ./deploy/setup --tests"));
    let (said, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{said}\n{told}");
    said.into_owned()
}

fn filled(server: &NatsServer) -> Chronicle {
    let chronicle = Chronicle::on(&server.url());
    chronicle.run(["publish", ASTANA]).good();
    chronicle.run(["publish", HISTORY]).good();
    chronicle
}

#[test]
fn programs_of_others_find_the_documents_valid_and_every_answer_as_they_say() {
    let server = NatsServer::start();
    let chronicle = filled(&server);
    let service = Service::start(&chronicle, &[]);
    let mut documents = python("check_documents.py");
    documents.arg(service.url()).args([ASTANA, HISTORY]);
    let told: Value = serde_json::from_str(&judged(documents)).expect("JSON");
    assert_eq!(
        (&told["schemas"], &told["events"], &told["position"]),
        (&json!(18), &json!(283), &json!(283)),
        "{told}"
    );
    assert!(told["asked"].as_u64() > Some(100), "{told}");

    let program: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("node/check_asyncapi.mjs");
    let mut asyncapi = Command::new("node");
    asyncapi.arg(program).arg(format!("{}/asyncapi.json", service.url())).stdin(Stdio::null());
    let told: Value = serde_json::from_str(&judged(asyncapi)).expect("JSON");
    assert_eq!((&told["version"], &told["channels"]), (&json!("3.1.0"), &json!(6)), "{told}");
}

#[test]
fn whatever_is_asked_and_sent_gets_an_answer_that_the_document_knows_and_never_a_failure() {
    let server = NatsServer::start();
    let chronicle = filled(&server);
    let service = Service::start(&chronicle, &[]);
    let long = std::env::var_os(LONG).is_some();
    let tried = |chosen: &[&str], phases: &str, examples: &str| {
        let mut schemathesis = python("packages:schemathesis");
        schemathesis.arg("run").arg(format!("{}/openapi.json", service.url())).args(chosen);
        schemathesis.args(["--checks", CHECKS, "--phases", phases, "--max-examples", examples]);
        // Without chance, so that what fails fails again.
        schemathesis.args(["--generation-deterministic", "--workers", "8", "--request-timeout", "10"]);
        schemathesis.args(["--warnings", "off", "--no-color"]);
        let folder = tempfile::tempdir().expect("a folder");
        schemathesis.current_dir(folder.path());
        if !long {
            // Nobody waits for positions that never come: that takes five seconds each.
            let settings = "[parameters]\n\"query.min_position\" = 73\n";
            std::fs::write(folder.path().join("schemathesis.toml"), settings).expect("settings");
        }
        let told = judged(schemathesis);
        let tried = told.lines().find_map(|line| line.trim().strip_suffix(" passed")?.split(' ').next()?.parse().ok());
        tried.unwrap_or_else(|| panic!("{told}"))
    };
    let endless = ["--exclude-path", "/v1/changes", "--exclude-path", "/v1/replay", "--exclude-method", "POST"];
    let asked: u32 = tried(&endless, "examples,coverage,fuzzing", if long { "200" } else { "6" });
    assert!(asked > 500, "{asked} were asked");
    // The events of eighteen kinds, field by field, are thousands of cases.
    let (phases, examples) = if long { ("examples,coverage,fuzzing", "500") } else { ("examples,fuzzing", "40") };
    let sent: u32 = tried(&["--include-method", "POST"], phases, examples);
    assert!(sent > 10, "{sent} were sent");
    // It was asked in earnest, and is still there.
    let (_, numbers) = service.ask("/metrics");
    let good = |line: &&str| line.starts_with("chronicle_requests_total") && line.contains("status=\"20");
    let good: f64 = numbers.lines().filter(good).filter_map(|line| line.split(' ').nth(1)?.parse::<f64>().ok()).sum();
    assert!(good > 100.0, "only {good} were answered with what was asked for\n{numbers}");
}

#[test]
fn a_service_whose_log_stands_still_says_so_within_seconds_and_is_ready_when_it_goes_on() {
    let server = NatsServer::start();
    let chronicle = filled(&server);
    let service = Service::start(&chronicle, &[]);
    signal::kill(server.id(), Signal::SIGSTOP).expect("it runs");
    let stopped = std::time::Instant::now();
    let red = |seen: &(u16, Vec<String>)| *seen == (503, vec!["log-unreachable".to_owned()]);
    wait("the service to be not ready", || service.readiness(), red);
    let took = stopped.elapsed();
    assert!(took < RED_WITHIN, "it took {took:?}");
    assert_eq!(service.number("chronicle_log_reachable").as_deref(), Some("0"));
    // Questions are answered all the while.
    assert_eq!(service.ask("/v1/organisations/sco/members?as_of=2024-07-04").0, 200);
    assert_eq!(service.ask("/healthz").0, 200);
    signal::kill(server.id(), Signal::SIGCONT).expect("it runs");
    wait("the service to be ready again", || service.readiness(), |(status, _)| *status == 200);
    chronicle
        .run([
            "record",
            "admission",
            "--organisation",
            "sco",
            "--party",
            "BRA",
            "--occurred",
            "2025-01-01",
            "--attribution",
            "a desk",
            "--source",
            "/desks/test",
        ])
        .good();
    wait("the event to be taken in", || service.number("chronicle_position"), |at| at.as_deref() == Some("284"));
}

/// A header of an answer.
fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[test]
fn every_answer_is_marked_stale_while_the_log_is_away_whoever_has_it_already_and_no_longer_once_it_is_back() {
    let mut server = NatsServer::start();
    let chronicle = filled(&server);
    let service = Service::start(&chronicle, &[]);
    let addresses = [
        "/v1/organisations/sco/members",
        "/v1/organisations/sco/members?format=csv",
        "/v1/organisations/sco/members?as_of=2024-07-04&at_position=70",
        "/v1/meetings",
        "/organisations/sco",
        "/record",
    ];
    let ask = |address: &str, has: Option<&str>| {
        let has = has.map(|tag| format!("If-None-Match: {tag}\r\n")).unwrap_or_default();
        let (status, head, body) = service.send_with(&has, "GET", address, "");
        let [mark, tag, cached] = ["chronicle-stale", "etag", "cache-control"].map(|name| header(&head, name));
        let [mark, tag, cached] = [mark, tag, cached].map(|value| value.map(ToOwned::to_owned));
        (status, mark, tag, cached.unwrap_or_default(), body)
    };
    let said = |page: &str| page.contains("This may not be current");
    let before = addresses.map(|address| ask(address, None));
    for (address, (status, mark, _, _, body)) in addresses.iter().zip(&before) {
        assert!((*status, mark) == (200, &None) && !said(body), "{address}: {status} {mark:?}");
    }

    server.stop();
    // Nobody asks whether it is ready: it is known all the same.
    wait("answers to be marked", || ask(addresses[0], None).1, Option::is_some);
    let during = addresses.map(|address| ask(address, None));
    for ((address, before), (status, mark, tag, cached, body)) in addresses.iter().zip(&before).zip(&during) {
        let why = mark.as_deref().unwrap_or_default();
        assert!(*status == 200 && why.starts_with("\"the log could not be reached: "), "{address}: {status} {why}");
        assert_eq!(said(body), !address.starts_with("/v1/"), "{address}: a page says it: {body}");
        assert!(!cached.contains("immutable"), "{address}: {cached}");
        // Whoever has it unmarked is not told that it is as it was; whoever has it marked is.
        if let Some((own, had)) = tag.as_deref().zip(before.2.as_deref()) {
            assert_eq!(ask(address, Some(had)).0, 200, "{address}");
            let (status, mark, ..) = ask(address, Some(own));
            assert!(status == 304 && mark.is_some(), "{address}: {status} {mark:?}");
        }
    }
    let asked = chronicle.run(["--gateway", &service.url(), "members", "sco"]);
    assert!(asked.code == Some(6) && asked.out.contains("Kazakhstan"), "{asked:?}");

    server.run();
    wait("answers to be marked no longer", || ask(addresses[0], None).1, Option::is_none);
    for ((address, before), (.., tag, _, _)) in addresses.iter().zip(&before).zip(&during) {
        let now = ask(address, tag.as_deref());
        assert_eq!((now.0, &now.1, &now.2, &now.3), (200, &None, &before.2, &before.3), "{address}");
        assert!(!said(&now.4), "{address}");
    }
}

#[test]
fn every_request_is_told_in_the_log_by_its_name_one_json_object_a_line_and_never_with_what_it_asked() {
    let server = NatsServer::start();
    let chronicle = filled(&server);
    let mut service = Service::start(&chronicle, &["--log-format", "json"]);
    assert_eq!(service.ask("/v1/organisations/sco/members?according_to=a-secret-source").0, 200);
    assert!(service.running.interrupt().success());
    let (_, said) = service.running.ended().expect("it has ended");
    let lines: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let told = lines.iter().find(|line| line["route"] == "/v1/organisations/{organisation}/members");
    let told = told.unwrap_or_else(|| panic!("no line tells the request: {said}"));
    assert_eq!((&told["status"], &told["span"]["id"]), (&json!(200), &json!("desk-7")), "{told}");
    assert!(!said.contains("a-secret-source"), "{said}");
}

#[test]
fn an_entry_that_is_no_event_is_counted_and_listed_and_the_service_stays_ready() {
    let server = NatsServer::start();
    let chronicle = filled(&server);
    let service = Service::start(&chronicle, &[]);
    assert_eq!(service.number("chronicle_quarantined").as_deref(), Some("0"));
    server.publish_raw("chronicle.event.sco.-.admission", b"{\"specversion\":");
    wait("the entry to be passed over", || service.number("chronicle_quarantined"), |n| n.as_deref() == Some("1"));
    let listed: Value = serde_json::from_str(&service.ask("/v1/quarantine").1).expect("JSON");
    assert_eq!((&listed["entries"][0]["position"], &listed["next"]), (&json!(284), &Value::Null), "{listed}");
    assert_eq!(service.readiness(), (200, vec![]));
    assert_eq!(service.number("chronicle_position").as_deref(), Some("284"));
    assert_eq!(service.number("chronicle_log_contiguous").as_deref(), Some("1"));
}

#[test]
fn a_service_whose_log_lost_entries_is_not_ready_takes_no_event_and_answers_marked_stale() {
    let chronicle = Chronicle::embedded();
    chronicle.run(["publish", ASTANA]).good();
    let service = Service::start(&chronicle, &[]);
    // One bit in the last block, while the server looks elsewhere; then it starts again, and says nothing of what it lost.
    let blocks = chronicle.data().join("nats/store/jetstream/$G/streams/CHRONICLE/msgs");
    let files = std::fs::read_dir(blocks).expect("a store").map(|file| file.expect("a file").path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|it| it == "blk")).collect();
    files.sort();
    let block = files.last().expect("a block");
    let mut bytes = std::fs::read(block).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(block, bytes).expect("written");
    for server in chronicle.servers() {
        signal::kill(server, Signal::SIGKILL).expect("it runs");
    }
    let damaged = |seen: &(u16, Vec<String>)| seen.0 == 503 && seen.1.iter().any(|reason| reason == "log-damaged");
    wait("the damage to be noticed", || service.readiness(), damaged);
    assert_eq!(service.number("chronicle_halted").as_deref(), Some("1"));
    let (status, head, body) = service.send("GET", "/v1/organisations/sco/members?as_of=2024-07-04", "");
    assert!(status == 200 && head.contains("\r\nchronicle-stale:"), "{status} {head} {body}");
    let event = std::fs::read_to_string(HISTORY).expect("events").lines().next().expect("an event").to_owned();
    let (status, _, body) = service.send("POST", "/v1/events", &event);
    let problem: Value = serde_json::from_str(&body).unwrap_or_default();
    assert_eq!((status, &problem["code"]), (503, &json!("damaged")), "{body}");
}
