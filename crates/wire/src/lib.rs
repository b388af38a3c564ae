//! CloudEvents JSON to events and back, and the subjects under which they are filed.
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
//! **Invariants.** Only this crate names stored JSON. What a document says beyond the vocabulary survives a round
//! trip. Decoding never panics, whatever the bytes.

mod decode;
mod document;
mod fault;
#[expect(clippy::wildcard_enum_match_arm, reason = "the types of JSON are fixed by RFC 8259")]
mod fields;
mod json;
mod subject;

pub use document::{Document, Fingerprint};
pub use fault::{Fault, Refused};
pub use json::MAX_DEPTH;
pub use subject::subject;
