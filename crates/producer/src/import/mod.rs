//! What others keep, as history: repeated pictures of who belongs where, spells, acts on treaties.
//!
//! Each import reads a table (or a document of [Popolo](Spells::popolo)) as an iterator of [`Item`]s: what it says, of which
//! [`Source::document`] makes an event, and the rows that are no good, each with every fault of it; the file is not refused
//! for their sake. Ids are derived from all that an event says but when it was put on record, so that a second import adds
//! nothing.
//!
//! # Pictures
//!
//! A table of `date`, `party`, `organisation` and `status` is read picture by picture ([`Snapshots`]): the rows of one date
//! are one picture, and its date is EDTF, such as `1990`. What the first picture says, and every difference from one picture
//! to the next, is a [`Change`], an event of the kind `standing`; between two changes nothing is published.
//!
//! - The change of a pair (organisation, party) came after the picture before, which the event names as `previous`, and by
//!   its own. A pair that the picture before did not list held `none` then.
//! - A pair that is missing from a picture holds `none`, which is implied; where its party is missing altogether, the event
//!   notes it.
//! - The second row of a pair in one picture is rejected.
//!   **What a rejected row may speak of, is left unsaid**: it becomes no `none`. The pair of a row with an unknown status
//!   keeps what it had. A row with an unknown party may mean any party of its organisation that is missing there, but not
//!   one that stood beside the same unknown text before. Whatever was left unsaid, is compared with the picture in which it
//!   was understood last, or has no `previous` where there is none.
//! - Pictures come in their order, each date wholly behind the one before. A table in another order is refused as a whole:
//!   its pictures would be torn.
//!
//! In memory is one picture, and what was held in the one before.
//!
//! # Editions
//!
//! With a column of [`Edition`]s ([`Snapshots::read_editions`]) the same dates may be told again, edition after edition, so
//! that *what did this source believe in edition Y* is a question about knowledge (`known_at`). **What a source believes at
//! an edition, are the pictures of all dates, each as the latest edition has it that tells of its date**; a picture replaces
//! those that its date overlaps. What these pictures show, as above, is what stands on record from then on:
//!
//! - What stood there before, is said no more: its `recordedtime` is that of the first edition that says so.
//! - What no longer stands there, the edition takes back: a `retraction`, whose `occurred` is the edition. A correction it is
//!   not: what replaces a change are several others or none, and the correction of a correction would bring the first claim
//!   back.
//! - What stood there once and was taken back, is said again by taking back the taking back: an event counts once.
//!
//! An edition was on record at its instant, or at the end of its date in UTC, as `--known-at` means dates, but not later than
//! the import. Editions come in their order, and pictures in theirs within an edition. In memory is what the latest edition
//! has, all pictures of it. The table holds every edition: one that is imported by itself takes back nothing.
//!
//! # Spells
//!
//! A table of `organisation`, `party`, `status`, `from` and `until` ([`Spells`]); its rows come in any order. A row is an
//! `admission` and, where it ended, a `withdrawal`, dated as it dates them.
//!
//! - A spell of another status that begins when the one before ended, replaces it, without a withdrawal between them. One of
//!   the same status that begins on the day on which it ended, goes on: a `standing`.
//! - Where only the end is known, a `standing` says that the status was held on its eve, or, where that is no day, at some
//!   time up to it; without any date at the time for which the table is [stated](Mapping::stated).
//! - Claims of a pair sort as its spells follow each other. What may have happened in one period is given an `order`, or a
//!   narrower date: who left in 2005 and was admitted in 2005-06 did so in 2005-06/2005-12. Where dates leave open which
//!   spell came first, the order of the rows decides.
//! - A row that surely overlaps another of its pair, or says the same, is rejected.
//!
//! # Acts on treaties
//!
//! A table of `party`, `instrument`, `signature`, `ratification`, `entry_into_force` and `end` ([`TreatyActs`]): each date is
//! a `signing` with its act; behind that of a ratification may stand by what a party consented to be bound, as in the tables
//! of the United Nations: `1992-03-04 a` for an accession. In memory is one row.
//!
//! # Example
//!
//! ```
//! use producer::import::{Item, Mapping, Snapshots, Source};
//!
//! let table = "date,party,organisation,status\n2003,KAZ,sco,member\n2004,KAZ,sco,member\n2004,MNG,sco,oberver\n";
//! let mut mapping = Mapping::default();
//! mapping.statuses.insert("oberver".to_owned(), "observer".to_owned());
//! let source = Source::new("The World Factbook", summit::Authority::Record)?;
//!
//! let mut said = Vec::new();
//! for item in Snapshots::read(table.as_bytes(), mapping)? {
//!     let Item::Said(told) = item? else { continue };
//!     let change = told.change;
//!     let previous = change.previous.as_ref().map(|previous| previous.occurred.to_string());
//!     said.push((change.occurred.to_string(), change.party.to_string(), change.status.to_string(), previous));
//!     assert_eq!(source.document(&change).event().source, "/imports/the-world-factbook");
//! }
//! let text = |text: &str| text.to_owned();
//! assert_eq!(said, [
//!     (text("2003"), text("KAZ"), text("member"), None),
//!     (text("2004"), text("MNG"), text("observer"), Some(text("2003"))),
//! ]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod acts;
mod chain;
mod dates;
mod doubt;
mod editions;
mod mapping;
mod picture;
mod popolo;
mod snapshots;
mod source;
mod spells;
mod table;
mod told;

pub use acts::TreatyActs;
pub use editions::{Edition, Told, Verdict};
pub use mapping::{Column, Mapping};
pub use picture::{Change, Seen};
pub use snapshots::{Snapshots, Summary};
pub use source::{BadSource, Claim, Said, Source};
pub use spells::Spells;
pub use told::{ImportError, Item, Reading, Reject, Rows};
