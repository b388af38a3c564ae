//! Events whose attributes stand in headers.

mod transport;

use serde_json::{Value, json};
use wire::{Document, Fault};

use crate::transport::{Headers, binary, percent_encoded};

fn good() -> Value {
    json!({
        "specversion": "1.0", "id": "d0653777-6d69-536b-a4fd-52d10a1fb517", "source": "/desks/astana",
        "type": "chronicle.admission.v1", "recordedtime": "2024-07-04T23:59:59+05:00",
        "data": {"occurred": "2024-07-04", "attribution": [{"name": "desk"}], "organisation": "sco", "party": "BLR"},
    })
}

fn structured() -> Document {
    Document::decode(good().to_string().as_bytes()).expect("good")
}

/// The good document in binary mode, with more headers.
fn with(more: &[(&str, &str)]) -> (Headers, Vec<u8>) {
    let (mut headers, body) = binary(&good());
    headers.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    (headers, body)
}

#[track_caller]
fn read(headers: &Headers, body: &[u8]) -> Value {
    let document = Document::read(headers, body).unwrap_or_else(|error| panic!("{headers:?}: {error}"));
    serde_json::from_slice(&document.encode()).expect("JSON")
}

#[track_caller]
fn refused(headers: &Headers, body: &[u8], field: &str, found: &str) {
    let refused = Document::read(headers, body).expect_err("it should be refused");
    let faults: Vec<(&str, &str)> =
        refused.faults.iter().map(|Fault { field, found, .. }| (field.as_str(), found.as_str())).collect();
    assert_eq!(faults, [(field, found)]);
}

#[test]
fn attributes_in_headers_and_data_in_the_body_say_the_same_event() {
    let (headers, body) = with(&[]);
    assert_eq!(Document::read(&headers, &body).as_ref(), Ok(&structured()));
    let loud: Headers = headers.into_iter().map(|(name, value)| (name.to_uppercase(), format!(" {value}\t"))).collect();
    assert_eq!(Document::read(&loud, &body), Ok(structured()));
}

#[test]
fn without_an_announced_version_the_body_is_the_document() {
    let document = good().to_string();
    let none: Headers = Vec::new();
    assert_eq!(Document::read(&none, document.as_bytes()), Ok(structured()));
    assert_eq!(Document::read(&wire::headers(), document.as_bytes()), Ok(structured()));
    let others = [("Nats-Msg-Id", "7"), ("traceparent", "00-ab-cd-01"), ("ce-id", "7")];
    assert_eq!(Document::read(&others, document.as_bytes()), Ok(structured()));
}

#[test]
fn a_content_type_of_structured_mode_outweighs_copies_of_attributes() {
    let document = good().to_string();
    for content_type in ["application/cloudevents+json", "Application/CloudEvents+JSON; charset=utf-8"] {
        let headers = [("ce-specversion", "1.0"), ("content-type", content_type)];
        assert_eq!(Document::read(&headers, document.as_bytes()), Ok(structured()));
    }
}

#[test]
fn the_content_type_of_the_body_is_that_of_data() {
    for content_type in [
        "application/json",
        "Application/JSON",
        "application/json;charset=UTF-8",
        "application/json; charset=\"utf-8\"",
    ] {
        for header in ["Content-Type", "ce-datacontenttype"] {
            let (headers, body) = with(&[(header, content_type)]);
            assert_eq!(read(&headers, &body)["datacontenttype"], "application/json");
        }
    }
    let (headers, body) = with(&[("Content-Type", "application/json"), ("ce-datacontenttype", "application/json")]);
    assert_eq!(read(&headers, &body)["datacontenttype"], "application/json");
    let (headers, body) = with(&[("Content-Type", "text/plain")]);
    refused(&headers, &body, "datacontenttype", "\"text/plain\"");
    let (headers, body) = with(&[("Content-Type", "application/json; charset=latin1")]);
    refused(&headers, &body, "datacontenttype", "\"application/json; charset=latin1\"");
    let (headers, body) = with(&[("Content-Type", "application/json"), ("ce-datacontenttype", "text/plain")]);
    refused(&headers, &body, "datacontenttype", "two headers");
}

#[test]
fn values_are_percent_decoded_once() {
    assert_eq!(percent_encoded("Euro € 😀"), "Euro%20%E2%82%AC%20%F0%9F%98%80");
    for (value, text) in [
        ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"),
        ("%e2%82%ac", "€"),
        ("%41%2541", "A%41"),
        ("100%", "100%"),
        ("%zz", "%zz"),
        ("€ as it is", "€ as it is"),
        (r#""a \"quoted\" %20 value""#, "a \"quoted\"   value"),
        (r#"a "b" c"#, r#"a "b" c"#),
        ("", ""),
    ] {
        let (headers, body) = with(&[("ce-motto", value)]);
        assert_eq!(read(&headers, &body)["motto"], text, "{value}");
    }
}

#[test]
fn unknown_attributes_are_kept_as_strings_and_unknown_fields_as_they_are() {
    let mut document = good();
    document["sequence"] = json!("42");
    document["data"]["mood"] = json!({"deep": [1, 2.5, null]});
    let (headers, body) = binary(&document);
    assert_eq!(read(&headers, &body), document);
}

#[test]
fn a_header_that_is_no_attribute_is_named() {
    let refuses = |name, value, field, found| {
        let (headers, body) = with(&[(name, value)]);
        refused(&headers, &body, field, found);
    };
    refuses("ce-ID", "d0653777-6d69-536b-a4fd-52d10a1fb517", "id", "two headers");
    refuses("ce-data", "{}", "data", "a header");
    refuses("ce-motto", "%C0%A0", "motto", "\"%C0%A0\"");
    refuses("ce-motto", "\"open", "motto", "\"\\\"open\"");
    refuses("ce-motto", "\"early\" end", "motto", "\"\\\"early\\\" end\"");
    refuses("ce-motto", "%0D%0ANats-Msg-Id: 7", "motto", "\"\\r\\nNats-Msg-Id: 7\"");
    refuses("ce-data_base64", "e30=", "data_base64", "the name \"data_base64\"");
    refuses("ce-", "x", "", "the name \"\"");
    refuses("ce-subject", "", "subject", "an empty string");
}

#[test]
fn what_a_header_gets_wrong_is_named_by_its_attribute() {
    let (mut headers, body) = with(&[]);
    headers.retain(|(name, _)| name != "ce-type" && name != "ce-id");
    headers.push(("ce-id".to_owned(), "7".to_owned()));
    let faults = Document::read(&headers, &body).expect_err("no type, no good id").faults;
    assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), ["id", "type"]);
    headers.iter_mut().filter(|(name, _)| name == "ce-specversion").for_each(|(_, value)| *value = "0.3".to_owned());
    assert_eq!(Document::read(&headers, &body).expect_err("another version").faults[0].found, "\"0.3\"");
}

#[test]
fn the_body_is_read_as_strictly_as_a_document() {
    let (headers, body) = with(&[]);
    let text = String::from_utf8(body).expect("JSON is UTF-8");
    refused(&headers, b"", "data", "nothing");
    refused(&headers, b"[]", "data", "an array");
    refused(&headers, b"null", "data", "nothing");
    refused(&headers, b"{\"a\": \"\xff\"}", "data", "a byte that is not UTF-8 at offset 7");
    refused(&headers, b"{\"a\": 1,\n \"a\": 2}", "data", "the key \"a\" twice at line 2 column 4");
    refused(&headers, b"{\"a\" 1}", "data", "expected `:` at line 1 column 6");
    let nested = |deep: usize| text.replacen('{', &format!("{{\"deep\":{}{},", "[".repeat(deep), "]".repeat(deep)), 1);
    assert!(Document::read(&headers, nested(30).as_bytes()).is_ok());
    let faults = Document::read(&headers, nested(31).as_bytes()).expect_err("33 deep as a document").faults;
    assert!(faults[0].found.starts_with("nesting deeper than 32"), "{faults:?}");
}

#[test]
fn the_bound_is_that_of_the_document_in_structured_mode() {
    let (headers, body) = with(&[]);
    let text = String::from_utf8(body).expect("JSON is UTF-8");
    let padded = |pad: usize| text.replacen('{', &format!("{{\"pad\":\"{}\",", "x".repeat(pad)), 1);
    let fixed = Document::read(&headers, padded(0).as_bytes()).expect("good").encode().len();
    let largest = padded(65_536 - fixed);
    assert_eq!(Document::read(&headers, largest.as_bytes()).expect("just fits").encode().len(), 65_536);
    refused(&headers, padded(65_537 - fixed).as_bytes(), "", "65537 bytes");
    refused(&headers, padded(65_536).as_bytes(), "data", &format!("{} bytes", text.len() + 9 + 65_536));
}
