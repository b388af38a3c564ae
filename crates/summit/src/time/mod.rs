//! Time on one civil timeline (`design.md` section 2): moments, ranges of them, EDTF texts that mean ranges, and
//! answers that may stay open.

mod moment;
mod range;
mod when;

pub use moment::{Day, Moment};
pub use range::{Answer, Range};
pub use when::When;
