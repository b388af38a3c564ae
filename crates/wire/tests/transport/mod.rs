//! What a sender does to say a document in binary mode.

use std::fmt::Write;

use serde_json::Value;

/// Headers as a transport hands them over.
pub(crate) type Headers = Vec<(String, String)>;

/// The headers and the body of a document whose attributes are all strings.
pub(crate) fn binary(document: &Value) -> (Headers, Vec<u8>) {
    let attributes = document.as_object().expect("a document is an object").iter().filter(|(name, _)| *name != "data");
    let headers = attributes.map(|(name, value)| {
        (format!("ce-{name}"), percent_encoded(value.as_str().expect("every attribute here is a string")))
    });
    (headers.collect(), document.get("data").map(|data| data.to_string().into_bytes()).unwrap_or_default())
}

/// A header's value as the NATS binding writes it (section 3.1.3.2).
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut value = String::new();
    for byte in text.bytes() {
        match byte {
            ..=b' ' | b'"' | b'%' | 0x7f.. => write!(value, "%{byte:02X}").expect("a string takes everything"),
            _ => value.push(char::from(byte)),
        }
    }
    value
}
