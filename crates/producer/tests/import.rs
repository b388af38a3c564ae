//! Pictures of who belongs where, as history: what changed is said once, nothing is said that the table does not say, and
//! what a rejected row may speak of is left unsaid.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use producer::import::{Change, Column, ImportError, Item, Mapping, Reading, Reject, Seen, Snapshots, Source, Summary};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use summit::{Authority, Content};

const HEADER: &str = "date,party,organisation,status\n";

/// What a table comes to.
#[derive(Debug, Default)]
struct Read {
    changes: Vec<Change>,
    rejects: Vec<Reject>,
    summary: Summary,
}

fn read_with(table: impl AsRef<[u8]>, mapping: Mapping) -> Result<Read, ImportError> {
    let mut items = Snapshots::read(table.as_ref(), mapping)?;
    let mut read = Read::default();
    for item in items.by_ref() {
        match item? {
            Item::Said(told) => read.changes.push(told.change),
            Item::Rejected(reject) => read.rejects.push(reject),
        }
    }
    read.summary = items.summary();
    Ok(read)
}

#[track_caller]
fn read(rows: &str) -> Read {
    read_with(format!("{HEADER}{rows}"), Mapping::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// A change in a line: date, party, organisation, status, and when it was looked before and what was seen.
fn line(change: &Change) -> String {
    let Change { organisation, party, occurred, status, previous, seen } = change;
    let mut line = format!("{occurred} {party} {organisation} {status}");
    if let Some(previous) = previous {
        write!(line, " ({} {})", previous.occurred, previous.status).expect("a string takes what is written");
    }
    match seen {
        Seen::Listed => {}
        Seen::Missing => line.push_str(" missing"),
        Seen::PartyMissing => line.push_str(" party missing"),
    }
    line
}

fn lines(read: &Read) -> Vec<String> {
    read.changes.iter().map(line).collect()
}

fn rejected(read: &Read) -> Vec<String> {
    read.rejects.iter().map(|reject| format!("{}: {reject}", reject.line)).collect()
}

#[test]
fn only_what_changed_is_said_with_the_look_before() {
    let read = read(
        "2003,KAZ,sco,member\n2003,UZB,sco,member\n2003,UZB,cis,member\n2004,KAZ,sco,member\n2004,MNG,sco,observer\n\
                     2004,UZB,sco,observer\n2005,KAZ,sco,member\n2005,MNG,sco,observer\n",
    );
    let expected = [
        "2003 UZB cis member",
        "2003 KAZ sco member",
        "2003 UZB sco member",
        "2004 UZB cis none (2003 member) missing",
        "2004 MNG sco observer (2003 none)",
        "2004 UZB sco observer (2003 member)",
        "2005 UZB sco none (2004 observer) party missing",
    ];
    assert_eq!(lines(&read), expected);
    let summary = Summary { pictures: 3, rows: 8, changes: 7, nones: 2, unsaid: 0, ..Summary::default() };
    assert_eq!(read.summary, summary);
}

#[test]
fn who_comes_back_was_none_in_the_picture_before() {
    let read = read(
        "2001,KAZ,sco,member\n2002,UZB,sco,member\n2003,UZB,sco,member\n2004,KAZ,sco,member\n2004,UZB,sco,member\n",
    );
    assert_eq!(lines(&read)[3..], ["2004 KAZ sco member (2003 none)"]);
}

#[test]
fn a_status_of_none_in_the_table_is_asserted() {
    let read =
        read("2001,KAZ,sco,none\n2001,UZB,sco,member\n2002,UZB,sco,none\n2002,KAZ,sco,none\n2003,KAZ,cis,member\n");
    let expected = [
        "2001 KAZ sco none",
        "2001 UZB sco member",
        "2002 UZB sco none (2001 member)",
        "2003 KAZ cis member (2002 none)",
    ];
    assert_eq!(lines(&read), expected);
    let source = Source::new("Table", Authority::Record).expect("a good name");
    let certainty = |change: &Change| source.document(change).event().shared.certainty;
    assert_eq!(certainty(&read.changes[2]), None);
}

#[test]
fn the_event_says_who_looked_and_what_is_implied() {
    let read = read("2003,UZB,sco,member\n2003,KAZ,sco,member\n2004,KAZ,sco,member\n");
    let source = Source::new("Überblick: The World's Factbook", Authority::Press).expect("a good name");
    let source = source.at("https://example.org/factbook").expect("a good address");
    let documents: Vec<_> = read.changes.iter().map(|change| source.document(change)).collect();
    let text = String::from_utf8(documents[2].encode()).expect("JSON is UTF-8");
    let expected = r#"{"specversion":"1.0","id":"ID","source":"/imports/uberblick-the-worlds-factbook","type":"chronicle.standing.v1","datacontenttype":"application/json","data":{"occurred":"2004","attribution":[{"name":"Überblick: The World's Factbook","url":"https://example.org/factbook"}],"authority":"press","certainty":"implied","organisation":"sco","note":"UZB is missing from the whole picture of 2004","party":"UZB","status":"none","previous":{"occurred":"2003","status":"member"}}}"#;
    assert_eq!(text.replace(&documents[2].event().id.to_string(), "ID"), expected);
    for document in documents {
        let again = wire::Document::decode(&document.encode()).unwrap_or_else(|refused| panic!("{refused}"));
        assert_eq!(again, document);
    }
}

/// Ids must never change: a second import of what was imported years ago adds nothing.
#[test]
fn ids_come_from_what_is_said_and_stay_for_ever() {
    let read = read("2003,KAZ,sco,member\n2004,KAZ,sco,observer\n2005,UZB,sco,member\n");
    let ids = |name: &str, authority| -> Vec<String> {
        let source = Source::new(name, authority).expect("a good name");
        read.changes.iter().map(|change| source.document(change).event().id.to_string()).collect()
    };
    let golden = [
        "b61b7231-e103-5e98-8f1d-861fdfec6826",
        "b0b7ffcb-c9ca-5453-a858-0d06a41fa310",
        "8cc8ba16-ca0e-5c08-bed0-09ecb170b7d8",
        "9d9d093a-0b04-5185-aedc-a88ffa8cc644",
    ];
    assert_eq!(ids("The World Factbook", Authority::Record), golden);
    let mut all = BTreeSet::new();
    for (name, authority) in [
        ("The World Factbook", Authority::Record),
        ("The World Factbook", Authority::Press),
        ("The world factbook", Authority::Record),
    ] {
        all.extend(ids(name, authority));
    }
    assert_eq!(all.len(), 12, "another source or rank is another claim");
}

#[test]
fn a_source_needs_a_name_of_which_a_slug_is_made() {
    let refused = Source::new("年鉴", Authority::Record).expect_err("no slug");
    assert_eq!(refused.to_string(), "the source's name \"年鉴\" has no letter or digit of ASCII to make a slug of");
    assert!(Source::with_slug("年鉴", &"nianjian".parse().expect("a slug"), Authority::Record).is_ok());
    assert!(Source::new("a\u{1f}b", Authority::Record).is_err());
}

#[test]
fn columns_and_spellings_are_those_of_the_table() {
    let mut mapping = Mapping { delimiter: b';', ..Mapping::default() };
    mapping.columns.extend([(Column::Date, "Year".into()), (Column::Status, "role; as printed".into())]);
    mapping.parties.insert("Kosovo".into(), "kosovo".into());
    mapping.organisations.insert("S.C.O.".into(), "sco".into());
    mapping.statuses.extend([("Oberver".into(), "observer".into()), ("Observer".into(), "observer".into())]);
    let table = "\u{feff}organisation;remark;party; Year;\"role; as printed\"\r\nS.C.O.;\"two\nlines\";Kosovo;2003;Oberver\r\n\r\n\
                 S.C.O.;;Kosovo;2004; Observer \r\nS.C.O.;\"a \"\"b\"\"\";KAZ;2004;member";
    let read = read_with(table, mapping).expect("a good table");
    assert_eq!(lines(&read), ["2003 kosovo sco observer", "2004 KAZ sco member (2003 none)"]);
    assert_eq!(rejected(&read), [""; 0]);
}

#[test]
fn a_compressed_table_is_read_like_another_and_a_torn_one_is_no_table() {
    let table = format!("{HEADER}2003,KAZ,sco,member\n");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(table.as_bytes()).expect("in memory");
    let gzip = gzip.finish().expect("in memory");
    assert_eq!(lines(&read_with(&gzip, Mapping::default()).expect("a good table")), ["2003 KAZ sco member"]);
    let torn = read_with(&gzip[..gzip.len() - 9], Mapping::default()).expect_err("the end is missing");
    assert!(matches!(torn, ImportError::Unreadable(_)), "{torn}");
}

#[test]
fn a_bad_row_is_rejected_with_every_fault_and_its_line() {
    let read = read(
        "2003,KAZ,sco,member\n2003,Kazakhstan,S.C.O.,Full member\n2003,XXA,sco,member\n19x3,UZB,sco,member\n2003/..,UZB,sco,member\n\
                     2003,UZB,sco\n2003,UZB,,member\n",
    );
    let party = "an ISO 3166-1 alpha-3 code (KAZ), an ISO 3166-3 alpha-4 code (SUHH) or an organisation's slug (un)";
    let slug = "a slug: 1 to 63 of a-z, 0-9 and '-', beginning with a letter or digit";
    let told = rejected(&read);
    assert_eq!(
        told[0],
        format!(
            "3: party: found \"Kazakhstan\", allowed is {party}; organisation: found \"S.C.O.\", allowed is {slug}; status: found \"Full member\", allowed is 1 to 63 of a-z and '_'"
        )
    );
    assert_eq!(told[1], format!("4: party: found \"XXA\", allowed is {party}"));
    assert!(told[2].starts_with("5: date: found \"19x3\", allowed is EDTF"), "{}", told[2]);
    assert_eq!(told[3], "6: date: found \"2003/..\", allowed is a date that begins and ends");
    assert_eq!(told[4], "7: row: found 3 columns, allowed is 4 columns");
    assert_eq!(told[5], format!("8: organisation: found nothing, allowed is {slug}"));
    assert_eq!(lines(&read), ["2003 KAZ sco member"]);
    assert_eq!((read.summary.rows, read.summary.rejected), (7, 6));
}

#[test]
fn bytes_that_are_no_text_are_a_fault_of_their_row() {
    let table = [HEADER.as_bytes(), b"2003,KAZ,sco,member\n2003,UZB,sco,m\xe9mber\n"].concat();
    let read = read_with(table, Mapping::default()).expect("a good table");
    assert_eq!(rejected(&read), ["3: status: found bytes that are not UTF-8, allowed is UTF-8"]);
}

#[test]
fn the_second_row_of_a_pair_in_one_picture_is_rejected() {
    let read = read("2003,KAZ,sco,member\n2003,KAZ,sco,member\n2003,KAZ,sco,observer\n2004,KAZ,sco,member\n");
    let told = |line, status| {
        format!(
            "{line}: row: found \"{status}\" for \"KAZ\" in \"sco\", of which line 2 says \"member\", allowed is one row for a pair in one picture"
        )
    };
    assert_eq!(rejected(&read), [told(3, "member"), told(4, "observer")]);
    assert_eq!(lines(&read), ["2003 KAZ sco member"]);
}

#[test]
fn a_table_in_another_order_is_refused_as_a_whole() {
    for (second, told) in [("2002", "2002"), ("2003-06", "2003-06")] {
        let table = format!("{HEADER}2001,KAZ,sco,member\n2003,KAZ,sco,member\n{second},UZB,sco,member\n");
        let error = read_with(table, Mapping::default()).expect_err("out of order");
        let said = format!(
            "line 4: found the date \"{told}\" behind \"2003\", which begins on line 3, allowed is a date after it"
        );
        assert_eq!(error.to_string(), said);
    }
}

#[test]
fn a_column_that_is_not_there_is_named_with_those_that_are() {
    let error = read_with("year,party,organisation,status\n", Mapping::default()).expect_err("no date");
    assert_eq!(
        error.to_string(),
        "the table has no column \"date\", it has \"year\", \"party\", \"organisation\", \"status\""
    );
}

#[test]
fn a_row_with_an_unknown_status_ends_nothing() {
    let read =
        read("2001,KAZ,sco,member\n2002,KAZ,sco,?\n2003,KAZ,sco,?\n2004,KAZ,sco,observer\n2005,UZB,sco,member\n");
    let expected = ["2001 KAZ sco member", "2004 KAZ sco observer (2001 member)"];
    assert_eq!(lines(&read)[..2], expected);
    assert_eq!(read.summary.unsaid, 2);
}

#[test]
fn who_is_listed_behind_a_row_with_an_unknown_status_has_no_look_before() {
    let read =
        read("2001,UZB,sco,member\n2002,UZB,sco,member\n2002,KAZ,sco,?\n2003,UZB,sco,member\n2003,KAZ,sco,member\n");
    assert_eq!(lines(&read), ["2001 UZB sco member", "2003 KAZ sco member"]);
}

#[test]
fn a_row_with_an_unknown_party_ends_nobody_in_its_organisation() {
    let read = read(
        "2001,KAZ,sco,member\n2001,KAZ,cis,member\n2002,kAZ,sco,member\n2002,UZB,cis,member\n2003,UZB,cis,member\n",
    );
    let expected = [
        "2001 KAZ cis member",
        "2001 KAZ sco member",
        "2002 KAZ cis none (2001 member) party missing",
        "2002 UZB cis member (2001 none)",
        "2003 KAZ sco none (2001 member) party missing",
    ];
    assert_eq!(lines(&read), expected);
}

#[test]
fn an_unknown_party_that_was_there_before_is_nobody_who_stood_beside_it() {
    let read = read("2001,KAZ,sco,member\n2001,XKX,sco,member\n2002,UZB,sco,member\n2002,XKX,sco,member\n");
    let expected =
        ["2001 KAZ sco member", "2002 KAZ sco none (2001 member) party missing", "2002 UZB sco member (2001 none)"];
    assert_eq!(lines(&read), expected);
    assert_eq!(read.summary.unsaid, 0);
}

#[test]
fn a_row_of_unknown_date_may_belong_to_either_picture() {
    let read = read(
        "2001,KAZ,sco,member\n2001,UZB,sco,member\n2002,UZB,sco,member\n200z,KAZ,sco,member\n2003,UZB,sco,member\n2004,UZB,sco,member\n",
    );
    let expected = ["2001 KAZ sco member", "2001 UZB sco member", "2004 KAZ sco none (2001 member) party missing"];
    assert_eq!(lines(&read), expected);
}

const PARTIES: [&str; 4] = ["AFG", "KAZ", "UZB", "un"];
const ORGANISATIONS: [&str; 3] = ["cis", "sco", "un"];
const STATUSES: [&str; 4] = ["member", "observer", "guest", "none"];

type Cell = (&'static str, &'static str);
/// The status of each pair that is listed.
type Table = BTreeMap<Cell, &'static str>;

/// Pictures of some years, in which most cells stay as they are.
fn tables() -> impl Strategy<Value = Vec<(u32, Table)>> {
    let cell = (select(&PARTIES[..]), select(&ORGANISATIONS[..]));
    let change = (cell, prop::option::weighted(0.7, select(&STATUSES[..])));
    let pictures = prop::collection::vec((1..4_u32, prop::collection::vec(change, 0..8)), 1..7);
    pictures.prop_map(|pictures| {
        let (mut year, mut table, mut tables) = (1990, Table::new(), Vec::new());
        for (gap, changes) in pictures {
            year += gap;
            for (cell, status) in changes {
                match status {
                    Some(status) => table.insert(cell, status),
                    None => table.remove(&cell),
                };
            }
            tables.push((year, table.clone()));
        }
        tables
    })
}

fn status(table: &Table, change: &Change) -> &'static str {
    let cell = table.iter().find(|((party, organisation), _)| {
        *party == change.party.as_str() && *organisation == change.organisation.as_str()
    });
    cell.map_or("none", |(_, status)| status)
}

/// What each pair holds after the last change up to a year; who holds nothing is left out.
fn replay(changes: &[Change], year: u32) -> BTreeMap<(String, String), String> {
    let mut held = BTreeMap::new();
    for change in changes.iter().filter(|change| change.occurred.as_str() <= year.to_string().as_str()) {
        held.insert((change.party.to_string(), change.organisation.to_string()), change.status.to_string());
    }
    held.retain(|_, status| status != "none");
    held
}

fn holds(table: &Table) -> BTreeMap<(String, String), String> {
    let held = table.iter().filter(|(_, status)| **status != "none");
    held.map(|((party, organisation), status)| (((*party).into(), (*organisation).into()), (*status).into())).collect()
}

/// What is done to a row.
#[derive(Debug, Clone, Copy)]
enum Harm {
    Date,
    Party,
    Organisation,
    Status,
    Everything,
    Torn,
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn replayed_changes_are_the_pictures(tables in tables(), order in any::<Index>()) {
        let mut text = HEADER.to_owned();
        for (year, table) in &tables {
            let mut rows: Vec<_> = table.iter().collect();
            if !rows.is_empty() {
                let middle = order.index(rows.len());
                rows.rotate_left(middle);
            }
            for ((party, organisation), status) in rows {
                writeln!(text, "{year},{party},{organisation},{status}").expect("a string takes what is written");
            }
        }
        // A picture without rows cannot be told from no picture.
        let tables: Vec<_> = tables.into_iter().filter(|(_, table)| !table.is_empty()).collect();
        let read = read_with(&text, Mapping::default()).expect("a good table");
        prop_assert_eq!(&rejected(&read), &[""; 0]);
        for (year, table) in &tables {
            prop_assert_eq!(replay(&read.changes, *year), holds(table), "in {}", year);
        }
        // As few as can be, and each with the look before.
        let mut expected = 0;
        for (place, (year, table)) in tables.iter().enumerate() {
            let said = read.changes.iter().filter(|change| change.occurred.as_str() == year.to_string());
            let before = place.checked_sub(1).map(|place| &tables[place]);
            for change in said {
                let looked = change.previous.as_ref().map(|looked| (looked.occurred.to_string(), looked.status.to_string()));
                prop_assert_eq!(looked, before.map(|(year, table)| (year.to_string(), status(table, change).to_owned())));
                prop_assert_eq!(change.status.as_str(), status(table, change));
                let listed = table.contains_key(&cell(change));
                let known = table.keys().any(|(party, _)| *party == change.party.as_str());
                let seen = if listed { Seen::Listed } else if known { Seen::Missing } else { Seen::PartyMissing };
                prop_assert_eq!(change.seen, seen);
            }
            expected += match before {
                None => table.len(),
                Some((_, before)) => {
                    let (now, then) = (holds(table), holds(before));
                    let pairs: BTreeSet<_> = now.keys().chain(then.keys()).collect();
                    pairs.into_iter().filter(|pair| now.get(*pair) != then.get(*pair)).count()
                }
            };
        }
        prop_assert_eq!(read.changes.len(), expected);
    }

    #[test]
    fn whatever_is_done_to_rows_nothing_untrue_is_said_and_a_clean_picture_says_the_rest(
        tables in tables(),
        harms in prop::collection::vec(
            prop::option::weighted(
                0.3,
                select(&[Harm::Date, Harm::Party, Harm::Organisation, Harm::Status, Harm::Everything, Harm::Torn][..]),
            ),
            60,
        ),
        stranger in any::<bool>(),
    ) {
        let mut harms = harms.into_iter();
        let mut text = HEADER.to_owned();
        let (last, others) = tables.split_last().expect("one at least");
        for (year, table) in others {
            for ((party, organisation), status) in table {
                // A misspelling is always the same one.
                let row = match harms.next().flatten() {
                    None => format!("{year},{party},{organisation},{status}"),
                    Some(Harm::Date) => format!("?,{party},{organisation},{status}"),
                    Some(Harm::Party) => format!("{year},?{party},{organisation},{status}"),
                    Some(Harm::Organisation) => format!("{year},{party},?{organisation},{status}"),
                    Some(Harm::Status) => format!("{year},{party},{organisation},?"),
                    Some(Harm::Everything) => format!("{year},?{party},?{organisation},?"),
                    Some(Harm::Torn) => format!("{year},{party}"),
                };
                writeln!(text, "{row}").expect("a string takes what is written");
            }
            if stranger {
                // Somebody of whom nothing is ever understood.
                writeln!(text, "{year},?,sco,member").expect("a string takes what is written");
            }
        }
        for ((party, organisation), status) in &last.1 {
            writeln!(text, "{},{party},{organisation},{status}", last.0).expect("a string takes what is written");
        }
        let read = read_with(&text, Mapping::default()).expect("a good table");
        let truth: BTreeMap<String, &Table> = tables.iter().map(|(year, table)| (year.to_string(), table)).collect();
        for change in &read.changes {
            prop_assert_eq!(change.status.as_str(), status(truth[change.occurred.as_str()], change), "{}", line(change));
            if let Some(looked) = &change.previous {
                prop_assert_eq!(looked.status.as_str(), status(truth[looked.occurred.as_str()], change), "{}", line(change));
            }
        }
        // A row of unknown date before it may belong to the last picture, too.
        let stray = read.rejects.iter().any(|reject| reject.faults.iter().any(|fault| fault.field != "party" && fault.field != "status" && fault.field != "organisation"));
        if !last.1.is_empty() && !stray {
            prop_assert_eq!(replay(&read.changes, last.0), holds(&last.1));
        }
    }
}

fn cell(change: &Change) -> Cell {
    let known = |names: &[&'static str], name: &str| *names.iter().find(|known| **known == name).expect("of the table");
    (known(&PARTIES, change.party.as_str()), known(&ORGANISATIONS, change.organisation.as_str()))
}

#[test]
fn every_change_is_a_standing() {
    let read = read("2003,KAZ,sco,member\n2004,UZB,sco,member\n");
    let source = Source::new("Table", Authority::Record).expect("a good name");
    for change in &read.changes {
        assert!(matches!(source.document(change).event().content, Content::Standing(_)));
    }
}
