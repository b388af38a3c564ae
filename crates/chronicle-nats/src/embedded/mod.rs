//! A nats-server of our own: where its program is.

mod error;

mod find;

pub use error::EmbeddedError;
pub use find::{SERVER_VARIABLE, Server, Skipped, find_server};
