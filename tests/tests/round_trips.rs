//! What is exported and imported elsewhere gives equal views: csv in all that it tells of spells, Popolo in whole days,
//! months and years and what its labels say beside them.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::date;
use producer::import::{Item, Mapping, Reading, Said, Snapshots, Source, Spells};
use projector::export::{Held, UNLICENSED, Writing};
use projector::{Index, Record};
use serde_json::Value;
use summit::{Authority, OrganisationId, Vantage};
use tempfile::TempDir;
use tests::Chronicle;
use wire::Document;

const FACTBOOK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/factbook-1990-2019.csv.gz");
const ASTANA: &str = include_str!("../../crates/wire/tests/data/astana-2024.jsonl");
const HISTORY: &str = include_str!("../../crates/wire/tests/data/sco-history.jsonl");
/// Suspended, restored and suspended again; dates of many forms.
const SPELLS: &str = "organisation,party,status,from,until,suspensions\nau,MLI,member,2002-07-09,,2012-03-23/2013; from 2020-08/2020-09 until ..\n\
    au,MAR,observer,..,2017-01-30,\nau,MAR,member,2017-01-30,,\nau,ZAF,member,1994..1995,2001-06,\nau,ZAF,guest,2001-06,[2003..],\n\
    au,EGY,member,1978-02-17?,1978,\nau,EGY,member,1978,2013~,\nau,TUN,member,1984-03-05..1984-03-07,1990-01/1990-06,\n";

fn instant() -> Timestamp {
    "2025-01-01T00:00:00Z".parse().expect("an instant")
}

fn record(index: &mut Index, document: &Document) {
    let event = document.clone().recorded_at(instant()).event().clone();
    index.record(Record { position: index.tail().next(), stored_at: instant(), event });
}

/// All that a table says, folded; each row of it is good.
fn take(index: &mut Index, table: impl Reading<Said: Said>) {
    let source = Source::new("Elsewhere", Authority::Record).expect("a name");
    for item in table {
        match item.expect("a table") {
            Item::Said(said) => record(index, &source.document(&*said)),
            Item::Rejected(reject) => panic!("{}: {reject}", reject.line),
        }
    }
}

/// Each spell that nobody contests: party, status, and the bounds of its beginning, its end and its suspensions.
fn spells(index: &Index, organisation: &OrganisationId) -> BTreeSet<[String; 4]> {
    let view = index.view(&Vantage::default(), date(2026, 1, 1)).expect("a vantage");
    let timeline = view.timeline(organisation, None).expect("it is known");
    let dated = |dated: &projector::Dated| format!("{:?} to {:?}", dated.earliest, dated.latest);
    let mut found = BTreeSet::new();
    for row in timeline.parties {
        for spell in row.spells.iter().filter(|spell| !spell.status.is_none() && !spell.contested) {
            let until = spell.until.as_ref().map_or("..".to_owned(), dated);
            let period = |one: &projector::Period| {
                format!("{} until {}", dated(&one.since), one.until.as_ref().map_or("..".to_owned(), dated))
            };
            let suspensions: Vec<String> = spell.suspensions.iter().map(period).collect();
            let span = format!("{} until {until}", dated(&spell.since));
            found.insert([row.party.to_string(), spell.status.to_string(), span, suspensions.join("; ")]);
        }
    }
    found
}

fn csv(index: &Index, organisations: &[OrganisationId], writing: Writing) -> String {
    let view = index.view(&Vantage::default(), date(2026, 1, 1)).expect("a vantage");
    view.spells_table(organisations, None, Held::Ever, writing).expect("they are known").csv
}

fn popolo(index: &Index, organisation: &OrganisationId) -> String {
    let view = index.view(&Vantage::default(), date(2026, 1, 1)).expect("a vantage");
    view.popolo_of_organisation(organisation, Held::Ever, &view.about("", UNLICENSED)).expect("it is known")
}

fn sco() -> Index {
    let mut index = Index::new();
    for line in ASTANA.lines().chain(HISTORY.lines()) {
        record(&mut index, &Document::decode(line.as_bytes()).expect("an event"));
    }
    index
}

fn au() -> Index {
    let mut index = Index::new();
    take(&mut index, Spells::read(SPELLS.as_bytes(), Mapping::default()).expect("a table"));
    index
}

#[test]
fn spells_exported_as_csv_are_equal_where_they_are_imported() {
    for (index, name) in [(sco(), "sco"), (au(), "au")] {
        let organisation: OrganisationId = name.parse().expect("a slug");
        let expected = spells(&index, &organisation);
        assert!(expected.len() >= 6, "{expected:?}");
        for writing in [Writing::Safe, Writing::Raw] {
            let table = csv(&index, std::slice::from_ref(&organisation), writing);
            let mut there = Index::new();
            take(&mut there, Spells::read(table.as_bytes(), Mapping::default()).expect("a table"));
            let found = spells(&there, &organisation);
            assert_eq!(found.difference(&expected).next(), None, "more in {table}");
            assert_eq!(expected.difference(&found).next(), None, "less in {table}");
        }
    }
}

#[test]
fn thirty_years_of_the_world_exported_as_csv_are_equal_where_they_are_imported() {
    let path = std::env::var_os("CHRONICLE_FACTBOOK").map_or(Path::new(FACTBOOK).to_owned(), Into::into);
    if !path.exists() {
        // Not by a macro of the standard library: the test's success would swallow it.
        let line = format!("not run: the round trip of the factbook, for there is no {}\n", path.display());
        return std::io::stderr().write_all(line.as_bytes()).expect("standard error");
    }
    let mut index = Index::new();
    take(&mut index, Snapshots::read(File::open(path).expect("the table"), Mapping::default()).expect("a table"));
    let organisations: Vec<OrganisationId> = index.organisations().cloned().collect();
    let table = csv(&index, &organisations, Writing::Safe);
    let mut there = Index::new();
    take(&mut there, Spells::read(table.as_bytes(), Mapping::default()).expect("a table"));
    for organisation in &organisations {
        let (expected, found) = (spells(&index, organisation), spells(&there, organisation));
        assert_eq!(found.difference(&expected).next(), None, "more in {organisation}");
        assert_eq!(expected.difference(&found).next(), None, "less in {organisation}");
    }
}

#[test]
fn spells_exported_as_popolo_are_equal_but_for_suspensions_and_dates_that_it_cannot_say() {
    for (index, name) in [(sco(), "sco"), (au(), "au")] {
        let organisation: OrganisationId = name.parse().expect("a slug");
        let text = popolo(&index, &organisation);
        let mut there = Index::new();
        take(&mut there, Spells::popolo(text.as_bytes(), Mapping::default()).expect("a document"));
        let plain = |spells: BTreeSet<[String; 4]>| -> BTreeSet<[String; 3]> {
            spells.into_iter().map(|[party, status, span, _]| [party, status, span]).collect()
        };
        let (expected, found) = (plain(spells(&index, &organisation)), plain(spells(&there, &organisation)));
        assert_eq!(found.difference(&expected).next(), None, "more in {text}");
        assert_eq!(expected.difference(&found).next(), None, "less in {text}");
    }
}

#[test]
fn what_one_chronicle_exports_another_imports_once() {
    let (here, there) = (Chronicle::embedded(), Chronicle::embedded());
    here.feed(["publish", "-"], [ASTANA, HISTORY].concat().as_bytes()).good();
    let folder = TempDir::new().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let timeline = |chronicle: &Chronicle| {
        let timeline = chronicle.run(["timeline", "sco", "--json"]).json();
        let mut spells = BTreeSet::new();
        for row in timeline["parties"].as_array().expect("parties") {
            for spell in row["spells"].as_array().expect("spells").iter().filter(|spell| spell["status"] != "none") {
                let bounds = |dated: &Value| format!("{} {}", dated["earliest"], dated["latest"]);
                spells.insert([
                    row["party"].to_string(),
                    spell["status"].to_string(),
                    bounds(&spell["since"]),
                    bounds(&spell["until"]),
                ]);
            }
        }
        spells
    };
    let expected = timeline(&here);
    assert!(expected.len() > 15, "{expected:?}");
    for (format, import) in [("csv", "spells"), ("popolo", "popolo")] {
        let file = path(format);
        std::fs::write(&file, here.run(["export", "sco", "--format", format]).good()).expect("written");
        let source = format!("Elsewhere, as {format}");
        let command = ["import", import, &file, "--source", &source, "--authority", "record"];
        let first = there.run(command);
        assert_eq!(first.code, Some(0), "{}", first.err);
        assert!(first.err.contains(" published, 0 known, 0 rejected\n"), "{}", first.err);
        let again = there.run(command);
        assert!(
            again.err.starts_with("0 published, ") && again.err.contains(" known, 0 rejected: nothing is new\n"),
            "{}",
            again.err
        );
        assert_eq!(timeline(&there), expected, "{format}");
    }
}

/// An organisation with a party that ceased and one that goes on, names that somebody gave, a meeting, what corrects and
/// takes back; and beside it what is of no account to it.
fn succeeded() -> Vec<Value> {
    let event = |kind: &str, n: u32, mut data: Value| {
        data["attribution"] = serde_json::json!([{ "name": "Archive" }]);
        serde_json::json!({
            "specversion": "1.0", "id": format!("00000000-0000-4000-8000-{n:012}"), "source": "/desks/archive",
            "type": format!("chronicle.{kind}.v1"), "datacontenttype": "application/json", "data": data,
        })
    };
    let corrects = |mut event: Value, n: u32| {
        event["corrects"] = format!("00000000-0000-4000-8000-{n:012}").into();
        event
    };
    let json = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    vec![
        event(
            "admission",
            1,
            json(r#"{"occurred":"1945-10-24","organisation":"un","party":"SUHH","status":"member"}"#),
        ),
        event(
            "admission",
            2,
            json(r#"{"occurred":"1945-10-24","organisation":"un","party":"YUCS","status":"member"}"#),
        ),
        event(
            "succession",
            3,
            json(r#"{"occurred":"1991-12-26","from":["SUHH"],"to":["RUS"],"manner":"continuation"}"#),
        ),
        event(
            "succession",
            4,
            json(r#"{"occurred":"1990","from":["YUCS"],"to":["SRB","HRV"],"manner":"dissolution"}"#),
        ),
        corrects(
            event(
                "succession",
                5,
                json(r#"{"occurred":"1992","from":["YUCS"],"to":["SRB","HRV"],"manner":"dissolution"}"#),
            ),
            4,
        ),
        event("naming", 6, json(r#"{"occurred":"1991-12-26","of":{"party":"RUS"},"name":"Russia, as it is called"}"#)),
        event("naming", 7, json(r#"{"occurred":"1945","of":{"organisation":"un"},"name":"United Nations"}"#)),
        event("admission", 8, json(r#"{"occurred":"1920","organisation":"league","party":"FRA","status":"member"}"#)),
        event("succession", 9, json(r#"{"occurred":"1946","from":["league"],"to":["un"],"manner":"renaming"}"#)),
        event("succession", 10, json(r#"{"occurred":"1967","from":["eec"],"to":["ec2"]}"#)),
        event("admission", 11, json(r#"{"occurred":"1960","organisation":"oecd","party":"CAN","status":"member"}"#)),
        event("naming", 12, json(r#"{"occurred":"1960","of":{"party":"CAN"},"name":"Canada, of no account"}"#)),
    ]
}

/// What is said of an organisation, taken elsewhere.
fn elsewhere(index: &Index, of: &OrganisationId, events: &[Value]) -> Index {
    let belonging = index.belonging(of);
    let mut there = Index::new();
    for document in events.iter().map(|event| Document::decode(event.to_string().as_bytes()).expect("an event")) {
        if belonging.contains(&document.event().id) {
            record(&mut there, &document);
        }
    }
    there
}

#[test]
fn events_exported_give_equal_views_where_they_are_imported() {
    let events = succeeded();
    let mut index = Index::new();
    for event in &events {
        record(&mut index, &Document::decode(event.to_string().as_bytes()).expect("an event"));
    }
    let un: OrganisationId = "un".parse().expect("a slug");
    let there = elsewhere(&index, &un, &events);
    assert_eq!(index.belonging(&un).len(), 9, "all but what is of no account");
    let told = |index: &Index, as_of: &str| {
        let vantage = Vantage { as_of: Some(as_of.parse().expect("a date")), ..Vantage::default() };
        let view = index.view(&vantage, date(2026, 1, 1)).expect("a vantage");
        let members = view.members(&un, &projector::MembersFilter::default()).expect("it is known");
        let timeline = view.timeline(&un, None).expect("it is known");
        let told = |answer: Result<Value, serde_json::Error>| {
            let mut answer = answer.expect("JSON");
            if let Some(answer) = answer.as_object_mut() {
                answer.remove("token");
            }
            answer
        };
        (told(serde_json::to_value(members)), told(serde_json::to_value(timeline)))
    };
    for as_of in ["1950", "1991", "2000"] {
        assert_eq!(told(&there, as_of), told(&index, as_of), "{as_of}");
    }
    // One that only a succession names.
    let eec: OrganisationId = "eec".parse().expect("a slug");
    assert_eq!(index.belonging(&eec).len(), 1);
    assert!(index.belonging(&"nobody".parse().expect("a slug")).is_empty());
}
