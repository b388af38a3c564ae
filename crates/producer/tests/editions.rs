//! Editions of one source: at any time it says what the latest edition up to then says of each date.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::Timestamp;
use producer::import::{Column, ImportError, Item, Mapping, Reading, Snapshots, Source, Summary, Told, Verdict};
use proptest::prelude::*;
use proptest::sample::select;
use summit::{Authority, Content, EventId};

const HEADER: &str = "edition,date,party,organisation,status\n";

#[derive(Debug, Default)]
struct Read {
    told: Vec<Told>,
    rejects: Vec<String>,
    summary: Summary,
}

fn now() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().expect("an instant")
}

fn read_with(rows: &str) -> Result<Read, ImportError> {
    let table = format!("{HEADER}{rows}");
    let mut items = Snapshots::read_editions(table.as_bytes(), Mapping::default(), now())?;
    let mut read = Read::default();
    for item in items.by_ref() {
        match item? {
            Item::Said(told) => read.told.push(*told),
            Item::Rejected(reject) => read.rejects.push(format!("{}: {reject}", reject.line)),
        }
    }
    read.summary = items.summary();
    Ok(read)
}

#[track_caller]
fn read(rows: &str) -> Read {
    read_with(rows).unwrap_or_else(|error| panic!("{error}"))
}

fn line(told: &Told) -> String {
    let (change, edition) = (&told.change, told.edition.as_ref().expect("each has one"));
    let mut line = format!("{}: ", edition.date);
    match &told.verdict {
        Verdict::Said => {}
        Verdict::TakenBack => line.push_str("no longer "),
        Verdict::Restored(before) => write!(line, "again, not as {}: ", before.date).expect("a string"),
    }
    write!(line, "{} {} {}", change.occurred, change.party, change.status).expect("a string");
    if let Some(previous) = &change.previous {
        write!(line, " ({} {})", previous.occurred, previous.status).expect("a string");
    }
    line
}

fn lines(read: &Read) -> Vec<String> {
    read.told.iter().map(line).collect()
}

#[test]
fn editions_that_go_on_say_only_what_is_new() {
    let read = read(
        "2002,2001,KAZ,sco,member\n2003,2002,KAZ,sco,member\n2003,2002,MNG,sco,guest\n2004,2003,KAZ,sco,observer\n",
    );
    let expected = [
        "2002: 2001 KAZ member",
        "2003: 2002 MNG guest (2001 none)",
        "2004: 2003 KAZ observer (2002 member)",
        "2004: 2003 MNG none (2002 guest)",
    ];
    assert_eq!(lines(&read), expected);
    let summary = Summary {
        editions: Some(3),
        revisions: Some(0),
        pictures: 3,
        rows: 4,
        changes: 4,
        nones: 1,
        unsaid: 0,
        rejected: 0,
    };
    assert_eq!(read.summary, summary);
}

#[test]
fn an_edition_that_tells_the_same_adds_nothing_and_one_that_tells_otherwise_takes_back() {
    let read = read(
        "2002,2000,KAZ,sco,guest\n2002,2001,KAZ,sco,member\n2003,2000,KAZ,sco,guest\n2003,2001,KAZ,sco,guest\n2003,2002,KAZ,sco,member\n\
         2004,2001,KAZ,sco,member\n2005,2001,KAZ,sco,guest\n",
    );
    let expected = [
        "2002: 2000 KAZ guest",
        "2002: 2001 KAZ member (2000 guest)",
        "2003: no longer 2001 KAZ member (2000 guest)",
        "2003: 2002 KAZ member (2001 guest)",
        "2004: no longer 2002 KAZ member (2001 guest)",
        "2004: again, not as 2003: 2001 KAZ member (2000 guest)",
        "2005: no longer 2001 KAZ member (2000 guest)",
        "2005: again, not as 2004: 2002 KAZ member (2001 guest)",
    ];
    assert_eq!(lines(&read), expected);
    assert_eq!((read.summary.changes, read.summary.revisions), (3, Some(5)));
    let source = Source::new("Yearbook", Authority::Record).expect("a name");
    let documents: Vec<_> = read.told.iter().map(|told| source.document(told)).collect();
    let ids: BTreeSet<EventId> = documents.iter().map(|document| document.event().id).collect();
    assert_eq!(ids.len(), documents.len(), "no id stands for two things");
    for document in &documents {
        assert_eq!(wire::Document::decode(&document.encode()).unwrap_or_else(|refused| panic!("{refused}")), *document);
    }
    let retracts = |place: usize| {
        let Content::Retraction(said) = &documents[place].event().content else { panic!("a retraction") };
        (said.retracts, said.reason.clone().unwrap_or_default())
    };
    let id = |place: usize| documents[place].event().id;
    assert_eq!(retracts(2), (id(1), "the edition of 2003 no longer says so".to_owned()));
    assert_eq!(retracts(5), (id(2), "the edition of 2004 says so again".to_owned()));
    assert_eq!((retracts(6).0, retracts(7).0), (id(1), id(4)));
    let event = documents[2].event();
    assert_eq!(event.shared.occurred.as_str(), "2003");
    assert_eq!(event.shared.organisation.as_ref().map(ToString::to_string).as_deref(), Some("sco"));
}

#[test]
fn an_edition_was_on_record_at_its_instant_or_at_the_end_of_its_date_but_not_after_now() {
    let recorded = |edition: &str| {
        let read = read(&format!("{edition},2001,KAZ,sco,member\n"));
        let source = Source::new("Yearbook", Authority::Record).expect("a name");
        let event = source.document(&read.told[0]).event().clone();
        (event.recorded_at.expect("it says so").to_string(), event.id)
    };
    let (day, id) = recorded("2003-05-01");
    assert_eq!(day, "2003-05-01T23:59:59.999999999Z");
    let (instant, same) = recorded("2003-05-01T12:00:00+02:00");
    assert_eq!(instant, "2003-05-01T10:00:00Z");
    assert_eq!(id, same, "an id says nothing of when it was put on record");
    assert_eq!(recorded("2003").0, "2003-12-31T23:59:59.999999999Z");
    assert_eq!(recorded("2003-02").0, "2003-02-28T23:59:59.999999999Z");
    assert_eq!(recorded("2003-05-01T10:00:00.5Z").0, "2003-05-01T10:00:00.5Z");
    assert_eq!(recorded("2026").0, now().to_string());
}

#[test]
fn what_belongs_to_no_edition_is_rejected_and_editions_come_in_their_order() {
    let told = read(
        "2002,2001,KAZ,sco,member\n?,2001,MNG,sco,member\n2003-05-01T12:00:00,2001,KAZ,sco,member\n2003,2001/..,KAZ,sco,member\n",
    );
    assert!(told.rejects[0].starts_with("3: edition: found \"?\", allowed is an instant"), "{:?}", told.rejects);
    assert!(told.rejects[1].starts_with("4: edition: found \"2003-05-01T12:00:00\""), "{:?}", told.rejects);
    assert!(told.rejects[2].starts_with("5: date: found \"2001/..\""), "{:?}", told.rejects);
    assert_eq!(lines(&told), ["2002: 2001 KAZ member"]);

    let refused = |rows: &str| read_with(rows).expect_err("out of order").to_string();
    assert_eq!(
        refused("2003,2001,KAZ,sco,member\n2002,2001,KAZ,sco,member\n"),
        "line 3: found the edition \"2002\" behind \"2003\", which begins on line 2, allowed is an edition after it"
    );
    assert_eq!(
        refused("2003,2002,KAZ,sco,member\n2003,2001,KAZ,sco,member\n"),
        "line 3: found the date \"2001\" behind \"2002\", which begins on line 2, allowed is a date after it"
    );
    let rows = "date,party,organisation,status\n";
    let error = Snapshots::read_editions(rows.as_bytes(), Mapping::default(), now()).err().expect("no editions");
    assert!(error.to_string().starts_with("the table has no column \"edition\""), "{error}");
    assert_eq!(Mapping::default().name(Column::Edition), "edition");
}

#[test]
fn a_picture_replaces_those_that_it_overlaps() {
    let read = read("2002,2000,KAZ,sco,guest\n2002,2001,KAZ,sco,member\n2003,2001-06,KAZ,sco,member\n");
    let expected = [
        "2002: 2000 KAZ guest",
        "2002: 2001 KAZ member (2000 guest)",
        "2003: no longer 2001 KAZ member (2000 guest)",
        "2003: 2001-06 KAZ member (2000 guest)",
    ];
    assert_eq!(lines(&read), expected);
}

type Picture = BTreeMap<&'static str, &'static str>;

/// Some editions, each with pictures of some dates.
fn editions() -> impl Strategy<Value = Vec<BTreeMap<u32, Picture>>> {
    let picture =
        prop::collection::btree_map(select(&["KAZ", "UZB", "un"][..]), select(&["member", "guest"][..]), 1..4);
    prop::collection::vec(prop::collection::btree_map(2000..2005_u32, picture, 1..4), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// An oracle that knows no editions: the table of what stands in each picture's latest edition, imported by itself.
    #[test]
    fn what_stands_after_each_edition_is_what_its_latest_pictures_say_by_themselves(editions in editions()) {
        let mut text = String::new();
        for (place, pictures) in editions.iter().enumerate() {
            for (date, picture) in pictures {
                for (party, status) in picture {
                    writeln!(text, "{},{date},{party},sco,{status}", 2010 + place).expect("a string");
                }
            }
        }
        let source = Source::new("Yearbook", Authority::Record).expect("a name");
        let read = read(&text);
        let documents: Vec<_> = read.told.iter().map(|told| source.document(told)).collect();
        let mut latest: BTreeMap<u32, Picture> = BTreeMap::new();
        for (place, pictures) in editions.iter().enumerate() {
            latest.extend(pictures.clone());
            let mut table = "date,party,organisation,status\n".to_owned();
            for (date, picture) in &latest {
                for (party, status) in picture {
                    writeln!(table, "{date},{party},sco,{status}").expect("a string");
                }
            }
            let alone = Snapshots::read(table.as_bytes(), Mapping::default()).expect("a table").map(|item| match item {
                Ok(Item::Said(told)) => source.document(&*told).event().id,
                other => panic!("{other:?}"),
            });
            let expected: BTreeSet<EventId> = alone.collect();
            let until: Timestamp = format!("{}-12-31T23:59:59.999999999Z", 2010 + place).parse().expect("an instant");
            // Naively: whoever is retracted by one that stands, does not stand; retractions come behind what they take back.
            let known: Vec<_> = documents.iter().filter(|document| document.event().recorded_at <= Some(until)).collect();
            let mut standing: BTreeSet<EventId> = BTreeSet::new();
            let mut gone: BTreeSet<EventId> = BTreeSet::new();
            for document in known.iter().rev() {
                let event = document.event();
                if gone.contains(&event.id) {
                    continue;
                }
                if let Content::Retraction(said) = &event.content {
                    gone.insert(said.retracts);
                } else {
                    standing.insert(event.id);
                }
            }
            prop_assert_eq!(standing, expected, "after edition {}", 2010 + place);
        }
    }
}
