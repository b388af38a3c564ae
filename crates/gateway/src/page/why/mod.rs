//! Why a cell says what it says: the events, their sources, the rule that won, the claims that lost.
//!
//! In reading order: what both pages share; a party in an organisation; a delegation at a meeting.

mod attendance;
mod membership;

pub(super) use attendance::attendance;
pub(super) use membership::membership;
