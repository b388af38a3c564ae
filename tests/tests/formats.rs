//! The formats of others, read by programs of others: tables by frictionless, calendars by icalendar, feeds by feedparser,
//! Popolo by its rules. The log and a service give the same files; thirty years of the world come out as they went in.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flate2::read::GzDecoder;
use jiff::Timestamp;
use jiff::civil::date;
use producer::import::{Item, Mapping, Snapshots, Source};
use projector::export::{Held, States, Writing, Years, undefused};
use projector::{Index, Record};
use serde_json::{Value, json};
use summit::{AsOf, Authority, OrganisationId, Vantage};
use tempfile::TempDir;
use tests::http::{Served, ask};
use tests::{Chronicle, NatsServer};

const ASTANA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/astana-2024.jsonl");
const HISTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/sco-history.jsonl");
const FACTBOOK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/factbook-1990-2019.csv.gz");
/// A text that breaks what does not take care: a formula, quotes, lines, markup, signs of other scripts and directions.
const HOSTILE: &str =
    "=HYPERLINK(\"http://evil.example\",\"x\"); a,b\\n ^c <b>&amp;</b>]]>\nEND:VEVENT 🏔️ \u{202e}مرحبا";

/// What a program of others sees in files of ours.
#[track_caller]
fn seen(what: &str, paths: &[&str]) -> Value {
    let (good, said, told) = judged(what, paths);
    assert!(good, "{told}");
    serde_json::from_str(&said).expect("JSON")
}

fn judged(what: &str, paths: &[&str]) -> (bool, String, String) {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the project");
    let packages = project.join(".python-packages");
    assert!(packages.join("frictionless").is_dir(), "frictionless is missing\nhint: ./deploy/setup --tests");
    let mut command = Command::new("python3");
    command.env("PYTHONPATH", packages).env("PYTHONUTF8", "1").stdin(Stdio::null());
    command.arg(project.join("tests/python/check_formats.py")).arg(what).args(paths);
    let output = command.output().unwrap_or_else(|error| panic!("{error}\nhint: ./deploy/setup --tests"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

/// The report and the history, on a server of its own.
fn filled() -> (NatsServer, Chronicle) {
    let server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    chronicle.run(["publish", ASTANA]).good();
    chronicle.run(["publish", HISTORY]).good();
    let other = ["--organisation", "brics", "--party", "IND", "--occurred", "2009-06-16", "--attribution", "Desk"];
    chronicle.run(["record", "admission", "--source", "/desks/test"].into_iter().chain(other)).good();
    (server, chronicle)
}

/// A file with a text in it.
fn file(folder: &TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, text).expect("written");
    path.to_str().expect("UTF-8").to_owned()
}

/// Texts by the name of their file.
fn folder(path: &Path) -> BTreeMap<String, String> {
    let files = std::fs::read_dir(path).expect("a folder").map(|file| file.expect("a file"));
    let read = |file: std::fs::DirEntry| {
        (file.file_name().into_string().expect("UTF-8"), std::fs::read_to_string(file.path()).expect("a text"))
    };
    files.map(read).collect()
}

#[test]
fn tables_are_what_their_description_says_and_frictionless_says_so_of_files_and_of_addresses() {
    let (_server, chronicle) = filled();
    let served = Served::start(&chronicle);
    let out = TempDir::new().expect("a folder");
    let path = |name: &str| out.path().join(name).to_str().expect("UTF-8").to_owned();
    for (name, arguments) in [
        ("sco", &["sco", "--format", "csv"][..]),
        ("raw", &["sco", "--format", "csv-raw"]),
        ("meeting", &["sco-plus-astana-2024", "--format", "csv"]),
        ("states", &["--all", "--format", "states", "--code", "dialogue_partner=3", "--every-party"]),
    ] {
        let told = chronicle.run(["export"].iter().chain(arguments).chain(&["--output", &path(name)]));
        assert_eq!((told.code, told.out.as_str()), (Some(0), ""), "{}", told.err);
        let files: Vec<String> = folder(&out.path().join(name)).into_keys().collect();
        let expected: &[&str] = match name {
            "states" => &["datapackage.json", "states.csv"],
            "meeting" => &["attendance.csv", "datapackage.json"],
            _ => &["attendance.csv", "datapackage.json", "spells.csv"],
        };
        assert_eq!(files, expected);
        let package = path(&format!("{name}/datapackage.json"));
        let told = &seen("tables", &[&package])[&package];
        assert_eq!(told["valid"], true, "{told}");
    }
    let http = |path: &str| format!("http://{}{path}", served.address);
    let timeline = http("/v1/organisations/sco/timeline?format=datapackage");
    let states = http("/v1/organisations?format=datapackage&table=states&organisation=sco,brics&from=2000&to=2005");
    let attendance = http("/v1/meetings/sco-plus-astana-2024/attendance?format=datapackage&table=csv-raw");
    let told = seen("tables", &[&timeline, &states, &attendance]);
    assert_eq!(told[&timeline]["rows"]["spells"], 21, "{told}");
    assert_eq!((&told[&states]["valid"], &told[&attendance]["valid"]), (&json!(true), &json!(true)), "{told}");

    // The checker is no rubber stamp.
    let table = out.path().join("sco/spells.csv");
    let text = std::fs::read_to_string(&table).expect("a table");
    std::fs::write(&table, text.replacen(",false,", ",perhaps,", 1)).expect("written");
    let (good, _, told) = judged("tables", &[&path("sco/datapackage.json")]);
    assert!(!good && told.contains("contested"), "{told}");
}

#[test]
fn the_log_and_a_service_give_the_same_files() {
    let (_server, chronicle) = filled();
    let served = Served::start(&chronicle);
    let gateway = format!("http://{}", served.address);
    let vantage = ["--as-of", "2024-07-04", "--at-position", "284"];
    for what in [
        &["sco", "--format", "csv"][..],
        &["sco", "--format", "csv", "--party", "IND"],
        &["sco", "--format", "csv-raw"],
        &["sco", "--format", "states", "--from", "1996", "--code", "dialogue_partner=3", "--code", "partner=3"],
        &["sco", "brics", "--format", "states"],
        &["--all", "--format", "csv"],
        &["Shanghai Cooperation Organisation", "SCO", "--format", "csv", "--party", "India"],
        &["sco", "--format", "popolo"],
        &["sco", "--format", "ics"],
        &["sco", "--format", "json"],
        &["sco-astana-2024", "--format", "csv"],
        &["sco-astana-2024", "--format", "popolo"],
        &["sco-astana-2024", "--format", "ics"],
        &["sco-astana-2024", "--format", "json"],
    ] {
        let export = || ["export"].into_iter().chain(what.iter().copied()).chain(vantage);
        let (here, there) = (chronicle.run(export()), chronicle.run(export().chain(["--gateway", &gateway])));
        assert_eq!((here.code, &here.out), (there.code, &there.out), "{what:?}\n{}{}", here.err, there.err);
        assert_eq!(here.code, Some(0), "{what:?}: {}", here.err);
        let tables = what.contains(&"csv") || what.contains(&"states") || what.contains(&"csv-raw");
        let cited = |err: &str| err.contains("position 284 of ") && err.contains("as of 2024-07-04");
        assert!(!tables || (cited(&here.err) && cited(&there.err)), "{what:?}: {}\n{}", here.err, there.err);
        if tables {
            let out = TempDir::new().expect("a folder");
            let into = |name: &str| ["--output".to_owned(), out.path().join(name).to_str().expect("UTF-8").to_owned()];
            let export = || export().map(ToOwned::to_owned);
            chronicle.run(export().chain(into("here"))).good();
            chronicle.run(export().chain(into("there")).chain(["--gateway".to_owned(), gateway.clone()])).good();
            assert_eq!(folder(&out.path().join("here")), folder(&out.path().join("there")), "{what:?}");
        }
    }
    for what in
        [&["scx", "--format", "csv"][..], &["sco", "scx", "--format", "csv"], &["sco", "brics", "--format", "ics"]]
    {
        let export = || ["export"].into_iter().chain(what.iter().copied());
        let (here, there) = (chronicle.run(export()), chronicle.run(export().chain(["--gateway", &gateway])));
        assert_eq!(here.code, there.code, "{what:?}: {}\n{}", here.err, there.err);
        assert_ne!(here.code, Some(0), "{what:?}");
    }
}

#[test]
fn a_name_stands_wherever_an_identifier_is_expected_and_what_it_is_taken_for_is_said() {
    const SCO: &str = "Shanghai Cooperation Organisation";
    let (_server, chronicle) = filled();
    for (named, written) in [
        (
            &["events", "--organisation", SCO, "--party", "belarus"][..],
            &["events", "--organisation", "sco", "--party", "BLR"][..],
        ),
        (&["replay", "--party", "India"], &["replay", "--party", "IND"]),
        (&["export", SCO], &["export", "sco"]),
        (
            &["export", SCO, "--format", "csv", "--party", "India"],
            &["export", "sco", "--format", "csv", "--party", "IND"],
        ),
        (&["diff", SCO, "--from", "1", "--to", "9"], &["diff", "sco", "--from", "1", "--to", "9"]),
    ] {
        let [named, written] = [named, written].map(|line| chronicle.run(line));
        assert_eq!((named.code, written.code, &named.out), (Some(0), Some(0), &written.out), "{}", named.err);
        assert!(!written.out.is_empty() && named.err.contains("\" is taken for "), "{}", named.err);
        assert!(!written.err.contains("is taken for"), "{}", written.err);
    }
    let desk = ["--occurred", "2024", "--source", "/desks/test", "--attribution", "A desk"];
    let record = |line: &[&str]| chronicle.run(["record"].iter().chain(line).chain(&desk));
    let told = record(&["admission", "--organisation", SCO, "--party", "Belarus", "--dry-run"]);
    let document: Value = serde_json::from_str(&told.out).expect("a document");
    assert_eq!((&document["data"]["organisation"], &document["data"]["party"]), (&json!("sco"), &json!("BLR")));
    assert!(told.err.contains("\"Belarus\" is taken for BLR (Belarus)"), "{}", told.err);

    // What several bear is nobody's, and what nothing bears is refused as ever.
    for of in ["organisation=alliance-one", "organisation=alliance-two"] {
        let told = record(&["naming", "--of", of, "--name", "The Alliance"]);
        assert_eq!(told.code, Some(0), "{}", told.err);
    }
    let told = record(&["admission", "--organisation", "the alliance", "--party", "IND"]);
    let called = "several are called \"the alliance\": alliance-one (The Alliance), alliance-two (The Alliance)";
    assert!(told.code != Some(0) && told.err.contains(called), "{}", told.err);
    let told = record(&["admission", "--organisation", "No Such Thing", "--party", "IND"]);
    assert!(told.code != Some(0) && told.err.contains("data.organisation: found \"No Such Thing\""), "{}", told.err);
}

#[test]
fn a_calendar_says_who_came_in_whose_place_and_how_often_it_was_corrected() {
    let (_server, chronicle) = filled();
    let out = TempDir::new().expect("a folder");
    let read = || {
        let calendar = chronicle.run(["export", "sco", "--format", "ics"]).good();
        seen("calendar", &[&file(&out, "sco.ics", &calendar)])
    };
    let calendar = read();
    let token = calendar["said"]["X-CHRONICLE-TOKEN"].as_str().expect("a token");
    assert!(token.contains("\"at_position\":"), "{token}");
    let plus = &calendar["entries"]["sco-plus-astana-2024@summit-chronicle"];
    assert_eq!((&plus["dtstart"], &plus["dtend"]), (&json!("2024-07-04"), &json!("2024-07-05")), "{plus}");
    assert_eq!(plus["related"]["sco-astana-2024@summit-chronicle"], "PARENT", "{plus}");
    let attendee = |entry: &Value, who: &str| entry["attendees"][format!("urn:chronicle:person:{who}")].clone();
    let whole = &calendar["entries"]["sco-astana-2024@summit-chronicle"];
    let came = attendee(whole, "subrahmanyam-jaishankar");
    assert_eq!(came["delegated-from"].as_str(), Some("urn:chronicle:person:narendra-modi"), "{came}");
    assert_eq!((&came["partstat"], &came["member"]), (&json!("ACCEPTED"), &json!("urn:chronicle:party:IND")), "{came}");
    let stayed = attendee(whole, "narendra-modi");
    assert_eq!(
        (&stayed["partstat"], &stayed["delegated-to"]),
        (&json!("DELEGATED"), &json!("urn:chronicle:person:subrahmanyam-jaishankar"))
    );
    assert_eq!(whole["sequence"], 0, "{whole}");

    let events = chronicle.run(["events", "--meeting", "sco-plus-astana-2024", "--kind", "meeting"]).good();
    let meeting: Value = serde_json::from_str(events.lines().next().expect("an event")).expect("JSON");
    chronicle.run(["correct", meeting["id"].as_str().expect("an id"), "--venue", "Congress Centre"]).good();
    let corrected = &read()["entries"]["sco-plus-astana-2024@summit-chronicle"];
    assert_eq!(corrected["sequence"], 1, "{corrected}");
    assert!(corrected["location"].as_str().is_some_and(|place| place.starts_with("Congress Centre")), "{corrected}");
    assert!(corrected["dtstamp"].as_str() > plus["dtstamp"].as_str(), "{corrected}");
}

#[test]
fn a_feed_tells_events_and_corrections_when_they_came_on_record() {
    let (_server, chronicle) = filled();
    let served = Served::start(&chronicle);
    let out = TempDir::new().expect("a folder");
    let read = |address: &str| {
        let answer = ask(served.address, address);
        assert_eq!(answer.status, 200, "{answer:?}");
        seen("feed", &[&file(&out, "feed.atom", &answer.body)])
    };
    let address = "/v1/organisations/sco/timeline?format=atom&limit=50";
    let feed = read(address);
    assert_eq!((&feed["version"], &feed["rights"]), (&json!("atom10"), &json!("licence not stated")), "{feed}");
    let entries = feed["entries"].as_array().expect("entries");
    assert_eq!((entries.len(), &feed["links"]["self"]), (50, &json!(address)));
    let latest = entries.iter().map(|entry| entry["updated"].as_str().expect("a time")).max();
    assert_eq!(feed["updated"].as_str(), latest);

    let newest = entries[0]["id"].as_str().and_then(|id| id.strip_prefix("urn:uuid:")).expect("an id").to_owned();
    let event = ask(served.address, &format!("/v1/events/{newest}")).json();
    let instant = |text: &str| text.parse::<Timestamp>().expect("an instant");
    let updated = entries[0]["updated"].as_str().expect("a time");
    assert_eq!(instant(updated), instant(event["recordedtime"].as_str().expect("a time")));
    assert_eq!(entries[0]["author"], event["data"]["attribution"][0]["name"]);
    let older = feed["links"]["next"].as_str().expect("an address");
    assert!(
        read(older)["entries"].as_array().is_some_and(|older| older.len() == 50 && older[0]["id"] != entries[0]["id"])
    );

    chronicle.run(["correct", &newest, "--note", "corrected"]).good();
    let tail = chronicle.run(["doctor", "--json"]).json()["log"]["entries"].as_u64().expect("a count");
    let feed = read(&format!("/v1/events?organisation=sco&format=atom&min_position={tail}"));
    let correction = &feed["entries"][0];
    assert_eq!(correction["links"]["related"], format!("/v1/events/{newest}"), "{correction}");
    assert_eq!(feed["entries"][1]["id"], format!("urn:uuid:{newest}"), "what is corrected stays where it was");
}

#[test]
fn hostile_texts_are_read_by_programs_of_others_as_they_were_written() {
    let server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    let event = |id: u32, kind: &str, data: Value| {
        let mut data = data;
        data["attribution"] = json!([{ "name": HOSTILE, "url": "https://example.org/?a=1&b=<2>" }]);
        let id = format!("00000000-0000-4000-8000-{id:012}");
        json!({ "specversion": "1.0", "id": id, "source": "/desks/test", "type": format!("chronicle.{kind}.v1"),
            "recordedtime": "2024-07-05T00:00:00Z", "data": data })
        .to_string()
    };
    let person = |id: &str| json!({ "name": HOSTILE, "id": id, "office": HOSTILE });
    let events = [
        event(1, "admission", json!({ "occurred": "2001", "organisation": "sco", "party": "IND", "note": HOSTILE })),
        event(
            2,
            "meeting",
            json!({ "occurred": "2024-07-04", "organisation": "sco", "meeting": "summit",
            "title": HOSTILE, "theme": HOSTILE, "place": HOSTILE, "venue": HOSTILE }),
        ),
        event(
            3,
            "attendance",
            json!({ "occurred": "2024-07-04", "meeting": "summit", "party": "IND", "level": "FM",
            "person": person("here"), "in_lieu_of": person("there") }),
        ),
    ];
    chronicle.feed(["publish", "-"], events.join("\n").as_bytes()).good();
    let out = TempDir::new().expect("a folder");
    let export = |of: &str, format: &str| chronicle.run(["export", of, "--format", format]).good();

    let path = |name: &str| out.path().join(name).to_str().expect("UTF-8").to_owned();
    for (format, shown) in [("csv", format!("'{HOSTILE}")), ("csv-raw", HOSTILE.to_owned())] {
        chronicle.run(["export", "summit", "--format", format, "--output", &path(format)]).good();
        let package = path(&format!("{format}/datapackage.json"));
        assert_eq!(seen("tables", &[&package])[&package]["rows"]["attendance"], 1);
        let table = export("summit", format);
        let row = csv_rows(&table).remove(0);
        assert_eq!(row["person"], shown);
        assert_eq!(undefused(&row["person"]), HOSTILE);
    }
    let calendar = seen("calendar", &[&file(&out, "summit.ics", &export("summit", "ics"))]);
    let entries = calendar["entries"].as_object().expect("entries");
    assert_eq!(entries.len(), 1, "{calendar}");
    let entry = &entries["summit@summit-chronicle"];
    assert_eq!((&entry["summary"], &entry["status"]), (&json!(HOSTILE), &json!("CONFIRMED")), "{entry}");
    let name = entry["attendees"]["urn:chronicle:person:here"]["cn"].as_str().expect("a name");
    assert_eq!(name, format!("{HOSTILE} ({HOSTILE})"));
    let feed = seen("feed", &[&file(&out, "sco.atom", &export("sco", "atom"))]);
    let entries = feed["entries"].as_array().expect("entries");
    assert_eq!(entries.len(), 3);
    assert_eq!(flat(entries[2]["author"].as_str().expect("a name")), flat(HOSTILE), "{feed}");
    assert!(entries.iter().all(|entry| entry["links"]["via"].is_null()), "no address that none is: {feed}");
    let popolo: Value = serde_json::from_str(&export("summit", "popolo")).expect("JSON");
    assert_eq!(popolo["persons"][0]["name"], HOSTILE);
    assert_popolo(&popolo);
}

/// A text without its white space, of which a reader of feeds makes what it likes.
fn flat(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The rows of a table, by their columns. Quotes hold together.
fn csv_rows(table: &str) -> Vec<BTreeMap<String, String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = table.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, quoted) {
            ('"', true) if chars.peek() == Some(&'"') => cell.extend(chars.next()),
            ('"', _) => quoted = !quoted,
            (',', false) => row.push(std::mem::take(&mut cell)),
            ('\r', false) => {}
            ('\n', false) => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            _ => cell.push(c),
        }
    }
    let heads = rows.remove(0);
    rows.into_iter().map(|row| heads.iter().cloned().zip(row).collect()).collect()
}

#[test]
fn popolo_keeps_to_its_rules() {
    let (_server, chronicle) = filled();
    for of in ["sco", "sco-astana-2024"] {
        let popolo: Value = chronicle.run(["export", of, "--format", "popolo"]).json();
        assert_popolo(&popolo);
        for what in ["organizations", "memberships", "events", "persons"] {
            assert!(popolo[what].as_array().is_some_and(|all| !all.is_empty()), "{of} has no {what}");
        }
        let ids = |what: &str| -> BTreeSet<&str> {
            popolo[what].as_array().into_iter().flatten().filter_map(|one| one["id"].as_str()).collect()
        };
        let (persons, organisations, events) = (ids("persons"), ids("organizations"), ids("events"));
        for membership in popolo["memberships"].as_array().into_iter().flatten() {
            let of = membership["organization_id"].as_str().expect("an organisation");
            assert!(organisations.contains(of), "{membership}");
            let person = membership["person_id"].as_str().map(|person| persons.contains(person));
            let member = membership["member"]["id"].as_str().map(|member| organisations.contains(member));
            assert_eq!(person.or(member), Some(true), "{membership}");
        }
        for event in popolo["events"].as_array().into_iter().flatten() {
            let attendees = event["attendees"].as_array().into_iter().flatten();
            assert!(attendees.filter_map(|one| one["id"].as_str()).all(|id| persons.contains(id)), "{event}");
            let parent = event["parent_id"].as_str();
            assert!(parent.is_none_or(|parent| events.contains(parent) || of != "sco"), "{event}");
        }
    }
    let wrong = json!({ "memberships": [{ "id": "x", "start_date": "2017-6" }] });
    assert!(std::panic::catch_unwind(|| assert_popolo(&wrong)).is_err(), "the rules are no rubber stamp");
}

/// The rules of the classes that are exported: which members there are, and of which form.
#[track_caller]
fn assert_popolo(popolo: &Value) {
    let text = || json!({ "type": ["string", "null"] });
    let date = || json!({ "type": ["string", "null"], "pattern": "^[0-9]{4}(-[0-9]{2}){0,2}$" });
    let instant = || json!({ "type": ["string", "null"], "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$" });
    let list = |items: Value| json!({ "type": "array", "items": items });
    let link = || object(&[("url", json!({ "type": "string", "pattern": "^https?://" })), ("note", text())], &["url"]);
    let named = || object(&[("id", text()), ("name", text())], &["id", "name"]);
    let other_name = object(
        &[("name", json!({ "type": "string" })), ("start_date", date()), ("end_date", date()), ("note", text())],
        &["name"],
    );
    let identifier = object(&[("identifier", json!({ "type": "string" })), ("scheme", text())], &["identifier"]);
    let told = |more: &[(&str, Value)], needed: &[&str]| {
        let common = [("created_at", instant()), ("updated_at", instant()), ("sources", list(link()))];
        object(&[&common[..], more].concat(), needed)
    };
    let person = told(&[("id", text()), ("name", text()), ("other_names", list(other_name.clone()))], &["id", "name"]);
    let organisation = told(
        &[
            ("id", text()),
            ("name", text()),
            ("other_names", list(other_name)),
            ("identifiers", list(identifier)),
            ("classification", text()),
            ("founding_date", date()),
        ],
        &["id", "name", "classification"],
    );
    let member = object(&[("@type", json!({ "enum": ["Organization", "Person"] })), ("id", text())], &["@type", "id"]);
    let membership = told(
        &[
            ("id", text()),
            ("label", text()),
            ("role", text()),
            ("member", member),
            ("person_id", text()),
            ("organization_id", json!({ "type": "string" })),
            ("start_date", date()),
            ("end_date", date()),
        ],
        &["id", "organization_id"],
    );
    let event = told(
        &[
            ("id", text()),
            ("name", text()),
            ("description", text()),
            ("classification", text()),
            ("start_date", date()),
            ("end_date", date()),
            ("location", text()),
            ("status", text()),
            ("organization_id", text()),
            ("parent_id", text()),
            ("attendees", list(named())),
        ],
        &["id", "name"],
    );
    let rules = object(
        &[
            ("meta", json!({ "type": "object", "required": ["token", "licence", "citation", "undated"] })),
            ("persons", list(person)),
            ("organizations", list(organisation)),
            ("memberships", list(membership)),
            ("events", list(event)),
        ],
        &["meta", "persons", "organizations", "memberships", "events"],
    );
    let rules = jsonschema::validator_for(&rules).expect("a schema");
    let faults: Vec<String> =
        rules.iter_errors(popolo).map(|fault| format!("{} {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

/// An object with these members and no others.
fn object(members: &[(&str, Value)], needed: &[&str]) -> Value {
    let members: serde_json::Map<String, Value> =
        members.iter().map(|(name, rule)| ((*name).to_owned(), rule.clone())).collect();
    json!({ "type": "object", "properties": members, "required": needed, "additionalProperties": false })
}

#[test]
fn events_that_are_exported_and_imported_give_equal_views_elsewhere() {
    let (_server, here) = filled();
    let exported = here.run(["export", "sco", "--format", "jsonl"]).good();
    let other = NatsServer::start();
    let there = Chronicle::on(&other.url());
    there.feed(["import", "jsonl", "-"], exported.as_bytes()).good();
    for question in [
        &["timeline", "sco"][..],
        &["members", "sco", "--as-of", "2017-06-09"],
        &["attendance", "sco-plus-astana-2024"],
        &["attendance", "sco-astana-2024", "--known-at", "2024-07-05"],
        &["signings", "--organisation", "sco"],
    ] {
        let ask = |chronicle: &Chronicle| {
            let mut answer = chronicle.run(question.iter().chain(&["--json"])).json();
            // Other positions, where only a part was exported; the citation names them too.
            answer["token"]["position"].take();
            answer["citation"].take();
            answer
        };
        assert_eq!(ask(&here), ask(&there), "{question:?}");
    }
}

/// The pictures; nothing, and a line that says so, where they are not here.
fn factbook() -> Option<PathBuf> {
    let path = std::env::var_os("CHRONICLE_FACTBOOK").map_or_else(|| FACTBOOK.into(), PathBuf::from);
    if path.exists() {
        return Some(path);
    }
    // Not by a macro of the standard library: the test's success would swallow it.
    let line = format!("not run: the export of the factbook, for there is no {}\n", path.display());
    std::io::stderr().write_all(line.as_bytes()).expect("standard error");
    None
}

#[test]
fn thirty_pictures_of_the_world_are_exported_year_by_year_as_they_were_imported() {
    let Some(path) = factbook() else { return };
    let mut text = String::new();
    GzDecoder::new(File::open(&path).expect("the table")).read_to_string(&mut text).expect("a table");
    let mut pictures: BTreeMap<i16, BTreeSet<[String; 3]>> = BTreeMap::new();
    for row in text.lines().skip(1) {
        let [year, party, organisation, status] = row.split(',').collect::<Vec<_>>().try_into().expect("four columns");
        let cell = [organisation, party, status].map(ToOwned::to_owned);
        pictures.entry(year.parse().expect("a year")).or_default().insert(cell);
    }
    assert_eq!(pictures.len(), 30);
    let mut index = Index::new();
    let source = Source::new("The World Factbook", Authority::Record).expect("a name");
    let recorded_at: Timestamp = "2020-01-01T00:00:00Z".parse().expect("an instant");
    for item in Snapshots::read(File::open(&path).expect("the table"), Mapping::default()).expect("a table") {
        if let Item::Said(change) = item.expect("a table") {
            let event = source.document(&*change).recorded_at(recorded_at).event().clone();
            index.record(Record { position: index.tail().next(), stored_at: recorded_at, event });
        }
    }
    let organisations: Vec<OrganisationId> = index.organisations().cloned().collect();
    let view_of = |year: i16| {
        let as_of = AsOf::End(year.to_string().parse().expect("EDTF"));
        index.view(&Vantage { as_of: Some(as_of), ..Vantage::default() }, date(2026, 1, 1)).expect("a vantage")
    };
    for (year, picture) in &pictures {
        let table =
            view_of(*year).spells_table(&organisations, None, Held::AtTheVantage, Writing::Safe).expect("known").csv;
        let row = |row: BTreeMap<String, String>| {
            assert_eq!(row["answer"], "yes", "{row:?}");
            ["organisation", "party", "status"].map(|name| row[name].clone())
        };
        let cells: BTreeSet<[String; 3]> = csv_rows(&table).into_iter().map(row).collect();
        assert_eq!(cells.difference(picture).next(), None, "{year}: exported, not in the picture");
        assert_eq!(picture.difference(&cells).next(), None, "{year}: in the picture, not exported");
    }

    // All years at once, in the codes of states and years.
    let years = Years { from: Some(1990), to: Some(2019) };
    let asked = States { organisations: organisations.clone(), years, every_party: true, ..States::default() };
    let table = view_of(2019).states_table(&asked).expect("a table").csv;
    let (mut rows, mut full) = (0, 0);
    for row in csv_rows(&table) {
        let picture = &pictures[&row["year"].parse::<i16>().expect("a year")];
        rows += 1;
        for organisation in &organisations {
            let says =
                |status: &str| picture.contains(&[organisation.to_string(), row["party"].clone(), status.to_owned()]);
            let expected = [("member", "1"), ("associate", "2"), ("observer", "3")];
            let expected = expected.into_iter().find(|(status, _)| says(status)).map(|(_, code)| code);
            let code = row[organisation.as_str()].as_str();
            full += usize::from(code == "1");
            assert!(expected.map_or(matches!(code, "0" | "-9"), |it| it == code), "{organisation} {code} {row:?}");
        }
    }
    assert!(rows > 30 * 190 && full > 250_000, "{rows} rows, {full} members");
}
