//! Answers as text for people: readable without colour, and within the width of the terminal.

pub(crate) mod attendance;
pub(crate) mod changes;
mod doctor;
mod explain;
mod itinerary;
pub(crate) mod members;
pub(crate) mod page;
mod signings;

pub(crate) use page::Page;

/// An answer that people can read.
pub(crate) trait Text {
    /// Writes it.
    fn text(&self, page: &mut Page<'_>);
}
