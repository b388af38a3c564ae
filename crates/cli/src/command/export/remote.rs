//! Exports of a service: the same files.

use gateway::Remote;
use projector::export::Format;

use super::Export;
use crate::ask::Shell;
use crate::error::Failure;

impl Export {
    pub(super) async fn remote(&self, _format: Format, _remote: &Remote, _shell: &Shell) -> Result<(), Failure> {
        Err(Failure::usage("not there yet", "ask the log"))
    }
}
