//! Many who listen over real sockets, some of them badly, and a service that is killed: law L8 over HTTP, and the faults of
//! subscribers.

mod crowd;
mod stage;
