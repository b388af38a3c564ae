//! The log and the published views on NATS JetStream.
//!
//! It does not decode documents and does not know what a view means. It speaks the core protocol through the client
//! library and writes out the few requests to JetStream itself, so that what is asked, and when, can be read here.
//!
//! ```no_run
//! use chronicle::Chronicle;
//! use chronicle_nats::{NatsChronicle, Settings};
//!
//! # async fn tail() -> Result<(), Box<dyn std::error::Error>> {
//! let log = NatsChronicle::connect(&Settings::new("nats://127.0.0.1:4222", "example")).await?;
//! println!("{} entries on nats-server {}", log.tail().await?, log.server_version());
//! # Ok(())
//! # }
//! ```
//!
//! In reading order: which server will do ([`Version`]), how to reach it ([`Settings`]), one connection and its
//! refusals, the stream's set-up ([`Difference`]), pushed deliveries, publishing one or several as one, messages as
//! entries, reading through everything that happens, the log ([`NatsChronicle`]), the views ([`NatsViews`]), who works on
//! them ([`NatsWorkers`]), the servers of a cluster one by one ([`nodes()`]) and their copies of the log ([`ServerCopy`]),
//! and a server of our own, run for as long as somebody needs it ([`embedded`]).
//!
//! **Invariants.** Only this crate names the client library. A server that would ignore the headers of a batch is
//! refused at the start. Every position is checked to follow the one before. Nothing is sent while nothing happens, but
//! that a worker is there.

mod version;

mod settings;

mod secret;

mod link;

mod stream;

mod deliver;

mod publish;

mod restored;

mod reading;

mod log;

mod views;

mod workers;

mod nodes;

mod copies;

pub mod embedded;

pub use copies::ServerCopy;
pub use log::{NatsChronicle, Statistics};
pub use nodes::{Node, Replica, nodes};
pub use settings::{ConnectError, Settings};
pub use stream::{Difference, STREAM};
pub use version::{HOW_TO_GET, NEEDED, Version};
pub use views::NatsViews;
pub use workers::{Beat, NatsWorkers, WORKERS_BUCKET};
