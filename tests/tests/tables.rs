//! Tables that others keep, as history: the views say what the tables say, whoever is killed while importing, and what a
//! source believed in one of its editions is a question about knowledge.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use producer::import::{Claim, Column, Item, Mapping, Snapshots, Source, Spells};
use projector::{Index, MembersFilter, Record, Stated};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use summit::{AsOf, Authority, OrganisationId, Vantage};
use tempfile::TempDir;
use tests::{Chronicle, NatsServer};

const FACTBOOK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/factbook-1990-2019.csv.gz");
/// How often each import is killed.
const KILLS: u32 = 4;
/// How often it is looked whether the moment to kill has come.
const LOOK: std::time::Duration = std::time::Duration::from_millis(1);
/// The rows of a large table.
const MANY: u32 = 100_000;
/// The most that the program may hold of memory while it reads one, in KiB.
const ROOM_KIB: u64 = 512 * 1024;
const PARTIES: [&str; 3] = ["KAZ", "UZB", "un"];
const STATUSES: [&str; 3] = ["member", "observer", "guest"];

/// A spell as it really was: from one day on, up to the eve of another.
#[derive(Debug, Clone)]
struct Truth {
    party: &'static str,
    status: &'static str,
    from: Date,
    until: Option<Date>,
    /// How the table writes both days.
    precision: (Precision, Precision),
}

/// How much of a day a table knows.
#[derive(Debug, Clone, Copy)]
enum Precision {
    Day,
    Month,
    Year,
    /// Within so many days before and after.
    Around(i32),
    /// The dialect's range, to the end of its year.
    Dialect,
    /// Nothing; of a beginning only.
    Unknown,
}

fn written(day: Date, precision: Precision) -> String {
    match precision {
        Precision::Day => day.to_string(),
        Precision::Month => day.strftime("%Y-%m").to_string(),
        Precision::Year => day.strftime("%Y").to_string(),
        Precision::Around(days) => format!("{}/{}", day - days.days(), day + days.days()),
        Precision::Dialect => format!("{}..{}", day.strftime("%Y-%m"), day.strftime("%Y")),
        Precision::Unknown => String::new(),
    }
}

fn precision() -> impl Strategy<Value = Precision> {
    prop_oneof![
        4 => Just(Precision::Day),
        2 => Just(Precision::Month),
        2 => Just(Precision::Year),
        1 => (1..90_i32).prop_map(Precision::Around),
        1 => Just(Precision::Dialect),
        1 => Just(Precision::Unknown),
    ]
}

/// What really was, party by party.
fn truths() -> impl Strategy<Value = Vec<Truth>> {
    let spell = (select(&STATUSES[..]), 0..500_i32, 1..500_i32, precision(), precision());
    let spells = prop::collection::vec(spell, 0..4);
    let histories = prop::collection::vec((spells, any::<bool>()), PARTIES.len());
    histories.prop_map(|histories| {
        let mut truths = Vec::new();
        for ((spells, lasts), party) in histories.into_iter().zip(PARTIES) {
            let mut day = date(2001, 1, 1);
            let count = spells.len();
            for (place, (status, gap, length, first, last)) in spells.into_iter().enumerate() {
                // Mostly one replaces the other.
                let from = day + (gap - 250).max(0).days();
                day = from + length.days();
                let until = (place + 1 < count || !lasts).then_some(day);
                let first =
                    if until.is_none() && matches!(first, Precision::Unknown) { Precision::Year } else { first };
                let last = if matches!(last, Precision::Unknown) { Precision::Day } else { last };
                truths.push(Truth { party, status, from, until, precision: (first, last) });
            }
        }
        truths
    })
}

/// Where dates leave open which of a party's spells came first, a table tells by its order.
fn in_doubt_in_order(mut rows: Vec<Truth>, truths: &[Truth]) -> Vec<Truth> {
    if truths.iter().any(|truth| !matches!(truth.precision, (Precision::Day, Precision::Day))) {
        for party in PARTIES {
            let mut told = truths.iter().filter(|truth| truth.party == party);
            rows.iter_mut()
                .filter(|row| row.party == party)
                .for_each(|row| row.clone_from(told.next().expect("as many")));
        }
    }
    rows
}

fn table(truths: &[Truth]) -> String {
    let mut table = "organisation,party,status,from,until\n".to_owned();
    for Truth { party, status, from, until, precision: (first, last) } in truths {
        let until = until.map_or(String::new(), |until| written(until, *last));
        writeln!(table, "sco,{party},{status},{},{until}", written(*from, *first)).expect("a string");
    }
    table
}

/// What a table of spells says, folded.
fn folded(table: &str) -> Result<Index, String> {
    let source = Source::new("Table", Authority::Record).expect("a name");
    let recorded_at: Timestamp = "2020-01-01T00:00:00Z".parse().expect("an instant");
    let mut index = Index::new();
    for item in Spells::read(table.as_bytes(), Mapping::default()).map_err(|error| error.to_string())? {
        let claim: Box<Claim> = match item.map_err(|error| error.to_string())? {
            Item::Said(claim) => claim,
            Item::Rejected(reject) => return Err(format!("{}: {reject}", reject.line)),
        };
        let event = source.document(&*claim).recorded_at(recorded_at).event().clone();
        index.record(Record { position: index.tail().next(), stored_at: recorded_at, event });
    }
    Ok(index)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// However vaguely a table writes what was, and in whatever order: no row is rejected, no answer is wrong, and what it
    /// writes to the day is answered to the day.
    #[test]
    fn no_answer_contradicts_what_a_table_of_spells_was_made_of(
        (truths, rows) in truths().prop_flat_map(|truths| (Just(truths.clone()), Just(truths).prop_shuffle())),
        days in prop::collection::vec(0..2500_i32, 12),
    ) {
        let text = table(&in_doubt_in_order(rows, &truths));
        // Two spells that are written alike are one that is said twice, and that is refused.
        prop_assume!(text.lines().collect::<BTreeSet<_>>().len() == text.lines().count());
        let index = folded(&text).map_err(TestCaseError::fail)?;
        prop_assume!(!truths.is_empty());
        let organisation: OrganisationId = "sco".parse().expect("a slug");
        let edges = truths.iter().flat_map(|truth| [Some(truth.from), truth.until]).flatten();
        let days: Vec<Date> = days.into_iter().map(|days| date(2000, 6, 1) + days.days()).chain(edges).collect();
        for day in days {
            let as_of = Some(AsOf::End(day.to_string().parse().expect("EDTF")));
            let view = index.view(&Vantage { as_of, ..Vantage::default() }, date(2026, 1, 1)).expect("a vantage");
            let members = view.members(&organisation, &MembersFilter::default()).expect("it is known");
            for party in PARTIES {
                let spells = || truths.iter().filter(|truth| truth.party == party);
                let held = spells().find(|truth| truth.from <= day && truth.until.is_none_or(|until| day < until));
                let rows = || members.parties.iter().filter(|row| row.party.as_str() == party);
                let answer = |status: &str| {
                    rows().filter(|row| row.status.as_ref().is_some_and(|held| held.as_str() == status)).map(|row| row.answer).min()
                };
                if let Some(truth) = held {
                    prop_assert!(answer(truth.status).is_some(), "{party} was {} on {day}: {text}", truth.status);
                }
                for row in rows().filter(|row| row.answer == Stated::Yes) {
                    let status = row.status.as_ref().expect("rows have one").as_str();
                    prop_assert_eq!(Some(status), held.map(|truth| truth.status), "{} on {}: {}", party, day, text);
                }
                for row in rows() {
                    prop_assert!(!row.contested, "{} on {}: {}", party, day, text);
                }
                if spells().all(|truth| matches!(truth.precision, (Precision::Day, Precision::Day))) {
                    let expected: Vec<_> = held.iter().map(|truth| (truth.status.to_owned(), Stated::Yes)).collect();
                    let found: Vec<_> =
                        rows().map(|row| (row.status.as_ref().expect("rows have one").to_string(), row.answer)).collect();
                    prop_assert_eq!(found, expected, "{} on {}: {}", party, day, text);
                }
            }
        }
    }
}

/// The status of each party in a picture.
type Picture = BTreeMap<&'static str, &'static str>;

/// Some editions, each with pictures of some years.
fn editions() -> impl Strategy<Value = Vec<BTreeMap<u32, Picture>>> {
    let picture = prop::collection::btree_map(select(&PARTIES[..]), select(&STATUSES[..]), 1..4);
    prop::collection::vec(prop::collection::btree_map(2000..2005_u32, picture, 1..4), 1..6)
}

/// What a table of editions says, folded; the first edition is that of 2010.
fn folded_editions(table: &[u8], mapping: Mapping) -> Index {
    let source = Source::new("Yearbook", Authority::Record).expect("a name");
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().expect("an instant");
    let mut index = Index::new();
    for item in Snapshots::read_editions(table, mapping, now).expect("a table") {
        let Item::Said(told) = item.expect("a table") else { panic!("every row is good") };
        let event = source.document(&*told).event().clone();
        index.record(Record { position: index.tail().next(), stored_at: now, event });
    }
    index
}

/// Who holds what in an organisation at the end of a year, as it was known at the end of another; all of it surely.
fn believed(index: &Index, organisation: &OrganisationId, year: u32, known_at: u32) -> BTreeMap<String, String> {
    let as_of = Some(AsOf::End(year.to_string().parse().expect("EDTF")));
    let known_at = Some(projector::instant(&format!("{known_at}-12-31")).expect("a date"));
    let view = index.view(&Vantage { as_of, known_at, ..Vantage::default() }, date(2026, 1, 1)).expect("a vantage");
    let members = view.members(organisation, &MembersFilter::default()).expect("it is known");
    let row = |row: projector::Row| {
        assert_eq!((row.answer, row.contested), (Stated::Yes, false), "{} in {year}", row.party);
        (row.party.to_string(), row.status.expect("rows have one").to_string())
    };
    members.parties.into_iter().map(row).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    /// The oracle reads the table: of each year, what the latest edition up to then says that tells of it.
    #[test]
    fn as_known_at_each_edition_every_year_is_answered_as_the_latest_edition_tells_it(editions in editions()) {
        let mut table = "edition,date,party,organisation,status\n".to_owned();
        for (edition, pictures) in (2010..).zip(&editions) {
            for (year, picture) in pictures {
                for (party, status) in picture {
                    writeln!(table, "{edition},{year},{party},sco,{status}").expect("a string");
                }
            }
        }
        let index = folded_editions(table.as_bytes(), Mapping::default());
        let organisation: OrganisationId = "sco".parse().expect("a slug");
        let mut latest: BTreeMap<u32, &Picture> = BTreeMap::new();
        for (edition, pictures) in (2010..).zip(&editions) {
            latest.extend(pictures.iter().map(|(year, picture)| (*year, picture)));
            for (year, picture) in &latest {
                let expected: BTreeMap<String, String> =
                    picture.iter().map(|(party, status)| ((*party).to_owned(), (*status).to_owned())).collect();
                prop_assert_eq!(believed(&index, &organisation, *year, edition), expected, "{} as known in {}: {}", year, edition, table);
            }
        }
    }
}

/// The real table, each yearly picture an edition of its own: what was said in a year is what was known in it.
#[test]
fn what_the_world_was_in_an_edition_is_known_from_that_edition_on() {
    let path = std::env::var_os("CHRONICLE_FACTBOOK").map_or(Path::new(FACTBOOK).to_owned(), Into::into);
    let Ok(file) = std::fs::read(&path) else {
        // Not by a macro of the standard library: the test's success would swallow it.
        let line = format!("not run: the editions of the factbook, for there is no {}\n", path.display());
        return std::io::stderr().write_all(line.as_bytes()).expect("standard error");
    };
    let mut mapping = Mapping::default();
    mapping.columns.insert(Column::Edition, "date".into());
    let index = folded_editions(&file, mapping);
    assert_eq!(index.len(), 24_113, "as many events as without editions");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut GzDecoder::new(&file[..]), &mut text).expect("a table");
    let organisation: OrganisationId = "un".parse().expect("a slug");
    let mut pictures: BTreeMap<u32, BTreeMap<String, String>> = BTreeMap::new();
    for row in text.lines().skip(1) {
        let [year, party, of, status] = row.split(',').collect::<Vec<_>>().try_into().expect("four columns");
        if of == organisation.as_str() {
            let year = year.parse().expect("a year");
            pictures.entry(year).or_default().insert(party.to_owned(), status.to_owned());
        }
    }
    assert_eq!(pictures.len(), 30);
    for known_at in [1990, 1991, 2004, 2019] {
        for (year, picture) in &pictures {
            // What came later was not known: what was said last goes on.
            let told = pictures.range(..=known_at.min(*year)).next_back().map(|(_, picture)| picture);
            assert_eq!(Some(&believed(&index, &organisation, *year, known_at)), told, "{year} as known in {known_at}");
            assert!(*year > known_at || told == Some(picture));
        }
    }
}

const SPELLS: &str = "organisation,party,status,from,until,manner\nsco,KAZ,member,2001-06-15,9999-12-31,founding\n\
    sco,IND,member,2017-06-09,,\nsco,IND,observer,2005-07-05,2017-06-09,\nsco,BLR,dialogue_partner,2009..2010,2015-07-10,\n\
    sco,BLR,observer,2015-07-10,2024-07-04,\nsco,BLR,member,2024-07-04,..,granted\nsco,AFG,observer,,2021-08,lapsed\n\
    sco,XXX,member,2001,,\nsco,TUR,dialogue_partner,2013,2012,\n";
const ACTS: &str = "party,instrument,signature,ratification,entry_into_force,end,title,organisation\n\
    KAZ,sco-charter,2002-06-07,2002-12..2003-01,2003-09-19,,Charter of the SCO,sco\nIND,sco-charter,,2017-06-09 a,2017-06-09,9999-12-31,,sco\n";
const EDITIONS: &str = "year,date,party,organisation,status\n2004-05-01,2002,KAZ,sco,member\n2004-05-01,2003,KAZ,sco,member\n\
    2004-05-01,2003,MNG,sco,member\n2005-05-01,2003,KAZ,sco,member\n2005-05-01,2003,MNG,sco,observer\n2005-05-01,2004,KAZ,sco,member\n\
    2005-05-01,2004,MNG,sco,observer\n2006-05-01,2003,KAZ,sco,member\n2006-05-01,2003,MNG,sco,member\n2006-05-01,2004,KAZ,sco,member\n";

/// A table in a folder of its own.
struct File {
    folder: TempDir,
    name: &'static str,
}

impl File {
    fn new(name: &'static str, bytes: impl AsRef<[u8]>) -> Self {
        let folder = TempDir::new().expect("a folder");
        std::fs::write(folder.path().join(name), bytes).expect("written");
        Self { folder, name }
    }

    fn path(&self) -> String {
        self.folder.path().join(self.name).to_str().expect("UTF-8").to_owned()
    }
}

fn import<'a>(what: &'a str, file: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["import", what, file, "--source", "Table", "--authority", "record"], more].concat()
}

fn rows(members: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let row = |row: &Value| [&row["party"], &row["status"], &row["answer"], &row["since"]["edtf"]].map(text).join(" ");
    members["parties"].as_array().expect("rows").iter().map(row).collect()
}

#[test]
fn spells_are_imported_once_and_answered_as_their_table_says() {
    let server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    let file = File::new("spells.csv", SPELLS);
    let first = chronicle.run(import("spells", &file.path(), &[]));
    assert_eq!((first.code, first.out.as_str()), (Some(4), ""));
    let lines: Vec<&str> = first.err.lines().collect();
    assert!(lines[0].ends_with("spells.csv:9: party: found \"XXX\", allowed is an ISO 3166-1 alpha-3 code (KAZ), an ISO 3166-3 alpha-4 code (SUHH) or an organisation's slug (un)"), "{}", lines[0]);
    assert!(
        lines[1].ends_with("spells.csv:10: until: found \"2012\", allowed is a date that is not before \"2013\""),
        "{}",
        lines[1]
    );
    assert_eq!(lines[2], "8 published, 0 known, 2 rejected");
    let again = chronicle.run(import("spells", &file.path(), &["--json"]));
    assert!(again.err.contains("0 published, 8 known, 2 rejected: nothing is new\n"), "{}", again.err);
    let summary: Value = serde_json::from_str(&again.out).expect("JSON");
    assert_eq!(summary, json!({"rows": 9, "events": 8, "rejected": 2, "published": 0, "known": 8}));

    let members = |as_of: &str| rows(&chronicle.run(["members", "sco", "--as-of", as_of, "--json"]).json());
    assert_eq!(
        members("2009"),
        [
            "AFG observer possibly ../2021-08",
            "BLR dialogue_partner possibly [2009..2010]",
            "IND observer yes 2005-07-05",
            "KAZ member yes 2001-06-15"
        ]
    );
    assert_eq!(
        members("2021-08-15"),
        [
            "AFG observer possibly ../2021-08",
            "BLR observer yes 2015-07-10",
            "IND member yes 2017-06-09",
            "KAZ member yes 2001-06-15"
        ]
    );
    assert_eq!(
        members("2024-07-04"),
        ["BLR member yes 2024-07-04", "IND member yes 2017-06-09", "KAZ member yes 2001-06-15"]
    );
}

#[test]
fn treaty_acts_are_imported_once_and_listed_by_their_instrument() {
    let chronicle = Chronicle::embedded();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(ACTS.as_bytes()).expect("in memory");
    let file = File::new("acts.csv.gz", gzip.finish().expect("in memory"));
    let dry = chronicle.run(import("treaty-acts", &file.path(), &["--dry-run"])).good();
    assert_eq!(dry, "2 rows are 5 events\n");
    assert!(!chronicle.data().exists(), "no chronicle is asked");
    assert_eq!(chronicle.run(import("treaty-acts", &file.path(), &[])).err, "5 published, 0 known, 0 rejected\n");
    assert_eq!(
        chronicle.run(import("treaty-acts", &file.path(), &[])).err,
        "0 published, 5 known, 0 rejected: nothing is new\n"
    );
    let signings = chronicle.run(["signings", "--instrument", "sco-charter", "--json"]).json();
    let acts = signings["instruments"][0]["acts"].as_array().expect("acts");
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let told: Vec<String> = acts
        .iter()
        .map(|act| {
            format!("{} {} {}", text(&act["occurred"]), text(&act["act"]), text(&act["signatories"][0]["party"]))
        })
        .collect();
    let expected = [
        "2002-06-07 signature KAZ",
        "2002-12/2003-01 ratification KAZ",
        "2003-09-19 entry_into_force KAZ",
        "2017-06-09 accession IND",
        "2017-06-09 entry_into_force IND",
    ];
    let mut sorted = told.clone();
    sorted.sort();
    assert_eq!(sorted.len(), expected.len(), "{told:?}");
    for act in ["2002-06-07 signature KAZ", "2003-09-19 entry_into_force KAZ", "2017-06-09 accession IND"] {
        assert!(told.iter().any(|told| told == act), "{act} in {told:?}");
    }
}

#[test]
fn what_a_source_believed_in_an_edition_is_a_question_about_knowledge() {
    let chronicle = Chronicle::embedded();
    let file = File::new("editions.csv", EDITIONS);
    let options = ["--edition-column", "year"];
    let dry = chronicle.run(import("snapshots", &file.path(), &[&options[..], &["--dry-run"]].concat())).good();
    assert_eq!(
        dry,
        "3 editions with 6 pictures of 10 rows show 4 changes, 1 of them to none, and 3 times that what was said is taken back or said again\n"
    );
    let first = chronicle.run(import("snapshots", &file.path(), &options));
    assert_eq!((first.code, first.err.as_str()), (Some(0), "7 published, 0 known, 0 rejected\n"));
    let again = chronicle.run(import("snapshots", &file.path(), &options));
    assert_eq!(again.err, "0 published, 7 known, 0 rejected: nothing is new\n");

    let believed = |known_at: &str, as_of: &str| {
        let members = chronicle.run(["members", "sco", "--as-of", as_of, "--known-at", known_at, "--json"]).json();
        let rows = rows(&members);
        let status = |row: &String| row.split(' ').take(3).collect::<Vec<_>>().join(" ");
        rows.iter().filter(|row| row.starts_with("MNG")).map(status).collect::<Vec<_>>().join(", ")
    };
    // Each edition counts on its own date, and until the next.
    assert_eq!(believed("2004-04-30", "2003"), "");
    for known_at in ["2004-05-01", "2005-04-30"] {
        assert_eq!(believed(known_at, "2003"), "MNG member yes", "{known_at}");
        assert_eq!(believed(known_at, "2004"), "MNG member yes", "{known_at}");
    }
    for known_at in ["2005-05-01", "2006-04-30"] {
        assert_eq!(believed(known_at, "2003"), "MNG observer yes", "{known_at}");
        assert_eq!(believed(known_at, "2004"), "MNG observer yes", "{known_at}");
    }
    for known_at in ["2006-05-01", "2020-01-01"] {
        assert_eq!(believed(known_at, "2003"), "MNG member yes", "{known_at}");
        assert_eq!(believed(known_at, "2004"), "", "{known_at}");
    }
    let diff = chronicle.run(["diff", "sco", "--from", "2004-12-31", "--to", "2005-12-31", "--json"]).json();
    assert!(!diff["changes"].as_array().expect("changes").is_empty(), "{diff}");

    let unordered = File::new("editions.csv", EDITIONS.replace("2004-05-01,2003,KAZ", "2007,2003,KAZ"));
    let refused = chronicle.run(import("snapshots", &unordered.path(), &options));
    assert_eq!(refused.code, Some(4));
    assert!(
        refused.err.contains("found the edition \"2004-05-01\" behind \"2007\", which begins on line 3"),
        "{}",
        refused.err
    );
    assert!(refused.err.contains("nothing is stored\nhint: sort the table by edition\n"), "{}", refused.err);
}

#[test]
fn a_large_table_is_read_in_bounded_memory() {
    let (mut spells, mut acts) = (
        "organisation,party,status,from,until\r\n".to_owned(),
        "party,instrument,signature,ratification,entry_into_force,end\r\n".to_owned(),
    );
    for row in 0..MANY {
        let (party, year) = (row % 5000, 1900 + row / 5000 * 5);
        writeln!(spells, "org-{},party-{party},member,{year},{}\r", party % 97, year + 3).expect("a string");
        writeln!(acts, "party-{party},treaty-{row},{year},{year} A,,\r").expect("a string");
    }
    for (what, table, events) in [("spells", spells, 2 * MANY), ("treaty-acts", acts, 2 * MANY)] {
        let file = File::new("large.csv", table);
        let path = file.path();
        let limited = format!("ulimit -v {ROOM_KIB}; exec \"$@\"");
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &limited, "sh"]).arg(tests::program()).args(import(what, &path, &["--dry-run"]));
        let done = command.output().expect("a shell");
        assert_eq!(String::from_utf8_lossy(&done.stdout), format!("{MANY} rows are {events} events\n"), "{done:?}");
    }
}

#[test]
fn whenever_an_import_is_killed_the_next_one_completes_it() {
    let statuses = ["member", "observer", "guest"];
    let (mut spells, mut acts, mut editions) = (
        "organisation,party,status,from,until\n".to_owned(),
        "party,instrument,signature,ratification,entry_into_force,end\n".to_owned(),
        "edition,date,party,organisation,status\n".to_owned(),
    );
    let (mut told, mut acted) = (0_u64, 0_u64);
    for party in 0..700 {
        for (place, status) in statuses.iter().enumerate() {
            writeln!(spells, "org-{},party-{party},{status},{},{}", party % 7, 2000 + place, 2001 + place)
                .expect("a string");
        }
        writeln!(acts, "party-{party},treaty-{},2000,2001 a,2002,2003", party % 5).expect("a string");
        (told, acted) = (told + 4, acted + 4);
    }
    for edition in 2000..2005 {
        for party in 0..300 {
            let status = statuses[(edition + party) % statuses.len()];
            writeln!(editions, "{edition},1999,party-{party},org-{},{status}", party % 7).expect("a string");
        }
    }
    let mut halfway = 0;
    for (what, table, options) in [
        ("spells", spells, &[][..]),
        ("treaty-acts", acts, &[]),
        ("snapshots", editions, &["--edition-column", "edition"]),
    ] {
        let file = File::new("table.csv", table);
        let path = file.path();
        let command = import(what, &path, &[options, &["--json"]].concat());
        let whole = Chronicle::embedded();
        let begun = std::time::Instant::now();
        let events = whole.run(&command).json()["published"].as_u64().expect("a count");
        let duration = begun.elapsed();
        match what {
            "spells" => assert_eq!(events, told),
            "treaty-acts" => assert_eq!(events, acted),
            // Each edition but the first takes back what it does not say: once a status comes again, it is said again.
            _ => assert_eq!(events, 300 + 4 * 600),
        }
        let all = |chronicle: &Chronicle| {
            let events = chronicle.run(["events"]).good();
            let bare = |line: &str| {
                let mut event: Value = serde_json::from_str(line).expect("JSON");
                if what != "snapshots" {
                    event.as_object_mut().expect("an object").remove("recordedtime");
                }
                event.to_string()
            };
            let mut events: Vec<String> = events.lines().map(bare).collect();
            events.sort();
            events
        };
        let expected = all(&whole);
        for round in 1..=KILLS {
            let chronicle = Chronicle::embedded();
            let mut child = chronicle.command(&command).spawn().expect("the command runs");
            let (begun, moment) = (std::time::Instant::now(), duration * round / (KILLS + 1));
            while child.try_wait().expect("a child").is_none() && begun.elapsed() < moment {
                std::thread::park_timeout(LOOK);
            }
            // Fails only when it has ended already.
            let _ = child.kill();
            child.wait().expect("it ends");
            let next = chronicle.run(&command).json();
            let stood = next["published"].as_u64().zip(next["known"].as_u64()).map(|(new, old)| new + old);
            assert_eq!(stood, Some(events), "{what}, round {round}");
            halfway += u32::from(next["published"] != 0 && next["known"] != 0);
            assert!(all(&chronicle) == expected, "{what}, round {round}: another end state");
        }
    }
    assert!(halfway > 0, "none was killed in the middle of publishing");
}
