//! The archive: every entry of a log once more, outside its keeper's store, so that damage is found and repaired.
//!
//! It knows no folds and no documents: entries go in as they are, and come out as they were.
//!
//! An archive is a folder of *segments*, `000000000001.segment` and so on, each named by its first position. A segment is
//! a header (magic, format version, when the log was created, first position, the digest before it), blocks of entries
//! compressed with zstd, and, once it is full, a footer. Every entry carries on a chain of SHA-256: its digest is that of
//! the digest before it, its position, stored-at, subject, headers and bytes. Blocks and footer hold the digest so far,
//! so that no entry can be changed, left out, repeated or put elsewhere unseen. Beside the segments, `anchor.json` holds
//! how far the archive has come: what is cut off at its end is missed too.
//!
//! In reading order: digests and the encoding of an entry; one segment, as bytes ([`Segment`]); the folder, read
//! ([`ArchiveEntries`]) and written ([`Archive`]); an [`Anchor`], and whether a log is still the one that it was; the
//! archive against the log ([`verify`]); a log rebuilt from it ([`rescue`], [`refill`]).
//!
//! **Invariants.** What is read is a prefix of what was written, or an error that names segment and position. Nothing is
//! overwritten but a torn end. A file becomes visible whole. No archive has a hole.

mod digest;

mod codec;

mod segment;

mod error;

mod folder;

mod read;

mod write;

mod anchor;

mod verify;

mod restore;

#[cfg(test)]
mod samples;

#[cfg(test)]
mod tests;

pub use anchor::{ANCHOR, Anchor, check};
pub use digest::Digest;
pub use error::ArchiveError;
pub use folder::set_aside;
pub use read::ArchiveEntries;
pub use restore::{Moved, Rescued, RestoreError, adopt, refill, rescue};
pub use segment::{Fault, Header, MAX_BLOCK_BYTES, MAX_ENTRY_BYTES, Segment, VERSION};
pub use verify::{Verified, verify};
pub use write::{Archive, FLUSH_AFTER, FLUSH_ENTRIES, Limits, Tip};
