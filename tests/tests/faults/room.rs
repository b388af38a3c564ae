//! A disk that others fill and empty while the server runs, and a write that fails although there is room.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, Stdio};

use serde_json::Value;
use tests::http::{Answer, send};
use tests::{Chronicle, Finished, Running, free_ports, wait};

use crate::apart::Apart;
use crate::load;

/// So many events from a number on, with a note that does not compress.
fn events(from: u64, count: u64) -> String {
    let event = |number: u64| {
        let mut document: Value = serde_json::from_str(&load::event(1, number).line).expect("JSON");
        let noise = (0..1500_u64).map(|n| format!("{:016x}", (number * 1500 + n).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        document["data"]["note"] = noise.collect::<String>().into();
        document.to_string() + "\n"
    };
    (from..from + count).map(event).collect()
}

fn lines(finished: Finished) -> usize {
    finished.good().lines().count()
}

#[test]
fn a_disk_that_others_fill_is_said_and_once_they_empty_it_writing_goes_on_by_itself() {
    let mut disk = Apart::on_small_disk("96m");
    let [first, second] = [disk.file("first", &events(0, 20)), disk.file("second", &events(20, 20))];
    assert_eq!(lines(disk.run(&format!("$chronicle publish {first}"))), 20);
    // From here on the server runs, whoever comes and goes.
    disk.run("$chronicle watch events > $disk/../watched &").good();
    let fine = disk.run("$chronicle doctor --json").json();
    let bytes = |name: &str| fine["disk"][name].as_u64().unwrap_or_else(|| panic!("no {name}: {fine}"));
    assert!(bytes("free") > 64 << 20 && bytes("store") > 400_000 && bytes("stored") > 400_000, "{fine}");
    assert!(bytes("quota") > bytes("stored") && bytes("quota") < bytes("free"), "{fine}");

    for round in 0..2 {
        let filled = disk.run("dd if=/dev/zero of=$disk/filler bs=64k");
        assert!(filled.err.contains("No space left"), "{}", filled.err);
        let refused = disk.run(&format!("$chronicle publish {second}"));
        assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""), "{}", refused.err);
        assert!(refused.err.contains("the disk of") && refused.err.contains("is full"), "{}", refused.err);
        assert!(refused.err.contains("hint: free some space"), "{}", refused.err);
        assert_eq!(lines(disk.run("$chronicle events")), 20, "nothing half-done, and questions are answered");
        let doctor = disk.run("$chronicle doctor");
        assert_eq!(doctor.code, Some(3), "{}", doctor.err);
        assert!(doctor.out.contains("free on the disk of") && doctor.out.contains("free some space"), "{}", doctor.out);
        disk.run("rm $disk/filler").good();
        if round == 0 {
            let published = wait(
                "writing to go on",
                || disk.run(&format!("$chronicle publish {first}")).code,
                |code| *code == Some(0),
            );
            assert_eq!(published, Some(0));
        }
    }
    let published = || disk.run(&format!("$chronicle publish {second}"));
    wait("writing to go on", published, |finished| finished.code == Some(0));
    assert_eq!(lines(disk.run("$chronicle events")), 40);
    disk.run("$chronicle verify").good();
    disk.run("$chronicle doctor").good();
}

#[test]
fn a_service_on_a_full_disk_says_so_goes_on_answering_and_takes_events_again_by_itself() {
    let mut disk = Apart::on_small_disk("96m");
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_ports()[0]));
    disk.begin(&format!("$chronicle serve --listen {address}"), "served");
    let asked = |method: &str, at: &str, body: &str| send(address, method, at, body).map_err(|error| error.to_string());
    let is = |answer: &Result<Answer, String>, statuses: &[u16]| {
        answer.as_ref().is_ok_and(|answer| statuses.contains(&answer.status))
    };
    let ready = || asked("GET", "/readyz", "");
    wait("the service to be ready", ready, |answer| is(answer, &[200])).expect("answered");
    let lines: Vec<String> = events(0, 12).lines().map(ToOwned::to_owned).collect();
    let mut acknowledged = BTreeMap::new();
    let mut post = |number: usize| {
        let answer = asked("POST", "/v1/events", &lines[number]);
        if let Some(answer) = answer.as_ref().ok().filter(|answer| matches!(answer.status, 200 | 201)) {
            let position = answer.json()["position"].as_u64().expect("a position");
            assert_eq!(*acknowledged.entry(load::id(1, number as u64)).or_insert(position), position, "{answer:?}");
        }
        answer
    };
    for number in 0..3 {
        let answer = post(number);
        assert!(is(&answer, &[201]), "{answer:?}");
    }
    for round in [3, 7] {
        let filled = disk.run("dd if=/dev/zero of=$disk/filler bs=64k");
        assert!(filled.err.contains("No space left"), "{}", filled.err);
        // What was on its way when the disk filled up is not known to be stored: it is said, and tried again.
        let full = wait("the disk to be full", || post(round), |answer| is(answer, &[507]));
        let full = full.expect("answered").json();
        assert_eq!(full["code"], "log-full", "{full}");
        let answer = post(round + 1);
        assert!(is(&answer, &[507]), "{answer:?}");
        let red = wait("the service to say so", ready, |answer| is(answer, &[503])).expect("answered");
        assert!(red.body.contains("log-full"), "{red:?}");
        let members = asked("GET", "/v1/organisations/org-1/members?as_of=1950", "");
        assert!(is(&members, &[200]), "{members:?}");
        let event = asked("GET", &format!("/v1/events/{}", load::id(1, 0)), "");
        assert!(is(&event, &[200]), "what stands is read: {event:?}");

        disk.run("rm $disk/filler").good();
        for number in round..round + 4 {
            wait("events to be taken again", || post(number), |answer| is(answer, &[200, 201])).expect("answered");
        }
        wait("the service to be ready again", ready, |answer| is(answer, &[200])).expect("answered");
    }
    let stored = disk.run("$chronicle events").good();
    let ids = stored.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let stored: BTreeMap<String, u64> =
        ids.filter_map(|event| event["id"].as_str().map(ToOwned::to_owned)).zip(1..).collect();
    assert_eq!(stored, acknowledged, "what was acknowledged is in the log where that was said, and once");
    disk.run("$chronicle verify").good();
}

#[test]
fn a_write_that_fails_once_is_noticed_and_the_publisher_goes_on() {
    let chronicle = Chronicle::embedded();
    let mut publisher = chronicle.spawn(["publish", "-"]);
    let mut publish = |number| {
        publisher.say(&load::event(1, number).line);
        publisher.line().expect("it is acknowledged")
    };
    publish(0);
    let server = chronicle.servers()[0];
    let block = chronicle.data().join("nats/store/jetstream/$G/streams/CHRONICLE/msgs/1.blk");
    // Fails the next write to that file, and no other.
    let mut strace = Command::new("strace");
    strace.args(["-f", "-e", "trace=write,pwrite64", "-e", "inject=write,pwrite64:error=EIO:when=1", "-P"]).arg(block);
    strace.args(["-p", &server.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut strace = Running::new(strace.spawn().expect("strace runs; hint: ./deploy/setup --tests"));
    let traced = || {
        let status = fs::read_to_string(format!("/proc/{server}/status")).unwrap_or_default();
        status.lines().any(|line| line.strip_prefix("TracerPid:").is_some_and(|id| id.trim() != "0"))
    };
    wait("strace to begin", traced, |traced| *traced);
    publish(1);
    assert_ne!(chronicle.servers(), [server], "it was started anew");
    let said = wait("strace to end with the server", || strace.ended(), Option::is_some).expect("it ended").1;
    assert!(said.contains("(INJECTED)"), "{said}");
    publish(2);
    assert_eq!(chronicle.run(["events"]).good().lines().count(), 3);
    chronicle.run(["verify"]).good();
}
