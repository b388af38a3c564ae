//! `chronicle completions`: for shells.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::args::Cli;
use crate::error::Failure;
use crate::output::Output;

/// Completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "Example:
  chronicle completions bash > ~/.local/share/bash-completion/completions/chronicle")]
pub(crate) struct Completions {
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "chronicle", &mut script);
        Output::bytes(&script)
    }
}
