//! Emits events, once each however often it is retried.
//!
//! It knows the log only as a [`chronicle::Chronicle`] and what others know of the log only as a [`Directory`]. It
//! opens no connection, reads no clock but the one it is given, and shows no progress: whoever takes the answers of
//! [`Producer::publish_many`] counts them.
//!
//! ```
//! use chronicle::MemoryChronicle;
//! use jiff::Timestamp;
//! use producer::{NoDirectory, Producer};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let file = r#"
//! {"specversion":"1.0","id":"d0653777-6d69-536b-a4fd-52d10a1fb517","source":"/desks/astana",
//!  "type":"chronicle.admission.v1","data":{"occurred":"2024-07-04","organisation":"sco","party":"BLR",
//!  "attribution":[{"name":"desk"}]}}"#.replace("\n ", " ");
//!
//! let producer = Producer::new(MemoryChronicle::new(), NoDirectory, Timestamp::now);
//! for document in producer::check(file.as_bytes())? {
//!     assert!(!producer.publish(document.clone()).await?.duplicate);
//!     assert!(producer.publish(document).await?.duplicate);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! In reading order: what a caller is told ([`Acknowledged`], [`PublishError`]), what is known of the log
//! ([`Directory`]), under which organisation an event is filed, how a batch comes into the log whatever happens on
//! the way, the group committer, the handle ([`Producer`]), documents from files ([`read_lines`], [`check`]), and history
//! from what others keep ([`import`]).
//!
//! **Invariants.** Everyone who hands in an event is answered. What is acknowledged is in the log, at that position,
//! with that body. *Not stored* is said only when it is known; otherwise the outcome is unknown, and the same event
//! may be published again. One task writes, one batch at a time, so the log keeps the order of the queue. Nothing is
//! sent, and nothing waits, while nothing is handed in.

mod answer;

mod directory;

mod filing;

mod settle;

mod committer;

mod producer;

mod input;

pub mod import;

pub use answer::{Acknowledged, PublishError};
pub use directory::{Directory, Known, NoDirectory};
pub use input::{CheckError, Line, Lines, check, read_lines};
pub use producer::Producer;
