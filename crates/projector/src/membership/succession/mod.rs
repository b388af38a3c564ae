//! What successions do to statuses: one takes the place of another.
//!
//! A succession is a claim like others, of every place that it bears on: a party in an organisation. It holds in every
//! organisation, or in the one that it names only.
//!
//! **It ends** what is held by whoever comes before and not after, in whatever manner but a separation; of an organisation it
//! ends what all hold there. **It passes over** the status that is held then to the one heir that it names and that is new:
//! of parties by continuation, renaming or succession, and where at least two unite; of members of an organisation only by
//! continuation or renaming. Where it names several heirs, or those who unite held not the same, nobody knows: nothing
//! passes over. A dissolution and a separation leave nothing to anybody; whoever comes after, if anybody
//! does, is admitted, or is not.
//!
//! **What is said of the party itself goes before.** A succession joins the group of the transition that it may speak of; it
//! dates that group, and competes there, only where no dated claim of the party itself does. Nothing passes over to who
//! holds another status, or is said to hold none at just that time.
//!
//! **Its place in the order** is that of its own time. Of equal times, what is said of parties comes first, then what passes
//! over, the first of a chain first, then what ends. Successions of one time that lead back to where they began have no
//! effect. Those that give one place to different heirs at overlapping times contest each other; a weaker one passes nothing.

mod chain;
mod manner;
mod reach;
mod sweep;

pub(super) use chain::Chain;
pub(super) use manner::{alike, holds_in, same};
pub(crate) use manner::{as_organisation, as_party, succession};
pub(crate) use reach::Place;
pub(super) use sweep::Swept;
