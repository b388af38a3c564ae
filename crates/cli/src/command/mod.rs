//! The commands, one a file.

pub(crate) mod attendance;
pub(crate) mod completions;
pub(crate) mod correct;
pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod doctor;
pub(crate) mod events;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod members;
pub(crate) mod party;
pub(crate) mod person;
pub(crate) mod publish;
pub(crate) mod rebuild;
pub(crate) mod record;
pub(crate) mod rehearse;
pub(crate) mod remarks;
pub(crate) mod replay;
pub(crate) mod retract;
pub(crate) mod serve;
pub(crate) mod signings;
pub(crate) mod timeline;
pub(crate) mod watch;
