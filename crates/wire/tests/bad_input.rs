//! *Bad input* of the vocabulary, sentence by sentence: what is refused, what is not, and that the schemas agree.

mod golden;
mod places;

use serde_json::{Value, json};
use summit::{Kind, SuccessionManner};
use wire::{Document, MAX_DEPTH, MAX_FAULTS};

use crate::golden::{golden, validator};
use crate::places::places;

fn faults(bytes: &[u8]) -> Vec<(String, String)> {
    let refused = Document::decode(bytes).expect_err("it should be refused");
    refused.faults.into_iter().map(|fault| (fault.field, fault.found)).collect()
}

fn with(mut document: Value, pointer: &str, value: &Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer has a slash");
    let parent = document.pointer_mut(parent).expect("the parent exists");
    match name.parse::<usize>() {
        Ok(index) => parent[index] = value.clone(),
        Err(_) => parent[name] = value.clone(),
    }
    document
}

/// The golden event of a kind with the value at a pointer replaced is refused for that field alone, by the schema too.
#[track_caller]
fn refused(kind: Kind, pointer: &str, value: &Value, field: &str) {
    let document = with(golden(kind), pointer, value);
    only_fault(&document, field);
    assert!(!validator(kind).is_valid(&document), "the schema takes {value} for {field}");
}

/// As [`refused`], for what a schema cannot know.
#[track_caller]
fn refused_by_us_alone(kind: Kind, pointer: &str, value: &Value, field: &str) {
    let document = with(golden(kind), pointer, value);
    only_fault(&document, field);
    assert!(validator(kind).is_valid(&document), "the schema knows about {value} for {field}");
}

#[track_caller]
fn only_fault(document: &Value, field: &str) {
    let faults = faults(document.to_string().as_bytes());
    assert_eq!(faults.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), [field], "{faults:?}");
}

#[test]
fn an_unknown_kind_is_refused() {
    for kind in
        ["chronicle.coronation.v1", "chronicle.admission.v2", "chronicle.Admission.v1", "admission", "chronicle..v1"]
    {
        refused(Kind::Admission, "/type", &json!(kind), "type");
    }
}

#[test]
fn a_malformed_edtf_is_refused() {
    for text in ["yesterday", "July 2024", "2024-7-4 ", "open", "2024-07-04\u{7}"] {
        refused(Kind::Admission, "/data/occurred", &json!(text), "data.occurred");
        refused(Kind::Standing, "/data/previous/occurred", &json!(text), "data.previous.occurred");
    }
    for text in ["2024-02-30", "2024-7-4", "2024-13", "2024-07-05/2024-07-04", "Y170000002[1", "2024-07-04T24:61:00Z"] {
        refused_by_us_alone(Kind::Admission, "/data/occurred", &json!(text), "data.occurred");
    }
}

#[test]
fn a_malformed_slug_is_refused() {
    for text in ["SCO!", "-sco", "s co", "sco\u{7}", "şco", "", &"s".repeat(64)] {
        refused(Kind::Admission, "/data/organisation", &json!(text), "data.organisation");
        refused(Kind::Meeting, "/data/meeting", &json!(text), "data.meeting");
        refused(Kind::Meeting, "/data/part_of", &json!(text), "data.part_of");
        refused(Kind::Signing, "/data/instrument", &json!(text), "data.instrument");
        refused(Kind::Attendance, "/data/person/id", &json!(text), "data.person.id");
    }
}

#[test]
fn a_malformed_code_is_refused() {
    for text in ["Kaz", "KA", "KAZAK", "K\u{7}Z", ""] {
        refused(Kind::Admission, "/data/party", &json!(text), "data.party");
        refused(Kind::Succession, "/data/from/0", &json!(text), "data.from[0]");
    }
    for text in ["XXX", "XXXX"] {
        refused_by_us_alone(Kind::Admission, "/data/party", &json!(text), "data.party");
    }
    for text in ["hs", "president", ""] {
        refused(Kind::Arrival, "/data/level", &json!(text), "data.level");
    }
}

#[test]
fn a_malformed_uuid_is_refused() {
    for text in [
        "7",
        "d06537776d69536ba4fd52d10a1fb517",
        "{d0653777-6d69-536b-a4fd-52d10a1fb517}",
        "d0653777-6d69-536b-a4fd-52d10a1fb51g",
    ] {
        refused(Kind::Retraction, "/id", &json!(text), "id");
        refused(Kind::Retraction, "/corrects", &json!(text), "corrects");
        refused(Kind::Retraction, "/data/retracts", &json!(text), "data.retracts");
    }
}

#[test]
fn control_characters_are_refused() {
    for text in ["mem\u{7}ber", "member\n", "\u{0}", "mem\u{85}ber"] {
        refused(Kind::Admission, "/data/status", &json!(text), "data.status");
        refused(Kind::Attendance, "/data/capacity", &json!(text), "data.capacity");
        refused(Kind::Tally, "/data/what", &json!(text), "data.what");
        refused(Kind::Tally, "/source", &json!(text), "source");
        refused(Kind::Tally, "/subject", &json!(text), "subject");
        refused(Kind::Tally, "/dataschema", &json!(text), "dataschema");
        refused(Kind::Tally, "/extension", &json!(text), "extension");
    }
    refused(Kind::Statement, "/data/words", &json!("bell \u{7}"), "data.words");
    let lines = with(golden(Kind::Statement), "/data/words", &json!("two lines\r\n\tand a tab"));
    assert!(Document::decode(lines.to_string().as_bytes()).is_ok() && validator(Kind::Statement).is_valid(&lines));
}

#[test]
fn a_none_in_an_admission_is_refused() {
    refused(Kind::Admission, "/data/status", &json!("none"), "data.status");
    let standing = with(golden(Kind::Standing), "/data/status", &json!("none"));
    assert!(Document::decode(standing.to_string().as_bytes()).is_ok());
}

#[test]
fn a_document_may_have_65536_bytes() {
    let text = golden(Kind::Admission).to_string();
    let padded = |bytes: usize| text.clone() + &" ".repeat(bytes - text.len());
    assert!(Document::decode(padded(65_536).as_bytes()).is_ok());
    assert_eq!(faults(padded(65_537).as_bytes()), [(String::new(), "65537 bytes".to_owned())]);
}

#[test]
fn a_document_that_would_be_too_large_when_written_again_is_refused() {
    let many = |number: &str| {
        golden(Kind::Admission).to_string().replacen("\"party\"", &format!("\"many\":[{number}0],\"party\""), 1)
    };
    let (short, long) = (many(&"7777,".repeat(10_000)), many(&"1e15,".repeat(10_000)));
    assert_eq!(short.len(), long.len());
    assert!(Document::decode(short.as_bytes()).is_ok());
    assert_eq!(faults(long.as_bytes()).len(), 1);
}

#[test]
fn nesting_may_be_32_deep() {
    let nested = |deep: usize| {
        let (open, close) = ("[".repeat(deep), "]".repeat(deep));
        golden(Kind::Admission).to_string().replacen("\"party\"", &format!("\"deep\":{open}{close},\"party\""), 1)
    };
    assert!(Document::decode(nested(MAX_DEPTH - 2).as_bytes()).is_ok());
    let (field, found) = faults(nested(MAX_DEPTH - 1).as_bytes()).remove(0);
    assert!(field.is_empty() && found.starts_with("nesting deeper than 32 at line 1 column "), "{found}");
    assert!(!faults("[".repeat(60_000).as_bytes()).is_empty());
}

#[test]
fn duplicate_keys_are_refused_wherever_they_stand() {
    let text = golden(Kind::Admission).to_string();
    for (key, twice) in [("id", "{\"id\":\"x\",\"spec"), ("a", "{\"b\":[{\"a\":1,\"\\u0061\":1}],\"spec")] {
        let (field, found) = faults(text.replacen("{\"spec", twice, 1).as_bytes()).remove(0);
        assert!(
            field.is_empty() && found.starts_with(&format!("the key \"{key}\" twice at line 1 column ")),
            "{found}"
        );
    }
}

#[test]
fn text_that_is_not_utf_8_is_refused() {
    assert_eq!(faults(b"{\"id\":\"\xff\"}")[0].1, "a byte that is not UTF-8 at offset 7");
    let utf16: Vec<u8> = golden(Kind::Admission).to_string().encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(!faults(&utf16).is_empty());
    assert!(faults(br#"{"id":"\ud800"}"#)[0].1.ends_with("at line 1 column 14"));
}

#[test]
fn broken_json_is_named_by_line_and_column() {
    for (text, found) in [
        ("{\"id\": \"x\",\n \"source\" 3}", "expected `:` at line 2 column 11"),
        ("", "EOF while parsing a value at line 1 column 0"),
        ("{} {}", "trailing characters at line 1 column 4"),
        ("{\"a\": 01}", "invalid number at line 1 column 8"),
        ("{\"a\": 1e999}", "number out of range at line 1 column 11"),
        ("{\"a\": NaN}", "expected value at line 1 column 7"),
    ] {
        assert_eq!(faults(text.as_bytes()), [(String::new(), found.to_owned())], "{text}");
    }
    assert_eq!(faults(b"[]"), [(String::new(), "JSON that is no object".to_owned())]);
}

#[test]
fn attributes_have_the_form_of_cloud_events() {
    refused(Kind::Tally, "/specversion", &json!("0.3"), "specversion");
    refused(Kind::Tally, "/datacontenttype", &json!("text/plain"), "datacontenttype");
    refused(Kind::Tally, "/source", &json!("a desk"), "source");
    refused(Kind::Tally, "/Trace", &json!("x"), "Trace");
    refused(Kind::Tally, "/data_base64", &json!("e30="), "data_base64");
    refused(Kind::Tally, "/trace", &json!({}), "trace");
    refused(Kind::Tally, "/subject", &json!(7), "subject");
    for text in [
        "yesterday",
        "2024-07-04",
        "20240704T150000.0000Z",
        "2024-07-04 15:00:00Z",
        "2024-07-04T15:00:00+05",
        "2024-07-04T15:00:00,5Z",
    ] {
        refused(Kind::Tally, "/time", &json!(text), "time");
        refused(Kind::Tally, "/recordedtime", &json!(text), "recordedtime");
    }
    for text in ["2024-02-30T00:00:00Z", "0000-01-01T00:00:00+05:00"] {
        refused_by_us_alone(Kind::Tally, "/time", &json!(text), "time");
    }
    for text in ["2024-07-04t15:00:00z", "2024-07-04T15:00:00.123456789-00:00", "0000-01-01T00:00:00Z"] {
        let document = with(golden(Kind::Tally), "/time", &json!(text));
        assert!(Document::decode(document.to_string().as_bytes()).is_ok(), "{text}");
    }
}

#[test]
fn fields_have_their_types_and_words() {
    refused(Kind::Tally, "/data", &json!([]), "data");
    refused(Kind::Tally, "/data/value", &json!(1.5), "data.value");
    refused(Kind::Tally, "/data/value", &json!("10"), "data.value");
    refused(Kind::Tally, "/data/list_complete", &json!("yes"), "data.list_complete");
    refused(Kind::Tally, "/data/authority", &json!("gossip"), "data.authority");
    refused(Kind::Tally, "/data/attribution", &json!([]), "data.attribution");
    refused(Kind::Tally, "/data/place", &json!(""), "data.place");
    refused_by_us_alone(Kind::Tally, "/data/zone", &json!("Asia/Atlantis"), "data.zone");
    refused(Kind::Meeting, "/data/participants", &json!({}), "data.participants");
    refused(Kind::Meeting, "/data/participants/1", &json!("KAZ"), "data.participants[1]");
    refused(Kind::Meeting, "/data/participants/1", &json!({"level": "HS"}), "data.participants[1].party");
    refused(Kind::Reclassification, "/data/from", &json!([]), "data.from");
    refused(Kind::Succession, "/data/to", &json!([]), "data.to");
    refused(Kind::Succession, "/data/from", &json!([]), "data.from");
}

#[test]
fn whoever_dissolves_may_leave_no_heir_and_nobody_else() {
    let nobody = with(golden(Kind::Succession), "/data/to", &json!([]));
    for manner in SuccessionManner::ALL {
        let told = with(nobody.clone(), "/data/manner", &json!(manner.as_str()));
        let (read, valid) =
            (Document::decode(told.to_string().as_bytes()), validator(Kind::Succession).is_valid(&told));
        assert_eq!(
            (read.is_ok(), valid),
            (*manner == SuccessionManner::Dissolution, read.is_ok()),
            "{manner:?}: {read:?}"
        );
        if let Ok(document) = read {
            assert_eq!(Document::decode(&document.encode()).expect("our own document"), document);
        }
    }
    let mut unsaid = with(nobody, "/data/manner", &json!("dissolution"));
    unsaid["data"].as_object_mut().expect("data").remove("to");
    assert!(Document::decode(unsaid.to_string().as_bytes()).is_err(), "that there is no heir is said");
    assert!(!validator(Kind::Succession).is_valid(&unsaid));
}

#[test]
fn a_name_is_borne_by_exactly_one() {
    refused(Kind::Naming, "/data/of", &json!({}), "data.of");
    refused(Kind::Naming, "/data/of", &json!({"party": "KAZ", "person": "xi-jinping"}), "data.of");
    refused(Kind::Naming, "/data/of", &json!({"party": "KA"}), "data.of.party");
    for of in [json!({"party": "KAZ"}), json!({"meeting": "m", "since": 2001}), json!({"person": "xi-jinping"})] {
        let document = with(golden(Kind::Naming), "/data/of", &of);
        assert!(
            Document::decode(document.to_string().as_bytes()).is_ok() && validator(Kind::Naming).is_valid(&document)
        );
    }
}

#[test]
fn a_person_without_a_latin_name_needs_an_id() {
    let document = with(golden(Kind::Arrival), "/data/person", &json!({"name": "习近平"}));
    only_fault(&document, "data.person.id");
    let document = with(golden(Kind::Arrival), "/data/person", &json!({"name": "Xi Jinping"}));
    let read = Document::decode(document.to_string().as_bytes()).expect("the id is that of the name");
    assert_eq!(read.event().clone(), {
        let named = with(golden(Kind::Arrival), "/data/person", &json!({"name": "Xi Jinping", "id": "xi-jinping"}));
        Document::decode(named.to_string().as_bytes()).expect("good").event().clone()
    });
}

#[test]
fn a_field_may_be_left_out_exactly_where_the_schema_says_so() {
    let mut refusals = 0;
    for kind in Kind::ALL {
        let (validator, golden) = (validator(*kind), golden(*kind));
        for place in places(&golden) {
            let mut document = golden.clone();
            let (parent, name) = place.rsplit_once('/').expect("a pointer has a slash");
            match document.pointer_mut(parent).expect("the parent exists") {
                Value::Object(map) => drop(map.remove(name)),
                Value::Array(list) => drop(list.remove(name.parse().expect("an index"))),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => panic!("{parent} has no places"),
            }
            let read = Document::decode(document.to_string().as_bytes());
            assert_eq!(read.is_ok(), validator.is_valid(&document), "{kind} without {place}: {read:?}");
            if let Err(refused) = read {
                refusals += 1;
                let fault = &refused.faults[0];
                let named = fault.field.replace(['.', '['], "/").replace(']', "");
                // Of party and group one is demanded, in the name of the party.
                assert!(place.replace("/group", "/party").starts_with(&format!("/{named}")), "{place}: {refused}");
            }
        }
    }
    assert!(refusals > 18 * 6, "{refusals} of the required fields were noticed");
}

#[test]
fn one_of_two_fields_is_demanded_where_either_will_do() {
    for (kind, one, other) in [
        (Kind::Tally, "organisation", "meeting"),
        (Kind::Attendance, "party", "group"),
        (Kind::Tally, "meeting", "organisation"),
    ] {
        let (validator, mut document) = (validator(kind), golden(kind));
        document["data"].as_object_mut().expect("an object").remove(one);
        assert!(Document::decode(document.to_string().as_bytes()).is_ok() && validator.is_valid(&document));
        document["data"].as_object_mut().expect("an object").remove(other);
        assert_eq!(faults(document.to_string().as_bytes())[0].1, "nothing");
        assert!(!validator.is_valid(&document), "{kind} with neither {one} nor {other}");
    }
}

#[test]
fn a_null_attribute_is_unset_and_a_null_field_is_refused() {
    for kind in Kind::ALL {
        let (validator, golden) = (validator(*kind), golden(*kind));
        for place in places(&golden) {
            let document = with(golden.clone(), &place, &Value::Null);
            let read = Document::decode(document.to_string().as_bytes());
            assert_eq!(read.is_ok(), validator.is_valid(&document), "{kind} with null at {place}: {read:?}");
            let optional = ["/datacontenttype", "/dataschema", "/subject", "/time", "/recordedtime", "/corrects"];
            match read {
                Ok(read) => {
                    assert!(optional.contains(&place.as_str()), "{place}");
                    let mut without = golden.clone();
                    without.as_object_mut().expect("an object").remove(&place[1..]);
                    let without = Document::decode(without.to_string().as_bytes()).expect("optional");
                    assert_eq!(read.event(), without.event());
                    assert_eq!(serde_json::from_slice::<Value>(&read.encode()).expect("JSON"), document);
                }
                Err(refused) if place.starts_with("/data/") => assert_eq!(refused.faults[0].found, "null", "{place}"),
                Err(refused) => assert_eq!(refused.faults[0].found, "nothing", "{place}"),
            }
        }
    }
}

#[test]
fn an_empty_list_of_what_may_be_absent_says_nothing() {
    let signing = with(golden(Kind::Signing), "/data/signatories", &json!([]));
    let meeting = with(golden(Kind::Meeting), "/data/participants", &json!([]));
    for document in [signing, meeting] {
        let read = Document::decode(document.to_string().as_bytes()).expect("good");
        assert_eq!(serde_json::from_slice::<Value>(&read.encode()).expect("JSON"), document);
    }
}

#[test]
fn all_faults_of_a_document_are_told_at_once() {
    let faults = faults(br#"{"specversion":"1.0","source":"/d","type":"chronicle.tally.v1","data":{"value":"ten"}}"#);
    let fields: Vec<&str> = faults.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["id", "data.occurred", "data.attribution", "data.organisation", "data.what", "data.value"]);
}

#[test]
fn a_refusal_says_field_found_and_allowed() {
    let document = with(golden(Kind::Meeting), "/data/participants/0/level", &json!("president"));
    let refused = Document::decode(document.to_string().as_bytes()).expect_err("no such level").to_string();
    assert!(
        refused.starts_with("data.participants[0].level: found \"president\", allowed is one of HS HG AHS"),
        "{refused}"
    );
}

#[test]
fn a_refusal_stays_short_however_bad_the_document() {
    let many = with(golden(Kind::Admission), "/data/attribution", &Value::Array(vec![json!({}); 15_000]));
    assert_eq!(faults(many.to_string().as_bytes()).len(), MAX_FAULTS);
    let long = "É".repeat(5_000);
    let mut document =
        with(with(golden(Kind::Admission), &format!("/{long}"), &json!("x")), "/source", &json!(format!("{long} ")));
    document["type"] = json!(long);
    document["data"]["zone"] = json!(long);
    let refused = Document::decode(document.to_string().as_bytes()).expect_err("all of it is wrong");
    assert_eq!(refused.faults.len(), 4);
    assert!(refused.to_string().len() < 2_000, "{refused}");
    let twice = format!("{{{long:?}:1,{long:?}:2}}");
    assert!(faults(twice.as_bytes())[0].1.len() < 300);
}

#[test]
fn strange_but_well_formed_history_is_never_refused() {
    for (kind, pointer, value) in [
        (Kind::Admission, "/data/status", json!("candidate")),
        (Kind::Admission, "/data/party", json!("SUHH")),
        (Kind::Admission, "/data/party", json!("sco")),
        (Kind::Admission, "/data/occurred", json!("Y-170000")),
        (Kind::Admission, "/data/occurred", json!("2024-07-03/..")),
        (Kind::Admission, "/recordedtime", json!("1900-01-01T00:00:00Z")),
        (Kind::Admission, "/corrects", json!("00000000-0000-0000-0000-000000000000")),
        (Kind::Retraction, "/data/retracts", json!("ffffffff-ffff-ffff-ffff-ffffffffffff")),
        (Kind::Withdrawal, "/data/party", json!("kosovo")),
        (Kind::Standing, "/data/previous/occurred", json!("2999")),
        (Kind::Reclassification, "/data/to", json!("observer")),
        (Kind::Attendance, "/data/mode", json!("hybrid")),
        (Kind::Tally, "/data/value", json!(-3)),
        (Kind::Meeting, "/data/part_of", json!("sco-plus-astana-2024")),
        (Kind::Succession, "/data/to", json!(["SUHH", "SUHH"])),
        (Kind::Succession, "/data/manner", json!("dissolution")),
    ] {
        let document = with(golden(kind), pointer, &value);
        let read = Document::decode(document.to_string().as_bytes());
        assert!(read.is_ok(), "{value} for {pointer}: {read:?}");
        assert!(validator(kind).is_valid(&document), "{value} for {pointer}");
    }
    // An event that corrects and takes back itself is a matter for the folds.
    let id = golden(Kind::Retraction)["id"].clone();
    let itself = with(with(golden(Kind::Retraction), "/corrects", &id), "/data/retracts", &id);
    assert!(Document::decode(itself.to_string().as_bytes()).is_ok());
}
