//! Spells as claims: each says what its row says, and they sort as the spells follow each other.

use std::fmt::Write as _;

use producer::import::{Claim, ImportError, Item, Mapping, Reading, Rows, Source, Spells};
use summit::{Authority, Content};

const HEADER: &str = "organisation,party,status,from,until\n";

/// What a table comes to: a line for each claim, a line for each reject.
#[derive(Debug, Default)]
struct Read {
    claims: Vec<String>,
    events: Vec<Claim>,
    rejects: Vec<String>,
    summary: Rows,
}

fn read_with(table: impl AsRef<[u8]>, mapping: Mapping) -> Result<Read, ImportError> {
    taken(Spells::read(table.as_ref(), mapping)?)
}

fn taken(mut items: Spells<'_>) -> Result<Read, ImportError> {
    let mut read = Read::default();
    for item in items.by_ref() {
        match item? {
            Item::Said(claim) => {
                read.claims.push(line(&claim));
                read.events.push(*claim);
            }
            Item::Rejected(reject) => read.rejects.push(format!("{}: {reject}", reject.line)),
        }
    }
    read.summary = items.summary();
    Ok(read)
}

#[track_caller]
fn read(rows: &str) -> Read {
    read_with(format!("{HEADER}{rows}"), Mapping::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// A claim in a line: when, its order, who, where, what.
#[expect(clippy::wildcard_enum_match_arm, reason = "spells are said by these kinds")]
fn line(claim: &Claim) -> String {
    let mut line = claim.occurred.to_string();
    if let Some(order) = claim.order {
        write!(line, " #{order}").expect("a string takes what is written");
    }
    let said = match &claim.content {
        Content::Admission(said) => {
            let manner = said.manner.map_or(String::new(), |manner| format!(" by {manner}"));
            format!("{} becomes {}{manner}", said.party, said.status)
        }
        Content::Standing(said) => format!("{} is {}", said.party, said.status),
        Content::Withdrawal(said) => {
            format!("{} leaves{}", said.party, said.manner.map_or(String::new(), |manner| format!(": {manner}")))
        }
        Content::Suspension(said) => format!("{} is suspended", said.party),
        Content::Reinstatement(said) => format!("{} is reinstated", said.party),
        other => panic!("no spell says {other:?}"),
    };
    let organisation = claim.organisation.as_ref().expect("it has one");
    format!("{line} {said} {organisation}")
}

#[test]
fn a_spell_is_an_admission_and_a_withdrawal_where_it_ended() {
    let read = read(
        "sco,KAZ,member,2001-06-15,\nsco,UZB,member,2001,2005-03\nsco,IND,observer,2005..2006,9999-12-31\nsco,IRN,guest,2004,..\n",
    );
    let expected = [
        "[2005..2006] IND becomes observer sco",
        "2004 IRN becomes guest sco",
        "2001-06-15 KAZ becomes member sco",
        "2001 UZB becomes member sco",
        "2005-03 UZB leaves sco",
    ];
    assert_eq!((read.claims.as_slice(), read.rejects.len()), (&expected.map(ToOwned::to_owned)[..], 0));
    assert_eq!(read.summary, Rows { rows: 4, events: 5, rejected: 0 });
}

#[test]
fn a_spell_that_begins_when_the_one_before_ended_replaces_it() {
    let read = read("sco,IND,member,2017-06-09,\nsco,IND,observer,2005-07-05,2017-06-09\n");
    assert_eq!(read.claims, ["2005-07-05 IND becomes observer sco", "2017-06-09 IND becomes member sco"]);
}

#[test]
fn the_same_status_from_the_same_day_goes_on_and_from_the_same_year_comes_again() {
    let read = read(
        "sco,KAZ,member,2001,2005-03-01\nsco,KAZ,member,2005-03-01,2010\nsco,KAZ,member,2010,2012\nsco,KAZ,member,2014,\n",
    );
    let expected = [
        "2001 KAZ becomes member sco",
        "2005-03-01 KAZ is member sco",
        "2010 KAZ leaves sco",
        "2010 #1 KAZ becomes member sco",
        "2012 KAZ leaves sco",
        "2014 KAZ becomes member sco",
    ];
    assert_eq!(read.claims, expected);
}

#[test]
fn where_only_the_end_is_known_the_status_was_held_on_its_eve_or_at_some_time_before() {
    let read = read(
        "sco,AFG,observer,..,2024-07-04\nsco,MNG,observer,,2024\nsco,TUR,guest,1990,1995\nsco,TUR,partner,NA,2024\n",
    );
    let expected = [
        "2024-07-03 AFG is observer sco",
        "2024-07-04 AFG leaves sco",
        "../2024 MNG is observer sco",
        "2024 MNG leaves sco",
        "1990 TUR becomes guest sco",
        "1995 TUR leaves sco",
        "1995/2024 TUR is partner sco",
        "2024 TUR leaves sco",
    ];
    assert_eq!(read.claims, expected);
}

#[test]
fn what_may_have_happened_in_one_period_is_put_in_order() {
    let read = read(
        "sco,KAZ,observer,2005,2005\nsco,KAZ,member,2005,2010\nsco,UZB,member,2005-06,2005\nsco,MNG,guest,2001,2005-06\nsco,MNG,member,2005,\n",
    );
    let expected = [
        "2005 KAZ becomes observer sco",
        "2005 #1 KAZ becomes member sco",
        "2010 KAZ leaves sco",
        "2001 MNG becomes guest sco",
        "2005-06 MNG leaves sco",
        "2005-06/2005-12 MNG becomes member sco",
        "2005-06 UZB becomes member sco",
        "2005-06/2005-12 UZB leaves sco",
    ];
    assert_eq!(read.claims, expected);
}

#[test]
fn how_it_began_and_ended_is_said_where_it_belongs() {
    let table = "organisation,party,status,from,until,manner,note,url\n\
        sco,KAZ,member,2001,2005,founding expelled,\"two\nlines\",https://example.org/kaz\nsco,KAZ,observer,2005,,granted,,\n\
        sco,UZB,member,2001,,withdrawn,,\nsco,AFG,member,,2001,accession,,\nsco,MNG,member,2001,2002,gone,,\n";
    let read = read_with(table, Mapping::default()).expect("a table");
    let expected = [
        "2001 KAZ becomes member by founding sco",
        "2005 KAZ leaves: expelled sco",
        "2005 #1 KAZ becomes observer by granted sco",
    ];
    assert_eq!(read.claims, expected);
    let told = [
        "5: manner: found \"withdrawn\", allowed is how it began, where no end is stated",
        "6: manner: found \"accession\", allowed is how it ended, where no beginning is stated",
        "7: manner: found \"gone\", allowed is one of founding granted accession succession or one of withdrawn expelled lapsed dissolved state_ceased",
    ];
    assert_eq!(read.rejects, told);
    let source =
        Source::new("Table", Authority::Record).expect("a name").at("https://example.org").expect("an address");
    let document = source.document(&read.events[0]);
    assert_eq!(document.event().shared.note.as_deref(), Some("two\nlines"));
    assert_eq!(document.event().shared.attribution[0].url.as_deref(), Some("https://example.org/kaz"));
    let plain = source.document(&read.events[2]);
    assert_eq!(plain.event().shared.attribution[0].url.as_deref(), Some("https://example.org"));
    for event in &read.events {
        let document = source.document(event);
        assert_eq!(wire::Document::decode(&document.encode()).unwrap_or_else(|refused| panic!("{refused}")), document);
    }
}

#[test]
fn a_row_that_overlaps_another_of_its_party_is_rejected_and_so_is_the_same_row() {
    let read = read(
        "sco,KAZ,member,2001,2010\nsco,KAZ,observer,2005,2007\nsco,KAZ,member,2001,2010\nsco,UZB,member,2001,\nsco,UZB,observer,2009,\n\
         sco,MNG,guest,2001,2005\nsco,MNG,member,..,2003\nsco,IND,guest,2005,2005\nsco,IND,guest,2005,2005\n",
    );
    let told = |line: u32, found: &str| {
        format!("{line}: row: found {found}, allowed is spells of a party in an organisation that do not overlap")
    };
    let expected = [
        told(
            10,
            "\"guest\" from 2005 until 2005 for \"IND\" in \"sco\", of which line 9 says \"guest\" from 2005 until 2005",
        ),
        told(
            3,
            "\"observer\" from 2005 until 2007 for \"KAZ\" in \"sco\", of which line 2 says \"member\" from 2001 until 2010",
        ),
        told(
            4,
            "\"member\" from 2001 until 2010 for \"KAZ\" in \"sco\", of which line 2 says \"member\" from 2001 until 2010",
        ),
        told(
            8,
            "\"member\" from .. until 2003 for \"MNG\" in \"sco\", of which line 7 says \"guest\" from 2001 until 2005",
        ),
        told(
            6,
            "\"observer\" from 2009 until .. for \"UZB\" in \"sco\", of which line 5 says \"member\" from 2001 until ..",
        ),
    ];
    assert_eq!(read.rejects, expected);
    assert_eq!((read.summary.rows, read.summary.rejected), (9, 5));
}

#[test]
fn a_row_that_cannot_be_meant_is_rejected_with_every_fault() {
    let read = read(
        "s c o,Narnia,Full,19x1,x\nsco,KAZ,member,2005,2001\nsco,KAZ,member,,\nsco,KAZ,member,..,2001/..\nsco,KAZ,none,2001,2002\n\
         sco,KAZ,member,9999-12-31,\nsco,KAZ\n",
    );
    assert_eq!(read.claims, [""; 0]);
    assert_eq!(read.rejects[0].matches("; ").count(), 4, "{}", read.rejects[0]);
    let told = [
        "3: until: found \"2001\", allowed is a date that is not before \"2005\"",
        "4: from: found nothing, allowed is a date, where the end is open",
        "5: from: found \"..\", allowed is a date, where the end is not bounded",
        "6: status: found \"none\", allowed is a status that is held",
        "7: from: found \"9999-12-31\", allowed is a date that comes",
        "8: row: found 2 columns, allowed is 5 columns",
    ];
    assert_eq!(read.rejects[1..], told);
}

#[test]
fn a_table_of_a_spreadsheet_is_read_like_another() {
    let mut mapping = Mapping { delimiter: b';', ..Mapping::default() };
    mapping.statuses.insert("Full member".into(), "member".into());
    mapping.statuses.insert("-".into(), "observer".into());
    let table = "\u{feff}organisation;party;status;remark;from;until\r\nsco;KAZ;Full member;\"a;\r\nb\";2001;\r\n\r\nsco;MNG;'-;;2004;9999-12-31\r\n";
    let read = read_with(table, mapping).expect("a table");
    assert_eq!(read.claims, ["2001 KAZ becomes member sco", "2004 MNG becomes observer sco"]);
    let bytes = [HEADER.as_bytes(), b"sco,KAZ,m\xe9mber,2001,\n"].concat();
    let read = read_with(bytes, Mapping::default()).expect("a table");
    assert_eq!(read.rejects, ["2: status: found bytes that are not UTF-8, allowed is UTF-8"]);
}

#[test]
fn what_is_no_table_of_spells_is_refused() {
    let error = read_with("", Mapping::default()).expect_err("it is empty");
    assert_eq!(error.to_string(), "the table has no column \"organisation\", it is empty");
    let error = read_with("organisation;party;status;from;until\n", Mapping::default()).expect_err("another delimiter");
    assert!(error.to_string().ends_with("it has \"organisation;party;status;from;until\""), "{error}");
    let nothing = read_with(HEADER, Mapping::default()).expect("a table");
    assert_eq!(nothing.summary, Rows::default());
    let mut mapping = Mapping::default();
    mapping.columns.insert(producer::import::Column::Note, "remark".into());
    let error = read_with(HEADER, mapping).expect_err("it was named");
    assert!(error.to_string().starts_with("the table has no column \"remark\""), "{error}");
}

#[test]
fn rights_are_suspended_within_a_spell() {
    let table = "organisation,party,status,from,until,suspensions\n\
        au,MLI,member,2002,,2022/2024; from 2025/2026 until ..\nau,EGY,member,2013,2014,2013/2014\nau,GIN,member,2002,,2021-\n";
    let read = read_with(table, Mapping::default()).expect("a table");
    let expected = [
        "2013 EGY becomes member au",
        "2013 #1 EGY is suspended au",
        "2014 EGY is reinstated au",
        "2014 EGY leaves au",
        "2002 MLI becomes member au",
        "2022 MLI is suspended au",
        "2024 MLI is reinstated au",
        "2025/2026 MLI is suspended au",
    ];
    assert_eq!(read.claims, expected);
    assert!(read.rejects[0].starts_with("4: suspensions: found \"2021-\", allowed is periods"), "{:?}", read.rejects);
}

#[test]
fn a_status_without_any_date_was_held_when_the_table_was_true() {
    let mapping = Mapping { stated: Some("2024-07".parse().expect("EDTF")), ..Mapping::default() };
    let read = read_with(
        format!("{HEADER}sco,AFG,observer,,\nsco,MNG,observer,..,9999-12-31\nsco,KAZ,member,2001,\n"),
        mapping,
    );
    let expected = ["2024-07 AFG is observer sco", "2001 KAZ becomes member sco", "2024-07 MNG is observer sco"];
    assert_eq!(read.expect("a table").claims, expected);
}

#[test]
fn memberships_of_popolo_are_spells() {
    let text = r#"{"meta": {}, "persons": [{"id": "xi-jinping"}], "memberships": [
        {"id": "1", "organization_id": "sco", "member": {"@type": "Organization", "id": "KAZ"}, "start_date": "2001-06-15"},
        {"person_id": "xi-jinping", "organization_id": "CHN", "role": "President"},
        {"organization_id": "sco", "member": {"id": "TUR"}, "role": "Partner", "start_date": "2012", "end_date": null,
         "sources": [{"note": "none"}, {"url": "https://example.org"}]},
        {"organization_id": "sco", "member": {"id": "AFG"}, "role": "observer", "label": "observer since 2001/2024-07-04, until 2025"},
        {"organization_id": "sco", "member": {"id": "UZB"}, "label": "member since 2001-06-15, until 2005", "start_date": "2001", "end_date": "2004"},
        {"organization_id": "S.C.O.", "member": {"id": "MNG"}, "role": "observer"},
        {"organization_id": 7},
        {"member": {"@type": "Person", "id": "xi-jinping"}, "organization_id": "sco"}]}"#;
    let mut mapping = Mapping::default();
    mapping.statuses.insert("Partner".into(), "dialogue_partner".into());
    let read = taken(Spells::popolo(text.as_bytes(), mapping.clone()).expect("a document")).expect("readable");
    let expected = [
        "2001/2024-07-04 AFG becomes observer sco",
        "2025 AFG leaves sco",
        "2001-06-15 KAZ becomes member sco",
        "2012 TUR becomes dialogue_partner sco",
        "2001-06-15 UZB becomes member sco",
        "2004 UZB leaves sco",
    ];
    assert_eq!(read.claims, expected);
    assert_eq!(read.events[3].url.as_deref(), Some("https://example.org"));
    assert!(
        read.rejects[0].starts_with("6: organization_id: found \"S.C.O.\", allowed is a slug"),
        "{:?}",
        read.rejects
    );
    assert!(
        read.rejects[0].ends_with("start_date: found nothing, allowed is a date, where the end is open"),
        "{:?}",
        read.rejects
    );
    assert!(read.rejects[1].starts_with("7: membership: found "), "{:?}", read.rejects);
    assert_eq!(read.summary, Rows { rows: 6, events: 6, rejected: 2 });
    for neither in ["", "[]", "{\"persons\": []}", "organisation,party\n"] {
        let error = Spells::popolo(neither.as_bytes(), mapping.clone()).err().unwrap_or_else(|| panic!("{neither}"));
        assert!(matches!(error, ImportError::NoPopolo(_)), "{error}");
    }
}

/// Ids must never change: a second import of what was imported years ago adds nothing.
#[test]
fn ids_come_from_what_is_said_and_stay_for_ever() {
    let read = read("sco,KAZ,member,2001,2005\n");
    let source = Source::new("Table", Authority::Record).expect("a name");
    let ids: Vec<_> = read.events.iter().map(|event| source.document(event).event().id.to_string()).collect();
    assert_eq!(ids, ["22858b9c-b4d2-5e61-abda-1d19f5de185c", "1ff50c77-4517-527f-a450-f43a672b7605"]);
}
