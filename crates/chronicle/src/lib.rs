//! The log and the published views as traits, their contracts as test suites, and both in memory.
//!
//! It opens no connection and writes no file, and it does not look into documents: whether one decodes is for its
//! readers to find out.
//!
//! ```
//! use bytes::Bytes;
//! use chronicle::{Chronicle, Draft, MemoryChronicle};
//! use futures::TryStreamExt;
//! use summit::Position;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let log = MemoryChronicle::new();
//! let draft = Draft {
//!     id: "d0653777-6d69-536b-a4fd-52d10a1fb517".parse()?,
//!     subject: "chronicle.event.sco.-.admission".to_owned(),
//!     headers: vec![],
//!     bytes: Bytes::from_static(b"{}"),
//! };
//! assert!(!log.append(draft.clone()).await?.duplicate);
//! assert!(log.append(draft).await?.duplicate);
//!
//! let entries: Vec<_> = log.read(Position::START).try_collect().await?;
//! assert_eq!(entries.len(), 1);
//! assert_eq!(entries[0].position, Position::new(1));
//! # Ok(())
//! # }
//! ```
//!
//! In reading order: the log ([`Chronicle`], [`Entry`]), its rules as tests ([`contract`]), the log in memory
//! ([`MemoryChronicle`]); then the same of published views ([`ViewStore`] and its partitions, [`view_contract`],
//! [`MemoryViews`]).
//!
//! **Invariants.** Every rule in the doc of [`Chronicle`] has one test in [`contract`], under the same name, and so
//! has [`ViewStore`]. Nothing here removes or changes an entry. No lock is held across an await.

mod log;

pub mod contract;

mod memory;

mod views;

mod scope;

pub mod view_contract;

mod memory_views;

pub use log::{
    AppendError, Appended, Chronicle, Damage, Draft, Entry, ID_HEADER, LogState, MAX_BATCH, MAX_HEADER_BYTES,
    MAX_SUBJECT_BYTES, ReadError, Repair, SUBJECT_PREFIX, check_batch, check_restored,
};
pub use memory::MemoryChronicle;
pub use memory_views::MemoryViews;
pub use scope::{Contents, MAX_PARTITIONS, Scope, Step, check_steps};
pub use views::{
    ApplyError, CHECKPOINT_KEY, Change, Checkpoint, MAX_CHANGES, MAX_KEY_BYTES, MAX_VALUE_BYTES, Revision, ViewError,
    ViewStore, ViewUpdate, check_changes,
};
