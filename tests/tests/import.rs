//! History from thirty yearly pictures of the world, the real ones: published once, answered as the table says, contesting
//! what is better known, and whole again after every `kill -9`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chronicle_nats::{NatsChronicle, Settings};
use flate2::read::GzDecoder;
use jiff::Timestamp;
use producer::import::{Item, Mapping, Snapshots, Source};
use projector::{Index, MembersFilter, Record, Stated};
use serde_json::{Value, json};
use summit::{AsOf, Authority, OrganisationId, Vantage};
use tempfile::TempDir;
use tests::{Chronicle, NatsServer};

/// Where the pictures are, unless `CHRONICLE_FACTBOOK` says so: beside the repository.
const FACTBOOK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/factbook-1990-2019.csv.gz");
const ASTANA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/astana-2024.jsonl");
const HISTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/sco-history.jsonl");
const NAME: &str = "The World Factbook";
const YEARS: std::ops::RangeInclusive<u32> = 1990..=2019;
/// Rows of the table, and what changed from one of its pictures to the next.
const CELLS: usize = 269_489;
const CHANGES: u64 = 24_113;
/// The day of every question; each names its own year.
const TODAY: jiff::civil::Date = jiff::civil::date(2026, 1, 1);
/// How often an import is killed.
const KILLS: u32 = 20;

/// The pictures; nothing, and a line that says so, where they are not here.
fn factbook() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("CHRONICLE_FACTBOOK") {
        return Some(path.into());
    }
    let path = Path::new(FACTBOOK);
    if path.exists() {
        return Some(path.to_owned());
    }
    // Not by a macro of the standard library: the test's success would swallow it.
    let line = format!("not run: the import of the factbook, for there is no {FACTBOOK}\n");
    std::io::stderr().write_all(line.as_bytes()).expect("standard error");
    None
}

/// (organisation, party, status) by year, read without the importer.
fn cells(path: &Path) -> BTreeMap<u32, BTreeSet<[String; 3]>> {
    let mut text = String::new();
    GzDecoder::new(File::open(path).expect("the table")).read_to_string(&mut text).expect("a table");
    let mut years: BTreeMap<u32, BTreeSet<[String; 3]>> = BTreeMap::new();
    for row in text.lines().skip(1) {
        let [year, party, organisation, status] = row.split(',').collect::<Vec<_>>().try_into().expect("four columns");
        let cell = [organisation, party, status].map(ToOwned::to_owned);
        assert!(years.entry(year.parse().expect("a year")).or_default().insert(cell), "{row} is there twice");
    }
    years
}

#[tokio::test(flavor = "multi_thread")]
async fn every_cell_of_thirty_years_is_answered_as_the_table_says_and_a_second_import_adds_nothing() {
    let Some(path) = factbook() else { return };
    let server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    let file = path.to_str().expect("UTF-8");
    let import = ["import", "snapshots", file, "--authority", "record", "--source", NAME, "--json"];
    let summed_up = |published: u64| {
        json!({"pictures": 30, "rows": CELLS, "changes": CHANGES, "nones": 6250, "unsaid": 0, "rejected": 0,
            "published": published, "known": CHANGES - published})
    };
    assert_eq!(chronicle.run(import).json(), summed_up(CHANGES));
    let again = chronicle.run(import);
    assert_eq!(again.err, format!("0 published, {CHANGES} known, 0 rejected: nothing is new\n"));
    assert_eq!(again.json(), summed_up(0));

    let log = NatsChronicle::connect(&Settings::new(server.url(), "test")).await.expect("it runs");
    let index = projector::catch_up(&log, None).await.expect("readable");
    assert_eq!(index.len() as u64, CHANGES);
    let table = cells(&path);
    let organisations: Vec<OrganisationId> = index.organisations().cloned().collect();
    let mut seen = 0;
    for year in YEARS {
        let answered = answered(&index, &organisations, year);
        assert_eq!(answered.difference(&table[&year]).next(), None, "{year}: answered, not in the table");
        assert_eq!(table[&year].difference(&answered).next(), None, "{year}: in the table, not answered");
        seen += answered.len();
    }
    assert_eq!((table.len(), seen), (30, CELLS));
}

#[test]
fn a_weaker_source_that_says_otherwise_of_everyone_contests_every_cell_and_changes_none() {
    let Some(path) = factbook() else { return };
    let table = cells(&path);
    let mut index = Index::new();
    take(&mut index, &path, Authority::Record, Mapping::default(), "2020-01-01T00:00:00Z");
    let statuses: BTreeSet<&String> = table.values().flatten().map(|[.., status]| status).collect();
    let visitor = statuses.into_iter().map(|status| (status.clone(), "visitor".to_owned()));
    let mapping = Mapping { statuses: visitor.collect(), ..Mapping::default() };
    take(&mut index, &path, Authority::Press, mapping, "2021-01-01T00:00:00Z");
    assert!(index.len() as u64 > CHANGES + 15_000, "{}", index.len());

    let organisations: Vec<OrganisationId> = index.organisations().cloned().collect();
    for year in [1990, 2004, 2019] {
        assert_eq!(answered(&index, &organisations, year), table[&year], "{year}");
    }
    let view = index.view(&end_of(1990), TODAY).expect("a vantage");
    let members = |one: &OrganisationId| view.members(one, &MembersFilter::default()).expect("it is known").parties;
    assert!(
        organisations.iter().flat_map(members).all(|row| row.contested),
        "each first spell is contradicted in 1990"
    );
}

/// Takes what a table says into an index, as the importer says it.
fn take(index: &mut Index, path: &Path, authority: Authority, mapping: Mapping, recorded_at: &str) {
    let source = Source::new(NAME, authority).expect("a good name");
    let recorded_at: Timestamp = recorded_at.parse().expect("an instant");
    for item in Snapshots::read(File::open(path).expect("the table"), mapping).expect("a table") {
        if let Item::Said(told) = item.expect("a table") {
            let event = source.document(&*told).recorded_at(recorded_at).event().clone();
            index.record(Record { position: index.tail().next(), stored_at: recorded_at, event });
        }
    }
}

fn end_of(year: u32) -> Vantage {
    Vantage { as_of: Some(AsOf::End(year.to_string().parse().expect("EDTF"))), ..Vantage::default() }
}

/// Every row of every organisation at the end of a year, all of them sure.
fn answered(index: &Index, organisations: &[OrganisationId], year: u32) -> BTreeSet<[String; 3]> {
    let view = index.view(&end_of(year), TODAY).expect("a vantage");
    let mut cells = BTreeSet::new();
    for organisation in organisations {
        let members = view.members(organisation, &MembersFilter::default()).expect("it is known");
        for row in members.parties {
            let status = row.status.expect("rows have one").to_string();
            assert_eq!(row.answer, Stated::Yes, "{organisation} {} {status} {year}", row.party);
            assert!(cells.insert([organisation.to_string(), row.party.to_string(), status]), "twice: {}", row.party);
        }
    }
    cells
}

#[test]
fn press_beside_a_record_contests_is_explained_and_changes_nothing() {
    let Some(path) = factbook() else { return };
    let chronicle = Chronicle::embedded();
    chronicle.run(["publish", HISTORY]).good();
    let record = timeline(&chronicle);
    assert_eq!(record.len(), 18, "spells of the record");
    let file = path.to_str().expect("UTF-8");
    let import = ["import", "snapshots", file, "--authority", "press", "--source", NAME];
    assert_eq!(chronicle.run(import).err, format!("{CHANGES} published, 0 known, 0 rejected\n"));

    // Every spell of the record is there with its dates; where the press says otherwise, it is contested.
    let both = timeline(&chronicle);
    let mut contested = BTreeSet::new();
    for (spell, was) in &record {
        assert!(!was, "nobody contests the record by itself: {spell:?}");
        let is = both.get(spell).unwrap_or_else(|| panic!("{spell:?} is gone or has other dates: {both:?}"));
        if *is {
            contested.insert(spell[0].as_str());
        }
    }
    assert_eq!(contested, ["AFG", "BLR", "TUR"].into());
    for (party, status) in [("AFG", "observer"), ("BLR", "dialogue_partner"), ("TUR", "dialogue_partner")] {
        let explained = chronicle.run(["explain", "sco", party, "--json"]).json();
        let spells = explained["spells"].as_array().expect("spells");
        let spell = spells.iter().find(|spell| spell["status"] == status).expect("that of the record");
        let claims = spell["claims"].as_array().expect("claims");
        let role = |role: &str| claims.iter().find(|claim| claim["role"] == role).expect("a claim");
        assert_eq!(role("dates")["authority"], "record", "{party}");
        let contradicts = role("contradicts");
        assert_eq!(
            [
                &contradicts["kind"],
                &contradicts["authority"],
                &contradicts["status"],
                &contradicts["attribution"][0]["name"]
            ],
            ["standing", "press", "dialogue_member", NAME],
            "{party}"
        );
    }
}

/// Spells of the SCO, by party, status, since and until: whether they are contested.
fn timeline(chronicle: &Chronicle) -> BTreeMap<[String; 4], bool> {
    let timeline = chronicle.run(["timeline", "sco", "--json"]).json();
    let mut found = BTreeMap::new();
    for row in timeline["parties"].as_array().expect("parties") {
        for spell in row["spells"].as_array().expect("spells") {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let key = [&row["party"], &spell["status"], &spell["since"]["edtf"], &spell["until"]["edtf"]].map(text);
            found.insert(key, spell["contested"] == true);
        }
    }
    found
}

#[test]
fn whenever_an_import_is_killed_the_next_one_completes_it_and_nothing_stands_twice() {
    let folder = TempDir::new().expect("a folder");
    let table = folder.path().join("table.csv");
    std::fs::write(&table, pictures()).expect("written");
    let import = ["import", "snapshots", table.to_str().expect("UTF-8"), "--source", "Pictures", "--json"];

    let whole = Chronicle::embedded();
    let begun = Instant::now();
    let changes = whole.run(import).json()["published"].as_u64().expect("a count");
    let duration = begun.elapsed();
    assert_eq!(changes, 4000);

    let mut halfway = 0;
    for round in 0..KILLS {
        let chronicle = Chronicle::embedded();
        let moment = duration.mul_f64(random());
        let mut child = chronicle.command(import).spawn().expect("the command runs");
        let begun = Instant::now();
        while child.try_wait().expect("a child").is_none() && begun.elapsed() < moment {
            std::thread::park_timeout(Duration::from_millis(1));
        }
        // Fails only when it has ended already.
        let _ = child.kill();
        child.wait().expect("it ends");

        let next = chronicle.run(import).json();
        let (published, known) = (next["published"].as_u64(), next["known"].as_u64());
        assert_eq!(published.zip(known).map(|(new, old)| new + old), Some(changes), "round {round}, after {moment:?}");
        halfway += u32::from(published > Some(0) && known > Some(0));
        assert_eq!(stored(&chronicle), [Some(changes); 2], "round {round}, after {moment:?}");
    }
    assert!(halfway > 0, "none of {KILLS} was killed in the middle of publishing");
}

/// Ten pictures of four hundred parties, of whom each changes its status every year.
fn pictures() -> String {
    let mut table = "date,party,organisation,status\n".to_owned();
    for year in 2000..2010 {
        for party in 0..400 {
            let status = if year % 2 == 0 { "member" } else { "observer" };
            writeln!(table, "{year},party-{party},org-{},{status}", party % 7).expect("a string takes what is written");
        }
    }
    table
}

/// From 0 to 1, another one every time.
fn random() -> f64 {
    f64::from(u32::try_from(RandomState::new().hash_one(0) >> 32).expect("32 bits are left")) / f64::from(u32::MAX)
}

/// Entries of the log, and the different events among them.
fn stored(chronicle: &Chronicle) -> [Option<u64>; 2] {
    let state = chronicle.run(["doctor", "--json"]).json();
    [state["log"]["entries"].as_u64(), state["events"].as_u64()]
}

const BAD: &str = "year;state;body;role\n2001;KAZ;sco;member\n2001;UZB;sco;Member\n2002;KAZ;sco;full\n2002;UZB;sco;Member\n\
                   2002;Kosovo;sco;oberver\n2002;Narnia;sco;member\n2003;KAZ;sco;member\n";

#[test]
fn what_is_no_good_is_rejected_with_its_reason_and_the_rest_is_imported() {
    let folder = TempDir::new().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (table, rejects) = (path("table.csv"), path("rejects.csv"));
    std::fs::write(&table, BAD).expect("written");
    let chronicle = Chronicle::embedded();
    let mut import = vec!["import", "snapshots", &table, "--source", "My table", "--authority", "record"];
    for option in ["date=year", "party=state", "organisation=body", "status=role"] {
        import.extend(["--column", option]);
    }
    import.extend(["--delimiter", ";", "--party-map", "Kosovo=kosovo", "--status-map", "Member=member"]);
    import.extend(["--status-map", "full=member", "--status-map", "oberver=observer"]);

    let tried = chronicle.run(import.iter().chain(&["--dry-run"]));
    assert_eq!(tried.code, Some(4));
    let said = "3 pictures of 7 rows show 5 changes, 2 of them to none\n1 rejected; what these rows may speak of is left unsaid 0 times\n";
    assert_eq!(tried.out, said);
    assert!(
        tried.err.contains(&format!("{table}:7: state: found \"Narnia\", allowed is an ISO 3166-1")),
        "{}",
        tried.err
    );
    assert!(tried.err.contains("error: one row is rejected\nhint: --rejects FILE"), "{}", tried.err);
    assert!(!chronicle.data().exists(), "no chronicle is asked");

    let done = chronicle.run(import.iter().chain(&["--rejects", &rejects, "--json"]));
    assert_eq!(done.code, Some(4));
    assert_eq!(done.err, "5 published, 0 known, 1 rejected\nerror: one row is rejected, the others are imported\n");
    let summary: Value = serde_json::from_str(&done.out).expect("JSON");
    let expected = json!({"pictures": 3, "rows": 7, "changes": 5, "nones": 2, "unsaid": 0, "rejected": 1, "published": 5, "known": 0});
    assert_eq!(summary, expected);
    let written = std::fs::read_to_string(&rejects).expect("written");
    assert!(written.starts_with("line,column,found,allowed\n7,state,\"\"\"Narnia\"\"\",\"an ISO 3166-1"), "{written}");
    let members = chronicle.run(["members", "sco", "--as-of", "2002", "--json"]).json();
    assert_eq!(members["counts"], json!({"member": {"yes": 2, "possibly": 0}, "observer": {"yes": 1, "possibly": 0}}));
    let events = chronicle.run(["events", "--party", "UZB"]).good();
    let last: Value = serde_json::from_str(events.lines().last().expect("events")).expect("JSON");
    assert_eq!(last["source"], "/imports/my-table");
    assert_eq!(last["data"]["certainty"], "implied");
    assert_eq!(last["data"]["note"], "UZB is missing from the whole picture of 2003");
    assert_eq!(last["data"]["previous"], json!({"occurred": "2002", "status": "member"}));
}

#[test]
fn a_table_that_cannot_be_meant_is_refused_before_anything_is_sent() {
    let folder = TempDir::new().expect("a folder");
    let table = folder.path().join("table.csv");
    let chronicle = Chronicle::embedded();
    let refused = |text: &str, code: i32, said: &str| {
        std::fs::write(&table, text).expect("written");
        let finished = chronicle.run(["import", "snapshots", table.to_str().expect("UTF-8"), "--source", "Table"]);
        assert_eq!(finished.code, Some(code), "{}", finished.err);
        assert!(finished.err.contains(said), "{}", finished.err);
        assert!(!chronicle.data().exists(), "no chronicle is asked");
    };
    let header = "date,party,organisation,status\n";
    let unordered = format!("{header}2001,KAZ,sco,member\n2003,KAZ,sco,member\n2002,KAZ,sco,member\n");
    refused(
        &unordered,
        4,
        "line 4: found the date \"2002\" behind \"2003\", which begins on line 3, allowed is a date after it",
    );
    refused("year,party,organisation,status\n", 2, "the table has no column \"date\"");
    let folder = folder.path().to_str().expect("UTF-8");
    let finished = chronicle.run(["import", "snapshots", folder, "--source", "Table"]);
    assert_eq!(finished.code, Some(2), "{}", finished.err);
    let finished = chronicle.run(["import", "snapshots", "table.csv", "--source", "年鉴"]);
    assert_eq!(finished.code, Some(2), "{}", finished.err);
}

#[test]
fn what_is_exported_is_imported_elsewhere_under_its_own_ids() {
    let (here, there) = (Chronicle::embedded(), Chronicle::embedded());
    here.run(["publish", ASTANA]).good();
    let all = here.run(["events"]).good();
    let exported = here.run(["export", "sco", "--format", "jsonl"]).good();
    let stored: BTreeSet<&str> = all.lines().collect();
    assert!(exported.lines().all(|line| stored.contains(line)), "as it was stored");
    assert_eq!(exported, here.run(["events", "--organisation", "sco"]).good());
    let count = exported.lines().count();

    let first = there.feed(["import", "jsonl", "-", "--json"], exported.as_bytes());
    assert_eq!(first.json(), json!({"published": count, "known": 0, "rejected": 0}));
    assert_eq!(there.run(["export", "sco"]).good(), exported);
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("elsewhere.jsonl");
    std::fs::write(&file, &exported).expect("written");
    let again = there.run(["import", "jsonl", file.to_str().expect("UTF-8")]);
    assert_eq!((again.code, again.out.as_str()), (Some(0), ""));
    assert_eq!(again.err, format!("0 published, {count} known, 0 rejected: nothing is new\n"));

    std::fs::write(&file, format!("{exported}{{}}\n")).expect("written");
    let refused = there.run(["import", "jsonl", file.to_str().expect("UTF-8")]);
    assert_eq!(refused.code, Some(4));
    assert!(refused.err.contains("one line is refused, nothing is stored"), "{}", refused.err);
}

#[test]
fn a_meeting_is_exported_with_its_parts_and_with_what_is_taken_back() {
    let chronicle = Chronicle::embedded();
    chronicle.run(["publish", ASTANA]).good();
    let meetings = |out: &str| -> BTreeSet<String> {
        let events = out.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        events.map(|event| event["data"]["meeting"].as_str().unwrap_or("-").to_owned()).collect()
    };
    let exported = chronicle.run(["export", "sco-astana-2024"]).good();
    let parts =
        ["sco-astana-2024", "sco-astana-2024-family-photo", "sco-astana-2024-photo-ceremony", "sco-plus-astana-2024"];
    assert_eq!(meetings(&exported), parts.map(ToOwned::to_owned).into());

    let first: Value = serde_json::from_str(exported.lines().next().expect("an event")).expect("JSON");
    let id = first["id"].as_str().expect("an id");
    let options = ["--reason", "wrong", "--attribution", "desk", "--source", "/desks/test"];
    chronicle.run(["retract", id].iter().chain(&options)).good();
    let with = chronicle.run(["export", "sco-astana-2024"]).good();
    assert!(with.starts_with(&exported) && with.lines().count() == exported.lines().count() + 1, "the retraction, too");
}

#[test]
fn what_cannot_be_exported_is_answered_with_what_can() {
    let chronicle = Chronicle::embedded();
    chronicle.run(["publish", ASTANA]).good();
    let unknown = chronicle.run(["export", "sco-astan-2024"]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.err.contains("no event names the organisation or meeting \"sco-astan-2024\""), "{}", unknown.err);
    assert!(
        unknown.err.contains("did you mean sco (Shanghai Cooperation Organisation) or sco-astana-2024 ("),
        "{}",
        unknown.err
    );
    let format = chronicle.run(["export", "sco", "--format", "xml"]);
    assert_eq!(format.code, Some(2));
    assert!(format.err.contains("allowed is jsonl, json, csv"), "{}", format.err);
}
