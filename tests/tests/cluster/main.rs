//! Three nodes, as `deploy/nats` configures them.

mod damaged;
mod users;
mod written;
