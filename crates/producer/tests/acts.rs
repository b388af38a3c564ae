//! Acts on treaties: a date in a column is an act of the party, and the letters behind it say which one.

use producer::import::{ImportError, Item, Mapping, Reading, Rows, Source, TreatyActs};
use summit::{Authority, Content};

const HEADER: &str = "party,instrument,signature,ratification,entry_into_force,end\n";

#[derive(Debug, Default)]
struct Read {
    acts: Vec<String>,
    documents: Vec<wire::Document>,
    rejects: Vec<String>,
    summary: Rows,
}

fn read_with(table: &str, mapping: Mapping) -> Result<Read, ImportError> {
    let source = Source::new("UNTC", Authority::Record).expect("a name");
    let mut items = TreatyActs::read(table.as_bytes(), mapping)?;
    let mut read = Read::default();
    for item in items.by_ref() {
        match item? {
            Item::Said(claim) => {
                let Content::Signing(said) = &claim.content else { panic!("an act") };
                let party = said.signatories[0].party.as_ref().expect("a party");
                let act = said.act.expect("an act");
                read.acts.push(format!("{} {party} {act} {}", claim.occurred, said.instrument));
                read.documents.push(source.document(&*claim));
            }
            Item::Rejected(reject) => read.rejects.push(format!("{}: {reject}", reject.line)),
        }
    }
    read.summary = items.summary();
    Ok(read)
}

#[track_caller]
fn read(rows: &str) -> Read {
    read_with(&format!("{HEADER}{rows}"), Mapping::default()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_date_of_a_row_is_an_act() {
    let read = read("KAZ,charter,2001-06-15,2002-11,2003-09-19,2030\nUZB,charter,,,2003..2004,9999-12-31\n");
    let expected = [
        "2001-06-15 KAZ signature charter",
        "2002-11 KAZ ratification charter",
        "2003-09-19 KAZ entry_into_force charter",
        "2030 KAZ termination charter",
        "[2003..2004] UZB entry_into_force charter",
    ];
    assert_eq!(read.acts, expected);
    assert_eq!(read.summary, Rows { rows: 2, events: 5, rejected: 0 });
}

#[test]
fn letters_behind_a_date_say_which_act_it_was() {
    let rows = ["r", "A", "AA", "a", "d", "s", "c", "accession", "deposit"];
    let table = rows.map(|letter| format!("KAZ,t,,1992-03-04 {letter},,\n")).concat();
    let acts: Vec<_> =
        read(&table).acts.iter().map(|act| act.split(' ').nth(2).expect("three words").to_owned()).collect();
    let expected = [
        "ratification",
        "acceptance",
        "approval",
        "accession",
        "succession",
        "signature",
        "ratification",
        "accession",
        "deposit",
    ];
    assert_eq!(acts, expected);
    let read = read("KAZ,t,1992 s,,,2001 denunciation\n");
    assert_eq!(read.acts, ["1992 KAZ signature t", "2001 KAZ denunciation t"]);
}

#[test]
fn what_no_act_is_made_of_is_rejected() {
    let read = read("KAZ,t,,,,\nKAZ,t,1992 a,1992 x,1992 a,1992 d\nKAZ,T 1,4 March 1992,,,\nKAZ,t,9999-12-31,,,\n");
    let told = [
        "2: row: found no date, allowed is a date in one of signature, ratification, entry_into_force, end",
        "3: signature: found \"1992 a\", allowed is a date and one of s; ratification: found \"1992 x\", allowed is a date and one of r A AA a d s c deposit; entry_into_force: found \"1992 a\", allowed is a date; end: found \"1992 d\", allowed is a date and one of denunciation termination",
    ];
    assert_eq!(read.rejects[..2], told);
    assert!(
        read.rejects[2].starts_with("4: instrument: found \"T 1\"")
            && read.rejects[2].contains("signature: found \"4 March 1992\""),
        "{}",
        read.rejects[2]
    );
    assert_eq!(read.rejects[3], "5: signature: found \"9999-12-31\", allowed is a date that comes");
    assert_eq!((read.acts.len(), read.summary.rejected), (0, 4));
}

#[test]
fn what_else_a_row_says_is_said_of_its_acts() {
    let mut mapping = Mapping::default();
    mapping.instruments.insert("SCO Charter".into(), "sco-charter".into());
    let table = "party,instrument,signature,ratification,entry_into_force,end,title,form,organisation,note,url\n\
                 KAZ,SCO Charter,2002-06-07,,,,The Charter,charter,sco,in St Petersburg,https://example.org\nUZB,t,2001,,,,,,,,\nUZB,t,2001,,,,,treatise,,,\n";
    let read = read_with(table, mapping).expect("a table");
    let text = |document: &wire::Document| String::from_utf8(document.encode()).expect("JSON is UTF-8");
    let first = text(&read.documents[0]).replace(&read.documents[0].event().id.to_string(), "ID");
    let expected = r#"{"specversion":"1.0","id":"ID","source":"/imports/untc","type":"chronicle.signing.v1","datacontenttype":"application/json","data":{"occurred":"2002-06-07","attribution":[{"name":"UNTC","url":"https://example.org"}],"authority":"record","organisation":"sco","note":"in St Petersburg","instrument":"sco-charter","title":"The Charter","form":"charter","act":"signature","signatories":[{"party":"KAZ"}]}}"#;
    assert_eq!(first, expected);
    for document in &read.documents {
        assert_eq!(wire::Document::decode(&document.encode()).unwrap_or_else(|refused| panic!("{refused}")), *document);
    }
    assert!(read.rejects[0].starts_with("4: form: found \"treatise\""), "{:?}", read.rejects);
    assert_eq!(read.documents[1].event().shared.organisation, None);
}
