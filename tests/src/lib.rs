//! What the tests across crates share: a real nats-server and the command `chronicle` as values, and bounded waits.
//!
//! Nothing here judges; the tests are in `tests/`.

pub mod checker;
pub mod cluster;
mod command;
pub mod console;
pub mod http;
mod server;
pub mod sse;
mod wait;

pub use command::{Chronicle, Finished, Running, program};
pub use server::{NatsServer, free_ports};
pub use wait::{PATIENCE, wait};
