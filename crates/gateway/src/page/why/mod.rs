//! Why a cell says what it says: the events, their sources, the rule that won, the claims that lost.
//!
//! In reading order: a claim as a row; what would change an answer; a party in an organisation; a delegation at a meeting.

mod claims;

mod turning;

mod membership;

mod attendance;

pub(super) use attendance::attendance;
pub(super) use claims::instant;
pub(super) use membership::membership;
