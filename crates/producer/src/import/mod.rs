//! Pictures of who belongs where, taken again and again, become the history of what changed between them.
//!
//! A table of `date`, `party`, `organisation` and `status` is read picture by picture: the rows of one date are one
//! picture, and its date is EDTF, such as `1990`. What the first picture says, and every difference from one picture to
//! the next, is a [`Change`], which [`Source::document`] makes an event of the kind `standing`; between two changes
//! nothing is published.
//!
//! - The change of a pair (organisation, party) came after the picture before, which the event names as `previous`, and by
//!   its own. A pair that the picture before did not list held `none` then.
//! - A pair that is missing from a picture holds `none`, which is implied; where its party is missing altogether, the event
//!   notes it.
//! - A row that is no good is rejected with every fault of it, not the file; the second row of a pair in one picture, too.
//!   **What a rejected row may speak of, is left unsaid**: it becomes no `none`. The pair of a row with an unknown status
//!   keeps what it had. A row with an unknown party may mean any party of its organisation that is missing there, but not
//!   one that stood beside the same unknown text before. Whatever was left unsaid, is compared with the picture in which it
//!   was understood last, or has no `previous` where there is none.
//! - Pictures come in their order, each date wholly behind the one before. A table in another order is refused as a whole:
//!   its pictures would be torn.
//! - Ids are derived from all that an event says, so that a second import adds nothing.
//!
//! In memory is one picture, and what was held in the one before.
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
mod picture;
mod popolo;
mod snapshots;
mod source;
mod spells;
mod table;

pub use acts::TreatyActs;
pub use editions::{Edition, Told, Verdict};
pub use picture::{Change, Seen};
pub use snapshots::{Snapshots, Summary};
pub use source::{BadSource, Claim, Said, Source};
pub use spells::Spells;
pub use table::{Column, ImportError, Item, Mapping, Reading, Reject, Rows};
