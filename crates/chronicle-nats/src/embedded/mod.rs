//! A nats-server of our own, run for as long as somebody needs it.
//!
//! Whoever needs the log of a data directory acquires a [`Lease`]. The first lease starts a *supervisor*: the same
//! program once more, in a session of its own, called by hidden arguments that [`internal`] recognises. The supervisor
//! runs nats-server, tells every lease the address, and restarts a server that ends by itself. When the last lease is
//! dropped, or its process dies, the supervisor stops the server in order and ends.
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use chronicle_nats::embedded::{self, Lease};
//!
//! fn main() -> ExitCode {
//!     // Before anything else: the program may have been started to supervise.
//!     if let Some(code) = embedded::internal(std::env::args_os()) {
//!         return code;
//!     }
//!     let program = std::env::current_exe().expect("a program knows where it is");
//!     let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
//!     match runtime.block_on(Lease::acquire("/var/lib/chronicle".as_ref(), &program)) {
//!         Ok(lease) => println!("nats-server {} is ready", lease.server().version),
//!         Err(error) => eprintln!("error: {error}\nhint: {}", error.hint()),
//!     }
//!     ExitCode::SUCCESS
//! }
//! ```
//!
//! Everything is kept in the folder `nats` of the data directory, readable by its owner only: `store/`, `port` (chosen
//! once; deleting the file has another one chosen), `password`, `nats.conf` (the same at every start: what differs is in the environment), `server.log`,
//! `supervisor.log`, `socket`, and the locks `supervisor.lock` and `store.lock`.
//!
//! **Invariants.** One supervisor per data directory: it holds a lock, and only its holder binds or removes the socket.
//! One server per store: the server itself holds a lock, taken before the process becomes nats-server, and the kernel
//! names its holder, so that one left behind is found and ended. The server dies with its supervisor, however that
//! dies (Linux; elsewhere it is left behind and the next supervisor ends it).
//!
//! In reading order: finding the program ([`find_server`]), the folder, its locks, what supervisor and leases say to
//! each other, one run of the server, what hinders it from writing, the supervisor, the lease, how a store is set aside
//! ([`set_store_aside`]), how all of it is discarded, and what can be known without a server ([`Disk`]).

mod error;

mod find;

mod home;

mod locks;

mod talk;

mod server;

mod probe;

mod supervisor;

mod lease;

mod aside;

mod discard;

mod disk;

mod internal;

pub use aside::set_store_aside;
pub use discard::discard;
pub use disk::{Disk, holds_a_log};
pub use error::EmbeddedError;
pub use find::{SERVER_VARIABLE, Server, Skipped, find_server};
pub use home::MAX_STORE_VARIABLE;
pub use internal::{INTERNAL, internal};
pub use lease::Lease;
