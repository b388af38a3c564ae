//! History again: replayed into another chronicle, and rehearsed in a chronicle of its own.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tests::{Chronicle, NatsServer, Running, wait};

const ASTANA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/astana-2024.jsonl");
const HISTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/sco-history.jsonl");
/// From where everything is asked, so that answers are of one day.
const DAY: &str = "2024-07-05";
const MEETING: &str = "sco-astana-2024";

/// The report and the history, published.
fn both() -> Chronicle {
    let chronicle = Chronicle::embedded();
    chronicle.run(["publish", ASTANA]).good();
    chronicle.run(["publish", HISTORY]).good();
    chronicle
}

/// What the events name under a key of their data, in order.
fn named(chronicle: &Chronicle, key: &str) -> Vec<String> {
    let events = chronicle.run(["events"]).good();
    let name = |line: &str| {
        let event: Value = serde_json::from_str(line).expect("JSON");
        event["data"][key].as_str().map(ToOwned::to_owned)
    };
    let names: std::collections::BTreeSet<String> = events.lines().filter_map(name).collect();
    names.into_iter().collect()
}

/// An answer without the position from which it was given.
fn masked(mut answer: Value) -> Value {
    answer["token"]["position"] = json!(null);
    answer["citation"] = json!(null);
    answer
}

/// What a chronicle in a directory answers; nothing where it fails.
fn ask(chronicle: &Chronicle, data: &Path, question: &[&str]) -> Option<Value> {
    let data = data.to_str().expect("a path");
    let asked = chronicle.run(question.iter().chain(&["--json", "--as-of", DAY, "--nats", "", "--data", data]));
    (asked.code == Some(0)).then(|| serde_json::from_str(&asked.out).expect("JSON"))
}

/// Compares two answers field by field, lists row by row, and names the first that differ.
#[track_caller]
fn compare(question: &[&str], left: &Value, right: &Value) {
    let (Value::Object(left), Value::Object(right)) = (left, right) else { panic!("{question:?} has no fields") };
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>(), "{question:?}");
    for (field, value) in left {
        let rows = |value: &Value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        let (left, right) = (rows(value), rows(&right[field]));
        for (number, (left, right)) in left.iter().zip(&right).enumerate() {
            assert_eq!(left, right, "{question:?}: {field}, row {number}");
        }
        assert_eq!(left.len(), right.len(), "{question:?}: {field}");
    }
}

/// Where the chronicle is rehearsed where nothing else is said.
fn beside(chronicle: &Chronicle) -> PathBuf {
    chronicle.data().with_file_name("data-rehearsal")
}

fn tail(chronicle: &Chronicle, data: &Path) -> Value {
    let data = data.to_str().expect("a path");
    chronicle.run(["doctor", "--json", "--nats", "", "--data", data]).json()["log"].clone()
}

fn acknowledged(running: &Running) -> u64 {
    let ack: Value = serde_json::from_str(&running.line().expect("an event happens")).expect("JSON");
    ack["position"].as_u64().expect("a position")
}

#[test]
fn everything_replayed_into_an_empty_directory_gives_equal_views_key_by_key() {
    let chronicle = both();
    let replayed = chronicle.run(["replay", "--speed", "max"]).good();
    assert_eq!(replayed.lines().count(), 283);
    let again = Chronicle::embedded();
    again.feed(["publish", "-"], replayed.as_bytes()).good();
    assert_eq!(again.run(["replay", "--speed", "max"]).good(), replayed, "byte for byte, and in the same order");

    // Both stay open meanwhile, or each question would start a server.
    let open = [&chronicle, &again].map(|one| one.spawn(["watch", "events"]));
    let [meetings, parties, organisations] = ["meeting", "party", "organisation"].map(|key| named(&chronicle, key));
    assert!(meetings.len() > 25 && parties.len() > 20, "{meetings:?} {parties:?}");
    let mut questions = vec![vec!["remarks"]];
    questions.extend(organisations.iter().flat_map(|one| [vec!["members", one], vec!["timeline", one]]));
    questions.extend(meetings.iter().map(|meeting| vec!["attendance", meeting]));
    questions.extend(parties.iter().map(|party| vec!["party", party]));
    for question in questions {
        let answer = |one: &Chronicle| ask(one, &one.data(), &question).map(masked);
        let (left, right) = std::thread::scope(|scope| {
            let left = scope.spawn(|| answer(&chronicle));
            let right = answer(&again);
            (left.join().expect("it is answered"), right)
        });
        match (left, right) {
            (Some(left), Some(right)) => compare(&question, &left, &right),
            (left, right) => panic!("{question:?}: {left:?} and {right:?}"),
        }
    }
    drop(open);
}

#[test]
fn step_by_step_every_line_lets_one_event_out_and_the_end_of_input_ends_it() {
    let chronicle = both();
    let all = chronicle.run(["events", "--kind", "signing,arrival"]).good();
    let all: Vec<&str> = all.lines().collect();
    assert!(all.len() > 4, "{all:?}");
    let step = ["replay", "--kind", "signing,arrival", "--speed", "step"];
    let three = chronicle.feed(step, b"\nnext\n\n").good();
    assert_eq!(three.lines().collect::<Vec<_>>(), all[..3]);
    let none = chronicle.feed(step, b"").good();
    assert_eq!(none, "");

    let mut replay = chronicle.spawn(step);
    for expected in &all {
        replay.say("");
        assert_eq!(replay.line().as_deref(), Some(*expected));
    }
    assert_eq!(replay.line(), None, "it ends with the last event");
    assert!(replay.end().success());
}

#[test]
fn a_paced_replay_prints_what_an_unpaced_one_does_and_says_how_long_it_takes() {
    let chronicle = both();
    let paced = chronicle.run(["replay", "--meeting", MEETING, "--speed", "100000x"]);
    assert!(paced.err.contains(" events, from the first to the last in "), "{}", paced.err);
    let quiet = chronicle.run(["replay", "--meeting", MEETING, "--speed", "100000x", "--quiet"]);
    assert_eq!(quiet.err, "");
    let max = chronicle.run(["replay", "--meeting", MEETING, "--speed", "max"]).good();
    assert!(max.lines().count() > 10, "{max}");
    assert_eq!([paced.good(), quiet.good()], [max.clone(), max]);
}

#[test]
fn a_rehearsal_is_watched_as_it_happens_ends_equal_and_leaves_the_real_chronicle_alone() {
    let chronicle = both();
    let (real, shadow) = (chronicle.data(), beside(&chronicle));
    let before = tail(&chronicle, &real);

    let mut rehearsal = chronicle.spawn(["rehearse", MEETING, "--speed", "step", "--json"]);
    rehearsal.say("");
    let first = acknowledged(&rehearsal);
    assert!(first > 200, "what the meeting stands on stands before: {first}");
    let (data, since) = (shadow.to_str().expect("a path"), (first - 1).to_string());
    let watch = ["watch", "attendance", MEETING, "--json", "--since", &since, "--data", data];
    let watch = chronicle.spawn(watch);
    let nobody = ask(&chronicle, &shadow, &["attendance", MEETING]);
    let present = |answer: &Value| answer["delegations"].as_array().map_or(0, Vec::len);
    assert_eq!(nobody.as_ref().map_or(0, present), 0, "nobody came yet: {nobody:?}");
    let members = ["members", "sco", "--party", "IND"];
    assert_eq!(
        ask(&chronicle, &shadow, &members).map(|answer| answer["parties"].clone()),
        ask(&chronicle, &real, &members).map(|answer| answer["parties"].clone()),
        "the organisation is there before"
    );

    let mut positions = vec![first];
    loop {
        // It ends with the last event, and then nobody reads.
        rehearsal.try_say("");
        let Some(ack) = rehearsal.line() else { break };
        let ack: Value = serde_json::from_str(&ack).expect("JSON");
        positions.push(ack["position"].as_u64().expect("a position"));
    }
    assert!(rehearsal.end().success());
    assert_eq!(positions, (first..).take(positions.len()).collect::<Vec<_>>());

    let whole = ["attendance", MEETING];
    let there = ask(&chronicle, &shadow, &whole).expect("it was rehearsed");
    compare(&whole, &masked(there.clone()), &masked(ask(&chronicle, &real, &whole).expect("it is there")));
    let mut seen = std::collections::BTreeSet::new();
    let parties = present(&there);
    wait(
        "every delegation to be told",
        || {
            while let Some(line) = watch.line_now() {
                let change: Value = serde_json::from_str(&line).expect("JSON");
                assert!(change["position"].as_u64().is_some_and(|position| position >= first), "{change}");
                let changes = change["changes"].as_array().expect("changes").clone();
                seen.extend(changes.iter().map(|change| change["party"].to_string()));
            }
            seen.len()
        },
        |seen| *seen == parties,
    );
    assert!(parties > 10, "{parties} delegations");
    assert_eq!(tail(&chronicle, &real), before);
}

#[test]
fn each_rehearsal_begins_anew_but_not_while_somebody_is_there() {
    let chronicle = both();
    let shadow = beside(&chronicle);
    let rehearse = ["rehearse", "sco-plus-astana-2024", "--speed", "100000x"];
    let first = chronicle.run(rehearse);
    assert!(first.err.contains("as if evenly over 2h, at 100000x"), "{}", first.err);
    assert!(first.err.contains("watch attendance sco-plus-astana-2024 --since "), "{}", first.err);
    assert!(first.err.contains(" attendance sco-plus-astana-2024 IND"), "{}", first.err);
    assert_eq!(first.good(), "", "data is asked for by --json");
    let once = tail(&chronicle, &shadow);

    let data = shadow.to_str().expect("a path");
    let watch = chronicle.spawn(["watch", "events", "--since", "0", "--data", data]);
    assert!(watch.line().is_some(), "it is there");
    let refused = chronicle.run(rehearse);
    assert_eq!(refused.code, Some(1), "{}", refused.err);
    assert!(refused.err.contains("is still open"), "{}", refused.err);
    assert_eq!(tail(&chronicle, &shadow), once);
    drop(watch);

    let mut other = chronicle.spawn(["rehearse", "sco-plus-astana-2024", "--speed", "step", "--json"]);
    other.say("");
    assert!(acknowledged(&other) > 200, "it is under way");
    let refused = chronicle.run(rehearse);
    assert_eq!(refused.code, Some(1), "{}", refused.err);
    drop(other);

    chronicle.run(rehearse).good();
    let twice = tail(&chronicle, &shadow);
    assert_eq!((&twice["last"], &twice["entries"]), (&once["last"], &once["entries"]));
    assert_ne!(twice["created_at"], once["created_at"], "the former one was thrown away");
}

#[test]
fn what_is_no_rehearsal_is_never_touched() {
    let chronicle = both();
    let before = tail(&chronicle, &chronicle.data());
    let foreign = Chronicle::embedded();
    foreign.run(["publish", ASTANA]).good();
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("report.txt"), "mine").expect("written");
    let parent = chronicle.data().parent().expect("a folder").to_owned();
    for directory in [foreign.data(), chronicle.data(), folder.path().to_owned(), parent] {
        let into = directory.to_str().expect("a path");
        let refused = chronicle.run(["rehearse", MEETING, "--speed", "max", "--into", into]);
        assert_eq!(refused.code, Some(1), "{into}: {}", refused.err);
        assert!(refused.err.contains("holds something else than a rehearsal"), "{}", refused.err);
        assert!(refused.err.contains("hint: name an empty directory"), "{}", refused.err);
    }
    assert_eq!(tail(&foreign, &foreign.data())["last"], 73);
    assert_eq!(tail(&chronicle, &chronicle.data()), before);
    assert_eq!(std::fs::read_dir(folder.path()).expect("it is there").count(), 1);

    let unknown = chronicle.run(["rehearse", "sco-astana-2042", "--speed", "max"]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.err.contains("did you mean sco-astana-2024"), "{}", unknown.err);
    assert!(!beside(&chronicle).exists(), "nothing is made for a meeting that is not there");
}

#[test]
fn a_chronicle_on_a_server_is_rehearsed_in_a_directory() {
    let server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    chronicle.run(["publish", ASTANA]).good();
    let folder = tempfile::tempdir().expect("a folder");
    let into = folder.path().join("deep/er");
    let rehearsed = chronicle.run(["rehearse", MEETING, "--speed", "max", "--into", into.to_str().expect("a path")]);
    assert!(rehearsed.err.contains("chronicle --nats '' --data "), "the variable would win: {}", rehearsed.err);
    rehearsed.good();
    let whole = ["attendance", MEETING];
    let real = chronicle.run(whole.iter().chain(&["--json", "--as-of", DAY])).json();
    let there = ask(&chronicle, &into, &whole).expect("it was rehearsed");
    compare(&whole, &masked(there), &masked(real));
    assert_eq!(chronicle.run(["events"]).good().lines().count(), 73);
}
