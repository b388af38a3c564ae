//! What a view shows, in the formats of others: tables, Popolo, calendars, feeds.
//!
//! In reading order: `about` is what every export says of itself, `cited` says it beside answers; `text` what may stand in a cell or in XML, and how names
//! are shown; `table` writes rows, `spells`, `attendance` and `states` are the tables, `package` describes them; `popolo`,
//! `calendar` with its `attendees` and `feed` are whole documents; `format` names all of them, and `order` is what is asked for.
//!
//! **Invariants.** An export reads a view and no clock, so the same token gives the same bytes. What a format cannot say is
//! left out, counted or said in words beside it, and never rounded to something else.

mod about;
mod attendance;
mod attendees;
mod calendar;
mod cited;
mod feed;
mod format;
mod order;
mod package;
mod popolo;
mod spells;
mod states;
mod table;
mod text;

#[cfg(test)]
mod tests;

pub use about::{About, UNLICENSED};
pub use cited::{Citable, Citation, Cited};
pub use feed::{Addresses, FEED_ENTRIES, Feeding};
pub use format::{Format, Tabular};
pub use order::{ExportError, Exported, Subject, Terms, writing};
pub use package::{Package, events_title, package, package_of_events, together};
pub use spells::Held;
pub use states::{BadStates, Code, MAX_CELLS, States, Years};
pub use table::{Table, Writing};
pub use text::{defused, undefused};
