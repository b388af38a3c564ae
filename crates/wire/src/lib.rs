//! CloudEvents JSON to events and back, their JSON Schemas, and the subjects under which they are filed.
//!
//! It opens no file and no connection and reads no clock. It does not judge history: a strange but well-formed event
//! passes; a document that breaks the vocabulary is refused with every fault.
//!
//! ```
//! let refused = wire::Document::decode(br#"{"specversion":"1.0","id":"7","source":"/desks/astana",
//!     "type":"chronicle.founding.v1","data":{"occurred":"2001","attribution":[{"name":"desk"}]}}"#).unwrap_err();
//! let fields: Vec<_> = refused.faults.iter().map(|fault| fault.field.as_str()).collect();
//! assert_eq!(fields, ["id", "data.organisation"]);
//! ```
//!
//! In reading order: [`Fault`] and [`Refused`], strict JSON and the fields of objects, the attributes and the `data` of
//! an event, headers ([`headers`]), [`Document`], which joins them, [`schema`], [`subject`].
//!
//! An attribute that is null is unset, as the JSON event format demands; a null in `data` is a fault. Numbers in what
//! the vocabulary does not know are kept as whole numbers of 64 bits or as IEEE doubles (RFC 7493).
//!
//! **Invariants.** Only this crate names stored JSON. What a document says beyond the vocabulary survives a round
//! trip, in either mode. Reading never panics, whatever the headers and bytes. What is read can be written and read
//! again, as the same event. A document that is read is valid under the schema of its kind; the schema, which knows
//! neither the days of a month nor the codes of the standards, takes more.

mod decode;
mod document;
mod envelope;
mod fault;
#[expect(clippy::wildcard_enum_match_arm, reason = "the types of JSON are fixed by RFC 8259")]
mod fields;
mod headers;
mod json;
mod schema;
mod subject;

pub use document::{Document, Fingerprint};
pub use fault::{Fault, MAX_FAULTS, Refused};
pub use headers::{CONTENT_TYPE, headers};
pub use json::MAX_DEPTH;
pub use schema::schema;
pub use subject::subject;
