//! Who may do what.

mod caller;

pub use caller::{Role, Scope};

pub(crate) use caller::Caller;
