//! Three nodes, as `deploy/nats` configures them.

mod users;
