//! Whose leader did not come.

use summit::{Capacity, Level, PartyId, Status};

use super::merge::is_leader;
use crate::answer::{Attendance, Delegation, PresenceAnswer};

/// Why a member's leader is not among those who took part in a meeting, as far as is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// It took part below that level.
    Below,
    /// A leader took part, and is said to have been absent.
    Contested,
    /// It took part; at what level is not said.
    LevelNotStated,
    /// It was announced, and nothing more is said.
    Announced,
    /// It did not take part.
    Absent,
    /// Nothing is said of it, or not whether it took part.
    NotStated,
}

/// A member without its leader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Without<'a> {
    /// The member.
    pub party: &'a PartyId,
    /// Why.
    pub missing: Missing,
    /// What is said of it; nothing where nothing is.
    pub delegation: Option<&'a Delegation>,
}

/// The members, by their capacity or because nothing is said of them, that did not surely take part in a meeting through
/// their leader; in the order of the answer, those of whom nothing is said last.
pub fn without_leader(told: &Attendance) -> Vec<Without<'_>> {
    let member = |capacity: &Capacity| capacity.as_str() == Status::member().as_str();
    let members = told.delegations.iter().filter(|row| row.capacity.as_ref().is_some_and(member));
    let without = members
        .filter_map(|row| missing(row).map(|missing| Without { party: &row.party, missing, delegation: Some(row) }));
    let silent = told.not_stated.iter().map(|party| Without { party, missing: Missing::NotStated, delegation: None });
    without.chain(silent).collect()
}

fn missing(row: &Delegation) -> Option<Missing> {
    match (row.presence, row.level) {
        (PresenceAnswer::Present, None | Some(Level::Unknown)) => Some(Missing::LevelNotStated),
        (PresenceAnswer::Present, Some(level)) if !is_leader(level) => Some(Missing::Below),
        (PresenceAnswer::Present, Some(_)) => {
            row.absent_levels.iter().any(|level| is_leader(*level)).then_some(Missing::Contested)
        }
        (PresenceAnswer::Announced, _) => Some(Missing::Announced),
        (PresenceAnswer::Absent, _) => Some(Missing::Absent),
        (PresenceAnswer::NotStated, _) => Some(Missing::NotStated),
    }
}
