//! What goes wrong is said clearly, with an exit code of its own, and leaves nothing half done.

use std::fmt::Write;
use std::net::TcpListener;
use std::process::Command;

use serde_json::Value;
use tests::{Chronicle, Finished, NatsServer, program};

const ASTANA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/astana-2024.jsonl");

/// Whether a command failed with this code and said all of these.
#[track_caller]
fn refused(finished: &Finished, code: i32, said: &[&str]) {
    assert_eq!(finished.code, Some(code), "{}", finished.err);
    for text in said {
        assert!(finished.err.contains(text), "{text:?} is not in: {}", finished.err);
    }
}

#[test]
fn servers_that_are_too_old_are_refused_with_version_reason_and_what_to_do() {
    for version in ["2.11.11", "2.12.0"] {
        let server = NatsServer::start_old(version);
        let finished = Chronicle::on(&server.url()).run(["members", "sco"]);
        refused(&finished, 6, &[version, "too old", "2.12.1", "hint:"]);
    }
}

#[test]
fn where_no_server_answers_it_says_so() {
    let finished = Chronicle::on("nats://127.0.0.1:1").run(["members", "sco"]);
    refused(&finished, 6, &["error:", "127.0.0.1:1", "hint:"]);
}

#[test]
fn where_the_kept_port_is_taken_it_says_so() {
    let chronicle = Chronicle::embedded();
    chronicle.run(["publish", ASTANA]).good();
    let port = std::fs::read_to_string(chronicle.data().join("nats/port")).expect("the port is kept");
    let port: u16 = port.trim().parse().expect("a port");
    // The server stops with the last command; whoever comes first has the port.
    let taken = tests::wait("the port to be free", || TcpListener::bind(("127.0.0.1", port)).ok(), Option::is_some);
    refused(&chronicle.run(["members", "sco"]), 6, &[&port.to_string(), "hint:"]);
    drop(taken);
    chronicle.run(["members", "sco"]).good();
}

#[test]
fn a_document_too_large_and_one_that_is_none_are_refused_with_line_field_found_and_allowed() {
    let chronicle = Chronicle::embedded();
    let good = std::fs::read_to_string(ASTANA).expect("the data");
    let large = format!(
        r#"{{"specversion":"1.0","id":"00000000-0000-4000-8000-000000000001","source":"/t","type":"chronicle.founding.v1","data":{{"occurred":"2001","organisation":"sco","attribution":[{{"name":"t"}}],"note":"{}"}}}}"#,
        "x".repeat(70_000)
    );
    let unknown = r#"{"specversion":"1.0","id":"7","source":"/t","type":"chronicle.coronation.v1","data":{"occurred":"2001-02-30","attribution":[]}}"#;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bad.jsonl");
    std::fs::write(&file, format!("{good}{large}\n{unknown}\nno JSON at all\n")).expect("written");
    let file = file.to_str().expect("a path");

    let finished = chronicle.run(["publish", file]);
    refused(&finished, 4, &["65536", "coronation", "2001-02-30", "attribution", ":74:", ":75:", ":76:"]);
    assert_eq!(finished.out, "", "nothing is acknowledged");
    assert!(!chronicle.data().exists(), "nothing is stored");

    let finished = chronicle.run(["publish", "--keep-going", file]);
    refused(&finished, 4, &["coronation"]);
    assert_eq!(chronicle.run(["events"]).good().lines().count(), 73, "the good lines are stored");
}

#[test]
fn a_question_where_there_is_no_chronicle_says_so_and_makes_none() {
    let chronicle = Chronicle::embedded();
    let data = chronicle.data().display().to_string();
    let questions = [
        "members sco",
        "timeline sco",
        "attendance sco-astana-2024",
        "party IND",
        "person 00000000-0000-4000-8000-000000000001",
        "signings",
        "remarks",
        "explain sco IND",
        "diff sco --from 1 --to 2",
        "events",
        "replay",
        "rehearse sco-astana-2024",
        "export sco --format jsonl",
        "rebuild",
        "archive",
        "verify",
        "retract 00000000 --reason mistaken --source /t --attribution t",
        "doctor",
    ];
    for question in questions {
        let finished = chronicle.run(question.split(' '));
        refused(&finished, 1, &[&format!("there is no chronicle in \"{data}\""), "hint: ", "--data"]);
        assert!(!chronicle.data().exists(), "{question} made one");
    }
    // What begins one makes it, and an empty one is asked like any other.
    chronicle.run(["publish"]).good();
    assert_eq!(chronicle.run(["events"]).good(), "");
    chronicle.run(["doctor"]).good();
}

#[test]
fn garbage_that_another_client_stores_is_counted_shown_and_passed_over() {
    let server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    chronicle.run(["publish", ASTANA]).good();
    server.publish_raw("chronicle.event.sco.-.admission", b"\xff\x00 no document");
    let members = chronicle.run(["members", "sco", "--json", "--as-of", "2024-07-04"]).json();
    assert_eq!(members["counts"]["member"]["yes"], 10);
    assert_eq!(members["token"]["position"], 74);
    let remarks = chronicle.run(["remarks", "--json"]).json();
    let remarks = remarks["remarks"].as_array().expect("remarks");
    let undecodable: Vec<&Value> = remarks.iter().filter(|remark| remark["kind"] == "undecodable").collect();
    assert!(undecodable.len() == 1 && undecodable[0]["text"].as_str().is_some_and(|text| text.contains("position 74")));
}

#[test]
fn an_event_under_another_organisations_subject_is_quarantined_and_listed() {
    let server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    chronicle.run(["publish", ASTANA]).good();
    let report = std::fs::read_to_string(ASTANA).expect("the data");
    // Belarus again, for an organisation that this client may not write for.
    let line = report.lines().nth(3).expect("a line").replace("47891d5d-", "57891d5d-").replace("\"sco\"", "\"apec\"");
    server.publish_raw("chronicle.event.sco.-.admission", line.as_bytes());
    server.publish_raw("chronicle.event.sco.-.admission", b"no document");
    let listed = chronicle.run(["events", "--quarantined"]).good();
    let listed: Vec<Value> = listed.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((listed.len(), &listed[0]["position"], &listed[1]["position"]), (2, &74.into(), &75.into()));
    assert_eq!(listed[0]["reason"], "its subject says \"sco\", it belongs to \"apec\"");
    assert_eq!(chronicle.run(["members", "apec"]).code, Some(1), "it has no effect");
    assert_eq!(chronicle.run(["doctor"]).code, Some(3), "it is counted");
    // Under its own subject it counts.
    server.publish_raw("chronicle.event.apec.-.admission", line.as_bytes());
    chronicle.run(["members", "apec"]).good();
}

#[test]
fn names_that_nobody_knows_are_answered_with_the_nearest() {
    let chronicle = Chronicle::embedded();
    chronicle.run(["publish", ASTANA]).good();
    refused(&chronicle.run(["members", "scp"]), 1, &["scp", "sco"]);
    refused(&chronicle.run(["attendance", "sco-astana-2042"]), 1, &["sco-astana-2024"]);
    refused(&chronicle.run(["members", "sco", "--as-of", "2024-02-31"]), 2, &["2024-02-31"]);
    refused(&chronicle.run(["memberz"]), 2, &["members"]);
    refused(&chronicle.run(["events", "--organisation", "scp"]), 1, &["scp", "sco"]);
    refused(&chronicle.run(["watch", "members", "sco", "--since", "74"]), 1, &["position 73"]);
    refused(&chronicle.run(["correct", "35984089"]), 2, &["nothing is corrected"]);
}

#[test]
fn an_id_that_is_taken_is_told_by_line_and_nothing_of_its_file_is_stored() {
    let chronicle = Chronicle::embedded();
    chronicle.run(["publish", ASTANA]).good();
    let report = std::fs::read_to_string(ASTANA).expect("the data");
    let fresh = report.lines().next().expect("a line").replace("d0653777-", "e0653777-");
    let taken = report.lines().nth(3).expect("a line").replace("BLR", "KAZ");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("more.jsonl");
    std::fs::write(&file, format!("{fresh}\n{taken}\n")).expect("written");
    let file = file.to_str().expect("a path");
    let told = ":2: id: found \"47891d5d-188c-5792-96f5-ecb750f795ab\", which position 4 gives to another body";
    refused(&chronicle.run(["publish", file]), 4, &[told]);
    assert_eq!(chronicle.run(["events"]).good().lines().count(), 73);
    let finished = chronicle.run(["publish", file, "--keep-going"]);
    refused(&finished, 4, &[told]);
    assert_eq!((finished.err.matches("47891d5d").count(), finished.out.lines().count()), (1, 1));
}

/// Runs a script in a mount namespace of its own, as root there; `$1` is the command, `$2` an empty folder.
fn in_own_mounts(script: &str) -> Finished {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-euc", script, "sh"]).arg(program()).arg(folder.path());
    let output = command.env_remove("CHRONICLE_NATS_URL").env("NO_COLOR", "1").output().expect("unshare runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Finished { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn a_data_directory_that_cannot_be_written_is_named() {
    let finished = in_own_mounts(
        r#"mount -t tmpfs none "$2"; mkdir "$2/data"; mount -o remount,ro "$2"; "$1" --data "$2/data" publish < /dev/null"#,
    );
    refused(&finished, 1, &["error:", "/data", "ead-only", "hint:"]);
}

#[test]
fn a_full_disk_is_said_and_keeps_what_was_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("large.jsonl");
    std::fs::write(&file, large_events(2000)).expect("written");
    let script = format!(
        r#"mount -t tmpfs -o size=96m none "$2"
           code=0; "$1" --data "$2/data" publish - < '{}' > '{}' || code=$?
           "$1" --data "$2/data" events | wc -l; exit $code"#,
        file.display(),
        folder.path().join("acks").display()
    );
    let finished = in_own_mounts(&script);
    refused(&finished, 1, &["error:", "full"]);
    let acks = std::fs::read_to_string(folder.path().join("acks")).expect("acknowledgements");
    let acks = acks.lines().count();
    assert!(acks > 0 && acks < 2000, "{acks} were acknowledged");
    assert!(finished.out.trim().parse::<usize>().is_ok_and(|stored| stored >= acks), "{} of {acks}", finished.out);
}

/// Events of some 48 KB each that do not compress.
fn large_events(count: u64) -> String {
    let mut noise = 0x2545_f491_4f6c_dd1d_u64;
    let mut lines = String::new();
    for number in 0..count {
        let mut note = String::new();
        while note.len() < 48_000 {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            write!(note, "{noise:016x}").expect("a string takes what is written");
        }
        writeln!(
            lines,
            r#"{{"specversion":"1.0","id":"00000000-0000-4000-8000-{number:012}","source":"/t","type":"chronicle.founding.v1","data":{{"occurred":"2001","organisation":"sco","attribution":[{{"name":"t"}}],"note":"{note}"}}}}"#
        )
        .expect("a string takes what is written");
    }
    lines
}
